"""A workload of a cluster as the inventory words it becomes whether its pods would go on serving elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Final
from urllib.parse import quote, urlsplit

from pydantic import AfterValidator

from audit.contract import CannotSee, Page, Reason, World, probe, say
from audit.model.facts import Unseen
from audit.model.item import Id, SecretRef, Text
from audit.model.json_values import loaded
from audit.model.technology import Failover
from audit.model.unfit import Unexpected
from audit.model.units import Duration
from checks.failover.kubernetes_parts import (
    PodsState,
    Row,
    claims,
    covers,
    member,
    part,
    parts,
    selector,
    spread,
    strange,
    text,
    tied,
    whole,
    zone_of,
)

_MANY: Final = 500
_MOST_NODES: Final = 64
_MOST_VOLUMES: Final = 32
_WORKLOAD: Final = re.compile(r"(deployment|statefulset)/([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?)")


def parse_server(written: str) -> str:
    """The URL of an API server, without a path that ends with a slash, without a user, without a question."""
    try:
        parted = urlsplit(written)
        good = parted.scheme in ("http", "https") and parted.hostname and not parted.query and not parted.fragment
        good = good and parted.username is None
    except ValueError:
        good = False
    if not good:
        raise Unexpected(say("a URL such as https://api.example:6443"), repr(written.rpartition("@")[2])[:80])
    return written.rstrip("/")


def parse_workload(written: str) -> str:
    """`deployment/NAME` or `statefulset/NAME`."""
    if not _WORKLOAD.fullmatch(written):
        raise Unexpected(say("a workload such as deployment/portal or statefulset/ledger"), repr(written[:80]))
    return written


class Kubernetes(Failover, kind="kubernetes"):
    """A workload of a Kubernetes cluster: in how many zones its pods really run, and what keeps them there.

    Never run against the real thing. The token needs `get` of the workload, of `nodes`, `persistentvolumeclaims`,
    `persistentvolumes`, and `list` of `pods`, `poddisruptionbudgets`, `horizontalpodautoscalers`; no secrets. A site
    of the inventory whose id or `region` is the name of a zone is where the pods of that zone run; the addresses of
    the machines in `networks:` of sites tell it too.
    """

    api: Annotated[Text, AfterValidator(parse_server)]
    """The URL of the API server."""
    token: SecretRef
    namespace: Id = "default"
    workload: Annotated[Text, AfterValidator(parse_workload)]
    """`deployment/NAME` or `statefulset/NAME`."""
    authority: Text | None = None
    """File with the certificate of the cluster's own authority."""
    timeout: Duration = timedelta(seconds=20)

    @property
    def host(self) -> str:
        return urlsplit(self.api).hostname or self.ref


@probe(deadline=120)
async def pods(switch: Kubernetes, world: World) -> PodsState:
    kind, _, name = switch.workload.partition("/")
    here = f"namespaces/{quote(switch.namespace)}"
    workload = await _get(switch, world, f"apis/apps/v1/{here}/{kind}s/{quote(name)}")
    chosen = quote(selector(workload))
    listed = await _get(switch, world, f"api/v1/{here}/pods?limit={_MANY}&labelSelector={chosen}")
    found = _whole_list(listed)
    machines = sorted({node for pod in found if (node := text(part(pod, "spec"), "nodeName"))})[:_MOST_NODES]
    facts: dict[str, Any] = {}
    absent: dict[str, Unseen] = {}
    zones: dict[str, str] = {}
    try:
        zones = {node: zone_of(await _get(switch, world, f"api/v1/nodes/{quote(node)}")) for node in machines}
        facts["zones"] = tuple(sorted({zone for zone in zones.values() if zone}))
    except CannotSee as gap:
        absent["zones"] = Unseen.of(gap)
    members = tuple(member(pod, zones) for pod in found)
    usable = {one.name for one in members if one.usable}
    facts["nodes"] = tuple(sorted({
        text(part(pod, "spec"), "nodeName") for pod in found if text(part(pod, "metadata"), "name") in usable
    }))  # fmt: skip
    facts["wanted"] = wanted = whole(part(workload, "spec"), "replicas", 1)
    facts["spread"] = spread(workload)
    labels = part(workload, "spec", "template", "metadata", "labels")
    for fact, look in (
        ("budget", lambda: _budget(switch, world, here, labels)),
        ("pinned", lambda: _pinned(switch, world, here, found)),
        ("highest", lambda: _highest(switch, world, here, kind, name)),
    ):
        try:
            facts[fact] = await look()
        except CannotSee as gap:
            absent[fact] = Unseen.of(gap)
    trouble = [] if len(usable) >= wanted else [f"pods that serve: {len(usable)} of {wanted}"]
    return PodsState(
        replicates=False,
        members=members,
        automatic=True,
        paused=False,
        trouble=tuple(trouble),
        absent=absent,
        tool="kubernetes",
        **facts,
    )


