/* SPDX-License-Identifier: Apache-2.0 */
/* What happened in a small centre, and the rows that the history has of it. */
#include "daemon/history_note.h"

#include <errno.h>

#include "lib/base/util.h"
#include "lib/store/history.h"
#include "tests/support/centre.h"
#include "tests/support/history.h"
#include "tests/support/main.h"

#define OFFICE                                                                                     \
        "attune: 1\n"                                                                              \
        "skills: { cards: {}, calm: { kind: human } }\n"                                           \
        "channels:\n"                                                                              \
        "  voice: { units: 100, offer_timeout: 20s, wrap_up: 10s }\n"                              \
        "  chat: { units: 30, offer_timeout: 20s, auto_accept: true }\n"                           \
        "tiers: [ { name: gold, value: 0.7, when: { lifetime_value: \">= 5000\" } } ]\n"           \
        "intents: { lost_card: {} }\n"                                                             \
        "dispositions: [ solved, call_back ]\n"                                                    \
        "follow_ups: { call_back: { after: 2h, agent: same, expires: 8h } }\n"                     \
        "surveys: { share: 100%, queues: [late] }\n"                                               \
        "policies: { default: { repeat: { within: 7d } } }\n"                                      \
        "agents: { ann: { skills: { cards: 5 } }, bob: { skills: { cards: 3 } } }\n"               \
        "queues:\n"                                                                                \
        "  cards: { requires: { cards: 3 } }\n"                                                    \
        "  small: { max_waiting: 1, overflow: { to: cards } }\n"                                   \
        "  shy: { max_waiting: 1 }\n"                                                              \
        "  late: { max_wait: 30s, overflow: { callback: 10m } }\n"                                 \
        "  brief: { max_wait: 1ms, overflow: { to: late } }\n"

/* A centre, and its history, to which every step is written at once. */
struct office {
        struct centre centre;
        struct test_history test;
        struct att_buffer events;
};

static void apply(struct office *office)
{
        struct att_history *history = office->test.history;
        struct att_history_position at = {.seq = office->centre.seq,
                                          .time_ms = office->centre.now_ms};
        struct att_text bytes = att_buffer_text(&office->events);
        struct att_history_event event;

        ck_assert_int_eq(att_history_begin(history, &office->test.why), 0);
        while (att_history_unpack(&bytes, &event)) {
                (void)att_history_apply(history, &event);
        }
        ck_assert_msg(att_history_commit(history, &at, &office->test.why) == 0, "%s",
                      office->test.why.data);
        att_buffer_clear(&office->events);
}

static void note(void *context, const struct att_command *command)
{
        struct office *office = context;

        history_note(&office->events, office->centre.core, command, &office->centre.effects);
        apply(office);
}

static void begin(struct office *office)
{
        *office = (struct office){0};
        test_history_open(&office->test);
        centre_init(&office->centre, OFFICE);
        office->centre.on_step = note;
        office->centre.context = office;
}

static void end(struct office *office)
{
        centre_deinit(&office->centre);
        att_buffer_deinit(&office->events);
        test_history_forget(&office->test);
}

/* ---- What happens ---- */

static struct att_command request(const char *id, const char *queue)
{
        struct att_command command = centre_command(ATT_CMD_CONTACT_ADD, id, NULL);

        command.request = (struct att_contact_request){
                .id = att_text_from(id),
                .channel = ATT_TEXT("voice"),
                .queue = att_text_from(queue),
                .priority_milli = ATT_ABSENT,
                .emotion_ppm = ATT_ABSENT,
                .not_before_ms = ATT_ABSENT,
                .waited_ms = ATT_ABSENT,
                .customer = {.lifetime_value_micro = -1, .churn_risk_ppm = -1, .last_spoke_ms = -1},
        };
        return command;
}

static void comes(struct office *office, const char *id, const char *queue)
{
        struct att_command command = request(id, queue);

        centre_step(&office->centre, &command);
}

static void comes_known(struct office *office, const char *id, const char *customer,
                        const char *name, int64_t value_micro)
{
        struct att_command command = request(id, "cards");

        command.request.customer.id = att_text_from(customer);
        command.request.customer.name = att_text_from(name);
        command.request.customer.currency = ATT_TEXT("EUR");
        command.request.customer.lifetime_value_micro = value_micro;
        centre_step(&office->centre, &command);
}

static void is(struct office *office, enum att_command_kind kind, const char *agent)
{
        centre_agent(&office->centre, kind, agent);
}

static void happens(struct office *office, enum att_command_kind kind, const char *contact,
                    const char *agent)
{
        centre_event(&office->centre, kind, contact, agent);
}

static void passes(struct office *office, int64_t seconds)
{
        centre_wait(&office->centre, seconds * 1000);
}

static void ends(struct office *office, const char *contact, const char *disposition)
{
        struct att_command command = centre_command(ATT_CMD_CONTACT_END, contact, NULL);

        command.end.disposition = att_text_from(disposition);
        centre_step(&office->centre, &command);
}

static void is_held(struct office *office, const char *contact, bool held)
{
        struct att_command command = centre_command(ATT_CMD_CONTACT_HOLD, contact, NULL);

        command.hold.held = held;
        centre_step(&office->centre, &command);
}

