"""What follows from predictions and truths: claims, kinds, bands, and the sentence that says why."""

import pytest
from sqlalchemy import delete, select

from storage.heard import SPEAKERS, TRUTH, heard
from storage.queue import QueueFilter, list_ids
from storage.tables import Claim, Prediction, Standing
from workflow.annotating import Said, annotate
from workflow.standings import list_voices, refresh
from workflow.voices import Context, classifier_views, disagreement_view


def kinds(database):
    with database.read() as session:
        return dict(session.execute(select(Standing.item_id, Standing.kind)).all())


def why(database, item_id):
    with database.read() as session:
        voices = list_voices(session, [item_id])[item_id]
        return disagreement_view(Context.read(session), voices, 0.0).why


def test_each_item_is_told_who_stands_alone(spoken):
    assert kinds(spoken) == {1: "bert_alone", 2: "agree", 3: "all_differ", 4: "", 5: ""}


def test_a_correction_against_the_majority_is_told_at_once(spoken):
    with spoken.write() as session:
        annotate(session, Said(2, "submitted", "lin", labels=("产品召回",)))
        refresh(session, [2])
    assert kinds(spoken)[2] == "models_vs_human"
    assert "The labels here are 产品召回" in why(spoken, 2)


def test_claims_say_who_says_what(spoken):
    with spoken.read() as session:
        claims = {(row.label_id): row for row in session.scalars(select(Claim).where(Claim.item_id == 1))}
    assert set(claims) == {1, 2}
    assert (claims[2].bert, claims[2].llm_head, claims[2].prompt, claims[2].truth) == (True, False, False, False)
    assert (claims[1].bert, claims[1].llm_head, claims[1].prompt) == (False, True, True)


def test_while_others_are_silent_nobody_speaks_for_them(spoken):
    with spoken.write() as session:
        session.execute(delete(Prediction).where(Prediction.item_id == 2, Prediction.version_id != 1))
        refresh(session, [2])
    assert why(spoken, 2) == "All that have spoken so far say 股权质押 (rare: no examples)."


def heard_on(database):
    with database.read() as session:
        items = dict(session.execute(select(Standing.item_id, Standing.heard)).all())
        claims = session.execute(select(Claim.item_id, Claim.heard)).all()
    assert {items[item_id] == said for item_id, said in claims} == {True}
    return items


def test_who_has_been_heard_is_kept_with_item_and_claims(spoken):
    everyone = heard(SPEAKERS)
    assert heard_on(spoken) == {1: everyone, 2: everyone, 3: everyone, 4: 0, 5: 0}
    with spoken.write() as session:
        annotate(session, Said(4, "submitted", "lin", labels=("产品召回",)))
        refresh(session, [4])
    assert heard_on(spoken)[4] == heard([TRUTH])


def test_the_label_filter_finds_what_any_classifier_proposes(spoken):
    with spoken.read() as session:
        assert sorted(list_ids(session, QueueFilter(label="股权质押"), 10)) == [1, 2, 3]
        assert list_ids(session, QueueFilter(label="股权质押", kind="bert_alone"), 10) == [1]


def test_the_most_instructive_item_comes_first_and_the_unseen_last(spoken):
    with spoken.read() as session:
        assert list_ids(session, QueueFilter(), 10) == [3, 1, 2, 4, 5]


@pytest.mark.parametrize(
    ("item_id", "sentence"),
    [
        (1, "BERT alone says 股权质押 (rare: no examples); the others say 产品召回 (rare: no examples)."),
        (2, "All classifiers say 股权质押 (rare: no examples)."),
    ],
)
def test_the_reason_is_a_sentence(spoken, item_id, sentence):
    assert why(spoken, item_id) == sentence


def test_scores_stand_beside_the_threshold_of_their_version(spoken):
    with spoken.read() as session:
        view = classifier_views(Context.read(session), list_voices(session, [1])[1])["prompt"]
    assert view.scores == {"产品召回": 0.7, "业绩预告": 0.2}
    assert view.thresholds == {"产品召回": 0.5, "业绩预告": 0.5}
    assert (view.version, view.labels, view.micro_f1) == (7, ("产品召回",), 0.9)
