/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Queues that send contacts round in a circle. A circle in which contacts wait somewhere is fine (it
 * ends at max_wait); one in which every move is made at once would never end.
 */
#include <stdlib.h>

#include "lib/base/util.h"
#include "lib/config/compiler.h"
#include "lib/config/values.h"

/* What may take a contact from one queue to the next in the instant of its coming. */
typedef uint32_t next_queue_fn(const struct compiler *compiler, uint32_t queue);

/* The queue that a step moves to when nothing holds a contact before it: no time, or only steps
 * that are passed over when unstaffed. */
static uint32_t moved_at_once(const struct compiler *compiler, uint32_t queue)
{
        const struct att_queue *from = &compiler->drafts.queues[queue];
        bool is_at_once = true;

        for (uint32_t i = 0; i < from->step_count && is_at_once; i++) {
                const struct att_step *step = &from->steps[i];

                if (step->move_to != ATT_NONE) {
                        return step->move_to;
                }
                is_at_once = step->skip_unstaffed ||
                             (i + 1 < from->step_count && from->steps[i + 1].after_ms == 0);
        }
        return ATT_NONE;
}

static uint32_t sent_when_closed(const struct compiler *compiler, uint32_t queue)
{
        const struct att_queue *from = &compiler->drafts.queues[queue];

        return from->hours != ATT_NONE && from->when_closed.kind == ATT_OVERFLOW_QUEUE
                       ? from->when_closed.queue
                       : ATT_NONE;
}

/* Whether all queues of a circle are closed at some time: then nobody would ever take it. */
static bool are_closed_together(const struct compiler *compiler, uint32_t start)
{
        const struct att_hours *first =
                &compiler->drafts.hours[compiler->drafts.queues[start].hours];
        int64_t at_ms = compiler->now_ms;

        while (at_ms < first->known_until_ms) {
                int64_t open_until_ms = INT64_MIN;
                uint32_t queue = start;

                do {
                        const struct att_hours *hours =
                                &compiler->drafts.hours[compiler->drafts.queues[queue].hours];

                        if (att_hours_is_open(hours, at_ms)) {
                                open_until_ms = att_max_i64(open_until_ms,
                                                            att_hours_next_change(hours, at_ms));
                        }
                        queue = sent_when_closed(compiler, queue);
                } while (queue != start);
                if (open_until_ms == INT64_MIN) {
                        return true;
                }
                at_ms = open_until_ms;
        }
        return false;
}

static void tell_loop(struct compiler *compiler, uint32_t queue, next_queue_fn *next,
                      const char *why)
{
        const struct names *names = &compiler->names[ATT_NOUN_QUEUE];
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer circle = {0};
        uint32_t at = queue;

        do {
                att_buffer_printf(&circle, "%.*s -> ", ATT_TEXT_ARGS(names->items[at]->name));
                at = next(compiler, at);
        } while (at != queue);
        att_config_errors_add(compiler->errors, names->items[queue]->key->place,
                              "contacts would go round for ever (%s%.*s): %s", circle.data,
                              ATT_TEXT_ARGS(names->items[queue]->name), why);
}

/* Each queue leads to one other at most, so that a walk meets each circle once. */
static void find_loops(struct compiler *compiler, next_queue_fn *next, bool counts_hours,
                       const char *why)
{
        const uint32_t count = compiler->names[ATT_NOUN_QUEUE].count;
        /* By queue the walk that came by, from 1. */
        ATT_CLEANUP(att_free_pointer) uint32_t *walk_of = att_alloc_array(count, sizeof(*walk_of));

        for (uint32_t start = 0; start < count; start++) {
                uint32_t queue = start;

                while (queue != ATT_NONE && walk_of[queue] == 0) {
                        walk_of[queue] = start + 1;
                        queue = next(compiler, queue);
                }
                if (queue != ATT_NONE && walk_of[queue] == start + 1 &&
                    (!counts_hours || are_closed_together(compiler, queue))) {
                        tell_loop(compiler, queue, next, why);
                }
        }
}

void compiler_check_loops(struct compiler *compiler)
{
        if (compiler->errors->error_count > 0) {
                return; /* What leads where is not known. */
        }
        find_loops(compiler, moved_at_once, false,
                   "let one of them hold contacts for a time before its step moves them");
        find_loops(compiler, sent_when_closed, true,
                   "all of them are closed at some time; let one refuse or call back then");
}
