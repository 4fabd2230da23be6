/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/journal.h"

#include <string.h>

#include "lib/base/util.h"
#include "lib/config/errors.h"
#include "lib/config/load.h"
#include "lib/model/limits.h"
#include "lib/wire/message.h"
#include "lib/wire/tables.h"
#include "tests/support/main.h"
#include "tests/unit/random_message.h"

static const struct table_field *field_of(enum att_command_kind kind)
{
        for (uint32_t i = 0; i < table_journal_command.count; i++) {
                if (table_journal_command.fields[i].kind == TABLE_CASE &&
                    table_journal_command.fields[i].tag == (int)kind) {
                        return &table_journal_command.fields[i];
                }
        }
        return NULL;
}

/* A random command of any kind but CONFIG. */
static struct att_command make_command(struct random_message *random, enum att_command_kind kind,
                                       uint64_t seq)
{
        const struct table_field *field = field_of(kind);
        struct att_command command;

        ck_assert_msg(field != NULL, "kind %d is not in the journal", (int)kind);
        att_wire_command_init(&command, kind);
        random_fill(random, field->sub, (char *)&command + field->offset);
        if (kind == ATT_CMD_CONTACT_ADD) {
                command.contact = command.request.id;
        }
        command.seq = seq;
        command.at_ms = att_rng_between(&random->rng, 0, INT64_C(2000000000000));
        command.front_end = random_text(random, 0, true);
        command.client = att_rng_next(&random->rng);
        command.request_id = att_rng_next(&random->rng);
        return command;
}

static bool is_same(const struct att_command *a, const struct att_command *b)
{
        const struct table_field *field = field_of(a->kind);

        return a->kind == b->kind && a->seq == b->seq && a->at_ms == b->at_ms &&
               att_text_equals(a->front_end, b->front_end) && a->client == b->client &&
               a->request_id == b->request_id && att_text_equals(a->contact, b->contact) &&
               att_text_equals(a->agent, b->agent) &&
               random_same(field->sub, (const char *)a + field->offset,
                           (const char *)b + field->offset);
}

START_TEST(every_kind_of_command_comes_back_as_it_was)
{
        struct random_message random = {0};
        struct att_journal_reader reader = {0};
        struct att_buffer bytes = {0};

        att_rng_seed(&random.rng, 1);
        for (int round = 0; round < 100; round++) {
                struct att_command commands[ATT_CMD_KIND_COUNT * 4];
                const struct att_digest effects = {att_rng_next(&random.rng),
                                                   att_rng_next(&random.rng)};
                const uint64_t first_seq = att_rng_next(&random.rng) >> 8;
                struct att_journal_writer writer;
                uint32_t count = 0;

                att_buffer_clear(&bytes);
                att_journal_batch_begin(&writer, &bytes, first_seq, 3);
                for (int kind = 0; kind < ATT_CMD_KIND_COUNT * 4; kind++) {
                        if (kind % ATT_CMD_KIND_COUNT == ATT_CMD_CONFIG) {
                                continue;
                        }
                        commands[count] = make_command(
                                &random, (enum att_command_kind)(kind % ATT_CMD_KIND_COUNT),
                                first_seq + count);
                        att_journal_batch_add(&writer, &commands[count]);
                        count++;
                }
                att_journal_batch_end(&writer, effects);

                ck_assert_int_eq(att_journal_reader_open(&reader, att_buffer_text(&bytes)),
                                 ATT_JOURNAL_OK);
                ck_assert_uint_eq(reader.batch.first_seq, first_seq);
                ck_assert_uint_eq(reader.batch.count, count);
                ck_assert_uint_eq(reader.batch.behaviour, 3);
                ck_assert(att_digest_equals(reader.batch.effects, effects));
                for (uint32_t i = 0; i < count; i++) {
                        struct att_command command;

                        ck_assert_int_eq(att_journal_reader_next(&reader, &command),
                                         ATT_JOURNAL_OK);
                        ck_assert(is_same(&commands[i], &command));
                }
                {
                        struct att_command command;

                        ck_assert_int_eq(att_journal_reader_next(&reader, &command),
                                         ATT_JOURNAL_END);
                }
        }
        att_journal_reader_deinit(&reader);
        att_arena_deinit(&random.arena);
        att_buffer_deinit(&bytes);
}
END_TEST

