"""The tables of the first version in, those of the second out: what the watch measures, rolls up, logs."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, Text, UniqueConstraint

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables of the watch."""
    long = BigInteger().with_variant(Integer(), "sqlite")

    def key(name: str, *more: ForeignKey) -> Column[int]:
        return Column(name, long, *more, primary_key=True, autoincrement=False)

    op.create_table(
        "watch", key("number"), Column("process", Text, nullable=False), Column("began", Text), Column("alive", Text)
    )
    op.create_table(
        "series",
        key("number"),
        Column("subject", Text, nullable=False),
        Column("vantage", Text, nullable=False),
        Column("last_due", long),
        UniqueConstraint("subject", "vantage", name="series_name"),
    )
    op.create_table(
        "journal",
        key("number"),
        Column("entries", Integer, nullable=False),
        Column("kind", Text, nullable=False),
        Column("first", long, nullable=False),
        Column("last", long, nullable=False),
        Column("measured", Integer, nullable=False),
        *(Column(name, LargeBinary, nullable=False) for name in ("previous", "link", "content")),
    )
    op.create_index("journal_time", "journal", ["last", "first"])
    op.create_table(
        "stretch",
        key("series", ForeignKey("series.number")),
        key("length"),
        key("start"),
        key("part"),
        Column("content", LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "event",
        key("number"),
        *(Column(name, Text, nullable=False) for name in ("at", "kind", "subject", "content")),
        Column("link", LargeBinary, nullable=False),
    )
    op.create_index("event_kind", "event", ["kind", "number"])
    op.create_table("mark", Column("name", Text, primary_key=True), Column("value", long, nullable=False))


def downgrade() -> None:
    """Take the tables away."""
    for name in ("mark", "event", "stretch", "journal", "series", "watch"):
        op.drop_table(name)
