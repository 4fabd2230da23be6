/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/history_catch_up.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "daemon/child.h"
#include "daemon/clock.h"
#include "daemon/history_note.h"
#include "daemon/log.h"
#include "daemon/replay.h"
#include "daemon/state.h"
#include "lib/base/util.h"
#include "lib/store/blame.h"
#include "lib/store/data.h"
#include "lib/store/failpoint.h"
#include "lib/store/files.h"
#include "lib/store/history.h"
#include "lib/store/segment.h"
#include "lib/store/snapshot.h"

#define TRANSACTION_US INT64_C(2000000)

struct catching_up {
        char *dir; /* Owned: of the journal. */
        struct att_history *history;
        struct att_blame blame;
        struct att_data_accepted accepted;

        /* Of the journal's part that is being replayed. */
        bool has_begun;
        bool is_gap; /* It begins later than the history ends. */
        struct att_buffer events;
        struct att_history_position at; /* They go up to here. */
        int64_t written_us;             /* When the last transaction was. */
        uint64_t commands;
        const char *gap_reason; /* Of the gap before it. */
        bool must_skip;         /* It ended at what another engine decided. */
};

static uint64_t applied_seq(const struct catching_up *catching_up)
{
        return att_history_applied(catching_up->history).seq;
}

/* ---- Writing ---- */

static int write_events(struct catching_up *catching_up, struct att_buffer *why)
{
        struct att_text bytes = att_buffer_text(&catching_up->events);
        struct att_history_event event;
        int error = att_history_begin(catching_up->history, why);

        if (error < 0) {
                return error;
        }
        while (att_history_unpack(&bytes, &event) &&
               att_history_apply(catching_up->history, &event) == 0) {
        }
        att_failpoint("catch_up.commit");
        error = att_history_commit(catching_up->history, &catching_up->at, why);
        att_buffer_clear(&catching_up->events);
        catching_up->written_us = clock_monotonic_us();
        return error;
}

static int write_gap(struct catching_up *catching_up, const struct att_core *core,
                     const struct att_journal_position *at, struct att_buffer *why)
{
        const uint64_t from_seq = applied_seq(catching_up) + 1;
        struct log_line line;
        int error = att_history_begin(catching_up->history, why);

        if (error < 0) {
                return error;
        }
        att_history_gap(catching_up->history, from_seq, at->seq, at->time_ms,
                        att_text_from(catching_up->gap_reason));
        catching_up->at = (struct att_history_position){
                .seq = at->seq, .chain = at->chain, .time_ms = at->time_ms};
        error = att_history_commit(catching_up->history, &catching_up->at, why);
        if (error < 0) {
                return error;
        }
        log_begin(&line, "history.gap");
        log_string(&line, "level", "error");
        log_number(&line, "from", (int64_t)from_seq);
        log_number(&line, "to", (int64_t)at->seq);
        log_string(&line, "message", catching_up->gap_reason);
        log_end(&line);
        history_note_state(&catching_up->events, core);
        return write_events(catching_up, why);
}

/* ---- What the replay calls ---- */

static int on_begin(void *context, const struct att_core *core,
                    const struct att_journal_position *at, struct att_buffer *why)
{
        struct catching_up *catching_up = context;

        catching_up->has_begun = true;
        return catching_up->is_gap && at->seq > applied_seq(catching_up)
                       ? write_gap(catching_up, core, at, why)
                       : 0;
}

static void on_command(void *context, const struct att_core *core,
                       const struct att_command *command, const struct att_effects *effects)
{
        struct catching_up *catching_up = context;

        if (command->seq > applied_seq(catching_up)) {
                history_note(&catching_up->events, core, command, effects);
                catching_up->commands++;
        }
}

/* The journal must come by where the history ends. */
static int check_chain(const struct catching_up *catching_up, const struct att_stored_batch *stored,
                       struct att_buffer *why)
{
        const struct att_history_position applied = att_history_applied(catching_up->history);

        if (stored->batch.last_seq != applied.seq ||
            att_digest_equals(stored->chain, applied.chain)) {
                return 0;
        }
        att_buffer_printf(
                why,
                "%s is another journal's: at command %" PRIu64
                " it has other contents. Move it away, to have one made from this journal",
                ATT_HISTORY_NAME, applied.seq);
        return -EXDEV;
}