static void goes_to(struct office *office, const char *contact, const char *queue)
{
        struct att_command command = centre_command(ATT_CMD_CONTACT_TRANSFER, contact, NULL);

        command.transfer.queue = att_text_from(queue);
        centre_step(&office->centre, &command);
}

static void is_rated(struct office *office, const char *contact, int csat, int resolved)
{
        struct att_command command = centre_command(ATT_CMD_CONTACT_FEEDBACK, contact, NULL);

        command.feedback.csat = csat;
        command.feedback.nps = -1;
        command.feedback.ces = -1;
        command.feedback.resolved = resolved;
        command.feedback.emotion_ppm = ATT_ABSENT;
        centre_step(&office->centre, &command);
}

/* ---- What the history has of it ---- */

static void expect(struct office *office, const char *sql, const char *expected)
{
        test_history_expect(&office->test, sql, expected);
}

/* Seconds since the beginning. */
#define S(column) "(" column " - 1767603600000) / 1000"

static void expect_spells(struct office *office, const char *expected)
{
        expect(office,
               "SELECT id, n, s.queue, " S("entered_ms") ", " S(
                       "left_ms") ", s.waited_ms / 1000, "
                                  "how, agent FROM spells s JOIN contacts USING (contact) ORDER BY contact, n",
               expected);
}

static void expect_conversations(struct office *office, const char *expected)
{
        expect(office,
               "SELECT id, n, agent, v.queue, " S("offered_ms") ", " S("connected_ms") ", " S(
                       "ended_ms") ", v.held_ms / 1000, " S("wrapped_up_ms") ", ended_by "
                                                                             "FROM conversations v JOIN contacts USING (contact) ORDER BY contact, n",
               expected);
}

static void expect_closed(struct office *office, const char *expected)
{
        expect(office,
               "SELECT id, first_queue, queue, " S("closed_ms") ", outcome, reason, disposition "
                                                                "FROM contacts ORDER BY contact",
               expected);
}

START_TEST(a_call_that_is_answered_and_ends)
{
        struct office office;

        begin(&office);
        comes(&office, "c1", "cards");
        passes(&office, 5);
        is(&office, ATT_CMD_AGENT_READY, "ann");
        passes(&office, 3);
        happens(&office, ATT_CMD_OFFER_ACCEPT, "c1", "ann");
        passes(&office, 20);
        is_held(&office, "c1", true);
        passes(&office, 7);
        is_held(&office, "c1", false);
        passes(&office, 40);
        ends(&office, "c1", "solved");
        passes(&office, 10);

        expect(&office,
               "SELECT contact, id, front_end, channel, " S(
                       "arrived_ms") ", first_queue, queue, "
                                     "position, " S("first_offered_ms") ", " S(
                                             "answered_ms") ", " S("closed_ms") " "
                                                                                "FROM contacts",
               "2|c1|pbx|voice|0|cards|cards|1|5|8|75\n");
        expect(&office,
               "SELECT waited_ms, talked_ms, held_ms, wrapped_ms, offers, declined, missed, "
               "transfers, outcome, disposition, reason, first_agent, last_agent FROM contacts",
               "8000|67000|7000|10000|1|0|0|0|handled|solved|-|ann|ann\n");
        expect_spells(&office, "c1|1|cards|0|8|8|answered|ann\n");
        expect_conversations(&office, "c1|1|ann|cards|5|8|75|7|85|ended\n");
        expect(&office,
               "SELECT agent, queue, " S("offered_ms") ", " S("ended_ms") ", how FROM offers",
               "ann|cards|5|8|accepted\n");
        expect(&office, "SELECT skill, level FROM requirements", "cards|3\n");
        end(&office);
}
END_TEST

START_TEST(one_who_gives_up_waiting)
{
        struct office office;

        begin(&office);
        comes(&office, "c1", "cards");
        passes(&office, 42);
        happens(&office, ATT_CMD_CONTACT_ABANDON, "c1", NULL);

        expect_closed(&office, "c1|cards|cards|42|abandoned|-|-\n");
        expect_spells(&office, "c1|1|cards|0|42|42|abandoned|-\n");
        expect_conversations(&office, "");
        end(&office);
}
END_TEST

START_TEST(a_customer_who_hangs_up_on_the_agent)
{
        struct office office;

        begin(&office);
        is(&office, ATT_CMD_AGENT_READY, "ann");
        comes(&office, "c1", "cards");
        happens(&office, ATT_CMD_OFFER_ACCEPT, "c1", "ann");
        passes(&office, 9);
        is_held(&office, "c1", true);
        passes(&office, 3);
        happens(&office, ATT_CMD_CONTACT_ABANDON, "c1", NULL);

        expect_closed(&office, "c1|cards|cards|12|handled|-|-\n");
        expect_conversations(&office, "c1|1|ann|cards|0|0|12|3|-|abandoned\n");
        end(&office);
}
END_TEST

