/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which front ends are there, as the engine is to know: it hears of one that lost its last session,
 * and of its return. What it believes follows from the journal alone, so that after a restart those
 * that were there are told lost, once, and have the engine's grace to come back.
 */
#ifndef ATT_DAEMON_PRESENCE_H
#define ATT_DAEMON_PRESENCE_H

#include "daemon/front_end.h"
#include "lib/core/command.h"
#include "lib/core/effect.h"

struct app;
struct session;

/* Learns from a command that was stepped, now or in a replay. */
void presence_note_command(struct front_ends *front_ends, const struct att_command *command,
                           const struct att_effects *effects);

void presence_of_session_began(struct session *session);
void presence_of_session_ended(struct session *session);
/* At a turn's end: tells the engine of those that are gone. */
void presence_tell(struct app *app);
/* After a replay: nobody is there any more. */
void presence_tell_all_lost(struct app *app);

#endif
