/* SPDX-License-Identifier: Apache-2.0 */
/* Explanations: that they say what is true, with its figures, and change nothing. */
#include <stdio.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/core/core.h"
#include "lib/model/limits.h"
#include "tests/naive/random_centre.h"
#include "tests/support/centre.h"
#include "tests/support/main.h"

/* An explanation and what it is made of. */
struct told {
        struct att_arena arena;
        struct att_explanation why;
};

static void ask(const struct centre *centre, const char *contact, const char *agent,
                struct told *ret_told)
{
        *ret_told = (struct told){.arena = {0}};
        ck_assert_msg(att_core_explanation(centre->core, att_text_from(contact),
                                           att_text_from(agent), &ret_told->arena, &ret_told->why),
                      "%.*s", ATT_TEXT_ARGS(ret_told->why.text));
}

static void done(struct told *told)
{
        att_arena_deinit(&told->arena);
}

static bool contains(struct att_text text, const char *words)
{
        return memmem(text.data, text.len, words, strlen(words)) != NULL;
}

static void check_says(const struct centre *centre, const char *contact, const char *agent,
                       const char *words)
{
        struct told told;
        ask(centre, contact, agent, &told);
        ck_assert_msg(contains(told.why.text, words), "'%.*s' lacks '%s'",
                      ATT_TEXT_ARGS(told.why.text), words);
        done(&told);
}

static struct att_command request(const char *id, const char *channel)
{
        struct att_command command = {
                .kind = ATT_CMD_CONTACT_ADD,
                .front_end = ATT_TEXT("pbx"),
                .contact = att_text_from(id),
        };
        command.request = (struct att_contact_request){
                .id = att_text_from(id),
                .channel = att_text_from(channel),
                .priority_milli = ATT_ABSENT,
                .emotion_ppm = ATT_ABSENT,
                .not_before_ms = ATT_ABSENT,
                .waited_ms = ATT_ABSENT,
                .customer = {.lifetime_value_micro = -1, .churn_risk_ppm = -1, .last_spoke_ms = -1},
        };
        return command;
}

static void ready(struct centre *centre, const char *agent)
{
        centre_agent(centre, ATT_CMD_AGENT_READY, agent);
}

/* ---- Given to an agent ---- */

#define DESK                                                                                         \
        "attune: 1\n"                                                                                \
        "skills: { german: {}, billing: {} }\n"                                                      \
        "channels: { voice: { wrap_up: 30s }, chat: { units: 33 } }\n"                               \
        "teams: { front: {}, back: {} }\n"                                                           \
        "policies: { default: { fit: { skill: 3, rest: 1 }, retry_cooldown: 30s } }\n"               \
        "agents:\n"                                                                                  \
        "  ann: { team: front, skills: { german: 6, billing: 5 } }\n"                                \
        "  bob: { team: front, skills: { german: 5 } }\n"                                            \
        "  cid: { team: back, skills: { german: 9 } }\n"                                             \
        "  dan: { team: front, skills: { german: 3 } }\n"                                            \
        "  eve: { team: front, skills: { german: 5 } }\n"                                            \
        "queues:\n"                                                                                  \
        "  main: { requires: { german: 5 }, teams: [front], max_wait: 10m, overflow: { to: any },\n" \
        "    relax: [ { after: 2m, requires: { german: 3 } }, { after: 5m, queue: any } ] }\n"       \
        "  money: { requires: { billing: 5 } }\n"                                                    \
        "  any: {}\n"                                                                                \
        "intake:\n"                                                                                  \
        "  - { when: { language: de }, queue: main, priority: 2.5 }\n"                               \
        "  - { when: { language: fr }, queue: any }\n"                                               \
        "  - { when: { text: [bill, invoice] }, requires: { german: 4 } }\n"

static void add_german(struct centre *centre, const char *id)
{
        struct att_command command = request(id, "voice");
        command.request.language = ATT_TEXT("de");
        command.request.text = ATT_TEXT("Your BILL");
        centre_step(centre, &command);
}

