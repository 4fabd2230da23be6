/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The step. Every instant is one round: what happens is applied, then everything that can be
 * matched is matched, then the effects are handed over in their order. The timers due before a
 * command are rounds of their own, one an instant.
 */
#include "lib/core/core.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/core/state.h"
#include "lib/core/story.h"

struct att_core *att_core_new(void)
{
        struct att_core *core = att_alloc(sizeof(*core));
        att_keyheap_init(&core->timers, timer_less);
        att_list_init(&core->removed_agents);
        att_list_init(&core->agent_graveyard);
        att_list_init(&core->live);
        att_list_init(&core->closed);
        att_list_init(&core->all_signatures);
        att_list_init(&core->apart);
        att_list_init(&core->graveyard);
        att_list_init(&core->busy_customers);
        att_list_init(&core->idle_customers);
        att_list_init(&core->linked_anew);
        att_list_init(&core->front_ends);
        att_list_init(&core->incidents);
        att_list_init(&core->dirty_agents);
        att_list_init(&core->spare_offers);
        att_list_init(&core->spare_interactions);
        att_assign_init(&core->match.assign);
        core->shown = att_alloc(sizeof(*core->shown));
        core->next_offer = 1;
        return core;
}

static void free_contacts(struct att_core *core, struct att_list *list)
{
        ATT_LIST_FOREACH(contact, list, struct contact, in_core)
        {
                contact_free(core, contact);
        }
}

static void free_agent_list(struct att_core *core, struct att_list *list)
{
        ATT_LIST_FOREACH(agent, list, struct agent, in_removed)
        {
                agent_free(core, agent);
        }
}

static void cancel_wrap_ups(struct att_core *core, const struct agent *agent)
{
        ATT_LIST_FOREACH(interaction, &agent->interactions, struct interaction, in_agent)
        {
                timer_cancel(core, &interaction->wrap_up);
        }
}

/* Their timers are compared by the names of contacts, which go first. */
static void cancel_all_wrap_ups(struct att_core *core)
{
        for (uint32_t i = 0; i < core->agent_count; i++) {
                cancel_wrap_ups(core, core->agents[i]);
        }
        ATT_LIST_FOREACH(agent, &core->removed_agents, struct agent, in_removed)
        {
                cancel_wrap_ups(core, agent);
        }
}

static void free_agents(struct att_core *core)
{
        for (uint32_t i = 0; i < core->agent_count; i++) {
                agent_free(core, core->agents[i]);
        }
        free_agent_list(core, &core->removed_agents);
        free_agent_list(core, &core->agent_graveyard);
        free(core->agents);
}

static void free_customers(struct att_core *core, struct att_list *list)
{
        ATT_LIST_FOREACH(customer, list, struct customer, in_core)
        {
                customer_free(core, customer);
        }
}

static void free_spares(struct att_core *core)
{
        ATT_LIST_FOREACH(offer, &core->spare_offers, struct offer, in_contact)
        {
                free(offer);
        }
        ATT_LIST_FOREACH(interaction, &core->spare_interactions, struct interaction, in_agent)
        {
                free(interaction);
        }
}

static void free_incidents(struct att_core *core)
{
        ATT_LIST_FOREACH(incident, &core->incidents, struct incident, in_core)
        {
                incident_free(core, incident);
        }
}

static void bury_the_dead(struct att_core *core);

void att_core_free(struct att_core *core)
{
        if (!core) {
                return;
        }
        bury_the_dead(core);
        free(core->doomed);
        cancel_all_wrap_ups(core);
        free_contacts(core, &core->live);
        free_contacts(core, &core->closed);
        free_agents(core);
        free_customers(core, &core->busy_customers);
        free_customers(core, &core->idle_customers);
        front_ends_free(core);
        free_incidents(core);
        free_spares(core);
        free(core->hot);
        free(core->briefs);
        sets_deinit(&core->sets);
        match_deinit(&core->match);
        for (uint32_t i = 0; i < core->channel_count; i++) {
                free(core->channels[i].name_data);
        }
        for (uint32_t i = 0; i < core->queue_name_count; i++) {
                free(core->queue_names[i]);
        }
        free(core->queue_names);
        free(core->queue_records);
        free(core->human_skills);
        free(core->expected_ppm);
        free(core->policies);
        for (int place = 0; place < PLACE_COUNT; place++) {
                att_effects_deinit(&core->places[place]);
        }
        att_buffer_deinit(&core->sentence);
        free(core->dirty_contacts.items);
        att_arena_deinit(&core->texts);
        att_arena_deinit(core->shown);
        free(core->shown);
        att_keyheap_deinit(&core->timers);
        att_map_deinit(&core->agents_by_id);
        att_map_deinit(&core->contacts_by_id);
        att_map_deinit(&core->customers_by_id);
        att_map_deinit(&core->front_ends_by_name);
        signatures_purge(core);
        queues_free(core);
        slots_deinit(&core->slots);
        att_map_deinit(&core->signatures);
        att_config_unref(core->config_before);
        att_config_unref(core->config);
        att_pool_deinit(&core->pool);
        free(core);
}

