"""counts.person_outcomes: exposures and outcomes of each person, no names."""

from checks.rules import NoRows, Suite, stop
from checks.templates import columns, filled, known_values, one_row_per, whole_numbers_only

RELATION = "counts.person_outcomes"
MEASURES = ("infected_proportion", "progression_proportion", "bridging_association", "crs_progression_association")
SUITE = Suite(
    RELATION,
    (
        columns(
            "person_key",
            "stratum",
            "infected_early",
            "progressed",
            "progressed_broad",
            "bridging_other_than_fc",
            "bridging_non_tki",
            "crs_grade_3_exposure",
            "complete_day_30",
            "died_day",
            protects=MEASURES,
        ),
        *filled("person_key", "stratum", protects=MEASURES, reason="A person without stratum is in no denominator."),
        one_row_per("person_key", protects=MEASURES, reason="A person twice is twice in every association."),
        known_values(
            "stratum", ("no", "yes", "unknown"), protects=MEASURES, reason="A stratum outside the list is in no table."
        ),
        stop(
            "broad_includes_primary",
            NoRows("select item.person_key from {batch} as item where item.progressed and not item.progressed_broad"),
            MEASURES,
            "Broad progression includes the primary one by definition; the two were computed apart.",
        ),
        whole_numbers_only(RELATION, protects=MEASURES),
    ),
)
