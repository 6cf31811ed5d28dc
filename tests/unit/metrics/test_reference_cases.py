"""Every number here was made with R 4.2.2; package, function and call stand in each case's ``made_by``.

The cases are read where they lie and never copied: some of their inputs are not ours.
"""

import json
import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from metrics import (
    associations,
    cox,
    firth,
    firth_cox,
    incidence,
    mean_count_rows,
    mean_counts,
    person_time,
    proportions,
    rate_ratios,
    rates,
    risks,
)

CASES = Path(os.environ.get("NADIR_STATISTICS_CASES", "/work/shared/statistics_cases"))


@dataclass(frozen=True)
class Case:
    name: str
    answer: dict[str, Any]
    data: pd.DataFrame

    @property
    def expected(self) -> Any:
        return self.answer["expected"]

    @property
    def settings(self) -> dict[str, Any]:
        return self.answer["settings"]

    def check(self, what: str, got: float | None, wanted: float | str | None) -> None:
        """Undefined equals undefined, infinite equals infinite, the rest lies within the case's tolerance."""
        if wanted is None:
            assert got is None, f"{self.name} {what}: got {got}, R has no value"
            return
        assert got is not None, f"{self.name} {what}: undefined, R has {wanted}"
        target = float(wanted)
        if math.isinf(target):
            assert got == target, f"{self.name} {what}: got {got}, R has {wanted}"
            return
        allowed = self.answer["tolerance"]["abs"] + self.answer["tolerance"]["rel"] * abs(target)
        assert abs(got - target) <= allowed, f"{self.name} {what}: got {got!r}, R has {wanted!r}"


def cases_of(kind: str) -> list[Any]:
    """Parameters for every case of a kind, or one skipped parameter where the folder is absent."""
    if not CASES.is_dir():
        reason = f"reference cases not found at {CASES}; set NADIR_STATISTICS_CASES"
        return [pytest.param(None, id=kind, marks=pytest.mark.skip(reason=reason))]
    found = []
    for path in sorted(CASES.glob("*.expected.json")):
        answer = json.loads(path.read_text())
        if answer["kind"] == kind:
            data = pd.read_csv(path.with_name(f"{answer['case']}.input.csv"))
            found.append(pytest.param(Case(answer["case"], answer, data), id=answer["case"]))
    return found


HOW_MANY = {
    "binomial_ci": 2, "poisson_rate_ci": 2, "rate_ratio": 2, "sir": 2, "two_by_two": 2, "aalen_johansen": 6,
    "firth_logistic": 5, "person_time_split": 3, "mean_cumulative_count": 2,
    "cox": 3, "cox_time_varying": 3, "firth_cox": 2,
}  # fmt: skip


@pytest.mark.parametrize(("kind", "number"), HOW_MANY.items())
def test_no_case_of_a_kind_goes_missing(kind: str, number: int) -> None:
    found = cases_of(kind)
    if found[0].values[0] is None:
        pytest.skip("reference cases not found")
    assert len(found) == number


@pytest.mark.parametrize("case", cases_of("binomial_ci"))
def test_proportions_agree_with_r(case: Case) -> None:
    for row in case.expected:
        kinds = {
            "cp": proportions.exact_proportion,
            "wilson": proportions.wilson_proportion,
            "midp": proportions.mid_p_proportion,
        }
        for key, proportion in kinds.items():
            got = proportion(row["x"], row["n"], level=row["conf_level"])
            case.check(f"row {row['row']} estimate", got.value, row["estimate"])
            case.check(f"row {row['row']} {key}_lower", got.lower, row[f"{key}_lower"])
            case.check(f"row {row['row']} {key}_upper", got.upper, row[f"{key}_upper"])


@pytest.mark.parametrize("case", cases_of("poisson_rate_ci"))
def test_rates_agree_with_r(case: Case) -> None:
    for row in case.expected:
        kinds = {"exact": rates.exact_rate, "midp": rates.mid_p_rate, "byar": rates.byar_rate}
        for key, rate in kinds.items():
            got = rate(row["events"], row["person_time"], level=row["conf_level"])
            case.check(f"row {row['row']} rate", got.value, row["rate"])
            case.check(f"row {row['row']} {key}_lower", got.lower, row[f"{key}_lower"])
            case.check(f"row {row['row']} {key}_upper", got.upper, row[f"{key}_upper"])


