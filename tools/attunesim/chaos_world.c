/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the linker puts in the place of a few functions of ours (`--wrap`), to look on: every step of the
 * engine, the journal's opening and its batches. None of them changes what is done, but for a planted bug.
 */
#include "tools/attunesim/chaos_world.h"

#include <inttypes.h>
#include <malloc.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/answers.h"
#include "daemon/app.h"
#include "daemon/dispatch.h"
#include "daemon/execute.h"
#include "daemon/replay.h"
#include "daemon/snapshots.h"
#include "daemon/state.h"
#include "lib/base/util.h"
#include "lib/core/core.h"
#include "lib/store/journal.h"
#include "lib/store/reader.h"
#include "lib/store/snapshot.h"
#include "lib/wire/codec.h"
#include "tools/attunesim/chaos_centre.h"
#include "tools/attunesim/chaos_client.h"
#include "tools/attunesim/chaos_disk.h"
#include "tools/attunesim/chaos_uv.h"
#include "tools/attunesim/chaos_vfs.h"
#include "tools/attunesim/chaos_watch.h"
#include "tools/attunesim/chaos_wrap.h"

#define SECOND_US   INT64_C(1000000)
#define CONFIG_PATH DISK_ROOT "/attune.yaml"
#define POINTS_MAX  64
/* After so many batches the state's digest is kept; after so many commands the engine recounts itself. */
#define DIGEST_EVERY 8
#define CHECK_EVERY  16
#define KNOWN_BITS   16
#define KNOWN_MAX    (1u << KNOWN_BITS)
/* A Tuesday morning. */
#define WALL_US (INT64_C(1704185990) * SECOND_US)
/* Of commands that starts decide again, so many for each new one. */
#define REPLAYED_PER_COMMAND 1
/* After which time without new contacts nobody may wait any more. */
#define QUIET_US (INT64_C(3600) * SECOND_US)
/* A writer that lives so long after an error of its disk was not hurt by it. */
#define OUTLIVED_US (3 * SECOND_US)
#define FAST_PACE   25             /* Centres that are so fast go on for longer. */
#define LEAVE_MS    INT64_C(90000) /* Until a front end that is gone is given up for certain. */
/* A stop waits for last words to be read, a slow disk, a machine that stands still: for much less. */
#define STOP_US (300 * SECOND_US)

/* A command after which the state is known. */
struct point {
        uint64_t seq;
        bool has_digest; /* It costs as much as all else about a command: some have none. */
        struct att_digest digest;
};

#define LOST UINT64_MAX /* The command was never durable: it may be decided again. */

/* A request that was answered, or decided. */
struct known {
        uint64_t key; /* 0: none. */
        uint64_t value;
        uint64_t what; /* A command asks for (daemon/answers.h). */
};

enum phase { PHASE_BUSY, PHASE_LEAVING, PHASE_CALM, PHASE_STOPPING };

static struct {
        const struct world_options *options;
        struct att_rng rng;
        struct att_rng config_rng;
        struct centre centre;
        bool is_on;
        bool is_judged; /* By the oracle. */

        /* The life of the daemon that is. */
        struct app *app; /* From its listening on; NULL before. */
        const struct att_core *core;
        bool is_replaying;
        bool is_aside;         /* Another engine is at work: the maker of a snapshot's, a test's. */
        uint64_t replays_from; /* This start's first command is after this one. */
        int64_t keep_ms;
        bool must_save; /* What the watch knows at the end of the batch that is being collected. */
        sigjmp_buf abort_to;
        enum chaos_fault ends_by; /* The armed fault that will end this life. */
        enum chaos_place struck_place;
        int64_t struck_us; /* It was felt, and nothing has come of it yet; 0: no. */
        int64_t stops_us;  /* Since when it stops; 0: it doesn't. */
        bool must_die;
        bool must_stop;
        int64_t slow_until_us;
        int64_t next_fault_us;
        int64_t stand_still_us;
        struct att_scratch scratch;

        /* The era. */
        uint64_t era_end; /* In commands. */
        uint64_t era_replayed;
        uint64_t era_began;
        uint64_t last_seq;  /* When the last life ended. */
        uint32_t commit_us; /* A commit takes less than so much longer than it must. */
        uint64_t released_seq;
        uint64_t durable_seq;
        struct point points[POINTS_MAX];
        size_t next_point;
        struct known answered[KNOWN_MAX];
        struct known stepped[KNOWN_MAX];
        uint64_t stepped_seq; /* The last command in it. */
        uint64_t strays;      /* Bits of agents who are signed in where they don't belong. */
        uint64_t snapshot_commands;
        int64_t last_at_ms;
        enum phase phase;
        int64_t phase_until_us;
        int64_t tend_us;
        bool was_stopped;
        bool config_is_wrong; /* On the disk. */
        struct disk_tap *taps;
} world;

const struct world_oracle *world_oracle;

static uint32_t below(uint32_t bound)
{
        return (uint32_t)att_rng_below(&world.rng, bound);
}

static bool ends_life(enum chaos_fault fault)
{
        return fault <= CHAOS_DISK_FULL || fault == CHAOS_SECOND_WRITER || fault == CHAOS_STOP;
}

static bool may(enum chaos_fault fault)
{
        if (world.is_judged && (ends_life(fault) || fault == CHAOS_PAUSE)) {
                return false;
        }
        return world.phase == PHASE_BUSY && world.options->faults >> fault & 1;
}

static struct chaos_figures *figures(void)
{
        return &chaos_result->figures;
}

static void note_fault(enum chaos_fault fault, enum chaos_place journal)
{
        figures()->faults++;
        figures()->by_fault[fault]++;
        chaos_covered(fault, journal);
        watch_cover(fault);
        clients_cover(fault);
}

static enum chaos_place journal_place(void)
{
        if (!world.app) {
                return CHAOS_JOURNAL_READS;
        }
        if (chaos_uv_is_expecting()) {
                return writer_collected(&world.app->writer) > 0 ? CHAOS_JOURNAL_COLLECTS
                                                                : CHAOS_JOURNAL_WRITES;
        }
        return chaos_thread_waits() ? CHAOS_JOURNAL_SEALS : CHAOS_JOURNAL_IDLE;
}

static void cover_journal(enum chaos_fault fault)
{
        chaos_covered(fault, journal_place());
}

