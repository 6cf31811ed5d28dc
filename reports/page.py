"""The page of one week, internal edition: self-contained, forbidden by its own policy to load anything from outside."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from typing import Any

import jinja2
import markupsafe

from reports import baseline_table, curve_panels, first_screen, quality_panel
from reports.association_tables import analysis_sentence, association_table, effect_table
from reports.bundle import WeeklyBundle
from reports.cohort_tables import funnel_tables, outcome_table, sensitivity_table
from reports.episode_table import episode_table
from reports.headline import cards, no_patient_sentence
from reports.infection_table import infection_tables
from reports.plot_forest import forest_picture
from reports.plot_swimmer import legend_marks, swimmer_picture

__all__ = ["policy_hash", "render_page", "style", "template"]


def own_file(name: str) -> str:
    """A file of the templates folder."""
    return (files("reports") / "templates" / name).read_text(encoding="utf-8")


def template(name: str) -> jinja2.Template:
    """A template of this package; every value is escaped, an unknown name is an error."""
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(own_file),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def style() -> markupsafe.Markup:
    """The style sheet, ours and therefore safe to embed."""
    return markupsafe.Markup(own_file("page.css"))  # noqa: S704  our own file, no value of a user in it


def script() -> markupsafe.Markup:
    """The script that sorts tables and shows tooltips, ours and therefore safe to embed."""
    return markupsafe.Markup(own_file("page.js"))  # noqa: S704  our own file, no value of a user in it


def policy_hash(content: str) -> str:
    """What the page's policy calls an embedded style sheet or script: it runs as issued or not at all.

    >>> policy_hash("")
    'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='
    """
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode("utf-8")).digest()).decode("ascii")


def render_page(bundle: WeeklyBundle, *, link_template: str | None = None) -> str:
    """The internal edition as one HTML document. Same bundle, same bytes.

    link_template: a link into the EHR with `{patient_id}` or `{local_identifier}`, None where the site has none.
    """
    css, js = style(), script()
    return template("week.html").render(
        css=css,
        js=js,
        css_hash=policy_hash(css),
        js_hash=policy_hash(js),
        header=bundle.header,
        period=first_screen.period(bundle.header),
        known_at=first_screen.clock(bundle.header.as_of),
        **first_parts(bundle, link_template),
        **figure_parts(bundle),
        **person_parts(bundle, link_template),
    )


def first_parts(bundle: WeeklyBundle, link_template: str | None) -> dict[str, Any]:
    """The first screen."""
    return {
        "counts": bundle.week_counts,
        "week_line": first_screen.week_line(bundle.week_counts),
        "trust": first_screen.trust_lines(bundle),
        "no_news": first_screen.no_news(bundle),
        "news": first_screen.news_list(bundle, link_template),
        "cases": first_screen.case_list(bundle, link_template),
    }


def figure_parts(bundle: WeeklyBundle) -> dict[str, Any]:
    """Everything below the first screen that has no row per patient."""
    estimates, curves, analysis = bundle.estimates, bundle.curves, bundle.analysis
    return {
        "no_patient": no_patient_sentence(estimates),
        "cards": cards(estimates),
        "funnels": funnel_tables(bundle.funnel_patients, bundle.funnel_episodes),
        "infections": infection_tables(estimates),
        "incidence_panels": curve_panels.first_infection_panels(curves),
        "incidence": curve_panels.incidence_table(curves),
        "weeks_panel": curve_panels.weeks_panel(estimates),
        "weeks": curve_panels.weeks_table(estimates),
        "mean_panel": curve_panels.mean_panel(curves),
        "first_day": curve_panels.median_table(estimates),
        "outcomes": outcome_table(estimates),
        "associations": association_table(bundle.two_by_two, "associations-week", source="two_by_two"),
        "analysis": analysis and analysis_sentence(analysis, bundle.header.data_date),
        "analysis_cells": analysis and association_table(analysis.two_by_two, "analysis-cells", source="analysis"),
        "forest": analysis and forest_picture(analysis.effects),
        "effects": analysis and effect_table(analysis.effects),
        "sensitivity": sensitivity_table(estimates),
        "table_one": baseline_table.table_one(bundle.table_one),
        "benchmarks": baseline_table.benchmark_table(bundle.benchmarks),
        "quality": quality_panel.quality_tables(bundle),
        "notes": quality_panel.note_table(bundle.notes),
    }


def person_parts(bundle: WeeklyBundle, link_template: str | None) -> dict[str, Any]:
    """The parts below the first screen that have a row per patient."""
    return {
        "swimmer": swimmer_picture(bundle.swimmer),
        "swimmer_key": legend_marks(),
        "episodes": episode_table(bundle.episodes, link_template),
    }
