"""A stamp that ends a person's sessions, and the tokens of programs."""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the stamp, the same for all until they sign in or out, and create the table of tokens."""
    with op.batch_alter_table("person") as person:
        person.add_column(sa.Column("session_stamp", sa.String(length=32), nullable=False, server_default=""))
    op.create_table(
        "token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_token"),
        sa.UniqueConstraint("name", name="uq_token_name"),
    )


def downgrade() -> None:
    """Drop both."""
    op.drop_table("token")
    with op.batch_alter_table("person") as person:
        person.drop_column("session_stamp")
