/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a saved state, one after the other: each is written, or read into an engine whose
 * earlier parts are there. Shared by the snapshot's files alone. */
#ifndef ATT_LIB_CORE_SNAPSHOT_PARTS_H
#define ATT_LIB_CORE_SNAPSHOT_PARTS_H

#include "lib/core/snapshot_stream.h"
#include "lib/core/state.h"

/* Times of a damaged state must not overflow whatever is added to them. */
#define SNAPSHOT_TIME_MAX (INT64_MAX / 4)

/* ---- snapshot_agents.c: all but their work, then their work, which names contacts. ---- */

void snapshot_agents(struct stream *stream, struct att_core *core);
void snapshot_work(struct stream *stream, struct att_core *core);
/* The agent takes on work that was read. False: more than anyone can have. */
bool snapshot_take_units(struct stream *stream, struct agent *agent, uint32_t channel,
                         uint32_t units);
/* A reference to an agent, or to nobody. Removed ones are named. */
void snapshot_agent(struct stream *stream, struct att_core *core, struct agent **agent);

/* ---- snapshot_contacts.c ---- */

void snapshot_customers(struct stream *stream, struct att_core *core);
void snapshot_contacts(struct stream *stream, struct att_core *core);
/* Once all parts are there: where they wait, and what holds of all of them. */
void snapshot_settle_contacts(struct stream *stream, struct att_core *core);

/* ---- snapshot_story.c: incidents before the contacts, which refer to them. ---- */

void snapshot_incidents(struct stream *stream, struct att_core *core);
void snapshot_story(struct stream *stream, struct att_core *core, struct contact *contact);
/* What a customer is remembered by. */
void snapshot_remembered(struct stream *stream, struct att_core *core, struct customer *customer);

/* A time that is not after now. */
static inline void snapshot_past(struct stream *stream, const struct att_core *core, int64_t *at_ms,
                                 const char *what)
{
        stream_within(stream, at_ms, -SNAPSHOT_TIME_MAX, core->now_ms, what);
}

/* A time that is: of something that is due. */
static inline void snapshot_future(struct stream *stream, const struct att_core *core,
                                   int64_t *at_ms, const char *what)
{
        stream_within(stream, at_ms, core->now_ms + 1, SNAPSHOT_TIME_MAX, what);
}

static inline uint32_t snapshot_length(const struct att_list *list)
{
        uint32_t count = 0;
        for (const struct att_list *at = list->next; at != list; at = at->next) {
                count++;
        }
        return count;
}

#endif
