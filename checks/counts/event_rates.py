"""counts.event_rates: events beside the headline. Do the weeks after infusion add up to the windows?"""

from checks.rules import NoRows, Suite, stop
from checks.templates import columns, one_row_per

RELATION = "counts.event_rates"
MEASURES = ("weekly_infection_density", "infection_density_day0_last", "infection_density_day0_reset")
WEEK_SUMS = (
    "select weeks.stratum from (select item.stratum as stratum, sum(item.events) as events, "
    "sum(item.person_days) as person_days from {batch} as item "
    "where item.measure = 'weekly_infection_density' group by item.stratum) as weeks "
    "inner join (select windows.stratum as stratum, sum(windows.events) as events, "
    "sum(windows.person_days) as person_days from counts.infections as windows "
    "where windows.infection_class = 'all' group by windows.stratum) as totals on weeks.stratum = totals.stratum "
    "where weeks.events != totals.events or weeks.person_days != totals.person_days"
)
SUITE = Suite(
    RELATION,
    (
        columns("measure", "stratum", "window_name", "infection_class", "events", "person_days", protects=MEASURES),
        one_row_per(
            "measure",
            "stratum",
            "window_name",
            "infection_class",
            protects=MEASURES,
            reason="Two rows for one figure: one of them is wrong.",
        ),
        stop(
            "weeks_add_up",
            NoRows(WEEK_SUMS),
            MEASURES,
            "The weeks after infusion must hold every counted infection and every day at risk of the windows once.",
        ),
        stop(
            "events_need_person_days",
            NoRows("select item.stratum from {batch} as item where item.events > 0 and item.person_days = 0"),
            MEASURES,
            "Infections without a day at risk: numerator and denominator do not share one interval.",
        ),
    ),
)
