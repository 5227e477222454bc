"""What is kept of a zone elsewhere becomes rulings on whether it could be built anew, whether it stays ours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from audit.contract import CannotSee, Example, Limits, Reason, Ruling, Subject, Verdict, check, ruling, say
from audit.model.naming import ZoneState
from audit.model.units import plain
from checks.network.zone import Registration, Zone
from checks.network.zone_file import plain as small
from checks.network.zone_samples import AT, ON, estate, seen

_SLACK: Final = timedelta(minutes=5)
_FIRST_SECOND: Final = 1_000_000_000
"""From here on a version may be a count of seconds, as of 2001."""
_BUSAN: Final = "copy: {path: kibo.zone, at: busan}"
_KEPT: Final[Mapping[str, Any]] = MappingProxyType(
    {"copied": AT - timedelta(hours=2), "copy_serial": 7, "copy_lacks": ()}
)


@check(
    "network.zone-copy",
    control="NET-02",
    method="F",
    severity="medium",
    answers=("NIST SP 800-53r5 SC-22", "NIST SP 800-53r5 CP-9"),
    limits={"age": ("24h", "7d", "30d", "-")},
    examples=(
        Example(Verdict.PASS, estate(_BUSAN), ON, seen=seen(**_KEPT), at=AT),
        Example(Verdict.FAIL, estate(_BUSAN), ON, seen=seen(**{**_KEPT, "copied": AT - timedelta(days=2)}), at=AT),
        Example(Verdict.UNKNOWN, estate(_BUSAN), ON, seen=seen(**{**_KEPT, "copy_serial": 5}), at=AT,
                reason=Reason.INCOMPLETE),
        Example(Verdict.FAIL, estate(_BUSAN), ON, seen=seen(**{**_KEPT, "copy_serial": 9}), at=AT),
        Example(Verdict.FAIL, estate(_BUSAN), ON, seen=seen(serial=2026082901, **_KEPT), at=AT),
        Example(Verdict.PASS, estate(_BUSAN), ON, seen=seen(serial=2026090101, **_KEPT), at=AT),
        Example(Verdict.FAIL, estate(_BUSAN), ON, seen=seen(serial=int(AT.timestamp()) - 9000, **_KEPT), at=AT),
        Example(Verdict.PASS, estate(_BUSAN), ON, seen=seen(serial=int(AT.timestamp()) - 600, **_KEPT), at=AT),
        Example(Verdict.FAIL, estate(_BUSAN), ON, seen=seen(**{**_KEPT, "copy_lacks": ("www.kibo.example",)}), at=AT),
        Example(Verdict.FAIL, estate("copy: {path: kibo.zone, at: daejeon}"), ON, seen=seen(**_KEPT), at=AT),
        Example(Verdict.UNKNOWN, estate(), ON, seen=seen(), at=AT, reason=Reason.INCOMPLETE),
    ),
)  # fmt: skip
def zone_is_kept_elsewhere(endpoint: Subject[Zone], seen: ZoneState, at: datetime, limits: Limits) -> Ruling:
    """The zone lies as a fresh file outside the site where it is changed, as it was served when the file was written.

    Why: the list of all names was on the server that burned; a secondary has it until SOA expire is over, no longer.

    Fix: export the zone after each change and once a day, e.g. by `dig AXFR` or `named-compilezone`, to a place in
    another site, then name that file as `copy:`.
    """
    most = limits.duration("age")
    item, kept = endpoint.item, endpoint.item.exported
    if kept is None:
        raise CannotSee(Reason.INCOMPLETE, say("the inventory names no copy of {zone}; add `copy:`", zone=item.name))
    required = say("the version that is served, at most {age} old, in another site", age=plain(most))
    age = at - seen.copied
    if age < -_SLACK:
        raise CannotSee(Reason.INCOMPLETE, say("the copy of {zone} is dated in the future", zone=item.name))
    figures = {"zone": item.name, "path": kept.path, "age": plain(max(age, timedelta(0))), "most": plain(most)}
    if age > most:
        says = say("the copy of {zone} at {path} is {age} old; its grade allows {most}", **figures)
        return ruling(False, measured=age, required=required, says=says, key="copy")
    since = seen.copy_serial < seen.serial and _changed_since(endpoint, seen, at, figures)
    if seen.copy_serial != seen.serial and not since:
        versions = {"old": str(seen.copy_serial), "new": str(seen.serial)}
        says = say("the copy of {zone} at {path} has version {old}, the servers have {new}", **figures, **versions)
        return ruling(False, measured=say("version {old}", **versions), required=required, says=says, key="copy")
    if seen.copy_lacks and not since:
        names = ", ".join(seen.copy_lacks[:5])
        says = say(
            "the copy of {zone} at {path} does not hold what the servers give for {names}", names=names, **figures
        )
        return ruling(False, measured=say("names that differ: {count}", count=len(seen.copy_lacks)), required=required,
                      says=says, key="copy")  # fmt: skip
    primary = [one for one in item.servers if seen.primary in (small(one.door.name), small(one.server))]
    homes = {site for one in primary or item.servers if one.at for site in endpoint.graph.sites(one.at)}
    there = endpoint.graph.sites(kept.at)
    if not homes or not there:
        says = say("the inventory does not say where the servers of {zone} and its copy stand; add `at:`", **figures)
        raise CannotSee(Reason.INCOMPLETE, says)
    if there <= homes:
        says = say("the copy of {zone} lies in {site}, where it is changed too", zone=item.name,
                   site=", ".join(sorted(there)))  # fmt: skip
        return ruling(False, measured=", ".join(sorted(there)), required=required, says=says, key="copy")
    if since:
        says = say("the copy of {zone} at {path} is {age} old; the zone was changed since", **figures)
    else:
        says = say("the copy of {zone} at {path} is {age} old and what the servers give", **figures)
    return ruling(True, measured=age, required=required, says=says, key="copy")


def _changed_since(endpoint: Subject[Zone], seen: ZoneState, at: datetime, figures: Mapping[str, str]) -> bool:
    """Whether the zone was changed after its copy was written, as its version tells.

    CannotSee where the version is only a count: a job that goes on to write an old version looks the same then.
    """
    serial, day = seen.serial, re.fullmatch(r"(20\d\d)([01]\d)([0-3]\d)\d\d", str(seen.serial))
    if _FIRST_SECOND <= serial <= at.timestamp() + _SLACK.total_seconds():
        return seen.copied <= datetime.fromtimestamp(serial, UTC) + _SLACK
    if day is not None:
        try:
            changed = date(*(int(part) for part in day.groups()))
        except ValueError:
            pass
        else:
            # Nobody tells in which zone of time the day was written, nor at which hour of it.
            return min(seen.copied.astimezone(UTC).date(), endpoint.today(seen.copied)) <= changed
    says = say(
        "the copy of {zone} at {path} has version {old}, the servers have {new}; nothing tells since when",
        old=str(seen.copy_serial), new=str(serial), **figures,
    )  # fmt: skip
    raise CannotSee(Reason.INCOMPLETE, says)


_KEPT_WELL: Final = "registration: {until: 2027-09-01, lock: true, contact: noc@other.example}"


@check(
    "network.registration",
    control="NET-07",
    method="F",
    severity="medium",
    answers=("NIST SP 800-53r5 SC-20", "NIST SP 800-53r5 SC-21"),
    least="declared",
    limits={"left": ("180d", "90d", "60d", "30d"), "lock": ("true", "false", "false", "false"),
            "contact": ("true", "true", "false", "false")},
    examples=(
        Example(Verdict.PASS, estate(_KEPT_WELL), ON, at=AT),
        Example(Verdict.FAIL, estate(_KEPT_WELL.replace("2027-09-01", "2026-10-01")), ON, at=AT),
        Example(Verdict.FAIL, estate(_KEPT_WELL.replace("lock: true", "lock: false")), ON, at=AT),
        Example(Verdict.FAIL, estate(_KEPT_WELL.replace("noc@other", "noc@mail.kibo")), ON, at=AT),
        Example(Verdict.UNKNOWN, estate(), ON, at=AT, reason=Reason.INCOMPLETE),
    ),
)  # fmt: skip
def domain_stays_ours(endpoint: Subject[Zone], at: datetime, limits: Limits) -> Ruling:
    """The registration of the domain lasts long enough, is locked, and its contact is read without the domain.

    Why: a domain that lapses or is moved away takes every service along, and the registrar's warning goes to a mailbox
    that is down with it.

    Fix: renew for several years, let the registrar lock the domain, give a contact address in another domain.
    """
    item, kept = endpoint.item, endpoint.item.registration
    least = limits.duration("left")
    if kept is None or kept.until is None:
        raise _silent(item, "until")
    today = endpoint.today(at)
    left = kept.until - today
    required = say("{least} left, locked, a contact outside the domain", least=plain(least))
    figures = {"zone": item.name, "date": str(kept.until), "least": plain(least)}
    if left < least:
        says = say("the registration of {zone} ends on {date}; {least} must be left", **figures)
        return ruling(False, measured=left, required=required, says=says, key="registration")
    trouble = _unlocked(item, kept, limits) or _unreachable(item, kept, limits)
    if trouble is not None:
        return trouble
    for name in ("lock", "contact"):
        if limits.flag(name) and getattr(kept, name) is None:
            raise _silent(item, name)
    says = say("{zone} is registered until {date}", **figures)
    return ruling(True, measured=left, required=required, says=says, key="registration")


def _unlocked(item: Zone, kept: Registration, limits: Limits) -> Ruling | None:
    if not limits.flag("lock") or kept.lock is not False:
        return None
    says = say("the registrar would move {zone} to somebody else without a lock", zone=item.name)
    return ruling(False, measured=say("not locked"), required=say("locked"), says=says, key="registration")


def _unreachable(item: Zone, kept: Registration, limits: Limits) -> Ruling | None:
    if not limits.flag("contact") or kept.contact is None:
        return None
    host = small(kept.contact.rpartition("@")[2].strip())
    own = small(item.name)
    if host != own and not host.endswith("." + own):
        return None
    says = say("the registrar writes to {contact}, which is down with {zone}", contact=kept.contact, zone=item.name)
    return ruling(False, measured=kept.contact, required=say("a contact outside the domain"), says=says,
                  key="registration")  # fmt: skip


def _silent(item: Zone, key: str) -> CannotSee:
    says = say("the inventory does not tell {key} of the registration of {zone}", key=f"`{key}:`", zone=item.name)
    return CannotSee(Reason.INCOMPLETE, says)
