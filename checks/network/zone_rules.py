"""What the servers of a zone say becomes rulings on whether they agree, how long it lives without its primary."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from audit.contract import CannotSee, Example, Limits, Reason, Ruling, Subject, Verdict, check, ruling, say
from audit.model.facts import NameServer, Unseen
from audit.model.message import Message
from audit.model.naming import ZoneState
from audit.model.technology import Endpoint
from audit.model.units import plain
from checks.network.zone_samples import AT, ON, estate, seen, server

_SILENT: Final = Unseen(reason=Reason.TIMEOUT, template="the name server is silent")
_NS2: Final = (NameServer(name="ns2.kibo.example", addresses=("198.51.100.1",)),)
_ONE_SILENT: Final = seen(server(1), server(2, serial=None, unseen=_SILENT), samples=None, absent={"samples": _SILENT})


@check(
    "network.zone-consistent",
    control="NET-01",
    method="A",
    severity="high",
    answers=("NIST SP 800-53r5 SC-20", "NIST SP 800-53r5 SC-22", "CSF PR.IR-03"),
    examples=(
        Example(Verdict.PASS, estate(), ON, seen=seen()),
        Example(Verdict.FAIL, estate(), ON, seen=seen(server(1), server(2, serial=6))),
        Example(Verdict.FAIL, estate(), ON, seen=seen(server(1), server(2, trouble="it is no authority for the zone"))),
        Example(Verdict.FAIL, estate(), ON, seen=seen(server(1), server(2, names=("ns1.kibo.example",)))),
        Example(Verdict.FAIL, estate(), ON, seen=seen(unlike={"ns2.kibo.example": ("mail.kibo.example",)}, compared=9)),
        Example(Verdict.FAIL, estate(), ON, seen=seen(delegation=("ns1.kibo.example", "old.kibo.example"))),
        Example(Verdict.FAIL, estate(), ON, seen=seen(servers=_NS2, glue={"ns2.kibo.example": ("192.0.2.77",)})),
        Example(Verdict.UNKNOWN, estate(), ON, seen=_ONE_SILENT, reason=Reason.TIMEOUT),
    ),
)  # fmt: skip
def servers_of_a_zone_agree(endpoint: Subject[Endpoint], seen: ZoneState) -> Ruling:
    """Every name server of the zone serves it, in the same version, with the same names.

    Why: a secondary that has stopped following, or never served the zone, is found out on the day on which it alone is
    left; until then one visitor in two gets the old address.

    Fix: mend the transfer to the server that the finding names (address, key, `allow-transfer`, notify), or take it out
    of the NS records here and at the zone above.
    """
    required = say("all servers agree")
    against = _against(seen)
    if against is not None:
        bad = sum(1 for one in seen.asked if one.trouble or one.serial != seen.asked[0].serial)
        bad = max(bad, len(seen.unlike) if seen.has("unlike") else 0)
        return ruling(False, measured=say("servers that differ: {count}", count=max(bad, 1)), required=required,
                      says=against)  # fmt: skip
    _ = seen.samples  # where one of them could not be asked, this tells why
    known = {key for one in seen.asked for key in (one.name.lower(), one.address)}
    forgotten = sorted({name for one in seen.asked for name in one.names} - known)
    if forgotten:
        says = say(
            "the zone {zone} names {servers} too, which the inventory does not; write it as `name:` of its server "
            "under `servers:`",
            zone=seen.zone, servers=", ".join(forgotten[:5]),
        )  # fmt: skip
        raise CannotSee(Reason.INCOMPLETE, says)
    if not seen.has("delegation") and "delegation" in seen.absent:
        _ = seen.delegation
    if seen.has("compared"):
        says = say("{count} servers of {zone} agree on version {serial} and on all of its {names} names",
                   count=len(seen.asked), zone=seen.zone, serial=str(seen.serial), names=seen.compared)  # fmt: skip
        return ruling(True, measured=say("servers that differ: {count}", count=0), required=required, says=says)
    if not any(one.answers for one in seen.asked):
        if "compared" in seen.absent:
            _ = seen.compared
        says = say("nobody compared a name of {zone}; add `names:`, or let this machine transfer it", zone=seen.zone)
        raise CannotSee(Reason.INCOMPLETE, says)
    says = say("{count} servers of {zone} agree on version {serial}", count=len(seen.asked), zone=seen.zone,
               serial=str(seen.serial))  # fmt: skip
    return ruling(True, measured=say("servers that differ: {count}", count=0), required=required, says=says)


def _against(seen: ZoneState) -> Message | None:
    """What is wrong with the first server that is not like the others."""
    lame = next((one for one in seen.asked if one.trouble), None)
    if lame is not None:
        return say("{server} ({address}) does not serve the zone: {why}", server=lame.name, address=lame.address,
                   why=lame.trouble)  # fmt: skip
    told = [one for one in seen.asked if one.serial is not None]
    behind = next((one for one in told if one.serial != seen.serial), None)
    if behind is not None:
        return say(
            "{server} ({address}) has version {old} of {zone}, the newest is {new}",
            server=behind.name, address=behind.address, old=str(behind.serial), new=str(seen.serial), zone=seen.zone,
        )  # fmt: skip
    for one in told[1:]:
        if one.names != told[0].names or one.answers != told[0].answers:
            return say("{server} and {other} give different answers about {zone}", server=told[0].name, other=one.name,
                       zone=seen.zone)  # fmt: skip
    if seen.has("unlike") and seen.unlike:
        server, names = next(iter(seen.unlike.items()))
        return say("{server} holds other records of {zone} than the others in the same version, under {names}",
                   server=server, zone=seen.zone, names=", ".join(names[:5]))  # fmt: skip
    if told and seen.has("delegation") and seen.delegation != told[0].names:
        return say(
            "the zone above leads to {above}, the zone itself names {own}",
            above=", ".join(seen.delegation) or "-", own=", ".join(told[0].names) or "-",
        )  # fmt: skip
    for named in seen.servers if seen.has("glue") and seen.has("servers") else ():
        astray = sorted(set(seen.glue.get(named.name, ())) - set(named.addresses))
        if astray and named.addresses:
            return say(
                "the zone above leads to {server} at {above}, where the zone itself says {own}",
                server=named.name, above=", ".join(astray), own=", ".join(named.addresses),
            )  # fmt: skip
    return None


@check(
    "network.zone-clock",
    control="NET-01",
    method="A",
    severity="high",
    answers=("NIST SP 800-53r5 SC-20", "NIST SP 800-53r5 SC-22", "CSF PR.IR-03"),
    limits={"expire": ("7d", "7d", "3d", "1d"), "signatures": ("3d", "3d", "2d", "1d")},
    examples=(
        Example(Verdict.PASS, estate(), ON, seen=seen(), at=AT),
        Example(Verdict.PASS, estate(), ON, seen=seen(signed=False, signatures_end=None), at=AT),
        Example(Verdict.FAIL, estate(), ON, seen=seen(soa_expire=timedelta(hours=1)), at=AT),
        Example(Verdict.FAIL, estate(), ON, seen=seen(signatures_end=AT + timedelta(hours=20)), at=AT),
        Example(Verdict.FAIL, estate(), ON, seen=seen(anchored=True, vouched=False), at=AT),
        Example(Verdict.FAIL, estate(), ON, seen=seen(fitting=False), at=AT),
        Example(
            Verdict.UNKNOWN, estate(), ON, seen=seen(signatures_end=None), at=AT, reason=Reason.INCOMPLETE,
        ),
    ),
)  # fmt: skip
def zone_outlives_its_primary(endpoint: Subject[Endpoint], seen: ZoneState, at: datetime, limits: Limits) -> Ruling:
    """The zone goes on without the server where it is changed and signed, for longer than that is built anew.

    Why: secondaries drop a zone when SOA expire is over, and nobody believes a name whose signature has ended: a burnt
    primary takes every name of the house along, days after the fire.

    Fix: raise SOA `expire` to two weeks or more; sign for longer and sign again early, so that more days are left at
    any time; keep the signing keys in the other site too.
    """
    expire, left = (max(limits.duration(name), endpoint.rto) for name in ("expire", "signatures"))
    if seen.soa_expire < expire:
        says = say(
            "secondaries of {zone} drop it {time} after its primary is lost; {least} are needed",
            zone=seen.zone, time=plain(seen.soa_expire), least=plain(expire),
        )  # fmt: skip
        return ruling(False, measured=seen.soa_expire, required=expire, says=says)
    if seen.has("anchored") and seen.anchored and not seen.signed:
        says = say("the zone above says that {zone} is signed, and it is not", zone=seen.zone)
        return ruling(False, measured=say("not signed"), required=say("signed"), says=says)
    if seen.signed and any(seen.has(fact) and not getattr(seen, fact) for fact in ("vouched", "fitting")):
        if seen.has("fitting") and not seen.fitting:
            says = say("signatures of {zone} were made with none of the keys that it shows", zone=seen.zone)
        else:
            says = say("the zone above vouches for none of the keys of {zone}: who checks it finds no name any more",
                       zone=seen.zone)  # fmt: skip
        return ruling(False, measured=say("keys that do not fit"), required=say("signed"), says=says)
    if not seen.signed:
        says = say("{zone} goes on for {time} without its primary", zone=seen.zone, time=plain(seen.soa_expire))
        return ruling(True, measured=seen.soa_expire, required=expire, says=says)
    remaining = seen.signatures_end - at
    if remaining < left:
        figures = {"zone": seen.zone, "date": plain(seen.signatures_end), "least": plain(left)}
        if remaining <= timedelta(0):
            says = say("a signature of {zone} ended on {date}: who checks it finds no name any more", **figures)
        else:
            says = say("a signature of {zone} ends on {date}; {least} must be left at any time", **figures)
        return ruling(False, measured=remaining, required=left, says=says)
    lives = min(seen.soa_expire, remaining)
    says = say("{zone} goes on for {time} without its primary", zone=seen.zone, time=plain(lives))
    return ruling(True, measured=lives, required=min(expire, left), says=says)
