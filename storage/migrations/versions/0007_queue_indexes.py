"""The queue's indexes hold all that filters read, in the very order in which the queue is read."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

OLD = ("instructive", "kind", "published_at", "rare", "shuffle", "source", "uncertain")
NEW = {
    "instructive": ("state", sa.desc("instructive"), "item_id", "kind", "band", "source", "published_at"),
    "uncertain": ("state", sa.desc("uncertain"), "item_id", "kind", "band", "source", "published_at"),
    "rare": ("state", sa.desc("rare"), "item_id", "kind", "band", "source", "published_at"),
    "published_at": ("state", sa.desc("published_at"), "item_id", "kind", "band", "source"),
    "shuffle": ("state", "shuffle", "item_id", "kind", "band", "source", "published_at"),
    "counts": ("state", "kind", "band", "source", "published_at"),
    "source": ("source",),
}


def upgrade() -> None:
    """Put the new indexes in the place of the old ones."""
    for column in OLD:
        op.drop_index(f"ix_standing_state_{column}", "standing")
    for name, columns in NEW.items():
        op.create_index(f"ix_standing_{name}", "standing", list(columns))


def downgrade() -> None:
    """Put the old ones back."""
    for name in NEW:
        op.drop_index(f"ix_standing_{name}", "standing")
    for column in OLD:
        op.create_index(f"ix_standing_state_{column}", "standing", ["state", column, "item_id"])
