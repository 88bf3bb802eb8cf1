from functools import partial

import pytest

NAMES = {
    *("classify", "next_item", "item", "submit", "skip", "flag", "undo", "search", "labels", "retrain", "jobs", "job"),
    *("cancel_job", "versions", "promote", "rollback", "metrics"),
    *("import_file", "export_disagreements", "export_annotations"),
}

IS_FILE = {"meta": {"_type": "gradio.FileData"}}


def ask(web, endpoint, *values):
    answer = web.post(f"/gradio_api/run/{endpoint}", json={"data": list(values)})
    return answer.json()["data"][0] if answer.status_code == 200 else answer.json()["error"]


@pytest.fixture
def call(web):
    return partial(ask, web)


def test_every_endpoint_is_there_by_its_name(quiet_web):
    named = quiet_web.get("/gradio_api/info").json()["named_endpoints"]
    assert {f"/{name}" for name in NAMES} == set(named)


def test_an_item_result_has_the_public_shape(call):
    result = call("next_item", "instructive", "ann")
    assert {"item", "truth", "classifiers", "neighbours", "disagreement"} <= set(result)
    fields = "id external_id text source published_at companies split row_version"
    assert set(fields.split()) <= set(result["item"])
    said = result["classifiers"]["bert"]
    assert {"version", "labels", "scores", "thresholds"} <= set(said)
    assert {"kind", "band", "score", "why"} <= set(result["disagreement"])


def test_a_classifier_that_has_not_spoken_is_null(call):
    assert call("item", 4)["classifiers"] == {"bert": None, "llm_head": None, "prompt": None}


def test_a_queue_is_an_order_or_a_filter(call):
    assert call("next_item", {"kind": "all_differ"}, "ann")["item"]["id"] == 3
    assert call("next_item", {"text": "nowhere"}, "ann")["item"] is None


def test_a_submit_is_stored_once_for_its_token(call, desk):
    first = call("submit", 1, ["产品召回"], "token-1", 1, "", "ann")
    again = call("submit", 1, ["产品召回"], "token-1", 1, "", "ann")
    assert (first["repeated"], again["repeated"]) == (False, True)
    assert first["annotation_id"] == again["annotation_id"]
    assert desk.triage.item(1).truth.person == "ann"


def test_a_conflict_is_an_answer_that_holds_the_other_annotation(call):
    call("submit", 1, ["产品召回"], "token-1", 1, "", "bob")
    answer = call("submit", 1, ["股权质押"], "token-2", 1, "", "ann")
    assert answer["conflict"]["labels"] == ["产品召回"]
    assert answer["conflict"]["person"] == "bob"


def test_skip_flag_and_undo_work_off_one_after_the_other(call):
    call("skip", 1, "", "t1", "ann")
    call("flag", 2, "odd", "t2", "ann")
    assert [call("undo", "ann")["item_id"] for _ in range(2)] == [2, 1]
    assert "nothing left to undo" in call("undo", "ann")


def test_a_search_finds_two_characters(call):
    answer = call("search", "召回", None, 50, 0)
    assert [row["item"]["id"] for row in answer["items"]] == [1]
    assert answer["total"] == 1


def test_labels_versions_jobs_and_metrics_are_lists_and_objects(call):
    assert {label["name"] for label in call("labels", False)} == {"产品召回", "股权质押", "业绩预告"}
    assert {version["number"] for version in call("versions", "")} == {5}
    assert call("jobs") == []
    assert call("metrics")["bert"]["micro_f1"] == 0.9


def test_a_retraining_answers_with_its_job(call):
    call("submit", 1, ["产品召回"], "token-1", 1, "", "ann")
    job = call("retrain", ["bert"])
    keys = "id kind classifiers status progress message started_at seconds_left metrics"
    assert set(keys.split()) <= set(job)
    assert call("job", job["id"])["classifiers"] == ["bert"]
    assert call("cancel_job", job["id"])["status"] == "cancelled"


def test_an_uploaded_file_is_imported(call, web):
    sent = {"files": ("news.csv", "text,labels\n星河药业再次召回,产品召回\n".encode())}
    path = web.post("/gradio_api/upload", files=sent).json()[0]
    report = call("import_file", {"path": path, "orig_name": "news.csv", **IS_FILE}, "train")
    assert (report["added"], report["splits"]) == (1, {"train": 1})


@pytest.mark.parametrize("endpoint", ["import_file", "classify"])
def test_a_file_that_nobody_uploaded_is_read_by_no_endpoint(web, desk, endpoint):
    """Bug: Gradio copied any named file of the machine, the key of the sessions too, to where it can be fetched."""
    assert "not uploaded" in ask(web, endpoint, {"path": str(desk.data / "session.key"), **IS_FILE}, "")
    assert not list((desk.data / "uploads").glob("**/session.key"))


@pytest.mark.parametrize("file", [None, 5, "news.csv", {"path": "news.csv"}, {"path": 5}, {}])
def test_what_is_not_marked_as_a_file_is_not_imported(quiet_web, file):
    assert "no file to import" in ask(quiet_web, "import_file", file, "")


@pytest.mark.parametrize(
    ("endpoint", "asked", "name", "held"),
    [
        ("export_annotations", "jsonl", "annotations.jsonl", "产品召回"),
        ("export_annotations", "csv", "annotations.csv", "产品召回"),
        ("export_disagreements", None, "disagreements.csv", "bert_alone"),
        ("export_disagreements", {"kind": "all_differ"}, "disagreements.csv", "all_differ"),
    ],
)
def test_an_export_is_a_file_to_fetch(call, web, endpoint, asked, name, held):
    call("submit", 1, ["产品召回"], "token-1", 1, "", "ann")
    file = call(endpoint, asked)
    assert file["orig_name"] == name
    assert held in web.get(file["url"]).text


@pytest.mark.parametrize(
    ("endpoint", "values", "said"),
    [
        ("item", [999], "no item 999"),
        ("item", ["one"], "whole number"),
        ("item", [None], "whole number"),
        ("item", [10**30], "whole number"),
        ("submit", [1, ["nowhere"], "t", 1, "", ""], "nowhere"),
        ("submit", [1, "产品召回", "t", 1, "", ""], "list of texts"),
        ("next_item", ["alphabetical", ""], "alphabetical"),
        ("next_item", [{"colour": "red"}, ""], "colour"),
        ("search", ["x", None, 10**9, 0], "between 1 and"),
        ("search", ["x", {"order": 7}, 5, 0], "order"),
        ("classify", [""], "no text"),
        ("retrain", [["svm"]], "svm"),
        ("job", [77], "no job 77"),
        ("promote", [77], "77"),
        ("rollback", ["nobody"], "nobody"),
    ],
)
def test_a_wrong_call_is_answered_with_one_sentence(quiet_web, endpoint, values, said):
    answer = ask(quiet_web, endpoint, *values)
    assert isinstance(answer, str)
    assert said in answer
    assert "Traceback" not in answer
