/* Pieces of manual pages in mdoc, on standard output. */
#ifndef TXSURVEY_APP_MDOC_H
#define TXSURVEY_APP_MDOC_H

/* Text in which mdoc sees no commands. */
void mdoc_text(const char *text);
/* The same with a capital and a full stop. */
void mdoc_sentence(const char *text);
/* Lines of a shell, whose quotes must stay what they are. */
void mdoc_command(const char *text);

#endif
