"""What a plugin declares that it may ask to a World whose hands refuse everything else."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final

from audit.model.item import Secret
from audit.model.message import say
from audit.model.verdict import CannotSee, Reason
from audit.world.asking import S3, Aws, AwsDoor, Local, Mysql, Redis, RedisDoor, S3Answer, S3Door
from audit.world.world import Command, Http, Output, Page, Postgresql, Tcp, Unpacked, World

_END: Final = "\0"
# Servers read more signs than a break as the end of a line, such as `;` of HAProxy, so only these are let through.
_NAME: Final = r"(?!-)[\w.:-]+"


@dataclass(frozen=True)
class Verbs:
    """Everything that one plugin may ask of hands that could do more than look.

    HTTP by GET and HEAD, files, names, echoes, handshakes, SFTP, SNMP, Modbus, BACnet need no entry: those hands can
    only read.
    """

    commands: tuple[str, ...] = ()
    """Command lines, word by word: `*` in a word stands for any text, `[word]` may be left out, `[word]...` may also
    come more than once, a last word `NAME...` stands for any number of operands. A text that stands for a whole word
    never begins with `-`. In the program, the first word, `*` stands for no `/`, `{a,b}` for either of both."""
    environment: tuple[str, ...] = ()
    """Names of environment variables that it may give a command a plain value for."""
    plugins: bool = False
    """Whether it runs plugins of Nagios, which the inventory names."""
    sql: tuple[str, ...] = ()
    """Statements, letter by letter, of PostgreSQL and MySQL; `{name}` stands for one name in back-quotes."""
    lines: tuple[str, ...] = ()
    """Lines sent over TCP or to a local socket, where `*` stands for a name: letters, digits, `_`, `.`, `:`, `-`."""
    redis: tuple[str, ...] = ()
    """Commands such as `INFO persistence`, where `*` stands for one word."""
    s3: tuple[str, ...] = ()
    """Operations by their name in boto3, such as `list_objects_v2`."""
    aws: tuple[str, ...] = ()
    """Operations by their names in boto3, such as `elbv2.describe_target_health`."""
    posts: tuple[str, ...] = ()
    """Paths to which HTTP may send a POST, because the service only reads there."""

    @cached_property
    def _commands(self) -> tuple[re.Pattern[str], ...]:
        return tuple(_command(line) for line in self.commands)

    @cached_property
    def _sql(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(re.escape(text).replace(r"\{name\}", r"`[\w$]{1,64}`")) for text in self.sql)

    @cached_property
    def _lines(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(re.escape(line).replace(r"\*", _NAME)) for line in self.lines)

    @cached_property
    def _redis(self) -> tuple[re.Pattern[str], ...]:
        return tuple(_command(line, operand="[^{end}]+") for line in self.redis)

    def allow_command(self, argv: Sequence[str]) -> bool:
        """Whether a command line is one of those declared."""
        return _matches(self._commands, argv)

    def allow_sql(self, statement: str) -> bool:
        """Whether a statement is one of those declared."""
        return any(pattern.fullmatch(statement) for pattern in self._sql)

    def allow_redis(self, words: Sequence[str]) -> bool:
        """Whether a command of Redis is one of those declared."""
        return _matches(self._redis, words)

    def allow_line(self, line: str) -> bool:
        """Whether a line over TCP is one of those declared."""
        return any(pattern.fullmatch(line) for pattern in self._lines)


NOTHING: Final = Verbs()


def _command(line: str, operand: str = "(?!-)[^{end}]+") -> re.Pattern[str]:
    """The pattern of a declared command line over its words, each with an end sign behind it."""
    whole, inside = operand.format(end=_END), f"[^{_END}]*"
    program, *words = line.split()
    parts = [_program(program) + _END]
    for word in words:
        if word.endswith("...") and not word.endswith("]..."):
            parts.append(f"(?:{whole}{_END})*")
            continue
        times = "*" if word.endswith("]...") else "?" if word.startswith("[") and word.endswith("]") else ""
        word = word.removesuffix("...")[1:-1] if times else word
        text = whole if word == "*" else re.escape(word).replace(r"\*", inside)
        parts.append(f"(?:{text}{_END}){times}")
    return re.compile("".join(parts), re.DOTALL)


def _program(word: str) -> str:
    """The pattern of a program: a name that is looked up in PATH, or a path that leads into no other folder."""
    text = re.escape(word).replace(r"\*", rf"(?!\.)[^/{_END}]*")
    return re.sub(r"\\\{(.*?)\\\}", lambda found: f"(?:{found[1].replace(',', '|')})", text)


def _matches(patterns: Sequence[re.Pattern[str]], words: Sequence[str]) -> bool:
    if any(_END in word for word in words):
        return False
    line = "".join(word + _END for word in words)
    return any(pattern.fullmatch(line) for pattern in patterns)


def gated(world: World, verbs: Verbs) -> World:
    """The same world for one plugin: what it did not declare is refused before a hand moves."""
    return replace(
        world,
        http=_Http(world.http, verbs),
        tcp=_Tcp(world.tcp, verbs),
        command=_Command(world.command, verbs),
        postgresql=_Postgresql(world.postgresql, verbs),
        mysql=_Mysql(world.mysql, verbs),
        redis=_Redis(world.redis, verbs),
        s3=_S3(world.s3, verbs),
        local=_Local(world.local, verbs),
        aws=_Aws(world.aws, verbs),
    )


def undeclared(asked: str) -> CannotSee:
    """What is said to a plugin that asks for more than it declared."""
    return CannotSee(Reason.DENIED, say("{asked} is not among what this probe declares to ask", asked=asked[:120]))


@dataclass(frozen=True, slots=True)
class _Http:
    hand: Http
    verbs: Verbs

    async def visit(self, page: Page, timeout: timedelta) -> Any:
        if page.method not in ("GET", "HEAD"):
            raise undeclared(f"{page.method} {page.url}")
        return await self.hand.visit(page, timeout)

    async def read(self, page: Page, timeout: timedelta) -> Any:
        if page.method == "POST":
            path = page.url.partition("://")[2].partition("/")[2].partition("?")[0]
            if f"/{path}" not in self.verbs.posts:
                raise undeclared(f"POST /{path}")
        elif page.method not in ("GET", "HEAD"):
            raise undeclared(f"{page.method} {page.url}")
        return await self.hand.read(page, timeout)

    def transport(self, authority: str | None = None) -> Any:
        return self.hand.transport(authority)


@dataclass(frozen=True, slots=True)
class _Tcp:
    hand: Tcp
    verbs: Verbs

    async def knock(self, host: str, port: int, timeout: timedelta, family: int | None = None) -> Any:
        return await self.hand.knock(host, port, timeout, family)

    async def talk(self, host: str, port: int, lines: Sequence[str], timeout: timedelta, ends: str) -> str:
        for line in lines:
            if not self.verbs.allow_line(line):
                raise undeclared(line)
        return await self.hand.talk(host, port, lines, timeout, ends)


@dataclass(frozen=True, slots=True)
class _Command:
    hand: Command
    verbs: Verbs

    async def run(
        self,
        argv: Sequence[str],
        timeout: timedelta,
        secrets: Mapping[str, Secret],
        files: Mapping[str, Secret] = MappingProxyType({}),
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> Output:
        if not self.verbs.allow_command(argv):
            raise undeclared(" ".join(argv[:2]))
        for name in environment:
            if name not in self.verbs.environment:
                raise undeclared(name)
        return await self.hand.run(argv, timeout, secrets, files, environment)

    async def version(self, argv: Sequence[str], timeout: timedelta) -> Output:
        if not self.verbs.allow_command(argv):
            raise undeclared(" ".join(argv[:2]))
        return await self.hand.version(argv, timeout)

    async def unpack(self, argv: Sequence[str], size: int, timeout: timedelta) -> Unpacked:
        if not self.verbs.allow_command(argv):
            raise undeclared(" ".join(argv[:2]))
        return await self.hand.unpack(argv, size, timeout)

    async def plugin(self, argv: Sequence[str], timeout: timedelta, secrets: Mapping[str, Secret]) -> Output:
        if not self.verbs.plugins:
            raise undeclared(" ".join(argv[:1]))
        return await self.hand.plugin(argv, timeout, secrets)


@dataclass(frozen=True, slots=True)
class _Postgresql:
    hand: Postgresql
    verbs: Verbs

    async def rows(
        self, dsn: Secret, queries: Sequence[str], timeout: timedelta
    ) -> tuple[tuple[Mapping[str, Any], ...], ...]:
        _declared(self.verbs, queries)
        return await self.hand.rows(dsn, queries, timeout)


@dataclass(frozen=True, slots=True)
class _Mysql:
    hand: Mysql
    verbs: Verbs

    async def rows(
        self, dsn: Secret, queries: Sequence[str], timeout: timedelta
    ) -> tuple[tuple[Mapping[str, Any], ...], ...]:
        _declared(self.verbs, queries)
        return await self.hand.rows(dsn, queries, timeout)


def _declared(verbs: Verbs, queries: Sequence[str]) -> None:
    for query in queries:
        if not verbs.allow_sql(query):
            raise undeclared(" ".join(query.split())[:60])


@dataclass(frozen=True, slots=True)
class _Redis:
    hand: Redis
    verbs: Verbs

    async def ask(self, door: RedisDoor, commands: Sequence[Sequence[str]], timeout: timedelta) -> tuple[Any, ...]:
        for words in commands:
            if not self.verbs.allow_redis(words):
                raise undeclared(" ".join(words))
        return await self.hand.ask(door, commands, timeout)


@dataclass(frozen=True, slots=True)
class _S3:
    hand: S3
    verbs: Verbs

    async def ask(self, door: S3Door, operation: str, arguments: Mapping[str, Any], timeout: timedelta) -> S3Answer:
        if operation not in self.verbs.s3:
            raise undeclared(operation)
        return await self.hand.ask(door, operation, arguments, timeout)


@dataclass(frozen=True, slots=True)
class _Local:
    hand: Local
    verbs: Verbs

    async def talk(self, path: str, lines: Sequence[str], timeout: timedelta) -> str:
        for line in lines:
            if not self.verbs.allow_line(line):
                raise undeclared(line)
        return await self.hand.talk(path, lines, timeout)


@dataclass(frozen=True, slots=True)
class _Aws:
    hand: Aws
    verbs: Verbs

    async def call(
        self, door: AwsDoor, service: str, operation: str, arguments: Mapping[str, Any], timeout: timedelta
    ) -> S3Answer:
        if f"{service}.{operation}" not in self.verbs.aws:
            raise undeclared(f"{service}.{operation}")
        return await self.hand.call(door, service, operation, arguments, timeout)
