"""Pictures of figures, by Altair: one function a kind of picture.

Colour never tells anything alone: what it tells is also told by place, shape, dashes or text. The page makes pictures
as wide as the place that they are in, down to a phone's, which labels leave room for by being broken into lines.
Text of others is data here, never a part of an expression."""

import textwrap
from collections.abc import Callable
from datetime import datetime
from typing import Any

import altair as alt
from altair.utils.schemapi import debug_mode

from txsurvey_report import words
from txsurvey_report.figure import Figure, Picture, Row
from txsurvey_report.theme import LIGHT, SERIES, Theme

WIDTH = 620  # pixels, of the plot without its labels
LINES = 4  # of a label, at most: the whole text is in the table of numbers
LABEL = 17  # characters in a line of an axis' labels
CHARACTER = 6.6  # pixels, at the size of labels
PHONE = 230  # pixels, for a legend
FEW = 10  # asked: a share of fewer is greyed
SHAPES = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down"]
DASHES = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [4, 4], [1, 3]]
PERCENT = alt.Axis(
    labelExpr="datum.value % 0.5 === 0 ? 100 * datum.value + ' %' : ''",
    values=[0, 0.25, 0.5, 0.75, 1],
    labelFlush=True,
)
COUNTS = alt.Axis(format=",~f", tickCount=4, tickMinStep=1, labelFlush=True)
FEW_COUNTS = alt.Axis(format=",~f", tickCount=2, tickMinStep=1)
GROUPS = alt.Scale(paddingInner=0.2)
MILLISECONDS = "datum.value < 1000 ? format(datum.value, ',') + ' ms' : format(datum.value / 1000, ',') + ' s'"


def broken(text: Any, characters: int = LABEL) -> str:
    """Text in lines that are not too long. (Pictures break lines at newlines.)"""
    return "\n".join(textwrap.wrap(str(text), characters, max_lines=LINES, placeholder="…")) or " "


def _by_lines(one: int, more: int) -> dict[str, Any]:
    """A measure of a label of one line, with so much more for each other line: Vega hangs labels by their first."""
    tests = [
        (f"length(split(datum.label, '\\n')) === {lines}", one + more * (lines - 1)) for lines in range(2, LINES + 1)
    ]
    return {"condition": [{"test": test, "value": value} for test, value in tests], "value": one}


LABELS = alt.Axis(labelOffset=_by_lines(0, -7))
HEADS = alt.Axis(orient="top", labelAngle=0, labelPadding=_by_lines(6, 14))


