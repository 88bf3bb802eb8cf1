from datetime import UTC, datetime, timedelta

import pytest

from classifier.files import write_metadata
from storage import versions
from storage.tables import Job, Version
from tests.ui.conftest import ANN, BOB
from ui.retrain import RetrainHandlers, thinned
from workflow.errors import BadInput, NotFound, Refused
from workflow.version_files import version_directory

MORNING = datetime(2026, 3, 1, 8, tzinfo=UTC)


@pytest.fixture
def handlers(desk):
    return RetrainHandlers(desk)


def correct(desk, item_id=1):
    desk.triage.submit(item_id, ["产品召回"], f"token-{item_id}", None, person="ann")


def add_bert(desk, per_label=(), **values):
    with desk.database.write() as session:
        live = session.get(Version, 1)
        live.promoted_at = live.promoted_at or MORNING
        metrics = {"micro_f1": 0.8, "per_label": dict(per_label)}
        row = Version(classifier="bert", labels=live.labels, label_ids=live.label_ids, metrics=metrics, **values)
        return versions.add_version(session, row).id


def test_the_plan_counts_the_corrections_since_the_live_versions(handlers, desk):
    assert handlers.state(ANN)["plan"].new_annotations == 0
    correct(desk)
    assert handlers.state(ANN)["plan"].new_annotations == 1


def test_a_choice_of_classifiers_and_recipes_is_what_the_job_does(handlers, desk):
    correct(desk)
    assert {one.classifier for one in handlers.recipes(ANN)["recipes"]} == {"bert", "llm_head", "prompt"}
    chosen = {"classifiers": ["llm_head"], "recipes": ["llm-lora-64"]}
    assert handlers.state(ANN, **chosen)["plan"].classifiers == ("llm_head",)
    assert handlers.state(ANN, classifiers=[])["plan"] is None
    job = handlers.start(ANN, **chosen)["job"]
    assert job.classifiers == ("llm_head",)
    with desk.database.read() as session:
        recipe = session.get_one(Job, job.id).options["recipes"]["llm_head"]
    assert (recipe["preset"], recipe["tuning"]["r"]) == ("llm-lora-64", 64)


@pytest.mark.parametrize(
    ("classifiers", "recipes", "told"),
    [
        (["bert"], ["magic"], "There is no recipe magic"),
        (["bert"], ["llm-lora-64"], "The recipe llm-lora-64 trains llm_head, which is not to be trained."),
        (["bert"], ["bert", "bert-neftune"], "bert and bert-neftune both train bert"),
        (["svm"], [], "There is no classifier 'svm'"),
    ],
)
def test_a_choice_that_makes_no_sense_is_refused(handlers, classifiers, recipes, told):
    with pytest.raises(BadInput, match=told):
        handlers.start(ANN, classifiers=classifiers, recipes=recipes)


def test_one_click_retrains_all_three(handlers, desk):
    correct(desk)
    job = handlers.start(ANN)["job"]
    assert (job.status, job.classifiers, job.person) == ("queued", ("bert", "llm_head", "prompt"), "ann")


def test_a_second_click_is_refused_and_both_tabs_see_the_same_job(handlers, desk):
    correct(desk)
    job = handlers.start(ANN)["job"]
    with pytest.raises(Refused, match=str(job.id)):
        handlers.start(BOB)
    assert [one.id for one in handlers.state(BOB)["jobs"]] == [job.id]


def test_a_job_that_waits_is_cancelled(handlers, desk):
    correct(desk)
    job = handlers.start(ANN)["job"]
    assert handlers.cancel(ANN, job.id)["job"].status == "cancelled"


def test_a_job_that_does_not_exist_is_refused(handlers):
    with pytest.raises(NotFound):
        handlers.job(ANN, 999)


def test_versions_and_metrics_are_those_of_the_live_ones(handlers):
    told = handlers.versions(ANN)
    assert {version.classifier for version in told["versions"]} == {"bert", "llm_head", "prompt"}
    assert told["metrics"]["bert"]["micro_f1"] == 0.9
    assert set(told["labels"]) == {"产品召回", "股权质押", "业绩预告"}


