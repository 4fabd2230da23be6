/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/naive/random_centre.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/duration.h"
#include "lib/base/rng.h"
#include "lib/base/util.h"
#include "lib/config/compile.h"
#include "lib/config/errors.h"
#include "lib/config/yaml.h"
#include "tests/naive/naive.h"
#include "tests/naive/random_config.h"

static const char *const feature_names[] = {
        [RANDOM_CHANNELS] = "channels",
        [RANDOM_LIMITS] = "limits",
        [RANDOM_EXCLUSIVE] = "exclusive",
        [RANDOM_INTERRUPTS] = "interrupts",
        [RANDOM_AUTO] = "auto",
        [RANDOM_WRAP_UP] = "wrap_up",
        [RANDOM_BOTS] = "bots",
        [RANDOM_REACH] = "reach",
        [RANDOM_PAUSE] = "pause",
        [RANDOM_SKILLS] = "skills",
        [RANDOM_ANY_OF] = "any_of",
        [RANDOM_PREFERS] = "prefers",
        [RANDOM_TEAMS] = "teams",
        [RANDOM_ATTRIBUTES] = "attributes",
        [RANDOM_PROFILES] = "profiles",
        [RANDOM_DELAYS] = "delays",
        [RANDOM_TIERS] = "tiers",
        [RANDOM_POINTS] = "points",
        [RANDOM_FIT] = "fit",
        [RANDOM_FIT_POINTS] = "fit_points",
        [RANDOM_SLOPES] = "slopes",
        [RANDOM_STARVE] = "starve",
        [RANDOM_BATCH] = "batch",
        [RANDOM_KEEP] = "keep",
        [RANDOM_COOLDOWN] = "cooldown",
        [RANDOM_BROADCAST] = "broadcast",
        [RANDOM_ROUNDS] = "rounds",
        [RANDOM_STEPS] = "steps",
        [RANDOM_SKIP] = "skip",
        [RANDOM_MOVES] = "moves",
        [RANDOM_MAX_WAIT] = "max_wait",
        [RANDOM_MAX_WAITING] = "max_waiting",
        [RANDOM_OVERFLOW] = "overflow",
        [RANDOM_UNSTAFFED] = "unstaffed",
        [RANDOM_HOURS] = "hours",
        [RANDOM_INTAKE] = "intake",
        [RANDOM_CONTACTS_MAX] = "contacts_max",
        [RANDOM_NAMED] = "named",
        [RANDOM_EXCLUDE] = "exclude",
        [RANDOM_PREFERRED] = "preferred",
        [RANDOM_CUSTOMERS] = "customers",
        [RANDOM_WAITED] = "waited",
        [RANDOM_OWN_LEVELS] = "own_levels",
        [RANDOM_NOT_BEFORE] = "not_before",
        [RANDOM_UNANSWERED] = "unanswered",
        [RANDOM_TRANSFER] = "transfer",
        [RANDOM_UPDATE] = "update",
        [RANDOM_OCCUPIED] = "occupied",
        [RANDOM_WRONG] = "wrong",
        [RANDOM_RELOAD] = "reload",
        [RANDOM_REMOVAL] = "removal",
        [RANDOM_CROWDS] = "crowds",
        [RANDOM_REACH_SKIP] = "reach_skip",
        [RANDOM_WRONG_WRAP_UP] = "wrong_wrap_up",
        [RANDOM_WRAP_UPS_DONE] = "wrap_ups_done",
        [RANDOM_QUEUE_REMOVAL] = "queue_removal",
        [RANDOM_SKILL_REMOVAL] = "skill_removal",
        [RANDOM_CHANNEL_REMOVAL] = "channel_removal",
        [RANDOM_GRID] = "grid",
};

const char *random_feature_name(enum random_feature feature)
{
        return feature_names[feature];
}

struct maker {
        struct random_run *run;
        struct att_rng rng;
        struct random_sizes sizes;
        struct naive *naive;
        int64_t now_ms;
        uint32_t contacts_made;
        uint32_t works_made;
};

static bool has(const struct maker *m, enum random_feature feature)
{
        return random_has(m->run->features, feature);
}

static uint32_t below(struct maker *m, uint32_t bound)
{
        return (uint32_t)att_rng_below(&m->rng, bound);
}

