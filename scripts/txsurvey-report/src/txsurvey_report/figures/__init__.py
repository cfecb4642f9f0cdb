"""All figures, in the order in which a reader asks: each module answers one question."""

from collections.abc import Callable, Iterator

from txsurvey_report.figure import Figure
from txsurvey_report.figures import groups, losses, over_time, runs, seeds, timing, verdict
from txsurvey_report.records import Records

Maker = Callable[[Records], Iterator[Figure]]
MAKERS: tuple[Maker, ...] = (
    verdict.figures,
    losses.figures,
    groups.figures,
    timing.figures,
    seeds.figures,
    over_time.figures,
    runs.figures,
)


def of(records: Records) -> list[Figure]:
    """Those that these records have something for."""
    return [figure for make in MAKERS for figure in make(records) if figure.rows]
