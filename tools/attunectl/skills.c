/* SPDX-License-Identifier: Apache-2.0 */
/* attunectl skills */
#include "lib/model/words.h"
#include "tools/attunectl/arguments.h"
#include "tools/attunectl/commands.h"
#include "tools/attunectl/gaps.h"
#include "tools/attunectl/grid.h"
#include "tools/attunectl/pages.h"
#include "tools/attunectl/show.h"

static const struct grid_column columns[] = {
        {"SKILL", false},    {"KIND", false},  {"WAITING", true},
        {"LONGEST", true},   {"FREE", true},   {"READY", true},
        {"SIGNED IN", true}, {"AGENTS", true}, {0},
};

static const char *kind_name(enum att_skill_kind kind)
{
        return kind < ATT_SKILL_KIND_COUNT ? att_skill_kind_name(kind) : "?";
}

static void put_row(struct grid *grid, const struct att_wire_skill *row)
{
        grid_text(grid, row->name);
        grid_c(grid, kind_name(row->kind));
        grid_printf(grid, "%u", row->waiting);
        grid_duration(grid, row->waiting > 0 ? row->longest_wait_ms : -1);
        grid_printf(grid, "%u", row->free);
        grid_printf(grid, "%u", row->ready);
        grid_printf(grid, "%u", row->signed_in);
        grid_printf(grid, "%u", row->agents);
}

static void put_json(struct att_buffer *out, const struct att_wire_skill *row)
{
        struct att_json json;

        att_json_init(&json, out);
        att_json_begin_object(&json);
        json_text(&json, "skill", row->name);
        json_text(&json, "title", row->title);
        json_string(&json, "kind", kind_name(row->kind));
        json_count(&json, "waiting", row->waiting);
        json_number(&json, "longest_wait_ms", row->longest_wait_ms);
        json_count(&json, "free", row->free);
        json_count(&json, "ready", row->ready);
        json_count(&json, "signed_in", row->signed_in);
        json_count(&json, "agents", row->agents);
        att_json_end_object(&json);
        att_buffer_append_byte(out, '\n');
}

static uint64_t put_page(struct pages *pages, const struct att_wire_answer *answer)
{
        for (uint32_t i = 0; i < answer->skills.row_count; i++) {
                if (pages->ctl->json) {
                        put_json(&pages->ctl->out, &answer->skills.rows[i]);
                } else {
                        put_row(&pages->grid, &answer->skills.rows[i]);
                }
        }
        pages->row_count += answer->skills.row_count;
        return answer->skills.next;
}

static enum verdict run(struct ctl *ctl, const struct arguments *arguments)
{
        struct pages pages = {
                .body = ATT_WIRE_SKILLS,
                .kind = ATT_WIRE_RESULT_SKILLS,
                .columns = columns,
                .none = "There are no skills.",
                .put = put_page,
        };

        return argument_is_given(arguments, "gaps") ? gaps_run(ctl) : pages_run(&pages, ctl);
}

static const struct option_row options[] = {
        {"gaps", NULL, "only skills that more wait for than are free, the widest gap first", 'g'},
        {0},
};

const struct command command_skills = {
        .name = "skills",
        .arguments = "[--gaps]",
        .summary = "supply of each skill against demand",
        .details = "WAITING are the contacts that require the skill now. FREE are the ready agents "
                   "who have it and have nothing in hand. With --gaps: BUSY are those who have it "
                   "and something in hand, ELSEWHERE those of them who are with a contact that "
                   "somebody signed in without the skill could have taken.",
        .options = options,
        .run = run,
};