static bool falls(struct maker *m, enum random_feature feature, uint32_t percent)
{
        return has(m, feature) && below(m, 100) < percent;
}

static struct att_text name(struct maker *m, char kind, uint32_t i)
{
        char text[32];

        (void)snprintf(text, sizeof(text), "%c%u", kind, i);
        return att_arena_text(&m->run->arena, att_text_from(text));
}

/* --- Configurations ---------------------------------------------------------------------------- */

static const struct att_config *compile(struct att_text text)
{
        struct att_config_errors errors = {0};
        struct att_yaml_file file;
        const struct att_config *config = NULL;

        if (att_yaml_parse(ATT_TEXT("random.yaml"), text, &errors, &file)) {
                if (!att_config_compile(file.documents[0], RANDOM_START_MS, &errors, &config)) {
                        config = NULL;
                }
                att_yaml_file_deinit(&file);
        }
        if (!config && getenv("ATT_NAIVE_ERRORS")) {
                struct att_buffer buffer = {0};

                att_config_errors_write(&errors, &buffer);
                fprintf(stderr, "%.*s\n%.*s\n", ATT_TEXT_ARGS(text),
                        ATT_TEXT_ARGS(att_buffer_text(&buffer)));
                att_buffer_deinit(&buffer);
        }
        att_config_errors_deinit(&errors);
        return config;
}

/* The text is kept in the command's `contact`, which configurations don't use. */
static void make_config(struct maker *m, struct att_command *command)
{
        struct att_buffer yaml = {0};

        do {
                att_buffer_clear(&yaml);
                random_config_write(&m->rng, m->run->features, &m->sizes, &yaml);
                command->config = compile(att_buffer_text(&yaml));
        } while (!command->config);
        command->kind = ATT_CMD_CONFIG;
        command->contact = att_arena_text(&m->run->arena, att_buffer_text(&yaml));
        att_buffer_deinit(&yaml);
}

const char *random_run_yaml(const struct random_run *run, const struct att_config *config)
{
        for (uint32_t i = 0; i < run->count; i++) {
                if (run->commands[i].kind == ATT_CMD_CONFIG && run->commands[i].config == config) {
                        return run->commands[i].contact.data;
                }
        }
        return "";
}

/* --- Commands ---------------------------------------------------------------------------------- */

static struct att_text some_agent(struct maker *m)
{
        if (falls(m, RANDOM_WRONG, 3)) {
                return ATT_TEXT("nobody");
        }
        return name(m, 'a', below(m, m->sizes.agents));
}

static struct att_text some_queue(struct maker *m)
{
        if (falls(m, RANDOM_WRONG, 3)) {
                return ATT_TEXT("nowhere");
        }
        return name(m, 'q', below(m, m->sizes.queues));
}

static struct att_text some_skill(struct maker *m)
{
        if (m->sizes.skills == 0 || falls(m, RANDOM_WRONG, 3)) {
                return ATT_TEXT("magic");
        }
        return name(m, 's', below(m, m->sizes.skills));
}

static struct att_text some_channel(struct maker *m)
{
        static const char *const names[] = {"voice", "chat", "email"};

        if (falls(m, RANDOM_WRONG, 3)) {
                return ATT_TEXT("pigeon");
        }
        return att_text_from(names[below(m, m->sizes.channels)]);
}

static struct att_text some_contact(struct maker *m, int state)
{
        struct naive_contact_view view;
        uint32_t fitting = 0;
        uint32_t chosen;

        if (!falls(m, RANDOM_WRONG, 10)) {
                for (uint32_t i = 0; naive_live_contact(m->naive, i, &view); i++) {
                        fitting += state < 0 || (int)view.state == state;
                }
                if (fitting > 0) {
                        chosen = below(m, fitting);
                        for (uint32_t i = 0; naive_live_contact(m->naive, i, &view); i++) {
                                if ((state < 0 || (int)view.state == state) && chosen-- == 0) {
                                        return view.id;
                                }
                        }
                }
                if (!has(m, RANDOM_WRONG)) {
                        return ATT_TEXT_NONE;
                }
        }
        return name(m, 'c', below(m, m->contacts_made + 1));
}

