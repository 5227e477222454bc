"""A file in an empty folder in, everything that every store must do is tried on it."""

from pathlib import Path

import pytest

from tests.store.contract import StoreContract


class TestSqlite(StoreContract):
    @pytest.fixture
    def url(self, tmp_path: Path) -> str:
        return str(tmp_path / "haechi.db")
