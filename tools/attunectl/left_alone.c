/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunectl/left_alone.h"

#include <stdlib.h>

#include "lib/base/util.h"
#include "lib/config/outcome.h"
#include "lib/model/limits.h"
#include "tools/attunectl/arguments.h"
#include "tools/attunectl/show.h"

#define ASKED_MAX (2 * ATT_REQUIREMENTS_MAX) /* The request and the intake each so many. */

void left_alone_init(struct left_alone *alone, const struct att_config *before,
                     const struct att_config *after)
{
        *alone = (struct left_alone){
                .before = before,
                .after = after,
                .queues = att_alloc_array(before->queue_count, sizeof(*alone->queues)),
        };
}

void left_alone_deinit(struct left_alone *alone)
{
        for (uint32_t i = 0; i < alone->before->queue_count; i++) {
                att_buffer_deinit(&alone->queues[i].names);
        }
        free(alone->queues);
}

/* ---- One that waits ---- */

uint32_t left_alone_moved_to(const struct att_config *before, const struct att_config *after,
                             struct att_text queue)
{
        const uint32_t gone = att_config_find_queue(before, queue);
        const uint32_t moved = gone == ATT_NONE ? ATT_NONE : before->queues[gone].moved_to;
        const uint32_t to = moved == ATT_NONE
                                    ? ATT_NONE
                                    : att_config_find_queue(after, before->queues[moved].name);

        return to != ATT_NONE ? to : after->otherwise;
}

/* Skills that are no longer there are no longer asked for. */
static uint32_t find_requires(const struct att_config *config, const struct att_wire_contact *row,
                              struct att_requirement *into)
{
        uint32_t count = 0;

        for (uint32_t i = 0; i < row->requires_count && count < ASKED_MAX; i++) {
                const uint32_t skill = att_config_find_skill(config, row->requires[i].skill);

                if (skill != ATT_NONE && row->requires[i].level <= UINT8_MAX) {
                        into[count++] = (struct att_requirement){
                                .skill = skill, .level = (uint8_t)row->requires[i].level};
                }
        }
        return count;
}

static bool has_taker(const struct att_config *config, uint32_t queue, uint32_t step,
                      const struct att_wire_contact *row)
{
        ATT_CLEANUP(att_free_pointer)
        struct att_requirement *requires = att_alloc_array(row->requires_count + 1u,
                                                           sizeof(*requires));
        const struct att_outcome_contact contact = {
                .queue = queue,
                .step = step,
                .channel = att_config_find_channel(config, row->channel),
                .requires = requires,
                .requires_count = find_requires(config, row, requires),
        };

        return att_config_has_taker(config, &contact);
}

static void look_at(struct left_alone *alone, const struct att_wire_contact *row)
{
        const uint32_t old = att_config_find_queue(alone->before, row->queue);
        uint32_t new = att_config_find_queue(alone->after, row->queue);
        uint32_t step = row->step;
        struct left_alone_queue *queue;

        if ((row->state != ATT_CONTACT_QUEUED && row->state != ATT_CONTACT_OFFERED) ||
            old == ATT_NONE) {
                return;
        }
        if (new == ATT_NONE) {
                new = left_alone_moved_to(alone->before, alone->after, row->queue);
                step = 0;
        }
        if (new == ATT_NONE || has_taker(alone->after, new, step, row) ||
            !has_taker(alone->before, old, row->step, row)) {
                return;
        }
        queue = &alone->queues[old];
        if (queue->count++ < LEFT_ALONE_NAMES_MAX) {
                att_buffer_append_text(&queue->names, row->id);
                att_buffer_append_byte(&queue->names, '\n');
        }
}

bool left_alone_look(struct left_alone *alone, struct ctl *ctl)
{
        struct att_wire_message question;
        struct att_wire_answer answer;
        uint64_t cursor = 0;

        do {
                att_wire_message_init(&question, ATT_WIRE_CONTACTS);
                question.page.cursor = cursor;
                if (!ctl_ask(ctl, &question, ATT_WIRE_RESULT_CONTACTS, &answer)) {
                        return false;
                }
                for (uint32_t i = 0; i < answer.contacts.row_count; i++) {
                        look_at(alone, &answer.contacts.rows[i]);
                }
                cursor = answer.contacts.next;
        } while (cursor != 0);
        return true;
}

/* ---- What is said ---- */

static void write_names(const struct left_alone_queue *queue, struct att_buffer *into)
{
        struct att_text rest = att_buffer_text(&queue->names);
        struct att_text name;

        for (uint32_t i = 0; i < LEFT_ALONE_TOLD_MAX && argument_split(rest, '\n', &name, &rest);
             i++) {
                att_buffer_append_c(into, i == 0 ? ": " : ", ");
                show_plain(into, name);
        }
        att_buffer_append_c(into, queue->count > LEFT_ALONE_TOLD_MAX ? ", ...\n" : "\n");
}

void left_alone_write_text(const struct left_alone *alone, struct att_buffer *into)
{
        for (uint32_t i = 0; i < alone->before->queue_count; i++) {
                if (alone->queues[i].count == 0) {
                        continue;
                }
                att_buffer_append_c(into, "! queue ");
                show_plain(into, alone->before->queues[i].name);
                att_buffer_printf(
                        into, ": %u who wait there now would have nobody left who could take them",
                        alone->queues[i].count);
                write_names(&alone->queues[i], into);
        }
}

void left_alone_write_json(const struct left_alone *alone, struct att_json *json)
{
        struct att_text name;

        att_json_begin_array(json);
        for (uint32_t i = 0; i < alone->before->queue_count; i++) {
                struct att_text rest = att_buffer_text(&alone->queues[i].names);

                if (alone->queues[i].count == 0) {
                        continue;
                }
                att_json_begin_object(json);
                json_text(json, "queue", alone->before->queues[i].name);
                json_count(json, "count", alone->queues[i].count);
                att_json_key(json, "contacts");
                att_json_begin_array(json);
                while (argument_split(rest, '\n', &name, &rest)) {
                        att_json_text(json, name);
                }
                att_json_end_array(json);
                att_json_end_object(json);
        }
        att_json_end_array(json);
}
