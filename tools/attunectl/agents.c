/* SPDX-License-Identifier: Apache-2.0 */
/* attunectl agents */
#include "lib/model/words.h"
#include "tools/attunectl/arguments.h"
#include "tools/attunectl/commands.h"
#include "tools/attunectl/grid.h"
#include "tools/attunectl/pages.h"
#include "tools/attunectl/show.h"

static const struct grid_column columns[] = {
        {"AGENT", false}, {"NAME", false},  {"TEAM", false}, {"PRESENCE", false}, {"LOAD", true},
        {"IDLE", true},   {"STRAIN", true}, {"PRICE", true}, {"WITH", false},     {0},
};

static const char *presence_name(enum att_presence presence)
{
        return presence < ATT_PRESENCE_COUNT ? att_presence_name(presence) : "?";
}

/* ---- For people ---- */

static void put_presence(struct grid *grid, const struct att_wire_agent *row)
{
        struct att_buffer *cell = grid_cell(grid);

        att_buffer_append_c(cell, presence_name(row->presence));
        if (!att_text_is_empty(row->reason)) {
                att_buffer_append_c(cell, ": ");
                show_plain(cell, row->reason);
        }
        if (row->removed) {
                att_buffer_append_c(cell, " (removed)");
        }
        grid_end_cell(grid);
}

static void put_work(struct att_buffer *cell, const struct att_wire_interaction *work)
{
        show_plain(cell, work->contact);
        switch (work->state) {
        case ATT_INTERACTION_ACTIVE:
                if (work->outside) {
                        att_buffer_append_c(cell, " (outside)");
                }
                break;
        case ATT_INTERACTION_HELD:
                att_buffer_append_c(cell, " (held)");
                break;
        case ATT_INTERACTION_WRAP_UP:
                att_buffer_append_c(cell, " (wrap-up)");
                break;
        }
}

static void put_with(struct grid *grid, const struct att_wire_agent *row)
{
        struct att_buffer *cell = grid_cell(grid);

        for (uint32_t i = 0; i < row->interaction_count && i < 4; i++) {
                att_buffer_append_c(cell, i > 0 ? ", " : "");
                put_work(cell, &row->interactions[i]);
        }
        if (row->interaction_count > 4) {
                att_buffer_printf(cell, ", %u more", row->interaction_count - 4);
        }
        if (row->offers > 0) {
                att_buffer_printf(cell, "%s%u on offer", row->interaction_count > 0 ? ", " : "",
                                  row->offers);
        }
        grid_end_cell(grid);
}

static void put_row(struct grid *grid, const struct att_wire_agent *row)
{
        grid_text(grid, row->id);
        grid_text(grid, row->name);
        grid_text(grid, row->team);
        put_presence(grid, row);
        grid_printf(grid, "%u", row->load_units);
        grid_duration(grid, row->presence == ATT_PRESENCE_OFFLINE ? -1 : row->idle_ms);
        grid_printf(grid, "%lld.%02lld", (long long)row->strain_milli / 1000,
                    (long long)row->strain_milli % 1000 / 10);
        grid_printf(grid, "%lld.%02lld", (long long)row->price_ppm / 1000000,
                    (long long)row->price_ppm % 1000000 / 10000);
        put_with(grid, row);
}

/* ---- JSON ---- */

static void put_interactions(struct att_json *json, const struct att_wire_agent *row)
{
        att_json_key(json, "interactions");
        att_json_begin_array(json);
        for (uint32_t i = 0; i < row->interaction_count; i++) {
                const struct att_wire_interaction *work = &row->interactions[i];

                att_json_begin_object(json);
                json_text(json, "contact", work->contact);
                json_text(json, "channel", work->channel);
                json_text_if(json, "queue", work->queue);
                json_string(json, "state", att_interaction_state_name(work->state));
                json_bool(json, "outside", work->outside);
                json_count(json, "units", work->units);
                json_number(json, "since_ms", work->since_ms);
                if (work->wrap_up_until_ms >= 0) {
                        json_number(json, "wrap_up_until_ms", work->wrap_up_until_ms);
                }
                att_json_end_object(json);
        }
        att_json_end_array(json);
}

static void put_json(struct att_buffer *out, const struct att_wire_agent *row)
{
        struct att_json json;

        att_json_init(&json, out);
        att_json_begin_object(&json);
        json_text(&json, "agent", row->id);
        json_text(&json, "name", row->name);
        json_text(&json, "team", row->team);
        json_bool(&json, "bot", row->bot);
        json_string(&json, "presence", presence_name(row->presence));
        json_text(&json, "reason", row->reason);
        json_number(&json, "presence_since_ms", row->presence_since_ms);
        json_count(&json, "load", row->load_units);
        json_number_or_null(&json, "idle_ms", row->idle_ms);
        json_count(&json, "offers", row->offers);
        json_scaled(&json, "strain", row->strain_milli, 3);
        json_scaled(&json, "price", row->price_ppm, 6);
        att_json_key(&json, "channels");
        att_json_begin_array(&json);
        for (uint32_t i = 0; i < row->channel_count; i++) {
                att_json_text(&json, row->channels[i]);
        }
        att_json_end_array(&json);
        put_interactions(&json, row);
        json_bool(&json, "removed", row->removed);
        att_json_end_object(&json);
        att_buffer_append_byte(out, '\n');
}

static uint64_t put_page(struct pages *pages, const struct att_wire_answer *answer)
{
        for (uint32_t i = 0; i < answer->agents.row_count; i++) {
                if (pages->ctl->json) {
                        put_json(&pages->ctl->out, &answer->agents.rows[i]);
                } else {
                        put_row(&pages->grid, &answer->agents.rows[i]);
                }
        }
        pages->row_count += answer->agents.row_count;
        return answer->agents.next;
}

static enum verdict run(struct ctl *ctl, const struct arguments *arguments)
{
        struct pages pages = {
                .body = ATT_WIRE_AGENTS,
                .kind = ATT_WIRE_RESULT_AGENTS,
                .columns = columns,
                .filter = {.agent = argument_text(arguments, "agent")},
                .none = "There are no agents.",
                .put = put_page,
        };

        return pages_run(&pages, ctl);
}

static const struct option_row options[] = {
        {"agent", "AGENT", "only this one", 'a'},
        {0},
};

const struct command command_agents = {
        .name = "agents",
        .arguments = "[--agent AGENT]",
        .summary = "who is there, how loaded, how rested, and with whom",
        .details =
                "LOAD is of 100 units, offers included. STRAIN counts recent angry contacts, each "
                "fading with time. PRICE, in [0,1], is how much the agent's skills are wanted "
                "elsewhere: ordinary contacts go past agents of a high price if others will do.",
        .options = options,
        .run = run,
};
