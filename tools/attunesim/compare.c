/* SPDX-License-Identifier: Apache-2.0 */
/* `attunesim compare`: two contact centres on the same chance (docs/staffing.md). */
#include "tools/attunesim/compare.h"

#include <stdio.h>
#include <unistd.h>

#include "lib/base/util.h"
#include "tools/attunesim/commands.h"
#include "tools/attunesim/options.h"
#include "tools/attunesim/plot.h"

#define REPLICATIONS_MAX 100000
#define JOBS_MAX         1024

struct options {
        const char *paths[2];
        const char *plot; /* NULL: no picture. */
        bool is_json;
        bool has_seed;
        uint64_t seed;
        uint32_t replications; /* 0: the first file's. */
        uint32_t jobs;
};

static const char help[] =
        "usage: attunesim compare A.yaml B.yaml [--json] [--plot OUT.svg] [--seed N]\n"
        "                         [--replications N] [--jobs N]\n"
        "\n"
        "Simulates both files of `attunesim run` on the same chance: the same people call, at the\n"
        "same times and with the same questions. What B has more than A comes with its paired 95 %\n"
        "interval. docs/staffing.md explains the figures.\n"
        "\n"
        "  --json              one object: total and queues, each measure of both and the difference\n"
        "  --plot OUT.svg      also a picture: the day of A, of B, and the difference\n"
        "  --seed N            of all chance, instead of A's\n"
        "  --replications N    instead of A's\n"
        "  --jobs N            processes at a time (as many as there are cores)\n"
        "\n"
        "An interrupt (Ctrl-C) prints what there is by then.\n"
        "Exit status: 0 done, 1 a file is wrong or the run was cut short, 2 wrong usage.\n";

static bool take_option(int option, void *context)
{
        struct options *options = context;
        switch (option) {
        case 'j':
                options->is_json = true;
                return true;
        case 'o':
                options->plot = optarg;
                return true;
        case 's':
                options->has_seed = true;
                return option_number(INT64_MAX, &options->seed);
        case 'r':
                return option_count(REPLICATIONS_MAX, &options->replications);
        case 'p':
                return option_count(JOBS_MAX, &options->jobs);
        default:
                return false;
        }
}

/* False: what to exit with. */
static bool read_options(int argc, char **argv, struct options *options, int *ret_status)
{
        static const struct option known[] = {
                {"json", no_argument, NULL, 'j'},
                {"plot", required_argument, NULL, 'o'},
                {"seed", required_argument, NULL, 's'},
                {"replications", required_argument, NULL, 'r'},
                {"jobs", required_argument, NULL, 'p'},
                {"help", no_argument, NULL, 'h'},
                {NULL, 0, NULL, 0},
        };
        const struct option_form form = {
                .command = "compare",
                .help = help,
                .known = known,
                .take = take_option,
                .files = 2,
                .files_wanted = "two files, please",
        };

        if (!options_read(&form, argc, argv, options, ret_status)) {
                return false;
        }
        options->paths[0] = argv[optind];
        options->paths[1] = argv[optind + 1];
        return true;
}

static bool read_plan(const char *path, struct sim_plan *plan)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer text = {0};
        struct att_config_errors errors = {0};
        bool is_read = sim_plan_read(path, &errors, plan) == 0;

        if (is_read) {
                sim_plan_warn(plan, &errors);
        }
        att_config_errors_sort(&errors);
        att_config_errors_write(&errors, &text);
        (void)fputs(text.data ? text.data : "", stderr);
        att_config_errors_deinit(&errors);
        return is_read;
}

/* Chance is common where the streams are: they are told apart by their places in the list. */
static bool have_same_streams(const struct sim_plan *plans)
{
        for (uint32_t i = 0; i < plans[0].stream_count && i < plans[1].stream_count; i++) {
                if (!att_text_equals(plans[0].streams[i].request.queue,
                                     plans[1].streams[i].request.queue)) {
                        return false;
                }
        }
        return plans[0].stream_count == plans[1].stream_count;
}

/* One seed, one number of replications, one length of the intervals. */
static void align(const struct options *options, struct sim_plan *plans)
{
        plans[0].seed = options->has_seed ? options->seed : plans[0].seed;
        plans[0].replications = options->replications > 0 ? options->replications
                                                          : plans[0].replications;
        plans[1].seed = plans[0].seed;
        plans[1].replications = plans[0].replications;
        plans[1].interval_us = plans[0].interval_us;
        if (!have_same_streams(plans)) {
                (void)fprintf(stderr,
                              "attunesim compare: the arrivals of the two files are not for the "
                              "same queues in the same order: chance is not common to them, and "
                              "small differences are harder to see\n");
        }
}

static bool draw(const struct options *options, const struct compare_pairs *pairs)
{
        struct plot_side sides[2];

        if (!options->plot) {
                return true;
        }
        for (int i = 0; i < 2; i++) {
                sides[i] = (struct plot_side){
                        .label = options->paths[i],
                        .plan = pairs->plans[i],
                        .tallies = pairs->tallies[i],
                        .count = pairs->count,
                };
        }
        return plot_draw(sides, 2, options->plot);
}

static int compare(const struct options *options, const struct sim_plan *plans)
{
        const struct compare_options run = {
                .jobs = options->jobs,
                .shows_progress = isatty(STDERR_FILENO) == 1,
                .wants_series = options->plot != NULL,
        };
        struct compare_pairs pairs = {
                .plans = {&plans[0], &plans[1]},
                .names = {options->paths[0], options->paths[1]},
                .wanted = plans[0].replications,
        };
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer text = {0};
        bool is_well = compare_pairs_run(&run, &pairs);

        if (pairs.count > 0 && options->is_json) {
                compare_json(&pairs, &text);
        } else if (pairs.count > 0) {
                compare_table(&pairs, &text);
        }
        (void)fputs(text.data ? text.data : "", stdout);
        if (pairs.count > 0) {
                is_well = draw(options, &pairs) && is_well;
        }
        if (pairs.is_interrupted) {
                (void)fprintf(stderr, "interrupted: %u of %u replications of both\n", pairs.count,
                              pairs.wanted);
                is_well = false;
        }
        compare_deinit(&pairs);
        return is_well ? EXIT_DONE : EXIT_FAILED;
}

int command_compare(int argc, char **argv)
{
        struct options options = {0};
        struct sim_plan plans[2] = {0};
        int status;
        bool is_read;

        if (!read_options(argc, argv, &options, &status)) {
                return status;
        }
        if (options.plot && !plot_is_possible("attunesim compare", options.plot)) {
                return EXIT_FAILED;
        }
        is_read = read_plan(options.paths[0], &plans[0]);
        is_read = read_plan(options.paths[1], &plans[1]) && is_read;
        status = EXIT_FAILED;
        if (is_read) {
                align(&options, plans);
                status = compare(&options, plans);
        }
        sim_plan_deinit(&plans[0]);
        sim_plan_deinit(&plans[1]);
        return status;
}
