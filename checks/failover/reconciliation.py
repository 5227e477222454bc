"""A signed statement becomes the ruling on whether work done on paper can be brought into the system afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final

from audit.contract import Claim, Example, Limits, Reason, Ruling, Subject, Verdict, check, ruling, say, signed
from audit.model.estate import System
from audit.model.facts import Facts
from audit.model.units import plain
from checks.failover.samples import guarantee, stated

AT: Final = datetime(2026, 9, 1, tzinfo=UTC)
_SIGNED: Final[Mapping[str, Facts]] = MappingProxyType({"evidence:record": signed("Lee Jun")})
_ON: Final = "kibo/guarantee"
_SYSTEM: Final = guarantee("grade: 1, at: [daejeon/room-1]")


@check(
    "failover.reconciliation",
    control="DRF-15",
    method="H",
    severity="medium",
    answers=("NIST SP 800-53r5 CP-2(5)", "NIST SP 800-53r5 CP-10(2)", "ISMS-P 2.12.1"),
    least="attested",
    limits={"age": ("365d", "730d", "3650d", "-")},
    examples=(
        Example(Verdict.PASS, _SYSTEM + stated("failover.reconciliation", _ON), _ON, others=_SIGNED, at=AT),
        Example(
            Verdict.FAIL,
            _SYSTEM + stated("failover.reconciliation", _ON).replace("2026-06-02", "2024-06-02"),
            _ON,
            others=_SIGNED,
            at=AT,
        ),
        Example(Verdict.UNKNOWN, _SYSTEM, _ON, at=AT, reason=Reason.INCOMPLETE),
    ),
)
def paper_work_comes_home(system: Subject[System], claim: Claim, at: datetime, limits: Limits) -> Ruling:
    """Somebody stands for it that work taken on paper during an outage was brought into the system in a test.

    Why: for weeks post offices and counters wrote on paper; typing it in found duplicates, gaps and lost deadlines.

    Fix: write down how paper work is numbered, typed in and compared, try it once with real forms, let somebody sign
    the result under `evidence:`.
    """
    oldest, age = limits.duration("age"), max(claim.age(system.today(at)), timedelta(0))
    figures = {
        "system": system.ref,
        "by": claim.evidence.by or "-",
        "date": plain(claim.evidence.collected),
        "most": str(oldest.days),
    }
    if age <= oldest:
        says = say("{by} states that paper work of {system} was brought in as a test on {date}", **figures)
    else:
        says = say("paper work of {system} was last brought in on {date}; that may be {most} days ago", **figures)
    return ruling(age <= oldest, measured=f"{age.days}d", required=f"<= {oldest.days}d", says=says)
