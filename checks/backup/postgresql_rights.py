"""The row that a PostgreSQL server gives about the asking role becomes what that role may do beyond looking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from audit.contract import CannotSee, Reason, say

RIGHTS: Final = """
SELECT rolsuper AS superuser, rolreplication AS replication, rolcreaterole AS createrole, rolcreatedb AS createdb,
       rolbypassrls AS bypassrls,
       ARRAY(SELECT held.rolname::text FROM pg_roles AS held
              WHERE held.rolname LIKE 'pg\\_%' AND pg_has_role(current_user, held.oid, 'MEMBER')) AS member
  FROM pg_roles WHERE rolname = current_user
"""
_ATTRIBUTES: Final = ("superuser", "replication", "createrole", "createdb", "bypassrls")
_LOOKING: Final = frozenset(
    ("pg_monitor", "pg_read_all_settings", "pg_read_all_stats", "pg_stat_scan_tables", "pg_database_owner")
)


def excess(rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """The attributes with the roles of the system that a look does not need; a superuser holds all the others too."""
    try:
        row = rows[0]
        held = tuple(name for name in _ATTRIBUTES if row[name])
        if "superuser" in held:
            return ("superuser",)
        return held + tuple(sorted(str(name) for name in row["member"] if name not in _LOOKING))
    except (IndexError, KeyError, TypeError) as broken:
        raise CannotSee(Reason.INCOMPLETE, say("the server did not tell what its role may do")) from broken
