import csv
import io

import pytest

from tests.ui.conftest import ANN, TEXTS
from ui.disagreements import DisagreementHandlers
from workflow.errors import BadInput


@pytest.fixture
def handlers(desk):
    return DisagreementHandlers(desk)


def counted(answer):
    return {(cell["kind"], cell["band"]): cell["count"] for cell in answer["counts"]}


def test_the_map_counts_what_the_table_shows(handlers):
    counts = counted(handlers.kinds(ANN, {"state": ""}))
    assert handlers.page(ANN, {"state": ""})["total"] == sum(counts.values()) == 4
    assert {kind for kind, _ in counts} == {"bert_alone", "agree", "all_differ", ""}


def test_a_map_stays_whole_when_one_of_its_cells_is_chosen(handlers):
    chosen = {"state": "", "kind": "all_differ"}
    assert [row.item_id for row in handlers.page(ANN, chosen)["rows"]] == [3]
    assert sum(counted(handlers.kinds(ANN, chosen)).values()) == 4
    cell = {"state": "", "classifier": "bert", "stance": "alone", "label": "股权质押"}
    whole = handlers.stances(ANN, {"state": ""}, "classifiers")
    assert [row.item_id for row in handlers.page(ANN, cell)["rows"]] == [1]
    assert handlers.stances(ANN, cell, "classifiers") == whole


def test_the_labels_most_in_dispute_come_first(handlers):
    found = handlers.stances(ANN, {"state": ""}, "classifiers")["map"]
    assert found.stances == ("alone", "outvoted")
    assert [row.label for row in found.rows] == ["产品召回", "股权质押", "业绩预告"]
    assert found.rows[0].counts == {
        "bert": {"alone": 1, "outvoted": 1},
        "llm_head": {"alone": 0, "outvoted": 0},
        "prompt": {"alone": 0, "outvoted": 0},
    }


def test_pairs_say_what_one_says_where_the_other_says_something_else(handlers):
    found = handlers.pairs(ANN, "bert", "prompt", {"state": ""})["map"]
    assert {(pair.label, pair.rival_label, pair.count) for pair in found.pairs} == {
        ("股权质押", "产品召回", 1),
        ("产品召回", "业绩预告", 1),
    }
    assert found.total == 2


@pytest.mark.parametrize(("classifier", "rival"), [("bert", "bert"), ("bert", "svm")])
def test_a_classifier_is_compared_with_another_one(handlers, classifier, rival):
    with pytest.raises(BadInput):
        handlers.pairs(ANN, classifier, rival)


def test_a_map_against_nobody_is_refused(handlers):
    with pytest.raises(BadInput, match="people or classifiers"):
        handlers.stances(ANN, None, "gold")


def test_a_page_starts_where_it_is_asked_to(handlers):
    whole = [row.item_id for row in handlers.page(ANN, {"state": ""})["rows"]]
    part = handlers.page(ANN, {"state": ""}, limit=2, offset=1)
    assert [row.item_id for row in part["rows"]] == whole[1:3]
    assert part["total"] == 4


@pytest.mark.parametrize(("limit", "offset"), [(0, 0), (100_000, 0), (10, -1)])
def test_a_page_of_no_size_is_refused(handlers, limit, offset):
    with pytest.raises(BadInput):
        handlers.page(ANN, limit=limit, offset=offset)


def test_the_csv_holds_exactly_the_filter_s_items(quiet_web):
    answer = quiet_web.get("/download/disagreements.csv", params={"state": "", "kind": "bert_alone", "label": ""})
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert "disagreements.csv" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["id"], row["bert_labels"]) for row in rows] == [("1", "股权质押")]


def test_the_csv_holds_the_chosen_columns_in_their_order(quiet_web):
    asked = {"state": "", "kind": "bert_alone", "columns": ["text", "id"]}
    answer = quiet_web.get("/download/disagreements.csv", params=asked)
    assert list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))) == [["id", "text"], ["1", TEXTS[0]]]


def test_the_csv_of_a_cell_holds_what_its_list_shows(quiet_web):
    cell = {"state": "", "classifier": "bert", "stance": "instead", "label": "产品召回", "rival": "llm_head"}
    answer = quiet_web.get("/download/disagreements.csv", params=cell | {"rival_label": "股权质押", "columns": "id"})
    assert answer.content.decode("utf-8-sig").split() == ["id", "3"]


def test_a_column_that_does_not_exist_is_one_sentence(quiet_web):
    answer = quiet_web.get("/download/disagreements.csv", params={"columns": "password"})
    assert answer.status_code == 400
    assert "password" in answer.json()["error"]


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
