"""A job of Veeam as the inventory words it becomes the restore points that its server tells of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Final
from urllib.parse import quote, quote_plus, urlencode, urlsplit

from pydantic import AfterValidator

from audit.contract import Answer, CannotSee, Page, Reason, Verbs, World, probe, say
from audit.model.backup import Attempt, BackupState, RestorePoint
from audit.model.facts import Unseen
from audit.model.item import SecretRef, Text
from audit.model.json_values import instant, loaded
from audit.model.technology import Copy
from audit.model.units import Duration
from checks.backup.velero import parse_base

_VERSION: Final = "1.1-rev0"
_ADMISSION: Final = "/api/oauth2/token"
_PAGE: Final = 500
_MOST_PAGES: Final = 10
_LOOK_BACK: Final = timedelta(days=30)
_CLEAN: Final = (None, "Clean", "Informative", "NotScanned")


class Veeam(Copy, kind="veeam"):
    """A backup job of Veeam Backup & Replication 12, read over the REST interface of its server.

    Never run against the real thing. The user needs the role `Veeam Backup Viewer`, which can delete nothing. Restore
    points in which malware was found or suspected do not count.
    """

    server: Annotated[Text, AfterValidator(parse_base)]
    """The URL of the interface, such as `https://veeam.example:9419`."""
    user: Text
    password: SecretRef
    job: Text
    """The name of the job or backup."""
    authority: Text | None = None
    """File with the certificate of the server's own authority."""
    timeout: Duration = timedelta(seconds=20)

    @property
    def host(self) -> str:
        return urlsplit(self.server).hostname or self.ref


@probe(deadline=90, verbs=Verbs(posts=(_ADMISSION,)))
async def restore_points(copy: Veeam, world: World) -> BackupState:
    token, offset = await _admitted(copy, world)
    clock = world.clock.now() + offset
    known = await _all(copy, world, token, "backups", {})
    names = tuple(sorted({_text(entry, "name") for entry in known}))
    meant = [entry for entry in known if _text(entry, "name") == copy.job]
    found: list[RestorePoint] = []
    for entry in meant:
        asked = {"backupIdFilter": _text(entry, "id")}
        found += points(await _all(copy, world, token, "restorePoints", asked))
    facts: dict[str, Any] = {
        "points": tuple(sorted(found, key=lambda point: point.start)),
        "clock": clock,
        "integrity": 1,
        "sets": names,
        "taken": tuple(sorted({_text(entry, "name") for entry in meant})),
        "location": copy.host,
        "tool": f"Veeam REST {_VERSION}",
    }
    absent: dict[str, Unseen] = {}
    try:
        after = (clock - _LOOK_BACK).strftime("%Y-%m-%dT%H:%M:%SZ")
        asked = {"nameFilter": copy.job, "createdAfterFilter": after}
        facts["attempts"] = attempts(await _all(copy, world, token, "sessions", asked), copy.job)
    except CannotSee as gap:
        absent["attempts"] = Unseen.of(gap)
    return BackupState(absent=absent, **facts)


async def _admitted(copy: Veeam, world: World) -> tuple[str, timedelta]:
    """A token for this look, with how far the server's clock is from ours."""
    page = Page(
        copy.server + _ADMISSION,
        method="POST",
        headers={"x-api-version": _VERSION, "Content-Type": "application/x-www-form-urlencoded"},
        secrets={"{password}": copy.password},
        body=f"grant_type=password&username={quote_plus(copy.user)}&password={{password}}",
        follow="none",
        authority=copy.authority,
    )
    answer = await world.http.read(page, copy.timeout)
    if answer.status in (400, 401, 403):
        raise CannotSee(Reason.DENIED, say("the server of Veeam does not admit {user}", user=copy.user))
    told = _object(answer).get("access_token")
    if not isinstance(told, str) or not told or not told.isascii() or not told.isprintable():
        raise _strange()
    return told, answer.clock_offset or timedelta(0)


async def _all(copy: Veeam, world: World, token: str, what: str, asked: Mapping[str, str]) -> list[Mapping[str, Any]]:
    """Every entry of one collection."""
    found: list[Mapping[str, Any]] = []
    for number in range(_MOST_PAGES):
        query = urlencode({"skip": str(number * _PAGE), "limit": str(_PAGE), **asked}, quote_via=quote)
        page = Page(
            f"{copy.server}/api/v1/{what}?{query}",
            headers={"x-api-version": _VERSION, "Accept": "application/json", "Authorization": f"Bearer {token}"},
            follow="none",
            authority=copy.authority,
            largest=8_000_000,
        )
        told = _object(await world.http.read(page, copy.timeout))
        entries, pagination = told.get("data"), told.get("pagination")
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise _strange()
        found += entries
        total = pagination.get("total") if isinstance(pagination, dict) else None
        if not isinstance(total, int):
            raise _strange()
        if len(found) >= total or not entries:
            return found
    raise CannotSee(
        Reason.INCOMPLETE, say("the server lists more than {count} {what}", count=_PAGE * _MOST_PAGES, what=what)
    )


def _object(answer: Answer) -> dict[str, Any]:
    if answer.status in (401, 403):
        raise CannotSee(Reason.DENIED, say("the server of Veeam refuses to list this ({status})", status=answer.status))
    if answer.status != 200:
        raise CannotSee(Reason.INCOMPLETE, say("the server of Veeam answered {status}", status=answer.status))
    told = loaded(answer.body, say("the server of Veeam did not answer with JSON"))
    if not isinstance(told, dict):
        raise _strange()
    return told


def _strange() -> CannotSee:
    return CannotSee(Reason.INCOMPLETE, say("the server of Veeam answered in a form that is not known"))


def _text(entry: Mapping[str, Any], key: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value:
        raise _strange()
    return value[:300]


def points(entries: Sequence[Mapping[str, Any]]) -> list[RestorePoint]:
    """The restore points of one backup; those in which malware was found or suspected do not count."""
    found: list[RestorePoint] = []
    for entry in entries:
        malware = entry.get("malwareStatus")
        doubt = "" if malware in _CLEAN else f"malware in it: {malware}"[:100]
        # A point that offers nothing to be done with it cannot be restored.
        if not doubt and "allowedOperations" in entry and not entry["allowedOperations"]:
            doubt = "the server offers no way to restore it"
        found.append(
            RestorePoint(
                id=_text(entry, "id"), start=_instant(entry.get("creationTime")), complete=not doubt, doubt=doubt
            )
        )
    return found


def attempts(entries: Sequence[Mapping[str, Any]], job: str) -> tuple[Attempt, ...]:
    """The sessions of the job that came to an end; one with a warning left nothing out."""
    found: list[Attempt] = []
    for entry in entries:
        told = entry.get("result")
        result = told.get("result") if isinstance(told, dict) else told
        if entry.get("name") != job or result not in ("Success", "Warning", "Failed"):
            continue
        why = str(told.get("message") or result) if isinstance(told, dict) else str(result)
        ok = result != "Failed"
        found.append(Attempt(start=_instant(entry.get("creationTime")), ok=ok, why="" if ok else why[:200]))
    return tuple(sorted(found, key=lambda attempt: attempt.start))


def _instant(text: Any) -> datetime:
    try:
        return instant(text)
    except ValueError as broken:
        raise _strange() from broken
