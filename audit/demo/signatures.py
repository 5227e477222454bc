"""The demo's inventory to a list of signers with signatures under its evidence, good ones beside faulty ones."""

from __future__ import annotations

import shutil
import subprocess
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from audit.catalogue import discover
from audit.inventory.load import load
from audit.model.assent import NAMESPACE as ASSESSMENT
from audit.model.estate import Evidence
from audit.model.statement import NAMESPACE, statement
from audit.model.verdict import CannotSee
from audit.world.signing import PROGRAM, sign

SIGNERS: Final = "signers"
PROLONGED: Final = "fallback-dns-b"
"""Signed for a shorter time than the inventory says now."""
LATE: Final = "fallback-cloud-one"
"""Signed with a key that had ended the day before."""
SECONDS: Final = 20.0


def signatures(folder: Path, keys: Path) -> bool:
    """Sign what the inventory in `folder` names a signature for; False where ssh-keygen is missing or does not work.

    Each person gets a throw-away key in `keys`.
    """
    program = shutil.which(PROGRAM)
    found = load(folder, discover()).estate
    if program is None or found is None:
        return False
    named = [one for one in found.evidence if one.signature is not None]
    lines: dict[str, str] = {}
    try:
        for one in named:
            person = one.by or one.id
            key = keys / f"person-{list(lines).index(person) if person in lines else len(lines)}"
            if person not in lines:
                make = (program, "-q", "-t", "ed25519", "-N", "", "-C", "synthetic", "-f", str(key))
                subprocess.run(make, check=True, capture_output=True, timeout=SECONDS)
                lines[person] = _line(person, key, one.collected if one.id == LATE else None)
            (folder / str(one.signature)).write_bytes(sign(statement(_as_signed(one)).encode(), key))
    except (subprocess.SubprocessError, OSError, CannotSee):
        return False
    head = "# Whose signatures count as evidence, and from when to when. Throw-away keys of a demo (synthetic).\n"
    (folder / SIGNERS).write_text(head + "".join(lines.values()), "utf-8")
    return True


def _as_signed(one: Evidence) -> Evidence:
    """What was signed, which is not always what the inventory says."""
    return one.model_copy(update={"expires": one.expires - timedelta(days=180)}) if one.id == PROLONGED else one


def _line(person: str, key: Path, end: date | None) -> str:
    options = f'namespaces="{NAMESPACE},{ASSESSMENT}"' + (f',valid-before="{end:%Y%m%d}Z"' if end is not None else "")
    kind, public = key.with_suffix(".pub").read_text("ascii").split()[:2]
    return f'"{person}" {options} {kind} {public}\n'
