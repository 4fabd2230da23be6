/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/config/compile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/config/load.h"
#include "tests/support/main.h"
#include "tests/unit/config_from_text.h"

#define SKILLS "attune: 1\nskills: { cards: {}, spanish: {}, empathy: { kind: human } }\n"

static const struct att_agent_def *get_agent(const struct att_config *config, const char *id)
{
        const uint32_t i = att_config_find_agent(config, att_text_from(id));

        ck_assert_uint_ne(i, ATT_NONE);
        return &config->agents[i];
}

static const struct att_queue *get_queue(const struct att_config *config, const char *name)
{
        const uint32_t i = att_config_find_queue(config, att_text_from(name));

        ck_assert_uint_ne(i, ATT_NONE);
        return &config->queues[i];
}

static uint32_t level_in(const struct att_config *config, const struct att_requirement *requires,
                         uint32_t count, const char *skill)
{
        for (uint32_t i = 0; i < count; i++) {
                if (att_text_equals_c(config->skills[requires[i].skill].name, skill)) {
                        return requires[i].level;
                }
        }
        return 0;
}

START_TEST(each_of_many_agents_is_found_and_nobody_else)
{
        struct att_buffer text = {0};
        const struct att_config *config;
        char id[16];

        att_buffer_append_c(&text, "attune: 1\nchannels: { voice: {} }\nagents:\n");
        for (int i = 0; i < 300; i += 2) {
                att_buffer_printf(&text, "  agent-%03d: {}\n", i);
        }
        config = config_from_text(text.data);
        ck_assert_uint_eq(config->agent_count, 150);
        for (int i = 0; i < 300; i++) {
                (void)snprintf(id, sizeof(id), "agent-%03d", i);
                if (i % 2 == 0) {
                        ck_assert(att_text_equals_c(get_agent(config, id)->id, id));
                } else {
                        ck_assert_uint_eq(att_config_find_agent(config, att_text_from(id)),
                                          ATT_NONE);
                }
        }
        ck_assert_uint_eq(att_config_find_agent(config, ATT_TEXT_NONE), ATT_NONE);
        att_config_unref(config);
        att_buffer_deinit(&text);
}
END_TEST

START_TEST(what_is_not_written_has_its_default)
{
        const struct att_config *config = config_from_text(
                "attune: 1\nagents: { ann: {} }\nchannels: { voice: {} }\nqueues: { q: {} }\n");
        const struct att_queue *queue = &config->queues[0];
        const struct att_policy *policy = &config->policies[queue->policy];
        const struct att_agent_def *agent = &config->agents[0];

        ck_assert_uint_eq(config->channels[0].units, 100);
        ck_assert_int_eq(config->channels[0].offer_timeout_ms, 20000);
        ck_assert_int_eq(config->channels[0].wrap_up_ms, 0);
        ck_assert(!config->channels[0].auto_accept);
        ck_assert(!config->channels_open);
        ck_assert_ptr_null(agent->limits);
        ck_assert_uint_eq(agent->profile, ATT_NONE);
        ck_assert_uint_eq(agent->team, ATT_NONE);
        ck_assert_int_eq(agent->wrap_up_ms, -1);
        ck_assert(att_text_equals_c(agent->name, "ann"));
        ck_assert_uint_eq(queue->step_count, 1);
        ck_assert_int_eq(queue->urgent_after_ms, 120000);
        ck_assert_int_eq(queue->max_wait_ms, INT64_C(86400000));
        ck_assert_uint_eq(queue->max_waiting, 0);
        ck_assert_uint_eq(queue->hours, ATT_NONE);
        ck_assert_int_eq(queue->wrap_up_ms, -1);
        ck_assert_uint_eq(policy->fit_milli[ATT_FIT_SKILL], 4000);
        ck_assert_uint_eq(policy->fit_milli[ATT_FIT_LOAD], 1000);
        ck_assert_int_eq(policy->slope_milli_per_hour, 60000);
        ck_assert_int_eq(policy->urgent_slope_milli_per_hour, 360000);
        ck_assert_int_eq(policy->starve_after_ms, -1);
        ck_assert_int_eq(policy->retry_cooldown_ms, 30000);
        ck_assert_int_eq(policy->outcome_prior_ppm, 700000);
        ck_assert_int_eq(policy->continuity_half_life_ms, INT64_C(30) * 86400000);
        ck_assert_uint_eq(policy->broadcast, 1);
        ck_assert_uint_eq(config->otherwise, ATT_NONE);
        ck_assert_uint_eq(config->contacts_max, 200000);
        ck_assert_uint_eq(config->customers_max, 100000);
        ck_assert_uint_eq(config->offers_per_contact, 50);
        ck_assert_int_eq(config->strain_half_life_ms, 1800000);
        att_config_unref(config);
}
END_TEST

