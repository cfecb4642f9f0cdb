/* Text files of one item a line: blank lines and what follows a `#` do not count. */
#ifndef TXSURVEY_LINES_H
#define TXSURVEY_LINES_H

#include "txsurvey/status.h"

/* Takes one line without its surrounding white space. Anything but TXS_OK ends the reading, with
 * the reason in `message`, to which the file and the line's number are then added in front. */
typedef enum txs_status txs_line_fn(void *context, const char *line, struct txs_message *message);

/* Reads `path`, or standard input where it is `-`. A line may have 4095 bytes, and no NUL. */
enum txs_status txs_lines_read(const char *path, txs_line_fn *take, void *context,
                               struct txs_message *message);

#endif
