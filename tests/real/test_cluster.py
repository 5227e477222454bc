"""A made-up API server that is well, broken, forbidden, hostile, to what is ruled on the workload behind it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.real.around import Ruled, planted, ruled
from tests.real.lab import Lab
from tests.real.labs import kubernetes as made

pytestmark = pytest.mark.real


@pytest.mark.parametrize(
    ("broken", "check", "verdict"),
    [
        ("together", "failover.pods-apart", "fail"),
        ("together", "failover.survives-site", "fail"),
        ("wish", "failover.pods-apart", "fail"),
        ("starting", "failover.standing", "fail"),
        ("unguarded", "failover.pods-apart", "fail"),
        ("forbidden", "failover.standing", "unknown: denied"),
        ("forbidden", "failover.pods-apart", "unknown: denied"),
    ],
)
def test_what_is_broken_is_found(tmp_path: Path, broken: str, check: str, verdict: str) -> None:
    root = tmp_path / "lab"
    root.mkdir()
    with made.lab(root) as lab:
        assert ruled(root, lab).verdict(check) == "pass"
        lab.breaks[broken]()
        assert ruled(root, lab).verdict(check) == verdict


def looked(tmp_path: Path, documents: dict[str, Any], asked: list[str] | None = None, token: str = made.TOKEN) -> Ruled:
    with made.serving(documents, [] if asked is None else asked) as url:
        item = {"kind": "kubernetes", "api": url, "token": {"env": "LAB_CLUSTER"}, "namespace": "prod",
                "workload": "deployment/loans"}  # fmt: skip
        with planted({"LAB_CLUSTER": token}):
            lab = Lab(item, dict, {}, role="failover", environment={"LAB_CLUSTER": token})
            return ruled(tmp_path, lab)


def put(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda documents: documents.update({path: value})


@pytest.mark.parametrize(
    "change",
    [
        put(made.PODS, b"[" * 100_000),
        put(made.PODS, b'{"items": NaN}'),
        put(made.PODS, {"items": ["pod"]}),
        put(made.PODS, {"items": [{"metadata": {"name": "a"}, "status": {"phase": "Glowing"}}]}),
        put(made.PODS, {"metadata": {"continue": "more"}, "items": []}),
        put(made.PODS, b"<html>"),
        put(made.WORKLOAD, {"spec": {"replicas": -1, "selector": {"matchLabels": {"app": "loans"}}}}),
        put(made.WORKLOAD, {"spec": {"replicas": 2, "selector": {"matchExpressions": [{}]}}}),
        put(made.WORKLOAD, {"spec": {"replicas": 2, "selector": {"matchLabels": {"app": "a,b&limit=1"}}}}),
    ],
)
def test_what_is_not_understood_is_unknown(tmp_path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    documents = made.cluster()
    change(documents)
    found = looked(tmp_path, documents)
    assert found.verdict("failover.standing") == "unknown: incomplete"
    assert found.verdict("failover.pods-apart") == "unknown: incomplete"


@pytest.mark.parametrize(
    ("path", "standing"), [("api/v1/nodes/n1", "pass"), (made.BUDGETS, "pass"), (made.SCALERS, "pass")]
)
def test_what_is_forbidden_alone_takes_only_its_own_fact(tmp_path: Path, path: str, standing: str) -> None:
    found = looked(tmp_path, made.cluster() | {path: None})
    assert found.verdict("failover.standing") == standing
    assert found.verdict("failover.pods-apart") == "unknown: denied"


def test_a_wrong_token_is_denied(tmp_path: Path) -> None:
    found = looked(tmp_path, made.cluster(), token="another-planted-token")
    assert found.verdict("failover.standing") == "unknown: denied"


def test_volumes_tied_to_one_zone_are_found_and_no_secret_is_asked_for(tmp_path: Path) -> None:
    documents, asked = made.cluster(), list[str]()
    claim = {"persistentVolumeClaim": {"claimName": "data"}}
    documents[made.PODS]["items"][0]["spec"]["volumes"] = [claim]
    documents["api/v1/namespaces/prod/persistentvolumeclaims/data"] = {"spec": {"volumeName": "pv-1"}}
    term = {"matchExpressions": [{"key": made.ZONE, "operator": "In", "values": ["daejeon"]}]}
    documents["api/v1/persistentvolumes/pv-1"] = {"spec": {"nodeAffinity": {"required": {"nodeSelectorTerms": [term]}}}}
    found = looked(tmp_path, documents, asked)
    assert found.verdict("failover.pods-apart") == "fail"
    assert "tied to daejeon" in found.says("failover.pods-apart")
    assert not any("secret" in path for path in asked)
