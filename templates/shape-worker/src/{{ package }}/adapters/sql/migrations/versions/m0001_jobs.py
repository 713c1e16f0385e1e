"""Jobs, and what the example keeps of those that are done."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "jobs",
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer, "sqlite"), sa.Identity(), primary_key=True),
        sa.Column("id", sa.Uuid, nullable=False, unique=True),
        sa.Column("kind", sa.String(100), nullable=False),
        sa.Column("key", sa.String(255)),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.Column("traceparent", sa.String(55), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease", sa.Uuid),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("kind", "key"),
    )
    op.create_index("jobs_by_state", "jobs", ["state", "due_at"])
    op.create_table(
        "deliveries",
        sa.Column("job", sa.Uuid, primary_key=True),
        sa.Column("recipient", sa.String(254), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=False),
    )
