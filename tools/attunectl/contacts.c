/* SPDX-License-Identifier: Apache-2.0 */
/* attunectl contacts */
#include "lib/model/words.h"
#include "tools/attunectl/arguments.h"
#include "tools/attunectl/commands.h"
#include "tools/attunectl/contact_json.h"
#include "tools/attunectl/grid.h"
#include "tools/attunectl/pages.h"
#include "tools/attunectl/show.h"

static const struct grid_column columns[] = {
        {"CONTACT", false}, {"CHANNEL", false}, {"QUEUE", false},    {"STATE", false},
        {"POS", true},      {"STEP", true},     {"WAITED", true},    {"URGENCY", true},
        {"AGENT", false},   {"TIER", false},    {"CUSTOMER", false}, {0},
};

static void put_state(struct grid *grid, const struct att_wire_contact *row)
{
        struct att_buffer *cell = grid_cell(grid);

        att_buffer_append_c(cell, row->state < ATT_CONTACT_STATE_COUNT
                                          ? att_contact_state_name(row->state)
                                          : "?");
        if (row->state == ATT_CONTACT_CLOSED && row->outcome < ATT_OUTCOME_COUNT) {
                att_buffer_printf(cell, ": %s", att_outcome_name(row->outcome));
        }
        grid_end_cell(grid);
}

static void put_row(struct grid *grid, const struct att_wire_contact *row)
{
        bool is_waiting = row->state == ATT_CONTACT_QUEUED || row->state == ATT_CONTACT_OFFERED;
        struct att_text customer = att_text_is_empty(row->customer.name) ? row->customer.id
                                                                         : row->customer.name;

        grid_text(grid, row->id);
        grid_text(grid, row->channel);
        grid_text(grid, row->queue);
        put_state(grid, row);
        if (row->position > 0) {
                att_buffer_printf(grid_cell(grid), "%u", row->position);
        }
        grid_end_cell(grid);
        grid_printf(grid, "%u", row->step);
        grid_duration(grid, row->waited_ms);
        if (is_waiting) {
                show_points(grid_cell(grid), row->urgency_milli);
        }
        grid_end_cell(grid);
        grid_text(grid, row->agent);
        grid_text(grid, row->tier);
        grid_text(grid, customer);
}

static uint64_t put_page(struct pages *pages, const struct att_wire_answer *answer)
{
        for (uint32_t i = 0; i < answer->contacts.row_count; i++) {
                if (pages->ctl->json) {
                        contact_write_json(&pages->ctl->out, &answer->contacts.rows[i]);
                        att_buffer_append_byte(&pages->ctl->out, '\n');
                } else {
                        put_row(&pages->grid, &answer->contacts.rows[i]);
                }
        }
        pages->row_count += answer->contacts.row_count;
        return answer->contacts.next;
}

static enum verdict run(struct ctl *ctl, const struct arguments *arguments)
{
        struct pages pages = {
                .body = ATT_WIRE_CONTACTS,
                .kind = ATT_WIRE_RESULT_CONTACTS,
                .columns = columns,
                .filter = {.queue = argument_text(arguments, "queue"),
                           .contact = argument_text(arguments, "contact")},
                .none = "There are no contacts.",
                .put = put_page,
        };

        return pages_run(&pages, ctl);
}

static const struct option_row options[] = {
        {"queue", "QUEUE", "only those in this queue", 'q'},
        {"contact", "CONTACT", "only this one, even if it is over", 'c'},
        {0},
};

const struct command command_contacts = {
        .name = "contacts",
        .arguments = "[--queue QUEUE] [--contact CONTACT]",
        .summary = "all that is alive, in the order of arrival",
        .details =
                "POS is the place in the queue: 1 is served next. URGENCY is in points; it grows "
                "while a contact waits. `attunectl explain CONTACT` says where it comes from.",
        .options = options,
        .run = run,
};
