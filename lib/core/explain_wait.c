/* SPDX-License-Identifier: Apache-2.0 */
/* What a contact waits for, who could take it and when. */
#include "lib/base/util.h"
#include "lib/core/explain_work.h"

static void put_waits_for(const struct explain *explain, const struct outlook *outlook,
                          struct att_buffer *into)
{
        const struct contact *contact = explain->contact;
        uint32_t there = outlook->could - outlook->by_prospect[PROSPECT_OFFLINE];
        uint32_t busy = outlook->by_prospect[PROSPECT_BUSY] + outlook->by_prospect[PROSPECT_KNOWN];
        if (outlook->by_prospect[PROSPECT_NOW] > 0 && is_in_window(explain)) {
                att_buffer_append_c(into, "the policy's batching window to close");
        } else if (is_for_named_alone(explain->core, contact)) {
                att_buffer_printf(into, "the named agent %.*s",
                                  ATT_TEXT_ARGS(contact_extras(contact)->named->id));
        } else if (outlook->excluded[ATT_EXCLUSION_HOLD] > 0) {
                att_buffer_printf(into, "the preferred agent %.*s, for whom it is held",
                                  ATT_TEXT_ARGS(contact_extras(contact)->preferred->id));
        } else if (busy == 1) {
                att_buffer_append_c(into, "the one agent who is there and could take it");
        } else if (busy > 1) {
                att_buffer_printf(into, "the first of %u agents who are there and could take it",
                                  busy);
        } else if (there > 0) {
                words_agents(into, there);
                att_buffer_append_c(into, " to come back");
        } else if (outlook->could > 0) {
                words_agents(into, outlook->could);
                att_buffer_append_c(into, " to sign in");
        } else {
                att_buffer_append_c(into, "an agent who meets what is asked: there is none");
        }
}

static void put_others(const struct explain *explain, struct att_buffer *into)
{
        uint32_t position = queue_position(explain->core, explain->contact);
        if (position > 1) {
                att_buffer_printf(into, "; %u of its queue %s before it", position - 1,
                                  position == 2 ? "is" : "are");
        }
}

/* ---- All of it ---- */

static struct att_text blocks_text(struct explain *explain, const struct someone *someone)
{
        if (someone->set == 0) {
                att_buffer_append_c(&explain->words, "is free to take it");
        }
        for (uint32_t left = someone->set; left != 0; left &= left - 1) {
                words_block(explain, someone->agent, blocks_first(left));
                att_buffer_append_c(&explain->words, (left & (left - 1)) != 0 ? "; " : "");
        }
        return explain_keep(explain);
}

static const struct att_explain_agent *told_agents(struct explain *explain,
                                                   const struct outlook *outlook)
{
        struct att_explain_agent *agents = att_arena_take_array(
                explain->arena, outlook->first_count, sizeof(*agents));
        for (uint32_t i = 0; i < outlook->first_count; i++) {
                const struct someone *someone = &outlook->first[i];
                agents[i] = (struct att_explain_agent){
                        .agent = someone->agent->id,
                        .cause = att_text_from(att_exclusion_name(blocks_first(someone->set))),
                        .due_ms = someone->due_ms,
                        .text = blocks_text(explain, someone),
                };
        }
        return agents;
}

const struct att_explain_wait *explain_wait(struct explain *explain)
{
        struct outlook *outlook = att_arena_take(explain->arena, sizeof(*outlook));
        struct changes *changes = att_arena_take(explain->arena, sizeof(*changes));
        struct att_explain_wait *wait = att_arena_take(explain->arena, sizeof(*wait));
        outlook_of(explain, outlook);
        wait->considered = explain->core->agent_count;
        wait->eligible = outlook->excluded[ATT_EXCLUSION_NONE];
        wait->excluded = explain_counts(explain, outlook->excluded, &wait->excluded_count);
        wait->agents = told_agents(explain, outlook);
        wait->agent_count = outlook->first_count;
        wait->more_agents = outlook->could - outlook->first_count;
        put_waits_for(explain, outlook, &explain->words);
        put_others(explain, &explain->words);
        wait->waits_for = explain_keep(explain);
        changes_add(explain, outlook, changes);
        wait->changes = changes->items;
        wait->change_count = changes->count;
        return wait;
}

/* ---- As lines ---- */

static void put_when(struct att_buffer *into, const struct explain *explain, int64_t due_ms)
{
        if (due_ms > explain->core->now_ms) {
                att_buffer_append_c(into, "in ");
                words_duration(into, due_ms - explain->core->now_ms);
                att_buffer_append_c(into, ": ");
        }
}

void words_wait(struct att_buffer *into, const struct explain *explain,
                const struct att_explain_wait *wait)
{
        att_buffer_printf(into, "waits for: %.*s\n", ATT_TEXT_ARGS(wait->waits_for));
        att_buffer_printf(into, "agents considered: %u, eligible: %u\n", wait->considered,
                          wait->eligible);
        for (uint32_t i = 0; i < wait->excluded_count; i++) {
                att_buffer_append_c(into, "  ");
                words_agents(into, wait->excluded[i].agents);
                att_buffer_printf(into, ": %.*s\n", ATT_TEXT_ARGS(wait->excluded[i].text));
        }
        if (wait->agent_count > 0) {
                att_buffer_append_c(into, "who could take it, and when:\n");
        }
        for (uint32_t i = 0; i < wait->agent_count; i++) {
                att_buffer_printf(into, "  %.*s ", ATT_TEXT_ARGS(wait->agents[i].agent));
                put_when(into, explain, wait->agents[i].due_ms);
                att_buffer_printf(into, "%.*s\n", ATT_TEXT_ARGS(wait->agents[i].text));
        }
        if (wait->more_agents > 0) {
                att_buffer_printf(into, "  and %u more\n", wait->more_agents);
        }
        att_buffer_append_c(into, "what would release it:\n");
        for (uint32_t i = 0; i < wait->change_count; i++) {
                att_buffer_append_c(into, "  ");
                put_when(into, explain, wait->changes[i].due_ms);
                att_buffer_printf(into, "%.*s\n", ATT_TEXT_ARGS(wait->changes[i].text));
        }
}
