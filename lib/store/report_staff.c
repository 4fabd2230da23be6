/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Agents' time: busy from a conversation's first moment to the end of its wrap-up, several at once
 * counted once; staffed while ready or busy.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/util.h"
#include "lib/store/report_work.h"

#define HOUR_MS INT64_C(3600000)

struct spans {
        struct span *items; /* Owned. */
        size_t count;
        size_t capacity;
};

static void add_span(struct spans *spans, struct span span)
{
        if (spans->count == spans->capacity) {
                spans->capacity = att_grown_capacity(spans->capacity, spans->count + 1);
                spans->items = att_realloc_array(spans->items, spans->capacity,
                                                 sizeof(*spans->items));
        }
        spans->items[spans->count++] = span;
}

/* What of it lies in the period; false: nothing. */
static bool clip(const struct work *work, int64_t *from_ms, int64_t *to_ms)
{
        *from_ms = att_max_i64(*from_ms, work->from_ms);
        *to_ms = att_min_i64(*to_ms, work->to_ms);
        return *from_ms < *to_ms;
}

void staff_note_busy(struct work *work, uint32_t agent, int64_t from_ms, int64_t to_ms)
{
        struct spans spans = {work->busy, work->busy_count, work->busy_capacity};

        if (agent != DIM_VALUE_MAX && clip(work, &from_ms, &to_ms)) {
                add_span(&spans, (struct span){agent, from_ms, to_ms});
                work->busy = spans.items;
                work->busy_count = spans.count;
                work->busy_capacity = spans.capacity;
        }
}

/* ---- Ready ---- */

static int read_ready(struct work *work, struct spans *spans)
{
        sqlite3_stmt *statement;
        int result = work_prepare(work,
                                  "SELECT agent, since_ms, coalesce(until_ms, ?3) FROM presence"
                                  " WHERE state = 'ready' AND since_ms < ?2"
                                  " AND coalesce(until_ms, ?3) > ?1 ORDER BY agent, since_ms",
                                  &statement);

        if (result < 0) {
                return result;
        }
        (void)sqlite3_bind_int64(statement, 1, work->from_ms);
        (void)sqlite3_bind_int64(statement, 2, work->to_ms);
        (void)sqlite3_bind_int64(statement, 3, work->ask->now_ms);
        while ((result = work_step(work, statement)) > 0) {
                int64_t from_ms = sqlite3_column_int64(statement, 1);
                int64_t to_ms = sqlite3_column_int64(statement, 2);

                const uint32_t agent = slices_name(work, DIM_AGENT, work_column(statement, 0));

                if (agent != DIM_VALUE_MAX && clip(work, &from_ms, &to_ms)) {
                        add_span(spans, (struct span){agent, from_ms, to_ms});
                }
        }
        (void)sqlite3_finalize(statement);
        return result;
}

/* ---- Unions ---- */

static int compare_spans(const void *left, const void *right)
{
        const struct span *a = left;
        const struct span *b = right;

        return a->from_ms < b->from_ms ? -1 : a->from_ms > b->from_ms;
}

/* Puts the spans of each agent together, as they came: a pass to count, a pass to place. */
static void gather(struct spans *spans, uint32_t agents)
{
        size_t *ends = att_alloc_array(agents + 1, sizeof(*ends));
        struct span *placed = att_alloc_array(spans->count + 1, sizeof(*placed));

        for (size_t i = 0; i < spans->count; i++) {
                ends[spans->items[i].agent + 1]++;
        }
        for (uint32_t i = 0; i < agents; i++) {
                ends[i + 1] += ends[i];
        }
        for (size_t i = 0; i < spans->count; i++) {
                placed[ends[spans->items[i].agent]++] = spans->items[i];
        }
        free(spans->items);
        free(ends);
        spans->items = placed;
        spans->capacity = spans->count + 1;
}

static bool is_sorted(const struct span *spans, size_t count)
{
        for (size_t i = 1; i < count; i++) {
                if (spans[i].from_ms < spans[i - 1].from_ms) {
                        return false;
                }
        }
        return true;
}

/* An agent's spans, in order, joined where they touch; gives how many are left. */
static size_t join_one(struct span *spans, size_t count)
{
        size_t kept = 0;

        if (!is_sorted(spans, count)) {
                qsort(spans, count, sizeof(*spans), compare_spans);
        }
        for (size_t i = 0; i < count; i++) {
                if (kept > 0 && spans[i].from_ms <= spans[kept - 1].to_ms) {
                        spans[kept - 1].to_ms = att_max_i64(spans[kept - 1].to_ms, spans[i].to_ms);
                } else {
                        spans[kept++] = spans[i];
                }
        }
        return kept;
}

static void join(struct work *work, struct spans *spans)
{
        size_t kept = 0;
        size_t next;

        gather(spans, work->names[DIM_AGENT].count);
        for (size_t i = 0; i < spans->count; i = next) {
                size_t count;

                next = i;
                while (next < spans->count && spans->items[next].agent == spans->items[i].agent) {
                        next++;
                }
                count = join_one(spans->items + i, next - i);
                memmove(spans->items + kept, spans->items + i, count * sizeof(*spans->items));
                kept += count;
        }
        spans->count = kept;
}

/* ---- Adding them up ---- */

static void add_piece(struct work *work, struct place *place, enum sum sum, int64_t from_ms,
                      int64_t to_ms)
{
        struct unit unit = {0};

        unit_add(&unit, sum, to_ms - from_ms);
        slices_add_staff(work, place, &unit);
}

/* Where the local hour of an instant ends. */
static int64_t hour_end_ms(struct work *work, int64_t at_ms)
{
        const int64_t local_ms = at_ms + slices_offset(work, at_ms / 1000) * 1000;

        return at_ms + HOUR_MS - local_ms % HOUR_MS;
}

static void add_sum(struct work *work, enum sum sum, const struct span *span)
{
        struct place place = {.at = {0}};
        int64_t from_ms = span->from_ms;

        place.at[DIM_AGENT] = span->agent;
        while (work->needs_time && from_ms < span->to_ms) {
                const int64_t to_ms = att_min_i64(hour_end_ms(work, from_ms), span->to_ms);

                slices_set_time(work, &place, from_ms);
                add_piece(work, &place, sum, from_ms, to_ms);
                from_ms = to_ms;
        }
        if (from_ms < span->to_ms) {
                add_piece(work, &place, sum, from_ms, span->to_ms);
        }
}

static void add_all(struct work *work, enum sum sum, const struct spans *spans)
{
        for (size_t i = 0; i < spans->count; i++) {
                add_sum(work, sum, &spans->items[i]);
        }
}

int staff_add(struct work *work)
{
        struct spans staffed = {0};
        struct spans busy;
        int result = read_ready(work, &staffed);

        if (result == 0) {
                busy = (struct spans){work->busy, work->busy_count, work->busy_capacity};
                join(work, &busy);
                for (size_t i = 0; i < busy.count; i++) {
                        add_span(&staffed, busy.items[i]);
                }
                join(work, &staffed);
                add_all(work, SUM_STAFFED_MS, &staffed);
                add_all(work, SUM_BUSY_MS, &busy);
                work->busy = busy.items;
        }
        free(staffed.items);
        return result < 0 ? result : work->result;
}
