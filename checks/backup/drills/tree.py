"""A folder of plain files with their list of checksums to what a restore of it, into a workshop, brought back."""

from __future__ import annotations

import glob
import posixpath
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path
from typing import Any, Final

from audit.contract import CannotSee, FileSeen, Output, Reason, SshDoor, Workshop, drill, say
from audit.model.drilling import Restored
from checks.backup.checksums import listed
from checks.backup.drills.choice import also, chosen, hopeless, look
from checks.backup.drills.dump_inside import COMMANDS as LOADING
from checks.backup.drills.dump_inside import dump_proven
from checks.backup.drills.inside import held, is_canary, told
from checks.backup.drills.sample import sampled
from checks.backup.tree import FileTree, mirrored

_MOST: Final = 200_000
_LARGEST_MANIFEST: Final = 32_000_000
_ENDLESS: Final = 1 << 62
_AT_ONCE: Final = 400
_MAKE: Final = ("mkdir", "--mode=700", "--")
_COPY: Final = ("cp", "--no-dereference", "--no-preserve=all")


@drill(
    verbs=also(
        mirrored,
        *LOADING,
        f"{' '.join(_MAKE)} *",
        f"{' '.join(_COPY)} --recursive -- * *",
        f"{' '.join(_COPY)} --parents --target-directory=* -- NAMES...",
    )
)
async def restored(copy: FileTree, workshop: Workshop) -> Restored:
    with workshop.part("preflight"):
        # What is in the files is read once, after they were brought back.
        state = await look(mirrored, copy.model_copy(update={"verify": "names"}), workshop)
        point = chosen(state, workshop)
        if (lost := hopeless(point, workshop)) is not None:
            return lost
    async with _files(copy, workshop) as files:
        with workshop.part("preflight"):
            base, sums, seen = await _known(copy, files)
            sizes = {name: seen[name].size if name in seen else 0 for name in sums}
            sample = sampled(sizes, workshop.share, workshop.turn, always=lambda name: is_canary(workshop, name))
            whole = sum(file.size for file in seen.values())
            workshop.afford(sample.bytes if sample.names else max(whole, sample.bytes))
        with workshop.part("fetch"):
            if copy.server is not None:
                folder = await _over_sftp(files, base, tuple(sample.files), workshop)
            else:
                names = tuple(sample.files) if sample.names else None
                folder = await _beside(workshop.world.root / base, names, workshop)
    with workshop.part("verify"):
        found = await workshop.sums(folder, tuple(sample.files))
        wrong = [f"{name}: not restored" for name in sample.files if name not in found]
        wrong += [f"{name}: another sha256 than {copy.manifest} says" for name in found if found[name] != sums[name]]
        detail = told(tuple(wrong)) or f"sha256 of {len(found)} files"
        checks = [workshop.check("manifest", held=bool(found) and not wrong, detail=detail)]
        inside = await held(workshop, folder, None, whole=not sample.names, manifests=False)
    level = await dump_proven(workshop, folder, inside, whole=sample.share == 1) if checks[0].held else 1
    return Restored(
        point=point,
        bytes=inside.bytes,
        files=inside.files,
        share=sample.share,
        integrity=level,
        checks=(*checks, *inside.checks),
    )


def _files(copy: FileTree, workshop: Workshop) -> AbstractAsyncContextManager[Any]:
    if copy.server is None:
        return nullcontext(workshop.world.files)
    there = copy.server
    door = SshDoor(there.host, there.port, there.user, there.host_key, there.key, there.password)
    return workshop.world.sftp.files(door, workshop.left)


async def _known(copy: FileTree, files: Any) -> tuple[str, Mapping[str, str], Mapping[str, FileSeen]]:
    """Where the folder really is, the sum of each file that its list names, the files that a walk finds."""
    at = f"{copy.path.rstrip('/')}/{copy.manifest}"
    lists: Sequence[FileSeen] = await files.list(glob.escape(at), 1)
    if not lists:
        raise CannotSee(Reason.UNREACHABLE, say("{path} is not there", path=at))
    text = (await files.head(lists[0].path, _LARGEST_MANIFEST)).decode("utf-8", "surrogateescape")
    base = lists[0].path.removesuffix(copy.manifest)
    found: Sequence[FileSeen] = await files.list(f"{glob.escape(copy.path.rstrip('/'))}/**", _MOST)
    seen = {file.path.removeprefix(base): file for file in found}
    return base, listed(text, posixpath.dirname(copy.manifest)), seen


async def _over_sftp(files: Any, base: str, names: Sequence[str], workshop: Workshop) -> Path:
    for name in names:
        try:
            await workshop.save(f"tree/{name}", files.pieces(base + name, _ENDLESS))
        except CannotSee as gap:
            # A file that is named and not there is for the verification to tell.
            if gap.reason is not Reason.UNREACHABLE:
                raise
    return workshop.room / "tree"


async def _beside(base: Path, names: Sequence[str] | None, workshop: Workshop) -> Path:
    """Copy a folder of this machine, or some of its files, into the room."""
    folder = workshop.room / "tree"
    await workshop.run((*_MAKE, str(folder)))
    if names is None:
        _tried(await workshop.run((*_COPY, "--recursive", "--", f"{base}/.", str(folder))))
        return folder
    for start in range(0, len(names), _AT_ONCE):
        words = tuple(str(base / name) for name in names[start : start + _AT_ONCE])
        _tried(await workshop.run((*_COPY, "--parents", f"--target-directory={folder}", "--", *words)))
    return folder / str(base).lstrip("/")


def _tried(output: Output) -> None:
    """CannotSee where the copy failed at something else than the files, which the verification holds to account."""
    for words, reason in (("ermission denied", Reason.DENIED), ("o space left", Reason.INCOMPLETE)):
        line = next((line.strip() for line in output.err.splitlines() if words in line), "")
        if line:
            raise CannotSee(reason, say("the folder could not be copied: {why}", why=line[:200]))
    if output.code < 0:
        raise CannotSee(Reason.INCOMPLETE, say("{program} could not work here", program="cp"))
