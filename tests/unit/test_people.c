/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/store/people.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/support/centre.h"
#include "tests/support/main.h"

#define CONFIG                                                                                     \
        "attune: 1\nagents: { ann: {} }\nqueues: { q: {} }\n"                                      \
        "policies: { default: { callback: { attempts: 1 } } }\n"

/* An engine, and the people who are learnt from it. */
struct hall {
        struct centre centre;
        struct att_people *people;
};

static void begin(struct hall *hall)
{
        struct att_marks none = {0};

        centre_init(&hall->centre, CONFIG);
        hall->people = att_people_new();
        att_people_set_marks(hall->people, &none);
}

static void end(struct hall *hall)
{
        att_people_free(hall->people);
        centre_deinit(&hall->centre);
}

static void step(struct hall *hall, struct att_command *command)
{
        centre_step(&hall->centre, command);
        att_people_note(hall->people, command, &hall->centre.effects);
}

static struct att_command contact_of(const char *id, const char *customer)
{
        struct att_command command = centre_command(ATT_CMD_CONTACT_ADD, id, "");

        command.request = (struct att_contact_request){
                .id = att_text_from(id),
                .channel = ATT_TEXT("chat"),
                .queue = ATT_TEXT("q"),
                .priority_milli = ATT_ABSENT,
                .emotion_ppm = ATT_ABSENT,
                .not_before_ms = ATT_ABSENT,
                .waited_ms = ATT_ABSENT,
                .customer = {.id = att_text_from(customer),
                             .lifetime_value_micro = -1,
                             .churn_risk_ppm = -1,
                             .last_spoke_ms = -1},
        };
        return command;
}

static void comes(struct hall *hall, const char *id, const char *customer)
{
        struct att_command command = contact_of(id, customer);

        step(hall, &command);
}

static void happens(struct hall *hall, enum att_command_kind kind, const char *contact,
                    const char *agent)
{
        struct att_command command = centre_command(kind, contact, agent);

        step(hall, &command);
}

static void goes(struct hall *hall, const char *id)
{
        happens(hall, ATT_CMD_CONTACT_ABANDON, id, "");
}

static struct att_person *find(const struct hall *hall, const char *name)
{
        return att_people_find(hall->people, att_text_from(name));
}

static void link(struct hall *hall, const char *alias, const char *customer, bool is_conflict)
{
        struct att_command command = centre_command(ATT_CMD_CUSTOMER_LINK, "", "");

        command.customer.alias = att_text_from(alias);
        command.customer.info.id = att_text_from(customer);
        command.customer.is_conflict = is_conflict;
        step(hall, &command);
}

static struct att_past *past_at(const struct att_person *person, int n)
{
        int i = 0;

        ATT_LIST_FOREACH(past, &person->pasts, struct att_past, in_person)
        {
                if (i++ == n) {
                        return past;
                }
        }
        ck_abort_msg("there are no %d pasts", n + 1);
}

static void expect_past(const struct att_person *person, int n, const char *id)
{
        const struct att_past *past = past_at(person, n);

        ck_assert(att_text_equals_c(att_past_id(past), id));
}

START_TEST(a_contact_leaves_what_became_of_it)
{
        struct hall hall;
        struct att_command end_of = centre_command(ATT_CMD_CONTACT_END, "c1", "");
        struct att_command said;
        const struct att_past *past;
        const struct att_person *person;

        begin(&hall);
        happens(&hall, ATT_CMD_AGENT_READY, "", "ann");
        said = contact_of("c1", "u1");
        said.request.text = ATT_TEXT("my card is gone");
        said.request.customer.name = ATT_TEXT("Eva");
        step(&hall, &said);
        person = find(&hall, "u1");
        ck_assert_uint_eq(person->live_count, 1);
        happens(&hall, ATT_CMD_OFFER_ACCEPT, "c1", "ann");
        end_of.end.disposition = ATT_TEXT("resolved");
        step(&hall, &end_of);
        past = past_at(person, 0);
        ck_assert_uint_eq(person->live_count, 0);
        ck_assert_uint_eq(person->contacts, 1);
        ck_assert_int_eq(past->outcome, ATT_OUTCOME_HANDLED);
        ck_assert(att_text_equals_c(att_past_text(past, ATT_PAST_SAID), "my card is gone"));
        ck_assert(att_text_equals_c(att_past_text(past, ATT_PAST_AGENT), "ann"));
        ck_assert(att_text_equals_c(att_past_text(past, ATT_PAST_QUEUE), "q"));
        ck_assert(att_text_equals_c(att_past_text(past, ATT_PAST_DISPOSITION), "resolved"));
        ck_assert(att_text_equals_c(att_person_text(person, ATT_PERSON_LAST_AGENT), "ann"));
        ck_assert(att_text_equals_c(att_person_text(person, ATT_PERSON_NAME), "Eva"));
        end(&hall);
}
END_TEST