START_TEST(offers_that_are_declined_missed_and_withdrawn)
{
        struct office office;

        begin(&office);
        is(&office, ATT_CMD_AGENT_READY, "ann");
        is(&office, ATT_CMD_AGENT_READY, "bob");
        comes(&office, "c1", "cards");
        happens(&office, ATT_CMD_OFFER_DECLINE, "c1", "bob");
        passes(&office, 20);
        comes(&office, "c2", "cards");
        happens(&office, ATT_CMD_CONTACT_CANCEL, "c2", NULL);

        expect(&office,
               "SELECT id, agent, o.queue, how FROM offers o JOIN contacts USING (contact) "
               "ORDER BY offer",
               "c1|bob|cards|declined\nc1|ann|cards|missed\nc2|bob|cards|revoked\n");
        expect(&office, "SELECT id, offers, declined, missed FROM contacts",
               "c1|2|1|1\nc2|1|0|0\n");
        expect_closed(&office, "c1|cards|cards|-|-|-|-\nc2|cards|cards|20|cancelled|-|-\n");
        end(&office);
}
END_TEST

START_TEST(a_transfer_is_two_waits_and_two_conversations)
{
        struct office office;

        begin(&office);
        is(&office, ATT_CMD_AGENT_READY, "ann");
        comes(&office, "c1", "cards");
        passes(&office, 1);
        happens(&office, ATT_CMD_OFFER_ACCEPT, "c1", "ann");
        passes(&office, 30);
        goes_to(&office, "c1", "late");
        passes(&office, 2);
        is(&office, ATT_CMD_AGENT_READY, "bob");
        happens(&office, ATT_CMD_OFFER_ACCEPT, "c1", "bob");
        passes(&office, 60);
        ends(&office, "c1", "");
        passes(&office, 10);

        expect_spells(&office, "c1|1|cards|0|1|1|answered|ann\nc1|2|late|31|33|2|answered|bob\n");
        expect_conversations(&office, "c1|1|ann|cards|0|1|31|0|41|transferred\n"
                                      "c1|2|bob|late|33|33|93|0|103|ended\n");
        expect(&office,
               "SELECT first_queue, queue, waited_ms, talked_ms, wrapped_ms, transfers, first_agent, "
               "last_agent FROM contacts",
               "cards|late|3000|90000|20000|1|ann|bob\n");
        end(&office);
}
END_TEST

START_TEST(a_transfer_before_anyone_answered_only_moves)
{
        struct office office;

        begin(&office);
        comes(&office, "c1", "cards");
        passes(&office, 4);
        goes_to(&office, "c1", "late");

        expect_spells(&office, "c1|1|cards|0|4|4|moved|-\nc1|2|late|4|-|-|-|-\n");
        expect(&office, "SELECT transfers, waited_ms, queue FROM contacts", "0|4000|late\n");
        end(&office);
}
END_TEST

START_TEST(who_comes_to_a_full_queue_is_turned_on_at_its_door)
{
        struct office office;

        begin(&office);
        comes(&office, "c1", "small");
        comes(&office, "c2", "small");
        comes(&office, "c3", "shy");
        comes(&office, "c4", "shy");

        expect_spells(&office, "c1|1|small|0|-|-|-|-\n"
                               "c2|1|small|0|0|0|overflowed|-\nc2|2|cards|0|-|-|-|-\n"
                               "c3|1|shy|0|-|-|-|-\n"
                               "c4|1|shy|0|0|0|refused|-\n");
        expect_closed(&office, "c1|small|small|-|-|-|-\nc2|small|cards|-|-|-|-\n"
                               "c3|shy|shy|-|-|-|-\nc4|shy|shy|0|refused|full|-\n");
        end(&office);
}
END_TEST

START_TEST(who_waits_too_long_is_moved_on_and_called_back)
{
        struct office office;
        struct att_command unanswered = centre_command(ATT_CMD_CONTACT_END, "c1", NULL);

        begin(&office);
        comes(&office, "c1", "brief");
        passes(&office, 31);
        expect_spells(&office, "c1|1|brief|0|0|0|overflowed|-\nc1|2|late|0|30|30|scheduled|-\n");
        is(&office, ATT_CMD_AGENT_READY, "ann");
        passes(&office, 600);
        happens(&office, ATT_CMD_OFFER_ACCEPT, "c1", "ann");
        unanswered.end.unanswered = true;
        centre_step(&office.centre, &unanswered);

        expect(&office, "SELECT count(*), sum(left_ms IS NULL) FROM spells", "3|0\n");
        expect(&office, "SELECT attempt, closed_ms, waited_ms, queue FROM contacts",
               "1|-|31000|late\n");
        expect(&office, "SELECT agent, ended_by FROM conversations", "ann|unanswered\n");
        end(&office);
}
END_TEST

START_TEST(an_offer_that_is_taken_at_once_is_one_offer)
{
        struct office office;
        struct att_command command = request("c1", "cards");

        begin(&office);
        is(&office, ATT_CMD_AGENT_READY, "ann");
        command.request.channel = ATT_TEXT("chat");
        centre_step(&office.centre, &command);

        expect(&office, "SELECT agent, how, ended_ms - offered_ms FROM offers", "ann|accepted|0\n");
        expect(&office,
               "SELECT offers, first_offered_ms = arrived_ms, answered_ms = arrived_ms, waited_ms "
               "FROM contacts",
               "1|1|1|0\n");
        expect_spells(&office, "c1|1|cards|0|0|0|answered|ann\n");
        end(&office);
}
END_TEST

