/* Prints the manual page, as mdoc, from the tables that the program itself uses. Run by the build;
 * not installed. */
#include "examples.h"
#include "exits.h"
#include "mdoc.h"
#include "options.h"

#include "txsurvey/metrics.h"

#include <stdio.h>

static void print_options(void)
{
    for (unsigned group = 0; group < GROUP_COUNT; group++) {
        printf(".Ss %s\n.Bl -tag -width Ds\n", option_group_name(group));
        for (size_t i = 0; i < option_spec_count; i++) {
            const struct option_spec *spec = &option_specs[i];
            if (spec->group != group)
                continue;
            fputs(".It", stdout);
            if (spec->letter != 0)
                printf(" Fl %c ,", spec->letter);
            printf(" Fl Fl %s", spec->name);
            if (spec->argument != NULL)
                printf(" Ar %s", spec->argument);
            putchar('\n');
            mdoc_sentence(spec->text);
        }
        puts(".El");
    }
}

static void print_records(void)
{
    puts(".Sh RECORDS\n"
         "One JSON object a line: a\n"
         ".Cm survey\n"
         "line that says what is asked, one\n"
         ".Cm seed\n"
         "line a DNS name, one\n"
         ".Cm peer\n"
         "line a peer attempted, one\n"
         ".Cm transaction\n"
         "line a distinct transaction, and a\n"
         ".Cm summary .\n"
         "All their fields, and the words in them, are explained in\n"
         ".Xr txsurvey\\-records 5 ;\n"
         ".Fl Fl schema\n"
         "prints the same for programs.");
}

static void print_metric(void *context, const char *name, const char *text)
{
    (void)context;
    printf(".It Va %s\n", name);
    mdoc_text(text);
}

static void print_metrics(void)
{
    puts(".Sh METRICS\n"
         "What\n"
         ".Fl Fl metrics\n"
         "writes, in the text format of Prometheus: gauges, with the counts of the\n"
         ".Cm summary\n"
         "record.\n"
         "Each has the label\n"
         ".Va survey ,\n"
         "the name of the file without its folder and\n"
         ".Ql .prom ,\n"
         "so that surveys can be told apart by the names of their files.\n"
         "The label\n"
         ".Va id\n"
         "is that of\n"
         ".Fl Fl txid\\-file ,\n"
         "or else the first 8 digits of the id; all digits where an id before it is\n"
         "called so.\n"
         ".Bl -tag -width \"txsurvey_share_ratio\" -compact");
    txs_metrics_describe(print_metric, NULL);
    puts(".El");
}

static void print_head(void)
{
    puts(".Dd November 20, 2026\n"
         ".Dt TXSURVEY 1\n"
         ".Os\n"
         ".Sh NAME\n"
         ".Nm txsurvey\n"
         ".Nd ask the nodes of the Bitcoin network for transactions\n"
         ".Sh SYNOPSIS\n"
         ".Nm\n"
         ".Op Ar OPTION ...\n"
         ".Op Ar TXID ...\n"
         ".Sh DESCRIPTION\n"
         ".Nm\n"
         "finds nodes of the Bitcoin network, connects to many of them at once,\n"
         "asks each for the\n"
         "transactions named by\n"
         ".Ar TXID\n"
         "(64 hex digits, as explorers print them) and writes one record a node, as\n"
         "JSON lines, to\n"
         "standard output.\n"
         "Where that is a terminal, and\n"
         ".Fl o\n"
         "is not given, the result is shown in words in place of the records.\n"
         ".Pp\n"
         "A node that sends a transaction is believed only when the id computed of\n"
         "it is the id that was\n"
         "asked for.\n"
         "A node whose\n"
         ".Cm notfound\n"
         "is weak by the rules of its version is asked again, for as long as\n"
         ".Fl Fl patience\n"
         "says: nodes serve a transaction only from the moment on when they could\n"
         "have announced it to\n"
         "the one who asks.\n"
         ".Pp\n"
         "Confirmed transactions are not served by this way of asking: nodes serve\n"
         "what waits in their\n"
         "mempool.\n"
         "With\n"
         ".Fl Fl block ,\n"
         "nodes that have said\n"
         ".Cm notfound\n"
         "are asked for the block, filtered (BIP37) where they offer that, for the\n"
         "transaction alone where\n"
         "its place is known and the block recent (BIP152), else whole.\n"
         ".Pp\n"
         "A\n"
         ".Ar TXID\n"
         "may be pasted as it is found: with\n"
         ".Ql 0x ,\n"
         "quotes or white space around it, in upper case, or as the address of an\n"
         "explorer\\(aqs page that ends in it.\n"
         ".Sh OPTIONS\n"
         "Options and ids may be mixed;\n"
         ".Fl Fl\n"
         "ends the options.\n"
         "Letters may be joined, as in\n"
         ".Fl qo Ar FILE .\n"
         "Long options may be shortened as long as no other begins so; a script\n"
         "should write them in full, since there will be more.\n"
         "A value stands in the next word or behind\n"
         ".Ql = ,\n"
         "as in\n"
         ".Fl Fl rate Ns = Ns Ar N ;\n"
         "one that begins with a dash only there, and the value of a letter only in\n"
         "the next word.\n"
         "A\n"
         ".Ar TIME\n"
         "is in seconds, with a fraction if need be, or has a unit:\n"
         ".Ql 500ms ,\n"
         ".Ql 30s ,\n"
         ".Ql 5m ,\n"
         ".Ql 2h .\n"
         ".Pp\n"
         "The spellings of\n"
         ".Xr bitcoind 1 ,\n"
         "with one dash, are understood for what it has in common with this program:\n"
         ".Fl chain , connect , onlynet , proxy , onion , i2psam\n"
         "with a value,\n"
         ".Fl testnet , testnet4 , signet , regtest , cjdnsreachable , nodnsseed , dnsseed Ns = Ns "
         "0\n"
         "without.");
}

