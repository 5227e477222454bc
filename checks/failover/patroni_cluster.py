"""What the members of a Patroni cluster say of it, each of itself, becomes facts of a failover."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from audit.contract import CannotSee, Reason, say
from audit.model.facts import Unseen
from audit.model.failover import FailoverState, Member, Patience, Switch
from audit.model.technology import Stand
from checks.failover.etcd_members import refused
from checks.failover.patroni_told import (
    LEADS,
    Cluster,
    Row,
    Told,
    epoch,
    instant,
    lead_of,
    line,
    number,
    own_of,
    sends,
    settings_of,
    version_of,
    within,
)

_SYNCHRONOUS: Final = ("sync_standby", "quorum_standby")
_UP: Final = ("running", "streaming")
_LAG: Final = 1024 * 1024
"""What Patroni takes for `maximum_lag_on_failover` where nothing is written."""
_STALE: Final = timedelta(seconds=60)
_ENDLESS: Final = 1 << 32


def state(
    told: Cluster, stands: Sequence[Stand], voters: Mapping[str, Any], absent: Mapping[str, Unseen]
) -> FailoverState:
    """All that was heard to facts; CannotSee where nobody could tell whether a standby follows."""
    rows = told.rows
    if any(row.get("role") == "standby_leader" for row in rows):
        raise CannotSee(Reason.INCOMPLETE, say("this is a standby cluster; name the API of its primary cluster"))
    lead = lead_of(rows)
    writer = told.own.get(lead)
    if isinstance(writer, CannotSee) and writer.reason is not Reason.DENIED and not refused(writer):
        # Where nobody heard the leader, its followers count neither as sound nor as broken.
        raise writer
    facts = dict(voters)
    trouble = [*_trouble(told, lead), *facts.pop("complaints", ())]
    missing = dict(absent)
    members: list[Member] = []
    gaps: list[CannotSee] = []
    for row in rows:
        one, gap = _member(row, lead, told)
        members.append(one)
        gaps += [gap] if gap is not None else []
    if gaps and not any(one.usable and one.role == "standby" for one in members):
        raise gaps[0]
    members += _gone(members, stands, voters)
    cluster = told.cluster.document
    facts |= {"automatic": True, "paused": cluster.get("pause") is True}
    lease = number(told.settings.get("ttl"))
    if lease is not None and lease < _ENDLESS:
        facts["patience"] = Patience(time=timedelta(seconds=lease), by="ttl")
    _history(told.history, facts, missing)
    return FailoverState(
        members=tuple(members),
        trouble=tuple(text[:200] for text in trouble)[:10],
        absent=missing,
        tool="Patroni",
        **facts,
    )


def _member(row: Row, lead: str, told: Cluster) -> tuple[Member, CannotSee | None]:
    """One member, with why it could not be judged where that is so."""
    name = line(row["name"])
    heard = told.own.get(name, CannotSee(Reason.INCOMPLETE, say("{member} gives no API", member=name)))
    own: Row = heard.document if isinstance(heard, Told) and isinstance(heard.document, dict) else {}
    common: dict[str, Any] = {
        "name": name, "address": line(row.get("host")), "version": version_of(own), "settings": settings_of(row, told),
    }  # fmt: skip
    if all(told.settings.get(key) in (True, "on", "true") for key in ("synchronous_mode", "synchronous_mode_strict")):
        common["needs"] = number(told.settings.get("synchronous_node_count")) or 1
    if name == lead:
        why = "nobody listens at its API" if _closed(heard) else _against_leader(row, own)
        return Member(role="primary", usable=not why, detail=why[:200], **common), None
    why = "nobody listens at its API" if _closed(heard) else _against(row, own, told, lead)
    gap = heard if isinstance(heard, CannotSee) else None
    if not why and gap is not None and not (gap.reason is Reason.DENIED and _seen_from_elsewhere(row, told, lead)):
        return Member(role="standby", usable=False, detail=f"it cannot be asked: {gap}"[:200], **common), gap
    return Member(role="standby", usable=not why, detail=why[:200], **common, **_lag(row, own, heard, told, lead)), None


def _against_leader(row: Row, own: Row) -> str:
    if row.get("state") not in _UP:
        return f"it is {line(row.get('state')) or '-'}"
    if own and own.get("role") not in LEADS:
        return f"it says that it is {line(own.get('role')) or '-'}"
    return f"it is {line(own.get('state'))}" if own and own.get("state") not in _UP else ""


def _against(row: Row, own: Row, told: Cluster, lead: str) -> str:
    """Why a standby could not take over; empty where nothing speaks against it."""
    tags = row["tags"] if isinstance(row.get("tags"), dict) else {}
    writer = own_of(told, lead)
    if row.get("state") not in _UP or (own and own.get("state") not in _UP):
        return f"it is {line(row.get('state') if row.get('state') not in _UP else own.get('state')) or '-'}"
    if tags.get("nofailover") in (True, "true") or tags.get("failover_priority") in (0, "0"):
        return "its tags keep it from ever being chosen"
    mode = told.settings.get("synchronous_mode")
    if mode not in (None, False, "off", "false") and row.get("role") not in _SYNCHRONOUS:
        return "it is no synchronous standby, and the cluster takes no other"
    if own and own.get("role") in LEADS:
        return "it takes writes of its own"
    first, second = writer.get("database_system_identifier"), own.get("database_system_identifier")
    if first and second and first != second:
        return "it is a standby of another database"
    timelines = [number(part.get("timeline")) for part in (writer, own)]
    if None not in timelines and timelines[0] != timelines[1]:
        return f"it is on timeline {timelines[1]}, its leader on {timelines[0]}"
    xlog = within(own, "xlog")
    if xlog.get("paused") is True:
        return "its replay is paused"
    if writer and "replicatefrom" not in tags and not sends(writer, line(row["name"])):
        return "its leader has no sender that streams to it"
    if own.get("replication_state", "streaming") != "streaming":
        return f"its receiver is {line(own.get('replication_state')) or '-'}"
    position = max((number(xlog.get(key)) or 0 for key in ("received_location", "replayed_location")), default=0)
    written = number(within(writer, "xlog").get("location"))
    most = number(told.settings.get("maximum_lag_on_failover", _LAG))
    if own and written is not None and most is not None and written - position > most:
        return f"it is {written - position} bytes behind, more than maximum_lag_on_failover lets take over"
    return ""


def _seen_from_elsewhere(row: Row, told: Cluster, lead: str) -> bool:
    """Whether others tell enough of a standby that may not be asked itself."""
    lag = number(row.get("lag"))
    streams = row.get("state") == "streaming" or sends(own_of(told, lead), line(row["name"]))
    most = number(told.settings.get("maximum_lag_on_failover", _LAG))
    return streams and lag is not None and most is not None and lag <= most


def _lag(row: Row, own: Row, heard: Told | CannotSee, told: Cluster, lead: str) -> dict[str, Any]:
    """Bytes by the positions that both ends tell; seconds by the last commit replayed, where it is behind at all."""
    written = number(within(own_of(told, lead), "xlog").get("location"))
    xlog = within(own, "xlog")
    replayed = number(xlog.get("replayed_location"))
    if written is not None and replayed is not None:
        found: dict[str, Any] = {
            "lag_bytes": max(0, written - replayed), "lag_by": "position of the leader - replayed position",
        }  # fmt: skip
        if written <= replayed:
            return {**found, "lag_seconds": 0.0}
        at = instant(xlog.get("replayed_timestamp"))
        if at is not None and isinstance(heard, Told):
            return {**found, "lag_seconds": max(0.0, (heard.at - at).total_seconds())}
        return found
    lag = number(row.get("lag"))
    return {} if lag is None else {"lag_bytes": lag, "lag_by": "lag as the cluster tells it"}


def _trouble(told: Cluster, lead: str) -> list[str]:
    found = [] if lead else ["no member leads"]
    if lead in told.own and _closed(told.own[lead]):
        found.append(f"{lead} leads, yet nobody listens at its API")
    scheduled = told.cluster.document.get("scheduled_switchover")
    if isinstance(scheduled, dict):
        where = line(scheduled.get("to")) or "any member"
        found.append(f"a switchover to {where} is set for {line(scheduled.get('at')) or '-'}")
    for name, heard in told.own.items():
        own = heard.document if isinstance(heard, Told) and isinstance(heard.document, dict) else {}
        seen = epoch(own.get("dcs_last_seen"))
        # 0 where it never saw it; the clock is that of the same machine.
        if isinstance(heard, Told) and seen is not None and heard.at - seen > _STALE:
            found.append(f"{name} has not seen the store in which they agree since {seen:%Y-%m-%d %H:%M} UTC")
        if own.get("failsafe_mode_is_active") is True:
            found.append(f"{name} leads without the store in which they agree")
        if own.get("watchdog_failed") is True:
            found.append(f"the watchdog of {name} failed")
    return found


def _gone(members: Sequence[Member], stands: Sequence[Stand], voters: Mapping[str, Any]) -> list[Member]:
    """Members that the inventory places and the cluster knows no more: Patroni forgets who is silent for long."""
    if "voters" not in voters:
        return []
    known = {text for one in (*members, *voters["voters"]) for text in (one.name, one.address)}
    why = "the cluster does not know it any more"
    return [Member(name=one.name, role="unknown", usable=False, detail=why) for one in stands if one.name not in known]


def _history(history: Told | CannotSee, facts: dict[str, Any], absent: dict[str, Unseen]) -> None:
    rows = history.document if isinstance(history, Told) else None
    if not isinstance(rows, list) or not all(isinstance(row, list) and row for row in rows):
        gap = history if isinstance(history, CannotSee) else CannotSee(
            Reason.INCOMPLETE, say("the history does not read as one of Patroni")
        )  # fmt: skip
        absent |= {name: Unseen.of(gap) for name in ("switches", "last_switch")}
        return
    facts["switches"] = len(rows)
    last = rows[-1] if rows else []
    at = instant(last[3]) if len(last) > 3 else None
    to = line(last[4]) if len(last) > 4 else ""
    facts["last_switch"] = Switch(at=at, source="Patroni /history", detail=f"to {to}" if to else "")


def _closed(heard: Told | CannotSee) -> bool:
    """Patroni itself lets nobody take over whose API it cannot ask."""
    return isinstance(heard, CannotSee) and refused(heard)
