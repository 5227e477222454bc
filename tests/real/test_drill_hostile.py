"""Dumps that run programs as they are loaded, in; what those programs reach of this machine out: nothing."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from audit.app.drilling import Drilled
from tests.real.scratch import Scratch, scratch_for
from tests.real.test_drill_walls import ATTACK, PYTHON, outside

pytestmark = [pytest.mark.real, pytest.mark.lab]
POSTGRESQL: Final = """-- PostgreSQL database dump
\\! {brought}
\\! {program} > $HOME/told
CREATE TABLE told (line text);
COPY told FROM PROGRAM '{program}';
\\copy told from program 'cat $HOME/told'
ALTER SYSTEM SET archive_command = '{program}';
ALTER SYSTEM SET listen_addresses = '*';
CREATE FUNCTION felt() RETURNS event_trigger LANGUAGE plpgsql
  AS $$ BEGIN COPY told FROM PROGRAM '{program}'; END $$;
CREATE EVENT TRIGGER felt ON ddl_command_start EXECUTE FUNCTION felt();
CREATE TABLE canary (line text);
-- PostgreSQL database dump complete
"""
MARIADB: Final = """-- MariaDB dump 10.19  Distrib 10.11.4-MariaDB, for debian-linux-gnu (x86_64)
\\! {brought}
\\! {program} > $HOME/told
CREATE TABLE told (line text);
\\! {stated}
source ../inside/told.sql
-- Dump completed on 2026-11-22  5:00:00
"""
STATED: Final = "echo {} | base64 -d > $HOME/stated && sed -f $HOME/stated $HOME/told > $HOME/told.sql"
"""What was told becomes statements that put it into a table."""
FOUND: Final = "SELECT count(*) FROM told WHERE line LIKE 'WROTE%' OR line LIKE 'SPOKE%'"
DONE: Final = "SELECT count(*) FROM told WHERE line = 'done'"


def drilled(space: Scratch, text: str, query: str, **canary: Any) -> Drilled:
    (space.root / "dump.sql").write_text(text)
    item = {"kind": "files", "path": "dump.sql", "timezone": "UTC"}
    return space.drill(item, data={"canary": {"query": query, **canary}})


@pytest.mark.parametrize("program", ["postgres", "mariadbd"])
def test_a_dump_that_runs_programs_reaches_nothing(need: Callable[[str], Path], tmp_path: Path, program: str) -> None:
    for name in ("unshare", PYTHON, program):
        need(name)
    with outside() as (folders, sockets), scratch_for(tmp_path) as space:
        files = ":".join([*(f"{folder}/canary" for folder in folders)])
        told = f"{PYTHON} $HOME/attack {files} {':'.join(sockets)}"
        brought = f"echo {b64encode(ATTACK.encode()).decode()} | base64 -d > $HOME/attack"
        stated = STATED.format(b64encode(b"s/'/ /g; s/.*/INSERT INTO told VALUES ('&');/").decode())
        text = (POSTGRESQL if program == "postgres" else MARIADB).format(program=told, brought=brought, stated=stated)
        found = drilled(space, text, FOUND, expect="0")
        assert found.state is not None
        assert found.state.proven, found.state.checks
        assert found.state.integrity == 5
        done = drilled(space, text, DONE, **{"at-least": 1})
        assert done.state is not None
        assert done.state.proven, done.state.checks
        assert not [path for folder in folders for path in folder.iterdir() if path.name != "socket"]
