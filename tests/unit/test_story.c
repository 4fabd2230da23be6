/* SPDX-License-Identifier: Apache-2.0 */
/* What contacts are part of: promises, repeats, incidents, surveys; and what feedback taught. */
#include <stdio.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/base/util.h"
#include "lib/core/core.h"
#include "lib/core/snapshot.h"
#include "lib/model/limits.h"
#include "tests/support/centre.h"
#include "tests/support/main.h"

#define DESK                                                                                       \
        "attune: 1\n"                                                                              \
        "skills: { cards: {}, calm: {} }\n"                                                        \
        "channels: { voice: { auto_accept: true, wrap_up: 0s } }\n"                                \
        "agents: { ann: { skills: { cards: 5 } } }\n"                                              \
        "queues: { q: { requires: { cards: 3 } }, soft: { prefers: { calm: 1 } } }\n"

static struct att_core_counts counts_of(const struct centre *centre)
{
        struct att_core_counts counts;

        att_core_counts(centre->core, &counts);
        return counts;
}

static const struct att_effect *find_effect(const struct centre *centre, enum att_effect_kind kind)
{
        for (uint32_t i = 0; i < centre->effects.count; i++) {
                if (centre->effects.items[i].kind == kind) {
                        return &centre->effects.items[i];
                }
        }
        return NULL;
}

/* One that must have been said. */
static struct att_effect get_effect(const struct centre *centre, enum att_effect_kind kind)
{
        const struct att_effect *effect = find_effect(centre, kind);

        ck_assert_msg(effect != NULL, "no %s was said", att_effect_kind_name(kind));
        return effect ? *effect : (struct att_effect){0};
}

/* Ends a conversation with a promise for so long from now. */
static void promise(struct centre *centre, const char *contact, int64_t in_ms)
{
        struct att_command end = centre_command(ATT_CMD_CONTACT_END, contact, NULL);

        end.end.follow_up.at_ms = centre->now_ms + in_ms;
        centre_step(centre, &end);
}

/* A contact that begins and ends with ann. */
static void talk(struct centre *centre, const char *contact, const char *customer)
{
        struct att_command add = centre_command(ATT_CMD_CONTACT_ADD, contact, NULL);

        add.request.id = att_text_from(contact);
        add.request.channel = ATT_TEXT("voice");
        add.request.queue = ATT_TEXT("q");
        add.request.customer.id = att_text_from(customer);
        centre_step(centre, &add);
        centre_event(centre, ATT_CMD_CONTACT_END, contact, NULL);
}

/* ---- Promises ---- */

START_TEST(a_lost_front_end_leaves_its_promises)
{
        struct centre centre;
        struct att_contact_view view;

        centre_init(&centre, DESK);
        struct att_command add = centre_command(ATT_CMD_CONTACT_ADD, "c1", NULL);
        add.front_end = ATT_TEXT("pbx");
        add.request.id = ATT_TEXT("c1");
        add.request.channel = ATT_TEXT("voice");
        add.request.queue = ATT_TEXT("q");
        centre_agent(&centre, ATT_CMD_AGENT_READY, "ann");
        centre_step(&centre, &add);
        promise(&centre, "c1", 60000);
        ck_assert_str_eq(centre_said(&centre), "closed c1 ann handled; finished c1 ann; "
                                               "promised c1+1; scheduled c1+1");
        centre_agent(&centre, ATT_CMD_AGENT_OFFLINE, "ann");
        add.contact = add.request.id = ATT_TEXT("c2");
        centre_step(&centre, &add);
        struct att_command lost = centre_command(ATT_CMD_FRONT_END_LOST, NULL, NULL);
        lost.front_end = ATT_TEXT("pbx");
        centre_wait(&centre, 60000); /* The promise waits, and so does c2. */
        centre_step(&centre, &lost);
        centre_wait(&centre, 31000);
        ck_assert(att_core_find_contact(centre.core, ATT_TEXT("c1+1"), &view));
        ck_assert_int_eq(view.state, ATT_CONTACT_QUEUED);
        ck_assert(att_text_equals_c(view.follow_up_of, "c1"));
        ck_assert(att_core_find_contact(centre.core, ATT_TEXT("c2"), &view));
        ck_assert_int_eq(view.outcome, ATT_OUTCOME_CANCELLED);
        centre_deinit(&centre);
}
END_TEST