async def _get(switch: Kubernetes, world: World, path: str) -> Row:
    page = Page(
        f"{switch.api}/{path}", headers={"Accept": "application/json"}, secrets={"authorization": switch.token},
        follow="none", authority=switch.authority, largest=8_000_000,
    )  # fmt: skip
    answer = await world.http.read(page, switch.timeout)
    what = path.partition("?")[0].rpartition("/")[2]
    if answer.status in (401, 403):
        says = say("the cluster refuses to show {what} ({status})", what=what, status=answer.status)
        raise CannotSee(Reason.DENIED, says)
    if answer.status != 200:
        raise CannotSee(Reason.INCOMPLETE, say("the cluster answered {status}", status=answer.status))
    told = loaded(answer.body, say("the cluster did not answer with JSON"))
    if not isinstance(told, Mapping):
        raise strange()
    return told


def _whole_list(listed: Row) -> tuple[Row, ...]:
    if part(listed, "metadata").get("continue") or not isinstance(listed.get("items"), list):
        raise CannotSee(Reason.INCOMPLETE, say("the cluster did not list everything"))
    return parts(listed, "items")


async def _budget(switch: Kubernetes, world: World, here: str, labels: Row) -> int:
    """How many pods may be taken away on purpose; -1 where no budget is there."""
    listed = await _get(switch, world, f"apis/policy/v1/{here}/poddisruptionbudgets?limit={_MANY}")
    own = [one for one in _whole_list(listed) if covers(one, labels)]
    return min((whole(part(one, "status"), "disruptionsAllowed") for one in own), default=-1)


async def _pinned(switch: Kubernetes, world: World, here: str, found: tuple[Row, ...]) -> tuple[str, ...]:
    """The zones to which the volumes of the pods are tied."""
    names = claims(found)
    if len(names) > _MOST_VOLUMES:
        raise CannotSee(Reason.INCOMPLETE, say("the pods have too many volumes to look at"))
    zones: set[str] = set()
    for name in names:
        claim = await _get(switch, world, f"api/v1/{here}/persistentvolumeclaims/{quote(name)}")
        volume = text(part(claim, "spec"), "volumeName")
        if not volume:
            raise CannotSee(Reason.INCOMPLETE, say("the claim {name} has no volume", name=name))
        zones |= tied(await _get(switch, world, f"api/v1/persistentvolumes/{quote(volume)}"))
    return tuple(sorted(zones))


async def _highest(switch: Kubernetes, world: World, here: str, kind: str, name: str) -> int:
    """Up to how many pods something may grow the workload; 0 where nothing does."""
    listed = await _get(switch, world, f"apis/autoscaling/v2/{here}/horizontalpodautoscalers?limit={_MANY}")
    for one in _whole_list(listed):
        target = part(one, "spec", "scaleTargetRef")
        if (text(target, "kind").lower(), text(target, "name")) == (kind, name):
            return whole(part(one, "spec"), "maxReplicas")
    return 0