START_TEST(a_call_that_is_not_taken_makes_nobody_the_last_agent)
{
        struct hall hall;
        struct att_command end_of = centre_command(ATT_CMD_CONTACT_END, "c1", "");
        const struct att_person *person;

        begin(&hall);
        happens(&hall, ATT_CMD_AGENT_READY, "", "ann");
        comes(&hall, "c1", "u1");
        happens(&hall, ATT_CMD_OFFER_ACCEPT, "c1", "ann");
        end_of.end.unanswered = true;
        step(&hall, &end_of);
        person = find(&hall, "u1");
        ck_assert_int_eq(past_at(person, 0)->outcome, ATT_OUTCOME_EXPIRED);
        ck_assert(att_text_equals_c(att_past_text(past_at(person, 0), ATT_PAST_AGENT), "ann"));
        ck_assert(att_text_is_empty(att_person_text(person, ATT_PERSON_LAST_AGENT)));
        ck_assert_int_eq(person->last_spoke_ms, -1);
        ck_assert_int_eq(person->last_closed_ms, -1);
        end(&hall);
}
END_TEST

START_TEST(a_request_that_comes_again_is_one_contact)
{
        struct hall hall;

        begin(&hall);
        comes(&hall, "c1", "u1");
        comes(&hall, "c1", "u1");
        ck_assert_uint_eq(find(&hall, "u1")->contacts, 1);
        goes(&hall, "c1");
        comes(&hall, "c1", "u1");
        ck_assert_uint_eq(find(&hall, "u1")->contacts, 1);
        end(&hall);
}
END_TEST

START_TEST(a_refused_command_teaches_nothing)
{
        struct hall hall;
        struct att_command feedback = centre_command(ATT_CMD_CONTACT_FEEDBACK, "c1", "");
        struct att_command none = contact_of("c2", "u2");

        begin(&hall);
        comes(&hall, "c1", "u1");
        feedback.feedback.csat = 9;
        feedback.feedback.nps = -1;
        feedback.feedback.ces = -1;
        feedback.feedback.resolved = -1;
        feedback.feedback.emotion_ppm = ATT_ABSENT;
        step(&hall, &feedback);
        ck_assert_int_eq(past_at(find(&hall, "u1"), 0)->csat, -1);
        none.request.queue = ATT_TEXT("nowhere");
        step(&hall, &none);
        ck_assert_ptr_null(find(&hall, "u2"));
        end(&hall);
}
END_TEST

START_TEST(the_last_contacts_are_kept_and_those_that_are_not_over)
{
        struct hall hall;
        char id[16];

        begin(&hall);
        comes(&hall, "open", "u1");
        for (int i = 0; i < 20; i++) {
                (void)snprintf(id, sizeof(id), "c%d", i);
                comes(&hall, id, "u1");
                goes(&hall, id);
        }
        ck_assert_uint_eq(find(&hall, "u1")->contacts, 21);
        ck_assert_uint_eq(find(&hall, "u1")->past_count, ATT_PASTS_MAX);
        expect_past(find(&hall, "u1"), 0, "c19");
        expect_past(find(&hall, "u1"), ATT_PASTS_MAX - 1, "open");
        ck_assert_ptr_null(att_people_find_past(hall.people, ATT_TEXT("c0")));
        end(&hall);
}
END_TEST