@pytest.mark.parametrize("case", cases_of("sir"))
def test_standardised_ratios_agree_with_r(case: Case) -> None:
    for row in case.expected:
        observed, expected = row["observed"], row["predicted"]
        limits = rates.mid_p_count_limits(observed, case.settings["conf_level"])
        exact = rates.exact_count_limits(observed, case.settings["conf_level"])
        where = f"row {row['row']}"
        case.check(f"{where} midp_lower", limits.lower / expected, row["midp_lower"])
        case.check(f"{where} midp_upper", limits.upper / expected, row["midp_upper"])
        case.check(f"{where} exact_lower", exact.lower / expected, row["exact_lower"])
        case.check(f"{where} exact_upper", exact.upper / expected, row["exact_upper"])
        case.check(f"{where} p_midp", rates.standardised_ratio_p(observed, expected), row["p_midp"])
        shown = rates.standardised_ratio(observed, expected)
        assert (shown.value is not None) == row["nhsn_shows_sir"]
        if shown.value is not None:
            case.check(f"{where} sir", shown.value, row["sir"])


@pytest.mark.parametrize("case", cases_of("rate_ratio"))
def test_rate_ratios_agree_with_r(case: Case) -> None:
    for row in case.expected:
        groups = (row["x1"], row["t1"], row["x2"], row["t2"])
        level, where = row["conf_level"], f"row {row['row']}"
        exact = rate_ratios.exact_rate_ratio(*groups, level=level)
        mid_p = rate_ratios.mid_p_rate_ratio(*groups, level=level)
        wald = rate_ratios.wald_rate_ratio(*groups, level=level)
        case.check(f"{where} rr", exact.value, row["rr"])
        for key, got in {"exact": exact, "midp": mid_p, "wald": wald}.items():
            case.check(f"{where} {key}_lower", got.lower, row[f"{key}_lower"])
            case.check(f"{where} {key}_upper", got.upper, row[f"{key}_upper"])
        case.check(f"{where} p_exact_central", exact.p_value, row["p_exact_central"])
        case.check(f"{where} p_exact_minlike", rate_ratios.least_likely_p(*groups), row["p_exact_minlike"])
        case.check(f"{where} p_midp", mid_p.p_value, row["p_midp"])
        case.check(f"{where} p_wald", wald.p_value, row["p_wald"])
        difference = rate_ratios.rate_difference(*groups, level=level)
        case.check(f"{where} difference", difference.value, row["rate_difference"])
        case.check(f"{where} difference lower", difference.lower, row["rd_wald_lower"])
        case.check(f"{where} difference upper", difference.upper, row["rd_wald_upper"])
        case.check(f"{where} median", rate_ratios.median_unbiased_ratio(*groups), row["rr_median_unbiased"])


@pytest.mark.parametrize("case", cases_of("two_by_two"))
def test_odds_ratios_agree_with_r(case: Case) -> None:
    for row in case.expected:
        cells, where = (row["a"], row["b"], row["c"], row["d"]), f"row {row['row']}"
        found = {
            ("or_conditional_mle", "or_fisher"): associations.conditional_odds_ratio(cells),
            ("or_median_unbiased", "or_midp"): associations.mid_p_odds_ratio(cells),
            ("or_sample", "or_woolf"): associations.sample_odds_ratio(cells),
            ("or_haldane", "or_haldane"): associations.haldane_odds_ratio(cells),
        }
        for (estimate, limits), got in found.items():
            case.check(f"{where} {estimate}", got.estimate, row[estimate])
            case.check(f"{where} {limits}_lower", got.lower, row[f"{limits}_lower"])
            case.check(f"{where} {limits}_upper", got.upper, row[f"{limits}_upper"])
        case.check(f"{where} p", found["or_conditional_mle", "or_fisher"].p_value, row["p_fisher_minlike"])
        case.check(f"{where} p mid-P", found["or_median_unbiased", "or_midp"].p_value, row["p_midp"])
        case.check(f"{where} p central", associations.fisher_central_p(cells), row["p_fisher_central"])
        case.check(f"{where} p less", associations.fisher_p(cells, "less"), row["p_fisher_less"])
        case.check(f"{where} p greater", associations.fisher_p(cells, "greater"), row["p_fisher_greater"])


