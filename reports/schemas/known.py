"""The names of what is said of inventories, checks and answers to the shapes of it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_LINK: Final = """{check: text, control: text, subject: text, institution: text, verdict: verdict, severity: severity,
    reason: reason|null, says: both, fingerprint: fingerprint, evidence: [text], declared: text, person: text|null,
    plan: {state: text, owner: text, due: day|null}|null, budget: [{id: text, needed: text, funded: text}]}"""
_SIGHTS: Final = """{looked-at: count, paper: count, declared: count, not-known: count, nobody-looked: count,
    not-applicable: count}"""
_CLAUSE: Final = """{standard: text, clause: text|null, confidence: text, answered: flag, checks: [text],
    verdicts: tally}"""

SHAPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "validate": """{valid: flag, estate: {id: text, sha256: text, counts: {*: count}}|null,
            problems: [{file: text, line: count, column: count, says: text, hint: text,
                ko: {says: text, hint: text}}]}""",
        "plan": """{looks: [{subject: text, probe: text, host: text, deadline: text}],
            findings: [{check: text, subject: text}], left-out: count}""",
        "checks": """[{id: text, area: text, control: text, method: text, severity: severity, least: level,
            answers: [text], limits: {*: [text]}, question: text, why: text, fix: text}]""",
        "kinds": """[{kind: text, role: text, about: text, keys: [text], facts: text|null, asks: [text],
            drill: [text]|null}]""",
        "kind": """{kinds: [{kind: text, role: text, about: text, more: text, under: [text],
            keys: [{name: text, required: flag, common: flag, shape: text, default: text|null, says: text}],
            facts: text|null, asks: [text], drill: [text]|null, rights: [text], checks: [text],
            example: text|null}]}""",
        "policy-values": """{estate: text, values: [{check: text|null, name: text, grade: grade|null, value: text,
            built-in: text, direction: text, where: place|null}]}""",
        "coverage": f"""{{estate: text, run: text|null,
            controls: [{{control: text, area: text, rule: flag, checks: [text], methods: [text], pairs: {_SIGHTS},
                systems: {_SIGHTS}, cells: {{*: {{best: text, looked-at?: count, paper?: count, declared?: count,
                    not-known?: count, nobody-looked?: count, not-applicable?: count, methods: [text],
                    probes: [text], levels: [level]}}}}}}],
            beyond: [text], isms-p: [{_CLAUSE}], standards: [{_CLAUSE}]}}""",
        "answers": f"""{{run: text, root: text, signatures: [{{name: text, signed: instant, state: text}}],
            answers: [{{id: text, asks: both, standing: text, lines: [both], counts: tally, findings: [{_LINK}],
                left-out: count, missing: [both]}}],
            controls: [{{control: text, asks: [{{check: text, en: text, ko: text}}], institution: text|null,
                standing: text, counts: tally, worst: {_LINK}|null}}],
            unanswered: [both]}}""",
        "reconcile": """{estate: text,
            lists: [{file: text, kind: text, sha256: sha256, entries: count, edges: count, written: instant|null}],
            entries: count, counts: {missing: count, contradicted: count, unseen: count, undeclared: count,
                strays: count, quiet: count},
            missing: [{where: text, name: text, addresses: [text], shares: text|null, near: text|null}],
            contradicted: [{ref: text, what: text, declared: text, observed: text, where: text, at: place}],
            unseen: [text],
            undeclared: [{source: text, target: text, ports: [text], count: count, where: text}],
            strays: [{address: text, speaks-with: text, count: count, where: text}], quiet: [[text, text]]}""",
        "mutation": """{estate: text, run: text|null, at: instant, seed: text, applicable: count, detected: count,
                by-loss-alone: count, share: share|null,
                kinds: [{kind: text, says: both, candidates: count, applicable: count, detected: count,
                    why: both|null, mutants: [{subject: text, says: both, by: text,
                        worse: [{check: text, subject: text, verdict: verdict}], losses: [text],
                        why: both|null}]}]}
            | {kinds: [{kind: text, says: both, checks: [text]}]}""",
        "replay": """{replays: [{name: text, at: instant, folder: text, as-expected: flag,
            checks: [{control: text, check: text, subject: text, expected: verdict, found: verdict|null,
                reason: reason|null, says: text|null}]}], assumed: [text]}""",
        "replays": "{replays: [{name: text, folder: text}]}",
    }
)
