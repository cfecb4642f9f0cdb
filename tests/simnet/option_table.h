/* The options, from which help and manual are made. */
#ifndef SIMNET_OPTION_TABLE_H
#define SIMNET_OPTION_TABLE_H

/* X(enum, name, argument ("": none), help) */
/* clang-format off */
#define OPTION_TABLE(X) \
    X(PORT, "port", "P", "listen on this port of every loopback address; P+1 refuses, P+2 swallows (18555); 0: any three") \
    X(NODES, "nodes", "N", "how many nodes (1000)") \
    X(SEED, "seed", "S", "another seed is another network (1)") \
    X(CHAIN, "chain", "NAME", "main, test, testnet4, signet, regtest (regtest)") \
    X(TX, "tx", "HEX", "a transaction that nodes hold; repeatable (two built-in ones)") \
    X(MIX, "mix", "NAME=WEIGHT,...", "only these behaviours (all; see --behaviours); `real`: as addresses of the real network") \
    X(RULE, "rule", "NAME=WEIGHT,...", "of nodes that play a rule, only these rules of versions (all); `real`: of 2026") \
    X(ENTER, "enter", "NAME=WEIGHT,...", "and transactions enter mempools only then (at all times); `real`: an old one, that most have") \
    X(PLAYED, "played", "FILE", "write what became of the rules in each session") \
    X(PART, "part", "I/N", "be the I-th of N processes that play the network together, at ports P+3(I-1)... (1/1)") \
    X(BLOCK, "block", "", "the transactions are in a block, which honest nodes have that are not pruned") \
    X(CRAWL, "crawl", "", "the surveyor is expected to ask for addresses") \
    X(EAGER, "eager", "", "the surveyor may ask before it has heard anything") \
    X(START, "start", "N", "list the first N nodes; the others are known from gossip (all)") \
    X(TOPOLOGY, "topology", "NAME", "who tells of whom: ring, chain, islands, random (ring)") \
    X(ISLANDS, "islands", "N", "how many islands (4)") \
    X(DEAD, "dead", "PERCENT", "of the addresses that are told nobody is at so many (0)") \
    X(ONION, "onion", "PERCENT", "so many nodes have names of onion services, which lead to them through overlays.py (0)") \
    X(I2P, "i2p", "PERCENT", "and so many of I2P (0)") \
    X(GOSSIP, "gossip", "NAME=WEIGHT,...", "how nodes tell: only these manners (all; see --behaviours)") \
    X(MIN_LATENCY, "min-latency", "MS", "each reply is late by at least this (0)") \
    X(MAX_LATENCY, "max-latency", "MS", "each reply is late by up to this (0)") \
    X(PATIENCE, "patience-ms", "MS", "the surveyor's patience that the truth assumes (30000)") \
    X(BY, "by", "txid|wtxid", "which ids the surveyor is given (txid)") \
    X(TRUTH, "truth", "FILE", "write what a survey must find") \
    X(LIST, "list", "FILE", "write the nodes, one ADDR:PORT a line") \
    X(READY, "ready-file", "FILE", "create this file once it listens") \
    X(STATS, "stats", "FILE", "write counts there at the end, not to standard error") \
    X(LOCALHOST, "localhost", "", "node 0 is at 127.0.0.1, so that the name localhost leads to it") \
    X(STRICT, "strict", "", "exit 1 when the surveyor broke a rule of the protocol") \
    X(BEHAVIOURS, "behaviours", "", "list the behaviours, rules and manners, with their weights by default and in `real`") \
    X(MANUAL, "manual", "", "print the manual page, as mdoc") \
    X(HELP, "help", "", "this text")
/* clang-format on */

void sim_manual_print(void);

#endif