START_TEST(a_promise_takes_the_place_of_the_contact_that_made_it)
{
        struct centre centre;

        centre_init(&centre, DESK "limits: { contacts: 2 }\n");
        centre_agent(&centre, ATT_CMD_AGENT_READY, "ann");
        centre_contact(&centre, "c1", "q");
        centre_contact(&centre, "c2", "q");
        promise(&centre, "c1", 1000);
        ck_assert_ptr_nonnull(find_effect(&centre, ATT_EFFECT_PROMISED));
        ck_assert_uint_eq(counts_of(&centre).promises, 1);
        /* c2 and the promise are all there may be. A reload may make that too many. */
        centre_contact(&centre, "c3", "q");
        ck_assert_int_eq(get_effect(&centre, ATT_EFFECT_REFUSED).refusal, ATT_REFUSAL_FULL);
        centre_reload(&centre, DESK "limits: { contacts: 1 }\n");
        promise(&centre, "c2", 1000);
        ck_assert_int_eq(get_effect(&centre, ATT_EFFECT_REFUSED).refusal, ATT_REFUSAL_FULL);
        ck_assert_ptr_null(find_effect(&centre, ATT_EFFECT_CLOSED));
        centre_event(&centre, ATT_CMD_CONTACT_END, "c2", NULL);
        ck_assert_ptr_nonnull(find_effect(&centre, ATT_EFFECT_CLOSED));
        centre_deinit(&centre);
}
END_TEST

START_TEST(a_promise_of_an_id_without_room_for_more_has_one_of_its_own)
{
        struct centre centre;
        char id[ATT_ID_BYTES_MAX + 1];

        memset(id, 'x', ATT_ID_BYTES_MAX);
        id[ATT_ID_BYTES_MAX] = 0;
        centre_init(&centre, DESK);
        centre_agent(&centre, ATT_CMD_AGENT_READY, "ann");
        centre_contact(&centre, id, "q");
        promise(&centre, id, 1000);
        const struct att_effect promised = get_effect(&centre, ATT_EFFECT_PROMISED);
        ck_assert_uint_eq(promised.contact.len, 32 + strlen("+1"));
        ck_assert(att_text_equals_c(promised.other, id));
        centre_deinit(&centre);
}
END_TEST

START_TEST(a_promise_asks_for_what_its_contact_asked_for)
{
        static const struct att_named_level levels[] = {{{"cards", 5}, 4}};
        static const struct att_named_weight weights[] = {{{"calm", 4}, 2000}};
        static const struct att_pair attributes[] = {{{"shop", 4}, {"x", 1}}};
        struct att_requirement asked[ATT_REQUIREMENTS_MAX];
        struct centre centre;
        struct att_contact_view view;

        centre_init(&centre, DESK);
        struct att_command add = centre_command(ATT_CMD_CONTACT_ADD, "c1", NULL);
        add.request.id = ATT_TEXT("c1");
        add.request.channel = ATT_TEXT("voice");
        add.request.queue = ATT_TEXT("q");
        add.request.address = ATT_TEXT("+34600000001");
        add.request.text = ATT_TEXT("my refund");
        add.request.requires = levels;
        add.request.requires_count = 1;
        add.request.prefers = weights;
        add.request.prefer_count = 1;
        add.request.attributes = attributes;
        add.request.attribute_count = 1;
        add.request.emotion_ppm = 400000;
        centre_agent(&centre, ATT_CMD_AGENT_READY, "ann");
        centre_step(&centre, &add);
        promise(&centre, "c1", 1000);
        centre_agent(&centre, ATT_CMD_AGENT_OFFLINE, "ann");
        centre_wait(&centre, 1000);
        ck_assert(att_core_find_contact(centre.core, ATT_TEXT("c1+1"), &view));
        ck_assert_int_eq(view.state, ATT_CONTACT_QUEUED);
        ck_assert(att_text_equals_c(view.address, "+34600000001"));
        ck_assert(att_text_equals_c(view.text, "my refund"));
        ck_assert_uint_eq(view.attribute_count, 1);
        ck_assert_int_eq(view.emotion_ppm, 400000);
        ck_assert_uint_eq(att_core_contact_requires(centre.core, ATT_TEXT("c1+1"), asked), 1);
        ck_assert_uint_eq(asked[0].level, 4);
        centre_deinit(&centre);
}
END_TEST

/* ---- Repeats ---- */