START_TEST(who_was_untouched_for_longest_goes_but_not_who_is_here)
{
        struct hall hall;

        begin(&hall);
        att_people_set_limit(hall.people, 2);
        comes(&hall, "c1", "here");
        comes(&hall, "c2", "old");
        goes(&hall, "c2");
        comes(&hall, "c3", "newer");
        goes(&hall, "c3");
        ck_assert_ptr_nonnull(find(&hall, "here"));
        ck_assert_ptr_nonnull(find(&hall, "newer"));
        ck_assert_ptr_null(find(&hall, "old"));
        ck_assert(att_people_may_know(hall.people, ATT_TEXT("old")));
        ck_assert(!att_people_may_know(hall.people, ATT_TEXT("nobody")));
        comes(&hall, "c4", "old");
        ck_assert(!find(&hall, "old")->is_whole);
        end(&hall);
}
END_TEST

START_TEST(memory_stays_within_its_limit)
{
        struct hall hall;
        char id[16];
        char customer[16];
        size_t bytes = 0;

        begin(&hall);
        att_people_set_limit(hall.people, 50);
        for (int i = 0; i < 500; i++) {
                (void)snprintf(id, sizeof(id), "c%d", i);
                (void)snprintf(customer, sizeof(customer), "u%d", i);
                comes(&hall, id, customer);
                goes(&hall, id);
                ck_assert_uint_le(att_people_count(hall.people), 50);
                if (i == 250) {
                        bytes = att_people_bytes(hall.people);
                }
        }
        ck_assert_uint_le(att_people_bytes(hall.people), bytes + 8192);
        end(&hall);
}
END_TEST

START_TEST(a_link_joins_two_stories)
{
        struct hall hall;

        begin(&hall);
        comes(&hall, "c1", "+34600");
        goes(&hall, "c1");
        comes(&hall, "c2", "u1");
        goes(&hall, "c2");
        comes(&hall, "c3", "+34600");
        link(&hall, "+34600", "u1", false);
        ck_assert_ptr_eq(find(&hall, "+34600"), find(&hall, "u1"));
        ck_assert_uint_eq(find(&hall, "u1")->contacts, 3);
        ck_assert_uint_eq(find(&hall, "u1")->live_count, 1);
        ck_assert_uint_eq(att_people_count(hall.people), 1);
        expect_past(find(&hall, "u1"), 0, "c3");
        expect_past(find(&hall, "u1"), 2, "c1");
        goes(&hall, "c3");
        ck_assert_uint_eq(find(&hall, "u1")->live_count, 0);
        end(&hall);
}
END_TEST

START_TEST(a_conflict_changes_nobody_until_it_is_decided)
{
        struct hall hall;

        begin(&hall);
        comes(&hall, "c1", "u1");
        comes(&hall, "c2", "u2");
        link(&hall, "+34600", "u1", false);
        link(&hall, "+34600", "u2", true);
        ck_assert_ptr_eq(find(&hall, "+34600"), find(&hall, "u1"));
        ck_assert(att_people_find_alias(hall.people, ATT_TEXT("+34600"))->is_disputed);
        ck_assert(att_person_has_conflict(find(&hall, "u2"), ATT_TEXT("+34600")));
        link(&hall, "+34600", "u2", false);
        ck_assert_ptr_eq(find(&hall, "+34600"), find(&hall, "u2"));
        ck_assert(!att_people_find_alias(hall.people, ATT_TEXT("+34600"))->is_disputed);
        ck_assert(!att_person_has_conflict(find(&hall, "u2"), ATT_TEXT("+34600")));
        ck_assert_uint_eq(find(&hall, "u1")->alias_count, 0);
        end(&hall);
}
END_TEST

