/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's state as bytes: an engine made of them is the one that was saved. */
#include <stdlib.h>
#include <string.h>

#include "lib/base/rng.h"
#include "lib/base/util.h"
#include "lib/core/snapshot.h"
#include "tests/naive/random_centre.h"
#include "tests/support/centre.h"
#include "tests/support/main.h"

static struct att_buffer save(const struct att_core *core)
{
        struct att_buffer bytes = {0};

        att_core_save(core, &bytes);
        return bytes;
}

/* The engine out of the bytes; the test fails if it can't be. */
static struct att_core *load(const struct att_buffer *bytes, const struct att_config *config)
{
        struct att_buffer why = {0};
        struct att_core *core = att_core_load(att_buffer_text(bytes), config, &why);

        ck_assert_msg(core != NULL, "%s", why.data ? why.data : "");
        ck_assert_uint_eq(why.len, 0);
        return core;
}

static void assert_same_text(struct att_text got, struct att_text expected)
{
        ck_assert_msg(att_text_equals(got, expected), "'%.*s' is not '%.*s'", ATT_TEXT_ARGS(got),
                      ATT_TEXT_ARGS(expected));
}

static struct att_text explain(const struct att_core *core, struct att_text id,
                               struct att_buffer *into)
{
        att_buffer_clear(into);
        (void)att_core_explain(core, id, ATT_TEXT_NONE, into);
        return att_buffer_text(into);
}

static void assert_same_customer(const struct att_customer_info *got,
                                 const struct att_customer_info *expected)
{
        assert_same_text(got->id, expected->id);
        assert_same_text(got->name, expected->name);
        assert_same_text(got->tier, expected->tier);
        assert_same_text(got->currency, expected->currency);
        assert_same_text(got->notes, expected->notes);
        assert_same_text(got->last_agent, expected->last_agent);
        ck_assert_int_eq(got->lifetime_value_micro, expected->lifetime_value_micro);
        ck_assert_int_eq(got->churn_risk_ppm, expected->churn_risk_ppm);
        ck_assert_int_eq(got->last_spoke_ms, expected->last_spoke_ms);
        ck_assert_int_eq(got->last_went_badly, expected->last_went_badly);
}

static void assert_same_view(const struct att_contact_view *got,
                             const struct att_contact_view *expected)
{
        assert_same_text(got->front_end, expected->front_end);
        assert_same_text(got->channel, expected->channel);
        assert_same_text(got->queue, expected->queue);
        assert_same_text(got->entry_point, expected->entry_point);
        assert_same_text(got->language, expected->language);
        assert_same_text(got->text, expected->text);
        assert_same_text(got->intent, expected->intent);
        assert_same_text(got->address, expected->address);
        assert_same_text(got->traceparent, expected->traceparent);
        assert_same_text(got->agent, expected->agent);
        assert_same_text(got->named_agent, expected->named_agent);
        assert_same_text(got->preferred_agent, expected->preferred_agent);
        assert_same_text(got->tier, expected->tier);
        assert_same_customer(&got->customer, &expected->customer);
        ck_assert_uint_eq(got->attribute_count, expected->attribute_count);
        for (uint32_t i = 0; i < expected->attribute_count; i++) {
                assert_same_text(got->attributes[i].key, expected->attributes[i].key);
                assert_same_text(got->attributes[i].value, expected->attributes[i].value);
        }
        ck_assert_int_eq(got->urgency_milli, expected->urgency_milli);
        ck_assert_int_eq(got->priority_milli, expected->priority_milli);
        ck_assert_int_eq(got->arrived_ms, expected->arrived_ms);
        ck_assert_int_eq(got->waited_ms, expected->waited_ms);
        ck_assert_int_eq(got->in_queue_ms, expected->in_queue_ms);
        ck_assert((got->decision != NULL) == (expected->decision != NULL));
        if (got->decision) {
                ck_assert_int_eq(got->decision->at_ms, expected->decision->at_ms);
                assert_same_text(got->decision->queue, expected->decision->queue);
        }
        ck_assert_uint_eq(got->rounds, expected->rounds);
        ck_assert_uint_eq(got->attempt, expected->attempt);
        ck_assert_uint_eq(got->transfers, expected->transfers);
        ck_assert_int_eq(got->due_ms, expected->due_ms);
        ck_assert_uint_eq(got->offer, expected->offer);
}

