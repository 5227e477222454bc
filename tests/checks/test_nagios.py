"""Plugins of Nagios as an inventory writes them to what is said of the service that they look at."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from audit.contract import Output
from audit.model.facts import ServiceState
from audit.model.item import Secret
from audit.model.message import say
from audit.model.plugin import read_figures, text_of
from audit.model.verdict import CannotSee, Reason
from audit.world.scene import scene
from audit.world.world import World
from checks.availability.nagios import NagiosEndpoint, plugin
from tests.world.hands import only, run

WRITTEN: dict[str, Any] = {
    "id": "db",
    "kind": "nagios",
    "host": "db.example",
    "command": ["check_tcp", "-H", "127.0.0.1", "-p", 5432],
}
ALLOWED = {"db.example": ("127.0.0.1",), "two.example": ("127.0.0.1", "127.0.0.2")}


def endpoint(**change: Any) -> NagiosEndpoint:
    return NagiosEndpoint.model_validate({**WRITTEN, **change})


def look(world: World, **change: Any) -> ServiceState:
    async def main() -> ServiceState:
        seen = await plugin.look(endpoint(**change), world)
        assert isinstance(seen, ServiceState)
        return seen

    return run(main())


def ending(code: int, out: str = "", err: str = "") -> World:
    return scene(command={"check_tcp": Output(code, out, err, 0.25)}, allowed=ALLOWED)


def test_as_it_is_written() -> None:
    written = endpoint(secrets={"PGPASSWORD": {"env": "PROBE"}})
    assert written.command == ("check_tcp", "-H", "127.0.0.1", "-p", "5432")
    assert (written.host, written.secrets) == ("db.example", {"PGPASSWORD": Secret("env", "PROBE")})
    assert written.timeout == timedelta(seconds=5)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"command": "check_tcp -H x"}, "list of words"),
        ({"command": []}, "list of words"),
        ({"command": ["  "]}, "name of a plugin first"),
        ({"command": ["check_x", "a\nb"]}, "words of one line"),
        ({"command": ["check_x", "--password=hidden"]}, "arguments of a command"),
        ({"command": ["check_x", "--api-key", "hidden"]}, "arguments of a command"),
        ({"secrets": {"LD_PRELOAD": {"env": "A"}}}, "a variable that a plugin reads"),
        ({"secrets": {"PATH": {"env": "A"}}}, "a variable that a plugin reads"),
        ({"secrets": {"a b": {"env": "A"}}}, "a variable that a plugin reads"),
        ({"secrets": {"TOKEN": "hidden"}}, "a secret is never written here"),
        ({"secrets": "hidden"}, "expected secrets"),
        ({"host": "a/b"}, "host name or an address"),
    ],
)
def test_what_is_refused(change: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError) as refused:
        endpoint(**change)
    said = "; ".join(error["msg"] for error in refused.value.errors())
    assert says in said
    assert "hidden" not in said


def test_the_exit_code_decides() -> None:
    good = look(ending(0, "TCP OK - 0.1 s|time=0.1s;;;0.0;10.0\n"))
    assert (only(good).failure, only(good).warning, only(good).phases) == (None, "", {"total": 0.25})
    assert good.figures == {"time": 0.1}
    warned = only(look(ending(1, "TCP WARNING - slow | time=3s")))
    assert (warned.failure, warned.warning) == (None, "TCP WARNING - slow")
    broken = look(ending(2, "connect refused\nlong text\n"))
    assert (only(broken).failure, only(broken).detail) == ("plugin-critical", "connect refused")
    assert broken.troubled()
    assert not broken.has("figures")
    assert ServiceState.model_validate(good.plain()) == good


@pytest.mark.parametrize(
    ("code", "out", "says"),
    [(3, "UNKNOWN - no idea", "no idea"), (4, "", "code 4"), (127, "", "code 127"), (-9, "TCP OK", "signal 9")],
)
def test_what_no_plugin_says_is_unknown(code: int, out: str, says: str) -> None:
    with pytest.raises(CannotSee, match=says) as seen:
        look(ending(code, out))
    assert seen.value.reason is Reason.INCOMPLETE


def test_a_plugin_that_cannot_be_run() -> None:
    missing = scene(command={"check_tcp": CannotSee(Reason.NO_TOOL, say("none"))}, allowed=ALLOWED)
    with pytest.raises(CannotSee) as seen:
        look(missing)
    assert seen.value.reason is Reason.NO_TOOL


def test_a_host_outside_what_is_allowed_is_not_looked_at() -> None:
    with pytest.raises(CannotSee):
        look(scene(command={"check_tcp": Output(0, "OK", "")}))


def test_each_address_where_the_command_names_it() -> None:
    ends = {"check_tcp -H 127.0.0.1": Output(0, "OK|t=1ms", ""), "check_tcp -H 127.0.0.2": Output(2, "BAD|t=2ms", "")}
    state = look(scene(command=ends, allowed=ALLOWED), host="two.example", command=["check_tcp", "-H", "{address}"])
    assert [(sample.address, sample.failure) for sample in state.samples] == [
        ("127.0.0.1", None),
        ("127.0.0.2", "plugin-critical"),
    ]
    assert state.figures == {"t 127.0.0.1": 0.001, "t 127.0.0.2": 0.002}
    together = look(scene(command={"check_tcp": Output(0, "OK", "")}, allowed=ALLOWED), host="two.example")
    assert only(together).address == "two.example"


def test_an_address_that_cannot_be_told_leaves_the_whole_unknown() -> None:
    ends = {"check_tcp -H 127.0.0.1": Output(0, "OK", ""), "check_tcp -H 127.0.0.2": Output(3, "?", "")}
    state = look(scene(command=ends, allowed=ALLOWED), host="two.example", command=["check_tcp", "-H", "{address}"])
    assert [sample.address for sample in state.partial] == ["127.0.0.1"]
    assert not state.has("samples")


def test_a_plugin_beside_the_inventory(tmp_path: Path) -> None:
    world = scene(command={f"{tmp_path}/plugins/check_x": Output(0, "OK", "")}, allowed=ALLOWED, root=tmp_path)
    assert only(look(world, command=["plugins/check_x"])).failure is None


@pytest.mark.parametrize(
    ("out", "figures"),
    [
        ("OK", {}),
        ("OK | a=1 'b c'=2%;80;90;0;100 'it''s'=3", {"a": 1, "b c": 2, "it's": 3}),
        ("DISK OK|/=2643MB;5948;5958;0;5968\nmore text | /boot=68MB;88\n/home=69357MB\n",
         {"/": 2643e6, "/boot": 68e6, "/home": 69357e6}),
        ("PING OK|rta=0.064000ms;100.0;500.0;0.0 pl=0%;20;60;0", {"rta": 0.000064, "pl": 0}),
        ("OK | a=1,5s b=-2 c=1e3 d=U e= =4 f=x g=nan", {"a": 1.5, "b": -2, "c": 1000}),
        ("OK | a=1e999 b=1", {"b": 1}),
        ("\n\nOK | a=1", {"a": 1}),
        ("OK | a=1 a=2", {"a": 1}),
        ("OK |" + "'" * 300_000, {}),
        ("OK |" + "a" * 300_000, {}),
    ],
)  # fmt: skip
def test_figures(out: str, figures: dict[str, float]) -> None:
    assert read_figures(out) == pytest.approx(figures)


def test_only_so_many_figures() -> None:
    assert len(read_figures("OK | " + " ".join(f"f{number}=1" for number in range(500)))) == 100


def test_the_text_in_one_line() -> None:
    assert text_of("\n  TCP   OK\t- fine | a=1\nmore") == "TCP OK - fine"
    assert text_of("") == ""