START_TEST(the_rules_of_the_intake_are_told_with_their_lines)
{
        struct centre centre;
        struct told told;
        centre_init(&centre, DESK);
        add_german(&centre, "c1");
        ask(&centre, "c1", "", &told);
        ck_assert_uint_eq(told.why.rule_count, 2);
        ck_assert_uint_eq(told.why.rules[0].number, 1);
        ck_assert_uint_eq(told.why.rules[0].line, 18);
        ck_assert_uint_eq(told.why.rules[1].number, 3);
        ck_assert_uint_eq(told.why.rules[1].line, 20);
        done(&told);
        check_says(
                &centre, "c1", "",
                "intake: rule 1 (line 18), when language is 'de': queue main, priority +2.5\n"
                "intake: rule 3 (line 20), when text has 'bill' or 'invoice': requires german 4\n"
                "asks for: german 4; team front\n");
        centre_deinit(&centre);
}
END_TEST

START_TEST(who_has_it_is_told_with_the_next_best_and_every_term)
{
        struct centre centre;
        struct told told;
        centre_init(&centre, DESK);
        ready(&centre, "ann");
        ready(&centre, "bob");
        ready(&centre, "cid");
        ready(&centre, "dan");
        centre_contact(&centre, "c1", "main");
        ask(&centre, "c1", "", &told);
        const struct att_explain_decision *decision = told.why.decision;
        ck_assert_ptr_nonnull(decision);
        ck_assert_ptr_null(told.why.wait);
        ck_assert_uint_eq(decision->considered, 5);
        ck_assert_uint_eq(decision->eligible, 2);
        ck_assert_uint_eq(decision->excluded_count, 3);
        ck_assert(att_text_equals_c(decision->excluded[0].cause, "offline"));
        ck_assert(att_text_equals_c(decision->excluded[1].cause, "team"));
        ck_assert(att_text_equals_c(decision->excluded[2].cause, "skill"));
        ck_assert_uint_eq(decision->agent_count, 2);
        ck_assert(att_text_equals_c(decision->agents[0].agent, "ann"));
        ck_assert(att_text_equals_c(decision->agents[1].agent, "bob"));
        ck_assert_uint_eq(decision->agents[0].term_count, ATT_FIT_TERM_COUNT);
        ck_assert_int_eq(decision->agents[0].terms[ATT_FIT_SKILL].weight_milli, 3000);
        ck_assert_int_eq(decision->agents[0].terms[ATT_FIT_SKILL].value_ppm, 600000);
        ck_assert_int_eq(decision->margin_ppm,
                         decision->agents[0].fit_ppm - decision->agents[1].fit_ppm);
        ck_assert_int_eq(decision->margin_ppm, 75000); /* 3 of 4 times 0.1 */
        ck_assert(att_text_equals_c(decision->agent_by, "fit"));
        ck_assert(decision->exact);
        done(&told);
        check_says(&centre, "c1", "", "on offer to ann, for another 20s\n");
        check_says(&centre, "c1", "", "agent: the best fit, by a margin of 0.075 over bob\n");
        centre_event(&centre, ATT_CMD_OFFER_ACCEPT, "c1", "ann");
        check_says(&centre, "c1", "", "contact c1 is connected\nwith ann, for 0s\n");
        centre_event(&centre, ATT_CMD_CONTACT_END, "c1", NULL);
        check_says(&centre, "c1", "", "queue main, step 0 asks for: german 5; team front\n");
        check_says(&centre, "c1", "", "given to ann in queue main");
        centre_deinit(&centre);
}
END_TEST

START_TEST(an_agent_who_lost_is_compared_term_by_term)
{
        struct centre centre;
        struct told told;
        centre_init(&centre, DESK);
        ready(&centre, "bob");
        centre_wait(&centre, 60000);
        ready(&centre, "ann");
        ready(&centre, "eve");
        centre_contact(&centre, "c1", "main");
        ask(&centre, "c1", "bob", &told);
        const struct att_explain_asked *asked = told.why.asked;
        ck_assert(att_text_equals_c(asked->chosen, "ann"));
        ck_assert(asked->is_recorded);
        ck_assert(att_text_equals_c(asked->decided_by, "fit"));
        ck_assert(att_text_equals_c(asked->cause, "none"));
        ck_assert_uint_eq(asked->term_count, ATT_FIT_TERM_COUNT);
        int64_t sum_ppm = 0;
        for (uint32_t i = 0; i < asked->term_count; i++) {
                sum_ppm += asked->terms[i].difference_ppm;
        }
        ck_assert_int_eq(asked->terms[ATT_FIT_SKILL].difference_ppm, -75000);
        ck_assert_int_eq(asked->terms[ATT_FIT_REST].difference_ppm, 8333); /* A minute of thirty. */
        ck_assert_int_le(sum_ppm - (asked->fit_ppm - asked->chosen_fit_ppm), ATT_FIT_TERM_COUNT);
        ck_assert_int_ge(sum_ppm - (asked->fit_ppm - asked->chosen_fit_ppm), -ATT_FIT_TERM_COUNT);
        done(&told);
        check_says(&centre, "c1", "bob", "  skill 0.500 against 0.600, weight 3: -0.075\n");
        check_says(&centre, "c1", "bob", "  rest 0.033 against 0.000, weight 1: +0.008\n");
        check_says(&centre, "c1", "ann", "then: it went to ann, the best fit");
        check_says(&centre, "c1", "cid", "then: cid was not eligible\n");
        centre_deinit(&centre);
}
END_TEST