START_TEST(a_request_that_comes_twice_is_one_contact)
{
        struct office office;

        begin(&office);
        comes(&office, "c1", "cards");
        comes(&office, "c1", "cards");
        comes(&office, "c1", "late");
        expect(&office, "SELECT contact, id, first_queue FROM contacts", "2|c1|cards\n");
        expect_spells(&office, "c1|1|cards|0|-|-|-|-\n");
        end(&office);
}
END_TEST

START_TEST(an_id_that_comes_again_after_it_was_forgotten_is_another_contact)
{
        struct office office;

        begin(&office);
        comes(&office, "c1", "cards");
        happens(&office, ATT_CMD_CONTACT_ABANDON, "c1", NULL);
        passes(&office, 3601);
        comes(&office, "c1", "late");
        passes(&office, 2);
        happens(&office, ATT_CMD_CONTACT_ABANDON, "c1", NULL);

        expect_closed(&office, "c1|cards|cards|0|abandoned|-|-\nc1|late|late|3603|abandoned|-|-\n");
        end(&office);
}
END_TEST

START_TEST(what_a_request_says_is_kept)
{
        struct office office;
        struct att_command command = request("c1", "cards");
        const struct att_named_level requires[] = {{ATT_TEXT("calm"), 2}};

        begin(&office);
        command.request.language = ATT_TEXT("es");
        command.request.entry_point = ATT_TEXT("+34600");
        command.request.text = ATT_TEXT("I lost my card");
        command.request.intent = ATT_TEXT("lost_card");
        command.request.emotion_ppm = 700000;
        command.request.requires = requires;
        command.request.requires_count = 1;
        centre_step(&office.centre, &command);

        expect(&office,
               "SELECT language, entry_point, text, intent, emotion_ppm, emotion_source, person "
               "FROM contacts",
               "es|+34600|I lost my card|lost_card|700000|stated|-\n");
        expect(&office, "SELECT skill, level FROM requirements ORDER BY skill",
               "calm|2\ncards|3\n");
        command = request("c2", "cards");
        command.request.emotion_ppm = 300000;
        command.request.emotion_source = ATT_EMOTION_ESTIMATED;
        centre_step(&office.centre, &command);
        expect(&office, "SELECT emotion_ppm, emotion_source FROM contacts WHERE id = 'c2'",
               "300000|estimated\n");
        end(&office);
}
END_TEST

START_TEST(a_customer_is_one_person_over_all_contacts)
{
        struct office office;

        begin(&office);
        is(&office, ATT_CMD_AGENT_READY, "ann");
        comes_known(&office, "c1", "cust-1", "Eva", 6000000000);
        happens(&office, ATT_CMD_OFFER_ACCEPT, "c1", "ann");
        passes(&office, 60);
        ends(&office, "c1", "");
        passes(&office, 60);
        comes_known(&office, "c2", "cust-1", "", 6000000000);
        passes(&office, 60);
        comes_known(&office, "c3", "cust-1", "Eva Ruiz", 7000000000);
        comes_known(&office, "c4", "cust-2", "Max", -1);

        expect(&office,
               "SELECT id, name, tier, currency, lifetime_value_micro / 1000000, " S("since_ms") ", " S(
                       "last_ms") ", contacts, last_agent FROM people ORDER BY person",
               "cust-1|Eva Ruiz|-|EUR|7000|0|180|3|ann\ncust-2|Max|-|EUR|-|180|180|1|-\n");
        expect(&office,
               "SELECT person, " S("at_ms") ", lifetime_value_micro / 1000000, churn_risk_ppm "
                                            "FROM person_values",
               "1|0|6000|-\n1|180|7000|-\n");
        expect(&office, "SELECT id, person, tier FROM contacts",
               "c1|1|gold\nc2|1|gold\nc3|1|gold\nc4|2|-\n");
        end(&office);
}
END_TEST

START_TEST(an_alias_leads_to_the_person)
{
        struct office office;

        begin(&office);
        comes_known(&office, "c1", "cust-1", "Eva", -1);
        test_history_run(&office.test, "INSERT INTO aliases VALUES ('+34600', 1, 0, 'desk')");
        comes_known(&office, "c2", "+34600", "", -1);

        expect(&office, "SELECT id, contacts FROM people", "cust-1|2\n");
        end(&office);
}
END_TEST

static void is_told(struct office *office, enum att_command_kind kind, const char *customer,
                    const char *alias, bool is_conflict)
{
        struct att_command command = centre_command(kind, NULL, NULL);

        command.customer.info.id = att_text_from(customer);
        command.customer.alias = att_text_from(alias);
        command.customer.is_conflict = is_conflict;
        command.front_end = ATT_TEXT("boss");
        centre_step(&office->centre, &command);
}

