"""A bake-off's job on a small desk: its runs in this process, but for the last test, which is about theirs."""

import csv
import io
from dataclasses import replace

import numpy as np
import pandas
import pytest
from sqlalchemy import select

from classifier import lineup
from classifier.metrics import evaluate
from classifier.retriever import Retriever
from storage.tables import Prediction
from tests.workflow.training.baking import bake_offs, here, work
from workflow.annotating import Said, annotate
from workflow.bakeoff.answers import GoldSheet
from workflow.bakeoff.bake_offs import Wish
from workflow.bakeoff.export import write_csv, write_markdown
from workflow.bakeoff.frozen import freeze, thaw
from workflow.errors import NotFound, Refused
from workflow.roles import LEAD, Actor
from workflow.training_data import read_snapshot
from workflow.version_files import version_directory

WISH = Wish(["bert", "bert-neftune"], ["50%", "all"])


@pytest.fixture(scope="module")
def baked(tmp_path_factory):
    """A desk on which a bake-off has ended; nothing may be written there."""
    from tests.workflow.training.conftest import Desk, fill

    desk = Desk(tmp_path_factory.mktemp("baked"))
    fill(desk.database)
    desk.bake_offs = bake_offs(desk)
    desk.bake_off = desk.bake_offs.start(WISH, Actor("ann", LEAD))
    work(desk)
    yield desk
    desk.database.close()


def test_every_run_is_a_row_with_its_measures_and_costs(baked):
    view = baked.bake_offs.view(baked.bake_off)
    assert (view.status, view.message, view.person) == ("succeeded", "6 runs are measured.", "ann")
    assert [(row.recipe, row.amount, row.state) for row in view.rows] == [
        (name, amount, "done") for amount in ("50%", "all") for name in ("reference", "bert", "bert-neftune")
    ]
    for row in view.rows:
        micro = row.measures["micro_f1"]
        assert 0 <= micro.low <= micro.value <= micro.high <= 1
        assert row.costs.train_items == (84 if row.amount == "all" else 42)
        assert min(row.costs.seconds, row.costs.items_per_second, row.costs.peak_memory) > 0
        assert (row.disk or 0) > 0 or row.is_reference
    bert = view.rows[1]
    assert bert.costs.trained_parameters == bert.costs.parameters > 10_000
    assert {row.against is None for row in view.rows if row.is_reference} == {True}
    assert all(0 < row.against.p <= 1 for row in view.rows if not row.is_reference)


def test_a_row_says_what_the_metrics_of_its_version_say(baked):
    stored = {row.id: row for row in baked.retraining.versions()}
    for row in baked.bake_offs.view(baked.bake_off).rows:
        for name in ("micro_f1", "macro_f1", "weighted_f1", "few_shot_f1"):
            assert row.measures[name].value == pytest.approx(stored[row.version_id].metrics[name], abs=1e-6)


def test_what_was_proposed_on_gold_lies_beside_the_version(baked):
    row = baked.bake_offs.view(baked.bake_off).rows[1]
    sheet = GoldSheet.read(version_directory(baked.data, "bert", row.version_id))
    assert sheet.targets.shape == (28, len(sheet.train_counts))
    measured = evaluate(
        sheet.proposed.astype(float),
        sheet.targets,
        np.full(sheet.targets.shape[1], 0.5),
        list("abcdefghijklmnopqrstuvwxyz")[: sheet.targets.shape[1]],
        sheet.train_counts,
    )
    assert measured["micro_f1"] == pytest.approx(row.measures["micro_f1"].value, abs=1e-6)


def test_nothing_goes_live_but_the_first_retriever(baked):
    rows = baked.retraining.versions()
    assert {row.classifier for row in rows if row.status == "live"} == {"retriever"}
    assert {row.reason for row in rows if row.classifier == "bert"} == {f"Made by bake-off {baked.bake_off}."}
    assert baked.read(select(Prediction.item_id)) == []
    assert list(baked.data.glob("jobs/*")) == []


