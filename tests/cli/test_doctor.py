"""Machines with and without what an audit needs in, what the doctor says of them out."""

import os
import resource
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click.testing
import pytest

from audit.app import planned
from audit.catalogue import discover
from audit.cli import doctor, tools
from audit.cli.needed import programs
from audit.model.exit import Exit

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def cases(tmp_path: Path) -> Iterator[tuple[str, tools.Examined]]:
    absent, resolver, groups = tmp_path / "absent" / "deep", tmp_path / "resolv.conf", tmp_path / "groups"
    resolver.write_text("# none\nnameserver 192.0.2.53\nsearch example\n")
    groups.write_text("100\t200\n")
    yield "ok", doctor.clock(NOW, (NOW - timedelta(days=1)).timestamp())
    yield "bad", doctor.clock(NOW, (NOW + timedelta(days=1)).timestamp())
    yield "ok", doctor.zones("Asia/Seoul")
    yield "bad", doctor.zones("Asia/Nowhere")
    yield "ok", doctor.encoding("UTF-8")
    yield "warn", doctor.encoding("ANSI_X3.4-1968")
    yield "ok", doctor.temporary(tmp_path)
    yield "bad", doctor.temporary(absent)
    yield "ok", next(doctor.storage(str(tmp_path / "haechi.db")))
    yield "bad", next(doctor.storage(str(absent / "haechi.db")))
    yield "ok", next(doctor.storage("postgresql://db.example/haechi"))
    yield "ok", doctor.resolver(resolver)
    yield "warn", doctor.resolver(absent)
    yield "ok", doctor.proxy({"HOME": "/"})
    yield "warn", doctor.proxy({"HTTPS_PROXY": "http://me:hunter2@proxy.example"})
    yield "ok", next(tools.installed({"restic": ("restic",)}, lambda name: True))
    yield "warn", next(tools.installed({"restic": ("restic",)}, lambda name: False))
    yield "ok", tools.drivers(lambda module: True, needed=True)
    yield "warn", tools.drivers(lambda module: module != "psycopg", needed=False)
    yield "bad", tools.drivers(lambda module: module != "psycopg", needed=True)
    yield "ok", doctor.open_files(resource.RLIM_INFINITY)
    yield "warn", doctor.open_files(256)
    yield "ok", doctor.ping(groups, {150}, raw=False)
    yield "ok", doctor.ping(absent, {0}, raw=True)
    yield "warn", doctor.ping(groups, {1000}, raw=False)
    yield "warn", doctor.ping(absent, {1000}, raw=False)
    yield "ok", doctor.apprise(installed=True)
    yield "warn", doctor.apprise(installed=False)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        yield "warn", doctor.port("127.0.0.1", number)
    yield "ok", doctor.port("127.0.0.1", number)


def test_every_state(tmp_path: Path) -> None:
    seen = list(cases(tmp_path))
    assert [(one.name, one.state) for _, one in seen] == [(one.name, state) for state, one in seen]
    for _, one in seen:
        assert (one.fix is None) == (one.state == "ok"), one
        assert "hunter2" not in f"{one.says}{one.fix}"


def test_a_machine_that_is_well(tmp_path: Path) -> None:
    answer = click.testing.CliRunner().invoke(
        doctor.command, ["--store", str(tmp_path / "haechi.db")], standalone_mode=False
    )
    assert answer.return_value == Exit.READY
    assert {line[0] for line in answer.output.splitlines()} <= {"+", "!", " "}
    assert "+ store" in answer.output


def test_a_store_that_cannot_be_written(tmp_path: Path) -> None:
    answer = click.testing.CliRunner().invoke(
        doctor.command, ["--store", str(tmp_path / "absent" / "haechi.db")], standalone_mode=False
    )
    assert answer.return_value == Exit.FAILED
    assert "x store" in answer.output


def test_a_secret_in_the_environment_is_not_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://me:hunter2@proxy.example")
    answer = click.testing.CliRunner().invoke(
        doctor.command, ["--store", str(tmp_path / "haechi.db")], standalone_mode=False
    )
    assert "! proxy" in answer.output
    assert "hunter2" not in answer.output


@pytest.mark.parametrize("language", ["en", "ko"])
def test_both_languages(language: str, tmp_path: Path) -> None:
    answer = click.testing.CliRunner().invoke(
        doctor.command, ["--lang", language, "--store", str(tmp_path / "a.db")], standalone_mode=False
    )
    assert answer.return_value == Exit.READY
    assert len(answer.output.splitlines()) >= 15


def test_a_terminal_without_korean_letters(tmp_path: Path) -> None:
    answer = subprocess.run(
        (sys.executable, "-P", "-m", "audit", "doctor", "--lang", "ko", "--store", str(tmp_path / "a.db")),
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert answer.returncode == Exit.READY
    assert answer.stdout.isascii()
    assert b"\\u" in answer.stdout


def test_only_what_an_estate_needs_is_missed(tmp_path: Path) -> None:
    estate = tmp_path / "estate.yaml"
    estate.write_text(
        "sites: [{id: busan}]\n"
        "institutions: [{id: kibo, systems: [{id: guarantee, grade: 1, data: [{id: ledger, copies: ["
        "{id: nightly, kind: restic, at: busan, repository: /srv, password: {env: P}}]}]}]}]\n"
    )
    known = discover()
    assert dict(programs(known, planned(estate).estate)) == {"restic": ("restic",)}
    estate.write_text(estate.read_text().replace("P}}", "P}, drill: {consent: Kim, until: 2999-12-31}}"))
    assert {"restic", "tar", "initdb"} <= set(programs(known, planned(estate).estate))
    assert {"restic", "borg", "pgbackrest"} <= set(programs(known, None))


def test_signatures_need_ssh_keygen(tmp_path: Path) -> None:
    estate = tmp_path / "estate.yaml"
    estate.write_text(
        "sites: [{id: here, rooms: [{id: room}], batteries: [{id: string, room: room}]}, {id: there}]\n"
        "evidence: [{id: test, check: facility.fire-detection, on: string, collected: 2026-01-01,"
        " expires: 2027-01-01}]\n"
        "institutions: [{id: kibo, systems: [{id: portal, grade: 1, failover: ["
        "{id: pair, kind: sentinel, to: there, mode: hot, group: m, host: 10.0.0.1}]}]}]\n"
    )
    known = discover()
    assert "ssh-keygen" not in programs(known, planned(estate).estate)
    estate.write_text(estate.read_text().replace("id: test,", "id: test, signature: test.sig,"))
    assert programs(known, planned(estate).estate)["ssh-keygen"] == ("evidence",)
    estate.write_text(estate.read_text().replace("group: m,", "group: m, switch: {key: haechi},"))
    assert programs(known, planned(estate).estate)["ssh-keygen"] == ("evidence", "switch")
    assert programs(known, None)["ssh-keygen"] == ("evidence", "switch")


def test_every_extra_that_a_look_needs_is_examined() -> None:
    written = tomllib.loads((Path(doctor.__file__).parents[2] / "pyproject.toml").read_text("utf-8"))
    assert set(tools.DRIVERS) | {"alerts", "http2", "xlsx"} == set(written["project"]["optional-dependencies"])
