"""The address of a PostgreSQL database in, the open database out."""

from __future__ import annotations

import os
from contextlib import ExitStack
from datetime import UTC
from typing import Final

from sqlalchemy import Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from audit.model.clean import line
from audit.model.exit import Exit, Stop
from audit.model.message import say
from audit.store.database import Database, Purpose
from audit.store.schema import prepare
from audit.store.trouble import stop_for

KEY: Final = 0x6861_6563_6869_0000
"""Of the advisory locks; the number of the purpose is added: one writer a database for each."""
TABLES: Final = KEY + 0x100
"""The advisory lock of whoever makes the tables."""
PATIENCE: Final = 10
"""Seconds to wait for a connection."""
_CLIENT: Final = (
    ("keepalives_idle", 5),
    ("keepalives_interval", 3),
    ("keepalives_count", 3),
    ("tcp_user_timeout", 14_000),
)
_SERVER: Final = "-c tcp_keepalives_idle=8 -c tcp_keepalives_interval=4 -c tcp_keepalives_count=3"
"""Of the connection that holds the lock: when its machine is gone, another one has to get the lock within 30 s."""
_HELD: Final = (
    " FROM pg_locks AS held JOIN pg_stat_activity AS activity ON activity.pid = held.pid"
    " WHERE held.locktype = 'advisory' AND held.granted AND held.objsubid = 1"
    " AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND held.classid::bigint = :high AND held.objid::bigint = :low"
)
_HOLDER: Final = text("SELECT activity.application_name AS program, activity.backend_start AS since" + _HELD)
_MINE: Final = text("SELECT count(*)" + _HELD + " AND held.pid = pg_backend_pid()")
_SIZE: Final = text(
    "SELECT coalesce(sum(pg_total_relation_size(oid)), 0) FROM pg_class"
    " WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
)


def open_postgresql(url: str, purpose: Purpose, *, writing: bool) -> Database:
    """Open a database as a store; passwords come from the address, PGPASSWORD or PGPASSFILE."""
    try:
        address = make_url(url)
    except (ArgumentError, ValueError) as broken:
        says = say("the store's address is not one; expected postgresql://USER@HOST/DATABASE")
        raise Stop(Exit.USAGE, says) from broken
    name = line(address.set(query={}, drivername="postgresql").render_as_string(hide_password=True))
    settings = {"application_name": f"haechi, process {os.getpid()}", "connect_timeout": PATIENCE}
    lasting = {**settings, **dict(_CLIENT), **({} if "options" in address.query else {"options": _SERVER})}
    try:
        engine = create_engine(address, connect_args=settings, pool_pre_ping=True)
        holding = create_engine(address, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=lasting)
    except ImportError as missing:
        says = say("the store {store} needs psycopg; install haechi[postgres]", store=name)
        raise Stop(Exit.STORAGE, says) from missing
    held: Connection | None = None
    with ExitStack() as stack:
        stack.callback(engine.dispose)
        try:
            if writing:
                held = stack.enter_context(holding.connect())
                _lock(held, name, purpose)
            with engine.begin() as connection:
                if writing:
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": TABLES})
                version = prepare(connection, name, purpose, writing=writing)
        except DBAPIError as broken:
            raise stop_for(broken, name) from broken
        return Database(
            engine,
            name,
            version,
            stack.pop_all(),
            holder=lambda: _holder(engine, purpose),
            holds=lambda: held is not None and _holds(held, purpose),
            intact=lambda: None,
            size=lambda: _size(engine),
        )


def _lock(connection: Connection, name: str, purpose: Purpose) -> None:
    if not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": KEY + purpose.value}).scalar():
        raise purpose.locked(name, _named(connection, purpose) or say("another run"))


def _holds(connection: Connection, purpose: Purpose) -> bool:
    """The server itself has to say so: a connection that broke gave the lock back."""
    try:
        return bool(connection.execute(_MINE, _numbers(purpose)).scalar())
    except SQLAlchemyError:
        return False


def _holder(engine: Engine, purpose: Purpose) -> str:
    with engine.connect() as connection:
        return _named(connection, purpose)


def _named(connection: Connection, purpose: Purpose) -> str:
    """Who holds the lock; empty where nobody does."""
    found = connection.execute(_HOLDER, _numbers(purpose)).mappings().first()
    if found is None:
        return ""
    since = found["since"].astimezone(UTC).isoformat(timespec="seconds") if found["since"] else "an unknown time"
    return f"{line(found['program'])} since {since}"


def _numbers(purpose: Purpose) -> dict[str, int]:
    key = KEY + purpose.value
    return {"high": key >> 32, "low": key & 0xFFFF_FFFF}


def _size(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(_SIZE).scalar_one())
