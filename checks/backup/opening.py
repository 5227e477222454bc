"""Where keys, catalogues lie becomes rulings on whether a copy can be found, opened without the place of the data."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from audit.contract import (
    CannotSee,
    Example,
    Limits,
    NotApplicable,
    Reason,
    Ruling,
    Subject,
    Verdict,
    check,
    ruling,
    say,
)
from audit.model.backup import BackupState, RestorePoint
from audit.model.technology import Copy
from checks.backup.places import home
from checks.backup.samples import NIGHTLY, ledger, restic

AT: Final = datetime(2026, 9, 1, tzinfo=UTC)


def _seen(**more: Any) -> BackupState:
    return BackupState.model_validate({"points": (RestorePoint(id="5517", start=AT),), "clock": AT, **more})


@check(
    "backup.keys",
    control="BKP-10",
    method="G",
    severity="critical",
    answers=("NIST SP 800-53r5 CP-9(8)", "NIST SP 800-53r5 SC-12(1)", "ISMS-P 2.7.2"),
    limits={"separate": ("site", "site", "site", "-")},
    examples=(
        Example(
            Verdict.PASS,
            ledger(restic("nightly", "at: busan, keys-at: sejong")),
            NIGHTLY,
            seen=_seen(encrypted=True),
            at=AT,
        ),
        Example(
            Verdict.FAIL,
            ledger(restic("nightly", "at: busan, keys-at: daejeon")),
            NIGHTLY,
            seen=_seen(encrypted=True),
            at=AT,
        ),
        Example(Verdict.PASS, ledger(restic("nightly")), NIGHTLY, seen=_seen(encrypted=True, key="outside"), at=AT),
        Example(Verdict.FAIL, ledger(restic("nightly")), NIGHTLY, seen=_seen(encrypted=True, key="client"), at=AT),
        Example(
            Verdict.UNKNOWN,
            ledger(restic("nightly")),
            NIGHTLY,
            seen=_seen(encrypted=True),
            at=AT,
            reason=Reason.INCOMPLETE,
        ),
        Example(Verdict.NOT_APPLICABLE, ledger(restic("nightly")), NIGHTLY, seen=_seen(encrypted=False), at=AT),
    ),
)
def keys_survive_the_place(copy: Subject[Copy], seen: BackupState, limits: Limits) -> Ruling:
    """A copy of the key that opens an encrypted backup is kept in another site than the data.

    Why: a backup whose only key burnt with the servers is noise.

    Fix: put a second copy of the key, or of the passphrase, into a safe or key store of another site, then write that
    place as `keys-at:`.
    """
    encrypted = seen.encrypted if seen.has("encrypted") else copy.item.encrypted
    if encrypted is None and copy.item.keys_at is None:
        if "encrypted" in seen.absent:
            encrypted = seen.encrypted  # says why
        says = say(
            "neither the look nor the inventory tells whether {copy} is encrypted; add `encrypted:`", copy=copy.ref
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    if encrypted is False:
        raise NotApplicable(say("{copy} is not encrypted, so it needs no key", copy=copy.ref))
    separate = limits.word("separate")
    required = say("a place in another site") if separate == "site" else separate
    place = copy.item.keys_at
    lies = seen.key if seen.has("key") else None
    if place is None and lies == "client":
        says = say("the only known key of {copy} lies where its backups are made, and burns there", copy=copy.ref)
        return ruling(False, measured=say("with the data"), required=required, says=says)
    if lies == "store":
        raise NotApplicable(
            say("the store of {copy} opens what it gives out, so nobody else needs a key", copy=copy.ref)
        )
    if place is None and lies == "outside":
        says = say("the key of {copy} lies neither with the data nor with the copy", copy=copy.ref)
        return ruling(True, measured=say("in a store of its own"), required=required, says=says)
    if place is None or not copy.graph.final_places(place):
        says = say("the inventory does not say where else the key of {copy} is kept; add `keys-at:`", copy=copy.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    near = sorted(one for one in home(copy) if copy.graph.sites(one) & copy.graph.sites(place))
    if near:
        says = say("the second key of {copy} is kept at {place}, in the site of the data", copy=copy.ref, place=place)
    else:
        says = say("a second key of {copy} is kept at {place}, in another site", copy=copy.ref, place=place)
    return ruling(not near, measured=place, required=required, says=says, key="keys-at")


@check(
    "backup.catalogue",
    control="BKP-09",
    method="G",
    severity="critical",
    answers=("NIST SP 800-53r5 CP-9(3)", "NIST SP 800-53r5 CP-9", "CSF PR.DS-11"),
    least="declared",
    limits={"separate": ("site", "site", "site", "-")},
    examples=(
        Example(
            Verdict.PASS, ledger(restic("nightly", "at: busan, via: guarantee, catalogue-at: sejong")), NIGHTLY, at=AT
        ),
        Example(
            Verdict.FAIL, ledger(restic("nightly", "at: busan, via: guarantee, catalogue-at: daejeon")), NIGHTLY, at=AT
        ),
        Example(
            Verdict.UNKNOWN,
            ledger(restic("nightly", "at: busan, via: guarantee")),
            NIGHTLY,
            at=AT,
            reason=Reason.INCOMPLETE,
        ),
        Example(Verdict.NOT_APPLICABLE, ledger(restic("nightly")), NIGHTLY, at=AT),
    ),
)
def catalogue_survives_the_place(copy: Subject[Copy], limits: Limits) -> Ruling:
    """What is needed to find and put together the backups is kept in another site than the data.

    Why: the catalogue stood on the backup server, the backup server stood beside the data; the tapes in the vault were
    whole, and nobody could say what was on them.

    Fix: copy the catalogue of the backup system to another site after every backup, then write that as
    `catalogue-at:`.
    """
    item = copy.item
    if item.replica or (item.self_contained and item.via is None):
        raise NotApplicable(say("{copy} holds all that is needed to read it", copy=copy.ref))
    separate = limits.word("separate")
    required = say("a place in another site") if separate == "site" else separate
    place = item.catalogue_at if item.catalogue_at is not None else item.via
    if place is None or not copy.graph.final_places(place):
        says = say("the inventory does not say where the catalogue of {copy} lies; add `catalogue-at:`", copy=copy.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    near = sorted(one for one in home(copy) if copy.graph.sites(one) & copy.graph.sites(place))
    if near:
        says = say("the catalogue of {copy} lies at {place}, in the site of the data", copy=copy.ref, place=place)
    else:
        says = say("a catalogue of {copy} lies at {place}, in another site", copy=copy.ref, place=place)
    return ruling(not near, measured=place, required=required, says=says, key="catalogue-at")
