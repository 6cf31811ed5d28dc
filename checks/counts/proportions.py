"""counts.proportions: numerators and denominators by measure, stratum, window and class."""

from checks.rules import ALL_MEASURES, NoRows, Suite, stop, warn
from checks.templates import columns, known_values, not_negative, one_row_per, whole_numbers_only

RELATION = "counts.proportions"
SUMS = (
    "select item.measure from {batch} as item "
    "group by item.measure, item.window_name, item.infection_class "
    "having count(*) filter (where item.stratum in ('no', 'yes', 'unknown')) = 3 "
    "and count(*) filter (where item.stratum = 'all') = 1 "
    "and (sum(item.numerator) filter (where item.stratum != 'all') "
    "!= sum(item.numerator) filter (where item.stratum = 'all') "
    "or sum(item.denominator) filter (where item.stratum != 'all') "
    "!= sum(item.denominator) filter (where item.stratum = 'all'))"
)
SUITE = Suite(
    RELATION,
    (
        columns(
            "measure",
            "stratum",
            "window_name",
            "infection_class",
            "numerator",
            "denominator",
            "left_out",
            "provisional",
            protects=ALL_MEASURES,
        ),
        one_row_per(
            "measure",
            "stratum",
            "window_name",
            "infection_class",
            protects=ALL_MEASURES,
            reason="Two rows for one figure: nobody could say which one is printed.",
        ),
        known_values(
            "stratum",
            ("all", "no", "yes", "unknown"),
            protects=ALL_MEASURES,
            reason="A stratum outside the list is in no table.",
        ),
        *not_negative("numerator", protects=ALL_MEASURES),
        stop(
            "numerator_at_most_denominator",
            NoRows("select item.measure from {batch} as item where item.numerator > item.denominator"),
            ALL_MEASURES,
            "More patients with the event than patients: the two were counted by different rules.",
        ),
        stop(
            "strata_add_up",
            NoRows(SUMS),
            ALL_MEASURES,
            "The strata do not add up to all: somebody is counted twice or in no stratum.",
        ),
        stop(
            "patients_infused_counted",
            NoRows(
                "select 1 as missing where not exists "
                "(select 1 from {batch} as item where item.measure = 'patients_infused' "
                "and item.stratum = 'all')"
            ),
            ALL_MEASURES,
            "The number of infused patients is missing; no other figure can be read without it.",
        ),
        warn(
            "somebody_infused",
            NoRows(
                "select item.measure from {batch} as item "
                "where item.measure = 'patients_infused' and item.stratum = 'all' and item.numerator = 0"
            ),
            ALL_MEASURES,
            "No infused patient was found: roster, infusion codes or product names may not fit this site.",
        ),
        whole_numbers_only(RELATION, protects=ALL_MEASURES),
    ),
)
