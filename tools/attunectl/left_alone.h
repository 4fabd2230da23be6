/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Those who wait now and would lose the last agent who could take them, were another configuration in
 * force: by queue, with the names of the first. What each asks for itself is looked at; who is signed in is
 * not.
 *
 *      left_alone_init(&alone, before, after);
 *      left_alone_look(&alone, ctl);                   // asks attuned for all that wait
 *      left_alone_write_text(&alone, &lines);
 *      left_alone_write_json(&alone, &json);
 *      left_alone_deinit(&alone);
 */
#ifndef ATT_TOOLS_ATTUNECTL_LEFT_ALONE_H
#define ATT_TOOLS_ATTUNECTL_LEFT_ALONE_H

#include "lib/base/json.h"
#include "lib/model/config.h"
#include "tools/attunectl/command.h"

#define LEFT_ALONE_NAMES_MAX 100 /* Of a queue; a text tells of LEFT_ALONE_TOLD_MAX. */
#define LEFT_ALONE_TOLD_MAX  5

struct left_alone_queue {
        uint32_t count;
        struct att_buffer names; /* Of the first, each ended by a newline. */
};

struct left_alone {
        const struct att_config *before; /* Borrowed; so the next. */
        const struct att_config *after;
        struct left_alone_queue *queues; /* Owned; as `before` has them. */
};

void left_alone_init(struct left_alone *alone, const struct att_config *before,
                     const struct att_config *after);
void left_alone_deinit(struct left_alone *alone);
ATT_MUST_USE bool left_alone_look(struct left_alone *alone, struct ctl *ctl);

/* A line for each queue that has some. */
void left_alone_write_text(const struct left_alone *alone, struct att_buffer *into);
/* The value of a key: an array, empty where there are none. */
void left_alone_write_json(const struct left_alone *alone, struct att_json *json);

/* Where those go whose queue is no longer there: as its moved_to or the intake's `otherwise` says; ATT_NONE:
 * they are refused. */
uint32_t left_alone_moved_to(const struct att_config *before, const struct att_config *after,
                             struct att_text queue);

#endif
