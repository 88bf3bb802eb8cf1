"""Who may do what: tables of every use case, endpoint and function of a page, held against what there is."""

import json
import sqlite3
from dataclasses import fields

import pytest
from starlette.testclient import TestClient

from storage.tables import Version
from tests.conftest import write_jsonl
from tests.ui.conftest import ADDRESS, PASSWORD, sign_in
from ui.own_files import OwnFiles
from ui.server import build_app
from workflow.bakeoff.bake_offs import Wish
from workflow.errors import NotAllowed
from workflow.import_views import ImportPlan
from workflow.roles import ANALYST, LEAD, Actor, require_lead
from workflow.use_cases import UseCases

REFUSED = "Only a lead may do this; ann is not one."
FOR_LEADS = {
    "labels": {
        "add": ("罢工",),
        "rename": (1, "召回"),
        "describe": (1, "words", "group"),
        "archive": (1,),
        "restore": (1,),
    },
    "retraining": {
        "start": (),
        "predict_open": (),
        "cancel": (1,),
        "promote": (4,),
        "rollback": ("bert",),
    },
    "bake_offs": {"start": (Wish(["bert"]),), "make_candidate": (1,)},
    "prompt_trials": {"save": ({},)},
    "importing": {"run": ("FILE",), "carry_out": ("FILE", ImportPlan()), "remove_sample": ()},
    "background_import": {"start": ("FILE", ImportPlan())},
    "people": {
        "add": ("bob", PASSWORD),
        "remove": ("ann",),
        "change_password": ("ann", "another horse"),
        "change_role": ("ann", LEAD),
    },
    "tokens": {"add": ("script",), "remove": ("robot",)},
    "backups": {"write": ("FOLDER/all.backup",)},
    "merging": {"merge": ("FOLDER/model",)},
}
"""Every use case that changes more than an annotation, with what it is asked."""
FOR_ANALYSTS = {"triage": {"submit", "skip", "flag", "undo", "ask_again", "next_item", "next_items"}}
OF_ITSELF = {
    "retraining": {"predict_new", "predict_missing"},
    "importing": {"begin", "load_sample"},
    "people": {"check", "end_sessions"},
}
"""What the app does by itself, or for a person's own account; no page and no endpoint hands it on."""
READING = {
    "triage": {"results", "why_empty", "item", "speakers", "classify", "search", "count", "sources"},
    "paces": {"since"},
    "disagreements": {"columns", "counts", "stances", "pairs", "page", "export"},
    "labels": {"list", "scores"},
    "retraining": {
        *("plan", "named_recipes", "jobs", "job", "versions", "mark", "history", "compare", "metrics"),
        "evaluate",
    },
    "bake_offs": {"plan", "list", "view", "mark"},
    "prompt_trials": {"draft", "try_on", "differences"},
    "importing": {"preview", "columns", "sample_present", "sample_counts"},
    "background_import": {"list"},
    "exporting": {"annotations", "training"},
    "people": {"list", "any", "has_annotated", "known"},
    "tokens": {"list", "known"},
    "status": {"report"},
    "statistics": {"report"},
}
NO_USE_CASES = {"supervisor", "live", "database", "data", "profile"}

