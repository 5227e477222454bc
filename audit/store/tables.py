"""The tables of a store, the same in SQLite as in PostgreSQL."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, MetaData, Table, Text

HEAD: Final = "0001"
"""The version of the schema that this program reads and writes; the newest one in migrations/versions."""

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