static void make_levels(struct maker *m, const struct att_named_level **ret_levels,
                        uint32_t *ret_count)
{
        struct att_named_level *levels = att_arena_take_array(&m->run->arena, 1, sizeof(*levels));
        static const uint32_t some[] = {0, 3, 5, 8};

        levels->skill = some_skill(m);
        levels->level = some[below(m, 4)];
        if (!att_text_equals(levels->skill, ATT_TEXT("magic")) && falls(m, RANDOM_WRONG, 5)) {
                levels->level = 11;
        }
        *ret_levels = levels;
        *ret_count = 1;
}

static void fill_customer(struct maker *m, struct att_customer_info *customer)
{
        customer->lifetime_value_micro = -1;
        customer->churn_risk_ppm = -1;
        customer->last_spoke_ms = -1;
        if (falls(m, RANDOM_CUSTOMERS, 70)) { /* A customer is always the same. */
                uint32_t who = below(m, 3);

                customer->id = name(m, 'u', who);
                if (has(m, RANDOM_TIERS)) {
                        customer->lifetime_value_micro = who * INT64_C(1000) * 1000000;
                }
                customer->last_went_badly = has(m, RANDOM_POINTS) && who == 1;
                return;
        }
        if (falls(m, RANDOM_POINTS, 30)) {
                customer->id = name(m, 'v', m->contacts_made); /* Only this once. */
                customer->last_went_badly = below(m, 2);
        }
        if (falls(m, RANDOM_TIERS, 60)) {
                customer->lifetime_value_micro = below(m, 3) * INT64_C(1000) * 1000000;
        }
        if (falls(m, RANDOM_TIERS, 30)) {
                customer->churn_risk_ppm = below(m, 3) * INT64_C(500000);
        }
        if (falls(m, RANDOM_TIERS, 10)) {
                customer->tier = below(m, 2) ? ATT_TEXT("gold") : ATT_TEXT("unheard-of");
        }
}

static void fill_people(struct maker *m, struct att_contact_request *request)
{
        if (falls(m, RANDOM_NAMED, 30)) {
                request->agent = some_agent(m);
        }
        if (falls(m, RANDOM_PREFERRED, 50)) {
                request->preferred_agent = name(m, 'a', below(m, m->sizes.agents));
        }
        if (falls(m, RANDOM_EXCLUDE, 40)) {
                struct att_text *exclude = att_arena_take_array(&m->run->arena, 1,
                                                                sizeof(*exclude));

                *exclude = name(m, 'a', below(m, m->sizes.agents));
                request->exclude = exclude;
                request->exclude_count = 1;
        }
}

static void make_contact(struct maker *m, struct att_command *command)
{
        struct att_contact_request *request = &command->request;

        command->kind = ATT_CMD_CONTACT_ADD;
        if (m->run->count > 1 && falls(m, RANDOM_WRONG, 5)) {
                const struct att_command *before = &m->run->commands[below(m, m->run->count)];

                if (before->kind == ATT_CMD_CONTACT_ADD) { /* The same again, or nearly. */
                        *request = before->request;
                        command->contact = request->id;
                        if (below(m, 2)) {
                                request->priority_milli = 7000;
                        }
                        return;
                }
        }
        request->id = name(m, 'c', ++m->contacts_made);
        command->contact = request->id;
        request->channel = some_channel(m);
        request->priority_milli = ATT_ABSENT;
        request->emotion_ppm = ATT_ABSENT;
        request->not_before_ms = ATT_ABSENT;
        request->waited_ms = ATT_ABSENT;
        if (!falls(m, RANDOM_INTAKE, 50)) {
                request->queue = some_queue(m);
        }
        if (falls(m, RANDOM_INTAKE, 40)) {
                request->language = ATT_TEXT("es");
        }
        if (falls(m, RANDOM_INTAKE, 30)) {
                request->text = ATT_TEXT("I Lost it");
        }
        if (falls(m, RANDOM_POINTS, 50)) {
                request->priority_milli = below(m, 4) * INT64_C(1000);
        }
        if (falls(m, RANDOM_POINTS, 30)) {
                request->emotion_ppm = below(m, 3) * INT64_C(500000);
        }
        if (falls(m, RANDOM_WAITED, 30)) {
                request->waited_ms = below(m, 4) * INT64_C(5000);
        }
        if (falls(m, RANDOM_NOT_BEFORE, 25)) {
                request->not_before_ms = m->now_ms + below(m, 5) * INT64_C(2000);
        }
        request->keep_place = falls(m, RANDOM_UNANSWERED, 20);
        if (m->sizes.skills > 0 && falls(m, RANDOM_OWN_LEVELS, 40)) {
                make_levels(m, &request->requires, &request->requires_count);
        }
        if (m->sizes.skills > 0 && falls(m, RANDOM_PREFERS, 30)) {
                struct att_named_weight *prefers = att_arena_take_array(&m->run->arena, 1,
                                                                        sizeof(*prefers));

                *prefers = (struct att_named_weight){.skill = some_skill(m),
                                                     .weight_milli = 500 * (1 + below(m, 4))};
                request->prefers = prefers;
                request->prefer_count = 1;
        }
        fill_people(m, request);
        fill_customer(m, &request->customer);
}

