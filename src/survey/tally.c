#include "txsurvey/survey.h"

#include <math.h>

uint64_t txs_id_tally_asked(const struct txs_id_tally *tally)
{
    uint64_t asked = 0;
    for (unsigned s = 0; s < TXS_ID_STATUS_COUNT; s++)
        if (s != TXS_ID_UNASKED)
            asked += tally->by_status[s];
    return asked;
}

double txs_id_tally_share(const struct txs_id_tally *tally)
{
    uint64_t asked = txs_id_tally_asked(tally);
    return asked == 0 ? -1 : (double)tally->by_status[TXS_ID_SERVED] / (double)asked;
}

bool txs_id_tally_ci95(const struct txs_id_tally *tally, double *low, double *high)
{
    const double z = 1.959963984540054; /* the normal distribution's 97.5 % quantile */
    double n = (double)txs_id_tally_asked(tally), p = txs_id_tally_share(tally);
    if (n == 0)
        return false;
    double centre = (p + z * z / (2 * n)) / (1 + z * z / n);
    double half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    *low = centre - half > 0 ? centre - half : 0;
    *high = centre + half < 1 ? centre + half : 1;
    return true;
}