/* The disk fails: whoever it was that wanted something of it. */
static void on_strike(void)
{
        if (!world.app) {
                world.struck_place = CHAOS_JOURNAL_READS;
        } else if (chaos_thread_runs()) {
                world.struck_place = CHAOS_JOURNAL_SEALS;
        } else if (chaos_is_in_thread()) {
                world.struck_place = writer_collected(&world.app->writer) > 0
                                             ? CHAOS_JOURNAL_COLLECTS
                                             : CHAOS_JOURNAL_WRITES;
        } else { /* A snapshot is being made. */
                world.struck_place = CHAOS_JOURNAL_IDLE;
        }
}

/* ---- Requests that are known (S13) ---- */

static uint64_t key_of(struct att_text front_end, uint64_t client, uint64_t request)
{
        struct att_digester digester;
        uint64_t key;

        att_digester_init(&digester);
        att_digester_add_text(&digester, front_end);
        att_digester_add_u64(&digester, client);
        att_digester_add_u64(&digester, request);
        key = att_digester_finish(&digester).low;
        return key ? key : 1;
}

/* NULL: the table is full. A new one has the key 0. */
static struct known *find_known(struct known *table, uint64_t key)
{
        uint32_t at = (uint32_t)(key & (KNOWN_MAX - 1));

        for (uint32_t tries = 0; tries < 64; tries++) {
                struct known *known = &table[(at + tries) & (KNOWN_MAX - 1)];

                if (known->key == key || known->key == 0) {
                        return known;
                }
        }
        return NULL;
}

/* ---- The engine's steps ---- */

void __real_att_core_step(struct att_core *core, const struct att_command *command,
                          struct att_effects *effects);
void __wrap_att_core_step(struct att_core *core, const struct att_command *command,
                          struct att_effects *effects);

/* A number that came garbled is another's, once its answer is forgotten. */
static void forget_another(struct known *known, uint64_t what)
{
        struct known *answered;

        if (known->key == 0 || known->what == what) {
                return;
        }
        known->value = LOST;
        answered = find_known(world.answered, known->key);
        if (answered) {
                answered->value = LOST;
        }
}

/* No request has a second effect: it is decided once, and in a replay as the same command. */
static void check_once(const struct att_command *command)
{
        const uint64_t what = answers_what(command);
        struct known *known;

        if (command->request_id == 0 || command->client == 0) {
                return;
        }
        known = find_known(world.stepped,
                           key_of(command->front_end, command->client, command->request_id));
        if (!known) {
                return;
        }
        forget_another(known, what);
        CHAOS_CHECK(known->key == 0 || known->value == LOST ||
                            (world.is_replaying && known->value == command->seq),
                    "S13",
                    "request %" PRIu64 " of %.*s is decided a second time, as command %" PRIu64
                    " after %" PRIu64,
                    command->request_id, ATT_TEXT_ARGS(command->front_end), command->seq,
                    known->value);
        known->key = key_of(command->front_end, command->client, command->request_id);
        known->value = command->seq;
        known->what = what;
}

void __real_answer_drain(struct session *session, const struct att_wire_message *message);
void __wrap_answer_drain(struct session *session, const struct att_wire_message *message);

/* No front end asks for that: a frame that came garbled does. */
void __wrap_answer_drain(struct session *session, const struct att_wire_message *message)
{
        world.was_stopped = world.was_stopped || world.is_on;
        __real_answer_drain(session, message);
}

static void note_stray(const struct att_command *command, const struct att_effects *effects)
{
        const uint32_t agent = command->kind == ATT_CMD_AGENT_READY && !att_effects_refusal(effects)
                                       ? clients_stray_agent(command->agent, command->front_end)
                                       : 0;

        world.strays |= agent > 0 && agent < 64 ? UINT64_C(1) << agent : 0;
}

static void plant_second_owner(const struct att_command *command, struct att_effects *effects)
{
        struct att_contact_view view;

        if (world.options->plant != CHAOS_PLANT_TWO_OWNERS ||
            command->kind != ATT_CMD_OFFER_ACCEPT || !att_effects_refusal(effects) ||
            !att_core_find_contact(world.core, command->contact, &view) ||
            view.state != ATT_CONTACT_CONNECTED) {
                return;
        }
        effects->items[0] = (struct att_effect){.kind = ATT_EFFECT_CONNECT,
                                                .at_ms = command->at_ms,
                                                .contact = command->contact,
                                                .agent = command->agent,
                                                .queue = view.queue,
                                                .channel = view.channel};
}

static void ask_oracle(const struct att_command *command, const struct att_effects *effects)
{
        struct att_buffer wrong = {0};

        if (!world.is_judged) {
                return;
        }
        world.is_judged = world_oracle->see(command, effects, &wrong);
        figures()->judged++;
        CHAOS_CHECK(wrong.len == 0, "oracle", "%.*s", (int)wrong.len, wrong.data);
        att_buffer_deinit(&wrong);
}

void __wrap_att_core_step(struct att_core *core, const struct att_command *command,
                          struct att_effects *effects)
{
        __real_att_core_step(core, command, effects);
        if (!world.is_on) {
                return;
        }
        if (world.is_aside) {
                figures()->replayed++;
                return;
        }
        if (world.is_replaying && command->seq == 1) {
                watch_begin();
        }
        world.core = core;
#ifndef ATT_DEBUG_INVARIANTS
        if (command->seq % CHECK_EVERY == 0) {
                att_core_check(core);
                figures()->checks++;
        }
#endif
        plant_second_owner(command, effects);
        if (!world.is_replaying) {
                ask_oracle(command, effects);
        }
        check_once(command);
        note_stray(command, effects);
        watch_step(core, command, effects);
        if (world.is_replaying) {
                figures()->replayed++;
                world.era_replayed++;
                return;
        }
        world.stepped_seq = command->seq;
        CHAOS_CHECK(command->at_ms >= world.last_at_ms, "S14", "time goes back");
        world.last_at_ms = command->at_ms;
        figures()->commands++;
}

/* ---- Snapshots ---- */

static bool has_snapshot(uint64_t seq)
{
        char *path = att_snapshot_path(DISK_ROOT "/journal", seq);
        bool has = disk_exists(path);

        free(path);
        return has;
}

/* What the watch knew then is kept for a start that begins with this snapshot, which is of the end of the
 * batch that holds the command. */
void __real_snapshots_look(struct app *app, int64_t monotonic_ms);
void __wrap_snapshots_look(struct app *app, int64_t monotonic_ms);
void __wrap_snapshots_look(struct app *app, int64_t monotonic_ms)
{
        const uint64_t before = app->snapshots.wanted_seq;

        __real_snapshots_look(app, monotonic_ms);
        if (world.is_on && app->snapshots.last_seq == att_core_seq(app->writer.core) &&
            app->snapshots.last_ms == monotonic_ms && before == 0) {
                world.must_save = writer_collected(&app->writer) > 0;
                if (!world.must_save) {
                        watch_save(app->snapshots.last_seq, has_snapshot);
                }
        }
}

