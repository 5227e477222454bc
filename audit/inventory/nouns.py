"""A kind or a model of the inventory to the noun that people use for it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from audit.model.item import Item, Technology
from audit.model.message import Message, say
from audit.model.needs import All

_WITH_ARTICLE: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "estate": say("an estate"),
        "site": say("a site"),
        "room": say("a room"),
        "battery": say("a battery"),
        "power-protection": say("a power protection"),
        "monitor": say("a monitor"),
        "power": say("a power feed"),
        "generator": say("a generator"),
        "cooling": say("a cooling unit"),
        "carrier": say("a line to the outside"),
        "equipment": say("a piece of equipment"),
        "supplier": say("a supplier"),
        "institution": say("an institution"),
        "system": say("a system"),
        "endpoint": say("an endpoint"),
        "failover": say("a failover"),
        "data": say("a data set"),
        "copy": say("a copy"),
        "programme": say("a programme"),
        "contributor": say("a contributor"),
        "evidence": say("an evidence"),
        "season": say("a season"),
        "maintenance": say("a maintenance window"),
        "permit": say("a permit"),
        "rail": say("a way of an intake or a payout"),
        "role": say("a role"),
        "hazard": say("a hazard"),
        "measure": say("a measure"),
        "budget": say("a line of the budget"),
        "earlier finding": say("an earlier finding"),
        "list": say("a list"),
    }
)
_THINGS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "room": say("room"),
        "site": say("site"),
        "battery": say("battery"),
        "about": say("estate"),
        "advice": say("advice"),
        "funds": say("funding"),
        "location": say("location"),
        "power protection": say("power protection"),
        "monitor": say("monitor"),
        "stand": say("member"),
        "generator": say("generator"),
        "cooling": say("cooling unit"),
        "carrier": say("line to the outside"),
        "equipment": say("piece of equipment"),
        "substation": say("substation"),
        "rail": say("way of an intake or a payout"),
        "role": say("role"),
        "duty": say("duty"),
        "hazard": say("hazard"),
        "match": say("match"),
        "measure": say("measure"),
        "budget line": say("line of the budget"),
        "earlier finding": say("earlier finding"),
        "exported list": say("list"),
        "columns": say("columns"),
        "inventory copy": say("copy of the inventory"),
        "deadline": say("deadline"),
        "manual": say("manual way"),
        "load test": say("load test"),
        "confirmation": say("confirmation"),
        "self inspection": say("self-inspection"),
        "inspection": say("inspection"),
        "permit": say("permit"),
        "step": say("step"),
        "subcontractor": say("subcontractor"),
        "steps": say("steps"),
        "switch record": say("drill"),
        "supplier": say("supplier"),
        "institution": say("institution"),
        "person": say("person"),
        "system": say("system"),
        "endpoint": say("endpoint"),
        "failover": say("failover"),
        "data": say("data set"),
        "copy": say("copy"),
        "programme": say("programme"),
        "contributor": say("contributor"),
        "evidence": say("evidence"),
        "waiver": say("waiver"),
        "season": say("season"),
        "watch": say("watch"),
        "maintenance": say("maintenance window"),
        "channel": say("alert channel"),
        "heartbeat": say("heartbeat"),
        "vantage": say("vantage"),
        "reference": say("reference"),
        "judgement": say("judgement"),
        "door": say("metrics"),
        "scheduled audit": say("scheduled audit"),
        "scheduled report": say("scheduled report"),
    }
)


def word(kind: str) -> Message:
    """A kind with its article: `a room`, `an endpoint`."""
    return _WITH_ARTICLE[kind]


def one_of(kinds: Sequence[str]) -> Message:
    """Several kinds: `a site, a room or a system`."""
    *others, last = map(word, kinds)
    if not others:
        return last
    first, *rest = others
    for other in rest:
        first = say("{first}, {last}", first=first, last=other)
    return say("{first} or {last}", first=first, last=last)


def any_of(kinds: Sequence[str]) -> Message:
    """Several kinds, each of which would do: `a room or a site or a copy`."""
    first, *rest = map(word, kinds)
    for other in rest:
        first = say("{first} or {last}", first=first, last=other)
    return first


def thing(model: type[Item]) -> Message:
    """What a mapping is read as: `system`, `http endpoint`."""
    if model.__module__ == All.__module__:
        return say("group")
    if not issubclass(model, Technology):
        return _thing(model)
    role = _thing(model.role())
    return say("{kind} {role}", kind=model.technology, role=role) if model.technology else role


def _thing(model: type[Item]) -> Message:
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", model.__name__).lower()
    return _THINGS.get(name, say("{name}", name=name))
