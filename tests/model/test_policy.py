"""Declared limits with an estate's changes in, what holds for a grade out."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from audit.model.policy import Limits, Policy, PolicyChanges, Targets, effective
from audit.model.verdict import CannotSee, NotApplicable, Reason, Severity
from tests.model.estates import estate_of, vocabulary

LIMITS = {"backup.offsite": {"distance": ("50 km", "30 km", "0 m", "-"), "separate": ("site", "site", "site", "room")}}
SEVERITIES = {"backup.offsite": Severity.CRITICAL}


def policy(changes: PolicyChanges | None = None) -> Policy:
    return effective(LIMITS, SEVERITIES, changes or PolicyChanges())


def test_what_a_grade_needs() -> None:
    limits = policy().of("backup.offsite", 2)
    assert limits.length("distance") == 30_000
    assert limits.word("separate") == "site"
    assert policy().of("no.check", 1).values == {}


def test_nothing_is_demanded() -> None:
    with pytest.raises(NotApplicable) as exempt:
        policy().of("backup.offsite", 4).length("distance")
    assert "grade 4" in str(exempt.value.says)


def test_single_values_are_changed() -> None:
    estate = estate_of("""
policy:
  grades: {2: {rto: 4h}}
  checks:
    backup.offsite: {severity: medium, limits: {distance: {1: 80 km}, separate: compartment}}
""")
    changed = vocabulary().policy(estate)
    assert changed.targets[2] == Targets(timedelta(hours=4), timedelta(hours=1))
    assert changed.targets[1].rto == timedelta(hours=2)
    assert changed.severities["backup.offsite"] == Severity.MEDIUM
    assert changed.of("backup.offsite", 1).length("distance") == 80_000
    assert changed.of("backup.offsite", 2).length("distance") == 30_000
    assert changed.of("backup.offsite", 3).word("separate") == "compartment"
    assert vocabulary().policy(estate_of("{}")).of("backup.offsite", 1).length("distance") == 50_000


@pytest.mark.parametrize(
    ("read", "good", "value", "bad"),
    [
        (Limits.duration, "15m", timedelta(minutes=15), "soon"),
        (Limits.number, "20 %", 20.0, "a few"),
        (Limits.number, "3", 3.0, "nan"),
        (Limits.number, "-1", -1.0, "inf"),
        (Limits.length, "0.9 m", 0.9, "0.9"),
        (Limits.size, "2 TB", 2 * 10**12, "1e999999 B"),
    ],
)
def test_a_limit_is_read_or_decides_nothing(
    read: Callable[[Limits, str], object], good: str, value: object, bad: str
) -> None:
    assert read(Limits(1, {"x": good}), "x") == value
    with pytest.raises(CannotSee) as blind:
        read(Limits(1, {"x": bad}), "x")
    assert blind.value.reason == Reason.INCOMPLETE


def test_words_and_flags() -> None:
    limits = Limits(1, {"modes": "hot,  warm", "exhaust": "true", "none": "false"})
    assert limits.words("modes") == ("hot", "warm")
    assert limits.flag("exhaust")
    assert not limits.flag("none")


def test_the_plain_form_is_an_estate_s_own() -> None:
    plain = vocabulary().policy(estate_of("{}")).as_plain()
    assert plain["grades"][1] == {"rto": "2h", "rpo": "15m"}
    again = PolicyChanges.model_validate(
        {
            "grades": {str(grade): goal for grade, goal in plain["grades"].items()},
            "checks": {
                check: {
                    "severity": one["severity"],
                    "limits": {
                        name: {str(grade): value for grade, value in values.items()}
                        for name, values in one["limits"].items()
                    },
                }
                for check, one in plain["checks"].items()
            },
        }
    )
    assert again.checks["backup.offsite"].limits["distance"] == {1: "50 km", 2: "30 km", 3: "0 m", 4: "0 m"}


def test_severity_sinks_with_the_grade() -> None:
    assert [Severity.CRITICAL.lowered(grade) for grade in (1, 2, 3, 4)] == ["critical", "critical", "high", "medium"]
    assert Severity.MEDIUM.lowered(4) == Severity.LOW
    assert Severity.LOW.lowered(4) == Severity.LOW
