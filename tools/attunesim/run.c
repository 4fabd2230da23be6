/* SPDX-License-Identifier: Apache-2.0 */
/* `attunesim run`: simulates a contact centre (docs/simulation.md). */
#include <stdio.h>
#include <unistd.h>

#include "lib/base/util.h"
#include "tools/attunesim/commands.h"
#include "tools/attunesim/options.h"
#include "tools/attunesim/plot.h"
#include "tools/attunesim/sim_report.h"

struct options {
        const char *path;
        const char *plot; /* NULL: no picture. */
        bool is_json;
        bool has_seed;
        uint64_t seed;
        uint32_t replications; /* 0: the file's. */
        uint32_t jobs;
};

static const char help[] =
        "usage: attunesim run FILE [--json] [--seed N] [--replications N] [--jobs N]\n"
        "                         [--plot OUT.svg]\n"
        "\n"
        "Simulates a contact centre with the engine that routes live traffic; docs/simulation.md\n"
        "says how the file is written.\n"
        "\n"
        "  --json              one object: total, queues, agents, each measure with its interval\n"
        "  --seed N            of all chance, instead of the file's\n"
        "  --replications N    instead of the file's\n"
        "  --plot OUT.svg      also a picture of the day: waits, service level and load by queue\n"
        "  --jobs N            processes at a time (as many as there are cores)\n"
        "\n"
        "An interrupt (Ctrl-C) prints what there is by then.\n"
        "Exit status: 0 done, 1 the file is wrong or the run was cut short, 2 wrong usage.\n";

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
                return option_count(100000, &options->replications);
        case 'p':
                return option_count(1024, &options->jobs);
        default:
                return false;
        }
}

/* False: what to exit with. */
static bool read_options(int argc, char **argv, struct options *options, int *ret_status)
{
        static const struct option known[] = {
                {"json", no_argument, NULL, 'j'},
                {"seed", required_argument, NULL, 's'},
                {"replications", required_argument, NULL, 'r'},
                {"jobs", required_argument, NULL, 'p'},
                {"plot", required_argument, NULL, 'o'},
                {"help", no_argument, NULL, 'h'},
                {NULL, 0, NULL, 0},
        };
        const struct option_form form = {
                .command = "run",
                .help = help,
                .known = known,
                .take = take_option,
                .files = 1,
                .files_wanted = "one file, please",
        };

        if (!options_read(&form, argc, argv, options, ret_status)) {
                return false;
        }
        options->path = argv[optind];
        return true;
}

static void print_errors(struct att_config_errors *errors)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer text = {0};

        att_config_errors_sort(errors);
        att_config_errors_write(errors, &text);
        (void)fputs(text.data ? text.data : "", stderr);
}

static bool draw(const struct options *options, const struct sim_plan *plan,
                 const struct sim_outcome *outcome)
{
        const struct plot_side side = {
                .label = options->path,
                .plan = plan,
                .tallies = outcome->tallies,
                .count = outcome->count,
        };

        return !options->plot || outcome->count == 0 || plot_draw(&side, 1, options->plot);
}

static int simulate(const struct options *options, const struct sim_plan *plan)
{
        const struct sim_crew crew = {
                .jobs = options->jobs,
                .shows_progress = isatty(STDERR_FILENO) == 1,
                .wants_series = options->plot != NULL,
        };
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer text = {0};
        struct sim_outcome outcome;
        bool is_well = sim_crew_run(&crew, plan, &outcome);

        if (outcome.count > 0 && options->is_json) {
                sim_report_json(plan, &outcome, &text);
        } else if (outcome.count > 0) {
                sim_report_table(plan, &outcome, &text);
        }
        (void)fputs(text.data ? text.data : "", stdout);
        is_well = draw(options, plan, &outcome) && is_well;
        if (outcome.is_interrupted) {
                (void)fprintf(stderr, "interrupted: %u of %u replications, the last not whole\n",
                              outcome.count, outcome.wanted);
                is_well = false;
        }
        sim_outcome_deinit(&outcome);
        return is_well ? EXIT_DONE : EXIT_FAILED;
}

int command_run(int argc, char **argv)
{
        struct options options = {0};
        struct att_config_errors errors = {0};
        struct sim_plan plan;
        int status;

        if (!read_options(argc, argv, &options, &status)) {
                return status;
        }
        if (options.plot && !plot_is_possible("attunesim run", options.plot)) {
                return EXIT_FAILED;
        }
        if (sim_plan_read(options.path, &errors, &plan) == 0) {
                plan.seed = options.has_seed ? options.seed : plan.seed;
                plan.replications = options.replications > 0 ? options.replications
                                                             : plan.replications;
                sim_plan_warn(&plan, &errors);
                print_errors(&errors);
                status = simulate(&options, &plan);
        } else {
                print_errors(&errors);
                status = EXIT_FAILED;
        }
        sim_plan_deinit(&plan);
        att_config_errors_deinit(&errors);
        return status;
}