class Drawing:
    """What the kinds share: the rows as they are drawn, colours, legends, and what pointing at a mark tells."""

    def __init__(self, figure: Figure, theme: Theme, *labels: str | None) -> None:
        """`labels` are the columns whose text is broken into lines."""
        self.theme = theme
        self.rows: list[Row] = [dict(row, place=place) for place, row in enumerate(figure.rows)]
        for row in self.rows:
            row["told"] = "\n".join(
                f"{c.label}: {words.written(row[c.name], c.unit)}" for c in figure.columns if row[c.name] is not None
            )
            row.update({name: value.isoformat() + "Z" for name, value in row.items() if isinstance(value, datetime)})
        for column in filter(None, labels):
            self.write(column, lambda row, column=column: broken(row[column]))  # type: ignore[misc]

    def write(self, column: str, text: Callable[[Row], str]) -> None:
        for row in self.rows:
            row[column] = text(row)

    def write_counts(self, part: str, whole: str, between: str) -> None:
        self.write("counts", lambda row: f"{words.count(row[part])}{between}{words.count(row[whole])}")

    def distinct(self, column: str) -> list[str]:
        return list(dict.fromkeys(row[column] for row in self.rows))

    def step(self, group: str, least: int) -> int:
        """A group's height: its label has room in it."""
        return max(least, 8 + 16 * max(1 + text.count("\n") for text in self.distinct(group)))

    def chart(self, **encodings: Any) -> alt.Chart:
        return alt.Chart(alt.InlineData(values=self.rows)).encode(tooltip="told:N", **encodings)

    def legend(self, column: str | None, **looks: Any) -> alt.Legend | None:
        """With as many entries in a line as a phone has room for."""
        if column is None:
            return None
        longest = max(len(line) for text in self.distinct(column) for line in text.split("\n"))
        return alt.Legend(columns=max(1, int(PHONE // (longest * CHARACTER + 40))), **looks)

    def colour(self, series: str | None, channel: Any = alt.Color, legend: Any = None) -> Any:
        """Of marks which have no other sign of their series; those of layers have each their own channel, fill or
        stroke, so that the legend is one."""
        if series is None:
            return alt.value(self.theme[SERIES[0]])
        return channel(
            f"{series}:N",
            sort=None,
            title=None,
            legend=legend,
            scale=alt.Scale(range=[self.theme[name] for name in SERIES]),
        )

    def shape(self, series: str | None) -> Any:
        if series is None:
            return alt.value(SHAPES[0])
        return alt.Shape(
            f"{series}:N", sort=None, title=None, scale=alt.Scale(range=SHAPES), legend=self.legend(series)
        )

    def facet(self, column: str) -> Any:
        """A plot for each value, in the order of the rows, with the value above it."""
        header = alt.Header(
            labelOrient="top",
            labelAnchor="start",
            labelFontWeight="bold",
            labelFontSize=12,
            labelColor=self.theme["ink"],
        )
        return alt.Row(f"{column}:N", sort=alt.EncodingSortField("place", "min"), title=None, header=header)

    def beside(self, chart: alt.Chart, column: str) -> Any:
        """Text at the right of the plot."""
        return chart.mark_text(align="left", dx=10).encode(x=alt.value("width"), text=f"{column}:N")


def _share(channel: type[alt.X] | type[alt.Y], column: str, title: str | None = None) -> Any:
    return channel(f"{column}:Q", scale=alt.Scale(domain=[0, 1]), axis=PERCENT, title=title)


def shares(
    figure: Figure,
    theme: Theme,
    group: str,
    series: str | None = None,
    part: str = "served",
    whole: str = "asked",
    axis: str = "have it, of those asked",
) -> Any:
    """A dot for each share, on the whisker of its interval, with the counts beside it."""
    drawing = Drawing(figure, theme, group, series)
    drawing.write_counts(part, whole, " of ")
    chart = drawing.chart(y=alt.Y(f"{group}:N", sort=None, title=None, scale=GROUPS, axis=LABELS))
    height = 30
    if series:
        chart = chart.encode(yOffset=alt.YOffset(f"{series}:N", sort=None))
        height = 17 * len(drawing.distinct(series)) + 12
    whiskers = chart.mark_rule(strokeWidth=2.5, opacity=0.55).encode(
        x=_share(alt.X, "low", axis), x2="high:Q", stroke=drawing.colour(series, alt.Stroke)
    )
    dots = chart.mark_point(filled=True, size=90, opacity=1).encode(
        x=_share(alt.X, "share", axis),
        fill=drawing.colour(series, alt.Fill, drawing.legend(series)),
        shape=drawing.shape(series),
    )
    layers = whiskers + dots + drawing.beside(chart, "counts")
    return layers.properties(height=len(drawing.distinct(group)) * drawing.step(group, height))


def heat(figure: Figure, theme: Theme, group: str, series: str, part: str = "served", whole: str = "asked") -> Any:
    """A cell for each pair, as dark as the share is high, with its counts; where few were asked, grey."""
    drawing = Drawing(figure, theme, group)
    drawing.write(series, lambda row: broken(row[series], 10))
    drawing.write_counts(part, whole, "/")
    drawing.write("percent", lambda row: words.share(row["share"]) if row[whole] else "")
    for row in drawing.rows:
        row["few"] = row[whole] < FEW
    chart = drawing.chart(
        x=alt.X(f"{series}:N", sort=None, title=None, axis=HEADS),
        y=alt.Y(f"{group}:N", sort=None, title=None, axis=LABELS),
    )
    cells = chart.mark_rect(stroke=theme["paper"], strokeWidth=3).encode(
        color=alt.condition("datum.few", alt.value(theme["quiet"]), alt.value(theme["accent"])),
        fillOpacity=alt.condition(
            "datum.few",
            alt.value(0.12),
            alt.FillOpacity("share:Q", scale=alt.Scale(domain=[0, 1], range=[0.04, 0.6]), legend=None),
        ),
    )
    ink = alt.condition("datum.few", alt.value(theme["quiet"]), alt.value(theme["ink"]))
    percents = chart.mark_text(dy=-7, fontSize=13, fontWeight="bold").encode(text="percent:N", color=ink)
    counts = chart.mark_text(dy=9, fontSize=11).encode(text="counts:N", color=ink)
    return (cells + percents + counts).properties(height=len(drawing.distinct(group)) * drawing.step(group, 42))


def losses(figure: Figure, theme: Theme, step: str, nodes: str) -> Any:
    """A bar for each step; for each loss on the way, whose `kind` is another, a paler one, with a minus."""
    drawing = Drawing(figure, theme)
    drawing.write(step, lambda row: broken(row[step], 24))
    for row in drawing.rows:
        row["lost"] = row["kind"] != "step"
    drawing.write("counts", lambda row: "−" * row["lost"] + words.count(row[nodes]))
    chart = drawing.chart(y=alt.Y(f"{step}:N", sort=None, title=None, scale=GROUPS, axis=LABELS))
    bar = chart.mark_bar(cornerRadiusEnd=2).encode(
        x=alt.X(f"{nodes}:Q", title=None, axis=COUNTS),
        color=alt.condition("datum.lost", alt.value(theme["quiet"]), drawing.colour(None)),
        fillOpacity=alt.condition("datum.lost", alt.value(0.45), alt.value(1)),
    )
    layers = bar + drawing.beside(chart, "counts")
    return layers.properties(height=len(drawing.rows) * drawing.step(step, 26))


def bars(figure: Figure, theme: Theme, group: str, count: str, series: str | None = None) -> Any:
    """A bar for each count, which is written beside it, with what it counts where a group has several."""
    drawing = Drawing(figure, theme, group)
    drawing.write("counts", lambda row: words.count(row[count] or 0) + (f" {row[series]}" if series else ""))
    chart = drawing.chart(y=alt.Y(f"{group}:N", sort=None, title=None, scale=GROUPS, axis=LABELS))
    height = 30
    if series:
        chart = chart.encode(yOffset=alt.YOffset(f"{series}:N", sort=None))
        height = 20 * len(drawing.distinct(series)) + 12
    bar = chart.mark_bar(cornerRadiusEnd=2).encode(
        x=alt.X(f"{count}:Q", title=None, axis=COUNTS), color=drawing.colour(series)
    )
    layers = bar + drawing.beside(chart, "counts")
    return layers.properties(height=len(drawing.distinct(group)) * drawing.step(group, height))


def curves(figure: Figure, theme: Theme, x: str, y: str, series: str, facet: str | None = None) -> Any:
    """A step line for each series: the share that was done by then. `x` is in milliseconds."""
    drawing = Drawing(figure, theme, series)
    for row in drawing.rows:
        row[x] = max(1, row[x])  # the scale is logarithmic
    ticks = alt.Axis(labelExpr=MILLISECONDS, values=[10**n for n in range(7)], labelFlush=True)
    legend = drawing.legend(series, symbolType="stroke", symbolSize=900, symbolStrokeWidth=2)
    dashes = alt.StrokeDash(f"{series}:N", sort=None, title=None, scale=alt.Scale(range=DASHES), legend=legend)
    lines = drawing.chart(
        x=alt.X(f"{x}:Q", scale=alt.Scale(type="log", nice=False), axis=ticks, title=None),
        y=_share(alt.Y, y),
        color=drawing.colour(series, legend=legend),
        strokeDash=dashes,
    ).mark_line(interpolate="step-after", strokeWidth=2.2)
    if facet is None:
        return lines.properties(height=260)
    return lines.properties(height=150).facet(row=drawing.facet(facet))


def histogram(figure: Figure, theme: Theme, group: str, count: str, series: str | None = None) -> Any:
    """A column for each bin, in the order of the rows; where there are series, each in its own row."""
    drawing = Drawing(figure, theme, series)
    drawing.write(group, lambda row: broken(row[group], 9))
    columns = drawing.chart(
        x=alt.X(f"{group}:N", sort=None, title=None, axis=alt.Axis(labelAngle=0, labelOverlap=True)),
        y=alt.Y(f"{count}:Q", title=None, axis=COUNTS if series is None else FEW_COUNTS),
        color=drawing.colour(series),
    ).mark_bar(cornerRadiusEnd=2)
    if series is None:
        return columns.properties(height=220)
    return columns.properties(height=110).facet(row=drawing.facet(series)).resolve_scale(y="independent")


def over_time(figure: Figure, theme: Theme, x: str, y: str, series: str | None = None) -> Any:
    """A line with a dot and a whisker for each run."""
    drawing = Drawing(figure, theme, series)
    axis = alt.Axis(labelOverlap=True, tickCount=5, labelFlush=True, grid=False)
    chart = drawing.chart(x=alt.X(f"{x}:T", scale=alt.Scale(type="utc"), axis=axis, title=None))
    dots = chart.mark_point(filled=True, size=60, opacity=1).encode(
        y=_share(alt.Y, y), fill=drawing.colour(series, alt.Fill, drawing.legend(series)), shape=drawing.shape(series)
    )
    chart = chart.encode(stroke=drawing.colour(series, alt.Stroke))
    layers = [chart.mark_line(strokeWidth=1.5).encode(y=_share(alt.Y, y)), dots]
    if "low" in drawing.rows[0]:
        layers.insert(0, chart.mark_rule(strokeWidth=2, opacity=0.5).encode(y=_share(alt.Y, "low"), y2="high:Q"))
    return alt.layer(*layers).properties(height=260)


KINDS: dict[str, Callable[..., Any]] = {
    "shares": shares,
    "heat": heat,
    "losses": losses,
    "bars": bars,
    "curves": curves,
    "histogram": histogram,
    "over_time": over_time,
}


def _config(theme: Theme) -> dict[str, Any]:
    lines = {"gridColor": theme["line"], "domainColor": theme["line"], "tickColor": theme["line"]}
    return {
        "aria": False,  # the page describes the whole picture, and has its numbers as a table
        "background": theme["background"],
        "font": "system-ui, sans-serif",
        "lineBreak": "\n",
        "view": {"stroke": None},
        "axis": {
            **lines,
            "labelColor": theme["ink"],
            "titleColor": theme["quiet"],
            "titleFontWeight": "normal",
            "labelFontSize": 12,
            "labelLimit": 400,
            "labelOverlap": "greedy",
            "labelPadding": 6,
            "labelSeparation": 10,
            "domain": False,
            "ticks": False,
        },
        "legend": {
            "orient": "top",
            "labelColor": theme["ink"],
            "labelFontSize": 12,
            "labelLimit": 400,
            "symbolSize": 90,
        },
        "text": {"color": theme["ink"], "fontSize": 12},
    }


def draw(figure: Figure, theme: Theme = LIGHT) -> dict[str, Any]:
    """The figure's picture, as a Vega-Lite specification with its data. Altair's own check of it, which takes longer
    than all the rest, is left out: Vega-Lite says what is wrong with one."""
    if figure.picture is None:
        raise ValueError(f"{figure.name} has no picture")
    with debug_mode(False):
        return _drawn(figure, figure.picture, theme)


def _drawn(figure: Figure, picture: Picture, theme: Theme) -> dict[str, Any]:
    chart = KINDS[picture.kind](figure, theme, **picture.parts)
    if isinstance(chart, alt.FacetChart):
        chart.spec = chart.spec.properties(width=WIDTH)
    else:
        chart = chart.properties(width=WIDTH)
    specification: dict[str, Any] = chart.to_dict()
    specification["config"] = _config(theme)
    return specification


def least_width(figure: Figure) -> int:
    """Of a plot, in pixels: where there is no place for as much, one scrolls."""
    if figure.picture and figure.picture.kind == "heat":
        return 66 * len({row[figure.picture.parts["series"]] for row in figure.rows})
    return 120
