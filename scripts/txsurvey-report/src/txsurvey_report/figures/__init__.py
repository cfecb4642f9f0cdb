"""All figures, in the order in which a reader asks: each module answers one question."""

from collections.abc import Callable, Iterator

from txsurvey_report.figure import Figure
from txsurvey_report.figures import (
    census,
    conflicts,
    fees,
    groups,
    losses,
    over_time,
    runs,
    seeds,
    strength,
    timing,
    verdict,
)
from txsurvey_report.records import Records

Maker = Callable[[Records], Iterator[Figure]]
SURVEY: tuple[Maker, ...] = (
    verdict.figures,
    losses.figures,
    groups.figures,
    conflicts.figures,
    timing.figures,
    strength.figures,
    fees.figures,
    seeds.figures,
    over_time.figures,
    runs.figures,
)
# Of runs that asked for no transaction.
CENSUS: tuple[Maker, ...] = (
    fees.figures,
    census.figures,
    losses.figures,
    timing.figures,
    seeds.figures,
    over_time.figures,
    runs.figures,
)


def of(records: Records) -> list[Figure]:
    """Those that these records have something for."""
    makers = SURVEY if records.value("SELECT count(*) FROM target") else CENSUS
    return [figure for make in makers for figure in make(records) if figure.rows]
