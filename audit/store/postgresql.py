"""The address of a PostgreSQL database in, the store that it is out."""

from __future__ import annotations

import os
from contextlib import ExitStack
from datetime import UTC
from typing import Final

from sqlalchemy import Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import NullPool

from audit.model.clean import line
from audit.model.exit import Exit, Stop
from audit.model.message import say
from audit.store.memory import Store
from audit.store.schema import prepare
from audit.store.trouble import stop_for

KEY: Final = 0x6861_6563_6869_0001
"""The advisory lock of whoever writes: one writer a database."""
PATIENCE: Final = 10
"""Seconds to wait for a connection."""
_HOLDER: Final = text(
    "SELECT activity.application_name AS program, activity.backend_start AS since FROM pg_locks AS held"
    " JOIN pg_stat_activity AS activity ON activity.pid = held.pid"
    " WHERE held.locktype = 'advisory' AND held.granted AND held.objsubid = 1"
    " AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND held.classid::bigint = :high AND held.objid::bigint = :low"
)


def open_postgresql(url: str, *, writing: bool) -> Store:
    """Open a database as a store; passwords come from the address, PGPASSWORD or PGPASSFILE."""
    try:
        address = make_url(url)
    except (ArgumentError, ValueError) as broken:
        says = say("the store's address is not one; expected postgresql://USER@HOST/DATABASE")
        raise Stop(Exit.USAGE, says) from broken
    name = line(address.set(query={}, drivername="postgresql").render_as_string(hide_password=True))
    settings = {"application_name": f"haechi, process {os.getpid()}", "connect_timeout": PATIENCE}
    try:
        engine = create_engine(address, connect_args=settings)
        holding = create_engine(address, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=settings)
    except ImportError as missing:
        says = say("the store {store} needs psycopg; install haechi[postgres]", store=name)
        raise Stop(Exit.STORAGE, says) from missing
    with ExitStack() as stack:
        stack.callback(engine.dispose)
        try:
            if writing:
                _lock(stack.enter_context(holding.connect()), name)
            with engine.begin() as connection:
                prepare(connection, name, writing=writing)
        except DBAPIError as broken:
            raise stop_for(broken, name) from broken
        return Store(engine, name, stack.pop_all(), lambda: _holder(engine))


def _lock(connection: Connection, name: str) -> None:
    if not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": KEY}).scalar():
        who = _named(connection) or say("another run")
        raise Stop(Exit.LOCKED, say("the store {store} is locked by {who}; wait for it to end", store=name, who=who))


def _holder(engine: Engine) -> str:
    with engine.connect() as connection:
        return _named(connection)


def _named(connection: Connection) -> str:
    """Who holds the lock; empty where nobody does."""
    found = connection.execute(_HOLDER, {"high": KEY >> 32, "low": KEY & 0xFFFF_FFFF}).mappings().first()
    if found is None:
        return ""
    since = found["since"].astimezone(UTC).isoformat(timespec="seconds") if found["since"] else "an unknown time"
    return f"{line(found['program'])} since {since}"
