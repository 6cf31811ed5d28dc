"""What is pointed to and has not come: fetched by id, as deep as it goes, and a row for what cannot be had."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ehr.client import Client
from ehr.known import ABSENT_TYPE
from ehr.ledger import UnitRow
from ehr.references import FOLLOWED, Pointers
from ehr.shelf import Shelf
from ehr.unit_fetch import Keep

# A report, its panels, their members, a specimen and its parent: further than this nothing has been seen to point.
REFERENCES_DEEP = 6


@dataclass(slots=True)
class Following:
    """The references of one pull. `offered` are the types of which the server gives resources by id."""

    client: Client
    pointers: Pointers
    offered: frozenset[str]
    is_over: Callable[[], bool]
    shelves: dict[str, Shelf] = field(init=False)

    def __post_init__(self) -> None:
        self.shelves = {name: Shelf(self.client, name, self.is_over) for name in FOLLOWED}

    @property
    def targets(self) -> list[str]:
        """The types that are fetched, those first that point to others."""
        return [name for name in FOLLOWED if name in self.pointers.targets & self.offered]

    def ask_again(self, unresolved: Mapping[str, Sequence[str]]) -> None:
        """Want what an earlier pull did not get: a watermark never brings back what only a reference leads to."""
        for name in self.targets:
            self.pointers.wanted[name].update(unresolved.get(name, ()))

    def follow(self, keep: Keep) -> None:
        """Fetch what is missing; `keep` lands it and notes where it points."""
        for _ in range(REFERENCES_DEEP):
            if not any([self._fetch(name, keep) for name in self.targets]):
                break

    def unresolved(self) -> dict[str, list[str]]:
        """Ids by type that were asked for and did not come."""
        return {name: self.shelves[name].unresolved() for name in self.targets}

    def rows(self, ingest_id: str) -> Iterator[UnitRow]:
        """A ledger row for each type to which anything points that did not come by itself."""
        for name in self.targets:
            shelf = self.shelves[name]
            if shelf.found or shelf.unresolved():
                yield shelf.row(ingest_id)
        for name in sorted(self.pointers.targets - self.offered):
            if absent := len(self.pointers.missing(name)):
                reason = f"{absent} of {absent} referenced cannot be had: {ABSENT_TYPE}"
                yield UnitRow(ingest_id, f"references {name}", name, None, absent, 0, 0, None, 0, "complete", reason)

    def _fetch(self, resource_type: str, keep: Keep) -> bool:
        """Fetch what is pointed to and has not come; whether anything new came, which may point further."""
        shelf = self.shelves[resource_type]
        shelf.fetch(self.pointers.missing(resource_type))
        entries = shelf.take()
        keep(entries)
        return bool(entries)
