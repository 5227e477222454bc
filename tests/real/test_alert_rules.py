"""The metrics, the alert rules in: what promtool says of them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from audit.app.watching.gauges import Gauges
from audit.app.watching.pulse import Pulse
from audit.model.measurement import Measurement, State
from tests.watching.watched import estate

pytestmark = pytest.mark.real
ALERTS = Path(__file__).resolve().parents[2] / "docs/alerts"
AT = datetime.fromisoformat("2026-11-22T01:00:00+00:00")


def said(program: Path, *arguments: str, given: bytes = b"", folder: Path = ALERTS) -> tuple[int, str]:
    done = subprocess.run(
        [program, *arguments], input=given, cwd=folder, timeout=300, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    return done.returncode, done.stdout.decode()


def test_the_rules_are_sound_and_tell_what_their_tests_expect(need: Callable[[str], Path]) -> None:
    promtool = need("promtool")
    code, told = said(promtool, "check", "rules", "haechi.rules.yml")
    assert (code, "SUCCESS" in told) == (0, True), told
    code, told = said(promtool, "test", "rules", "haechi.rules.test.yml")
    assert code == 0, told


def test_the_tests_of_the_rules_can_fail(need: Callable[[str], Path], tmp_path: Path) -> None:
    for path in ALERTS.glob("*.yml"):
        (tmp_path / path.name).write_text(path.read_text("utf-8").replace("haechi_declared_down == 1", "up == 1"))
    code, _ = said(need("promtool"), "test", "rules", "haechi.rules.test.yml", folder=tmp_path)
    assert code != 0


def test_the_metrics_are_clean(need: Callable[[str], Path]) -> None:
    gauges = Gauges(estate(12), lambda: Pulse(AT), "0.1.0")
    for number, state in enumerate((State.UP, State.DEGRADED, State.PARTIAL, State.DOWN, State.UNKNOWN)):
        took = (0.1,) * 6 if state is State.UP else ()
        gauges.heed(Measurement(f"fund/system-0/e-{number}", AT, AT + timedelta(seconds=number), state, phases=took))
    code, told = said(need("promtool"), "check", "metrics", given=gauges.text())
    assert (code, told) == (0, "")


def test_every_rule_speaks_of_metrics_that_there_are(need: Callable[[str], Path]) -> None:
    need("promtool")
    rules = (ALERTS / "haechi.rules.yml").read_text("utf-8")
    some = Gauges(estate(1), lambda: Pulse(AT), "0.1.0")
    some.heed(Measurement("fund/system-0/e-0", AT, AT, State.UP, latency=0.1, phases=(0.1,) * 6))
    text = some.text().decode()
    names = {word for line in rules.splitlines() if "expr" in line or "haechi_" in line for word in _names(line)}
    assert names
    assert [name for name in sorted(names) if f"\n{name}" not in text and f"TYPE {name} " not in text] == []


def _names(line: str) -> list[str]:
    words = "".join(sign if sign.isalnum() or sign == "_" else " " for sign in line.partition("#")[0]).split()
    return [word for word in words if word.startswith("haechi_")]
