/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The daemon's whole state as a snapshot: the engine's, its configuration, and what the shell learnt
 * from the same commands (which front ends are there, who signed an agent in).
 */
#ifndef ATT_DAEMON_STATE_H
#define ATT_DAEMON_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/front_end.h"
#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/base/digest.h"
#include "lib/core/core.h"
#include "lib/store/journal.h"
#include "lib/store/snapshot.h"

/* How the engine is saved and loaded: lib/core/snapshot.h, or a test's own. */
struct state_codec {
        void (*save)(const struct att_core *core, struct att_buffer *into);
        struct att_core *(*load)(struct att_text bytes, const struct att_config *config,
                                 struct att_buffer *why);
};

const struct state_codec *state_codec_of_engine(void);

/* `at`: the end of the batch after which the engine is in this state. */
ATT_MUST_USE int state_save(const char *dir, const struct state_codec *codec,
                            const struct att_core *core, const struct front_ends *front_ends,
                            const struct att_journal_position *at, struct att_buffer *why);

/* An engine from a snapshot; `front_ends`, if it is not NULL, learns who was there. That its digest is
 * the one it had is checked if the behaviour is the same. -EBADMSG and a sentence, if not. */
ATT_MUST_USE int state_restore(const struct att_snapshot *snapshot, const struct state_codec *codec,
                               struct front_ends *front_ends, struct att_core **ret_core,
                               struct att_buffer *why);

/* The shell's part alone. */
void state_put_front_ends(struct att_buffer *into, const struct front_ends *front_ends);
ATT_MUST_USE bool state_take_front_ends(struct att_text bytes, struct front_ends *front_ends);

#endif