START_TEST(steps_add_up_and_say_what_they_name_themselves)
{
        const struct att_config *config = config_from_text(
                SKILLS "teams: { front: {} }\n"
                       "agents: { ann: { skills: { cards: 9, spanish: 9, empathy: 9 } } }\n"
                       "queues:\n"
                       "  q:\n"
                       "    requires: { cards: 6, spanish: 8 }\n"
                       "    any_of: [ { empathy: 7 }, { spanish: 5 } ]\n"
                       "    teams: [front]\n"
                       "    priority: 20.5\n"
                       "    relax:\n"
                       "      - { after: 30s, requires: { spanish: 3 } }\n"
                       "      - { after: 90s, requires: { cards: 0, empathy: 1 }, teams: [], "
                       "priority: 40, skip: unstaffed }\n"
                       "      - { after: 5m, any_of: [], queue: r }\n"
                       "  r: {}\n");
        const struct att_queue *queue = get_queue(config, "q");
        const struct att_step *steps = queue->steps;

        ck_assert_uint_eq(queue->step_count, 4);
        ck_assert_uint_eq(level_in(config, steps[0].requires, steps[0].requires_count, "cards"), 6);
        ck_assert_int_eq(steps[0].priority_milli, 20500);
        ck_assert_uint_eq(steps[0].any_of_count, 2);

        ck_assert_int_eq(steps[1].after_ms, 30000);
        ck_assert_uint_eq(level_in(config, steps[1].requires, steps[1].requires_count, "cards"), 6);
        ck_assert_uint_eq(level_in(config, steps[1].requires, steps[1].requires_count, "spanish"),
                          3);
        ck_assert_uint_eq(steps[1].change_count, 1);
        ck_assert_uint_eq(steps[1].team_count, 1);
        ck_assert_int_eq(steps[1].priority_milli, 20500);

        ck_assert_uint_eq(steps[2].requires_count, 2);
        ck_assert_uint_eq(level_in(config, steps[2].requires, steps[2].requires_count, "cards"), 0);
        ck_assert_uint_eq(level_in(config, steps[2].requires, steps[2].requires_count, "empathy"),
                          1);
        ck_assert_uint_eq(steps[2].change_count, 2);
        ck_assert_uint_eq(steps[2].team_count, 0);
        ck_assert_int_eq(steps[2].priority_milli, 40000);
        ck_assert(steps[2].skip_unstaffed);
        ck_assert_uint_eq(steps[2].any_of_count, 2);

        ck_assert_uint_eq(steps[3].any_of_count, 0);
        ck_assert_uint_eq(steps[3].requires_count, 2);
        ck_assert(!steps[3].skip_unstaffed);
        ck_assert_uint_eq(steps[3].move_to, att_config_find_queue(config, ATT_TEXT("r")));
        att_config_unref(config);
}
END_TEST