START_TEST(the_journal_keeps_what_a_front_end_would_be_refused)
{
        struct att_journal_reader reader = {0};
        struct att_journal_writer writer;
        struct att_buffer bytes = {0};
        struct att_command command;
        struct att_command read;
        char notes[9000];

        memset(notes, 'n', sizeof(notes));
        att_wire_command_init(&command, ATT_CMD_CONTACT_ADD);
        command.request.customer.notes = (struct att_text){notes, sizeof(notes)};
        command.request.emotion_ppm = -7;
        command.request.text = ATT_TEXT("\xff\0");
        att_journal_batch_begin(&writer, &bytes, 0, 1);
        att_journal_batch_add(&writer, &command);
        att_journal_batch_end(&writer, (struct att_digest){0, 0});
        ck_assert_int_eq(att_journal_reader_open(&reader, att_buffer_text(&bytes)), ATT_JOURNAL_OK);
        ck_assert_int_eq(att_journal_reader_next(&reader, &read), ATT_JOURNAL_OK);
        ck_assert(is_same(&command, &read));
        att_journal_reader_deinit(&reader);
        att_buffer_deinit(&bytes);
}
END_TEST

/* A configuration with something in every array. */
static struct att_config *make_config(void)
{
        struct att_config *config = att_config_new();
        struct att_arena *arena = &config->arena;
        struct att_skill *skills = att_arena_take_array(arena, 3, sizeof(*skills));
        struct att_channel *channels = att_arena_take_array(arena, 2, sizeof(*channels));
        struct att_tier *tiers = att_arena_take_array(arena, 2, sizeof(*tiers));
        struct att_condition *conditions = att_arena_take_array(arena, 2, sizeof(*conditions));
        struct att_text *values = att_arena_take_array(arena, 2, sizeof(*values));
        struct att_profile *profiles = att_arena_take_array(arena, 1, sizeof(*profiles));
        struct att_profile_entry *entries = att_arena_take_array(arena, 2, sizeof(*entries));
        struct att_team *teams = att_arena_take_array(arena, 1, sizeof(*teams));
        struct att_agent_def *agents = att_arena_take_array(arena, 3, sizeof(*agents));
        uint32_t *limits = att_arena_take_array(arena, 2, sizeof(*limits));
        struct att_address *addresses = att_arena_take_array(arena, 1, sizeof(*addresses));
        struct att_pair *pairs = att_arena_take_array(arena, 1, sizeof(*pairs));
        struct att_policy *policies = att_arena_take_array(arena, 1, sizeof(*policies));
        struct att_queue *queues = att_arena_take_array(arena, 2, sizeof(*queues));
        struct att_step *steps = att_arena_take_array(arena, 3, sizeof(*steps));
        struct att_requirement *requires = att_arena_take_array(arena, 2, sizeof(*requires));
        struct att_preference *prefers = att_arena_take_array(arena, 1, sizeof(*prefers));
        uint32_t *step_teams = att_arena_take_array(arena, 1, sizeof(*step_teams));
        struct att_hours *hours = att_arena_take_array(arena, 1, sizeof(*hours));
        struct att_interval *intervals = att_arena_take_array(arena, 2, sizeof(*intervals));
        struct att_intake_rule *intake = att_arena_take_array(arena, 1, sizeof(*intake));
        struct att_intent *intents = att_arena_take_array(arena, 1, sizeof(*intents));
        struct att_access *access = att_arena_take_array(arena, 2, sizeof(*access));

