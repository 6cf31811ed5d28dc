"""counts.unmapped_codes: the drift check. Which codes does no value set know, by kind of resource?

Much of a hospital's record is about other things, so this never stops a run; it is the number to watch from week to
week, and the list by code system shows where to look. Only code systems that ``ref.code_systems`` names are named,
any other is "other": the rest of a code is the hospital's.
"""

from checks.rules import Check, NoRows, Suite, warn
from checks.templates import columns, one_row_per

INFECTIONS = ("preexisting_infection_proportion", "infected_proportion", "infection_events", "infection_density")
USED = (
    "select distinct coding.system, coding.code from cohort.codings as coding "
    "where coding.resource_type in (TYPES) and (select count(*) from {batch} as item) >= 0"
)
UNMAPPED = (
    "select item.code from {batch} as item left join ref.code_systems as systems on item.system = systems.system "
    "where item.resource_type in (TYPES)"
)
BY_SYSTEM = (
    "select coalesce(systems.name, 'other') as system_name, count(*) as codes from {batch} as item "
    "left join ref.code_systems as systems on item.system = systems.system "
    "where item.resource_type in (TYPES) group by coalesce(systems.name, 'other') "
    "order by codes desc, system_name asc"
)


def _unmapped(name: str, types: str, protects: tuple[str, ...], lost: str) -> Check:
    return warn(
        name,
        NoRows(
            UNMAPPED.replace("TYPES", types),
            elements=USED.replace("TYPES", types),
            breakdown=BY_SYSTEM.replace("TYPES", types),
        ),
        protects,
        f"No value set knows these codes; {lost} among them would not be seen.",
    )


SUITE = Suite(
    "counts.unmapped_codes",
    (
        columns("resource_type", "element", "system", "code", "resources", protects=INFECTIONS),
        one_row_per(
            "resource_type",
            "element",
            "system",
            "code",
            protects=INFECTIONS,
            reason="A code twice in the list is counted twice from week to week.",
        ),
        _unmapped("unmapped_procedures", "'Procedure'", ("patients_infused",), "an infusion or transplant"),
        _unmapped("unmapped_conditions", "'Condition'", INFECTIONS, "an infection"),
        _unmapped("unmapped_observations", "'Observation'", INFECTIONS, "a culture or an organism"),
        _unmapped(
            "unmapped_medications",
            "'MedicationAdministration', 'MedicationRequest'",
            ("infected_proportion", "bridging_association"),
            "a bridging drug or a treatment",
        ),
    ),
)
