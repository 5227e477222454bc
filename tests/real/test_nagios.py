"""Real plugins of Nagios, nasty ones beside them, to what is said of a service on loopback."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from audit.model.facts import ServiceState
from audit.model.verdict import CannotSee, Reason
from audit.world.build import real_world
from audit.world.command import PLUGINS, POOL, LocalCommand
from audit.world.secrets import Secrets
from audit.world.world import World
from checks.availability.nagios import NagiosEndpoint, plugin
from tests.world.hands import only, run
from tests.world.servers import closed_port, page, says, served

pytestmark = [pytest.mark.real, pytest.mark.lab]
SECOND = timedelta(seconds=1)


@pytest.fixture(scope="module")
def check_tcp(need: Callable[[str], Path]) -> str:
    found = next((Path(folder) / "check_tcp" for folder in PLUGINS if (Path(folder) / "check_tcp").exists()), None)
    return str(found or need("check_tcp"))


@pytest.fixture
def world(tmp_path: Path) -> World:
    return real_world(allow=(ip_network("127.0.0.0/8"),), root=tmp_path)


def look(world: World, *command: object, timeout: str = "60s", **more: Any) -> ServiceState:
    written = {"id": "x", "kind": "nagios", "host": "127.0.0.1", "command": list(command), "timeout": timeout, **more}

    async def main() -> ServiceState:
        seen = await plugin.look(NagiosEndpoint.model_validate(written), world)
        assert isinstance(seen, ServiceState)
        return seen

    return run(main())


def script(folder: Path, text: str) -> str:
    path = folder / "check_own"
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o700)
    return str(path)


def test_a_port_that_answers_and_one_that_does_not(check_tcp: str, world: World) -> None:
    with served(says(page())) as port:
        good = look(world, "check_tcp", "-H", "127.0.0.1", "-p", port)
        slow = look(world, "check_tcp", "-H", "{address}", "-p", port, "-w", "0.000001")
    assert only(good).failure is None
    assert 0 < good.figures["time"] < 60
    assert only(good).phases["total"] > 0
    assert "WARNING" in only(slow).warning
    refused = only(look(world, check_tcp, "-H", "127.0.0.1", "-p", closed_port()))
    assert refused.failure == "plugin-critical"
    assert "refused" in refused.detail


def test_plugins_that_see_other_things(check_tcp: str, world: World) -> None:
    with served(says(page(b"guarantee"))) as port:
        right = look(world, "check_http", "-I", "127.0.0.1", "-p", port, "-s", "guarantee")
        wrong = look(world, "check_http", "-I", "127.0.0.1", "-p", port, "-s", "nothing")
    assert (only(right).failure, right.figures["size"] > 0) == (None, True)
    assert only(wrong).failure == "plugin-critical"
    load = look(world, "check_load", "-w", "1000,1000,1000", "-c", "2000,2000,2000")
    assert {"load1", "load5", "load15"} <= set(load.figures)
    with pytest.raises(CannotSee, match="cannot tell") as seen:
        look(world, "check_dummy", 3, "nobody knows")
    assert seen.value.reason is Reason.INCOMPLETE


@pytest.mark.parametrize(
    ("text", "reason", "says_why"),
    [
        ("exec yes 'OK | a=1'", Reason.INCOMPLETE, "8 MiB"),
        ("sleep 100", Reason.TIMEOUT, "did not end"),
        ("trap '' TERM; while :; do sleep 1; done", Reason.TIMEOUT, "did not end"),
        ("echo OK; kill -9 $$", Reason.INCOMPLETE, "signal 9"),
        ("exit 42", Reason.INCOMPLETE, "code 42"),
        ("exit 3", Reason.INCOMPLETE, "cannot tell"),
    ],
)
def test_nasty_plugins(world: World, tmp_path: Path, text: str, reason: Reason, says_why: str) -> None:
    with pytest.raises(CannotSee, match=says_why) as seen:
        look(world, script(tmp_path, text), timeout="700ms" if reason is Reason.TIMEOUT else "60s")
    assert seen.value.reason is reason


def test_output_that_is_no_text(world: World, tmp_path: Path) -> None:
    state = look(world, script(tmp_path, "head -c 3000 /dev/urandom; printf '\\n\\377\\000|a=1'; exit 2"))
    assert only(state).failure == "plugin-critical"
    assert len(only(state).detail) <= 200


def test_the_language_the_rights_and_the_secrets_of_a_plugin(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "ko_KR.UTF-8")
    monkeypatch.setenv("PLANTED", "planted-value")
    # It is made less urgent just after it has begun.
    text = 'for turn in $(seq 400); do [ "$(nice)" = 10 ] && break; sleep 0.05; done\n'
    text += 'echo "$LC_ALL $(nice) $KEY ${PLANTED:-nothing} |n=$(nice)"\n'
    text += 'tr "\\0" " " </proc/$$/cmdline >&2; exit 2'
    state = look(world, script(tmp_path, text), secrets={"KEY": {"env": "PLANTED"}})
    assert only(state).detail == "C.UTF-8 10 [hidden] nothing"
    assert state.figures == {"n": 10}


def test_a_missing_plugin_and_a_host_that_is_not_allowed(world: World) -> None:
    with pytest.raises(CannotSee) as seen:
        look(world, "check_that_is_not_there")
    assert seen.value.reason is Reason.NO_TOOL
    with pytest.raises(CannotSee) as seen:
        look(world, "check_dummy", 0, host="10.0.0.1")
    assert seen.value.reason is Reason.DENIED


def test_so_many_at_once_and_no_more(tmp_path: Path) -> None:
    running = tmp_path / "running"
    running.mkdir()
    met = tmp_path / "met"
    # The first two wait for each other, however long it takes to begin them.
    text = f"touch {running}/$$; for turn in $(seq 200); do [ $(ls {running} | wc -l) -gt 1 ] && touch {met}\n"
    text += f"[ -e {met} ] && break; sleep 0.05; done; sleep 0.2; ls {running} | wc -l; rm {running}/$$"
    path = script(tmp_path, text)

    async def together() -> list[int]:
        hand = LocalCommand(Secrets(tmp_path))
        outputs = await asyncio.gather(*(hand.plugin((path,), 60 * SECOND, {}) for _ in range(3 * POOL)))
        return [int(output.out) for output in outputs]

    counts = run(together())
    assert max(counts) <= POOL
    assert max(counts) > 1


def test_one_that_does_not_get_its_turn(tmp_path: Path) -> None:
    path = script(tmp_path, "sleep 60")

    async def together() -> BaseException | None:
        hand = LocalCommand(Secrets(tmp_path))
        others = [asyncio.create_task(hand.plugin((path,), 90 * SECOND, {})) for _ in range(POOL)]
        await asyncio.sleep(0.3)
        with pytest.raises(CannotSee, match="did not get its turn") as seen:
            await hand.plugin((path,), 0.2 * SECOND, {})
        for other in others:
            other.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        return seen.value

    began = time.monotonic()
    assert run(together()) is not None
    assert time.monotonic() - began < 50
    assert not [entry for entry in Path("/proc").glob("[0-9]*") if _runs(entry.name, path)]


def _runs(number: str, path: str) -> bool:
    try:
        return path.encode() in Path(f"/proc/{number}/cmdline").read_bytes()
    except OSError:
        return False