static void assert_same_queue(const struct att_core *got_core, const struct att_core *expected_core,
                              size_t i)
{
        struct att_queue_view got;
        struct att_queue_view expected;

        att_core_queue_at(got_core, i, &got);
        att_core_queue_at(expected_core, i, &expected);
        assert_same_text(got.name, expected.name);
        ck_assert_uint_eq(got.waiting, expected.waiting);
        ck_assert_uint_eq(got.offered, expected.offered);
        ck_assert_uint_eq(got.connected, expected.connected);
        ck_assert_int_eq(got.longest_wait_ms, expected.longest_wait_ms);
        ck_assert_int_eq(got.estimate_ms, expected.estimate_ms);
        ck_assert_uint_eq(got.staffed, expected.staffed);
        ck_assert_uint_eq(got.entered, expected.entered);
        ck_assert_uint_eq(got.answered, expected.answered);
        ck_assert_uint_eq(got.answered_in_level, expected.answered_in_level);
        ck_assert_uint_eq(got.abandoned, expected.abandoned);
        ck_assert_uint_eq(got.refused, expected.refused);
        ck_assert_uint_eq(got.overflowed, expected.overflowed);
        ck_assert_uint_eq(got.expired, expected.expired);
        ck_assert_int_eq(got.answer_wait_ms, expected.answer_wait_ms);
}

/* What is shown of a contact decides nothing, and is there again all the same. */
static void assert_same_views(const struct att_core *got, const struct att_core *expected)
{
        struct att_buffer a = {0};
        struct att_buffer b = {0};
        struct att_contact_view view;
        struct att_contact_view other;
        struct att_core_counts counts;
        struct att_core_counts other_counts;
        uint64_t cursor = 0;

        while (att_core_next_contact(expected, &cursor, &view)) {
                ck_assert(att_core_find_contact(got, view.id, &other));
                assert_same_view(&other, &view);
                assert_same_text(explain(got, view.id, &a), explain(expected, view.id, &b));
        }
        att_core_counts(got, &counts);
        att_core_counts(expected, &other_counts);
        ck_assert_mem_eq(counts.contacts, other_counts.contacts, sizeof(counts.contacts));
        ck_assert_mem_eq(counts.outcomes, other_counts.outcomes, sizeof(counts.outcomes));
        ck_assert_uint_eq(counts.interactions, other_counts.interactions);
        ck_assert_uint_eq(counts.commands, other_counts.commands);
        ck_assert_uint_eq(counts.refused, other_counts.refused);
        ck_assert_uint_eq(counts.offers, other_counts.offers);
        for (size_t i = 0; i < att_core_queue_count(expected); i++) {
                assert_same_queue(got, expected, i);
        }
        att_buffer_deinit(&a);
        att_buffer_deinit(&b);
}

/* Saves, loads, and sees that both are the same in every way that can be asked for. */
static struct att_core *copy(const struct att_core *core)
{
        struct att_buffer bytes = save(core);
        struct att_core *loaded = load(&bytes, att_core_config(core));
        struct att_buffer again = save(loaded);

        ck_assert(att_digest_equals(att_core_digest(loaded), att_core_digest(core)));
        ck_assert_uint_eq(again.len, bytes.len);
        ck_assert_mem_eq(again.data, bytes.data, bytes.len);
        ck_assert_int_eq(att_core_next_deadline_ms(loaded), att_core_next_deadline_ms(core));
        att_core_check(loaded);
        assert_same_views(loaded, core);
        att_buffer_deinit(&bytes);
        att_buffer_deinit(&again);
        return loaded;
}

/* ---- Random centres ---- */

enum { INCIDENTS = 3 };
static const struct att_text incidents[INCIDENTS] = {{"i1", 2}, {"i2", 2}, {"i3", 2}};

