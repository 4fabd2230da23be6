/* SPDX-License-Identifier: Apache-2.0 */
/* What the engine promises beyond what scenarios can say: determinism, memory, limits, replays. */
#include "lib/core/core.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/rng.h"
#include "lib/model/limits.h"
#include "tests/support/centre.h"
#include "tests/support/main.h"

#define TWO_AGENTS                                                                                 \
        "attune: 1\n"                                                                              \
        "channels: { voice: { wrap_up: 10s } }\n"                                                  \
        "agents: { ann: {}, bob: {} }\n"                                                           \
        "queues: { q: {} }\n"

#define ANN_ALONE                                                                                  \
        "attune: 1\n"                                                                              \
        "channels: { voice: { wrap_up: 10s } }\n"                                                  \
        "agents: { ann: {} }\n"                                                                    \
        "queues: { q: {} }\n"

START_TEST(a_contact_is_offered_accepted_and_ended)
{
        struct centre centre;
        centre_init(&centre, TWO_AGENTS);
        centre_agent(&centre, ATT_CMD_AGENT_READY, "ann");
        ck_assert_str_eq(centre_said(&centre), "agent ann ready");
        centre_contact(&centre, "c1", "q");
        ck_assert_str_eq(centre_said(&centre), "queued c1; offer c1 ann");
        centre_event(&centre, ATT_CMD_OFFER_ACCEPT, "c1", "ann");
        ck_assert_str_eq(centre_said(&centre), "connect c1 ann");
        centre_event(&centre, ATT_CMD_CONTACT_END, "c1", NULL);
        ck_assert_str_eq(centre_said(&centre), "closed c1 ann handled; wrap_up c1 ann");
        centre_wait(&centre, 10000);
        ck_assert_str_eq(centre_said(&centre), "finished c1 ann");
        centre_deinit(&centre);
}
END_TEST

/* Short ids lie in the contact itself. */
START_TEST(ids_of_any_length_are_kept_and_found)
{
        struct centre centre;
        char id[ATT_ID_BYTES_MAX + 1];
        char said[4 * ATT_ID_BYTES_MAX];
        centre_init(&centre, TWO_AGENTS);
        centre_agent(&centre, ATT_CMD_AGENT_READY, "ann");
        for (size_t len = 1; len <= ATT_ID_BYTES_MAX; len++) {
                memset(id, 'a' + (int)(len % 26), len);
                id[len] = '\0';
                centre_contact(&centre, id, "q");
                (void)snprintf(said, sizeof(said), "queued %s; offer %s ann", id, id);
                ck_assert_str_eq(centre_said(&centre), said);
                centre_contact(&centre, id, "q");
                ck_assert_str_eq(centre_said(&centre), "");
                centre_event(&centre, ATT_CMD_OFFER_ACCEPT, id, "ann");
                centre_event(&centre, ATT_CMD_CONTACT_END, id, NULL);
                (void)snprintf(said, sizeof(said), "closed %s ann handled; wrap_up %s ann", id, id);
                ck_assert_str_eq(centre_said(&centre), said);
                centre_wait(&centre, 10000);
        }
        centre_wait(&centre, 3600 * 1000); /* All of them are forgotten. */
        centre_contact(&centre, id, "q");
        (void)snprintf(said, sizeof(said), "queued %s; offer %s ann", id, id);
        ck_assert_str_eq(centre_said(&centre), said);
        centre_deinit(&centre);
}
END_TEST

START_TEST(before_a_configuration_everything_is_refused)
{
        struct att_core *core = att_core_new();
        struct att_effects effects = {0};
        struct att_command command = centre_command(ATT_CMD_AGENT_READY, NULL, "ann");
        command.seq = 1;
        att_core_step(core, &command, &effects);
        ck_assert_uint_eq(effects.count, 1);
        ck_assert_int_eq(effects.items[0].refusal, ATT_REFUSAL_STATE);
        att_effects_deinit(&effects);
        att_core_free(core);
}
END_TEST

