/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One event of the route log as a line of JSON: `time`, `event`, and of `contact`, `front_end`,
 * `queue`, `agent`, `channel`, `step`, `offer` ... those that the event has; `decision` with its
 * terms; `config` and `seq`. docs/operations.md lists them.
 */
#ifndef ATT_DAEMON_ROUTE_LINE_H
#define ATT_DAEMON_ROUTE_LINE_H

#include <stdint.h>

#include "daemon/history_thread.h"
#include "lib/base/buffer.h"
#include "lib/core/command.h"
#include "lib/core/effect.h"
#include "lib/wire/message.h"

/* At most so many rules of the intake are told of a contact. */
#define ROUTE_LINE_RULES_MAX 16

struct route_rule { /* Of the intake, that applied to a new contact. */
        uint32_t number;
        uint32_t line;
};

/* What front ends told of a customer: in the lines only where the operator asked for it (--log-personal). */
struct route_personal {
        const struct att_contact_request *request; /* Of a new contact; else NULL. */
        struct att_text text;                      /* Said or written by the customer. */
        struct att_text notes;                     /* The agent's. */
        struct att_text promised;
};

/* What is told of a new contact. */
struct route_rules {
        struct route_rule items[ROUTE_LINE_RULES_MAX];
        uint32_t count;
        int64_t emotion_ppm; /* ATT_ABSENT: it came with none. */
        enum att_emotion_source emotion_source;
        const struct route_personal *personal; /* NULL: not told. */
};

/* `config`: the digest in force, as text. `rules`: those that found a new contact its
 * place, and how it felt. */
void route_line_of_effect(struct att_buffer *into, const struct att_effect *effect,
                          const struct route_rules *rules, const char *config, uint64_t seq);
/* The agent's device rings: told by a front end, decided by nobody. */
void route_line_of_ringing(struct att_buffer *into, const struct att_wire_ringing *ringing,
                           int64_t at_ms, const char *config);

/* The history fell behind, or has caught up. */
void route_line_of_history(struct att_buffer *into, const struct history_status *status,
                           uint64_t behind, int64_t at_ms, const char *config);

#endif
