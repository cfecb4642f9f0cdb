#include "help.h"

#include "examples.h"
#include "exits.h"
#include "options.h"

#include <string.h>

#define WIDTH 79

/* `text` in lines of at most WIDTH columns, of which `indent` are used already in the first. */
static void print_wrapped(FILE *out, const char *text, int indent)
{
    int column = indent;
    while (*text != '\0') {
        int len = (int)strcspn(text, " ");
        if (column > indent && column + 1 + len > WIDTH) {
            fprintf(out, "\n%*s", indent, "");
            column = indent;
        } else if (column > indent) {
            fputc(' ', out);
            column++;
        }
        fprintf(out, "%.*s", len, text);
        column += len;
        text += len + (text[len] == ' ');
    }
    fputc('\n', out);
}

static void print_option(FILE *out, const struct option_spec *spec)
{
    char left[64], letter[5] = "    ";
    if (spec->letter != 0)
        snprintf(letter, sizeof letter, "-%c, ", spec->letter);
    snprintf(left, sizeof left, "  %s--%s%s%s", letter, spec->name, spec->argument ? " " : "",
             spec->argument ? spec->argument : "");
    if (strlen(left) < 30)
        fprintf(out, "%-30s", left);
    else
        fprintf(out, "%s\n%30s", left, "");
    print_wrapped(out, spec->text, 30);
}

static void print_head(FILE *out, bool usual)
{
    fputs("Usage: txsurvey [OPTION]... [TXID]...\n"
          "Ask the nodes of the Bitcoin network for transactions, and write one record a\n"
          "node, as JSON lines. A TXID has 64 hex digits; an explorer's address will do.\n"
          "\nExamples:\n",
          out);
    for (size_t i = 0; i < example_count; i++)
        if (examples[i].usual || !usual)
            fprintf(out, "  %s:\n    %s\n", examples[i].aim, examples[i].command);
}

static void print_rules(FILE *out)
{
    fputs("\nOptions and TXIDs may be mixed; -- ends the options. Long options may be\n"
          "shortened. A value that begins with a dash is written --OPTION=VALUE. bitcoind's\n"
          "spellings are understood, as -onlynet=onion and -testnet4.\n",
          out);
}

void help_print(FILE *out)
{
    print_head(out, false);
    print_rules(out);
    for (unsigned group = 0; group < GROUP_COUNT; group++) {
        fprintf(out, "\n%s:\n", option_group_name(group));
        for (size_t i = 0; i < option_spec_count; i++)
            if (option_specs[i].group == group)
                print_option(out, &option_specs[i]);
    }
    fputs("\nExit status:\n", out);
#define X(id, number, written, text) fprintf(out, "  %-8s%s\n", written, text);
    EXIT_TABLE(X)
#undef X
    fputs("\nMore: man txsurvey\n", out);
}

void help_print_usual(FILE *out)
{
    static const char *const usual[] = {"output",  "txid-file", "max-peers",      "rate",  "crawl",
                                        "connect", "proxy",     "require-served", "block", "chain"};
    print_head(out, true);
    fputs("\nThe usual options:\n", out);
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        for (size_t k = 0; k < option_spec_count; k++)
            if (strcmp(option_specs[k].name, usual[i]) == 0)
                print_option(out, &option_specs[k]);
    fputs("\nAll options: txsurvey --help; more: man txsurvey\n", out);
}
