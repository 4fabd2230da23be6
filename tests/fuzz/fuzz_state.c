/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A damaged state of the engine (lib/core/snapshot.h). The input is a list of edits of a state that
 * the engine itself has saved, so that the corpus stays good whatever the layout: a byte that says
 * which state, then four bytes an edit: where (two bytes, by share of the whole), what, and a value.
 * The digest at the end is made right again, for it would find all of it.
 */
#include <stdint.h>
#include <stdlib.h>

#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/base/digest.h"
#include "lib/core/snapshot.h"
#include "tests/fuzz/fuzz.h"
#include "tests/naive/random_centre.h"

#define STATES     8
#define COMMANDS   100
#define SUM_BYTES  16
#define EDIT_BYTES 4

static struct state {
        struct att_buffer bytes;
        const struct att_config *config;
} states[STATES];

static void make_state(struct state *state, uint64_t seed)
{
        struct att_effects effects = {0};
        struct att_core *core = att_core_new();
        struct random_run run;

        random_run_make(&run, seed, RANDOM_ALL, COMMANDS);
        for (uint32_t i = 0; i < run.count; i++) {
                att_core_step(core, &run.commands[i], &effects);
        }
        att_core_save(core, &state->bytes);
        state->config = att_config_ref(att_core_config(core));
        att_core_free(core);
        att_effects_deinit(&effects);
        random_run_deinit(&run);
}

enum edit { EDIT_SET, EDIT_ADD, EDIT_INSERT, EDIT_REMOVE, EDIT_CUT, EDIT_COUNT };

/* `bytes` is without the digest. */
static void apply(struct att_buffer *bytes, const uint8_t *edit)
{
        size_t at = bytes->len * (size_t)(edit[0] << 8 | edit[1]) >> 16;

        if (bytes->len == 0) {
                return;
        }
        switch ((enum edit)(edit[2] % EDIT_COUNT)) {
        case EDIT_SET:
                bytes->data[at] = (char)edit[3];
                break;
        case EDIT_ADD:
                bytes->data[at] = (char)(bytes->data[at] + edit[3]);
                break;
        case EDIT_INSERT:
                att_buffer_append_byte(bytes, 0);
                for (size_t i = bytes->len - 1; i > at; i--) {
                        bytes->data[i] = bytes->data[i - 1];
                }
                bytes->data[at] = (char)edit[3];
                break;
        case EDIT_REMOVE:
                bytes->len--;
                for (size_t i = at; i < bytes->len; i++) {
                        bytes->data[i] = bytes->data[i + 1];
                }
                break;
        case EDIT_CUT:
                bytes->len = at;
                break;
        case EDIT_COUNT:
                break;
        }
}

static void append_sum(struct att_buffer *bytes)
{
        struct att_digest sum = att_digest_of(bytes->data, bytes->len);

        for (int i = 0; i < 8; i++) {
                att_buffer_append_byte(bytes, (char)(sum.high >> (8 * i)));
        }
        for (int i = 0; i < 8; i++) {
                att_buffer_append_byte(bytes, (char)(sum.low >> (8 * i)));
        }
}

/* What was read goes on, as far as it can without the recount: which would find that it was never
 * reached by commands. */
static void go_on(struct att_core *core)
{
#ifndef ATT_DEBUG_INVARIANTS
        struct att_effects effects = {0};

        for (int i = 0; i < 16 && att_core_next_deadline_ms(core) != INT64_MAX; i++) {
                const struct att_command tick = {
                        .kind = ATT_CMD_TICK,
                        .seq = att_core_seq(core) + 1,
                        .at_ms = att_core_next_deadline_ms(core),
                };
                att_core_step(core, &tick, &effects);
        }
        att_effects_deinit(&effects);
#else
        (void)core;
#endif
}

static void try(const struct att_buffer *bytes, const struct att_config *config)
{
        struct att_buffer why = {0};
        struct att_buffer again = {0};
        struct att_core *core = att_core_load(att_buffer_text(bytes), config, &why);

        ATT_CHECK((core != NULL) == (why.len == 0));
        if (core) {
                att_core_save(core, &again);
                struct att_core *twin = att_core_load(att_buffer_text(&again), config, &why);
                ATT_CHECK(twin && att_digest_equals(att_core_digest(twin), att_core_digest(core)));
                go_on(core);
                att_core_free(twin);
        }
        att_core_free(core);
        att_buffer_deinit(&again);
        att_buffer_deinit(&why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct att_buffer bytes = {0};

        if (size < 1) {
                return 0;
        }
        struct state *state = &states[data[0] % STATES];
        if (!state->config) {
                make_state(state, 1 + data[0] % STATES);
        }
        att_buffer_append(&bytes, state->bytes.data, state->bytes.len - SUM_BYTES);
        for (size_t i = 1; i + EDIT_BYTES <= size; i += EDIT_BYTES) {
                apply(&bytes, data + i);
        }
        append_sum(&bytes);
        try(&bytes, state->config);
        att_buffer_deinit(&bytes);
        return 0;
}
