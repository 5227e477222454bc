"""Values that cannot stand in, the exact line that says so out."""

from __future__ import annotations

import pytest

from tests.inventory.small import said

MAPPING = "expected a mapping (lines of 'key: value')"
LIST = "expected a list (lines that start with '- ')"
DAY = "expected a date that exists such as 2026-09-30"
DURATION = "expected a duration such as 15m, 2h, 1d or 10y"
ID = "expected an id of letters, digits, '.', '-' or '_' (at most 64)"
SECRET = "password: a secret is never written here; expected a reference, {env: NAME} or {file: PATH}"
LEAST = "expected 1s or more"
LEANED_ON = "expected the id of something of this inventory, such as a system, room or supplier"


def system(text: str) -> str:
    """A system of one line more than it needs: what is tested stands on line 2 from column 1 on."""
    sites = "sites: [{id: d, rooms: [{id: r}]}]"
    return f"{{{sites}, institutions: [{{id: k, systems: [{{id: x, grade: 1,\n{text}}}]}}]}}"


CORPUS = (
    # whole files
    ("sytes: []\n", "1:1: unknown key 'sytes'; did you mean 'sites'?"),
    ("zzz: []\n", ("1:1: unknown key 'zzz'; known keys are budget, calendar, contributors, drills, earlier-findings,"
                " estate, evidence, hazards, institutions, maintenance, measures, permits, policy, programmes, sites,"
                " suppliers, waivers, watch")),
    ("sites: d\n", f"1:8: sites: got 'd'; {LIST}"),
    ("sites: {id: d}\n", f"1:8: sites: got a mapping; {LIST}"),
    ("sites: [d]\n", f"1:9: sites: got 'd'; {MAPPING}"),
    ("sites: [~]\n", f"1:9: sites: got nothing; {MAPPING}"),
    ("estate: here\n", f"1:9: estate: got 'here'; {MAPPING}"),
    # keys
    (system("rop: 15m"), "2:1: unknown key 'rop'; did you mean 'rpo'?"),
    (system("recovers_with: []"), "2:1: unknown key 'recovers_with'; did you mean 'recovers-with'?"),
    (system("Owner: {name: x}"), "2:1: unknown key 'Owner'; did you mean 'owner'?"),
    (system("owner: {nmae: x}"), "2:8: 'name' is missing; every person needs one",
     "2:9: unknown key 'nmae'; did you mean 'name'?"),
    ("institutions:\n  - id: k\n    systems:\n      - id: x\n", "4:9: 'grade' is missing; every system needs one"),
    ("institutions: [{systems: []}]\n", "1:16: 'id' is missing; every institution needs one"),
    # texts, ids, names
    (system("name: ''"), "2:7: name: got nothing; expected a text"),
    (system("name: {fr: x}"), "2:7: name: got keys 'fr'; expected a name as one text or as {en: ..., ko: ...}"),
    (system("name: [x]"), "2:7: name: got a list; expected a text"),
    ("suppliers: [{id: a b}]\n", f"1:18: id: got 'a b'; {ID}"),
    ("suppliers: [{id: a/b}]\n", f"1:18: id: got 'a/b'; {ID}"),
    ("suppliers: [{id: }]\n", "1:18: id: got nothing; " + ID),
    ("suppliers: [{id: {a: b}}]\n", "1:18: id: got a mapping; " + ID),
    ("suppliers: [{id: '" + "x" * 70 + "'}]\n", f"1:18: id: got '{'x' * 57}...'; {ID}"),
    # drills
    (system("data: [{id: r, canary: {newest: true}}]"),
     "2:24: canary: got neither; expected one of `query:`, `key:`, `file:`"),
    (system("data: [{id: r, canary: {query: select 1, key: k}}]"),
     "2:24: canary: got more; expected one of `query:`, `key:`, `file:`"),
    (system("data: [{id: r, canary: {query: drop table t}}]"),
     "2:32: query: got 'drop table t'; expected one SELECT that gives one value"),
    ("drills: {scrach: [/s]}\n", "1:10: unknown key 'scrach'; did you mean 'scratch'?"),
    ("drills: {scratch: /s, load: 0}\n", f"1:19: scratch: got '/s'; {LIST}",
     "1:29: load: got '0'; expected a number above 0"),
    # numbers, words, units
    (system("capacity: many"), "2:11: capacity: got 'many'; expected a number"),
    (system("capacity: -1"), "2:11: capacity: got '-1'; expected a number of at least 0"),
    (system("capacity: nan"), "2:11: capacity: got 'nan'; expected a number that is not infinite"),
    (system("capacity: inf"), "2:11: capacity: got 'inf'; expected a number that is not infinite"),
    ("sites: [{id: d, location: {latitude: 91, longitude: 1e999}}]\n",
     "1:38: latitude: got '91'; expected a number of at most 90",
     "1:53: longitude: got '1e999'; expected a number that is not infinite"),
    ("sites: [{id: d, kind: data-center}]\n",
     ("1:23: kind: got 'data-center'; expected 'data-centre', 'office', 'cloud-region' or 'vault';"
     " did you mean 'data-centre'?")),
    (system("rto: four hours"), f"2:6: rto: got 'four hours'; {DURATION}"),
    (system("rto: [2h]"), f"2:6: rto: got a list; {DURATION}"),
    (system("data: [{id: l, size: 1e999999 TB}]"),
     "2:22: size: got '1e999999 TB'; expected a size such as 512 MB or 2 TB"),
    (system("data: [{id: l, mandatory: no}]"), "2:27: mandatory: got 'no'; expected true or false"),
    (system("applicants: 5"), "2:13: applicants: got '5'; expected a flow such as 120000/y or 40/h"),
    ("contributors: [{id: c, contribution: 5, commitment: paid}]\n",
     "1:38: contribution: got '5'; expected an amount such as 40e9 KRW"),
    ("estate: {allow: [10.0.0.1/8]}\n",
     ("1:18: allow: got '10.0.0.1/8' (10.0.0.1/8 has host bits set);"
     " expected an address or a network such as 10.20.0.0/16")),
    ("estate: {timezone: Asia/Seul}\n", "1:20: timezone: got 'Asia/Seul'; expected a time zone such as Asia/Seoul"),
    ("estate: {timezone: ../etc}\n", "1:20: timezone: got '../etc'; expected a time zone such as Asia/Seoul"),
    # days
    ("calendar: [{id: c, from: 2026-02-30, to: 2026-03-01}]\n", f"1:26: from: got '2026-02-30'; {DAY}"),
    ("calendar: [{id: c, from: '86400', to: 20260301}]\n", f"1:26: from: got '86400'; {DAY}",
     f"1:39: to: got '20260301'; {DAY}"),
    ("calendar: [{id: c, from: 2026-03-02, to: 2026-03-01}]\n",
     "1:42: to: 2026-03-01 is before 'from', 2026-03-02; expected 2026-03-02 or a later day"),
    (("sites: [{id: n}]\n"
     "permits: [{id: p, kind: other, on: [n], from: 2027-03-06T02:00Z, to: 2027-03-06T10:00+09:00}]\n"),
     "2:70: to: 2027-03-06T10:00+09:00 is before 'from', 2027-03-06T02:00Z; expected `to` after `from`"),
    ("calendar: [{id: c, from: 2026-03-02, to: 2026-03-03, demand: 0}]\n",
     "1:62: demand: got '0'; expected a number above 0"),
    # technologies
    (system("endpoints: [{id: w}]"), "2:13: 'kind' is missing; every endpoint needs one"),
    (system("endpoints: [{id: w, kind: htp, url: x}]"), "2:27: unknown kind 'htp'; did you mean 'http'?"),
    (system("endpoints: [{id: w, kind: [http], url: x}]"), "2:27: kind: got a list; expected a text"),
    (system("endpoints: [{id: w, kind: http}]"), "2:13: 'url' is missing; every http endpoint needs one"),
    (system("endpoints: [{id: w, kind: http, url: x, ulr: x}]"), "2:41: unknown key 'ulr'; did you mean 'url'?"),
    (system("endpoints: [{id: w, kind: http, url: x, password: hunter2}]"), f"2:51: {SECRET}"),
    (system("endpoints: [{id: w, kind: http, url: x, password: {env: A, value: hunter2}}]"), f"2:51: {SECRET}"),
    (system("data: [{id: l, copies: [{id: c, kind: restic, at: r, repository: x, rounds: [a]}]}]"),
     "2:77: rounds: got a list; expected a whole number", "2:78: rounds: got 'a'; expected a whole number"),
    (system("data: [{id: l, copies: [{id: c, kind: restic, at: r, repository: x, rounds: a}]}]"),
     f"2:77: rounds: got 'a'; expected a whole number or {LIST.removeprefix('expected ')}"),
    # references
    (system("at: [rr]"), "2:6: at: nothing is called 'rr'; did you mean 'd/r'?"),
    (system("at: [k]"), "2:6: at: 'k' is an institution; expected a site, a room or a system"),
    (system("needs: [{any: [d, nowhere]}]"), f"2:19: any: nothing is called 'nowhere'; {LEANED_ON}"),
    (system("needs: [x]"), "2:9: 'k/x' needs itself; take it out"),
    (system("needs: [{any: [d, {all: [k/x]}]}]"), "2:26: 'k/x' needs itself; take it out"),
    (system("needs: [{any: [d/r, r]}]"), "2:21: 'd/r' stands twice in one group; write it once"),
    (system("needs: [{any: []}]"), "2:15: any: got a list of 0; expected a list of at least 1"),
    (system("needs: [{every: [d]}]"), ("2:9: this group has none of the known keys;"
     " write any, all, k with of, or sum with of")),
    (system("needs: [{k: 2, of: [d]}]"), "2:13: k: 2 of 1 can never be up; expected a number from 1 to 1"),
    (system("needs: [{k: 0, of: [d]}]"), "2:13: k: got '0'; expected a number of at least 1"),
    (system("needs: [{k: 1}]"), "2:9: 'of' is missing; every group needs one"),
    (system("needs: [{k: 1, off: [d]}]"), "2:9: 'of' is missing; every group needs one",
     "2:16: unknown key 'off'; did you mean 'of'?"),
    (system("needs: [{any: [{sum: capacity, at-least: 1, of: [dd]}]}]"),
     "2:50: of: nothing is called 'dd'; did you mean 'd'?"),
    (system("at: [x]"), "2:5: systems stand on each other in a circle: k/x -> k/x; name a room or site once"),
    ("institutions:\n  - id: k\n    systems:\n      - {id: a, grade: 1, at: [b]}\n      - {id: b, grade: 1, at: [a]}\n",
     "5:31: systems stand on each other in a circle: k/a -> k/b -> k/a; name a room or site once"),
    # what is there twice
    ("suppliers: [{id: a}, {id: a}]\n", "1:27: 'a' is there twice, first at a.yaml:1:18; give one of them another id"),
    ("suppliers: [{id: a}]\nsites: [{id: b, power: [a]}]\n",
     "1:18: 'a' is also a power feed, at a.yaml:2:25; give one of them another id"),
    ("suppliers: [{id: \ud55c}, {id: \u1112\u1161\u11ab}]\n",
     "1:27: '\ud55c' is there twice, first at a.yaml:1:18; give one of them another id"),
    (system("endpoints: [{id: w, kind: http, url: x}], data: [{id: w}]"),
     "2:55: 'k/x/w' is also an endpoint, at a.yaml:2:18; give one of them another id"),
    (("contributors: [{id: a, contribution: 5 KRW, commitment: paid}, {id: b, contribution: 1 USD, commitment: paid}]\n"
      "programmes: [{id: p, needs: [{sum: contribution, at-least: 2e9 KRW, of: [a, b]}]}]\n"),
     "2:77: 'b' contributes USD, and 'at-least' is in KRW; write all amounts of one sum in one currency"),
    # papers
    (("sites: [{id: d}]\nwaivers: [{check: backup.agee, on: d, reason: x, requested-by: a b, approved-by: a  b,"
     " expires: 2027-01-01}]\n"),
     "2:19: no check is called 'backup.agee'; did you mean 'backup.age'?",
     "2:82: the one who asked for this waiver also approved it; name another person"),
    ("evidence: [{id: e, check: x, on: a, collected: 2026-01-02, expires: 2026-01-01, sha256: abc}]\n",
     "1:27: no check is called 'x'; known are backup.age, backup.offsite",
     "1:34: on: nothing is called 'a'; expected the id of something of this inventory, such as a system, room or copy",
     "1:69: expires: 2026-01-01 is before 'collected', 2026-01-02; expected 2026-01-02 or a later day",
     "1:89: sha256: got 'abc'; expected 64 hexadecimal digits"),
    # the watch
    ("watch: {every: 0s, raw: 5m, heartbeat: {url: 'http://a', every: 0.5s}}\n",
     f"1:16: every: got '0s'; {LEAST}", "1:25: raw: got '5m'; expected 2h or more",
     f"1:65: every: got '0.5s'; {LEAST}"),
    (system("endpoints: [{id: w, kind: http, url: x, every: 0s}]"), f"2:48: every: got '0s'; {LEAST}"),
    ("watch: {vantage: a, vantages: [{id: a, files: f}, {id: b, files: f}, {id: b, files: f}]}\n",
     "1:37: 'a' is there twice; give one of them another id", "1:75: 'b' is there twice; give one of them another id"),
    ("watch: {audits: [{id: a, cron: 61 * * * *}, {id: a, cron: 1 2 3}]}\n",
     ("1:32: cron: got '61'; expected a cron expression whose numbers are from 0 to 59, in order"),
     "1:50: 'a' is there twice; give one of them another id",
     "1:59: cron: got '1 2 3'; expected a cron expression of five fields such as '30 3 * * 1'"),
    ("watch: {alerts: [{id: c, kind: apprise, url: 'http://a'}], down: {fails: 4}}\n",
     "1:18: got `url`; expected `secret`: the URLs of apprise hold passwords",
     "1:66: down: got more; expected no more fails than samples: `fails` is at most `of`"),
    ("suppliers: [{id: s}]\nmaintenance: [{id: m, on: ss, from: 2026-01-01T00:00Z, to: 2026-01-01T00:00Z, reason: x}]",
     "2:15: 'by' is missing; every maintenance window needs one",
     "2:27: on: nothing is called 'ss'; did you mean 's'?"),
    # policy
    ("policy: {grades: {5: {rto: 1h}, 2: {rot: 1h}}}\n", "1:19: '5' is no grade; expected 1, 2, 3 or 4",
     "1:37: unknown key 'rot'; did you mean 'rto'?"),
    (("policy: {checks: {backup.aeg: {}, backup.age: {severity: hihg,"
      " limits: {fcator: 1, factor: x, skew: {1: 3, 7: 1}}}}}\n"),
     "1:19: no check is called 'backup.aeg'; did you mean 'backup.age'?",
     "1:58: severity: got 'hihg'; expected 'critical', 'high', 'medium' or 'low'; did you mean 'high'?",
     "1:73: backup.age has no limit 'fcator'; did you mean 'factor'?",
     "1:92: factor: got 'x'; expected a value such as 1, or '-'",
     "1:101: skew: got keys '1', '7'; expected one value, or values by grade such as {1: 15m, 2: 1h}",
     "1:105: skew: got '3'; expected a value such as 5m, or '-'"),
    ("policy: {checks: {backup.offsite: {limits: {x: 1}}}}\n",
     "1:45: backup.offsite has no limit 'x'; this check has no limits"),
)  # fmt: skip


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case[1][:50])
def test_each_fault_has_its_line(case: tuple[str, ...]) -> None:
    text, *expected = case
    assert said(text) == tuple(f"a.yaml:{line}" for line in expected)


@pytest.mark.parametrize(
    "text",
    [
        system("endpoints: [{id: w, kind: http, url: x, password: hunter2}]"),
        system("endpoints: [{id: w, kind: http, url: x, password: [hunter2]}]"),
        system("endpoints: [{id: w, kind: http, url: x, password: {env: '', word: hunter2}}]"),
        system("endpoints: [{id: w, kind: http, url: x, pasword: hunter2}]"),
        system("at: ['https://somebody:hunter2@example.org/']"),
        system("at: ['host=example.org password=hunter2 user=x']"),
        system("rto: postgresql://somebody:hunter2@example.org/x"),
        "suppliers: [{id: 'https://somebody:hunter2@example.org/'}]\n",
        "calendar: [{id: c, from: 'https://:hunter2@x', to: 2026-01-01}]\n",
    ],
)
def test_no_line_holds_a_secret(text: str) -> None:
    lines = said(text)
    assert lines
    assert "hunter2" not in " ".join(lines)