def test_the_mark_changes_with_the_versions_and_only_then(handlers, desk):
    before = handlers.state(ANN)["mark"]
    correct(desk)
    assert handlers.state(ANN)["mark"] == before
    add_bert(desk, status="candidate")
    assert handlers.state(ANN)["mark"] != before


def test_a_candidate_is_compared_with_the_live_version_label_by_label(handlers, desk):
    candidate = add_bert(
        desk,
        status="candidate",
        per_label={
            "产品召回": {"f1": 0.5, "support": 4},
            "股权质押": {"f1": None, "support": 0},
            "业绩预告": {"f1": 0.9, "support": 3},
        },
    )
    with desk.database.write() as session:
        live = session.get(Version, 1)
        live.metrics = {**live.metrics, "per_label": {"产品召回": {"f1": 0.75, "support": 4}}}
    told = handlers.compare(ANN, before=1, after=candidate)["comparison"]
    assert [(one.label, one.change, one.support) for one in told.labels] == [
        ("产品召回", -0.25, 4),
        ("业绩预告", None, 3),
        ("股权质押", None, 0),
    ]
    assert told.same_gold
    assert (told.before.number, told.after.number) == (5, 6)


def test_versions_of_two_classifiers_are_not_compared(handlers):
    with pytest.raises(BadInput):
        handlers.compare(ANN, before=1, after=2)


def test_a_promoted_version_is_live_and_the_one_before_returns_by_a_roll_back(handlers, desk):
    candidate = add_bert(desk, status="candidate")
    add_files(desk, candidate, 1)
    handlers.promote(ANN, candidate)
    rows = {row.id: row for row in handlers.versions(ANN)["versions"]}
    assert (rows[candidate].status, rows[1].status, rows[1].returns) == ("live", "retired", True)
    handlers.rollback(ANN, "bert")
    rows = {row.id: row for row in handlers.versions(ANN)["versions"]}
    assert (rows[candidate].status, rows[1].status) == ("retired", "live")
    assert not any(row.returns for row in rows.values())


def add_files(desk, *version_ids):
    for version_id in version_ids:
        directory = version_directory(desk.data, "bert", version_id)
        directory.mkdir(parents=True)
        write_metadata(directory, {})


def test_a_version_whose_files_were_deleted_cannot_go_live(handlers, desk):
    candidate = add_bert(desk, status="candidate")
    row = next(row for row in handlers.versions(ANN)["versions"] if row.id == candidate)
    assert (row.promotable, row.has_files) == (False, False)
    with pytest.raises(Refused, match="were deleted"):
        handlers.promote(ANN, candidate)
    add_files(desk, candidate)
    handlers.promote(ANN, candidate)
    assert not any(row.returns for row in handlers.versions(ANN)["versions"])
    with pytest.raises(Refused, match="bert, version 5, were deleted"):
        handlers.rollback(ANN, "bert")
    assert desk.retraining.versions("bert")[0].status == "live"


def test_a_long_curve_is_thinned_and_keeps_its_end():
    curve = [(step, step / 1000) for step in range(1, 1002)]
    sent = thinned(curve)
    assert len(sent) <= 200
    assert sent[-1] == curve[-1]
    assert thinned(curve[:150]) == curve[:150]


def test_the_plan_expects_what_the_last_retraining_took(handlers, desk):
    first = handlers.state(ANN)["plan"]
    assert (first.last_seconds, first.expected_seconds > 60) == (None, True)
    correct(desk)
    job_id = handlers.start(ANN)["job"].id
    with desk.database.write() as session:
        job = session.get(Job, job_id)
        job.status, job.started_at, job.ended_at = "succeeded", MORNING, MORNING + timedelta(seconds=77)
    assert handlers.state(ANN)["plan"].expected_seconds == 77


def test_a_version_without_one_before_cannot_be_rolled_back(handlers):
    with pytest.raises(Refused):
        handlers.rollback(ANN, "bert")
