/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A router without any cleverness: arrays, linear scans, everything recomputed at every instant. It
 * takes the same commands as the engine and gives the same effects, written from the words of the
 * contract alone, so that two readings of one text can be compared.
 *
 *      struct naive *naive = naive_new(false);
 *
 *      naive_step(naive, &command, &effects);  // the first one: ATT_CMD_CONFIG
 *
 * What it leaves out: the fit terms outcome, continuity and rapport (configurations give them no
 * weight), estimates and positions, prices by demand, strain, leases and AWAY. Nothing is ever
 * freed but with the whole: commands and what they point to must outlive it.
 */
#ifndef ATT_TESTS_NAIVE_NAIVE_H
#define ATT_TESTS_NAIVE_NAIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/core/command.h"
#include "lib/core/effect.h"

struct naive;

/* What fell due during offers that end at one instant acts when all of them have ended, in the order
 * of timers. */
struct naive *naive_new(void);
void naive_free(struct naive *naive);

/* Applies one command. `effects` is emptied first; its texts live as long as the router. */
void naive_step(struct naive *naive, const struct att_command *command,
                struct att_effects *effects);

/* Whether an instant was too large to try every pairing: from then on it is no measure. */
bool naive_gave_up(const struct naive *naive);

/* What is going on, for a generator of sensible commands: the i-th of each, false past the last. */
struct naive_offer_view {
        uint64_t number;
        struct att_text contact;
        struct att_text agent;
};
bool naive_live_offer(const struct naive *naive, uint32_t i, struct naive_offer_view *ret_view);

struct naive_work_view {
        struct att_text contact; /* Or the work's name. */
        struct att_text agent;
        bool outside;
        bool in_wrap_up;
};
bool naive_live_work(const struct naive *naive, uint32_t i, struct naive_work_view *ret_view);

struct naive_contact_view {
        struct att_text id;
        enum att_contact_state state;
};
bool naive_live_contact(const struct naive *naive, uint32_t i, struct naive_contact_view *ret_view);

/* When something can happen by time alone, or INT64_MAX. */
int64_t naive_next_instant_ms(const struct naive *naive);

#endif