static void add_incident(struct att_rng *rng, int64_t now_ms, struct att_incident_request *incident)
{
        static const struct att_text queues[] = {{"q*", 2}, {"q1", 2}};
        static const struct att_text angry[] = {{">= 0.3", 6}};
        static const struct att_named_condition when[] = {
                {{"queue", 5}, queues, ATT_ARRAY_LEN(queues)},
                {{"emotion", 7}, angry, ATT_ARRAY_LEN(angry)},
        };

        incident->id = incidents[att_rng_below(rng, INCIDENTS)];
        incident->title = ATT_TEXT("an incident");
        incident->message = ATT_TEXT("we know");
        incident->points_milli = (int64_t)att_rng_below(rng, 20) * 1000;
        incident->until_ms = att_rng_below(rng, 2)
                                     ? 0
                                     : now_ms + 1 + (int64_t)att_rng_below(rng, 60000);
        incident->when = when;
        incident->when_count = 1 + (uint32_t)att_rng_below(rng, 2);
}

/* Some ends of conversations promise something. */
static void add_promise(struct att_rng *rng, struct att_command *command)
{
        struct att_follow_up_request *follow_up = &command->end.follow_up;

        follow_up->at_ms = command->at_ms + 1 + (int64_t)att_rng_below(rng, 120000);
        if (att_rng_below(rng, 2)) {
                follow_up->expires_ms = follow_up->at_ms + 1 + (int64_t)att_rng_below(rng, 60000);
        }
        follow_up->what = ATT_TEXT("an answer");
}

/* What the random centres don't do of themselves. */
static struct att_command make_extra(struct att_rng *rng, const struct att_command *before)
{
        static const struct att_text front_ends[] = {{"pbx", 3}, {"", 0}, {"chat", 4}};
        struct att_command command = {
                .kind = ATT_CMD_TICK,
                .front_end = front_ends[att_rng_below(rng, ATT_ARRAY_LEN(front_ends))],
                .contact = before->contact,
                .agent = before->agent,
        };

        switch (att_rng_below(rng, 10)) {
        case 8:
                command.kind = ATT_CMD_INCIDENT_ANNOUNCE;
                add_incident(rng, before->at_ms, &command.incident);
                break;
        case 9:
                command.kind = ATT_CMD_INCIDENT_CLOSE;
                command.incident_close.id = incidents[att_rng_below(rng, INCIDENTS)];
                command.incident_close.close_contacts = att_rng_below(rng, 2) == 1;
                break;
        case 0:
                command.kind = ATT_CMD_PRICES;
                break;
        case 1:
                command.kind = ATT_CMD_FRONT_END_LOST;
                break;
        case 2:
                command.kind = ATT_CMD_FRONT_END_BACK;
                break;
        case 3:
                command.kind = ATT_CMD_AWAY;
                command.away.away_ms = (int64_t)att_rng_below(rng, 20000);
                break;
        case 4:
                command.kind = ATT_CMD_CONTACT_HOLD;
                command.hold.held = true;
                break;
        case 5:
        case 6:
                command.kind = ATT_CMD_CONTACT_FEEDBACK;
                command.feedback.csat = (int32_t)att_rng_below(rng, 5) + 1;
                command.feedback.nps = -1;
                command.feedback.ces = -1;
                command.feedback.resolved = (int32_t)att_rng_below(rng, 3) - 1;
                command.feedback.emotion_ppm = ATT_ABSENT;
                break;
        default:
                command.kind = ATT_CMD_AGENT_READY;
                break;
        }
        return command;
}

