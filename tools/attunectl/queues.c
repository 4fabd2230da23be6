/* SPDX-License-Identifier: Apache-2.0 */
/* attunectl queues */
#include "tools/attunectl/arguments.h"
#include "tools/attunectl/commands.h"
#include "tools/attunectl/grid.h"
#include "tools/attunectl/pages.h"
#include "tools/attunectl/show.h"

static const struct grid_column columns[] = {
        {"QUEUE", false},
        {"WAITING", true},
        {"OFFERED", true},
        {"TALKING", true},
        {"LONGEST", true},
        {"ESTIMATE", true},
        {"STAFFED", true},
        {"ANSWERED", true},
        {"IN LEVEL", true},
        {"ABANDONED", true},
        {"MEAN WAIT", true},
        {"OPEN", false},
        {0},
};

static int64_t mean_wait_ms(const struct att_wire_queue *row)
{
        return row->answered > 0 ? row->answer_wait_ms / (int64_t)row->answered : -1;
}

static void put_level(struct grid *grid, const struct att_wire_queue *row)
{
        if (row->service_level_ppm > 0) {
                show_percent(grid_cell(grid), row->answered_in_level, row->answered);
        }
        grid_end_cell(grid);
}

static void put_row(struct grid *grid, const struct att_wire_queue *row)
{
        grid_text(grid, row->name);
        grid_printf(grid, "%u", row->waiting);
        grid_printf(grid, "%u", row->offered);
        grid_printf(grid, "%u", row->connected);
        grid_duration(grid, row->waiting + row->offered > 0 ? row->longest_wait_ms : -1);
        grid_duration(grid, row->estimate_ms);
        grid_printf(grid, "%u", row->staffed);
        grid_printf(grid, "%llu", (unsigned long long)row->answered);
        put_level(grid, row);
        grid_printf(grid, "%llu", (unsigned long long)row->abandoned);
        grid_duration(grid, mean_wait_ms(row));
        grid_c(grid, row->open ? "yes" : "no");
}

static void put_json(struct att_buffer *out, const struct att_wire_queue *row)
{
        struct att_json json;

        att_json_init(&json, out);
        att_json_begin_object(&json);
        json_text(&json, "queue", row->name);
        json_text(&json, "title", row->title);
        json_bool(&json, "open", row->open);
        json_count(&json, "waiting", row->waiting);
        json_count(&json, "offered", row->offered);
        json_count(&json, "connected", row->connected);
        json_number(&json, "longest_wait_ms", row->longest_wait_ms);
        json_number_or_null(&json, "estimate_ms", row->estimate_ms);
        json_count(&json, "staffed", row->staffed);
        json_count(&json, "entered", row->entered);
        json_count(&json, "answered", row->answered);
        json_count(&json, "answered_in_level", row->answered_in_level);
        json_count(&json, "abandoned", row->abandoned);
        json_count(&json, "refused", row->refused);
        json_count(&json, "overflowed", row->overflowed);
        json_count(&json, "expired", row->expired);
        json_number_or_null(&json, "mean_wait_ms", mean_wait_ms(row));
        json_share(&json, "service_level", row->service_level_ppm > 0 ? row->answered_in_level : 0,
                   row->service_level_ppm > 0 ? row->answered : 0);
        if (row->service_level_ppm > 0) {
                json_scaled(&json, "service_level_target", row->service_level_ppm, 6);
                json_number(&json, "service_level_within_ms", row->service_level_within_ms);
        }
        att_json_end_object(&json);
        att_buffer_append_byte(out, '\n');
}

static uint64_t put_page(struct pages *pages, const struct att_wire_answer *answer)
{
        for (uint32_t i = 0; i < answer->queues.row_count; i++) {
                if (pages->ctl->json) {
                        put_json(&pages->ctl->out, &answer->queues.rows[i]);
                } else {
                        put_row(&pages->grid, &answer->queues.rows[i]);
                }
        }
        pages->row_count += answer->queues.row_count;
        return answer->queues.next;
}

static enum verdict run(struct ctl *ctl, const struct arguments *arguments)
{
        struct pages pages = {
                .body = ATT_WIRE_QUEUES,
                .kind = ATT_WIRE_RESULT_QUEUES,
                .columns = columns,
                .filter = {.queue = argument_text(arguments, "queue")},
                .none = "There are no queues.",
                .put = put_page,
        };

        return pages_run(&pages, ctl);
}

static const struct option_row options[] = {
        {"queue", "QUEUE", "only this one", 'q'},
        {0},
};

const struct command command_queues = {
        .name = "queues",
        .arguments = "[--queue QUEUE]",
        .summary = "who waits where, how long, and how well each queue does",
        .details =
                "ESTIMATE is the wait to expect for one who comes now, once two contacts have been "
                "answered. STAFFED are the ready agents who could take its contacts at the queue's "
                "last step. IN LEVEL is the share of the answered contacts whose wait kept within "
                "the queue's service level. Counts are since the engine's first command.",
        .options = options,
        .run = run,
};
