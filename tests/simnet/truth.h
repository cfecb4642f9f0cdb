/* What a survey of this network must find. */
#ifndef SIMNET_TRUTH_H
#define SIMNET_TRUTH_H

#include "session.h"

/* JSON lines: the settings, then one line a node. False when the file cannot be written. */
bool sim_truth_write(const struct sim_settings *settings, const char *path);
/* What became of its rule in a session that ends: one line. Whoever reads the file sees a broken
 * one where it could not be written. */
void sim_truth_played(FILE *file, const struct sim_session *s);
/* `ADDR:PORT` lines. */
bool sim_list_write(const struct sim_settings *settings, const char *path);

#endif
