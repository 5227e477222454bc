"""An open database in, the tables of this version in it out."""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text

from audit.model.exit import Exit, Stop
from audit.model.message import say
from audit.store.tables import HEAD, RUN


def prepare(connection: Connection, name: str, *, writing: bool) -> None:
    """Bring the tables to this version. Stop where the database is not a store, or one of a newer program."""
    found = inspect(connection).get_table_names()
    version = None
    if "alembic_version" in found:
        version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    elif found:
        raise Stop(Exit.STORAGE, say("{store} is a database of another program; name another store", store=name))
    if version == HEAD:
        return
    if version is not None and (version > HEAD or RUN.name not in found):
        says = say(
            "{store} was written by another version of haechi (its schema is {version}, this one knows {head}); "
            "take the newer haechi",
            store=name,
            version=version,
            head=HEAD,
        )
        raise Stop(Exit.STORAGE, says)
    if not writing:
        raise Stop(Exit.USAGE, say("{store} holds no runs yet; `haechi run ESTATE` makes one", store=name))
    _upgrade(connection)


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", "audit.store:migrations")
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")