static int on_batch(void *context, const struct att_stored_batch *stored, struct att_buffer *why)
{
        struct catching_up *catching_up = context;

        if (stored->batch.last_seq <= applied_seq(catching_up)) {
                return check_chain(catching_up, stored, why);
        }
        catching_up->at = (struct att_history_position){
                .seq = stored->batch.last_seq,
                .chain = stored->chain,
                .time_ms = stored->batch.time_ms,
        };
        return catching_up->events.len >= HISTORY_TRANSACTION_BYTES ||
                               clock_monotonic_us() - catching_up->written_us >= TRANSACTION_US
                       ? write_events(catching_up, why)
                       : 0;
}

/* What attuned itself started in spite of is no reason to stop here. What another engine decided is not
 * known to have been so. */
static int on_difference(void *context, const struct att_stored_batch *stored,
                         enum replay_difference difference, struct att_buffer *why)
{
        struct catching_up *catching_up = context;

        if (stored->batch.last_seq <= applied_seq(catching_up) ||
            (catching_up->accepted.behaviour == ATT_CORE_BEHAVIOUR &&
             stored->batch.last_seq <= catching_up->accepted.seq)) {
                return 0;
        }
        catching_up->gap_reason = difference == REPLAY_OTHER_BEHAVIOUR
                                          ? "an engine of another behaviour decided it"
                                          : "it has other effects when it is replayed";
        catching_up->must_skip = true;
        att_buffer_printf(why, "commands %" PRIu64 " to %" PRIu64 ": %s", stored->batch.first_seq,
                          stored->batch.last_seq, catching_up->gap_reason);
        return -ESTALE;
}

/* ---- From where to where ---- */

/* One part of the journal. `snapshot_seq` 0: from its beginning. */
static int replay_from(struct catching_up *catching_up, uint64_t snapshot_seq,
                       struct att_buffer *why)
{
        struct replay replay = {
                .dir = catching_up->dir,
                .codec = snapshot_seq > 0 ? state_codec_of_engine() : NULL,
                .snapshot_seq_max = snapshot_seq,
                .blame = &catching_up->blame,
                .core = att_core_new(),
                .on_begin = on_begin,
                .on_command = on_command,
                .on_batch = on_batch,
                .on_difference = on_difference,
                .context = catching_up,
        };
        int error;

        catching_up->has_begun = false;
        catching_up->must_skip = false;
        catching_up->at = att_history_applied(catching_up->history);
        catching_up->written_us = clock_monotonic_us();
        error = replay_run(&replay, why);
        if ((error == 0 || catching_up->must_skip) &&
            catching_up->at.seq > applied_seq(catching_up)) {
                int written = write_events(catching_up, why);

                error = written < 0 ? written : error;
        }
        att_buffer_clear(&catching_up->events);
        att_core_free(replay.core);
        replay_deinit(&replay);
        return error;
}

static uint64_t first_segment(const struct catching_up *catching_up, struct att_buffer *why)
{
        struct att_segment_list list;
        uint64_t first_seq = 0;

        if (att_segment_list(catching_up->dir, &list, why) == 0) {
                first_seq = list.count > 0 ? list.first_seqs[0] : 0;
                att_segment_list_deinit(&list);
        }
        return first_seq;
}

/* The newest snapshot that the history has passed and that the journal goes on from; 0: there is
 * none. */
static uint64_t find_passed(const uint64_t *seqs, size_t count, uint64_t passed, uint64_t first_seq)
{
        for (size_t i = count; i-- > 0;) {
                if (seqs[i] <= passed && seqs[i] + 1 >= first_seq) {
                        return seqs[i];
                }
        }
        return 0;
}

static uint64_t find_after(const uint64_t *seqs, size_t count, uint64_t seq, uint64_t first_seq)
{
        for (size_t i = 0; i < count; i++) {
                if (seqs[i] > seq && seqs[i] + 1 >= first_seq) {
                        return seqs[i];
                }
        }
        return 0;
}

