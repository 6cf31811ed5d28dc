"""Static pictures of the page, drawn once as SVG so that they stand without JavaScript and in print."""

from __future__ import annotations

import pandas as pd

__all__ = ["cumulative_incidence_svg"]

STRATUM_NAMES = {
    "no": "without pre-existing infection",
    "yes": "with pre-existing infection",
    "unknown": "unknown",
    "all": "all",
}
STRATUM_COLOURS = {"no": "#1b6ca8", "yes": "#b5452c", "unknown": "#7a7a7a", "all": "#2f2f2f"}


def cumulative_incidence_svg(curve: pd.DataFrame) -> str | None:
    """Step curves of the cumulative incidence of first infection by stratum with 95 % bands, as one SVG element.

    `curve` holds the published.curves columns of one measure and one infection class. None when there is no point.
    """
    if curve.empty:
        return None
    import altair as alt
    import vl_convert

    frame = curve[curve["stratum"].isin(["no", "yes"])].copy()
    frame = frame.sort_values(["stratum", "day"], kind="stable")
    for column in ("value", "lower", "upper"):
        frame[column] = 100 * frame[column].astype(float)
    frame["group"] = [STRATUM_NAMES[stratum] for stratum in frame["stratum"]]
    scale = alt.Scale(
        domain=[STRATUM_NAMES[key] for key in ("no", "yes")], range=[STRATUM_COLOURS[key] for key in ("no", "yes")]
    )
    x = alt.X("day:Q", title="day after first infusion", scale=alt.Scale(domain=[0, 90]), axis=alt.Axis(tickCount=10))
    colour = alt.Color("group:N", title=None, scale=scale, legend=alt.Legend(orient="top"))
    band = (
        alt.Chart(frame)
        .mark_area(opacity=0.15, interpolate="step-after")
        .encode(x=x, y=alt.Y("lower:Q", title="% with a first infection"), y2="upper:Q", color=colour)
    )
    line = (
        alt.Chart(frame)
        .mark_line(interpolate="step-after", strokeWidth=2)
        .encode(x=x, y=alt.Y("value:Q", title="% with a first infection"), color=colour)
    )
    chart = (band + line).properties(width=640, height=280, background="transparent")
    return str(vl_convert.vegalite_to_svg(chart.to_json(), allowed_base_urls=[]))