        skills[0] = (struct att_skill){ATT_TEXT("cards"), ATT_TEXT("Cards"), ATT_SKILL_KNOWLEDGE};
        skills[1] = (struct att_skill){ATT_TEXT("spanish"), ATT_TEXT("Spanish"),
                                       ATT_SKILL_LANGUAGE};
        skills[2] = (struct att_skill){ATT_TEXT("empathy"), ATT_TEXT("empathy"), ATT_SKILL_HUMAN};
        channels[0] = att_channel_default(ATT_TEXT("voice"));
        channels[0].interrupts = UINT64_C(0x8000000000000002);
        channels[1] = att_channel_default(ATT_TEXT("chat"));
        channels[1].auto_accept = true;
        values[0] = ATT_TEXT("a*");
        values[1] = ATT_TEXT("b");
        conditions[0] = (struct att_condition){.field = ATT_FIELD_LIFETIME_VALUE,
                                               .op = ATT_OP_GREATER_EQUAL,
                                               .number_micro = -20000000000};
        conditions[1] = (struct att_condition){.field = ATT_FIELD_ATTRIBUTE,
                                               .attribute = ATT_TEXT("site"),
                                               .op = ATT_OP_ANY_OF,
                                               .values = values,
                                               .value_count = 2};
        tiers[0] = (struct att_tier){ATT_TEXT("gold"), 700000, -1000, {conditions, 2}};
        tiers[1] = (struct att_tier){.name = ATT_TEXT("standard"), .value_ppm = 300000};
        entries[0] = (struct att_profile_entry){1, 0};
        entries[1] = (struct att_profile_entry){0, 20000};
        profiles[0] = (struct att_profile){ATT_TEXT("gold-desk"), entries};
        teams[0] = (struct att_team){ATT_TEXT("front"), ATT_TEXT("Front line")};
        limits[0] = ATT_LIMIT_OFF;
        limits[1] = 3;
        addresses[0] = (struct att_address){1, ATT_TEXT("sip:ann@pbx")};
        pairs[0] = (struct att_pair){ATT_TEXT("site"), ATT_TEXT("madrid")};
        for (int i = 0; i < 3; i++) {
                static const uint8_t levels[3][3] = {{8, 10, 0}, {0, 0, 0}, {0, 0, 1}};

                agents[i] = (struct att_agent_def){.team = ATT_NONE,
                                                   .profile = ATT_NONE,
                                                   .levels = levels[i],
                                                   .wrap_up_ms = -1};
        }
        agents[0].id = ATT_TEXT("ann");
        agents[0].name = ATT_TEXT("Ann");
        agents[0].team = 0;
        agents[0].profile = 0;
        agents[0].limits = limits;
        agents[0].wrap_up_ms = 45000;
        agents[0].addresses = addresses;
        agents[0].address_count = 1;
        agents[0].attributes = pairs;
        agents[0].attribute_count = 1;
        agents[1].id = agents[1].name = ATT_TEXT("bob");
        agents[2].id = agents[2].name = ATT_TEXT("bot");
        agents[2].kind = ATT_AGENT_BOT;
        policies[0] = att_policy_default();
        policies[0].name = ATT_TEXT("default");
        policies[0].starve_after_ms = -1;
        requires[0] = (struct att_requirement){0, 6};
        requires[1] = (struct att_requirement){2, 7};
        prefers[0] = (struct att_preference){1, 2500};
        steps[0] = (struct att_step){.requires = requires,
                                     .requires_count = 2,
                                     .any_of = requires,
                                     .any_of_count = 1,
                                     .teams = step_teams,
                                     .team_count = 1,
                                     .priority_milli = 20000,
                                     .move_to = ATT_NONE};
        steps[1] = (struct att_step){.after_ms = 30000,
                                     .changes = requires,
                                     .change_count = 1,
                                     .priority_milli = -5,
                                     .move_to = 1,
                                     .skip_unstaffed = true};
        steps[2] = (struct att_step){.move_to = ATT_NONE};
        queues[0] = (struct att_queue){.name = ATT_TEXT("cards-gold"),
                                       .title = ATT_TEXT("Gold"),
                                       .steps = steps,
                                       .step_count = 2,
                                       .prefers = prefers,
                                       .prefer_count = 1,
                                       .attributes = pairs,
                                       .attribute_count = 1,
                                       .urgent_after_ms = 120000,
                                       .service_level_ppm = 800000,
                                       .service_level_within_ms = 20000,
                                       .refuse_unstaffed = true,
                                       .wrap_up_ms = -1,
                                       .max_wait_ms = 600000,
                                       .max_waiting = 500,
                                       .overflow = {.kind = ATT_OVERFLOW_QUEUE, .queue = 1},
                                       .hours = 0,
                                       .when_closed = {.kind = ATT_OVERFLOW_REFUSE,
                                                       .queue = ATT_NONE,
                                                       .message = ATT_TEXT("Back at nine")},
                                       .at_closing = ATT_AT_CLOSING_OVERFLOW,
                                       .moved_to = 1};
        queues[1] = (struct att_queue){.name = ATT_TEXT("general"),
                                       .title = ATT_TEXT("general"),
                                       .steps = steps + 2,
                                       .step_count = 1,
                                       .overflow = {.queue = ATT_NONE},
                                       .hours = ATT_NONE,
                                       .when_closed = {.queue = ATT_NONE},
                                       .wrap_up_ms = 0,
                                       .moved_to = ATT_NONE};
        intervals[0] = (struct att_interval){1000, 2000};
        intervals[1] = (struct att_interval){3000, INT64_MAX};
        hours[0] = (struct att_hours){
                ATT_TEXT("office"), ATT_TEXT("Europe/Madrid"), {5, 6}, intervals, 2, 5000};
        intake[0] = (struct att_intake_rule){.when = {conditions + 1, 1},
                                             .queue = ATT_NONE,
                                             .requires = requires,
                                             .requires_count = 1,
                                             .prefers = prefers,
                                             .prefer_count = 1,
                                             .priority_milli = -30000,
                                             .intent = 0,
                                             .line = 77};
        intents[0] = (struct att_intent){ATT_TEXT("lost-card"), ATT_TEXT("Lost card"), values, 2,
                                         ATT_TEXT("waive the fee")};
        access[0] = (struct att_access){ATT_TEXT("kamailio-1"), ATT_ROLE_PLATFORM,
                                        ATT_TEXT("kamailio.token"), -1};
        access[1] = (struct att_access){ATT_TEXT("wallboard"), ATT_ROLE_OBSERVER, ATT_TEXT_NONE,
                                        998};
        config->skills = skills;
        config->skill_count = 3;
        config->channels = channels;
        config->channel_count = 2;
        config->channels_open = false;
        config->tiers = tiers;
        config->tier_count = 2;
        config->profiles = profiles;
        config->profile_count = 1;
        config->teams = teams;
        config->team_count = 1;
        config->agents = agents;
        config->agent_count = 3;
        config->pause_reasons = values;
        config->pause_reason_count = 2;
        config->dispositions = values;
        config->disposition_count = 1;
        config->policies = policies;
        config->policy_count = 1;
        config->queues = queues;
        config->queue_count = 2;
        config->hours = hours;
        config->hours_count = 1;
        config->intake = intake;
        config->intake_count = 1;
        config->otherwise = 1;
        config->intents = intents;
        config->intent_count = 1;
        config->access = access;
        config->access_count = 2;
        att_config_seal(config);
        return config;
}

