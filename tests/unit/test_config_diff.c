/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/config/diff.h"
#include "lib/config/outcome.h"

#include "tests/support/main.h"
#include "tests/unit/config_from_text.h"

static void assert_diff(const char *before, const char *after, const char *expected)
{
        const struct att_config *old = config_from_text(before);
        const struct att_config *new = config_from_text(after);
        struct att_buffer lines = {0};
        uint32_t count = 0;

        att_buffer_append_c(&lines, "");

        const uint32_t said = att_config_diff(old, new, &lines);

        for (size_t i = 0; i < lines.len; i++) {
                count += lines.data[i] == '\n';
        }
        ck_assert_str_eq(lines.data ? lines.data : "", expected);
        ck_assert_uint_eq(said, count);
        att_buffer_deinit(&lines);
        att_config_unref(old);
        att_config_unref(new);
}

START_TEST(the_same_meaning_is_no_difference)
{
        assert_diff("attune: 1\nqueues: { q: { priority: 5 } }\nagents: { b: {}, a: {} }\n",
                    "attune: 1\nagents: { a: {}, b: {} }\nqueues: { q: { priority: 5.000 } }\n",
                    "");
}
END_TEST

START_TEST(what_came_and_what_went_is_told_by_name)
{
        assert_diff("attune: 1\nagents: { bob: {} }\nqueues: { old: {} }\n",
                    "attune: 1\nagents: { helena: { name: Helena Ruiz } }\nqueues: { new: {} }\n",
                    "- agent bob\n"
                    "+ agent helena (Helena Ruiz)\n"
                    "- queue old\n"
                    "+ queue new\n");
}
END_TEST

START_TEST(what_changed_is_told_field_by_field)
{
        assert_diff("attune: 1\nskills: { cards: {}, loans: {} }\nteams: { front: {} }\n"
                    "agents: { maria: { skills: { cards: 8 }, team: front } }\n"
                    "queues: { q: { requires: { cards: 6 }, relax: [ { after: 30s, requires: { "
                    "cards: 4 } } ], overflow: { callback: 30m } } }\n"
                    "policies: { default: { urgency: { slope: 1.0/min } } }\n",
                    "attune: 1\nskills: { cards: {}, loans: {} }\nteams: { front: {} }\n"
                    "agents: { maria: { skills: { cards: 6, loans: 2 } } }\n"
                    "queues: { q: { requires: { cards: 6 }, relax: [ { after: 45s, requires: { "
                    "cards: 4 } } ], overflow: { refuse: Busy }, max_waiting: 5 } }\n"
                    "policies: { default: { urgency: { slope: 2.0/min }, starve_after: 30m } }\n"
                    "limits: { contacts: 5000 }\n",
                    "~ agent maria: team front -> none\n"
                    "~ agent maria: skill cards 8 -> 6\n"
                    "~ agent maria: skill loans none -> 2\n"
                    "~ policy default: slope 60/h -> 120/h\n"
                    "~ policy default: starve_after none -> 30m\n"
                    "~ queue q: step 1 after 30s -> 45s\n"
                    "~ queue q: overflow callback 30m -> refuse \"Busy\"\n"
                    "~ queue q: max_waiting none -> 5\n"
                    "~ configuration: limits contacts 200000 -> 5000\n");
}
END_TEST

START_TEST(intake_rules_are_told_as_sentences)
{
        assert_diff("attune: 1\nqueues: { q: {} }\nintake:\n"
                    "  - { when: { language: es }, priority: 5 }\n"
                    "  - { when: { text: [lost card, stolen] }, queue: q }\n",
                    "attune: 1\nqueues: { q: {} }\nintake:\n"
                    "  - { when: { text: [lost card, stolen] }, queue: q }\n"
                    "  - { when: { language: es, churn_risk: \">= 0.7\" }, priority: 5 }\n",
                    "- intake: when language is es: priority 5\n"
                    "+ intake: when language is es and churn_risk >= 0.7: priority 5\n");
        assert_diff("attune: 1\nqueues: { q: {} }\nintake:\n"
                    "  - { when: { language: es }, priority: 5 }\n"
                    "  - { when: { language: en }, priority: 4 }\n",
                    "attune: 1\nqueues: { q: {} }\nintake:\n"
                    "  - { when: { language: en }, priority: 4 }\n"
                    "  - { when: { language: es }, priority: 5 }\n",
                    "~ intake: the same rules in another order\n");
}
END_TEST

