"""One patient's chart: days become dates, and what the scenarios write becomes resources with ids and versions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from .identities import Person, patient_body, random_id

Resource = dict[str, Any]
HOSPITAL_ZONE = ZoneInfo("Asia/Shanghai")
# The hospital has no summer time, so its offset can be written down once.
HOSPITAL_OFFSET = "+08:00"


@dataclass
class Chart:
    """What the hospital knows about one person, counted in days from ``day0_on`` (day 0).

    ``drug_channel`` says how this part of the hospital records drugs: ``administration``, ``request`` or ``none``.
    ``doubles`` are ids under which the person was registered once more, all merged into ``person`` in the end.
    ``in_utc`` charts write their timestamps in UTC, so that some fall on another date than in the hospital.
    """

    person: Person
    day0_on: date
    rng: Random
    drug_channel: str = "administration"
    in_utc: bool = False
    records: list[Resource] = field(default_factory=list)
    deletions: list[dict[str, str]] = field(default_factory=list)
    doubles: list[str] = field(default_factory=list)

    @property
    def patient_id(self) -> str:
        """The server's id of the Patient."""
        return self.person.patient_id

    def on(self, day: int) -> str:
        """The hospital's calendar date of a day."""
        return (self.day0_on + timedelta(days=day)).isoformat()

    def at(self, day: int, clock: str = "08:30", *, utc: bool | None = None) -> str:
        """A timestamp at a local time of a day, written with the hospital's offset or in UTC."""
        if self.in_utc if utc is None else utc:
            return self._instant(day, clock).strftime("%Y-%m-%dT%H:%M:%SZ")
        return f"{self.on(day)}T{clock}:00{HOSPITAL_OFFSET}"

    def _instant(self, day: int, clock: str) -> datetime:
        local = datetime.combine(self.day0_on + timedelta(days=day), time.fromisoformat(clock), HOSPITAL_ZONE)
        return local.astimezone(UTC)

    def day_of(self, timestamp: str) -> int:
        """The hospital's day of a timestamp that this chart wrote."""
        local = datetime.fromisoformat(timestamp.replace("Z", "+00:00")).astimezone(HOSPITAL_ZONE)
        return (local.date() - self.day0_on).days

    def add(self, resource_type: str, body: Resource, *, day: int) -> str:
        """Record a resource on a day and return its id."""
        resource_id = random_id(self.rng)
        self._write(resource_type, resource_id, body, (1, day))
        return resource_id

    def amend(self, resource_type: str, resource_id: str, body: Resource, *, day: int) -> None:
        """Record a later version of a resource."""
        version = 1 + sum(record.get("id") == resource_id for record in self.records)
        self._write(resource_type, resource_id, body, (version, day))

    def delete(self, resource_type: str, resource_id: str, *, day: int) -> None:
        """Delete a resource on a day; what it said before stays in the history."""
        deleted_at = self._instant(day, "20:00").strftime("%Y-%m-%dT%H:%M:%S.000Z")
        row = {"resource_type": resource_type, "resource_id": resource_id, "deleted_at": deleted_at}
        self.deletions.append(row)

    def reference(self, resource_type: str, resource_id: str) -> dict[str, str]:
        """A relative reference."""
        return {"reference": f"{resource_type}/{resource_id}"}

    def write_patient(self, *, day: int, died: Resource | None = None) -> None:
        """Record the person, as the server knows them since ``day``."""
        self._write("Patient", self.patient_id, {**patient_body(self.person), **(died or {})}, (1, day))

    def record_patient(self, patient_id: str, body: Resource, *, version: int, day: int) -> None:
        """Record a version of a Patient under an id of its own: a person whom the hospital registered twice."""
        self._write("Patient", patient_id, body, (version, day))

    def _write(self, resource_type: str, resource_id: str, body: Resource, version: tuple[int, int]) -> None:
        number, day = version
        recorded = self._instant(day, "18:00") + timedelta(seconds=self.rng.randrange(14_000))
        meta = {"versionId": str(number), "lastUpdated": recorded.strftime("%Y-%m-%dT%H:%M:%S.000Z")}
        owned = resource_type not in {"Patient", "Medication"}
        subject = {"subject": self.reference("Patient", self.patient_id)} if owned else {}
        self.records.append({"resourceType": resource_type, "id": resource_id, "meta": meta, **subject, **body})
