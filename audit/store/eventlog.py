"""Events to the rows of an append-only log of which each proves all before it, back again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, insert, select, text

from audit.model.event import Event
from audit.model.evidence import canonical
from audit.store.tables import EVENT

_START: Final = bytes(32)
KEY: Final = 0x6861_6563_6869_0200
"""The advisory lock of whoever writes an event, so that they are seen in the order of their numbers."""
_NEWEST: Final = select(EVENT.c.number, EVENT.c.link).order_by(EVENT.c.number.desc()).limit(1)


def tell(connection: Connection, events: Sequence[Event]) -> None:
    """Write events behind all others; the transaction has to be one that waits for its turn at its begin."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": KEY})
    newest = connection.execute(_NEWEST).first()
    number, link = (newest.number, bytes(newest.link)) if newest is not None else (0, _START)
    rows = []
    for event in events:
        number += 1
        at = written(event.at)
        content = json.dumps(dict(event.values), sort_keys=True, separators=(",", ":"))
        link = _linked(link, number, at, event.kind, event.subject, content)
        rows.append(
            {
                "number": number,
                "at": at,
                "kind": event.kind,
                "subject": event.subject,
                "content": content,
                "link": link,
            }
        )
    if rows:
        connection.execute(insert(EVENT), rows)


def told(
    connection: Connection, kinds: Collection[str], subject: str, since: datetime | None, after: int
) -> tuple[Event, ...]:
    """The events that are wanted, in order."""
    wanted = select(EVENT).where(EVENT.c.number > after).order_by(EVENT.c.number)
    if kinds:
        wanted = wanted.where(EVENT.c.kind.in_(sorted(kinds)))
    if subject:
        wanted = wanted.where(EVENT.c.subject == subject)
    if since is not None:
        wanted = wanted.where(EVENT.c.at >= written(since))
    return tuple(_event(row._asdict()) for row in connection.execute(wanted))


def check(connection: Connection) -> Iterator[str]:
    """Everything of the log that is not as it was written."""
    number, link = 0, _START
    for row in connection.execution_options(yield_per=1000).execute(select(EVENT).order_by(EVENT.c.number)):
        if row.number != number + 1:
            yield f"event {row.number} does not follow on event {number}"
        elif _linked(link, row.number, row.at, row.kind, row.subject, row.content) != bytes(row.link):
            yield f"event {row.number} is not what was written"
        number, link = row.number, bytes(row.link)


def written(at: datetime) -> str:
    """An instant as it stands in a column: in UTC, always of one length, so that the order of texts is that of time."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _linked(previous: bytes, number: int, *parts: str) -> bytes:
    return hashlib.sha256(previous + canonical([number, *parts])).digest()


def _event(row: Mapping[str, Any]) -> Event:
    return Event(
        at=datetime.fromisoformat(row["at"]),
        kind=row["kind"],
        subject=row["subject"],
        values=MappingProxyType(json.loads(row["content"])),
        number=row["number"],
    )
