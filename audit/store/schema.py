"""An open database in, the tables of this version in it out."""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text

from audit.model.exit import Exit, Stop
from audit.model.message import say
from audit.store.database import Purpose
from audit.store.tables import HEAD, READABLE, RUN


def prepare(connection: Connection, name: str, purpose: Purpose, *, writing: bool) -> str:
    """Bring the tables to this version where somebody is going to write; the version that they have then.

    Stop where the database is not a store, or one of a newer program.
    """
    found = inspect(connection).get_table_names()
    version: str | None = None
    if "alembic_version" in found:
        version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    elif found:
        raise Stop(Exit.STORAGE, say("{store} is a database of another program; name another store", store=name))
    if version == HEAD:
        return HEAD
    if version is not None and (version > HEAD or RUN.name not in found):
        says = say(
            "{store} was written by another version of haechi (its schema is {version}, this one knows {head}); "
            "take the newer haechi",
            store=name,
            version=version,
            head=HEAD,
        )
        raise Stop(Exit.STORAGE, says)
    if writing:
        _upgrade(connection)
        return HEAD
    if version in READABLE:
        return version
    if purpose is Purpose.WATCH:
        raise unwatched(name)
    raise Stop(Exit.USAGE, say("{store} holds no runs yet; `haechi run ESTATE` makes one", store=name))


def unwatched(name: str) -> Stop:
    """The Stop for a store that no watch has written to."""
    return Stop(Exit.USAGE, say("nobody watched {store} yet; `haechi watch ESTATE` does", store=name))


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", "audit.store:migrations")
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")
