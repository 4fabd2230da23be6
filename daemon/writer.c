/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/writer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "daemon/log.h"
#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/store/failpoint.h"

/* Core time may pass by so much between two turns before it counts as having stood still. */
#define STALL_REAL_MS 5000

static struct writer_batch *collecting(struct writer *writer)
{
        return &writer->batches[writer->collecting];
}

static struct writer_batch *in_flight(struct writer *writer)
{
        return &writer->batches[1 - writer->collecting];
}

void writer_init(struct writer *writer)
{
        *writer = (struct writer){.core = att_core_new(), .armed_ms = INT64_MAX};
        att_list_init(&writer->touched);
        att_list_init(&writer->waiting);
}

void writer_deinit(struct writer *writer)
{
        att_journal_close(writer->journal);
        att_effects_deinit(&writer->effects);
        att_core_free(writer->core);
        att_blame_close(&writer->blame);
        for (size_t i = 0; i < ATT_ARRAY_LEN(writer->batches); i++) {
                att_buffer_deinit(&writer->batches[i].records);
        }
}

/* ---- Stepping ---- */

/* The command's record, which is in the batch before the step: if the step aborts, the next start
 * finds out which command it was. */
static struct att_text append(struct writer *writer, const struct att_command *command)
{
        struct writer_batch *batch = collecting(writer);
        size_t before;

        if (batch->first_seq == 0) {
                batch->first_seq = command->seq;
                batch->since_ms = clock_monotonic_us() / 1000;
                att_buffer_clear(&batch->records);
                att_digester_init(&batch->effects);
                att_journal_batch_begin(&batch->encoder, &batch->records, command->seq,
                                        ATT_CORE_BEHAVIOUR);
        }
        before = batch->records.len;
        att_journal_batch_add(&batch->encoder, command);
        return (struct att_text){batch->records.data + before, batch->records.len - before};
}

const struct att_effects *writer_step(struct writer *writer, struct att_command *command)
{
        command->seq = att_core_seq(writer->core) + 1;
        command->at_ms = clock_now_ms(&writer->clock);
        att_blame_begin(&writer->blame, command->seq, append(writer, command));
        att_failpoint_of("step.", command->contact);
        att_core_step(writer->core, command, &writer->effects);
        att_blame_end(&writer->blame);
        att_effects_digest(&writer->effects, &collecting(writer)->effects);
        return &writer->effects;
}

int64_t writer_take_stall_ms(struct writer *writer)
{
        int64_t now_ms = clock_now_ms(&writer->clock);
        int64_t passed_ms = now_ms - writer->last_turn_ms;

        writer->last_turn_ms = now_ms;
        return passed_ms > STALL_REAL_MS * (int64_t)writer->clock.scale ? passed_ms : 0;
}

void writer_touch(struct writer *writer, struct outbox *outbox)
{
        if (!att_list_is_linked(&outbox->in_batch)) {
                att_list_add_tail(&writer->touched, &outbox->in_batch);
        }
}

/* ---- Committing ---- */

/* The outboxes of the batch that is closed; they may be touched again while it is in flight. */
static void mark_outboxes(struct writer *writer)
{
        ATT_LIST_FOREACH(outbox, &writer->touched, struct outbox, in_batch)
        {
                att_list_remove(&outbox->in_batch);
                outbox_begin_commit(outbox);
                att_list_add_tail(&writer->waiting, &outbox->in_committing);
        }
}

static void release_outboxes(struct writer *writer)
{
        while (!att_list_is_empty(&writer->waiting)) {
                struct outbox *outbox = ATT_LIST_FIRST(&writer->waiting, struct outbox,
                                                       in_committing);

                att_list_remove(&outbox->in_committing);
                outbox_end_commit(outbox);
                writer->on_release(writer->context, outbox);
        }
}

/* The batch that collected is closed and becomes the one in flight. */
static void close_batch(struct writer *writer)
{
        writer->collecting = 1 - writer->collecting;
        mark_outboxes(writer);
        writer->on_commit(writer->context);
}

static void hand_over(struct writer *writer)
{
        struct writer_batch *batch = in_flight(writer);
        struct att_batch whole = {
                .first_seq = batch->first_seq,
                .last_seq = att_core_seq(writer->core),
                .time_ms = att_core_now_ms(writer->core),
                .effects = att_digester_finish(&batch->effects),
        };

        att_journal_batch_end(&batch->encoder, whole.effects);
        whole.records = att_buffer_text(&batch->records);
        writer->handed_us = clock_monotonic_us();
        att_journal_append(writer->journal, &whole);
        writer->is_committing = true;
}

static void count_batch(struct writer *writer)
{
        writer->batches_done++;
        writer->bytes_done += in_flight(writer)->records.len;
        histogram_add(&writer->commits, clock_monotonic_us() - writer->handed_us);
}

static void release(struct writer *writer)
{
        if (writer->is_committing) {
                count_batch(writer);
        }
        in_flight(writer)->first_seq = 0;
        writer->is_committing = false;
        writer->on_durable(writer->context);
        release_outboxes(writer);
}

static _Noreturn void die(enum att_append_result result, const struct att_buffer *why)
{
        log_error(NULL, result == ATT_APPEND_FENCED ? "journal.fenced" : "journal.failed",
                  why->data ? why->data : "unknown");
        abort();
}

