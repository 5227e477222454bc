"""An audit of the demo's estate is carried through a year: every step is a command, every date that of its own day."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.real.year import AGE, COPY, HEAD, Told, Year, staged

pytestmark = [pytest.mark.real, pytest.mark.lab, pytest.mark.xdist_group("year")]
SENT = ("closing", "regressed", "again", "fourth")
"""The runs of the institution that it sends to the ministry."""
WRITER = ("--by", "Lee Maru (synthetic)")


@pytest.fixture(scope="module")
def year(need: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    for program in ("restic", "ssh-keygen"):
        need(program)
    folder = tmp_path_factory.mktemp("year")
    library, source = folder / "clock.so", Path(__file__).with_name("clock.c")
    subprocess.run([need("gcc"), "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True, timeout=300)
    with staged(folder, library) as found:
        spring(found)
        summer(found)
        autumn(found)
        winter(found)
        yield found


def spring(year: Year) -> None:
    """The first audit, a measure, a waiver."""
    year.on(3)  # the newest backup is three days old by now
    first = year.kosme("first", "run", "estate", "--institution", "kosme", "--format", "json")
    name = first.finding()["fingerprint"]
    plan = ("--due", year.date(30), "--budget", "40e6 KRW", "--plan", "A nightly job")
    year.kosme("born", "actions", "add", name, *plan, *WRITER)
    year.on(10)
    milestone = f"{year.date(20)} Order the library"
    year.kosme("planned", "actions", "update", name[:6], "--state", "planned", "--milestone", milestone, *WRITER)
    year.waive(10, 90)
    year.look("waived")
    year.on(46)
    year.kosme("late", "actions", "overdue", "--format", "json")
    year.kosme("later", "actions", "overdue", "--at", f"{year.date(62)}T12:00+09:00", "--format", "json")


def summer(year: Year) -> None:
    """The waiver ends, the repair is real, the next run closes the measure."""
    name = year.told["first"].finding()["fingerprint"]
    year.on(95)
    year.look("expired")
    year.kosme("latest", "actions", "overdue", "--format", "json")
    year.on(99)
    year.back_up()
    reached = ("--reached", "Order the library", "--state", "verify")
    year.kosme("said to be done", "actions", "update", name, *reached, *WRITER)
    year.look("closing")
    year.kosme("closed", "actions", "list", "--state", "all", "--format", "json")
    (year.estate / "60-waivers.yaml").unlink()
    year.on(100)
    year.back_up()
    year.look("clean")


def autumn(year: Year) -> None:
    """The third audit still passes; then somebody takes the newest backup away, and the measure opens again."""
    year.on(185)
    year.back_up()
    year.look("third")
    year.on(200)
    year.back_up()
    year.forget_newest()
    year.look("regressed")
    year.kosme("reopened", "actions", "list", "--state", "all", "--format", "json")
    name = year.told["first"].finding()["fingerprint"]
    year.kosme("taken up", "actions", "update", name, "--due", year.date(220), "--state", "doing", *WRITER)
    year.on(210)
    year.back_up()
    year.look("again")


def winter(year: Year) -> None:
    """The executive signs, a bundle goes to the ministry, somebody tampers, the year is told."""
    year.on(275)
    year.back_up()
    year.kosme("fourth", "run", "estate", "--institution", "kosme", "--format", "json")
    key = year.key("head", HEAD)
    year.kosme("signed", "sign", "latest", "--as", HEAD, "--key", str(key), "--signers", "estate", "--format", "json")
    year.kosme("new key", "seal", "--new-key", "audit.example.org/kosme", "--key", "seal.key", "--format", "json")
    public = ("--key", year.told["new key"].json["key"])
    year.kosme("sealed", "seal", "--key", "seal.key", "--output", "kept.checkpoint")
    for name in SENT:
        words = ("--run", year.told[name].json["run"]["id"], "--key", "seal.key", "--output", f"{name}.haechi")
        year.do(f"made of {name}", "bundle", "make", "kosme.db", "--institution", "kosme", *words)
    year.do("intact", "bundle", "verify", "fourth.haechi", *public)
    year.do("merged", "bundle", "merge", "mss.db", *(f"{name}.haechi" for name in SENT), *public, "--format", "json")
    run = year.told["fourth"].json["run"]["id"]
    year.mss("signature there", "sign", run, "--signers", "estate", "--format", "json")
    year.do("sound", "verify", "kosme.db", *public, "--checkpoint", "kept.checkpoint")
    whole = (year.folder / "fourth.haechi").read_bytes()
    middle = len(whole) // 2
    (year.folder / "altered.haechi").write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
    year.do("altered", "bundle", "verify", "altered.haechi", *public)
    year.touch_up("kosme", year.told["regressed"].json["run"]["id"])
    year.do("touched", "verify", "touched.db", *public, "--checkpoint", "kept.checkpoint")
    year.do("doubted", "actions", "list", "--state", "all", "--format", "json", store="touched")
    year.on(365)
    year.back_up()
    year.mss("last", "run", "estate", "--format", "json")
    year.mss(
        "taken on", "actions", "add", "--from-run", "latest", "--severity", "critical", "--due", year.date(400), *WRITER
    )
    year.mss("report", "report", "latest", "--format", "html", "--output", "report.html")
    year.mss("answers", "answers", "latest", "--format", "json")
    year.mss("timeline", "actions", "timeline", year.told["first"].finding()["fingerprint"], "--format", "json")


def measure(told: Told) -> dict[str, object]:
    (found,) = [one for one in told.json["actions"] if (one["check"], one["subject"]) == (AGE, COPY)]
    return dict(found)


def waivers(told: Told) -> list[dict[str, object]]:
    return [one for one in told.json["waivers"] if one["check"] == AGE]


def test_the_first_audit_finds_what_is_too_old(year: Year) -> None:
    told = year.told["first"]
    assert (told.code, told.finding()["verdict"], told.finding()["waiver"]) == (1, "fail", None)
    assert told.json["run"]["started"][:10] in (year.date(3), year.date(2))  # in UTC
    assert year.told["born"].code == year.told["planned"].code == 0


def test_a_waiver_excuses_and_raises_nothing(year: Year) -> None:
    first, waived = year.told["first"].finding(), year.told["waived"].finding()
    assert (waived["verdict"], waived["waiver"]) == ("fail", "the new library comes in summer")
    assert waived["fingerprint"] == first["fingerprint"]
    assert year.told["waived"].code == 0
    ready = year.told["waived"].json["readiness"]["estate"]
    assert ready["demonstrated"] == 0 < ready["with-waivers"]["demonstrated"]
    (waiver,) = waivers(year.told["waived"])
    assert (waiver["state"], waiver["requested-by"], waiver["approved-by"]) == ("holds", "Lee Maru (synthetic)", HEAD)


@pytest.mark.parametrize(
    ("name", "days", "escalation"), [("late", 16, "owner"), ("later", 32, "accountable"), ("latest", 65, "ministry")]
)
def test_what_is_overdue_goes_higher_and_higher(year: Year, name: str, days: int, escalation: str) -> None:
    told = year.told[name]
    found = measure(told)
    assert (told.code, found["overdue-days"], found["escalation"]) == (1, days, escalation)


def test_an_expired_waiver_excuses_nothing_and_is_named_first(year: Year) -> None:
    told = year.told["expired"]
    (waiver,) = waivers(told)
    assert (told.code, told.finding()["waiver"], waiver["state"], waiver["findings"]) == (1, None, "expired", 1)
    states = [one["state"] for one in told.json["waivers"]]
    assert states == sorted(states, key=lambda state: state != "expired"), "what has expired stands first"
    assert year.told["closing"].code == 5, "nothing fails any more, but the waiver is past its date"
    assert year.told["clean"].code == 0


def test_only_the_run_that_passes_closes_and_one_that_fails_opens_again(year: Year) -> None:
    closed, reopened = measure(year.told["closed"]), measure(year.told["reopened"])
    assert year.told["closing"].finding()["verdict"] == "pass"
    assert (closed["state"], closed["closed-by"]) == ("closed", year.told["closing"].json["run"]["id"])
    assert [year.told[name].finding()["verdict"] for name in ("third", "regressed", "again")] == [
        "pass",
        "fail",
        "pass",
    ]
    assert (reopened["state"], reopened["reopened"], reopened["closed-by"]) == ("open", 1, None)


def test_the_executive_signs_what_was_looked_at(year: Year) -> None:
    (signature,) = year.told["signed"].json["signatures"]
    assert (year.told["signed"].code, signature["state"], signature["name"]) == (0, "good", HEAD)
    assert signature["root"] == year.told["fourth"].json["run"]["root"]
    assert year.told["signature there"].json["signatures"] == [signature], "the ministry sees it in its own store"


def test_the_ministry_merges_the_bundle(year: Year) -> None:
    for name in ("sealed", *(f"made of {name}" for name in SENT), "intact", "merged", "sound"):
        assert year.told[name].code == 0, year.told[name]
    told = [one["what"] for one in year.told["timeline"].json["history"]]
    assert told == ["born", "changed", "changed", "closed", "reopened", "changed", "closed"]


def test_whoever_tampers_is_caught_and_named(year: Year) -> None:
    regressed = year.told["regressed"].json["run"]["id"]
    assert year.told["altered"].code == 1
    assert year.told["touched"].code == 1
    assert regressed in year.told["touched"].out
    assert regressed in year.told["doubted"].err
    assert measure(year.told["doubted"])["reopened"] == 0


def test_the_last_audit_tells_the_year(year: Year) -> None:
    last = year.told["last"]
    assert last.finding("operations.executive-signature", "kosme")["verdict"] == "pass"
    (found,) = [one for one in last.json["measures"] if (one["check"], one["subject"]) == (AGE, COPY)]
    assert (found["state"], found["reopened"]) == ("closed", 1)
    page = (year.folder / "report.html").read_text("utf-8")
    assert 'id="actions"' in page
    assert "<script" not in page
    told = [
        (answer["asks"]["en"], one) for answer in year.told["answers"].json["answers"] for one in answer["findings"]
    ]
    chains = [
        (asks, one["fingerprint"], hash_, one["person"], one["plan"]["owner"], one["plan"]["due"])
        for asks, one in told
        if one["plan"] is not None
        for hash_ in one["evidence"]
        if re.fullmatch(r"sha256:[0-9a-f]{64}", hash_)
    ]
    assert any(all(chain) for chain in chains), "from a question to the finding, its evidence, a person, a plan"
    assert year.told["answers"].json["unanswered"]
