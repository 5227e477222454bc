"""One backup file in the room of a drill to what it brings back: unpacked, extracted, loaded into a database."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from audit.contract import CannotSee, Reason, Workshop, say
from audit.model.drilling import Checked
from checks.backup.drills import dumps
from checks.backup.drills.choice import FULL
from checks.backup.drills.inside import held
from checks.backup.dump import HEAD, TAIL, content

_PACKERS: Final = (
    (b"\x1f\x8b", ".gz", ("gzip", "--decompress", "--force", "--")),
    (b"BZh", ".bz2", ("bzip2", "--decompress", "--force", "--")),
    (b"\xfd7zXZ\x00", ".xz", ("xz", "--decompress", "--force", "--")),
    (b"\x28\xb5\x2f\xfd", ".zst", ("zstd", "--decompress", "--force", "--rm", "--quiet", "--")),
    (b"\x04\x22\x4d\x18", ".lz4", ("lz4", "-d", "-f", "-m", "--rm", "-q", "--")),
)
_TAR: Final = ("tar", "--extract", "--no-same-owner", "--no-same-permissions", "--delay-directory-restore")
COMMANDS: Final = (
    *(f"{' '.join(words)} *" for _, _, words in _PACKERS),
    f"{' '.join(_TAR)} --file=* --directory=*",
    "mkdir --mode=700 -- *",
    "mv --no-target-directory -- * *",
    *dumps.COMMANDS,
)
_POSTGRESQL: Final = b"-- PostgreSQL database"


@dataclass(slots=True)
class Opened:
    """What came out of one file."""

    checks: list[Checked] = field(default_factory=list)
    bytes: int = 0
    files: int = 1
    summed: bool = False
    """Whether checksums covered every byte of it."""
    level: int = 0
    """More than 3 where a server or a canary proved more."""

    @property
    def integrity(self) -> int:
        """The level that all of it reached."""
        if not all(check.held for check in self.checks if check.name != "canary"):
            return 1
        return max(self.level, 3 if self.summed else 1)


async def opened(path: Path, name: str, workshop: Workshop, zone: str | None, *, empty: bool = False) -> Opened:
    """Bring back what a file, or a dump that is a folder, holds; it is unpacked in its place.

    `name` is that under which the file was kept, `empty` whether a dump without a row is a sound one.
    """
    result = Opened()
    files = workshop.world.files
    told = path / "toc.dat" if name == "toc.dat" else path
    if told == path:
        path = told = await _unpacked(path, result, workshop)
    tree = await workshop.tree(path)
    result.bytes, result.files = tree.bytes, tree.files
    if not all(check.held for check in result.checks):
        return result
    head = await files.head(str(told), HEAD)
    found = content(head, await files.tail(str(told), TAIL), name, zone, unpacked=True, empty=empty)
    if found.kind == "encrypted":
        raise CannotSee(
            Reason.INCOMPLETE, say("{name} is encrypted: a drill without its key restores nothing", name=name)
        )
    if found.whole is not None:
        result.checks.append(workshop.check("end", held=found.whole, detail=found.doubt))
    if found.whole is False:
        return result
    if found.dump or found.kind == "sql":
        workshop.afford(result.bytes)
        ours = found.kind != "sql" or _POSTGRESQL in head[:1500]
        load = dumps.loaded_by_postgresql if ours else dumps.loaded_by_mariadb
        loaded = await load(path, found.kind, workshop)
        result.checks += loaded.checks
        result.level = loaded.integrity
    elif found.kind == "tar":
        await _extracted(path, result, workshop)
    return result


async def _unpacked(path: Path, result: Opened, workshop: Workshop) -> Path:
    head = await workshop.world.files.head(str(path), 8)
    for magic, ending, words in _PACKERS:
        if not head.startswith(magic):
            continue
        seen = await workshop.world.files.unpack(str(path), 1, workshop.left)
        if seen is not None:
            if seen.trouble:
                result.checks.append(workshop.check("unpack", held=False, detail=seen.trouble))
                return path
            workshop.afford(seen.size)
        packed = path.with_name(path.name + ending)
        with workshop.part("restore"):
            moved = await workshop.run(("mv", "--no-target-directory", "--", str(path), str(packed)))
            output = await workshop.run((*words, str(packed)))
        if moved.code != 0 or FULL.search(output.err) or output.code < 0:
            raise CannotSee(Reason.INCOMPLETE, say("{program} could not work here", program=words[0]))
        # 2 is a warning, such as zeros with which a tape filled its last block.
        sound = output.code in (0, 2) if words[0] == "gzip" else output.code == 0
        line = next((line.strip() for line in output.err.splitlines() if line.strip()), "")
        result.checks.append(workshop.check("unpack", held=sound, detail=line or f"{words[0]} held it against its sum"))
        result.summed = result.summed or sound
        return path if sound else packed
    return path


async def _extracted(path: Path, result: Opened, workshop: Workshop) -> None:
    folder = path.with_name("extracted")
    workshop.afford(result.bytes)
    with workshop.part("restore"):
        await workshop.run(("mkdir", "--mode=700", "--", str(folder)))
        output = await workshop.run((*_TAR, f"--file={path}", f"--directory={folder}"))
    if output.code < 0 or FULL.search(output.err):
        raise CannotSee(Reason.INCOMPLETE, say("{program} could not work here", program="tar"))
    line = next((line.strip() for line in output.err.splitlines() if line.strip()), "")
    result.checks.append(workshop.check("tar", held=output.code == 0, detail=line))
    with workshop.part("verify"):
        inside = await held(workshop, folder, None, whole=True)
    result.checks += inside.checks
    result.files, result.bytes = inside.files, inside.bytes
    # Nothing in an archive holds the bytes of its files against anything, a manifest among them does.
    result.summed = result.summed or any(check.name == "manifest" for check in inside.checks)
    if inside.canary:
        result.level = 5
