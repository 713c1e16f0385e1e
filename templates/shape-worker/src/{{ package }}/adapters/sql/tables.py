"""The tables, as the newest migration leaves them."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

metadata = MetaData()

jobs = Table(
    "jobs",
    metadata,
    Column("position", BigInteger().with_variant(Integer, "sqlite"), Identity(), primary_key=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("kind", String(100), nullable=False),
    Column("key", String(255)),
    Column("payload", JSON, nullable=False),
    Column("traceparent", String(55), nullable=False),
    Column("state", String(10), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("lease", Uuid),
    Column("error", Text, nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    UniqueConstraint("kind", "key"),
    Index("jobs_by_state", "state", "due_at"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("job", Uuid, primary_key=True),
    Column("recipient", String(254), nullable=False),
    Column("delivered_at", DateTime(timezone=True), nullable=False),
)
