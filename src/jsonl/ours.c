/* Whether a file that is to be emptied holds what we wrote, as far as its beginning tells. */
#include "ours.h"

#include "parse.h"

#include "txsurvey/jsonl.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define HEAD_BYTES 8192

static bool is_record(const json_t *head)
{
    static const char *const types[] = {"survey", "seed", "peer", "transaction", "summary"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (parse_is_type(head, types[i]))
            return parse_text(head, "survey") != NULL;
    return false;
}

static bool is_message(const json_t *head)
{
    return parse_text(head, "time") != NULL && parse_text(head, "address") != NULL &&
           parse_text(head, "direction") != NULL;
}

bool ours_may_be_torn(const char *text, size_t len, const char *first)
{
    size_t alike = 0, zeros = 0;
    while (zeros < len && text[zeros] == '\0')
        zeros++;
    while (alike < len && first[alike] != '\0' &&
           (text[alike] == first[alike] || first[alike] == '*'))
        alike++;
    return zeros == len || alike == len || first[alike] == '\0';
}

/* TXS_E_USAGE where it is not. Much else begins with zeros as well, a disk's image for instance: no
 * more of them count than can be seen to be all. */
static enum txs_status is_ours(const char *text, size_t len, const char *first,
                               bool (*begins)(const json_t *head), struct txs_message *message)
{
    json_t *head;
    bool is_all = len < HEAD_BYTES, one_line = memchr(text, '\n', len) == NULL;
    if (one_line && (is_all || *text != '\0') && ours_may_be_torn(text, len, first))
        return TXS_OK;
    enum txs_status status = parse_head(&head, text, len, message);
    if (status != TXS_OK)
        return status;
    bool ours = begins(head);
    json_decref(head);
    return ours ? TXS_OK : TXS_E_USAGE;
}

static enum txs_status check(const struct txs_output *output, const char *path, const char *first,
                             bool (*begins)(const json_t *head), struct txs_message *message)
{
    char text[HEAD_BYTES];
    ssize_t n;
    if (!txs_output_is_own_file(output))
        return TXS_OK; /* nothing of it is lost */
    do
        n = pread(txs_output_fd(output), text, sizeof text, 0);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return txs_fail(message, TXS_E_IO, "%.200s: cannot be read: %s", path, strerror(errno));
    enum txs_status status = n == 0 ? TXS_OK : is_ours(text, (size_t)n, first, begins, message);
    if (status != TXS_E_USAGE)
        return status;
    return txs_fail(message, TXS_E_USAGE,
                    "%.200s: holds something else than we would write there, and is left as it is",
                    path);
}

enum txs_status txs_records_check_file(const struct txs_output *output, const char *path,
                                       struct txs_message *message)
{
    return check(output, path, FIRST_RECORD, is_record, message);
}

enum txs_status txs_trace_check_file(const struct txs_output *output, const char *path,
                                     struct txs_message *message)
{
    return check(output, path, FIRST_MESSAGE, is_message, message);
}
