"""Nothing seen, nobody at risk, limits of levels; and what must hold for all numbers."""

import doctest
import importlib
import math
import pkgutil

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import metrics
from metrics import associations, firth, incidence, mean_counts, person_time, proportions, rate_ratios, rates, risks
from metrics.errors import CountsRejected, LevelRejected, ModelRejected, TimesRejected
from metrics.quantiles import quantile, quartiles
from metrics.rounding import significant, total

PROPORTIONS = [proportions.exact_proportion, proportions.wilson_proportion, proportions.mid_p_proportion]
RATES = [rates.exact_rate, rates.mid_p_rate]
RATIOS = [rate_ratios.exact_rate_ratio, rate_ratios.mid_p_rate_ratio, rate_ratios.wald_rate_ratio]
TABLES = [
    associations.conditional_odds_ratio, associations.mid_p_odds_ratio, associations.sample_odds_ratio,
    associations.haldane_odds_ratio,
]  # fmt: skip
FEW = settings(max_examples=40, deadline=None)
MODULES = sorted(module.name for module in pkgutil.iter_modules(metrics.__path__))


@pytest.mark.parametrize("name", MODULES)
def test_every_example_in_a_docstring_is_true(name):
    assert doctest.testmod(importlib.import_module(f"metrics.{name}")).failed == 0


@pytest.mark.parametrize("proportion", PROPORTIONS)
def test_a_proportion_of_nobody_is_undefined_not_zero(proportion):
    share = proportion(0, 0)
    assert (share.value, share.lower, share.upper) == (None, None, None)
    assert share.note


@pytest.mark.parametrize("proportion", PROPORTIONS)
def test_no_event_has_lower_limit_zero_and_an_upper_limit(proportion):
    share = proportion(0, 56)
    assert (share.value, share.lower) == (0.0, 0.0)
    assert 0.05 < share.upper < 0.07


@pytest.mark.parametrize("proportion", PROPORTIONS)
def test_all_with_event_has_upper_limit_one(proportion):
    share = proportion(56, 56)
    assert (share.value, share.upper) == (1.0, 1.0)
    assert 0.93 < share.lower < 0.95


@pytest.mark.parametrize("proportion", PROPORTIONS)
@pytest.mark.parametrize(("events", "total"), [(-1, 5), (6, 5), (0.5, 5)])
def test_impossible_counts_are_refused(proportion, events, total):
    with pytest.raises(CountsRejected):
        proportion(events, total)


@pytest.mark.parametrize("level", [0.0, 1.0, 95, -0.1])
def test_a_level_outside_zero_and_one_is_refused(level):
    calls = [
        lambda: proportions.exact_proportion(1, 2, level=level),
        lambda: proportions.exact_proportion(0, 0, level=level),
        lambda: rates.exact_rate(1, 2, level=level),
        lambda: rate_ratios.exact_rate_ratio(1, 2, 1, 2, level=level),
        lambda: associations.conditional_odds_ratio((1, 2, 3, 4), level=level),
        lambda: risks.risk_difference((1, 2, 3, 4), level=level),
        lambda: incidence.aalen_johansen([1], [1], read_at=[1], level=level),
        lambda: firth.firth_logistic([0, 1], pd.DataFrame({"x": [1, 2]}), level=level),
    ]
    for call in calls:
        with pytest.raises(LevelRejected):
            call()


@pytest.mark.parametrize("rate", RATES)
def test_a_rate_without_person_time_is_undefined(rate):
    density = rate(0, 0)
    assert (density.value, density.lower, density.upper) == (None, None, None)
    with pytest.raises(CountsRejected):
        rate(1, 0)


@pytest.mark.parametrize(("rate", "per_unit"), [(rates.exact_rate, 3.68887945411), (rates.mid_p_rate, 2.99573227355)])
def test_no_event_has_the_upper_limit_of_the_rule_of_three(rate, per_unit):
    assert rate(0, 1).upper == pytest.approx(per_unit, rel=1e-11)


def test_a_ratio_is_shown_only_from_one_expected_on():
    assert rates.standardised_ratio(3, 0.999).value is None
    assert rates.standardised_ratio(3, 1.0).value == 3.0


@pytest.mark.parametrize("ratio", RATIOS)
def test_a_rate_ratio_needs_person_time_on_both_sides(ratio):
    with pytest.raises(CountsRejected):
        ratio(1, 10, 0, 0)


