"""What the classifiers said, and where items stand in the queue."""

import sqlalchemy as sa
from alembic import op

from storage import search
from storage.tables.base import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    _create_prediction()
    _create_standing()
    _create_claim()
    search.create_index(op.get_bind())


def downgrade() -> None:
    """Drop the tables."""
    search.drop_index(op.get_bind())
    op.drop_table("claim")
    op.drop_table("standing")
    op.drop_table("prediction")


def _create_prediction() -> None:
    op.create_table(
        "prediction",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("scores", sa.JSON(), nullable=False),
        sa.Column("proposed", sa.JSON(), nullable=False),
        sa.Column("examples", sa.JSON(), nullable=False),
        sa.Column("predicted_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_prediction_item_id_item", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["version_id"], ["version.id"], name="fk_prediction_version_id_version", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", "version_id", name="pk_prediction"),
    )
    op.create_index("ix_prediction_version_id", "prediction", ["version_id"])


def _create_standing() -> None:
    op.create_table(
        "standing",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("band", sa.String(length=10), nullable=False),
        sa.Column("instructive", sa.Double(), nullable=False),
        sa.Column("uncertain", sa.Double(), nullable=False),
        sa.Column("rare", sa.Double(), nullable=False),
        sa.Column("shuffle", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=True),
        sa.Column("leased_to", sa.String(length=100), nullable=True),
        sa.Column("leased_until", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_standing_item_id_item", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("item_id", name="pk_standing"),
    )
    op.create_index("ix_standing_state_instructive", "standing", ["state", "instructive", "item_id"])
    op.create_index("ix_standing_state_kind", "standing", ["state", "kind", "item_id"])
    op.create_index("ix_standing_state_published_at", "standing", ["state", "published_at", "item_id"])
    op.create_index("ix_standing_state_rare", "standing", ["state", "rare", "item_id"])
    op.create_index("ix_standing_state_shuffle", "standing", ["state", "shuffle", "item_id"])
    op.create_index("ix_standing_state_source", "standing", ["state", "source", "item_id"])
    op.create_index("ix_standing_state_uncertain", "standing", ["state", "uncertain", "item_id"])


def _create_claim() -> None:
    op.create_table(
        "claim",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("label_id", sa.Integer(), nullable=False),
        sa.Column("bert", sa.Boolean(), nullable=False),
        sa.Column("llm_head", sa.Boolean(), nullable=False),
        sa.Column("prompt", sa.Boolean(), nullable=False),
        sa.Column("truth", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_claim_item_id_item", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["label_id"], ["label.id"], name="fk_claim_label_id_label", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("item_id", "label_id", name="pk_claim"),
    )
    op.create_index("ix_claim_label", "claim", ["label_id", "item_id"])