/* Whoever is equal in all is told apart by the first of load, idle time and id that differs. */
START_TEST(the_tie_break_between_two_agents_is_named)
{
        struct centre centre;
        struct told told;
        centre_init(&centre, "attune: 1\n"
                             "channels: { chat: { units: 33 } }\n"
                             "policies: { default: { fit: { skill: 1 }, on_missed: keep } }\n"
                             "agents: { a: {}, b: {}, c: {}, d: {} }\n"
                             "queues: { q: {} }\n");
        ready(&centre, "d");
        centre_wait(&centre, 1000);
        ready(&centre, "a");
        ready(&centre, "b");
        ready(&centre, "c");
        static const char *const first[] = {"d", "a", "b", "c"};
        static const char *const by[] = {"idle", "id", "id", "nothing"};
        static const char *const next_by[] = {"idle", "load", "load"}; /* Of d, then of d again. */
        char id[] = "c0";
        for (int i = 0; i < 3; i++) {
                id[1]++;
                struct att_command command = request(id, "chat");
                command.request.queue = ATT_TEXT("q");
                centre_step(&centre, &command);
                ask(&centre, id, i == 0 ? "a" : "d", &told);
                ck_assert(att_text_equals_c(told.why.decision->agents[0].agent, first[i]));
                ck_assert_msg(att_text_equals_c(told.why.decision->agent_by, by[i]), "%d", i);
                ck_assert_msg(att_text_equals_c(told.why.asked->decided_by, next_by[i]), "%d", i);
                done(&told);
        }
        check_says(&centre, "c2", "", "equal in all, and first by id");
        check_says(&centre, "c2", "d", "decided by load: fit 1.000 against 1.000");
        centre_deinit(&centre);
}
END_TEST

START_TEST(whose_figures_were_not_kept_is_told_with_those_of_now)
{
        static const char *const agents[] = {"a", "b", "c", "d", "e", "f"};
        struct centre centre;
        struct told told;
        centre_init(&centre, "attune: 1\n"
                             "policies: { default: { fit: { rest: 1, load: 1 } } }\n"
                             "agents: { a: {}, b: {}, c: {}, d: {}, e: {}, f: {} }\n"
                             "queues: { q: {} }\n");
        for (int i = 0; i < 6; i++) {
                ready(&centre, agents[i]);
        }
        centre_contact(&centre, "c1", "q");
        centre_wait(&centre, 9000);
        check_says(
                &centre, "c1", "f",
                "then: f is not among the best 4 of 6 who were eligible, whose figures were kept\n"
                "with the figures of now f has fit 0.502 against 0.500\n"
                "  rest 0.005 against 0.000, weight 1: +0.002\n"
                "  load 1.000 against 1.000, weight 1: 0.000\n"
                "now: agent f could take it\n");
        ask(&centre, "c1", "f", &told);
        ck_assert(!told.why.asked->is_recorded);
        ck_assert(att_text_is_empty(told.why.asked->decided_by));
        done(&told);
        centre_event(&centre, ATT_CMD_OFFER_ACCEPT, "c1", "a");
        ask(&centre, "c1", "f", &told);
        ck_assert_uint_eq(told.why.asked->term_count, 0);
        done(&told);
        check_says(&centre, "c1", "f", "who were eligible, whose figures were kept\nnow: agent f");
        centre_deinit(&centre);
}
END_TEST

