"""A signature with a program that is no ssh-keygen in, the reason why nothing could be verified out."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from pathlib import Path

import pytest

from audit.model.verdict import CannotSee, Reason
from audit.world.signing import verified
from tests.real.around import planted


def sealed(*parts: bytes) -> bytes:
    """What has the form of a signature."""
    blob = b"SSHSIG\0\0\0\1" + b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return b"-----BEGIN SSH SIGNATURE-----\n" + base64.b64encode(blob) + b"\n-----END SSH SIGNATURE-----\n"


@pytest.mark.parametrize("content", [b"garbage", b"\x7fELF of another machine", b"#!/no/such/shell\n"])
def test_a_program_that_does_not_start(tmp_path: Path, content: bytes) -> None:
    program = tmp_path / "ssh-keygen"
    program.write_bytes(content)
    program.chmod(0o755)
    signature = sealed(b"key", b"haechi-evidence")
    with planted({"PATH": str(tmp_path)}), pytest.raises(CannotSee, match="could not verify it") as gap:
        verified(b"text", signature, b"", "Kim Minji", datetime(2026, 9, 1, tzinfo=UTC))
    assert gap.value.reason is Reason.NO_TOOL
