/* The shard of an address, in a way that anybody can work out again:
 *
 *     digest = SHA-256("txsurvey/shard/1" | network | address | port)
 *     shard  = (the first 8 bytes of digest, big-endian) mod count, plus 1
 *
 * where network is one byte, the BIP155 id, address the bytes that BIP155 sends (4 for IPv4, 16 for
 * IPv6 and CJDNS, 32 for onion and I2P), and port two bytes, big-endian. For instance 8.8.8.8:8333,
 * of 100 shards:
 *
 *     sha256(b"txsurvey/shard/1" + bytes([1, 8, 8, 8, 8]) + (8333).to_bytes(2, "big"))
 *         = 27602054f7e7f5c1..., 0x27602054f7e7f5c1 mod 100 + 1 = 58
 *
 * The key sets this apart from other uses of SHA-256 on addresses. Any change of any of this is a
 * new version in the key: shards of one survey may run in different releases.
 */
#include "shard.h"

#include "txsurvey/hash.h"

#include <assert.h>

static const char key[] = "txsurvey/shard/1";

static const uint8_t bip155_ids[TXS_NETWORK_COUNT] = {
#define X(id, name, bip155, len) bip155,
    TXS_NETWORK_TABLE(X)
#undef X
};

uint32_t shard_of(const struct txs_address *address, uint32_t count)
{
    uint8_t digest[32];
    uint8_t port[2] = {(uint8_t)(address->port >> 8), (uint8_t)address->port};
    uint64_t number = 0;
    struct txs_sha256 h;
    assert(count > 0);
    if (count == 1)
        return 1; /* as it would come out */
    txs_sha256_start(&h);
    txs_sha256_add(&h, key, sizeof key - 1);
    txs_sha256_add(&h, &bip155_ids[address->network], 1);
    txs_sha256_add(&h, address->bytes, txs_network_address_len((enum txs_network)address->network));
    txs_sha256_add(&h, port, sizeof port);
    txs_sha256_end(&h, digest);
    for (size_t i = 0; i < 8; i++)
        number = number << 8 | digest[i];
    return (uint32_t)(number % count) + 1;
}