@pytest.mark.parametrize("table", TABLES)
def test_an_empty_table_has_no_odds_ratio_but_does_not_fail(table):
    found = table((0, 0, 0, 0))
    assert found.estimate is None or found.estimate == 1.0  # Haldane adds a half to each cell
    with pytest.raises(CountsRejected):
        table((-1, 2, 3, 4))


def test_risks_of_an_empty_group_are_undefined():
    assert risks.risk_difference((0, 0, 3, 4)).value is None
    assert risks.risk_ratio((0, 0, 3, 4)).value is None
    assert risks.chi_squared((0, 0, 3, 4), corrected=True).p_value is None


def test_nobody_has_no_curve():
    curve = incidence.first_event_curve([], [], days=[0, 30])
    assert curve.points == ()
    assert incidence.value_on(curve, 30) is None


def test_before_the_first_event_the_limit_is_clopper_pearsons_of_those_known():
    # 3 of 5 are followed to day 30, one died before, one was lost on day 3 and says nothing about day 30.
    point = incidence.first_event_curve([90, 90, 90, 10, 3], [0, 0, 0, 2, 0], days=[30]).points[0]
    assert (point.value, point.lower, point.at_risk) == (0.0, 0.0, 3)
    assert point.upper == proportions.exact_proportion(0, 4).upper


def test_an_event_on_day_30_is_through_day_30_and_one_on_day_31_is_not():
    curve = incidence.first_event_curve([30, 31, 90, 90], [1, 1, 0, 0], days=[29, 30, 31])
    assert [point.value for point in curve.points] == [0.0, 0.25, 0.5]
    assert [point.at_risk for point in curve.points] == [4, 4, 3]


def test_everybody_infected_ends_at_one_without_limits():
    point = incidence.first_event_curve([1, 1], [1, 1], days=[5]).points[0]
    assert (point.value, point.lower, point.upper, point.at_risk) == (1.0, None, None, 0)


def test_columns_that_do_not_fit_are_refused():
    for times, causes in [([1, 2], [1]), ([0], [1]), ([math.nan], [1]), ([1], [-1])]:
        with pytest.raises(TimesRejected):
            incidence.aalen_johansen(times, causes, read_at=[1])


def test_spans_that_run_backwards_are_refused():
    spans = pd.DataFrame({"id": [1], "start": [5], "stop": [5], "event": [0], "died": [0]})
    with pytest.raises(TimesRejected):
        mean_counts.mean_cumulative_counts(spans, read_at=[3])
    with pytest.raises(TimesRejected):
        person_time.split_spans(spans, cuts=[3], labels=["a", "b"])


def test_no_span_has_no_mean_count():
    spans = pd.DataFrame({"id": [], "start": [], "stop": [], "event": [], "died": []})
    assert mean_counts.mean_cumulative_counts(spans, read_at=[3]) == ()


@pytest.mark.parametrize(
    ("outcome", "design"),
    [([0, 2], {"x": [1.0, 2.0]}), ([0, 1], {"x": [1.0, 1.0]}), ([0, 1], {"x": [1.0, math.nan]}), ([0], {"x": [1, 2]})],
)
def test_a_model_that_cannot_be_fitted_is_refused(outcome, design):
    with pytest.raises(ModelRejected):
        firth.firth_logistic(outcome, pd.DataFrame(design))


def test_firth_of_one_binary_factor_is_the_table_with_a_half_in_each_cell():
    cells = (12, 17, 4, 23)
    outcome = [1] * 12 + [0] * 17 + [1] * 4 + [0] * 23
    design = pd.DataFrame({"exposed": [1] * 29 + [0] * 27})
    fit = firth.firth_logistic(outcome, design)
    assert math.exp(fit.terms[1].coefficient) == pytest.approx(
        associations.haldane_odds_ratio(cells).estimate, rel=1e-9
    )


def test_what_leaves_is_finite_with_twelve_digits():
    assert significant(2 / 3) == 0.666666666667
    assert [significant(value) for value in (None, math.nan, math.inf, -math.inf)] == [None] * 4
    assert math.copysign(1.0, significant(-0.0)) == 1.0


@FEW
@given(st.integers(0, 200), st.integers(0, 200))
def test_the_interval_holds_the_proportion_and_nests_by_level(events, others):
    size = events + others
    for proportion in PROPORTIONS:
        narrow, wide = proportion(events, size, level=0.8), proportion(events, size, level=0.99)
        if size:
            assert 0.0 <= wide.lower <= narrow.lower <= narrow.value <= narrow.upper <= wide.upper <= 1.0