static void make_update(struct maker *m, struct att_command *command)
{
        command->kind = ATT_CMD_CONTACT_UPDATE;
        command->contact = some_contact(m, -1);
        command->update.priority_milli = falls(m, RANDOM_POINTS, 60) ? below(m, 5) * INT64_C(1000)
                                                                     : ATT_ABSENT;
        command->update.emotion_ppm = falls(m, RANDOM_POINTS, 40) ? below(m, 3) * INT64_C(500000)
                                                                  : ATT_ABSENT;
        if (falls(m, RANDOM_WRONG, 3)) {
                command->update.emotion_ppm = -5;
        }
        if (m->sizes.skills > 0 && below(m, 2)) {
                make_levels(m, &command->update.requires, &command->update.requires_count);
        }
}

static void make_ready(struct maker *m, struct att_command *command)
{
        command->kind = ATT_CMD_AGENT_READY;
        command->agent = some_agent(m);
        if (falls(m, RANDOM_REACH, 40)) {
                struct att_text *channels = att_arena_take_array(&m->run->arena, 2,
                                                                 sizeof(*channels));

                channels[0] = some_channel(m);
                channels[1] = some_channel(m);
                command->presence.channels = channels;
                command->presence.channel_count = 1 + below(m, 2);
        }
}

static void make_answer(struct maker *m, struct att_command *command, enum att_command_kind kind)
{
        struct naive_offer_view view;
        uint32_t count = 0;

        command->kind = kind;
        while (naive_live_offer(m->naive, count, &view)) {
                count++;
        }
        if (count > 0 && !falls(m, RANDOM_WRONG, 10)) {
                (void)naive_live_offer(m->naive, below(m, count), &view);
                command->contact = view.contact;
                command->agent = view.agent;
                command->offer.offer = below(m, 2) ? view.number : 0;
        } else if (has(m, RANDOM_WRONG)) {
                command->contact = some_contact(m, -1);
                command->agent = some_agent(m);
        } else {
                command->kind = ATT_CMD_TICK;
        }
}

static void make_wrap_up_done(struct maker *m, struct att_command *command)
{
        struct naive_work_view view;

        command->kind = ATT_CMD_TICK;
        for (uint32_t i = 0; naive_live_work(m->naive, i, &view); i++) {
                if (view.in_wrap_up && below(m, 2)) {
                        command->kind = ATT_CMD_WRAP_UP_DONE;
                        command->contact = falls(m, RANDOM_WRAP_UPS_DONE, 50) ? ATT_TEXT_NONE
                                                                              : view.contact;
                        command->agent = view.agent;
                }
        }
        if (falls(m, RANDOM_WRONG_WRAP_UP, 10)) {
                command->kind = ATT_CMD_WRAP_UP_DONE;
                command->contact = below(m, 2) ? some_contact(m, -1) : ATT_TEXT_NONE;
                command->agent = some_agent(m);
        }
}

static void make_occupied(struct maker *m, struct att_command *command)
{
        command->kind = ATT_CMD_OCCUPIED;
        command->agent = some_agent(m);
        command->contact = name(m, 'w',
                                falls(m, RANDOM_WRONG, 20) ? m->works_made : ++m->works_made);
        command->occupied.channel = some_channel(m);
}

