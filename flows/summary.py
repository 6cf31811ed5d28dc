"""The summary a run ends with, in text: the seed study's figures out of `published`, formatted, nothing computed."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ehr.rehearsal import Rehearsal

__all__ = ["effect_lines", "figure", "rehearsal_lines", "stage_lines", "summary_lines"]

PRIMARY_EXPOSURES = ("bridging_other_than_fc", "crs_grade_3_exposure")


def figure(estimates: pd.DataFrame, measure: str, stratum: str, window: str | None = None) -> dict[str, object]:
    """The one estimate of a measure over all infection classes; an empty mapping when it was not computed."""
    rows = estimates[(estimates["measure"] == measure) & (estimates["stratum"] == stratum)]
    rows = rows[(rows["infection_class"] == "all") | rows["infection_class"].isna()]
    if window is not None:
        rows = rows[rows["window_name"] == window]
    return {} if rows.empty else {str(key): value for key, value in rows.iloc[0].to_dict().items()}


def whole(row: Mapping[str, object], key: str = "numerator") -> str:
    """A count of a figure, or a dash."""
    value = row.get(key)
    return "–" if value is None or pd.isna(value) else str(int(float(str(value))))


def proportion(row: Mapping[str, object]) -> str:
    """`16/56 = 28.6 % (95 % CI 17.3-42.2, Clopper-Pearson)`."""
    if not row or pd.isna(row["value"]):
        return f"{whole(row)}/{whole(row, 'denominator')}"
    value, lower, upper = (100 * float(row[key]) for key in ("value", "lower", "upper"))  # type: ignore[arg-type]
    return (
        f"{whole(row)}/{whole(row, 'denominator')} = {value:.1f} % (95 % CI {lower:.1f}-{upper:.1f}, {row['method']})"
    )


def association(row: Mapping[str, object]) -> str:
    """Odds ratio with limits and the four cells."""
    cells = (
        f"exposed {row['exposed_events']} with, {row['exposed_without']} without; "
        f"unexposed {row['unexposed_events']} with, {row['unexposed_without']} without"
    )
    if pd.isna(row["estimate"]):
        return f"{row['exposure']} / {row['outcome']}: odds ratio not defined; {cells}"
    upper = "inf" if pd.isna(row["upper"]) else f"{float(row['upper']):.2f}"  # type: ignore[arg-type]
    lower = "0" if pd.isna(row["lower"]) else f"{float(row['lower']):.2f}"  # type: ignore[arg-type]
    return (
        f"{row['exposure']} / {row['outcome']}: odds ratio {float(row['estimate']):.2f} "  # type: ignore[arg-type]
        f"(95 % CI {lower}-{upper}, conditional exact); {cells}"
    )


def summary_lines(estimates: pd.DataFrame, two_by_two: pd.DataFrame) -> list[str]:
    """The seed study's figures, one a line."""
    infused = {key: whole(figure(estimates, "patients_infused", key)) for key in ("all", "yes", "no", "unknown")}
    events = figure(estimates, "infection_events", "no", "early")
    deaths = figure(estimates, "infection_death_proportion", "no", "early")
    lines = [
        f"{infused['all']} infused; {infused['yes']} with, {infused['no']} without pre-existing infection, "
        f"{infused['unknown']} unknown",
        f"infected on day 0-30, without pre-existing infection: "
        f"{proportion(figure(estimates, 'infected_proportion', 'no', 'early'))}, {whole(events)} infections",
        f"died of infection, same stratum: {proportion(deaths)}",
        f"progressed, with pre-existing infection: {proportion(figure(estimates, 'progression_proportion', 'yes'))}",
    ]
    tables = sorted(two_by_two.to_dict("records"), key=lambda row: row["exposure"] not in PRIMARY_EXPOSURES)
    return lines + [association(row) for row in tables]


def effect_lines(effects: pd.DataFrame) -> list[str]:
    """The effects of a dated analysis, one a line, with their p values; what could not be fitted says why."""
    return [effect(row) for row in effects.sort_values("place").to_dict("records")]


def effect(row: Mapping[str, object]) -> str:
    """`bridging_other_than_fc / infected_early (no): odds ratio 3.52 (0.91-14.87), 16 events of 54, p 0.067 ...`."""
    adjusted = f", adjusted for {row['adjusted_for']}" if row["adjusted_for"] else ""
    name = f"{row['exposure']} / {row['outcome']} ({row['stratum']}{adjusted}): {row['kind']}"
    counts = f"{row['events']} events of {row['patients']}"
    if pd.isna(row["estimate"]) and pd.isna(row["lower"]):
        return f"{name} not given, {counts}; {row['note']}"
    upper = "inf" if pd.isna(row["upper"]) else f"{float(row['upper']):.2f}"  # type: ignore[arg-type]
    lower = "0" if pd.isna(row["lower"]) else f"{float(row['lower']):.2f}"  # type: ignore[arg-type]
    p_value = "" if pd.isna(row["p_value"]) else f", p {float(row['p_value']):.2g}"  # type: ignore[arg-type]
    if not pd.isna(row["p_adjusted"]):
        p_value += f" ({row['p_adjustment']}: {float(row['p_adjusted']):.2g})"  # type: ignore[arg-type]
    # A ratio that is not there although its lower limit is has no bound above: nobody of one group is on one side.
    value = "inf" if pd.isna(row["estimate"]) else f"{float(row['estimate']):.2f}"  # type: ignore[arg-type]
    return f"{name} {value} ({lower}-{upper}), {counts}{p_value}; {row['method']}"


def stage_lines(seconds: Mapping[str, float]) -> list[str]:
    """Time of each stage in seconds, in the order they ran."""
    return [f"{name:<12} {value:7.1f} s" for name, value in seconds.items()]


def rehearsal_lines(found: Rehearsal) -> list[str]:
    """A rehearsed pull as text: one line a type, and what it comes to."""
    whom = "everyone" if found.patients is None else f"{found.patients} patients, {found.new_patients} of them new"
    lines = [f"{found.source} of {whom}; nothing was fetched", ""]
    for row in found.types:
        count = "not counted by the server" if row.resources is None else f"{row.resources:,} resources"
        since = f" since {row.since}" if row.since else ""
        lines.append(f"{row.resource_type:<26} {count}, about {row.requests:,} requests{since}")
    total = "" if found.resources is None else f"{found.resources:,} resources, "
    return [*lines, "", f"in all {total}about {found.requests:,} requests"]
