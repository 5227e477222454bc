"""Signed records of an institution become rulings on sealed credentials, on restores into a clean room."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from audit.contract import Claims, Example, Limits, Reason, Ruling, Subject, Verdict, check, say
from audit.model.estate import Institution, System
from audit.model.signed_paper import recorded
from checks.security.samples import AT, SIGNED, institution, sheet

_KIBO: Final = "kibo"
_SYSTEM: Final = "kibo/guarantee"
_SEALED: Final = "security.sealed-credentials"
_CLEAN: Final = "security.clean-room"


def _room(collected: str) -> str:
    return institution("", more=sheet(_CLEAN, _SYSTEM, collected))


@check(
    _SEALED,
    control="SEC-04",
    method="H",
    severity="high",
    answers=("NIST SP 800-53r5 AC-2(2)", "NIST SP 800-53r5 CP-13"),
    least="attested",
    limits={"age": ("180d", "365d", "3650d", "-")},
    examples=(
        Example(Verdict.PASS, institution("", more=sheet(_SEALED, _KIBO)), _KIBO, others=SIGNED, at=AT),
        Example(Verdict.FAIL, institution("", more=sheet(_SEALED, _KIBO, "2025-06-01")), _KIBO, others=SIGNED, at=AT),
        Example(Verdict.UNKNOWN, institution("", more=sheet(_SEALED, _KIBO)), _KIBO, at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, institution(""), _KIBO, at=AT, reason=Reason.INCOMPLETE),
    ),
)
def credentials_are_sealed(institution: Subject[Institution], claims: Claims, at: datetime, limits: Limits) -> Ruling:
    """Credentials for the worst day lie sealed outside, and somebody opened and tried them lately.

    Why: when the login service is down nobody can sign in to repair it, and the envelope in the safe holds last
    year's password.

    Fix: seal an account for emergencies with its number, open it, try it, seal it anew, have that signed under
    `evidence:`.
    """
    return recorded(
        claims, institution, at, limits.duration("age"),
        say("{by} opened and tried the sealed credentials of {ref} on {date}"),
        say("the sealed credentials of {ref} were last tried on {date}; that may be {most} days ago"),
    )  # fmt: skip


@check(
    _CLEAN,
    control="SEC-06",
    method="D",
    severity="medium",
    answers=("NIST SP 800-53r5 CP-10", "NIST SP 800-53r5 IR-4", "NIST SP 800-53r5 SI-3", "CSF RC.RP-03"),
    least="attested",
    limits={"age": ("365d", "730d", "3650d", "-")},
    examples=(
        Example(Verdict.PASS, _room("2026-06-01"), _SYSTEM, others=SIGNED, at=AT),
        Example(Verdict.FAIL, _room("2025-02-01"), _SYSTEM, others=SIGNED, at=AT),
        Example(Verdict.UNKNOWN, institution(""), _SYSTEM, at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.NOT_APPLICABLE, institution("", "grade: 4"), _SYSTEM, at=AT),
    ),
)  # fmt: skip
def restores_into_a_clean_room(system: Subject[System], claims: Claims, at: datetime, limits: Limits) -> Ruling:
    """A drill showed that the system can be restored apart from all networks, and examined there before it goes back.

    Why: what is restored into the network that the attacker still holds is encrypted again before noon.

    Fix: prepare a network without a way out, restore into it, search it for what does not belong there, have the
    record signed under `evidence:`.
    """
    return recorded(
        claims, system, at, limits.duration("age"),
        say("{by} recorded a restore of {ref} into a clean room on {date}"),
        say("{ref} was last restored into a clean room on {date}; that may be {most} days ago"),
    )  # fmt: skip
