"""Numbers as people write them, and the same in every output."""

from datetime import datetime
from typing import Any

from txsurvey_report.figure import Unit

NOTHING = "–"


def count(number: int | float) -> str:
    return f"{number:,.0f}"


def share(value: float) -> str:
    """A percentage, without more digits than a survey has; never 0 or 100 where it is not."""
    percent = 100 * value
    if 0 < percent < 1 or 99 < percent < 100:
        return f"{percent:.1f} %" if 0.05 <= percent < 99.95 else ("under 0.1 %" if percent < 1 else "over 99.9 %")
    return f"{percent:.0f} %"


def milliseconds(value: float) -> str:
    return f"{value:,.0f} ms" if value < 10_000 else f"{value / 1000:,.1f} s"


def of(number: int, whole: int, name: str = "nodes") -> str:
    return f"{count(number)} of {count(whole)} {name}"


def plural(number: int, one: str, many: str | None = None) -> str:
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def written(value: Any, unit: Unit) -> str:
    """A cell of a table."""
    if value is None:
        return NOTHING
    match unit:
        case "count":
            return count(value)
        case "share":
            return share(value)
        case "ms":
            return milliseconds(value)
        case "s":
            return f"{value:,.1f} s"
        case "sat/kvB":
            return f"{value:,.0f} sat/kvB"
        case "bytes":
            return f"{value:,.0f} B"
        case "time":
            return value.strftime("%Y-%m-%d %H:%M UTC") if isinstance(value, datetime) else str(value)
        case _:
            return str(value)
