"""Answers of the JSON gateway of etcd to what its probe makes of them."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import Any

import anyio
import pytest

from audit.contract import Answer, CannotSee, Reason, say
from audit.model.failover import FailoverState
from audit.world.scene import scene
from checks.failover.etcd import EtcdGroup, members
from checks.failover.etcd_members import refused

REFUSED = CannotSee(Reason.UNREACHABLE, say("{url} gave no document: {why}", url="u", why="refused (no)"))
LATE = CannotSee(Reason.TIMEOUT, say("{url} gave no document: {why}", url="u", why="first-byte-timeout"))
ALARM = ["memberID:2 alarm:NOSPACE "]


def answer(body: Any, status: int = 200) -> Answer:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, MappingProxyType({}), text, "10.0.0.1")


def rows(*numbers: int, learner: int = 0) -> dict[str, Any]:
    return {
        "members": [
            {"ID": str(number), "name": f"e{number}", "peerURLs": [f"http://10.0.{number}.1:2380"],
             "clientURLs": [f"http://10.0.{number}.1:2379"], **({"isLearner": True} if number == learner else {})}
            for number in numbers
        ]
    }  # fmt: skip


def status(number: int, leader: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "header": {"member_id": str(number)}, "version": "3.4.23", "dbSize": "24576", "raftTerm": "2",
        **({"leader": str(leader)} if leader else {}), **more,
    }  # fmt: skip


def pages(*numbers: int, **more: Any) -> dict[str, Any]:
    """Every member sound; `status2`, `health2`, `list` replace an answer."""
    found: dict[str, Any] = {
        "POST http://10.0.1.1:2379/v3/cluster/member/list": more.get("list", answer(rows(*numbers)))
    }
    for number in numbers:
        url = f"http://10.0.{number}.1:2379"
        found[f"POST {url}/v3/maintenance/status"] = more.get(f"status{number}", answer(status(number)))
        found[f"{url}/health"] = more.get(f"health{number}", answer({"health": "true"}))
    return found


def look(found: dict[str, Any], *urls: str) -> FailoverState:
    item = EtcdGroup.model_validate(
        {"id": "e", "kind": "etcd", "to": "b", "mode": "hot", "urls": list(urls) or ["http://10.0.1.1:2379"]}
    )
    seen = anyio.run(members.look, item, scene(pages=found))
    assert isinstance(seen, FailoverState)
    return seen


def test_three_sound_ones() -> None:
    seen = look(pages(1, 2, 3))
    assert [(one.name, one.role, one.usable, one.address) for one in seen.members] == [
        ("e1", "primary", True, "10.0.1.1"), ("e2", "standby", True, "10.0.2.1"), ("e3", "standby", True, "10.0.3.1"),
    ]  # fmt: skip
    assert (seen.needed, seen.quorum, seen.trouble, seen.paused) == (2, True, (), False)
    assert {one.version for one in seen.members} == {"etcd 3.4.23"}
    assert not seen.has("last_switch")


def test_one_alone_has_nobody_who_takes_over() -> None:
    seen = look(pages(1))
    assert (seen.ready, seen.needed, len(seen.voters), seen.quorum) == ((), 1, 1, True)


@pytest.mark.parametrize("count", [2, 3])
def test_without_one_to_spare_none_is_a_standby(count: int) -> None:
    lost = {"status3": REFUSED} if count == 3 else {}
    seen = look(pages(*range(1, count + 1), **lost))
    assert seen.quorum
    assert seen.ready == ()
    assert "too few" in seen.members[1].detail


def test_one_of_five_may_be_lost() -> None:
    seen = look(pages(1, 2, 3, 4, 5, status5=REFUSED))
    assert len(seen.ready) == 3
    assert [one.up for one in seen.voters] == [True, True, True, True, False]


def test_what_could_not_be_asked_is_not_guessed() -> None:
    with pytest.raises(CannotSee) as gap:
        look(pages(1, 2, 3, status3=LATE))
    assert gap.value.reason is Reason.TIMEOUT
    seen = look(pages(1, 2, 3, 4, 5, status5=LATE))
    assert seen.voters[-1].up is None


def test_no_majority() -> None:
    lost = {"status1": answer(status(1, leader=0, errors=["etcdserver: no leader"])), "status2": REFUSED,
            "status3": REFUSED, "health1": answer({"health": "false"}, 503)}  # fmt: skip
    seen = look(pages(1, 2, 3, **lost))
    assert (seen.quorum, seen.ready) == (False, ())
    assert seen.trouble == ("e1 says etcdserver: no leader",)


def test_an_alarm_is_trouble_although_the_majority_stands() -> None:
    seen = look(pages(1, 2, 3, status2=answer(status(2, errors=ALARM)), health2=answer({"health": "false"}, 503)))
    assert seen.quorum
    assert seen.trouble == ("e2 says memberID:2 alarm:NOSPACE",)


def test_a_learner_has_no_vote() -> None:
    seen = look(pages(1, 2, 3, list=answer(rows(1, 2, 3, learner=3))))
    assert [one.name for one in seen.voters] == ["e1", "e2"]
    assert seen.members[2].detail == "it still learns, and has no vote"


def test_the_next_url_is_asked() -> None:
    found = pages(1, 2, 3)
    found["POST http://10.0.9.9:2379/v3/cluster/member/list"] = REFUSED
    found["POST http://10.0.9.9:2379/v3/maintenance/status"] = REFUSED
    assert look(found, "http://10.0.9.9:2379", "http://10.0.1.1:2379").quorum


def test_a_url_given_here_goes_before_the_one_advertised() -> None:
    found = pages(1, 2, 3, status2=REFUSED)
    found["POST http://10.9.9.2:12379/v3/maintenance/status"] = answer(status(2))
    found["http://10.9.9.2:12379/health"] = answer({"health": "true"})
    assert len(look(found, "http://10.0.1.1:2379", "http://10.9.9.2:12379").ready) == 2


def test_another_member_behind_an_advertised_url() -> None:
    seen = look(pages(1, 2, 3, 4, 5, status2=answer(status(3))))
    assert seen.voters[1].up is None


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (answer(b"<html>"), Reason.INCOMPLETE), (answer([]), Reason.INCOMPLETE), (answer({}), Reason.INCOMPLETE),
        (answer({"members": [1]}), Reason.INCOMPLETE), (answer(b"[" * 100_000), Reason.INCOMPLETE),
        (answer({"error": "etcdserver: request timed out"}, 503), Reason.INCOMPLETE),
        (answer({"error": "x"}, 401), Reason.DENIED), (REFUSED, Reason.UNREACHABLE), (LATE, Reason.TIMEOUT),
    ],
)  # fmt: skip
def test_what_is_no_list(told: Any, reason: Reason) -> None:
    with pytest.raises(CannotSee) as gap:
        look(pages(1, 2, 3, list=told))
    assert gap.value.reason is reason


def test_hostile_texts_stay_short() -> None:
    wild = {"members": [{"ID": True, "name": "e\n" * 900, "clientURLs": ["http://[", 7, "ftp://x"], "peerURLs": "x"}]}
    with pytest.raises(CannotSee):
        look(pages(1, list=answer(wild)))
    told = status(1, version="9" * 900, errors=["a\x1b" * 900, 3], dbSize="NaN")
    seen = look(pages(1, 2, 3, status1=answer(told)))
    assert len(seen.members[0].version) < 250
    assert all(len(text) <= 200 for text in seen.trouble)


def test_who_listens_nowhere() -> None:
    assert refused(REFUSED)
    assert not refused(LATE)
    assert not refused(CannotSee(Reason.UNREACHABLE, say("{url}: {why}", url="u", why="tls-untrusted")))
