"""The tables of a store, the same in SQLite as in PostgreSQL."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

HEAD: Final = "0002"
"""The version of the schema that this program reads and writes; the newest one in migrations/versions."""
READABLE: Final = ("0001",)
"""Older versions whose runs can be read as they are."""

METADATA: Final = MetaData()

SOURCE: Final = Table(
    "source",
    METADATA,
    Column("id", Text, primary_key=True, comment="sha256 of the content"),
    Column("content", LargeBinary, nullable=False),
)
RUN: Final = Table(
    "run",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("started", Text, nullable=False),
    Column("ended", Text),
    Column("at", Text, comment="the instant of judgement"),
    Column("state", Text, nullable=False),
    Column("tool", Text, nullable=False),
    Column("estate_id", Text, nullable=False),
    Column("estate_sha256", Text, nullable=False),
    Column("root", Text, nullable=False),
    Column("judged_from", Text, nullable=False),
    Column("selection", Text, nullable=False, comment="JSON"),
    Column("names", Text, nullable=False, comment="JSON"),
    Column("sources", Text, nullable=False, comment="JSON: name of each file of the inventory to its id in source"),
)
OBSERVATION: Final = Table(
    "observation",
    METADATA,
    Column("id", Text, primary_key=True, comment="sha256 of the canonical form"),
    Column("content", LargeBinary, nullable=False, comment="the canonical form, deflated"),
)
SIGHT: Final = Table(
    "sight",
    METADATA,
    Column("run", Text, ForeignKey("run.id"), primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("observation", Text, ForeignKey("observation.id"), nullable=False),
)
FINDING: Final = Table(
    "finding",
    METADATA,
    Column("run", Text, ForeignKey("run.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("subject", Text, nullable=False),
    Column("rule", Text, nullable=False, comment="the id of the check"),
    Column("verdict", Text, nullable=False),
    Column("line", LargeBinary, nullable=False, comment="the whole finding in canonical form, as it was sealed"),
)

LONG: Final = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite has one kind of whole number, and finds rows the fastest by what it calls INTEGER."""

WATCH: Final = Table(
    "watch",
    METADATA,
    Column("number", LONG, primary_key=True, autoincrement=False, comment="the greatest one may write"),
    Column("process", Text, nullable=False),
    Column("began", Text),
    Column("alive", Text, comment="the last instant at which it is known to have run"),
)
SERIES: Final = Table(
    "series",
    METADATA,
    Column("number", LONG, primary_key=True, autoincrement=False),
    Column("subject", Text, nullable=False),
    Column("vantage", Text, nullable=False),
    Column("last_due", LONG, comment="microseconds since 1970, as of the mark `rolled`"),
    UniqueConstraint("subject", "vantage", name="series_name"),
)
JOURNAL: Final = Table(
    "journal",
    METADATA,
    Column("number", LONG, primary_key=True, autoincrement=False, comment="of the last entry in this row"),
    Column("entries", Integer, nullable=False),
    Column("kind", Text, nullable=False, comment="measurements, stretches"),
    Column("first", LONG, nullable=False, comment="microseconds since 1970 from which it speaks"),
    Column("last", LONG, nullable=False),
    Column("measured", Integer, nullable=False, comment="how many measurements"),
    Column("previous", LargeBinary, nullable=False, comment="the link before the first entry"),
    Column("link", LargeBinary, nullable=False, comment="sha256 of the link before the last entry with that entry"),
    Column("content", LargeBinary, nullable=False, comment="the entries, deflated; empty where they were dropped"),
)
Index("journal_time", JOURNAL.c.last, JOURNAL.c.first)
STRETCH: Final = Table(
    "stretch",
    METADATA,
    Column("series", LONG, ForeignKey("series.number"), primary_key=True, autoincrement=False),
    Column("length", LONG, primary_key=True, autoincrement=False, comment="microseconds of an hour or a day"),
    Column("start", LONG, primary_key=True, autoincrement=False, comment="microseconds since 1970"),
    Column("part", LONG, primary_key=True, autoincrement=False, comment="0, or after which entry the rest came late"),
    Column("content", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
EVENT: Final = Table(
    "event",
    METADATA,
    Column("number", LONG, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("content", Text, nullable=False, comment="JSON"),
    Column("link", LargeBinary, nullable=False, comment="sha256 of the link before it with this event"),
)
Index("event_kind", EVENT.c.kind, EVENT.c.number)
MARK: Final = Table(
    "mark",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("value", LONG, nullable=False),
)