START_TEST(the_same_request_again_is_the_same_contact)
{
        struct centre centre;
        centre_init(&centre, TWO_AGENTS);
        centre_contact(&centre, "c1", "q");
        centre_contact(&centre, "c1", "q");
        ck_assert_str_eq(centre_said(&centre), "");
        centre_event(&centre, ATT_CMD_CONTACT_ABANDON, "c1", NULL);
        ck_assert_str_eq(centre_said(&centre), "closed c1 abandoned");
        centre_contact(&centre, "c1", "q");
        ck_assert_str_eq(centre_said(&centre), "");
        centre_event(&centre, ATT_CMD_CONTACT_ABANDON, "c1", NULL);
        ck_assert_str_eq(centre_said(&centre), "refused c1 abandon state");
        centre_deinit(&centre);
}
END_TEST

START_TEST(a_closed_contact_is_forgotten_after_an_hour)
{
        struct centre centre;
        centre_init(&centre, TWO_AGENTS);
        centre_contact(&centre, "c1", "q");
        centre_event(&centre, ATT_CMD_CONTACT_CANCEL, "c1", NULL);
        centre_wait(&centre, 3599999);
        centre_event(&centre, ATT_CMD_CONTACT_END, "c1", NULL);
        ck_assert_str_eq(centre_said(&centre), "refused c1 end state");
        centre_wait(&centre, 1);
        centre_event(&centre, ATT_CMD_CONTACT_END, "c1", NULL);
        ck_assert_str_eq(centre_said(&centre), "refused c1 end unknown");
        centre_deinit(&centre);
}
END_TEST

START_TEST(a_full_centre_refuses_new_contacts_and_drops_none)
{
        struct centre centre;
        centre_init(&centre, TWO_AGENTS "limits: { contacts: 2 }\n");
        centre_contact(&centre, "c1", "q");
        centre_contact(&centre, "c2", "q");
        centre_contact(&centre, "c3", "q");
        ck_assert_str_eq(centre_said(&centre), "refused c3 contact full");
        ck_assert_int_gt(centre.effects.items[0].retry_ms, 0);
        centre_event(&centre, ATT_CMD_CONTACT_ABANDON, "c1", NULL);
        centre_contact(&centre, "c3", "q");
        ck_assert_str_eq(centre_said(&centre), "queued c3");
        centre_deinit(&centre);
}
END_TEST

START_TEST(after_the_shell_was_away_offers_get_a_fresh_timeout)
{
        struct centre centre;
        centre_init(&centre, TWO_AGENTS);
        centre_agent(&centre, ATT_CMD_AGENT_READY, "ann");
        centre_contact(&centre, "c1", "q");
        struct att_command away = centre_command(ATT_CMD_AWAY, NULL, NULL);
        away.away.away_ms = 3600000;
        centre.now_ms += 3600000;
        centre_step(&centre, &away);
        ck_assert_str_eq(centre_said(&centre), "");
        struct att_contact_view view;
        ck_assert(att_core_find_contact(centre.core, ATT_TEXT("c1"), &view));
        ck_assert_int_eq(view.waited_ms, 3600000);
        centre_wait(&centre, 19999);
        ck_assert_str_eq(centre_said(&centre), "");
        centre_wait(&centre, 1);
        ck_assert_str_eq(centre_said(&centre), "revoke c1 ann timeout; agent ann paused missed");
        centre_deinit(&centre);
}
END_TEST

START_TEST(a_lost_front_end_keeps_its_places_for_the_grace)
{
        struct centre centre;
        centre_init(&centre, TWO_AGENTS);
        centre_agent(&centre, ATT_CMD_AGENT_READY, "ann");
        centre_contact(&centre, "c1", "q");
        centre_event(&centre, ATT_CMD_OFFER_ACCEPT, "c1", "ann");
        centre_contact(&centre, "c2", "q");
        centre_event(&centre, ATT_CMD_FRONT_END_LOST, NULL, NULL);
        centre_wait(&centre, 29999);
        ck_assert_str_eq(centre_said(&centre), "");
        centre_wait(&centre, 1);
        ck_assert_str_eq(centre_said(&centre), "closed c2 cancelled; agent ann offline lost");
        centre_wait(&centre, 570000);
        ck_assert_str_eq(centre_said(&centre), "closed c1 ann handled; wrap_up c1 ann");
        centre_deinit(&centre);
}
END_TEST

