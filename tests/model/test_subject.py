"""An estate in, everything that can be judged with what surrounds it out."""

from datetime import UTC, date, datetime, timedelta

import pytest

from audit.model.backup import BackupState, ReplicaState
from audit.model.evidence import Claim, Observation, ruling
from audit.model.facts import Unseen
from audit.model.graph import Graph
from audit.model.item import Item
from audit.model.message import say
from audit.model.subject import Looks, Subject, subjects
from audit.model.verdict import CannotSee, Level, Reason
from tests.model.estates import estate_of, vocabulary

AT = datetime(2026, 9, 1, tzinfo=UTC)
ESTATE = estate_of("""
estate: {id: small, timezone: Asia/Seoul}
sites: [{id: daejeon, rooms: [{id: room-1}], batteries: [{id: ups-b, room: room-1}]}, {id: empty}]
suppliers: [{id: idp}]
institutions:
  - id: kibo
    systems:
      - {id: guarantee, grade: 2, rpo: 5m, at: [daejeon/room-1], needs: [idp], data: [{id: ledger, copies: [
          {id: nightly, kind: restic, at: empty, repository: /srv, password: {env: P}}]}]}
  - {id: none}
programmes: [{id: retail, served-by: [guarantee]}]
contributors: [{id: bank, contribution: 1 KRW, commitment: paid}]
evidence:
  - {id: paper, check: operations.executive-signature, on: kibo, collected: 2026-08-01, expires: 2027-08-01, by: Kim}
  - {id: word, check: operations.executive-signature, on: kibo, collected: 2026-08-01, expires: 2027-08-01}
""")


@pytest.fixture(scope="module")
def found() -> dict[str, Subject[Item]]:
    return {one.ref: one for one in subjects(ESTATE, Graph(ESTATE), vocabulary().policy(ESTATE))}


def test_everything_is_a_subject_once(found: dict[str, Subject[Item]]) -> None:
    assert set(found) == set(
        "small daejeon daejeon/room-1 daejeon/ups-b empty idp kibo kibo/guarantee kibo/guarantee/ledger "
        "kibo/guarantee/ledger/nightly none retail bank".split()
    )


def test_grades_and_units(found: dict[str, Subject[Item]]) -> None:
    assert {ref: one.grade for ref, one in found.items()} == {
        "small": 2, "daejeon": 2, "daejeon/room-1": 2, "daejeon/ups-b": 2, "empty": 4, "idp": 2, "kibo": 2,
        "kibo/guarantee": 2, "kibo/guarantee/ledger": 2, "kibo/guarantee/ledger/nightly": 2, "none": 4, "retail": 2,
        "bank": 4,
    }  # fmt: skip
    assert found["kibo/guarantee/ledger/nightly"].unit == "kibo/guarantee"
    assert found["daejeon/ups-b"].unit == "daejeon"
    assert found["idp"].unit == "idp"


def test_surroundings(found: dict[str, Subject[Item]]) -> None:
    copy = found["kibo/guarantee/ledger/nightly"]
    assert copy.system.id == "guarantee"
    assert copy.data.id == "ledger"
    assert copy.rpo == timedelta(minutes=5)
    assert copy.rto == timedelta(hours=8)
    with pytest.raises(LookupError):
        _ = copy.site
    with pytest.raises(LookupError):
        _ = found["daejeon"].system
    assert copy.limits("backup.offsite").word("distance") == "30 km"


def test_days_are_those_of_the_estate(found: dict[str, Subject[Item]]) -> None:
    late = datetime(2026, 8, 31, 15, 30, tzinfo=UTC)
    assert found["kibo"].today(late) == date(2026, 9, 1)


def test_looks() -> None:
    seen = BackupState(points=(), clock=AT)
    blind = Unseen(reason=Reason.TIMEOUT, template="no answer of {host}", values={"host": "h"})
    looks = Looks(
        {
            "a": Observation("a", "backup.restic", AT, timedelta(0), seen),
            "b": Observation("b", "backup.restic", AT, timedelta(0), None, blind),
        }
    )
    assert looks.of("a", BackupState) is seen
    for ref, kind, reason, text in (
        ("a", ReplicaState, Reason.INCOMPLETE, "not in a way"),
        ("b", BackupState, Reason.TIMEOUT, "no answer of h"),
        ("c", BackupState, Reason.INCOMPLETE, "not looked at"),
    ):
        with pytest.raises(CannotSee) as error:
            looks.of(ref, kind)
        assert error.value.reason == reason
        assert text in str(error.value.says)


def test_a_claim_that_nobody_signed_is_only_declared() -> None:
    paper, word = (Claim(evidence, None) for evidence in ESTATE.evidence)
    assert Claim(paper.evidence, None, signer="Lee").level == Level.ATTESTED
    assert paper.level == word.level == Level.DECLARED
    assert paper.age(date(2026, 9, 1)) == timedelta(days=31)


def test_observations_are_known_by_their_content() -> None:
    first, second, other = (
        Observation("a", "p", AT, timedelta(0), BackupState(points=(), clock=AT, size=size)) for size in (1, 1, 2)
    )
    assert first.id == second.id != other.id
    assert first.canonical().decode().startswith('{"at":"2026-09-01T00:00:00+00:00"')


def test_rulings_keep_messages() -> None:
    made = ruling(True, measured=timedelta(hours=1), required=say("a copy"), key="at")
    assert (made.measured, str(made.required), made.key) == ("1h", "a copy", "at")