static void make_free(struct maker *m, struct att_command *command)
{
        struct naive_work_view view;

        command->kind = ATT_CMD_TICK;
        for (uint32_t i = 0; naive_live_work(m->naive, i, &view); i++) {
                if (view.outside && (command->kind == ATT_CMD_TICK || below(m, 2))) {
                        command->kind = ATT_CMD_FREE;
                        command->contact = view.contact;
                        command->agent = view.agent;
                }
        }
        if (falls(m, RANDOM_WRONG, 20)) {
                command->kind = ATT_CMD_FREE;
                command->contact = name(m, 'w', below(m, m->works_made + 1));
                command->agent = some_agent(m);
        }
}

static void make_transfer(struct maker *m, struct att_command *command)
{
        command->kind = ATT_CMD_CONTACT_TRANSFER;
        command->contact = some_contact(m, below(m, 4) ? (int)ATT_CONTACT_CONNECTED
                                                       : (int)ATT_CONTACT_QUEUED);
        if (below(m, 3)) {
                command->transfer.queue = some_queue(m);
        } else {
                command->transfer.agent = some_agent(m);
        }
}

static void make_leave(struct maker *m, struct att_command *command)
{
        command->kind = below(m, 2) ? ATT_CMD_AGENT_PAUSE : ATT_CMD_AGENT_OFFLINE;
        command->agent = some_agent(m);
        if (command->kind == ATT_CMD_AGENT_PAUSE) {
                command->presence.reason = below(m, 2) ? ATT_TEXT("lunch") : ATT_TEXT("break");
        }
}

static void make_about_contact(struct maker *m, struct att_command *command,
                               enum att_command_kind kind, int state)
{
        command->kind = kind;
        command->contact = some_contact(m, state);
        command->end.unanswered = kind == ATT_CMD_CONTACT_END && falls(m, RANDOM_UNANSWERED, 60);
}

static uint32_t live_contacts(const struct maker *m)
{
        struct naive_contact_view view;
        uint32_t count = 0;

        while (naive_live_contact(m->naive, count, &view)) {
                count++;
        }
        return count;
}

static void make_command(struct maker *m, struct att_command *command)
{
        uint32_t which = below(m, 100);

        if (which < 27) {
                if (has(m, RANDOM_CROWDS) || live_contacts(m) < 6) {
                        make_contact(m, command);
                }
        } else if (which < 37) {
                make_ready(m, command);
        } else if (which < 53) {
                make_answer(m, command, ATT_CMD_OFFER_ACCEPT);
        } else if (which < 58) {
                make_answer(m, command, ATT_CMD_OFFER_DECLINE);
        } else if (which < 70) {
                make_about_contact(m, command, ATT_CMD_CONTACT_END, ATT_CONTACT_CONNECTED);
        } else if (which < 75) {
                make_about_contact(m, command, ATT_CMD_CONTACT_ABANDON,
                                   below(m, 2) ? (int)ATT_CONTACT_QUEUED : -1);
        } else if (which < 77) {
                make_about_contact(m, command, ATT_CMD_CONTACT_CANCEL, -1);
        } else if (which < 82 && has(m, RANDOM_PAUSE)) {
                make_leave(m, command);
        } else if (which < 85 && has(m, RANDOM_TRANSFER)) {
                make_transfer(m, command);
        } else if (which < 88 && has(m, RANDOM_UPDATE)) {
                make_update(m, command);
        } else if (which < 91 && has(m, RANDOM_WRAP_UP)) {
                make_wrap_up_done(m, command);
        } else if (which < 93 && has(m, RANDOM_OCCUPIED)) {
                make_occupied(m, command);
        } else if (which < 95 && has(m, RANDOM_OCCUPIED)) {
                make_free(m, command);
        } else if (which < 97 && has(m, RANDOM_RELOAD)) {
                make_config(m, command);
        }
}

/* --- A run ------------------------------------------------------------------------------------- */

static int64_t some_time(struct maker *m)
{
        static const int64_t some_ms[] = {0,    0,    0,    0,    0,    1000, 1000,
                                          1000, 2000, 2000, 3000, 5000, 10000};
        int64_t next_ms;

        if (has(m, RANDOM_GRID)) {
                return below(m, 5) == 0 ? RANDOM_GRID_S * 1000 : 0;
        }
        if (below(m, 5) == 0) { /* Just when something falls due, or just before. */
                next_ms = naive_next_instant_ms(m->naive);
                if (next_ms > m->now_ms && next_ms - m->now_ms < 30000) {
                        return next_ms - m->now_ms - below(m, 2);
                }
        }
        return some_ms[below(m, ATT_ARRAY_LEN(some_ms))];
}