START_TEST(more_than_are_paired_at_once_is_told)
{
        struct centre centre;
        char id[16];
        centre_init(&centre, "attune: 1\n"
                             "channels: { mail: { units: 1, auto_accept: true } }\n"
                             "agents: { ann: {}, bob: {} }\n"
                             "policies: { default: { batch: 1s } }\n"
                             "queues: { q: {} }\n");
        ready(&centre, "ann");
        ready(&centre, "bob");
        for (int i = 0; i < ATT_JOINT_MAX + 6; i++) {
                (void)snprintf(id, sizeof(id), "c%d", i);
                struct att_command command = request(id, "mail");
                command.request.queue = ATT_TEXT("q");
                centre_step(&centre, &command);
        }
        check_says(
                &centre, "c3", "",
                "waits for: the policy's batching window to close; 3 of its queue are before it\n");
        check_says(&centre, "c3", "",
                   "  in 1.0s: the policy's batching window closes: 2 agents could take it then, "
                   "free now\n");
        check_says(&centre, "c3", "", "  ann is free to take it\n");
        centre_wait(&centre, 1000);
        check_says(&centre, "c3", "",
                   "contacts to be served at this instant: 70, too many for an exact assignment: "
                   "the first 64 in order were paired together, those behind them one by one; "
                   "this one was number 4\n");
        centre_deinit(&centre);
}
END_TEST

/* ---- Waiting ---- */

START_TEST(who_could_take_it_is_told_with_when)
{
        struct centre centre;
        struct told told;
        centre_init(&centre, DESK);
        ready(&centre, "ann");
        centre_contact(&centre, "c1", "main");
        centre_contact(&centre, "c2", "main");
        check_says(&centre, "c2", "", "c1 is on offer to it: free in 20s at the latest\n");
        centre_event(&centre, ATT_CMD_OFFER_ACCEPT, "c1", "ann");
        check_says(&centre, "c2", "",
                   "  ann has no units free: holds 100 of 100, voice takes 100; in conversation "
                   "with c1: free after that\n");
        ready(&centre, "eve");
        centre_agent(&centre, ATT_CMD_AGENT_PAUSE, "eve");
        centre_wait(&centre, 10000);
        centre_event(&centre, ATT_CMD_CONTACT_END, "c1", NULL);
        check_says(&centre, "c2", "", "waits for: the one agent who is there and could take it\n");
        ask(&centre, "c2", "", &told);
        const struct att_explain_wait *wait = told.why.wait;
        ck_assert_uint_eq(wait->agent_count, 3);
        ck_assert(att_text_equals_c(wait->agents[0].agent, "ann"));
        ck_assert(att_text_equals_c(wait->agents[0].cause, "units"));
        ck_assert_int_eq(wait->agents[0].due_ms, centre.now_ms + 30000);
        ck_assert(att_text_equals_c(wait->agents[1].agent, "eve"));
        ck_assert(att_text_equals_c(wait->agents[1].cause, "paused"));
        ck_assert_int_eq(wait->agents[1].due_ms, -1);
        ck_assert(att_text_equals_c(wait->agents[2].agent, "bob"));
        ck_assert(att_text_equals_c(wait->agents[2].cause, "offline"));
        ck_assert(att_text_equals_c(wait->changes[0].text, "ann has room"));
        ck_assert_int_eq(wait->changes[0].due_ms, centre.now_ms + 30000);
        done(&told);
        centre_wait(&centre, 30000); /* What was told comes true. */
        ck_assert_str_eq(centre_said(&centre), "finished c1 ann; offer c2 ann");
        centre_deinit(&centre);
}
END_TEST

START_TEST(the_steps_to_come_are_told_with_who_could_take_it_then)
{
        struct centre centre;
        centre_init(&centre, DESK);
        ready(&centre, "dan");
        ready(&centre, "cid");
        centre_contact(&centre, "c1", "main");
        centre_wait(&centre, 90000);
        check_says(
                &centre, "c1", "",
                "  in 30s: the step at 2m asks for german 3; team front: 1 agent could take it "
                "then, free now\n"
                "  in 3m 30s: the step at 5m moves it to queue any, which asks for nothing in "
                "particular: 2 agents could take it then, free now\n"
                "  in 8m 30s: its longest wait (max_wait 10m) is over, and it goes to queue any\n");
        centre_wait(&centre, 30000); /* What was told comes true. */
        ck_assert_str_eq(centre_said(&centre), "relaxed c1; offer c1 dan");
        centre_deinit(&centre);
}
END_TEST

