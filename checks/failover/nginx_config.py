"""The text of an nginx configuration becomes its directives, the servers of an upstream."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from audit.contract import CannotSee, Reason, say

_DEEPEST: Final = 32
_MOST: Final = 200_000
_TOKEN: Final = re.compile(
    r"""(?P<space>\s+)|(?P<comment>\#[^\n]*)|(?P<sign>[;{}])"""
    r"""|(?P<quoted>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')(?=[\s;{}]|$)"""
    r"""|(?P<word>(?:\\.|\$\{[^}\s]*\}|[^\s;{}\\])+)""",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Directive:
    """One directive with its words, the block behind it where it has one."""

    words: tuple[str, ...]
    block: tuple[Directive, ...] | None = None

    @property
    def name(self) -> str:
        return self.words[0] if self.words else ""


@dataclass(frozen=True, slots=True)
class Backend:
    """One `server` of an upstream."""

    written: str
    host: str
    """Empty for a UNIX socket."""
    port: int
    backup: bool
    down: bool
    never_out: bool
    """`max_fails=0`: nginx goes on sending people to it, whatever it answers."""


def directives(text: str) -> tuple[Directive, ...]:
    """The whole text, blocks in blocks. CannotSee where it is none of nginx."""
    stack: list[tuple[tuple[str, ...], list[Directive]]] = [((), [])]
    words: list[str] = []
    position, count = 0, 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        count += 1
        if found is None or count > _MOST:
            raise _unreadable("its signs cannot be read" if found is None else "it is too long")
        position = found.end()
        if found.lastgroup in ("word", "quoted"):
            word = found[0]
            words.append(word[1:-1] if found.lastgroup == "quoted" else word)
        elif found[0] == ";":
            stack[-1][1].append(Directive(tuple(words)))
            words = []
        elif found[0] == "{":
            if words and words[0].endswith("_by_lua_block"):
                position = _behind_block(text, position)
                words = []
                continue
            stack.append((tuple(words), []))
            words = []
            if len(stack) > _DEEPEST:
                raise _unreadable("its blocks are too deep")
        elif found[0] == "}":
            if words or len(stack) == 1:
                raise _unreadable("a bracket is where none may be")
            name, inside = stack.pop()
            stack[-1][1].append(Directive(name, tuple(inside)))
    if words or len(stack) > 1:
        raise _unreadable("it ends too early")
    return tuple(stack[0][1])


def _behind_block(text: str, position: int) -> int:
    """The end of a block in another language."""
    depth = 1
    for found in re.finditer(r"[{}]", text[position:]):
        depth += 1 if found[0] == "{" else -1
        if depth == 0:
            return position + found.end()
    raise _unreadable("it ends too early")


def upstreams(tree: Sequence[Directive], name: str) -> Iterator[Directive]:
    """Every `upstream` of a name, in `http` or `stream`."""
    for one in tree:
        if one.name == "upstream" and one.words[1:] == (name,):
            yield one
        elif one.name in ("http", "stream") and one.block is not None:
            yield from upstreams(one.block, name)


def backends(upstream: Directive) -> tuple[Backend, ...]:
    """The servers of an upstream."""
    found: list[Backend] = []
    for one in upstream.block or ():
        if one.name == "include":
            raise CannotSee(
                Reason.INCOMPLETE,
                say("{name} is outside of the folder of the configuration", name=" ".join(one.words[1:])[:120] or "-"),
            )
        if one.name == "server" and len(one.words) > 1:
            found.append(_backend(one.words[1], one.words[2:]))
    return tuple(found)


def _backend(written: str, options: Sequence[str]) -> Backend:
    host, port = written, 80
    place = re.fullmatch(r"(\[[0-9a-fA-F:.]+\]|[^:\[\]]+)(?::(\d{1,5}))?", written)
    if written.startswith("unix:"):
        host = ""
    elif place is None or "$" in written or not 0 < int(place[2] or 80) < 65536:
        raise CannotSee(Reason.INCOMPLETE, say("{name} is no address of a server", name=written[:120]))
    else:
        host, port = place[1].strip("[]"), int(place[2] or 80)
    return Backend(
        written, host, port, "backup" in options, "down" in options or "drain" in options, "max_fails=0" in options
    )


def _unreadable(why: str) -> CannotSee:
    return CannotSee(Reason.INCOMPLETE, say("this is no configuration of nginx: {why}", why=why))
