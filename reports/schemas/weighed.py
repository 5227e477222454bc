"""The names of what is counted in people and money to the shapes of it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

SHAPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "impact": """{estate: text, hit: [text], at: instant, hours: amount|null,
                measured: {restores: count, switches: count},
            season: {id: text, demand: amount}|null,
            together: {applicant-hours-exposed: span, hours-of-waiting: span, people-who-miss-a-deadline: span,
                money-late: {*: span}, money-lost: {*: span}},
            hours-of-the-ministry: span,
            systems: [{system: text, grade: grade, surely: flag, stops: span, back: span|null, left: share,
                declares: [text], applicant-hours-exposed: span, hours-of-waiting: span,
                people-who-miss-a-deadline: span, money-late: {*: span}, money-lost: {*: span}}],
            undeclared: {*: count}, more: count, programmes: [text], silent: [text], deadlines-that-move: [text],
            assumed: [text]}""",
        "concentration": """{estate: text, layers: [{layer: text, basis: text, undeclared: count, unplaced: amount,
            members: count, direct: {index: share, effective: amount, top-1: amount, top-3: amount},
            hidden: {least: {index: share, effective: amount, top-1: amount, top-3: amount},
                most: {index: share, effective: amount, top-1: amount, top-3: amount}}|null,
            largest: [{member: text, direct: amount, hidden: {least: amount, most: amount}|null}]}],
            assumed: [text]}""",
        "fixes": """{estate: text, goal: text, basis: text, currency: text, budget: amount|null, measures: count,
            chosen: [{id: text, cost: amount, doubles: [text], proves: [text], by: text|null}], cost: amount,
            exact: flag, bound: amount, complete: flag, harm: {before: amount, after: amount},
            singles: {before: count, after: count},
            left: [{loss: text, stops: [text], count: count, ended-by: [text]}], no-measure-ends: [text],
            other-currency: [text], assumed: [text]}""",
        "programme": """{programme: text, currency: text, currencies: [text], threshold: amount|null,
            guarantees: amount|null, minimum: amount|null, required: amount|null, leverage: amount|null,
            contributors: [{id: text, amount: amount|null, commitment: text, expected: day|null, power: share|null}],
            pivotal: [text], pivotal-pairs: [[text]], breaking: {sets: [[text]], exact: flag, complete: flag},
            dropped: [text], left: span, guaranteed: {least: amount|null, most: amount|null},
            holds: {surely: flag|null, perhaps: flag|null},
            without-one: [{dropped: [text], left: span, guaranteed: {least: amount|null, most: amount|null},
                holds: {surely: flag|null, perhaps: flag|null}}],
            without-two: {dropped: [text], left: span, guaranteed: {least: amount|null, most: amount|null},
                holds: {surely: flag|null, perhaps: flag|null}}|null,
            headroom: {least: number, most: number|null}|null,
            launch: {planned: day|null,
                surely: {day: day|null, already: flag, late-days: whole|null, no-day: [text]},
                perhaps: {day: day|null, already: flag, late-days: whole|null, no-day: [text]}}|null,
            ways: [{side: text, ways: [{id: text, kind: text}], close-together-by: [text],
                close-together-perhaps-by: [text], needs-not-told: [text]}], assumed: [text]}""",
        "unknowns": """{estate: text, basis: text, undeclared: count, at-stake: amount, known: share, untried?: count,
            coverage: [{kind: text, known: count, all: count}], worst: [{loss: text, least: amount, most: amount|null}],
            count: count,
            unknowns: [{kind: text, ref: text, moves: amount, loss: text|null, says: text, resolve: text}],
            assumed: [text]}""",
    }
)
