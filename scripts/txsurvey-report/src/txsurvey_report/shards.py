"""Whether shards that are read together are those of one whole (`--shard I/N`)."""

from collections.abc import Callable, Iterator
from typing import Any

from txsurvey_report import words

NAMED = 5  # of those that are missing

# `listed`: how many addresses it began with, which are the same for all; not known where it also heard of some.
PART = """
WITH part AS (
    SELECT survey, shard, TRY_CAST(split_part(shard, '/', 1) AS BIGINT) AS place,
           TRY_CAST(split_part(shard, '/', 2) AS BIGINT) AS parts,
           CASE WHEN coalesce(options->>'crawl', 'false') = 'false' AND survey NOT IN (SELECT survey FROM seed)
                THEN address_book.known + TRY_CAST(address_book.ignored->>'shard' AS BIGINT) END AS listed
    FROM run WHERE parts > 1),
incomplete AS (SELECT parts FROM part GROUP BY parts HAVING count(DISTINCT place) < parts)
"""
MISSING = f"""
{PART} SELECT parts, list(DISTINCT place) AS there FROM part JOIN incomplete USING (parts)
GROUP BY parts ORDER BY parts
"""
# Days with other numbers of shards are no fault, as long as each day is whole.
OVERLAP = f"""
{PART} SELECT count(*) AS nodes FROM (
    SELECT address, port FROM visit JOIN part USING (survey)
    GROUP BY address, port, CASE WHEN parts NOT IN (FROM incomplete) THEN parts END HAVING count(DISTINCT shard) > 1)
"""
# Lists change from day to day, so one that all shards had is enough.
LISTS = f"""
{PART}, list AS (SELECT parts, listed, count(DISTINCT place) AS having_it FROM part WHERE listed > 0 GROUP BY ALL)
SELECT parts, min(listed) AS fewest, max(listed) AS most FROM list GROUP BY parts
HAVING max(having_it) < (SELECT count(DISTINCT place) FROM part WHERE part.parts = list.parts AND listed > 0)
ORDER BY parts
"""


def problems_of(rows: Callable[[str], list[dict[str, Any]]]) -> Iterator[str]:
    """What hinders them from being one, as sentences for people. `rows` asks the records."""
    for row in rows(MISSING):
        missing = sorted(set(range(1, row["parts"] + 1)) - set(row["there"]))
        names = [f"{place}/{row['parts']}" for place in missing[:NAMED]] + ["..."] * (len(missing) > NAMED)
        yield f"{len(missing)} of {row['parts']} shards missing: {', '.join(names)}"
    for row in rows(OVERLAP):
        if row["nodes"]:
            yield f"{words.plural(row['nodes'], 'node')} in two shards, which should have none in common"
    for row in rows(LISTS):
        sizes = f"{row['fewest']} to {row['most']} addresses"
        yield f"shards of {row['parts']} that began with different lists, of {sizes}"
