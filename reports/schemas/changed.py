"""The names of what is said of more than one moment to the shapes of it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

SHAPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "diff": """{old: text, new: text, worse: flag, order: {asked: count, reached: count},
            things: {new: {counts: {*: count}, shown: [{kind: text, ref: text, grade: grade|null}]},
                gone: {counts: {*: count}, shown: [{kind: text, ref: text, grade: grade|null}]}},
            promises: [{system: text, what: text, old: text|whole, new: text|whole, direction: text}],
            counts: {*: {*: count}},
            new-singles: [{losses: [text], system: text, grade: grade, surely: flag}],
            gone-singles: [{losses: [text], system: text, grade: grade, surely: flag}],
            surer-singles: [{losses: [text], system: text, grade: grade, surely: flag}],
            raised-singles: [{losses: [text], system: text, grade: grade, surely: flag}],
            new-pairs: [{losses: [text], system: text, grade: grade, surely: flag}],
            gone-pairs: [{losses: [text], system: text, grade: grade, surely: flag}], assumed: [text]}""",
        "change": """{
            old: {id: text, at: instant, tool: text, estate: {id: text, sha256: text}, state: text,
                judged-from: text|null},
            new: {id: text, at: instant, tool: text, estate: {id: text, sha256: text}, state: text,
                judged-from: text|null},
            counts: {*: count},
            between: {tool: [text, text]|null, estate: flag, other-estate: flag, selection: flag, incomplete: [text],
                policy: [{check: text|null, name: text, grade: grade|null, old: text, new: text, direction: text}],
                waivers: [{how: text, check: text, on: text, expires: day, reason: text}], new-checks: [text],
                gone-checks: [text]},
            new-subjects: {count: count, shown: [text]}, gone-subjects: {count: count, shown: [text]},
            changes: [{change: text, check: text, control: text, subject: text, grade: grade,
                fingerprint: fingerprint,
                old: {verdict: verdict, reason: reason|null, severity: severity, measured: text, required: text,
                    says: text, where: place, at: instant, waiver: text|null}|null,
                new: {verdict: verdict, reason: reason|null, severity: severity, measured: text, required: text,
                    says: text, where: place, at: instant, waiver: text|null}|null}]}""",
        "trend": """{estate: text|null, runs: [{id: text, at: instant, judged-from: text|null, state: text,
            inventory: text, findings: count, checks: count, outside: count, readiness: readiness|null,
            institutions: {*: readiness|null}}]}""",
        "promises": """{estate: text, measured: count, broken: count,
            entries: [{system: text|null, subject: text, what: text, how: text, at: instant, promised: amount|null,
                promised-then: amount|null, least: amount|null, most: amount|null, now: text, then: text,
                trouble: text|null, note: text|null}], never-measured: [text]}""",
        "forecast": """{estate: text, at: instant, until: day, season: text|null, run: text|null,
            inventory-changed-since: flag, passes: count, lost: count, waivers-ending: count,
            endings: [{check: text, subject: text, unit: text, grade: grade, severity: severity, on: day|instant,
                becomes: text, says: text}], more: count, assumed: [text]}""",
        "actions": """{at: instant, actions: [{id: fingerprint, check: text, control: text, subject: text,
                institution: text, system: text, severity: severity, grade: grade, estate: text, run: text|null,
                since: instant, born: instant, state: text, pending: flag, owner: text|null, accountable: text|null,
                due: day|null, overdue-days: count|null, escalation: text|null,
                budget: {amount: text, currency: text}|null, plan: text,
                milestones: [{day: day, text: text, done: day|null}], earlier: [text], reopened: count,
                refuted: count, verdict: verdict|null, seen: instant|null, waived: text|null, gone: flag,
                retired: text|null, closed-by: text|null}]}
            | {run: text, new: [fingerprint], known: [fingerprint]}
            | {written: flag, new: [fingerprint], changed: [fingerprint], same: count}
            | {history: [{id: fingerprint, at: instant, what: text, by: text|null, run: text|null,
                values: {*: text}}]}""",
    }
)
