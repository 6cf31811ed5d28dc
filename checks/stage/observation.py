"""stage.observation: cultures, laboratory values, grades, vital signs."""

from checks.rules import NoRows, Suite, stop, warn
from checks.templates import columns, dates_readable, filled, one_row_per, patients_known

MEASURES = (
    "preexisting_infection_proportion", "infected_proportion", "infection_events", "infection_density",
    "cumulative_incidence", "progression_proportion", "crs_progression_association",
)  # fmt: skip
LABORATORY = ("progression_proportion", "progression_broad_proportion")
MOST_UNITS = 0.2
LABORATORY_VALUES = (
    "select item.observation_id from {batch} as item "
    "inner join stage.observation_coding as coding on item.observation_id = coding.observation_id "
    "inner join ref.lab_tests as tests on coding.system = tests.system and coding.code = tests.code "
    "where item.value_number is not null and tests.kind = 'lab'"
)
UNLISTED_UNIT = (
    "not exists (select 1 from ref.lab_units as units where units.analyte = tests.analyte "
    "and (units.unit_spelling in (item.value_unit, item.value_unit_code) "
    "or units.ucum_code = item.value_unit_code))"
)
UNKNOWN_UNITS = " and ".join((LABORATORY_VALUES, UNLISTED_UNIT))
SUITE = Suite(
    "stage.observation",
    (
        columns(
            "observation_id",
            "patient_id",
            "encounter_id",
            "specimen_id",
            "status",
            "code_text",
            "effective_datetime",
            "effective_start",
            "issued",
            "value_number",
            "value_comparator",
            "value_unit",
            "value_unit_code",
            "value_string",
            "absent_reason",
            protects=MEASURES,
        ),
        *filled(
            "observation_id", protects=MEASURES, reason="A row without its id cannot be traced to what was received."
        ),
        one_row_per(
            "observation_id", protects=MEASURES, reason="A culture twice can make two sets of a contaminant out of one."
        ),
        *patients_known(protects=MEASURES),
        *dates_readable("effective_datetime", "effective_start", "issued", protects=MEASURES),
        warn(
            "unit_known",
            NoRows(UNKNOWN_UNITS, elements=LABORATORY_VALUES),
            LABORATORY,
            "Laboratory values whose unit no list knows are left out of every threshold.",
        ),
        stop(
            "unit_mostly_known",
            NoRows(UNKNOWN_UNITS, share=MOST_UNITS, elements=LABORATORY_VALUES),
            LABORATORY,
            "More than a fifth of the laboratory values have a unit that no list knows: the feed has changed.",
        ),
    ),
)
