"""Where nodes are, by databases that the user has: countries and autonomous systems (AS)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Any

import maxminddb

from txsurvey_report import words
from txsurvey_report.asmap import Asmap, AsmapError
from txsurvey_report.records import Records, UnreadableError

NODES = "SELECT id, address FROM visit WHERE network IN ('ipv4', 'ipv6') AND handshake_ms IS NOT NULL"
Address = IPv4Address | IPv6Address
LookUp = Callable[[Address], Any]  # None where nothing is known
System = tuple[int, str | None]  # number and name


@dataclass(frozen=True)
class Databases:
    """Files: `city` and `asn` of MaxMind's format, `asmap` of Bitcoin Core's. Where both tell an AS, asmap does."""

    city: Path | None = None
    asn: Path | None = None
    asmap: Path | None = None


def _country(found: Mapping[str, Any]) -> str | None:
    """The country's English name, else its code."""
    country = found.get("country")
    if not isinstance(country, Mapping):
        return None
    names = country.get("names")
    name = names.get("en") if isinstance(names, Mapping) else None
    return str(name or country.get("iso_code") or "") or None


def _system(found: Mapping[str, Any]) -> System | None:
    number, name = found.get("autonomous_system_number"), found.get("autonomous_system_organization")
    return (number, name if isinstance(name, str) else None) if isinstance(number, int) else None


def _in_maxmind(path: Path, read: Callable[[Mapping[str, Any]], Any]) -> LookUp:
    database = maxminddb.open_database(path)
    both = database.metadata().ip_version == 6

    def look_up(address: Address) -> Any:
        found = database.get(address) if both or address.version == 4 else None
        return read(found) if isinstance(found, Mapping) else None

    return look_up


def _in_asmap(path: Path) -> LookUp:
    asmap = Asmap(path.read_bytes())
    return lambda address: (number, None) if (number := asmap.asn(address)) else None


def _nodes(records: Records) -> Iterator[tuple[int, Address]]:
    for node in records.rows(NODES):
        try:
            yield node["id"], ip_address(node["address"])
        except ValueError:  # a record of something else
            continue


def _found(
    path: Path | None, open_: Callable[[Path], LookUp], nodes: Sequence[tuple[int, Address]]
) -> dict[int, Any]:
    """What a database tells of the nodes, by id. Raises UnreadableError."""
    if path is None:
        return {}
    try:
        look_up = open_(path)
        return {node: found for node, address in nodes if (found := look_up(address)) is not None}
    except (AsmapError, maxminddb.InvalidDatabaseError, OSError, ValueError) as error:
        raise UnreadableError(f"{path}: {error}") from error


def locate(records: Records, files: Databases) -> Records:
    """Fills the table `place`; tells of databases that know nothing. Raises UnreadableError."""
    nodes = list(_nodes(records)) if any((files.city, files.asn, files.asmap)) else []
    countries = _found(files.city, lambda path: _in_maxmind(path, _country), nodes)
    named = _found(files.asn, lambda path: _in_maxmind(path, _system), nodes)
    mapped = _found(files.asmap, _in_asmap, nodes)
    rows = []
    for node, _ in nodes:
        number, name = named.get(node, (None, None))
        if files.asmap:
            mapped_number, _ = mapped.get(node, (None, None))
            number, name = mapped_number, name if mapped_number == number else None
        rows.append((node, countries.get(node), number, name))
    if rows:
        records.database.executemany("INSERT INTO place VALUES (?, ?, ?, ?)", rows)
    given = ((files.city, "country", countries), (files.asn, "AS", named), (files.asmap, "AS", mapped))
    problems = tuple(
        f"{path}: knows the {what} of none of {words.plural(len(nodes), 'node')}"
        for path, what, found in given
        if path and nodes and not found
    )
    return replace(records, problems=records.problems + problems)
