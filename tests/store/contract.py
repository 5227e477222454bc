"""The address of an empty store in, everything that every store must do is tried on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from audit.contract import Level, Reason, Severity, Verdict
from audit.model.backup import BackupState, RestorePoint
from audit.model.evidence import Finding, Observation, Run, Selection
from audit.model.exit import Exit, Stop
from audit.model.facts import Certificate, DocumentState, Facts, PowerState, Sample, ServiceState, Unseen
from audit.model.message import say
from audit.model.place import Place
from audit.store import open_store
from audit.store.memory import Store
from tests.real.children import wait_until

NOW = datetime(2026, 11, 21, 20, 55, 13, 123456, tzinfo=UTC)
HOSTILE = "해치 \x1b[31m \u202e <b> ' \" \\ \0 {x} \ud800"
SOURCES: Mapping[str, bytes] = {"kibo.yaml": b"a: 1\n", "sub/\xed\x95\xb4.yaml": b"\xff\0raw"}


def facts_of(probe: str, name: str) -> type[Facts] | None:
    kinds = (ServiceState, BackupState, PowerState, DocumentState)
    return next((kind for kind in kinds if kind.__name__ == name), None)


def run(number: int = 1, **changes: Any) -> Run:
    started = NOW + timedelta(minutes=number)
    return replace(
        Run(
            id=f"{started:%Y%m%dT%H%M%SZ}-000{number}",
            started=started,
            ended=None,
            tool="haechi 0.1.0",
            estate_id="all",
            estate_sha256="0" * 64,
            selection=Selection(checks=("backup.age",), subjects=("kibo/guarantee",)),
            estate_names={"en": "All", "ko": HOSTILE},
        ),
        **changes,
    )


def closing(begun: Run, **changes: Any) -> Run:
    return replace(begun, ended=begun.started + timedelta(seconds=9), at=begun.started, state="complete", **changes)


CERTIFICATE = Certificate(
    subject=HOSTILE.replace("\ud800", ""),
    issuer="made",
    names=("a.example",),
    not_before=NOW,
    not_after=NOW,
    chain_not_after=NOW,
    sha256="0",
    key="EC 256",
    trusted=False,
    trouble="expired",
)
SEEN: Mapping[str, Facts] = {
    "kibo/guarantee/web": ServiceState(
        samples=(Sample(address="127.0.0.1", status=200, phases={"dns": 0.25}, certificate=CERTIFICATE),),
        clock_offset=timedelta(seconds=-1.5),
    ),
    "kibo/guarantee/ledger/nightly": BackupState(
        points=(RestorePoint(id="a", start=NOW, end=NOW, size=2**60),), clock=NOW, errors=(), integrity=2
    ),
    "daejeon/ups": PowerState(flags=("OL", "RB"), battery_date=date(2014, 8, 1), runtime=timedelta(minutes=9)),
    "evidence:drill": DocumentState(sha256="a" * 64, size=5, level=Level.VERIFIED),
}


def observations() -> list[Observation]:
    found = [Observation(ref, "p", NOW, timedelta(seconds=0.123456), seen, attempts=2) for ref, seen in SEEN.items()]
    absent = ServiceState.model_validate({"absent": {"samples": {"reason": "denied", "template": "no"}}})
    unseen = Unseen(reason=Reason.TIMEOUT, template="no answer in {time}", values={"time": HOSTILE})
    return [
        *found,
        Observation("b/absent", "p", NOW, timedelta(0), absent),
        Observation("b/unseen", "p", NOW, timedelta(0), None, unseen, 3, ("a", HOSTILE), HOSTILE),
    ]


def finding(number: int = 0, **changes: Any) -> Finding:
    return replace(
        Finding(
            check="backup.age",
            control="BKP-04",
            subject=f"kibo/guarantee/{number:06d}",
            verdict=list(Verdict)[number % 4],
            reason=list(Reason)[number % 8] if number % 4 == 2 else None,
            severity=list(Severity)[number % 4],
            grade=1,
            institution="kibo",
            system="kibo/guarantee",
            unit="kibo/guarantee",
            says=say("it is {what}: {why}", what=HOSTILE, why=say("since {day}", day=say("a day"))),
            measured=say("{count} of them", count=5) if number % 2 else "5h 10m",
            required="15m",
            level=Level.OBSERVED,
            where=Place("kibo.yaml", 31, 17, ref="kibo/guarantee"),
            observation="sha256:" + "0" * 64,
            at=NOW,
            waiver="known" if number % 3 else None,
        ),
        **changes,
    )


class StoreContract:
    """What holds for every store; a subclass says where one is."""

    @pytest.fixture
    def url(self) -> Iterator[str]:
        raise NotImplementedError

    @pytest.fixture
    def store(self, url: str) -> Iterator[Store]:
        with open_store(url, writing=True) as opened:
            yield opened

    def change(self, url: str, statement: str, **values: Any) -> None:
        """What an intruder does."""
        engine = create_engine(url if "://" in url else f"sqlite:///{url}")
        with engine.begin() as connection:
            assert connection.execute(text(statement), values).rowcount
        engine.dispose()

    def whole(self, store: Store, number: int = 1) -> Run:
        begun = run(number)
        store.begin(begun, SOURCES)
        store.see(begun.id, observations())
        return store.close(closing(begun), [finding(place) for place in range(12)])

    def test_what_goes_in_comes_out(self, store: Store, url: str) -> None:
        closed = self.whole(store)
        store.leave()
        with open_store(url, writing=False) as again:
            assert again.run(closed.id) == closed
            assert again.sources(closed.id) == SOURCES
            assert again.findings(closed.id) == tuple(finding(place) for place in range(12))
            seen = again.observations(closed.id, facts_of)
            assert seen == {one.subject: one for one in observations()}
            assert {one.id for one in seen.values()} == {one.id for one in observations()}
            assert again.verify(closed.id) == ()
            assert closed.root.startswith("sha256:")

    def test_a_run_that_has_begun(self, store: Store) -> None:
        store.begin(run(), SOURCES)
        store.see(run().id, observations()[:2])
        found = store.run("latest")
        assert (found, found.state) == (run(), "running")
        assert len(store.observations(found.id, facts_of)) == 2
        assert store.findings(found.id) == ()
        assert store.verify(found.id) == ()

    def test_names_of_runs(self, store: Store) -> None:
        first, second = self.whole(store, 1), self.whole(store, 2)
        assert store.run("latest") == store.run(second.id) == second
        assert store.run(first.id[:-6]) == first
        assert [one.id for one in store.runs()] == [second.id, first.id]
        for name, line in ((first.id[:8], "more than one run begins"), ("2027", "no run '2027'"), ("", "no run ''")):
            with pytest.raises(Stop) as stop:
                store.run(name)
            assert stop.value.code is Exit.USAGE
            assert line in stop.value.lines[0]
        for name in ("%", "_" * 8, "' OR 1=1 --"):
            with pytest.raises(Stop):
                store.run(name)

    def test_an_empty_store(self, store: Store) -> None:
        assert store.runs() == ()
        with pytest.raises(Stop) as stop:
            store.run("latest")
        assert stop.value.code is Exit.USAGE

    def test_an_observation_is_stored_once(self, store: Store, url: str) -> None:
        self.whole(store, 1)
        self.whole(store, 2)
        store.leave()
        engine = create_engine(url if "://" in url else f"sqlite:///{url}")
        with engine.connect() as connection:
            counts = [
                connection.execute(text(f"SELECT count(*) FROM {table}")).scalar()
                for table in ("observation", "sight", "source")
            ]
        engine.dispose()
        assert counts == [len(observations()), 2 * len(observations()), len(SOURCES)]

    def test_a_closed_run_is_not_written_again(self, store: Store) -> None:
        closed = self.whole(store)
        with pytest.raises(Stop) as stop:
            store.close(closing(run()), [])
        assert stop.value.code is Exit.STORAGE
        assert store.run(closed.id) == closed
        assert store.verify(closed.id) == ()

    def test_findings_are_stored_all_or_none(self, store: Store) -> None:
        store.begin(run(), {})
        with pytest.raises(AttributeError):
            store.close(closing(run()), [finding(), None])  # type: ignore[list-item]
        assert store.findings(run().id) == ()
        assert store.run(run().id).state == "running"

    @pytest.mark.parametrize(
        ("statement", "said"),
        [
            ("UPDATE finding SET line = :line WHERE position = 3", "its findings"),
            ("DELETE FROM finding WHERE position = 11", "its findings"),
            ("UPDATE finding SET position = 99 WHERE position = 0", "its findings"),
            ("UPDATE run SET state = 'interrupted'", "its head"),
            ("UPDATE run SET ended = :at", "its head"),
            ("UPDATE run SET root = 'sha256:0'", "its head"),
            ("DELETE FROM sight WHERE subject = 'daejeon/ups'", "its observations"),
            ("UPDATE observation SET content = :line", "the observation of daejeon/ups is not what was stored"),
            ("UPDATE source SET content = :line", "the content of kibo.yaml is not what was stored"),
        ],
    )
    def test_what_is_changed_is_noticed(self, store: Store, url: str, statement: str, said: str) -> None:
        closed = self.whole(store)
        store.leave()
        given = {"line": b"{}", "at": closed.started.isoformat()}
        self.change(url, statement, **{name: value for name, value in given.items() if f":{name}" in statement})
        with open_store(url, writing=False) as again:
            problems = again.verify(closed.id)
        assert any(said in problem for problem in problems), problems

    def test_facts_that_no_plugin_knows(self, store: Store) -> None:
        closed = self.whole(store)
        seen = store.observations(closed.id, lambda probe, name: None)
        lost = seen["kibo/guarantee/web"]
        assert lost.seen is None
        assert lost.unseen is not None
        assert lost.unseen.reason is Reason.INCOMPLETE

    def test_values_that_cannot_be_read(self, store: Store, url: str) -> None:
        closed = self.whole(store)
        store.leave()
        self.change(url, "UPDATE finding SET line = :line WHERE position = 3", line=b"{}")
        with open_store(url, writing=False) as again, pytest.raises(Stop) as stop:
            again.findings(closed.id)
        assert stop.value.code is Exit.STORAGE

    def test_one_writer(self, store: Store, url: str) -> None:
        with pytest.raises(Stop) as stop:
            open_store(url, writing=True)
        assert stop.value.code is Exit.LOCKED
        assert "process" in stop.value.lines[0]
        assert " since 20" in stop.value.lines[0]
        with open_store(url, writing=False) as reader:
            assert reader.writer()
            store.leave()
            # A server gives a lock back once it has seen that its connection ended.
            wait_until(lambda: reader.writer() == "", "the lock")
        with open_store(url, writing=True) as again:
            assert again.runs() == ()

    def test_a_store_of_a_newer_program(self, store: Store, url: str) -> None:
        store.leave()
        self.change(url, "UPDATE alembic_version SET version_num = '9999'")
        for writing in (True, False):
            with pytest.raises(Stop) as stop:
                open_store(url, writing=writing)
            assert stop.value.code is Exit.STORAGE
            assert "another version of haechi" in stop.value.lines[0]

    def test_many(self, store: Store) -> None:
        store.begin(run(), {})
        many = [Observation(f"s/{number}", "p", NOW, timedelta(0), SEEN["daejeon/ups"]) for number in range(6_000)]
        store.see(run().id, many)
        closed = store.close(closing(run()), [finding(place) for place in range(6_000)])
        assert len(store.findings(closed.id)) == 6_000
        assert store.verify(closed.id) == ()
