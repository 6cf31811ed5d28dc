-- stage.keyless_references
-- Grain: one row per reference that names no id of another resource, and how it is written.
-- Rule: contained, conditional, identifier_only, display_only, or unreadable (docs/definitions.md#raw). No times.
with

keyless as (
    select
        'Condition' as resource_type,
        element,
        reference,
        has_identifier,
        has_display
    from stage.condition_keyless_reference
    union all
    select
        'DiagnosticReport' as resource_type,
        element,
        reference,
        has_identifier,
        has_display
    from stage.diagnostic_report_keyless_reference
    union all
    select
        'Encounter' as resource_type,
        element,
        reference,
        has_identifier,
        has_display
    from stage.encounter_keyless_reference
    union all
    select
        'MedicationAdministration' as resource_type,
        element,
        reference,
        has_identifier,
        has_display
    from stage.medication_administration_keyless_reference
    union all
    select
        'MedicationRequest' as resource_type,
        element,
        reference,
        has_identifier,
        has_display
    from stage.medication_request_keyless_reference
    union all
    select
        'Observation' as resource_type,
        element,
        reference,
        has_identifier,
        has_display
    from stage.observation_keyless_reference
    union all
    select
        'Procedure' as resource_type,
        element,
        reference,
        has_identifier,
        has_display
    from stage.procedure_keyless_reference
    union all
    select
        'Specimen' as resource_type,
        element,
        reference,
        has_identifier,
        has_display
    from stage.specimen_keyless_reference
)

select
    keyless.resource_type,
    keyless.element,
    case
        when starts_with(keyless.reference, '#') then 'contained'
        when contains(keyless.reference, '?') then 'conditional'
        when keyless.reference is not null then 'unreadable'
        when keyless.has_identifier then 'identifier_only'
        when keyless.has_display then 'display_only'
        else 'unreadable'
    end as way
from keyless