START_TEST(links_and_what_undoes_them_are_in_the_trail)
{
        struct office office;

        begin(&office);
        comes_known(&office, "c1", "cust-1", "Eva", -1);
        comes_known(&office, "c2", "cust-2", "Max", -1);
        is_told(&office, ATT_CMD_CUSTOMER_LINK, "cust-1", "+34600", false);
        is_told(&office, ATT_CMD_CUSTOMER_LINK, "cust-2", "+34600", true);
        expect(&office, "SELECT alias, person, by FROM aliases", "+34600|1|boss\n");
        expect(&office, "SELECT alias, person FROM conflicts", "+34600|2\n");
        is_told(&office, ATT_CMD_CUSTOMER_LINK, "cust-2", "+34600", false);
        expect(&office, "SELECT alias, person, by FROM aliases", "+34600|2|boss\n");
        expect(&office, "SELECT alias, person FROM conflicts", "");
        is_told(&office, ATT_CMD_CUSTOMER_UNLINK, "", "+34600", false);
        expect(&office, "SELECT alias, person, by FROM aliases", "");
        expect(&office, "SELECT what, person, other, by FROM links ORDER BY link",
               "link|1|+34600|boss\nconflict|2|+34600|boss\nlink|2|+34600|boss\n"
               "unlink|2|+34600|boss\n");
        end(&office);
}
END_TEST

START_TEST(who_is_set_is_known_before_the_first_contact)
{
        struct office office;
        struct att_command command = centre_command(ATT_CMD_CUSTOMER_SET, NULL, NULL);
        const struct att_text aliases[] = {ATT_TEXT("+34600"), ATT_TEXT("eva@x")};

        begin(&office);
        command.customer.info = (struct att_customer_info){
                .id = ATT_TEXT("cust-1"),
                .name = ATT_TEXT("Eva"),
                .tier = ATT_TEXT("gold"),
                .lifetime_value_micro = 7000000,
                .churn_risk_ppm = -1,
                .last_spoke_ms = -1,
                .last_closed_ms = -1,
        };
        command.customer.aliases = aliases;
        command.customer.alias_count = 2;
        command.customer.since_ms = 1000;
        centre_step(&office.centre, &command);
        expect(&office,
               "SELECT id, name, tier, lifetime_value_micro, since_ms, contacts FROM people",
               "cust-1|Eva|gold|7000000|1000|0\n");
        expect(&office, "SELECT alias, person FROM aliases ORDER BY alias", "+34600|1\neva@x|1\n");
        expect(&office, "SELECT what, other FROM links ORDER BY link", "link|+34600\nlink|eva@x\n");
        end(&office);
}
END_TEST

START_TEST(who_is_forgotten_leaves_figures_and_no_name)
{
        struct office office;

        begin(&office);
        comes_known(&office, "c1", "cust-1", "Eva", 6000000000);
        comes_known(&office, "c2", "cust-2", "Max", -1);
        is_told(&office, ATT_CMD_CUSTOMER_LINK, "cust-1", "+34600", false);
        happens(&office, ATT_CMD_CONTACT_ABANDON, "c1", "");
        is_told(&office, ATT_CMD_CUSTOMER_FORGET, "cust-1", "", false);
        expect(&office, "SELECT id FROM people", "cust-2\n");
        expect(&office, "SELECT count(*) FROM person_values", "0\n");
        expect(&office, "SELECT id, person, text, outcome FROM contacts ORDER BY contact",
               "forgotten|-|-|abandoned\nc2|2|-|-\n");
        expect(&office, "SELECT what, other FROM links ORDER BY link", "link|-\nforget|-\n");
        expect(&office, "SELECT count(*) FROM aliases", "0\n");
        end(&office);
}
END_TEST

/* The customer's call of a minute with ann, who notes what she did. */
static void talks_and_ends(struct office *office, const char *contact, const char *disposition,
                           const char *notes)
{
        struct att_command command = centre_command(ATT_CMD_CONTACT_END, contact, NULL);

        happens(office, ATT_CMD_OFFER_ACCEPT, contact, "ann");
        passes(office, 60);
        command.end.disposition = att_text_from(disposition);
        command.end.notes = att_text_from(notes);
        centre_step(&office->centre, &command);
        passes(office, 10);
}

START_TEST(a_promise_is_kept_by_the_contact_that_came_of_it)
{
        struct office office;

        begin(&office);
        is(&office, ATT_CMD_AGENT_READY, "ann");
        comes_known(&office, "c1", "cust-1", "Eva", 6000000000);
        talks_and_ends(&office, "c1", "call_back", "wants the new card by Friday");

        expect(&office, "SELECT notes, disposition, survey_asked FROM contacts WHERE id = 'c1'",
               "wants the new card by Friday|call_back|0\n");
        expect(&office,
               "SELECT f.id, c.id, p.agent, p.what, " S("p.due_ms") ", " S(
                       "p.expires_ms") ", p.state, p.kept_by, people.id FROM promises p JOIN people USING (person) "
                                       "JOIN contacts c ON c.contact = p.contact JOIN contacts f ON f.contact = p.promise",
               "c1+1|c1|ann|call_back|7260|28860|open|-|cust-1\n");
        passes(&office, 7200);
        talks_and_ends(&office, "c1+1", "solved", "");

        expect(&office, "SELECT state, kept_by = promise FROM promises", "kept|1\n");
        expect(&office,
               "SELECT c.id, f.id, c.outcome FROM contacts c "
               "JOIN contacts f ON f.contact = c.follow_up_of",
               "c1+1|c1|handled\n");
        expect(&office, "SELECT name, lifetime_value_micro / 1000000, contacts FROM people",
               "Eva|6000|2\n");
        end(&office);
}
END_TEST

