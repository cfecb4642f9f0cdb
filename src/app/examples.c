#include "examples.h"

/* The common case first. */
const struct example examples[] = {
    {"Does anybody have it? Ask 200 of the nodes that the DNS seeds name",
     "txsurvey --max-peers 200 TXID", true},
    {"The same, and keep the records, one a node, for jq and the like",
     "txsurvey --max-peers 200 -o records.jsonl TXID", true},
    {"What software they say that they run, those who have it",
     "jq -r 'select(.transactions[0].status? == \"served\") | .subver' records.jsonl", false},
    {"Ask one node, and take its first answer",
     "txsurvey --connect 192.0.2.1:8333 --patience 0 TXID", true},
    {"Look for a confirmed transaction in its block", "txsurvey --max-peers 200 --block HASH TXID",
     true},
    {"Ask all that can be reached; the same command goes on after an interruption",
     "txsurvey --crawl --rate 100 --resume -o network.jsonl TXID", true},
    {"Begin with the nodes that a run reached, and keep those that this one reaches",
     "txsurvey --peers network.jsonl --save-peers peers.txt -o next.jsonl TXID", false},
    {"Ask through Tor", "txsurvey --proxy 127.0.0.1:9050 --peers peers.txt --max-peers 200 TXID",
     true},
    {"Which of the transactions of your own node do others have",
     "bitcoin-cli getrawmempool | jq '.[:1000]' | txsurvey --txid-file -", false},
    {"For a script: status 1 where fewer than 20 have it, 3 where nobody answers",
     "txsurvey -q --require-served 20 -o records.jsonl TXID || echo \"status $?\"", false},
};
const size_t example_count = sizeof examples / sizeof *examples;
