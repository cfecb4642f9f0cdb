/* The file of records: whole lines only, whatever happens.
 *
 * Lines are collected and written several at a time, before each of the loop's waits. A regular
 * file is written at once; a pipe, terminal or socket without ever waiting for its reader, in
 * pieces that the kernel takes whole (PIPE_BUF), unless a single line is longer than that.
 */
#ifndef TXSURVEY_OUTPUT_H
#define TXSURVEY_OUTPUT_H

#include "txsurvey/sink.h"
#include "txsurvey/status.h"

struct txs_output;

/* Opens `path`, or standard output where it is NULL, and leaves what it holds alone. A regular file
 * is locked until close: TXS_E_LOCKED when another run holds it. */
enum txs_status txs_output_open(struct txs_output **out, const char *path,
                                struct txs_message *message);
/* Empties a file that was opened by its path. Before the first line; a file that was made by
 * opening it and is closed without this is removed again. */
enum txs_status txs_output_empty(struct txs_output *output, struct txs_message *message);
/* In place of emptying: a regular file that was opened by its path keeps its first `keep_bytes`,
 * which end with a whole line, and lines go behind them. */
enum txs_status txs_output_continue(struct txs_output *output, uint64_t keep_bytes,
                                    struct txs_message *message);
/* Whether it is such a file. */
bool txs_output_is_own_file(const struct txs_output *output);
/* Goes on behind the last whole line of a file that was opened by its path. */
enum txs_status txs_output_append(struct txs_output *output, struct txs_message *message);
/* A line is put together of pieces, and counts when it is ended. False when there is no memory: the
 * line is lost, and with it the output, but what was queued before is still written. */
bool txs_output_piece(struct txs_output *output, const char *bytes, size_t len);
/* Adds the newline; or, where `whole` is false, takes the pieces back and loses the line. */
void txs_output_end_line(struct txs_output *output, bool whole);
/* BROKEN once nothing more can be written, or a line is lost and all before it is written. */
enum txs_flush txs_output_flush(struct txs_output *output);
/* What is not yet written. So much, and whoever makes lines should wait for a flush first. */
#define TXS_OUTPUT_FULL_BYTES (1024u * 1024)
size_t txs_output_queued_bytes(const struct txs_output *output);
/* The descriptor to poll while flush says WAITING or FULL. */
int txs_output_fd(const struct txs_output *output);
/* Whether `path` leads to the file that the output writes. */
bool txs_output_is_at(const struct txs_output *output, const char *path);
/* Why writing failed, for the user; "" when it did not. */
const char *txs_output_error(const struct txs_output *output);
/* Writes what is left to a regular file and makes it durable; gives up what a reader has not taken.
 * False when not everything was written. Frees `output`. */
bool txs_output_close(struct txs_output *output, struct txs_message *message);

#endif
