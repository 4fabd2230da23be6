/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of attune-bench, and what they share. One command, one file. */
#ifndef ATT_TOOLS_BENCH_BENCH_H
#define ATT_TOOLS_BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Each gives the exit status. */
int bench_customers(int argc, char **argv);
int bench_history(int argc, char **argv);
int bench_journal(int argc, char **argv);
int bench_match(int argc, char **argv);
int bench_overload(int argc, char **argv);
int bench_recovery(int argc, char **argv);
int bench_report(int argc, char **argv);
int bench_snapshot(int argc, char **argv);
int bench_soak(int argc, char **argv);
int bench_step(int argc, char **argv);
int bench_wire(int argc, char **argv);

/* An option that takes a number, or a word. */
struct bench_option {
        const char *name; /* "--seed" */
        const char *what; /* For the help. */
        int64_t *number;  /* Set; or */
        const char **word;
        bool *flag;
        int64_t min;
        int64_t max;
};

/* False after a message on standard error. */
bool bench_parse(const char *command, const struct bench_option *options, size_t option_count,
                 int argc, char **argv);

/* CPU time of a process and all its threads; the clock that clock_getcpuclockid() gives. */
int64_t bench_cpu_ns(int pid);
int64_t bench_own_cpu_ns(void);
int64_t bench_now_ns(void);

/* The share-th value (0..1) of samples, which it sorts. */
uint32_t bench_quantile(uint32_t *samples, size_t count, double share);

/* A folder with all that is in it. */
void bench_remove_tree(const char *path);

#endif
