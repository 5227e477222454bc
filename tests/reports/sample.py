"""A number of findings to a dossier with every verdict, every reason, names in two languages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from audit.model.dossier import CheckText, Dossier, Fix, Loss, Readiness
from audit.model.estate import About, Data, Estate, Institution, Person, Supplier, System, Waiver
from audit.model.evidence import Finding, Run, Selection
from audit.model.facility import Room, Site
from audit.model.item import Name
from audit.model.message import say
from audit.model.place import Place
from audit.model.policy import PolicyChanges
from audit.model.verdict import Level, Reason, Severity, Verdict

AT: Final = datetime.fromisoformat("2026-11-21T20:55:13+00:00")
INSTITUTIONS: Final = (
    ("guarantee-fund", "Technology guarantee fund", "기술보증 기관"),
    ("credit-fund", "Credit guarantee fund", "신용보증 기관"),
    ("promotion-agency", "Small business promotion agency", "중소기업 진흥 기관"),
    ("market-service", "Small merchant service", "소상공인 지원 기관"),
    ("startup-agency", "Start-up promotion agency", "창업 진흥 기관"),
    ("venture-fund", "Venture investment fund", "벤처투자 기관"),
    ("export-agency", "Export support agency", "수출 지원 기관"),
    ("research-institute", "Research institute", "연구 기관"),
    ("training-centre", "Training centre", "연수 기관"),
    ("certificate-office", "Certificate office", "인증 기관"),
    ("insurance-mutual", "Insurance mutual", "공제 기관"),
)
SYSTEMS: Final = (
    ("intake", "Application intake", "신청 접수"),
    ("ledger", "Ledger", "원장"),
    ("site", "Public site", "대표 누리집"),
)
CHECKS: Final = (
    ("availability.answers", "AVL-01", "A", Severity.CRITICAL),
    ("availability.latency", "AVL-03", "A", Severity.MEDIUM),
    ("backup.age", "BKP-04", "F", Severity.CRITICAL),
    ("backup.offsite", "BKP-02", "G", Severity.CRITICAL),
    ("failover.mode", "DRF-01", "F", Severity.HIGH),
    ("operations.drill", "OPS-02", "E", Severity.LOW),
)


def place(ref: str, file: str = "estate.yaml", line: int = 1) -> Place:
    return Place(file, line, 3, ref=ref)


def named(en: str, ko: str) -> Name:
    return Name(en, ko)


def estate(institutions: int, systems: int, taint: str = "") -> Estate:
    """So many institutions, each with so many systems; `taint` is added to every free text."""
    bodies = []
    for number in range(institutions):
        slug, en, ko = INSTITUTIONS[number % len(INSTITUTIONS)]
        slug += f"-{number // len(INSTITUTIONS)}" if number >= len(INSTITUTIONS) else ""
        owned = []
        for order in range(systems):
            name, in_english, in_korean = SYSTEMS[order % len(SYSTEMS)]
            name += f"-{order // len(SYSTEMS)}" if order >= len(SYSTEMS) else ""
            ref = f"{slug}/{name}"
            data = Data.model_validate({"@": place(f"{ref}/records"), "id": "records"})
            item: dict[str, Any] = {"@": place(ref, f"{slug}.yaml", 10 + order), "id": name, "data": (data,)}
            item |= {"name": named(in_english + taint, in_korean + taint), "grade": order % 4 + 1}
            owned.append(System.model_validate(item))
        person = Person(name="Kim Min-ji" + taint, role="CIO" + taint) if number % 4 != 3 else None
        body: dict[str, Any] = {"@": place(slug, f"{slug}.yaml"), "id": slug, "name": named(en + taint, ko + taint)}
        bodies.append(Institution.model_validate(body | {"accountable": person, "systems": tuple(owned)}))
    room: dict[str, Any] = {
        "@": place("daejeon/room-7-1"),
        "id": "room-7-1",
        "name": named("Room 7-1" + taint, "7-1 전산실"),
    }
    site: dict[str, Any] = {
        "@": place("daejeon"),
        "id": "daejeon",
        "name": named("Daejeon centre" + taint, "대전 센터"),
        "operator": "host",
    }
    waiver: dict[str, Any] = {"check": "backup.offsite", "on": bodies[0].ref if bodies else "daejeon"}
    waiver |= {
        "reason": "the new centre opens in December" + taint,
        "requested-by": "Lee" + taint,
        "approved-by": "Choi",
    }
    return Estate(
        about=About(
            id="sample",
            name=named("Eleven institutions" + taint, "11개 공공기관" + taint),
            notice=named("All data is synthetic." + taint, "모든 자료는 가상 자료입니다." + taint),
        ),
        sites=(Site.model_validate(site | {"rooms": (Room.model_validate(room),)}),),
        suppliers=(
            Supplier.model_validate({"@": place("host"), "id": "host", "name": named("Host" + taint, "호스트")}),
        ),
        institutions=tuple(bodies),
        waivers=(Waiver.model_validate(waiver | {"expires": date(2026, 12, 31)}),),
        policy=PolicyChanges(),
        sha256="ab" * 32,
    )


def finding(whole: Estate, pairs: Sequence[tuple[str, System]], number: int, taint: str = "") -> Finding:
    """The n-th finding: walks over systems, checks, verdicts, reasons."""
    institution, system = pairs[number // len(CHECKS) % len(pairs)]
    check, control, _, severity = CHECKS[number % len(CHECKS)]
    verdict = (
        Verdict.PASS,
        Verdict.FAIL,
        Verdict.PASS,
        Verdict.UNKNOWN,
        Verdict.PASS,
        Verdict.FAIL,
        Verdict.NOT_APPLICABLE,
    )[number % 7]
    reason = list(Reason)[number // 7 % len(Reason)] if verdict is Verdict.UNKNOWN else None
    round_of = number // (len(CHECKS) * len(pairs))
    subject = f"{system.ref}/records/copy-{round_of}" + taint
    waived = (
        verdict in (Verdict.FAIL, Verdict.UNKNOWN) and check == "backup.offsite" and institution == whole.waivers[0].on
    )
    return Finding(
        check=check,
        control=control,
        subject=subject,
        verdict=verdict,
        reason=reason,
        severity=severity.lowered(system.grade),
        grade=system.grade,
        institution=institution,
        system=system.ref,
        unit=system.ref,
        says=say("the newest copy of {subject} is {age} old", subject=subject, age="5h 10m")
        if verdict is not Verdict.UNKNOWN
        else say("{host} gave no answer" + taint, host="10.20.0.9" + taint),
        measured="5h 10m" + taint if verdict is not Verdict.UNKNOWN else "",
        required="15m" + taint,
        level=Level.OBSERVED,
        where=place(subject, f"{institution}.yaml{taint}", 10 + number % 900),
        observation="sha256:" + f"{number:064x}" if verdict is not Verdict.NOT_APPLICABLE else None,
        at=AT - timedelta(minutes=number % 5),
        waiver=whole.waivers[0].reason if waived else None,
    )


def readiness(findings: Iterable[Finding]) -> Readiness:
    """Counts with plain shares: the true formula is not this sample's subject."""
    some = list(findings)
    count = Counter(one.verdict for one in some)
    whole = max(1, len(some) - count[Verdict.NOT_APPLICABLE])
    met, open_ = count[Verdict.PASS] / whole, count[Verdict.UNKNOWN] / whole
    return Readiness(
        letter="C" if met >= 0.4 else "E",
        demonstrated=met,
        possible=met + open_,
        coverage=1 - open_,
        passed=count[Verdict.PASS],
        failed=count[Verdict.FAIL],
        unknown=count[Verdict.UNKNOWN],
        not_applicable=count[Verdict.NOT_APPLICABLE],
        waived=sum(one.waiver is not None for one in some),
        capped=say("A critical check of grade {grade} is not met.", grade=1),
    )


