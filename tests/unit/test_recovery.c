/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/recovery.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/util.h"
#include "lib/wire/journal.h"
#include "lib/wire/message.h"
#include "tests/support/main.h"

/* A journal that an engine wrote, batch by batch. */
struct fixture {
        char dir[64];
        struct att_core *core;
        struct att_journal *journal;
        struct att_buffer records;
        struct att_buffer why;
        struct front_ends front_ends;
        int64_t now_ms;
};

static void set_up(struct fixture *fixture, uint32_t behaviour)
{
        struct att_journal_position end = {0};
        struct att_journal_options options = {.behaviour = behaviour};

        *fixture = (struct fixture){.dir = "/tmp/attune-recovery-XXXXXX", .now_ms = 1000000};
        ck_assert_ptr_nonnull(mkdtemp(fixture->dir));
        options.dir = fixture->dir;
        ck_assert_int_eq(att_journal_open(&options, &end, &fixture->journal, &fixture->why), 0);
        fixture->core = att_core_new();
        front_ends_init(&fixture->front_ends);
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
        (void)status;
        (void)kind;
        (void)walk;
        return remove(path);
}

static void tear_down(struct fixture *fixture)
{
        att_journal_close(fixture->journal);
        att_core_free(fixture->core);
        att_buffer_deinit(&fixture->records);
        att_buffer_deinit(&fixture->why);
        front_ends_deinit(&fixture->front_ends);
        ck_assert_int_eq(nftw(fixture->dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/* One command a batch; with `lie`, its effects are said to have been others. */
static void write_command(struct fixture *fixture, struct att_command *command, bool lie)
{
        struct att_effects effects = {0};
        struct att_digester digester;
        struct att_journal_writer encoder;
        struct att_batch batch;

        command->seq = att_core_seq(fixture->core) + 1;
        command->at_ms = fixture->now_ms += 1000;
        att_core_step(fixture->core, command, &effects);
        att_digester_init(&digester);
        att_effects_digest(&effects, &digester);
        att_digester_add_u64(&digester, 0);
        if (!lie) {
                att_digester_init(&digester);
                att_effects_digest(&effects, &digester);
        }
        att_buffer_clear(&fixture->records);
        att_journal_batch_begin(&encoder, &fixture->records, command->seq, ATT_CORE_BEHAVIOUR);
        att_journal_batch_add(&encoder, command);
        att_journal_batch_end(&encoder, att_digester_finish(&digester));
        batch = (struct att_batch){
                .first_seq = command->seq,
                .last_seq = command->seq,
                .time_ms = command->at_ms,
                .records = att_buffer_text(&fixture->records),
                .effects = att_digester_finish(&digester),
        };
        att_journal_append(fixture->journal, &batch);
        ck_assert_int_eq(att_journal_wait(fixture->journal, &fixture->why), ATT_APPEND_DURABLE);
        att_effects_deinit(&effects);
}

static void write_config(struct fixture *fixture)
{
        struct att_config *config = att_config_new();
        struct att_command command;

        config->contacts_max = 10;
        config->customers_max = 10;
        config->offers_per_contact = 10;
        config->strain_half_life_ms = 1000;
        config->otherwise = ATT_NONE;
        config->channels_open = true;
        att_config_seal(config);
        att_wire_command_init(&command, ATT_CMD_CONFIG);
        command.config = config;
        write_command(fixture, &command, false);
        att_config_unref(config);
}

static void write_plain(struct fixture *fixture, enum att_command_kind kind, const char *front_end,
                        bool lie)
{
        struct att_command command;

        att_wire_command_init(&command, kind);
        command.front_end = att_text_from(front_end);
        write_command(fixture, &command, lie);
}

static int recover(struct fixture *fixture, struct recovery *recovery)
{
        int error;

        att_buffer_clear(&fixture->why);
        recovery->dir = fixture->dir;
        recovery->core = att_core_new();
        recovery->front_ends = &fixture->front_ends;
        error = recovery_run(recovery, &fixture->why);
        if (error == 0) {
                ck_assert(att_digest_equals(att_core_digest(recovery->core),
                                            att_core_digest(fixture->core)));
        }
        att_core_free(recovery->core);
        return error;
}

static void check_says(const struct fixture *fixture, const char *what)
{
        ck_assert_msg(fixture->why.data && strstr(fixture->why.data, what), "'%s' lacks '%s'",
                      fixture->why.data ? fixture->why.data : "", what);
}

START_TEST(a_replay_gives_the_same_state)
{
        struct fixture fixture;
        struct recovery recovery = {0};

        set_up(&fixture, ATT_CORE_BEHAVIOUR);
        write_config(&fixture);
        for (int i = 0; i < 20; i++) {
                write_plain(&fixture, ATT_CMD_TICK, "", false);
        }
        ck_assert_int_eq(recover(&fixture, &recovery), 0);
        ck_assert_uint_eq(recovery.end.seq, 21);
        ck_assert_uint_eq(recovery.commands, 21);
        tear_down(&fixture);
}
END_TEST

START_TEST(an_empty_journal_is_a_beginning)
{
        struct fixture fixture;
        struct recovery recovery = {0};

        set_up(&fixture, ATT_CORE_BEHAVIOUR);
        ck_assert_int_eq(recover(&fixture, &recovery), 0);
        ck_assert_uint_eq(recovery.end.seq, 0);
        tear_down(&fixture);
}
END_TEST

START_TEST(other_effects_are_refused_with_their_place_and_what_to_run)
{
        struct fixture fixture;
        struct recovery recovery = {0};

        set_up(&fixture, ATT_CORE_BEHAVIOUR);
        write_config(&fixture);
        write_plain(&fixture, ATT_CMD_TICK, "", true);
        write_plain(&fixture, ATT_CMD_TICK, "", false);
        ck_assert_int_eq(recover(&fixture, &recovery), -ESTALE);
        check_says(&fixture, "commands 2 to 2 now have other effects than they had");
        check_says(&fixture, "--accept-differences");
        tear_down(&fixture);
}
END_TEST

START_TEST(accepted_differences_are_replayed_and_not_asked_about_again)
{
        struct fixture fixture;
        struct recovery recovery = {.accept_differences = true};

        set_up(&fixture, ATT_CORE_BEHAVIOUR);
        write_config(&fixture);
        write_plain(&fixture, ATT_CMD_TICK, "", true);
        ck_assert_int_eq(recover(&fixture, &recovery), 0);
        ck_assert_uint_eq(recovery.differences, 1);
        recovery = (struct recovery){.accepted_seq = 2};
        ck_assert_int_eq(recover(&fixture, &recovery), 0);
        recovery = (struct recovery){.accepted_seq = 1};
        ck_assert_int_eq(recover(&fixture, &recovery), -ESTALE);
        tear_down(&fixture);
}
END_TEST

START_TEST(another_behaviour_is_not_replayed_in_silence)
{
        struct fixture fixture;
        struct recovery recovery = {0};

        set_up(&fixture, ATT_CORE_BEHAVIOUR + 1);
        write_config(&fixture);
        ck_assert_int_eq(recover(&fixture, &recovery), -ESTALE);
        check_says(&fixture, "an engine of another behaviour");
        recovery = (struct recovery){.accept_differences = true};
        ck_assert_int_eq(recover(&fixture, &recovery), 0);
        tear_down(&fixture);
}
END_TEST

START_TEST(who_was_there_is_known_after_a_replay)
{
        struct fixture fixture;
        struct recovery recovery = {0};

        set_up(&fixture, ATT_CORE_BEHAVIOUR);
        write_config(&fixture);
        write_plain(&fixture, ATT_CMD_FRONT_END_BACK, "pbx", false);
        write_plain(&fixture, ATT_CMD_FRONT_END_BACK, "chat", false);
        write_plain(&fixture, ATT_CMD_FRONT_END_LOST, "chat", false);
        ck_assert_int_eq(recover(&fixture, &recovery), 0);
        ck_assert(front_ends_find(&fixture.front_ends, ATT_TEXT("pbx"))->is_present);
        ck_assert(!front_ends_find(&fixture.front_ends, ATT_TEXT("chat"))->is_present);
        ck_assert_int_eq(front_ends_find(&fixture.front_ends, ATT_TEXT("chat"))->lost_ms,
                         fixture.now_ms);
        tear_down(&fixture);
}
END_TEST

ATT_TEST_MAIN("recovery", a_replay_gives_the_same_state, an_empty_journal_is_a_beginning,
              other_effects_are_refused_with_their_place_and_what_to_run,
              accepted_differences_are_replayed_and_not_asked_about_again,
              another_behaviour_is_not_replayed_in_silence, who_was_there_is_known_after_a_replay)
