"""News that came in and are to be predicted, and what was said of them."""

from sqlalchemy import func, select

from storage.tables import Item, Prediction, Standing, Version
from tests.conftest import labelled_rows
from workflow.identity import text_hash

MORE_ITEMS = 1500


def add_items(desk):
    """Store open items that nobody has predicted."""
    with desk.database.write() as session:
        (last,) = session.execute(select(Item.id).order_by(Item.id.desc()).limit(1)).one()
        for number, row in enumerate(labelled_rows(MORE_ITEMS, seed=9), start=last + 1):
            text = f"{number} {row['text']}"
            session.add(Item(id=number, text=text, text_hash=text_hash(text), split="train"))
            session.flush()
            session.add(Standing(item_id=number))


def predictions(desk):
    """Return everything that was said, and when."""
    said = desk.read(select(Prediction.item_id, Prediction.version_id, Prediction.predicted_at))
    return {tuple(row) for row in said}


def expect_everything_predicted(desk):
    """Each live version has spoken of each item."""
    live = desk.read(select(Version.id).where(Version.status == "live", Version.classifier.in_(["bert", "llm_head"])))
    ((items,),) = desk.read(select(func.count()).select_from(Item))
    assert len({(item, version) for item, version, _ in predictions(desk)}) == items * len(live)
