"""The tables, as the newest migration leaves them."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

metadata = MetaData()

notes = Table(
    "notes",
    metadata,
    Column("position", BigInteger().with_variant(Integer, "sqlite"), Identity(), primary_key=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("text", Text, nullable=False),
    Column("author", String(255), nullable=False),
    Column("written_at", DateTime(timezone=True), nullable=False),
    Column("key", String(255)),
    UniqueConstraint("author", "key"),
)
