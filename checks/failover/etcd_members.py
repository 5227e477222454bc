"""The URLs of an etcd become its members, with what each says of itself."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

from audit.contract import Answer, CannotSee, Page, Reason, World, say
from audit.model.failover import Voter
from audit.model.json_values import loaded

LIST: Final = "/v3/cluster/member/list"
STATUS: Final = "/v3/maintenance/status"
POSTS: Final = (LIST, STATUS)
"""Both only read; the gateway of etcd takes every question as a POST."""
_MOST: Final = 9
"""Members that are asked; etcd itself advises against more than seven."""
_NUMBER: Final = re.compile(r"[0-9]{1,20}")
_JSON: Final[Mapping[str, str]] = MappingProxyType({"content-type": "application/json"})


@dataclass(frozen=True, slots=True)
class Peer:
    """One member of an etcd; texts are hostile."""

    id: str
    name: str
    address: str
    learner: bool
    """It has no vote yet."""
    up: bool | None
    """Whether it answers; None where nobody could tell."""
    healthy: bool = False
    """Whether it could read through a majority just now."""
    leader: str = ""
    """The id of whom it takes for the leader; empty where it knows none."""
    term: str = ""
    version: str = ""
    size: int | None = None
    """Bytes of its data."""
    complaints: tuple[str, ...] = ()
    """Alarms such as NOSPACE."""
    gap: CannotSee | None = None
    """Why it could not be asked."""

    @property
    def voter(self) -> Voter:
        return Voter(name=self.name, up=self.up, address=self.address)

    @property
    def blocked(self) -> bool:
        """Whether an alarm, and nothing else, makes it refuse."""
        return any("NOSPACE" in text or "CORRUPT" in text for text in self.complaints)


@dataclass(frozen=True, slots=True)
class Asking:
    """How the members of one etcd are asked."""

    urls: Sequence[str]
    timeout: timedelta
    authority: str | None = None

    def page(self, url: str, path: str, body: str = "") -> Page:
        return Page(
            url.rstrip("/") + path, method="POST" if body else "GET", headers=_JSON if body else {}, body=body,
            authority=self.authority, follow="none",
        )  # fmt: skip

    async def members(self, world: World) -> tuple[Peer, ...]:
        """Every member that the first of the URLs to answer knows. CannotSee where none of them does."""
        rows = await self._list(world)
        told: dict[str, tuple[str, Mapping[str, Any] | CannotSee]] = {}
        gaps: dict[str, CannotSee] = {}
        for url in self.urls:
            try:
                status = await self._status(url, world)
                told[_id(_within(status, "header").get("member_id"))] = url, status
            except CannotSee as gap:
                gaps[url.rstrip("/")] = gap
        return tuple([await self._peer(row, told, gaps, world) for row in rows])

    async def _list(self, world: World) -> list[Mapping[str, Any]]:
        first: CannotSee | None = None
        # From 3.5 on a member without a majority lists the others only where it is asked for what it knows itself;
        # before, it does not know that question.
        for body in ("{}", '{"linearizable":false}'):
            for url in self.urls:
                try:
                    found = _object(await world.http.read(self.page(url, LIST, body), self.timeout), url)
                    rows = found.get("members")
                    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
                        raise _strange(url)
                except CannotSee as gap:
                    first = first or gap
                    continue
                return rows[:_MOST]
        raise first or CannotSee(Reason.INCOMPLETE, say("no URL of etcd is given"))

    async def _status(self, url: str, world: World) -> Mapping[str, Any]:
        return _object(await world.http.read(self.page(url, STATUS, "{}"), self.timeout), url)

    async def _peer(
        self,
        row: Mapping[str, Any],
        told: Mapping[str, tuple[str, Mapping[str, Any] | CannotSee]],
        gaps: Mapping[str, CannotSee],
        world: World,
    ) -> Peer:
        number = _id(row.get("ID"))
        urls = [url.rstrip("/")[:200] for url in _texts(row.get("clientURLs"))][:2]
        own = [host_of(url) for url in (*urls, *_texts(row.get("peerURLs")))]
        who: dict[str, Any] = {
            "id": number, "name": _line(row.get("name")) or number, "address": next(filter(None, own), ""),
            "learner": row.get("isLearner") is True,
        }  # fmt: skip
        where, status, gap = "", told.get(number, ("", None))[1], None
        if number in told:
            where = told[number][0]
        for url in urls if number not in told else ():
            gap = gaps.get(url)
            if gap is None:
                try:
                    where, status = url, await self._status(url, world)
                    if _id(_within(status, "header").get("member_id")) == number:
                        gap = None
                        break
                    gap, status = CannotSee(Reason.CONTRADICTED, say("{url} is another member", url=url)), None
                except CannotSee as missing:
                    gap = missing
        if not isinstance(status, Mapping):
            gap = gap or CannotSee(Reason.INCOMPLETE, say("the member gives no URL"))
            return Peer(**who, up=False if refused(gap) else None, gap=gap)
        return Peer(**who, up=True, healthy=await self._healthy(where, world), **_told(status))

    async def _healthy(self, url: str, world: World) -> bool:
        try:
            answer = await world.http.read(self.page(url, "/health"), self.timeout)
            return _object(answer, url, any_status=answer.status).get("health") in ("true", True)
        except CannotSee:
            return False


def quorum(peers: Sequence[Peer]) -> bool | None:
    """Whether enough of them see each other; None where they do not tell."""
    asked = [peer for peer in peers if peer.up]
    if any(peer.healthy or (peer.blocked and peer.leader) for peer in asked):
        return True
    # A leader that is alone believes in itself until its next election.
    return False if asked and all(not peer.healthy and not peer.blocked for peer in asked) else None


def refused(gap: CannotSee) -> bool:
    """Whether the machine itself said that nobody listens there."""
    return gap.reason is Reason.UNREACHABLE and str(gap.says.values.get("why", "")).startswith("refused")


def host_of(url: object) -> str:
    """The host of a URL; empty where it has none."""
    try:
        return (urlsplit(str(url)[:500]).hostname or "")[:200]
    except ValueError:
        return ""


def _told(status: Mapping[str, Any]) -> dict[str, Any]:
    size = str(status.get("dbSize", ""))
    complaints = [_line(text) for text in _texts(status.get("errors"))]
    return {
        "leader": "" if _id(status.get("leader")) in ("", "0") else _id(status.get("leader")),
        "term": _id(status.get("raftTerm")), "version": _line(status.get("version")),
        "size": int(size) if _NUMBER.fullmatch(size) else None,
        "complaints": tuple(text for text in complaints if text)[:5],
    }  # fmt: skip


def _object(answer: Answer, url: str, any_status: int = 200) -> Mapping[str, Any]:
    if answer.status in (401, 403):
        raise CannotSee(Reason.DENIED, say("{url} refuses to tell (status {status})", url=url, status=answer.status))
    strange = _strange(url)
    found = loaded(answer.body, strange.says)
    if not isinstance(found, dict):
        raise strange
    if answer.status != any_status:
        error = _line(found.get("error") or found.get("message"))
        says = say("{url} answers with status {status}: {error}", url=url, status=answer.status, error=error or "-")
        raise CannotSee(Reason.INCOMPLETE, says)
    return found


def _strange(url: str) -> CannotSee:
    return CannotSee(Reason.INCOMPLETE, say("{url} does not answer as etcd does", url=url))


def _within(found: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    inner = found.get(key)
    return inner if isinstance(inner, dict) else {}


def _texts(value: object) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


def _id(value: object) -> str:
    """A number of 64 bits, which the gateway writes as a text."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return text if _NUMBER.fullmatch(text) else ""


def _line(value: object) -> str:
    return " ".join(value.split())[:200] if isinstance(value, str) else ""
