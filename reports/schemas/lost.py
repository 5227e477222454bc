"""The names of what is said of losses to the shapes of it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

SHAPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "whatif": """{estate: text, hit: [text], events: [{event: text, kind: text, mode: text, says: text}],
            lasts-hours: amount|null, burnt: [text], switched-off: [{place: text, why: text, surely: flag}],
            stops: [{system: text, grade: grade, surely: flag, how: text, after-hours: amount, needs: [text]}],
            stops-perhaps: [{system: text, grade: grade, surely: flag, how: text, after-hours: amount, needs: [text]}],
            degraded: [{system: text, to: share, surely: flag}],
            cannot-restart: [{system: text, runs-now: flag, waits-for: [text]}],
            programmes: [{programme: text, grade: null, surely: flag, how: text, after-hours: amount, needs: [text]}],
            data-destroyed: [{data: text, bytes: count|null}],
            data-destroyed-perhaps: [{data: text, bytes: count|null}],
            applicants-per-hour: span, assumed: [text]}""",
        "weaknesses": """{estate: text, order: {asked: count, reached: count}, orders: {*: count},
            sets: [{losses: [text], stops: [text], stops-perhaps: [text], applicants-per-hour: amount}],
            assumed: [text]}""",
        "blackstart": """{estate: text, waiting: {*: [text]}, by-hand: [text], smallest: flag, by-hand-at-least: count,
            groups: [[text]], assumed: [text]}""",
        "recovery-order": """{estate: text, hit: [text], teams: count,
            order: [{system: text, begins: amount, back: amount, team: count, users: amount|null, told: flag}],
            steps: count,
            user-hours: {this-order: amount, no-order-less-than: amount, proven: flag, as-in-inventory: amount,
                critical-path-first: amount},
            stops: [{ref: text, grade: grade|null, surely: flag, falls: span, back: span|null, through: text}],
            stopped: count, never: [text], untold: [text], critical: [text], curve: [[amount, amount]],
            contradictions: [text], without-users: [text], assumed: [text]}""",
        "path": """{system: text, losses: [text], stops: 'surely'|'perhaps'|'no', steps: [{falls: text, because: [text],
            inventory: place|null, evidence: [text], confirmed: text|null}]}""",
        "cutsets": """{estate: text, system: text, by: text, order: {asked: count|'all', reached: count},
            orders: {*: count}, orders-surely: {*: count},
            probability-a-year: {least: share, most: share|null, neglected: amount, events-without: count},
            sets: [{losses: [text], stops: 'surely'|'perhaps', probability-a-year: share|null, systems: count,
                applicants-per-hour: amount|null}], assumed: [text]}
            | {top: text, events: count, gates: count, coherent: flag, order: {asked: count|'all', reached: count},
            total: count|null, orders: {*: count}, probability: share|{least: share, most: share}|null,
            sets: [{events: [text], probability: share|null}]}""",
        "rto": """{estate: text, events: count, measured: {restores: count, switches: count},
            systems: [{system: text, grade: grade, promised: amount, promise: 'inventory'|'policy', away: span,
                kept: flag|null, after: text|null, path: [text],
                step: {of: text, what: text, hours: amount|null}|null, untold: [text],
                figures: [{of: text, what: text, hours: amount|null, basis: text, on: day|instant|null}]}],
            count: count, kept: count, broken: count, unknown: count,
            inversions: [{system: text, hours: amount, needs: text, takes: amount|null}], inversions-count: count,
            assumed: [text]}""",
        "rpo": """{estate: text, basis: 'observed'|'declared', run: text|null,
            systems: [{system: text, grade: grade, promised: amount, promise: 'inventory'|'policy', lost: span|null,
                kept: flag|null, skew: amount, data: [{data: text, scenario: text, after: text|null, lost: span|null,
                    basis: text, survivors: [text], possible: [text], why: text|null}]}],
            count: count, kept: count, broken: count, unknown: count, assumed: [text]}""",
    }
)