START_TEST(tiers_in_another_order_are_told)
{
        assert_diff(
                "attune: 1\ntiers: [ { name: a, when: { x: 1 } }, { name: b, when: { y: 1 } } ]\n",
                "attune: 1\ntiers: [ { name: b, when: { y: 1 } }, { name: a, when: { x: 1 } } ]\n",
                "~ tier order: the first that matches is another\n");
}
END_TEST

START_TEST(other_opening_times_are_told_by_the_first_day)
{
        assert_diff(
                "attune: 1\nhours: { h: { zone: UTC, open: { mon-fri: \"09:00-18:00\" } } }\n",
                "attune: 1\nhours: { h: { zone: UTC, open: { mon-fri: \"09:00-18:00\" }, closed: "
                "[ { date: 2026-05-01 } ] } }\n",
                "~ hours h: other times, first on 2026-05-01 09:00 UTC: open -> closed\n");
        assert_diff(
                "attune: 1\nhours: { h: { zone: UTC, open: { mon-fri: \"09:00-18:00\" } } }\n",
                "attune: 1\nhours: { h: { zone: UTC, open: { mon-fri: \"09:00-18:00\" }, closed: "
                "[ { date: 2031-05-01 } ] } }\n",
                "~ hours h: written otherwise, with the same times in the year ahead\n");
        assert_diff(
                "attune: 1\nhours: { h: { zone: UTC, open: { mon: \"09:00-12:00,12:00-18:00\" } } "
                "}\n",
                "attune: 1\nhours: { h: { zone: UTC, open: { mon: \"09:00-18:00\" } } }\n", "");
}
END_TEST

START_TEST(a_calendar_is_worth_a_change_if_it_is_another_or_reaches_far_further)
{
        static const char nine[] = "attune: 1\nhours: { all: { zone: UTC, open: { mon-sun: "
                                   "\"00:00-24:00\" } }, h: { zone: Europe/Madrid, open: { "
                                   "mon-fri: \"09:00-18:00\" } } }\n";
        static const char ten[] = "attune: 1\nhours: { all: { zone: UTC, open: { mon-sun: "
                                  "\"00:00-24:00\" } }, h: { zone: Europe/Madrid, open: { "
                                  "mon-fri: \"10:00-18:00\" } } }\n";
        const struct {
                const char *text;
                int64_t days;
                enum att_calendar_change change;
        } cases[] = {
                {nine, 0, ATT_CALENDAR_SAME},     {nine, 1, ATT_CALENDAR_SAME},
                {nine, 199, ATT_CALENDAR_SAME},   {nine, 200, ATT_CALENDAR_LONGER},
                {nine, 390, ATT_CALENDAR_LONGER}, {nine, 5000, ATT_CALENDAR_LONGER},
                {nine, -300, ATT_CALENDAR_SAME},  {ten, 0, ATT_CALENDAR_OTHER},
                {ten, 300, ATT_CALENDAR_OTHER},
        };
        const struct att_config *before = config_from_text(nine);

        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                const struct att_config *after = config_from_text_at(
                        cases[i].text, TEST_NOW_MS + cases[i].days * INT64_C(86400000));

                ck_assert_msg(att_config_compare_calendars(before, after) == cases[i].change,
                              "case %zu", i);
                att_config_unref(after);
        }
        att_config_unref(before);
}
END_TEST

START_TEST(what_follows_is_told_for_queues_and_agents)
{
        static const char before[] =
                "attune: 1\n"
                "skills: { a: {}, b: {} }\n"
                "teams: { t: {} }\n"
                "profiles: { p: { q: { rank: 1 } } }\n"
                "agents: { ann: { skills: { a: 5 } }, bob: { skills: { a: 2, b: 3 } }, gone: {} }\n"
                "queues:\n"
                "  q: { requires: { a: 3 }, relax: [ { after: 1m, requires: { a: 1 } } ] }\n"
                "  r: { requires: { b: 3 } }\n"
                "  s: {}\n";
        static const char after[] =
                "attune: 1\n"
                "skills: { a: {}, b: {} }\n"
                "teams: { t: {} }\n"
                "profiles: { p: { q: { rank: 1 } } }\n"
                "agents: { ann: { skills: { a: 2, b: 9 } }, bob: { skills: { a: 2, b: 3 }, profile: p },"
                " new: {} }\n"
                "queues:\n"
                "  q: { requires: { a: 3 }, relax: [ { after: 1m, requires: { a: 1 } } ] }\n"
                "  r: { requires: { b: 3 } }\n"
                "  s: { teams: [t] }\n";
        const struct att_config *old = config_from_text(before);
        const struct att_config *new = config_from_text(after);
        struct att_buffer lines = {0};

        ck_assert_uint_eq(att_config_outcome(old, new, &lines), 4);
        ck_assert_str_eq(lines.data,
                         "= queue q: 1 -> 0 agents could take it at once, 2 -> 2 at its last step\n"
                         "= queue s: 3 -> 0 agents could take it at once\n"
                         "= agent ann: now also r; no longer s\n"
                         "= agent bob: no longer r, s\n");
        att_buffer_deinit(&lines);
        ck_assert_uint_eq(att_config_outcome(new, new, &lines), 0);
        att_buffer_deinit(&lines);
        att_config_unref(old);
        att_config_unref(new);
}
END_TEST

