"""Table spaces of InnoDB become what innochecksum finds wrong with their pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from audit.contract import CannotSee, FileSeen, Reason, Timed, World, say

COMMANDS: Final = ("innochecksum [--start-page=*] [--end-page=*] *",)
_PAGE: Final = 16_384
_EXTENT: Final = 64
_HEAD: Final = 58
_TWICE: Final = (536_853_855).to_bytes(4, "big")
"""What stands before the places of the buffer in which pages are written twice, 190 bytes before the end of page 5."""
_TWICE_AT: Final = 6 * _PAGE - 190


async def damaged(spaces: Sequence[FileSeen], look: Timed) -> tuple[tuple[str, ...] | None, CannotSee | None]:
    """What innochecksum finds wrong with the pages of the table spaces."""
    if not spaces:
        return None, CannotSee(Reason.INCOMPLETE, say("the backup holds no table space of InnoDB that could be read"))
    errors: list[str] = []
    systems = sum(file.path.rpartition("/")[2].startswith("ibdata") for file in spaces)
    for file in spaces:
        name = "/".join(file.path.split("/")[-2:])
        if file.path.endswith(".ibd") or (systems == 1 and file.path.endswith("/ibdata1")):
            pages = extent(await look.world.files.head(file.path, _HEAD))
            if pages is not None and file.size < pages * _PAGE:
                # innochecksum finds nothing wrong with the pages that are left.
                errors.append(f"{name}: it is cut off: {file.size // _PAGE} of {pages} pages")
                continue
        for range_ in await _ranges(file, look.world):
            left = look.left("innochecksum")
            output = await look.world.command.run(("innochecksum", *range_, file.path), left, {})
            if output.code != 0:
                break
        else:
            continue
        text = output.err + output.out
        line = next((line.strip() for line in text.splitlines() if line.strip()), f"it ended with {output.code}")
        if output.code == 1 and ("checksum mismatch" in text or "page::" in text or "corrupted" in text):
            errors.append(f"{name}: {line}"[:200])
        else:
            says = say("innochecksum could not read {name}: {answer}", name=name, answer=line[:160])
            return None, CannotSee(Reason.INCOMPLETE, says)
    return tuple(errors[:100]), None


def extent(head: bytes) -> int | None:
    """How many pages a table space says to have; None where its pages are not of the usual size."""
    if len(head) < _HEAD:
        return None
    flags = int.from_bytes(head[54:58], "big")
    # With the marker of full_crc32 the low bits are the size of a page; without it, 0 is the usual one.
    usual = flags & 0xF == 5 if flags & 0x10 else not flags & 0x3DE
    return int.from_bytes(head[46:50], "big") if usual else None


async def _ranges(file: FileSeen, world: World) -> tuple[tuple[str, ...], ...]:
    """The pages of a table space that have to be sound, as options of innochecksum.

    The buffer in which pages are written twice may be caught half written: whoever reads the backup passes it over.
    """
    if not file.path.endswith("/ibdata1"):
        return ((),)
    head = await world.files.head(file.path, _TWICE_AT + 12)
    if head[_TWICE_AT : _TWICE_AT + 4] != _TWICE:
        raise CannotSee(Reason.INCOMPLETE, say("the system table space of the backup is of a kind that is not known"))
    first, second = (int.from_bytes(head[_TWICE_AT + place : _TWICE_AT + place + 4], "big") for place in (4, 8))
    found: list[tuple[str, ...]] = [(f"--end-page={first - 1}",)] if first else []
    if second > first + _EXTENT:
        found.append((f"--start-page={first + _EXTENT}", f"--end-page={second - 1}"))
    return (*found, (f"--start-page={second + _EXTENT}",))
