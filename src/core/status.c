#include "txsurvey/status.h"

#include <stdarg.h>
#include <stdio.h>

const char *txs_status_text(enum txs_status status)
{
    switch (status) {
#define X(id, value, text) \
    case TXS_##id:         \
        return text;
        TXS_STATUS_TABLE(X)
#undef X
    }
    return "unknown status";
}

enum txs_status txs_fail(struct txs_message *message, enum txs_status status, const char *format,
                         ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(message->text, sizeof message->text, format, args);
    va_end(args);
    return status;
}
