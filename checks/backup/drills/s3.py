"""Backups in a bucket with a workshop to what a fetch of one of them brought back."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from audit.contract import CannotSee, Reason, Workshop, drill, say
from audit.model.backup import RestorePoint
from audit.model.drilling import Checked, Restored
from checks.backup.checksums import listed_sum
from checks.backup.drills import backup_file
from checks.backup.drills.choice import also, chosen, hopeless, look
from checks.backup.drills.dump_inside import dump_proven
from checks.backup.drills.inside import held, is_canary, told
from checks.backup.drills.manifest import is_manifest
from checks.backup.drills.s3_fetch import Fetched, Gone, fetched, places
from checks.backup.drills.sample import sampled
from checks.backup.s3 import S3Objects, objects
from checks.backup.s3_bucket import Piece, by_folder, by_object
from checks.backup.s3_bucket import chosen as meant
from checks.backup.s3_look import Look

_MANIFEST: Final = 4_000_000


@dataclass(slots=True)
class _Work:
    """One restore."""

    copy: S3Objects
    workshop: Workshop
    look: Look
    checks: list[Checked] = field(default_factory=list)
    summed: int = 0
    """Objects of which every byte was held against a checksum."""

    @property
    def folder(self) -> Path:
        return self.workshop.room / "objects"

    async def fetch(self, wanted: Mapping[str, Piece]) -> None:
        """Bring objects into the room, each held against what the store says of it."""
        troubles: list[str] = []
        with self.workshop.part("fetch"):
            brought: dict[str, Fetched] = {}
            for place, piece in wanted.items():
                try:
                    brought[place] = await fetched(piece, f"objects/{place}", self.look, self.workshop)
                except Gone as gone:
                    troubles.append(str(gone))
        with self.workshop.part("verify"):
            sums = await self.workshop.sums(self.folder, tuple(brought))
            for place, found in brought.items():
                digest = base64.b64encode(bytes.fromhex(sums.get(place, ""))).decode()
                wrong = found.wrong(digest)
                if wrong:
                    troubles.append(f"{wanted[place].key}: it is not what its {wrong} says")
                elif found.known:
                    self.summed += 1
        detail = told(tuple(troubles)) or f"{self.summed} of {len(wanted)} objects have a checksum, which held"
        self.checks.append(self.workshop.check("objects", held=not troubles, detail=detail))


@drill(verbs=also(objects, *backup_file.COMMANDS))
async def restored(copy: S3Objects, workshop: Workshop) -> Restored:
    with workshop.part("preflight"):
        # All of it is read below; what the look would read in vain are its ends.
        seen = copy if copy.verify == "none" else copy.model_copy(update={"verify": "ends"})
        state = await look(objects, seen, workshop)
        point = chosen(state, workshop)
        if (lost := hopeless(point, workshop)) is not None:
            return lost
        work = _Work(copy, workshop, Look(workshop.world, workshop.left, copy.door, copy.bucket))
        everything = await work.look.listed(copy.prefix or "", versions=copy.point == "version")
        held_by = _pieces(copy, everything, point)
    if copy.point == "folder":
        return await _folder(work, point, held_by, everything)
    return await _object(work, point, held_by[0], everything)


def _pieces(copy: S3Objects, everything: Sequence[Piece], point: RestorePoint) -> tuple[Piece, ...]:
    """The objects of a point."""
    prefix = copy.prefix or ""
    found = meant(everything, prefix, copy.match)
    made = by_folder(found, prefix, copy.marker) if copy.point == "folder" else by_object(found, prefix)
    held_by = [pieces for other, pieces in made if other.id == point.id and other.end == point.end]
    if len(held_by) != 1:
        raise CannotSee(Reason.INCOMPLETE, say("{name} changed while it was looked at", name=point.id))
    return held_by[0]


async def _object(work: _Work, point: RestorePoint, piece: Piece, everything: Sequence[Piece]) -> Restored:
    """One object is one backup, such as a dump."""
    workshop = work.workshop
    workshop.afford(piece.size)
    await work.fetch({"backup": piece})
    beside = [other for other in everything if other.key == f"{piece.key}.sha256" and 0 < other.size <= _MANIFEST]
    for other in beside[-1:]:
        await fetched(other, "beside/sum", work.look, workshop)
        text = await workshop.world.files.head(str(workshop.room / "beside" / "sum"), _MANIFEST)
        wanted = listed_sum(text, piece.key)
        if wanted is not None:
            same = (await workshop.sums(work.folder, ("backup",))).get("backup") == wanted
            work.summed += same
            name = other.key.rpartition("/")[2]
            work.checks.append(
                workshop.check("sha256", held=same, detail=f"{name} names {'it' if same else 'another'}")
            )
    if not all(check.held for check in work.checks):
        return Restored(point=point, bytes=0, integrity=1, checks=tuple(work.checks))
    opened = await backup_file.opened(
        work.folder / "backup", piece.key.rpartition("/")[2], workshop, work.copy.timezone
    )
    opened.summed = opened.summed or bool(work.summed)
    opened.checks[:0] = work.checks
    return Restored(
        point=point,
        bytes=opened.bytes,
        files=opened.files,
        integrity=opened.integrity,
        checks=tuple(opened.checks),
    )


async def _folder(work: _Work, point: RestorePoint, pieces: Sequence[Piece], everything: Sequence[Piece]) -> Restored:
    """All objects below one folder are one backup."""
    workshop, base = work.workshop, f"{work.copy.prefix or ''}{point.id}/"
    there = places(pieces, base)
    sizes = {place: piece.size for place, piece in there.items()}
    sample = sampled(sizes, workshop.share, workshop.turn, always=lambda name: is_canary(workshop, name))
    # The probe leaves manifests aside, as they are no backup themselves.
    lists = places([one for one in everything if one.key.startswith(base) and is_manifest(one.key)], base)
    workshop.afford(sample.bytes)
    wanted = {place: there[place] for place in sample.files}
    await work.fetch({**wanted, **lists})
    with workshop.part("verify"):
        inside = await held(workshop, work.folder, sample.files, whole=sample.share == 1)
    level = 1
    if all(check.held for check in (*work.checks, *inside.checks) if check.name != "canary"):
        level = await dump_proven(workshop, work.folder, inside, whole=sample.share == 1)
        summed = work.summed >= len(wanted) or any(check.name == "manifest" for check in inside.checks)
        level = level if summed or level > 3 else 1
    return Restored(
        point=point,
        bytes=inside.bytes,
        files=inside.files,
        share=sample.share,
        integrity=level,
        checks=(*work.checks, *inside.checks),
    )
