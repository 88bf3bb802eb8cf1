"""Who has been heard on an item is stored, and how many items stand alike; the indexes that served to count go."""

import sqlalchemy as sa
from alembic import op

from storage import tally

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

CLAIM = ("label_id", "item_id")
SAID = ("bert", "llm_head", "prompt", "truth", "heard")
SPOKEN = """
    EXISTS (
        SELECT 1 FROM prediction JOIN version ON version.id = prediction.version_id
        WHERE prediction.item_id = standing.item_id AND version.classifier = '{name}'
        AND (version.status = 'live' OR version.promoted_at IS NOT NULL)
    )
"""
DECIDED = "EXISTS (SELECT 1 FROM truth WHERE truth.item_id = standing.item_id)"


def upgrade() -> None:
    """Find out once who was heard, and count once."""
    for table in ("standing", "claim"):
        op.add_column(table, sa.Column("heard", sa.Integer(), nullable=False, server_default="0"))
    conditions = [SPOKEN.format(name=name) for name in ("bert", "llm_head", "prompt")] + [DECIDED]
    bits = " + ".join(f"CASE WHEN {said} THEN {1 << place} ELSE 0 END" for place, said in enumerate(conditions))
    op.execute(f"UPDATE standing SET heard = {bits}")
    op.execute("UPDATE claim SET heard = (SELECT heard FROM standing WHERE standing.item_id = claim.item_id)")
    op.drop_index("ix_claim_label", "claim")
    op.create_index("ix_claim_label", "claim", [*CLAIM, *SAID])
    op.create_table(
        "standing_count",
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("band", sa.String(10), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("heard", sa.Integer(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(*tally.COLUMNS, name="pk_standing_count"),
    )
    tally.fill(op.get_bind())
    op.drop_index("ix_standing_counts", "standing")
    op.drop_index("ix_standing_source", "standing")


def downgrade() -> None:
    """Put the indexes back, and forget the rest."""
    op.create_index("ix_standing_source", "standing", ["source"])
    op.create_index("ix_standing_counts", "standing", ["state", "kind", "band", "source", "published_at"])
    tally.drop(op.get_bind())
    op.drop_index("ix_claim_label", "claim")
    op.create_index("ix_claim_label", "claim", list(CLAIM))
    for table in ("standing", "claim"):
        op.drop_column(table, "heard")
