/* Prints the manual page of the records, as mdoc, from the tables by which they are written. Run by
 * the build; not installed. */
#include "mdoc.h"
#include "options.h"
#include "survey_line.h"

#include "txsurvey/jsonl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_head(void)
{
    puts(".Dd November 20, 2026\n"
         ".Dt TXSURVEY-RECORDS 5\n"
         ".Os\n"
         ".Sh NAME\n"
         ".Nm txsurvey\\-records\n"
         ".Nd what txsurvey writes, field by field\n"
         ".Sh DESCRIPTION\n"
         ".Xr txsurvey 1\n"
         "writes JSON Lines: one object a line, in printable ASCII, everything else escaped.\n"
         "Every record has\n"
         ".Va type\n"
         "and\n"
         ".Va survey ,\n"
         "a UUID that is the same in all lines of a run, so that the files of many runs may be\n"
         "poured together.\n"
         "A\n"
         ".Cm survey\n"
         "line comes first, a\n"
         ".Cm summary\n"
         "last; between them one\n"
         ".Cm seed\n"
         "line a DNS name, one\n"
         ".Cm peer\n"
         "line a peer attempted, one\n"
         ".Cm transaction\n"
         "line a distinct transaction, when first served.\n"
         "Of a txid that comes with very many witnesses not each has a line, but that which most\n"
         "peers serve, and those that came first.\n"
         "Lines are written whole, as soon as they are known.\n"
         ".Pp\n"
         "What is not known is null, and nothing is to be concluded from it.\n"
         "Where\n"
         ".Em or null\n"
         "does not stand beside a field, it never is.\n"
         "A name has one type wherever it stands.\n"
         ".Bl -tag -width \"endpoint\" -compact\n"
         ".It Em time\n"
         "RFC 3339 in UTC, with milliseconds\n"
         ".It Em integer\n"
         "none is beyond 2\\(ha53, which is as far as a double is exact; counts begin at 0\n"
         ".It Em hash\n"
         "64 hex digits, in the order in which explorers print them\n"
         ".It Em hex\n"
         "bytes, two lower\\-case digits each\n"
         ".It Em endpoint\n"
         "ADDR:PORT, IPv6 in brackets\n"
         ".It Em word\n"
         "one of a list, see\n"
         ".Sx WORDS\n"
         ".It Em code\n"
         "the same, of a list that grows more often\n"
         ".It Em text\n"
         "anything; what a peer sent is escaped in it, so that no terminal takes it for commands\n"
         ".El");
}

/* A path is a subsection with a list. */
static void end_list(const char **open)
{
    if (*open != NULL)
        puts(".El");
    *open = NULL;
}

static void print_path(const char **open, const struct txs_about *about)
{
    end_list(open);
    printf(".Ss %s\n", about->path);
    if (about->text[0] != '\0')
        mdoc_sentence(about->text);
    puts(".Bl -tag -width Ds -compact");
    *open = "open";
}

static void print_field(void *context, const struct txs_about *about)
{
    if (about->name == NULL) {
        print_path(context, about);
        return;
    }
    printf(".It Va %s Pq Em %s\n", about->name, about->kind);
    mdoc_text(about->text);
    if (about->codes != NULL)
        printf(".Pq Sx %s\n", about->codes);
}

static void print_code(void *context, const struct txs_about *about)
{
    if (about->name == NULL) {
        print_path(context, about);
        return;
    }
    printf(".It Cm %s\n", about->name);
    if (about->text[0] != '\0')
        mdoc_text(about->text);
}

static void print_dictionary(const struct options *options)
{
    struct survey_line line;
    const char *open = NULL;
    survey_line_fill(&line, options);
    puts(".Sh FIELDS");
    txs_records_describe(line.values, line.count, print_field, &open);
    end_list(&open);
    puts(".Sh WORDS");
    txs_codes_describe(print_code, &open);
    end_list(&open);
}

