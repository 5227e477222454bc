"""A schedule of Velero as the inventory words it becomes the backups of a cluster that its API server tells of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final
from urllib.parse import quote, urlsplit

from pydantic import AfterValidator

from audit.contract import Answer, CannotSee, Page, Reason, World, probe, say
from audit.model.backup import Attempt, BackupState, RestorePoint
from audit.model.facts import Unseen
from audit.model.item import Id, SecretRef, Text
from audit.model.json_values import count, instant, loaded
from audit.model.technology import Copy
from audit.model.unfit import Unexpected
from audit.model.units import Duration

_PAGE: Final = 250
_MOST_PAGES: Final = 20
_LOOK_BACK: Final = timedelta(days=30)
_UNDER_WAY: Final = (
    "", "New", "ReadyToStart", "Queued", "InProgress", "WaitingForPluginOperations", "Finalizing", "Deleting",
)  # fmt: skip
_SCHEDULE: Final = "velero.io/schedule-name"


def parse_base(written: str) -> str:
    """The URL of a service, without a path that ends with a slash, without a user, without a question."""
    try:
        parts = urlsplit(written)
        good = parts.scheme in ("http", "https") and parts.hostname and not parts.query and not parts.fragment
        good = good and parts.username is None
    except ValueError:
        good = False
    if not good:
        raise Unexpected(say("a URL such as https://api.example:6443"), repr(written.partition("@")[2] or written)[:80])
    return written.rstrip("/")


class Velero(Copy, kind="velero"):
    """Backups that Velero keeps of a Kubernetes cluster, read from the API server with a token that may only read.

    Never run against the real thing. The token needs `get` and `list` of `backups` and `backupstoragelocations` in the
    namespace of Velero; what lies in the object store itself is seen by a copy of kind `s3` beside it.
    """

    api: Annotated[Text, AfterValidator(parse_base)]
    """The URL of the API server."""
    token: SecretRef
    namespace: Id = "velero"
    schedule: Id | None = None
    """The schedule that is meant, where there are several."""
    authority: Text | None = None
    """File with the certificate of the cluster's own authority."""
    timeout: Duration = timedelta(seconds=20)

    @property
    def host(self) -> str:
        return urlsplit(self.api).hostname or self.ref


@dataclass(frozen=True, slots=True)
class Kept:
    """One backup as the cluster describes it."""

    point: RestorePoint
    schedule: str
    phase: str
    expires: datetime | None
    place: str
    """The name of the storage location."""


@probe(deadline=90)
async def backups(copy: Velero, world: World) -> BackupState:
    base = f"{copy.api}/apis/velero.io/v1/namespaces/{quote(copy.namespace)}"
    clock = world.clock.now()
    items: list[Any] = []
    more = ""
    for _ in range(_MOST_PAGES):
        answer = await _ask(copy, world, f"{base}/backups?limit={_PAGE}{more}")
        clock = world.clock.now() + (answer.clock_offset or timedelta(0))
        told = _object(answer)
        items += told["items"] if isinstance(told.get("items"), list) else [None]
        following = (told.get("metadata") or {}).get("continue") if isinstance(told.get("metadata"), dict) else None
        if not following:
            break
        more = f"&continue={quote(str(following), safe='')}"
    else:
        raise CannotSee(
            Reason.INCOMPLETE, say("the cluster lists more than {count} backups", count=_PAGE * _MOST_PAGES)
        )
    kept = described(items, clock)
    meant = chosen(kept, copy.schedule)
    absent: dict[str, Unseen] = {}
    facts: dict[str, Any] = {
        "clock": clock,
        "integrity": 1,
        "sets": tuple(sorted({one.schedule for one in kept})),
        "taken": tuple(sorted({one.schedule for one in meant})),
        "attempts": attempts(meant, clock),
        "tool": "velero.io/v1",
    }
    newest = next((one for one in reversed(meant) if one.point.complete), None)
    points = tuple(one.point for one in meant)
    if newest is not None:
        # Once its time is over each backup is deleted by Velero itself, whether or not there is a newer one.
        last = max((one.expires for one in meant if one.point.complete and one.expires), default=None)
        facts["empties_after"] = last - newest.point.start if last is not None else None
        try:
            place = _object(await _ask(copy, world, f"{base}/backupstoragelocations/{quote(newest.place, safe='')}"))
            facts["location"], reachable = stored(place)
            if not reachable:
                points = tuple(_lost(point) for point in points)
        except CannotSee as gap:
            absent["location"] = Unseen.of(gap)
    return BackupState(points=points, absent=absent, **facts)


