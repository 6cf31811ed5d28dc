"""Where a server tells no history of a type: its count against ours, its ids where the two differ, then each absent id.

An id that is held and no longer found is read by itself: 410 and 404 are a deletion, 200 is a resource that moved out
of the search. Nothing is called deleted because a search did not bring it (docs/decisions/0007).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from ehr.absences import Absences
from ehr.bundles import Entry, read_page
from ehr.client import Client, Pairs
from ehr.errors import RequestRefused, UnitFailed
from ehr.forgotten import owner_of
from ehr.ledger import UnitRow
from ehr.manifest import Deletion
from ehr.patients import OF_NO_PATIENT, SMALL_ENOUGH
from ehr.roster import code_lists
from ehr.shelf import Shelf, read_one
from ehr.units import NO_COUNT, SearchUnit, fetch_unit

GONE = 410
OVER = "the time of the pull was up"
# Where a server looks nothing up by a list of ids, each is read by itself, up to here.
READ_ONE_BY_ONE = 200
UNTOLD = "deletions cannot be learned"
Reach = Literal["patient", "everyone", "reference"]
"""How a type is asked for: patient by patient, as a whole, or only where something points to it."""


@dataclass(slots=True)
class Outcome:
    """What comparing one type came to. `troubles` say by patient (None: of no one patient) what is still open,
    `untold` why this server's deletions of the type stay unknown."""

    resource_type: str
    compared: int = 0
    gone: list[Deletion] = field(default_factory=list)
    came: list[Entry] = field(default_factory=list)
    troubles: dict[str | None, str] = field(default_factory=dict)
    untold: str | None = None

    def rows(self, ingest_id: str) -> Iterator[UnitRow]:
        """A row for the type, and one for each patient of whom something is open. `asked` counts what was compared."""
        if not (self.compared or self.troubles):
            return
        name, came = f"deletions {self.resource_type}", len(self.came)
        said = f"{len(self.gone)} held before are gone" if self.gone else None
        reason = f"{UNTOLD}: {self.untold}" if self.untold else said
        row = UnitRow(ingest_id, name, self.resource_type, None, self.compared, came, came, None, 1, "complete", reason)
        yield replace(row, status="incomplete", reason=self.troubles[None]) if None in self.troubles else row
        for patient_id, trouble in sorted(self.troubles.items(), key=str):
            if patient_id is not None:
                yield UnitRow(ingest_id, name, self.resource_type, patient_id, 1, 0, 0, None, 1, "incomplete", trouble)


