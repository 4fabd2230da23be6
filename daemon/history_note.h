/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a step was, for the history: events of lib/store/history_event.h out of a command, its effects
 * and the engine right after it. The live feed and a replay make them by the same function, so that
 * what is caught up is what would have been written at once.
 */
#ifndef ATT_DAEMON_HISTORY_NOTE_H
#define ATT_DAEMON_HISTORY_NOTE_H

#include "lib/base/buffer.h"
#include "lib/core/core.h"

/* Packs the events of a step. */
void history_note(struct att_buffer *into, const struct att_core *core,
                  const struct att_command *command, const struct att_effects *effects);

/* Packs what is going on as if it had just begun: contacts where they are, agents as they are. What
 * goes on after a gap. */
void history_note_state(struct att_buffer *into, const struct att_core *core);

#endif