/* The commands of a run with others among them, numbered anew. */
static struct att_command *mix(const struct random_run *run, struct att_rng *rng,
                               uint32_t *ret_count)
{
        struct att_command *commands = att_alloc_array(2 * run->count, sizeof(*commands));
        uint32_t count = 0;

        for (uint32_t i = 0; i < run->count; i++) {
                struct att_command *command = &commands[count++];

                *command = run->commands[i];
                if (command->kind == ATT_CMD_OFFER_ACCEPT ||
                    command->kind == ATT_CMD_OFFER_DECLINE) {
                        command->offer.offer = 0; /* Numbered otherwise there. */
                }
                if (command->kind == ATT_CMD_CONTACT_END && att_rng_below(rng, 3) == 0) {
                        add_promise(rng, command);
                }
                if (command->kind == ATT_CMD_CONFIG) {
                        command->contact = ATT_TEXT_NONE;
                } else if (att_rng_below(rng, 6) == 0) {
                        commands[count] = make_extra(rng, command);
                        commands[count++].at_ms = command->at_ms;
                }
        }
        for (uint32_t i = 0; i < count; i++) {
                commands[i].seq = i + 1;
        }
        *ret_count = count;
        return commands;
}

static struct att_digest digest_of(const struct att_effects *effects)
{
        struct att_digester digester;

        att_digester_init(&digester);
        att_effects_digest(effects, &digester);
        return att_digester_finish(&digester);
}

/* From a random command on, a second engine goes along that is saved and loaded over and over. */
static void go_along(uint64_t seed, uint32_t commands_each, uint64_t *promises,
                     uint64_t *incidents_open)
{
        struct att_core_counts counts;
        struct att_effects effects = {0};
        struct att_effects loaded_effects = {0};
        struct att_core *core = att_core_new();
        struct att_core *loaded = NULL;
        struct random_run run;
        struct att_rng rng;
        uint32_t count;

        random_run_make(&run, seed, RANDOM_ALL, commands_each);
        att_rng_seed(&rng, seed);
        struct att_command *commands = mix(&run, &rng, &count);
        uint32_t begin = (uint32_t)att_rng_below(&rng, count);
        for (uint32_t i = 0; i < count; i++) {
                if (i == begin) {
                        loaded = copy(core);
                }
                att_core_step(core, &commands[i], &effects);
                if (!loaded) {
                        continue;
                }
                att_core_step(loaded, &commands[i], &loaded_effects);
                ck_assert_msg(
                        att_digest_equals(digest_of(&effects), digest_of(&loaded_effects)) &&
                                att_digest_equals(att_core_digest(core), att_core_digest(loaded)),
                        "seed %llu, saved before command %u, differs at command %u",
                        (unsigned long long)seed, begin + 1, i + 1);
                if (att_rng_below(&rng, 4) == 0) {
                        struct att_core *next = copy(loaded);

                        att_core_free(loaded);
                        loaded = next;
                }
        }
        att_core_counts(core, &counts);
        *promises += counts.promises;
        *incidents_open += counts.incidents;
        att_core_free(core);
        att_core_free(loaded);
        att_effects_deinit(&effects);
        att_effects_deinit(&loaded_effects);
        free(commands);
        random_run_deinit(&run);
}

START_TEST(a_loaded_engine_goes_on_as_the_saved_one)
{
        uint64_t promises = 0;
        uint64_t incidents_open = 0;

        for (uint64_t seed = 1; seed <= TEST_TIMES(100); seed++) {
                go_along(seed, 150, &promises, &incidents_open);
        }
        ck_assert_uint_gt(promises, TEST_TIMES(50)); /* The runs have them. */
        ck_assert_uint_gt(incidents_open, TEST_TIMES(50));
}
END_TEST

START_TEST(a_long_run_goes_on_as_if_never_saved)
{
        uint64_t promises = 0;
        uint64_t incidents_open = 0;

        for (uint64_t seed = 1001; seed <= 1004; seed++) {
                go_along(seed, 1000, &promises, &incidents_open);
        }
}
END_TEST

/* ---- One thing at a time ---- */

#define TWO_DESKS                                                                                  \
        "attune: 1\n"                                                                              \
        "channels: { voice: { auto_accept: true } }\n"                                             \
        "agents: { ann: { wrap_up: 10s }, zoe: { wrap_up: 20s } }\n"                               \
        "queues: { q: {} }\n"

/* Goes on with a loaded engine in place of the centre's own. */
static void change_engine(struct centre *centre)
{
        struct att_core *loaded = copy(centre->core);

        att_core_free(centre->core);
        centre->core = loaded;
}

