"""What every test may ask for: an empty data folder, and a small labelled file with items enough to train on."""

import json
import random
import urllib.request

import pytest
from hypothesis import HealthCheck, settings

# A machine that is busy breaks no property.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

EVENTS = {
    "股权质押": ["将所持股份质押给银行", "控股股东办理了股权质押", "质押股份占其持股的一半"],
    "高管减持": ["高管计划减持股份", "董事通过集中竞价减持", "副总经理减持完毕"],
    "业绩预告": ["预计净利润同比增长", "发布业绩预告", "上半年业绩预计扭亏为盈"],
    "product recall": ["recalls a batch of faulty devices", "announces a product recall", "recall covers all models"],
}
COMPANIES = ["海澜科技", "北辰药业", "金禾能源", "云岭乳业", "Halden Motors", "东麓航运", "明照电子", "Quarry Foods"]
CLOSINGS = ["，公告称。", "，引发市场关注。", " on Tuesday.", "，投资者反应平静。", "，交易所已发问询函。"]


def labelled_rows(count, seed=0):
    """Rows of an import file: one label, two, or none, in an invented and easily learnt language."""
    chance = random.Random(seed)
    rows = []
    for number in range(count):
        labels = chance.sample(sorted(EVENTS), chance.choice([0, 1, 1, 1, 2]))
        said = "，".join(chance.choice(EVENTS[label]) for label in labels) or "举行年度股东大会，未讨论重大事项"
        text = f"{chance.choice(COMPANIES)}{chance.randint(1, 9999)}号：{said}{chance.choice(CLOSINGS)}"
        rows.append({"id": f"n{number}", "text": text, "labels": labels, "source": chance.choice(["快讯", "公告"])})
    return rows


def write_jsonl(path, rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def answers(address):
    """Tell whether the app can be reached there."""
    try:
        # The page itself would send whoever has an account to the sign-in page first.
        with urllib.request.urlopen(f"{address}/healthz", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


class Clock:
    """A monotonic clock that stands still until `now` is set."""

    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def data(tmp_path):
    """An empty data folder that does not exist yet."""
    return tmp_path / "data"


@pytest.fixture
def news_file(tmp_path):
    """A file of 120 labelled items."""
    return write_jsonl(tmp_path / "news.jsonl", labelled_rows(120))
