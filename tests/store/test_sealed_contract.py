"""Two files in, everything that sealed stores must do is tried on them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.store.sealed_contract import SealedContract


class TestSealed(SealedContract):
    @pytest.fixture
    def urls(self, tmp_path: Path) -> tuple[str, str]:
        return str(tmp_path / "own.db"), str(tmp_path / "ministry.db")
