/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine and the naive router, side by side on one random run.
 *
 * Effects are compared in order on what their kind carries. Kinds whose place among the others is
 * not laid down (scheduled, wrap_up, finished, config) are compared as sequences of their own;
 * `position` and all texts for people are left out. Not covered by the naive router, and not in the random
 * centres: promises, incidents, points for repeat contacts, surveys. Before each command it is also checked that the
 * engine's next deadline is not after the first thing that time alone will do.
 */
#ifndef ATT_TESTS_NAIVE_COMPARE_H
#define ATT_TESTS_NAIVE_COMPARE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/core/command.h"
#include "lib/core/effect.h"
#include "tests/naive/random_centre.h"

enum compare_result {
        COMPARE_SAME,
        COMPARE_DIFFERENT,
        COMPARE_GAVE_UP, /* Too large for the naive router; the same until then. */
        COMPARE_CRASHED, /* One of them aborted. */
};

/* Runs the commands that `keep` says (NULL: all); a difference is told in `into` (may be NULL). */
enum compare_result compare_run(const struct random_run *run, const bool *keep,
                                struct att_buffer *into);

/* The same in a process of its own, so that an abort is a result. */
enum compare_result compare_run_apart(const struct random_run *run, const bool *keep);

/* The run of a seed. On a difference (or a crash) makes it as short as it gets and tells all. */
enum compare_result compare_seed(uint64_t seed, uint64_t features, uint32_t commands,
                                 struct att_buffer *into);

/* ---- An engine that somebody else steps ---- */

struct comparison;

struct comparison *compare_begin(void);
void compare_end(struct comparison *comparison); /* NULL fine. */
/* The command, with all that it points to, outlives the comparison; `got` is what the engine gave for it.
 * False: the naive router says otherwise, and `into` says what. */
bool compare_told(struct comparison *comparison, const struct att_command *command,
                  const struct att_effects *got, struct att_buffer *into);
/* An instant was too large to try every pairing: from then on all is taken as it is told. */
bool compare_gave_up(const struct comparison *comparison);

#endif
