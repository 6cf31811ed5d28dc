"""counts.two_by_two: the four cells of each association, and who stands outside them."""

from checks.rules import NoRows, Suite, stop, warn
from checks.templates import columns, not_negative, one_row_per, whole_numbers_only

RELATION = "counts.two_by_two"
MEASURES = ("bridging_association", "crs_progression_association")
CELLS = (
    "exposed_events", "exposed_without", "unexposed_events", "unexposed_without", "unknown_events", "unknown_without",
)  # fmt: skip
TOTAL = (
    "item.exposed_events + item.exposed_without + item.unexposed_events + item.unexposed_without "
    "+ item.unknown_events + item.unknown_without"
)
# Which proportion has the same patients as denominator; an association that is not listed is compared with nobody.
OF_THE_STRATUM = (
    "(values ('infected_early', 'infected_proportion', 'no'), ('progressed', 'progression_proportion', 'yes'), "
    "('progressed_broad', 'progression_broad_proportion', 'yes')) as pairs (outcome, proportion, stratum)"
)
WHOLE = (
    "select item.measure from {batch} as item inner join PAIRS on item.outcome = pairs.outcome "
    "inner join counts.proportions as shares on shares.measure = pairs.proportion "
    "and shares.stratum = pairs.stratum and shares.window_name = 'early' and shares.infection_class = 'all' "
    "where TOTAL != shares.denominator"
)
TOO_MANY = (
    "select item.measure from {batch} as item inner join PAIRS on item.outcome = pairs.outcome "
    "where TOTAL > (select count(*) from counts.person_outcomes as persons "
    "where persons.stratum = pairs.stratum)"
)


def _with_cells(query: str) -> str:
    return query.replace("PAIRS", OF_THE_STRATUM).replace("TOTAL", TOTAL)


SUITE = Suite(
    RELATION,
    (
        columns("measure", "exposure", "outcome", *CELLS, protects=MEASURES),
        one_row_per(
            "measure",
            "exposure",
            "outcome",
            protects=MEASURES,
            reason="Two tables for one association: nobody could say which one is printed.",
        ),
        *not_negative(*CELLS, protects=MEASURES),
        stop(
            "cells_fit_in_the_stratum",
            NoRows(_with_cells(TOO_MANY)),
            MEASURES,
            "The cells hold more patients than the stratum: somebody is counted twice.",
        ),
        warn(
            "cells_add_to_the_denominator",
            NoRows(_with_cells(WHOLE)),
            MEASURES,
            "The cells and the proportion of the same stratum rest on different patients.",
        ),
        whole_numbers_only(RELATION, protects=MEASURES),
    ),
)