START_TEST(who_is_before_it_and_what_a_queue_does_at_the_end_is_told)
{
        struct centre centre;
        centre_init(&centre,
                    "attune: 1\n"
                    "skills: { s: {} }\n"
                    "agents: { ann: {}, bob: { skills: { s: 5 } } }\n"
                    "hours: { day: { zone: UTC, open: { mon-fri: \"08:00-18:00\" } } }\n"
                    "queues:\n"
                    "  q: { requires: { s: 9 }, hours: day, at_closing: overflow,\n"
                    "       when_closed: { refuse: closed }, overflow: { callback: 30m },\n"
                    "       relax: [ { after: 1m, requires: { s: 7 }, skip: unstaffed },\n"
                    "                { after: 2m, requires: { s: 3 } } ] }\n");
        ready(&centre, "ann");
        centre_contact(&centre, "c1", "q");
        centre_contact(&centre, "c2", "q");
        centre_contact(&centre, "c3", "q");
        check_says(&centre, "c2", "", "there is none; 1 of its queue is before it\n");
        check_says(&centre, "c3", "", "there is none; 2 of its queue are before it\n");
        check_says(
                &centre, "c1", "",
                "  in 1m 00s: the step at 1m asks for s 7: nobody signed in could take it then, "
                "and it is passed over (unstaffed)\n"
                "  in 2m 00s: the step at 2m asks for s 3: nobody signed in could take it "
                "then\n"
                "  in 9h 00m: the queue closes, and it is refused\n"
                "  in 1d 00h: its longest wait (max_wait 1d) is over, and the customer is called "
                "back 30m later\n");
        centre_wait(&centre, 60000); /* What was told comes true. */
        ck_assert_str_eq(centre_said(&centre), "relaxed c1; relaxed c1; relaxed c2; relaxed c2; "
                                               "relaxed c3; relaxed c3");
        centre_deinit(&centre);
}
END_TEST

START_TEST(a_skill_that_nobody_has_is_told_with_who_could_sign_in)
{
        struct centre centre;
        centre_init(&centre, DESK);
        centre_contact(&centre, "c1", "money");
        check_says(&centre, "c1", "", "waits for: 1 agent to sign in\n");
        check_says(&centre, "c1", "", "  sign in ann\n");
        ready(&centre, "bob");
        check_says(&centre, "c1", "",
                   "  nobody signed in has billing 5: do without billing: 1 agent could take it "
                   "then, free now (bob); or sign in ann\n");
        centre_contact(&centre, "c2", "main");
        centre_event(&centre, ATT_CMD_OFFER_ACCEPT, "c2", "bob");
        centre_contact(&centre, "c3", "main");
        ready(&centre, "dan");
        check_says(&centre, "c3", "",
                   "  lower german from 5 to 3: 1 agent could take it then, free now (dan)\n");
        ready(&centre, "cid");
        check_says(&centre, "c3", "",
                   "  let other teams serve the queue: 1 agent could take it then, free now "
                   "(cid)\n");
        centre_deinit(&centre);
}
END_TEST

START_TEST(where_nobody_could_ever_take_it_that_is_told)
{
        struct centre centre;
        centre_init(&centre, "attune: 1\n"
                             "skills: { chess: {}, go: {} }\n"
                             "agents: { ann: { skills: { chess: 2 } } }\n"
                             "queues: { q: { requires: { chess: 5, go: 3 } } }\n");
        ready(&centre, "ann");
        centre_contact(&centre, "c1", "q");
        check_says(&centre, "c1", "",
                   "waits for: an agent who meets what is asked: there is none\n");
        check_says(&centre, "c1", "", "  nobody signed in has chess 5: lower the level\n");
        check_says(&centre, "c1", "", "  nobody signed in has go 3: lower the level\n");
        check_says(&centre, "c1", "ann", "needs chess 5, has 2; needs go 3, has none\n");
        centre_deinit(&centre);
}
END_TEST

/* ---- Why not this agent: every cause with its figures ---- */

#define CAUSES                                                                                       \
        "attune: 1\n"                                                                                \
        "skills: { s: {}, t: {} }\n"                                                                 \
        "channels:\n"                                                                                \
        "  voice: {}\n"                                                                              \
        "  chat: { units: 10 }\n"                                                                    \
        "  screen: { exclusive: true, units: 10 }\n"                                                 \
        "teams: { red: {}, blue: {} }\n"                                                             \
        "profiles: { late: { q: { rank: 1, delay: 20s } }, other: { z: { rank: 1 } } }\n"            \
        "policies: { default: { retry_cooldown: 30s, hold_for_preferred: 40s, agent_wait: 50s } }\n" \
        "agents:\n"                                                                                  \
        "  off: { team: red }\n"                                                                     \
        "  ann: { team: red, skills: { s: 5 }, attributes: { site: rome } }\n"                       \
        "  bob: { team: blue }\n"                                                                    \
        "  cid: { team: red, channels: { voice: 1, chat: 1 } }\n"                                    \
        "  dan: { team: red, profile: late }\n"                                                      \
        "  eve: { team: red, profile: other }\n"                                                     \
        "queues:\n"                                                                                  \
        "  q: {}\n"                                                                                  \
        "  z: {}\n"                                                                                  \
        "  teams: { teams: [blue] }\n"                                                               \
        "  any_of: { any_of: [ { s: 7 }, { t: 2 } ] }\n"                                             \
        "  site: { attributes: { site: oslo } }\n"