START_TEST(a_promise_that_nobody_keeps_expires)
{
        struct office office;

        begin(&office);
        is(&office, ATT_CMD_AGENT_READY, "ann");
        comes_known(&office, "c1", "cust-1", "Eva", -1);
        talks_and_ends(&office, "c1", "call_back", "");
        is(&office, ATT_CMD_AGENT_OFFLINE, "ann");
        passes(&office, 8 * 3600);

        expect(&office, "SELECT state, kept_by FROM promises", "expired|-\n");
        expect(&office, "SELECT outcome, reason FROM contacts WHERE follow_up_of IS NOT NULL",
               "expired|promise expired\n");
        end(&office);
}
END_TEST

START_TEST(a_customer_who_is_back_soon_repeats_the_contact_of_before)
{
        struct office office;

        begin(&office);
        is(&office, ATT_CMD_AGENT_READY, "ann");
        comes_known(&office, "c1", "cust-1", "Eva", -1);
        talks_and_ends(&office, "c1", "solved", "");
        passes(&office, 2 * 86400); /* The engine has forgotten the contact, and knows its id. */
        comes_known(&office, "c2", "cust-1", "", -1);
        comes_known(&office, "c3", "cust-2", "", -1);

        expect(&office,
               "SELECT c.id, e.id FROM contacts c LEFT JOIN contacts e "
               "ON e.contact = c.repeat_of ORDER BY c.contact",
               "c1|-\nc2|c1\nc3|-\n");
        end(&office);
}
END_TEST

START_TEST(who_is_asked_how_it_was_and_what_is_said_is_kept)
{
        struct office office;
        struct att_command said = centre_command(ATT_CMD_CONTACT_FEEDBACK, "c1", NULL);

        begin(&office);
        is(&office, ATT_CMD_AGENT_READY, "ann");
        comes(&office, "c1", "late");
        talks_and_ends(&office, "c1", "solved", "");
        said.feedback = (struct att_feedback){.csat = 2,
                                              .nps = 0,
                                              .ces = 7,
                                              .resolved = 0,
                                              .emotion_ppm = 800000,
                                              .given_ms = CENTRE_START_MS + 65000,
                                              .by = ATT_TEXT("customer"),
                                              .text = ATT_TEXT("I had to say it twice")};
        centre_step(&office.centre, &said);

        expect(&office, "SELECT survey_asked, emotion_end_ppm FROM contacts", "1|800000\n");
        expect(&office,
               "SELECT " S(
                       "at_ms") ", csat, nps, ces, resolved, emotion_ppm, agent, queue, by, text "
                                "FROM feedback",
               "65|2|0|7|0|800000|ann|late|customer|I had to say it twice\n");
        end(&office);
}
END_TEST

START_TEST(an_incident_has_its_contacts_and_its_end)
{
        struct office office;
        struct att_command announce = centre_command(ATT_CMD_INCIDENT_ANNOUNCE, NULL, NULL);
        struct att_command closing = centre_command(ATT_CMD_INCIDENT_CLOSE, NULL, NULL);
        const struct att_text cards = ATT_TEXT("cards");
        const struct att_named_condition when = {ATT_TEXT("queue"), &cards, 1};

        begin(&office);
        comes(&office, "c1", "cards");
        announce.incident = (struct att_incident_request){.id = ATT_TEXT("shop-x"),
                                                          .title = ATT_TEXT("Cards declined"),
                                                          .message = ATT_TEXT("We know"),
                                                          .when = &when,
                                                          .when_count = 1};
        centre_step(&office.centre, &announce);
        passes(&office, 30);
        comes(&office, "c2", "cards");
        comes(&office, "c3", "late");
        closing.incident_close.id = ATT_TEXT("shop-x");
        closing.incident_close.message = ATT_TEXT("It is over");
        closing.incident_close.close_contacts = true;
        centre_step(&office.centre, &closing);

        expect(&office, "SELECT id, incident, outcome, reason FROM contacts",
               "c1|shop-x|overflowed|It is over\nc2|shop-x|overflowed|It is over\nc3|-|-|-\n");
        expect(&office,
               "SELECT incident, " S("announced_ms") ", by, title, message, " S(
                       "closed_ms") " FROM incidents",
               "shop-x|0|pbx|Cards declined|It is over|30\n");
        end(&office);
}
END_TEST

START_TEST(feedback_is_kept_with_the_agent_and_the_queue)
{
        struct office office;

        begin(&office);
        is(&office, ATT_CMD_AGENT_READY, "ann");
        comes(&office, "c1", "cards");
        happens(&office, ATT_CMD_OFFER_ACCEPT, "c1", "ann");
        ends(&office, "c1", "");
        passes(&office, 60);
        is_rated(&office, "c1", 5, 1);
        is_rated(&office, "c1", 9, 1);     /* Refused: there are five. */
        is_rated(&office, "nobody", 5, 1); /* Refused: nobody knows it. */

        expect(&office,
               "SELECT contact, " S(
                       "at_ms") ", csat, nps, ces, resolved, emotion_ppm, agent, queue "
                                "FROM feedback",
               "3|60|5|-|-|1|-|ann|cards\n");
        end(&office);
}
END_TEST

