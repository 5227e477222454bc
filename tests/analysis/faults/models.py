"""A few gates to the bytes of a model of Open-PSA."""

from __future__ import annotations

from typing import Final


def model(*gates: str, data: str = "") -> bytes:
    text = "".join(gates)
    return f"<opsa-mef><define-fault-tree name='t'>{text}</define-fault-tree>{data}</opsa-mef>".encode()


def gate(name: str, formula: str) -> str:
    return f"<define-gate name='{name}'>{formula}</define-gate>"


def event(name: str) -> str:
    return f"<basic-event name='{name}'/>"


def _likely(name: str, value: float) -> str:
    return f"<define-basic-event name='{name}'><float value='{value}'/></define-basic-event>"


SMALL: Final = model(
    gate("top", "<or><gate name='l'/><gate name='r'/></or>"),
    gate("l", f"<and>{event('e1')}{event('e2')}</and>"),
    gate("r", f"<and>{event('e3')}{event('e4')}</and>"),
    data="<model-data>"
    + "".join(_likely(name, value) for name, value in (("e1", 0.1), ("e2", 0.2), ("e3", 0.03), ("e4", 0.4)))
    + "</model-data>",
)
"""Two pairs, either of which suffices."""
