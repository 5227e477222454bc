"""Databases of a real PostgreSQL in, registers, seals, proofs, bundles, merges as with files out."""

from __future__ import annotations

from itertools import count

import pytest

from tests.real.clusters import Pair
from tests.store.sealed_contract import SealedContract

pytestmark = pytest.mark.real
NUMBERS = count()


class TestSealed(SealedContract):
    @pytest.fixture
    def urls(self, pair: Pair) -> tuple[str, str]:
        made = []
        for name in ("sealed", "ministry"):
            database = f"{name}{next(NUMBERS)}"
            pair.primary.sql(f"create database {database}")
            made.append(f"postgresql+psycopg://postgres@127.0.0.1:{pair.primary.port}/{database}")
        return made[0], made[1]
