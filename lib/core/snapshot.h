/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine's state as bytes, and back.
 *
 *      att_core_save(core, &bytes);
 *      ...
 *      loaded = att_core_load(att_buffer_text(&bytes), config, &why);
 *
 * Saved is all that can influence an effect to come: two engines of which one was loaded from the
 * other's bytes have the same digest, and from there on give the same effects for the same commands.
 * What can be recounted from the rest (sets, signatures, what is interned, spares) is not in the
 * bytes. The configuration is not either: whoever keeps the bytes keeps it beside them
 * (att_core_config(), lib/wire/journal.h) and gives it back; so neither room has to know the other.
 *
 * The bytes begin with the number of their layout. An engine loads its own layout and every earlier
 * one that was released, whatever the behaviour of the engine that saved: after a clean stop an upgrade
 * begins with such a state and replays nothing. A newer layout is refused. That they are the bytes that
 * were written is the store's business (lib/store/snapshot.h); yet damaged ones give an error here,
 * never a crash and never an engine that breaks a rule later.
 *
 * The same state gives the same bytes, on every machine.
 */
#ifndef ATT_LIB_CORE_SNAPSHOT_H
#define ATT_LIB_CORE_SNAPSHOT_H

#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/base/text.h"
#include "lib/core/core.h"

/* Appends the state to `into`, between two steps. Cannot fail. Cost: the whole state. An engine
 * that has no configuration yet can be saved too; it is loaded with `config` NULL. */
void att_core_save(const struct att_core *core, struct att_buffer *into);

/* An engine with that state, to att_core_free(). `config` is the one that att_core_config() gave
 * when it was saved, or one of the same digest (checked); the engine takes a reference of its own.
 * Nothing of `bytes` is needed afterwards. NULL and a sentence in `why`, which may not be NULL, if
 * the bytes are damaged, of another layout, or of another configuration. */
ATT_MUST_USE struct att_core *att_core_load(struct att_text bytes, const struct att_config *config,
                                            struct att_buffer *why);

#endif