START_TEST(wrap_ups_that_end_together_end_in_the_order_they_began)
{
        struct centre centre;

        centre_init(&centre, TWO_DESKS);
        centre_agent(&centre, ATT_CMD_AGENT_READY, "zoe");
        centre_contact(&centre, "c", "q");
        ck_assert_str_eq(centre_said(&centre), "queued c; connect c zoe");
        struct att_command transfer = centre_command(ATT_CMD_CONTACT_TRANSFER, "c", NULL);
        transfer.transfer.queue = ATT_TEXT("q");
        centre_step(&centre, &transfer);
        centre_agent(&centre, ATT_CMD_AGENT_READY, "ann");
        ck_assert_str_eq(centre_said(&centre), "agent ann ready; connect c ann");
        centre_wait(&centre, 10000);
        centre_event(&centre, ATT_CMD_CONTACT_END, "c", NULL);
        change_engine(&centre);
        centre_wait(&centre, 10000);
        ck_assert_str_eq(centre_said(&centre), "finished c zoe; finished c ann");
        centre_deinit(&centre);
}
END_TEST

START_TEST(the_same_request_is_known_after_a_contact_closed)
{
        struct centre centre;

        centre_init(&centre, TWO_DESKS);
        centre_contact(&centre, "c", "q");
        centre_event(&centre, ATT_CMD_CONTACT_ABANDON, "c", NULL);
        change_engine(&centre);
        centre_contact(&centre, "c", "q");
        ck_assert_str_eq(centre_said(&centre), "");
        centre_event(&centre, ATT_CMD_CONTACT_ABANDON, "c", NULL);
        ck_assert_str_eq(centre_said(&centre), "refused c abandon state");
        centre_deinit(&centre);
}
END_TEST

/* Everything that a request can say, and a rule and a tier that only part of it meets. */
#define TELLING                                                                                    \
        "attune: 1\n"                                                                              \
        "tiers:\n"                                                                                 \
        "  - { name: gold, when: { plan: private }, value: 1, points: 5 }\n"                       \
        "intents: { loans: {} }\n"                                                                 \
        "agents: { ann: {}, bob: {} }\n"                                                           \
        "queues: { q: {} }\n"

#define TELLING_ANEW                                                                               \
        "attune: 1\n"                                                                              \
        "tiers:\n"                                                                                 \
        "  - name: late\n"                                                                         \
        "    when:\n"                                                                              \
        "      plan: private\n"                                                                    \
        "      churn_risk: '> 0.2'\n"                                                              \
        "      emotion: '> 0.2'\n"                                                                 \
        "      priority: '< -1'\n"                                                                 \
        "agents: { ann: {}, bob: {} }\n"                                                           \
        "queues: { q: {} }\n"

