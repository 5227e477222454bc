"""What nodes of a Galera cluster say of themselves becomes the facts of a failover."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from audit.contract import CannotSee, Reason, say
from audit.model.facts import Unseen
from audit.model.failover import FailoverState, Member, Voter
from checks.failover.mariadb_output import AGREEING, Server

STATUS: Final = (
    "wsrep_cluster_size", "wsrep_cluster_state_uuid", "wsrep_cluster_status", "wsrep_local_state_comment",
    "wsrep_ready",
)  # fmt: skip
_MOST: Final = 200


def together(seen: Mapping[str, Server | CannotSee]) -> bool:
    """Whether the servers are nodes of a Galera cluster."""
    servers = [one for one in seen.values() if isinstance(one, Server)]
    return bool(servers) and any(one.settings.get("wsrep_on", "").upper() in ("ON", "1") for one in servers)


def facts(seen: Mapping[str, Server | CannotSee]) -> FailoverState:
    """All nodes to facts. CannotSee where what nobody could ask decides it."""
    gaps = [gap for gap in seen.values() if isinstance(gap, CannotSee)]
    nodes = {name: _status(one) for name, one in seen.items() if isinstance(one, Server)}
    whole = {name: told for name, told in nodes.items() if told.get("wsrep_cluster_status") == "Primary"}
    size = max((_size(told) for told in whole.values()), default=0)
    needed = size // 2 + 1
    # A component that loses half of itself at once stops, whoever is left.
    alone = "without one of the others too few would be left to decide" if size > 0 and size - 1 < needed else ""
    trouble: list[str] = []
    if not whole and not gaps:
        trouble.append("no node belongs to a component that takes writes")
    if len({told.get("wsrep_cluster_state_uuid") for told in whole.values()}) > 1 or len(whole) > size:
        trouble.append(f"split brain: {' and '.join(whole)} take writes, each in a cluster of its own"[:_MOST])
    members = tuple(_member(name, one, nodes.get(name, {}), alone) for name, one in seen.items())
    # Where all of the component told, who is silent is none of it.
    if gaps and len(whole) < max(size, 1) and not trouble and not FailoverState(members=members).ready:
        raise CannotSee(gaps[0].reason, gaps[0].says)
    voters = [Voter(name=one.name, up=True, address=one.address) for one in members if one.name in whole]
    voters += [Voter(name=f"another node {number}", up=True) for number in range(1, size - len(voters) + 1)]
    state: dict[str, Any] = {"voters": tuple(voters), "needed": needed, "quorum": bool(whole)} if whole else {}
    none = Unseen.of(CannotSee(Reason.INCOMPLETE, say("the servers keep no record of switches")))
    return FailoverState(
        members=members, trouble=tuple(trouble), automatic=True, paused=False,
        absent={"switches": none, "last_switch": none}, tool="Galera", **state,
    )  # fmt: skip


def _member(name: str, one: Server | CannotSee, told: Mapping[str, str], alone: str) -> Member:
    if isinstance(one, CannotSee):
        return Member(name=name, role="unknown", usable=False, detail=f"it cannot be asked: {one}"[:_MOST])
    why = _against(one, told) or alone
    return Member(
        name=name, role="serving", usable=not why, detail=why[:_MOST],
        address=one.settings.get("report_host") or one.settings.get("hostname", ""),
        version=str(one.who.get("version", ""))[:80],
        settings={key: one.settings[key] for key in AGREEING if key in one.settings},
    )  # fmt: skip


def _against(one: Server, told: Mapping[str, str]) -> str:
    """Why a node takes no writes; empty where it does."""
    if not told.get("wsrep_cluster_status"):
        return "it belongs to no cluster"
    if told["wsrep_cluster_status"] != "Primary":
        return f"its component takes no writes ({told['wsrep_cluster_status']})"
    if told.get("wsrep_ready", "").upper() != "ON":
        return "it is not ready (wsrep_ready)"
    if told.get("wsrep_local_state_comment") != "Synced":
        return f"it is not in step: {told.get('wsrep_local_state_comment') or '-'}"
    return "it refuses writes (read_only)" if one.closed else ""


def _status(one: Server) -> Mapping[str, str]:
    return {name: one.semi[name][:60] for name in STATUS if name in one.semi}


def _size(told: Mapping[str, str]) -> int:
    text = told.get("wsrep_cluster_size", "")
    return int(text) if re.fullmatch(r"[0-9]{1,3}", text) else 0