static void print_schema(void)
{
    puts(".Sh SCHEMA\n"
         "The same, for programs: JSON Schema (2020\\-12) of every line of the records and of a\n"
         "trace, printed by\n"
         ".Nm txsurvey Fl Fl schema\n"
         "and installed as\n"
         ".Pa share/txsurvey/records.schema.json ,\n"
         "beside this page.\n"
         "Each field has its\n"
         ".Va description ,\n"
         "where it has a unit\n"
         ".Va x\\-unit ,\n"
         "and where it holds words\n"
         ".Va x\\-values ,\n"
         "which tells what each means.\n"
         "A validator that refuses keywords that it does not know must be told to pass over the\n"
         "two.\n"
         "A record is found by its type under\n"
         ".Va $defs .");
}

static void print_evolution(void)
{
    puts(".Sh EVOLUTION\n"
         "The form of the records has a number,\n"
         ".Va schema\n"
         "in the\n"
         ".Cm survey\n"
         "line and the last part of the schema\\(aqs\n"
         ".Va $id .\n"
         ".Pp\n"
         "Under the same number, what is there stays: a field keeps its name, its meaning, its\n"
         "type and its unit; one that is always there remains, and one that is never null never\n"
         "will be; a word keeps its meaning.\n"
         "A\n"
         ".Cm survey\n"
         "line comes first, a\n"
         ".Cm summary\n"
         "last.\n"
         ".Pp\n"
         "Under the same number may be added: fields, also in the objects within a record; types\n"
         "of records; words and codes.\n"
         "So a program that reads records passes over fields and records that it does not know,\n"
         "and takes a word that it does not know for some other case.\n"
         "The order of the fields in a line says nothing.\n"
         ".Pp\n"
         "The number rises where something must go, or change what it means.\n"
         "The change log says what.\n"
         ".Pp\n"
         "The schema allows fields that it does not list, and any code for an\n"
         ".Va error .\n"
         "Of words and types of records it allows those that its version writes.\n"
         "So a line is valid by the schema of the version that wrote it, named in\n"
         ".Va tool ,\n"
         "and of later ones with the same number; by that of an earlier one, unless it holds a\n"
         "word or is of a type that was not yet known.");
}

static void print_examples(void)
{
    puts(".Sh EXAMPLES\nWhat the outcomes of a peer mean:\n.Bd -literal -offset indent");
    mdoc_command("txsurvey --schema | jq '.\"$defs\".peer.properties.outcome.\"x-values\"'");
    puts(".Ed\n.Pp\nThe fields of a peer, with type and unit:\n.Bd -literal -offset indent");
    mdoc_command("txsurvey --schema | jq -r '.\"$defs\".peer.properties | to_entries[]\n"
                 "    | [.key, (.value.type | tostring), .value.\"x-unit\" // \"-\"] | @tsv'");
    puts(".Ed\n.Pp\nWhether a file holds what the schema allows, by Python\\(aqs jsonschema:\n"
         ".Bd -literal -offset indent");
    mdoc_command("txsurvey --schema >schema.json\n"
                 "python3 -c 'import json, jsonschema\n"
                 "schema = jsonschema.Draft202012Validator(json.load(open(\"schema.json\")))\n"
                 "for line in open(\"records.jsonl\"):\n"
                 "    schema.validate(json.loads(line))'");
    puts(".Ed");
}

int main(void)
{
    struct options options;
    struct txs_message message;
    char program[] = "txsurvey", schema[] = "--schema", *words[] = {program, schema};
    if (options_parse(&options, 2, words, &message) != TXS_OK)
        return EXIT_FAILURE;
    print_head();
    print_dictionary(&options);
    print_schema();
    print_evolution();
    print_examples();
    puts(".Sh SEE ALSO\n.Xr jq 1 ,\n.Xr txsurvey 1");
    options_free(&options);
    return ferror(stdout) || fflush(stdout) != 0;
}