START_TEST(what_a_request_said_is_known)
{
        static const struct att_pair attributes[] = {
                {{"plan", 4}, {"private", 7}},
                {{"since", 5}, {"", 0}},
        };
        struct centre centre;
        struct att_contact_view view;
        struct att_command command = centre_command(ATT_CMD_CONTACT_ADD, "c", NULL);

        command.request = (struct att_contact_request){
                .id = ATT_TEXT("c"),
                .channel = ATT_TEXT("voice"),
                .queue = ATT_TEXT("q"),
                .entry_point = ATT_TEXT("+49 30 1"),
                .language = ATT_TEXT("de"),
                .text = ATT_TEXT("a loan"),
                .intent = ATT_TEXT("loans"),
                .agent = ATT_TEXT("ann"),
                .preferred_agent = ATT_TEXT("bob"),
                .address = ATT_TEXT("+49 171 2"),
                .traceparent = ATT_TEXT("00-1-2-3"),
                .attributes = attributes,
                .attribute_count = 2,
                .keep_place = true,
                .priority_milli = -1500,
                .emotion_ppm = 250000,
                .not_before_ms = CENTRE_START_MS - 1,
                .waited_ms = 1000,
                .customer = {.id = ATT_TEXT("k"),
                             .name = ATT_TEXT("Kim"),
                             .currency = ATT_TEXT("EUR"),
                             .notes = ATT_TEXT("asks twice"),
                             .last_agent = ATT_TEXT("bob"),
                             .last_spoke_ms = CENTRE_START_MS - 60000,
                             .lifetime_value_micro = 7000000,
                             .churn_risk_ppm = 300000,
                             .last_went_badly = true},
        };
        centre_init(&centre, TELLING);
        centre_step(&centre, &command);
        change_engine(&centre); /* Compares all that is shown of it. */
        ck_assert(att_core_find_contact(centre.core, ATT_TEXT("c"), &view));
        ck_assert_uint_eq(view.attribute_count, 2);
        assert_same_text(view.customer.notes, ATT_TEXT("asks twice"));
        assert_same_text(view.tier, ATT_TEXT("gold"));
        /* The tier is found anew out of what was said. */
        centre_reload(&centre, TELLING_ANEW);
        ck_assert(att_core_find_contact(centre.core, ATT_TEXT("c"), &view));
        assert_same_text(view.tier, ATT_TEXT("late"));
        centre_deinit(&centre);
}
END_TEST

START_TEST(why_a_closed_contact_went_where_it_went_is_known)
{
        struct centre centre;
        struct att_buffer before = {0};
        struct att_buffer after = {0};

        centre_init(&centre, TWO_DESKS);
        centre_agent(&centre, ATT_CMD_AGENT_READY, "zoe");
        centre_contact(&centre, "c", "q");
        centre_event(&centre, ATT_CMD_CONTACT_END, "c", NULL);
        centre_wait(&centre, 60000);
        struct att_text told = explain(centre.core, ATT_TEXT("c"), &before);
        ck_assert(memmem(told.data, told.len, "zoe", 3) != NULL);
        change_engine(&centre);
        assert_same_text(explain(centre.core, ATT_TEXT("c"), &after), told);
        att_buffer_deinit(&before);
        att_buffer_deinit(&after);
        centre_deinit(&centre);
}
END_TEST

START_TEST(an_engine_without_a_configuration_can_be_saved)
{
        struct att_effects effects = {0};
        struct att_core *core = att_core_new();
        const struct att_command tick = {.kind = ATT_CMD_TICK, .seq = 7, .at_ms = 1000};

        att_core_step(core, &tick, &effects);
        struct att_core *loaded = copy(core);
        ck_assert_uint_eq(att_core_seq(loaded), 7);
        ck_assert_int_eq(att_core_now_ms(loaded), 1000);
        ck_assert_ptr_null(att_core_config(loaded));
        att_core_free(core);
        att_core_free(loaded);
        att_effects_deinit(&effects);
}
END_TEST

/* ---- What is no state ---- */

static void assert_refused(struct att_text bytes, const struct att_config *config,
                           const char *words)
{
        struct att_buffer why = {0};

        ck_assert_ptr_null(att_core_load(bytes, config, &why));
        ck_assert_msg(memmem(why.data, why.len, words, strlen(words)) != NULL, "'%s' lacks '%s'",
                      why.data, words);
        att_buffer_deinit(&why);
}

/* A digest that is right for the bytes before it. */
static void seal(struct att_buffer *bytes)
{
        struct att_digest sum = att_digest_of(bytes->data, bytes->len - 16);

        for (size_t i = 0; i < 8; i++) {
                bytes->data[bytes->len - 16 + i] = (char)(sum.high >> (8 * i));
                bytes->data[bytes->len - 8 + i] = (char)(sum.low >> (8 * i));
        }
}