START_TEST(an_alias_that_is_linked_brings_its_last_contact)
{
        struct centre centre;

        centre_init(&centre, DESK);
        centre_agent(&centre, ATT_CMD_AGENT_READY, "ann");
        talk(&centre, "c1", "+34600000001");
        struct att_command link = centre_command(ATT_CMD_CUSTOMER_LINK, NULL, NULL);
        link.customer.info.id = ATT_TEXT("u1");
        link.customer.alias = ATT_TEXT("+34600000001");
        centre_step(&centre, &link);
        talk(&centre, "c2", "u1");
        ck_assert_uint_eq(counts_of(&centre).repeats, 1);
        centre_deinit(&centre);
}
END_TEST

START_TEST(a_repeat_is_told_once_with_the_contact_before)
{
        struct centre centre;

        centre_init(&centre, DESK);
        centre_agent(&centre, ATT_CMD_AGENT_READY, "ann");
        talk(&centre, "c1", "u1");
        centre_wait(&centre, 1000);
        struct att_command add = centre_command(ATT_CMD_CONTACT_ADD, "c2", NULL);
        add.request.id = ATT_TEXT("c2");
        add.request.channel = ATT_TEXT("voice");
        add.request.queue = ATT_TEXT("q");
        add.request.customer.id = ATT_TEXT("u1");
        centre_step(&centre, &add);
        ck_assert(att_text_equals_c(get_effect(&centre, ATT_EFFECT_REPEAT).other, "c1"));
        centre_step(&centre, &add); /* The same request again. */
        ck_assert_ptr_null(find_effect(&centre, ATT_EFFECT_REPEAT));
        ck_assert_uint_eq(counts_of(&centre).repeats, 1);
        centre_deinit(&centre);
}
END_TEST

/* ---- Surveys ---- */

START_TEST(as_many_are_asked_as_the_policy_says)
{
        enum { CONTACTS = 5000 };
        struct centre centre;
        char id[32];

        centre_init(&centre, DESK "surveys: { share: 20%, once_in: 0s }\n");
        centre_agent(&centre, ATT_CMD_AGENT_READY, "ann");
        for (int i = 0; i < CONTACTS; i++) {
                (void)snprintf(id, sizeof(id), "call-%d", i);
                talk(&centre, id, "");
        }
        /* Within four standard deviations of a fair draw. */
        ck_assert_int_ge((int)counts_of(&centre).surveys, 1000 - 113);
        ck_assert_int_le((int)counts_of(&centre).surveys, 1000 + 113);
        centre_deinit(&centre);
}
END_TEST

/* ---- Incidents ---- */

static void announce(struct centre *centre, const char *id)
{
        static const struct att_text queues[] = {{"q", 1}};
        static const struct att_named_condition when[] = {{{"queue", 5}, queues, 1}};
        struct att_command command = centre_command(ATT_CMD_INCIDENT_ANNOUNCE, NULL, NULL);

        command.front_end = ATT_TEXT("boss");
        command.incident.id = att_text_from(id);
        command.incident.title = ATT_TEXT("Cards are declined");
        command.incident.when = when;
        command.incident.when_count = 1;
        centre_step(centre, &command);
}

START_TEST(only_so_many_incidents_are_open_at_a_time)
{
        struct centre centre;
        struct att_incident_view view;
        char id[32];

        centre_init(&centre, DESK);
        for (int i = 0; i < ATT_INCIDENTS_MAX; i++) {
                (void)snprintf(id, sizeof(id), "i%d", i);
                announce(&centre, id);
                ck_assert_ptr_null(att_effects_refusal(&centre.effects));
        }
        announce(&centre, "one too many");
        ck_assert_int_eq(get_effect(&centre, ATT_EFFECT_REFUSED).refusal, ATT_REFUSAL_FULL);
        ck_assert_uint_eq(counts_of(&centre).incidents, ATT_INCIDENTS_MAX);
        ck_assert(att_core_incident(centre.core, ATT_INCIDENTS_MAX - 1, &view));
        ck_assert(att_text_equals_c(view.by, "boss"));
        ck_assert(!att_core_incident(centre.core, ATT_INCIDENTS_MAX, &view));
        centre_deinit(&centre);
}
END_TEST

START_TEST(incidents_count_their_contacts)
{
        struct centre centre;
        struct att_incident_view view;
        struct att_buffer when = {0};

        centre_init(&centre, DESK);
        centre_contact(&centre, "c1", "q");
        centre_contact(&centre, "c2", "soft");
        announce(&centre, "i");
        centre_contact(&centre, "c3", "q");
        centre_event(&centre, ATT_CMD_CONTACT_ABANDON, "c1", NULL);
        ck_assert(att_core_incident(centre.core, 0, &view));
        ck_assert_uint_eq(view.affected, 2);
        ck_assert_uint_eq(view.live, 1);
        att_core_incident_when(centre.core, 0, &when);
        ck_assert_str_eq(when.data, "queue is 'q'");
        att_buffer_deinit(&when);
        centre_deinit(&centre);
}
END_TEST

