"""Folders of replayed estates to their evidence, with signatures by keys that are thrown away."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from audit.app.stored import whole
from audit.catalogue import discover
from audit.inventory.load import load
from audit.model.statement import NAMESPACE, statement
from audit.world.signing import sign as signed
from tests.replay import mass

BY: Final = "Reconstruction (assumed)"
_OLD: Final = (
    ("fallback-{on}", "dependency.outside-fallback", ("government-24", "public-mydata"), "2023-10-10",
     "The last time that work without it was tried, on paper at a table."),
)  # fmt: skip
_DONE: Final = (
    ("fallback-{on}", "dependency.outside-fallback", ("government-24", "public-mydata"), "2025-06-12",
     "A day was worked without it; paper forms and the register of another house stood in."),
    ("advice", "facility.vendor-advice", ("ups-5b",), "2025-06-27", "What was advised is done; the batteries are new."),
    ("extinguisher", "facility.suppression", ("ups-5b",), "2025-06-27",
     "The design sheet of water mist and exhaust is that of the room."),
    ("inspection-{on}", "facility.fire-inspection", tuple(room for room, _, _ in mass.ROOMS), "2025-05-20",
     "The room was inspected against fire; nothing was found."),
    ("documents", "funding.minimum-documents", ("policy-loans",), "2025-03-03",
     "The list of the fewest documents is approved; the others may follow within 30 days."),
    ("permit", "facility.permit", ("move-batteries",), "2025-08-01", "Each step was done before the work began."),
)  # fmt: skip


def lines(*, mended: bool) -> Iterator[str]:
    """The evidence of the estate of NIRS."""
    for name, check, subjects, day, says in _DONE if mended else _OLD:
        for on in subjects:
            own = name.format(on=on)
            yield f"  - id: {own}"
            yield f"    check: {check}"
            yield f"    on: {on}"
            yield f"    says: {says}"
            yield f"    collected: {day}"
            yield f"    expires: {int(day[:4]) + 3 - mended * 2}{day[4:]}"
            yield f"    by: {BY}"
            yield f"    signature: evidence/{own}.sig"


def sign(folders: Iterable[Path]) -> None:
    """Sign all evidence of some folders anew with one new key."""
    with TemporaryDirectory() as room:
        key = Path(room) / "key"
        subprocess.run(("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key), check=True, timeout=30)
        public = " ".join(key.with_suffix(".pub").read_text().split()[:2])
        for folder in folders:
            estate = whole(load(folder, discover()))
            for one in estate.evidence:
                assert one.signature is not None
                (folder / "evidence").mkdir(exist_ok=True)
                (folder / "signers").write_text(f'"{BY}" namespaces="{NAMESPACE}" {public}\n', "utf-8")
                (folder / one.signature).write_bytes(signed(statement(one).encode(), key))
