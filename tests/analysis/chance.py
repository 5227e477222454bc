"""A seed to the text of a small inventory with a bit of everything that the analysis of losses looks at."""

from __future__ import annotations

from random import Random

PLACES = ("p/a", "p/b", "p/b", "p/c", "p/a, q", "q", "q/x", "q", "")
STEPS = (
    "",
    ", steps: {detect: 5m, decide: 10m, switch: 30m, verify: 5m}",
    ", steps: {detect: 0, decide: 0, switch: 0, verify: 0}",
    ", steps: {switch: 1h}",
)
DRILLS = (
    "",
    ", drills: [{on: 2026-06-01, realism: real-switch}]",
    ", drills: [{on: 2026-06-01, realism: real-switch, took: 45m}]",
    ", drills: [{on: 2026-06-01, realism: tabletop}]",
)
MODES = ("active-active", "hot", "hot", "warm", "cold", "backup-only")


def estate(seed: int, count: int = 7, *, patient: bool = True) -> str:
    """Systems in circles too, failovers of every mode, copies, suppliers; `patient`: some needs are borne for a while.

    At most one member of a group is a supplier, and no name stands twice in one.
    """
    dice = Random(seed)
    names = [f"s{number}" for number in range(count)]
    rows = ", ".join(_system(dice, name, names, patient=patient) for name in names)
    rebuild = _maybe(dice, 0.6, ", rebuild: 20h")
    compartment = dice.choice(("", ", compartment: k"))
    heat = dice.choice(("", ", overheats: 20m")) if patient else ""
    cooling = dice.choice(("", ", cooling: [{id: u, lead-time: 1d, serves: [a, b]}]"))
    engine = _maybe(dice, 0.3, ", generators: [{id: g, autonomy: 3h}]") if patient else ""
    return (
        f"sites: [{{id: p{rebuild}, operator: host, power: [f1]{engine}, rooms: ["
        f"{{id: a, restart: 1h{rebuild}{compartment}}}, {{id: b, restart: 1h{heat}{compartment}}}, "
        f"{{id: c, restart: 1h{rebuild}}}]{cooling}}}, {{id: q, power: [f2, f1], rooms: [{{id: x}}]}}]\n"
        f"suppliers: [{{id: host{_maybe(dice, 0.5, ', rto: 4h')}}}, {{id: mail{_maybe(dice, 0.5, ', rto: 1h')}}}]\n"
        f"institutions: [{{id: k, systems: [{rows}]}}]\n"
        "programmes: [{id: aid, served-by: [k/s0, k/s1]}]\n"
    )


def _maybe(dice: Random, chance: float, text: str) -> str:
    return text if dice.random() < chance else ""


def _system(dice: Random, name: str, names: list[str], *, patient: bool) -> str:
    others = [one for one in names if one != name]
    needs = ", ".join(dict.fromkeys(_need(dice, others, patient=patient) for _ in range(dice.choice((0, 0, 1, 1, 2)))))
    gates = ", ".join(dice.sample(others, dice.choice((0, 0, 0, 1))))
    ways = ", ".join(_failover(dice, number) for number in range(dice.choice((0, 0, 1, 1, 2))))
    lacks = _maybe(dice, 0.25, f", degraded-without: [{{on: {dice.choice(others)}, to: 0.5}}]")
    told = "".join(
        _maybe(dice, chance, text)
        for chance, text in (
            (0.7, f", users: {dice.randint(0, 5000)}"),
            (0.6, f", applicants: {dice.randint(0, 50)}/h"),
            (0.3, f", funds: {{flow: {dice.randint(1, 9)}e6 KRW/h, lost: 0.25}}"),
            (0.7, f", restart: {dice.randint(1, 60)}m"),
            (0.7, f", rebuild: {dice.randint(1, 30)}h"),
            (0.3, f", in-flight: {dice.randint(1, 99)}"),
            (0.5, _data(dice, names)),
        )
    )
    return (
        f"{{id: {name}, grade: {dice.randint(1, 4)}, at: [{dice.choice(PLACES)}], needs: [{needs}], "
        f"recovers-with: [{gates}], failover: [{ways}]{lacks}{told}}}"
    )


def _need(dice: Random, others: list[str], *, patient: bool) -> str:
    one, *more = some = dice.sample(others, min(3, len(others)))
    if not more:
        return one
    every = ", ".join(some)
    late = f"{{on: {one}, grace: {dice.choice(('2h', '30m'))}}}" if patient else one
    kinds = (one, one, one, f"{{any: [{every}]}}", f"{{all: [{every}]}}", f"{{k: 2, of: [{every}]}}", late)
    return dice.choice((*kinds, dice.choice(("host", "mail")), f"{{any: [host, {one}]}}"))


def _failover(dice: Random, number: int) -> str:
    to, mode = dice.choice(("q", "q/x", "p/c", "p/a")), dice.choice(MODES)
    own = dice.choice(STEPS) + dice.choice(DRILLS) + _maybe(dice, 0.3, ", automatic: true")
    return f"{{id: f{number}, kind: declared, to: {to}, mode: {mode}{own}}}"


def _data(dice: Random, names: list[str]) -> str:
    copies = ", ".join(
        f"{{id: c{number}, kind: files, path: /x, at: {dice.choice(('q', 'p/a', 'p/b', 'q/x', dice.choice(names)))}"
        f"{_maybe(dice, 0.5, ', restore-rate: 30 MB/s')}}}"
        for number in range(dice.choice((0, 1, 2)))
    )
    at = _maybe(dice, 0.2, f", at: {dice.choice(('q', 'p/a'))}")
    return f", data: [{{id: d{_maybe(dice, 0.5, ', size: 1 TB')}{at}, copies: [{copies}]}}]"