/* ---- What feedback taught ---- */

static void give_feedback(struct centre *centre, const char *contact, int32_t csat)
{
        struct att_command command = centre_command(ATT_CMD_CONTACT_FEEDBACK, contact, NULL);

        command.feedback = (struct att_feedback){.csat = csat,
                                                 .nps = -1,
                                                 .ces = -1,
                                                 .resolved = -1,
                                                 .emotion_ppm = ATT_ABSENT,
                                                 .text = ATT_TEXT("in their own words")};
        centre_step(centre, &command);
}

START_TEST(an_outcome_is_explained_by_its_figures)
{
        struct centre centre;
        struct att_arena arena = {0};
        struct att_explanation why;

        centre_init(&centre, DESK);
        centre_agent(&centre, ATT_CMD_AGENT_READY, "ann");
        talk(&centre, "c1", "");
        talk(&centre, "c2", "");
        talk(&centre, "c3", "");
        give_feedback(&centre, "c1", 5);
        give_feedback(&centre, "c2", 4);
        give_feedback(&centre, "c3", 1);
        ck_assert(att_core_explain_outcome(centre.core, ATT_TEXT("ann"), ATT_TEXT("cards"),
                                           ATT_TEXT_NONE, &arena, &why));
        ck_assert_uint_eq(why.outcome->row_count, 1); /* soft does not ask for cards. */
        ck_assert_uint_eq(why.outcome->rows[0].successes, 2);
        ck_assert_uint_eq(why.outcome->rows[0].count, 3);
        /* (10 x 0.7 + 2) / 13, then (10 x 0.692307 + 2) / 13. */
        ck_assert_int_eq(why.outcome->rows[0].expected_ppm, 692307);
        ck_assert_int_eq(why.outcome->rows[0].outcome_ppm, 686390);
        ck_assert(att_core_explain_outcome(centre.core, ATT_TEXT("ann"), ATT_TEXT("calm"),
                                           ATT_TEXT_NONE, &arena, &why));
        ck_assert_uint_eq(why.outcome->row_count, 1); /* A preference is asked for, too. */
        ck_assert(att_text_equals_c(why.outcome->rows[0].queue, "soft"));
        ck_assert_int_eq(why.outcome->rows[0].outcome_ppm, 700000);
        ck_assert(!att_core_explain_outcome(centre.core, ATT_TEXT("ann"), ATT_TEXT("cars"),
                                            ATT_TEXT_NONE, &arena, &why));
        ck_assert(att_text_equals_c(why.nearest, "cards"));
        att_arena_deinit(&arena);
        centre_deinit(&centre);
}
END_TEST

START_TEST(what_customers_say_is_told_but_not_kept)
{
        struct centre centre;
        struct att_buffer state = {0};

        centre_init(&centre, DESK);
        centre_agent(&centre, ATT_CMD_AGENT_READY, "ann");
        talk(&centre, "c1", "u1");
        give_feedback(&centre, "c1", 5);
        const struct att_effect told = get_effect(&centre, ATT_EFFECT_FEEDBACK);
        ck_assert_ptr_nonnull(told.feedback);
        ck_assert(att_text_equals_c(told.feedback->text, "in their own words"));
        ck_assert_int_eq(told.feedback->given_ms, centre.now_ms);
        att_core_save(centre.core, &state);
        ck_assert_ptr_null(memmem(state.data, state.len, "own words", 9));
        att_buffer_deinit(&state);
        centre_deinit(&centre);
}
END_TEST

ATT_TEST_MAIN("story", a_lost_front_end_leaves_its_promises,
              a_promise_takes_the_place_of_the_contact_that_made_it,
              a_promise_of_an_id_without_room_for_more_has_one_of_its_own,
              a_promise_asks_for_what_its_contact_asked_for,
              an_alias_that_is_linked_brings_its_last_contact,
              a_repeat_is_told_once_with_the_contact_before, as_many_are_asked_as_the_policy_says,
              only_so_many_incidents_are_open_at_a_time, incidents_count_their_contacts,
              an_outcome_is_explained_by_its_figures, what_customers_say_is_told_but_not_kept)
