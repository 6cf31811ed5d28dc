"""Patients that were merged with one on the roster: what is recorded under them is about the same person.

A list of patients names whom the unit knew; after a merge the hospital writes on under the other id.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ehr.bundles import Resource

MERGING = frozenset({"replaced-by", "replaces"})
# Merged into one that was merged into another: more in a row has not been seen, and a circle must end.
LINKS_DEEP = 5


@dataclass(slots=True)
class Merges:
    """Who was merged with whom: `known` before this pull, `found` as of now, which the next pull knows."""

    known: Mapping[str, Sequence[str]] = field(default_factory=dict)
    found: dict[str, list[str]] = field(default_factory=dict)

    def note(self, patient_id: str, links: Collection[str] | None) -> None:
        """Take in the links of a Patient; None: it did not come, so what was known of it stands."""
        others = self.known.get(patient_id, ()) if links is None else links
        if others:
            self.found[patient_id] = sorted(others)

    def beyond(self, patients: Iterable[str], seen: Collection[str]) -> list[str]:
        """Who was merged with these patients and has not been seen."""
        return sorted({other for name in patients for other in self.found.get(name, ())} - set(seen))

    def all_known(self) -> dict[str, list[str]]:
        """What was known, with what was found: of a pull that does not go patient by patient."""
        return {name: sorted(others) for name, others in {**self.known, **self.found}.items()}

    def known_beyond(self, patients: Iterable[str], is_forgotten: Callable[[str], bool]) -> list[str]:
        """Who is known to be merged with these patients and is not among them."""
        seen = {*patients}
        others = {other for name in seen for other in self.known.get(name, ())}
        return sorted(name for name in others - seen if not is_forgotten(name))


def merged_with(resource: Resource) -> set[str]:
    """Ids of the Patients that a Patient replaces or is replaced by.

    >>> merged_with({"link": [{"type": "replaced-by", "other": {"reference": "Patient/b"}}, {"type": "seealso"}]})
    {'b'}
    """
    listed = resource.get("link")
    return {
        other
        for link in (listed if isinstance(listed, list) else ())
        if isinstance(link, dict) and link.get("type") in MERGING and (other := _patient_id(link.get("other")))
    }


def _patient_id(reference: object) -> str | None:
    text = reference.get("reference") if isinstance(reference, dict) else None
    if not isinstance(text, str):
        return None
    if text.startswith("urn:uuid:"):
        return text.removeprefix("urn:uuid:")
    return text.partition("Patient/")[2].split("/")[0] or None