static struct att_command *add_command(struct random_run *run)
{
        if (run->count == run->capacity) {
                run->capacity = (uint32_t)att_grown_capacity(run->capacity, run->count + 1);
                run->commands = att_realloc_array(run->commands, run->capacity,
                                                  sizeof(*run->commands));
        }
        memset(&run->commands[run->count], 0, sizeof(*run->commands));
        return &run->commands[run->count++];
}

static uint64_t choose_features(struct att_rng *rng, uint64_t features)
{
        static const uint32_t chances[] = {15, 30, 60};
        uint32_t chance = chances[att_rng_below(rng, 3)];
        uint64_t chosen = 0;

        for (int i = 0; i < RANDOM_FEATURE_COUNT; i++) {
                uint32_t mine = i <= RANDOM_SKILLS ? 50 : chance;

                if ((features >> i & 1) && att_rng_below(rng, 100) < mine) {
                        chosen |= UINT64_C(1) << i;
                }
        }
        if (random_has(chosen, RANDOM_REACH) && !random_has(chosen, RANDOM_REACH_SKIP)) {
                chosen &= ~(UINT64_C(1) << RANDOM_SKIP);
        }
        return chosen;
}

void random_run_make(struct random_run *run, uint64_t seed, uint64_t features, uint32_t commands)
{
        struct maker maker = {.run = run, .now_ms = RANDOM_START_MS};
        struct att_effects effects = {0};
        struct maker *m = &maker;

        memset(run, 0, sizeof(*run));
        att_rng_seed(&m->rng, seed);
        run->features = choose_features(&m->rng, features);
        m->naive = naive_new();
        m->sizes = (struct random_sizes){
                .agents = 1 + below(m, 6),
                .queues = 1 + below(m, 4),
                .skills = has(m, RANDOM_SKILLS) ? 1 + below(m, 3) : 0,
                .channels = has(m, RANDOM_CHANNELS) ? 3 : 1,
        };
        run->capacity = commands;
        run->commands = att_alloc_array(commands, sizeof(*run->commands));
        for (uint32_t i = 0; i < commands; i++) {
                struct att_command *command = add_command(run);

                if (i == 0) {
                        make_config(m, command);
                } else {
                        m->now_ms += some_time(m);
                        make_command(m, command);
                }
                command->seq = i + 1;
                command->at_ms = m->now_ms;
                if (command->kind == ATT_CMD_CONTACT_ADD) {
                        command->front_end = ATT_TEXT("pbx");
                }
                naive_step(m->naive, command, &effects);
        }
        naive_free(m->naive);
        free(effects.items);
}

void random_run_deinit(struct random_run *run)
{
        for (uint32_t i = 0; i < run->count; i++) {
                if (run->commands[i].kind == ATT_CMD_CONFIG) {
                        att_config_unref(run->commands[i].config);
                }
        }
        free(run->commands);
        att_arena_deinit(&run->arena);
}

/* --- As people read it ------------------------------------------------------------------------- */

