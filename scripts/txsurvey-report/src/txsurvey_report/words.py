"""Numbers as people write them, and the same in every output."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from txsurvey_report.figure import Unit

NOTHING = "–"
NETWORKS = {"ipv4": "IPv4", "ipv6": "IPv6", "onion": "Tor", "i2p": "I2P", "cjdns": "CJDNS"}


def network(name: str) -> str:
    """As people call it."""
    return NETWORKS.get(name, name)


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


def listed(names: Sequence[str]) -> str:
    """As a sentence lists them: a, b and c."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def plural(number: int, one: str, many: str | None = None) -> str:
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def written(value: Any, unit: Unit) -> str:
    """A cell of a table."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return NOTHING
    match unit:
        case "count":
            return count(value)
        case "share":
            return share(value)
        case "ms":
            return milliseconds(value)
        case "sat/vB":
            return f"{value:,g} sat/vB"
        case "time":
            return value.strftime("%Y-%m-%d %H:%M UTC") if isinstance(value, datetime) else str(value)
        case _:
            return str(value)