START_TEST(a_configuration_comes_back_with_its_digest_and_the_same_bytes)
{
        struct att_config *config = make_config();
        const struct att_config *read = NULL;
        struct att_buffer bytes = {0};
        struct att_buffer again = {0};

        att_journal_put_config(&bytes, config);
        ck_assert_int_eq(att_journal_take_config(att_buffer_text(&bytes), &read), ATT_JOURNAL_OK);
        ck_assert(att_digest_equals(read->digest, config->digest));
        /* Nothing is left out that the digest does not cover, either. */
        att_journal_put_config(&again, read);
        ck_assert_uint_eq(again.len, bytes.len);
        ck_assert_mem_eq(again.data, bytes.data, bytes.len);
        ck_assert_ptr_null(read->agents[1].limits);
        ck_assert_uint_eq(read->agents[0].limits[0], ATT_LIMIT_OFF);
        ck_assert_uint_eq(read->agents[0].limits[1], 3);
        ck_assert_int_eq(read->agents[0].levels[1], 10);
        ck_assert_uint_eq(read->queues[0].steps[1].move_to, 1);
        ck_assert_uint_eq(read->queues[1].hours, ATT_NONE);
        ck_assert_int_eq(read->access[0].uid, -1);
        ck_assert(att_text_equals_c(read->access[0].token_file, "kamailio.token"));
        att_config_unref(read);
        att_config_unref(config);
        att_buffer_deinit(&bytes);
        att_buffer_deinit(&again);
}
END_TEST