PAGE_FOR_LEADS = {
    "retrain": {
        "start": {},
        "cancel": {"job_id": 1},
        "promote": {"version_id": 4},
        "rollback": {"classifier": "bert"},
    },
    "bakeoff": {
        "start": {"recipes": ["bert"], "amounts": ["all"], "seeds": 1},
        "candidate": {"version_id": 1},
        "cancel": {"job_id": 1},
    },
    "prompts": {"save": {"changes": {}}},
    "labels": {
        "add": {"name": "罢工"},
        "change": {"label_id": 1, "name": "召回", "description": "", "group": ""},
        "archive": {"label_id": 1},
        "restore": {"label_id": 1},
    },
    "importing": {"start": {"upload": "TOKEN", "mapping": {"text": "text"}}, "remove_sample": {}},
}
PAGE_FOR_ALL = {
    "header": {"who"},
    "triage": {
        *("setup", "next_items", "open_item", "ask_again", "classify", "count", "progress", "pace"),
        *("save", "skip", "flag", "undo"),
    },
    "disagreements": {"setup", "page", "kinds", "stances", "pairs"},
    "retrain": {"recipes", "state", "versions", "compare", "job"},
    "prompts": {"draft", "try_on", "differences"},
    "bakeoff": {"recipes", "plan", "state", "table"},
    "statistics": {"report"},
    "importing": {"state", "look", "columns", "forget"},
    "exports": {"stock"},
    "labels": {"table"},
}
API_FOR_LEADS = {
    "retrain": [["bert"]],
    "cancel_job": [1],
    "promote": [4],
    "rollback": ["bert"],
    "import_file": ["UPLOADED", "train"],
}
API_FOR_ALL = {
    *("classify", "next_item", "item", "submit", "skip", "flag", "undo", "search", "labels"),
    *("jobs", "job", "versions", "metrics", "export_disagreements", "export_annotations"),
}


@pytest.fixture
def desk(desk):
    """A desk where every wish of the tables would come true if a lead had it."""
    desk.triage.submit(1, ["产品召回"], "token", 1)
    with desk.database.write() as session:
        names = {"labels": ["产品召回"], "label_ids": [1], "thresholds": {}}
        session.add(Version(id=4, classifier="bert", number=4, status="candidate", metrics={}, **names))
    desk.people.add("ann", PASSWORD)
    desk.people.add("lin", PASSWORD, LEAD)
    desk.tokens.add("robot")
    desk.labels.archive(3)
    return desk


def stored(desk):
    """Everything that is stored: the database row by row, and the names of all other files."""
    with sqlite3.connect(desk.data / "triage.db") as connection:
        rows = list(connection.iterdump())
    return rows, sorted(str(path) for path in desk.data.rglob("*") if not path.name.startswith("triage.db"))


def methods(use_case):
    """The public methods and properties of a use case, fields left out."""
    names = {field.name for field in fields(use_case)} if hasattr(use_case, "__dataclass_fields__") else set()
    return {name for name in dir(type(use_case)) if not name.startswith("_")} - names - {"database", "of"}


def test_every_use_case_stands_in_a_table(desk):
    topics = {field.name for field in fields(UseCases)} - NO_USE_CASES
    for topic in topics:
        tables = (FOR_LEADS, FOR_ANALYSTS, OF_ITSELF, READING)
        assert methods(getattr(desk, topic)) == {name for table in tables for name in table.get(topic, ())}, topic


def test_an_analyst_s_wish_that_changes_more_than_an_annotation_changes_nothing(desk, tmp_path):
    file = write_jsonl(tmp_path / "news.jsonl", [{"text": "新的一条", "labels": ["产品召回"]}])
    given = {"FILE": file, "FOLDER/all.backup": tmp_path / "all.backup", "FOLDER/model": tmp_path / "model"}
    before = stored(desk)
    for topic, name in [(topic, name) for topic, names in FOR_LEADS.items() for name in names]:
        asked = [given.get(value, value) if isinstance(value, str) else value for value in FOR_LEADS[topic][name]]
        with pytest.raises(NotAllowed, match="Only a lead"):
            getattr(getattr(desk, topic), name)(*asked, by=Actor("ann", ANALYST))
        assert stored(desk) == before, f"{topic}.{name}"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "news.jsonl"]


def test_a_role_that_nobody_knows_may_do_nothing():
    with pytest.raises(NotAllowed):
        require_lead(Actor("ann", "boss"))


@pytest.fixture
def web(desk):
    with TestClient(build_app(desk), base_url=ADDRESS, follow_redirects=False) as client:
        yield client


def views(web):
    """{view: (id of its component, names of its functions)} of the running page."""
    found = {}
    for component in web.get("/config").json()["components"]:
        if functions := component["props"].get("server_fns"):
            name = component["props"]["elem_id"].removeprefix("view-")
            found[name] = (component["id"], {function.removeprefix("ask_") for function in functions})
    return found


