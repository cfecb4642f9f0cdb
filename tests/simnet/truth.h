/* What a survey of this network must find. */
#ifndef SIMNET_TRUTH_H
#define SIMNET_TRUTH_H

#include "settings.h"

/* JSON lines: the settings, then one line a node. False when the file cannot be written. */
bool sim_truth_write(const struct sim_settings *settings, const char *path);
/* `ADDR:PORT` lines. */
bool sim_list_write(const struct sim_settings *settings, const char *path);

#endif
