"""News with an instruction inside, open and labelled, among other news: of those nothing else is said than before."""

import pytest
from sqlalchemy import delete, select

from storage.tables import Item, Prediction, Standing, Truth, TruthLabel
from tests.classifier.toy import INJECTIONS
from workflow.identity import text_hash

pytestmark = pytest.mark.slow
FIRST = 5000
"""The id of the first item with an injection."""


def bring_in_injections(desk):
    """Store the injections as items, every second one labelled and to be retrieved as an example."""
    with desk.database.write() as session:
        for number, one in enumerate(INJECTIONS, start=FIRST):
            text = f"{one['injection']}{one['text']}{number}"
            session.add(Item(id=number, text=text, text_hash=text_hash(text), split="train"))
            session.flush()
            session.add(Standing(item_id=number))
            if number % 2:
                session.add(Truth(item_id=number, origin="import"))
                session.flush()
                session.add(TruthLabel(item_id=number, label_id=1))


def predict_again(desk):
    with desk.database.write() as session:
        session.execute(delete(Prediction))
    desk.retraining.predict_open()
    desk.work()
    said = desk.read(select(Prediction.item_id, Prediction.version_id, Prediction.scores, Prediction.proposed))
    return {(item, version): (scores, proposed) for item, version, scores, proposed in said if item < FIRST}


def neighbours(desk, item_ids):
    with desk.database.read() as session:
        found = desk.neighbours.of_items(session, item_ids, k=60)
    return {key: [near.item_id for near in found[key] if near.item_id < FIRST][:10] for key in item_ids}


def test_what_is_said_of_other_items_and_what_is_near_them_stays(trained):
    others = [number for (number,) in trained.read(select(Item.id).order_by(Item.id))]
    before, near = predict_again(trained), neighbours(trained, others)
    bring_in_injections(trained)
    after = predict_again(trained)
    assert len(before) == 2 * len(others)
    assert {key: proposed for key, (_, proposed) in after.items()} == {
        key: proposed for key, (_, proposed) in before.items()
    }
    for key, (scores, _) in before.items():
        assert after[key][0] == pytest.approx(scores, abs=1e-3), key
    assert neighbours(trained, others) == near
