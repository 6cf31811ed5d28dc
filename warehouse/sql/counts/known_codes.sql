-- counts.known_codes
-- Grain: one row per element, system and code (or prefix) that some code list holds for any type.
-- Rule: what is in no row here is unmapped and is reported, never guessed (docs/definitions.md#value-sets). No times.
select
    'Observation' as resource_type,
    'code' as element,
    system,
    code,
    'exact' as match
from ref.micro_tests
union
select
    'Observation' as resource_type,
    'code' as element,
    system,
    code,
    'exact' as match
from ref.lab_tests
union
select
    'Observation' as resource_type,
    'code' as element,
    system,
    code,
    'exact' as match
from ref.imaging_tests
union
select
    'Observation' as resource_type,
    'code' as element,
    system,
    code,
    match
from ref.toxicity_codes
union
select
    'Observation' as resource_type,
    'code' as element,
    system,
    code,
    'exact' as match
from ref.death_codes
union
select
    'Observation' as resource_type,
    'code' as element,
    system,
    code,
    'exact' as match
from ref.support_codes
union
select
    'Observation' as resource_type,
    'code' as element,
    system,
    code,
    'exact' as match
from ref.organisms
union
select
    'Observation' as resource_type,
    'value' as element,
    system,
    code,
    'exact' as match
from ref.organisms
union
select
    'Observation' as resource_type,
    'value' as element,
    system,
    code,
    'exact' as match
from ref.result_values
union
select
    'Observation' as resource_type,
    'value' as element,
    system,
    code,
    match
from ref.infection_codes
union
select
    'Specimen' as resource_type,
    'type' as element,
    system,
    code,
    'exact' as match
from ref.specimen_sites
union
select
    resource_type,
    element,
    system,
    code,
    match
from counts.known_event_codes
