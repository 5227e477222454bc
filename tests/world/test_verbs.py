"""Declared verbs and what a probe asks for; what was not declared never reaches a hand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.contract import Page, RedisDoor, S3Door, Verbs, World
from audit.model.item import Secret
from audit.model.verdict import CannotSee, Reason
from audit.world.scene import scene
from audit.world.verbs import gated
from audit.world.world import Output

SECOND = timedelta(seconds=1)
DSN = Secret("env", "DSN")
RESTIC = "restic --repo=* --password-file {password} --no-lock [--no-cache] snapshots --json"


@pytest.mark.parametrize(
    ("declared", "asked", "allowed"),
    [
        (RESTIC, "restic --repo=/srv --password-file {password} --no-lock snapshots --json", True),
        (RESTIC, "restic --repo=/srv --password-file {password} --no-lock --no-cache snapshots --json", True),
        (RESTIC, "restic --repo= --password-file {password} --no-lock snapshots --json", True),
        (RESTIC, "restic --repo=/srv --password-file {password} snapshots --json", False),
        (RESTIC, "restic --repo=/srv --password-file {password} --no-lock forget --json", False),
        (RESTIC, "restic --repo=/srv --password-file {password} --no-lock snapshots --json --delete", False),
        (RESTIC, "/tmp/restic --repo=/srv --password-file {password} --no-lock snapshots --json", False),
        ("borg list *", "borg list /srv/repo", True),
        ("borg list *", "borg list --delete", False),
        ("borg list *", "borg list", False),
        ("borg info PATHS...", "borg info", True),
        ("borg info PATHS...", "borg info a b", True),
        ("borg info PATHS...", "borg info a --delete", False),
        ("pg_restore --file=/dev/null *", "pg_restore --file=/etc/passwd dump", False),
        ("a.b c", "axb c", False),
        ("/{usr/lib/postgresql/*,usr/pgsql-*}/bin/psql -X", "/usr/lib/postgresql/15/bin/psql -X", True),
        ("/{usr/lib/postgresql/*,usr/pgsql-*}/bin/psql -X", "/usr/pgsql-15/bin/psql -X", True),
        ("/{usr/lib/postgresql/*,usr/pgsql-*}/bin/psql -X", "/usr/lib/postgresql/15/tmp/bin/psql -X", False),
        ("/{usr/lib/postgresql/*,usr/pgsql-*}/bin/psql -X", "/usr/lib/postgresql/../bin/psql -X", False),
        ("/{usr/lib/postgresql/*,usr/pgsql-*}/bin/psql -X", "/tmp/usr/pgsql-15/bin/psql -X", False),
        ("*/psql -X", "/tmp/bin/psql -X", False),
    ],
)
def test_a_command_line_is_held_against_what_was_declared(declared: str, asked: str, *, allowed: bool) -> None:
    assert Verbs(commands=(declared,)).allow_command(asked.split()) is allowed


def test_a_word_cannot_hide_the_end_of_another() -> None:
    verbs = Verbs(commands=("borg list *",))
    assert not verbs.allow_command(["borg", "list", "x\0--delete"])
    assert not verbs.allow_command(["borg", "list\0/srv"])
    assert not verbs.allow_command(["borg", "list", ""])
    assert verbs.allow_command(["borg", "list", "a\nb"])


@given(st.lists(st.text(max_size=8), max_size=6))
def test_nothing_is_allowed_where_nothing_was_declared(words: list[str]) -> None:
    assert not Verbs().allow_command(words)
    assert not Verbs().allow_redis(words)
    assert not any(Verbs().allow_line(word) for word in words)


@given(st.lists(st.text(max_size=8), min_size=1, max_size=3))
def test_an_operand_is_never_an_option(words: list[str]) -> None:
    allowed = Verbs(commands=("tool PATHS...",)).allow_command(["tool", *words])
    assert allowed == all(word and not word.startswith("-") and "\0" not in word for word in words)


def test_lines_and_commands_of_redis() -> None:
    verbs = Verbs(lines=("LIST VAR *",), redis=("INFO *", "LASTSAVE"))
    assert verbs.allow_line("LIST VAR ups1")
    assert not verbs.allow_line("LIST VAR ups1\nSET VAR ups1")
    assert not verbs.allow_line("SET VAR ups1")
    for hidden in (";", "\\", '"', "<<", "\u2028", " ", "ups1;SET", "-1", "$x", ""):
        assert not verbs.allow_line(f"LIST VAR {hidden}"), hidden
    assert verbs.allow_line("LIST VAR room-2.ups:1_가")
    assert verbs.allow_redis(["INFO", "persistence"])
    assert not verbs.allow_redis(["INFO"])
    assert not verbs.allow_redis(["LASTSAVE", "x"])


Ask = Callable[[World], Awaitable[Any]]


@pytest.mark.parametrize(
    "ask",
    [
        lambda world: world.command.run(("restic", "forget"), SECOND, {}),
        lambda world: world.command.plugin(("check_tcp",), SECOND, {}),
        lambda world: world.tcp.talk("127.0.0.1", 1, ("FSD ups",), SECOND, ends="OK"),
        lambda world: world.postgresql.rows(DSN, ("select pg_switch_wal()",), SECOND),
        lambda world: world.mysql.rows(DSN, ("drop table t",), SECOND),
        lambda world: world.redis.ask(RedisDoor("127.0.0.1", 1), (("FLUSHALL",),), SECOND),
        lambda world: world.s3.ask(S3Door(), "delete_object", {}, SECOND),
        lambda world: world.http.read(Page("http://127.0.0.1/admin", method="POST"), SECOND),
        lambda world: world.http.read(Page("http://127.0.0.1/", method="DELETE"), SECOND),
        lambda world: world.http.visit(Page("http://127.0.0.1/", method="POST"), SECOND),
    ],
)
def test_what_was_not_declared_is_refused_before_a_hand_moves(ask: Ask) -> None:
    world = scene(command={"restic": Output(0, "", "")})
    with pytest.raises(CannotSee) as refused:
        anyio.run(ask, gated(world, Verbs(posts=("/read",), s3=("get_object",), redis=("INFO",), sql=("select 1",))))
    assert refused.value.reason is Reason.DENIED
    assert "declares" in str(refused.value)


def test_what_was_declared_reaches_the_hand() -> None:
    world = scene(command={"restic": Output(0, "[]", "")})
    bound = gated(world, Verbs(commands=("restic snapshots",)))

    async def ask() -> Output:
        return await bound.command.run(("restic", "snapshots"), SECOND, {})

    assert anyio.run(ask).out == "[]"
