/* SPDX-License-Identifier: Apache-2.0 */
/* attunectl skills --gaps: where demand and supply are apart at this moment. */
#include "tools/attunectl/gaps.h"

#include <stdlib.h>

#include "lib/base/util.h"
#include "lib/model/serves.h"
#include "tools/attunectl/config_load.h"
#include "tools/attunectl/grid.h"
#include "tools/attunectl/show.h"

/* A skill that is waited for. */
struct gap {
        uint32_t skill; /* Of the configuration. */
        uint32_t waiting;
        int64_t longest_ms;
        uint32_t signed_in; /* Who have it. */
        uint32_t free;
        uint32_t busy;
        uint32_t elsewhere; /* Of the busy: with what somebody without the skill could take. */
};

struct gaps {
        struct ctl *ctl;
        const struct att_config *config;
        struct gap *items;  /* Owned: one a skill of the configuration. */
        bool *is_signed_in; /* Owned: agents. */
        struct at_work {    /* What agents have in hand. */
                uint32_t agent;
                uint32_t queue;
        } * work; /* Owned. */
        size_t work_count;
        size_t work_capacity;
};

/* ---- What is there ---- */

static bool ask_skills(struct gaps *gaps)
{
        struct att_wire_message question;
        struct att_wire_answer answer;
        uint64_t cursor = 0;

        do {
                att_wire_message_init(&question, ATT_WIRE_SKILLS);
                question.page.cursor = cursor;
                if (!ctl_ask(gaps->ctl, &question, ATT_WIRE_RESULT_SKILLS, &answer)) {
                        return false;
                }
                for (uint32_t i = 0; i < answer.skills.row_count; i++) {
                        const struct att_wire_skill *row = &answer.skills.rows[i];
                        uint32_t skill = att_config_find_skill(gaps->config, row->name);

                        if (skill != ATT_NONE) {
                                gaps->items[skill].waiting = row->waiting;
                                gaps->items[skill].longest_ms = row->longest_wait_ms;
                                gaps->items[skill].signed_in = row->signed_in;
                                gaps->items[skill].free = row->free;
                        }
                }
                cursor = answer.skills.next;
        } while (cursor != 0);
        return true;
}

static void add_work(struct gaps *gaps, uint32_t agent, const struct att_wire_agent *row)
{
        for (uint32_t i = 0; i < row->interaction_count; i++) {
                uint32_t queue = att_config_find_queue(gaps->config, row->interactions[i].queue);

                if (queue == ATT_NONE) {
                        continue;
                }
                if (gaps->work_count == gaps->work_capacity) {
                        gaps->work_capacity = att_grown_capacity(gaps->work_capacity,
                                                                 gaps->work_count + 1);
                        gaps->work = att_realloc_array(gaps->work, gaps->work_capacity,
                                                       sizeof(*gaps->work));
                }
                gaps->work[gaps->work_count++] = (struct at_work){agent, queue};
        }
}

static bool ask_agents(struct gaps *gaps)
{
        struct att_wire_message question;
        struct att_wire_answer answer;
        uint64_t cursor = 0;

        do {
                att_wire_message_init(&question, ATT_WIRE_AGENTS);
                question.page.cursor = cursor;
                if (!ctl_ask(gaps->ctl, &question, ATT_WIRE_RESULT_AGENTS, &answer)) {
                        return false;
                }
                for (uint32_t i = 0; i < answer.agents.row_count; i++) {
                        const struct att_wire_agent *row = &answer.agents.rows[i];
                        uint32_t agent = att_config_find_agent(gaps->config, row->id);

                        if (agent != ATT_NONE) {
                                gaps->is_signed_in[agent] = row->presence != ATT_PRESENCE_OFFLINE;
                                add_work(gaps, agent, row);
                        }
                }
                cursor = answer.agents.next;
        } while (cursor != 0);
        return true;
}

/* ---- What follows ---- */

/* Whether somebody who is signed in and lacks the skill could take the queue's contacts. */
static bool could_others(const struct gaps *gaps, uint32_t queue, uint32_t skill)
{
        for (uint32_t i = 0; i < gaps->config->agent_count; i++) {
                if (gaps->is_signed_in[i] && gaps->config->agents[i].levels[skill] == 0 &&
                    att_config_serves(gaps->config, i, queue, 0)) {
                        return true;
                }
        }
        return false;
}

