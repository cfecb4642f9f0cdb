/* Prints the completion of a shell, bash, zsh or fish, from the table of options. Run by the build;
 * not installed. */
#include "options.h"

#include <stdio.h>
#include <string.h>

/* What the value of an option may be. */
enum value { VALUE_NONE, VALUE_WORDS, VALUE_LIST, VALUE_FILE, VALUE_ANY };

static enum value value_of(const struct option_spec *spec)
{
    if (spec->argument == NULL)
        return VALUE_NONE;
    if (spec->words != NULL)
        return spec->listed ? VALUE_LIST : VALUE_WORDS;
    return strcmp(spec->argument, "FILE") == 0 ? VALUE_FILE : VALUE_ANY;
}

static void print_words(const struct vocabulary *words, char separator)
{
    for (size_t i = 0; i < words->count; i++) {
        if (i > 0)
            putchar(separator);
        fputs(words->words[i], stdout);
    }
}

/* For the inside of single quotes: `quote` stands for one, and a backslash before each of
 * `escaped`.
 */
static void print_quoted(const char *text, size_t len, const char *quote, const char *escaped)
{
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\'') {
            fputs(quote, stdout);
            continue;
        }
        if (strchr(escaped, text[i]) != NULL)
            putchar('\\');
        putchar(text[i]);
    }
}

/* How much of the option's text the shells show beside it: its first clause. */
static size_t summary_len(const char *text)
{
    static const char *const ends[] = {": ", "; ", " ["};
    size_t len = strlen(text);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        const char *end = strstr(text, ends[i]);
        if (end != NULL && (size_t)(end - text) < len)
            len = (size_t)(end - text);
    }
    return len;
}

/* The options of this kind of value as a pattern of `case`; a letter also behind others. */
static void print_bash_pattern(enum value value)
{
    const char *separator = "    ";
    for (size_t i = 0; i < option_spec_count; i++) {
        const struct option_spec *spec = &option_specs[i];
        if (value_of(spec) != value)
            continue;
        printf("%s--%s", separator, spec->name);
        separator = " | ";
        if (spec->letter != 0)
            printf(" | -%c | -[!-]*%c", spec->letter, spec->letter);
    }
    puts(")");
}

static void print_bash_words(void)
{
    for (size_t i = 0; i < option_spec_count; i++) {
        const struct option_spec *spec = &option_specs[i];
        if (spec->words == NULL)
            continue;
        printf("    --%s)\n        ", spec->name);
        if (spec->listed)
            fputs("compopt -o nospace\n        [[ $word != *,* ]] || before=${word%,*},\n        ",
                  stdout);
        fputs("words='", stdout);
        print_words(spec->words, ' ');
        puts("'\n        ;;");
    }
}

static void print_bash(void)
{
    puts("# Completion of txsurvey in bash, made of the table of its options.\n"
         "_txsurvey()\n"
         "{\n"
         "    local word=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]}\n"
         "    local before='' words=''\n"
         "    # The = of --option=value is a word of its own.\n"
         "    if [[ $word == = ]]; then\n"
         "        word=''\n"
         "    elif [[ $option == = ]]; then\n"
         "        option=${COMP_WORDS[COMP_CWORD - 2]}\n"
         "    fi\n"
         "    COMPREPLY=()\n"
         "    case $option in");
    print_bash_pattern(VALUE_FILE);
    puts("        compopt -o default\n        return\n        ;;");
    print_bash_words();
    print_bash_pattern(VALUE_ANY);
    puts("        return\n        ;;\n    *)");
    fputs("        [[ $word != -* ]] || words='", stdout);
    for (size_t i = 0; i < option_spec_count; i++)
        printf("%s--%s", i > 0 ? " " : "", option_specs[i].name);
    puts("'\n        ;;\n    esac\n"
         "    mapfile -t COMPREPLY < <(compgen -P \"$before\" -W \"$words\" -- "
         "\"${word#\"$before\"}\")\n"
         "}\n"
         "complete -F _txsurvey txsurvey");
}

static void print_zsh_option(const struct option_spec *spec)
{
    const char *equals = spec->argument != NULL ? "=" : "";
    const char *quote = "'\\''", *escaped = "[]:\\";
    if (spec->letter != 0)
        printf("    '*'{-%c,--%s%s}'[", spec->letter, spec->name, equals);
    else
        printf("    '*--%s%s[", spec->name, equals);
    print_quoted(spec->text, summary_len(spec->text), quote, escaped);
    putchar(']');
    if (spec->argument != NULL) {
        putchar(':');
        print_quoted(spec->argument, strlen(spec->argument), quote, escaped);
        putchar(':');
    }
    switch (value_of(spec)) {
    case VALUE_NONE:
        break;
    case VALUE_WORDS:
        putchar('(');
        print_words(spec->words, ' ');
        putchar(')');
        break;
    case VALUE_LIST:
        fputs("_values -s , value ", stdout);
        print_words(spec->words, ' ');
        break;
    case VALUE_FILE:
        fputs("_files", stdout);
        break;
    case VALUE_ANY:
        putchar(' ');
        break;
    }
    puts("' \\");
}

static void print_zsh(void)
{
    puts("#compdef txsurvey\n"
         "# Made of the table of txsurvey's options.\n"
         "_arguments -s -S : \\");
    for (size_t i = 0; i < option_spec_count; i++)
        print_zsh_option(&option_specs[i]);
    /* A blank action would keep a single option from being put in. */
    puts("    '*:TXID:{_message TXID}'");
}

static void print_fish_option(const struct option_spec *spec)
{
    printf("complete -c txsurvey -l %s", spec->name);
    if (spec->letter != 0)
        printf(" -s %c", spec->letter);
    switch (value_of(spec)) {
    case VALUE_NONE:
        break;
    case VALUE_WORDS:
        fputs(" -x -a '", stdout);
        print_words(spec->words, ' ');
        putchar('\'');
        break;
    case VALUE_LIST:
        fputs(" -x -a '(__fish_complete_list , \"string split , ", stdout);
        print_words(spec->words, ',');
        fputs("\")'", stdout);
        break;
    case VALUE_FILE:
        fputs(" -r -F", stdout);
        break;
    case VALUE_ANY:
        fputs(" -x", stdout);
        break;
    }
    fputs(" -d '", stdout);
    print_quoted(spec->text, summary_len(spec->text), "\\'", "\\");
    puts("'");
}

static void print_fish(void)
{
    puts("# Made of the table of txsurvey's options.\n"
         "complete -c txsurvey -f");
    for (size_t i = 0; i < option_spec_count; i++)
        print_fish_option(&option_specs[i]);
}

int main(int argc, char **argv)
{
    const char *shell = argc == 2 ? argv[1] : "";
    if (strcmp(shell, "bash") == 0)
        print_bash();
    else if (strcmp(shell, "zsh") == 0)
        print_zsh();
    else if (strcmp(shell, "fish") == 0)
        print_fish();
    else
        return 2;
    return ferror(stdout) || fflush(stdout) != 0;
}