async def _ask(copy: Velero, world: World, url: str) -> Answer:
    page = Page(
        url, headers={"Accept": "application/json"}, secrets={"authorization": copy.token}, follow="none",
        authority=copy.authority, largest=8_000_000,
    )  # fmt: skip
    answer = await world.http.read(page, copy.timeout)
    if answer.status in (401, 403):
        raise CannotSee(Reason.DENIED, say("the cluster refuses to list this ({status})", status=answer.status))
    if answer.status != 200:
        raise CannotSee(Reason.INCOMPLETE, say("the cluster answered {status}", status=answer.status))
    return answer


def _object(answer: Answer) -> dict[str, Any]:
    told = loaded(answer.body, say("the cluster did not answer with JSON"))
    if not isinstance(told, dict):
        raise _strange()
    return told


def _strange() -> CannotSee:
    return CannotSee(Reason.INCOMPLETE, say("the cluster described its backups in a form that is not known"))


def described(items: Sequence[Any], clock: datetime) -> tuple[Kept, ...]:
    """All backups that are no longer under way, oldest first."""
    try:
        begun = [item for item in items if (item.get("status") or {}).get("startTimestamp")]
        found = [_kept(item, clock) for item in begun if str(item["status"].get("phase", "")) not in _UNDER_WAY]
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as broken:
        raise _strange() from broken
    return tuple(sorted(found, key=lambda one: one.point.start))


def _kept(item: Mapping[str, Any], clock: datetime) -> Kept:
    meta, status, spec = item["metadata"], item["status"], item.get("spec") or {}
    phase, end = str(status.get("phase", "")), status.get("completionTimestamp")
    expires = instant(status["expiration"]) if status.get("expiration") else None
    doubt = "" if phase == "Completed" else f"its phase is {phase or 'not told'}"[:100]
    if not doubt and status.get("errors"):
        doubt = f"it had errors: {status['errors']}"[:100]
    if not doubt and expires is not None and expires <= clock:
        doubt = "its time is over: Velero deletes it"
    progress = status.get("progress") or {}
    point = RestorePoint(
        id=str(meta["name"])[:253],
        start=instant(status["startTimestamp"]),
        end=instant(end) if end else None,
        complete=not doubt,
        doubt=doubt,
        files=count(progress.get("itemsBackedUp")),
    )
    schedule = str((meta.get("labels") or {}).get(_SCHEDULE) or "by hand")[:253]
    return Kept(point, schedule, phase, expires, str(spec.get("storageLocation") or "default"))


def chosen(kept: Sequence[Kept], schedule: str | None) -> tuple[Kept, ...]:
    """The backups that the inventory means. CannotSee where it names none of several schedules."""
    if schedule is not None:
        return tuple(one for one in kept if one.schedule == schedule)
    names = sorted({one.schedule for one in kept})
    if len(names) > 1:
        says = say(
            "the cluster keeps backups of {count} schedules, such as {one} and {two}: write which is meant as "
            "`schedule`",
            count=len(names), one=names[0][:80], two=names[1][:80],
        )  # fmt: skip
        raise CannotSee(Reason.INCOMPLETE, says)
    return tuple(kept)


def attempts(kept: Sequence[Kept], clock: datetime) -> tuple[Attempt, ...]:
    """The runs of the last 30 days."""
    return tuple(
        Attempt(
            start=one.point.start, ok=one.phase == "Completed", why="" if one.phase == "Completed" else one.phase[:60]
        )
        for one in kept
        if one.point.start >= clock - _LOOK_BACK
    )


def stored(place: Mapping[str, Any]) -> tuple[str, bool]:
    """The bucket of a storage location, with whether Velero reaches it."""
    spec, status = place.get("spec"), place.get("status")
    if not isinstance(spec, dict) or not isinstance(status, dict):
        raise _strange()
    inside, phase = spec.get("objectStorage"), status.get("phase")
    if phase not in ("Available", "Unavailable"):
        raise _strange()
    bucket = str(inside.get("bucket", "")) if isinstance(inside, dict) else ""
    return bucket[:253], phase == "Available"


def _lost(point: RestorePoint) -> RestorePoint:
    doubt = point.doubt or "Velero does not reach the store in which it lies"
    return point.model_copy(update={"complete": False, "doubt": doubt})