START_TEST(who_is_queued_at_the_instant_of_its_end_is_closed_and_that_is_all)
{
        struct centre centre;
        centre_init(&centre, TWO_AGENTS);
        struct att_command command = centre_command(ATT_CMD_CONTACT_ADD, "c1", NULL);
        command.request = (struct att_contact_request){
                .id = ATT_TEXT("c1"),
                .channel = ATT_TEXT("voice"),
                .queue = ATT_TEXT("q"),
                .priority_milli = ATT_ABSENT,
                .emotion_ppm = ATT_ABSENT,
                .not_before_ms = centre.now_ms + 30000,
                .waited_ms = ATT_ABSENT,
                .customer = {.lifetime_value_micro = -1, .churn_risk_ppm = -1, .last_spoke_ms = -1},
        };
        centre_step(&centre, &command);
        centre_event(&centre, ATT_CMD_FRONT_END_LOST, NULL, NULL);
        centre_wait(&centre, 30000);
        ck_assert_str_eq(centre_said(&centre), "closed c1 cancelled");
        centre_deinit(&centre);
}
END_TEST

START_TEST(a_front_end_that_comes_back_in_time_loses_nothing)
{
        struct centre centre;
        centre_init(&centre, TWO_AGENTS);
        centre_agent(&centre, ATT_CMD_AGENT_READY, "ann");
        centre_agent(&centre, ATT_CMD_AGENT_PAUSE, "ann");
        centre_contact(&centre, "c1", "q");
        centre_event(&centre, ATT_CMD_FRONT_END_LOST, NULL, NULL);
        centre_wait(&centre, 29000);
        centre_event(&centre, ATT_CMD_FRONT_END_BACK, NULL, NULL);
        centre_wait(&centre, 600000);
        ck_assert_str_eq(centre_said(&centre), "");
        centre_deinit(&centre);
}
END_TEST

START_TEST(a_reload_signs_nobody_out_and_moves_those_of_a_removed_queue)
{
        struct centre centre;
        centre_init(&centre, "attune: 1\n"
                             "agents: { ann: {}, bob: {} }\n"
                             "queues: { q: {}, old: { moved_to: q } }\n");
        centre_agent(&centre, ATT_CMD_AGENT_READY, "ann");
        centre_contact(&centre, "c1", "old");
        ck_assert_str_eq(centre_said(&centre), "queued c1; offer c1 ann");
        centre_contact(&centre, "c2", "old");
        centre_reload(&centre, "attune: 1\n"
                               "agents: { ann: {} }\n"
                               "queues: { q: {} }\n");
        ck_assert_str_eq(centre_said(&centre),
                         "revoke c1 ann reload; config; queued c1; queued c2; offer c1 ann");
        centre_deinit(&centre);
}
END_TEST

START_TEST(a_removed_agent_finishes_the_work)
{
        struct centre centre;
        centre_init(&centre, TWO_AGENTS);
        centre_agent(&centre, ATT_CMD_AGENT_READY, "bob");
        centre_contact(&centre, "c1", "q");
        centre_event(&centre, ATT_CMD_OFFER_ACCEPT, "c1", "bob");
        centre_reload(&centre, ANN_ALONE);
        ck_assert_str_eq(centre_said(&centre), "config; agent bob offline removed");
        centre_agent(&centre, ATT_CMD_AGENT_READY, "bob");
        ck_assert_str_eq(centre_said(&centre), "refused bob ready unknown");
        centre_event(&centre, ATT_CMD_CONTACT_END, "c1", NULL);
        ck_assert_str_eq(centre_said(&centre), "closed c1 bob handled; wrap_up c1 bob");
        centre_wait(&centre, 10000);
        centre_reload(&centre, ANN_ALONE);
        struct att_agent_view view;
        ck_assert(!att_core_find_agent(centre.core, ATT_TEXT("nobody"), &view));
        centre_agent(&centre, ATT_CMD_AGENT_READY, "ann");
        ck_assert(!att_core_find_agent(centre.core, ATT_TEXT("bob"), &view));
        centre_deinit(&centre);
}
END_TEST

/* ---- Random days ---- */

