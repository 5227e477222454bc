"""An empty folder in, a store with runs, events, a key, a checkpoint out."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from audit.app.sealing import seal
from audit.app.sealing_keys import new_key
from audit.model.event import Event
from audit.store import open_store
from audit.store.history import open_history
from tests.store.contract import NOW, SOURCES, closing, finding, observations, run


@dataclass(frozen=True, slots=True)
class Institution:
    """A store with what belongs to it."""

    store: Path
    key: Path
    public: str
    checkpoint: Path

    def change(self, statement: str) -> None:
        """What an intruder does, who leaves no journal behind."""
        with sqlite3.connect(self.store) as connection:
            connection.execute("PRAGMA foreign_keys = OFF")
            assert connection.execute(statement).rowcount
        connection.close()

    def act(self, count: int = 1) -> None:
        """More entries of the register."""
        with open_history(str(self.store), watching=False) as history:
            history.tell([Event(NOW, "action", f"f{number}", {"by": "Kim"}) for number in range(count)])

    def runs(self, number: int, *, institution: str = "kibo") -> None:
        """One more run."""
        with open_store(str(self.store), writing=True) as store:
            begun = run(number)
            store.begin(begun, SOURCES)
            store.see(begun.id, observations())
            found = [finding(place, institution=institution) for place in range(12)]
            store.close(closing(begun), found)

    def seal(self, name: str = "later") -> Path:
        """Another checkpoint."""
        path = self.store.with_name(f"{name}.checkpoint")
        path.write_text(seal(None, store=str(self.store), key=self.key).text)
        return path


def institution(folder: Path, name: str = "kibo") -> Institution:
    """Two runs, twenty entries of the register, sealed."""
    folder.mkdir(exist_ok=True)
    key = folder / "secret.key"
    public = str(new_key(f"audit.example.org/{name}", key).key)
    made = Institution(folder / "haechi.db", key, public, folder / "first.checkpoint")
    made.runs(1, institution=name)
    made.runs(2, institution=name)
    made.act(20)
    made.seal("first")
    return made
