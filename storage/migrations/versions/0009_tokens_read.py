"""How much of a text a prediction is of, so that no page has to load a model to tell."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

UNCOUNTED = sa.text("tokens IS NULL")


def upgrade() -> None:
    """Add the columns; of predictions that are there already the worker counts what they are of."""
    op.add_column("prediction", sa.Column("tokens_read", sa.Integer(), nullable=True))
    op.add_column("prediction", sa.Column("tokens", sa.Integer(), nullable=True))
    op.create_index(
        "ix_prediction_uncounted",
        "prediction",
        ["version_id", "item_id"],
        sqlite_where=UNCOUNTED,
        postgresql_where=UNCOUNTED,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_prediction_uncounted", "prediction")
    with op.batch_alter_table("prediction") as prediction:
        prediction.drop_column("tokens")
        prediction.drop_column("tokens_read")
