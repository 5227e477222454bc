"""A repaired twin to copies of it in which one repair each is undone."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.replay.making import TARGET, TWIN

ESTATE: Final = "estate.yaml"
SYSTEMS: Final = "systems.yaml"


@dataclass(frozen=True, slots=True)
class Undone:
    """One repair that was never made."""

    name: str
    control: str
    old: str
    """A pattern of the text of the twin."""
    new: str
    file: str = ESTATE
    takes: str = ""
    """A file that is taken from the estate as it was, where a record or a signature tells of the repair."""


NIRS, SK, OVH, RETAIL, NETWORK = "nirs-2025", "sk-cc-2022", "ovh-2021", "retail-fund-2025", "nirs-network-2023"
_OLD: Final = "says: The last time that work without it was tried, on paper at a table.\\n    collected: 2023-10-10"
ALL: Final = (
    Undone(NIRS, "OPS-04", r", {at: gwangju/vault, taken: 2025-09-25}", ""),
    Undone(NIRS, "FAC-18", r"at: \[gwangju/hall-1\]", "at: [daejeon/room-7]", SYSTEMS),
    Undone(NIRS, "FAC-13", r"tested: 2025-06-10", "tested: 2024-06-10"),
    Undone(NIRS, "DEP-03", r"at: \[daejeon/room-7-1, gwangju/hall-1\]", "at: [daejeon/room-7-1]", SYSTEMS),
    Undone(NIRS, "FAC-03", r"compartment: b1", "compartment: c-7-1"),
    Undone(NIRS, "FAC-01", r"installed: 2024-08-20", "installed: 2014-08-01"),
    Undone(NIRS, "FAC-02", r", closed: 2024-08-20", ""),
    Undone(NIRS, "FAC-16", r"charge: 25", "charge: 80"),
    Undone(NIRS, "FAC-08", r"suppression: water-mist", "suppression: halogen"),
    Undone(NIRS, "FAC-15", r"(id: room-7-1,.*result: )normal", r"\1refused"),
    Undone(NIRS, "BKP-01", r"(id: asset-register, .*work, at: [^,]*), copies: \[.*?\]", r"\1", SYSTEMS),
    Undone(NIRS, "BKP-14", r"(mandatory: true, .*)at: gwangju/vault", r"\1at: daejeon/room-8", SYSTEMS),
    Undone(NIRS, "DRF-01", r"(id: g-drive, .*)mode: hot", r"\1mode: cold", SYSTEMS),
    Undone(NIRS, "DRF-02", r"(id: r1-013, .*)covers: \[[^]]*\]", r"\1covers: [storage]", SYSTEMS),
    Undone(NIRS, "DRF-08", r"(id: r1-013, .*)switch: 30m", r"\1switch: 28d", SYSTEMS),
    Undone(NIRS, "OPS-11", r", closed: 2024-12-20", ""),
    Undone(NIRS, "FND-10", r"funded: 5.4e12", "funded: 3e9"),
    Undone(
        NIRS,
        "DEP-04",
        r"(on: government-24\n    )says: .*\n    collected: 2025-06-12\n    expires: 2026",
        rf"\1{_OLD}\n    expires: 2026",
        takes="evidence/fallback-government-24.sig",
    ),
    Undone(NIRS, "FND-04", r"minimum-documents: true", "minimum-documents: false"),
    Undone(NETWORK, "AVL-11", r"\A", "", takes="seen.json"),
    Undone(SK, "DRF-07", r"at: \[pangyo/hall, other-centre/hall\]", "at: [pangyo/hall]"),
    Undone(OVH, "BKP-02", r"at: other-region/hall", "at: strasbourg/sbg2"),
    Undone(
        RETAIL, "FND-06", r"guarantees: 150e9((?s:.*)id: bank-a, contribution: )0.5e9", r"guarantees: 450e9\g<1>5e9"
    ),
    Undone(RETAIL, "FND-07", r"(id: bank-[ab], .*)commitment: signed", r"\1commitment: letter"),
    Undone(RETAIL, "FND-08", r"minimum: 100e9", "minimum: 140e9"),
    Undone(RETAIL, "FND-09", r"times: 12", "times: 3"),
)
_MINOR: Final = re.compile(r"^      - \{id: (?:r\d|unplaced)[-\d]*, grade: [34],.*\n", re.MULTILINE)


def undo(one: Undone, room: Path) -> Path:
    """A copy of the twin in `room` with that repair undone; ValueError where the text is not there."""
    folder = room / f"{one.name}-{one.control}"
    shutil.copytree(TARGET / (one.name + TWIN), folder)
    if one.name == NIRS:
        # The six hundred that stand for others of grade 3 and 4 would only be judged again and again.
        mass = (folder / SYSTEMS).read_text("utf-8")
        (folder / SYSTEMS).write_text(_MINOR.sub("", mass), "utf-8")
    text = (folder / one.file).read_text("utf-8")
    changed, count = re.subn(one.old, one.new, text)
    if not count:
        raise ValueError(f"{one.control}: the twin says nothing like {one.old!r}")
    (folder / one.file).write_text(changed, "utf-8")
    if one.takes:
        shutil.copyfile(TARGET / one.name / one.takes, folder / one.takes)
    return folder
