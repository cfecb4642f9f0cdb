/* The real network's shares in 2026, as README.md says where from: what `real` stands for after
 * --mix, --rule and --enter.
 *
 * The behaviours are those of addresses that a list or a DNS seed names, of a thousand; the rules
 * of nodes that answer, of a thousand. */
#ifndef SIMNET_REAL_H
#define SIMNET_REAL_H

#define SIM_REAL_MIX                                                                          \
    "rule=780,black_hole=110,refused=40,close_accept=30,no_version=8,reset_accept=5,"         \
    "close_version=5,mute=5,close_getdata=3,no_verack=2,half_close=2,chatter=2,early_ping=2," \
    "wrong_network=2,obsolete=1,http=1,hostile_agent=1,byte_by_byte=1"

#define SIM_REAL_RULE                                                                      \
    "core_26=672,knots=190,core_0_21=90,blocksonly=15,selfish=10,core_0_13=8,core_0_20=5," \
    "btcd=3,core_31_99=2,core_32=2,core_0_12=1,bcoin=1,core_32_full=1"

/* A transaction that pays enough and has waited for a while. */
#define SIM_REAL_ENTER "hours=930,never=50,during=20"

#endif