START_TEST(presence_is_a_row_for_as_long_as_it_lasts)
{
        struct office office;
        struct att_command pause = centre_command(ATT_CMD_AGENT_PAUSE, NULL, "ann");

        begin(&office);
        is(&office, ATT_CMD_AGENT_READY, "ann");
        passes(&office, 10);
        pause.presence.reason = ATT_TEXT("lunch");
        centre_step(&office.centre, &pause);
        passes(&office, 30);
        is(&office, ATT_CMD_AGENT_READY, "ann");

        expect(&office,
               "SELECT agent, state, reason, " S("since_ms") ", " S("until_ms") " FROM presence",
               "ann|ready|-|0|10\nann|paused|lunch|10|40\nann|ready|-|40|-\n");
        end(&office);
}
END_TEST

START_TEST(after_a_gap_what_was_going_on_is_unrecorded_and_what_goes_on_begins_anew)
{
        struct office office;
        struct att_history_position at;

        begin(&office);
        is(&office, ATT_CMD_AGENT_READY, "ann");
        is(&office, ATT_CMD_AGENT_READY, "bob");
        comes(&office, "talks", "cards");
        happens(&office, ATT_CMD_OFFER_ACCEPT, "talks", "bob");
        comes(&office, "offered", "cards");
        comes(&office, "waits", "cards");
        comes(&office, "goes", "cards");
        passes(&office, 5);

        office.centre.on_step = NULL; /* Nobody writes it down. */
        happens(&office, ATT_CMD_CONTACT_ABANDON, "goes", NULL);
        happens(&office, ATT_CMD_OFFER_ACCEPT, "offered", "ann");
        comes(&office, "new", "late");
        is(&office, ATT_CMD_AGENT_OFFLINE, "bob");
        passes(&office, 5);

        at = att_history_applied(office.test.history);
        ck_assert_int_eq(att_history_begin(office.test.history, &office.test.why), 0);
        att_history_gap(office.test.history, at.seq + 1, office.centre.seq, office.centre.now_ms,
                        ATT_TEXT("the journal no longer has it"));
        at = (struct att_history_position){.seq = office.centre.seq,
                                           .time_ms = office.centre.now_ms};
        ck_assert_int_eq(att_history_commit(office.test.history, &at, &office.test.why), 0);
        history_note_state(&office.events, office.centre.core);
        apply(&office);
        office.centre.on_step = note;
        passes(&office, 5);
        happens(&office, ATT_CMD_CONTACT_ABANDON, "waits", NULL);
        ends(&office, "offered", "");

        expect_closed(&office, "talks|cards|cards|-|-|-|-\noffered|cards|cards|15|handled|-|-\n"
                               "waits|cards|cards|15|abandoned|-|-\n"
                               "goes|cards|cards|10|unrecorded|-|-\n"
                               "new|late|late|-|-|-|-\n");
        expect_spells(&office,
                      "talks|1|cards|0|0|0|answered|bob\n"
                      "offered|1|cards|0|10|10|unrecorded|-\n"
                      "waits|1|cards|0|10|10|unrecorded|-\nwaits|2|cards|10|15|5|abandoned|-\n"
                      "goes|1|cards|0|10|10|unrecorded|-\n"
                      "new|1|late|10|-|-|-|-\n");
        expect_conversations(&office, "talks|1|bob|cards|0|0|10|0|-|unrecorded\n"
                                      "talks|2|bob|cards|-|10|-|0|-|-\n"
                                      "offered|1|ann|cards|-|10|15|0|-|ended\n");
        expect(&office, "SELECT id, how FROM offers JOIN contacts USING (contact) ORDER BY offer",
               "talks|accepted\noffered|unrecorded\n");
        expect(&office, "SELECT agent, state, " S("since_ms") ", " S("until_ms") " FROM presence",
               "ann|ready|0|-\nbob|ready|0|10\n");
        expect(&office, "SELECT to_seq - from_seq, why FROM gaps",
               "4|the journal no longer has it\n");
        end(&office);
}
END_TEST

static void trims(struct office *office, int64_t keep_ms, uint32_t contacts_max)
{
        ck_assert_msg(att_history_trim(office->test.history, office->centre.now_ms - keep_ms,
                                       contacts_max, &office->test.why) == 0,
                      "%s", office->test.why.data);
}

START_TEST(what_is_too_old_goes_with_all_that_is_its_own)
{
        struct office office;
        const int64_t hour_ms = 3600 * 1000;

        begin(&office);
        is(&office, ATT_CMD_AGENT_READY, "ann");
        comes_known(&office, "old", "cust-1", "Eva", 6000000000);
        talks_and_ends(&office, "old", "solved", "");
        is_rated(&office, "old", 4, 1);
        comes_known(&office, "back", "cust-2", "Max", 5000000000);
        talks_and_ends(&office, "back", "solved", "");
        comes(&office, "open", "late");
        is(&office, ATT_CMD_AGENT_OFFLINE, "ann");
        passes(&office, 3 * 3600);
        comes_known(&office, "young", "cust-2", "", -1);

        trims(&office, hour_ms, 1); /* One at a time, the oldest first. */
        expect(&office, "SELECT id FROM contacts ORDER BY contact", "back\nopen\nyoung\n");
        trims(&office, hour_ms, 100);
        expect(&office, "SELECT id FROM contacts ORDER BY contact", "open\nyoung\n");
#define ORPHANS(table)                                                                             \
        "(SELECT count(*) FROM " table " WHERE contact NOT IN (SELECT contact FROM contacts))"
        expect(&office,
               "SELECT " ORPHANS("spells") ", " ORPHANS("conversations") ", " ORPHANS(
                       "offers") ", " ORPHANS("requirements") ", " ORPHANS("feedback"),
               "0|0|0|0|0\n");
        expect(&office, "SELECT id FROM people", "cust-2\n");
        expect(&office, "SELECT count(*) FROM person_values", "1\n");
        expect(&office, "SELECT state FROM presence", "offline\n");
        trims(&office, hour_ms, 100);
        trims(&office, hour_ms, 100);
        expect(&office, "SELECT count(*) FROM contacts", "2\n");
        ck_assert_uint_eq(att_history_applied(office.test.history).seq, office.centre.seq);
        end(&office);
}
END_TEST