static bool has_taker(const struct att_config *config, const char *queue, uint32_t step,
                      const struct att_requirement *requires, uint32_t count)
{
        const struct att_outcome_contact contact = {
                .queue = att_config_find_queue(config, att_text_from(queue)),
                .step = step,
                .channel = ATT_NONE,
                .requires = requires,
                .requires_count = count,
        };

        return att_config_has_taker(config, &contact);
}

START_TEST(a_contact_has_a_taker_by_its_queue_and_by_what_it_asks_for_itself)
{
        static const char text[] =
                "attune: 1\n"
                "skills: { a: {}, b: {} }\n"
                "channels: { voice: {}, chat: {} }\n"
                "teams: { t: {} }\n"
                "agents:\n"
                "  ann: { skills: { a: 5 }, channels: { voice: 1 } }\n"
                "  bob: { skills: { b: 3 }, team: t }\n"
                "queues:\n"
                "  early: { requires: { a: 3 } }\n"
                "  late: { requires: { a: 9 }, relax: [ { after: 1m, requires: { a: 5 } } ] }\n"
                "  moves: { requires: { a: 9 }, relax: [ { after: 1m, queue: early } ] }\n"
                "  never: { requires: { a: 9 } }\n"
                "  team: { teams: [t] }\n";
        const struct att_config *config = config_from_text(text);
        const struct att_requirement asks_b = {att_config_find_skill(config, ATT_TEXT("b")), 2};
        const struct att_requirement asks_a9 = {att_config_find_skill(config, ATT_TEXT("a")), 9};
        const struct att_requirement drops_a = {att_config_find_skill(config, ATT_TEXT("a")), 0};
        struct att_outcome_contact chat = {
                .queue = att_config_find_queue(config, ATT_TEXT("early")),
                .channel = att_config_find_channel(config, ATT_TEXT("chat")),
        };

        ck_assert(has_taker(config, "early", 0, NULL, 0));
        ck_assert(has_taker(config, "late", 0, NULL, 0));
        ck_assert(has_taker(config, "late", 7, NULL, 0)); /* The queue lost steps. */
        ck_assert(has_taker(config, "moves", 0, NULL, 0));
        ck_assert(has_taker(config, "team", 0, NULL, 0));
        ck_assert(!has_taker(config, "never", 0, NULL, 0));
        ck_assert(has_taker(config, "never", 0, &drops_a, 1));
        ck_assert(!has_taker(config, "early", 0, &asks_b, 1));
        ck_assert(has_taker(config, "team", 0, &asks_b, 1));
        /* A step has the last word, of what it names. */
        ck_assert(!has_taker(config, "early", 0, &asks_a9, 1));
        ck_assert(has_taker(config, "late", 0, &asks_a9, 1));
        ck_assert(!att_config_has_taker(config, &chat));
        chat.channel = att_config_find_channel(config, ATT_TEXT("voice"));
        ck_assert(att_config_has_taker(config, &chat));
        att_config_unref(config);
}
END_TEST

ATT_TEST_MAIN("config_diff", the_same_meaning_is_no_difference,
              what_came_and_what_went_is_told_by_name, what_changed_is_told_field_by_field,
              intake_rules_are_told_as_sentences, tiers_in_another_order_are_told,
              other_opening_times_are_told_by_the_first_day,
              a_calendar_is_worth_a_change_if_it_is_another_or_reaches_far_further,
              what_follows_is_told_for_queues_and_agents,
              a_contact_has_a_taker_by_its_queue_and_by_what_it_asks_for_itself)