static void print_examples(void)
{
    puts(".Sh EXAMPLES\n"
         ".Va TXID\n"
         "and\n"
         ".Va HASH\n"
         "stand for ids, the rest is as it is typed.");
    for (size_t i = 0; i < example_count; i++) {
        puts(".Pp");
        printf("%s:\n.Bd -literal -offset indent\n", examples[i].aim);
        mdoc_command(examples[i].command);
        puts(".Ed");
    }
}

static void print_files(void)
{
    puts(".Sh FILES\n"
         "No file is read or written but those that options name.\n"
         ".Bl -tag -width Ds\n"
         ".It Fl Fl output Ar FILE\n"
         "is made where it is not there.\n"
         "It is locked while a run writes it; a second run on it ends with status 5\n"
         "and changes nothing.\n"
         "What it held of an earlier run is gone when a run begins, once all else was\n"
         "found right; with\n"
         ".Fl Fl resume\n"
         "it is continued instead: the torn last line and the summary that the run\n"
         "before left are cut off, and a file of another run, or of none, is refused\n"
         "and stays as it was.\n"
         "Lines are written whole, as soon as they are known, so that the file can be\n"
         "read at any time, also after the run was killed.\n"
         ".It Fl Fl save\\-peers Ar FILE\n"
         "is replaced as a whole at the end of a run, whichever way it ends, by a new\n"
         "file beside it that takes its name, and stays as it is where nobody could\n"
         "be reached.\n"
         "It may be the file of\n"
         ".Fl Fl peers .\n"
         ".It Fl Fl metrics Ar FILE\n"
         "is replaced as a whole, in the same way, every 15 seconds of a run and at\n"
         "its end, also after a signal or the deadline.\n"
         ".It Fl Fl trace Ar FILE\n"
         "is emptied and written from its beginning, a regular file that no other option names.\n"
         ".It Fl Fl peers , Fl Fl exclude , Fl Fl txid\\-file Ar FILE\n"
         "are read once, before anybody is contacted, and not changed.\n"
         ".El");
}

static void print_tail(void)
{
    puts(".Sh ENVIRONMENT\n"
         "For\n"
         ".Fl Fl shard Cm auto :\n"
         ".Bl -tag -width \"SLURM_ARRAY_TASK_ID\" -compact\n"
         ".It Ev SLURM_ARRAY_TASK_ID\n"
         "with\n"
         ".Ev SLURM_ARRAY_TASK_MIN , SLURM_ARRAY_TASK_MAX , SLURM_ARRAY_TASK_STEP\n"
         "and\n"
         ".Ev SLURM_ARRAY_TASK_COUNT :\n"
         "a task of a Slurm array.\n"
         ".It Ev SLURM_PROCID\n"
         "with\n"
         ".Ev SLURM_NTASKS :\n"
         "a task of a Slurm step.\n"
         ".It Ev JOB_COMPLETION_INDEX\n"
         "a pod of a Kubernetes Indexed Job.\n"
         ".It Ev PARALLEL_SEQ\n"
         "a job of GNU parallel.\n"
         ".It Ev TXSURVEY_SHARDS\n"
         "how many shards there are, where the system does not say.\n"
         ".El");
    print_files();
    puts(".Sh EXIT STATUS\n.Bl -tag -width \"128+N\" -compact");
#define X(id, number, written, text) \
    puts(".It " written);            \
    mdoc_sentence(text);
    EXIT_TABLE(X)
#undef X
    puts(".El");
    print_examples();
    puts(".Sh NOTES\n"
         "Who asks the whole network for a transaction shows interest in it: nodes\n"
         "see the address that\n"
         "the question comes from.\n"
         "Ask rarely, and say who you are in\n"
         ".Fl Fl user\\-agent .\n"
         ".Sh SEE ALSO\n"
         ".Xr jq 1 ,\n"
         ".Xr txsurvey\\-records 5\n"
         ".Pp\n"
         "BIP14 (user agent), BIP31 (pong), BIP34 (height in coinbase), BIP37 (bloom\n"
         "filtering), BIP133\n"
         "(feefilter), BIP144 (segregated witness), BIP152 (compact blocks), BIP155\n"
         "(addrv2), BIP339 (wtxid relay).");
}

int main(void)
{
    print_head();
    print_options();
    print_records();
    print_metrics();
    print_tail();
    return ferror(stdout) || fflush(stdout) != 0;
}