START_TEST(what_is_told_of_contacts_from_before_the_history_is_left_out)
{
        struct office office;

        begin(&office);
        office.centre.on_step = NULL;
        is(&office, ATT_CMD_AGENT_READY, "ann");
        comes(&office, "old", "cards");
        office.centre.on_step = note;
        happens(&office, ATT_CMD_OFFER_ACCEPT, "old", "ann");
        passes(&office, 5);
        ends(&office, "old", "");
        passes(&office, 15);
        is_rated(&office, "old", 5, 1);

        expect(&office,
               "SELECT (SELECT count(*) FROM contacts), (SELECT count(*) FROM spells), "
               "(SELECT count(*) FROM offers), (SELECT count(*) FROM conversations), "
               "(SELECT count(*) FROM feedback)",
               "0|0|0|0|0\n");
        end(&office);
}
END_TEST

START_TEST(a_transaction_that_is_rolled_back_leaves_nothing)
{
        struct office office;
        struct att_history_event event;

        begin(&office);
        comes(&office, "c1", "cards");
        ck_assert_int_eq(att_history_begin(office.test.history, &office.test.why), 0);
        att_history_event_init(&event, ATT_HISTORY_CLOSED);
        event.contact = office.centre.seq;
        event.at_ms = office.centre.now_ms;
        event.closed.outcome = ATT_TEXT("abandoned");
        ck_assert_int_eq(att_history_apply(office.test.history, &event), 0);
        att_history_rollback(office.test.history);

        expect(&office, "SELECT count(*) FROM contacts WHERE closed_ms IS NULL", "1\n");
        ck_assert_uint_eq(att_history_applied(office.test.history).seq, office.centre.seq);
        end(&office);
}
END_TEST

START_TEST(two_writers_do_not_write_over_each_other)
{
        struct office office;
        struct test_history other = {0};
        struct att_history_position at = {.seq = 7};

        begin(&office);
        comes(&office, "c1", "cards");
        ck_assert_int_eq(att_history_open(office.test.folder, &other.history, &other.why), 0);
        ck_assert_int_eq(att_history_begin(other.history, &other.why), 0);
        ck_assert_int_eq(att_history_commit(other.history, &at, &other.why), 0);

        ck_assert_int_eq(att_history_begin(office.test.history, &office.test.why), -ESTALE);
        ck_assert_int_eq(att_history_look(office.test.history, &office.test.why), 0);
        ck_assert_uint_eq(att_history_applied(office.test.history).seq, 7);
        ck_assert_int_eq(att_history_begin(office.test.history, &office.test.why), 0);
        att_history_rollback(office.test.history);
        test_history_close(&other);
        end(&office);
}
END_TEST

ATT_TEST_MAIN(
        "history_rows", a_call_that_is_answered_and_ends, one_who_gives_up_waiting,
        a_customer_who_hangs_up_on_the_agent, offers_that_are_declined_missed_and_withdrawn,
        a_transfer_is_two_waits_and_two_conversations, a_transfer_before_anyone_answered_only_moves,
        who_comes_to_a_full_queue_is_turned_on_at_its_door,
        who_waits_too_long_is_moved_on_and_called_back, an_offer_that_is_taken_at_once_is_one_offer,
        a_request_that_comes_twice_is_one_contact,
        an_id_that_comes_again_after_it_was_forgotten_is_another_contact,
        what_a_request_says_is_kept, a_customer_is_one_person_over_all_contacts,
        links_and_what_undoes_them_are_in_the_trail, who_is_set_is_known_before_the_first_contact,
        who_is_forgotten_leaves_figures_and_no_name, an_alias_leads_to_the_person,
        a_promise_is_kept_by_the_contact_that_came_of_it, a_promise_that_nobody_keeps_expires,
        a_customer_who_is_back_soon_repeats_the_contact_of_before,
        who_is_asked_how_it_was_and_what_is_said_is_kept, an_incident_has_its_contacts_and_its_end,
        feedback_is_kept_with_the_agent_and_the_queue, presence_is_a_row_for_as_long_as_it_lasts,
        after_a_gap_what_was_going_on_is_unrecorded_and_what_goes_on_begins_anew,
        what_is_too_old_goes_with_all_that_is_its_own,
        what_is_told_of_contacts_from_before_the_history_is_left_out,
        a_transaction_that_is_rolled_back_leaves_nothing, two_writers_do_not_write_over_each_other)