static void init_causes(struct centre *centre)
{
        static const char *const agents[] = {"ann", "bob", "cid", "dan", "eve"};
        centre_init(centre, CAUSES);
        for (int i = 0; i < 5; i++) {
                ready(centre, agents[i]);
        }
}

/* All out of the way, so that a contact waits. */
static void pause_all(struct centre *centre)
{
        static const char *const agents[] = {"ann", "bob", "cid", "dan", "eve"};
        for (int i = 0; i < 5; i++) {
                struct att_command command = centre_command(ATT_CMD_AGENT_PAUSE, NULL, agents[i]);
                command.presence.reason = ATT_TEXT("lunch");
                centre_step(centre, &command);
        }
}

START_TEST(lasting_causes_are_told_with_what_is_asked_and_what_is_there)
{
        struct centre centre;
        init_causes(&centre);
        centre_agent(&centre, ATT_CMD_AGENT_PAUSE, "bob");
        centre_contact(&centre, "c1", "teams");
        check_says(&centre, "c1", "ann",
                   "now: agent ann is not in a team that serves it: needs team blue, is in red\n");
        centre_contact(&centre, "c2", "any_of");
        check_says(&centre, "c2", "ann", ": needs s 7 or t 2, has s 5\n");
        check_says(&centre, "c2", "cid", ": needs s 7 or t 2, has none of them\n");
        centre_contact(&centre, "c3", "site");
        check_says(&centre, "c3", "ann", ": needs site oslo, has rome\n");
        check_says(&centre, "c3", "cid", ": needs site oslo, has none\n");
        check_says(&centre, "c3", "eve", ": profile other, queue site; ");
        struct att_command command = request("c4", "screen");
        const struct att_text excluded[] = {ATT_TEXT("ann"), ATT_TEXT("dan")};
        command.request.queue = ATT_TEXT("q");
        command.request.exclude = excluded;
        command.request.exclude_count = 2;
        centre_step(&centre, &command);
        check_says(&centre, "c4", "cid", "now: agent cid does not work on this channel: screen\n");
        check_says(&centre, "c4", "ann", "now: agent ann is left out by the request\n");
        check_says(&centre, "c4", "",
                   "drop the request's exclusions: 2 agents could take it then, 1 of them "
                   "free now (ann, dan)\n");
        centre_deinit(&centre);
}
END_TEST

START_TEST(presence_is_told_with_its_reason_and_reach)
{
        struct centre centre;
        init_causes(&centre);
        pause_all(&centre);
        centre_wait(&centre, 5000);
        centre_contact(&centre, "c1", "q");
        check_says(&centre, "c1", "off", "now: agent off is offline\n");
        check_says(&centre, "c1", "ann", "now: agent ann is paused (lunch), for 5.0s\n");
        check_says(&centre, "c1", "", "  end the pause of ann, bob, cid, dan\n");
        struct att_command command = centre_command(ATT_CMD_AGENT_READY, NULL, "ann");
        const struct att_text chat = ATT_TEXT("chat");
        command.presence.channels = &chat;
        command.presence.channel_count = 1;
        centre_step(&centre, &command);
        check_says(&centre, "c1", "ann",
                   "now: agent ann can't be reached on this channel now, only on chat\n");
        centre_deinit(&centre);
}
END_TEST

