"""Real MariaDB, Redis, SNMP agents: what their hands get of them, what they are kept from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import anyio
import pytest

from audit.model.item import Secret
from audit.model.verdict import CannotSee, Reason
from audit.world.asking import RedisDoor, SnmpDoor
from audit.world.build import real_world
from audit.world.world import World
from tests.real.children import free_port
from tests.real.labs.snmp_ups import AUTH, MIB, PRIVACY, agent
from tests.real.labs.snmp_ups import WORD as COMMUNITY
from tests.real.mariadbs import WORD, Mariadb
from tests.real.mariadbs import started as started_mariadb
from tests.real.redises import WORD as REDIS_WORD
from tests.real.redises import started as started_redis

pytestmark = [pytest.mark.real, pytest.mark.lab]
SOON = timedelta(seconds=60)
ALL_POWERFUL = "root"


@pytest.fixture(scope="module")
def server(need: Callable[[str], Path]) -> Iterator[Mariadb]:
    need("mariadbd")
    with started_mariadb(1) as (started,):
        yield started


def world(folder: Path, **secrets: str) -> World:
    for name, value in secrets.items():
        (folder / name).write_text(value)
        (folder / name).chmod(0o600)
    return real_world(allow=(ip_network("127.0.0.0/8"),), root=folder)


def rows(folder: Path, url: str, *queries: str, timeout: timedelta = SOON) -> Any:
    hands = world(folder, url=url)
    return anyio.run(hands.mysql.rows, Secret("file", "url"), queries, timeout)


def refused(folder: Path, url: str, *queries: str, timeout: timedelta = SOON) -> CannotSee:
    with pytest.raises(CannotSee) as gap:
        rows(folder, url, *queries, timeout=timeout)
    assert WORD not in str(gap.value)
    return gap.value


def test_mariadb_answers_over_the_network_and_the_socket(server: Mariadb, tmp_path: Path) -> None:
    (one,), (two,) = rows(tmp_path, server.url(), "SELECT 1 AS a", "SELECT @@tx_read_only AS b")
    assert (one, two["b"]) == ({"a": 1}, 1)
    ((found,),) = rows(tmp_path, f"mysql://{ALL_POWERFUL}@/?socket={server.socket}", "SELECT CURRENT_USER() AS who")
    assert found["who"] == "root@localhost"


def test_mariadb_is_not_written_to_even_by_root(server: Mariadb, tmp_path: Path) -> None:
    url = f"mysql://{ALL_POWERFUL}@/?socket={server.socket}"
    before = server.sql("select count(*) from app.ledger")
    assert refused(tmp_path, url, "INSERT INTO app.ledger (note) VALUES ('x')").reason is Reason.DENIED
    assert refused(tmp_path, url, "DROP TABLE app.ledger").reason is Reason.DENIED
    assert server.sql("select count(*) from app.ledger") == before


def test_mariadb_ends_a_statement_that_takes_too_long(server: Mariadb, tmp_path: Path) -> None:
    gap = refused(tmp_path, server.url(), "SELECT SLEEP(30) FROM app.heartbeat", timeout=timedelta(seconds=1))
    assert gap.reason is Reason.TIMEOUT
    left = server.sql("select count(*) from information_schema.processlist where info like 'SELECT SLEEP(30)%'")
    assert int(left) <= 1
    assert refused(tmp_path, server.url(user="nobody"), "SELECT 1").reason is Reason.DENIED
    assert refused(tmp_path, server.url(), "SELECT * FROM mysql.user").reason is Reason.DENIED
    assert refused(tmp_path, server.url(), "SELECT * FROM app.nothing").reason in (Reason.DENIED, Reason.INCOMPLETE)
    assert refused(tmp_path, server.url(), "SELECT a FROM seq_1_to_9").reason is Reason.INCOMPLETE


def test_redis_answers_each_command(need: Callable[[str], Path], tmp_path: Path) -> None:
    need("redis-server")
    with started_redis(tmp_path / "server", "--save", "") as server:
        server.limit()
        server.cli("SET", "ledger", "1")
        hands = world(tmp_path, word=REDIS_WORD, wrong="planted-wrong")
        door = RedisDoor("127.0.0.1", server.port, "audit", Secret("file", "word"))
        text, denied = anyio.run(hands.redis.ask, door, (("INFO", "server"), ("GET", "ledger")), SOON)
        assert "redis_version:" in text
        assert isinstance(denied, Exception)
        assert "no permissions" in str(denied)
        with pytest.raises(CannotSee) as gap:
            anyio.run(
                hands.redis.ask, RedisDoor("127.0.0.1", server.port, "audit", Secret("file", "wrong")),
                (("INFO", "server"),), SOON,
            )  # fmt: skip
        assert gap.value.reason is Reason.DENIED
        assert "planted" not in str(gap.value)


def test_an_agent_answers_both_versions(need: Callable[[str], Path], tmp_path: Path) -> None:
    need("snmpd")
    port = free_port()
    source, nothing = f"{MIB}4.1.0", f"{MIB}9.9.0"
    with agent(tmp_path / "agent", port):
        hands = world(tmp_path, word=COMMUNITY, auth=AUTH, privacy=PRIVACY, wrong="planted-wrong-word")
        secrets = {name: Secret("file", name) for name in ("word", "auth", "privacy", "wrong")}
        second = SnmpDoor("127.0.0.1", port, secrets["word"])
        third = SnmpDoor("127.0.0.1", port, None, "audit", secrets["auth"], secrets["privacy"])
        for door in (second, third):
            found = anyio.run(hands.snmp.get, door, (source, nothing, f"{MIB}1.1.0"), SOON)
            assert found == {source: 3, nothing: None, f"{MIB}1.1.0": "APC"}
            loads = anyio.run(hands.snmp.walk, door, f"{MIB}4.4.1.5", SOON)
            assert list(loads.values()) == [41, 37]
        for door, reason, patience in (
            (SnmpDoor("127.0.0.1", port, secrets["wrong"]), Reason.TIMEOUT, timedelta(seconds=2)),
            (SnmpDoor("127.0.0.1", port, None, "audit", secrets["wrong"], secrets["privacy"]), Reason.DENIED, SOON),
            (SnmpDoor("127.0.0.1", port, None, "nobody", secrets["auth"], secrets["privacy"]), Reason.DENIED, SOON),
        ):
            with pytest.raises(CannotSee) as gap:
                anyio.run(hands.snmp.get, door, (source,), patience)
            assert gap.value.reason is reason
            assert "planted" not in str(gap.value)
