"""What a build is a function of: two clocks, protocol, value sets and software. Its hash is the name of the run."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property

from mappings.protocol import Protocol
from mappings.value_sets import ValueSets


@dataclass(frozen=True)
class RunKey:
    """Two runs with equal keys give equal relations and equal published bytes (contracts 1).

    `as_of` is an instant with a zone: what is used is what was known by then. `data_date` is the last local day
    looked at. `time_zone` is the hospital's, an IANA name. `verdicts_until` lets a past run know the verdicts of later
    on, for a comparison only; None = those made by `as_of`. `identifier_system` is that of the
    local patient number; None = the usual identifier, whatever its system.
    """

    as_of: datetime
    data_date: date
    time_zone: str
    protocol: Protocol
    value_sets: ValueSets
    software_version: str
    verdicts_until: datetime | None = None
    identifier_system: str | None = None

    @cached_property
    def run_id(self) -> str:
        """16 hexadecimal digits of the sha256 of everything that the figures depend on."""
        parts = [
            self.as_of_text,
            self.data_date.isoformat(),
            self.time_zone,
            self.protocol.hash,
            self.value_sets.hash,
            self.software_version,
        ]
        if self.verdicts_until is not None:
            parts.append(self.verdicts_until.astimezone(UTC).isoformat())
        if self.identifier_system is not None:
            parts.append(f"identifier {self.identifier_system}")
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]

    @property
    def as_of_text(self) -> str:
        """`as_of` in UTC, such as `2020-02-01T00:00:00Z`: one spelling per instant, whatever zone it came in."""
        return self.as_of.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
