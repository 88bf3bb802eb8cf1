import csv
import io

import pytest

from ui.disagreements import DisagreementHandlers
from workflow.errors import BadInput


@pytest.fixture
def handlers(desk):
    return DisagreementHandlers(desk)


def counted(answer):
    return {(cell["kind"], cell["band"]): cell["count"] for cell in answer["counts"]}


def test_the_map_counts_what_the_table_shows(handlers):
    answer = handlers.page("ann", {"state": ""})
    assert answer["total"] == sum(counted(answer).values()) == 4
    assert {kind for kind, _ in counted(answer)} == {"bert_alone", "agree", "all_differ", ""}


def test_the_map_stays_whole_when_one_of_its_cells_is_chosen(handlers):
    answer = handlers.page("ann", {"state": "", "kind": "all_differ"})
    assert [row.item_id for row in answer["rows"]] == [3]
    assert sum(counted(answer).values()) == 4


def test_a_page_starts_where_it_is_asked_to(handlers):
    whole = [row.item_id for row in handlers.page("ann", {"state": ""})["rows"]]
    part = handlers.page("ann", {"state": ""}, limit=2, offset=1)
    assert [row.item_id for row in part["rows"]] == whole[1:3]
    assert part["total"] == 4


@pytest.mark.parametrize(("limit", "offset"), [(0, 0), (100_000, 0), (10, -1)])
def test_a_page_of_no_size_is_refused(handlers, limit, offset):
    with pytest.raises(BadInput):
        handlers.page("ann", limit=limit, offset=offset)


def test_the_csv_holds_exactly_the_filter_s_items(quiet_web):
    answer = quiet_web.get("/download/disagreements.csv", params={"state": "", "kind": "bert_alone", "label": ""})
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert "disagreements.csv" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["id"], row["bert_labels"]) for row in rows] == [("1", "股权质押")]


def test_an_export_leaves_nothing_behind(web, desk):
    web.get("/download/disagreements.csv")
    web.get("/download/training.jsonl")
    assert not [path for path in (desk.data / "uploads").rglob("*") if path.is_file()]


def test_a_wrong_filter_in_the_address_is_one_sentence(quiet_web):
    answer = quiet_web.get("/download/disagreements.csv", params={"order": "alphabetical"})
    assert answer.status_code == 400
    assert "alphabetical" in answer.json()["error"]


@pytest.mark.parametrize("name", ["annotations.csv", "annotations.jsonl", "training.csv", "training.jsonl"])
def test_every_file_that_the_data_tab_offers_is_there(quiet_web, name):
    assert quiet_web.get(f"/download/{name}").status_code == 200


@pytest.mark.parametrize("name", ["..%2Ftriage.db", "%2Fetc%2Fpasswd", "..%2Fsession.key"])
def test_only_a_rejects_file_is_a_rejects_file(quiet_web, name):
    assert quiet_web.get(f"/download/rejects/{name}").status_code == 404