static void print_request(const struct att_contact_request *r, struct att_buffer *into)
{
#define SAY(...) att_buffer_printf(into, __VA_ARGS__)
#define SAY_TEXT(field, label)                                                                     \
        do {                                                                                       \
                if (!att_text_is_empty(r->field)) {                                                \
                        SAY(", " label ": %.*s", ATT_TEXT_ARGS(r->field));                         \
                }                                                                                  \
        } while (0)
        SAY("{ id: %.*s", ATT_TEXT_ARGS(r->id));
        SAY_TEXT(channel, "channel");
        SAY_TEXT(queue, "queue");
        SAY_TEXT(language, "language");
        SAY_TEXT(text, "text");
        SAY_TEXT(agent, "agent");
        SAY_TEXT(preferred_agent, "preferred_agent");
        if (r->priority_milli != ATT_ABSENT) {
                SAY(", priority: %lld", (long long)r->priority_milli / 1000);
        }
        if (r->emotion_ppm != ATT_ABSENT) {
                SAY(", emotion: %.1f", (double)r->emotion_ppm / 1e6);
        }
        if (r->not_before_ms != ATT_ABSENT) {
                SAY(", not_before: %llds", (long long)(r->not_before_ms - RANDOM_START_MS) / 1000);
        }
        if (r->waited_ms != ATT_ABSENT) {
                SAY(", waited: %llds", (long long)r->waited_ms / 1000);
        }
        if (r->keep_place) {
                SAY(", keep_place: true");
        }
        for (uint32_t i = 0; i < r->requires_count; i++) {
                SAY(", requires: { %.*s: %u }", ATT_TEXT_ARGS(r->requires[i].skill),
                    r->requires[i].level);
        }
        for (uint32_t i = 0; i < r->prefer_count; i++) {
                SAY(", prefers: { %.*s: %.1f }", ATT_TEXT_ARGS(r->prefers[i].skill),
                    (double)r->prefers[i].weight_milli / 1000);
        }
        for (uint32_t i = 0; i < r->exclude_count; i++) {
                SAY(", exclude: [%.*s]", ATT_TEXT_ARGS(r->exclude[i]));
        }
        SAY_TEXT(customer.id, "customer");
        SAY_TEXT(customer.tier, "tier");
        if (r->customer.lifetime_value_micro >= 0) {
                SAY(", lifetime_value: %lld",
                    (long long)r->customer.lifetime_value_micro / 1000000);
        }
        if (r->customer.churn_risk_ppm >= 0) {
                SAY(", churn_risk: %.1f", (double)r->customer.churn_risk_ppm / 1e6);
        }
        if (r->customer.last_went_badly) {
                SAY(", last_went_badly: true");
        }
        SAY(" }");
}

void random_command_print(const struct att_command *command, int64_t start_ms,
                          struct att_buffer *into)
{
        SAY("+%.3fs %s", (double)(command->at_ms - start_ms) / 1000,
            att_command_kind_name(command->kind));
        if (command->kind == ATT_CMD_CONFIG) {
                SAY("\n---\n%.*s---\n", ATT_TEXT_ARGS(command->contact));
                return;
        }
        if (command->kind == ATT_CMD_CONTACT_ADD) {
                SAY(" ");
                print_request(&command->request, into);
        } else if (!att_text_is_empty(command->contact)) {
                SAY(" contact %.*s", ATT_TEXT_ARGS(command->contact));
        }
        if (!att_text_is_empty(command->agent)) {
                SAY(" agent %.*s", ATT_TEXT_ARGS(command->agent));
        }
        switch (command->kind) {
        case ATT_CMD_CONTACT_UPDATE:
                if (command->update.priority_milli != ATT_ABSENT) {
                        SAY(" priority %lld", (long long)command->update.priority_milli / 1000);
                }
                if (command->update.emotion_ppm != ATT_ABSENT) {
                        SAY(" emotion %.1f", (double)command->update.emotion_ppm / 1e6);
                }
                for (uint32_t i = 0; i < command->update.requires_count; i++) {
                        SAY(" requires %.*s: %u", ATT_TEXT_ARGS(command->update.requires[i].skill),
                            command->update.requires[i].level);
                }
                break;
        case ATT_CMD_CONTACT_TRANSFER:
                SAY(" to queue '%.*s' agent '%.*s'", ATT_TEXT_ARGS(command->transfer.queue),
                    ATT_TEXT_ARGS(command->transfer.agent));
                break;
        case ATT_CMD_CONTACT_END:
                SAY("%s", command->end.unanswered ? " unanswered" : "");
                break;
        case ATT_CMD_AGENT_READY:
        case ATT_CMD_AGENT_PAUSE:
        case ATT_CMD_AGENT_OFFLINE:
                SAY(" %.*s", ATT_TEXT_ARGS(command->presence.reason));
                for (uint32_t i = 0; i < command->presence.channel_count; i++) {
                        SAY(" on %.*s", ATT_TEXT_ARGS(command->presence.channels[i]));
                }
                break;
        case ATT_CMD_OFFER_ACCEPT:
        case ATT_CMD_OFFER_DECLINE:
                SAY(" offer %llu", (unsigned long long)command->offer.offer);
                break;
        case ATT_CMD_OCCUPIED:
                SAY(" on %.*s", ATT_TEXT_ARGS(command->occupied.channel));
                break;
        default:
                break;
        }
        SAY("\n");
#undef SAY_TEXT
#undef SAY
}
