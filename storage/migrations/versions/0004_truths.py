"""What people said, and the truth that follows."""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    _create_annotation()
    _create_truth()
    _create_truth_label()


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("truth_label")
    op.drop_table("truth")
    op.drop_table("annotation")


def _create_annotation() -> None:
    op.create_table(
        "annotation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("person", sa.String(length=100), nullable=False),
        sa.Column("token", sa.String(length=100), nullable=False),
        sa.Column("seen_version", sa.Integer(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_annotation_item_id_item", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["undoes"], ["annotation.id"], name="fk_annotation_undoes_annotation", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_annotation"),
        sa.UniqueConstraint("token", name="uq_annotation_token"),
        sa.UniqueConstraint("undoes", name="uq_annotation_undoes"),
    )
    op.create_index("ix_annotation_created_at", "annotation", ["created_at"])
    op.create_index("ix_annotation_item_id", "annotation", ["item_id"])
    op.create_index("ix_annotation_person", "annotation", ["person", "id"])


def _create_truth() -> None:
    op.create_table(
        "truth",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(length=12), nullable=False),
        sa.Column("person", sa.String(length=100), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("annotation_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["annotation_id"], ["annotation.id"], name="fk_truth_annotation_id_annotation", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_truth_item_id_item", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("item_id", name="pk_truth"),
    )
    op.create_index("ix_truth_decided_at", "truth", ["decided_at"])


def _create_truth_label() -> None:
    op.create_table(
        "truth_label",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("label_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["truth.item_id"], name="fk_truth_label_item_id_truth", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["label_id"], ["label.id"], name="fk_truth_label_label_id_label", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("item_id", "label_id", name="pk_truth_label"),
    )
    op.create_index("ix_truth_label_label", "truth_label", ["label_id", "item_id"])