@pytest.mark.parametrize("case", cases_of("two_by_two"))
def test_risks_agree_with_r(case: Case) -> None:
    for row in case.expected:
        cells, where = (row["a"], row["b"], row["c"], row["d"]), f"row {row['row']}"
        difference, ratio = risks.risk_difference(cells), risks.risk_ratio(cells)
        plain, corrected = risks.chi_squared(cells, corrected=False), risks.chi_squared(cells, corrected=True)
        case.check(f"{where} difference", difference.value, row["risk_difference"])
        case.check(f"{where} difference lower", difference.lower, row["rd_newcombe_lower"])
        case.check(f"{where} difference upper", difference.upper, row["rd_newcombe_upper"])
        case.check(f"{where} ratio", ratio.value, row["rr"])
        case.check(f"{where} ratio lower", ratio.lower, row["rr_wald_lower"])
        case.check(f"{where} ratio upper", ratio.upper, row["rr_wald_upper"])
        case.check(f"{where} chi2", plain.statistic, row["chi2"])
        case.check(f"{where} p chi2", plain.p_value, row["p_chi2"])
        case.check(f"{where} chi2 yates", corrected.statistic, row["chi2_yates"])
        case.check(f"{where} p chi2 yates", corrected.p_value, row["p_chi2_yates"])


@pytest.mark.parametrize("case", cases_of("aalen_johansen"))
def test_cumulative_incidence_agrees_with_r(case: Case) -> None:
    groups = case.expected.get("cif_by_group") or {"all": case.expected["cif"]}
    for group, rows in groups.items():
        data = case.data
        if group != "all":
            column, value = group.split("=")
            data = data[data[column].astype(str) == value]
        for row in rows:
            times, causes = data["time"].tolist(), data["status"].tolist()
            got = incidence.aalen_johansen(times, causes, cause=row["cause"], read_at=[row["time"]])[0]
            where = f"{group} cause {row['cause']} time {row['time']}"
            assert got.at_risk == row["n_risk"], where
            case.check(f"{where} cif", got.value, row["cif"])
            case.check(f"{where} se", got.standard_error, row["se"])
            case.check(f"{where} lower", got.lower, row["loglog_lower"])
            case.check(f"{where} upper", got.upper, row["loglog_upper"])


@pytest.mark.parametrize("case", cases_of("firth_logistic"))
def test_firth_logistic_agrees_with_r(case: Case) -> None:
    outcome, _, names = case.settings["formula"].partition(" ~ ")
    design = case.data[names.split(" + ")]
    fit = firth.firth_logistic(case.data[outcome].tolist(), design, level=case.settings["conf_level"])
    assert fit.patients == case.expected["n"]
    case.check("likelihood", fit.log_likelihood, case.expected["penalised_loglik"])
    case.check("null likelihood", fit.null_log_likelihood, case.expected["penalised_loglik_null"])
    for term, row in zip(fit.terms, case.expected["coefficients"], strict=True):
        assert term.name == row["term"]
        case.check(f"{term.name} coef", term.coefficient, row["coef"])
        case.check(f"{term.name} se", term.standard_error, row["se"])
        case.check(f"{term.name} lower", term.lower, row["profile_lower"])
        case.check(f"{term.name} upper", term.upper, row["profile_upper"])
        case.check(f"{term.name} p", term.p_value, row["p_penalised_lr"])


@pytest.mark.parametrize("case", cases_of("person_time_split"))
def test_person_time_agrees_with_r(case: Case) -> None:
    cuts, labels = case.settings["cut"], case.settings["labels"]
    groups = [column for column in case.data.columns if column not in ("id", "start", "stop", "event")]
    for row in case.expected["by_window"]:
        data = case.data if row["group"] == "all" else case.data[case.data[groups[0]] == row["group"]]
        pieces = person_time.split_spans(data, cuts=cuts, labels=labels)
        got = {rate.window: rate for rate in person_time.window_rates(pieces, labels=labels)}[row["window"]]
        where = f"{row['group']} {row['window']}"
        assert (got.events, got.persons) == (row["events"], row["patients_at_risk"]), where
        case.check(f"{where} person-days", got.person_time, row["person_days"])
        case.check(f"{where} rate", got.rate.value, row["rate_per_1000"])
        case.check(f"{where} lower", got.rate.lower, row["lower"])
        case.check(f"{where} upper", got.rate.upper, row["upper"])
    if "rows" in case.expected:
        pieces = person_time.split_spans(case.data, cuts=cuts, labels=labels)
        wanted = pd.DataFrame(case.expected["rows"])[person_time.COLUMNS]
        assert wanted.values.tolist() == pieces.values.tolist()