#define RANDOM_CENTRE                                                                              \
        "attune: 1\n"                                                                              \
        "skills: { s: {}, t: {}, kind: { kind: human } }\n"                                        \
        "channels:\n"                                                                              \
        "  voice: { units: 100, offer_timeout: 10s, wrap_up: 5s, interrupts: [email] }\n"          \
        "  chat:  { units: 40, offer_timeout: 8s }\n"                                              \
        "  email: { units: 20, auto_accept: true, wrap_up: 3s }\n"                                 \
        "  screen: { units: 50, exclusive: true }\n"                                               \
        "tiers: [ { name: gold, value: 0.7, points: 10, when: { lifetime_value: '>= 100' } },\n"   \
        "         { name: plain, value: 0.3 } ]\n"                                                 \
        "profiles: { desk: { a: { rank: 1 }, b: { rank: 2, delay: 5s } } }\n"                      \
        "teams: { front: { skills: { s: 3 } }, back: {} }\n"                                       \
        "agents:\n"                                                                                \
        "  a1: { team: front, skills: { t: 5 } }\n"                                                \
        "  a2: { team: front, profile: desk }\n"                                                   \
        "  a3: { team: back, skills: { s: 9, t: 9, kind: 8 } }\n"                                  \
        "  a4: { team: back, skills: { t: 2 }, channels: { chat: 2, email: 3 } }\n"                \
        "  bot: { kind: bot, skills: { s: 2 }, channels: { chat: 9 } }\n"                          \
        "policies:\n"                                                                              \
        "  default: { starve_after: 60s, retry_cooldown: 5s }\n"                                   \
        "  wide: { delivery: broadcast 3, on_missed: keep, hold_for_preferred: 6s }\n"             \
        "  late: { batch: 2s, callback: { attempts: 2, pause: 9s } }\n"                            \
        "queues:\n"                                                                                \
        "  a: { requires: { s: 2 }, prefers: { t: 2 }, max_wait: 90s, overflow: { to: b },\n"      \
        "       relax: [ { after: 10s, requires: { s: 0 }, skip: unstaffed } ] }\n"                \
        "  b: { policy: wide, priority: 5, teams: [back],\n"                                       \
        "       relax: [ { after: 7s, teams: [] }, { after: 30s, queue: c } ] }\n"                 \
        "  c: { policy: late, max_waiting: 6, overflow: { callback: 20s }, max_wait: 40s }\n"      \
        "intake: [ { otherwise: a } ]\n"                                                           \
        "limits: { contacts: 40, customers: 5, offers_per_contact: 4 }\n"

static const char *pick(struct att_rng *rng, const char *const *words, size_t count)
{
        return words[att_rng_below(rng, count)];
}

static void add_random_contact(struct centre *centre, struct att_rng *rng, const char *id)
{
        static const char *const queues[] = {"a", "b", "c", "", "nowhere"};
        static const char *const channels[] = {"voice", "chat", "chat", "email", "screen", "fax"};
        static const char *const agents[] = {"", "", "", "a1", "a3", "nobody"};
        static const char *const customers[] = {"", "u1", "u2", "u3", "u4", "u5", "u6", "u7"};
        struct att_named_level level = {att_text_from("t"), (uint32_t)att_rng_below(rng, 12)};
        struct att_text exclude = att_text_from("a1");
        struct att_command command = centre_command(ATT_CMD_CONTACT_ADD, id, NULL);
        command.request = (struct att_contact_request){
                .id = att_text_from(id),
                .channel = att_text_from(pick(rng, channels, 6)),
                .queue = att_text_from(pick(rng, queues, 5)),
                .agent = att_text_from(pick(rng, agents, 6)),
                .preferred_agent = att_text_from(pick(rng, agents, 6)),
                .text = ATT_TEXT("my card is gone"),
                .priority_milli = att_rng_between(rng, -3, 9) * 1000,
                .emotion_ppm = att_rng_between(rng, 0, 2) * 400000,
                .not_before_ms = att_rng_below(rng, 8) == 0 ? centre->now_ms + 7000 : ATT_ABSENT,
                .waited_ms = att_rng_below(rng, 4) == 0 ? 50000 : ATT_ABSENT,
                .requires = &level,
                .requires_count = att_rng_below(rng, 3) == 0,
                .exclude = &exclude,
                .exclude_count = att_rng_below(rng, 4) == 0,
                .customer = {.id = att_text_from(pick(rng, customers, 8)),
                             .lifetime_value_micro = att_rng_between(rng, -1, 300) * 1000000,
                             .churn_risk_ppm = -1,
                             .last_spoke_ms = -1},
        };
        if (command.request.customer.lifetime_value_micro < 0) {
                command.request.customer.lifetime_value_micro = -1;
        }
        centre_step(centre, &command);
}

