"""The estate as one graph becomes a ruling on whether too much of it stops with one site, feed, supplier or maker."""

from __future__ import annotations

from typing import Final

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
from audit.model.concentration import Concentration, Layer, concentrations, effective
from audit.model.estate import Estate
from checks.dependency.samples import alone, systems

_LAYERS: Final[tuple[Layer, ...]] = ("site", "feed", "supplier", "maker", "network", "operator")
_MUST: Final[tuple[Layer, ...]] = ("site",)
"""What every system has: one of which the inventory names none leaves a gap."""
_HOT: Final = "grade: 1, at: [daejeon/room-1], failover: [{id: away, kind: declared, to: busan, mode: hot}]"


@check(
    "dependency.concentration",
    control="DEP-06",
    method="G",
    severity="high",
    answers=("NIST SP 800-53r5 SC-36", "NIST SP 800-53r5 SR-3", "NIST SP 800-53r5 PE-23", "DORA 28"),
    least="declared",
    limits={"share": ("40 %", "50 %", "-", "-")},
    examples=(
        Example(Verdict.PASS, systems(*alone(6, "grade: 1, at: [daejeon/room-1, busan/room-1]")), "estate"),
        Example(Verdict.FAIL, systems(*alone(6, "grade: 1, at: [daejeon/room-1]")), "estate"),
        Example(
            Verdict.FAIL, systems(*alone(6, "grade: 1, at: [daejeon, busan], needs: [{any: [gov24]}]")), "estate"
        ),
        Example(Verdict.UNKNOWN, systems(*alone(6, _HOT)), "estate", reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, systems(*alone(6, "grade: 1")), "estate", reason=Reason.INCOMPLETE),
        Example(Verdict.NOT_APPLICABLE, systems(*alone(2, "grade: 1, at: [daejeon/room-1]")), "estate"),
    ),
)  # fmt: skip
def not_all_leans_on_one(estate: Subject[Estate], limits: Limits) -> Ruling:
    """No single site, feed, supplier, maker, carrier or operator takes more than its share of all that is at stake.

    Why: many systems each named one small dependency, and behind nearly all of them stood the same building.

    Fix: `haechi concentration ESTATE` shows what stops with each; move systems away from the largest, or give them a
    second place that has really taken over once.
    """
    share = limits.number("share") / 100
    count = sum(1 for _ in estate.estate.systems())
    if count * share < 1:
        raise NotApplicable(say("there are only {count} systems, too few to spread", count=count))
    found = concentrations(estate.graph, _LAYERS)
    for one in found:
        if one.optimistic and one.optimistic[0][1] > share:
            return _too_much(one, share)
    required = f"<= {share:.0%}"
    for one in found:
        name, most = one.shares.hidden[0]
        if most > share:
            says = say("{name} ({layer}) may take {share} of all that is at stake, as failovers are untried",
                       name=name, layer=one.layer, share=f"{most:.0%}")  # fmt: skip
            raise CannotSee(Reason.INCOMPLETE, says)
    for one in found:
        if one.layer in _MUST and one.shares.hidden[0][1] + one.shares.unplaced > share and one.shares.unplaced:
            says = say("of {share} of all that is at stake the inventory names no {layer}; add `at:`",
                       share=f"{one.shares.unplaced:.0%}", layer=one.layer)  # fmt: skip
            raise CannotSee(Reason.INCOMPLETE, says)
    if not any(one.layer in _MUST for one in found):
        raise CannotSee(Reason.INCOMPLETE, say("the inventory names no site; add `sites:` and `at:`"))
    worst = max(found, key=lambda one: one.shares.hidden[0][1])
    name, most = worst.shares.hidden[0]
    says = say("the most that one thing takes is {share} of all that is at stake, by {name} ({layer})",
               share=f"{most:.0%}", name=name, layer=worst.layer)  # fmt: skip
    return ruling(True, measured=f"{most:.0%}", required=required, says=says)


def _too_much(one: Concentration, share: float) -> Ruling:
    name, taken = one.optimistic[0]
    named = dict(one.shares.direct)[name]
    says = say(
        "{name} ({layer}) takes {taken} of all that is at stake, {named} name it; {most} are allowed, as if there "
        "were {effective} of them",
        name=name, layer=one.layer, taken=f"{taken:.0%}", named=f"{named:.0%}", most=f"{share:.0%}",
        effective=f"{effective(one.optimistic_index):.1f}",
    )  # fmt: skip
    return ruling(False, measured=f"{taken:.0%}", required=f"<= {share:.0%}", says=says)