START_TEST(an_undone_link_has_both_read_again)
{
        struct hall hall;
        struct att_command unlink = centre_command(ATT_CMD_CUSTOMER_UNLINK, "", "");

        begin(&hall);
        comes(&hall, "c1", "u1");
        goes(&hall, "c1");
        comes(&hall, "c2", "u1");
        link(&hall, "+34600", "u1", false);
        unlink.customer.alias = ATT_TEXT("+34600");
        step(&hall, &unlink);
        ck_assert_ptr_null(find(&hall, "+34600"));
        ck_assert(!find(&hall, "u1")->is_whole); /* It has a contact that is not over. */
        goes(&hall, "c2");
        link(&hall, "+34600", "u1", false);
        step(&hall, &unlink);
        ck_assert_ptr_null(find(&hall, "u1"));
        ck_assert(att_people_may_know(hall.people, ATT_TEXT("u1")));
        end(&hall);
}
END_TEST

START_TEST(who_is_forgotten_is_gone_with_all_names)
{
        struct hall hall;
        struct att_command forget = centre_command(ATT_CMD_CUSTOMER_FORGET, "", "");
        const struct att_text alias = ATT_TEXT("+34600");

        begin(&hall);
        comes(&hall, "c1", "u1");
        link(&hall, "+34600", "u1", false);
        comes(&hall, "c2", "u2");
        link(&hall, "+34600", "u2", true);
        forget.customer.info.id = ATT_TEXT("u1");
        forget.customer.aliases = &alias;
        forget.customer.alias_count = 1;
        step(&hall, &forget); /* Refused: c1 is not over. */
        ck_assert_ptr_nonnull(find(&hall, "u1"));
        goes(&hall, "c1");
        step(&hall, &forget);
        ck_assert_ptr_null(find(&hall, "u1"));
        ck_assert_ptr_null(find(&hall, "+34600"));
        ck_assert_ptr_null(att_people_find_past(hall.people, ATT_TEXT("c1")));
        ck_assert(!att_person_has_conflict(find(&hall, "u2"), alias));
        end(&hall);
}
END_TEST

/* As the history would have it: two contacts, the later one of which is known here too. */
static struct att_person *from_history(uint64_t known)
{
        struct att_person *person = att_person_new(ATT_TEXT("u1"));
        struct att_past *past;

        person->contacts = 9;
        person->since_ms = 1000;
        att_person_set_text(person, ATT_PERSON_NAME, ATT_TEXT("Eva"));
        att_person_set_text(person, ATT_PERSON_TIER, ATT_TEXT("gold"));
        att_person_add_alias(person, ATT_TEXT("+34600"), false);
        past = att_person_add_past(person, ATT_TEXT("before"), 1);
        att_past_close(past, 500);
        (void)att_person_add_past(person, ATT_TEXT("c1"), known);
        return person;
}

START_TEST(what_the_history_knows_is_added_to_what_is_newer)
{
        struct hall hall;
        struct att_command said = contact_of("c1", "u1");
        uint64_t known;

        begin(&hall);
        happens(&hall, ATT_CMD_TICK, "", "");
        said.request.customer.name = ATT_TEXT("Dr Eva");
        step(&hall, &said);
        known = said.seq;
        comes(&hall, "c2", "u1");
        find(&hall, "u1")->is_whole = false;
        att_people_adopt(hall.people, from_history(known), known);
        ck_assert(find(&hall, "u1")->is_whole);
        ck_assert_uint_eq(find(&hall, "u1")->contacts, 10); /* c2 came after. */
        ck_assert_uint_eq(find(&hall, "u1")->past_count, 3);
        ck_assert_uint_eq(find(&hall, "u1")->live_count, 2);
        expect_past(find(&hall, "u1"), 0, "c2");
        expect_past(find(&hall, "u1"), 2, "before");
        ck_assert(att_text_equals_c(att_person_text(find(&hall, "u1"), ATT_PERSON_NAME), "Dr Eva"));
        ck_assert(att_text_equals_c(att_person_text(find(&hall, "u1"), ATT_PERSON_TIER), "gold"));
        ck_assert_ptr_eq(find(&hall, "+34600"), find(&hall, "u1"));
        ck_assert_int_eq(find(&hall, "u1")->since_ms, 1000);
        att_people_adopt(hall.people, from_history(known), known); /* Twice is once. */
        ck_assert_uint_eq(find(&hall, "u1")->contacts, 10);
        end(&hall);
}
END_TEST