static void count_busy(struct gaps *gaps, struct gap *gap)
{
        uint32_t last = ATT_NONE; /* Agents' work comes agent by agent. */
        uint32_t counted = ATT_NONE;

        for (size_t i = 0; i < gaps->work_count; i++) {
                const struct at_work *work = &gaps->work[i];

                if (gaps->config->agents[work->agent].levels[gap->skill] == 0) {
                        continue;
                }
                gap->busy += work->agent != last;
                last = work->agent;
                if (work->agent != counted && could_others(gaps, work->queue, gap->skill)) {
                        gap->elsewhere++;
                        counted = work->agent;
                }
        }
}

static int64_t size_of(const struct gap *gap)
{
        return (int64_t)gap->waiting - gap->free;
}

static int compare(const void *left, const void *right)
{
        const struct gap *a = left;
        const struct gap *b = right;

        if (size_of(a) != size_of(b)) {
                return size_of(a) > size_of(b) ? -1 : 1;
        }
        return a->skill < b->skill ? -1 : a->skill > b->skill;
}

/* ---- What is said ---- */

static const struct grid_column columns[] = {
        {"SKILL", false},    {"WAITING", true}, {"LONGEST", true},   {"FREE", true},
        {"SIGNED IN", true}, {"BUSY", true},    {"ELSEWHERE", true}, {0},
};

static void write_json(struct gaps *gaps, const struct gap *gap)
{
        struct att_json json;

        att_json_init(&json, &gaps->ctl->out);
        att_json_begin_object(&json);
        json_text(&json, "skill", gaps->config->skills[gap->skill].name);
        json_count(&json, "waiting", gap->waiting);
        json_number(&json, "longest_wait_ms", gap->longest_ms);
        json_count(&json, "free", gap->free);
        json_count(&json, "signed_in", gap->signed_in);
        json_count(&json, "busy", gap->busy);
        json_count(&json, "busy_elsewhere", gap->elsewhere);
        att_json_end_object(&json);
        att_buffer_append_byte(&gaps->ctl->out, '\n');
}

static void put_row(const struct gaps *gaps, struct grid *grid, const struct gap *gap)
{
        grid_text(grid, gaps->config->skills[gap->skill].name);
        grid_printf(grid, "%u", gap->waiting);
        grid_duration(grid, gap->longest_ms);
        grid_printf(grid, "%u", gap->free);
        grid_printf(grid, "%u", gap->signed_in);
        grid_printf(grid, "%u", gap->busy);
        grid_printf(grid, "%u", gap->elsewhere);
}

static void tell(struct gaps *gaps)
{
        struct grid grid;
        uint32_t count = 0;

        grid_init(&grid, columns);
        for (uint32_t i = 0; i < gaps->config->skill_count; i++) {
                struct gap *gap = &gaps->items[i];

                gap->skill = i;
                if (gap->waiting > gap->free) {
                        count_busy(gaps, gap);
                }
        }
        qsort(gaps->items, gaps->config->skill_count, sizeof(*gaps->items), compare);
        for (uint32_t i = 0; i < gaps->config->skill_count; i++) {
                const struct gap *gap = &gaps->items[i];

                if (gap->waiting <= gap->free) {
                        continue;
                }
                count++;
                if (gaps->ctl->json) {
                        write_json(gaps, gap);
                } else {
                        put_row(gaps, &grid, gap);
                }
        }
        if (!gaps->ctl->json && count > 0) {
                grid_write(&grid, &gaps->ctl->out);
        } else if (!gaps->ctl->json) {
                att_buffer_append_c(&gaps->ctl->out,
                                    "No skill is waited for by more than are free.\n");
        }
        grid_deinit(&grid);
}

enum verdict gaps_run(struct ctl *ctl)
{
        struct gaps gaps = {.ctl = ctl, .config = config_fetch(ctl)};
        bool is_known;

        if (!gaps.config) {
                return VERDICT_NO;
        }
        gaps.items = att_alloc_array(gaps.config->skill_count + 1u, sizeof(*gaps.items));
        gaps.is_signed_in = att_alloc_array(gaps.config->agent_count + 1u,
                                            sizeof(*gaps.is_signed_in));
        is_known = ask_skills(&gaps) && ask_agents(&gaps);
        if (is_known) {
                tell(&gaps);
        }
        free(gaps.items);
        free(gaps.is_signed_in);
        free(gaps.work);
        att_config_unref(gaps.config);
        return is_known ? VERDICT_DONE : VERDICT_NO;
}
