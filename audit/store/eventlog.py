"""Events to the rows of an append-only log of which each proves all before it, back again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from json.encoder import encode_basestring as quoted
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, text

from audit.model.event import Event
from audit.store.tables import EVENT

_START: Final = bytes(32)
KEY: Final = 0x6861_6563_6869_0200
"""The advisory lock of whoever writes an event, so that they are seen in the order of their numbers."""
_BEFORE: Final = EVENT.alias("before")
_BESIDE: Final = EVENT.outerjoin(_BEFORE, _BEFORE.c.number == EVENT.c.number - 1)
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
    connection: Connection,
    kinds: Collection[str],
    subject: str,
    since: datetime | None,
    after: int,
    holding: str = "",
) -> tuple[Event, ...]:
    """The events that are wanted, in order; ValueError for one that is not what was written."""
    wanted = select(*EVENT.c, _BEFORE.c.link).select_from(_BESIDE).where(EVENT.c.number > after)
    wanted = wanted.order_by(EVENT.c.number)
    if kinds:
        wanted = wanted.where(EVENT.c.kind.in_(sorted(kinds)))
    if subject:
        wanted = wanted.where(EVENT.c.subject == subject)
    if since is not None:
        wanted = wanted.where(EVENT.c.at >= written(since))
    if holding:
        wanted = wanted.where(EVENT.c.content.contains(holding, autoescape=True))
    return tuple(map(_event, connection.execute(wanted)))


def check(connection: Connection) -> Iterator[str]:
    """Everything of the log that is not as it was written."""
    number, link = 0, _START
    for row in connection.execution_options(yield_per=1000).execute(select(EVENT).order_by(EVENT.c.number)):
        if row.number != number + 1:
            yield f"event {row.number} does not follow on event {number}"
        elif not _whole(link, row):
            yield f"event {row.number} is not what was written"
        # A file that was written to by hand may hold anything in a column.
        number, link = row.number, row.link if isinstance(row.link, bytes) else b""


def _whole(before: bytes, row: Row[Any]) -> bool:
    try:
        return bool(_linked(before, row.number, row.at, row.kind, row.subject, row.content) == row.link)
    except TypeError:
        return False


def written(at: datetime) -> str:
    """An instant as it stands in a column: in UTC, always of one length, so that the order of texts is that of time."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _linked(previous: bytes, number: int, at: str, kind: str, subject: str, content: str) -> bytes:
    # The canonical form of the columns, written out: a whole register is read with it.
    line = f"[{number},{quoted(at)},{quoted(kind)},{quoted(subject)},{quoted(content)}]"
    return hashlib.sha256(previous + line.encode("utf-8", "surrogatepass")).digest()


def _event(row: Sequence[Any]) -> Event:
    number, at, kind, subject, content, link, before = row
    if _linked(before or _START, number, at, kind, subject, content) != link:
        raise ValueError(f"event {number} is not what was written")
    return Event(
        at=datetime.fromisoformat(at),
        kind=kind,
        subject=subject,
        values=MappingProxyType(json.loads(content)),
        number=number,
    )