def dossier(count: int = 400, institutions: int = 11, systems: int = 6, taint: str = "") -> Dossier:
    """A finished run with `count` findings; `taint` is added to every free text in it."""
    whole = estate(institutions, systems, taint)
    pairs = [(institution.ref, system) for institution, system in whole.systems()]
    findings = sorted(
        (finding(whole, pairs, number, taint) for number in range(count)), key=lambda one: (one.subject, one.check)
    )
    by_institution: dict[str, list[Finding]] = {}
    by_system: dict[str, list[Finding]] = {}
    for one in findings:
        by_institution.setdefault(one.institution, []).append(one)
        by_system.setdefault(one.system, []).append(one)
    stops = tuple(system.ref for _, system in whole.systems())
    return Dossier(
        run=Run(
            id="20261121T205513Z-4f3a",
            started=AT - timedelta(seconds=40),
            ended=AT,
            tool="haechi 0.1.0",
            estate_id="sample",
            estate_sha256=whole.sha256,
            state="complete",
            selection=Selection(),
            root="sha256:" + "cd" * 32,
        ),
        estate=whole,
        at=AT,
        readiness=readiness(findings),
        institutions={name: readiness(some) for name, some in by_institution.items()},
        systems={name: readiness(some) for name, some in by_system.items()},
        findings=tuple(findings),
        checks=checks(taint),
        losses=tuple(losses(stops)),
        fixes=tuple(fixes(findings)),
        policy={
            "grades": {grade: {"rto": "2h", "rpo": "15m"} for grade in (1, 2, 3, 4)},
            "checks": {
                check: {"severity": str(severity), "limits": {"age": {1: "15m" + taint, 2: "1h", 3: "1d", 4: "-"}}}
                for check, _, _, severity in CHECKS
            },
        },
        not_looked_at=(),
    )


def checks(taint: str) -> Mapping[str, CheckText]:
    return {
        check: CheckText(
            id=check,
            control=control,
            method=method,
            question=f"The question of {check}." + taint,
            why="what is lost here nobody gets back." + taint,
            fix="repair the job, then run `haechi run --check " + check + " --on {ref}`." + taint,
            answers=("ISMS-P 2.9.3", "NIST SP 800-53r5 CP-9" + taint),
            least="observed",
        )
        for check, control, method, _ in CHECKS
    }


def losses(stops: tuple[str, ...]) -> Iterable[Loss]:
    for hit, share in (("daejeon", 1), ("daejeon/room-7-1", 2)):
        taken = stops[:: share * 2]
        yield Loss(
            hit=hit,
            takes=(hit,),
            systems=taken,
            returning=taken[::4],
            data=tuple(f"{ref}/records" for ref in taken[::3]),
            bytes_lost=858 * 10**12 // share,
            applicants_per_hour=1370.4 / share,
            by_grade={grade: max(1, len(taken) * grade // 10) for grade in (1, 2, 3, 4)},
        )


def fixes(findings: Iterable[Finding]) -> Iterable[Fix]:
    open_ones = [one for one in findings if one.verdict in (Verdict.FAIL, Verdict.UNKNOWN)]
    for number, (check, _, _, severity) in enumerate(CHECKS):
        mended = tuple(one for one in open_ones if one.check == check)
        if mended:
            yield Fix(check, severity, mended, 0.08 / (number + 1))