@FEW
@given(st.integers(0, 500), st.floats(0.5, 1e6))
def test_mid_p_limits_of_a_rate_lie_inside_the_exact_ones(events, time):
    exact, mid_p = rates.exact_rate(events, time), rates.mid_p_rate(events, time)
    assert exact.lower <= mid_p.lower <= mid_p.value <= mid_p.upper <= exact.upper


@FEW
@given(st.integers(0, 40), st.integers(0, 40), st.floats(1, 1e4), st.floats(1, 1e4))
def test_swapping_the_groups_inverts_the_rate_ratio(events_1, events_2, time_1, time_2):
    there = rate_ratios.exact_rate_ratio(events_1, time_1, events_2, time_2)
    back = rate_ratios.exact_rate_ratio(events_2, time_2, events_1, time_1)
    assert there.p_value == pytest.approx(back.p_value)
    if there.lower:
        assert there.lower == pytest.approx(1 / back.upper)
    else:
        assert back.upper == math.inf


@FEW
@given(st.tuples(*[st.integers(0, 25)] * 4))
def test_swapping_exposed_and_unexposed_inverts_the_odds_ratio(cells):
    there = associations.mid_p_odds_ratio(cells)
    back = associations.mid_p_odds_ratio((cells[2], cells[3], cells[0], cells[1]))
    exact = associations.conditional_odds_ratio(cells)
    assert there.p_value == pytest.approx(back.p_value)
    assert exact.lower <= there.lower * (1 + 1e-6)
    assert there.upper <= exact.upper * (1 + 1e-6)
    if there.lower:
        assert there.lower == pytest.approx(1 / back.upper, rel=1e-6)


@FEW
@given(st.lists(st.tuples(st.integers(0, 90), st.sampled_from([0, 1, 2])), min_size=1, max_size=40))
def test_incidences_of_both_causes_rise_and_add_up_to_no_more_than_one(persons):
    days = [day for day, _ in persons]
    causes = [cause for _, cause in persons]
    curves = [incidence.first_event_curve(days, causes, days=range(91), cause=cause) for cause in (1, 2)]
    for infection, death in zip(curves[0].points, curves[1].points, strict=True):
        assert infection.value + death.value <= 1.0 + 1e-12
        if infection.lower is not None:
            assert infection.lower <= infection.value <= infection.upper
    values = [point.value for point in curves[0].points]
    assert values == sorted(values)


@FEW
@given(st.lists(st.tuples(st.integers(0, 30), st.sampled_from([0, 1, 2])), min_size=2, max_size=40))
def test_our_variance_is_that_of_statsmodels_wherever_it_has_one(persons):
    import numpy as np
    from statsmodels.duration.survfunc import CumIncidenceRight

    times, causes = [day + 1 for day, _ in persons], [cause for _, cause in persons]
    if 1 not in causes:
        return
    with np.errstate(all="ignore"):
        fitted = CumIncidenceRight(np.asarray(times, dtype=float), np.asarray(causes))
    for time, error in zip(fitted.times, fitted.cinc_se[0], strict=True):
        if math.isfinite(error):
            own = incidence.greenwood_variance(times, causes, cause=1, time=float(time))
            assert math.sqrt(own) == pytest.approx(float(error), abs=1e-7)


@FEW
@given(st.lists(st.integers(0, 90), min_size=1, max_size=30), st.floats(0, 1))
def test_quantiles_are_those_of_numpy(values, share):
    import numpy as np

    assert quantile(values, share) == pytest.approx(float(np.quantile(values, share)))


def test_nobody_has_no_median():
    assert quartiles([]).median is None
    with pytest.raises(CountsRejected):
        quantile([1], 1.5)


@FEW
@given(st.lists(st.floats(-1e6, 1e6), max_size=30), st.randoms(use_true_random=False))
def test_a_sum_does_not_depend_on_the_order_of_its_terms(terms, shuffler):
    shuffled = list(terms)
    shuffler.shuffle(shuffled)
    assert total(terms) == total(shuffled)


@FEW
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 60)), min_size=1, max_size=20))
def test_splitting_person_time_loses_no_day(spans):
    frame = pd.DataFrame(
        [(number, start, start + length, 1) for number, (start, length) in enumerate(spans)],
        columns=["id", "start", "stop", "event"],
    )
    pieces = person_time.split_spans(frame, cuts=[31, 62], labels=["a", "b", "c"])
    assert (pieces["stop"] - pieces["start"]).sum() == (frame["stop"] - frame["start"]).sum()
    assert pieces["event"].sum() == len(frame)