/* What is in the repository to start from is the richest that there is. */
START_TEST(the_example_configuration_comes_back)
{
        char *path ATT_CLEANUP(att_free_pointer) = test_source_path("config/example.yaml");
        struct att_config_errors errors = {0};
        const struct att_config *config = NULL;
        const struct att_config *read = NULL;
        struct att_buffer bytes = {0};
        struct att_buffer again = {0};

        ck_assert_int_eq(att_config_load_path(path, INT64_C(1700000000000), &errors, &config), 0);
        att_journal_put_config(&bytes, config);
        ck_assert_int_eq(att_journal_take_config(att_buffer_text(&bytes), &read), ATT_JOURNAL_OK);
        ck_assert(att_digest_equals(read->digest, config->digest));
        att_journal_put_config(&again, read);
        ck_assert_uint_eq(again.len, bytes.len);
        ck_assert_mem_eq(again.data, bytes.data, bytes.len);
        att_config_unref(read);
        att_config_unref(config);
        att_config_errors_deinit(&errors);
        att_buffer_deinit(&bytes);
        att_buffer_deinit(&again);
}
END_TEST

START_TEST(an_empty_configuration_comes_back)
{
        struct att_config *config = att_config_new();
        const struct att_config *read = NULL;
        struct att_buffer bytes = {0};

        att_config_seal(config);
        att_journal_put_config(&bytes, config);
        ck_assert_int_eq(att_journal_take_config(att_buffer_text(&bytes), &read), ATT_JOURNAL_OK);
        ck_assert(att_digest_equals(read->digest, config->digest));
        ck_assert_uint_eq(read->otherwise, ATT_NONE);
        att_config_unref(read);
        att_config_unref(config);
        att_buffer_deinit(&bytes);
}
END_TEST

START_TEST(a_reload_is_journaled_as_any_command)
{
        struct att_config *config = make_config();
        struct att_journal_reader reader = {0};
        struct att_journal_writer writer;
        struct att_buffer bytes = {0};
        struct att_command command = {.kind = ATT_CMD_CONFIG, .seq = 5, .at_ms = 17};
        struct att_command tick = {.kind = ATT_CMD_TICK, .seq = 6, .at_ms = 18};
        struct att_command read;

        command.config = config;
        command.front_end = ATT_TEXT("ops");
        att_journal_batch_begin(&writer, &bytes, 5, 1);
        att_journal_batch_add(&writer, &command);
        att_journal_batch_add(&writer, &tick);
        att_journal_batch_end(&writer, (struct att_digest){1, 2});
        ck_assert_int_eq(att_journal_reader_open(&reader, att_buffer_text(&bytes)), ATT_JOURNAL_OK);
        ck_assert_int_eq(att_journal_reader_next(&reader, &read), ATT_JOURNAL_OK);
        ck_assert_int_eq(read.kind, ATT_CMD_CONFIG);
        ck_assert_int_eq(read.at_ms, 17);
        ck_assert(att_text_equals_c(read.front_end, "ops"));
        ck_assert(att_digest_equals(read.config->digest, config->digest));
        ck_assert_int_eq(att_journal_reader_next(&reader, &read), ATT_JOURNAL_OK);
        ck_assert_int_eq(read.kind, ATT_CMD_TICK);
        ck_assert_int_eq(read.at_ms, 18);
        att_journal_reader_deinit(&reader);
        att_config_unref(config);
        att_buffer_deinit(&bytes);
}
END_TEST

START_TEST(a_damaged_configuration_is_malformed_never_another_one)
{
        struct att_config *config = make_config();
        struct att_buffer bytes = {0};
        struct att_rng rng;
        unsigned accepted = 0;

        att_rng_seed(&rng, 1);
        att_journal_put_config(&bytes, config);
        for (int round = 0; round < 20000; round++) {
                const struct att_config *read = NULL;
                const size_t at = (size_t)att_rng_below(&rng, bytes.len);
                const char was = bytes.data[at];

                bytes.data[at] = (char)att_rng_below(&rng, 256);
                if (att_journal_take_config(att_buffer_text(&bytes), &read) == ATT_JOURNAL_OK) {
                        /* Unchanged, or in what the digest leaves out: who has access,
                         * and the times that rules come to. */
                        ck_assert(att_digest_equals(read->digest, config->digest));
                        accepted += bytes.data[at] != was;
                        att_config_unref(read);
                }
                bytes.data[at] = was;
        }
        ck_assert_uint_lt(accepted, 2000);
        for (size_t len = 0; len < bytes.len; len++) {
                const struct att_config *read = NULL;
                const enum att_journal_result result = att_journal_take_config(
                        (struct att_text){bytes.data, len}, &read);

                if (result == ATT_JOURNAL_OK) {
                        att_config_unref(read);
                }
        }
        att_config_unref(config);
        att_buffer_deinit(&bytes);
}
END_TEST