void __real_snapshots_save_at_stop(struct app *app);
void __wrap_snapshots_save_at_stop(struct app *app);
void __wrap_snapshots_save_at_stop(struct app *app)
{
        if (world.is_on && app->writer.journal) {
                watch_save(att_core_seq(app->writer.core), has_snapshot);
        }
        __real_snapshots_save_at_stop(app);
}

int __real_state_restore(const struct att_snapshot *snapshot, const struct state_codec *codec,
                         struct front_ends *front_ends, struct att_core **ret_core,
                         struct att_buffer *why);
int __wrap_state_restore(const struct att_snapshot *snapshot, const struct state_codec *codec,
                         struct front_ends *front_ends, struct att_core **ret_core,
                         struct att_buffer *why);
int __wrap_state_restore(const struct att_snapshot *snapshot, const struct state_codec *codec,
                         struct front_ends *front_ends, struct att_core **ret_core,
                         struct att_buffer *why)
{
        const bool was_aside = world.is_aside;
        int error;

        world.is_aside = true; /* What is loaded is stepped, too: its configuration. */
        error = __real_state_restore(snapshot, codec, front_ends, ret_core, why);
        world.is_aside = was_aside;
        if (world.is_on && error == 0 && !world.is_aside) {
                CHAOS_CHECK(watch_restore(snapshot->at.seq), "S12",
                            "there is a snapshot of command %" PRIu64 ", which none was made of",
                            snapshot->at.seq);
                world.core = *ret_core;
                figures()->snapshot_starts++;
        }
        return error;
}

static struct options options_of_life(void)
{
        return (struct options){.config = CONFIG_PATH,
                                .data = DISK_ROOT,
                                .no_history = true,
                                .socket = DISK_ROOT "/socket",
                                .ready_fd = -1,
                                .time_scale = 1,
                                .keep_ms = world.keep_ms,
                                .snapshot_commands = world.snapshot_commands};
}

/* The maker of a snapshot works in one go, while nothing is being written. */
static void run_child_on_time(void)
{
        const struct chaos_child *child = chaos_child();
        struct options options = options_of_life();
        int status;

        if (!child || child->due_us > chaos_now_us() || chaos_uv_is_expecting()) {
                return;
        }
        options.make_snapshot = child->request;
        world.is_aside = true;
        status = snapshots_make(&options);
        world.is_aside = false;
        chaos_child_end(status);
        figures()->snapshots += status == EXIT_SUCCESS;
}

void __real_execute_keep_replayed(struct front_ends *front_ends, const struct att_command *command,
                                  struct att_text note);
void __wrap_execute_keep_replayed(struct front_ends *front_ends, const struct att_command *command,
                                  struct att_text note);
void __wrap_execute_keep_replayed(struct front_ends *front_ends, const struct att_command *command,
                                  struct att_text note)
{
        if (!world.is_on || world.options->plant != CHAOS_PLANT_LOST_ANSWERS) {
                __real_execute_keep_replayed(front_ends, command, note);
        }
}

/* There is one thread. */
bool __real_read_ahead_is_worth_it(void);
bool __wrap_read_ahead_is_worth_it(void);
bool __wrap_read_ahead_is_worth_it(void)
{
        return !world.is_on && __real_read_ahead_is_worth_it();
}

bool __real_push_window_take(struct push_window *window, struct att_text *ret_frame);
bool __wrap_push_window_take(struct push_window *window, struct att_text *ret_frame);
bool __wrap_push_window_take(struct push_window *window, struct att_text *ret_frame)
{
        static char frame[70000];
        bool took = __real_push_window_take(window, ret_frame);

        if (took && world.is_on && world.options->plant == CHAOS_PLANT_LOST_PUSHES) {
                memcpy(frame, ret_frame->data, ret_frame->len);
                ret_frame->data = frame;
                push_window_acknowledge(window, window->unsent_id - 1);
        }
        return took;
}

/* ---- The journal ---- */

/* That of the last before a disk's fault has one always. */
static void note_point(uint64_t seq)
{
        const bool has_digest = world.next_point % DIGEST_EVERY == 0 ||
                                world.ends_by != CHAOS_FAULT_COUNT;

        world.points[world.next_point++ % POINTS_MAX] = (struct point){
                .seq = seq,
                .has_digest = has_digest,
                .digest = has_digest ? att_core_digest(world.core) : (struct att_digest){0},
        };
}

static const struct point *find_point(uint64_t seq)
{
        for (size_t i = 1; i <= POINTS_MAX && i <= world.next_point; i++) {
                const struct point *point = &world.points[(world.next_point - i) % POINTS_MAX];

                if (point->seq == seq) {
                        return point;
                }
        }
        return NULL;
}

/* Batches that ended after the first and up to the last. */
static uint32_t count_points(uint64_t after, uint64_t last)
{
        uint32_t count = 0;

        for (size_t i = 0; i < POINTS_MAX && i < world.next_point; i++) {
                count += world.points[i].seq > after && world.points[i].seq <= last;
        }
        return count;
}

int __real_att_journal_open(const struct att_journal_options *options,
                            const struct att_journal_position *end, struct att_journal_hold *hold,
                            struct att_journal **ret_journal, struct att_buffer *why);
int __wrap_att_journal_open(const struct att_journal_options *options,
                            const struct att_journal_position *end, struct att_journal_hold *hold,
                            struct att_journal **ret_journal, struct att_buffer *why);

static void on_journal_done(void *context)
{
        (void)context;
        chaos_uv_note_done();
}

