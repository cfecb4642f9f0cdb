/* The manual page, as mdoc, from the table of options. */
#include "option_table.h"

#include <stdio.h>

static const struct {
    const char *name, *argument, *help;
} options[] = {
#define X(id, name, argument, help) {name, argument, help},
    OPTION_TABLE(X)
#undef X
};

static void print_text(const char *text)
{
    for (; *text; text++)
        *text == '-' ? fputs("\\-", stdout) : putchar(*text);
    putchar('\n');
}

static void print_head(void)
{
    puts(".Dd November 27, 2026\n"
         ".Dt TXSURVEY-SIMNET 1\n"
         ".Os\n"
         ".Sh NAME\n"
         ".Nm txsurvey-simnet\n"
         ".Nd a simulated Bitcoin network on the loopback addresses\n"
         ".Sh SYNOPSIS\n"
         ".Nm\n"
         ".Op Ar OPTION ...\n"
         ".Sh DESCRIPTION\n"
         ".Nm\n"
         "plays thousands of Bitcoin nodes, honest and hostile, on addresses of 127.0.0.0/8,\n"
         "to try surveys of\n"
         ".Xr txsurvey 1\n"
         "without touching the network.\n"
         "It prints a line\n"
         ".Ql tx TXID WTXID\n"
         "for each transaction that its nodes may hold, then\n"
         ".Ql ready ,\n"
         "and stays until it gets a signal.\n"
         ".Sh OPTIONS\n"
         "Each default stands in parentheses.\n"
         ".Bl -tag -width Ds");
}

static void print_tail(void)
{
    puts(".El\n"
         ".Sh EXIT STATUS\n"
         "0 in the end; 1 where the surveyor broke a rule and\n"
         ".Fl Fl strict\n"
         "is given; 2 for wrong usage; 3 where the network could not be played.\n"
         ".Sh EXAMPLES\n"
         "A network like the real one, and a survey of it:\n"
         ".Bd -literal -offset indent\n"
         "txsurvey\\-simnet \\-\\-nodes 500 \\-\\-mix real \\-\\-list peers.txt &\n"
         "txsurvey \\-\\-chain regtest \\-\\-peers peers.txt TXID\n"
         ".Ed\n"
         ".Sh SEE ALSO\n"
         ".Xr txsurvey 1");
}

void sim_manual_print(void)
{
    print_head();
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        printf(".It Fl Fl %s", options[i].name);
        if (*options[i].argument)
            printf(" Ar %s", options[i].argument);
        putchar('\n');
        print_text(options[i].help);
    }
    print_tail();
}
