/* A line of JSON on its way into the output. Values write themselves, one behind the other, in
 * printable ASCII; what was lost on the way (no memory) is met once, at the end. */
#ifndef TXSURVEY_JSONL_LINE_H
#define TXSURVEY_JSONL_LINE_H

#include "txsurvey/bytes.h"
#include "txsurvey/output.h"

#define LINE_BYTES 512
#define LINE_NAME_MAX 64

struct line {
    struct txs_output *output;
    bool whole;   /* nothing was lost so far */
    bool follows; /* the next value or name stands behind another, and a comma between */
    size_t len;   /* of what is on its way into the output, most of it words of a few letters */
    char bytes[LINE_BYTES];
};

/* An object's brace is opened and closed by these. A line that is not whole breaks the output. */
void line_begin(struct line *line, struct txs_output *output);
void line_end(struct line *line);
void line_fail(struct line *line); /* a value could not be made */

/* Of objects and lists, in pairs. */
void line_open(struct line *line, char brace);
void line_close(struct line *line, char brace);
/* The name of an object's next value: at most LINE_NAME_MAX letters, digits and underscores. */
void line_name(struct line *line, const char *name);

void line_null(struct line *line);
void line_bool(struct line *line, bool value);
/* Other programs keep numbers as doubles: null beyond 2^53. */
void line_number(struct line *line, uint64_t value);
void line_signed(struct line *line, int64_t value);
void line_count(struct line *line, const char *name, uint64_t value); /* with its name */
void line_known(struct line *line, bool known, int64_t value);        /* null where it is not */
/* value / 10^decimals, exact, with at least `least` decimals (1 or more). */
void line_decimal(struct line *line, int64_t value, unsigned decimals, unsigned least);
/* Text in UTF-8; of any other byte U+FFFD. */
void line_string(struct line *line, const char *text);
void line_text(struct line *line, const char *text); /* null where NULL or "" */
void line_hex(struct line *line, struct txs_span bytes);
void line_hash(struct line *line, const uint8_t *hash_wire); /* null where NULL */
void line_time(struct line *line, int64_t unix_ms);

#endif
