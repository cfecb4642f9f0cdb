"""Fee filters in bands of sat/vB, the same in all figures."""

# In sat/kvB, as filters are recorded. Core's least fee was 1 sat/vB, and is 0.1 since version 30.
BOUNDS = (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000)
LOADING = "still loading the chain"
# What Core wants of others while it loads the chain: all the money there is, as its rounding gives it.
LOADING_FILTERS = (9_170_997, 9_936_506)


def _name(number: int) -> str:
    """Of the band that begins at the bound with this number, counted from 1; 0 is below the first."""
    if number == 0:
        return f"under {BOUNDS[0] / 1000:g}"
    if number == len(BOUNDS):
        return f"{BOUNDS[-1] / 1000:g} and more"
    return f"{BOUNDS[number - 1] / 1000:g} to under {BOUNDS[number] / 1000:g}"


NAMES = (*(_name(number) for number in range(len(BOUNDS) + 1)), LOADING)
# SQL over the columns of `peer`: the band's place in NAMES, and its name; null where no filter was named.
RANK = (
    f"CASE WHEN feefilter_sat_kvb IN {LOADING_FILTERS} THEN {len(BOUNDS) + 1} ELSE "
    f"len(list_filter({list(BOUNDS)}, lambda bound: bound <= feefilter_sat_kvb)) + 0 * feefilter_sat_kvb END"
)
BAND = f"{list(NAMES)}[1 + ({RANK})]"