@dataclass(slots=True)
class Comparison:
    """One type compared with the server. `is_windowed`: what lies far from day 0 may not have been asked for.
    `has_search` False: the pull was an export, and a server that answers no search is no failure."""

    client: Client
    absences: Absences
    resource_type: str
    reach: Reach
    is_windowed: bool = False
    has_search: bool = True
    is_over: Callable[[], bool] = lambda: False
    outcome: Outcome = field(init=False)
    shown: dict[str, bool] = field(default_factory=dict)
    one_by_one: bool = False
    with_everything: bool = False

    def __post_init__(self) -> None:
        self.outcome = Outcome(self.resource_type)

    def compare(self) -> Outcome:
        """Count, list, read; what was found.

        Raises:
            TokenRefused, ServerUnreachable: see `Client`.
        """
        ours = self.absences.counted.get(self.resource_type, {})
        whole = self.absences.lacking.get(self.resource_type, {})
        self.outcome.compared = len(ours) + len(whole)
        for patient_id, lacking in sorted(whole.items(), key=str):
            self._confirm(patient_id, lacking)
        for patient_id in self._all_differing(ours):
            if self.outcome.untold is None:
                self._compare_ids(patient_id)
        self._look_up(self._apart())
        return self.outcome

    def _all_differing(self, ours: Mapping[str | None, int]) -> list[str | None]:
        """Of whom the server counts another number than is held."""
        found: list[str | None] = []
        batches: list[list[str | None]] = [[None]] if None in ours else []
        for names in code_lists(sorted(who for who in ours if who is not None)):
            batches.append([*names.split(",")])
        for batch in batches:
            try:
                found += self._differing(batch, ours)
            except UnitFailed as error:
                self.outcome.troubles[None] = f"{len(batch)} could not be counted: {error}"
        return found

    def _differing(self, batch: Sequence[str | None], ours: Mapping[str | None, int]) -> list[str | None]:
        if len(batch) > 1 and self.one_by_one:
            return [who for single in batch for who in self._differing([single], ours)]
        counted = self._count(batch)
        if counted == sum(ours[who] for who in batch):
            return []
        if len(batch) == 1:
            return list(batch)
        if counted is None:
            self.one_by_one = True
            return self._differing(batch, ours)
        middle = len(batch) // 2
        found = [*self._differing(batch[:middle], ours), *self._differing(batch[middle:], ours)]
        # Several together differ and none of them alone: this server does not count several at once.
        self.one_by_one = self.one_by_one or not found
        return found

    def _count(self, batch: Sequence[str | None]) -> int | None:
        if self.is_over():
            raise UnitFailed(OVER)
        pairs = [*self._who(",".join(who for who in batch if who is not None)), ("_summary", "count")]
        try:
            return self.client.get(self.client.search_url(self.resource_type, pairs), read_page).total
        except RequestRefused:
            return None

    def _who(self, patient_ids: str) -> Pairs:
        if not patient_ids:
            return ()
        return (("_id" if self.resource_type == "Patient" else "patient", patient_ids),)

    def _compare_ids(self, patient_id: str | None) -> None:
        listed, reason = self._list(self._who(patient_id or ""))
        if listed is None:
            if self.has_search:
                self.outcome.troubles[patient_id] = f"its ids could not be listed: {reason}"
            else:
                self.outcome.untold = "the server tells no history and answers no search"
            return
        everyone = patient_id is None
        held = self.absences.everything(self.resource_type) if everyone else self.absences.now(
            self.resource_type, patient_id
        )  # fmt: skip
        self._confirm(patient_id, held - listed)
        # What lies far from day 0 was not asked for: by search of who has much of the type, by export of anybody.
        if not self.is_windowed or (self.has_search and len(listed) <= SMALL_ENOUGH):
            self._fetch(patient_id, listed - held)

    def _list(self, pairs: Pairs) -> tuple[set[str] | None, str | None]:
        """The ids that a search gives, asked for without the rest where the server knows how; None where it fails."""
        reason = None
        for more in ((),) if self.with_everything else ((("_elements", "id"),), ()):
            listed: set[str] = set()

            def note(entries: list[Entry], listed: set[str] = listed) -> None:
                listed.update(str(entry.resource.get("id")) for entry in entries)

            unit = SearchUnit(f"deletions {self.resource_type}", self.resource_type, (*pairs, *more))
            row = fetch_unit(self.client, unit, note, is_over=self.is_over)
            reason = row.reason
            # Each absent id is read by itself, so a list without a count to prove it will do.
            if row.status == "complete" or row.reason == NO_COUNT:
                self.with_everything = self.with_everything or not more
                return listed, None
            if row.status != "failed":
                break
        return None, reason

    def _fetch(self, patient_id: str | None, unknown: set[str]) -> None:
        """What the server has and no change ever told of."""
        shelf = Shelf(self.client, self.resource_type, self.is_over)
        shelf.fetch(unknown)
        self.outcome.came += shelf.take()
        if shelf.failed.keys() - shelf.found.keys():
            self.outcome.troubles[patient_id] = "what the server counts and no change told of could not be fetched"

    def _confirm(self, patient_id: str | None, absent: Iterable[str]) -> None:
        failed = hidden = 0
        for resource_id in sorted(absent):
            try:
                if self.is_over():
                    raise UnitFailed(OVER)
                entry, status_code = read_one(self.client, self.resource_type, resource_id)
            except UnitFailed:
                failed += 1
                continue
            if entry is not None:
                self._take_moved(patient_id, entry)
            elif status_code == GONE or self._is_shown(patient_id, resource_id):
                self.outcome.gone.append(Deletion(self.resource_type, resource_id, "read"))
            else:
                hidden += 1
        said = [f"{failed} that no search brings any more could not be read"] if failed else []
        said += [f"{hidden} answer 404, and so does their patient: deleted, or hidden from us"] if hidden else []
        if said:
            self.outcome.troubles[patient_id] = "; ".join(said)

    def _take_moved(self, patient_id: str | None, entry: Entry) -> None:
        self.outcome.came.append(entry)
        if self.reach == "patient" and patient_id is not None and owner_of(entry.resource) != patient_id:
            self.absences.held.drop(self.resource_type, patient_id, {str(entry.resource.get("id"))})

    def _is_shown(self, patient_id: str | None, resource_id: str) -> bool:
        """Whether a 404 can be believed: a patient of whom nothing is shown any more may only be hidden from us."""
        owner = patient_id or self.absences.held.owner(self.resource_type, resource_id)
        if owner is None:
            return True
        if owner not in self.shown:
            try:
                entry, status_code = read_one(self.client, "Patient", owner)
                self.shown[owner] = entry is not None or status_code == GONE
            except UnitFailed:
                self.shown[owner] = False
        return self.shown[owner]

    def _apart(self) -> set[str]:
        """What is held and is in no search by patient."""
        if self.reach == "everyone":
            return set()
        of_nobody = self.reach == "patient" and self.resource_type not in OF_NO_PATIENT
        return self.absences.apart(
            self.resource_type, [None] if of_nobody else self.absences.held.owners(self.resource_type)
        )

    def _look_up(self, ids: set[str]) -> None:
        absent: set[str] = set()
        self.outcome.compared += len(ids)
        for batch in code_lists(sorted(ids)):
            listed, reason = self._list((("_id", batch),))
            if listed is not None:
                absent.update(set(batch.split(",")) - listed)
            elif len(ids) <= READ_ONE_BY_ONE:
                absent = ids
                break
            elif self._refuses(batch):
                self.outcome.untold = f"{len(ids)} that name no patient can be asked for one by one only"
                return
            else:
                self.outcome.troubles[None] = f"{len(ids)} that name no patient could not be looked up: {reason}"
                return
        self._confirm(None, absent)

    def _refuses(self, batch: str) -> bool:
        try:
            self.client.get(self.client.search_url(self.resource_type, [("_id", batch)]), read_page)
        except RequestRefused:
            return True
        except UnitFailed:
            return False
        return False
