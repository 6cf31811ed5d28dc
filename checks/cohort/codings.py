"""cohort.codings: the drift check. Which codes does no value set know, by kind of resource?

A resource is unmapped when none of its codes is in the value sets that its kind is read with. Much of a hospital's
record is about other things, so this never stops a run; it is the number to watch from week to week, and the list
by code system shows where to look. Names of code systems come from ``ref.code_systems``; any other is "other".
"""

from checks.rules import Check, NoRows, Suite, warn
from checks.templates import columns, filled

KNOWN = (
    "(select codes.system, codes.code, codes.match = 'prefix' as is_prefix from ref.infusions as codes "
    "union all select codes.system, codes.code, codes.match = 'prefix' from ref.other_procedures as codes "
    "union all select codes.system, codes.code, codes.match = 'prefix' from ref.infection_codes as codes "
    "union all select codes.system, codes.code, codes.match = 'prefix' from ref.underlying_disease as codes "
    "union all select codes.system, codes.code, codes.match = 'prefix' from ref.risk_states as codes "
    "union all select codes.system, codes.code, codes.match = 'prefix' from ref.toxicity_codes as codes "
    "union all select codes.system, codes.code, codes.match = 'prefix' from ref.medications as codes "
    "union all select codes.system, codes.code, false from ref.micro_tests as codes "
    "union all select codes.system, codes.code, false from ref.lab_tests as codes "
    "union all select codes.system, codes.code, false from ref.support_codes as codes "
    "union all select codes.system, codes.code, false from ref.death_codes as codes)"
)
OF_KIND = (
    "(select distinct item.resource_id, item.system, item.code from {batch} as item "
    "where item.resource_type in (TYPES) and item.element = 'ELEMENT' and item.code is not null)"
)
UNMAPPED = (
    "(select coded.resource_id, min(coded.system) as system from OF_KIND as coded left join KNOWN as known "
    "on coded.system = known.system and (coded.code = known.code "
    "or (known.is_prefix and starts_with(coded.code, known.code))) "
    "group by coded.resource_id having count(known.code) = 0)"
)
MISSED = (
    "select missed.resource_id from UNMAPPED as missed "
    "left join ref.code_systems as systems on missed.system = systems.system"
)
BY_SYSTEM = (
    "select coalesce(systems.name, 'other') as system_name, count(*) as resources from UNMAPPED as missed "
    "left join ref.code_systems as systems on missed.system = systems.system "
    "group by coalesce(systems.name, 'other') order by resources desc, system_name asc"
)


def _unmapped(name: str, types: str, element: str, protects: tuple[str, ...], lost: str) -> Check:
    def of_kind(query: str) -> str:
        whole = query.replace("UNMAPPED", UNMAPPED).replace("OF_KIND", OF_KIND).replace("KNOWN", KNOWN)
        return whole.replace("TYPES", types).replace("ELEMENT", element)

    resources = "select distinct kind.resource_id from OF_KIND as kind"
    return warn(
        name,
        NoRows(
            of_kind(MISSED),
            elements=of_kind(resources),
            breakdown=of_kind(BY_SYSTEM),
        ),
        protects,
        f"No value set knows any code of these resources; {lost} among them would not be seen.",
    )


INFECTIONS = ("preexisting_infection_proportion", "infected_proportion", "infection_events", "infection_density")
SUITE = Suite(
    "cohort.codings",
    (
        columns(
            "resource_type",
            "resource_id",
            "element",
            "component_number",
            "system",
            "code",
            "display",
            protects=INFECTIONS,
        ),
        *filled(
            "resource_type",
            "resource_id",
            "element",
            protects=INFECTIONS,
            reason="A code without its resource and place belongs to nobody.",
        ),
        _unmapped(
            "unmapped_procedures",
            "'Procedure'",
            "code",
            ("patients_infused", "infection_density"),
            "an infusion or transplant",
        ),
        _unmapped("unmapped_conditions", "'Condition'", "code", INFECTIONS, "an infection"),
        _unmapped(
            "unmapped_observations",
            "'Observation'",
            "code",
            (*INFECTIONS, "progression_proportion"),
            "a culture or test",
        ),
        _unmapped(
            "unmapped_medications",
            "'MedicationAdministration', 'MedicationRequest'",
            "medication",
            ("infected_proportion", "bridging_association"),
            "a bridging drug or a treatment",
        ),
    ),
)
