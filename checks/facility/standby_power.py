"""Generators, power protections, tests of them become rulings on whether power lasts, whether it can be cut."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from audit.contract import (
    CannotSee,
    Claims,
    Example,
    Limits,
    Looks,
    NotApplicable,
    Reason,
    Ruling,
    Subject,
    Verdict,
    check,
    ruling,
    say,
)
from audit.model.facility import Site
from audit.model.facts import PowerState
from audit.model.signed_paper import aged, attested, stated, who
from audit.model.technology import PowerProtection
from audit.model.units import plain
from checks.facility.samples import AT, SIGNED, centre, paper

_CUT: Final = "facility.emergency-off"
_ENGINE: Final = "id: g1, power: 800, load: 600, autonomy: 30h, starts: 15s, tested: 2026-08-20"
_UPS: Final = "daejeon/ups-1"


def _engine(text: str, evidence: str = "") -> str:
    return centre(site=f"generators: [{{{text}}}], ", evidence=evidence)


def _supplied(evidence: str = "", engine: str = _ENGINE) -> str:
    protection = "power-protection: [{id: ups-1, kind: nut, host: 127.0.0.1, ups: one}], "
    return centre(site=protection + f"generators: [{{{engine}}}], ", evidence=evidence)


def _lasts(minutes: float, *flags: str) -> PowerState:
    return PowerState(flags=("OL", *flags), runtime=timedelta(minutes=minutes), load=40.0)


def occupied(site: Subject[Site]) -> None:
    """Stop where nothing of the site is anybody's matter here."""
    item = site.item
    if item.kind == "cloud-region":
        raise NotApplicable(say("the power of {site} is the matter of its operator", site=site.ref))
    if not any(site.graph.occupants.get(place) for place in (site.ref, *(room.ref for room in item.rooms))):
        raise NotApplicable(say("no system runs in {site}", site=site.ref))


def _led_to(site: Subject[Site]) -> bool:
    """Whether something takes over in the site."""
    return site.item.kind != "cloud-region" and any(
        site.ref in site.graph.sites(switch.to) for _, system in site.estate.systems() for switch in system.failover
    )