START_TEST(a_history_that_is_behind_brings_nothing_back)
{
        struct hall hall;
        struct att_command unlink = centre_command(ATT_CMD_CUSTOMER_UNLINK, "", "");
        struct att_command forget = centre_command(ATT_CMD_CUSTOMER_FORGET, "", "");
        struct att_text alias = ATT_TEXT("+34600");

        begin(&hall);
        unlink.customer.alias = alias;
        step(&hall, &unlink);
        att_people_adopt(hall.people, from_history(1), unlink.seq - 1);
        ck_assert_ptr_null(find(&hall, "+34600"));
        ck_assert(!find(&hall, "u1")->is_whole); /* What came under the alias may be another's. */
        ck_assert_uint_eq(find(&hall, "u1")->past_count, 0);
        att_people_adopt(hall.people, from_history(1), unlink.seq - 1); /* It is still behind. */
        ck_assert(!find(&hall, "u1")->is_whole);
        ck_assert_ptr_null(find(&hall, "+34600"));
        forget.customer.info.id = ATT_TEXT("u1");
        step(&hall, &forget);
        att_people_adopt(hall.people, from_history(1), forget.seq - 1);
        ck_assert_ptr_null(find(&hall, "u1"));
        ck_assert_ptr_null(find(&hall, "+34600"));
        att_people_adopt(hall.people, from_history(1), forget.seq); /* Who came again is another. */
        ck_assert_ptr_nonnull(find(&hall, "u1"));
        ck_assert_ptr_eq(find(&hall, "+34600"), find(&hall, "u1"));
        end(&hall);
}
END_TEST

START_TEST(a_person_of_the_history_goes_on_where_it_was)
{
        struct hall hall;

        begin(&hall);
        att_people_adopt(hall.people, from_history(77), 80);
        ck_assert_uint_eq(find(&hall, "u1")->live_count, 1);
        comes(&hall, "c9", "u1");
        ck_assert_uint_eq(find(&hall, "u1")->contacts, 10);
        goes(&hall, "c9");
        ck_assert_uint_eq(find(&hall, "u1")->live_count, 1);
        expect_past(find(&hall, "u1"), 0, "c1"); /* By its number the later one. */
        end(&hall);
}
END_TEST

START_TEST(marks_hold_every_name)
{
        struct att_marks marks = {0};
        char name[16];
        int wrong = 0;

        for (int i = 0; i < 100000; i++) {
                (void)snprintf(name, sizeof(name), "u%d", i);
                att_marks_add(&marks, att_text_from(name));
        }
        for (int i = 0; i < 100000; i++) {
                (void)snprintf(name, sizeof(name), "u%d", i);
                ck_assert(att_marks_have(&marks, att_text_from(name)));
                (void)snprintf(name, sizeof(name), "v%d", i);
                wrong += att_marks_have(&marks, att_text_from(name));
        }
        ck_assert_int_le(wrong, 20); /* Of 100,000: 2.3 are to be expected. */
        ck_assert_uint_le(marks.capacity * sizeof(*marks.items), 16 * marks.count);
        att_marks_deinit(&marks);
}
END_TEST

START_TEST(before_the_names_are_known_everybody_may_be)
{
        struct att_people *people = att_people_new();

        ck_assert(att_people_may_know(people, ATT_TEXT("anybody")));
        att_people_free(people);
}
END_TEST

ATT_TEST_MAIN("people", a_contact_leaves_what_became_of_it,
              a_call_that_is_not_taken_makes_nobody_the_last_agent,
              a_request_that_comes_again_is_one_contact, a_refused_command_teaches_nothing,
              the_last_contacts_are_kept_and_those_that_are_not_over,
              who_was_untouched_for_longest_goes_but_not_who_is_here, memory_stays_within_its_limit,
              a_link_joins_two_stories, a_conflict_changes_nobody_until_it_is_decided,
              an_undone_link_has_both_read_again, who_is_forgotten_is_gone_with_all_names,
              what_the_history_knows_is_added_to_what_is_newer,
              a_history_that_is_behind_brings_nothing_back,
              a_person_of_the_history_goes_on_where_it_was, marks_hold_every_name,
              before_the_names_are_known_everybody_may_be)
