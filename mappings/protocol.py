"""A protocol: index event, windows, thresholds, cohort and measures as data. The seed study is the first one."""

import hashlib
import json
import tomllib
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from pydantic import Field, ValidationError

from mappings.errors import ProtocolUnreadable
from mappings.protocol_model import Cohort, ExtractionWindow, IndexEvent, ProtocolPart, RosterSearch, Threshold, Windows
from mappings.protocol_thresholds import Thresholds

OWN_FOLDER = Path(__file__).parent / "protocols"

ThresholdValue = int | bool | Decimal


class Protocol(ProtocolPart):
    """Everything that defines a cohort and its figures. Two files with one content have one `hash`."""

    name: str
    version: str
    title: str
    source: str
    strata_sets: tuple[str, ...]
    measures: tuple[str, ...]
    index_event: IndexEvent
    cohort: Cohort
    roster: tuple[RosterSearch, ...]
    windows: Windows
    threshold: Thresholds = Field(alias="thresholds")
    extraction: tuple[ExtractionWindow, ...]

    @property
    def hash(self) -> str:
        """sha256 of the content in a canonical form: comments, order and spacing of the file do not matter."""
        content = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()

    def window_days(self) -> dict[str, tuple[int, int]]:
        """First and last day of each window, from day 0, both ends counted.

        >>> load_protocol("car-t-b-all").window_days()["early"]
        (0, 30)
        """
        parts = {name: getattr(self.windows, name) for name in Windows.model_fields}
        return {name: (window.first_day.value, window.last_day.value) for name, window in parts.items()}

    def thresholds(self) -> dict[str, ThresholdValue]:
        """The columns of `ref.protocol`: the days of the windows, then every threshold.

        >>> load_protocol("car-t-b-all").thresholds()["course_gap_days"]
        60
        """
        return {name: threshold.value for name, threshold in self.sourced_thresholds().items()}

    def sourced_thresholds(self) -> dict[str, Threshold]:
        """The same by name, with unit, comparator, source, tag and note: what a method note prints."""
        days: dict[str, Threshold] = {}
        for name in Windows.model_fields:
            window = getattr(self.windows, name)
            days |= {f"{name}_first_day": window.first_day, f"{name}_last_day": window.last_day}
        return days | {name: getattr(self.threshold, name) for name in Thresholds.model_fields}

    def extraction_of(self, resource_type: str) -> ExtractionWindow | None:
        """The days of one type that hold all its windows; None for a type that this protocol does not pull."""
        found = [window for window in self.extraction if window.resource_type == resource_type]
        if not found:
            return None
        first = [window.first_day for window in found if window.first_day is not None]
        last = [window.last_day for window in found if window.last_day is not None]
        if len(first) < len(found):
            return ExtractionWindow(resource_type=resource_type)
        return ExtractionWindow(resource_type=resource_type, first_day=min(first), last_day=max(last))

    def explain(self) -> list[str]:
        """The protocol in sentences, one per line, for `config show` and the method notes."""
        days = self.window_days().items()
        return [
            f"{self.title} ({self.name} {self.version}).",
            f"Day 0 is the first {self.index_event.what} of a course; counted is the {self.index_event.unit}.",
            f"In the cohort: disease {self.cohort.disease}, {_ages(self.cohort)}.",
            *(f"Window {name}: day {first} to {last}, both ends counted." for name, (first, last) in days),
            *(_sentence(name, threshold) for name, threshold in self.sourced_thresholds().items()),
        ]


def load_protocol(name_or_path: str | Path, folders: Sequence[Path | str] = ()) -> Protocol:
    """Read a protocol by name (a site's folders come before ours) or from a file.

    Raises:
        ProtocolUnreadable: no such protocol, no TOML, or a key is missing, unknown or of the wrong kind; the message
            names file, key and what was expected.
    """
    path = _found(str(name_or_path), [Path(folder) for folder in folders])
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except OSError as error:
        raise ProtocolUnreadable(f"{path}: cannot be read ({error.strerror}).") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ProtocolUnreadable(f"{path}: expected a TOML file; {error}.") from error
    try:
        protocol = Protocol.model_validate(content)
    except ValidationError as error:
        raise ProtocolUnreadable(f"{path}: {_first_fault(error)}") from error
    if protocol.name != path.stem:
        raise ProtocolUnreadable(f"{path}: key name: expected {path.stem!r}, as the file; got {protocol.name!r}.")
    return protocol


def _found(name: str, folders: Sequence[Path]) -> Path:
    if name.endswith(".toml"):
        return Path(name)
    places = [*folders, OWN_FOLDER]
    for folder in places:
        if (folder / f"{name}.toml").is_file():
            return folder / f"{name}.toml"
    known = sorted({path.stem for folder in places for path in folder.glob("*.toml")})
    raise ProtocolUnreadable(
        f"protocol {name!r}: no file {name}.toml in {', '.join(map(str, places))}. Known: {', '.join(known)}."
    )


def _first_fault(error: ValidationError) -> str:
    faults = error.errors(include_url=False)
    key = ".".join(str(part) for part in faults[0]["loc"] if not str(part).startswith(("is-instance", "function-")))
    more = f" ({len(faults) - 1} more)" if len(faults) > 1 else ""
    return f"key {key or '(file)'}: {faults[0]['msg']}{more}."


def _ages(cohort: Cohort) -> str:
    if cohort.age_low is None and cohort.age_high is None:
        return "any age"
    if cohort.age_high is None:
        return f"{cohort.age_low} years and older"
    return f"{cohort.age_low or 0} to {cohort.age_high} years"


def _sentence(name: str, threshold: Threshold) -> str:
    note = f", {threshold.note}" if threshold.note else ""
    doubt = "" if threshold.verified else ", not verified"
    words = name.replace("_", " ")
    value = str(threshold.value).lower()
    return (
        f"{words}: {threshold.comparator} {value} {threshold.unit}{note} [{threshold.tag}{doubt}; {threshold.source}]."
    )