/* After a replay: nothing that left is missing, and the state is what it was. */
static void check_recovered(const struct att_journal_position *end)
{
        const struct point *point;

        CHAOS_CHECK(end->seq >= world.released_seq, "S12",
                    "command %" PRIu64 " was acknowledged, and the journal ends with %" PRIu64,
                    world.released_seq, end->seq);
        CHAOS_CHECK(end->seq >= world.durable_seq, "S12",
                    "command %" PRIu64 " was durable, and the journal ends with %" PRIu64,
                    world.durable_seq, end->seq);
        for (size_t i = 0; i < POINTS_MAX; i++) { /* What never became durable never was. */
                if (world.points[i].seq > end->seq) {
                        world.points[i].seq = 0;
                }
        }
        for (size_t i = 0; i < KNOWN_MAX && world.stepped_seq > end->seq; i++) {
                if (world.stepped[i].key != 0 && world.stepped[i].value > end->seq) {
                        world.stepped[i].value = LOST;
                }
        }
        world.stepped_seq = end->seq;
        if (end->seq == 0) {
                watch_begin();
                return;
        }
        point = find_point(end->seq);
        CHAOS_CHECK(point, "S12", "the journal ends with command %" PRIu64 ", which ended no batch",
                    end->seq);
        CHAOS_CHECK(!point->has_digest ||
                            att_digest_equals(point->digest, att_core_digest(world.core)),
                    "S14", "after command %" PRIu64 " the state is not what it was", end->seq);
        att_core_check(world.core);
}

int __wrap_att_journal_open(const struct att_journal_options *options,
                            const struct att_journal_position *end, struct att_journal_hold *hold,
                            struct att_journal **ret_journal, struct att_buffer *why)
{
        struct att_journal_options ours = *options;

        if (!world.is_on) {
                return __real_att_journal_open(options, end, hold, ret_journal, why);
        }
        check_recovered(end);
        world.is_replaying = false;
        world.last_at_ms = end->time_ms;
        ours.on_done = on_journal_done;
        ours.segment_bytes_max = UINT64_C(4096) << below(8);
        ours.segment_ms_max = (30 + below(600)) * INT64_C(1000);
        return __real_att_journal_open(&ours, end, hold, ret_journal, why);
}

void __real_att_journal_append(struct att_journal *journal, const struct att_batch *batch);
void __wrap_att_journal_append(struct att_journal *journal, const struct att_batch *batch);

static void plant_early_answers(void)
{
        struct writer *writer = &world.app->writer;

        while (!att_list_is_empty(&writer->waiting)) {
                struct outbox *outbox = ATT_LIST_FIRST(&writer->waiting, struct outbox,
                                                       in_committing);

                att_list_remove(&outbox->in_committing);
                outbox_end_commit(outbox);
                session_release(outbox);
        }
}

void __wrap_att_journal_append(struct att_journal *journal, const struct att_batch *batch)
{
        if (world.is_on) {
                ATT_CHECK(batch->last_seq == att_core_seq(world.core));
                note_point(batch->last_seq);
                if (world.must_save) {
                        world.must_save = false;
                        watch_save(batch->last_seq, has_snapshot);
                }
                chaos_uv_note_asked();
                figures()->batches++;
        }
        __real_att_journal_append(journal, batch);
        if (world.is_on && world.app && world.options->plant == CHAOS_PLANT_EARLY_ANSWER) {
                plant_early_answers();
        }
}

/* Somebody else has gone on from where this journal ends, in the same segment or in a new one: what it
 * writes next must be refused, in whichever of the two it would be. */
static void write_as_another(void)
{
        struct att_journal_options options = {.dir = DISK_ROOT "/journal",
                                              .behaviour = ATT_CORE_BEHAVIOUR,
                                              .segment_bytes_max = UINT64_C(1) << 40,
                                              .segment_ms_max = below(2) ? 1 : INT64_MAX / 2,
                                              .on_done = on_journal_done};
        const struct att_journal_position end = att_journal_end(world.app->writer.journal);
        struct att_journal_writer writer;
        struct att_buffer records = {0};
        struct att_buffer why = {0};
        struct att_effects effects = {0};
        struct att_digester digester;
        struct att_command command;
        struct att_journal *journal;
        struct att_batch batch;

        if (!writer_is_idle(&world.app->writer) || chaos_thread_waits() || end.seq == 0 ||
            __real_att_journal_open(&options, &end, NULL, &journal, &why) < 0) {
                att_buffer_deinit(&why);
                return;
        }
        att_wire_command_init(&command, ATT_CMD_TICK);
        command.seq = end.seq + 1;
        command.at_ms = clock_now_ms(&world.app->writer.clock);
        att_core_step(world.app->writer.core, &command, &effects);
        att_digester_init(&digester);
        att_effects_digest(&effects, &digester);
        batch = (struct att_batch){.first_seq = command.seq,
                                   .last_seq = command.seq,
                                   .time_ms = command.at_ms,
                                   .effects = att_digester_finish(&digester)};
        att_journal_batch_begin(&writer, &records, command.seq, ATT_CORE_BEHAVIOUR);
        att_journal_batch_add(&writer, &command);
        att_journal_batch_end(&writer, batch.effects);
        batch.records = att_buffer_text(&records);
        att_journal_append(journal, &batch);
        if (att_journal_wait(journal, &why) == ATT_APPEND_DURABLE) {
                enum att_append_result result;

                att_journal_append(world.app->writer.journal, &batch);
                result = att_journal_wait(world.app->writer.journal, &why); /* The disk may fail. */
                CHAOS_CHECK(result != ATT_APPEND_DURABLE, "S15",
                            "a second writer's command %" PRIu64 " was written twice", command.seq);
                note_fault(CHAOS_SECOND_WRITER, CHAOS_JOURNAL_IDLE);
        }
        chaos_uv_wait_async();
        world.must_die = true;
        att_journal_close(journal);
        att_effects_deinit(&effects);
        att_buffer_deinit(&records);
        att_buffer_deinit(&why);
}

/* ---- What leaves the daemon ---- */

struct disk_tap { /* Puts a session's bytes together to frames. */
        struct disk_tap *next;
        struct att_frame_reader reader;
        uint64_t last_push;
};

static struct disk_tap *tap_of(uv_stream_t *stream)
{
        struct disk_tap *tap = stream->u.reserved[2];

        if (!tap) {
                tap = att_alloc(sizeof(*tap));
                att_frame_reader_init(&tap->reader, ATT_FRAME_BYTES_MAX);
                tap->next = world.taps;
                world.taps = tap;
                stream->u.reserved[2] = tap;
        }
        return tap;
}

static void drop_taps(void)
{
        while (world.taps) {
                struct disk_tap *tap = world.taps;

                world.taps = tap->next;
                att_frame_reader_deinit(&tap->reader);
                free(tap);
        }
}

