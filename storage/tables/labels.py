"""Labels: the event types that an item can carry."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, now
from storage.tables.ids import unused_id


class Label(Base):
    """A label. It is archived rather than deleted once an annotation names it."""

    __tablename__ = "label"

    id: Mapped[int] = mapped_column(primary_key=True, default=unused_id("label"))
    name: Mapped[str] = mapped_column(String(200), unique=True)
    description: Mapped[str] = mapped_column(String(2000), default="")
    group: Mapped[str] = mapped_column(String(200), default="")
    is_sample: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)
    archived_at: Mapped[datetime | None]
