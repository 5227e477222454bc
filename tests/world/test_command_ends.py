"""Programs that print more than is kept, to the ends of what they printed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import anyio
import pytest

from audit.contract import CannotSee, Reason
from audit.world.command import LocalCommand
from audit.world.secrets import Secrets
from audit.world.world import Unpacked


def unpacked(root: Path, *argv: str) -> Unpacked:
    async def main() -> Unpacked:
        return await LocalCommand(Secrets(root)).unpack(argv, 6, timedelta(seconds=60))

    return anyio.run(main)


def test_both_ends_of_what_is_too_much_to_keep(tmp_path: Path) -> None:
    much = unpacked(tmp_path, "sh", "-c", "printf begin-; head -c 30000000 /dev/zero; printf %s -ended")
    assert much == Unpacked(b"begin-", b"-ended", 30_000_012)
    assert unpacked(tmp_path, "printf", "few") == Unpacked(b"few", b"few", 3)


def test_how_it_ended(tmp_path: Path) -> None:
    assert unpacked(tmp_path, "sh", "-c", "printf half; echo it was cut >&2; exit 4").trouble == "it was cut"
    assert unpacked(tmp_path, "sh", "-c", "exit 4").trouble == "sh ended with 4"
    for argv, reason in ((("sh", "-c", "kill -9 $$"), Reason.INCOMPLETE), (("no-such-unpacker",), Reason.NO_TOOL)):
        with pytest.raises(CannotSee) as gap:
            unpacked(tmp_path, *argv)
        assert gap.value.reason is reason
