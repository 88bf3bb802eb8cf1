import time

from tests.ui.conftest import ANN
from ui.statistics import StatisticsHandlers
from workflow.views import as_json


def test_the_page_is_sent_plain_json(desk):
    report = as_json(StatisticsHandlers(desk).report(ANN, zone="Asia/Shanghai"))["report"]
    assert report["items"] == 4
    assert report["sources"] == [["快讯", 4]]
    assert [set(row) for row in report["labels"]] == [{"label", "train", "band"}] * 3
    assert all(len(day) == len("2026-01-01") for day, _ in report["days"])


def test_the_sample_is_counted_in_far_less_than_a_second(desk):
    desk.importing.load_sample()
    started = time.perf_counter()
    StatisticsHandlers(desk).report(ANN)
    assert time.perf_counter() - started < 5, "tens of milliseconds on a calm machine"
