#include "kinds.h"

#include "target.h"

#define EXACT_MAX (1ll << 53)                 /* see line_number() */
#define COINS_MAX (INT64_MAX / 100000000 + 1) /* of what a transaction may claim */
#define NUMBER(type, unit, least, most)                 \
    {                                                   \
        type, type, unit, NULL, NULL, true, least, most \
    }
#define STRING(word, format, pattern)                      \
    {                                                      \
        "string", word, NULL, format, pattern, false, 0, 0 \
    }
#define OTHER(type)                               \
    {                                             \
        type, type, NULL, NULL, NULL, false, 0, 0 \
    }
#define DIGIT "[0-9]"
#define HEX_DIGIT "[0-9a-f]"

const struct kind_spec kind_specs[KIND_COUNT] = {
    [BOOL] = OTHER("boolean"),
    [VERSION] = NUMBER("integer", NULL, SCHEMA, SCHEMA),
    [COUNT] = NUMBER("integer", NULL, 0, EXACT_MAX),
    [INTEGER] = NUMBER("integer", NULL, -EXACT_MAX, EXACT_MAX),
    [PORT] = NUMBER("integer", NULL, 0, 65535),
    [MS] = NUMBER("integer", "ms", 0, EXACT_MAX),
    [SECONDS] = NUMBER("integer", "s", -EXACT_MAX, EXACT_MAX),
    [DURATION] = NUMBER("number", "s", 0, EXACT_MAX),
    [BYTES] = NUMBER("integer", "B", 0, EXACT_MAX),
    [VBYTES] = NUMBER("integer", "vB", 0, EXACT_MAX),
    [WEIGHT] = NUMBER("integer", "WU", 0, EXACT_MAX),
    [BTC] = NUMBER("number", "BTC", -COINS_MAX, COINS_MAX),
    [SAT_KVB] = NUMBER("integer", "sat/kvB", -EXACT_MAX, EXACT_MAX),
    [SAT_VB] = NUMBER("number", "sat/vB", 0, EXACT_MAX),
    [SHARE] = NUMBER("number", NULL, 0, 1),
    [TEXT] = STRING("text", NULL, NULL),
    [TIME] = STRING("time", "date-time",
                    "^" DIGIT "{4}-" DIGIT "{2}-" DIGIT "{2}T" DIGIT "{2}:" DIGIT "{2}:" DIGIT
                    "{2}[.]" DIGIT "{3}Z$"),
    [UUID] = STRING("UUID", "uuid",
                    "^" HEX_DIGIT "{8}-" HEX_DIGIT "{4}-" HEX_DIGIT "{4}-" HEX_DIGIT
                    "{4}-" HEX_DIGIT "{12}$"),
    [HASH] = STRING("hash", NULL, "^" HEX_DIGIT "{64}$"),
    [HEX] = STRING("hex", NULL, "^(" HEX_DIGIT "{2})*$"),
    [SERVICES] = STRING("hex", NULL, "^" HEX_DIGIT "{16}$"),
    [SHARD] = STRING("text", NULL, "^[1-9]" DIGIT "*/[1-9]" DIGIT "*$"),
    [SOURCE] = STRING("text", NULL, "^(connect|file|dns:.+|gossip:.+:" DIGIT "+)$"),
    [ENDPOINT] = STRING("endpoint", NULL, "^.+:" DIGIT "+$"),
    [WORD] = STRING("word", NULL, NULL),
    [CODE] = STRING("code", NULL, "^[a-z][a-z0-9_]*$"),
    [OBJECT] = OTHER("object"),
    [OPTIONS] = OTHER("object"),
};

struct field field_of_option(const struct txs_option_value *option)
{
    static const unsigned kinds[] = {
        [TXS_OPTION_COUNT] = COUNT,
        [TXS_OPTION_NUMBER] = OR_NULL | COUNT,
        [TXS_OPTION_SECONDS] = OR_NULL | DURATION,
        [TXS_OPTION_SAT_VB] = OR_NULL | SAT_VB,
        [TXS_OPTION_BOOL] = BOOL,
        [TXS_OPTION_TEXT] = OR_NULL | TEXT,
        [TXS_OPTION_ANCHORS] = OR_NULL | BY_LABEL | HASH,
    };
    return (struct field){.name = option->name, .kind = kinds[option->kind], .text = option->about};
}
