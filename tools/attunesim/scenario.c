/* SPDX-License-Identifier: Apache-2.0 */
/* `attunesim scenario`: runs acceptance cases and says which hold. */
#include "tools/attunesim/scenario.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/util.h"
#include "tools/attunesim/commands.h"
#include "tools/attunesim/file_parts.h"

struct tally {
        bool is_verbose;
        bool shows_digest;
        uint32_t passed;
        uint32_t failed;
        struct att_digester digester;
};

static const char help[] =
        "usage: attunesim scenario [--verbose] [--digest] FILE...\n"
        "\n"
        "Runs every scenario of the files in virtual time and prints `ok NAME` or `not ok NAME`\n"
        "with the first difference; the last line is `N passed, N failed`.\n"
        "\n"
        "  --verbose   print each effect with its time\n"
        "  --digest    print a digest of all effects and final states, to compare builds\n"
        "\n"
        "Exit status: 0 all passed, 1 some failed or could not be read, 2 wrong usage.\n";

static void print_errors(struct att_config_errors *errors)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer text = {0};

        att_config_errors_sort(errors);
        for (uint32_t i = 0; i < errors->count; i++) {
                if (!errors->items[i].is_warning) {
                        att_buffer_append_c(&text, "  ");
                        att_config_error_write(&errors->items[i], &text);
                        att_buffer_append_byte(&text, '\n');
                }
        }
        printf("%s", text.data ? text.data : "");
}

static void run_document(struct tally *tally, const struct att_yaml_node *document,
                         struct att_text folder)
{
        struct att_config_errors errors = {0};
        struct scenario scenario;
        struct scenario_result result = {0};

        if (scenario_parse(document, folder, &errors, &scenario)) {
                if (tally->is_verbose) {
                        printf("%.*s\n", ATT_TEXT_ARGS(scenario.name));
                }
                scenario_run(&scenario, tally->is_verbose, &tally->digester, &result);
        }
        if (result.has_passed) {
                tally->passed++;
                printf("ok %.*s\n", ATT_TEXT_ARGS(scenario.name));
        } else {
                tally->failed++;
                printf("not ok %.*s\n", ATT_TEXT_ARGS(scenario.name));
                printf("%s", result.difference.data ? result.difference.data : "");
                print_errors(&errors);
        }
        /* A broken check ends the program: what was found before it must be seen. */
        (void)fflush(stdout);
        scenario_result_deinit(&result);
        scenario_deinit(&scenario);
        att_config_errors_deinit(&errors);
}

static void run_file(struct tally *tally, const char *path)
{
        struct att_config_errors errors = {0};
        struct att_yaml_file file;

        if (att_yaml_read(path, att_text_from(path), &errors, &file) != 0) {
                tally->failed++;
                printf("not ok %s\n", path);
                print_errors(&errors);
                att_config_errors_deinit(&errors);
                return;
        }
        if (errors.error_count > 0 || file.document_count == 0) {
                tally->failed++;
                printf("not ok %s\n%s", path,
                       file.document_count == 0 ? "  holds no scenario\n" : "");
                print_errors(&errors);
        }
        for (uint32_t i = 0; i < file.document_count; i++) {
                run_document(tally, file.documents[i], file_folder_of(path));
        }
        att_yaml_file_deinit(&file);
        att_config_errors_deinit(&errors);
}

/* The number of options taken, or -1 and what to exit with. */
static int read_options(int argc, char **argv, struct tally *tally, int *ret_status)
{
        static const struct option options[] = {
                {"verbose", no_argument, NULL, 'v'},
                {"digest", no_argument, NULL, 'd'},
                {"live", no_argument, NULL, 'l'},
                {"help", no_argument, NULL, 'h'},
                {NULL, 0, NULL, 0},
        };
        int option;

        optind = 1;
        while ((option = getopt_long(argc, argv, "vdh", options, NULL)) != -1) {
                switch (option) {
                case 'v':
                        tally->is_verbose = true;
                        break;
                case 'd':
                        tally->shows_digest = true;
                        break;
                case 'h':
                        printf("%s", help);
                        *ret_status = EXIT_DONE;
                        return -1;
                case 'l':
                        fprintf(stderr, "attunesim scenario: --live needs a daemon to connect to, "
                                        "which this build can't do\n");
                        *ret_status = EXIT_USAGE;
                        return -1;
                default:
                        fprintf(stderr, "%s", help);
                        *ret_status = EXIT_USAGE;
                        return -1;
                }
        }
        if (optind == argc) {
                fprintf(stderr, "attunesim scenario: which files?\n%s", help);
                *ret_status = EXIT_USAGE;
                return -1;
        }
        return optind;
}

int command_scenario(int argc, char **argv)
{
        struct tally tally = {0};
        int status = EXIT_USAGE;
        const int first = read_options(argc, argv, &tally, &status);

        if (first < 0) {
                return status;
        }
        att_digester_init(&tally.digester);
        for (int i = first; i < argc; i++) {
                run_file(&tally, argv[i]);
        }
        if (tally.shows_digest) {
                char text[ATT_DIGEST_TEXT_SIZE];

                printf("digest %s\n",
                       att_digest_format(att_digester_finish(&tally.digester), text));
        }
        printf("%" PRIu32 " passed, %" PRIu32 " failed\n", tally.passed, tally.failed);
        return tally.failed == 0 ? EXIT_DONE : EXIT_FAILED;
}