static void check_done(const struct session *session, uint64_t request_id,
                       const struct att_wire_done *done, struct att_text frame)
{
        const uint64_t durable = writer_durable_seq(&world.app->writer);
        struct known *known;
        uint64_t digest;

        CHAOS_CHECK(done->seq <= durable, "S12",
                    "command %" PRIu64 " is acknowledged, and %" PRIu64 " is the last that is "
                    "durable",
                    done->seq, durable);
        if (done->seq > world.released_seq) {
                world.released_seq = done->seq;
        }
        known = find_known(world.answered,
                           key_of(session_name(session), session->client, request_id));
        if (!known) {
                return;
        }
        digest = att_digest_of(frame.data, frame.len).low;
        CHAOS_CHECK(known->key == 0 || known->value == LOST || known->value == digest, "S13",
                    "request %" PRIu64 " of %s has another answer than before", request_id,
                    session->name);
        known->key = key_of(session_name(session), session->client, request_id);
        known->value = digest;
}

static void check_frame(const struct session *session, struct disk_tap *tap, struct att_text frame)
{
        struct att_wire_message message;
        struct att_wire_problem problem;

        att_scratch_reset(&world.scratch);
        figures()->frames_checked++;
        if (att_wire_decode(frame, &world.scratch, &message, &problem) != ATT_WIRE_OK) {
                CHAOS_CHECK(false, "L7", "attuned sent a frame that can't be read");
        }
        if (message.body == ATT_WIRE_ANSWER && message.answer.kind == ATT_WIRE_RESULT_DONE &&
            message.answer.done.seq > 0) {
                check_done(session, message.request_id, &message.answer.done, frame);
        }
        if (message.body == ATT_WIRE_PUSH) {
                CHAOS_CHECK(message.push.push_id > tap->last_push, "S12",
                            "push %" PRIu64 " is sent after %" PRIu64, message.push.push_id,
                            tap->last_push);
                tap->last_push = message.push.push_id;
        }
}

static void on_sent(uv_stream_t *stream, const char *bytes, size_t len)
{
        struct disk_tap *tap = tap_of(stream);
        struct att_text frame;

        figures()->bytes_sent += len;
        att_frame_reader_feed(&tap->reader, bytes, len);
        while (att_frame_reader_take(&tap->reader, &frame) == ATT_FRAME_OK) {
                check_frame(stream->data, tap, frame);
        }
}

/* ---- Faults ---- */

static const struct {
        enum chaos_fault fault;
        uint32_t weight;
} choices[] = {
        {CHAOS_KILL, 8},        {CHAOS_KILL_IN_WRITE, 12},
        {CHAOS_POWER_CUT, 8},   {CHAOS_POWER_IN_WRITE, 14},
        {CHAOS_WRITE_ERROR, 6}, {CHAOS_SYNC_ERROR, 6},
        {CHAOS_SHORT_WRITE, 5}, {CHAOS_DISK_FULL, 5},
        {CHAOS_SLOW_DISK, 8},   {CHAOS_SECOND_WRITER, 8},
        {CHAOS_PAUSE, 6},       {CHAOS_WALL_JUMP, 6},
        {CHAOS_STOP, 4},        {CHAOS_CUT, 20},
        {CHAOS_HALF_OPEN, 6},   {CHAOS_STUCK, 6},
        {CHAOS_TRICKLE, 8},     {CHAOS_STORM, 4},
        {CHAOS_RELOAD, 10},     {CHAOS_BAD_RELOAD, 4},
};

/* Starts are dear: each decides again what was decided before. */
static bool can_afford_start(void)
{
        uint64_t decided = figures()->commands - world.era_began;
        uint64_t more = world.app ? att_core_seq(world.core) : world.last_seq;

        return world.era_replayed + more <= REPLAYED_PER_COMMAND * decided + 200;
}

static enum chaos_fault choose_fault(void)
{
        uint32_t sum = 0;
        uint32_t at;

        for (size_t i = 0; i < ATT_ARRAY_LEN(choices); i++) {
                sum += may(choices[i].fault) ? choices[i].weight : 0;
        }
        if (sum == 0) {
                return CHAOS_FAULT_COUNT;
        }
        at = below(sum);
        for (size_t i = 0; i < ATT_ARRAY_LEN(choices); i++) {
                uint32_t weight = may(choices[i].fault) ? choices[i].weight : 0;

                if (at < weight) {
                        return choices[i].fault;
                }
                at -= weight;
        }
        return CHAOS_FAULT_COUNT;
}

/* The journal's thread is through with what it has: the disk is ours. */
static void settle(void)
{
        chaos_uv_wait_async();
}

static void arm(enum chaos_fault fault, enum disk_fault how, unsigned ops, uint32_t within)
{
        settle();
        world.ends_by = fault;
        disk_arm(how, ops, 1 + below(within), how != DISK_DIES && below(2));
}

static void write_config(bool is_valid, bool whole)
{
        struct att_buffer yaml = {0};

        centre_write(&world.centre, &world.config_rng, whole, &yaml);
        if (!is_valid) {
                att_buffer_append_c(&yaml, "queues: [ of, nothing ]\nwrong: {\n");
        }
        disk_put(CONFIG_PATH, att_buffer_text(&yaml));
        world.config_is_wrong = !is_valid;
        att_buffer_deinit(&yaml);
}

static void strike(enum chaos_fault fault)
{
        const unsigned any = DISK_READ | DISK_WRITE | DISK_SYNC | DISK_NAME;

        if (ends_life(fault) && (!can_afford_start() || world.ends_by != CHAOS_FAULT_COUNT)) {
                return;
        }
        switch (fault) {
        case CHAOS_KILL:
        case CHAOS_POWER_CUT:
                world.ends_by = fault;
                world.must_die = true;
                break;
        case CHAOS_KILL_IN_WRITE:
        case CHAOS_POWER_IN_WRITE:
                arm(fault, DISK_DIES, any, 30);
                return; /* It is counted when it strikes. */
        case CHAOS_WRITE_ERROR:
                arm(fault, DISK_EIO, DISK_WRITE, 12);
                return;
        case CHAOS_SYNC_ERROR:
                arm(fault, DISK_EIO, DISK_SYNC, 6);
                return;
        case CHAOS_SHORT_WRITE:
                arm(fault, DISK_SHORT, DISK_WRITE, 12);
                return;
        case CHAOS_DISK_FULL:
                arm(fault, DISK_FULL, DISK_WRITE | DISK_NAME, 12);
                return;
        case CHAOS_SECOND_WRITER:
                settle();
                write_as_another();
                return;
        case CHAOS_STOP:
                world.must_stop = true;
                break;
        case CHAOS_SLOW_DISK:
                world.slow_until_us = chaos_now_us() + below(5000000);
                break;
        case CHAOS_PAUSE:
                world.stand_still_us = 100000 + below(200) * INT64_C(100000);
                break;
        case CHAOS_WALL_JUMP:
                chaos_move_wall_us((below(2) ? 1 : -1) * (int64_t)below(3600) * SECOND_US);
                break;
        case CHAOS_RELOAD:
                write_config(true, false);
                reload_ask(world.app, NULL, 0,
                           &(struct att_wire_reload){.of = ATT_WIRE_RELOAD_FILES});
                break;
        case CHAOS_BAD_RELOAD:
                write_config(false, false);
                reload_ask(world.app, NULL, 0,
                           &(struct att_wire_reload){.of = ATT_WIRE_RELOAD_FILES});
                break;
        default:
                if (!clients_fault(fault)) {
                        return;
                }
                break;
        }
        note_fault(fault, journal_place());
}

