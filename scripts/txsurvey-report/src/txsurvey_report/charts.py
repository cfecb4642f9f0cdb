"""Pictures of figures, by Altair: one function a kind of picture. Colour never tells anything alone."""

from collections.abc import Callable
from typing import Any

import altair as alt

from txsurvey_report.figure import Figure

WIDTH = 640


def _source(figure: Figure) -> alt.Data:
    return alt.InlineData(values=figure.rows)


def shares(figure: Figure, group: str, series: str | None = None) -> alt.Chart:
    """A dot for each share, on the whisker of its interval."""
    y = alt.Y(f"{group}:N", sort=None, title=None)
    tooltips = [alt.Tooltip(f"{c.name}:{'N' if c.unit == 'text' else 'Q'}", title=c.label) for c in figure.columns]
    base = alt.Chart(_source(figure)).encode(y=y, tooltip=tooltips)
    if series:
        base = base.encode(
            yOffset=alt.YOffset(f"{series}:N", sort=None),
            color=alt.Color(f"{series}:N", sort=None, title=None),
            shape=alt.Shape(f"{series}:N", sort=None, title=None),
        )
    scale = alt.Scale(domain=[0, 1])
    dots = base.mark_point(filled=True, size=70).encode(
        x=alt.X("share:Q", scale=scale, axis=alt.Axis(format="%", title="have it, of those asked"))
    )
    whiskers = base.mark_rule().encode(x=alt.X("low:Q", scale=scale, title=""), x2="high:Q")
    return whiskers + dots  # type: ignore[no-any-return]


def heat(figure: Figure, group: str, series: str) -> alt.Chart:
    """A cell for each pair, as dark as the share is high, with its counts; where few were asked, grey."""
    base = alt.Chart(_source(figure)).encode(
        x=alt.X(f"{series}:N", sort=None, title=None, axis=alt.Axis(orient="top", labelAngle=0)),
        y=alt.Y(f"{group}:N", sort=None, title=None),
    )
    cells = base.mark_rect().encode(
        color=alt.condition(
            "datum.asked < 10",
            alt.value("#bbb"),
            alt.Color("share:Q", scale=alt.Scale(domain=[0, 1], scheme="blues"), legend=alt.Legend(format="%")),
        )
    )
    counts = (
        base.mark_text()
        .transform_calculate(words="datum.served + ' of ' + datum.asked")
        .encode(
            text="words:N",
            color=alt.condition("datum.share > 0.5 && datum.asked >= 10", alt.value("white"), alt.value("black")),
        )
    )
    return cells + counts  # type: ignore[no-any-return]


def losses(figure: Figure, step: str, nodes: str) -> alt.Chart:
    """A bar for each step, with its count."""
    base = alt.Chart(_source(figure)).encode(
        y=alt.Y(f"{step}:N", sort=None, title=None), x=alt.X(f"{nodes}:Q", title="nodes")
    )
    return base.mark_bar() + base.mark_text(align="left", dx=4).encode(  # type: ignore[no-any-return]
        text=alt.Text(f"{nodes}:Q", format=",")
    )


KINDS: dict[str, Callable[..., alt.Chart]] = {"shares": shares, "heat": heat, "losses": losses}


def draw(figure: Figure) -> dict[str, Any]:
    """The figure's picture, as a Vega-Lite specification with its data."""
    if figure.picture is None:
        raise ValueError(f"{figure.name} has no picture")
    chart = KINDS[figure.picture.kind](figure, **figure.picture.parts)
    return chart.properties(width=WIDTH).to_dict()
