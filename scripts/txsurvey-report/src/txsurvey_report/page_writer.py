"""The page: one file of HTML that needs nothing beside it.

Pictures are drawn here, as SVG, so that they are seen at once, without scripts too; in the reader's browser Vega
draws them again, of the width that there is. What scripts need is packed (gzip, base64). The page's policy lets no
script run but ours, and nothing be fetched."""

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import jinja2
import vl_convert

from txsurvey_report import __version__, bundles, charts, theme, words
from txsurvey_report.figure import Figure, Row, Unit

POLICY = "default-src 'none'; script-src 'sha256-{}' blob:; style-src 'unsafe-inline'; img-src data:"


@dataclass(frozen=True)
class Drawn:
    svg: str
    height: int  # pixels, which the page keeps free for it
    vega: dict[str, Any]
    least: int  # pixels: the width below which its plot is not made


def _drawn(figure: Figure) -> Drawn:
    vega: dict[str, Any] = vl_convert.vegalite_to_vega(charts.draw(figure, theme.PAGE))
    svg: str = vl_convert.vega_to_svg(vega)
    height = float(svg.split('height="', 1)[1].split('"', 1)[0])
    return Drawn(svg, round(height), vega, charts.least_width(figure))


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), default=str)


def _pack(pictures: dict[str, Drawn], peers: Figure | None) -> dict[str, str]:
    """By name, what page.js unpacks."""
    of_pictures = {name: {"vega": drawn.vega, "least": drawn.least} for name, drawn in pictures.items()}
    result = {"vega": bundles.vega().result(), "pictures": bundles.packed(_json(of_pictures))}
    if peers:
        columns = [{"number": sort_of(column.unit) == "number"} for column in peers.columns]
        rows = [[row[column.name] for column in peers.columns] for row in peers.rows]
        result |= bundles.datatables() | {"peers": bundles.packed(_json({"columns": columns, "rows": rows}))}
    return result


def sort_of(unit: Unit) -> str:
    """Which way a column is set."""
    return unit if unit in ("text", "time") else "number"


def brief_rows(figure: Figure) -> list[Row]:
    """Of the table behind a picture."""
    return [row for row in figure.rows if figure.brief is None or figure.brief(row)]


def tied(text: str) -> str:
    """No line ends between a number and its unit."""
    return re.sub(r"(?<=\d) (?=(%|ms|s|sat/k?vB)\b|%)", "\u00a0", text)


def page(figures: list[Figure], problems: tuple[str, ...], peers: Figure | None = None) -> str:
    """All figures, drawn. Everything that came from outside is escaped: in HTML by Jinja2, in SVG by Vega."""
    folder = files("txsurvey_report") / "page"
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    environment.filters.update(written=words.written, sort_of=sort_of, tied=tied, brief_rows=brief_rows)
    pictures = {figure.name: _drawn(figure) for figure in figures if figure.picture}
    script = (folder / "page.js").read_text()
    colours = (
        f":root{{color-scheme:light dark;{theme.style(theme.LIGHT)}}}"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{theme.style(theme.DARK)}}}}}"
    )
    return environment.from_string((folder / "page.html.j2").read_text()).render(
        figures=figures,
        problems=problems,
        pictures=pictures,
        peers=peers,
        packed=_pack(pictures, peers),
        script=script,
        policy=POLICY.format(base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()),
        style=colours + (folder / "style.css").read_text(),
        version=__version__,
    )
