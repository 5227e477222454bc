"""Snapshots of etcd with a workshop become what a member that was restored from one of them says."""

from __future__ import annotations

import json
from typing import Any, Final

from audit.contract import CannotSee, Output, Reason, Workshop, drill, say
from audit.model.drilling import Checked, Restored
from checks.backup.drills.choice import also, chosen, hopeless, look
from checks.backup.drills.postgresql import complaint
from checks.backup.drills.serving import level_of, serving
from checks.backup.etcd import Etcd
from checks.backup.etcd import snapshots as probe

_DOOR: Final = "unix://client:1"
"""A socket in the room: the member has no network at all."""
_URLS: Final = (
    f"--listen-client-urls={_DOOR}", f"--advertise-client-urls={_DOOR}", "--listen-peer-urls=unix://peer:1",
)  # fmt: skip
_ASKED: Final = ("etcdctl", f"--endpoints={_DOOR}", "--command-timeout=10s")
_ENVIRONMENT: Final = (("ETCDCTL_API", "3"),)
COMMANDS: Final = (
    "etcdctl snapshot restore * --data-dir=*",
    "etcdutl snapshot restore * --data-dir=*",
    "etcdctl snapshot status * --write-out=json",
    f"etcd --data-dir=* {' '.join(_URLS)}",
    f"{' '.join(_ASKED)} endpoint status --write-out=json",
    f"{' '.join(_ASKED)} endpoint hashkv --write-out=json",
    f"{' '.join(_ASKED)} get --print-value-only -- *",
)
_MOST: Final = 500


@drill(verbs=also(probe, *COMMANDS, environment=tuple(name for name, _ in _ENVIRONMENT)))
async def restored(copy: Etcd, workshop: Workshop) -> Restored:
    with workshop.part("preflight"):
        seen = await look(probe, copy, workshop)
        point = chosen(seen, workshop)
        if (given_up := hopeless(point, workshop, seen.tool)) is not None:
            return given_up
        workshop.afford(point.size or 0)
        listed = await workshop.world.files.list(copy.path, _MOST)
        there = (
            file.path for file in listed if file.path.rpartition("/")[2] == point.id and file.modified == point.end
        )
        found = next(there, None)
        if found is None:
            raise CannotSee(Reason.INCOMPLETE, say("{name} is not there any more", name=point.id))
        path = str(workshop.world.root / found)
    data = workshop.room / "etcd"
    checks: list[Checked] = []
    with workshop.part("restore"):
        output = await _brought(workshop, path, f"--data-dir={data}")
        checks.append(_judged(workshop, "restore", output))
    tree = await workshop.tree(workshop.room)
    if checks[0].held:
        with workshop.part("restore"):
            await workshop.hand_over(data)
        await _started(workshop, path, str(data), checks)
    return Restored(
        point=point,
        bytes=tree.bytes,
        files=tree.files,
        integrity=level_of(checks),
        checks=tuple(checks),
        tool="etcd",
    )


async def _brought(workshop: Workshop, path: str, into: str) -> Output:
    """Newer releases restore with etcdutl, older ones have etcdctl alone."""
    environment = dict(_ENVIRONMENT)
    try:
        return await workshop.run(("etcdutl", "snapshot", "restore", path, into), environment=environment)
    except CannotSee as gap:
        if gap.reason is not Reason.NO_TOOL:
            raise
    return await workshop.run(("etcdctl", "snapshot", "restore", path, into), environment=environment)


async def _started(workshop: Workshop, path: str, data: str, checks: list[Checked]) -> None:
    """Start a member of its own cluster, have it read every key, look for the canary."""
    wanted = await _told(workshop, ("etcdctl", "snapshot", "status", path, "--write-out=json"), inside=False)
    status = (*_ASKED, "endpoint", "status", "--write-out=json")

    async def ready() -> bool:
        return (await workshop.run(status, environment=dict(_ENVIRONMENT), inside=True)).code == 0

    argv = ("etcd", f"--data-dir={data}", *_URLS)
    try:
        async with serving(workshop, argv, ready):
            checks.append(workshop.check("start", held=True))
            with workshop.part("verify"):
                await _verified(workshop, _map(wanted).get("revision"), checks)
    except CannotSee as gap:
        if gap.reason is not Reason.INCOMPLETE:
            raise
        checks.append(workshop.check("start", held=False, detail=str(gap.says)))


async def _verified(workshop: Workshop, wanted: object, checks: list[Checked]) -> None:
    hashed = await _told(workshop, (*_ASKED, "endpoint", "hashkv", "--write-out=json"))
    revision = _revision(hashed)
    held = revision is not None and revision == wanted
    detail = "" if held else f"revision {revision} instead of {wanted}"
    checks.append(workshop.check("keys", held=held, detail=detail))
    if workshop.canary is not None and workshop.canary.key is not None:
        checks.append(await _canary(workshop, workshop.canary.key))


async def _canary(workshop: Workshop, key: str) -> Checked:
    output = await workshop.run(
        (*_ASKED, "get", "--print-value-only", "--", key), environment=dict(_ENVIRONMENT), inside=True
    )
    return workshop.canary_held(output.out.strip()) if output.code == 0 else _judged(workshop, "canary", output)


async def _told(workshop: Workshop, argv: tuple[str, ...], *, inside: bool = True) -> Any:
    output = await workshop.run(argv, environment=dict(_ENVIRONMENT), inside=inside)
    if output.code != 0:
        return None
    try:
        return json.loads(output.out)
    except (ValueError, RecursionError):
        return None


def _revision(told: Any) -> int | None:
    """The revision of the store in what `endpoint hashkv` prints, which has read every key for it."""
    first = told[0] if isinstance(told, list) and told else None
    found = _map(_map(_map(first).get("HashKV")).get("header")).get("revision")
    return found if isinstance(found, int) else None


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _judged(workshop: Workshop, name: str, output: Output) -> Checked:
    said = "" if output.code == 0 else complaint(output.err or output.out)
    return workshop.check(name, held=output.code == 0, detail=said)