static void on_done(uv_async_t *async)
{
        struct writer *writer = async->data;
        struct att_buffer why = {0};
        enum att_append_result result;

        if (!att_journal_take_result(writer->journal, &result, &why)) {
                return;
        }
        if (result != ATT_APPEND_DURABLE) {
                die(result, &why);
        }
        att_buffer_deinit(&why);
        release(writer);
}

void writer_wake(struct writer *writer)
{
        (void)uv_async_send(&writer->done);
}

/* Starts the commit of what has collected, unless one is in flight. */
static void commit(struct writer *writer)
{
        bool has_commands = collecting(writer)->first_seq != 0;

        if (writer->is_committing) {
                return;
        }
        close_batch(writer);
        if (has_commands) {
                hand_over(writer);
        } else {
                release(writer); /* Answers to questions: nothing to wait for. */
        }
}

int writer_commit_now(struct writer *writer, struct att_buffer *why)
{
        if (collecting(writer)->first_seq == 0) {
                return 0;
        }
        close_batch(writer);
        hand_over(writer);
        if (att_journal_wait(writer->journal, why) != ATT_APPEND_DURABLE) {
                return -EIO;
        }
        release(writer);
        return 0;
}

/* ---- On the loop ---- */

static void on_deadline(uv_timer_t *timer)
{
        struct writer *writer = timer->data;

        writer->armed_ms = INT64_MAX;
        if (att_core_next_deadline_ms(writer->core) <= clock_now_ms(&writer->clock)) {
                writer->on_deadline(writer->context);
        }
}

static void arm(struct writer *writer)
{
        int64_t deadline_ms = att_core_next_deadline_ms(writer->core);

        if (deadline_ms == writer->armed_ms) {
                return;
        }
        writer->armed_ms = deadline_ms;
        if (deadline_ms == INT64_MAX) {
                (void)uv_timer_stop(&writer->deadline);
                return;
        }
        uv_update_time(writer->deadline.loop);
        (void)uv_timer_start(&writer->deadline, on_deadline,
                             clock_until_ms(&writer->clock, deadline_ms), 0);
}

/* A turn ends twice: after timers, before the loop waits, and after what it waited for. */
static void end_turn(struct writer *writer)
{
        writer->on_turn(writer->context);
        if (!writer->is_open) {
                return; /* It was the last one. */
        }
        commit(writer);
        arm(writer);
        writer->last_turn_ms = clock_now_ms(&writer->clock);
}

static void on_before_poll(uv_prepare_t *prepare)
{
        end_turn(prepare->data);
}

static void on_after_poll(uv_check_t *check)
{
        end_turn(check->data);
}

void writer_open(struct writer *writer, uv_loop_t *loop)
{
        writer->is_open = true;
        writer->last_turn_ms = clock_now_ms(&writer->clock);
        ATT_CHECK(uv_async_init(loop, &writer->done, on_done) == 0);
        ATT_CHECK(uv_timer_init(loop, &writer->deadline) == 0);
        ATT_CHECK(uv_prepare_init(loop, &writer->before_poll) == 0);
        ATT_CHECK(uv_check_init(loop, &writer->after_poll) == 0);
        writer->done.data = writer;
        writer->deadline.data = writer;
        writer->before_poll.data = writer;
        writer->after_poll.data = writer;
        ATT_CHECK(uv_prepare_start(&writer->before_poll, on_before_poll) == 0);
        ATT_CHECK(uv_check_start(&writer->after_poll, on_after_poll) == 0);
}

void writer_close(struct writer *writer)
{
        uv_handle_t *handles[] = {(uv_handle_t *)&writer->after_poll,
                                  (uv_handle_t *)&writer->before_poll,
                                  (uv_handle_t *)&writer->deadline, (uv_handle_t *)&writer->done};

        if (!writer->is_open) {
                return;
        }
        writer->is_open = false;
        for (size_t i = 0; i < ATT_ARRAY_LEN(handles); i++) {
                uv_close(handles[i], NULL);
        }
}

bool writer_is_idle(const struct writer *writer)
{
        return !writer->is_committing && writer->batches[writer->collecting].first_seq == 0;
}

bool writer_is_congested(const struct writer *writer)
{
        return writer->is_committing &&
               writer->batches[writer->collecting].records.len >= WRITER_BATCH_BYTES_MAX;
}

static uint32_t count_of(const struct writer_batch *batch)
{
        return batch->first_seq == 0 ? 0 : batch->encoder.count;
}

uint32_t writer_collected(const struct writer *writer)
{
        return count_of(&writer->batches[writer->collecting]);
}

uint32_t writer_waiting(const struct writer *writer)
{
        return count_of(&writer->batches[0]) + count_of(&writer->batches[1]);
}

int64_t writer_oldest_ms(const struct writer *writer, int64_t monotonic_ms)
{
        const struct writer_batch *oldest =
                &writer->batches[writer->is_committing ? 1 - writer->collecting
                                                       : writer->collecting];

        return oldest->first_seq == 0 ? 0 : monotonic_ms - oldest->since_ms;
}

uint64_t writer_durable_seq(const struct writer *writer)
{
        return writer->journal ? att_journal_end(writer->journal).seq : 0;
}
