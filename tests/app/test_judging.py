"""Rules of others that never end, in every way that Python knows, against a judgement that ends all the same."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from audit.app.judging import judge_in_time
from audit.contract import Check, Reason, Verdict, ruling
from audit.judge import judge
from audit.model.evidence import Finding, Ruling
from tests.gates import AT, knock, rule, system_text
from tests.small import catalogue, planned

SHORT = timedelta(seconds=0.3)
TWO = system_text() + "      - {id: side, grade: 2}\n"


def endless() -> Ruling:
    while True:
        pass


def asleep() -> Ruling:
    time.sleep(600)
    return ruling(True, measured="", required="")


def backtracking() -> Ruling:
    assert re.match(r"(a|a)*b", "a" * 60) is None
    return ruling(True, measured="", required="")


def asked(*rules: Check, longest: timedelta = SHORT) -> tuple[Finding, ...]:
    known = catalogue(checks=rules, probes=[knock])
    return judge_in_time(planned(TWO, known), known, {}, AT, longest=longest)


@pytest.mark.parametrize("hangs", [endless, asleep, backtracking])
def test_a_rule_that_does_not_end_is_unknown_and_the_others_are_judged(hangs: Callable[[], Ruling]) -> None:
    good = replace(rule(lambda system: ruling(True, measured="1", required="1")), id="order.good")
    told = signal.getsignal(signal.SIGALRM)
    began = time.monotonic()
    found = asked(rule(lambda system: hangs()), good)
    assert time.monotonic() - began < 200 * SHORT.total_seconds(), "the second subject is not waited for"
    unknown = [one for one in found if one.check == "order.asked"]
    assert [(one.verdict, one.reason) for one in unknown] == [(Verdict.UNKNOWN, Reason.CRASHED)] * 2
    assert [str(one.says) for one in unknown] == [
        "the rule did not end in 300ms",
        "the rule did not end in 300ms elsewhere, and was not asked again",
    ]
    assert [one.verdict for one in found if one.check == "order.good"] == [Verdict.PASS] * 2
    assert signal.getsignal(signal.SIGALRM) == told
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_whoever_takes_his_time_is_judged_as_ever() -> None:
    def slow() -> Ruling:
        time.sleep(0.12)
        return ruling(False, measured="2", required="1")

    one = rule(lambda system: slow())
    known = catalogue(checks=[one], probes=[knock])
    assert asked(one) == judge(planned(TWO, known), known, {}, AT)


def test_in_another_thread_nothing_is_bounded_and_nothing_breaks() -> None:
    found: list[tuple[Finding, ...]] = []
    thread = threading.Thread(
        target=lambda: found.append(asked(rule(lambda system: ruling(True, measured=1, required=1))))
    )
    thread.start()
    thread.join(300)
    assert [one.verdict for one in found[0]] == [Verdict.PASS] * 2


def test_a_rule_that_nothing_can_end_ends_the_program_with_its_name() -> None:
    program = """
import time
from datetime import timedelta
from tests.app.test_judging import asked, rule

def deaf(system):
    while True:
        try:
            time.sleep(0.01)
        except BaseException:
            continue

asked(rule(deaf), longest=timedelta(seconds=0.3))
"""
    root = Path(__file__).parents[2]
    done = subprocess.run(
        (sys.executable, "-c", program), cwd=root, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 70
    assert done.stderr == "haechi: the rule order.asked does not end and cannot be ended; nothing was judged\n"


def test_a_rule_that_lets_no_signal_in_is_ended_from_outside() -> None:
    program = """
from datetime import timedelta
from itertools import repeat
from tests.app.test_judging import asked, rule

asked(rule(lambda system: sum(repeat(0))), longest=timedelta(seconds=0.1))
"""
    root = Path(__file__).parents[2]
    done = subprocess.run(
        (sys.executable, "-c", program), cwd=root, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert done.stderr == "haechi: the rule order.asked does not end and cannot be ended; nothing was judged\n"
