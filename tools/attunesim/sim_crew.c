/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunesim/sim_crew.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/util.h"
#include "tools/attunesim/sim_run.h"

#define PROGRESS_NS 200000000L

/* What all processes see; the tallies follow, each `bytes` long. */
struct board {
        volatile sig_atomic_t stop;
        atomic_uint next;
        atomic_uint done;
        size_t bytes;
};

static struct board *board; /* For the signal's handler. */

static void on_interrupt(int number)
{
        (void)number;
        board->stop = 1;
}

static struct sim_tally *tally_at(uint32_t replication)
{
        return (struct sim_tally *)(void *)((char *)board + sizeof(struct board) +
                                            replication * board->bytes);
}

static void work(const struct sim_plan *plan, uint32_t first, uint32_t bins)
{
        for (;;) {
                uint32_t replication = atomic_fetch_add(&board->next, 1);
                struct sim_options options = {.replication = first + replication,
                                              .stop = &board->stop};

                if (replication >= plan->replications || board->stop) {
                        return;
                }
                sim_tally_init(tally_at(replication), plan->config->queue_count,
                               plan->config->agent_count, bins);
                tally_at(replication)->replication = first + replication;
                sim_run(plan, &options, tally_at(replication));
                atomic_fetch_add(&board->done, 1);
        }
}

static uint32_t count_cores(void)
{
        long cores = sysconf(_SC_NPROCESSORS_ONLN);

        return cores > 0 ? (uint32_t)cores : 1;
}

static void show_progress(const struct sim_plan *plan, bool is_last)
{
        (void)fprintf(stderr, "\r%u of %u replications%s", atomic_load(&board->done),
                      plan->replications, is_last ? "\r\033[K" : "");
        (void)fflush(stderr);
}

/* Whether all ended well. */
static bool wait_for(const pid_t *children, uint32_t count, const struct sim_crew *crew,
                     const struct sim_plan *plan)
{
        const struct timespec pause = {.tv_nsec = PROGRESS_NS};
        bool is_well = true;

        for (uint32_t i = 0; i < count; i++) {
                int status = 0;
                pid_t gone;

                while ((gone = waitpid(children[i], &status, crew->shows_progress ? WNOHANG : 0)) ==
                               0 ||
                       (gone < 0 && errno == EINTR)) {
                        show_progress(plan, false);
                        (void)nanosleep(&pause, NULL);
                }
                if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
                        (void)fprintf(stderr, "attunesim: a replication ended by %s %d\n",
                                      WIFSIGNALED(status) ? "signal" : "status",
                                      WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
                        is_well = false;
                }
        }
        if (crew->shows_progress) {
                show_progress(plan, true);
        }
        return is_well;
}

static bool run_children(const struct sim_crew *crew, const struct sim_plan *plan, uint32_t bins)
{
        uint32_t jobs = crew->jobs > 0 ? crew->jobs : count_cores();
        pid_t *children;
        uint32_t count = 0;
        bool is_well;

        jobs = jobs < plan->replications ? jobs : plan->replications;
        children = att_alloc_array(jobs, sizeof(*children));
        (void)fflush(stdout);
        for (uint32_t i = 0; i < jobs; i++) {
                pid_t child = fork();

                if (child == 0) {
                        (void)signal(SIGINT, SIG_IGN);
                        work(plan, crew->first, bins);
                        _exit(0);
                }
                if (child > 0) {
                        children[count++] = child;
                }
        }
        if (count == 0) {
                work(plan, crew->first, bins); /* No process to be had: here, then. */
        }
        is_well = wait_for(children, count, crew, plan);
        free(children);
        return is_well;
}

static void gather(const struct sim_plan *plan, struct sim_outcome *outcome)
{
        outcome->tallies = att_alloc_array(plan->replications, sizeof(struct sim_tally *));
        for (uint32_t i = 0; i < plan->replications; i++) {
                if (tally_at(i)->is_done) {
                        outcome->tallies[outcome->count++] = tally_at(i);
                }
        }
}

bool sim_crew_run(const struct sim_crew *crew, const struct sim_plan *plan,
                  struct sim_outcome *ret_outcome)
{
        const struct sigaction interrupt = {.sa_handler = on_interrupt};
        struct sigaction before;
        uint32_t bins = crew->wants_series ? sim_bin_count(plan) : 0;
        size_t bytes = sim_tally_bytes(plan->config->queue_count, plan->config->agent_count, bins);
        size_t all = sizeof(struct board) + bytes * plan->replications;
        bool is_well;

        board = mmap(NULL, all, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (board == MAP_FAILED) {
                (void)fprintf(stderr, "attunesim: no memory for %u replications: %s\n",
                              plan->replications, strerror(errno));
                return false;
        }
        board->bytes = bytes;
        *ret_outcome = (struct sim_outcome){
                .wanted = plan->replications, .shared = board, .shared_bytes = all};
        (void)sigaction(SIGINT, &interrupt, &before);
        is_well = run_children(crew, plan, bins);
        (void)sigaction(SIGINT, &before, NULL);
        ret_outcome->is_interrupted = board->stop != 0;
        gather(plan, ret_outcome);
        return is_well;
}

void sim_outcome_deinit(struct sim_outcome *outcome)
{
        free(outcome->tallies);
        if (outcome->shared) {
                (void)munmap(outcome->shared, outcome->shared_bytes);
        }
        *outcome = (struct sim_outcome){0};
}

/* Estimates --------------------------------------------------------------- */

struct sim_estimate sim_outcome_total(const struct sim_outcome *outcome, enum sim_measure measure)
{
        double *values = att_alloc_array(outcome->count, sizeof(*values));
        struct sim_estimate estimate;

        for (uint32_t i = 0; i < outcome->count; i++) {
                struct sim_counts total = sim_tally_total(outcome->tallies[i]);

                values[i] = sim_measure_of(&total, measure, outcome->tallies[i]->span_s);
        }
        estimate = sim_estimate_of(values, outcome->count);
        free(values);
        return estimate;
}

struct sim_estimate sim_outcome_queue(const struct sim_outcome *outcome, uint32_t queue,
                                      enum sim_measure measure)
{
        double *values = att_alloc_array(outcome->count, sizeof(*values));
        struct sim_estimate estimate;

        for (uint32_t i = 0; i < outcome->count; i++) {
                values[i] = sim_measure_of(sim_tally_queue(outcome->tallies[i], queue), measure,
                                           outcome->tallies[i]->span_s);
        }
        estimate = sim_estimate_of(values, outcome->count);
        free(values);
        return estimate;
}
