"""The addresses of two empty stores in, all that the register, a seal, a proof, a merge must do is tried on them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import create_engine, text

from audit.analysis.spans import joined
from audit.app.bundled import measured
from audit.app.sealing import seal
from audit.app.sealing_bundle import make, merge_all
from audit.app.sealing_keys import new_key
from audit.app.sealing_proof import Wanted, prove
from audit.app.sealing_verify import verify
from audit.model.event import Event
from audit.model.exit import Exit, Stop
from audit.store import open_store
from audit.store.history import open_history
from tests.store.contract import HOSTILE, NOW, SOURCES, closing, finding, observations, run
from tests.store.watched import DAY, WEB, day


@dataclass(frozen=True, slots=True)
class Places:
    """Where the stores and files are."""

    own: str
    ministry: str
    key: Path
    public: str
    checkpoint: Path
    bundle: Path


class SealedContract:
    """What holds for every sealed store; a subclass says where two of them are."""

    @pytest.fixture
    def urls(self) -> tuple[str, str]:
        raise NotImplementedError

    @pytest.fixture
    def at(self, urls: tuple[str, str], tmp_path: Path) -> Places:
        own, ministry = urls
        with open_store(own, writing=True) as store:
            store.begin(run(), SOURCES)
            store.see(run().id, [one for one in observations() if "\0" not in one.subject])
            store.close(closing(run()), [finding(place) for place in range(12)])
        with open_history(own, watching=False) as history:
            history.tell([Event(NOW, "action", f"f{number}", {"by": "Kim"}) for number in range(20)])
        key, checkpoint = tmp_path / "k.key", tmp_path / "checkpoint"
        public = str(new_key("audit.example.org/kibo", key).key)
        checkpoint.write_text(seal(None, store=own, key=key).text)
        return Places(own, ministry, key, public, checkpoint, tmp_path / "kibo.haechi")

    def change(self, url: str, statement: str) -> None:
        """What an intruder does."""
        engine = create_engine(url if "://" in url else f"sqlite:///{url}")
        with engine.begin() as connection:
            assert connection.execute(text(statement)).rowcount
        engine.dispose()

    def test_the_register(self, at: Places) -> None:
        hostile = HOSTILE.replace("\0", "").replace("\ud800", "")
        with open_history(at.own, watching=False) as history:
            history.tell([Event(NOW, "drill", hostile, {"text": HOSTILE, "number": 2**60})])
            events = history.events()
            assert [one.number for one in events] == list(range(1, 23))
            assert (events[-1].subject, events[-1].values["text"]) == (hostile, HOSTILE)
            assert [one.subject for one in history.events(kinds=("action",), subject="f7")] == ["f7"]
            assert [one.number for one in history.events(kinds=("action", "drill"), after=19)] == [20, 22]
            assert history.verify() == ()

    def test_two_write_at_once(self, at: Places) -> None:
        both = Barrier(2)

        def act(name: str) -> None:
            both.wait(10)
            with open_history(at.own, watching=False) as history:
                for number in range(5):
                    history.tell([Event(NOW, "action", f"{name}{number}", {}), Event(NOW, "action", name, {})])

        threads = [Thread(target=act, args=(name,)) for name in ("a", "b")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        with open_history(at.own, watching=False) as history:
            assert [one.number for one in history.events()] == list(range(1, 42))
            assert history.verify() == ()
        assert verify(at.own, checkpoints=[at.checkpoint], keys=[at.public]).exit is Exit.READY

    def test_from_a_run_to_the_ministry(self, at: Places) -> None:
        assert verify(at.own, checkpoints=[at.checkpoint], keys=[at.public]).exit is Exit.READY
        assert seal(None, store=at.own, key=at.key).text == at.checkpoint.read_text(), "to seal twice is to seal once"
        make(at.own, institution="kibo", run="latest", key=at.key, output=at.bundle)
        assert verify(str(at.bundle), checkpoints=[at.checkpoint], keys=[at.public]).exit is Exit.READY
        done = [one.merged for _ in range(2) for one in merge_all(at.ministry, [at.bundle], [at.public])]
        assert [(one.state, one.events, one.conflicts) for one in done if one] == [("merged", 21, ()), ("known", 0, ())]
        with open_store(at.own, writing=False) as own, open_store(at.ministry, writing=False) as other:
            assert other.findings(run().id) == own.findings(run().id)
            assert other.run(run().id).root == own.run(run().id).root
        assert verify(at.ministry).faults == ()
        self.change(at.ministry, "UPDATE run SET root = 'sha256:0'")
        (refused,) = merge_all(at.ministry, [at.bundle], [at.public])
        assert (refused.exit, refused.merged and refused.merged.state) == (Exit.FAILED, "refused")

    def test_several_runs_with_what_the_watch_measured(self, at: Places) -> None:
        early = timedelta(days=3000)  # over, whatever the clock of this machine says
        looks = [replace(one, due=one.due - early, at=one.at - early, until=one.until and one.until - early)
                 for one in day()]  # fmt: skip
        others = [replace(one, vantage="ministry") for one in looks[:9]]
        with open_store(at.own, writing=True) as store:
            second = run(2)
            store.begin(second, SOURCES)
            store.close(closing(second), [finding(place) for place in range(3)])
        with open_history(at.own, watching=True) as history:
            history.tell([Event(NOW, "drill", "kibo/x", {"id": "d"}), Event(NOW, "drill", "kosme/x", {"id": "d"})])
            history.note(looks, NOW)
        made = make(
            at.own, institution="kibo", run="latest", key=at.key, output=at.bundle, last=9, measured=True
        )  # fmt: skip
        assert made.runs == (run(2).id, run().id)
        with open_history(at.ministry, watching=True) as watching:
            watching.note(others[:5], NOW)
            (done,) = merge_all(at.ministry, [at.bundle], [at.public])
            watching.note(others[5:], NOW)
        assert done.merged is not None
        assert (done.merged.state, [str(one) for one in done.merged.conflicts]) == (
            "merged", ["drills and switches of what is not of kibo count for nothing: kosme/x"],
        )  # fmt: skip
        with open_history(at.ministry, watching=False) as there, open_history(at.own, watching=False) as here:
            assert [one.values["id"] for one in measured(there, "drill")] == ["d"]
            assert there.vantages(WEB) == ("kibo:here", "ministry")
            own, sent = (joined(one.stretches(WEB, NOW - early - DAY, NOW - early + 2 * DAY, name))
                         for one, name in ((here, "here"), (there, "kibo:here")))  # fmt: skip
            assert own == sent != ()
            assert there.verify() == ()

    def test_a_proof(self, at: Places, tmp_path: Path) -> None:
        for wanted in (Wanted(event=7), Wanted(subject="daejeon/ups"),
                       Wanted(subject="kibo/guarantee/000003", check="backup.age")):  # fmt: skip
            path = tmp_path / f"{wanted.event}{wanted.check}.proof"
            path.write_text(prove(wanted, store=at.own, checkpoint=at.checkpoint)[0])
            assert verify(str(path), checkpoints=[at.checkpoint], keys=[at.public]).exit is Exit.READY

    def test_what_is_changed_is_named(self, at: Places) -> None:
        """One thing after the other: each is named beside those before it."""
        for statement, said in (
            ("UPDATE finding SET verdict = 'pass' WHERE position = 1", "finding 1, backup.age on"),
            ("DELETE FROM sight WHERE subject = 'daejeon/ups'", "records where"),
            ("UPDATE event SET content = '{}' WHERE number = 18", "event 18 is not what was written"),
            ("UPDATE event SET subject = 'x' WHERE number = 9", "event 9 is not what was written"),
            ("DELETE FROM event WHERE number > 19", "the log ends with event 19 where a checkpoint covers 21"),
        ):
            self.change(at.own, statement)
            found = verify(at.own, checkpoints=[at.checkpoint], keys=[at.public])
            assert found.exit is Exit.FAILED
            assert any(said in str(one) for one in found.faults), found.faults
        with open_history(at.own, watching=False) as history, pytest.raises(Stop) as stop:
            history.events()
        assert stop.value.code is Exit.STORAGE
        with pytest.raises(Stop):
            seal(None, store=at.own, key=at.key)