START_TEST(what_time_ends_is_told_with_how_long_it_takes)
{
        struct centre centre;
        struct told told;
        init_causes(&centre);
        pause_all(&centre);
        ready(&centre, "dan");
        centre_contact(&centre, "c1", "q");
        centre_wait(&centre, 5000);
        check_says(&centre, "c1", "dan", ": profile late, queue q, for another 15s\n");
        check_says(&centre, "c1", "",
                   "  in 15s: a profile's delay is over: 1 agent could take it then, "
                   "free now\n");
        ask(&centre, "c1", "dan", &told);
        ck_assert_int_eq(told.why.asked->due_ms, centre.now_ms + 15000);
        done(&told);
        centre_wait(&centre, 15000);
        ck_assert_str_eq(centre_said(&centre), "offer c1 dan");
        centre_event(&centre, ATT_CMD_OFFER_DECLINE, "c1", "dan");
        check_says(&centre, "c1", "dan",
                   "now: agent dan declined or missed it not long ago, for another 30s\n");
        check_says(&centre, "c1", "dan", "nothing stands in the way any more in 30s\n");
        centre_wait(&centre, 30000);
        ck_assert_str_eq(centre_said(&centre), "offer c1 dan");
        centre_deinit(&centre);
}
END_TEST

START_TEST(holds_and_named_agents_are_told_with_their_end)
{
        struct centre centre;
        init_causes(&centre);
        pause_all(&centre);
        ready(&centre, "ann");
        centre_contact(&centre, "c1", "q");
        centre_event(&centre, ATT_CMD_OFFER_ACCEPT, "c1", "ann");
        ready(&centre, "bob");
        struct att_command command = request("c2", "voice");
        command.request.queue = ATT_TEXT("q");
        command.request.preferred_agent = ATT_TEXT("ann");
        centre_step(&centre, &command);
        centre_wait(&centre, 10000);
        check_says(&centre, "c2", "", "waits for: the preferred agent ann, for whom it is held\n");
        check_says(&centre, "c2", "bob",
                   "must wait while it is held for the preferred agent ann, for another 30s\n");
        check_says(
                &centre, "c2", "",
                "  in 30s: the hold for the preferred agent is over: 1 agent could take it then, "
                "free now\n");
        centre_wait(&centre, 30000);
        ck_assert_str_eq(centre_said(&centre), "offer c2 bob");
        command = request("c3", "voice");
        command.request.queue = ATT_TEXT("q");
        command.request.agent = ATT_TEXT("off");
        centre_step(&centre, &command);
        check_says(&centre, "c3", "", "waits for: the named agent off\n");
        check_says(&centre, "c3", "bob",
                   "is not the agent it is for: it waits for off, for another "
                   "50s");
        centre_deinit(&centre);
}
END_TEST

START_TEST(room_is_told_with_what_is_held)
{
        struct centre centre;
        init_causes(&centre);
        pause_all(&centre);
        ready(&centre, "cid");
        struct att_command command = request("c1", "chat");
        command.request.queue = ATT_TEXT("q");
        centre_step(&centre, &command);
        centre_event(&centre, ATT_CMD_OFFER_ACCEPT, "c1", "cid");
        command = request("c2", "chat");
        command.request.queue = ATT_TEXT("q");
        centre_step(&centre, &command);
        check_says(&centre, "c2", "cid",
                   "has as many on this channel as allowed: 1 of 1 on chat; in conversation with "
                   "c1: free after that\n");
        ready(&centre, "ann"); /* And takes c2. */
        centre_event(&centre, ATT_CMD_OFFER_ACCEPT, "c2", "ann");
        command = request("c3", "screen");
        command.request.queue = ATT_TEXT("q");
        centre_step(&centre, &command);
        check_says(&centre, "c3", "ann",
                   "is kept from it by an exclusive channel; in conversation with c2: free after "
                   "that\n");
        centre_contact(&centre, "c4", "q");
        check_says(&centre, "c4", "cid", "holds 10 of 100, voice takes 100; ");
        command = centre_command(ATT_CMD_OCCUPIED, "errand", "off");
        command.occupied.channel = ATT_TEXT("voice");
        ready(&centre, "bob");
        centre_step(&centre, &command);
        ready(&centre, "off");
        centre_contact(&centre, "c5", "q");
        check_says(&centre, "c5", "off", "; at work outside (errand): free after that\n");
        centre_deinit(&centre);
}
END_TEST

/* ---- Names, and nothing changed ---- */

