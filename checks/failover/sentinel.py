"""A group of Redis with its Sentinels as the inventory words it becomes whether it would take over now."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field

from audit.contract import CannotSee, Reason, RedisDoor, Verbs, World, probe, say
from audit.model.address import Host, Port
from audit.model.facts import Unseen
from audit.model.failover import FailoverState, Member, Patience, Role, Switch, Voter
from audit.model.item import SecretRef, Text
from audit.model.technology import Failover
from audit.model.unfit import Unexpected
from audit.model.units import Duration, Flag

Words = Mapping[str, str]
NOTHING: Final[Words] = MappingProxyType({})
SETTINGS: Final = (
    "appendonly", "databases", "maxmemory", "maxmemory-policy", "min-replicas-max-lag", "min-replicas-to-write",
    "replica-read-only",
)  # fmt: skip
"""What has to be the same at every server; read by name, so that a right to all of CONFIG shows no password."""
VERBS: Final = Verbs(
    redis=("SENTINEL CKQUORUM *", "SENTINEL MASTER *", "SENTINEL REPLICAS *", "SENTINEL SENTINELS *", "INFO sentinel",
           "INFO replication", "INFO server", *(f"CONFIG GET {name}" for name in SETTINGS)),
)  # fmt: skip
_SET: Final = "set:"
_OFFSET: Final = re.compile(r"[0-9]{1,19}")
_LINE: Final = re.compile(r"slave\d{1,5}")
_DOWN: Final = frozenset(("s_down", "o_down", "disconnected"))
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
    addresses that the Sentinel gives, as far as the estate allows them. The user of the servers needs `+info`; with
    `+config|get` its settings are compared too. Ran with Redis 7.0.
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
    words_asked = ("CKQUORUM", "MASTER", "REPLICAS", "SENTINELS")
    asked = (*(("SENTINEL", word, switch.group) for word in words_asked), ("INFO", "sentinel"))
    door = RedisDoor(switch.server, switch.port, "", switch.sentinel_password, switch.tls, switch.authority)
    quorum, master, replicas, sentinels, own = await world.redis.ask(door, asked, switch.timeout)
    lead = words(_given(master))
    others = [words(row) for row in _given(replicas)][:_MOST]
    infos = {_name(server): await _info(server, switch, world) for server in (lead, *others)}
    for other in others:
        if _behind(infos[_name(lead)], infos[_name(other)]):
            # What was on its way has come by the second look; what the primary wrote since does not count.
            infos[_name(other)] = await _info(other, switch, world)
    known = [words(row) for row in _given(sentinels)][:_MOST]
    amiss = {_name(peer): why for peer in known if (why := await _astray(peer, lead, switch, world))}
    own_door = f"{switch.server}:{switch.port}"
    said = _pairs(own) if isinstance(own, str) else {}
    return state(quorum, lead, others, known, infos, own_door, told=said, amiss=amiss)


async def _astray(peer: Words, lead: Words, switch: Sentinel, world: World) -> str:
    """Why another Sentinel would not vote for a switch of this group; empty where it would, or nobody can tell.

    Sentinels take each other for alive by a PING alone, also one that has forgotten the group.
    """
    if _DOWN & _flags(peer) or not peer.get("ip") or not re.fullmatch(r"[0-9]{1,5}", peer.get("port", "")):
        return ""
    door = RedisDoor(
        peer["ip"], int(peer["port"]), "", switch.sentinel_password, switch.tls, switch.authority
    )  # fmt: skip
    try:
        (answer,) = await world.redis.ask(door, (("SENTINEL", "MASTER", switch.group),), switch.timeout)
        if isinstance(answer, Exception):
            return "it does not know the group" if "No such master" in str(answer) else ""
        other = words(answer)
    except CannotSee:
        return ""
    return "" if _name(other) == _name(lead) else f"it takes {_name(other)} for the primary"


async def _info(server: Words, switch: Sentinel, world: World) -> Words | CannotSee:
    try:
        if not server.get("ip") or not re.fullmatch(r"[0-9]{1,5}", server.get("port", "")):
            raise CannotSee(Reason.INCOMPLETE, say("the Sentinel gives no address of {server}", server=_name(server)))
        door = RedisDoor(
            server["ip"], int(server["port"]), switch.user or "", switch.password, switch.tls, switch.authority
        )
        questions = (("INFO", "replication"), ("INFO", "server"), *(("CONFIG", "GET", name) for name in SETTINGS))
        answer, server_answer, *settings = await world.redis.ask(door, questions, switch.timeout)
    except CannotSee as gap:
        return gap
    if not isinstance(answer, str):
        return CannotSee(
            Reason.DENIED if isinstance(answer, Exception) else Reason.INCOMPLETE,
            say("{server} refuses INFO", server=_name(server)),
        )
    found = dict(_pairs(answer))
    if isinstance(server_answer, str):
        found["redis_version"] = _pairs(server_answer).get("redis_version", "")[:80]
    for name, row in zip(SETTINGS, settings, strict=True):
        # Who may not ask for it gets an error in its place.
        if isinstance(row, list | tuple | dict) and name in (pair := words(row)):
            found[_SET + name] = pair[name]
    return found


def _pairs(text: str) -> Words:
    """The lines `name:value` of INFO."""
    pairs = (line.partition(":")[::2] for line in text.splitlines() if ":" in line and not line.startswith("#"))
    return {key.strip()[:80]: value.strip()[:500] for key, value in pairs}


def state(
    quorum: object,
    lead: Words,
    others: list[Words],
    sentinels: list[Words],
    infos: Mapping[str, Words | CannotSee],
    host: str,
    *,
    told: Words = NOTHING,
    amiss: Words = NOTHING,
) -> FailoverState:
    """What the Sentinel at a host and the servers say to facts; `told` is what the Sentinel says of itself.

    `amiss` tells of other Sentinels why they would not vote.
    """
    peers = [_voter(one, amiss) for one in sentinels]
    voters = (Voter(name="the Sentinel that was asked", up=True, address=host), *peers)
    agreed = lead.get("quorum", "")
    wanted = int(agreed) if re.fullmatch(r"[0-9]{1,4}", agreed) else 0
    facts: dict[str, Any] = {
        "voters": voters, "needed": max(len(voters) // 2 + 1, wanted), "automatic": True,
    }  # fmt: skip
    if told.get("sentinel_tilt") in ("0", "1"):
        # In this mode it only watches, for as long as its clock or its machine is out of step.
        facts["paused"] = told["sentinel_tilt"] == "1"
    absent: dict[str, Unseen] = {}
    trouble: list[str] = []
    text = " ".join(str(quorum).split())[:200]
    if amiss and sum(voter.up is True for voter in voters) < facts["needed"]:
        facts["quorum"] = False
        trouble += [f"{name} would not vote: {why}" for name, why in amiss.items()]
    elif isinstance(quorum, str) and quorum.startswith("OK"):
        facts["quorum"] = True
    elif isinstance(quorum, Exception) and "NOQUORUM" in text:
        facts["quorum"] = False
        trouble.append(text)
    else:
        absent["quorum"] = Unseen.of(CannotSee(Reason.INCOMPLETE, say("the Sentinel does not tell of its quorum")))
    own = infos[_name(lead)]
    if {"s_down", "o_down"} & _flags(lead):
        trouble.append(f"the Sentinel calls {_name(lead)} down")
    if "failover_in_progress" in _flags(lead):
        trouble.append("a switch is under way")
    if isinstance(own, CannotSee):
        # What nobody could ask must not count as usable, nor as broken.
        raise CannotSee(own.reason, own.says)
    why = "" if own.get("role") == "master" else "it takes no writes"
    if own.get("min_slaves_good_slaves") == "0":
        why = "it takes no writes, as no replica is near enough (min-replicas-to-write)"
    members = [_member(lead, own, "primary", why)]
    lines = [dict(piece.partition("=")[::2] for piece in value.split(",")) for key, value in own.items()
             if _LINE.fullmatch(key)]  # fmt: skip
    gaps: list[CannotSee] = []
    for other in others:
        asked = infos[_name(other)]
        why = _against(other, asked, lines)
        if isinstance(asked, CannotSee) and why.startswith(_UNASKED):
            gaps.append(asked)
        members.append(_member(other, asked, "standby", why, _behind(own, asked)))
    if gaps and not any(member.usable for member in members if member.role == "standby"):
        raise CannotSee(gaps[0].reason, gaps[0].says)
    silence = lead.get("down-after-milliseconds", "")
    if re.fullmatch(r"[0-9]{1,14}", silence):
        waits = timedelta(milliseconds=int(silence))
        facts["patience"] = Patience(time=waits, by="down-after-milliseconds")
    epoch = lead.get("config-epoch", "")
    if re.fullmatch(r"[0-9]{1,9}", epoch):
        facts["switches"] = int(epoch)
        # A restart of all Sentinels keeps the epoch, and nobody its date.
        facts["last_switch"] = Switch(at=None, source="Sentinel config-epoch", detail=f"epoch {epoch}")
    return FailoverState(members=tuple(members), trouble=tuple(trouble), absent=absent, tool="Sentinel", **facts)


def _behind(lead: Words | CannotSee, other: Words | CannotSee) -> int | None:
    """Bytes that the primary had written before a replica was asked, and that have not come to it."""
    if isinstance(lead, CannotSee) or isinstance(other, CannotSee):
        return None
    written, read = lead.get("master_repl_offset", ""), other.get("slave_repl_offset", "")
    if not _OFFSET.fullmatch(written) or not _OFFSET.fullmatch(read):
        return None
    return max(0, int(written) - int(read))


def _member(server: Words, info: Words | CannotSee, role: Role, why: str, behind: int | None = None) -> Member:
    told: Words = NOTHING if isinstance(info, CannotSee) else info
    wanted = told.get(_SET + "min-replicas-to-write", "")
    return Member(
        name=_name(server), role=role, usable=not why, detail=why[:200], address=server.get("ip", ""),
        version=told.get("redis_version", ""),
        settings={name: told[_SET + name] for name in SETTINGS if _SET + name in told},
        needs=int(wanted) if re.fullmatch(r"[0-9]{1,4}", wanted) else 0,
        lag_bytes=behind, lag_by="" if behind is None else "master_repl_offset - slave_repl_offset",
    )  # fmt: skip


def _voter(sentinel: Words, amiss: Words) -> Voter:
    votes = not _DOWN & _flags(sentinel) and _name(sentinel) not in amiss
    return Voter(name=_name(sentinel), up=votes, address=sentinel.get("ip", ""))


def _against(other: Words, info: Words | CannotSee, lines: list[dict[str, str]]) -> str:
    """Why a replica could not take over; empty where it could."""
    down = sorted(_DOWN & _flags(other))
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
    if info.get(_SET + "replica-read-only") == "no":
        return "it takes writes of its own (replica-read-only no)"
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
