"""Authorizations that are not good here and now in, the refusal out; nothing is ever sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from audit.app.switching import planned
from audit.app.switching_record import recorded, use_up
from audit.model.authorization import LONGEST, Authorization, read
from audit.model.exit import Exit, Stop
from audit.model.unfit import Unexpected
from audit.store import open_store
from audit.store.history import open_history
from tests.app.switching.estates import REF, attempt, estate, known, plan, written
from tests.app.switching.people import People, people

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def two(tmp_path: Path, need: Callable[[str], Path]) -> People:
    need("ssh-keygen")
    return people(tmp_path / "people", "kim", "lee")


def refused(root: Path, path: Path, file: Path, **more: Any) -> Stop:
    before = recorded(str(root / "haechi.db"))
    with pytest.raises(Stop) as stop:
        attempt(root, path, file, **more)
    assert recorded(str(root / "haechi.db")) == before
    return stop.value


def test_what_two_people_signed_goes_as_far_as_the_canary(
    tmp_path: Path, two: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SWITCH_DSN", "host=127.0.0.1 port=9 user=x dbname=x password=planted-word")
    path = estate(tmp_path)
    stop = refused(tmp_path, path, written(tmp_path, plan(tmp_path, path), two, "kim", "lee"))
    assert stop.code is Exit.NOT_VERIFIED
    assert "canary cannot be written" in stop.lines[0]
    assert "planted-word" not in "".join(stop.lines)
    with open_history(str(tmp_path / "haechi.db"), watching=False) as history:
        assert history.events(kinds=("switch-began",)) == ()


def test_two_different_people_have_to_sign(tmp_path: Path, two: People) -> None:
    path = estate(tmp_path)
    allowed = plan(tmp_path, path)
    for names in ((), ("kim",)):
        stop = refused(tmp_path, path, written(tmp_path, allowed, two, *names))
        assert (stop.code, "two different people" in stop.lines[0]) == (Exit.USAGE, True)
    file = written(tmp_path, allowed, two, "kim")
    file.with_name("authorization.yaml.again.sig").write_bytes(
        file.with_name("authorization.yaml.kim.sig").read_bytes()
    )
    assert "signed by: kim" in refused(tmp_path, path, file).lines[0]


@pytest.mark.parametrize("again", ["KIM", "\uff4b\uff49\uff4d"])
def test_one_person_with_two_keys_is_one_person(tmp_path: Path, two: People, again: str) -> None:
    with two.list.open("a") as file:
        file.write(two.list.read_text().splitlines()[1].replace("lee ", f"{again} ") + "\n")
    lines = [line for line in two.list.read_text().splitlines() if not line.startswith("lee ")]
    two.list.write_text("\n".join(lines) + "\n")
    path = estate(tmp_path)
    assert (
        "two different" in refused(tmp_path, path, written(tmp_path, plan(tmp_path, path), two, "kim", "lee")).lines[0]
    )


def test_one_key_for_two_people_is_one_key(tmp_path: Path, two: People) -> None:
    two.join("park", key="kim")
    path = estate(tmp_path)
    file = written(tmp_path, plan(tmp_path, path), two, "kim", "lee")
    file.with_name("authorization.yaml.park.sig").write_bytes(file.with_name("authorization.yaml.kim.sig").read_bytes())
    stop = refused(tmp_path, path, file)
    assert "signed by: lee" in stop.lines[0]
    assert "more than one person: kim, park" in stop.lines[1]
    two.list.write_text(two.list.read_text().replace("lee ", "lee,cho "))
    assert "more than one person: lee, cho" in " ".join(refused(tmp_path, path, file).lines)


@pytest.mark.parametrize(
    ("options", "namespace"),
    [('valid-before="20200101"', "haechi-switch"), ('namespaces="git"', "haechi-switch"), ("", "haechi-evidence")],
)
def test_a_signature_of_an_old_key_or_for_something_else(
    tmp_path: Path, two: People, options: str, namespace: str
) -> None:
    two.join("park", options=options)
    path = estate(tmp_path)
    file = written(tmp_path, plan(tmp_path, path), two, "kim")
    two.sign(file, "park", namespace=namespace)
    stop = refused(tmp_path, path, file)
    assert "signed by: kim" in stop.lines[0]
    assert "authorization.yaml.park.sig" in stop.lines[1]


def test_a_stranger_or_a_list_that_others_may_write(tmp_path: Path, two: People) -> None:
    path = estate(tmp_path)
    file = written(tmp_path, plan(tmp_path, path), two, "kim", "lee")
    two.list.chmod(0o666)
    assert "others may write" in " ".join(refused(tmp_path, path, file).lines)
    two.list.chmod(0o644)
    two.folder.chmod(0o777)
    assert f"others may write {two.folder}:" in " ".join(refused(tmp_path, path, file).lines)
    two.folder.chmod(0o755)
    two.list.write_text(two.list.read_text().splitlines()[0] + "\n")
    assert "nobody of the allowed signers" in " ".join(refused(tmp_path, path, file).lines)
    path = estate(tmp_path, about={"signers": "nowhere"})
    file = written(tmp_path, plan(tmp_path, path), two, "kim", "lee")
    assert "cannot be read" in " ".join(refused(tmp_path, path, file).lines)


def test_the_window(tmp_path: Path, two: People) -> None:
    path = estate(tmp_path)
    for start, length, why in (
        (NOW - timedelta(hours=2), timedelta(hours=1), "ended at"),
        (NOW + timedelta(hours=2), timedelta(hours=1), "not good before"),
    ):
        file = written(tmp_path, plan(tmp_path, path, start=start, length=length), two, "kim", "lee")
        stop = refused(tmp_path, path, file)
        assert (stop.code, why in stop.lines[0]) == (Exit.USAGE, True)
    with pytest.raises(Stop, match="at most"):
        plan(tmp_path, path, length=LONGEST + timedelta(seconds=1))
    for most in (timedelta(0), timedelta(days=30)):
        with pytest.raises(Stop, match="at most"):
            plan(tmp_path, path, most_outage=most)
    longer = plan(tmp_path, path).model_copy(update={"not_after": NOW + timedelta(days=2)})
    assert "for more than" in refused(tmp_path, path, written(tmp_path, longer, two, "kim", "lee")).lines[0]


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("estate", lambda one: {"estate": "other"}),
        ("estate-sha256", lambda one: {"estate_sha256": "0" * 64}),
        ("failover", lambda one: {"failover": "kibo/guarantee/other"}),
        ("store", lambda one: {"store": "/somewhere/else.db"}),
        ("request", lambda one: {"order": one.order.model_copy(update={"address": "http://127.0.0.1:9/restart"})}),
        ("request", lambda one: {"order": one.order.model_copy(update={"content": '{"leader": "node1"}'})}),
        ("request", lambda one: {"takes_over": ("node3",)}),
    ],
)
def test_what_it_is_for(
    tmp_path: Path, two: People, what: str, change: Callable[[Authorization], dict[str, Any]]
) -> None:
    path = estate(tmp_path)
    allowed = plan(tmp_path, path)
    file = written(tmp_path, allowed.model_copy(update=change(allowed)), two, "kim", "lee")
    stop = refused(tmp_path, path, file)
    assert (stop.code, f"another {what}:" in stop.lines[0]) == (Exit.USAGE, True)


def test_an_inventory_that_changed_since(tmp_path: Path, two: People) -> None:
    path = estate(tmp_path)
    file = written(tmp_path, plan(tmp_path, path), two, "kim", "lee")
    estate(tmp_path, item={"stands": "well indeed"})
    assert "estate-sha256" in refused(tmp_path, path, file).lines[0]


def test_a_changed_letter_makes_both_signatures_worthless(tmp_path: Path, two: People) -> None:
    path = estate(tmp_path)
    file = written(tmp_path, plan(tmp_path, path), two, "kim", "lee")
    text = file.read_text()
    for before, after in (("most-outage: 60s", "most-outage: 600s"), ("reason:", "reason: why not")):
        file.write_text(text.replace(before, after))
        assert "two different people" in refused(tmp_path, path, file).lines[0]
    for before, after in (
        ("most-outage: 60s", "most-outage: 0s"), ("most-outage: 60s", "most-outage: 1000000s"),
        ("most-lag: 1000000", "most-lag: 1_000_000"), ("# It sends", "# It always sends"), ("nonce:", "nonce:  "),
        ("reason:", "reason:\nreason: again"), ("haechi-switch: 1", "haechi-switch: 2"), ("estate: lab\n", ""),
    ):  # fmt: skip
        assert before in text
        file.write_text(text.replace(before, after))
        assert "cannot be used" in refused(tmp_path, path, file).lines[0]


def test_each_is_good_once(tmp_path: Path, two: People) -> None:
    path, store = estate(tmp_path), str(tmp_path / "haechi.db")
    allowed = plan(tmp_path, path)
    file = written(tmp_path, allowed, two, "kim", "lee")
    with open_store(store, writing=True), open_history(store, watching=False) as history:
        use_up(history, NOW, REF, allowed.nonce, "sha", "first")
        with pytest.raises(Stop, match="was used at"):
            use_up(history, NOW, REF, allowed.nonce, "sha", "second")
    stop = refused(tmp_path, path, file)
    assert (stop.code, "was used at" in stop.lines[0]) == (Exit.USAGE, True)


def test_one_at_a_time(tmp_path: Path, two: People) -> None:
    path, store = estate(tmp_path), str(tmp_path / "haechi.db")
    file = written(tmp_path, plan(tmp_path, path), two, "kim", "lee")
    with open_store(store, writing=True):
        assert refused(tmp_path, path, file).code is Exit.LOCKED


def test_the_name_has_to_be_written_again(tmp_path: Path, two: People) -> None:
    path = estate(tmp_path)
    file = written(tmp_path, plan(tmp_path, path), two, "kim", "lee")
    for answer in ("", "pair", REF + " "):
        stop = refused(tmp_path, path, file, confirm=lambda allowed, answer=answer: answer)
        assert (stop.code, "not confirmed" in stop.lines[0]) == (Exit.USAGE, True)


@pytest.mark.parametrize(
    ("stands", "why"),
    [
        ("lagging", "5 MB behind"), ("unmeasured", "how far it is behind"), ("paused", "it is paused"),
        ("voteless", "it has none"), ("troubled", "it is ill"), ("silent", "nobody could tell"),
        ("moved", "now it is node2"), ("split", "node1, node3"), ("ill", "it takes no writes"), ("broken", "not ready"),
    ],
)  # fmt: skip
def test_a_group_that_is_not_ready(tmp_path: Path, two: People, stands: str, why: str) -> None:
    path = estate(tmp_path)
    allowed = plan(tmp_path, path)
    path = estate(tmp_path, item={"stands": stands})
    sha = planned_sha(path)
    file = written(tmp_path, allowed.model_copy(update={"estate_sha256": sha}), two, "kim", "lee")
    stop = refused(tmp_path, path, file)
    assert stop.code is Exit.FAILED
    assert any(why in line for line in stop.lines), stop.lines


def planned_sha(path: Path) -> str:
    from audit.app.stored import whole
    from audit.inventory.load import load

    return whole(load(path, known())).sha256


def test_one_that_cannot_be_seen(tmp_path: Path, two: People) -> None:
    path = estate(tmp_path, item={"stands": "away"})
    with pytest.raises(Stop) as stop:
        plan(tmp_path, path)
    assert stop.value.code is Exit.NOT_VERIFIED


def test_a_season_of_the_calendar_or_an_old_backup_keeps_it_from_it(tmp_path: Path, two: People) -> None:
    today = NOW.date().isoformat()
    season = {"id": "closing", "from": today, "to": (NOW + timedelta(days=1)).date().isoformat(), "demand": "3"}
    path = estate(tmp_path, calendar=[season])
    stop = refused(tmp_path, path, written(tmp_path, plan(tmp_path, path), two, "kim", "lee"))
    assert any("closing holds" in line for line in stop.lines)
    path = estate(tmp_path, copies=[{"id": "files", "kind": "files", "at": "busan", "path": "*.nothing"}])
    stop = refused(tmp_path, path, written(tmp_path, plan(tmp_path, path), two, "kim", "lee"))
    assert any("fresh backup" in line for line in stop.lines)
    path = estate(tmp_path, copies=[])
    stop = refused(tmp_path, path, written(tmp_path, plan(tmp_path, path), two, "kim", "lee"))
    assert any("no backup of it is listed" in line for line in stop.lines)


def test_what_nothing_here_switches(tmp_path: Path) -> None:
    path = estate(tmp_path, item={"switch": {"key": "haechi"}})
    with pytest.raises(Stop, match="`dsn:`, `table:`"):
        planned(path, "pair", catalogue=known())
    with pytest.raises(Stop, match="is no failover"):
        planned(path, "kibo/guarantee", catalogue=known())


def test_an_authorization_is_its_text() -> None:
    allowed = Authorization.model_validate({
        "estate": "lab", "estate_sha256": "0", "store": "/haechi.db", "failover": REF, "leads": "node1",
        "takes_over": ["노드2", 'no"de'], "order": {"request": "POST", "address": "http://a/", "content": "{}"},
        "not_before": NOW, "not_after": NOW + timedelta(hours=1), "most_outage": timedelta(seconds=1.5), "most_lag": 0,
        "reason": "a: b # c", "nonce": "0" * 32,
    })  # fmt: skip
    assert read(allowed.text().encode()) == allowed
    with pytest.raises(Unexpected):
        allowed.model_copy(update={"reason": "two\nlines"}).text()
    for bad in (
        b"",
        b"\xff",
        b"x" * 70_000,
        allowed.text().encode() + b"\n",
        allowed.text().replace("\n", "\r\n").encode(),
    ):
        with pytest.raises(Unexpected):
            read(bad)
