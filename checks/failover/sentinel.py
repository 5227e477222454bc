"""A group of Redis with its Sentinels as the inventory words it becomes whether it would take over now."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field

from audit.contract import CannotSee, Reason, RedisDoor, Verbs, World, probe, say
from audit.model.address import Host, Port
from audit.model.facts import Unseen
from audit.model.failover import FailoverState, Member, Voter
from audit.model.item import SecretRef, Text
from audit.model.technology import Failover
from audit.model.unfit import Unexpected
from audit.model.units import Duration, Flag

Words = Mapping[str, str]
VERBS: Final = Verbs(
    redis=("SENTINEL CKQUORUM *", "SENTINEL MASTER *", "SENTINEL REPLICAS *", "SENTINEL SENTINELS *",
           "INFO replication"),
)  # fmt: skip
_LINE: Final = re.compile(r"slave\d{1,5}")
_MOST: Final = 16
_SILENT: Final = 60
_UNASKED: Final = "it cannot be asked: "


def parse_group(written: str) -> str:
    """The name of a group as `sentinel monitor` has it."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", written):
        raise Unexpected(say("the name of a group as `sentinel monitor` has it"), repr(written[:60]))
    return written


class Sentinel(Failover, kind="sentinel"):
    """A group of Redis (6 or newer) that Sentinels switch over; `host`, `port` are those of any one Sentinel.

    Its `ckquorum` says OK while no replica can take over, so that the servers themselves are asked too, at the
    addresses that the Sentinel gives, as far as the estate allows them. The user of the servers needs `+info`.
    """

    server: Host = Field(alias="host")
    port: Port = 26379
    group: Annotated[Text, AfterValidator(parse_group)]
    user: Text | None = None
    password: SecretRef | None = None
    """Of the servers."""
    sentinel_password: SecretRef | None = None
    tls: Flag = False
    authority: Text | None = None
    timeout: Duration = timedelta(seconds=5)

    @property
    def host(self) -> str:
        return self.server


@probe(deadline=60, verbs=VERBS)
async def standing(switch: Sentinel, world: World) -> FailoverState:
    asked = tuple(("SENTINEL", word, switch.group) for word in ("CKQUORUM", "MASTER", "REPLICAS", "SENTINELS"))
    door = RedisDoor(switch.server, switch.port, "", switch.sentinel_password, switch.tls, switch.authority)
    quorum, master, replicas, sentinels = await world.redis.ask(door, asked, switch.timeout)
    lead = words(_given(master))
    others = [words(row) for row in _given(replicas)][:_MOST]
    infos = {_name(server): await _info(server, switch, world) for server in (lead, *others)}
    return state(quorum, lead, others, [words(row) for row in _given(sentinels)][:_MOST], infos, switch.server)


async def _info(server: Words, switch: Sentinel, world: World) -> Words | CannotSee:
    try:
        if not server.get("ip") or not re.fullmatch(r"[0-9]{1,5}", server.get("port", "")):
            raise CannotSee(Reason.INCOMPLETE, say("the Sentinel gives no address of {server}", server=_name(server)))
        door = RedisDoor(
            server["ip"], int(server["port"]), switch.user or "", switch.password, switch.tls, switch.authority
        )
        (answer,) = await world.redis.ask(door, (("INFO", "replication"),), switch.timeout)
    except CannotSee as gap:
        return gap
    if not isinstance(answer, str):
        return CannotSee(
            Reason.DENIED if isinstance(answer, Exception) else Reason.INCOMPLETE,
            say("{server} refuses INFO", server=_name(server)),
        )
    pairs = (line.partition(":")[::2] for line in answer.splitlines() if ":" in line and not line.startswith("#"))
    return {key.strip()[:80]: value.strip()[:500] for key, value in pairs}


