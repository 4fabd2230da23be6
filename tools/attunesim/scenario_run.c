/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/duration.h"
#include "lib/base/util.h"
#include "lib/core/core.h"
#include "tools/attunesim/scenario.h"

/* A scenario on its way through an engine. */
struct run {
        const struct scenario *scenario;
        struct att_core *core; /* Owned. */
        struct att_digester *digester;
        bool is_verbose;
        uint64_t seq;
        struct att_effects effects;

        /* What was said since the last step's end: copies, in an arena of their own. */
        struct att_effect *said; /* Owned. */
        uint32_t said_count;
        uint32_t said_capacity;
        struct att_arena said_arena;
};

/* Saying ------------------------------------------------------------------ */

static void keep_effect(struct run *run, const struct att_effect *effect)
{
        if (run->said_count == run->said_capacity) {
                run->said_capacity = (uint32_t)att_grown_capacity(run->said_capacity,
                                                                  run->said_count + 1);
                run->said = att_realloc_array(run->said, run->said_capacity, sizeof(*run->said));
        }
        struct att_effect *kept = &run->said[run->said_count++];

        *kept = *effect;

        struct att_text *texts[] = {&kept->contact, &kept->front_end, &kept->agent,  &kept->queue,
                                    &kept->channel, &kept->to,        &kept->reason, &kept->field};

        for (size_t i = 0; i < ATT_ARRAY_LEN(texts); i++) {
                *texts[i] = att_arena_text(&run->said_arena, *texts[i]);
        }
        kept->decision = NULL;
        if (effect->feedback) {
                struct att_feedback *feedback = att_arena_take(&run->said_arena, sizeof(*feedback));

                *feedback = *effect->feedback;
                feedback->by = att_arena_text(&run->said_arena, feedback->by);
                feedback->text = att_arena_text(&run->said_arena, feedback->text);
                kept->feedback = feedback;
        }
}

static void print_effect(const struct run *run, const struct att_effect *effect)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer line = {0};
        char at[ATT_DURATION_TEXT_SIZE];

        effect_write(effect, &line);
        printf("  %8s  %s\n", att_duration_format(effect->at_ms - run->scenario->start_ms, at),
               line.data);
}

static void forget_said(struct run *run)
{
        run->said_count = 0;
        att_arena_deinit(&run->said_arena);
}

/* Stepping ---------------------------------------------------------------- */

static void step(struct run *run, struct att_command command, int64_t at_ms)
{
        command.seq = ++run->seq;
        command.at_ms = at_ms;
        att_core_step(run->core, &command, &run->effects);
        att_effects_digest(&run->effects, run->digester);
        for (uint32_t i = 0; i < run->effects.count; i++) {
                if (run->is_verbose) {
                        print_effect(run, &run->effects.items[i]);
                }
                keep_effect(run, &run->effects.items[i]);
        }
}

/* Lets the timers up to a time fire, each at its own. */
static void pass_time(struct run *run, int64_t until_ms)
{
        for (;;) {
                const int64_t deadline_ms = att_core_next_deadline_ms(run->core);

                if (deadline_ms > until_ms) {
                        return;
                }
                /* An engine that asks to be woken in the past would be woken for ever. */
                ATT_CHECK(deadline_ms > att_core_now_ms(run->core));
                step(run, (struct att_command){.kind = ATT_CMD_TICK}, deadline_ms);
        }
}

/* Comparing --------------------------------------------------------------- */

static bool has_kind(uint32_t kinds, enum att_effect_kind kind)
{
        return (kinds >> kind) & 1;
}

static void write_said(const struct run *run, uint32_t kinds, struct att_buffer *into)
{
        const char *separator = "";

        for (uint32_t i = 0; i < run->said_count; i++) {
                if (has_kind(kinds, run->said[i].kind)) {
                        att_buffer_append_c(into, separator);
                        effect_write(&run->said[i], into);
                        separator = "\n            ";
                }
        }
        if (separator[0] == 0) {
                att_buffer_append_c(into, "nothing");
        }
}

static void write_place(const struct scenario_step *at, struct att_buffer *into)
{
        char time[ATT_DURATION_TEXT_SIZE];

        att_buffer_printf(into, "  at %s (%.*s:%u)\n", att_duration_format(at->at_ms, time),
                          ATT_TEXT_ARGS(at->place.source), at->place.line);
}

static bool compare_sequence(const struct run *run, const struct scenario_step *at,
                             struct att_buffer *into)
{
        const struct expectation *expect = &at->expect;
        uint32_t next = 0;
        bool is_same = true;

