"""Lines of a site to the outside become a ruling on whether one digger cuts them all."""

from __future__ import annotations

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
from audit.model.facility import Site


def _lines(*pairs: tuple[str, str]) -> str:
    lines = ", ".join(
        f"{{id: line-{number}, supplier: {supplier}{', entry: ' + entry if entry else ''}}}"
        for number, (supplier, entry) in enumerate(pairs)
    )
    return (
        "suppliers: [{id: kt}, {id: sk}]\n"
        f"sites: [{{id: daejeon, carriers: [{lines}]}}]\n"
        "institutions: [{id: kibo, systems: [{id: guarantee, grade: 1, at: [daejeon]}]}]\n"
    )


@check(
    "network.carriers",
    control="NET-04",
    method="G",
    severity="high",
    answers=("NIST SP 800-53r5 CP-8", "NIST SP 800-53r5 CP-8(2)", "NIST SP 800-53r5 CP-8(3)", "TIA-942"),
    least="declared",
    limits={"carriers": ("2", "2", "1", "-"), "entries": ("2", "1", "1", "-"), "lines": ("2", "2", "2", "-")},
    examples=(
        Example(Verdict.PASS, _lines(("kt", "north"), ("sk", "south")), "daejeon"),
        Example(Verdict.FAIL, _lines(("kt", "north"), ("kt", "south")), "daejeon"),
        Example(Verdict.FAIL, _lines(("kt", "North"), ("sk", "north")), "daejeon"),
        Example(Verdict.FAIL, _lines(("kt", "north")), "daejeon"),
        Example(Verdict.UNKNOWN, _lines(("kt", ""), ("sk", "")), "daejeon", reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _lines(), "daejeon", reason=Reason.INCOMPLETE),
    ),
)
def lines_are_apart(site: Subject[Site], limits: Limits) -> Ruling:
    """The site where systems run has lines of separate carriers that come in by separate entries.

    Why: in 2018 one fire in a cable tunnel cut off districts of Seoul, because two lines ran through one tunnel.

    Fix: order a line from another carrier by another entry, then write both under `carriers:` with `supplier:` and
    `entry:`.
    """
    if site.item.kind == "cloud-region":
        raise NotApplicable(say("the lines of {site} are the matter of its operator", site=site.ref))
    if not any(site.graph.occupants.get(place) for place in (site.ref, *(room.ref for room in site.item.rooms))):
        raise NotApplicable(say("no system runs in {site}", site=site.ref))
    lines = site.item.carriers
    if not lines:
        says = say("the inventory names no line of {site} to the outside; add `carriers:`", site=site.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    carriers = {one.supplier for one in lines if one.supplier is not None}
    entries = {" ".join(one.entry.split()).casefold() for one in lines if one.entry is not None}
    wanted = {name: int(limits.number(name)) for name in ("carriers", "entries", "lines")}
    required = say("at least {lines} lines, {carriers} carriers, {entries} entries", **wanted)
    measured = say("{lines} lines, {carriers} carriers, {entries} entries",
                   lines=len(lines), carriers=len(carriers), entries=len(entries))  # fmt: skip
    silent_carriers = sum(one.supplier is None for one in lines)
    silent_entries = sum(one.entry is None for one in lines)
    figures = {"site": site.ref}
    if len(lines) < wanted["lines"]:
        says = say("{site} has one line to the outside", **figures)
    elif len(carriers) + silent_carriers < wanted["carriers"]:
        says = say("all lines of {site} are of {carrier}", carrier=", ".join(sorted(carriers)), **figures)
    elif len(entries) + silent_entries < wanted["entries"]:
        says = say("all lines of {site} come in by one entry: {entry}", entry=", ".join(sorted(entries)), **figures)
    elif len(carriers) < wanted["carriers"] or len(entries) < wanted["entries"]:
        says = say("the inventory does not say enough of the lines of {site}; add `supplier:` and `entry:`", **figures)
        raise CannotSee(Reason.INCOMPLETE, says)
    else:
        says = say("the lines of {site} are apart", **figures)
        return ruling(True, measured=measured, required=required, says=says, key="carriers")
    return ruling(False, measured=measured, required=required, says=says, key="carriers")
