"""FHIR search over the records of a practice hospital: parameters, filters, order.

An unknown parameter is refused, never ignored: a client must not take an unfiltered answer for a filtered one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from .answers import Refused
from .dates import matches, read_span, split_prefix
from .hospital import DATE_ELEMENTS, Hospital, Record

Parameters = tuple[tuple[str, str], ...]
Test = Callable[[Record], bool]

DEFAULT_COUNT = 50
GREATEST_COUNT = 1000
PAGE_PARAMETERS = frozenset({"_count", "_sort", "_summary", "_total", "_format", "_pretty", "_elements"})
# What a server of the US Core kind lets anyone search without naming a patient.
FREE_TYPES = frozenset({"Medication", "Location", "Organization", "Practitioner", "PractitionerRole", "Device"})


@dataclass(frozen=True, slots=True)
class Query:
    """One understood search: which records, in which order, how many a page."""

    resource_type: str
    parameters: Parameters
    count: int
    only_count: bool
    exact_total: bool = False
    ids_only: bool = False


def read_query(resource_type: str, pairs: Iterable[tuple[str, str]], profile: str) -> Query:
    """Understand a search.

    Raises:
        Refused: an unknown parameter, an unreadable value, or a search that the profile does not allow.
    """
    parameters = tuple(pairs)
    named = dict(parameters)
    if profile == "us-core":
        _demand_patient(resource_type, named)
    only_count = named.get("_summary") == "count"
    count = read_count(named)
    kept = tuple(pair for pair in parameters if pair[0] not in PAGE_PARAMETERS or pair[0] == "_sort")
    exact = named.get("_total") == "accurate"
    return Query(resource_type, kept, count, only_count or count == 0, exact, _is_for_ids(named.get("_elements")))


def _is_for_ids(elements: str | None) -> bool:
    if elements not in (None, "id"):
        raise Refused(400, "not-supported", "_elements is understood for id alone here")
    return elements is not None


def read_count(named: dict[str, str]) -> int:
    """The page length that is asked for, at most `GREATEST_COUNT`.

    Raises:
        Refused: it is no number.
    """
    count = named.get("_count", str(DEFAULT_COUNT))
    if not count.isdigit():
        raise Refused(400, "invalid", "_count must be a number")
    return min(int(count), GREATEST_COUNT)


def _demand_patient(resource_type: str, named: dict[str, str]) -> None:
    if resource_type == "Patient":
        allowed = "_id" in named or "identifier" in named
    else:
        allowed = resource_type in FREE_TYPES or bool(named.get("patient") or named.get("subject"))
    if not allowed:
        raise Refused(400, "business-rule", f"a search of {resource_type} must name a patient on this server")


def find(hospital: Hospital, query: Query) -> list[Record]:
    """All records that satisfy the query, in its order.

    Raises:
        Refused: a parameter or value that this server does not know.
    """
    tests = [test for name, value in query.parameters if name != "_sort" and (test := _read_test(query, name, value))]
    found = [record for record in _candidates(hospital, query) if all(test(record) for test in tests)]
    for name, value in query.parameters:
        if name == "_sort":
            _sort(query, found, value)
    return found


def _candidates(hospital: Hospital, query: Query) -> list[Record]:
    named = dict(query.parameters)
    if "_id" in named:
        keys = [(query.resource_type, resource_id) for resource_id in dict.fromkeys(named["_id"].split(","))]
        return [hospital.current[key] for key in keys if key in hospital.current]
    patient = named.get("patient") or named.get("subject")
    if patient is None:
        return list(hospital.by_type.get(query.resource_type, ()))
    patient_ids = list(dict.fromkeys(_bare_id(value) for value in patient.split(",")))
    return [
        record
        for patient_id in patient_ids
        for record in hospital.by_patient.get((query.resource_type, patient_id), ())
    ]


def _bare_id(value: str) -> str:
    return value.rpartition("Patient/")[2]


def _read_test(query: Query, name: str, value: str) -> Test | None:
    if name in ("patient", "subject") and query.resource_type != "Patient":
        patient_ids = {_bare_id(text) for text in value.split(",")}
        return lambda record: not patient_ids.isdisjoint(record.patient_ids)
    if name == "_id":
        ids = set(value.split(","))
        return lambda record: record.resource_id in ids
    if name in ("code", "type") and query.resource_type != "Patient":
        tokens = set(value.split(","))
        return lambda record: not tokens.isdisjoint(record.tokens)
    if name == "status":
        statuses = {text.rpartition("|")[2] for text in value.split(",")}
        return lambda record: not statuses.isdisjoint(record.status)
    if name == "identifier":
        wanted = set(value.split(","))
        return lambda record: not wanted.isdisjoint(record.identifiers)
    return _read_date_test(query, name, value)


def _read_date_test(query: Query, name: str, value: str) -> Test | None:
    known = DATE_ELEMENTS.get(query.resource_type, {})
    if name != "_lastUpdated" and name not in known:
        raise Refused(400, "not-supported", f"{query.resource_type} cannot be searched by {name} here")
    criteria = []
    for text in value.split(","):
        prefix, date = split_prefix(text)
        span = read_span(date)
        if span is None:
            raise Refused(400, "invalid", f"the value of {name} is not a date")
        criteria.append((prefix, span))

    def test(record: Record) -> bool:
        span = record.updated if name == "_lastUpdated" else record.dates.get(name)
        return span is not None and any(matches(prefix, span, asked) for prefix, asked in criteria)

    return test


def _sort(query: Query, found: list[Record], value: str) -> None:
    for part in reversed(value.split(",")):
        name = part.removeprefix("-")
        if name == "_id":
            found.sort(key=lambda record: record.resource_id or "", reverse=part.startswith("-"))
        elif name == "_lastUpdated":
            found.sort(key=_updated_key, reverse=part.startswith("-"))
        elif name in DATE_ELEMENTS.get(query.resource_type, {}):
            found.sort(key=_date_key(name), reverse=part.startswith("-"))
        else:
            raise Refused(400, "not-supported", f"{query.resource_type} cannot be sorted by {name} here")


def _updated_key(record: Record) -> tuple[float, str]:
    return (record.updated[0] if record.updated else 0.0, record.resource_id or "")


def _date_key(name: str) -> Callable[[Record], tuple[float, str]]:
    def key(record: Record) -> tuple[float, str]:
        span = record.dates.get(name)
        return (span[0] if span else 0.0, record.resource_id or "")

    return key
