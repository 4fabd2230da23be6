/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looks at every command and its effects from outside the engine, and at what the engine then says of
 * those concerned: its own account of who has what, which must agree with the engine's and break none
 * of the invariants of docs/reliability.md.
 *
 * Names are the simulation's: contacts c0, c1, ...; agents a0, a1, ...; work outside the router w0 ...
 */
#ifndef ATT_TOOLS_ATTUNESIM_CHAOS_WATCH_H
#define ATT_TOOLS_ATTUNESIM_CHAOS_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/core/core.h"
#include "tools/attunesim/chaos_report.h"

/* Forgets everything: a new engine. */
void watch_begin(void);
/* Keeps what it knows after this command; some are there to go back to when an engine begins with a
 * snapshot, those that are needed first of all. False: that one was not kept. */
void watch_save(uint64_t seq, bool (*is_needed)(uint64_t seq));
ATT_MUST_USE bool watch_restore(uint64_t seq);
void watch_forget_saved(void);
void watch_step(const struct att_core *core, const struct att_command *command,
                const struct att_effects *effects);
/* Whether it asks for nothing of its own but a queue and a channel. */
bool watch_is_plain(struct att_text contact);
/* Marks what is going on in the engine for a fault that hits all of it. */
void watch_cover(enum chaos_fault fault);
/* The same for a fault that is about one contact, whatever the agents do ... */
void watch_cover_contact(enum chaos_fault fault, struct att_text contact);
/* ... and about one contact or agent; those that there are not are fine. */
void watch_cover_one(enum chaos_fault fault, struct att_text contact, struct att_text agent);

#endif
