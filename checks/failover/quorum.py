"""Where the members and voters of a group stand becomes rulings on what the loss of each site leaves of it."""

from __future__ import annotations

from typing import Final

from audit.contract import (
    CannotSee,
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
from audit.model.facts import Unseen
from audit.model.failover import FailoverState, Member, Voter
from audit.model.quorum import Left, losses, site_of
from audit.model.technology import Failover
from checks.failover.samples import TO_BUSAN, failover, guarantee

_GROUP: Final = guarantee(
    "grade: 1, at: [daejeon/room-1], failover: [{id: to-busan, kind: sentinel, to: busan, mode: hot, host: 127.0.0.1, "
    "group: g, members: [{name: n1, at: daejeon/room-1}, {name: n2, at: busan/room-1}, {name: v1, at: daejeon/room-1}, "
    "{name: v2, at: busan/room-1}, {name: v3, at: campus}]}]"
)
_PAIR: Final = (Member(name="n1", role="primary", usable=True), Member(name="n2", role="standby", usable=True))

_WAITING: Final = tuple(one.model_copy(update={"needs": 1}) for one in _PAIR)
_UNTOLD: Final = Unseen(reason=Reason.DENIED, template="{who} refuses to tell", values={"who": "etcd"})


def _group(*voters: str, members: tuple[Member, ...] = _PAIR, silent: str = "") -> FailoverState:
    asked = tuple(Voter(name=name, up=None if name == silent else True) for name in voters)
    return FailoverState(members=members, voters=asked)


@check(
    "failover.survives-site",
    control="DRF-11",
    method="A",
    severity="high",
    answers=("NIST SP 800-53r5 CP-10(2)", "NIST SP 800-53r5 SC-24"),
    limits={"survive": ("true", "true", "-", "-")},
    examples=(
        Example(Verdict.PASS, _GROUP, TO_BUSAN, seen=_group("v1", "v2", "v3")),
        Example(Verdict.FAIL, _GROUP, TO_BUSAN, seen=_group("v1", "v2")),
        Example(Verdict.FAIL, _GROUP, TO_BUSAN, seen=_group("v1", "v2", "v3", members=_PAIR[:1])),
        Example(Verdict.FAIL, _GROUP, TO_BUSAN, seen=_group("v1", "v2", "v3", members=_WAITING)),
        Example(Verdict.UNKNOWN, _GROUP, TO_BUSAN, seen=_group("v1", "v2", "x"), reason=Reason.INCOMPLETE),
        Example(
            Verdict.UNKNOWN, _GROUP, TO_BUSAN, seen=_group("v1", "v2", "v3", silent="v2"), reason=Reason.INCOMPLETE
        ),
        Example(Verdict.PASS, _GROUP, TO_BUSAN, seen=FailoverState(members=_PAIR)),
        Example(
            Verdict.UNKNOWN,
            _GROUP,
            TO_BUSAN,
            seen=FailoverState(members=_PAIR, absent={"voters": _UNTOLD}),
            reason=Reason.DENIED,
        ),
    ),
)
def group_survives_each_site(switch: Subject[Failover], seen: FailoverState, limits: Limits) -> Ruling:
    """After the loss of any one site a usable member is left elsewhere, and those who are left can decide to use it.

    Why: two of three voters stood in the hall that burnt, so the third, in a sound site with sound data, did nothing.

    Fix: move voters so that each site can be lost (three sites, or a witness in a third one), keep a usable standby
    elsewhere; write `members:` of the failover or `networks:` of the sites, so that it can be seen.
    """
    if not limits.flag("survive"):
        raise NotApplicable(say("the policy does not ask that {failover} survives a site", failover=switch.ref))
    required = say("a member and a majority after the loss of any one site")
    left = losses(seen, switch.item, switch.graph)
    leading = {
        site_of(one, switch.item, switch.graph)
        for one in seen.members
        if one.usable and one.role in ("primary", "serving", "unknown")
    }
    fatal = next((one for one in left if _fatal(one, leading)), None)
    if fatal is not None:
        figures = {"failover": switch.ref, "site": fatal.site, "member": fatal.stuck}
        if fatal.quorum is False:
            says = say("after the loss of {site} nobody could decide to switch {failover}", **figures)
            measured = say("no majority after the loss of {site}", **figures)
        elif fatal.stuck:
            says = say(
                "after the loss of {site} {member} of {failover} would take no writes: too few are left to follow it",
                **figures,
            )
            measured = say("no writes after the loss of {site}", **figures)
        else:
            says = say("after the loss of {site} nothing of {failover} is left that could take over", **figures)
            measured = say("no member after the loss of {site}", **figures)
        return ruling(False, measured=measured, required=required, says=says, key="members")
    silent = sorted({name for one in left for name in one.unknown}) or [
        one.name for one in seen.members if not site_of(one, switch.item, switch.graph)
    ]
    if silent or not left:
        says = say(
            "the inventory does not say where {members} of {failover} stand; add `members:`, or `networks:` of sites",
            members=", ".join(silent[:5]) or "-", failover=switch.ref,
        )  # fmt: skip
        raise CannotSee(Reason.INCOMPLETE, says)
    # A tool that has voters and did not tell of them says why; one without voters decides without any.
    votes = bool(seen.voters) if seen.has("voters") or "voters" in seen.absent else False
    if votes and any(one.quorum is None for one in left):
        raise CannotSee(Reason.INCOMPLETE, say("not every voter of {failover} could be asked", failover=switch.ref))
    sites = ", ".join(one.site for one in left)
    says = say("{failover} goes on after the loss of any one of {sites}", failover=switch.ref, sites=sites)
    return ruling(True, measured=sites, required=required, says=says, key="members")


def _fatal(left: Left, leading: set[str]) -> bool:
    """Whether the loss of a site ends the group for certain."""
    if left.quorum is False or left.stuck:
        return True
    alone = leading <= {left.site}
    return alone and not left.takers and not left.unknown


@check(
    "failover.witness",
    control="DRF-11",
    method="G",
    severity="high",
    answers=("NIST SP 800-53r5 CP-10(2)", "NIST SP 800-53r5 SC-24"),
    least="declared",
    limits={"modes": ("active-active, hot", "active-active", "-", "-")},
    examples=(
        Example(
            Verdict.PASS,
            failover("to: busan, mode: active-active, members: [{name: v3, at: campus}]"),
            TO_BUSAN,
            others={TO_BUSAN: _group("v3")},
        ),
        Example(Verdict.PASS, failover("to: busan, mode: active-active, witness: campus"), TO_BUSAN),
        Example(Verdict.FAIL, failover("to: busan, mode: active-active, witness: daejeon/room-1"), TO_BUSAN),
        Example(
            Verdict.FAIL,
            failover("to: busan, mode: active-active, witness: campus, members: [{name: v1, at: busan}]"),
            TO_BUSAN,
            others={TO_BUSAN: _group("v1")},
        ),
        Example(Verdict.UNKNOWN, failover("to: busan, mode: active-active"), TO_BUSAN, reason=Reason.INCOMPLETE),
        Example(Verdict.NOT_APPLICABLE, failover("to: busan, mode: cold"), TO_BUSAN),
        Example(Verdict.NOT_APPLICABLE, failover("to: busan, mode: hot, automatic: false"), TO_BUSAN),
    ),
)
def third_place_decides(switch: Subject[Failover], looks: Looks, limits: Limits) -> Ruling:
    """What decides which of two places leads has a vote in a third one.

    Why: two places that lose sight of each other both lead, or neither does; only somebody else can tell them.

    Fix: put a witness into a third site, on other power and lines, then write `witness:` or `members:`.
    """
    item, graph = switch.item, switch.graph
    if item.mode not in limits.words("modes"):
        raise NotApplicable(say("a failover in mode {mode} needs no witness", mode=item.mode))
    if item.automatic is False:
        raise NotApplicable(say("people decide when {failover} switches", failover=switch.ref))
    required = say("a vote in a third site")
    both = {site for place in (*switch.system.at, item.to) for site in graph.sites(place)}
    third = _voting(switch, looks)
    # A look that found out where everybody votes goes before what was declared.
    if item.witness is not None and (not third or "" in third):
        third |= {graph.site_of[item.witness].ref}
    third -= {""}
    if not third:
        says = say("the inventory does not say who decides for {failover}; add `witness:`", failover=switch.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    apart = sorted(third - both)
    figures = {"failover": switch.ref, "places": ", ".join(apart) or ", ".join(sorted(third))}
    if not apart:
        says = say("everybody who decides for {failover} stands in one of its own places: {places}", **figures)
        return ruling(False, measured=figures["places"], required=required, says=says, key="witness")
    says = say("{failover} has a vote in a third place: {places}", **figures)
    return ruling(True, measured=figures["places"], required=required, says=says, key="witness")


def _voting(switch: Subject[Failover], looks: Looks) -> set[str]:
    """The sites of the voters that a look saw, `""` for one of unknown place."""
    seen = looks.seen.get(switch.ref)
    state = seen.seen if seen is not None else None
    if not isinstance(state, FailoverState) or not state.has("voters"):
        return set()
    return {site_of(one, switch.item, switch.graph) for one in state.voters}
