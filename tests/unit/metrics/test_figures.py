"""The seed study's numbers, as counts, must leave as its printed figures."""

import math

import pandas as pd
import pytest

from metrics.errors import CountsRejected
from metrics.figures import CURVE_COLUMNS, ESTIMATE_COLUMNS, TWO_BY_TWO_COLUMNS, Counts, weekly_figures

PROPORTIONS = [
    # measure, stratum, window, class, numerator, denominator, left_out, provisional
    ("patients_infused", "all", None, "all", 90, None, 0, False),
    ("preexisting_infection_proportion", "all", "look_back", "all", 34, 90, 0, False),
    ("infected_proportion", "no", "early", "all", 16, 56, 0, False),
    ("infected_proportion", "yes", "early", "all", 9, 34, 1, True),
    ("infected_proportion", "unknown", "early", "all", 0, 0, 0, False),
    ("infection_events", "no", "early", "all", 17, None, 0, False),
    ("infection_death_proportion", "no", "early", "all", 2, 56, 0, False),
    ("progression_proportion", "yes", "early", "all", 11, 34, 0, False),
]
INFECTIONS = [
    # stratum, window, class, patients, events, person_days, at_risk, infection_deaths, severe_events
    ("no", "early", "all", 16, 17, 1590, 56, 2, 3),
    ("no", "early", "fungal", 0, 0, 1590, 56, 0, 0),
    ("yes", "early", "all", 9, 10, 1000, 34, 0, 1),
    ("unknown", "early", "all", 0, 0, 0, 0, 0, 0),
]
PERSONS = [
    # person_key, stratum, infection_class, last_day, cause
    (1, "no", "all", 4, 1),
    (2, "no", "all", 12, 2),
    (3, "no", "all", 90, 0),
    (4, "yes", "all", 90, 0),
    (1, "no", "fungal", 90, 0),
    (2, "no", "fungal", 12, 2),
    (3, "no", "fungal", 90, 0),
    (4, "yes", "fungal", 90, 0),
]
TABLES = [
    ("crs_progression_association", "crs_grade_3_exposure", "progressed", 5, 0, 6, 23, 0, 0),
    ("bridging_association", "bridging_other_than_fc", "infected_early", 12, 17, 4, 21, 0, 2),
]
SHARES = [
    # as PROPORTIONS
    ("infected_proportion", "preexisting_infection_onset:no", "early", "all", 15, 54, 0, False),
    ("late_contact_proportion", "no", "late", "all", 42, 51, 5, False),
]
RATES = [
    # measure, stratum, window, class, events, person_days, provisional, is_partial
    ("weekly_infection_density", "no", "week_-5", "all", 0, 108, False, True),
    ("weekly_infection_density", "no", "week_0", "all", 4, 392, True, False),
    ("listed_events", "no", "early", "fungal_candidate", 2, None, False, False),
    ("weekly_infection_density", "unknown", "week_0", "all", 0, 0, False, False),
]
INFECTED = [
    # person_key, stratum, last_day, has_died, onset_day, events
    (1, "no", 90, False, 4, 2),
    (2, "no", 12, True, None, 0),
    (3, "no", 90, False, 60, 1),
    (4, "yes", 90, False, None, 0),
]
KEY = ["stratum", "window_name", "infection_class"]


def counts(**changed: list[tuple[object, ...]]) -> Counts:
    columns = {
        "proportions": ["measure", *KEY, "numerator", "denominator", "left_out", "provisional"],
        "infections": [*KEY, "patients", "events", "person_days", "at_risk", "infection_deaths", "severe_events"],
        "person_first_infection": ["person_key", "stratum", "infection_class", "last_day", "cause"],
        "two_by_two": [
            "measure", "exposure", "outcome", "exposed_events", "exposed_without", "unexposed_events",
            "unexposed_without", "unknown_events", "unknown_without",
        ],
        "sensitivity_shares": ["measure", *KEY, "numerator", "denominator", "left_out", "provisional"],
        "event_rates": ["measure", *KEY, "events", "person_days", "provisional", "is_partial"],
        "person_infections": ["person_key", "stratum", "last_day", "has_died", "onset_day", "events"],
    }  # fmt: skip
    rows = {"proportions": PROPORTIONS, "infections": INFECTIONS, "person_first_infection": PERSONS,
            "two_by_two": TABLES, "sensitivity_shares": SHARES, "event_rates": RATES, "person_infections": INFECTED,
            **changed}  # fmt: skip
    return Counts(**{name: pd.DataFrame(rows[name], columns=columns[name]) for name in columns})


def figure(frame: pd.DataFrame, **wanted: object) -> pd.Series:
    chosen = frame
    for name, value in wanted.items():
        chosen = chosen[chosen[name] == value]
    assert len(chosen) == 1
    return chosen.iloc[0]


