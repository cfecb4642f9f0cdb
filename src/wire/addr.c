#include "txsurvey/message.h"

#include <assert.h>
#include <string.h>

#define IP_BYTES 16
#define ID_IPV4 1
#define ID_IPV6 2

static const struct network {
    enum txs_network network;
    uint8_t id;
    size_t len;
} networks[] = {
#define X(id, name, bip155, len) {TXS_NETWORK_##id, bip155, len},
    TXS_NETWORK_TABLE(X)
#undef X
};

static const struct network *network_by_id(uint8_t id)
{
    for (size_t i = 0; i < sizeof networks / sizeof networks[0]; i++) {
        if (networks[i].id == id)
            return &networks[i];
    }
    return NULL;
}

static void get_entry(struct txs_reader *r, struct txs_addr_entry *entry)
{
    entry->time = txs_get_u32le(r);
    entry->services = txs_get_u64le(r);
    entry->bytes = txs_get_bytes(r, IP_BYTES);
    entry->port = txs_get_u16be(r);
    if (r->failed)
        return;
    struct txs_address ip = txs_address_from_ip16(entry->bytes.data, entry->port);
    entry->network_id = ip.network == TXS_NETWORK_IPV4 ? ID_IPV4 : ID_IPV6;
}

/* Core: CNetAddr::UnserializeV2Stream. */
static void get_entry_v2(struct txs_reader *r, struct txs_addr_entry *entry)
{
    entry->time = txs_get_u32le(r);
    entry->services = txs_get_compact(r, UINT64_MAX);
    entry->network_id = txs_get_u8(r);
    entry->bytes = txs_get_bytes(r, (size_t)txs_get_compact(r, TXS_ADDRV2_MAX_BYTES));
    entry->port = txs_get_u16be(r);
    const struct network *known = network_by_id(entry->network_id);
    if (known != NULL && entry->bytes.len != known->len)
        r->failed = true;
}

struct txs_addr_reader txs_addr_reader_of(struct txs_span payload, bool v2)
{
    struct txs_addr_reader reader = {.bytes = txs_reader_of(payload), .v2 = v2};
    reader.left = txs_get_compact(&reader.bytes, TXS_ADDR_MAX);
    return reader;
}

bool txs_addr_next(struct txs_addr_reader *r, struct txs_addr_entry *entry)
{
    if (r->left == 0 || r->bytes.failed)
        return false;
    r->left--;
    if (r->v2)
        get_entry_v2(&r->bytes, entry);
    else
        get_entry(&r->bytes, entry);
    return !r->bytes.failed;
}

/* Entries past `max` are read too: a list is malformed as a whole. */
static int get_list(struct txs_addr_entry *out, size_t max, struct txs_span payload, bool v2)
{
    struct txs_addr_reader r = txs_addr_reader_of(payload, v2);
    struct txs_addr_entry entry;
    size_t count = 0;
    for (; txs_addr_next(&r, &entry); count++)
        if (count < max)
            out[count] = entry;
    if (r.bytes.failed)
        return -1;
    return (int)(count < max ? count : max);
}

int txs_addr_count(struct txs_span payload, bool v2)
{
    struct txs_addr_reader r = txs_addr_reader_of(payload, v2);
    struct txs_addr_entry entry;
    int count = 0;
    while (txs_addr_next(&r, &entry))
        count++;
    return r.bytes.failed ? -1 : count;
}

int txs_addr_decode(struct txs_addr_entry *out, size_t max, struct txs_span payload)
{
    return get_list(out, max, payload, false);
}

int txs_addrv2_decode(struct txs_addr_entry *out, size_t max, struct txs_span payload)
{
    return get_list(out, max, payload, true);
}

void txs_addr_encode(struct txs_writer *w, const struct txs_addr_entry *entries, size_t count)
{
    txs_put_compact(w, count);
    for (size_t i = 0; i < count; i++) {
        assert(entries[i].bytes.len == IP_BYTES);
        txs_put_u32le(w, entries[i].time);
        txs_put_u64le(w, entries[i].services);
        txs_put_bytes(w, entries[i].bytes.data, IP_BYTES);
        txs_put_u16be(w, entries[i].port);
    }
}

void txs_addrv2_encode(struct txs_writer *w, const struct txs_addr_entry *entries, size_t count)
{
    txs_put_compact(w, count);
    for (size_t i = 0; i < count; i++) {
        txs_put_u32le(w, entries[i].time);
        txs_put_compact(w, entries[i].services);
        txs_put_u8(w, entries[i].network_id);
        txs_put_compact(w, entries[i].bytes.len);
        txs_put_bytes(w, entries[i].bytes.data, entries[i].bytes.len);
        txs_put_u16be(w, entries[i].port);
    }
}

bool txs_addr_entry_address(struct txs_address *out, const struct txs_addr_entry *entry)
{
    const struct network *known = network_by_id(entry->network_id);
    const uint8_t *bytes = entry->bytes.data;
    if (known == NULL)
        return false;
    struct txs_address address = {.network = (uint8_t)known->network, .port = entry->port};
    if (known->network == TXS_NETWORK_IPV4 && entry->bytes.len == IP_BYTES) /* from an addr */
        bytes += IP_BYTES - known->len;
    else if (entry->bytes.len != known->len)
        return false;
    memcpy(address.bytes, bytes, known->len);
    if (known->network == TXS_NETWORK_IPV6) {
        address = txs_address_from_ip16(bytes, entry->port);
        if (address.network == TXS_NETWORK_IPV4)
            return false;
    }
    if (known->network == TXS_NETWORK_CJDNS && bytes[0] != 0xfc)
        return false;
    *out = address;
    return true;
}
