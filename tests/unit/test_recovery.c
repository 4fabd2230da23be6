/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/recovery.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "daemon/read_ahead.h"
#include "daemon/replay.h"
#include "daemon/state.h"
#include "lib/base/util.h"
#include "lib/store/blame.h"
#include "lib/store/files.h"
#include "lib/store/snapshot.h"
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
        ck_assert_int_eq(att_journal_open(&options, &end, NULL, &fixture->journal, &fixture->why),
                         0);
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

static struct att_config *make_config(void)
{
        struct att_config *config = att_config_new();

        config->contacts_max = 10;
        config->customers_max = 10;
        config->offers_per_contact = 10;
        config->strain_half_life_ms = 1000;
        config->otherwise = ATT_NONE;
        config->channels_open = true;
        att_config_seal(config);
        return config;
}

static void write_config(struct fixture *fixture)
{
        struct att_config *config = make_config();
        struct att_command command;

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

/* ---- Snapshots: an engine that a test can save ---- */

/* "Saved" is how many of the fixture's commands there were; loading steps them again. */
static struct att_command kept[64];
static uint32_t kept_count;
static const struct att_config *kept_config; /* Without a queue it is refused, and not in force. */
static int loads;

static void keep(const struct att_command *command)
{
        kept[kept_count++] = *command;
}

static void save_count(const struct att_core *core, struct att_buffer *into)
{
        att_buffer_append_uint(into, att_core_seq(core));
}

static struct att_core *load_count(struct att_text bytes, const struct att_config *config,
                                   struct att_buffer *why)
{
        struct att_effects effects = {0};
        struct att_core *core = att_core_new();
        uint64_t count = strtoull(bytes.data, NULL, 10);

        loads++;
        if (count == 0 || count > kept_count) {
                att_buffer_append_c(why, "no such engine");
                att_core_free(core);
                return NULL;
        }
        for (uint64_t i = 0; i < count; i++) {
                struct att_command command = kept[i];

                if (command.kind == ATT_CMD_CONFIG) {
                        command.config = config ? config : kept_config;
                }
                att_core_step(core, &command, &effects);
        }
        att_effects_deinit(&effects);
        return core;
}

static const struct state_codec codec = {.save = save_count, .load = load_count};

/* The configuration, a front end, and ticks: commands 1..count, kept for the codec. */
static void write_kept(struct fixture *fixture, int count)
{
        struct att_command command;

        kept_count = 0;
        att_wire_command_init(&command, ATT_CMD_CONFIG);
        command.config = kept_config = make_config();
        write_command(fixture, &command, false);
        keep(&command);
        for (int i = 2; i <= count; i++) {
                att_wire_command_init(&command, i == 2 ? ATT_CMD_FRONT_END_BACK : ATT_CMD_TICK);
                command.front_end = i == 2 ? ATT_TEXT("pbx") : ATT_TEXT_NONE;
                write_command(fixture, &command, false);
                keep(&command);
        }
}

/* Saves the state after the last command that was written. */
static void save_state(struct fixture *fixture)
{
        const struct att_journal_position at = att_journal_end(fixture->journal);
        struct front_ends front_ends;

        front_ends_init(&front_ends);
        front_ends_get(&front_ends, ATT_TEXT("pbx"))->is_present = true;
        seat_move(seats_get(&front_ends, ATT_TEXT("ann")),
                  front_ends_get(&front_ends, ATT_TEXT("pbx")));
        ck_assert_int_eq(
                state_save(fixture->dir, &codec, fixture->core, &front_ends, &at, &fixture->why),
                0);
        front_ends_deinit(&front_ends);
}

static void write_ticks(struct fixture *fixture, int count, bool lie)
{
        struct att_command command;

        for (int i = 0; i < count; i++) {
                att_wire_command_init(&command, ATT_CMD_TICK);
                write_command(fixture, &command, lie);
                keep(&command);
        }
}

START_TEST(a_start_goes_on_from_the_newest_snapshot)
{
        struct fixture fixture;
        struct recovery recovery = {.codec = &codec};

        set_up(&fixture, ATT_CORE_BEHAVIOUR);
        write_kept(&fixture, 10);
        save_state(&fixture);
        write_ticks(&fixture, 5, false);
        save_state(&fixture);
        write_ticks(&fixture, 3, false);
        ck_assert_int_eq(recover(&fixture, &recovery), 0);
        ck_assert_uint_eq(recovery.snapshot_seq, 15);
        ck_assert_uint_eq(recovery.commands, 3);
        ck_assert_uint_eq(recovery.end.seq, 18);
        ck_assert(front_ends_find(&fixture.front_ends, ATT_TEXT("pbx"))->is_present);
        ck_assert_ptr_eq(seats_find(&fixture.front_ends, ATT_TEXT("ann"))->home,
                         front_ends_find(&fixture.front_ends, ATT_TEXT("pbx")));
        tear_down(&fixture);
}
END_TEST

START_TEST(a_snapshot_at_the_end_of_the_journal_is_the_state)
{
        struct fixture fixture;
        struct recovery recovery = {.codec = &codec};

        set_up(&fixture, ATT_CORE_BEHAVIOUR);
        write_kept(&fixture, 10);
        save_state(&fixture);
        ck_assert_int_eq(recover(&fixture, &recovery), 0);
        ck_assert_uint_eq(recovery.commands, 0);
        ck_assert_uint_eq(recovery.end.seq, 10);
        ck_assert(att_digest_equals(recovery.end.chain, att_journal_end(fixture.journal).chain));
        ck_assert_int_eq(recovery.end.time_ms, fixture.now_ms);
        tear_down(&fixture);
}
END_TEST

static void damage(struct fixture *fixture, uint64_t seq)
{
        char *path = att_snapshot_path(fixture->dir, seq);
        FILE *file = fopen(path, "r+");

        ck_assert_ptr_nonnull(file);
        ck_assert_int_eq(fseek(file, 60, SEEK_SET), 0);
        ck_assert_int_eq(fputs("damage", file) < 0, 0);
        (void)fclose(file);
        free(path);
}

START_TEST(damaged_snapshots_are_fallen_back_from_to_the_whole_journal)
{
        struct fixture fixture;
        struct recovery recovery = {.codec = &codec};

        set_up(&fixture, ATT_CORE_BEHAVIOUR);
        write_kept(&fixture, 10);
        save_state(&fixture);
        write_ticks(&fixture, 5, false);
        save_state(&fixture);
        damage(&fixture, 15);
        ck_assert_int_eq(recover(&fixture, &recovery), 0);
        ck_assert_uint_eq(recovery.snapshot_seq, 10);
        ck_assert_uint_eq(recovery.commands, 5);
        damage(&fixture, 10);
        recovery = (struct recovery){.codec = &codec};
        ck_assert_int_eq(recover(&fixture, &recovery), 0);
        ck_assert_uint_eq(recovery.snapshot_seq, 0);
        ck_assert_uint_eq(recovery.commands, 15);
        tear_down(&fixture);
}
END_TEST

START_TEST(a_snapshot_whose_engine_has_another_digest_is_not_taken)
{
        struct fixture fixture;
        struct recovery recovery = {.codec = &codec};

        set_up(&fixture, ATT_CORE_BEHAVIOUR);
        write_kept(&fixture, 10);
        save_state(&fixture);
        kept[9].at_ms += 1; /* It will be loaded as something else than was saved. */
        loads = 0;
        ck_assert_int_eq(recover(&fixture, &recovery), 0);
        ck_assert_int_eq(loads, 1);
        ck_assert_uint_eq(recovery.snapshot_seq, 0);
        ck_assert_uint_eq(recovery.commands, 10);
        tear_down(&fixture);
}
END_TEST

START_TEST(a_journal_that_ends_before_a_snapshot_is_refused)
{
        struct fixture fixture;
        struct recovery recovery = {.codec = &codec};
        struct att_snapshot_loaded loaded = {0};

        set_up(&fixture, ATT_CORE_BEHAVIOUR);
        write_kept(&fixture, 10);
        save_state(&fixture);
        ck_assert_int_eq(att_snapshot_load(fixture.dir, 10, &loaded, &fixture.why), 0);
        loaded.snapshot.at.seq = 40;
        ck_assert_int_eq(att_snapshot_save(fixture.dir, &loaded.snapshot, &fixture.why), 0);
        att_snapshot_loaded_deinit(&loaded);
        ck_assert_int_eq(recover(&fixture, &recovery), -ENODATA);
        check_says(&fixture, "a snapshot of command 40, but the journal ends before it");
        tear_down(&fixture);
}
END_TEST

static void set_behaviour(struct fixture *fixture, uint64_t seq, uint32_t behaviour)
{
        struct att_snapshot_loaded loaded = {0};

        ck_assert_int_eq(att_snapshot_load(fixture->dir, seq, &loaded, &fixture->why), 0);
        loaded.snapshot.behaviour = behaviour;
        loaded.snapshot.state.low++; /* Another engine digests in another way. */
        ck_assert_int_eq(att_snapshot_save(fixture->dir, &loaded.snapshot, &fixture->why), 0);
        att_snapshot_loaded_deinit(&loaded);
}

START_TEST(an_upgrade_begins_with_the_snapshot_of_a_clean_stop_and_refuses_a_tail)
{
        struct fixture fixture;
        struct recovery recovery = {.codec = &codec};

        set_up(&fixture, ATT_CORE_BEHAVIOUR - 1);
        write_kept(&fixture, 10);
        save_state(&fixture);
        set_behaviour(&fixture, 10, ATT_CORE_BEHAVIOUR - 1);
        ck_assert_msg(recover(&fixture, &recovery) == 0, "%s", fixture.why.data);
        ck_assert_uint_eq(recovery.snapshot_seq, 10);
        ck_assert_uint_eq(recovery.commands, 0);
        write_ticks(&fixture, 1, false); /* As after a crash of the old one. */
        ck_assert_int_eq(recover(&fixture, &recovery), -ESTALE);
        check_says(&fixture, "commands 11 to 11 were decided by an engine of another behaviour");
        check_says(&fixture, "--accept-differences");
        tear_down(&fixture);
}
END_TEST

START_TEST(a_snapshot_of_a_newer_engine_is_not_taken)
{
        struct fixture fixture;
        struct recovery recovery = {.codec = &codec};

        set_up(&fixture, ATT_CORE_BEHAVIOUR);
        write_kept(&fixture, 10);
        save_state(&fixture);
        set_behaviour(&fixture, 10, ATT_CORE_BEHAVIOUR + 1);
        ck_assert_int_eq(recover(&fixture, &recovery), 0);
        ck_assert_uint_eq(recovery.snapshot_seq, 0);
        ck_assert_uint_eq(recovery.commands, 10);
        tear_down(&fixture);
}
END_TEST

START_TEST(what_was_decided_before_the_snapshot_is_not_asked_about)
{
        struct fixture fixture;
        struct recovery recovery = {.codec = &codec};

        set_up(&fixture, ATT_CORE_BEHAVIOUR);
        write_kept(&fixture, 10);
        write_ticks(&fixture, 1, true);
        save_state(&fixture);
        write_ticks(&fixture, 1, false);
        ck_assert_int_eq(recover(&fixture, &recovery), 0);
        write_ticks(&fixture, 1, true);
        ck_assert_int_eq(recover(&fixture, &recovery), -ESTALE);
        check_says(&fixture, "commands 13 to 13 now have other effects");
        tear_down(&fixture);
}
END_TEST

/* ---- A command that brings the replay down ---- */

static void write_blame(struct fixture *fixture, const char *text)
{
        ck_assert_int_eq(att_file_replace(fixture->dir, "blamed", att_text_from(text)), 0);
}

START_TEST(a_command_that_brought_the_replay_down_twice_is_left_out)
{
        struct fixture fixture;
        struct att_blame blame;
        struct recovery recovery = {.dir = NULL};
        struct att_core *core;

        set_up(&fixture, ATT_CORE_BEHAVIOUR);
        write_config(&fixture);
        write_plain(&fixture, ATT_CMD_FRONT_END_BACK, "pbx", false);
        write_plain(&fixture, ATT_CMD_FRONT_END_LOST, "pbx", false);
        write_plain(&fixture, ATT_CMD_TICK, "", false);
        write_blame(&fixture, "replay 3 1 \nreplay 2 2 \n");
        att_blame_read(fixture.dir, &blame);
        recovery = (struct recovery){.dir = fixture.dir,
                                     .front_ends = &fixture.front_ends,
                                     .blame = &blame,
                                     .core = att_core_new()};
        ck_assert_msg(recovery_run(&recovery, &fixture.why) == 0, "%s", fixture.why.data);
        core = recovery.core;
        ck_assert_uint_eq(recovery.skipped, 1);
        ck_assert_uint_eq(recovery.end.seq, 4);
        ck_assert_uint_eq(att_core_seq(core), 4);
        ck_assert_int_eq(att_core_now_ms(core), fixture.now_ms);
        ck_assert(!front_ends_find(&fixture.front_ends, ATT_TEXT("pbx"))->is_present);
        att_core_free(core);
        att_blame_close(&blame);
        tear_down(&fixture);
}
END_TEST

START_TEST(front_ends_survive_being_saved_and_damage_is_seen)
{
        struct front_ends front_ends;
        struct front_ends again;
        struct att_buffer bytes = {0};
        struct att_buffer bytes_again = {0};
        int whole = 0;

        front_ends_init(&front_ends);
        front_ends_get(&front_ends, ATT_TEXT("pbx"))->is_present = true;
        front_ends_get(&front_ends, ATT_TEXT("chat"))->lost_ms = 123456789;
        seat_move(seats_get(&front_ends, ATT_TEXT("ann")),
                  front_ends_find(&front_ends, ATT_TEXT("chat")));
        answers_keep(&front_ends.answers,
                     &(struct answer_key){
                             .front_end = ATT_TEXT("pbx"), .client = 3, .request = 4, .what = 5},
                     ATT_TEXT("the answer"));
        state_put_front_ends(&bytes, &front_ends);
        front_ends_init(&again);
        ck_assert(state_take_front_ends(att_buffer_text(&bytes), &again));
        state_put_front_ends(&bytes_again, &again);
        ck_assert(att_text_equals(att_buffer_text(&bytes), att_buffer_text(&bytes_again)));
        front_ends_deinit(&again);
        ck_assert_uint_gt(bytes.len, 40);
        for (size_t len = 0; len < bytes.len; len++) {
                char *cut = att_alloc(len + 1);

                memcpy(cut, bytes.data, len);
                front_ends_init(&again);
                /* Cut between two answers it is whole; anywhere else it is seen. */
                if (state_take_front_ends((struct att_text){cut, len}, &again)) {
                        att_buffer_clear(&bytes_again);
                        state_put_front_ends(&bytes_again, &again);
                        ck_assert_uint_eq(bytes_again.len, len);
                        whole++;
                }
                front_ends_deinit(&again);
                free(cut);
        }
        ck_assert_int_eq(whole, 1);
        att_buffer_deinit(&bytes);
        att_buffer_deinit(&bytes_again);
        front_ends_deinit(&front_ends);
}
END_TEST

/* ---- Read ahead ---- */

/* A batch of so many commands; with `lie`, its effects are said to have been others; `broken_seq`: the
 * command that can't be decoded. */
static void write_many(struct fixture *fixture, uint32_t count, bool lie, uint64_t broken_seq)
{
        const uint64_t first_seq = att_core_seq(fixture->core) + 1;
        struct att_effects effects = {0};
        struct att_digester digester;
        struct att_journal_writer encoder;
        struct att_batch batch;

        att_digester_init(&digester);
        att_buffer_clear(&fixture->records);
        att_journal_batch_begin(&encoder, &fixture->records, first_seq, ATT_CORE_BEHAVIOUR);
        for (uint32_t i = 0; i < count; i++) {
                struct att_command command;

                att_wire_command_init(&command,
                                      i % 3 == 1 ? ATT_CMD_FRONT_END_LOST : ATT_CMD_FRONT_END_BACK);
                command.front_end = ATT_TEXT("pbx");
                command.client = 7;
                command.seq = first_seq + i;
                command.request_id = command.seq;
                command.at_ms = fixture->now_ms += 10;
                att_core_step(fixture->core, &command, &effects);
                att_effects_digest(&effects, &digester);
                if (command.seq == broken_seq) {
                        command.at_ms = 1; /* Before the last one's. */
                }
                att_journal_batch_add(&encoder, &command);
        }
        if (lie) {
                att_digester_add_u64(&digester, 0);
        }
        att_journal_batch_end(&encoder, att_digester_finish(&digester));
        batch = (struct att_batch){
                .first_seq = first_seq,
                .last_seq = first_seq + count - 1,
                .time_ms = fixture->now_ms,
                .records = att_buffer_text(&fixture->records),
                .effects = att_digester_finish(&digester),
        };
        att_journal_append(fixture->journal, &batch);
        ck_assert_int_eq(att_journal_wait(fixture->journal, &fixture->why), ATT_APPEND_DURABLE);
        att_effects_deinit(&effects);
}

struct seen {
        struct replay *replay;
        uint64_t settled;
        uint64_t wanted_seq;
        uint64_t wanted;
        struct att_buffer differences; /* First commands of batches. */
        uint64_t stops_at;
};

static void put_seq(const struct att_core *core, const struct att_command *command,
                    const struct att_effects *effects, struct att_buffer *note)
{
        (void)effects;
        ck_assert_uint_eq(att_core_seq(core), command->seq);
        if (command->seq % 5 != 0) { /* Not about every one. */
                att_buffer_append_uint(note, command->seq);
        }
}

static void take_seq(void *context, const struct att_command *command,
                     const struct att_effects *effects, struct att_text note)
{
        struct seen *seen = context;
        struct att_buffer expected = {0};

        ck_assert_uint_eq(command->seq, ++seen->settled);
        ck_assert_uint_eq(effects->count, 1);
        ck_assert_int_eq(effects->items[0].kind, ATT_EFFECT_REFUSED); /* All that is in there is. */
        ck_assert_str_eq(effects->items[0].what, att_command_kind_word(command->kind));
        if (command->seq % 5 != 0) {
                att_buffer_append_uint(&expected, command->seq);
        }
        ck_assert(att_text_equals(note, att_buffer_text(&expected)));
        att_buffer_deinit(&expected);
}

static bool wants_one(void *context, uint64_t seq)
{
        const struct seen *seen = context;

        return seq == seen->wanted_seq;
}

static int see_batch(void *context, const struct att_stored_batch *batch, struct att_buffer *why)
{
        struct seen *seen = context;

        (void)why;
        seen->wanted++;
        ck_assert_uint_eq(batch->batch.last_seq, seen->wanted_seq);
        ck_assert_uint_eq(att_core_seq(seen->replay->core), seen->wanted_seq);
        ck_assert_uint_eq(seen->replay->batches, 3);
        return 0;
}

static int see_difference(void *context, const struct att_stored_batch *batch,
                          enum replay_difference difference, struct att_buffer *why)
{
        struct seen *seen = context;

        ck_assert_int_eq(difference, REPLAY_OTHER_EFFECTS);
        att_buffer_append_uint(&seen->differences, batch->batch.first_seq);
        att_buffer_append_c(&seen->differences, " ");
        ck_assert_uint_gt(batch->batch.records.len, 0);
        if (batch->batch.first_seq == seen->stops_at) {
                att_buffer_append_c(why, "other effects");
                return -ESTALE;
        }
        return 0;
}

/* Its core is to be freed. */
static int replay_with(struct fixture *fixture, struct replay *replay, struct seen *seen,
                       bool with_thread)
{
        att_buffer_clear(&fixture->why);
        replay->dir = fixture->dir;
        replay->with_thread = with_thread;
        replay->core = att_core_new();
        replay->on_step = put_seq;
        replay->on_settle = take_seq;
        replay->on_difference = see_difference;
        replay->context = seen;
        seen->replay = replay;
        return replay_run(replay, &fixture->why);
}

static void end_replay(struct replay *replay, struct seen *seen)
{
        att_core_free(replay->core);
        replay_deinit(replay);
        att_buffer_deinit(&seen->differences);
}

START_TEST(a_thread_that_reads_ahead_changes_nothing)
{
        struct fixture fixture;

        set_up(&fixture, ATT_CORE_BEHAVIOUR);
        write_config(&fixture);
        write_many(&fixture, 63, false, 0);
        write_many(&fixture, 2 * READ_AHEAD_COMMANDS, false, 0);
        write_config(&fixture);
        write_many(&fixture, 3000, false, 0); /* More than is read ahead. */
        for (int i = 0; i < 40; i++) {
                write_many(&fixture, 1, false, 0);
        }
        for (int with_thread = 0; with_thread < 2; with_thread++) {
                struct seen seen = {.wanted_seq = 1 + 63 + 2 * READ_AHEAD_COMMANDS};
                struct replay replay = {.on_batch = see_batch, .wants_batch = wants_one};

                ck_assert_msg(replay_with(&fixture, &replay, &seen, with_thread) == 0, "%s",
                              fixture.why.data);
                ck_assert(att_digest_equals(att_core_digest(replay.core),
                                            att_core_digest(fixture.core)));
                ck_assert_uint_eq(seen.wanted, 1);
                ck_assert_uint_eq(seen.differences.len, 0);
                ck_assert_uint_eq(replay.commands, att_core_seq(fixture.core));
                ck_assert_uint_eq(replay.batches, 45);
                ck_assert_uint_eq(replay.end.seq, att_core_seq(fixture.core));
                ck_assert_uint_eq(seen.settled, replay.commands);
                end_replay(&replay, &seen);
        }
        tear_down(&fixture);
}
END_TEST

START_TEST(a_replay_that_stops_ends_where_its_last_batch_does)
{
        struct fixture fixture;

        set_up(&fixture, ATT_CORE_BEHAVIOUR);
        write_config(&fixture);
        for (int i = 0; i < 9; i++) {
                write_many(&fixture, 100, false, 0);
        }
        for (int with_thread = 0; with_thread < 2; with_thread++) {
                struct seen seen = {0};
                struct replay replay = {.stop_seq = 150};

                ck_assert_int_eq(replay_with(&fixture, &replay, &seen, with_thread), 0);
                ck_assert_uint_eq(replay.end.seq, 201);
                ck_assert_uint_eq(att_core_seq(replay.core), 201);
                ck_assert_uint_eq(replay.batches, 3);
                ck_assert_uint_ge(seen.settled, 200);
                end_replay(&replay, &seen);
        }
        tear_down(&fixture);
}
END_TEST

START_TEST(what_differs_is_told_in_order_and_before_what_is_broken_after_it)
{
        struct fixture fixture;

        set_up(&fixture, ATT_CORE_BEHAVIOUR);
        write_config(&fixture);
        write_many(&fixture, 10, false, 0);
        write_many(&fixture, 70, true, 0); /* 12 to 81 */
        write_many(&fixture, 10, true, 0); /* 82 to 91 */
        write_many(&fixture, 10, false, 95);
        for (int with_thread = 0; with_thread < 2; with_thread++) {
                struct seen seen = {.stops_at = 82};
                struct replay replay = {.core = NULL};

                ck_assert_int_eq(replay_with(&fixture, &replay, &seen, with_thread), -ESTALE);
                ck_assert_str_eq(fixture.why.data, "other effects");
                ck_assert_str_eq(seen.differences.data, "12 82 ");
                ck_assert_uint_eq(replay.batches, 4);
                ck_assert_uint_eq(replay.end.seq, 91);
                end_replay(&replay, &seen);

                seen = (struct seen){.stops_at = 0};
                replay = (struct replay){.core = NULL};
                ck_assert_int_eq(replay_with(&fixture, &replay, &seen, with_thread), -EBADMSG);
                check_says(&fixture, "commands 92 to 101 can't be read at command 95");
                ck_assert_str_eq(seen.differences.data, "12 82 ");
                end_replay(&replay, &seen);
        }
        tear_down(&fixture);
}
END_TEST

ATT_TEST_MAIN("recovery", a_replay_gives_the_same_state, an_empty_journal_is_a_beginning,
              other_effects_are_refused_with_their_place_and_what_to_run,
              accepted_differences_are_replayed_and_not_asked_about_again,
              another_behaviour_is_not_replayed_in_silence, who_was_there_is_known_after_a_replay,
              a_start_goes_on_from_the_newest_snapshot,
              a_snapshot_at_the_end_of_the_journal_is_the_state,
              damaged_snapshots_are_fallen_back_from_to_the_whole_journal,
              a_snapshot_whose_engine_has_another_digest_is_not_taken,
              a_journal_that_ends_before_a_snapshot_is_refused,
              an_upgrade_begins_with_the_snapshot_of_a_clean_stop_and_refuses_a_tail,
              a_snapshot_of_a_newer_engine_is_not_taken,
              what_was_decided_before_the_snapshot_is_not_asked_about,
              a_command_that_brought_the_replay_down_twice_is_left_out,
              front_ends_survive_being_saved_and_damage_is_seen,
              a_thread_that_reads_ahead_changes_nothing,
              a_replay_that_stops_ends_where_its_last_batch_does,
              what_differs_is_told_in_order_and_before_what_is_broken_after_it)
