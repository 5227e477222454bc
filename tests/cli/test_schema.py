"""Every command that prints JSON in, whether its schema holds all that it prints out."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from audit.app import audit, rejudge
from audit.app.drilling_record import tell
from audit.cli import main
from checks.backup.samples import restored
from reports.schemas import names, schema
from reports.schemas.shape import parsed
from tests.cli.test_over_time import ESTATE, NOW, THEN, WAIVER

ROOT = Path(__file__).parents[2]
PAST = str(ROOT / "inventories/replay/nirs-2025")
DEMO = str(ROOT / "inventories/demo")
SYSTEM = "kibo/guarantee"


def strict(value: Any) -> Any:
    """The same schema, in which no object holds a key that it does not name."""
    if isinstance(value, dict):
        made = {key: strict(inside) for key, inside in value.items()}
        return {"additionalProperties": False, **made} if "properties" in made and "type" in made else made
    return [strict(one) for one in value] if isinstance(value, list) else value


def wrong(name: str, document: Any) -> list[str]:
    checker = jsonschema_rs.Draft202012Validator(strict(schema(name)), validate_formats=True)
    return [f"{list(one.instance_path)}: {one.message[:200]}" for one in checker.iter_errors(document)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("schemas")
    path, store = made / "estate.yaml", str(made / "haechi.db")
    estate = ESTATE.replace("- id: kibo\n", "- id: kibo\n    accountable: {name: Kim, email: kim@kibo.example}\n")
    path.write_text(estate, "utf-8")
    audit(path, store=store, at=THEN)
    path.write_text(estate.replace("rto: 1h", "rto: 3d") + WAIVER, "utf-8")
    audit(path, store=store, at=NOW)
    rejudge(store=store, at=NOW)
    tell(store, restored(NOW, minutes=120))
    (made / "hosts.csv").write_text("host,ip\nghost,10.0.0.1\n", "utf-8")
    (made / "lost.yaml").write_text("estate: {ide: x}\n", "utf-8")
    (made / "tree.xml").write_text(
        '<opsa-mef><define-fault-tree name="t"><define-gate name="g"><or><basic-event name="a"/>'
        '<basic-event name="b"/></or></define-gate></define-fault-tree></opsa-mef>', "utf-8",
    )  # fmt: skip
    return made


OF_THE_STORE = (
    "runs", "show", "judge", "answers", "coverage", "trend", "actions add --from-run latest --by Kim", "actions list",
    "actions overdue --at 2027-12-31T00:00+09:00", "actions timeline", "diff previous latest", "alerts", "sign",
    "sign --as Kim", "drill list ESTATE", "promises ESTATE", "forecast ESTATE", "uptime ESTATE", "outages ESTATE",
    "rpo ESTATE --run latest", "seal --new-key a.example/kibo --key KEY", "seal latest --key KEY --output ONE",
    "prove --checkpoint ONE --event 1",
    "witness ONE --key OTHER --log LOG", "bundle make STORE --institution kibo --key KEY --output BUNDLE",
    "bundle verify BUNDLE",
    "bundle merge MINISTRY BUNDLE --key LOG",
)  # fmt: skip
OF_INVENTORIES = (
    "validate ESTATE", "validate LOST", "plan ESTATE", "checks", "kinds", "kinds etcd",
    "policy ESTATE",
    "reconcile ESTATE --assets HOSTS",
    "mutate --list", "mutate ESTATE --kinds needs-one --store STORE", "replay", "replay nirs-2025",
    "cutsets --open-psa TREE", "evidence verify DEMO", "evidence expiring DEMO --within 900d", "permit list DEMO",
    "cutsets DEMO kibo/guarantee", "blackstart DEMO", "concentration DEMO", "fixes DEMO --budget '40e9 KRW'",
    "impact DEMO daejeon", "pairs DEMO --top 3", "spof DEMO --top 3", "whatif DEMO daejeon",
    "recovery-order DEMO daejeon",
    "rto DEMO", "rpo DEMO", "unknowns DEMO", "programme DEMO retail-win-win", "explain DEMO kibo/guarantee daejeon",
    "diff PAST REPAIRED",
)  # fmt: skip


def words(written: str, folder: Path) -> list[str]:
    known = {
        "ESTATE": folder / "estate.yaml", "LOST": folder / "lost.yaml", "HOSTS": folder / "hosts.csv", "DEMO": DEMO,
        "TREE": folder / "tree.xml", "PAST": PAST, "REPAIRED": PAST + "-repaired", "STORE": folder / "haechi.db",
        "MINISTRY": folder / "ministry.db",
        "KEY": folder / "key", "OTHER": folder / "other", "ONE": folder / "one", "BUNDLE": folder / "bundle",
    }  # fmt: skip
    return [str(known.get(one, one)) for one in shlex.split(written)]


def printed(capsys: pytest.CaptureFixture[str], *asked: str) -> Any:
    code = main([*asked, "--format", "json"])
    told = capsys.readouterr()
    assert told.out, f"{' '.join(asked)}: {code} {told.err}"
    return json.loads(told.out)


def name_of(command: str, document: Any) -> str:
    """By what the document says of itself, else by its command."""
    if isinstance(document, list):
        return command.partition(" ")[0]
    said = re.fullmatch(r"haechi\.([a-z-]+)/1", document["schema"])
    assert said is not None
    return {"policy": "policy-values"}.get(said[1], said[1])


def test_all_that_a_store_tells(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store, bad = ["--store", str(folder / "haechi.db")], {}
    log = ""
    main(["seal", "--new-key", "b.example/other", "--key", str(folder / "other")])
    capsys.readouterr()
    for command in OF_THE_STORE:
        here = [] if command.startswith(("witness", "bundle", "seal --new-key")) else store
        document = printed(capsys, *words(command.replace("LOG", log), folder), *here)
        log = document["key"] if "--new-key" in command else log
        if told := wrong(name_of(command, document), document):
            bad[command] = told[:5]
    assert bad == {}


@pytest.mark.parametrize("command", OF_INVENTORIES)
def test_all_that_an_inventory_tells(command: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = printed(capsys, *words(command, folder))
    assert wrong(name_of(command, document), document) == []


def said() -> Iterator[str]:
    """Every name that a command gives a document."""
    for path in (*ROOT.glob("audit/cli/*.py"), *ROOT.glob("reports/*.py"), ROOT / "audit/inventory/told.py"):
        yield from re.findall(r'"haechi\.([a-z-]+)/1"', path.read_text("utf-8"))


def test_every_document_has_a_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert {{"policy": "policy-values"}.get(name, name) for name in said()} <= set(names())
    for name in names():
        jsonschema_rs.meta.validate(schema(name))
        assert main(["schema", name]) == 0
        assert json.loads(capsys.readouterr().out) == schema(name)
    assert main(["schema", "--list"]) == 0
    assert set(capsys.readouterr().out.split()) == {*names(), "inventory", "policy"}


def test_a_schema_refuses_what_is_missing_or_of_another_kind() -> None:
    right = {"schema": "haechi.bundle/1", "path": "p", "run": "r", "bytes": 1, "size": 1, "root": "a" * 64}
    checker = jsonschema_rs.Draft202012Validator(schema("bundle"))
    assert checker.is_valid(right | {"new": 1})
    for change in ({"schema": "haechi.bundle/2"}, {"bytes": -1}, {"root": "x"}, {"path": None}):
        assert not checker.is_valid(right | change)
    assert not checker.is_valid({key: value for key, value in right.items() if key != "run"})


@pytest.mark.parametrize(("name", "hint"), [("rt0", "did you mean 'rto'?"), ("nothing-like-it", "--list")])
def test_a_name_that_is_none(name: str, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", name]) == 2
    assert hint in capsys.readouterr().err


@pytest.mark.parametrize("text", ["{a: }", "{a: nothing}", "[text", "text text", "{a: text", ""])
def test_what_is_no_shape(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected|nothing is called|more than one"):
        parsed(text, {})
