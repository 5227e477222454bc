"""Functions that are meant to be probes or rules in; a plugin, or what is wrong with it, out."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from audit.contract import (
    BadPlugin,
    CannotSee,
    Check,
    Claim,
    Level,
    Limits,
    Looks,
    Reason,
    Ruling,
    Severity,
    Subject,
    Timed,
    World,
    check,
    probe,
    ruling,
)  # fmt: skip
from audit.model.backup import BackupState
from audit.model.facts import Facts
from audit.model.technology import Copy, Endpoint
from audit.world.scene import scene


class Tape(Copy, kind="tape-for-test"):
    """A tape."""


class Fax(Endpoint, kind="fax-for-test"):
    """A fax machine."""


async def snapshots(copy: Tape, world: World) -> BackupState:
    return BackupState(points=(), clock=world.clock.now())


async def without_facts(copy: Tape, world: World) -> int:
    return 1


async def without_technology(copy: Copy | int, world: World) -> BackupState:
    raise AssertionError


async def with_more(copy: Tape, other: Fax, world: World) -> BackupState:
    raise AssertionError


async def without_annotations(copy, world):  # type: ignore[no-untyped-def]
    raise AssertionError


def test_a_probe() -> None:
    made = probe(deadline=30)(snapshots)
    assert (made.technology, made.facts, made.deadline) == (Tape, BackupState, timedelta(seconds=30))
    assert made.id == "snapshots"
    assert scene().clock.now().tzinfo is not None


@pytest.mark.parametrize("look", [without_facts, without_technology, with_more, without_annotations])
def test_no_probe(look: object) -> None:
    with pytest.raises(BadPlugin, match=r"test_contract\.py:\d+: a probe is"):
        probe()(look)  # type: ignore[arg-type]


def everything(
    copy: Subject[Copy], seen: BackupState, looks: Looks, claim: Claim, at: datetime, limits: Limits
) -> Ruling:
    """Something holds.

    Why: because.

    Fix: mend it.
    """
    return ruling(True, measured=1, required=1)


def made_from(rule: object, **changes: object) -> Check:
    head: dict[str, object] = {"control": "BKP-04", "method": "F", "severity": "high", **changes}
    return check("backup.test", **head)(rule)  # type: ignore[arg-type]


def test_a_rule() -> None:
    made = made_from(everything, least="verified", limits={"age": ("1d", "2d", "3d", "-")})
    assert dict(made.wants) == {
        "copy": "subject",
        "seen": "facts",
        "looks": "looks",
        "claim": "claim",
        "at": "at",
        "limits": "limits",
    }
    assert (made.subject, made.facts, made.least, made.severity) == (Copy, BackupState, Level.VERIFIED, Severity.HIGH)
    assert (made.question, made.why, made.fix) == ("Something holds.", "because.", "mend it.")
    assert made.area == "backup"
    assert made.source.endswith(f"test_contract.py:{everything.__code__.co_firstlineno}")
    with pytest.raises(TypeError):
        made.limits["age"] = ("1d",) * 4  # type: ignore[index]


def test_the_area_of_a_third_party() -> None:
    assert check("kosme:hsm.battery", control="FAC-01", method="F", severity="high")(everything).area == "hsm"


def without_subject(seen: BackupState) -> Ruling:
    """Something holds.

    Why: because.

    Fix: mend it.
    """
    raise AssertionError


def with_what_no_run_has(copy: Subject[Copy], weather: int) -> Ruling:
    """Something holds.

    Why: because.

    Fix: mend it.
    """
    raise AssertionError


def without_why(copy: Subject[Copy]) -> Ruling:
    """Something holds.

    Fix: mend it.
    """
    raise AssertionError


def without_fix(copy: Subject[Copy]) -> Ruling:
    """Something holds.

    Why: because.
    """
    raise AssertionError


def without_words(copy: Subject[Copy]) -> Ruling:
    raise AssertionError


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        (without_subject, "needs one parameter annotated Subject"),
        (with_what_no_run_has, "parameter 'weather' of rule 'backup.test' has an annotation that no run can fill"),
        (without_why, "needs a docstring"),
        (without_fix, "needs a docstring"),
        (without_words, "needs a docstring"),
    ],
)
def test_no_rule(rule: object, says: str) -> None:
    with pytest.raises(BadPlugin, match=says):
        made_from(rule)


@pytest.mark.parametrize("changes", [{"severity": "grave"}, {"least": "guessed"}])
def test_unknown_words_in_a_head(changes: dict[str, object]) -> None:
    with pytest.raises((ValueError, KeyError)):
        made_from(everything, **changes)


class Steps:
    """A clock that goes on by a second whenever it is looked at."""

    def __init__(self) -> None:
        self.steps = 0

    def now(self) -> datetime:
        return datetime(2026, 9, 1, tzinfo=UTC)

    def monotonic(self) -> float:
        self.steps += 1
        return float(self.steps)


def test_all_that_one_attempt_asks_shares_its_time() -> None:
    look = Timed(replace(scene(), clock=Steps()), timedelta(seconds=3))
    assert [look.left("restic snapshots"), look.left("restic stats")] == [timedelta(seconds=2), timedelta(seconds=1)]
    with pytest.raises(CannotSee, match="no time was left for restic check") as late:
        look.left("restic check")
    assert late.value.reason is Reason.TIMEOUT


def test_facts_are_the_base_of_every_facts() -> None:
    assert issubclass(BackupState, Facts)
