"""A file in an empty folder in, everything that the history of a watch must do is tried on it."""

from pathlib import Path

import pytest

from tests.store.tampered import WholeHistoryContract


class TestSqlite(WholeHistoryContract):
    @pytest.fixture
    def url(self, tmp_path: Path) -> str:
        return str(tmp_path / "haechi.db")
