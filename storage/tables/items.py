"""Items and what is known of them apart from what people said: predictions, claims, standing, vectors, conflicts."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, Text, desc, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, now
from storage.tables.ids import unused_id

ITEM = "item.id"


class Import(Base):
    """One file that was brought in, with its counts."""

    __tablename__ = "import"

    id: Mapped[int] = mapped_column(primary_key=True)
    filename: Mapped[str] = mapped_column(String(500))
    person: Mapped[str] = mapped_column(String(100))
    started_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Item(Base):
    """A news text with its source and date. Only `row_version` changes after the import."""

    __tablename__ = "item"
    __table_args__ = (Index("ix_item_cluster", "cluster"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=unused_id("item"))
    external_id: Mapped[str] = mapped_column(String(200), index=True, default="")
    text: Mapped[str] = mapped_column(Text)
    text_hash: Mapped[str] = mapped_column(String(64), unique=True)
    source: Mapped[str] = mapped_column(String(200), default="")
    published_at: Mapped[datetime | None]
    companies: Mapped[list[Any]] = mapped_column(default=list)
    split: Mapped[str] = mapped_column(String(10), index=True)
    cluster: Mapped[int] = mapped_column(BigInteger, default=0)
    row_version: Mapped[int] = mapped_column(default=1)
    is_sample: Mapped[bool] = mapped_column(default=False, index=True)
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(default=now)


class NearDuplicateKey(Base):
    """A MinHash band key of an item; items that share one are compared when the split is decided."""

    __tablename__ = "near_duplicate_key"

    key: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey(ITEM, ondelete="CASCADE"), primary_key=True, index=True)


class Conflict(Base):
    """A text that was imported again with other labels: the first labels stay, the others are kept here."""

    __tablename__ = "conflict"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey(ITEM, ondelete="CASCADE"), index=True)
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import.id", ondelete="SET NULL"))
    labels: Mapped[list[Any]] = mapped_column(default=list)
    line: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Embedding(Base):
    """An item's vector by one version of the retriever, little-endian float32; the index is only a cache of these."""

    __tablename__ = "embedding"

    item_id: Mapped[int] = mapped_column(ForeignKey(ITEM, ondelete="CASCADE"), primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id", ondelete="CASCADE"), primary_key=True, index=True)
    vector: Mapped[bytes] = mapped_column(LargeBinary)


class Prediction(Base):
    """What one version said of one item.

    `scores` are {label id: score} above a floor, `proposed` label ids, `examples` the item ids in its prompt. Of the
    text's `tokens` so many were read; None: nobody has counted them yet.
    """

    __tablename__ = "prediction"
    __table_args__ = (
        Index(
            "ix_prediction_uncounted",
            "version_id",
            "item_id",
            sqlite_where=text("tokens IS NULL"),
            postgresql_where=text("tokens IS NULL"),
        ),
    )

    item_id: Mapped[int] = mapped_column(ForeignKey(ITEM, ondelete="CASCADE"), primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id", ondelete="CASCADE"), primary_key=True, index=True)
    scores: Mapped[dict[str, Any]] = mapped_column(default=dict)
    proposed: Mapped[list[Any]] = mapped_column(default=list)
    examples: Mapped[list[Any]] = mapped_column(default=list)
    tokens_read: Mapped[int | None] = mapped_column(default=0)
    tokens: Mapped[int | None] = mapped_column(default=0)
    predicted_at: Mapped[datetime] = mapped_column(default=now)


def _order_index(key: str, *, descending: bool = True) -> Index:
    """Return the index of one order; with all that filters read in it, no filter has to look up a row."""
    rest = [column for column in ("kind", "band", "source", "published_at") if column != key]
    return Index(f"ix_standing_{key}", "state", desc(key) if descending else key, "item_id", *rest)


class Standing(Base):
    """Where an item stands in the queue; narrow, so that orders and filters read an index and no text.

    `state` is open, labelled, skipped or flagged. `instructive`, `uncertain` and `rare` are the keys of the orders (the
    higher comes first), `shuffle` that of the random one. `heard` says who has spoken of it, see `storage/heard.py`. A
    lease keeps two people from being given the same item.
    """

    __tablename__ = "standing"
    __table_args__ = (
        *(_order_index(key) for key in ("instructive", "uncertain", "rare", "published_at")),
        _order_index("shuffle", descending=False),
    )

    item_id: Mapped[int] = mapped_column(ForeignKey(ITEM, ondelete="CASCADE"), primary_key=True)
    state: Mapped[str] = mapped_column(String(10), default="open")
    kind: Mapped[str] = mapped_column(String(20), default="")
    band: Mapped[str] = mapped_column(String(10), default="")
    instructive: Mapped[float] = mapped_column(default=0.0)
    uncertain: Mapped[float] = mapped_column(default=0.0)
    rare: Mapped[float] = mapped_column(default=0.0)
    shuffle: Mapped[int] = mapped_column(BigInteger, default=0)
    source: Mapped[str] = mapped_column(String(200), default="")
    heard: Mapped[int] = mapped_column(default=0)
    published_at: Mapped[datetime | None]
    leased_to: Mapped[str | None] = mapped_column(String(100))
    leased_until: Mapped[datetime | None]


class StandingCount(Base):
    """How many items stand alike; the database keeps these numbers itself, see `storage/tally.py`."""

    __tablename__ = "standing_count"

    state: Mapped[str] = mapped_column(String(10), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    band: Mapped[str] = mapped_column(String(10), primary_key=True)
    source: Mapped[str] = mapped_column(String(200), primary_key=True)
    heard: Mapped[int] = mapped_column(primary_key=True)
    items: Mapped[int]


class Claim(Base):
    """Who says that an item has a label: the live classifiers and the truth. Filters and counts read this.

    `heard` is that of the item's standing: who keeps silent does not say that a label is missing.
    """

    __tablename__ = "claim"
    # With all its columns, so that no count of a label has to look up a row.
    __table_args__ = (Index("ix_claim_label", "label_id", "item_id", "bert", "llm_head", "prompt", "truth", "heard"),)

    item_id: Mapped[int] = mapped_column(ForeignKey(ITEM, ondelete="CASCADE"), primary_key=True)
    label_id: Mapped[int] = mapped_column(ForeignKey("label.id", ondelete="CASCADE"), primary_key=True)
    bert: Mapped[bool] = mapped_column(default=False)
    llm_head: Mapped[bool] = mapped_column(default=False)
    prompt: Mapped[bool] = mapped_column(default=False)
    truth: Mapped[bool] = mapped_column(default=False)
    heard: Mapped[int] = mapped_column(default=0)
