"""The page's words for keys of the data: one place, so that a table and a card never name a thing differently."""

from __future__ import annotations

__all__ = ["EPISODE_STEPS", "MEASURES", "STRATA", "WINDOWS", "stratum_title"]

STRATA = {
    "no": "without pre-existing infection",
    "yes": "with pre-existing infection",
    "unknown": "pre-existing infection unknown",
    "all": "all",
}
WINDOWS = {"look_back": "day −30 to −1", "early": "day 0 to 30", "late": "day 31 to 90"}
EPISODE_STEPS = {1: "not evidence", 2: "episodes", 3: "listed, not counted", 4: "counted"}
MEASURES = {
    "patients_infused": "Patients infused",
    "preexisting_infection_proportion": "Pre-existing infection",
    "infected_proportion": "Infected",
    "infection_events": "Infections",
    "infection_death_proportion": "Died of infection",
    "probable_infection_death": "Probable infection death, to adjudicate",
    "progression_proportion": "Progression of a pre-existing infection (primary)",
    "progression_broad_proportion": "Progression of a pre-existing infection (broad)",
    "bridging_association": "Bridging and early infection",
    "crs_progression_association": "CRS and progression",
}


def stratum_title(key: str) -> str:
    """Heading of a stratum's table."""
    return STRATA.get(key, key).capitalize()