static void random_event(struct centre *centre, struct att_rng *rng, const char *id)
{
        static const char *const agents[] = {"a1", "a2", "a3", "a4", "bot", "nobody"};
        static const enum att_command_kind kinds[] = {
                ATT_CMD_CONTACT_ABANDON,  ATT_CMD_CONTACT_CANCEL,
                ATT_CMD_CONTACT_END,      ATT_CMD_CONTACT_END,
                ATT_CMD_CONTACT_TRANSFER, ATT_CMD_CONTACT_FEEDBACK,
                ATT_CMD_AGENT_READY,      ATT_CMD_AGENT_READY,
                ATT_CMD_AGENT_READY,      ATT_CMD_AGENT_PAUSE,
                ATT_CMD_AGENT_OFFLINE,    ATT_CMD_OFFER_ACCEPT,
                ATT_CMD_OFFER_DECLINE,    ATT_CMD_WRAP_UP_DONE,
                ATT_CMD_OCCUPIED,         ATT_CMD_FREE,
                ATT_CMD_CONTACT_UPDATE,   ATT_CMD_CONTACT_HOLD,
                ATT_CMD_FRONT_END_LOST,   ATT_CMD_FRONT_END_BACK,
                ATT_CMD_PRICES,           ATT_CMD_CUSTOMER_LINK,
                ATT_CMD_CUSTOMER_FORGET,
        };
        static const char *const queues[] = {"a", "b", "c", ""};
        enum att_command_kind kind = kinds[att_rng_below(rng, sizeof(kinds) / sizeof(kinds[0]))];
        struct att_command command = centre_command(kind, id, pick(rng, agents, 6));
        struct att_named_level level = {att_text_from("s"), (uint32_t)att_rng_below(rng, 11)};
        if (kind == ATT_CMD_CONTACT_TRANSFER) {
                command.transfer.queue = att_text_from(pick(rng, queues, 4));
                if (att_text_is_empty(command.transfer.queue)) {
                        command.transfer.agent = att_text_from(pick(rng, agents, 6));
                }
        } else if (kind == ATT_CMD_CONTACT_UPDATE) {
                command.update.priority_milli = att_rng_between(rng, 0, 20) * 1000;
                command.update.emotion_ppm = ATT_ABSENT;
                command.update.requires = &level;
                command.update.requires_count = att_rng_below(rng, 2) == 0;
        } else if (kind == ATT_CMD_CUSTOMER_LINK || kind == ATT_CMD_CUSTOMER_FORGET) {
                static const char *const customers[] = {"u1", "u2", "u3", "u4", "u5", "u6", "u7"};
                command.contact = ATT_TEXT_NONE;
                command.agent = ATT_TEXT_NONE;
                command.customer.info.id = att_text_from(pick(rng, customers, 7));
                command.customer.alias = att_text_from(pick(rng, customers, 7));
                command.customer.is_conflict = att_rng_below(rng, 4) == 0;
        } else if (kind == ATT_CMD_CONTACT_END) {
                command.end.unanswered = att_rng_below(rng, 4) == 0;
        } else if (kind == ATT_CMD_CONTACT_FEEDBACK) {
                command.feedback.csat = (int32_t)att_rng_between(rng, 0, 5);
                command.feedback.nps = -1;
                command.feedback.ces = -1;
                command.feedback.resolved = -1;
                command.feedback.emotion_ppm = ATT_ABSENT;
        } else if (kind == ATT_CMD_OCCUPIED) {
                command.occupied.channel = ATT_TEXT("voice");
        }
        centre_step(centre, &command);
}

