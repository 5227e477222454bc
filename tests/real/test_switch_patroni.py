"""A real pair of Patroni is switched over as two people signed; outage, lost writes, the record are those of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from audit.app import audit
from audit.app.switching import Made, make, planned
from audit.app.switching.perform import WARM
from audit.app.switching_record import recorded
from audit.model.exit import Exit, Stop
from audit.model.switching import SwitchState
from reports.html import FORMAT as HTML
from reports.json import FORMAT as JSON
from tests.app.switching.people import People, people
from tests.real import patroni
from tests.real.around import planted

pytestmark = pytest.mark.real
REF = "kibo/guarantee/pair"
TABLE = (
    "create table haechi_canary (drill text not null, number bigint not null, "
    "at timestamptz not null default clock_timestamp(), primary key (drill, number))"
)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory, need: Callable[[str], Path]) -> Iterator[patroni.Pair]:
    for program in (*patroni.NEEDS, "ssh-keygen"):
        need(program)
    with patroni.pair(tmp_path_factory.mktemp("patroni")) as found:
        found.sql(TABLE)
        found.sql("create role haechi_switch login")
        found.sql("grant select, insert, delete on haechi_canary to haechi_switch")
        with planted({"SWITCH_DSN": found.dsn("haechi_switch")}):
            yield found


def estate(root: Path, pair: patroni.Pair, people: People, **more: Any) -> Path:
    (root / "backup.dat").write_text("a backup")
    item = {
        "id": "pair", "kind": "patroni", "to": "busan", "mode": "hot", "url": pair.urls[0],
        "etcd": list(pair.etcd_urls), "switch": {"dsn": {"env": "SWITCH_DSN"}, "table": "haechi_canary"},
    }  # fmt: skip
    data = {"id": "ledger", "copies": [{"id": "files", "kind": "files", "at": "busan", "path": "*.dat"}]}
    whole = {
        "estate": {"id": "lab", "allow": ["127.0.0.0/8"], "signers": str(people.list)},
        "sites": [{"id": "daejeon"}, {"id": "busan"}],
        "institutions": [{"id": "kibo", "systems": [
            {"id": "guarantee", "grade": 1, "at": ["daejeon"], "rpo": "1h", "rto": "5m", "failover": [item],
             "data": [data]},
        ]}],
        **more,
    }  # fmt: skip
    path = root / "estate.yaml"
    path.write_text(yaml.safe_dump(whole, sort_keys=False))
    return path


def signed(root: Path, path: Path, two: People) -> Path:
    found = planned(path, "pair", store=str(root / "haechi.db"))
    assert found.exit is Exit.READY, [str(one.why) for one in found.conditions if not one.held]
    file = root / f"authorization-{found.authorization.nonce[:4]}.yaml"
    file.write_text(found.authorization.text())
    two.sign(file, "kim", "lee")
    return file


def switch(root: Path, path: Path, file: Path) -> Made:
    return make(path, "pair", file, confirm=lambda allowed: REF, store=str(root / "haechi.db"))


def test_it_is_switched_once_measured_and_reported(tmp_path: Path, pair: patroni.Pair) -> None:
    pair.settle()
    two = people(tmp_path / "people", "kim", "lee")
    path = estate(tmp_path, pair, two)
    before = pair.leader()
    file = signed(tmp_path, path, two)
    made = switch(tmp_path, path, file)
    state = made.state
    assert state.proven, (state.trouble, state.checks)
    assert (state.left, state.taken) == (before.name, pair.leader().name)
    assert state.left != state.taken
    assert timedelta(0) < state.outage < timedelta(seconds=60)
    assert state.rto >= timedelta(0)
    assert state.acknowledged >= WARM + 2
    assert (state.lost, state.rpo) == (0, timedelta(0))
    assert [name.split()[0] for name in state.authorized] == ["kim", "lee"]
    assert pair.sql("select count(*) from haechi_canary") == "0"
    assert recorded(str(tmp_path / "haechi.db")) == (state,)
    with pytest.raises(Stop, match="was used at"):
        switch(tmp_path, path, file)
    assert pair.leader().name == state.taken
    told(tmp_path, path, state)


def told(root: Path, path: Path, state: SwitchState) -> None:
    """What a run after it says."""
    dossier = audit(path, store=str(root / "haechi.db")).dossier
    assert dossier.switches == (state,)
    document = json.loads(b"".join(chunk for page in JSON.pages(dossier, "en") for chunk in page.chunks))
    (one,) = document["switches"]
    assert (one["failover"], one["rto"]["promised"], one["lost"]) == (REF, 300.0, 0)
    page = b"".join(chunk for page in HTML.pages(dossier, "en") for chunk in page.chunks).decode()
    assert 'id="switches"' in page
    assert state.id in page


def test_a_paused_group_or_one_without_a_standby_is_left_alone(tmp_path: Path, pair: patroni.Pair) -> None:
    pair.settle()
    two = people(tmp_path / "people", "kim", "lee")
    path = estate(tmp_path, pair, two)
    file = signed(tmp_path, path, two)
    leads = pair.leader().name
    pair.pause()
    try:
        with pytest.raises(Stop, match="paused") as stop:
            switch(tmp_path, path, file)
        assert stop.value.code is Exit.FAILED
    finally:
        pair.resume()
    behind = pair.follower()
    behind.freeze()
    try:
        with pytest.raises(Stop) as stop:
            switch(tmp_path, path, file)
        assert stop.value.code in (Exit.FAILED, Exit.NOT_VERIFIED)
    finally:
        behind.thaw()
    assert pair.leader().name == leads
    assert recorded(str(tmp_path / "haechi.db")) == ()
