"""Where nodes are, by databases that the user has: countries and autonomous systems (AS)."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import maxminddb

from txsurvey_report.asmap import Asmap, AsmapError
from txsurvey_report.records import Records, UnreadableError

NODES = "SELECT id, address FROM peer WHERE network IN ('ipv4', 'ipv6') AND handshake_ms IS NOT NULL"


@dataclass(frozen=True)
class Databases:
    """Files: `city` and `asn` of MaxMind's format, `asmap` of Bitcoin Core's. Where both tell an AS, asmap does."""

    city: Path | None = None
    asn: Path | None = None
    asmap: Path | None = None


def _country(found: Any) -> str | None:
    """The country's English name, else its code."""
    country = found.get("country") if isinstance(found, Mapping) else None
    if not isinstance(country, Mapping):
        return None
    names = country.get("names")
    name = names.get("en") if isinstance(names, Mapping) else None
    return str(name or country.get("iso_code") or "") or None


def _system(found: Any) -> tuple[int | None, str | None]:
    """Number and name."""
    number = found.get("autonomous_system_number") if isinstance(found, Mapping) else None
    if not isinstance(number, int):
        return None, None
    name = found.get("autonomous_system_organization")
    return number, name if isinstance(name, str) else None


class _Reader:
    """The databases, open."""

    def __init__(self, files: Databases, stack: ExitStack) -> None:
        self.city, self.asn = (
            stack.enter_context(maxminddb.open_database(path)) if path else None for path in (files.city, files.asn)
        )
        self.asmap = Asmap(files.asmap.read_bytes()) if files.asmap else None

    def place(self, address: str) -> tuple[str | None, int | None, str | None]:
        country = _country(self.city.get(address)) if self.city else None
        number, name = _system(self.asn.get(address)) if self.asn else (None, None)
        if self.asmap:
            mapped = self.asmap.asn(ip_address(address)) or None
            number, name = mapped, name if mapped == number else None
        return country, number, name


def _places(reader: _Reader, nodes: list[dict[str, Any]]) -> Iterator[tuple[Any, ...]]:
    for node in nodes:
        try:
            found = reader.place(node["address"])
        except ValueError:  # no address, or one of a kind that the database does not have
            continue
        if any(found):
            yield node["id"], *found


def locate(records: Records, files: Databases) -> None:
    """Fills the table `place`. Raises UnreadableError, which names the file."""
    given = [path for path in (files.city, files.asn, files.asmap) if path]
    if not given:
        return
    with ExitStack() as stack:
        try:
            reader = _Reader(files, stack)
        except (AsmapError, maxminddb.InvalidDatabaseError, OSError, ValueError) as error:
            raise UnreadableError(f"{' or '.join(map(str, given))}: {error}") from error
        found = list(_places(reader, records.rows(NODES)))
    if found:
        records.database.executemany("INSERT INTO place VALUES (?, ?, ?, ?)", found)
