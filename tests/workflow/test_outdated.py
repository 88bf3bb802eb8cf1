"""After a promotion the old predictions stay visible, marked as such, until the new version comes to the item."""

from sqlalchemy import select

from storage import versions
from storage.predictions import PredictionRow, write_predictions
from storage.tables import Claim, Standing, Version
from workflow.live import Live
from workflow.live_models import LiveModels
from workflow.neighbours import Neighbours
from workflow.standings import refresh
from workflow.triage import Triage

NAMES = ["产品召回", "股权质押", "业绩预告"]


def promote(database):
    """Put a new version of bert in the place of the live one, which it says nothing of yet."""
    with database.write() as session:
        new = Version(classifier="bert", labels=NAMES, label_ids=[1, 2, 3], thresholds=dict.fromkeys(NAMES, 0.25))
        versions.make_live(session, versions.get_live(session, "bert"), "made live as people do it")
        versions.make_live(session, versions.add_version(session, new), "by hand")
        return new.id


def desk_of(database, data):
    models = LiveModels(database, data)
    neighbours = Neighbours(database, models)
    return Triage(database, Live(database, models, neighbours), neighbours)


def kind_and_claims(database):
    with database.read() as session:
        claims = session.execute(select(Claim.label_id).where(Claim.item_id == 1, Claim.bert)).all()
        return session.get(Standing, 1).kind, claims


def test_what_the_old_version_said_is_marked_until_the_new_one_has_spoken(spoken, tmp_path):
    triage, old = desk_of(spoken, tmp_path), kind_and_claims(spoken)
    before = triage.item(1).classifiers["bert"]
    new = promote(spoken)
    told = triage.item(1).classifiers
    assert (told["bert"].outdated, told["llm_head"].outdated) == (True, False)
    assert (told["bert"].version, told["bert"].labels, told["bert"].thresholds) == (
        before.version,
        before.labels,
        before.thresholds,
    )
    assert triage.item(1).unavailable == {}
    triage.skip(1)
    assert kind_and_claims(spoken) == old

    with spoken.write() as session:
        write_predictions(session, new, [PredictionRow(1, {3: 0.3}, (3,))])
        refresh(session, [1])
    now = triage.item(1).classifiers["bert"]
    assert (now.outdated, now.labels, now.thresholds) == (False, ("业绩预告",), {"业绩预告": 0.25})
    assert kind_and_claims(spoken) == ("bert_alone", [(3,)])


def test_what_was_rolled_back_speaks_no_more(spoken, tmp_path):
    triage, new = desk_of(spoken, tmp_path), promote(spoken)
    with spoken.write() as session:
        write_predictions(session, new, [PredictionRow(4, {3: 0.3}, (3,))])
    assert triage.item(4).classifiers["bert"] is not None
    with spoken.write() as session:
        live = versions.get_live(session, "bert")
        versions.roll_back(session, live, versions.get_previous_live(session, "bert"))
    assert triage.item(4).classifiers["bert"] is None