/* ---- Effects ---- */

static const struct att_effect blank = {
        .step = ATT_NONE_STEP,
        .estimate_ms = -1,
        .due_ms = -1,
};

struct att_effect *emit(struct att_core *core, enum effect_place place, enum att_effect_kind kind)
{
        struct att_effects *effects = &core->places[place];
        if (effects->count == effects->capacity) {
                size_t capacity = att_grown_capacity(effects->capacity, effects->count + 1u);
                effects->items = att_realloc_array(effects->items, capacity,
                                                   sizeof(*effects->items));
                effects->capacity = (uint32_t)capacity;
        }
        struct att_effect *effect = &effects->items[effects->count++];
        *effect = blank;
        effect->kind = kind;
        effect->at_ms = core->now_ms;
        return effect;
}

struct att_effect *emit_contact(struct att_core *core, enum effect_place place,
                                enum att_effect_kind kind, const struct contact *contact)
{
        struct att_effect *effect = emit(core, place, kind);
        effect->contact = contact_id(contact);
        effect->front_end = contact_front_end(contact);
        effect->channel = core->channels[contact->channel].name;
        if (contact->queue != ATT_NONE) {
                effect->queue = queue_name(core, contact->queue);
        }
        return effect;
}

ATT_COLD static struct att_effect *emit_refusal(struct att_core *core,
                                                const struct att_command *command,
                                                enum att_refusal refusal, const char *field)
{
        struct att_effect *effect = emit(core, PLACE_ENDED, ATT_EFFECT_REFUSED);
        effect->contact = command->contact;
        effect->agent = command->agent;
        effect->front_end = command->front_end;
        effect->what = att_command_kind_word(command->kind);
        effect->refusal = refusal;
        effect->field = att_text_from(field);
        effect->reason = att_buffer_text(&core->sentence);
        core->counts.refused++;
        return effect;
}

void refuse(struct att_core *core, const struct att_command *command, enum att_refusal refusal,
            const char *field, const char *format, ...)
{
        att_buffer_clear(&core->sentence);
        char text[512];
        va_list arguments;
        va_start(arguments, format);
        (void)vsnprintf(text, sizeof(text), format, arguments);
        va_end(arguments);
        att_buffer_append_c(&core->sentence, text);
        struct att_effect *effect = emit_refusal(core, command, refusal, field);
        if (refusal == ATT_REFUSAL_FULL) {
                effect->retry_ms = 5000;
        }
}

void refuse_unknown(struct att_core *core, const struct att_command *command, const char *field,
                    const char *noun, struct att_text name, struct att_text nearest)
{
        att_buffer_clear(&core->sentence);
        att_buffer_printf(&core->sentence, "unknown %s '%.*s'", noun, ATT_TEXT_ARGS(name));
        if (!att_text_is_empty(nearest)) {
                att_buffer_printf(&core->sentence, ", did you mean '%.*s'?",
                                  ATT_TEXT_ARGS(nearest));
        }
        (void)emit_refusal(core, command, ATT_REFUSAL_UNKNOWN, field);
}

/* ---- Rounds ---- */

static void append_effects(struct att_effects *into, const struct att_effects *from)
{
        if (from->count == 0) {
                return;
        }
        size_t needed = (size_t)into->count + from->count;
        if (needed > into->capacity) {
                size_t capacity = att_grown_capacity(into->capacity, needed);
                into->items = att_realloc_array(into->items, capacity, sizeof(*into->items));
                into->capacity = (uint32_t)capacity;
        }
        att_copy(into->items + into->count, from->items, from->count * sizeof(*from->items));
        into->count += from->count;
}

static void begin_round(struct att_core *core, int64_t now_ms)
{
        core->now_ms = now_ms;
        core->round++;
        customers_look_again(core);
}

/* All that follows at this instant: timers that a change armed for now, steps that became
 * unstaffed, then the matching. Offers may connect at once and free nothing, so one matching does. */
static void end_round(struct att_core *core, struct att_effects *effects)
{
        do {
                queue_skip_unstaffed(core);
        } while (timers_fire(core));
        match_all(core);
        queue_settle_newcomer(core);
        for (int place = 0; place < PLACE_COUNT; place++) {
                append_effects(effects, &core->places[place]);
                core->places[place].count = 0;
        }
}

void give_later(struct att_core *core, void *memory, size_t bytes)
{
        if (!memory) {
                return;
        }
        if (core->doomed_count == core->doomed_capacity) {
                size_t capacity = att_grown_capacity(core->doomed_capacity,
                                                     core->doomed_count + 1u);
                core->doomed = att_realloc_array(core->doomed, capacity, sizeof(*core->doomed));
                core->doomed_capacity = (uint32_t)capacity;
        }
        core->doomed[core->doomed_count++] = (struct doomed){memory, bytes};
}

