/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/history_queue.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/rng.h"
#include "lib/base/util.h"
#include "tests/support/main.h"

#define LONGEST ((size_t)300 << 10) /* More than a block. */

static struct history_queue queue;
static char bytes[LONGEST];

static bool push(uint64_t seq, size_t len)
{
        const struct att_journal_position end = {.seq = seq, .time_ms = (int64_t)seq * 10};

        memset(bytes, (int)(seq % 251), len);
        return history_queue_push(&queue, seq, &end, att_text_of(bytes, len));
}

static void expect_chunk(const struct history_chunk *chunk, uint64_t seq)
{
        ck_assert_ptr_nonnull(chunk);
        ck_assert_uint_eq(chunk->first_seq, seq);
        ck_assert_uint_eq(chunk->end.seq, seq);
        ck_assert_int_eq(chunk->end.time_ms, (int64_t)seq * 10);
        for (size_t i = 0; i < chunk->len; i += i % 61 + 1) {
                if ((unsigned char)chunk->bytes[i] != seq % 251) {
                        ck_abort_msg("byte %zu of %zu", i, chunk->len);
                }
        }
}

START_TEST(what_is_pushed_comes_out_in_order_once_it_was_taken)
{
        struct history_place place;

        history_queue_init(&queue);
        ck_assert_ptr_null(history_queue_take(&queue));
        ck_assert(push(1, 100));
        ck_assert(push(2, 0));
        ck_assert_ptr_null(history_queue_first(&queue));
        expect_chunk(history_queue_take(&queue), 2);
        ck_assert(push(3, 7));
        place = history_queue_begin(&queue);
        expect_chunk(history_queue_read(&queue, &place), 1);
        expect_chunk(history_queue_read(&queue, &place), 2);
        ck_assert_ptr_null(history_queue_read(&queue, &place));
        expect_chunk(history_queue_take(&queue), 3);
        expect_chunk(history_queue_read(&queue, &place), 3);
        for (uint64_t seq = 1; seq <= 3; seq++) { /* It was only looked at. */
                expect_chunk(history_queue_first(&queue), seq);
                history_queue_drop(&queue);
        }
        ck_assert_ptr_null(history_queue_first(&queue));
        ck_assert_uint_eq(history_queue_bytes(&queue), 0);
        history_queue_deinit(&queue);
}
END_TEST

START_TEST(any_lengths_go_through_whatever_is_taken_and_dropped_meanwhile)
{
        uint64_t pushed = 0;
        uint64_t taken = 0;
        uint64_t dropped = 0;
        struct att_rng rng;

        att_rng_seed(&rng, 7);
        history_queue_init(&queue);
        for (int turn = 0; turn < TEST_TIMES(1000); turn++) {
                struct history_place place;
                uint64_t seq = dropped;

                for (uint64_t i = att_rng_below(&rng, 4); i > 0; i--) {
                        const size_t longest = att_rng_below(&rng, 20) == 0 ? LONGEST : 20000;

                        pushed += push(pushed + 1, att_rng_below(&rng, longest));
                }
                if (att_rng_below(&rng, 2) == 0) {
                        const struct history_chunk *newest = history_queue_take(&queue);

                        ck_assert((newest != NULL) == (pushed > taken));
                        taken = pushed;
                }
                place = history_queue_begin(&queue);
                while (seq < taken) {
                        const struct history_chunk *chunk = history_queue_read(&queue, &place);

                        ck_assert_ptr_nonnull(chunk);
                        ck_assert_uint_eq(chunk->first_seq, ++seq);
                }
                ck_assert_ptr_null(history_queue_read(&queue, &place));
                for (uint64_t i = att_rng_below(&rng, 5); i > 0 && dropped < taken; i--) {
                        expect_chunk(history_queue_first(&queue), ++dropped);
                        history_queue_drop(&queue);
                }
        }
        ck_assert_uint_gt(dropped, 100);
        history_queue_deinit(&queue);
}
END_TEST

static long long resident_bytes(void)
{
        FILE *file = fopen("/proc/self/statm", "r");
        long long size;
        long long resident;

        ck_assert_ptr_nonnull(file);
        ck_assert_int_eq(fscanf(file, "%lld %lld", &size, &resident), 2);
        (void)fclose(file);
        return resident * 4096;
}

static void drop_all(void)
{
        (void)history_queue_take(&queue);
        while (history_queue_first(&queue)) {
                history_queue_drop(&queue);
        }
}

START_TEST(a_backlog_has_a_bound_and_leaves_no_memory_behind)
{
        uint64_t seq = 1;
        long long before;

        history_queue_init(&queue);
        ck_assert(push(seq, 1000));
        drop_all();
        before = resident_bytes();
        while (push(seq + 1, 1000)) {
                seq++;
        }
        ck_assert_uint_ge(history_queue_bytes(&queue), HISTORY_QUEUE_BYTES_MAX);
        ck_assert_uint_lt(history_queue_bytes(&queue), HISTORY_QUEUE_BYTES_MAX + 2000);
        if (!TEST_IS_SANITIZED) {
                ck_assert_int_ge(resident_bytes() - before, HISTORY_QUEUE_BYTES_MAX * 9 / 10);
        }
        drop_all();
        if (!TEST_IS_SANITIZED) {
                ck_assert_int_le(resident_bytes() - before, HISTORY_QUEUE_BYTES_MAX / 8);
        }
        ck_assert(push(seq + 1, 1000));
        expect_chunk(history_queue_take(&queue), seq + 1);
        history_queue_deinit(&queue);
}
END_TEST

#define PUSHED_BY_THE_LOOP 200000

static void *be_the_loop(void *context)
{
        char text[64] = {0};
        uint64_t seq = 0;

        (void)context;
        while (seq < PUSHED_BY_THE_LOOP) {
                const struct att_journal_position end = {.seq = seq + 1};

                memset(text, (int)((seq + 1) % 251), sizeof(text));
                seq += history_queue_push(&queue, seq + 1, &end, att_text_of(text, seq % 64));
        }
        return NULL;
}

START_TEST(two_threads_need_no_lock)
{
        uint64_t seq = 0;
        pthread_t loop;

        history_queue_init(&queue);
        ck_assert_int_eq(pthread_create(&loop, NULL, be_the_loop, NULL), 0);
        while (seq < PUSHED_BY_THE_LOOP) {
                const struct history_chunk *chunk;

                (void)history_queue_take(&queue);
                while ((chunk = history_queue_first(&queue))) {
                        ck_assert_uint_eq(chunk->end.seq, ++seq);
                        ck_assert_uint_eq(chunk->len, (seq - 1) % 64);
                        ck_assert(chunk->len == 0 ||
                                  (unsigned char)chunk->bytes[chunk->len - 1] == seq % 251);
                        history_queue_drop(&queue);
                }
        }
        ck_assert_int_eq(pthread_join(loop, NULL), 0);
        ck_assert_uint_eq(history_queue_bytes(&queue), 0);
        history_queue_deinit(&queue);
}
END_TEST

ATT_TEST_MAIN("history_queue", what_is_pushed_comes_out_in_order_once_it_was_taken,
              any_lengths_go_through_whatever_is_taken_and_dropped_meanwhile,
              a_backlog_has_a_bound_and_leaves_no_memory_behind, two_threads_need_no_lock)
