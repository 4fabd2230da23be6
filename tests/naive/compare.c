/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/naive/compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/util.h"
#include "lib/core/core.h"
#include "tests/naive/naive.h"
#include "tests/naive/random_config.h"

struct offer_pair { /* The same offer, as each numbers it. */
        uint64_t naive;
        uint64_t core;
};

struct comparison {
        struct att_core *core;
        struct naive *naive;
        struct att_effects got;
        struct att_effects expected;
        struct offer_pair *offers; /* Owned. */
        int signature;             /* What kind of difference, so that shrinking keeps it. */
        uint32_t offer_count;
        uint32_t offer_capacity;
};

/* --- Effects ----------------------------------------------------------------------------------- */

static void print_effect(const struct att_effect *e, struct att_buffer *into)
{
        att_buffer_printf(into, "+%.3fs %s", (double)(e->at_ms - RANDOM_START_MS) / 1000,
                          att_effect_kind_name(e->kind));
#define SAY_TEXT(field, before)                                                                    \
        do {                                                                                       \
                if (!att_text_is_empty(e->field)) {                                                \
                        att_buffer_printf(into, before "%.*s", ATT_TEXT_ARGS(e->field));           \
                }                                                                                  \
        } while (0)
        SAY_TEXT(contact, " ");
        SAY_TEXT(agent, " agent ");
        SAY_TEXT(queue, " queue ");
        SAY_TEXT(channel, " on ");
        SAY_TEXT(to, " to ");
#undef SAY_TEXT
        if (e->step != ATT_NONE_STEP) {
                att_buffer_printf(into, " step %u", e->step);
        }
        if (e->offer != 0) {
                att_buffer_printf(into, " #%llu", (unsigned long long)e->offer);
        }
        if (e->due_ms > RANDOM_START_MS) {
                att_buffer_printf(into, " due +%.3fs",
                                  (double)(e->due_ms - RANDOM_START_MS) / 1000);
        }
        if (e->kind == ATT_EFFECT_REVOKE) {
                att_buffer_printf(into, " %s", att_revoke_reason_name(e->revoke_reason));
        }
        if (e->kind == ATT_EFFECT_CLOSED) {
                att_buffer_printf(into, " %s", att_outcome_name(e->outcome));
        }
        if (e->kind == ATT_EFFECT_AGENT) {
                att_buffer_printf(into, " %s", att_presence_name(e->presence));
        }
        if (e->kind == ATT_EFFECT_REFUSED) {
                att_buffer_printf(into, " %s", att_refusal_name(e->refusal));
        }
        if (e->kind == ATT_EFFECT_AGENT || e->kind == ATT_EFFECT_REFUSED) {
                att_buffer_printf(into, " '%.*s'", ATT_TEXT_ARGS(e->reason));
        }
        att_buffer_append_c(into, "\n");
}

static void print_effects(const struct att_effects *effects, struct att_buffer *into)
{
        for (uint32_t i = 0; i < effects->count; i++) {
                att_buffer_append_c(into, "    ");
                print_effect(&effects->items[i], into);
        }
}

/* Which sequence an effect belongs to; -1: not compared. */
static int lane_of(const struct att_effect *e)
{
        switch (e->kind) {
        case ATT_EFFECT_QUEUED:
        case ATT_EFFECT_RELAXED:
        case ATT_EFFECT_OFFER:
        case ATT_EFFECT_REVOKE:
        case ATT_EFFECT_CONNECT:
        case ATT_EFFECT_CLOSED:
        case ATT_EFFECT_OVERFLOW:
        case ATT_EFFECT_AGENT:
        case ATT_EFFECT_REFUSED:
                return 0;
        case ATT_EFFECT_SCHEDULED:
                return 1;
        case ATT_EFFECT_WRAP_UP:
                return 2;
        case ATT_EFFECT_FINISHED:
                return 3;
        case ATT_EFFECT_CONFIG:
                return 4;
        case ATT_EFFECT_POSITION:
        case ATT_EFFECT_FEEDBACK:
        case ATT_EFFECT_REPEAT:
        case ATT_EFFECT_PROMISED:
        case ATT_EFFECT_PROMISE_KEPT:
        case ATT_EFFECT_PROMISE_EXPIRED:
        case ATT_EFFECT_PROMISE_CANCELLED:
        case ATT_EFFECT_INCIDENT:
        case ATT_EFFECT_ANNOUNCED:
        case ATT_EFFECT_INCIDENT_CLOSED:
        case ATT_EFFECT_KIND_COUNT:
                return -1;
        }
        return -1;
}