def state(
    quorum: object,
    lead: Words,
    others: list[Words],
    sentinels: list[Words],
    infos: Mapping[str, Words | CannotSee],
    host: str,
) -> FailoverState:
    """What the Sentinel at a host and the servers say to facts."""
    voters = (Voter(name="the Sentinel that was asked", up=True, address=host), *map(_voter, sentinels))
    facts: dict[str, Any] = {"voters": voters, "needed": len(voters) // 2 + 1}
    absent: dict[str, Unseen] = {}
    trouble: list[str] = []
    text = " ".join(str(quorum).split())[:200]
    if isinstance(quorum, str) and quorum.startswith("OK"):
        facts["quorum"] = True
    elif isinstance(quorum, Exception) and "NOQUORUM" in text:
        facts["quorum"] = False
        trouble.append(text)
    else:
        absent["quorum"] = Unseen.of(CannotSee(Reason.INCOMPLETE, say("the Sentinel does not tell of its quorum")))
    own = infos[_name(lead)]
    if {"s_down", "o_down"} & _flags(lead):
        trouble.append(f"the Sentinel calls {_name(lead)} down")
    if isinstance(own, CannotSee):
        # What nobody could ask must not count as usable, nor as broken.
        raise CannotSee(own.reason, own.says)
    usable = own.get("role") == "master"
    members = [Member(name=_name(lead), role="primary", usable=usable, detail="" if usable else "it takes no writes")]
    lines = [dict(piece.partition("=")[::2] for piece in value.split(",")) for key, value in own.items()
             if _LINE.fullmatch(key)]  # fmt: skip
    gaps: list[CannotSee] = []
    for other in others:
        asked = infos[_name(other)]
        why = _against(other, asked, lines)
        if isinstance(asked, CannotSee) and why.startswith(_UNASKED):
            gaps.append(asked)
        members.append(Member(name=_name(other), role="standby", usable=not why, detail=why[:200]))
    if gaps and not any(member.usable for member in members if member.role == "standby"):
        raise CannotSee(gaps[0].reason, gaps[0].says)
    epoch = lead.get("config-epoch", "")
    if re.fullmatch(r"[0-9]{1,9}", epoch):
        facts["switches"] = int(epoch)
    return FailoverState(members=tuple(members), trouble=tuple(trouble), absent=absent, tool="Sentinel", **facts)


def _voter(sentinel: Words) -> Voter:
    down = {"s_down", "o_down", "disconnected"} & _flags(sentinel)
    return Voter(name=_name(sentinel), up=not down, address=sentinel.get("ip", ""))


def _against(other: Words, info: Words | CannotSee, lines: list[dict[str, str]]) -> str:
    """Why a replica could not take over; empty where it could."""
    down = sorted({"s_down", "o_down", "disconnected"} & _flags(other))
    if down:
        return f"the Sentinel calls it {', '.join(down)}"
    if other.get("slave-priority") == "0":
        return "its priority of 0 keeps it from ever being chosen"
    if isinstance(info, CannotSee):
        return f"{_UNASKED}{info}"
    if info.get("role") != "slave":
        return "it is no replica"
    link = info.get("master_link_status", "")
    if link != "up":
        return f"its link to the primary is {link or '-'}"
    heard = info.get("master_last_io_seconds_ago", "")
    if not re.fullmatch(r"[0-9]{1,9}", heard) or int(heard) > _SILENT:
        return "it has heard nothing of its primary for over a minute"
    own = [line for line in lines if line.get("port") == other.get("port")] or lines
    states = sorted({line.get("state", "-") for line in own})
    if "online" not in states:
        return f"the primary calls it {', '.join(states)}" if states else "the primary has no replica"
    return ""


def words(row: object) -> Words:
    """A list `name, value, name, value` to its pairs."""
    if isinstance(row, dict):
        return {str(key)[:80]: str(value)[:200] for key, value in row.items()}
    if not isinstance(row, list | tuple):
        raise CannotSee(Reason.INCOMPLETE, say("the Sentinel does not answer as one does"))
    return {str(key)[:80]: str(value)[:200] for key, value in zip(row[::2], row[1::2], strict=False)}


def _given(answer: Any) -> Any:
    if isinstance(answer, Exception):
        text = " ".join(str(answer).split())[:120]
        denied = any(word in text.upper() for word in ("PERM", "NOAUTH", "WRONGPASS"))
        raise CannotSee(
            Reason.DENIED if denied else Reason.INCOMPLETE, say("the Sentinel refuses to tell: {error}", error=text)
        )
    if not isinstance(answer, list | tuple | dict):
        raise CannotSee(Reason.INCOMPLETE, say("the Sentinel does not answer as one does"))
    return answer


def _flags(server: Words) -> set[str]:
    return set(server.get("flags", "").split(","))


def _name(server: Words) -> str:
    return f"{server.get('ip', '-')}:{server.get('port', '-')}"