def test_fronts_curves_and_advice_are_of_the_rows(baked):
    view = baked.bake_offs.view(baked.bake_off)
    assert [(entry.recipe, entry.amount, entry.runs) for entry in view.entries][:2] == [
        ("reference", "50%", (1,)),
        ("bert", "50%", (2,)),
    ]
    assert all(view.fronts["micro_f1"][cost] for cost in ("seconds", "peak_memory", "seconds_per_item"))
    assert {curve.recipe: [view.entries[place].items for place in curve.places] for curve in view.curves} == {
        name: [42, 84] for name in ("reference", "bert", "bert-neftune")
    }
    assert view.advice[0].why.startswith("Best recipe on gold: ")


def test_the_table_leaves_as_csv_and_as_markdown(baked):
    view = baked.bake_offs.view(baked.bake_off)
    stream = io.StringIO(newline="")
    assert write_csv(view, stream) == 6
    table = pandas.read_csv(io.StringIO(stream.getvalue()))
    assert list(table["recipe"]) == [row.recipe for row in view.rows]
    assert table["micro_f1_low"].notna().all()
    assert table["seconds"].tolist() == pytest.approx([row.costs.seconds for row in view.rows])
    stream = io.StringIO()
    write_markdown(view, stream)
    lines = stream.getvalue().splitlines()
    assert len({line.count("|") for line in lines[:8]}) == 1
    assert lines[8:10] == ["", f"- {view.advice[0].why}"]


def test_the_retrain_page_leaves_out_what_is_only_a_row(baked):
    assert {row.classifier for row in baked.retraining.history()} == {"retriever"}


def test_no_formula_leaves_in_a_cell(baked):
    view = baked.bake_offs.view(baked.bake_off)
    stream = io.StringIO(newline="")
    write_csv(replace(view, rows=(replace(view.rows[0], why="=1+1"),)), stream)
    assert next(csv.DictReader(io.StringIO(stream.getvalue())))["why"] == "'=1+1"


def test_a_row_becomes_a_candidate_by_one_click_and_only_once(desk):
    made = bake_offs(desk)
    job_id = made.start(Wish(["llm-lora"]))
    work(desk)
    reference, llm = made.view(job_id).rows
    assert made.make_candidate(llm.version_id) == 1
    waiting = next(row for row in desk.retraining.history() if row.classifier == "llm_head")
    assert (waiting.status, waiting.promotable, waiting.reason) == (
        "candidate",
        True,
        f"Chosen from bake-off {job_id}.",
    )
    with pytest.raises(Refused, match="Version 1 of llm_head is candidate already"):
        made.make_candidate(llm.version_id)
    with pytest.raises(Refused, match="no version that could be put to work"):
        made.make_candidate(reference.version_id)
    with pytest.raises(NotFound):
        made.make_candidate(next(row.id for row in desk.retraining.versions("retriever")))
    desk.retraining.promote(llm.version_id)
    assert desk.models.classifier("llm_head").version.id == llm.version_id


def test_a_run_that_fails_is_written_down_and_the_others_go_on(desk, monkeypatch):
    fit = lineup.fit

    def fail_with_noise(name, recipe, *others):
        if recipe.noise.neftune_alpha:
            raise RuntimeError("The loss became NaN; lower the learning rate.")
        return fit(name, recipe, *others)

    monkeypatch.setattr(lineup, "fit", fail_with_noise)
    made = bake_offs(desk)
    job_id = made.start(Wish(["bert-neftune", "bert"]))
    work(desk)
    view = made.view(job_id)
    assert (view.status, view.message) == ("succeeded", "2 of 3 runs are measured; 1 failed.")
    assert [(row.state, row.why) for row in view.rows] == [
        ("done", ""),
        ("failed", "The loss became NaN; lower the learning rate."),
        ("done", ""),
    ]
    stream = io.StringIO()
    write_markdown(view, stream)
    assert "failed: The loss became NaN" in stream.getvalue()


def test_a_bake_off_goes_on_behind_the_last_finished_run_on_the_same_items(desk):
    made, carried = bake_offs(desk), []

    def die_in_the_third(task, run, expected):
        carried.append(run.number)
        if carried == [1, 2, 3]:
            raise KeyboardInterrupt
        here(task, run, expected)

    job_id = made.start(Wish(["bert", "bert-neftune"]))
    with pytest.raises(KeyboardInterrupt):
        work(desk, die_in_the_third)
    with desk.database.write() as session:
        annotate(session, Said(3, "submitted", "ann", labels=()))
    work(desk, die_in_the_third)
    assert carried == [1, 2, 3, 3]
    assert [row.state for row in made.view(job_id).rows] == ["done"] * 3
    # What people said meanwhile changes nothing in what the rest learn from.
    fingerprints = {row.fingerprint for row in desk.retraining.versions() if row.classifier != "retriever"}
    assert len(fingerprints) == 1