START_TEST(unknown_names_are_refused_with_the_nearest)
{
        struct centre centre;
        struct att_arena arena = {0};
        struct att_explanation why;
        struct att_core *nothing = att_core_new();
        ck_assert(!att_core_explanation(nothing, ATT_TEXT("c"), ATT_TEXT("a"), &arena, &why));
        ck_assert(att_text_equals_c(why.text, "unknown contact 'c'\n"));
        att_core_free(nothing);
        centre_init(&centre, DESK);
        centre_contact(&centre, "call-17", "main");
        ck_assert(!att_core_explanation(centre.core, ATT_TEXT("cal-17"), ATT_TEXT_NONE, &arena,
                                        &why));
        ck_assert(
                att_text_equals_c(why.text, "unknown contact 'cal-17', did you mean 'call-17'?\n"));
        ck_assert(att_text_equals_c(why.nearest, "call-17"));
        ck_assert(!att_core_explanation(centre.core, ATT_TEXT("call-17"), ATT_TEXT("anm"), &arena,
                                        &why));
        ck_assert(att_text_equals_c(why.text, "unknown agent 'anm', did you mean 'ann'?\n"));
        ck_assert(att_text_equals_c(why.nearest, "ann"));
        att_arena_deinit(&arena);
        centre_deinit(&centre);
}
END_TEST

static void check_counts(const struct att_explain_wait *wait)
{
        uint32_t sum = wait->eligible;
        for (uint32_t i = 0; i < wait->excluded_count; i++) {
                sum += wait->excluded[i].agents;
        }
        ck_assert_uint_eq(sum, wait->considered);
        for (uint32_t i = 1; i < wait->change_count; i++) { /* The soonest first. */
                int64_t before_ms = wait->changes[i - 1].due_ms;
                int64_t due_ms = wait->changes[i].due_ms;
                ck_assert(due_ms < 0 || (before_ms >= 0 && before_ms <= due_ms));
                ck_assert_uint_le(wait->changes[i].free, wait->changes[i].agents);
        }
}

/* Of one contact, and of it and every agent. */
static void explain_one(const struct att_core *core, struct att_text contact)
{
        struct att_arena arena = {0};
        struct att_explanation why;
        ck_assert(att_core_explanation(core, contact, ATT_TEXT_NONE, &arena, &why));
        ck_assert(why.text.len > 0);
        if (why.wait) {
                check_counts(why.wait);
        }
        for (size_t i = 0; i < att_core_agent_count(core); i++) {
                struct att_agent_view agent;
                att_core_agent_at(core, i, &agent);
                ck_assert(att_core_explanation(core, contact, agent.id, &arena, &why));
        }
        att_arena_deinit(&arena);
}

static void explain_all(const struct att_core *core)
{
        struct att_contact_view contact;
        uint64_t cursor = 0;
        struct att_digest before = att_core_digest(core);
        while (att_core_next_contact(core, &cursor, &contact)) {
                explain_one(core, contact.id);
        }
        ck_assert(att_digest_equals(before, att_core_digest(core)));
}

/* Where invariants are on, each walk is held to what the engine says of each agent. */
START_TEST(explaining_changes_nothing_and_agrees_with_the_engine)
{
        for (uint64_t seed = 1; seed <= 60; seed++) {
                struct random_run run;
                struct att_effects effects = {0};
                struct att_core *core = att_core_new();
                random_run_make(&run, seed, RANDOM_ALL, 150);
                for (uint32_t i = 0; i < run.count; i++) {
                        struct att_command command = run.commands[i];
                        att_core_step(core, &command, &effects);
                        if (i % 5 == 0) {
                                explain_all(core);
                        }
                }
                att_effects_deinit(&effects);
                att_core_free(core);
                random_run_deinit(&run);
        }
}
END_TEST

ATT_TEST_MAIN("explain", the_rules_of_the_intake_are_told_with_their_lines,
              who_has_it_is_told_with_the_next_best_and_every_term,
              an_agent_who_lost_is_compared_term_by_term, the_tie_break_between_two_agents_is_named,
              whose_figures_were_not_kept_is_told_with_those_of_now,
              more_than_are_paired_at_once_is_told, who_could_take_it_is_told_with_when,
              the_steps_to_come_are_told_with_who_could_take_it_then,
              who_is_before_it_and_what_a_queue_does_at_the_end_is_told,
              a_skill_that_nobody_has_is_told_with_who_could_sign_in,
              where_nobody_could_ever_take_it_that_is_told,
              lasting_causes_are_told_with_what_is_asked_and_what_is_there,
              presence_is_told_with_its_reason_and_reach,
              what_time_ends_is_told_with_how_long_it_takes,
              holds_and_named_agents_are_told_with_their_end, room_is_told_with_what_is_held,
              unknown_names_are_refused_with_the_nearest,
              explaining_changes_nothing_and_agrees_with_the_engine)
