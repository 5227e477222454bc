"""The directives of an nginx configuration become the ways to an upstream, with what hinders them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from checks.failover.nginx_config import Directive, upstreams

Given = Mapping[str, tuple[str, ...]]
_NOTHING: Final[Given] = MappingProxyType({})
_PASSES: Final = ("proxy", "grpc", "fastcgi", "uwsgi", "scgi", "memcached")
_TABLES: Final = ("map", "geo", "split_clients")
_UNITS: Final[Mapping[str, float]] = MappingProxyType(
    {"": 1.0, "ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0, "M": 2592000.0}
)
_TIME: Final = re.compile(r"(\d{1,10})(ms|[smhdwM]?)")
_CONNECT: Final = 60.0


@dataclass(frozen=True, slots=True)
class Way:
    """One place that sends people to an upstream."""

    stays: str = ""
    """Why a request that fails there is not given to the next server; empty where it is."""
    closed: str = ""
    """Why nobody gets as far; empty where people do."""


@dataclass(frozen=True, slots=True)
class Ways:
    """What was found of the ways to an upstream."""

    ways: tuple[Way, ...] = ()
    blind: str = ""
    """What could hold one more, and was not read; empty where all was."""


def ways_to(tree: Sequence[Directive], name: str) -> Ways:
    """Every way to an upstream in the part of the configuration where the upstream itself stands."""
    for part in tree:
        if part.block is not None and next(upstreams((part,), name), None) is not None:
            whole = part.block if part.name in ("http", "stream") else tree
            break
    else:
        return Ways()
    named = _named(whole, name.lower())
    known = list(_ways(whole, _Seeker(name.lower(), part.name == "stream", named), _NOTHING, ""))
    return Ways(tuple(one for one in known if isinstance(one, Way)), next((o for o in known if isinstance(o, str)), ""))


@dataclass(frozen=True, slots=True)
class _Seeker:
    name: str
    stream: bool
    named: bool
    """Whether a variable may hold the name."""

    def passes(self, one: Directive) -> bool | None:
        """Whether a directive sends people there; None where nobody can tell."""
        if not one.name.endswith("_pass") or one.name.removesuffix("_pass") not in _PASSES or len(one.words) != 2:
            return False
        target = (one.words[1].partition("://")[2] or one.words[1]).partition("/")[0].lower()
        if "$" not in target:
            return target.partition(":")[0] == self.name
        return True if self.named else None


def _named(tree: Sequence[Directive], name: str) -> bool:
    """Whether any variable is given the name of the upstream."""
    for one in tree:
        inside = one.block or ()
        if one.name in _TABLES and any(_is(word, name) for row in inside for word in row.words[1:]):
            return True
        if (one.name == "set" and len(one.words) == 3 and _is(one.words[2], name)) or _named(inside, name):
            return True
    return False


def _is(word: str, name: str) -> bool:
    return (word.partition("://")[2] or word).partition("/")[0].lower() == name


def _ways(tree: Sequence[Directive], seeker: _Seeker, given: Given, closed: str) -> Iterator[Way | str]:
    """Each way, each text of what could not be read, inside of a block to which others gave their settings."""
    own = {**given, **{one.name: one.words[1:] for one in tree if one.words}}
    shut = closed or _shut(tree)
    for one in tree:
        if one.name == "include":
            # Outside of all servers it can hold servers; what stands in an upstream sends nobody anywhere.
            yield " ".join(one.words)[:120]
        elif one.block is not None and one.name not in ("upstream", *_TABLES, "types"):
            yield from _ways(one.block, seeker, own, shut)
        else:
            passes = seeker.passes(one)
            if passes is None:
                yield " ".join(one.words)[:120]
            elif passes:
                yield Way(_stays(one.name.removesuffix("_pass"), own, stream=seeker.stream), shut)


def _shut(tree: Sequence[Directive]) -> str:
    """What turns everybody away in a block before anybody is sent on."""
    for one in tree:
        if one.name == "return":
            return " ".join(one.words)[:60]
    rules = [one for one in tree if one.name in ("allow", "deny")]
    either = any(one.name == "satisfy" and one.words[1:] == ("any",) for one in tree)
    return "deny all" if rules and not either and rules[0].words == ("deny", "all") else ""


def _stays(prefix: str, own: Given, *, stream: bool) -> str:
    """Which setting keeps a request that failed from the next server."""
    words = own.get(f"{prefix}_next_upstream", ())
    if "off" in words:
        return f"{prefix}_next_upstream off"
    if words and not stream and not {"error", "timeout"} <= set(words):
        return f"{prefix}_next_upstream without `error`, `timeout`"
    if own.get(f"{prefix}_next_upstream_tries") == ("1",):
        return f"{prefix}_next_upstream_tries 1"
    limit = _seconds(own.get(f"{prefix}_next_upstream_timeout", ()), 0.0)
    connect = _seconds(own.get(f"{prefix}_connect_timeout", ()), _CONNECT)
    if 0 < limit <= connect:
        # A machine that is gone answers nothing: by the time that nginx gives it up, no other may be tried.
        return f"{prefix}_next_upstream_timeout not above {prefix}_connect_timeout"
    return ""


def _seconds(words: Sequence[str], default: float) -> float:
    """A time as nginx writes it, such as `1m30s`."""
    text = words[0] if len(words) == 1 else ""
    pieces = _TIME.findall(text)
    if not pieces or "".join(number + unit for number, unit in pieces) != text:
        return default
    return sum(int(number) * _UNITS[unit] for number, unit in pieces)
