/* Who is where on the loopback addresses.
 *
 *   127.0.0.1                 node 0, with --localhost
 *   127.1.0.1   ... 127.63    the nodes
 *   127.64.0.1  ... 127.127   nobody: addresses that liars invent
 *   127.128.0.1 ... 127.247   nobody: the dead addresses that honest nodes tell of
 *   127.248.0.1 ... 127.254   forbidden: told only by messages that a surveyor must drop, or in
 *                             entries that it must leave out; a violation where it dials them
 *
 * Part k of the network has three ports from --port + 3k on: one where its nodes answer, one that
 * refuses, one that swallows. */
#ifndef SIMNET_PLACE_H
#define SIMNET_PLACE_H

#include "settings.h"
#include "txsurvey/address.h"

#define SIM_NODES_MAX (63u * 256 * 254)
#define SIM_DEAD_MAX (120u * 256 * 254)

enum sim_port_kind { SIM_PORT_ANSWERS, SIM_PORT_REFUSES, SIM_PORT_SWALLOWS };

/* The port of this kind in the part that `index` falls to. */
uint16_t sim_port(const struct sim_settings *settings, uint32_t index, enum sim_port_kind kind);
/* Where this process listens. */
uint16_t sim_own_port(const struct sim_settings *settings);

struct txs_address sim_place_of_node(const struct sim_settings *settings, uint32_t index,
                                     enum sim_port_kind kind);
/* The node at 127.x.y.z (host order); false when there is none. */
bool sim_place_node(uint32_t *index, const struct sim_settings *settings, uint32_t ip);
/* Nobody's: every other one is refused, the others are swallowed. */
struct txs_address sim_place_of_dead(const struct sim_settings *settings, uint32_t index);
struct txs_address sim_place_of_invented(const struct sim_settings *settings, uint64_t random);
struct txs_address sim_place_of_forbidden(const struct sim_settings *settings, uint32_t index);
bool sim_place_swallows(const struct sim_settings *settings, const struct txs_address *address);

#endif
