/* The counts behind the summary. They are made of the records, one by one, as those are written. */
#ifndef TXSURVEY_TALLY_H
#define TXSURVEY_TALLY_H

#include "txsurvey/record.h"

struct txs_id_tally {
    uint64_t by_status[TXS_ID_STATUS_COUNT];
};
/* What the notfounds of an id are worth, and why they were said, where it shows. */
struct txs_notfound_tally {
    uint64_t strong;
    uint64_t by_hint[TXS_HINT_COUNT];
};
/* What a peer said of itself that decides whether it has a block. */
struct txs_block_candidate {
    int32_t start_height;
    bool full; /* NETWORK: has all blocks, rather than the last ones alone */
};
struct txs_block_tally {
    uint64_t asked;                         /* for the block, in whatever way */
    uint64_t served;                        /* of them, those that served an id from it */
    struct txs_block_candidate *candidates; /* peers that completed a handshake and may have it */
    size_t count;
    bool incomplete; /* memory was short: some candidates are missing */
};
/* Peers by what they have of an anchor. */
struct txs_anchor_tally {
    uint64_t has, lacks;
    uint64_t unknown; /* they were not asked, or proved neither */
};
struct txs_tally {
    uint64_t by_outcome[TXS_OUTCOME_COUNT];
    uint64_t peers;
    uint64_t restored;   /* of them, those of an earlier part of the run */
    uint64_t handshakes; /* peers that completed one */
    uint64_t spoke;      /* peers of which a word of the protocol was heard */
    uint64_t bytes_sent, bytes_received;
    /* Peers that completed no handshake, by outcome and error. */
    uint64_t unmet[TXS_OUTCOME_COUNT][TXS_ERROR_COUNT];
    bool vantage_suspect; /* for some time it was this machine or its link that failed */
    uint64_t ignored[TXS_IGNORED_COUNT];
    struct txs_id_tally *ids;             /* in the plan's order */
    struct txs_notfound_tally *notfounds; /* the same */
    size_t id_count;
    struct txs_id_tally *controlled; /* the same, without the peers that failed their control */
    uint64_t control_failed, control_passed;
    struct txs_id_tally *anchored; /* of the peers that have the first anchor's block */
    struct txs_anchor_tally anchors[TXS_ANCHORS_MAX]; /* in the plan's order */
    struct txs_block_tally block;                     /* with a block to look into */
};

uint64_t txs_id_tally_asked(const struct txs_id_tally *tally); /* all but unasked */
/* Served of those that were asked; -1 where nobody was. */
double txs_id_tally_share(const struct txs_id_tally *tally);
/* How many peers can serve a block of this height; -1 while that is not known. */
uint64_t txs_block_tally_can_serve(const struct txs_block_tally *tally, int32_t height);
/* Takes one peer into account. */
void txs_block_tally_add(struct txs_block_tally *tally, const struct txs_peer_result *result);
/* The 95 % confidence interval of that share after Wilson (1927); false where nobody was asked. */
bool txs_id_tally_ci95(const struct txs_id_tally *tally, double *low, double *high);
/* Addresses that were left out, for whatever reason. */
uint64_t txs_tally_ignored(const struct txs_tally *tally);

#endif