@pytest.mark.parametrize("case", cases_of("mean_cumulative_count"))
def test_mean_cumulative_counts_agree_with_r(case: Case) -> None:
    found = mean_counts.mean_cumulative_counts(case.data, read_at=case.settings["times"])
    for got, row in zip(found, case.expected["mcf"], strict=True):
        where = f"time {row['time']}"
        assert got.at_risk == row["n_risk"], where
        case.check(f"{where} death censored", got.death_censored, row["mcf_death_censored"])
        case.check(f"{where} se", got.standard_error, row["se_robust"])
        case.check(f"{where} Ghosh-Lin", got.ghosh_lin, row["mcf_ghosh_lin"])


@pytest.mark.parametrize("case", cases_of("mean_cumulative_count"))
def test_the_published_mean_count_agrees_with_r(case: Case) -> None:
    """The weekly figure counts whole days of people who are all seen from day 0 on; other cases say nothing of it."""
    ends = case.data.groupby("id")["stop"].max()
    if (case.data["start"] < 0).any() or (case.data["stop"] % 1 != 0).any():
        pytest.skip("no whole days from day 0 on")
    rows = [
        (key, int(ends[key]) - 1, bool(group["died"].any()), int(stop) - 1 if event else None, int(event))
        for key, group in case.data.groupby("id")
        for stop, event in zip(group["stop"], group["event"], strict=True)
    ]
    persons = pd.DataFrame(rows, columns=["person_key", "last_day", "has_died", "onset_day", "events"])
    curve = mean_count_rows.mean_count_curve(persons, last_day=int(ends.max()) - 1)
    for row in case.expected["mcf"]:
        case.check(f"time {row['time']} Ghosh-Lin", curve.values[int(row["time"]) - 1], row["mcf_ghosh_lin"])


def spans_of(case: Case) -> tuple[pd.DataFrame, list[str]]:
    """Rows and terms of a survival formula: Surv(start, stop, event) or Surv(time, status) ~ terms."""
    outcome, _, right = case.settings["formula"].partition(" ~ ")
    names = outcome.removeprefix("Surv(").removesuffix(")").split(", ")
    terms = right.split(" + ")
    times = [pd.Series(0, index=case.data.index), *(case.data[name] for name in names)][-3:]
    spans = pd.DataFrame(dict(zip(("start", "stop", "event"), times, strict=True)))
    return spans.join(case.data[terms]), terms


@pytest.mark.parametrize("case", [*cases_of("cox"), *cases_of("cox_time_varying")])
def test_cox_regression_agrees_with_r(case: Case) -> None:
    found = cox.cox_regression(*spans_of(case))
    for got, row in zip(found, case.expected["efron"]["coefficients"], strict=True):
        assert got.name == row["term"]
        case.check(f"{got.name} coefficient", got.coefficient, row["coef"])
        case.check(f"{got.name} se", got.standard_error, row["se"])
        case.check(f"{got.name} p", got.p_value, row["p_wald"])
        if "lower" in row:
            case.check(f"{got.name} lower", got.lower, row["lower"])
            case.check(f"{got.name} upper", got.upper, row["upper"])


@pytest.mark.parametrize("case", cases_of("firth_cox"))
def test_firth_cox_agrees_with_r(case: Case) -> None:
    found = firth_cox.firth_cox(*spans_of(case), level=case.settings["conf_level"])
    for got, row in zip(found, case.expected["coefficients"], strict=True):
        assert got.name == row["term"]
        case.check(f"{got.name} coefficient", got.coefficient, row["coef"])
        case.check(f"{got.name} se", got.standard_error, row["se"])
        case.check(f"{got.name} lower", got.lower, row["profile_lower"])
        case.check(f"{got.name} upper", got.upper, row["profile_upper"])
        case.check(f"{got.name} p", got.p_value, row["p_penalised_lr"])
