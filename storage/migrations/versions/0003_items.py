"""Imports, items and what is known of their texts."""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    _create_import()
    _create_item()
    _create_near_duplicate_key()
    _create_conflict()
    _create_embedding()


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("embedding")
    op.drop_table("conflict")
    op.drop_table("near_duplicate_key")
    op.drop_table("item")
    op.drop_table("import")


def _create_import() -> None:
    op.create_table(
        "import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("filename", sa.String(length=500), nullable=False),
        sa.Column("person", sa.String(length=100), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_import"),
    )


def _create_item() -> None:
    op.create_table(
        "item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=True),
        sa.Column("companies", sa.JSON(), nullable=False),
        sa.Column("split", sa.String(length=10), nullable=False),
        sa.Column("cluster", sa.BigInteger(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["import.id"], name="fk_item_import_id_import", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_item"),
        sa.UniqueConstraint("text_hash", name="uq_item_text_hash"),
    )
    op.create_index("ix_item_cluster", "item", ["cluster"])
    op.create_index("ix_item_external_id", "item", ["external_id"])
    op.create_index("ix_item_is_sample", "item", ["is_sample"])


def _create_near_duplicate_key() -> None:
    op.create_table(
        "near_duplicate_key",
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name="fk_near_duplicate_key_item_id_item", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", "item_id", name="pk_near_duplicate_key"),
    )
    op.create_index("ix_near_duplicate_key_item_id", "near_duplicate_key", ["item_id"])


def _create_conflict() -> None:
    op.create_table(
        "conflict",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["import.id"], name="fk_conflict_import_id_import", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_conflict_item_id_item", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_conflict"),
    )
    op.create_index("ix_conflict_item_id", "conflict", ["item_id"])


def _create_embedding() -> None:
    op.create_table(
        "embedding",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_embedding_item_id_item", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["version_id"], ["version.id"], name="fk_embedding_version_id_version", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", "version_id", name="pk_embedding"),
    )
    op.create_index("ix_embedding_version_id", "embedding", ["version_id"])
