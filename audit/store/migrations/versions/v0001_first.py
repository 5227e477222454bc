"""An empty database in, the tables of the first version out."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, Text

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table("source", Column("id", Text, primary_key=True), Column("content", LargeBinary, nullable=False))
    op.create_table(
        "run",
        Column("id", Text, primary_key=True),
        Column("started", Text, nullable=False),
        Column("ended", Text),
        Column("at", Text),
        *(
            Column(name, Text, nullable=False)
            for name in ("state", "tool", "estate_id", "estate_sha256", "root", "judged_from")
        ),
        *(Column(name, Text, nullable=False) for name in ("selection", "names", "sources")),
    )
    op.create_table("observation", Column("id", Text, primary_key=True), Column("content", LargeBinary, nullable=False))
    op.create_table(
        "sight",
        Column("run", Text, ForeignKey("run.id"), primary_key=True),
        Column("subject", Text, primary_key=True),
        Column("observation", Text, ForeignKey("observation.id"), nullable=False),
    )
    op.create_table(
        "finding",
        Column("run", Text, ForeignKey("run.id"), primary_key=True),
        Column("position", Integer, primary_key=True, autoincrement=False),
        Column("subject", Text, nullable=False),
        Column("rule", Text, nullable=False),
        Column("verdict", Text, nullable=False),
        Column("line", LargeBinary, nullable=False),
    )


def downgrade() -> None:
    """Take the tables away."""
    for name in ("finding", "sight", "observation", "run", "source"):
        op.drop_table(name)