enum { LANES = 5 };

/* Offers are the same if each router always calls them by the same number. */
static bool is_same_offer(struct comparison *c, uint64_t expected, uint64_t got)
{
        for (uint32_t i = 0; i < c->offer_count; i++) {
                if (c->offers[i].naive == expected || c->offers[i].core == got) {
                        return c->offers[i].naive == expected && c->offers[i].core == got;
                }
        }
        if (c->offer_count == c->offer_capacity) {
                c->offer_capacity = (uint32_t)att_grown_capacity(c->offer_capacity,
                                                                 c->offer_count + 1);
                c->offers = att_realloc_array(c->offers, c->offer_capacity, sizeof(c->offers[0]));
        }
        c->offers[c->offer_count++] = (struct offer_pair){.naive = expected, .core = got};
        return true;
}

static bool is_same_effect(struct comparison *c, const struct att_effect *a,
                           const struct att_effect *b)
{
        bool contact = att_text_equals(a->contact, b->contact);
        bool agent = att_text_equals(a->agent, b->agent);
        bool queue = att_text_equals(a->queue, b->queue);
        bool channel = att_text_equals(a->channel, b->channel);

        if (a->kind != b->kind || a->at_ms != b->at_ms) {
                return false;
        }
        switch (a->kind) {
        case ATT_EFFECT_QUEUED:
        case ATT_EFFECT_RELAXED:
                return contact && queue && a->step == b->step;
        case ATT_EFFECT_OFFER:
                return contact && agent && queue && channel && a->step == b->step &&
                       a->due_ms == b->due_ms && is_same_offer(c, a->offer, b->offer);
        case ATT_EFFECT_REVOKE:
                return contact && agent && queue && a->revoke_reason == b->revoke_reason &&
                       is_same_offer(c, a->offer, b->offer);
        case ATT_EFFECT_CONNECT:
                return contact && agent && queue && channel && a->step == b->step &&
                       is_same_offer(c, a->offer, b->offer);
        case ATT_EFFECT_CLOSED:
                return contact && agent && queue && a->outcome == b->outcome;
        case ATT_EFFECT_OVERFLOW:
                return contact && queue && att_text_equals(a->to, b->to);
        case ATT_EFFECT_AGENT:
                return agent && a->presence == b->presence && att_text_equals(a->reason, b->reason);
        case ATT_EFFECT_WRAP_UP:
                return contact && agent && a->due_ms == b->due_ms;
        case ATT_EFFECT_FINISHED:
                return contact && agent;
        case ATT_EFFECT_SCHEDULED:
                return contact && a->due_ms == b->due_ms;
        case ATT_EFFECT_REFUSED:
                return contact && agent && a->refusal == b->refusal;
        case ATT_EFFECT_POSITION:
        case ATT_EFFECT_FEEDBACK:
        case ATT_EFFECT_REPEAT:
        case ATT_EFFECT_PROMISED:
        case ATT_EFFECT_PROMISE_KEPT:
        case ATT_EFFECT_PROMISE_EXPIRED:
        case ATT_EFFECT_PROMISE_CANCELLED:
        case ATT_EFFECT_INCIDENT:
        case ATT_EFFECT_ANNOUNCED:
        case ATT_EFFECT_INCIDENT_CLOSED:
        case ATT_EFFECT_CONFIG:
        case ATT_EFFECT_KIND_COUNT:
                break;
        }
        return true;
}

static const struct att_effect *next_of(const struct att_effects *effects, int lane, uint32_t *at)
{
        while (*at < effects->count) {
                const struct att_effect *effect = &effects->items[(*at)++];

                if (lane_of(effect) == lane) {
                        return effect;
                }
        }
        return NULL;
}

/* Whether they are the same; the first that differ (or NULL for none left). */
static bool compare_effects(struct comparison *c, const struct att_effect **ret_expected,
                            const struct att_effect **ret_got)
{
        for (int lane = 0; lane < LANES; lane++) {
                uint32_t i = 0;
                uint32_t j = 0;

                do {
                        *ret_expected = next_of(&c->expected, lane, &i);
                        *ret_got = next_of(&c->got, lane, &j);
                        if (!*ret_expected != !*ret_got ||
                            (*ret_expected && !is_same_effect(c, *ret_expected, *ret_got))) {
                                return false;
                        }
                } while (*ret_expected);
        }
        return true;
}

/* --- A run ------------------------------------------------------------------------------------- */

