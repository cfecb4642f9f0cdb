/* The list that --save-peers writes. */
#include "txsurvey/peer_list.h"
#include "txsurvey/replacement.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct txs_peer_list {
    struct txs_replacement *file;
    char *text;
    size_t len, cap, count;
    bool lost; /* a line, for want of memory */
};

enum txs_status txs_peer_list_new(struct txs_peer_list **out, const char *path,
                                  struct txs_message *message)
{
    struct txs_peer_list *list = calloc(1, sizeof *list);
    if (list == NULL)
        return txs_fail(message, TXS_E_NOMEM, "out of memory");
    enum txs_status status = txs_replacement_new(&list->file, path, message);
    if (status == TXS_OK)
        *out = list;
    else
        txs_peer_list_free(list);
    return status;
}

void txs_peer_list_free(struct txs_peer_list *list)
{
    if (list != NULL) {
        txs_replacement_free(list->file);
        free(list->text);
    }
    free(list);
}

void txs_peer_list_add(struct txs_peer_list *list, const struct txs_address *address)
{
    if (list->cap - list->len < TXS_ADDRESS_TEXT_MAX + 1) {
        size_t cap = list->cap ? list->cap * 2 : 4096;
        char *text = realloc(list->text, cap);
        list->lost |= text == NULL;
        if (text == NULL)
            return;
        list->text = text;
        list->cap = cap;
    }
    txs_address_text(list->text + list->len, address);
    list->len += strlen(list->text + list->len);
    list->text[list->len++] = '\n';
    list->count++;
}

size_t txs_peer_list_count(const struct txs_peer_list *list)
{
    return list->count;
}

bool txs_peer_list_may_replace(const struct txs_peer_list *list)
{
    return txs_replacement_is_ours(list->file, "# " TXS_LIST_TITLE);
}

enum txs_status txs_peer_list_write(struct txs_peer_list *list, const char *title,
                                    struct txs_message *message)
{
    char head[512];
    if (list->lost)
        return txs_fail(message, TXS_E_NOMEM, "the list of peers: %s", strerror(ENOMEM));
    int len = snprintf(head, sizeof head, "# %.500s\n", title);
    const struct txs_span parts[] = {{(const uint8_t *)head, (size_t)len},
                                     {(const uint8_t *)list->text, list->len}};
    return txs_replacement_write(list->file, parts, 2, TXS_REPLACEMENT_DURABLE, message);
}
