-- macros fhir_*: what a FHIR date or dateTime text can mean
-- Grain: one value per text.
-- Rule: a text without zone is read in the hospital's zone and counted (docs/definitions.md#time); a partial
-- date is never completed, it is an interval from fhir_first_on to fhir_last_on.
-- Time: `_on` are local dates of the zone that is passed, `_at` are instants.
-- Tolerated because hospitals send it: a space for T, no seconds, 24:00, a leap second (kept on its own day
-- as second 59), 20230504 and 2023/05/04. Anything else is unreadable and gives NULL, never a guess.

-- noqa: disable=LT02
-- (the linter has no layout for macros)

create or replace temp macro fhir_fields(written) as
    regexp_extract(
        regexp_replace(trim(written), '^([0-9]{4})([0-9]{2})([0-9]{2})', '\1-\2-\3'),
        '^([0-9]{4})(?:[-/]([0-9]{2})(?:[-/]([0-9]{2})(?:[T ]([0-9]{2}):?([0-9]{2})'
        || '(?::?([0-9]{2})(?:[.]([0-9]{1,9}))?)? ?(Z|z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?)?)?$',
        ['year', 'month', 'day', 'hour', 'minute', 'second', 'fraction', 'zone']
    );

-- First day that the fields can mean; NULL for no year or a day that does not exist.
create or replace temp macro fhir_day(fields) as
    try_cast(
        fields.year
        || '-' || coalesce(nullif(fields.month, ''), '01')
        || '-' || coalesce(nullif(fields.day, ''), '01') as date
    );

create or replace temp macro fhir_number(digits) as
    coalesce(try_cast(nullif(digits, '') as integer), 0);

-- 24:00 is allowed as the end of the day, and only exactly.
create or replace temp macro fhir_clock_is_valid(fields) as (
    fhir_number(fields.minute) <= 59
    and fhir_number(fields.second) <= 60
    and abs(fhir_number(replace(fields.zone[2:3], ':', ''))) <= 14
    and (
        fhir_number(fields.hour) <= 23
        or (
            fhir_number(fields.hour) = 24
            and fhir_number(fields.minute) = 0
            and fhir_number(fields.second) = 0
        )
    )
);

create or replace temp macro fhir_fields_precision(fields) as
    case
        when fhir_day(fields) is null then null
        when fields.month = '' then 'year'
        when fields.day = '' then 'month'
        when fields.hour = '' then 'day'
        when fhir_clock_is_valid(fields) then 'time'
    end;

create or replace temp macro fhir_local_clock(fields) as (
    cast(fhir_day(fields) as timestamp)
    + to_hours(fhir_number(fields.hour))
    + to_minutes(fhir_number(fields.minute))
    + to_seconds(least(fhir_number(fields.second), 59))
    + to_microseconds(fhir_number(rpad(fields.fraction[1:6], 6, '0')))
);

create or replace temp macro fhir_offset_minutes(zone) as (
    case when zone[1] = '-' then -1 else 1 end
    * (fhir_number(zone[2:3]) * 60 + fhir_number(replace(zone[4:], ':', '')))
);

create or replace temp macro fhir_fields_at(fields, hospital_zone) as
    case
        when fhir_fields_precision(fields) is distinct from 'time' then null
        when fields.zone = '' then timezone(hospital_zone, fhir_local_clock(fields))
        else timezone('UTC', fhir_local_clock(fields) - to_minutes(fhir_offset_minutes(fields.zone)))
    end;

create or replace temp macro fhir_fields_on(fields, hospital_zone) as
    case
        when fields.hour = '' and fields.day != '' then fhir_day(fields)
        else cast(timezone(hospital_zone, fhir_fields_at(fields, hospital_zone)) as date)
    end;

-- The fields are read once and bound to a name: a macro writes out its argument wherever it stands, and the
-- expression would otherwise hold the pattern a hundred times.
create or replace temp macro fhir_precision(written) as
    list_transform([fhir_fields(written)], lambda fields: fhir_fields_precision(fields))[1];

create or replace temp macro fhir_at(written, hospital_zone) as
    list_transform([fhir_fields(written)], lambda fields: fhir_fields_at(fields, hospital_zone))[1];

create or replace temp macro fhir_on(written, hospital_zone) as
    list_transform([fhir_fields(written)], lambda fields: fhir_fields_on(fields, hospital_zone))[1];

create or replace temp macro fhir_first_on(written, hospital_zone) as
    list_transform(
        [fhir_fields(written)],
        lambda fields: case
            when fields.day = '' then fhir_day(fields)
            else fhir_fields_on(fields, hospital_zone)
        end
    )[1];

create or replace temp macro fhir_last_on(written, hospital_zone) as
    list_transform(
        [fhir_fields(written)],
        lambda fields: case
            when fields.month = '' then cast(fhir_day(fields) + interval 1 year - interval 1 day as date)
            when fields.day = '' then last_day(fhir_day(fields))
            else fhir_fields_on(fields, hospital_zone)
        end
    )[1];

create or replace temp macro fhir_zone_missing(written) as
    list_transform(
        [fhir_fields(written)],
        lambda fields: coalesce(fhir_fields_precision(fields) = 'time' and fields.zone = '', false)
    )[1];
