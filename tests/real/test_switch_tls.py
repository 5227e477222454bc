"""Real groups that speak TLS alone are switched over as two people signed, by certificates of their own authority."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from audit.app.switching import make, planned
from audit.app.switching.perform import WARM
from audit.model.exit import Exit, Stop
from audit.model.switching import SwitchState
from tests.app.switching.people import People, people
from tests.real import patroni
from tests.real.around import planted
from tests.real.children import free_port, wait_until
from tests.real.daemons import done, run, serving
from tests.real.sentinels import NEEDS
from tests.world.certificates import Authority

pytestmark = pytest.mark.real
GROUP = "kodit"
FILES = ("--tls-cert-file", "--tls-key-file", "--tls-ca-cert-file")


@dataclass(frozen=True)
class Secured:
    """A primary, its replica, a Sentinel, none of which has a port in the clear."""

    ports: tuple[int, int, int]
    authority: Authority

    def cli(self, which: int, *words: str) -> str:
        door = ("-e", "--tls", "--cacert", self.authority.file, "-h", "127.0.0.1", "-p", str(self.ports[which]))
        return done("redis-cli", *door, *words).strip()

    def settled(self) -> bool:
        lines = self.cli(2, "SENTINEL", "REPLICAS", GROUP)
        quorum = self.cli(2, "SENTINEL", "CKQUORUM", GROUP)
        return "flags\nslave\n" in lines and "master-link-status\nok" in lines and quorum.startswith("OK")


def certificate(authority: Authority, folder: Path, *names: str) -> str:
    """A file with key and certificate for these names."""
    before = set(folder.glob("*.pem"))
    authority.server(*names)
    (path,) = set(folder.glob("*.pem")) - before
    return str(path)


@contextmanager
def secured(root: Path) -> Iterator[Secured]:
    authority = Authority.new(root)
    whole = certificate(authority, root, "127.0.0.1")
    files = [word for name, file in zip(FILES, (whole, whole, authority.file), strict=True) for word in (name, file)]
    tls = ("--port", "0", *files, "--tls-auth-clients", "no", "--tls-replication", "yes")
    found = Secured((free_port(), free_port(), free_port()), authority)
    with ExitStack() as stack:
        for number in (0, 1):
            folder = root / str(number)
            folder.mkdir()
            follows = ("--replicaof", f"127.0.0.1 {found.ports[0]}") if number else ()
            argv = ("redis-server", *tls, "--tls-port", str(found.ports[number]), "--bind", "127.0.0.1", "--save", "",
                    "--dir", str(folder), "--repl-diskless-sync-delay", "0", *follows)  # fmt: skip
            stack.enter_context(serving(argv, _answers(found, number), folder / "log"))
        settings = root / "sentinel.conf"
        settings.write_text(
            f"sentinel monitor {GROUP} 127.0.0.1 {found.ports[0]} 1\nsentinel failover-timeout {GROUP} 10000\n"
            f"sentinel down-after-milliseconds {GROUP} 30000\n"
        )
        argv = ("redis-server", str(settings), "--sentinel", *tls, "--tls-port", str(found.ports[2]), "--bind",
                "127.0.0.1", "--dir", str(root))  # fmt: skip
        stack.enter_context(serving(argv, _answers(found, 2), root / "log"))
        wait_until(found.settled, "the group")
        yield found


def _answers(found: Secured, which: int) -> Callable[[], bool]:
    door = ("--tls", "--cacert", found.authority.file, "-h", "127.0.0.1", "-p", str(found.ports[which]))
    return lambda: run("redis-cli", *door, "PING").stdout.strip() == "PONG"


def estate(root: Path, item: dict[str, Any], two: People) -> Path:
    whole = {
        "estate": {"id": "lab", "allow": ["127.0.0.0/8"], "signers": str(two.list)},
        "sites": [{"id": "daejeon"}, {"id": "busan"}],
        "institutions": [{"id": "kibo", "systems": [
            {"id": "guarantee", "grade": 1, "at": ["daejeon"], "rpo": "1h", "rto": "5m",
             "failover": [{"id": "it", "to": "busan", "mode": "hot", **item}]},
        ]}],
    }  # fmt: skip
    path = root / "estate.yaml"
    path.write_text(yaml.safe_dump(whole, sort_keys=False))
    return path


def switched(root: Path, path: Path, two: People) -> SwitchState:
    store = str(root / "haechi.db")
    found = planned(path, "it", store=store)
    assert found.exit is Exit.READY, [str(one.why) for one in found.conditions if not one.held]
    file = root / "authorization.yaml"
    file.write_text(found.authorization.text())
    two.sign(file, "kim", "lee")
    state = make(path, "it", file, confirm=lambda allowed: "kibo/guarantee/it", store=store).state
    assert state.acknowledged >= WARM + 2
    assert timedelta(0) <= state.outage < timedelta(seconds=60)
    return state


def test_sentinel_over_tls(tmp_path: Path, need: Callable[[str], Path]) -> None:
    for program in (*NEEDS, "ssh-keygen"):
        need(program)
    folder = tmp_path / "group"
    folder.mkdir()
    two = people(tmp_path / "people", "kim", "lee")
    with secured(folder) as group:
        item = {"kind": "sentinel", "host": "127.0.0.1", "port": group.ports[2], "group": GROUP, "tls": True,
                "authority": group.authority.file, "switch": {"key": "haechi:switch"}}  # fmt: skip
        for wrong, reason in ((Authority.new(folder, "Another").file, "certificate"), (None, "certificate")):
            path = estate(tmp_path, {**item, **({"authority": wrong} if wrong else {})} if wrong else
                          {key: value for key, value in item.items() if key != "authority"}, two)  # fmt: skip
            with pytest.raises(Stop, match=reason):
                planned(path, "it", store=str(tmp_path / "haechi.db"))
        state = switched(tmp_path, estate(tmp_path, item, two), two)
        assert (state.left, state.taken) == tuple(f"127.0.0.1:{port}" for port in group.ports[:2])
        assert group.cli(1, "KEYS", "haechi:*") == ""


def test_patroni_over_tls(tmp_path: Path, need: Callable[[str], Path]) -> None:
    for program in (*patroni.NEEDS, "ssh-keygen"):
        need(program)
    authority, other = Authority.new(tmp_path), Authority.new(tmp_path, "Another")
    whole = certificate(authority, tmp_path, "127.0.0.1")
    two = people(tmp_path / "people", "kim", "lee")
    api = {"certfile": whole, "keyfile": whole, "cafile": authority.file, "verify_client": "none"}
    (tmp_path / "pair").mkdir()
    with patroni.pair(tmp_path / "pair", api=api) as pair:
        pair.sql(
            "create table haechi_canary (drill text not null, number bigint not null, primary key (drill, number))"
        )
        item = {"kind": "patroni", "url": pair.urls[0], "etcd": list(pair.etcd_urls), "authority": authority.file,
                "switch": {"dsn": {"env": "SWITCH_DSN"}, "table": "haechi_canary"}}  # fmt: skip
        with planted({"SWITCH_DSN": pair.dsn()}):
            path = estate(tmp_path, {**item, "authority": other.file}, two)
            with pytest.raises(Stop, match="certificate"):
                planned(path, "it", store=str(tmp_path / "haechi.db"))
            before = pair.leader().name
            state = switched(tmp_path, estate(tmp_path, item, two), two)
            assert (state.left, state.taken) == (before, pair.leader().name)
            assert (state.lost, state.proven) == (0, True)