def test_a_prompt_on_a_part_is_shown_what_a_retriever_finds_that_knows_that_part_alone(desk, monkeypatch):
    learned, given, encoded = [], [], []
    fit_retriever, fit, encode = lineup.fit_retriever, lineup.fit, Retriever.encode

    def keep(recipe, data, *others):
        learned.append((fit_retriever(recipe, data, *others), len(data.train)))
        return learned[-1][0]

    def fit_with(name, recipe, data, watch, workspace, retriever=None):
        given.append(retriever)
        return fit(name, recipe, data, watch, workspace, retriever)

    def encode_with(retriever, texts):
        encoded.append((retriever, len(texts)))
        return encode(retriever, texts)

    monkeypatch.setattr(lineup, "fit_retriever", keep)
    monkeypatch.setattr(lineup, "fit", fit_with)
    monkeypatch.setattr(Retriever, "encode", encode_with)
    made = bake_offs(desk)
    job_id = made.start(Wish(["prompt"], ["50%", "all"]))
    work(desk)
    assert [row.state for row in made.view(job_id).rows] == ["done"] * 4
    (_, everything), (own, part) = learned
    assert (everything, part) == (84, 42)
    assert given[0] is own
    assert given[1] is not own
    # Its examples to search among, and what they are searched for: validation and gold.
    assert [count for retriever, count in encoded if retriever is own][-2:] == [42, 56]


def test_a_run_finds_nothing_of_its_killed_try(desk, monkeypatch):
    fit, found = lineup.fit, []

    def look(name, recipe, data, watch, workspace, retriever=None):
        found.extend(path.name for path in workspace.iterdir())
        return fit(name, recipe, data, watch, workspace, retriever)

    monkeypatch.setattr(lineup, "fit", look)
    job_id = bake_offs(desk).start(Wish(["bert"]))
    left = desk.data / "jobs" / str(job_id) / "run-2" / "foundation"
    left.mkdir(parents=True)
    work(desk)
    assert found == []
    assert bake_offs(desk).view(job_id).rows[1].state == "done"


def test_a_retraining_goes_first_between_two_runs(desk):
    made, order = bake_offs(desk), []

    def ask_for_more(task, run, expected):
        order.append(run.number)
        here(task, run, expected)
        if run.number == 1:
            desk.retraining.start(["bert"])

    job_id = made.start(Wish(["bert"]))
    work(desk, ask_for_more)
    ended = {job.kind: job.ended_at for job in desk.retraining.jobs()}
    assert order == [1, 2]
    assert ended["retrain"] < ended["bake_off"]
    assert made.view(job_id).status == "succeeded"


def test_a_cancelled_bake_off_keeps_the_rows_that_it_has(desk):
    made = bake_offs(desk)

    def cancel_in_the_second(task, run, expected):
        if run.number == 2:
            desk.retraining.cancel(job_id)
        here(task, run, expected)

    job_id = made.start(WISH)
    work(desk, cancel_in_the_second)
    view = made.view(job_id)
    assert view.status == "cancelled"
    assert [row.state for row in view.rows] == ["done", *["waiting"] * 5]


def test_a_second_bake_off_is_refused_while_one_is_under_way(desk):
    made = bake_offs(desk)
    job_id = made.start(WISH)
    assert made.plan(WISH).running_job == job_id
    with pytest.raises(Refused, match=f"Bake-off {job_id} is under way"):
        made.start(WISH)
    with pytest.raises(NotFound):
        made.view(job_id + 1)


def test_a_snapshot_is_the_same_after_it_was_frozen(desk, tmp_path):
    with desk.database.read() as session:
        snapshot = read_snapshot(session)
    freeze(snapshot, tmp_path / "snapshot.json")
    thawed = thaw(tmp_path / "snapshot.json")
    assert thawed == snapshot
    assert (thawed.fingerprint, thawed.gold_fingerprint) == (snapshot.fingerprint, snapshot.gold_fingerprint)
