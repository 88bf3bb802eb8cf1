"""Items by split: the few to measure on are found without reading the many to train on."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_item_split", "item", ["split"])


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_item_split", "item")