@check(
    _CUT,
    control="FAC-09",
    method="H",
    severity="high",
    answers=("NIST SP 800-53r5 PE-10", "KR-IDC"),
    least="attested",
    limits={"cut": ("5m", "10m", "30m", "24h"), "age": ("365d", "365d", "730d", "1825d")},
    examples=(
        Example(
            Verdict.PASS, centre(evidence=paper(_CUT, "daejeon", more="took: 4m")), "daejeon", others=SIGNED, at=AT
        ),
        Example(
            Verdict.FAIL, centre(evidence=paper(_CUT, "daejeon", more="took: 2h")), "daejeon", others=SIGNED, at=AT
        ),
        Example(
            Verdict.FAIL,
            centre(evidence=paper(_CUT, "daejeon", "2024-06-01", more="took: 4m")),
            "daejeon",
            others=SIGNED,
            at=AT,
        ),
        Example(
            Verdict.UNKNOWN,
            centre(evidence=paper(_CUT, "daejeon")),
            "daejeon",
            others=SIGNED,
            at=AT,
            reason=Reason.INCOMPLETE,
        ),
        Example(Verdict.UNKNOWN, centre(), "daejeon", at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.NOT_APPLICABLE, centre().replace("sites: [", "sites: [{id: witness}, "), "witness", at=AT),
    ),
)
def one_zone_can_be_cut(site: Subject[Site], claims: Claims, at: datetime, limits: Limits) -> Ruling:
    """A drill showed lately how fast the power of one zone is cut without cutting the whole site.

    Why: firemen may not use water before the power is off; where only all of it can be cut, nobody dares to.

    Fix: let the power of one zone be cut in a drill, stop the time, add the record under `evidence:` with `took:`.
    """
    if not _led_to(site):
        occupied(site)
    claim = attested(claims, site.ref, written=False)
    longest, oldest, took = limits.duration("cut"), limits.duration("age"), claim.evidence.took
    if took is None:
        says = say("the record of {site} does not say how long the cut took; add `took:`", site=site.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    age = aged(claim, site, at)
    figures = {"site": site.ref, "took": plain(took), "most": plain(longest), "days": str(oldest.days), **who(claim)}
    if took > longest:
        says = say("a zone of {site} was cut after {took}; {most} are allowed", **figures)
    elif age > oldest:
        says = say("the cut of a zone of {site} was last tried on {date}; that may be {days} days ago", **figures)
    else:
        says = say("{by} cut a zone of {site} within {took} on {date}", **figures)
    required = say("<= {most}, {days} days ago at most", **figures)
    return ruling(took <= longest and age <= oldest, measured=took, required=required, says=says)


@check(
    "facility.generator",
    control="FAC-11",
    method="F",
    severity="high",
    answers=("NIST SP 800-53r5 PE-11(1)", "NIST SP 800-53r5 PE-11(2)", "KR-IDC"),
    least="declared",
    limits={"autonomy": ("24h", "12h", "8h", "-"), "test": ("35d", "35d", "100d", "-")},
    examples=(
        Example(
            Verdict.PASS, _engine(_ENGINE, paper("facility.generator", "daejeon")), "daejeon", others=SIGNED, at=AT
        ),
        Example(Verdict.FAIL, _engine(_ENGINE.replace("30h", "3h")), "daejeon", at=AT),
        Example(Verdict.FAIL, _engine(_ENGINE.replace("800", "500")), "daejeon", at=AT),
        Example(Verdict.FAIL, _engine(_ENGINE.replace("2026-08", "2026-02")), "daejeon", at=AT),
        Example(Verdict.UNKNOWN, _engine(_ENGINE), "daejeon", at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _engine("id: g1"), "daejeon", at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, centre(), "daejeon", at=AT, reason=Reason.INCOMPLETE),
    ),
)
def generators_carry_the_load(site: Subject[Site], claims: Claims, at: datetime, limits: Limits) -> Ruling:
    """The generators carry the whole load for as long as the grade asks, tested under load lately.

    Why: batteries bridge minutes; a generator that has not run for a year does not start in the minute that counts.

    Fix: run them under load each month, keep fuel for the time that is asked for, write `power:`, `load:`, `autonomy:`,
    `tested:` of each under `generators:`, add the signed test sheet under `evidence:`.
    """
    occupied(site)
    least, oldest = limits.duration("autonomy"), limits.duration("test")
    engines, today = site.item.generators, site.today(at)
    required = say(">= {least}, tested {days} days ago at most", least=plain(least), days=oldest.days)
    figures = {"site": site.ref, "least": plain(least), "days": str(oldest.days)}
    for one in engines:
        if one.autonomy is not None and one.autonomy < least:
            says = say("the fuel of {engine} lasts {lasts}; {least} are needed",
                       engine=one.ref, lasts=plain(one.autonomy), **figures)  # fmt: skip
            return ruling(False, measured=one.autonomy, required=required, says=says, key="generators")
        if one.tested is not None and today - one.tested > oldest:
            says = say("{engine} was last tested under load on {tested}; that may be {days} days ago",
                       engine=one.ref, tested=one.tested, **figures)  # fmt: skip
            return ruling(False, measured=one.tested, required=required, says=says, key="generators")
    silent = [one.ref for one in engines if None in (one.power, one.load, one.autonomy, one.tested)]
    if silent or not engines:
        says = say(
            "the inventory does not say everything of the generators of {site}; write `power:`, `load:`, `autonomy:`, "
            "`tested:` of {engines}",
            engines=", ".join(silent) or "`generators:`",
            **figures,
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    power, load = (sum(getattr(one, key) or 0 for one in engines) for key in ("power", "load"))
    figures |= {"power": f"{power:g}", "load": f"{load:g}"}
    measured = say("{power} kW for {load} kW", **figures)
    if power < load:
        says = say("the generators of {site} give {power} kW for a load of {load} kW", **figures)
        return ruling(False, measured=measured, required=required, says=says, key="generators")
    if any(one.tested is not None and one.tested > today for one in engines):
        raise CannotSee(Reason.CONTRADICTED, say("a test of a generator of {site} lies in the future", **figures))
    sheet = attested(claims, site.ref)
    says = say(
        "the generators of {site} carry its {load} kW for {least} or more, as {by} states", **figures, **who(sheet)
    )
    return ruling(True, measured=measured, required=required, says=says, key="generators")


@check(
    "facility.ups-runtime",
    control="FAC-12",
    method="F",
    severity="medium",
    answers=("NIST SP 800-53r5 PE-11", "TIA-942"),
    least="declared",
    limits={
        "runtime": ("15m", "10m", "10m", "-"),
        "margin": ("5m", "5m", "5m", "-"),
        "age": ("365d", "365d", "730d", "-"),
    },
    examples=(
        Example(Verdict.PASS, _supplied(), _UPS, others={_UPS: _lasts(21)}, at=AT),
        Example(
            Verdict.PASS,
            _supplied(paper("facility.ups-runtime", _UPS, more="took: 18m")),
            _UPS,
            others=SIGNED,
            at=AT,
        ),
        Example(
            Verdict.FAIL,
            _supplied(paper("facility.ups-runtime", _UPS, more="took: 6m")),
            _UPS,
            others={_UPS: _lasts(21), **SIGNED},
            at=AT,
        ),
        Example(Verdict.FAIL, _supplied(), _UPS, others={_UPS: _lasts(7)}, at=AT),
        Example(
            Verdict.FAIL,
            _supplied(engine=_ENGINE.replace("15s", "14m")),
            _UPS,
            others={_UPS: _lasts(17)},
            at=AT,
        ),
        Example(Verdict.UNKNOWN, _supplied(), _UPS, others={_UPS: _lasts(21, "RB")}, at=AT, reason=Reason.CONTRADICTED),
        Example(
            Verdict.UNKNOWN,
            _supplied(),
            _UPS,
            others={_UPS: PowerState(flags=("OL",), runtime=timedelta(hours=2), load=0.0)},
            at=AT,
            reason=Reason.INCOMPLETE,
        ),
    ),
)
def supply_bridges_the_start(
    supply: Subject[PowerProtection], looks: Looks, claims: Claims, at: datetime, limits: Limits
) -> Ruling:
    """The power protection carries its load until a generator has started, with time to spare.

    Why: an aged battery still calls itself full; at its load it lasts two minutes, and then everything stops at once.

    Fix: discharge it under its real load in a test, replace the battery if it lasts too short, add the signed test
    sheet under `evidence:` with `took:`.
    """
    starts = max((one.starts for one in supply.site.generators if one.starts is not None), default=timedelta(0))
    least = max(limits.duration("runtime"), starts + limits.duration("margin"))
    oldest = limits.duration("age")
    test = stated(claims)
    figures = {"supply": supply.ref, "least": plain(least)}
    if test is not None and test.evidence.took is not None and aged(test, supply, at) <= oldest:
        claims.rest_on(test)
        lasted = test.evidence.took
        figures |= who(test)
        if lasted >= least:
            says = say("{supply} lasted {lasted} in the test of {date}", lasted=plain(lasted), **figures)
        else:
            says = say(
                "{supply} lasted {lasted} in the test of {date}; {least} are needed", lasted=plain(lasted), **figures
            )
        return ruling(lasted >= least, measured=lasted, required=f">= {plain(least)}", says=says)
    seen = looks.of(supply.ref, PowerState)
    runtime = seen.runtime
    figures |= {"runtime": plain(runtime)}
    if runtime < least:
        says = say("{supply} reckons with {runtime} at its load; {least} are needed", **figures)
        return ruling(False, measured=runtime, required=f">= {plain(least)}", says=says)
    if "RB" in seen.flags:
        says = say("{supply} reckons with {runtime}, yet asks for another battery", **figures)
        raise CannotSee(Reason.CONTRADICTED, says)
    if not seen.load > 0:
        says = say("{supply} carries no load, so that its {runtime} tell nothing", **figures)
        raise CannotSee(Reason.INCOMPLETE, says)
    says = say("{supply} reckons with {runtime} at its load; {least} are needed, no test of it is on record", **figures)
    return ruling(True, measured=runtime, required=f">= {plain(least)}", says=says)