/* Frees what only the effects of the step before still named. */
static void bury_the_dead(struct att_core *core)
{
        for (uint32_t i = 0; i < core->doomed_count; i++) {
                att_pool_give(&core->pool, core->doomed[i].memory, core->doomed[i].bytes);
        }
        core->doomed_count = 0;
        contacts_trim(core);
        free_contacts(core, &core->graveyard);
        free_agent_list(core, &core->agent_graveyard);
        att_config_unref(core->config_before);
        core->config_before = NULL;
        att_arena_clear(&core->texts);
        att_arena_clear(core->shown);
}

typedef void handler(struct att_core *core, const struct att_command *command);

static void handle_tick(struct att_core *core, const struct att_command *command)
{
        (void)core;
        (void)command;
}

static void handle_prices(struct att_core *core, const struct att_command *command)
{
        (void)command;
        agents_price(core, true);
}

static handler *const handlers[ATT_CMD_KIND_COUNT] = {
        [ATT_CMD_TICK] = handle_tick,
        [ATT_CMD_CONFIG] = handle_config,
        [ATT_CMD_CONTACT_ADD] = handle_contact_add,
        [ATT_CMD_CONTACT_UPDATE] = handle_contact_update,
        [ATT_CMD_CONTACT_ABANDON] = handle_contact_abandon,
        [ATT_CMD_CONTACT_CANCEL] = handle_contact_cancel,
        [ATT_CMD_CONTACT_END] = handle_contact_end,
        [ATT_CMD_CONTACT_TRANSFER] = handle_contact_transfer,
        [ATT_CMD_CONTACT_HOLD] = handle_contact_hold,
        [ATT_CMD_CONTACT_FEEDBACK] = handle_contact_feedback,
        [ATT_CMD_AGENT_READY] = handle_agent_ready,
        [ATT_CMD_AGENT_PAUSE] = handle_agent_pause,
        [ATT_CMD_AGENT_OFFLINE] = handle_agent_offline,
        [ATT_CMD_OFFER_ACCEPT] = handle_offer_accept,
        [ATT_CMD_OFFER_DECLINE] = handle_offer_decline,
        [ATT_CMD_WRAP_UP_DONE] = handle_wrap_up_done,
        [ATT_CMD_OCCUPIED] = handle_occupied,
        [ATT_CMD_FREE] = handle_free,
        [ATT_CMD_CUSTOMER_SET] = handle_customer_set,
        [ATT_CMD_CUSTOMER_LINK] = handle_customer_link,
        [ATT_CMD_CUSTOMER_UNLINK] = handle_customer_unlink,
        [ATT_CMD_CUSTOMER_FORGET] = handle_customer_forget,
        [ATT_CMD_FRONT_END_LOST] = handle_front_end_lost,
        [ATT_CMD_FRONT_END_BACK] = handle_front_end_back,
        [ATT_CMD_AWAY] = handle_away,
        [ATT_CMD_PRICES] = handle_prices,
        [ATT_CMD_INCIDENT_ANNOUNCE] = handle_incident_announce,
        [ATT_CMD_INCIDENT_CLOSE] = handle_incident_close,
};

static void apply(struct att_core *core, const struct att_command *command)
{
        if (!core->config && command->kind != ATT_CMD_CONFIG) {
                refuse(core, command, ATT_REFUSAL_STATE, "", "there is no configuration yet");
                return;
        }
        handlers[command->kind](core, command);
}

void att_core_step(struct att_core *core, const struct att_command *command,
                   struct att_effects *effects)
{
        ATT_CHECK(command->kind < ATT_CMD_KIND_COUNT);
        ATT_CHECK(command->at_ms >= core->now_ms);
        effects->count = 0;
        bury_the_dead(core);
        core->seq = command->seq;
        core->counts.commands++;

        if (command->kind == ATT_CMD_AWAY) {
                /* Before the timers: what fell due while nobody could answer gets a fresh grace. */
                core->now_ms = att_max_i64(core->now_ms, command->at_ms - command->away.away_ms);
                handle_away(core, command);
        }
        for (;;) {
                int64_t due_ms = att_core_next_deadline_ms(core);
                if (due_ms > command->at_ms) {
                        break;
                }
                begin_round(core, att_max_i64(due_ms, core->now_ms));
                end_round(core, effects);
        }
        begin_round(core, command->at_ms);
        contacts_forget(core);
        if (command->kind != ATT_CMD_AWAY) {
                apply(core, command);
        }
        end_round(core, effects);
        core->foresight = NULL;
#ifdef ATT_DEBUG_INVARIANTS
        att_core_check(core);
#endif
}

int64_t att_core_now_ms(const struct att_core *core)
{
        return core->now_ms;
}

uint64_t att_core_seq(const struct att_core *core)
{
        return core->seq;
}

const struct att_config *att_core_config(const struct att_core *core)
{
        return core->config;
}
