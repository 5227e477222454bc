"""The names of what is kept, signed and proved to the shapes of it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

SHAPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "runs": """[{id: text, started: instant, state: text, estate: text, judged-from: text|null,
            root: sha256|null, sent-by?: [text]}]""",
        "alerts": """[{code: text, kind: text, subject: text|null, sent: instant, channels: [text], fallen: [text],
            acknowledged: instant|null, by: text|null}]""",
        "drills": """{drills: [drill], never: [text], switches: [switch]}
            | {drills: [drill], not_tried: [{copy: text, reason: reason, says: text}]}
            | {drills: [drill]}""",
        "switches": "{switches: [switch], not_tried: [text]} | {switches: [switch]}",
        "evidence": """{estate: text, at: instant, evidence: [{id: text, check: text, on: text, collected: day,
                expires: day, by: text|null, role: text|null, file: text|null, signature: text|null, state: text,
                says: text, left: whole, signer: text, key: text, replaced: flag}]}
            | {id: text, path: text, statement: text} | {id: text, path: text, state: text, says: text}""",
        "signatures": """{text: text} | {run: text, root: sha256, signatures: [{name: text, role: text,
            institutions: [text], signed: instant, root: sha256, readiness: text, scope: text, state: text,
            key: text, signer: text}]}""",
        "import": """{tool: text, version: text, made: instant|null, sha256: sha256,
            counts: {pass: count, fail: count, unknown: count, note: count},
            worst: [{name: text, verdict: 'fail'|'unknown', about: text}], evidence: text|null, path: text|null,
            new: flag}""",
        "key": "{key: text, witness-key: text}",
        "seal": "{origin: text, size: count, root: sha256, runs: {*: text}, checkpoint: text}",
        "witness": "{origin: text, size: count, before: count, key: text, checkpoint: text}",
        "verify": """{what: text, kind: text, state: 'intact'|'altered'|'not verified', first: text|null,
            faults: [text], doubts: [text], notes: [text], events: count, runs: count, signed-by: [text]}""",
        "bundle": "{path: text, run: text, runs?: [text], bytes: count, size: count, root: sha256}",
        "proof": "{says: text, size: count, root: sha256, proof: text}",
        "merge": """{bundles: [{file: text, state: text, run: text|null, runs?: [text], institution: text|null,
            events: count, says: [text]}]}""",
        "permit": """{permit: {id: text, kind: text, on: [text], from: instant, to: instant}, go: flag|null,
                at: instant, endangered: [text], run: text, reasons: [{verdict: verdict, check: text, says: text}]}
            | {permits: [{id: text, kind: text, on: [text], from: instant, to: instant, state: text,
                endangered: [text], lacks: [text]}]}""",
    }
)
