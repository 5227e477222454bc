"""A wish on standard input becomes a whole audit, or a report of the newest run; how it ended is one line of JSON.

A process of its own, so that the looks of the watch are not delayed by it; the wish is not on the command line, where
everybody could read an address with a password.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from audit import app
from audit.model.exit import Exit, Stop
from audit.model.message import say
from audit.store import open_store
from reports import formats
from reports.format import write


def audited(wish: dict[str, Any]) -> dict[str, Any]:
    """A whole audit."""
    # The watch made the store: where there is none it was taken away, and a new one would stand in its way back.
    open_store(wish["store"], writing=False).leave()
    outcome = app.audit(Path(wish["estate"]), store=wish["store"])
    run = outcome.dossier.run
    return {"exit": int(outcome.exit()), "run": run.id, "state": run.state}


def reported(wish: dict[str, Any]) -> dict[str, Any]:
    """The report of the newest run."""
    form = formats().get(wish["format"])
    if form is None:
        known = ", ".join(formats())
        says = say("no report format is called {name}; known are {names}", name=wish["format"], names=known)
        raise Stop(Exit.USAGE, says)
    outcome = app.dossier_of("latest", store=wish["store"])
    target = Path(wish["file"])
    made = write(form, outcome.dossier, wish["language"], target)
    return {"exit": 0, "run": outcome.dossier.run.id, "files": len(made)}


def main() -> int:
    """Do what was wished; the exit code is that of the command that would have done it."""
    os.nice(10)
    wish = json.loads(sys.stdin.read())
    try:
        told = (audited if wish["errand"] == "audit" else reported)(wish)
    except Stop as stop:
        told = {"exit": int(stop.code), "says": list(stop.lines)[:20]}
    sys.stdout.write(json.dumps(told) + "\n")
    return int(told["exit"])


if __name__ == "__main__":
    sys.exit(main())
