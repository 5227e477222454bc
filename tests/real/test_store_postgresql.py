"""A database of a real PostgreSQL in, everything that every store must do is tried on it."""

from __future__ import annotations

from itertools import count

import pytest

from audit.model.exit import Exit, Stop
from audit.store import open_store
from tests.real.children import free_port
from tests.real.clusters import PASSWORD, Pair
from tests.store.contract import StoreContract

pytestmark = pytest.mark.real
NUMBERS = count()


class TestPostgresql(StoreContract):
    @pytest.fixture
    def url(self, pair: Pair) -> str:
        name = f"store{next(NUMBERS)}"
        pair.primary.sql(f"create database {name}")
        return f"postgresql+psycopg://postgres@127.0.0.1:{pair.primary.port}/{name}"


def stopped(url: str) -> Stop:
    with pytest.raises(Stop) as stop:
        open_store(url, writing=True)
    return stop.value


def test_a_server_that_is_not_there() -> None:
    stop = stopped(f"postgresql://somebody:s3cret@127.0.0.1:{free_port()}/x?sslmode=disable")
    assert stop.code is Exit.STORAGE
    assert "s3cret" not in str(stop)
    assert "cannot be reached" in stop.lines[0]


def test_a_user_who_may_not(pair: Pair) -> None:
    address = f"127.0.0.1:{pair.primary.port}/postgres"
    wrong = stopped(f"postgresql://plain:s3cret@{address}")
    assert wrong.code is Exit.STORAGE
    assert "s3cret" not in str(wrong)
    forbidden = stopped(f"postgresql://plain:{PASSWORD}@{address}")
    assert forbidden.code is Exit.STORAGE
    assert PASSWORD not in str(forbidden)


def test_a_server_that_is_read_only(pair: Pair) -> None:
    assert stopped(f"postgresql://postgres@127.0.0.1:{pair.standby.port}/postgres").code is Exit.STORAGE


def test_a_database_that_is_not_there(pair: Pair) -> None:
    assert stopped(f"postgresql://postgres@127.0.0.1:{pair.primary.port}/nothing").code is Exit.STORAGE