        for (uint32_t i = 0; i < run->said_count && is_same; i++) {
                if (has_kind(expect->kinds, run->said[i].kind)) {
                        is_same = next < expect->effect_count &&
                                  effect_is_expected(&run->said[i], &expect->effects[next]);
                        next += is_same;
                }
        }
        if (is_same && next == expect->effect_count) {
                return true;
        }
        write_place(at, into);
        if (expect->effect_count == 0) {
                att_buffer_append_c(into, "  expected: nothing\n");
        } else if (next == expect->effect_count) {
                att_buffer_append_c(into, "  expected: no more than the list\n");
        } else {
                att_buffer_printf(into, "  expected: (%u of %u) ", next + 1, expect->effect_count);
                expected_effect_write(&expect->effects[next], into);
                att_buffer_append_byte(into, '\n');
        }
        att_buffer_append_c(into, "  got:      ");
        write_said(run, expect->kinds, into);
        att_buffer_append_byte(into, '\n');
        return false;
}

static bool compare_never(const struct run *run, const struct scenario_step *at,
                          struct att_buffer *into)
{
        for (uint32_t i = 0; i < run->said_count; i++) {
                if (has_kind(at->expect.never, run->said[i].kind)) {
                        write_place(at, into);
                        att_buffer_printf(into, "  expected: never %s\n  got:      ",
                                          att_effect_kind_name(run->said[i].kind));
                        effect_write(&run->said[i], into);
                        att_buffer_append_byte(into, '\n');
                        return false;
                }
        }
        return true;
}

static bool compare_explanation(const struct run *run, const struct scenario_step *at,
                                const struct expected_explanation *expected,
                                struct att_buffer *into)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer explanation = {0};

        (void)att_core_explain(run->core, expected->contact, expected->agent, &explanation);
        if (explanation.len > 0 && (expected->contains.len == 0 ||
                                    memmem(explanation.data, explanation.len,
                                           expected->contains.data, expected->contains.len))) {
                return true;
        }
        write_place(at, into);
        att_buffer_printf(into, "  expected: an explanation of %.*s that contains \"%.*s\"\n",
                          ATT_TEXT_ARGS(expected->contact), ATT_TEXT_ARGS(expected->contains));
        att_buffer_printf(into, "  got:      %s\n",
                          explanation.len > 0 ? explanation.data : "none");
        return false;
}

static bool is_as_expected(const struct run *run, const struct scenario_step *at,
                           struct att_buffer *into)
{
        if (!at->expect.is_given) {
                return true;
        }
        if (!compare_sequence(run, at, into) || !compare_never(run, at, into)) {
                return false;
        }
        for (uint32_t i = 0; i < at->expect.explanation_count; i++) {
                if (!compare_explanation(run, at, &at->expect.explanations[i], into)) {
                        return false;
                }
        }
        return true;
}

/* Running ----------------------------------------------------------------- */

static bool run_step(struct run *run, const struct scenario_step *at, struct att_buffer *into)
{
        const int64_t at_ms = run->scenario->start_ms + at->at_ms;

        pass_time(run, at_ms);
        if (at->has_command) {
                step(run, at->command, at_ms);
        } else if (att_core_now_ms(run->core) < at_ms) {
                step(run, (struct att_command){.kind = ATT_CMD_TICK}, at_ms);
        }
        const bool is_fine = is_as_expected(run, at, into);

        forget_said(run);
        return is_fine;
}

static void add_state(struct run *run)
{
        const struct att_digest digest = att_core_digest(run->core);

        att_digester_add_u64(run->digester, digest.high);
        att_digester_add_u64(run->digester, digest.low);
}

void scenario_run(const struct scenario *scenario, bool is_verbose, struct att_digester *digester,
                  struct scenario_result *ret_result)
{
        struct run run = {
                .scenario = scenario,
                .core = att_core_new(),
                .digester = digester,
                .is_verbose = is_verbose,
        };

        *ret_result = (struct scenario_result){.has_passed = true};
        step(&run, (struct att_command){.kind = ATT_CMD_CONFIG, .config = scenario->config},
             scenario->start_ms);
        forget_said(&run);
        for (uint32_t i = 0; i < scenario->step_count && ret_result->has_passed; i++) {
                ret_result->has_passed = run_step(&run, &scenario->steps[i],
                                                  &ret_result->difference);
        }
        add_state(&run);
        att_core_free(run.core);
        att_effects_deinit(&run.effects);
        forget_said(&run);
        free(run.said);
}

void scenario_result_deinit(struct scenario_result *result)
{
        att_buffer_deinit(&result->difference);
}
