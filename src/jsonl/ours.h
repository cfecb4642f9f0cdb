/* What tells a file of ours by its beginning. */
#ifndef TXSURVEY_JSONL_OURS_H
#define TXSURVEY_JSONL_OURS_H

#include <stdbool.h>
#include <stddef.h>

/* What a run that was killed at once can have left: the beginning of its first line, which is that
 * of `first` (a * in it is any character), or zeros. */
bool ours_may_be_torn(const char *text, size_t len, const char *first);
#define FIRST_RECORD "{\"type\":\"survey\",\"survey\":\""
#define FIRST_MESSAGE "{\"time\":\"****-**-**T**:**:**.***Z\",\"address\":\""

#endif
