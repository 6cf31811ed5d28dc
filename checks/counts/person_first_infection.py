"""counts.person_first_infection: time to the first infection, one row per person and class, no names."""

from checks.rules import NoRows, Suite, stop
from checks.templates import columns, filled, known_values, one_row_per, whole_numbers_only

RELATION = "counts.person_first_infection"
MEASURES = ("cumulative_incidence",)
SUITE = Suite(
    RELATION,
    (
        columns("person_key", "stratum", "infection_class", "last_day", "cause", protects=MEASURES),
        *filled(
            "person_key",
            "stratum",
            "infection_class",
            "last_day",
            "cause",
            protects=MEASURES,
            reason="A person without time or cause is neither at risk nor out of it.",
        ),
        one_row_per(
            "person_key",
            "stratum",
            "infection_class",
            protects=MEASURES,
            reason="A person twice in the risk set makes every curve too low and too certain.",
        ),
        known_values(
            "stratum",
            ("all", "no", "yes", "unknown"),
            protects=MEASURES,
            reason="A stratum outside the list has no curve.",
        ),
        known_values(
            "cause",
            (0, 1, 2),
            protects=MEASURES,
            reason="Only censoring, infection and death are known to the curve.",
        ),
        stop(
            "last_day_inside_the_windows",
            NoRows(
                "select item.person_key from {batch} as item where item.last_day < 0 "
                "or item.last_day > (select max(windows.last_day) from ref.windows as windows)"
            ),
            MEASURES,
            "A day before the infusion or after the last window is outside what the curve looks at.",
        ),
        stop(
            "infections_of_a_class_are_infections",
            NoRows(
                "select item.person_key from {batch} as item where item.cause = 1 "
                "and item.infection_class != 'all' "
                "and not exists (select 1 from {batch} as total where total.person_key = item.person_key "
                "and total.infection_class = 'all' and total.cause = 1 and total.last_day <= item.last_day)"
            ),
            MEASURES,
            "A bacterial, viral or fungal infection must be an infection of any kind, no later.",
        ),
        whole_numbers_only(RELATION, protects=MEASURES),
    ),
)
