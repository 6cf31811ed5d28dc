-- counts.two_by_two
-- Grain: one row per association, exposure and outcome.
-- Rule: bridging among those without pre-existing infection, CRS among those with; complete patients whose day 30 has
-- come; an unknown exposure stands outside the four cells (docs/definitions.md#figures, D36, D38).
-- No times here.
with

pairs as (
    select
        persons.stratum,
        unnest(
            [
                struct_pack(
                    measure := 'bridging_association',
                    among := 'no',
                    exposure := 'bridging_other_than_fc',
                    outcome := 'infected_early',
                    is_asked := persons.complete_day_30,
                    exposed := persons.bridging_other_than_fc,
                    event := persons.infected_early
                ),
                struct_pack(
                    measure := 'bridging_association',
                    among := 'no',
                    exposure := 'bridging_non_tki',
                    outcome := 'infected_early',
                    is_asked := persons.complete_day_30,
                    exposed := persons.bridging_non_tki,
                    event := persons.infected_early
                ),
                struct_pack(
                    measure := 'crs_progression_association',
                    among := 'yes',
                    exposure := 'crs_grade_3_exposure',
                    outcome := 'progressed',
                    is_asked := persons.complete_progression,
                    exposed := persons.crs_grade_3_exposure,
                    event := persons.progressed
                ),
                struct_pack(
                    measure := 'crs_progression_association',
                    among := 'yes',
                    exposure := 'crs_grade_3_exposure_broad',
                    outcome := 'progressed_broad',
                    is_asked := persons.complete_progression_broad,
                    exposed := persons.crs_grade_3_exposure_broad,
                    event := persons.progressed_broad
                )
            ]
        ) as pair
    from counts.person_outcomes as persons
    where persons.is_day_30_over
),

associations as (
    select
        associations.measure,
        associations.exposure,
        associations.outcome
    from (
        values
        ('bridging_association', 'bridging_other_than_fc', 'infected_early'),
        ('bridging_association', 'bridging_non_tki', 'infected_early'),
        ('crs_progression_association', 'crs_grade_3_exposure', 'progressed'),
        ('crs_progression_association', 'crs_grade_3_exposure_broad', 'progressed_broad')
    ) as associations (measure, exposure, outcome)
)

select
    associations.measure,
    associations.exposure,
    associations.outcome,
    count(*) filter (where pairs.pair.exposed and pairs.pair.event) as exposed_events,
    count(*) filter (where pairs.pair.exposed and not pairs.pair.event) as exposed_without,
    count(*) filter (where not pairs.pair.exposed and pairs.pair.event) as unexposed_events,
    count(*) filter (where not pairs.pair.exposed and not pairs.pair.event) as unexposed_without,
    count(*) filter (where pairs.pair.exposed is null and pairs.pair.event) as unknown_events,
    count(*) filter (where pairs.pair.exposed is null and not pairs.pair.event) as unknown_without
from associations
left join pairs
    on
        associations.exposure = pairs.pair.exposure
        and pairs.stratum = pairs.pair.among
        and pairs.pair.is_asked
group by associations.measure, associations.exposure, associations.outcome