START_TEST(a_torn_or_damaged_batch_is_malformed)
{
        struct random_message random = {0};
        struct att_journal_reader reader = {0};
        struct att_journal_writer writer;
        struct att_buffer bytes = {0};
        struct att_command command;

        att_rng_seed(&random.rng, 3);
        att_journal_batch_begin(&writer, &bytes, 1, 1);
        for (uint64_t seq = 1; seq <= 20; seq++) {
                command = make_command(&random, ATT_CMD_CONTACT_ADD, seq);
                att_journal_batch_add(&writer, &command);
        }
        att_journal_batch_end(&writer, (struct att_digest){1, 2});
        for (size_t len = 0; len + 18 < bytes.len; len++) {
                ck_assert_int_eq(
                        att_journal_reader_open(&reader, (struct att_text){bytes.data, len}),
                        ATT_JOURNAL_MALFORMED);
        }
        for (int round = 0; round < 5000; round++) {
                const size_t at = (size_t)att_rng_below(&random.rng, bytes.len);
                const char was = bytes.data[at];

                bytes.data[at] = (char)att_rng_below(&random.rng, 256);
                if (att_journal_reader_open(&reader, att_buffer_text(&bytes)) == ATT_JOURNAL_OK) {
                        while (att_journal_reader_next(&reader, &command) == ATT_JOURNAL_OK) {
                        }
                }
                bytes.data[at] = was;
        }
        att_journal_reader_deinit(&reader);
        att_arena_deinit(&random.arena);
        att_buffer_deinit(&bytes);
}
END_TEST

START_TEST(what_a_newer_program_wrote_is_told_apart_from_damage)
{
        struct att_journal_reader reader = {0};
        struct att_command command;

        /* Format 2; then a batch of one command of an unknown kind. */
        ck_assert_int_eq(att_journal_reader_open(&reader, ATT_TEXT("\x08\x02\x18\x01")),
                         ATT_JOURNAL_FORMAT_UNKNOWN);
        ck_assert_int_eq(att_journal_reader_open(
                                 &reader, ATT_TEXT("\x08\x01\x18\x01\x22\x05\x08\x01\x9a\x06\x00"
                                                   "\x28\x01")),
                         ATT_JOURNAL_OK);
        ck_assert_int_eq(att_journal_reader_next(&reader, &command), ATT_JOURNAL_FORMAT_UNKNOWN);
        att_journal_reader_deinit(&reader);
}
END_TEST

static void add_out_of_order(void *context)
{
        struct att_buffer bytes = {0};
        struct att_journal_writer writer;
        const struct att_command command = {.kind = ATT_CMD_TICK, .seq = 7};

        (void)context;
        att_journal_batch_begin(&writer, &bytes, 5, 1);
        att_journal_batch_add(&writer, &command);
}

START_TEST(a_command_out_of_order_is_a_broken_program)
{
        ck_assert(test_aborts(add_out_of_order, NULL));
}
END_TEST

ATT_TEST_MAIN("wire journal", every_kind_of_command_comes_back_as_it_was,
              the_journal_keeps_what_a_front_end_would_be_refused,
              a_configuration_comes_back_with_its_digest_and_the_same_bytes,
              the_example_configuration_comes_back, an_empty_configuration_comes_back,
              a_reload_is_journaled_as_any_command,
              a_damaged_configuration_is_malformed_never_another_one,
              a_torn_or_damaged_batch_is_malformed,
              what_a_newer_program_wrote_is_told_apart_from_damage,
              a_command_out_of_order_is_a_broken_program)