START_TEST(a_team_gives_its_agents_what_they_do_not_say)
{
        const struct att_config *config = config_from_text(
                SKILLS
                "teams:\n"
                "  front: { skills: { cards: 3, spanish: 5 }, profile: desk, wrap_up: 10s,\n"
                "           channels: { voice: 1, chat: 3 }, attributes: { site: madrid, a: 1 } }\n"
                "profiles: { desk: { q: { rank: 2, delay: 20s } }, other: { q: { rank: 1 } } }\n"
                "agents:\n"
                "  own: { team: front, skills: { cards: 8, spanish: 0, empathy: 9 }, profile: "
                "other,\n"
                "         channels: { voice: any }, wrap_up: 45s, attributes: { site: bilbao, b: 2 } "
                "}\n"
                "  team: { team: front }\n"
                "queues: { q: {}, r: {} }\n");
        const struct att_agent_def *own = get_agent(config, "own");
        const struct att_agent_def *team = get_agent(config, "team");
        const uint32_t cards = att_config_find_skill(config, ATT_TEXT("cards"));
        const uint32_t spanish = att_config_find_skill(config, ATT_TEXT("spanish"));
        const uint32_t voice = att_config_find_channel(config, ATT_TEXT("voice"));
        const uint32_t chat = att_config_find_channel(config, ATT_TEXT("chat"));

        ck_assert_uint_eq(own->levels[cards], 8);
        ck_assert_uint_eq(own->levels[spanish], 0);
        ck_assert_uint_eq(team->levels[cards], 3);
        ck_assert_uint_eq(team->levels[spanish], 5);
        ck_assert_uint_eq(own->limits[voice], ATT_LIMIT_NONE);
        ck_assert_uint_eq(own->limits[chat], ATT_LIMIT_OFF);
        ck_assert_uint_eq(team->limits[voice], 1);
        ck_assert_uint_eq(team->limits[chat], 3);
        ck_assert_int_eq(own->wrap_up_ms, 45000);
        ck_assert_int_eq(team->wrap_up_ms, 10000);
        ck_assert_uint_ne(own->profile, team->profile);
        ck_assert_uint_eq(own->attribute_count, 3);
        ck_assert(att_text_equals_c(own->attributes[2].key, "site"));
        ck_assert(att_text_equals_c(own->attributes[2].value, "bilbao"));
        ck_assert(att_text_equals_c(team->attributes[1].value, "madrid"));
        ck_assert_uint_eq(config->profiles[team->profile].by_queue[0].rank, 2);
        ck_assert_int_eq(config->profiles[team->profile].by_queue[0].delay_ms, 20000);
        ck_assert_uint_eq(config->profiles[team->profile].by_queue[1].rank, 0);
        att_config_unref(config);
}
END_TEST

START_TEST(agents_go_by_id_and_everything_else_as_written)
{
        const struct att_config *config = config_from_text(
                "attune: 1\nagents: { zoe: {}, ann: {}, Bob: {} }\nqueues: { z: {}, a: {} }\n");

        ck_assert(att_text_equals_c(config->agents[0].id, "Bob"));
        ck_assert(att_text_equals_c(config->agents[1].id, "ann"));
        ck_assert(att_text_equals_c(config->agents[2].id, "zoe"));
        ck_assert(att_text_equals_c(config->queues[0].name, "z"));
        att_config_unref(config);
}
END_TEST

START_TEST(without_channels_those_that_people_name_have_the_defaults)
{
        const struct att_config *config = config_from_text(
                "attune: 1\nteams: { t: { channels: { chat: 2 } } }\n"
                "agents: { ann: { channels: { voice: 1 } }, bob: { team: t, address: { sms: x } } }\n");

        ck_assert(config->channels_open);
        ck_assert_uint_eq(config->channel_count, 3);
        ck_assert_uint_eq(config->channels[0].units, 100);
        ck_assert_uint_eq(
                get_agent(config, "ann")->limits[att_config_find_channel(config, ATT_TEXT("chat"))],
                ATT_LIMIT_OFF);
        att_config_unref(config);
}
END_TEST

START_TEST(numbers_are_exact)
{
        const struct att_config *config = config_from_text(
                "attune: 1\npolicies:\n"
                "  a: { urgency: { slope: 0.001/min, urgent_slope: 1/s, cap: 0.125 } }\n"
                "  b: { fit: { skill: 0.3 }, urgency: { slope: 0, urgent_slope: 2.5/h } }\n"
                "queues: { q: { service_level: 99.5% in 1500ms, priority: -0.001 } }\n"
                "tiers: [ { name: t, value: 0.333333 } ]\n");

        ck_assert_int_eq(config->policies[0].slope_milli_per_hour, 60);
        ck_assert_int_eq(config->policies[0].urgent_slope_milli_per_hour, 3600000);
        ck_assert_int_eq(config->policies[0].cap_milli, 125);
        ck_assert_int_eq(config->policies[1].urgent_slope_milli_per_hour, 2500);
        ck_assert_uint_eq(config->policies[1].fit_milli[ATT_FIT_SKILL], 300);
        ck_assert_uint_eq(config->policies[1].fit_milli[ATT_FIT_REST], 0);
        ck_assert_int_eq(config->policies[1].cap_milli, 1000000);
        ck_assert_int_eq(config->queues[0].service_level_ppm, 995000);
        ck_assert_int_eq(config->queues[0].service_level_within_ms, 1500);
        ck_assert_int_eq(config->queues[0].steps[0].priority_milli, -1);
        ck_assert_int_eq(config->tiers[0].value_ppm, 333333);
        att_config_unref(config);
}
END_TEST