static void accept_some(struct centre *centre, struct att_rng *rng)
{
        char contact[64] = "";
        char agent[64] = "";
        for (uint32_t i = 0; i < centre->effects.count; i++) {
                const struct att_effect *effect = &centre->effects.items[i];
                if (effect->kind == ATT_EFFECT_OFFER && att_rng_below(rng, 3) > 0) {
                        (void)snprintf(contact, sizeof(contact), "%.*s",
                                       ATT_TEXT_ARGS(effect->contact));
                        (void)snprintf(agent, sizeof(agent), "%.*s", ATT_TEXT_ARGS(effect->agent));
                }
        }
        if (contact[0] != '\0') {
                centre_event(centre, ATT_CMD_OFFER_ACCEPT, contact, agent);
        }
}

/* A day of everything at once, decided by the seed alone. */
static struct att_digest random_day(uint64_t seed, struct att_digest *ret_history)
{
        struct centre centre;
        struct att_rng rng;
        uint32_t contacts = 0;
        att_rng_seed(&rng, seed);
        centre_init(&centre, RANDOM_CENTRE);
        for (int i = 0; i < 600; i++) {
                char id[32];
                uint64_t what = att_rng_below(&rng, 100);
                if (what < 30) {
                        (void)snprintf(id, sizeof(id), "c%u", contacts++);
                        add_random_contact(&centre, &rng, id);
                } else if (what < 97) {
                        uint64_t back = att_rng_below(&rng, 12);
                        (void)snprintf(id, sizeof(id), "c%u",
                                       contacts > back ? contacts - (uint32_t)back : 0);
                        random_event(&centre, &rng, id);
                } else {
                        centre_reload(&centre, what == 97 ? TWO_AGENTS : RANDOM_CENTRE);
                }
                accept_some(&centre, &rng);
                centre_wait(&centre, att_rng_between(&rng, 0, 3) * 1000);
        }
        struct att_digest digest = att_core_digest(centre.core);
        *ret_history = att_digester_finish(&centre.history);
        centre_deinit(&centre);
        return digest;
}

/* A request on voice for queue q. */
static struct att_command make_request(const char *id)
{
        struct att_command command = centre_command(ATT_CMD_CONTACT_ADD, id, NULL);

        command.request = (struct att_contact_request){
                .id = att_text_from(id),
                .channel = ATT_TEXT("voice"),
                .queue = ATT_TEXT("q"),
                .priority_milli = ATT_ABSENT,
                .emotion_ppm = ATT_ABSENT,
                .not_before_ms = ATT_ABSENT,
                .waited_ms = ATT_ABSENT,
                .customer = {.lifetime_value_micro = -1, .churn_risk_ppm = -1, .last_spoke_ms = -1},
        };
        return command;
}

START_TEST(a_closed_contact_forgets_agents_who_were_removed)
{
        struct centre centre;
        struct att_contact_view view;

        centre_init(&centre, "attune: 1\nagents: { ann: {}, bob: {} }\nqueues: { q: {} }\n");
        struct att_command command = make_request("c");
        command.request.agent = ATT_TEXT("ann");
        command.request.preferred_agent = ATT_TEXT("bob");
        centre_step(&centre, &command);
        centre_event(&centre, ATT_CMD_CONTACT_ABANDON, "c", NULL);
        centre_reload(&centre, "attune: 1\nqueues: { q: {} }\n");
        centre_wait(&centre, 1);
        ck_assert(att_core_find_contact(centre.core, ATT_TEXT("c"), &view));
        ck_assert(att_text_is_empty(view.named_agent));
        ck_assert(att_text_is_empty(view.preferred_agent));
        centre_deinit(&centre);
}
END_TEST

START_TEST(an_empty_name_leaves_nobody_out)
{
        struct centre centre;
        struct att_text nobody = ATT_TEXT_NONE;

        centre_init(&centre, "attune: 1\nagents: { ann: {} }\nqueues: { q: {} }\n");
        struct att_command command = make_request("c");
        command.request.exclude = &nobody;
        command.request.exclude_count = 1;
        centre_step(&centre, &command);
        centre_reload(&centre, "attune: 1\nagents: { ann: {}, bob: {} }\nqueues: { q: {} }\n");
        centre_agent(&centre, ATT_CMD_AGENT_READY, "ann");
        ck_assert_str_eq(centre_said(&centre), "agent ann ready; offer c ann");
        centre_deinit(&centre);
}
END_TEST

