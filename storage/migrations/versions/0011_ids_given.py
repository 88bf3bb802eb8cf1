"""The ids that were given last are remembered, so that those of removed rows are not given again."""

from alembic import op

from storage.tables.ids import LAST

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLES = ("item", "label", "version")


def upgrade() -> None:
    """Begin with the highest ids that are there."""
    for table in TABLES:
        highest = "CAST(coalesce(max(id), 0) AS VARCHAR(20))"
        op.execute(f"INSERT INTO setting (name, value) SELECT '{LAST.format(table)}', {highest} FROM {table}")


def downgrade() -> None:
    """Forget them."""
    names = ", ".join(f"'{LAST.format(table)}'" for table in TABLES)
    op.execute(f"DELETE FROM setting WHERE name IN ({names})")
