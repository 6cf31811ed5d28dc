"""Invented people: names, numbers and birth dates that cannot be mistaken for anything else."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

SENTINEL = "SENTINELPHI"
BIRTH_MONTH_DAY = "02-29"
FAMILIES = ("Wang", "Li", "Zhang", "Liu", "Chen", "Yang", "Zhao", "Huang", "Zhou", "Wu", "Xu", "Sun")
GIVENS = ("Wei", "Min", "Jing", "Lei", "Na", "Qiang", "Fang", "Tao", "Yan", "Bo", "Xin", "Hao")


@dataclass(frozen=True)
class Person:
    """Who a chart is about; the number is the hospital's, the id the server's."""

    patient_id: str
    number: str
    family: str
    given: str
    gender: str
    birth_date: str


def random_id(rng: Random) -> str:
    """An id that says nothing: twenty hexadecimal digits."""
    return f"{rng.getrandbits(80):020x}"


def invent_person(rng: Random, *, oldest: int, youngest: int) -> Person:
    """A person born on a 29 February between two leap years, both included."""
    year = rng.choice(range(oldest, youngest + 1, 4))
    return Person(
        patient_id=random_id(rng),
        number=f"{SENTINEL}-{rng.randrange(10**7):07d}",
        family=f"{SENTINEL}-{rng.choice(FAMILIES)}",
        given=f"{SENTINEL}-{rng.choice(GIVENS)}",
        gender=rng.choice(("female", "male")),
        birth_date=f"{year}-{BIRTH_MONTH_DAY}",
    )


def narrative(words: str) -> dict[str, Any]:
    """A narrative with the sentinel in it."""
    return {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{SENTINEL} {words}</div>'}


def patient_body(person: Person) -> dict[str, Any]:
    """The Patient resource without id and meta."""
    return {
        "text": narrative("inpatient file"),
        "identifier": [{"use": "official", "system": "urn:hospital:patient-number", "value": person.number}],
        "active": True,
        "name": [{"use": "official", "family": person.family, "given": [person.given]}],
        "telecom": [{"system": "phone", "value": f"{SENTINEL}-027-000"}],
        "gender": person.gender,
        "birthDate": person.birth_date,
        "address": [{"text": f"{SENTINEL} street, Wuhan"}],
    }