START_TEST(a_policy_called_default_is_for_queues_that_name_none)
{
        const struct att_config *config = config_from_text(
                "attune: 1\npolicies: { a: {}, default: { batch: 2s, delivery: broadcast 3 } }\n"
                "queues: { q: {}, r: { policy: a } }\n");

        ck_assert_int_eq(config->policies[config->queues[0].policy].batch_ms, 2000);
        ck_assert_uint_eq(config->policies[config->queues[0].policy].broadcast, 3);
        ck_assert_int_eq(config->policies[config->queues[1].policy].batch_ms, 0);
        att_config_unref(config);
}
END_TEST

START_TEST(intake_and_tiers_know_their_conditions)
{
        const struct att_config *config = config_from_text(
                SKILLS "agents: { a: { skills: { cards: 1, spanish: 5, empathy: 1 } } }\n"
                       "queues: { q: {}, r: {} }\nintents: { lost: { knowledge: [x, y] } }\n"
                       "tiers: [ { name: gold, when: { lifetime_value: \">= 5000.5\" } } ]\n"
                       "intake:\n"
                       "  - { when: { language: es, site: [a, b*] }, requires: { spanish: 5 }, "
                       "prefers: { empathy: 1.5 } }\n"
                       "  - { when: { text: [lost card, stolen] }, queue: q, priority: 30, intent: "
                       "lost }\n"
                       "  - { otherwise: r }\n");
        const struct att_intake_rule *rules = config->intake;

        ck_assert_uint_eq(config->intake_count, 2);
        ck_assert_uint_eq(config->otherwise, 1);
        ck_assert_uint_eq(rules[0].when.count, 2);
        ck_assert_int_eq(rules[0].when.items[1].field, ATT_FIELD_ATTRIBUTE);
        ck_assert(att_text_equals_c(rules[0].when.items[1].attribute, "site"));
        ck_assert_uint_eq(rules[0].when.items[1].value_count, 2);
        ck_assert_uint_eq(rules[0].queue, ATT_NONE);
        ck_assert_uint_eq(rules[0].prefers[0].weight_milli, 1500);
        ck_assert_int_eq(rules[1].when.items[0].field, ATT_FIELD_TEXT);
        ck_assert_int_eq(rules[1].priority_milli, 30000);
        ck_assert_uint_eq(rules[1].intent, 0);
        ck_assert_uint_eq(rules[1].line, 9);
        ck_assert_int_eq(config->tiers[0].when.items[0].op, ATT_OP_GREATER_EQUAL);
        ck_assert_int_eq(config->tiers[0].when.items[0].number_micro, INT64_C(5000500000));
        att_config_unref(config);
}
END_TEST

START_TEST(overflows_lead_where_they_say)
{
        const struct att_config *config = config_from_text(
                "attune: 1\nhours: { h: { zone: UTC, open: { mon: \"09:00-10:00\" } } }\n"
                "queues:\n  a: { overflow: { to: b }, hours: h, when_closed: { refuse: \"Later\" }, "
                "at_closing: overflow, moved_to: b }\n"
                "  b: { overflow: { callback: 30m }, refuse_when: unstaffed }\n");
        const struct att_queue *a = get_queue(config, "a");

        ck_assert_int_eq(a->overflow.kind, ATT_OVERFLOW_QUEUE);
        ck_assert_uint_eq(a->overflow.queue, 1);
        ck_assert_int_eq(a->when_closed.kind, ATT_OVERFLOW_REFUSE);
        ck_assert(att_text_equals_c(a->when_closed.message, "Later"));
        ck_assert_int_eq(a->at_closing, ATT_AT_CLOSING_OVERFLOW);
        ck_assert_uint_eq(a->moved_to, 1);
        ck_assert_int_eq(get_queue(config, "b")->overflow.kind, ATT_OVERFLOW_CALLBACK);
        ck_assert_int_eq(get_queue(config, "b")->overflow.callback_ms, 1800000);
        ck_assert(get_queue(config, "b")->refuse_unstaffed);
        att_config_unref(config);
}
END_TEST