static void strike_on_time(void)
{
        enum chaos_fault fault;

        if (world.next_fault_us > chaos_now_us()) {
                return;
        }
        world.next_fault_us = chaos_now_us() + 100000 +
                              below(6000000) * INT64_C(25) /
                                      att_max_i64(world.centre.pace, FAST_PACE);
        fault = choose_fault();
        if (fault != CHAOS_FAULT_COUNT) {
                strike(fault);
        }
}

/* ---- A life of the daemon ---- */

/* Whatever it was doing, it does no more. What belongs to the process is given back; nothing of that
 * can reach the disk or the network. */
static void die(void)
{
        struct app *app = world.app;
        const bool is_counted = world.ends_by == CHAOS_KILL || world.ends_by == CHAOS_POWER_CUT;

        if (is_counted && below(2)) {
                disk_die(); /* Before what was given to the journal is written. */
        }
        settle();
        if (world.ends_by <= CHAOS_DISK_FULL && !is_counted && disk_has_struck()) {
                note_fault(world.ends_by, world.struck_place);
        }
        disk_die();
        world.durable_seq = att_journal_end(app->writer.journal).seq;
        ATT_LIST_FOREACH(session, &app->sessions.all, struct session, in_all)
        {
                session_close(session, "the process died");
        }
        if (app->reloads.is_loading) { /* It never will be done. */
                app->reloads.is_loading = false;
                free(ATT_STEAL(app->reloads.job));
        }
        if (chaos_child()) { /* It dies with who started it. */
                chaos_child_end(SIGKILL);
        }
        chaos_uv_run_closing();
        chaos_uv_end();
        drop_taps();
        world.app = NULL;
}

static void expect_commit(void)
{
        int64_t delay_us = 100 + below(world.commit_us);

        if (!world.app->writer.is_committing || chaos_uv_is_expecting()) {
                return;
        }
        if (world.slow_until_us > chaos_now_us()) {
                delay_us = 50000 + below(1500000);
        }
        chaos_uv_expect_async(chaos_now_us() + delay_us);
}

/* A full segment is sealed some time after its successor was begun. */
static void seal_on_time(void)
{
        if (!chaos_uv_is_expecting() && chaos_thread_waits() && below(20) == 0) {
                chaos_thread_run();
        }
}

static bool is_era_over(void)
{
        return figures()->commands >= world.era_end;
}

static uint32_t count_live(void)
{
        struct att_core_counts counts;

        att_core_counts(world.core, &counts);
        return counts.contacts[ATT_CONTACT_SCHEDULED] + counts.contacts[ATT_CONTACT_QUEUED] +
               counts.contacts[ATT_CONTACT_OFFERED] + counts.contacts[ATT_CONTACT_CONNECTED];
}

/* Everything works again; one desk is gone for good. */
static void begin_leaving(void)
{
        world.phase = PHASE_LEAVING;
        world.phase_until_us = chaos_now_us() + LEAVE_MS * 1000;
        world.slow_until_us = 0;
        world.ends_by = CHAOS_FAULT_COUNT;
        settle();
        disk_heal();
        clients_calm_down();
        clients_silence_desk(true);
}

/* Whom nobody spoke for is offline now, and has no offer. */
static void check_left(void)
{
        struct att_agent_view view;
        char id[16];

        for (uint32_t agent = clients_desk_agent(0); agent > 0; agent = clients_desk_agent(agent)) {
                (void)snprintf(id, sizeof(id), "a%u", agent);
                if (!att_core_find_agent(world.core, att_text_from(id), &view) || !view.def ||
                    (agent < 64 && (world.strays >> agent & 1))) {
                        continue;
                }
                CHAOS_CHECK(view.presence == ATT_PRESENCE_OFFLINE && view.offers == 0, "L3",
                            "agent %s, whose front end is gone, is %s with %u offers", id,
                            att_presence_name(view.presence), view.offers);
        }
}

static void begin_calm(void)
{
        check_left();
        world.phase = PHASE_CALM;
        world.phase_until_us = chaos_now_us() + QUIET_US;
        write_config(true, true);
        reload_ask(world.app, NULL, 0, &(struct att_wire_reload){.of = ATT_WIRE_RELOAD_FILES});
        clients_silence_desk(false);
        clients_all_ready();
}

/* There is an agent who can do everything; so whoever asks for nothing of its own was served. One that
 * leaves that agent out, or wants another, may have nobody. */
static void check_nobody_waits(void)
{
        struct att_contact_view view;
        struct att_buffer why = {0};
        uint64_t cursor = 0;

        while (att_core_next_contact(world.core, &cursor, &view)) {
                if (!watch_is_plain(view.id)) {
                        continue;
                }
                (void)att_core_explain(world.core, view.id, (struct att_text){0}, &why);
                chaos_fail("L1",
                           "everybody is there, nothing new came for an hour, and contact %.*s "
                           "is still %s (of %u contacts)\n%.*s",
                           ATT_TEXT_ARGS(view.id), att_contact_state_name(view.state), count_live(),
                           (int)why.len, why.data);
        }
}

/* Work outside whose end was lost ends by hand; who missed an offer comes back. */
static void tend_agent(uint32_t agent)
{
        struct att_interaction_view work;
        struct att_agent_view view;
        char text[16];
        struct att_text id;

        (void)snprintf(text, sizeof(text), "a%u", agent);
        id = att_text_from(text);
        for (size_t i = 0; att_core_agent_interaction(world.core, id, i, &work); i++) {
                if (work.outside) {
                        clients_end_work(agent, work.contact);
                }
        }
        if (att_core_find_agent(world.core, id, &view) && view.presence == ATT_PRESENCE_PAUSED) {
                clients_agent_ready(agent);
        }
}

