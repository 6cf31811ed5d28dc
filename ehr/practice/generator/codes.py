"""The practice hospital's own list of codes, read from ``codes.csv``; some of them no value set of ours holds."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

CODES_FILE = Path(__file__).with_name("codes.csv")


@dataclass(frozen=True)
class Code:
    """A code of the hospital; the display is empty where its licence keeps the words."""

    system: str
    code: str
    display: str


@cache
def codes() -> dict[str, Code]:
    """Every code by the short name that the scenarios use."""
    with CODES_FILE.open(encoding="utf-8", newline="") as lines:
        return {row["key"]: Code(row["system"], row["code"], row["display"]) for row in csv.DictReader(lines)}


def coding(key: str) -> dict[str, str]:
    """One FHIR Coding; a KeyError means that a scenario uses a name that ``codes.csv`` lacks."""
    code = codes()[key]
    named = {"display": code.display} if code.display else {}
    return {"system": code.system, "code": code.code, **named}


def concept(*keys: str, text: str | None = None) -> dict[str, Any]:
    """A CodeableConcept of these codes, in this order; without codes it has text only."""
    made: dict[str, Any] = {}
    if keys:
        made["coding"] = [coding(key) for key in keys]
    if text is not None:
        made["text"] = text
    return made