def test_sixteen_of_fifty_six_leave_with_their_clopper_pearson_interval():
    row = figure(weekly_figures(counts()).estimates, measure="infected_proportion", stratum="no")
    printed = f"{100 * row.value:.1f} ({100 * row.lower:.1f}-{100 * row.upper:.1f})"
    assert printed == "28.6 (17.3-42.2)"
    assert (row.numerator, row.denominator, row.denominator_unit, row.method) == (16, 56, "patients", "Clopper-Pearson")


def test_eleven_of_thirty_four_progressed():
    row = figure(weekly_figures(counts()).estimates, measure="progression_proportion")
    assert f"{100 * row.value:.1f} ({100 * row.lower:.1f}-{100 * row.upper:.1f})" == "32.4 (17.4-50.5)"


def test_a_count_has_neither_denominator_nor_interval():
    row = figure(weekly_figures(counts()).estimates, measure="patients_infused")
    assert (row.value, row.numerator) == (90.0, 90)
    assert row[["denominator", "lower", "upper", "window_name"]].isna().all()


def test_density_is_per_hundred_patient_days():
    row = figure(weekly_figures(counts()).estimates, measure="infection_density", stratum="no", infection_class="all")
    assert f"{row.value:.2f} ({row.lower:.2f}-{row.upper:.2f})" == "1.07 (0.62-1.71)"
    assert (row.numerator, row.denominator, row.denominator_unit) == (17, 1590, "patient_days")


def test_the_windows_are_compared_with_mid_p_limits():
    rows = [*INFECTIONS, ("no", "late", "all", 7, 7, 2533, 52, 0, 1), ("yes", "late", "all", 0, 0, 0, 0, 0, 0)]
    estimates = weekly_figures(counts(infections=rows)).estimates
    row = figure(estimates, measure="infection_density_ratio", stratum="no")
    assert row.value == pytest.approx(17 / 1590 / (7 / 2533))
    assert 1 < row.lower < row.value < row.upper
    assert row.note == "17 in 1590 days over 7 in 2533 days"
    empty = figure(estimates, measure="infection_density_ratio", stratum="yes")
    assert pd.isna(empty.value)
    assert "no person-time" in empty.note


def test_the_median_day_is_that_of_the_infected():
    row = figure(
        weekly_figures(counts()).estimates, measure="first_infection_day_median", stratum="no", window_name="early"
    )
    assert (row.value, row.numerator) == (4.0, 1)
    nobody = figure(
        weekly_figures(counts()).estimates, measure="first_infection_day_median", stratum="yes", window_name="early"
    )
    assert pd.isna(nobody.value)


def test_no_infection_leaves_with_an_upper_limit():
    row = figure(weekly_figures(counts()).estimates, measure="infection_density", infection_class="fungal")
    assert (row.value, row.lower) == (0.0, 0.0)
    assert row.upper == pytest.approx(100 * -math.log(0.025) / 1590)


def test_severe_events_and_deaths_of_infection_stand_beside_the_events():
    estimates = weekly_figures(counts()).estimates
    severe = figure(estimates, measure="severe_events", stratum="no", infection_class="all")
    assert (severe.numerator, severe.denominator, severe.denominator_unit) == (3, 17, "infections")
    deaths = figure(estimates, measure="infection_deaths", stratum="no", infection_class="all")
    assert (deaths.numerator, deaths.value) == (2, 2.0)
    assert pd.isna(deaths.denominator)


def test_no_infection_in_so_many_days_says_what_is_compatible():
    row = figure(weekly_figures(counts()).estimates, measure="infection_density", infection_class="fungal")
    assert row.note == "0 in 1590 days seen, up to 0.188 (mid-P) or 0.232 (exact) per 100 days is compatible"


def test_a_week_after_infusion_has_its_days_and_says_when_it_is_partial_or_not_over():
    estimates = weekly_figures(counts()).estimates
    first = figure(estimates, measure="weekly_infection_density", window_name="week_-5")
    assert (first.numerator, first.denominator, first.status) == (0, 108, "final")
    assert first.note.startswith("the windows hold only some days of this week; 0 in 108 days seen")
    zero = figure(estimates, measure="weekly_infection_density", stratum="no", window_name="week_0")
    assert (zero.status, round(zero.value, 4)) == ("provisional", round(100 * 4 / 392, 4))
    nobody = figure(estimates, measure="weekly_infection_density", stratum="unknown")
    assert pd.isna(nobody.value)
    weeks = estimates.loc[estimates["measure"] == "weekly_infection_density", "window_name"]
    assert list(weeks.unique()) == ["week_-5", "week_0"]


def test_what_is_listed_and_other_strata_have_rows_of_their_own():
    estimates = weekly_figures(counts()).estimates
    assert figure(estimates, measure="listed_events").numerator == 2
    other = figure(estimates, stratum="preexisting_infection_onset:no")
    assert (other.measure, other.numerator, other.denominator) == ("infected_proportion", 15, 54)
    assert "preexisting_infection_onset:no" not in set(weekly_figures(counts()).curves["stratum"])


def test_no_patient_with_the_event_says_what_is_compatible():
    row = ("infection_death_proportion", "yes", "early", "all", 0, 56, 0, False)
    found = figure(weekly_figures(counts(proportions=[row])).estimates, measure="infection_death_proportion")
    assert found.note == "0 of 56 seen, up to 5.2 % (mid-P) or 6.4 % (exact) is compatible"


