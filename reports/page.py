"""The page of one week, internal edition: self-contained, forbidden by its own policy to load anything from outside."""

from __future__ import annotations

from importlib.resources import files
from typing import Any, Literal

import jinja2
import markupsafe
import pandas as pd

from reports.bundle import WeeklyBundle
from reports.figures_text import count
from reports.plots import cumulative_incidence_svg
from reports.rows import (
    association_rows,
    cards,
    episode_rows,
    incidence_rows,
    infection_blocks,
    proportion_rows,
    text,
)
from reports.words import EPISODE_STEPS

__all__ = ["Edition", "render_page", "style", "template"]

Edition = Literal["internal", "shareable"]


def template(name: str) -> jinja2.Template:
    """A template of this package; every value is escaped, an unknown name is an error."""
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    return environment.from_string((files("reports") / "templates" / name).read_text(encoding="utf-8"))


def style() -> markupsafe.Markup:
    """The style sheet, ours and therefore safe to embed."""
    sheet = (files("reports") / "templates" / "page.css").read_text(encoding="utf-8")
    return markupsafe.Markup(sheet)  # noqa: S704  our own file, no value of a user in it


def completeness_sentence(bundle: WeeklyBundle) -> str:
    """How whole the pull was, in one sentence."""
    header = bundle.header
    if header.outcome == "complete":
        return "Complete: every patient and resource type that was asked for arrived."
    return "Incomplete: " + "; ".join(header.missing) + ". The figures below are a lower bound of what was recorded."


def no_patient_sentence(estimates: pd.DataFrame) -> str:
    """Said plainly when nobody fits the protocol; empty otherwise."""
    infused = estimates[(estimates["measure"] == "patients_infused") & (estimates["stratum"] == "all")]
    if not infused.empty and int(infused.iloc[0]["numerator"] or 0) > 0:
        return ""
    return "No patient of this cohort was found in the data: nobody has a CAR T-cell infusion that fits the protocol."


def quality_tables(bundle: WeeklyBundle) -> list[dict[str, Any]]:
    """Checks that failed, the pull, rejects, findings and unmapped codes: counts only."""
    failed = bundle.checks[~bundle.checks["passed"].astype(bool)]
    wanted = ["relation", "check_name", "severity", "element_count", "unexpected_count", "protects", "reason"]
    return [
        quality_table("Checks that failed", failed[wanted], f"All {len(bundle.checks)} checks passed."),
        quality_table("The pull, units by type and state", bundle.ledger, "No unit of work was recorded."),
        quality_table("Rejected lines", bundle.rejects, "No line was rejected."),
        quality_table("Accepted with findings", bundle.findings, "No finding."),
        quality_table("Codes that no value set holds", bundle.unmapped, "Every code is held by a value set."),
    ]


def quality_table(title: str, frame: pd.DataFrame, nothing: str) -> dict[str, Any]:
    """One table of the quality part, or the sentence for when it is empty."""
    rows = [[text(value) for value in row] for row in frame.itertuples(index=False)]
    return {
        "title": title,
        "columns": [str(name).replace("_", " ") for name in frame.columns],
        "rows": rows,
        "nothing": nothing,
    }


def render_page(bundle: WeeklyBundle, *, edition: Edition = "internal", link_template: str | None = None) -> str:
    """One edition as one HTML document. Same bundle, same bytes.

    The shareable edition leaves out every part with a row per patient and expects a bundle that was masked before:
    what is undefined in a row with status `masked` prints as hidden.
    """
    curves = bundle.curves
    shown = curves[(curves["measure"] == "cumulative_incidence") & (curves["infection_class"] == "all")]
    infected = bundle.estimates[bundle.estimates["measure"] == "infected_patients"]
    return template("week.html").render(
        css=style(),
        edition=edition,
        header=bundle.header,
        completeness=completeness_sentence(bundle),
        no_patient=no_patient_sentence(bundle.estimates),
        cards=cards(bundle),
        funnel_patients=[
            {"step": row.step, "reason": text(row.reason).replace("_", " "), "patients": count(row.patients)}
            for row in bundle.funnel_patients.itertuples()
        ],
        funnel_episodes=[
            {
                "step": EPISODE_STEPS[int(row.step_number)],
                "reason": text(row.reason).replace("_", " "),
                "rows_count": count(row.rows_count),
            }
            for row in bundle.funnel_episodes.itertuples()
        ],
        infection_blocks=infection_blocks(bundle.estimates, infected),
        incidence_svg=cumulative_incidence_svg(shown),
        incidence_rows=incidence_rows(curves),
        proportion_rows=proportion_rows(bundle.estimates),
        association_rows=association_rows(bundle.two_by_two),
        episode_rows=episode_rows(bundle.episodes, link_template),
        quality_tables=quality_tables(bundle),
        notes=bundle.notes,
    )
