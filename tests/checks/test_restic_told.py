"""What the list of restic from 0.17 on tells of each snapshot, to whether the data can still be there."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import anyio
import pytest

from audit.contract import Output
from audit.model.backup import BackupState
from audit.world.scene import SceneFile, scene
from checks.backup.restic import Restic, snapshots

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)


def listed(*shares: float, size: int = 100_000) -> list[dict[str, Any]]:
    """A snapshot a day that adds such a share of its size, packed to a half."""
    return [
        {
            "id": f"{day:064x}",
            "time": f"2026-08-{20 + day}T00:00:00Z",
            "hostname": "db1",
            "paths": ["/srv"],
            "tree": f"{day}",
            "summary": {
                "total_bytes_processed": size,
                "total_files_processed": 9,
                "data_added": int(share * size),
                "data_added_packed": int(share * size / 2),
            },
        }
        for day, share in enumerate(shares)
    ]


def look(entries: list[dict[str, Any]], packs: int | None = 60_000, **more: Any) -> BackupState:
    kept = {"/r/data/00/0001": SceneFile(bytes(packs), NOW)} if packs is not None else {}
    written = {"id": "nightly", "kind": "restic", "at": "busan", "repository": "/r", "password": {"env": "P"}, **more}
    world = scene(now=NOW, files=kept, command={"restic --repo=/r": Output(0, json.dumps(entries), "")})
    seen = anyio.run(snapshots.look, Restic.model_validate(written), world)
    assert isinstance(seen, BackupState)
    return seen


def test_packs_that_may_hold_it_all() -> None:
    assert look(listed(1, 0.1, 0.1)).points[-1].complete
    assert look(listed(1, 0.1, 0.1), 6_100).points[-1].complete  # packed anew, much tighter


def test_packs_that_are_gone() -> None:
    seen = look(listed(1, 0.1, 0.1), 500)
    assert seen.newest is None
    assert seen.points[-1].doubt == "the packs of the repository hold 500 bytes, its snapshots stored 60000"


def test_what_cannot_be_listed_is_no_loss() -> None:
    assert look(listed(1, 0.1), None).newest is not None
    assert look([{**entry, "summary": {"total_bytes_processed": 5}} for entry in listed(1, 1)], 0).newest is not None


@pytest.mark.parametrize(
    ("shares", "more", "told"),
    [
        ((1, 0.01, 0.02, 0.01, 0.97), {}, "97% of what it holds was never there before, where 2% is usual"),
        ((1, 0.01, 0.02, 0.01, 0.97), {"may-change": "100 %"}, ""),
        ((1, 0.6, 0.7, 0.8, 0.9), {}, ""),
        ((1, 0.01, 0.02, 0.01, 0.01), {}, ""),
        ((1, 0.97), {}, ""),
    ],
)
def test_a_source_that_was_encrypted(shares: tuple[float, ...], more: dict[str, str], told: str) -> None:
    seen = look(listed(*shares), 300_000, **more)
    assert seen.points[-1].doubt.startswith(told)
    assert seen.points[-1].complete is not bool(told)