def ask_page(web, component, function, asked):
    call = {"component_id": component, "fn_name": f"ask_{function}", "data": asked, "session_hash": "s"}
    return web.post("/gradio_api/component_server", json=call).json()


def ask_api(web, endpoint, asked):
    answer = web.post(f"/gradio_api/run/{endpoint}", json={"data": asked})
    return answer.json().get("error", "")


def every_wish_of_a_lead(web, desk, person):
    """Ask for everything that is for leads, by page and by endpoint; returns {what: what was answered}."""
    own = OwnFiles.of(desk.data, person)
    token, path = own.add("news.csv")
    path.write_text("text,labels\n新的一条,产品召回\n", encoding="utf-8")
    known, answers = views(web), {}
    for view, functions in PAGE_FOR_LEADS.items():
        for name, asked in functions.items():
            filled = {key: token if value == "TOKEN" else value for key, value in asked.items()}
            answers[f"{view}.{name}"] = ask_page(web, known[view][0], name, filled).get("message", "")
    uploaded = {"path": str(path), "meta": {"_type": "gradio.FileData"}}
    for endpoint, asked in API_FOR_LEADS.items():
        answers[endpoint] = ask_api(web, endpoint, [uploaded if value == "UPLOADED" else value for value in asked])
    return answers


def test_every_function_of_a_page_and_every_endpoint_stands_in_a_table(web):
    sign_in(web, "lin")
    tables = {
        view: set(PAGE_FOR_LEADS.get(view, ())) | PAGE_FOR_ALL.get(view, set())
        for view in {*PAGE_FOR_LEADS, *PAGE_FOR_ALL}
    }
    assert {view: names for view, (_, names) in views(web).items()} == tables
    named = {name.removeprefix("/") for name in web.get("/gradio_api/info").json()["named_endpoints"]}
    assert named == set(API_FOR_LEADS) | API_FOR_ALL


def test_an_analyst_is_refused_by_page_and_endpoint_alike_and_nothing_changes(web, desk):
    sign_in(web, "ann")
    OwnFiles.of(desk.data, "ann").add("news.csv")[1].touch()
    before = stored(desk)[0]
    answers = every_wish_of_a_lead(web, desk, "ann")
    assert dict.fromkeys(answers, REFUSED) == answers
    assert stored(desk)[0] == before


def test_a_lead_is_refused_for_no_role(web, desk):
    sign_in(web, "lin")
    answers = every_wish_of_a_lead(web, desk, "lin")
    assert not [what for what, said in answers.items() if "Only a lead" in said]
    assert {job.person for job in desk.retraining.jobs() if job.kind == "retrain"} == {"lin"}


def test_an_analyst_brings_no_file_and_fetches_no_rejects(web, desk):
    (desk.data / "exports").mkdir()
    (desk.data / "exports" / "rejects-1-0123456789abcdef.csv").write_text("line", encoding="utf-8")
    sign_in(web, "ann")
    refused = web.put("/upload", params={"name": "a.csv"}, content=b"text")
    assert (refused.status_code, json.loads(refused.text)["error"]) == (403, REFUSED)
    called = web.post("/gradio_api/upload", files={"files": ("a.csv", b"text")})
    assert (called.status_code, called.json()["error"]) == (403, REFUSED)
    assert web.get("/download/rejects/rejects-1-0123456789abcdef.csv").status_code == 404
    sign_in(web, "lin")
    assert web.put("/upload", params={"name": "a.csv"}, content=b"text").status_code == 200
    assert web.get("/download/rejects/rejects-1-0123456789abcdef.csv").text == "line"


def test_an_analyst_labels(web, desk):
    sign_in(web, "ann")
    web.post("/gradio_api/run/submit", json={"data": [2, ["股权质押"], "t", 1, "", ""]})
    assert desk.triage.item(2).truth.person == "ann"


def test_the_refusal_is_told_in_chinese_too(web):
    sign_in(web, "ann")
    web.cookies["news_triage_language"] = "zh"
    said = ask_page(web, views(web)["labels"][0], "archive", {"label_id": 1})["message"]
    assert "负责人" in said
    assert "ann" in said
