"""A failover as the inventory words it becomes whether a Patroni cluster would switch over now."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import Field

from audit.contract import Answer, CannotSee, Page, Reason, Verbs, World, probe, say
from audit.model.address import Url
from audit.model.facts import Unseen
from audit.model.failover import FailoverState
from audit.model.item import SecretRef, Text
from audit.model.json_values import loaded
from audit.model.technology import Failover
from audit.model.units import Duration
from checks.failover.etcd_members import POSTS, Asking, quorum
from checks.failover.patroni_cluster import state
from checks.failover.patroni_told import Cluster, Told, lead_of

_MOST: Final = 12
"""Members that are asked one by one."""


class Patroni(Failover, kind="patroni"):
    """A PostgreSQL cluster that Patroni (2.1 or newer) switches over; `url` is the REST API of any member.

    Only GET: `/cluster`, `/config`, `/history` of that member, then `/patroni` of each member at the address that the
    cluster gives, as far as the estate allows it: only there it stands whether a standby really receives. `etcd` names
    the client URLs of the etcd in which they agree who leads, whose members are the voters; other stores are not read.
    An API that asks for client certificates is not read. Ran with Patroni 3.0.2; 4.1 by recorded samples.
    """

    url: Url
    others: Annotated[tuple[Url, ...], Field(max_length=5)] = ()
    """The same of other members, asked where the first does not answer."""
    etcd: Annotated[tuple[Url, ...], Field(max_length=9)] = ()
    etcd_authority: Text | None = None
    authorization: SecretRef | None = None
    """The header of that name, where a proxy before the API asks for it, such as `Basic ...`."""
    authority: Text | None = None
    timeout: Duration = timedelta(seconds=5)

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or self.ref


@probe(deadline=90, verbs=Verbs(posts=POSTS))
async def standing(switch: Patroni, world: World) -> FailoverState:
    url, cluster = await _first(switch, world)
    config, history = [await _optional(switch, url, path, world) for path in ("config", "history")]
    told = Cluster(cluster, config, history, {})
    own: dict[str, Told | CannotSee] = {}
    lead = lead_of(told.rows)
    # The leader first: what it had written by then and a standby has not by now is truly behind.
    for name, url in sorted(told.addresses.items(), key=lambda pair: pair[0] != lead):
        if len(own) >= _MOST:
            own[name] = CannotSee(Reason.INCOMPLETE, say("the cluster has more members than are asked"))
            continue
        try:
            own[name] = await _told(switch, url, "patroni", world)
        except CannotSee as gap:
            own[name] = gap
    facts, absent = await _voters(switch, world)
    return state(Cluster(cluster, config, history, own), switch.members, facts, absent)


async def _first(switch: Patroni, world: World) -> tuple[str, Told]:
    """The first URL whose member tells of the cluster, with what it tells."""
    gaps: list[CannotSee] = []
    for url in (switch.url, *switch.others):
        try:
            return url, await _told(switch, url, "cluster", world)
        except CannotSee as gap:
            gaps.append(gap)
    raise gaps[0]


async def _optional(switch: Patroni, url: str, path: str, world: World) -> Told | CannotSee:
    try:
        return await _told(switch, url, path, world)
    except CannotSee as gap:
        return gap


async def _told(switch: Patroni, url: str, path: str, world: World) -> Told:
    """What stands below the REST API that a URL belongs to, with the time as that machine has it."""
    parts = urlsplit(url)
    where = f"{parts.scheme}://{parts.netloc}/{path}"
    secrets = {} if switch.authorization is None else {"authorization": switch.authorization}
    # Where the cluster says that a member is, nobody but the estate may have put a listener for secrets.
    known = parts.netloc in {urlsplit(one).netloc for one in (switch.url, *switch.others)}
    page = Page(where, authority=switch.authority, follow="none", secrets=secrets if known else {})
    answer = await world.http.read(page, switch.timeout)
    return Told(_document(answer, where), world.clock.now() + (answer.clock_offset or timedelta(0)))


def _document(answer: Answer, where: str) -> Any:
    if answer.status in (401, 403):
        raise CannotSee(Reason.DENIED, say("{url} refuses to tell (status {status})", url=where, status=answer.status))
    found = loaded(answer.body, say("{url} does not answer as Patroni does", url=where))
    if not isinstance(found, dict | list) or (answer.status != 200 and "state" not in found):
        says = say("{url} answers with status {status}", url=where, status=answer.status)
        raise CannotSee(Reason.INCOMPLETE, says)
    return found


async def _voters(switch: Patroni, world: World) -> tuple[dict[str, Any], dict[str, Unseen]]:
    """Who decides together who leads: the members of the etcd."""
    names = ("voters", "needed", "quorum")
    if not switch.etcd:
        gap = CannotSee(
            Reason.INCOMPLETE, say("the inventory does not name the etcd in which Patroni agrees; add `etcd:`")
        )
        return {}, {name: Unseen.of(gap) for name in names}
    try:
        peers = await Asking(switch.etcd, switch.timeout, switch.etcd_authority).members(world)
    except CannotSee as gap:
        return {}, {name: Unseen.of(gap) for name in names}
    voting = [peer for peer in peers if not peer.learner]
    facts: dict[str, Any] = {
        "voters": tuple(peer.voter for peer in voting), "needed": len(voting) // 2 + 1,
        "complaints": tuple(f"{peer.name} of etcd says {text}" for peer in voting for text in peer.complaints),
    }  # fmt: skip
    decides = quorum(voting)
    if decides is not None:
        return {**facts, "quorum": decides}, {}
    silent = CannotSee(Reason.INCOMPLETE, say("the members of etcd do not tell whether they see each other"))
    return facts, {"quorum": Unseen.of(silent)}
