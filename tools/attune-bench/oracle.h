/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A naive router for one decision at a time: it looks at every agent, or at every waiting contact,
 * and works out from the configuration and from what was drawn whom the contract (docs/engine.md)
 * gives to whom. It shares no code with the engine.
 */
#ifndef ATT_TOOLS_BENCH_ORACLE_H
#define ATT_TOOLS_BENCH_ORACLE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/model/config.h"
#include "tools/attune-bench/centre.h"

#define ORACLE_HISTORY_MAX 4

struct oracle_past { /* A contact that feedback was given of. */
        uint32_t queue;
        bool went_well;
};

struct oracle_agent {
        bool is_free;
        int64_t idle_since_ms;
        int64_t strain_micro; /* As of: */
        int64_t strain_at_ms;
        int64_t price_ppm;
        struct oracle_past past[ORACLE_HISTORY_MAX];
        uint32_t past_count;
};

struct oracle_contact {
        struct centre_contact drawn;
        int64_t arrived_ms;
};

struct oracle_queue { /* Feedback of all its agents. */
        uint32_t successes;
        uint32_t count;
};

struct oracle {
        const struct att_config *config; /* Borrowed. */
        int64_t now_ms;
        struct oracle_agent *agents;     /* Owned. */
        struct oracle_contact *contacts; /* Owned; in order of arrival. */
        uint32_t contact_count;
        struct oracle_queue *queues; /* Owned. */
};

void oracle_init(struct oracle *oracle, const struct att_config *config, uint32_t contacts_max);
void oracle_deinit(struct oracle *oracle);

/* What happened. */
void oracle_note_talk(struct oracle *oracle, uint32_t agent, int64_t emotion_ppm, int64_t at_ms);
void oracle_note_feedback(struct oracle *oracle, uint32_t agent, uint32_t queue, bool went_well);

/* Whether the agent has what the queue asks for, and serves it. */
bool oracle_serves(const struct oracle *oracle, uint32_t agent, uint32_t queue);

/* The free agent that a contact gets, or the waiting contact that an agent gets who was busy until
 * now; ATT_NONE. */
uint32_t oracle_agent_for(const struct oracle *oracle, const struct oracle_contact *contact);
uint32_t oracle_contact_for(const struct oracle *oracle, uint32_t agent);

#endif
