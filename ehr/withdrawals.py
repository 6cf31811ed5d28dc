"""What the server took back: from the history of a type, and where it tells none, by comparing with what is held."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from functools import partial

from ehr.absences import Absences
from ehr.capability import Capability
from ehr.client import Client
from ehr.comparison import Comparison, Outcome, Reach
from ehr.deletions import HistoryRefused, fetch_deletions
from ehr.landing import Landing
from ehr.ledger import UnitRow
from ehr.parallel import in_order
from ehr.plan import PullPlan
from ehr.unit_fetch import Keep


@dataclass(slots=True)
class Withdrawals:
    """The deletions of one pull. `since`: from when histories are asked for (None: not at all). `refused` are types
    whose history the server offers and, as an earlier pull found, does not give."""

    client: Client
    plan: PullPlan
    capability: Capability
    landing: Landing
    since: str | None
    is_over: Callable[[], bool]
    refused: set[str] = field(default_factory=set)
    absences: Absences | None = None

    def has_history(self, resource_type: str) -> bool:
        """Whether the server tells what happened to a type."""
        return resource_type in self.capability.histories and resource_type not in self.refused

    @property
    def wants_held(self) -> bool:
        """Whether there is a type that must be compared with what is held."""
        return any(self.capability.offers(name) and not self.has_history(name) for name in self.plan.types)

    def count(self, members: Collection[str] | None) -> None:
        """Note how much is held of the types that came without a patient being asked for, as far as they are whole."""
        if self.absences is not None and self.plan.only is None:
            rows = [row for row in self.landing.rows if row.unit.startswith(("type ", "window "))]
            self.absences.count([row.resource_type for row in rows if row.status == "complete"], members)

    def learn(self, keep: Keep) -> None:
        """Ask, and write what was learned into the landing; `keep` lands what is read again."""
        self._compare(keep)
        self._ask_histories()

    @property
    def state(self) -> dict[str, list[str]]:
        """What the next pull must know of this server's histories."""
        return {"without_history": sorted(self.refused)}

    def held(self) -> bytes | None:
        """What is held after this pull, for the next; None where every history is told."""
        if self.absences is None:
            return None
        self.absences.settle((row.resource_type, row.resource_id) for row in self.landing.deletions)
        return self.absences.held.as_bytes()

    def _compare(self, keep: Keep) -> None:
        if self.absences is None:
            return
        absences = self.absences
        names = [name for name in self._compared(absences.held.types()) if self.capability.offers(name)]

        def compare(name: str) -> Outcome:
            return Comparison(
                self.client,
                absences,
                name,
                self._reach(name),
                is_windowed=self.plan.types.get(name) is not None and self.plan.roster != "all",
                has_search=self.plan.source != "export",
                is_over=self.is_over,
            ).compare()

        for outcome in in_order(names, compare, self.client.access.connections):
            keep(outcome.came)
            self.landing.deletions += outcome.gone
            for row in outcome.rows(self.landing.ingest_id):
                self.landing.add_row(row)

    def _compared(self, held: Iterable[str]) -> list[str]:
        wanted = self.plan.only.types if self.plan.only is not None and self.plan.only.types else None
        return [name for name in held if not self.has_history(name) and (wanted is None or name in wanted)]

    def _reach(self, resource_type: str) -> Reach:
        if resource_type not in self.plan.types:
            return "reference"
        return "everyone" if self.plan.roster == "all" else "patient"

    def _ask_histories(self) -> None:
        if self.since is None:
            return
        ask = partial(fetch_deletions, self.client, ingest_id=self.landing.ingest_id, is_over=self.is_over)
        for name in self.plan.types:
            if self.has_history(name):
                try:
                    row, deletions = ask(name, self.since)
                except HistoryRefused as error:
                    self.refused.add(name)
                    row, deletions = self._row_of_refused(name, str(error)), []
                self.landing.add_row(row)
                self.landing.deletions += deletions

    def _row_of_refused(self, name: str, said: str) -> UnitRow:
        reason = f"{said}: from the next pull on this type is compared instead"
        return UnitRow(self.landing.ingest_id, f"history {name}", name, None, 1, 0, 0, None, 1, "failed", reason)
