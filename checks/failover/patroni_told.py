"""The documents that the members of a Patroni cluster give become rows, names, figures that can be relied on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from audit.contract import CannotSee, Reason, say

Row = Mapping[str, Any]
LEADS: Final = ("leader", "primary", "master")
_SETTINGS: Final = (
    "max_connections", "max_worker_processes", "max_wal_senders", "max_prepared_transactions",
    "max_locks_per_transaction", "wal_level", "hot_standby",
)  # fmt: skip
"""A standby where one of the numbers is lower than at its primary does not start."""
_MOST: Final = 16


@dataclass(frozen=True, slots=True)
class Told:
    """One document, with the time as the machine had it that gave it."""

    document: Any
    at: datetime


@dataclass(frozen=True, slots=True)
class Cluster:
    """Everything that was heard."""

    cluster: Told
    config: Told | CannotSee
    history: Told | CannotSee
    own: Mapping[str, Told | CannotSee]
    """What each member says of itself, by name."""

    @property
    def rows(self) -> tuple[Row, ...]:
        found = self.cluster.document.get("members") if isinstance(self.cluster.document, dict) else None
        if not isinstance(found, list) or not all(isinstance(row, dict) and line(row.get("name")) for row in found):
            raise CannotSee(Reason.INCOMPLETE, say("the cluster does not answer as Patroni does"))
        return tuple(found[:_MOST])

    @property
    def addresses(self) -> Mapping[str, str]:
        """Where each member says that its own API is, by name."""
        found = {line(row["name"]): str(row.get("api_url", "")) for row in self.rows}
        return {name: url for name, url in found.items() if _asked(url)}

    @property
    def settings(self) -> Row:
        return self.config.document if isinstance(self.config, Told) and isinstance(self.config.document, dict) else {}


def lead_of(rows: Sequence[Row]) -> str:
    """The name of the member that leads; empty where none does."""
    return next((line(row["name"]) for row in rows if row.get("role") in LEADS), "")


def own_of(told: Cluster, name: str) -> Row:
    heard = told.own.get(name)
    return heard.document if isinstance(heard, Told) and isinstance(heard.document, dict) else {}


def sends(writer: Row, name: str) -> bool:
    rows = writer.get("replication")
    found = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    # PostgreSQL writes other letters than ASCII in another way.
    names = [row.get("application_name") for row in found if row.get("state") == "streaming"]
    return name[:63] in names or (bool(names) and not name.isascii())


def settings_of(row: Row, told: Cluster) -> dict[str, str]:
    """What Patroni gives to all members alike, with whether this one still has to be started anew to have it."""
    parameters = within(within(told.settings, "postgresql"), "parameters")
    found = {name: line(str(parameters[name])) for name in _SETTINGS if isinstance(parameters.get(name), int | str)}
    return {**found, "restart": "pending" if row.get("pending_restart") is True else "none"}


def version_of(own: Row) -> str:
    server, patroni = number(own.get("server_version")), line(within(own, "patroni").get("version"))
    parts = []
    if server is not None and 100_000 <= server < 1_000_000:
        parts.append(f"PostgreSQL {server // 10_000}.{server % 10_000}")
    return ", ".join((*parts, f"Patroni {patroni}") if patroni else parts)


def _asked(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc and len(url) < 300
    except ValueError:
        return False


def within(found: Mapping[str, Any], key: str) -> Row:
    inner = found.get(key)
    return inner if isinstance(inner, dict) else {}


def line(value: object) -> str:
    return " ".join(value.split())[:120] if isinstance(value, str) else ""


def number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 64 else None


def instant(value: object) -> datetime | None:
    """A time that tells its zone."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
        return None if found is None or found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def epoch(value: object) -> datetime | None:
    seconds = number(value)
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None and seconds < 1 << 33 else None
