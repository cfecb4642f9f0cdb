#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

static json_t *load(const char *name, size_t flags)
{
    char path[512];
    snprintf(path, sizeof path, "%s/vectors/%s", TXS_TESTS_DIR, name);
    json_error_t error;
    json_t *root = json_load_file(path, flags, &error);
    if (root == NULL)
        fail_msg("%s: %s", path, error.text);
    return root;
}

json_t *vectors_load(const char *name)
{
    return load(name, 0);
}

json_t *vectors_load_as_reals(const char *name)
{
    return load(name, JSON_DECODE_INT_AS_REAL);
}

const char *vectors_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    if (text == NULL)
        fail_msg("vector has no string '%s'", key);
    return text;
}

struct txs_span vectors_bytes(const json_t *object, const char *key)
{
    const char *hex = vectors_text(object, key);
    size_t len = strlen(hex) / 2;
    uint8_t *data = malloc(len ? len : 1);
    assert_non_null(data);
    assert_true(txs_hex_decode(data, len, hex, strlen(hex)));
    return (struct txs_span){data, len};
}