/* A conversation of which a desk heard nothing, since its session was gone, ends by hand. */
static void tend_contacts(void)
{
        struct att_contact_view view;
        uint64_t cursor = 0;

        while (att_core_next_contact(world.core, &cursor, &view)) {
                if (view.state == ATT_CONTACT_CONNECTED) {
                        clients_end_contact(view.id);
                }
        }
}

/* What people would see to. */
static void tend(void)
{
        if (world.tend_us > chaos_now_us()) {
                return;
        }
        world.tend_us = chaos_now_us() + 20 * SECOND_US;
        tend_contacts();
        for (uint32_t agent = 0; agent < world.centre.agents; agent++) {
                tend_agent(agent);
        }
}

static void change_phase(void)
{
        switch (world.phase) {
        case PHASE_BUSY:
                /* What the journal's thread may be doing is not looked at meanwhile. */
                if (is_era_over() && !chaos_uv_is_expecting() && !disk_has_struck() &&
                    !disk_is_dead()) {
                        begin_leaving();
                }
                break;
        case PHASE_LEAVING:
                if (chaos_now_us() >= world.phase_until_us) {
                        begin_calm();
                }
                break;
        case PHASE_CALM:
                tend();
                if (count_live() == 0 || chaos_now_us() >= world.phase_until_us) {
                        check_nobody_waits();
                        world.phase = PHASE_STOPPING;
                        world.must_stop = true;
                }
                break;
        case PHASE_STOPPING:
                break;
        }
}

static void pass_time(void)
{
        int64_t next_us = att_min_i64(chaos_uv_next_us(), clients_next_us());

        if (chaos_child()) {
                next_us = att_min_i64(next_us, chaos_child()->due_us);
        }
        if (world.phase == PHASE_BUSY) {
                next_us = att_min_i64(next_us, world.next_fault_us);
        } else {
                next_us = att_min_i64(next_us, world.phase_until_us);
        }
        if (chaos_uv_wants_turn()) {
                next_us = chaos_now_us();
        }
        next_us = att_max_i64(next_us, chaos_now_us() + 20);
        if (world.stand_still_us > 0) { /* SIGSTOP: nothing runs, time does. */
                next_us += world.stand_still_us;
                world.stand_still_us = 0;
        }
        chaos_set_now_us(next_us);
}

/* Some errors of the disk do no harm (a log that was emptied could not be removed): life goes on, and in
 * time the disk is well again. */
static void outlive_fault(void)
{
        if (world.ends_by > CHAOS_DISK_FULL || chaos_uv_is_expecting()) {
                return;
        }
        if (!disk_has_struck() || disk_is_dead()) {
                world.struck_us = 0;
        } else if (world.struck_us == 0) {
                world.struck_us = chaos_now_us();
        } else if (chaos_now_us() - world.struck_us > OUTLIVED_US) {
                /* What failed a sealing is found by the next append, whenever that is. */
                chaos_may_abort = chaos_may_abort || world.struck_place == CHAOS_JOURNAL_SEALS;
                note_fault(world.ends_by, world.struck_place);
                world.ends_by = CHAOS_FAULT_COUNT;
                world.struck_us = 0;
                disk_heal();
        }
}

/* L4: what is told to stop does. */
static void check_stop(void)
{
        if (!world.app->is_draining) {
                return;
        }
        if (world.stops_us == 0) {
                world.stops_us = chaos_now_us();
        }
        CHAOS_CHECK(chaos_now_us() - world.stops_us < STOP_US, "L4",
                    "attuned was told to stop %" PRId64 " s ago, and has not",
                    (chaos_now_us() - world.stops_us) / SECOND_US);
}

static bool live_on(void)
{
        chaos_uv_turn();
        if (!chaos_uv_is_alive()) {
                return false;
        }
        expect_commit();
        seal_on_time();
        outlive_fault();
        check_stop();
        run_child_on_time();
        if (disk_is_dead() && !chaos_uv_is_expecting()) {
                world.must_die = true;
        }
        clients_turn();
        if (world.phase != PHASE_STOPPING) {
                strike_on_time();
                change_phase();
        }
        if (world.must_stop) {
                world.must_stop = false;
                world.was_stopped = true;
                app_drain(world.app);
        }
        pass_time();
        return true;
}

static void live(uv_loop_t *loop)
{
        uv_stream_t *listener = chaos_uv_listener();

        (void)loop;
        if (!listener) { /* The start failed. */
                settle();
                chaos_uv_run_closing();
                chaos_uv_end();
                return;
        }
        world.app = listener->data;
        world.must_die = false;
        world.struck_us = 0;
        world.stops_us = 0;
        chaos_may_abort = false;
        if (world.phase == PHASE_LEAVING) { /* Its time begins anew. */
                world.phase_until_us = chaos_now_us() + LEAVE_MS * 1000;
        }
        settle();
        if (disk_has_struck()) {
                note_fault(world.ends_by, CHAOS_JOURNAL_READS);
        }
        if (!disk_is_dead()) {
                world.ends_by = CHAOS_FAULT_COUNT;
                disk_heal();
        }
        if (sigsetjmp(world.abort_to, 0) == 0) {
                chaos_abort_to = &world.abort_to;
                while (!world.must_die && live_on()) {
                }
        } else {
                world.must_die = true;
        }
        chaos_abort_to = NULL;
        world.last_seq = att_core_seq(world.core);
        if (world.must_die) {
                world.was_stopped = false;
                die();
        } else { /* Told to stop, it did. */
                CHAOS_CHECK(world.was_stopped, "L4", "attuned stopped by itself");
                world.durable_seq = att_journal_end(world.app->writer.journal).seq;
                CHAOS_CHECK(world.durable_seq == att_core_seq(world.core), "S12",
                            "a clean stop left commands that are not durable");
                chaos_uv_end();
                drop_taps();
                world.app = NULL;
        }
}

/* ---- Between two lives ---- */

/* Reads what there is, as a start would, with an engine of its own. */
static int recover_aside(struct att_journal_position *ret_end, struct att_digest *ret_digest)
{
        struct replay replay = {.dir = DISK_ROOT "/journal",
                                .codec = state_codec_of_engine(),
                                .core = att_core_new()};
        struct att_buffer why = {0};
        int error;

        world.is_aside = true;
        error = replay_run(&replay, &why);
        world.is_aside = false;
        *ret_end = replay.end;
        *ret_digest = att_core_digest(replay.core);
        att_core_free(replay.core);
        replay_deinit(&replay);
        att_buffer_deinit(&why);
        return error;
}