static void tell_difference(struct comparison *c, const struct att_command *command,
                            const struct att_effect *expected, const struct att_effect *got,
                            struct att_buffer *into)
{
        if (!into) {
                return;
        }
        att_buffer_append_c(into, "at the command: ");
        random_command_print(command, RANDOM_START_MS, into);
        att_buffer_append_c(into, "expected: ");
        if (expected) {
                print_effect(expected, into);
        } else {
                att_buffer_append_c(into, "nothing more\n");
        }
        att_buffer_append_c(into, "got:      ");
        if (got) {
                print_effect(got, into);
        } else {
                att_buffer_append_c(into, "nothing more\n");
        }
        att_buffer_append_c(into, "  all expected:\n");
        print_effects(&c->expected, into);
        att_buffer_append_c(into, "  all got:\n");
        print_effects(&c->got, into);
}

static uint64_t core_offer_of(const struct comparison *c, uint64_t naive_offer)
{
        for (uint32_t i = 0; i < c->offer_count; i++) {
                if (c->offers[i].naive == naive_offer) {
                        return c->offers[i].core;
                }
        }
        return naive_offer;
}

static uint64_t naive_offer_of(const struct comparison *c, uint64_t core_offer)
{
        for (uint32_t i = 0; i < c->offer_count; i++) {
                if (c->offers[i].core == core_offer) {
                        return c->offers[i].naive;
                }
        }
        return core_offer;
}

struct comparison *compare_begin(void)
{
        struct comparison *c = att_alloc(sizeof(*c));

        c->naive = naive_new();
        return c;
}

void compare_end(struct comparison *c)
{
        if (c) {
                naive_free(c->naive);
                free(c->expected.items);
                free(c->offers);
                free(c);
        }
}

bool compare_gave_up(const struct comparison *c)
{
        return naive_gave_up(c->naive);
}

bool compare_told(struct comparison *c, const struct att_command *command,
                  const struct att_effects *got, struct att_buffer *into)
{
        struct att_command answer = *command;
        const struct att_effect *expected;
        const struct att_effect *other;
        bool is_same;

        if (command->kind == ATT_CMD_OFFER_ACCEPT || command->kind == ATT_CMD_OFFER_DECLINE) {
                answer.offer.offer = naive_offer_of(c, command->offer.offer);
                naive_step(c->naive, &answer, &c->expected); /* It keeps nothing of these. */
        } else {
                naive_step(c->naive, command, &c->expected);
        }
        if (naive_gave_up(c->naive)) {
                return true;
        }
        c->got = *got;
        is_same = compare_effects(c, &expected, &other);
        if (!is_same) {
                tell_difference(c, command, expected, other, into);
        }
        c->got = (struct att_effects){0};
        return is_same;
}

static bool compare_step(struct comparison *c, const struct att_command *command,
                         struct att_buffer *into)
{
        struct att_command for_core = *command;
        int64_t deadline_ms = att_core_next_deadline_ms(c->core);
        const struct att_effect *expected;
        const struct att_effect *got;

        if (command->kind == ATT_CMD_OFFER_ACCEPT || command->kind == ATT_CMD_OFFER_DECLINE) {
                for_core.offer.offer = core_offer_of(c, command->offer.offer);
        }
        if (command->kind == ATT_CMD_CONFIG) {
                for_core.contact = ATT_TEXT_NONE; /* The YAML, for people. */
        }
        naive_step(c->naive, command, &c->expected);
        if (naive_gave_up(c->naive)) {
                return true;
        }
        att_core_step(c->core, &for_core, &c->got);
        if (!compare_effects(c, &expected, &got)) {
                c->signature = (expected ? (int)expected->kind + 1 : 0) * 15 +
                               (got ? (int)got->kind + 1 : 0);
                tell_difference(c, command, expected, got, into);
                return false;
        }
        if (c->expected.count > 0 && c->expected.items[0].at_ms < command->at_ms &&
            deadline_ms > c->expected.items[0].at_ms) {
                if (into) {
                        att_buffer_append_c(into, "the engine's deadline was too late for ");
                        print_effect(&c->expected.items[0], into);
                }
                return false;
        }
        return true;
}

static enum compare_result run_both(const struct random_run *run, const bool *keep,
                                    struct att_buffer *into, int *ret_signature)
{
        struct comparison c = {.core = att_core_new(), .naive = naive_new()};
        struct att_command *commands = att_alloc_array(run->count, sizeof(*commands));
        enum compare_result result = COMPARE_SAME;
        uint32_t count = 0;

