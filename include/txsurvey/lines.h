/* Files of lines, of any size, in bounded memory; and text files of one item a line, of which blank
 * lines and what follows a `#` do not count. */
#ifndef TXSURVEY_LINES_H
#define TXSURVEY_LINES_H

#include "txsurvey/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct txs_line {
    const char *text; /* without its newline, not NUL-terminated; lives until the next line */
    size_t len;
    uint64_t number; /* from 1 */
    uint64_t offset; /* in the file, of its first byte */
    bool cut;        /* it is longer: `text` is its beginning */
    /* Of a line that is cut, known after txs_line_finish(). */
    uint64_t end; /* in the file, behind it and its newline */
    bool ended;   /* by a newline; only a file's last line may have none */
};

struct txs_line_reader;

/* Reads on from where `fd` stands, which is borrowed; `name` is for messages. A line that is longer
 * than `max_bytes` is cut. NULL when out of memory. */
struct txs_line_reader *txs_line_reader_new(int fd, const char *name, size_t max_bytes);
/* The same for a path, or standard input where it is `-`; passes over a byte-order mark. */
enum txs_status txs_line_reader_open(struct txs_line_reader **out, const char *path,
                                     size_t max_bytes, struct txs_message *message);
/* False at the end of the file and when it cannot be read: txs_line_reader_status(). */
bool txs_line_next(struct txs_line_reader *reader, struct txs_line *line);
/* Passes over the rest of a line that is cut; its text stays. */
void txs_line_finish(struct txs_line_reader *reader, struct txs_line *line);
/* Of a line that is cut, its next piece, in place of the one before. False at its end. */
bool txs_line_more(struct txs_line_reader *reader, struct txs_line *line);
enum txs_status txs_line_reader_status(const struct txs_line_reader *reader,
                                       struct txs_message *message);
/* Fails with `reason`, in front of which come the file and the line of that number. */
enum txs_status txs_line_refuse(const struct txs_line_reader *reader, uint64_t number,
                                enum txs_status status, const char *reason,
                                struct txs_message *message);
void txs_line_reader_free(struct txs_line_reader *reader);

/* An item has at most 4095 bytes, its comment and white space included. */
#define TXS_LINE_ITEM_MAX 4096
/* The item of a line, NUL-terminated: "" where there is none. TXS_E_USAGE, with the reason, for a
 * line that is too long or holds a NUL. */
enum txs_status txs_line_item(char out[TXS_LINE_ITEM_MAX], const struct txs_line *line,
                              struct txs_message *reason);

/* Takes one item. Anything but TXS_OK ends the reading, with the reason in `message`, to which the
 * file and the line's number are then added in front. */
typedef enum txs_status txs_line_fn(void *context, const char *item, struct txs_message *message);

/* Hands out the items of `path`, or of standard input where it is `-`. */
enum txs_status txs_lines_read(const char *path, txs_line_fn *take, void *context,
                               struct txs_message *message);

#endif
