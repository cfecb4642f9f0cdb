#include "txsurvey/status.h"

#include <stdarg.h>
#include <stdio.h>

enum txs_status txs_fail(struct txs_message *message, enum txs_status status, const char *format,
                         ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(message->text, sizeof message->text, format, args);
    va_end(args);
    return status;
}
