"""A database of a real PostgreSQL in, everything that every store with its history must do is tried on it."""

from __future__ import annotations

from itertools import count
from threading import Barrier, Thread

import pytest

from audit.model.exit import Exit, Stop
from audit.store import open_store
from audit.store.history import open_history
from tests.real.children import free_port, wait_until
from tests.real.clusters import PASSWORD, Pair
from tests.store.contract import StoreContract
from tests.store.tampered import WholeHistoryContract
from tests.store.watched import NOW, WEB, measured

pytestmark = pytest.mark.real
NUMBERS = count()


class TestPostgresql(StoreContract):
    @pytest.fixture
    def url(self, pair: Pair) -> str:
        name = f"store{next(NUMBERS)}"
        pair.primary.sql(f"create database {name}")
        return f"postgresql+psycopg://postgres@127.0.0.1:{pair.primary.port}/{name}"


class TestHistory(WholeHistoryContract):
    @pytest.fixture
    def url(self, pair: Pair) -> str:
        name = f"history{next(NUMBERS)}"
        pair.primary.sql(f"create database {name}")
        return f"postgresql+psycopg://postgres@127.0.0.1:{pair.primary.port}/{name}"

    def test_a_connection_that_breaks_gives_the_lock_back(self, url: str, pair: Pair) -> None:
        cut = "select count(pg_terminate_backend(pid)) from pg_locks where locktype = 'advisory' and granted"
        locked = "select count(*) from pg_locks where locktype = 'advisory'"
        with open_history(url, watching=True) as first:
            first.note([measured(0)], NOW)
            assert first.holds()
            assert pair.primary.sql(cut) == "1"
            assert not first.holds()
            # A connection that the server ends is told so before its locks go.
            wait_until(lambda: pair.primary.sql(f"{locked} and granted") == "0", "the end of the lock")
            with open_history(url, watching=True) as second:
                second.note([measured(1)], NOW)
                with pytest.raises(Stop) as stop:
                    first.note([measured(2)], NOW)
                assert stop.value.code is Exit.LOCKED
                assert second.holds()
                assert len(list(second.raw(WEB, NOW, measured(9).at))) == 2

    def test_a_server_that_was_started_again(self, url: str, pair: Pair) -> None:
        with open_history(url, watching=True) as history:
            history.note([measured(0)], NOW)
            pair.primary.stop()
            try:
                assert not history.holds()
                with pytest.raises(Stop) as stop:
                    history.note([measured(1)], NOW)
                assert stop.value.code is Exit.STORAGE
            finally:
                pair.primary.start()
                pair.mend()
            assert not history.holds()
        with open_history(url, watching=True) as again:
            again.note([measured(1)], NOW)
            assert list(again.raw(WEB, NOW, measured(9).at)) == [measured(0), measured(1)]
            assert again.verify() == ()

    def test_both_make_the_tables_at_once(self, url: str) -> None:
        both, failed = Barrier(2), []

        def opened(how: object) -> None:
            both.wait(120)
            try:
                (open_store(url, writing=True) if how is open_store else open_history(url, watching=True)).leave()
            except Stop as stop:
                failed.append(stop)

        threads = [Thread(target=opened, args=(how,)) for how in (open_store, open_history)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(300)
        assert [*map(str, failed)] == []


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