/* A flipped bit is found, or does no harm; but for one known limit: the last commit of the log. */
static void check_rot(void)
{
        struct att_journal_position end;
        const struct point *point;
        struct att_digest digest;

        if (!may(CHAOS_ROT) || below(4) != 0 || !disk_rot()) {
                return;
        }
        note_fault(CHAOS_ROT, CHAOS_JOURNAL_READS);
        if (recover_aside(&end, &digest) == 0) {
                CHAOS_CHECK(count_points(end.seq, world.durable_seq) <= 1, "S12",
                            "a flipped bit lost commands %" PRIu64 " to %" PRIu64 " in silence",
                            end.seq + 1, world.durable_seq);
                point = find_point(end.seq);
                CHAOS_CHECK(end.seq == 0 || !point || !point->has_digest ||
                                    att_digest_equals(point->digest, digest),
                            "S14", "a flipped bit changed the state of command %" PRIu64, end.seq);
        }
        disk_undo_rot();
}

static void revive_disk(void)
{
        switch (world.ends_by) {
        case CHAOS_POWER_CUT:
        case CHAOS_POWER_IN_WRITE:
        case CHAOS_START_CUT:
                disk_after_power_cut();
                break;
        case CHAOS_SYNC_ERROR:
        case CHAOS_WRITE_ERROR: /* The machine may go down with it. */
                if (below(3) == 0) {
                        disk_after_power_cut();
                } else {
                        disk_after_kill();
                }
                break;
        default:
                disk_after_kill();
                break;
        }
        disk_lie(world.options->plant == CHAOS_PLANT_LYING_SYNC);
}

/* A fault for the start that comes. */
static void arm_start(void)
{
        const unsigned any = DISK_READ | DISK_WRITE | DISK_SYNC | DISK_NAME;
        enum chaos_fault fault = (enum chaos_fault)(CHAOS_START_KILLED + below(3));

        world.ends_by = CHAOS_FAULT_COUNT;
        if (!may(fault) || below(4) != 0 || !can_afford_start()) {
                return;
        }
        world.ends_by = fault;
        if (fault == CHAOS_START_ERROR) {
                if (below(2)) {
                        disk_arm(DISK_EIO, any, 1 + below(60), below(2));
                } else {
                        disk_arm(DISK_FULL, DISK_WRITE | DISK_NAME, 1 + below(60), below(2));
                }
        } else {
                disk_arm(DISK_DIES, any, 1 + below(120), true);
        }
}

/* One start, and the life after it. */
static void live_once(void)
{
        struct options options;
        struct att_rng rng;
        int status;

        world.keep_ms = below(2) ? 0 : below(60) * INT64_C(1000);
        world.snapshot_commands = 20 + below(below(3) ? 500 : 4000);
        options = options_of_life();
        att_rng_fork(&world.rng, &rng);
        chaos_uv_begin(&rng);
        world.is_replaying = true;
        world.was_stopped = false;
        world.must_save = false;
        figures()->starts++;
        status = app_run(&options);
        if (status != EXIT_SUCCESS) {
                CHAOS_CHECK(disk_has_struck() || disk_is_dead(), "S12",
                            "attuned did not start, and nothing had failed it");
                note_fault(world.ends_by, CHAOS_JOURNAL_READS);
        }
}

static const uint32_t commits_us[] = {900, 10000, 40000};

static void begin_era(void)
{
        struct att_rng rng;
        uint64_t length = 200 + below(below(4) ? 1500 : 5000);

        centre_choose(&world.rng, &world.centre);
        world.is_judged = world_oracle != NULL;
        world.centre.is_plain = world.is_judged;
        if (world.is_judged) { /* It tries every pairing. */
                world.centre.agents = 2 + world.centre.agents % 6;
                world.centre.contacts_max = 10 + world.centre.contacts_max % 15;
                world_oracle->begin();
        }
        length *= world.centre.pace >= FAST_PACE ? 8 : 1;
        world.era_began = figures()->commands;
        world.commit_us = commits_us[below(ATT_ARRAY_LEN(commits_us))];
        world.era_end = world.era_began + length < world.options->commands
                                ? world.era_began + length
                                : world.options->commands;
        world.era_replayed = 0;
        world.released_seq = 0;
        world.durable_seq = 0;
        world.next_point = 0;
        world.phase = PHASE_BUSY;
        world.tend_us = 0;
        world.core = NULL;
        memset(world.answered, 0, sizeof(world.answered));
        memset(world.stepped, 0, sizeof(world.stepped));
        world.stepped_seq = 0;
        world.last_seq = 0;
        world.strays = 0;
        watch_forget_saved();
        watch_begin();
        att_rng_fork(&world.rng, &rng);
        disk_begin(&rng);
        att_rng_fork(&world.rng, &world.config_rng);
        write_config(true, true);
        att_rng_fork(&world.rng, &rng);
        clients_begin(&rng, &(struct clients_options){.centre = &world.centre,
                                                      .faults = world.options->faults,
                                                      .cover_journal = cover_journal});
        world.next_fault_us = chaos_now_us() + 2 * SECOND_US;
        world.ends_by = CHAOS_FAULT_COUNT;
}

/* Lives until all is over, and one more to see that it is all there. */
static void run_era(void)
{
        begin_era();
        for (;;) {
                bool was_last;

                chaos_set_now_us(chaos_now_us() + 50000 + below(3000000));
                revive_disk();
                was_last = world.phase == PHASE_STOPPING && world.was_stopped;
                if (was_last) {
                        world.must_stop = true;
                }
                check_rot();
                if (world.config_is_wrong || may(CHAOS_RELOAD)) {
                        write_config(true, world.phase != PHASE_BUSY);
                }
                arm_start();
                live_once();
                if (was_last && world.was_stopped) {
                        break;
                }
        }
        clients_end();
}

void world_run(const struct world_options *options)
{
        struct att_rng rng;
        int64_t began_us;

        world.options = options;
        att_rng_seed(&world.rng, options->seed);
        att_rng_fork(&world.rng, &rng);
        chaos_system_begin(&rng, WALL_US);
        chaos_vfs_register();
        att_scratch_init(&world.scratch, ATT_SCRATCH_CLIENT_BYTES);
        chaos_uv_driver = live;
        chaos_uv_on_sent = on_sent;
        disk_on_strike = on_strike;
        world.is_on = true;
        began_us = chaos_now_us();
        while (figures()->commands < options->commands) {
                run_era();
        }
        figures()->operations = disk_operations();
        figures()->virtual_s = (uint64_t)((chaos_now_us() - began_us) / SECOND_US);
        world.is_on = false;
}
