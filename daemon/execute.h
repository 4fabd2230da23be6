/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A command's way: stamp and step (daemon/writer.h), answer who asked, publish to all others.
 * Everything it causes is held back until its batch is durable.
 */
#ifndef ATT_DAEMON_EXECUTE_H
#define ATT_DAEMON_EXECUTE_H

#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/base/text.h"
#include "lib/core/command.h"
#include "lib/core/core.h"
#include "lib/core/effect.h"

struct app;
struct front_ends;
struct session;

/* Of a command in the journal, right after its step: the answer that it had, for the client that may ask
 * again. First a note of it (nothing, if it is to have none), of which the answer is then made and kept: by
 * whichever thread has the front ends' answers meanwhile. */
void execute_note_replayed(const struct att_core *core, const struct att_command *command,
                           const struct att_effects *effects, struct att_buffer *into);
void execute_keep_replayed(struct front_ends *front_ends, const struct att_command *command,
                           struct att_text note);

/* A command of a session, which has passed all checks of permission. */
void execute_for(struct session *session, uint64_t request_id, struct att_command *command);
/* A command of the daemon's own. */
void execute(struct app *app, struct att_command *command);
/* With no more to it than its kind. */
void execute_plain(struct app *app, enum att_command_kind kind);

/* If the process stood still (it was stopped, or its machine was), nobody could answer meanwhile:
 * the engine is told before anything lapses for it. Part of the above; also for a turn without
 * commands. */
void execute_stall(struct app *app);

#endif
