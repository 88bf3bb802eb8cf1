"""One query: whether a database is as it was made, so that the sample may fill it."""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from storage.tables import Item, Job


def is_untouched(session: Session) -> bool:
    """Tell whether there are no items but the sample's and there never was a job."""
    real_item = exists().where(Item.is_sample.is_(False))
    return not session.scalar(select(real_item | exists(select(Job.id))))
