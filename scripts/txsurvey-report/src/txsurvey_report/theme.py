"""Colours: of the page, which follows the reader's light or dark, and of pictures that stand alone.

Contrast of `ink`, `quiet`, `link` and the series on `paper` is at least 4.5 to 1."""

from collections.abc import Mapping

Theme = Mapping[str, str]

SERIES = tuple(f"series-{number}" for number in range(1, 7))
LIGHT: Theme = {
    "background": "#ffffff",  # of pictures that stand alone
    "paper": "#ffffff",
    "panel": "#f5f6f8",
    "ink": "#1c2127",
    "quiet": "#565f6a",
    "line": "#d5dae0",
    "accent": "#1f6fb8",
    "link": "#175a99",
    "warning": "#8a4b00",
    "warning-panel": "#fff5e5",
    "series-1": "#1763ab",
    "series-2": "#b5480c",
    "series-3": "#1b7a52",
    "series-4": "#83479e",
    "series-5": "#756500",
    "series-6": "#59636e",
}
DARK: Theme = {
    "background": "#15181c",
    "paper": "#15181c",
    "panel": "#1e2227",
    "ink": "#e6e9ec",
    "quiet": "#a5aeb8",
    "line": "#363d45",
    "accent": "#5aa5e8",
    "link": "#8cc3f5",
    "warning": "#f3c27a",
    "warning-panel": "#33291a",
    "series-1": "#6fb4f5",
    "series-2": "#f59b62",
    "series-3": "#62cb9b",
    "series-4": "#cd9ce4",
    "series-5": "#d6c552",
    "series-6": "#aab4be",
}
PAGE: Theme = {name: f"var(--{name})" for name in LIGHT} | {
    "background": "transparent"
}  # in pictures within the page


def style(theme: Theme) -> str:
    """The theme as declarations of CSS."""
    return "".join(f"--{name}:{colour};" for name, colour in theme.items())
