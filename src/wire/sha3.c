/* SHA3-256 (FIPS 202): Keccak-f[1600] in a sponge of 136 bytes, padding 01 10*1. */
#include "txsurvey/hash.h"

#define RATE_BYTES 136

static const uint64_t round_constants[24] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
    0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
    0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
    0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
};

static uint64_t rotate(uint64_t value, unsigned by)
{
    return by == 0 ? value : value << by | value >> (64 - by);
}

static void theta(uint64_t a[25])
{
    uint64_t column[5];
    for (int x = 0; x < 5; x++)
        column[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
    for (int x = 0; x < 5; x++) {
        uint64_t mix = column[(x + 4) % 5] ^ rotate(column[(x + 1) % 5], 1);
        for (int y = 0; y < 25; y += 5)
            a[x + y] ^= mix;
    }
}

/* Both steps walk the lanes in the one cycle of 24 that FIPS 202 describes rho by: (x, y) is
 * followed by (y, 2x + 3y), turned by the triangular numbers. */
static void rho_pi(uint64_t a[25])
{
    int x = 1, y = 0;
    uint64_t moving = a[1];
    for (unsigned t = 0; t < 24; t++) {
        int next_y = (2 * x + 3 * y) % 5;
        x = y;
        y = next_y;
        uint64_t met = a[x + 5 * y];
        a[x + 5 * y] = rotate(moving, (t + 1) * (t + 2) / 2 % 64);
        moving = met;
    }
}

static void chi(uint64_t a[25])
{
    for (int y = 0; y < 25; y += 5) {
        uint64_t row[5];
        for (int x = 0; x < 5; x++)
            row[x] = a[y + x];
        for (int x = 0; x < 5; x++)
            a[y + x] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
    }
}

static void permute(uint64_t a[25])
{
    for (int i = 0; i < 24; i++) {
        theta(a);
        rho_pi(a);
        chi(a);
        a[0] ^= round_constants[i];
    }
}

static void absorb(uint64_t a[25], size_t at, uint8_t byte)
{
    a[at / 8] ^= (uint64_t)byte << (8 * (at % 8));
}

void txs_sha3_256(uint8_t out[32], const void *bytes, size_t len)
{
    const uint8_t *in = bytes;
    uint64_t state[25] = {0};
    size_t at = 0;
    for (size_t i = 0; i < len; i++) {
        absorb(state, at++, in[i]);
        if (at == RATE_BYTES) {
            permute(state);
            at = 0;
        }
    }
    absorb(state, at, 0x06);
    absorb(state, RATE_BYTES - 1, 0x80);
    permute(state);
    for (size_t i = 0; i < 32; i++)
        out[i] = (uint8_t)(state[i / 8] >> (8 * (i % 8)));
}
