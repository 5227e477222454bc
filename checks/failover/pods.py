"""What a cluster says of the pods of a workload becomes the ruling on whether they are kept apart."""

from __future__ import annotations

from typing import Any, Final

from audit.contract import CannotSee, Example, Limits, Reason, Ruling, Subject, Verdict, check, ruling, say
from audit.model.failover import Member
from audit.model.message import Message
from audit.model.technology import Failover
from checks.failover.kubernetes_parts import PodsState
from checks.failover.samples import guarantee

_ON: Final = "kibo/guarantee/pods"
_PODS: Final = guarantee(
    "grade: 1, at: [daejeon/room-1], failover: [{id: pods, kind: kubernetes, to: busan, mode: active-active, "
    "api: https://k8s.kibo.example, token: {env: KIBO_K8S}, workload: deployment/portal}]"
)


def _seen(*zones: str, **more: Any) -> PodsState:
    pods = tuple(Member(name=f"p{number}", role="serving", usable=True, zone=zone) for number, zone in enumerate(zones))
    known: dict[str, Any] = {"nodes": ("n1", "n2"), "spread": "required", "budget": 1, "pinned": (), "highest": 0,
                             "wanted": len(zones), "zones": ()}  # fmt: skip
    return PodsState(members=pods, **{**known, **more})


@check(
    "failover.pods-apart",
    control="AVL-04",
    method="A",
    severity="critical",
    answers=("NIST SP 800-53r5 CP-2(5)", "NIST SP 800-53r5 SC-36", "ISO/IEC 27002 8.14", "CSF PR.IR-03"),
    limits={
        "zones": ("2", "1", "1", "-"),
        "nodes": ("2", "2", "1", "-"),
        "required": ("true", "false", "false", "-"),
        "budget": ("true", "true", "false", "-"),
    },
    examples=(
        Example(Verdict.PASS, _PODS, _ON, seen=_seen("daejeon-a", "busan-a")),
        Example(Verdict.FAIL, _PODS, _ON, seen=_seen("daejeon-a", "daejeon-a")),
        Example(Verdict.FAIL, _PODS, _ON, seen=_seen("daejeon-a", "busan-a", nodes=("n1",))),
        Example(Verdict.FAIL, _PODS, _ON, seen=_seen("daejeon-a", "busan-a", spread="wished")),
        Example(Verdict.FAIL, _PODS, _ON, seen=_seen("daejeon-a", "busan-a", budget=-1)),
        Example(Verdict.FAIL, _PODS, _ON, seen=_seen("daejeon-a", "busan-a", pinned=("daejeon-a",))),
        Example(Verdict.FAIL, _PODS, _ON, seen=_seen("daejeon-a", "busan-a", highest=2)),
        Example(Verdict.UNKNOWN, _PODS, _ON, seen=_seen("", ""), reason=Reason.INCOMPLETE),
    ),
)
def pods_are_kept_apart(switch: Subject[Failover], seen: PodsState, limits: Limits) -> Ruling:
    """The pods of the workload run in several zones on several machines, and the cluster is bound to keep them there.

    Why: two replicas count as two until somebody looks on which machines they run; a spread that is only wished for is
    given up at the first restart, and a volume that is tied to one zone keeps its pod from starting in another.

    Fix: spread by `topology.kubernetes.io/zone` with `whenUnsatisfiable: DoNotSchedule`, add a disruption budget, keep
    data in volumes of each zone, let the highest number of pods be more than what runs every day.
    """
    zones_needed, nodes_needed = int(limits.number("zones")), int(limits.number("nodes"))
    usable = [one for one in seen.members if one.usable]
    zones = sorted({one.zone for one in usable if one.zone})
    figures = {"failover": switch.ref, "zones": str(len(zones)), "nodes": str(len(seen.nodes))}
    measured = say("zones {zones}, machines {nodes}", **figures)
    required = say("at least zones {zones}, machines {nodes}", zones=zones_needed, nodes=nodes_needed)
    dark = [one.name for one in usable if not one.zone]
    if len(seen.nodes) < nodes_needed:
        says = say("the pods of {failover} run on too few machines: {names}", failover=switch.ref,
                   names=", ".join(seen.nodes) or "-")  # fmt: skip
        return ruling(False, measured=measured, required=required, says=says)
    if len(zones) < zones_needed:
        if dark:
            _ = seen.zones  # where the machines could not be asked, this tells why
            says = say("the cluster does not tell in which zone {names} run", names=", ".join(dark[:5]))
            raise CannotSee(Reason.INCOMPLETE, says)
        says = say("all pods of {failover} run in {zone}", failover=switch.ref, zone=", ".join(zones) or "-")
        return ruling(False, measured=measured, required=required, says=says)
    against = _bound(switch.ref, seen, limits, len(zones))
    if against is not None:
        return ruling(False, measured=say("not kept apart by rule"), required=say("kept apart by rule"), says=against)
    says = say("the pods of {failover} run in zones: {zones}, on machines: {nodes}", **figures)
    return ruling(True, measured=measured, required=required, says=says)


def _bound(ref: str, seen: PodsState, limits: Limits, zones: int) -> Message | None:
    """What could bring them together, or keep them from coming back; None where nothing could."""
    if limits.flag("required") and seen.spread != "required":
        if seen.spread == "wished":
            return say("that the pods of {failover} run in several zones is only a wish", failover=ref)
        return say("no rule spreads the pods of {failover} over zones", failover=ref)
    if zones > 1 and len(seen.pinned) == 1:
        return say("the volumes of {failover} are tied to {zone}", failover=ref, zone=seen.pinned[0])
    if limits.flag("budget") and seen.budget < 0:
        return say("no disruption budget holds back who empties the machines of {failover}", failover=ref)
    if limits.flag("required") and 0 < seen.highest <= seen.wanted:
        return say("no more than {count} pods of {failover} may run, and so many are wanted already",
                   failover=ref, count=seen.highest)  # fmt: skip
    return None
