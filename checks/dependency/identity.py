"""The record of a login without the usual way in becomes a ruling on whether an institution can still get in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final

from audit.contract import Claims, Example, Limits, NotApplicable, Reason, Ruling, Subject, Verdict, check, say, signed
from audit.model.estate import Institution
from audit.model.signed_paper import recorded

AT: Final = datetime(2026, 9, 1, tzinfo=UTC)
_SIGNED: Final = MappingProxyType({"evidence:sheet": signed("Lee Jun")})


def _institution(collected: str = "", grade: int = 1) -> str:
    system = f"institutions: [{{id: kibo, systems: [{{id: guarantee, grade: {grade}}}]}}]\n"
    if not collected:
        return system
    return system + (
        "evidence: [{id: sheet, check: dependency.break-glass, on: kibo, by: Lee Jun, "
        "says: two people opened the envelope and came in with the login and its second factor switched off, "
        f"collected: {collected}, expires: 2027-06-01}}]\n"
    )


@check(
    "dependency.break-glass",
    control="DEP-08",
    method="D",
    severity="critical",
    answers=("NIST SP 800-53r5 AC-2", "NIST SP 800-53r5 IA-2", "NIST SP 800-53r5 CP-13", "ISMS-P 2.5.5"),
    least="attested",
    limits={"age": ("180d", "365d", "3650d", "-")},
    examples=(
        Example(Verdict.PASS, _institution("2026-06-01"), "kibo", others=_SIGNED, at=AT),
        Example(Verdict.FAIL, _institution("2025-06-01"), "kibo", others=_SIGNED, at=AT),
        Example(Verdict.PASS, _institution("2025-06-01", 3), "kibo", others=_SIGNED, at=AT),
        Example(Verdict.UNKNOWN, _institution(), "kibo", at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _institution("2026-06-01"), "kibo", at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.NOT_APPLICABLE, "institutions: [{id: kibo}]\n", "kibo", at=AT),
    ),
)
def there_is_a_way_in_without_the_login(
    institution: Subject[Institution], claims: Claims, at: datetime, limits: Limits
) -> Ruling:
    """A signed record shows that people came in with the login, its second factor and the network down.

    Why: the people who had to repair the login could not log in, because the way into every tool led through it.

    Fix: seal an account and a key for each tool of recovery, open them in an exercise with the login switched off, have
    the record signed under `evidence:`.
    """
    if not institution.item.systems:
        raise NotApplicable(say("{who} runs no system", who=institution.ref))
    oldest: timedelta = limits.duration("age")
    return recorded(
        claims,
        institution,
        at,
        oldest,
        say("{by} recorded on {date} that people of {ref} came in without the login"),
        say("that people of {ref} come in without the login was last recorded on {date}; that may be {most} days ago"),
    )