START_TEST(access_is_by_role_and_token_or_user)
{
        const struct att_config *config = config_from_text(
                "attune: 1\naccess: { pbx: { role: platform, token_file: pbx.token }, wall: { role: "
                "observer, uid: 998 } }\n");

        ck_assert_int_eq(config->access[0].role, ATT_ROLE_PLATFORM);
        ck_assert(att_text_equals_c(config->access[0].token_file, "pbx.token"));
        ck_assert_int_eq(config->access[0].uid, -1);
        ck_assert_int_eq(config->access[1].role, ATT_ROLE_OBSERVER);
        ck_assert_int_eq(config->access[1].uid, 998);
        att_config_unref(config);
}
END_TEST

START_TEST(the_digest_is_of_the_meaning_and_not_of_the_writing)
{
        const struct att_config *a = config_from_text(
                "attune: 1\nagents: { ann: {}, bob: {} }\nqueues: { q: { priority: 5 } }\n");
        const struct att_config *b = config_from_text(
                "# another hand\nattune: 1\n\nqueues:\n  q:\n    priority: 5.0\n"
                "agents:\n  bob:\n  ann: { name: ann }\naccess: { w: { role: "
                "observer, uid: 5 } }\n");
        const struct att_config *c = config_from_text(
                "attune: 1\nagents: { ann: {}, bob: {} }\nqueues: { q: { priority: 6 } }\n");

        ck_assert(att_digest_equals(a->digest, b->digest));
        ck_assert(!att_digest_equals(a->digest, c->digest));
        att_config_unref(a);
        att_config_unref(b);
        att_config_unref(c);
}
END_TEST

START_TEST(a_configuration_lives_as_long_as_someone_refers_to_it)
{
        const struct att_config *config = config_from_text("attune: 1\nqueues: { q: {} }\n");

        ck_assert_ptr_eq(att_config_ref(config), config);
        att_config_unref(config);
        ck_assert(att_text_equals_c(config->queues[0].name, "q"));
        att_config_unref(config);
        att_config_unref(NULL);
}
END_TEST

START_TEST(a_directory_is_its_files_in_the_order_of_their_names)
{
        char *path = test_source_path("tests/config/merged");
        struct att_config_errors errors = {0};
        const struct att_config *config = NULL;

        ck_assert_int_eq(att_config_load_path(path, TEST_NOW_MS, &errors, &config), ATT_CONFIG_OK);
        ck_assert_uint_eq(config->agent_count, 2);
        ck_assert_uint_eq(config->queue_count, 1);
        ck_assert_uint_eq(config->intake_count, 1);
        ck_assert_uint_eq(config->otherwise, 0);
        att_config_unref(config);
        att_config_errors_deinit(&errors);
        free(path);
}
END_TEST

ATT_TEST_MAIN("config", each_of_many_agents_is_found_and_nobody_else,
              what_is_not_written_has_its_default, steps_add_up_and_say_what_they_name_themselves,
              a_team_gives_its_agents_what_they_do_not_say,
              agents_go_by_id_and_everything_else_as_written,
              without_channels_those_that_people_name_have_the_defaults, numbers_are_exact,
              a_policy_called_default_is_for_queues_that_name_none,
              intake_and_tiers_know_their_conditions, overflows_lead_where_they_say,
              access_is_by_role_and_token_or_user,
              the_digest_is_of_the_meaning_and_not_of_the_writing,
              a_configuration_lives_as_long_as_someone_refers_to_it,
              a_directory_is_its_files_in_the_order_of_their_names)
