"""Figures that other programs tell to what is ruled on the copy behind them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from audit.contract import Answer, Output, Probe
from audit.model.backup import BackupState, ReplicaState
from audit.model.exposition import Exposition, Selector, parse_selector
from audit.model.facts import Facts
from audit.model.item import Technology
from audit.model.unfit import Unfit
from audit.model.verdict import CannotSee, Reason
from audit.world.scene import NOON, scene
from audit.world.world import World
from checks.backup.nagios import NagiosCopy, NagiosReplica
from checks.backup.nagios import backup as plugged
from checks.backup.nagios import replica as plugged_replica
from checks.backup.prometheus import PrometheusCopy, PrometheusReplica, backup, replica
from tests.world.hands import run

URL = "http://127.0.0.1:9854/metrics"
TEXT = """
# TYPE backup_began_seconds gauge
backup_began_seconds{stanza="kibo",kind="full"} %(hour)d
backup_began_seconds{stanza="semas",kind="full"} 0
backup_size_kib 2048
backup_errors 0
broken NaN
old_lag 3 %(long)d
lag_ms 1500
attached 1
"""


def text(**change: str) -> bytes:
    told = TEXT % {"hour": NOON.timestamp() - 3600, "long": (NOON.timestamp() - 3600) * 1000}
    for old, new in change.items():
        told = told.replace(f"\n{old} ", f"\n{old} {new}#")
    return told.encode()


def served(body: bytes, status: int = 200) -> World:
    return scene(pages={URL: Answer(status, {}, body, "127.0.0.1", timedelta(0))})


def look(probe: Probe, copy: Technology, world: World) -> Facts:
    async def main() -> Facts:
        return await probe.look(copy, world)

    return run(main())


def exporter(world: World, **facts: Any) -> BackupState:
    copy = PrometheusCopy.model_validate({"id": "x", "kind": "prometheus", "at": "busan", "url": URL, "facts": facts})
    seen = look(backup, copy, world)
    assert isinstance(seen, BackupState)
    return seen


def test_an_exporter_tells_of_a_backup() -> None:
    seen = exporter(
        served(text()),
        newest='backup_began_seconds{stanza="kibo"}',
        size={"metric": "backup_size_kib", "times": 1024},
        errors="backup_errors",
    )
    assert seen.latest == NOON - timedelta(hours=1)
    assert (seen.size, seen.errors, seen.clock) == (2048 * 1024, (), NOON)
    assert not seen.has("integrity")


def test_a_wrong_word_of_an_exporter_is_an_error() -> None:
    body = text().replace(b"backup_errors 0", b"backup_errors 3")
    assert exporter(served(body), age="lag_ms", errors="backup_errors").errors == ("the exporter counts errors: 3",)


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"newest": "backup_began_seconds"}, "2 series"),
        ({"newest": "no_such_series"}, "no series"),
        ({"newest": "broken"}, "no number"),
        ({"age": "old_lag"}, "1h ago"),
        ({"newest": {"metric": "lag_ms", "times": 1e300}}, "no time"),
        ({"age": {"metric": "lag_ms", "times": 1e300}}, "no number of seconds"),
    ],
)
def test_what_an_exporter_does_not_tell_is_unknown(facts: dict[str, Any], says: str) -> None:
    with pytest.raises(CannotSee, match=says):
        exporter(served(text()), **facts)


@pytest.mark.parametrize("body", [b"\xff\xfe", b'a{b="', b"a 1 x", b"a{} one", b"{}"])
def test_what_is_no_text_of_prometheus_is_unknown(body: bytes) -> None:
    with pytest.raises(CannotSee) as gap:
        exporter(served(body), age="a")
    assert gap.value.reason is Reason.INCOMPLETE


@pytest.mark.parametrize(("status", "reason"), [(401, Reason.DENIED), (403, Reason.DENIED), (500, Reason.INCOMPLETE)])
def test_a_refusal_is_unknown(status: int, reason: Reason) -> None:
    with pytest.raises(CannotSee) as gap:
        exporter(served(text(), status), age="lag_ms")
    assert gap.value.reason is reason


def test_an_exporter_tells_of_a_replica() -> None:
    written = {"id": "x", "kind": "prometheus-replica", "at": "busan", "url": URL}
    facts = {"lag": {"metric": "lag_ms", "times": 0.001}, "attached": "attached"}
    copy = PrometheusReplica.model_validate({**written, "facts": facts})
    seen = look(replica, copy, served(text()))
    assert isinstance(seen, ReplicaState)
    assert (seen.replay_age, seen.attached, seen.bytes_behind) == (timedelta(seconds=1.5), True, 1)
    assert not seen.has("same_cluster")


@pytest.mark.parametrize("facts", [{}, {"size": "x"}, {"age": "1x"}, {"age": 'x{y="'}, {"speed": "x"}])
def test_a_mapping_without_an_age_is_refused(facts: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        exporter(scene(), **facts)


def test_selectors() -> None:
    assert parse_selector('a:b{c="d,e\\"f", g="h"}') == Selector("a:b", (("c", 'd,e"f'), ("g", "h")))
    assert str(parse_selector('a{c="d"}')) == 'a{c="d"}'
    for wrong in (
        "",
        "a{",
        "a{b}",
        "a{b=c}",
        {"metric": "a", "unit": "s"},
        {"metric": "a", "times": "nan"},
        {"times": 1},
    ):
        with pytest.raises(Unfit):
            parse_selector(wrong)
    assert Exposition("a 1\n").value(parse_selector("a")) == (1.0, None)


PRINTED = "PGBACKREST OK - 3 backups | age=600s;; size=2MB;; errors=0"


def plugin(code: int, out: str = PRINTED, **facts: str) -> BackupState:
    written = {"id": "x", "kind": "nagios", "at": "busan", "host": "db", "command": ["check_it"]}
    copy = NagiosCopy.model_validate({**written, "facts": facts or {"age": "age", "size": "size"}})
    world = scene(command={"check_it": Output(code, out, "")}, allowed={"db": ("127.0.0.1",)})
    seen = look(plugged, copy, world)
    assert isinstance(seen, BackupState)
    return seen


def test_a_plugin_tells_of_a_backup() -> None:
    seen = plugin(0)
    assert (seen.latest, seen.size) == (NOON - timedelta(minutes=10), 2_000_000)
    assert not seen.has("errors")
    assert plugin(2).errors == ("check_it: PGBACKREST OK - 3 backups",)
    assert plugin(0, age="age", errors="errors").errors == ()


@pytest.mark.parametrize(("code", "out"), [(3, PRINTED), (-9, ""), (127, ""), (0, "OK")])
def test_what_a_plugin_does_not_tell_is_unknown(code: int, out: str) -> None:
    with pytest.raises(CannotSee) as gap:
        plugin(code, out)
    assert gap.value.reason is Reason.INCOMPLETE


def test_a_plugin_tells_of_a_replica() -> None:
    written = {"id": "x", "kind": "nagios-replica", "at": "busan", "host": "db", "command": ["check_it"]}
    copy = NagiosReplica.model_validate({**written, "facts": {"lag": "age"}})
    world = scene(command={"check_it": Output(2, PRINTED, "")}, allowed={"db": ("127.0.0.1",)})
    seen = look(plugged_replica, copy, world)
    assert isinstance(seen, ReplicaState)
    assert (seen.attached, seen.replay_age) == (False, timedelta(minutes=10))


def test_an_empty_store_is_no_backup_rather_than_unknown() -> None:
    seen = plugin(0, "OK | age=0 count=0", age="age", count="count")
    assert seen.points == ()
    assert seen.clock == datetime(2026, 9, 1, 12, tzinfo=UTC)