START_TEST(another_configuration_or_layout_is_refused)
{
        struct centre centre;
        const struct att_config *other = centre_config("attune: 1\nqueues: { q: {} }\n");
        struct att_core *empty = att_core_new();

        centre_init(&centre, TWO_DESKS);
        struct att_buffer bytes = save(centre.core);
        struct att_buffer none = save(empty);
        const struct att_config *config = att_core_config(centre.core);
        assert_refused(att_buffer_text(&bytes), other, "another configuration");
        assert_refused(att_buffer_text(&bytes), NULL, "but none is given");
        assert_refused(att_buffer_text(&none), other, "but one is given");
        bytes.data[0] = 100;
        seal(&bytes);
        assert_refused(att_buffer_text(&bytes), config, "newer engine");
        bytes.data[0] = 0;
        seal(&bytes);
        assert_refused(att_buffer_text(&bytes), config, "nobody knows");
        att_buffer_deinit(&bytes);
        att_buffer_deinit(&none);
        att_core_free(empty);
        att_config_unref(other);
        centre_deinit(&centre);
}
END_TEST

/* The state of a random centre in the middle of its day, and its configuration. */
static struct att_buffer save_random(uint64_t seed, const struct att_config **ret_config)
{
        struct att_effects effects = {0};
        struct att_core *core = att_core_new();
        struct random_run run;

        random_run_make(&run, seed, RANDOM_ALL, 120);
        for (uint32_t i = 0; i < run.count; i++) {
                att_core_step(core, &run.commands[i], &effects);
        }
        struct att_buffer bytes = save(core);
        *ret_config = att_config_ref(att_core_config(core));
        att_core_free(core);
        att_effects_deinit(&effects);
        random_run_deinit(&run);
        return bytes;
}

START_TEST(damaged_bytes_are_refused)
{
        for (uint64_t seed = 1; seed <= 4; seed++) {
                const struct att_config *config;
                struct att_buffer bytes = save_random(seed, &config);

                for (size_t len = 0; len < bytes.len; len++) {
                        assert_refused(att_text_of(bytes.data, len), config, "at byte");
                }
                for (size_t i = 0; i < bytes.len; i++) {
                        char flip = (char)(1 << (i % 8));

                        bytes.data[i] ^= flip;
                        assert_refused(att_buffer_text(&bytes), config, "at byte");
                        bytes.data[i] ^= flip;
                }
                att_core_free(load(&bytes, config));
                att_buffer_deinit(&bytes);
                att_config_unref(config);
        }
}
END_TEST

/* Whatever the bytes say, the engine is refused or is whole. */
static void try(const struct att_buffer *bytes, const struct att_config *config)
{
        struct att_buffer why = {0};
        struct att_core *core = att_core_load(att_buffer_text(bytes), config, &why);

        ck_assert((core != NULL) == (why.len == 0));
        if (core) {
                struct att_buffer again = save(core);

                att_buffer_deinit(&again);
                (void)att_core_digest(core);
        }
        att_core_free(core);
        att_buffer_deinit(&why);
}

START_TEST(damage_under_a_right_digest_crashes_nothing)
{
        struct att_rng rng;

        att_rng_seed(&rng, 1);
        for (uint64_t seed = 1; seed <= TEST_TIMES(6); seed++) {
                const struct att_config *config;
                struct att_buffer bytes = save_random(seed, &config);

                for (size_t i = 0; i + 16 < bytes.len; i++) {
                        char was = bytes.data[i];

                        bytes.data[i] = (char)att_rng_next(&rng);
                        seal(&bytes);
                        try(&bytes, config);
                        bytes.data[i] = was;
                }
                for (size_t len = bytes.len - 1; len > 16; len--) {
                        bytes.len = len;
                        seal(&bytes);
                        try(&bytes, config);
                }
                att_buffer_deinit(&bytes);
                att_config_unref(config);
        }
}
END_TEST

ATT_TEST_MAIN("snapshot-core", a_loaded_engine_goes_on_as_the_saved_one,
              a_long_run_goes_on_as_if_never_saved,
              wrap_ups_that_end_together_end_in_the_order_they_began,
              the_same_request_is_known_after_a_contact_closed, what_a_request_said_is_known,
              why_a_closed_contact_went_where_it_went_is_known,
              an_engine_without_a_configuration_can_be_saved,
              another_configuration_or_layout_is_refused, damaged_bytes_are_refused,
              damage_under_a_right_digest_crashes_nothing)
