"""The page: one file of HTML that needs nothing beside it."""

from importlib.resources import files

import jinja2
import vl_convert

from txsurvey_report import charts, words
from txsurvey_report.figure import Figure

BUNDLE = "window.vegaEmbed = vegaEmbed;"  # what the page uses of it


def page(figures: list[Figure], problems: tuple[str, ...]) -> str:
    """All figures, drawn. Everything that came from outside is escaped here, by Jinja2."""
    folder = files("txsurvey_report") / "page"
    environment = jinja2.Environment(autoescape=True, trim_blocks=False, undefined=jinja2.StrictUndefined)
    environment.filters["written"] = words.written
    template = environment.from_string((folder / "page.html.j2").read_text())
    return template.render(
        title=figures[0].title,
        problems=problems,
        figures=figures,
        pictures={figure.name: charts.draw(figure) for figure in figures if figure.picture},
        style=(folder / "style.css").read_text(),
        vega=vl_convert.javascript_bundle(BUNDLE),
    )
