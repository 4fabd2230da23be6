/* SPDX-License-Identifier: Apache-2.0 */
/* `attunesim staff`: how many agents are needed, by interval and group (docs/staffing.md). */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/base/util.h"
#include "tools/attunesim/commands.h"
#include "tools/attunesim/options.h"
#include "tools/attunesim/staff_report.h"
#include "tools/attunesim/staff_search.h"

#define REPLICATIONS_MAX    100000
#define REPLICATIONS_FEW    5 /* Fewer make every level a matter of luck. */
#define SIMULATIONS_DEFAULT 1000
#define SIMULATIONS_MAX     1000000
#define JOBS_MAX            1024

struct options {
        const char *path;
        bool is_json;
        bool has_seed;
        uint64_t seed;
        uint32_t replications; /* 0: the file's. */
        uint32_t simulations;
        uint32_t jobs;
};

static const char help[] =
        "usage: attunesim staff FILE [--json] [--seed N] [--replications N] [--simulations N]\n"
        "                       [--jobs N]\n"
        "\n"
        "Finds the fewest agents, by half hour (the file's `interval`) and group of agents who are\n"
        "alike, that answer what the queues were promised in every half hour. Begins with Erlang's\n"
        "formulas, goes on by simulation. docs/staffing.md explains how.\n"
        "\n"
        "  --json              one object: groups, intervals, queues, what is impossible\n"
        "  --seed N            of all chance, instead of the file's\n"
        "  --replications N    of each simulation, instead of the file's\n"
        "  --simulations N     at most (1000)\n"
        "  --jobs N            processes at a time (as many as there are cores)\n"
        "\n"
        "An interrupt (Ctrl-C) prints the best that was found by then.\n"
        "Exit status: 0 every level is reached, 1 it is not, the file is wrong or the search was cut\n"
        "short, 2 wrong usage.\n";

static bool take_option(int option, void *context)
{
        struct options *options = context;
        switch (option) {
        case 'j':
                options->is_json = true;
                return true;
        case 's':
                options->has_seed = true;
                return option_number(INT64_MAX, &options->seed);
        case 'r':
                return option_count(REPLICATIONS_MAX, &options->replications);
        case 'n':
                return option_count(SIMULATIONS_MAX, &options->simulations);
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
                {"seed", required_argument, NULL, 's'},
                {"replications", required_argument, NULL, 'r'},
                {"simulations", required_argument, NULL, 'n'},
                {"jobs", required_argument, NULL, 'p'},
                {"help", no_argument, NULL, 'h'},
                {NULL, 0, NULL, 0},
        };
        const struct option_form form = {
                .command = "staff",
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

static bool names_agent(const struct att_contact_request *request)
{
        return !att_text_is_empty(request->agent) || !att_text_is_empty(request->preferred_agent) ||
               request->exclude_count > 0;
}

/* A staffing is of groups: nobody in it has the name that a contact asks for. */
static void warn_of_names(const struct sim_plan *plan, struct att_config_errors *errors)
{
        static const char why[] =
                "name an agent, and are refused here: a staffing knows groups, no "
                "names; leave out agent, preferred_agent and exclude";

        for (uint32_t i = 0; i < plan->stream_count; i++) {
                const struct sim_stream *stream = &plan->streams[i];
                uint32_t first = 0;
                uint32_t count = 0;

                if (names_agent(&stream->request)) {
                        att_config_errors_warn(errors, stream->place, "these contacts %s", why);
                }
                for (uint32_t k = 0; k < stream->trace.count; k++) {
                        const struct sim_row *row = &stream->trace.rows[k];

                        if (names_agent(&row->request)) {
                                first = count == 0 || row->line < first ? row->line : first;
                                count++;
                        }
                }
                if (count > 0) {
                        att_config_errors_warn(errors, stream->place,
                                               "%u contacts of the trace, the first in its line "
                                               "%u, %s",
                                               count, first, why);
                }
        }
}

/* The plan's own agents don't matter here, and so no warning about them. */
static bool read_plan(const struct options *options, struct sim_plan *plan)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer text = {0};
        struct att_config_errors errors = {0};
        bool is_read = sim_plan_read(options->path, &errors, plan) == 0;

        if (is_read) {
                warn_of_names(plan, &errors);
        }
        att_config_errors_sort(&errors);
        att_config_errors_write(&errors, &text);
        (void)fputs(text.data ? text.data : "", stderr);
        att_config_errors_deinit(&errors);
        if (!is_read) {
                return false;
        }
        plan->seed = options->has_seed ? options->seed : plan->seed;
        plan->replications = options->replications > 0 ? options->replications : plan->replications;
        if (plan->replications < REPLICATIONS_FEW) {
                (void)fprintf(stderr,
                              "attunesim staff: %u replications tell little about a half hour: "
                              "--replications 20 is a beginning\n",
                              plan->replications);
        }
        return true;
}

/* Between two simulations an interrupt waits for the next, which ends at once. */
static volatile sig_atomic_t is_interrupted;

static void on_interrupt(int number)
{
        (void)number;
        is_interrupted = 1;
}

static int staff(const struct options *options, const struct sim_plan *plan)
{
        const struct staff_search search = {
                .simulations_max = options->simulations,
                .shows_progress = isatty(STDERR_FILENO) == 1,
                .stop = &is_interrupted,
        };
        const struct sigaction interrupt = {.sa_handler = on_interrupt};
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer text = {0};
        struct staff_problem problem;
        struct staff_answer answer;
        struct sigaction before;
        bool is_well;

        (void)sigaction(SIGINT, &interrupt, &before);
        staff_problem_init(&problem, plan, options->jobs);
        is_well = staff_search_run(&search, &problem, &answer);
        (void)sigaction(SIGINT, &before, NULL);
        if (options->is_json) {
                staff_report_json(&problem, &answer, &text);
        } else {
                staff_report_table(&problem, &answer, &text);
        }
        (void)fputs(text.data ? text.data : "", stdout);
        if (answer.is_cut_short) {
                (void)fprintf(stderr, "%s: what there is after %u simulations\n",
                              problem.is_interrupted ? "interrupted" : "cut short",
                              problem.simulations);
        }
        is_well = is_well && !answer.is_cut_short && staff_is_all_met(&problem, &answer);
        staff_answer_deinit(&answer);
        staff_problem_deinit(&problem);
        return is_well ? EXIT_DONE : EXIT_FAILED;
}

int command_staff(int argc, char **argv)
{
        struct options options = {.simulations = SIMULATIONS_DEFAULT};
        struct sim_plan plan = {0};
        int status;

        if (!read_options(argc, argv, &options, &status)) {
                return status;
        }
        status = read_plan(&options, &plan) ? staff(&options, &plan) : EXIT_FAILED;
        sim_plan_deinit(&plan);
        return status;
}
