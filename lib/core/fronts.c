/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Front ends that are gone. Nothing depends on a goodbye: when the last session of one is lost, its
 * agents and waiting contacts keep their places for a grace and its conversations for longer; then
 * the agents are offline with the reason `lost`, what waited is cancelled, what talked has ended.
 * Contacts that are scheduled for later stay.
 */
#include <stdlib.h>

#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/core/state.h"
#include "lib/core/story.h"

struct front_end *front_end_find(const struct att_core *core, struct att_text name)
{
        struct att_map_node *node = att_map_find(&core->front_ends_by_name, name);
        return node ? ATT_CONTAINER_OF(node, struct front_end, by_name) : NULL;
}

struct front_end *front_end_new(struct att_core *core, struct att_text name)
{
        struct front_end *front_end = att_alloc(sizeof(*front_end));
        front_end->name_data = att_text_dup(name);
        timer_init(&front_end->lease, TIMER_FRONT_END);
        att_list_init(&front_end->in_core);
        att_list_add_tail(&core->front_ends, &front_end->in_core);
        att_map_add(&core->front_ends_by_name, &front_end->by_name,
                    att_text_of(front_end->name_data, name.len));
        return front_end;
}

static void forget(struct att_core *core, struct front_end *front_end)
{
        timer_cancel(core, &front_end->lease);
        att_map_remove(&core->front_ends_by_name, &front_end->by_name);
        att_list_remove(&front_end->in_core);
        free(front_end->name_data);
        free(front_end);
}

void front_ends_free(struct att_core *core)
{
        ATT_LIST_FOREACH(front_end, &core->front_ends, struct front_end, in_core)
        {
                forget(core, front_end);
        }
}

void front_end_arm(struct att_core *core, struct front_end *front_end, int64_t at_ms)
{
        timer_arm(core, &front_end->lease, at_ms, 0);
}

void handle_front_end_lost(struct att_core *core, const struct att_command *command)
{
        if (att_text_is_empty(command->front_end)) {
                refuse(core, command, ATT_REFUSAL_INVALID, "front_end", "a front end has a name");
                return;
        }
        if (!front_end_find(core, command->front_end)) {
                struct front_end *front_end = front_end_new(core, command->front_end);
                front_end->lost_ms = core->now_ms;
                front_end_arm(core, front_end, core->now_ms + FRONT_END_GRACE_MS);
        }
}

void handle_front_end_back(struct att_core *core, const struct att_command *command)
{
        struct front_end *front_end = front_end_find(core, command->front_end);
        if (front_end) {
                forget(core, front_end);
        }
}

static void sign_agents_out(struct att_core *core, struct att_text name)
{
        for (uint32_t i = 0; i < core->agent_count; i++) {
                agent_lose_reach(core, core->agents[i], name);
        }
}

static void close_waiting(struct att_core *core, struct att_text name)
{
        ATT_LIST_FOREACH(contact, &core->live, struct contact, in_core)
        {
                bool waiting = contact->state == ATT_CONTACT_QUEUED ||
                               contact->state == ATT_CONTACT_OFFERED;
                /* Nobody is on the line of a promise yet. */
                if (waiting && !story_is_follow_up(contact) &&
                    att_text_equals(contact_front_end(contact), name)) {
                        offers_revoke_of_contact(core, contact, ATT_REVOKE_CANCELLED);
                        contact_close(core, contact, ATT_OUTCOME_CANCELLED,
                                      ATT_TEXT("front end lost"));
                }
        }
}

static void end_conversations(struct att_core *core, struct att_text name)
{
        ATT_LIST_FOREACH(contact, &core->live, struct contact, in_core)
        {
                if (contact->state == ATT_CONTACT_CONNECTED &&
                    att_text_equals(contact_front_end(contact), name)) {
                        contact_end_conversation(core, contact, ATT_OUTCOME_HANDLED,
                                                 ATT_TEXT("front end lost"));
                }
        }
}

void front_end_lapse(struct att_core *core, struct front_end *front_end)
{
        struct att_text name = front_end->by_name.key;
        if (front_end->waiting_gone) {
                end_conversations(core, name);
                forget(core, front_end);
                return;
        }
        close_waiting(core, name);
        sign_agents_out(core, name);
        front_end->waiting_gone = true;
        front_end_arm(core, front_end, front_end->lost_ms + FRONT_END_CONVERSATION_MS);
}

/* The shell was away: waits count that time, but nobody could answer an offer or renew a lease. */
void handle_away(struct att_core *core, const struct att_command *command)
{
        ATT_LIST_FOREACH(contact, &core->live, struct contact, in_core)
        {
                ATT_LIST_FOREACH(offer, &contact->offers, struct offer, in_contact)
                {
                        timer_arm(core, &offer->timeout, command->at_ms + offer->timeout_ms,
                                  offer->number);
                }
        }
        ATT_LIST_FOREACH(front_end, &core->front_ends, struct front_end, in_core)
        {
                front_end->lost_ms = command->at_ms;
                front_end_arm(core, front_end,
                              command->at_ms + (front_end->waiting_gone ? FRONT_END_CONVERSATION_MS
                                                                        : FRONT_END_GRACE_MS));
        }
}