def test_an_empty_stratum_has_its_row_and_no_number():
    estimates = weekly_figures(counts()).estimates
    for measure in ("infected_proportion", "infection_density"):
        row = figure(estimates, measure=measure, stratum="unknown")
        assert row[["value", "lower", "upper"]].isna().all()
        assert row.note


def test_an_unfinished_window_is_provisional_and_lacking_data_make_all_incomplete():
    final = weekly_figures(counts()).estimates
    assert figure(final, measure="infected_proportion", stratum="yes").status == "provisional"
    assert figure(final, measure="infection_density", stratum="yes").status == "provisional"
    assert figure(final, measure="infected_proportion", stratum="no").status == "final"
    assert set(weekly_figures(counts(), status="incomplete").estimates["status"]) == {"incomplete"}
    with pytest.raises(CountsRejected):
        weekly_figures(counts(), status="done")


def test_events_counted_twice_over_have_one_row():
    estimates = weekly_figures(counts()).estimates
    assert not estimates.duplicated(["measure", *KEY]).any()


def test_the_curve_of_all_strata_holds_each_person_once():
    figures = weekly_figures(counts())
    everybody = figure(figures.curves, measure="cumulative_incidence", stratum="all", infection_class="all", day=30)
    assert (everybody.at_risk, everybody.value) == (2, 0.25)
    dead = figure(figures.curves, measure="cumulative_incidence_of_death", stratum="all", infection_class="all", day=30)
    assert dead.value == 0.25
    read = figure(
        figures.estimates, measure="cumulative_incidence", stratum="all", window_name="early", infection_class="all"
    )
    assert (read.value, read.numerator, read.denominator) == (0.25, 1, 4)


def test_a_stratum_all_given_by_the_counts_is_not_added_again():
    rows = [*PERSONS, *[(key, "all", kind, day, cause) for key, _, kind, day, cause in PERSONS]]
    found = weekly_figures(counts(person_first_infection=rows)).curves
    pd.testing.assert_frame_equal(found, weekly_figures(counts()).curves)


def test_a_day_with_nobody_at_risk_has_no_point():
    rows = [(1, "no", "all", 4, 1), (2, "no", "all", 9, 0)]
    curves = weekly_figures(counts(person_first_infection=rows)).curves
    first = curves[(curves["stratum"] == "no") & (curves["measure"] == "cumulative_incidence")]
    assert first["day"].max() == 9


def test_an_empty_cell_gives_one_limit_and_says_so():
    row = figure(weekly_figures(counts()).two_by_two, measure="crs_progression_association")
    assert pd.isna(row.estimate)
    assert pd.isna(row.upper)
    assert row.lower > 1
    assert "without bound" in row.note


def test_unknown_exposure_stands_outside_the_four_cells():
    row = figure(weekly_figures(counts()).two_by_two, measure="bridging_association")
    assert row.exposed_events + row.exposed_without + row.unexposed_events + row.unexposed_without == 54
    assert (row.unknown_events, row.unknown_without) == (0, 2)
    assert "2 with unknown exposure" in row.note


def test_columns_and_order_are_fixed_whatever_the_order_of_the_counts():
    straight = weekly_figures(counts())
    turned = weekly_figures(
        counts(
            proportions=PROPORTIONS[::-1], infections=INFECTIONS[::-1], person_first_infection=PERSONS[::-1],
            two_by_two=TABLES[::-1], sensitivity_shares=SHARES[::-1], event_rates=RATES[::-1],
            person_infections=INFECTED[::-1],
        )
    )  # fmt: skip
    for name, columns in {
        "estimates": ESTIMATE_COLUMNS,
        "curves": CURVE_COLUMNS,
        "two_by_two": TWO_BY_TWO_COLUMNS,
    }.items():
        assert tuple(getattr(straight, name).columns) == columns
        pd.testing.assert_frame_equal(getattr(straight, name), getattr(turned, name))
    assert straight.estimates["measure"].iloc[0] == "patients_infused"


def test_no_week_at_all_gives_empty_frames_with_their_columns():
    nothing = weekly_figures(
        counts(
            proportions=[], infections=[], person_first_infection=[], two_by_two=[], sensitivity_shares=[],
            event_rates=[], person_infections=[],
        )
    )  # fmt: skip
    assert nothing.curves.empty
    assert nothing.two_by_two.empty
    assert list(nothing.estimates["measure"].unique()) == [
        "cumulative_incidence", "mean_cumulative_count", "first_infection_day_median",
    ]  # fmt: skip
    assert nothing.estimates["value"].isna().all()


def test_numbers_leave_with_twelve_digits_and_never_infinite():
    figures = weekly_figures(counts())
    for frame in (figures.estimates, figures.curves, figures.two_by_two):
        for name in frame.select_dtypes("Float64"):
            for value in frame[name].dropna():
                assert math.isfinite(value)
                assert value == float(f"{value:.12g}")
