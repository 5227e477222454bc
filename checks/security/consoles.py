"""The consoles of an institution as declared become rulings on second factors, two persons, corrections."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from audit.contract import CannotSee, Claims, Example, Limits, Reason, Ruling, Subject, Verdict, check, ruling, say
from audit.model.estate import Institution
from audit.model.keeping_on import Console
from audit.model.units import plain
from checks.security.samples import AT, SIGNED, institution, sheet

_KIBO: Final = "kibo"


def _consoles(*rest: str, system: str = "grade: 1") -> str:
    return institution(
        "consoles: [" + ", ".join(f"{{name: vault, kind: backup, {one}}}" for one in rest) + "], ", system
    )


_GUARDED: Final = "accounts: 4, guarded: 4, administrators: 2, guarded-administrators: 2"
_CORRECTIONS: Final = "security.corrections"
_BARE: Final = _GUARDED.replace(" guarded: 4", " guarded: 3")


def _told(institution: Subject[Institution], consoles: Iterable[Console]) -> tuple[Console, ...]:
    found = tuple(consoles)
    if not found:
        says = say("the inventory names no console from which {who} can delete backups; add `consoles:`",
                   who=institution.ref)  # fmt: skip
        raise CannotSee(Reason.INCOMPLETE, says)
    return found


def _silent(consoles: Iterable[str], key: str) -> CannotSee:
    says = say("the inventory does not say enough of {consoles}; add {key}", consoles=", ".join(consoles), key=key)
    return CannotSee(Reason.INCOMPLETE, says)


@check(
    "security.second-factor",
    control="SEC-01",
    method="F",
    severity="critical",
    answers=("NIST SP 800-53r5 IA-2(1)", "CIS 6.5", "ISO/IEC 27002 8.5", "ISMS-P 2.5.3"),
    least="declared",
    limits={"accounts": ("all", "all", "administrators", "administrators")},
    examples=(
        Example(Verdict.PASS, _consoles(_GUARDED), _KIBO),
        Example(Verdict.FAIL, _consoles(_BARE), _KIBO),
        Example(Verdict.PASS, _consoles(_BARE, system="grade: 3"), _KIBO),
        Example(Verdict.UNKNOWN, _consoles("accounts: 4"), _KIBO, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, institution(""), _KIBO, reason=Reason.INCOMPLETE),
    ),
)  # fmt: skip
def consoles_ask_for_a_second_factor(institution: Subject[Institution], limits: Limits) -> Ruling:
    """Every account of the consoles for backups, machines, storage, names and recovery asks for a second factor.

    Why: one stolen password of such a console deletes the systems and their backups in the same hour.

    Fix: switch on a second factor for the console that the finding names, close the accounts that cannot have one.
    """
    every = limits.word("accounts") == "all"
    required = say("all accounts") if every else say("all administrators")
    bare: list[str] = []
    silent: list[str] = []
    for one in _told(institution, institution.item.consoles):
        all_of, guarded = (one.accounts, one.guarded) if every else (one.administrators, one.guarded_administrators)
        if all_of is None or guarded is None:
            silent.append(one.name)
        elif guarded < all_of:
            bare.append(f"{one.name} ({guarded}/{all_of})")
    if bare:
        says = say("accounts without a second factor open {consoles}", consoles=", ".join(bare))
        return ruling(False, measured=", ".join(bare), required=required, says=says, key="consoles")
    if silent:
        raise _silent(silent, "`accounts:`, `guarded:`" if every else "`administrators:`, `guarded-administrators:`")
    names = ", ".join(one.name for one in institution.item.consoles)
    says = say("a second factor guards {consoles}", consoles=names)
    return ruling(True, measured=names, required=required, says=says, key="consoles")


@check(
    "security.two-people",
    control="SEC-03",
    method="F",
    severity="high",
    answers=("NIST SP 800-53r5 CP-9(7)",),
    least="declared",
    limits={"people": ("2", "2", "-", "-")},
    examples=(
        Example(Verdict.PASS, _consoles("two-people: true"), _KIBO),
        Example(Verdict.FAIL, _consoles("two-people: false"), _KIBO),
        Example(Verdict.UNKNOWN, _consoles(_GUARDED), _KIBO, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, institution(""), _KIBO, reason=Reason.INCOMPLETE),
        Example(Verdict.NOT_APPLICABLE, _consoles("two-people: false", system="grade: 3"), _KIBO),
    ),
)
def deleting_takes_two(institution: Subject[Institution], limits: Limits) -> Ruling:
    """Deleting backups takes two people.

    Why: one angry, bribed or deceived administrator is enough to end an institution, unless a second one has to agree.

    Fix: switch on approval by a second person for deletions in the console that the finding names.
    """
    required = say("{count} people", count=limits.word("people"))
    consoles = _told(institution, (one for one in institution.item.consoles if one.kind in ("backup", "storage")))
    alone = [one.name for one in consoles if one.two_people is False]
    if alone:
        says = say("one person alone can delete everything in {consoles}", consoles=", ".join(alone))
        return ruling(False, measured=", ".join(alone), required=required, says=says, key="consoles")
    silent = [one.name for one in consoles if one.two_people is None]
    if silent:
        raise _silent(silent, "`two-people:`")
    names = ", ".join(one.name for one in consoles)
    says = say("deleting takes two people in {consoles}", consoles=names)
    return ruling(True, measured=names, required=required, says=says, key="consoles")


def _scanned(collected: str, *rest: str) -> str:
    return _consoles(*rest) + sheet(_CORRECTIONS, _KIBO, collected)


@check(
    _CORRECTIONS,
    control="SEC-05",
    method="F",
    severity="high",
    answers=("NIST SP 800-53r5 SI-2", "CIS 7.3", "ISMS-P 2.10.8"),
    least="declared",
    limits={"age": ("30d", "30d", "60d", "90d")},
    examples=(
        Example(Verdict.PASS, _consoles("patched: 2026-08-20"), _KIBO, at=AT),
        Example(Verdict.FAIL, _consoles("patched: 2026-03-01"), _KIBO, at=AT),
        Example(Verdict.UNKNOWN, _consoles("patched: 2027-03-01"), _KIBO, at=AT, reason=Reason.CONTRADICTED),
        Example(Verdict.UNKNOWN, _consoles(_GUARDED), _KIBO, at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, institution(""), _KIBO, at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.PASS, _scanned("2026-08-20", "patched: 2026-03-01"), _KIBO, others=SIGNED, at=AT),
        Example(Verdict.FAIL, _scanned("2026-03-01", _GUARDED), _KIBO, others=SIGNED, at=AT),
        Example(Verdict.UNKNOWN, _scanned("2026-08-20", _GUARDED), _KIBO, at=AT, reason=Reason.INCOMPLETE),
    ),
)
def backup_servers_are_corrected(
    institution: Subject[Institution], claims: Claims, at: datetime, limits: Limits
) -> Ruling:
    """No critical correction is missing on the servers of the backups for longer than their grade bears.

    Why: who breaks in looks for the backup server first, and old holes in it are public.

    Fix: install what is missing on the server that the finding names, then write the day as `patched:`, or have the
    results of a scanner that found nothing missing signed as evidence.
    """
    oldest, today = limits.duration("age"), institution.today(at)
    consoles = _told(institution, (one for one in institution.item.consoles if one.kind == "backup"))
    dated = [(one.patched, one.name) for one in consoles if one.patched is not None]
    required = say("{most} days ago at most", most=str(oldest.days))
    scan = max((one for one in claims.all if one.signer), key=lambda one: one.evidence.collected, default=None)
    if scan is not None and (len(dated) < len(consoles) or scan.evidence.collected > min(dated)[0]):
        claims.rest_on(scan)
        found = {"date": plain(scan.evidence.collected), "by": scan.signer}
        met = scan.age(today) <= oldest
        fresh = say("{by} signed that nothing was missing on any server of the backups on {date}", **found)
        stale = say("the last time that {by} signed that nothing was missing on the servers of the backups was {date}",
                    **found)  # fmt: skip
        says = fresh if met else stale
        return ruling(met, measured=say("corrected on {date}", **found), required=required,
                      says=says)  # fmt: skip
    day, name = min(dated, default=(None, ""))
    if day is not None and today - day > oldest:
        says = say("{console} has had every correction until {date} only", console=name, date=plain(day))
        return ruling(False, measured=say("corrected on {date}", date=plain(day)), required=required, says=says,
                      key="consoles")  # fmt: skip
    silent = [one.name for one in consoles if one.patched is None]
    if silent or day is None:
        raise _silent(silent, "`patched:`")
    if max(dated)[0] - today > timedelta(0):
        says = say("{console} is said to be corrected on a day that is still to come", console=max(dated)[1])
        raise CannotSee(Reason.CONTRADICTED, says)
    says = say("every server of the backups had all corrections on {date}", date=plain(day))
    return ruling(True, measured=say("corrected on {date}", date=plain(day)), required=required, says=says,
                  key="consoles")  # fmt: skip