START_TEST(any_sequence_of_commands_keeps_every_invariant_and_repeats_exactly)
{
        for (uint64_t seed = 1; seed <= 40; seed++) {
                struct att_digest first_history, second_history;
                struct att_digest first = random_day(seed, &first_history);
                struct att_digest second = random_day(seed, &second_history);
                ck_assert_msg(att_digest_equals(first, second), "seed %d", (int)seed);
                ck_assert_msg(att_digest_equals(first_history, second_history), "seed %d",
                              (int)seed);
        }
}
END_TEST

START_TEST(a_refused_command_leaves_the_state_as_it_was)
{
        struct centre first, second;
        centre_init(&first, TWO_AGENTS);
        centre_init(&second, TWO_AGENTS);
        centre_contact(&first, "c1", "q");
        centre_contact(&second, "c1", "q");
        centre_event(&first, ATT_CMD_OFFER_ACCEPT, "c1", "bob");
        ck_assert_str_eq(centre_said(&first), "refused c1 bob accept state");
        centre_event(&second, ATT_CMD_TICK, NULL, NULL);
        ck_assert(att_digest_equals(att_core_digest(first.core), att_core_digest(second.core)));
        centre_deinit(&first);
        centre_deinit(&second);
}
END_TEST

START_TEST(an_explanation_says_why_and_why_not)
{
        struct centre centre;
        struct att_buffer text = {0};
        centre_init(&centre, "attune: 1\n"
                             "skills: { s: {} }\n"
                             "agents: { ann: { skills: { s: 8 } }, bob: { skills: { s: 2 } } }\n"
                             "queues: { q: { requires: { s: 3 } } }\n");
        centre_contact(&centre, "c1", "q");
        ck_assert(att_core_explain(centre.core, ATT_TEXT("c1"), ATT_TEXT_NONE, &text));
        ck_assert_ptr_nonnull(strstr(text.data, "waits in queue q, step 0, position 1"));
        ck_assert_ptr_nonnull(strstr(text.data, "\n  2 agents: offline\n"));
        centre_agent(&centre, ATT_CMD_AGENT_READY, "bob");
        centre_agent(&centre, ATT_CMD_AGENT_READY, "ann");
        att_buffer_clear(&text);
        ck_assert(att_core_explain(centre.core, ATT_TEXT("c1"), ATT_TEXT_NONE, &text));
        ck_assert_ptr_nonnull(strstr(text.data, "given to ann in queue q"));
        ck_assert_ptr_nonnull(strstr(text.data, "the only one eligible"));
        ck_assert_ptr_nonnull(
                strstr(text.data, "\n  1 agent: without a required skill or level\n"));
        att_buffer_clear(&text);
        ck_assert(att_core_explain(centre.core, ATT_TEXT("c1"), ATT_TEXT("bob"), &text));
        ck_assert_ptr_nonnull(strstr(text.data, att_exclusion_sentence(ATT_EXCLUSION_SKILL)));
        ck_assert(!att_core_explain(centre.core, ATT_TEXT("c9"), ATT_TEXT_NONE, &text));
        att_buffer_deinit(&text);
        centre_deinit(&centre);
}
END_TEST

ATT_TEST_MAIN("core", a_contact_is_offered_accepted_and_ended, ids_of_any_length_are_kept_and_found,
              before_a_configuration_everything_is_refused,
              the_same_request_again_is_the_same_contact,
              a_closed_contact_is_forgotten_after_an_hour,
              a_full_centre_refuses_new_contacts_and_drops_none,
              after_the_shell_was_away_offers_get_a_fresh_timeout,
              a_lost_front_end_keeps_its_places_for_the_grace,
              who_is_queued_at_the_instant_of_its_end_is_closed_and_that_is_all,
              a_front_end_that_comes_back_in_time_loses_nothing,
              a_reload_signs_nobody_out_and_moves_those_of_a_removed_queue,
              a_removed_agent_finishes_the_work, a_closed_contact_forgets_agents_who_were_removed,
              an_empty_name_leaves_nobody_out,
              any_sequence_of_commands_keeps_every_invariant_and_repeats_exactly,
              a_refused_command_leaves_the_state_as_it_was, an_explanation_says_why_and_why_not)
