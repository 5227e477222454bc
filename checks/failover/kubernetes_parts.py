"""What the API server of a cluster describes becomes the pods of a workload, where they run, what keeps them apart."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from audit.contract import CannotSee, Reason, say
from audit.model.facts import ABSENT
from audit.model.failover import FailoverState, Member

ZONE: Final = ("topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone")
_MOST: Final = 10_000
_LABEL: Final = re.compile(r"[A-Za-z0-9_./-]{0,317}")
Row = Mapping[str, Any]


class PodsState(FailoverState):
    """Whether the pods of a workload would go on serving, with what the cluster is told of their places."""

    wanted: int = ABSENT
    """How many pods there are to be."""
    zones: tuple[str, ...] = ABSENT
    """In which the machines of the pods say that they stand."""
    nodes: tuple[str, ...] = ABSENT
    """On which machines the usable ones run."""
    spread: str = ABSENT
    """`required` where the cluster may not put them together in one zone, `wished`, or `none`."""
    budget: int = ABSENT
    """How many of them may be taken away now on purpose; below zero where no budget holds anybody back."""
    pinned: tuple[str, ...] = ABSENT
    """The zones to which their volumes are tied."""
    highest: int = ABSENT
    """How many pods there may ever be; 0 where nothing changes their number."""


def strange() -> CannotSee:
    """What is said of an answer in another form than the one that is known."""
    return CannotSee(Reason.INCOMPLETE, say("the cluster answered in a form that is not known"))


def part(row: Any, *path: str) -> Row:
    """A mapping at the end of a path; empty where there is none."""
    for key in path:
        row = row.get(key) if isinstance(row, Mapping) else None
    if row is None:
        return {}
    if not isinstance(row, Mapping):
        raise strange()
    return row


def parts(row: Any, key: str) -> tuple[Row, ...]:
    """A list of mappings; empty where there is none."""
    found = row.get(key) if isinstance(row, Mapping) else None
    if found is None:
        return ()
    if not isinstance(found, list) or not all(isinstance(one, Mapping) for one in found):
        raise strange()
    return tuple(found)


def text(row: Row, key: str) -> str:
    found = row.get(key)
    return found[:253] if isinstance(found, str) else ""


def whole(row: Row, key: str, otherwise: int | None = None) -> int:
    """A count; CannotSee where it is none."""
    found = row.get(key, otherwise)
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found <= _MOST:
        raise strange()
    return found


def selector(workload: Row) -> str:
    """The labels of its pods as a question has them; CannotSee where they are chosen in a way that is not known."""
    chosen = part(workload, "spec", "selector")
    labels = part(chosen, "matchLabels")
    if chosen.get("matchExpressions") or not labels:
        raise CannotSee(Reason.INCOMPLETE, say("the workload chooses its pods in a way that cannot be asked for"))
    for key, value in labels.items():
        if not isinstance(value, str) or not _LABEL.fullmatch(key) or not _LABEL.fullmatch(value):
            raise strange()
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items()))


def covers(budget: Row, labels: Mapping[str, Any]) -> bool:
    """Whether a selector, such as that of a budget, chooses a pod with these labels; CannotSee where it may."""
    chosen = part(budget, "spec", "selector")
    if chosen.get("matchExpressions"):
        raise CannotSee(Reason.INCOMPLETE, say("a disruption budget chooses its pods in a way that is not known"))
    wanted = part(chosen, "matchLabels")
    return all(labels.get(key) == value for key, value in wanted.items())


def zone_of(node: Row) -> str:
    """The zone that a machine of the cluster says it stands in."""
    labels = part(node, "metadata", "labels")
    return next((text(labels, key) for key in ZONE if text(labels, key)), "")


def member(pod: Row, zones: Mapping[str, str]) -> Member:
    """One pod as one of those that serve together."""
    name, node = text(part(pod, "metadata"), "name"), text(part(pod, "spec"), "nodeName")
    if not name:
        raise strange()
    why = _against(pod)
    images = sorted(text(one, "image") for one in parts(part(pod, "spec"), "containers"))
    return Member(
        name=name, role="serving", usable=not why, detail=why, address=text(part(pod, "status"), "hostIP"),
        zone=zones.get(node, ""), version=", ".join(images),
    )  # fmt: skip


def _against(pod: Row) -> str:
    """Why a pod does not serve; empty where it does."""
    if part(pod, "metadata").get("deletionTimestamp"):
        return "it is being taken away"
    status = part(pod, "status")
    phase = text(status, "phase")
    if phase not in ("Pending", "Running", "Succeeded", "Failed", "Unknown"):
        raise strange()
    ready = next((one for one in parts(status, "conditions") if text(one, "type") == "Ready"), None)
    if phase != "Running":
        return f"it is {phase}"
    if ready is None:
        raise strange()
    return "" if text(ready, "status") == "True" else f"it is not ready: {text(ready, 'reason') or '-'}"


def spread(workload: Row) -> str:
    """How strictly the cluster keeps the pods in different zones."""
    template = part(workload, "spec", "template", "spec")
    rules = [text(one, "whenUnsatisfiable") for one in parts(template, "topologySpreadConstraints")
             if text(one, "topologyKey") in ZONE]  # fmt: skip
    apart = part(template, "affinity", "podAntiAffinity")
    needed = [one for one in parts(apart, "requiredDuringSchedulingIgnoredDuringExecution")
              if text(one, "topologyKey") in ZONE]  # fmt: skip
    if needed or "DoNotSchedule" in rules:
        return "required"
    return "wished" if rules or parts(apart, "preferredDuringSchedulingIgnoredDuringExecution") else "none"


def claims(pods: Sequence[Row]) -> tuple[str, ...]:
    """The volumes that the pods claim, by name."""
    volumes = (volume for pod in pods for volume in parts(part(pod, "spec"), "volumes"))
    return tuple(sorted({name for one in volumes if (name := text(part(one, "persistentVolumeClaim"), "claimName"))}))


def tied(volume: Row) -> frozenset[str]:
    """The zones in which alone a volume can be used; empty where it can be used anywhere."""
    needed = part(volume, "spec", "nodeAffinity", "required")
    found: set[str] = set()
    for term in parts(needed, "nodeSelectorTerms"):
        for one in parts(term, "matchExpressions"):
            if text(one, "key") in ZONE and text(one, "operator") == "In":
                found |= {str(value)[:253] for value in one.get("values") or ()}
    return frozenset(found)