/* Over what can't be replayed, from one snapshot to the next, as long as there is one. */
static int replay_after_gap(struct catching_up *catching_up, const uint64_t *seqs, size_t count,
                            uint64_t first_seq, struct att_buffer *why)
{
        uint64_t tried = applied_seq(catching_up);
        uint64_t snapshot_seq;
        int error = -ENODATA;

        catching_up->is_gap = true;
        while (error < 0 && (snapshot_seq = find_after(seqs, count, tried, first_seq)) > 0) {
                att_buffer_clear(why);
                error = replay_from(catching_up, snapshot_seq, why);
                tried = snapshot_seq;
                if (error < 0 && catching_up->has_begun && !catching_up->must_skip) {
                        return error; /* It is not the snapshot. */
                }
        }
        if (error == -ENODATA && why->len == 0) {
                att_buffer_printf(why,
                                  "the journal begins with command %" PRIu64
                                  ", the history ends with %" PRIu64
                                  ", and there is no snapshot to go on from yet",
                                  first_seq, applied_seq(catching_up));
        }
        return error;
}

static int replay_rest(struct catching_up *catching_up, struct att_buffer *why)
{
        ATT_CLEANUP(att_free_pointer) uint64_t *seqs = NULL;
        const uint64_t first_seq = first_segment(catching_up, why);
        uint64_t snapshot_seq;
        size_t count = 0;
        int error = att_snapshot_list(catching_up->dir, &seqs, &count, why);

        if (error < 0 || why->len > 0) {
                return error < 0 ? error : -EIO;
        }
        snapshot_seq = find_passed(seqs, count, applied_seq(catching_up), first_seq);
        if (snapshot_seq > 0 || first_seq <= 1) {
                error = replay_from(catching_up, snapshot_seq, why);
                if (error == 0 || (catching_up->has_begun && !catching_up->must_skip)) {
                        return error;
                }
        }
        if (!catching_up->must_skip) {
                catching_up->gap_reason = applied_seq(catching_up) == 0
                                                  ? "it was before the history began"
                                                  : "the journal no longer has it";
        }
        return replay_after_gap(catching_up, seqs, count, first_seq, why);
}

/* ---- The process ---- */

static void say_done(const struct catching_up *catching_up, uint64_t from_seq, int64_t began_us)
{
        struct log_line line;

        log_begin(&line, "history.replayed");
        log_number(&line, "from", (int64_t)from_seq);
        log_number(&line, "to", (int64_t)applied_seq(catching_up));
        log_number(&line, "commands", (int64_t)catching_up->commands);
        log_number(&line, "ms", (clock_monotonic_us() - began_us) / 1000);
        log_end(&line);
}

int history_catch_up(const struct options *options)
{
        struct att_buffer why ATT_CLEANUP(att_buffer_deinit) = {0};
        struct catching_up catching_up = {.dir = att_path_join(options->data, "journal")};
        const int64_t began_us = clock_monotonic_us();
        int error;

        child_be_modest();
        att_blame_read(options->data, &catching_up.blame);
        catching_up.accepted = att_data_accepted_at(options->data);
        error = att_history_open(options->data, &catching_up.history, &why);
        if (error == 0) {
                const uint64_t from_seq = applied_seq(&catching_up) + 1;

                error = replay_rest(&catching_up, &why);
                if (error == 0) {
                        say_done(&catching_up, from_seq, began_us);
                }
        }
        if (error < 0) {
                log_error(NULL, "history.replay_failed", why.data ? why.data : "unknown");
        }
        att_history_close(catching_up.history);
        att_buffer_deinit(&catching_up.events);
        att_blame_close(&catching_up.blame);
        free(catching_up.dir);
        return error < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* ---- Starting it ---- */

int history_catch_up_start(const char *data, pid_t *ret_child)
{
        char *data_word = NULL;
        int error;

        ATT_CHECK(asprintf(&data_word, "--data=%s", data) >= 0);
        {
                char name[] = "attuned";
                char config[] = "--config=-";
                char word[] = "--catch-up-history";
                char *const words[] = {name, config, data_word, word, NULL};

                error = child_start(words, ret_child);
        }
        free(data_word);
        return error;
}

void history_catch_up_explain(int status, struct att_buffer *why)
{
        if (WIFSIGNALED(status)) {
                att_buffer_printf(why, "the process that catches up was ended by signal %d",
                                  WTERMSIG(status));
        } else {
                att_buffer_append_c(why, "the process that catches up failed: see its line "
                                         "history.replay_failed");
        }
}