        for (uint32_t i = 0; i < run->count && result == COMPARE_SAME; i++) {
                if (keep && !keep[i]) {
                        continue;
                }
                commands[count] = run->commands[i];
                commands[count].seq = count + 1;
                if (!compare_step(&c, &commands[count], into)) {
                        result = COMPARE_DIFFERENT;
                } else if (naive_gave_up(c.naive)) {
                        result = COMPARE_GAVE_UP;
                }
                count++;
        }
        *ret_signature = c.signature;
        att_core_free(c.core);
        naive_free(c.naive);
        att_effects_deinit(&c.got);
        free(c.expected.items);
        free(c.offers);
        free(commands);
        return result;
}

enum compare_result compare_run(const struct random_run *run, const bool *keep,
                                struct att_buffer *into)
{
        int signature;

        return run_both(run, keep, into, &signature);
}

/* A result, or COMPARE_CRASHED + 1 + the kind of difference. */
static int run_apart(const struct random_run *run, const bool *keep)
{
        const struct rlimit no_core = {0, 0};
        enum compare_result result;
        int signature;
        pid_t child;
        int status;

        (void)fflush(NULL);
        child = fork();
        if (child == 0) {
                (void)setrlimit(RLIMIT_CORE, &no_core);
                if (!freopen("/dev/null", "w", stderr)) {
                        _exit(COMPARE_CRASHED);
                }
                (void)alarm(20);
                result = run_both(run, keep, NULL, &signature);
                _exit(result == COMPARE_DIFFERENT ? (int)COMPARE_CRASHED + 1 + signature
                                                  : (int)result);
        }
        if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status)) {
                return COMPARE_CRASHED;
        }
        return WEXITSTATUS(status);
}

enum compare_result compare_run_apart(const struct random_run *run, const bool *keep)
{
        int status = run_apart(run, keep);

        return status > (int)COMPARE_CRASHED ? COMPARE_DIFFERENT : (enum compare_result)status;
}

/* --- The shortest way there -------------------------------------------------------------------- */

static bool try_without(const struct random_run *run, bool *keep, uint32_t from, uint32_t to,
                        int wanted)
{
        bool *trial = att_alloc_array(run->count, sizeof(*trial));
        bool any = false;
        bool still;

        memcpy(trial, keep, run->count * sizeof(*trial));
        for (uint32_t i = from; i < to && i < run->count; i++) {
                any = any || trial[i];
                trial[i] = false;
        }
        still = any && run_apart(run, trial) == wanted;
        if (still) {
                memcpy(keep, trial, run->count * sizeof(*trial));
        }
        free(trial);
        return still;
}

static void shrink(const struct random_run *run, bool *keep, int wanted)
{
        for (uint32_t size = run->count / 2; size > 0; size = size > 1 ? size / 2 : 0) {
                bool again = true;

                while (again) {
                        again = false;
                        for (uint32_t from = 1; from < run->count; from += size) {
                                if (try_without(run, keep, from, from + size, wanted)) {
                                        again = size == 1;
                                }
                        }
                }
        }
}

static void tell_run(const struct random_run *run, const bool *keep, enum compare_result result,
                     struct att_buffer *into)
{
        att_buffer_append_c(into, "features:");
        for (int i = 0; i < RANDOM_FEATURE_COUNT; i++) {
                if (random_has(run->features, (enum random_feature)i)) {
                        att_buffer_printf(into, " %s", random_feature_name((enum random_feature)i));
                }
        }
        att_buffer_append_c(into, "\n");
        for (uint32_t i = 0; i < run->count; i++) {
                if (keep[i]) {
                        random_command_print(&run->commands[i], RANDOM_START_MS, into);
                }
        }
        if (result == COMPARE_CRASHED) {
                att_buffer_append_c(into, "expected: no crash\ngot:      a crash\n");
        } else {
                (void)compare_run(run, keep, into);
        }
}

enum compare_result compare_seed(uint64_t seed, uint64_t features, uint32_t commands,
                                 struct att_buffer *into)
{
        struct random_run run;
        enum compare_result result;
        int status;

        random_run_make(&run, seed, features, commands);
        status = run_apart(&run, NULL);
        result = status > (int)COMPARE_CRASHED ? COMPARE_DIFFERENT : (enum compare_result)status;
        if (into && (result == COMPARE_DIFFERENT || result == COMPARE_CRASHED)) {
                bool *keep = att_alloc_array(run.count, sizeof(*keep));

                for (uint32_t i = 0; i < run.count; i++) {
                        keep[i] = true;
                }
                shrink(&run, keep, status);
                att_buffer_printf(into, "seed %llu\n", (unsigned long long)seed);
                tell_run(&run, keep, result, into);
                free(keep);
        }
        random_run_deinit(&run);
        return result;
}
