/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunesim/whatif_day.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "daemon/replay.h"
#include "daemon/state.h"
#include "lib/base/util.h"
#include "lib/core/core.h"
#include "lib/store/blame.h"
#include "lib/store/files.h"
#include "tools/attunesim/whatif_copy.h"

/* What follows a command is heard one effect after the other. */
struct reading {
        struct whatif_day *day;
        const struct att_command *command;
        const struct att_config *config; /* In force; borrowed. */
};

/* Who there is ------------------------------------------------------------ */

static struct att_text join_names(struct att_buffer *into, struct att_text queue,
                                  struct att_text channel)
{
        att_buffer_clear(into);
        att_buffer_append_text(into, queue);
        att_buffer_append_byte(into, ' ');
        att_buffer_append_text(into, channel);
        return att_buffer_text(into);
}

const struct whatif_group *whatif_day_find_group(const struct whatif_day *day,
                                                 struct att_text queue, struct att_text channel)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer name = {0};
        struct att_map_node *node = att_map_find(&day->groups_by_name,
                                                 join_names(&name, queue, channel));

        return node ? ATT_CONTAINER_OF(node, struct whatif_group, by_name) : NULL;
}

struct whatif_group *whatif_day_group(struct whatif_day *day, struct att_text queue,
                                      struct att_text channel)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer name = {0};
        struct att_text key = join_names(&name, queue, channel);
        struct att_map_node *node = att_map_find(&day->groups_by_name, key);
        struct whatif_group *group;

        if (node) {
                return ATT_CONTAINER_OF(node, struct whatif_group, by_name);
        }
        group = att_arena_take(&day->arena, sizeof(*group));
        group->queue = att_arena_text(&day->arena, queue);
        group->channel = att_arena_text(&day->arena, channel);
        group->next = day->groups;
        day->groups = group;
        att_map_add(&day->groups_by_name, &group->by_name, att_arena_text(&day->arena, key));
        return group;
}

const struct whatif_agent *whatif_day_find_agent(const struct whatif_day *day, struct att_text id)
{
        struct att_map_node *node = att_map_find(&day->agents_by_id, id);

        return node ? ATT_CONTAINER_OF(node, struct whatif_agent, by_id) : NULL;
}

static struct whatif_agent *get_agent(struct whatif_day *day, struct att_text id)
{
        struct att_map_node *node = att_map_find(&day->agents_by_id, id);
        struct whatif_agent *agent;

        if (node) {
                return ATT_CONTAINER_OF(node, struct whatif_agent, by_id);
        }
        agent = att_arena_take(&day->arena, sizeof(*agent));
        agent->id = att_arena_text(&day->arena, id);
        agent->index = day->agent_count++;
        agent->missed_at_ms = -1;
        agent->next = day->agents;
        day->agents = agent;
        att_map_add(&day->agents_by_id, &agent->by_id, agent->id);
        return agent;
}

struct whatif_contact *whatif_day_find_contact(const struct whatif_day *day, struct att_text id)
{
        struct att_map_node *node = att_map_find(&day->contacts_by_id, id);

        return node ? ATT_CONTAINER_OF(node, struct whatif_contact, by_id) : NULL;
}

static struct whatif_contact *find_named(const struct whatif_day *day, struct att_text name)
{
        struct att_map_node *node = att_text_is_empty(name)
                                            ? NULL
                                            : att_map_find(&day->contacts_by_name, name);

        return node ? ATT_CONTAINER_OF(node, struct whatif_contact, by_name) : NULL;
}

/* A name that was used before, by a contact that is long over, gets a number. */
static struct att_text own_id(struct whatif_day *day, struct att_text name)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer id = {0};

        for (uint32_t i = 2; whatif_day_find_contact(day, name); i++) {
                att_buffer_clear(&id);
                att_buffer_printf(&id, "%.*s#%u", ATT_TEXT_ARGS(name), i);
                if (!whatif_day_find_contact(day, att_buffer_text(&id))) {
                        return att_arena_text(&day->arena, att_buffer_text(&id));
                }
        }
        return att_arena_text(&day->arena, name);
}

static struct whatif_contact *add_contact(struct whatif_day *day, struct att_text name,
                                          struct att_text channel)
{
        struct whatif_contact *contact = att_arena_take(&day->arena, sizeof(*contact));
        struct whatif_contact *earlier = find_named(day, name);

        if (earlier) {
                att_map_remove(&day->contacts_by_name, &earlier->by_name);
        }
        contact->id = own_id(day, name);
        contact->index = day->contact_count;
        contact->channel = att_arena_text(&day->arena, channel);
        contact->value_micro = -1;
        att_map_add(&day->contacts_by_name, &contact->by_name, att_arena_text(&day->arena, name));
        att_map_add(&day->contacts_by_id, &contact->by_id, contact->id);
        if (day->contact_count == day->contact_capacity) {
                day->contact_capacity = (uint32_t)att_grown_capacity(day->contact_capacity,
                                                                     day->contact_count + 1u);
                day->contacts = att_realloc_array(day->contacts, day->contact_capacity,
                                                  sizeof(struct whatif_contact *));
        }
        day->contacts[day->contact_count++] = contact;
        return contact;
}

static void add_event(struct whatif_day *day, const struct att_command *command,
                      struct whatif_contact *contact)
{
        if (day->event_count == day->event_capacity) {
                day->event_capacity = att_grown_capacity(day->event_capacity, day->event_count + 1);
                day->events = att_realloc_array(day->events, day->event_capacity,
                                                sizeof(*day->events));
        }
        day->events[day->event_count++] = (struct whatif_event){command, contact};
}

/* Waiting and talking ------------------------------------------------------ */

static void begin_wait(struct whatif_day *day, struct whatif_contact *contact, int64_t at_ms,
                       struct att_text queue)
{
        contact->phase = WHATIF_WAITING;
        contact->since_ms = at_ms;
        contact->group = whatif_day_group(day, queue, contact->channel);
}

static void count_patience(struct whatif_day *day, const struct whatif_wait *wait,
                           struct att_text channel)
{
        bool gave_up = wait->left == WHATIF_ABANDONED;

        if (!wait->is_promised) {
                whatif_patience_add(&wait->group->patience, wait->ms, gave_up);
                whatif_patience_add(&whatif_day_group(day, ATT_TEXT_NONE, channel)->patience,
                                    wait->ms, gave_up);
        }
}

static void end_wait(struct whatif_day *day, struct whatif_contact *contact, int64_t at_ms,
                     enum whatif_left left, uint64_t seq)
{
        struct whatif_wait *wait;

        contact->waits = att_realloc_array(contact->waits, contact->wait_count + 1u,
                                           sizeof(*contact->waits));
        wait = &contact->waits[contact->wait_count++];
        *wait = (struct whatif_wait){
                .ms = at_ms - contact->since_ms,
                .seq = seq,
                .left = left,
                .is_promised = contact->is_promised,
                .group = contact->group,
        };
        count_patience(day, wait, contact->channel);
        if (!contact->was_answered) {
                contact->waited_ms += wait->ms;
        }
}

static void begin_talk(struct whatif_contact *contact, int64_t at_ms, struct whatif_agent *agent)
{
        contact->phase = WHATIF_TALKING;
        contact->since_ms = at_ms;
        contact->talks = att_realloc_array(contact->talks, contact->talk_count + 1u,
                                           sizeof(*contact->talks));
        contact->talks[contact->talk_count++] = (struct whatif_talk){
                .agent = agent,
                .wrapping_since_ms = -1,
                .wrap_up_ms = -1,
                .group = contact->group,
        };
        if (!contact->was_answered) {
                contact->was_answered = true;
                contact->first_agent = agent;
        }
}

static bool ends_talks(const struct att_command *command)
{
        return command->kind == ATT_CMD_CONTACT_END || command->kind == ATT_CMD_CONTACT_ABANDON ||
               command->kind == ATT_CMD_CONTACT_CANCEL || command->kind == ATT_CMD_CONTACT_TRANSFER;
}

static const struct att_command *copy_about(struct whatif_day *day,
                                            const struct att_command *command,
                                            const struct whatif_contact *contact)
{
        struct att_command *copy = whatif_copy_command(&day->arena, command);

        copy->contact = contact->id;
        if (copy->kind == ATT_CMD_CONTACT_ADD) {
                copy->request.id = contact->id;
        }
        return copy;
}

static void end_talk(struct reading *reading, struct whatif_contact *contact, int64_t at_ms)
{
        struct whatif_day *day = reading->day;
        struct whatif_talk *talk = &contact->talks[contact->talk_count - 1];

        talk->ms = at_ms - contact->since_ms;
        if (ends_talks(reading->command) && find_named(day, reading->command->contact) == contact) {
                talk->ended_by = copy_about(day, reading->command, contact);
        }
        whatif_times_add(&talk->group->talks, talk->ms);
        whatif_times_add(&whatif_day_group(day, ATT_TEXT_NONE, contact->channel)->talks, talk->ms);
        whatif_times_add(&whatif_day_group(day, ATT_TEXT_NONE, ATT_TEXT_NONE)->talks, talk->ms);
}

/* Offers ------------------------------------------------------------------ */

static void open_offer(struct whatif_contact *contact, struct whatif_agent *agent, uint64_t number,
                       int64_t at_ms)
{
        contact->offers = att_realloc_array(contact->offers, contact->offer_count + 1u,
                                            sizeof(*contact->offers));
        contact->offers[contact->offer_count++] = (struct whatif_open_offer){agent, number, at_ms};
}

static struct whatif_reaction *add_reaction(struct whatif_contact *contact)
{
        struct whatif_reaction *reaction;

        contact->reactions = att_realloc_array(contact->reactions, contact->reaction_count + 1u,
                                               sizeof(*contact->reactions));
        reaction = &contact->reactions[contact->reaction_count++];
        *reaction = (struct whatif_reaction){.back_ms = -1};
        return reaction;
}

/* Of an offer that was taken back, or open at the end, it is known that an answer takes longer. */
static void cut_reaction(struct whatif_contact *contact, const struct whatif_open_offer *offer,
                         int64_t at_ms)
{
        struct whatif_reaction *reaction = add_reaction(contact);

        reaction->agent = offer->agent;
        reaction->kind = WHATIF_ACCEPTS;
        reaction->ms = at_ms - offer->at_ms + 1;
        reaction->is_cut = true;
}

/* What came of an offer. */
static void close_offer(struct reading *reading, struct whatif_contact *contact,
                        const struct att_effect *effect, enum whatif_reaction_kind kind,
                        bool is_learned)
{
        struct whatif_open_offer offer;
        struct whatif_reaction *reaction;
        uint32_t i = 0;

        while (i < contact->offer_count && contact->offers[i].number != effect->offer) {
                i++;
        }
        if (i == contact->offer_count) {
                return; /* Accepted by itself. */
        }
        offer = contact->offers[i];
        contact->offers[i] = contact->offers[--contact->offer_count];
        if (!is_learned) {
                cut_reaction(contact, &offer, effect->at_ms);
                return;
        }
        reaction = add_reaction(contact);
        reaction->agent = offer.agent;
        reaction->kind = kind;
        reaction->ms = effect->at_ms - offer.at_ms;
        reaction->seq = reading->command->seq;
        if (kind == WHATIF_MISSES) {
                offer.agent->missed = contact;
                offer.agent->missed_reaction = contact->reaction_count - 1;
                offer.agent->misses++;
                reading->day->anyone.misses++;
        } else {
                bool accepts = kind == WHATIF_ACCEPTS;
                struct whatif_agent *anyone = &reading->day->anyone;

                whatif_times_add(accepts ? &offer.agent->accepts : &offer.agent->declines,
                                 effect->at_ms - offer.at_ms);
                whatif_times_add(accepts ? &anyone->accepts : &anyone->declines,
                                 effect->at_ms - offer.at_ms);
        }
}

/* Hearing ----------------------------------------------------------------- */

static void hear_queued(struct reading *reading, struct whatif_contact *contact,
                        const struct att_effect *effect)
{
        if (contact->phase == WHATIF_TALKING) {
                end_talk(reading, contact, effect->at_ms);
        }
        if (contact->phase != WHATIF_WAITING) {
                begin_wait(reading->day, contact, effect->at_ms, effect->queue);
        }
}

static void hear_scheduled(struct reading *reading, struct whatif_contact *contact,
                           const struct att_effect *effect)
{
        if (contact->phase == WHATIF_TALKING) {
                end_talk(reading, contact, effect->at_ms);
        } else if (contact->phase == WHATIF_WAITING) {
                end_wait(reading->day, contact, effect->at_ms, WHATIF_UNKNOWN, 0);
        }
        contact->phase = WHATIF_SCHEDULED;
        contact->is_promised = true;
}

static void hear_connect(struct reading *reading, struct whatif_contact *contact,
                         const struct att_effect *effect)
{
        hear_queued(reading, contact, effect);
        close_offer(reading, contact, effect, WHATIF_ACCEPTS, true);
        contact->group = whatif_day_group(reading->day, effect->queue, contact->channel);
        end_wait(reading->day, contact, effect->at_ms, WHATIF_ANSWERED, reading->command->seq);
        begin_talk(contact, effect->at_ms, get_agent(reading->day, effect->agent));
}

static void hear_revoke(struct reading *reading, struct whatif_contact *contact,
                        const struct att_effect *effect)
{
        bool is_missed = effect->revoke_reason == ATT_REVOKE_TIMEOUT;
        bool is_declined = effect->revoke_reason == ATT_REVOKE_DECLINED;

        close_offer(reading, contact, effect, is_missed ? WHATIF_MISSES : WHATIF_DECLINES,
                    is_missed || is_declined);
}

static void hear_closed(struct reading *reading, struct whatif_contact *contact,
                        const struct att_effect *effect)
{
        if (contact->phase == WHATIF_TALKING) {
                end_talk(reading, contact, effect->at_ms);
        } else if (contact->phase == WHATIF_WAITING) {
                bool is_own = find_named(reading->day, reading->command->contact) == contact;
                bool gave_up = is_own && reading->command->kind == ATT_CMD_CONTACT_ABANDON;
                bool is_taken_back = is_own && reading->command->kind == ATT_CMD_CONTACT_CANCEL;

                end_wait(reading->day, contact, effect->at_ms,
                         gave_up         ? WHATIF_ABANDONED
                         : is_taken_back ? WHATIF_CANCELLED
                                         : WHATIF_UNKNOWN,
                         gave_up || is_taken_back ? reading->command->seq : 0);
        }
        contact->phase = WHATIF_GONE;
}

static struct whatif_talk *find_talk(const struct whatif_contact *contact,
                                     const struct whatif_agent *agent)
{
        for (uint32_t i = contact->talk_count; i-- > 0;) {
                if (contact->talks[i].agent == agent) {
                        return &contact->talks[i];
                }
        }
        return NULL;
}

static void hear_wrap_up(struct reading *reading, struct whatif_contact *contact,
                         const struct att_effect *effect)
{
        struct whatif_talk *talk = find_talk(contact, get_agent(reading->day, effect->agent));

        if (talk) {
                talk->wrapping_since_ms = effect->at_ms;
        }
}

static void hear_finished(struct reading *reading, struct whatif_contact *contact,
                          const struct att_effect *effect)
{
        struct whatif_talk *talk = find_talk(contact, get_agent(reading->day, effect->agent));
        const struct att_command *command = reading->command;

        if (!talk || talk->wrapping_since_ms < 0) {
                return;
        }
        if (command->kind == ATT_CMD_WRAP_UP_DONE && effect->at_ms == command->at_ms &&
            att_text_equals(command->agent, effect->agent)) {
                talk->wrap_up_ms = effect->at_ms - talk->wrapping_since_ms;
                talk->wrap_up_seq = command->seq;
                whatif_times_add(&talk->group->wrap_ups, talk->wrap_up_ms);
        } else {
                talk->group->wrap_ups_to_the_end++;
        }
        talk->wrapping_since_ms = -1;
}

static void hear_agent(struct reading *reading, const struct att_effect *effect)
{
        struct whatif_agent *agent = get_agent(reading->day, effect->agent);

        if (effect->presence == ATT_PRESENCE_READY && agent->missed_at_ms >= 0) {
                int64_t back_ms = effect->at_ms - agent->missed_at_ms;

                whatif_times_add(&agent->backs, back_ms);
                whatif_times_add(&reading->day->anyone.backs, back_ms);
                if (agent->missed) {
                        agent->missed->reactions[agent->missed_reaction].back_ms = back_ms;
                }
        }
        agent->missed_at_ms = effect->presence == ATT_PRESENCE_PAUSED &&
                                              att_text_equals_c(effect->reason, "missed")
                                      ? effect->at_ms
                                      : -1;
}

static void hear(struct reading *reading, const struct att_effect *effect)
{
        struct whatif_contact *contact = find_named(reading->day, effect->contact);

        if (effect->kind == ATT_EFFECT_AGENT) {
                hear_agent(reading, effect);
                return;
        }
        if (!contact || contact->phase == WHATIF_GONE) {
                if (contact && effect->kind == ATT_EFFECT_WRAP_UP) {
                        hear_wrap_up(reading, contact, effect);
                } else if (contact && effect->kind == ATT_EFFECT_FINISHED) {
                        hear_finished(reading, contact, effect);
                }
                return;
        }
        switch ((int)effect->kind) {
        case ATT_EFFECT_QUEUED:
                hear_queued(reading, contact, effect);
                break;
        case ATT_EFFECT_OFFER:
                hear_queued(reading, contact, effect);
                open_offer(contact, get_agent(reading->day, effect->agent), effect->offer,
                           effect->at_ms);
                break;
        case ATT_EFFECT_SCHEDULED:
                hear_scheduled(reading, contact, effect);
                break;
        case ATT_EFFECT_CONNECT:
                hear_connect(reading, contact, effect);
                break;
        case ATT_EFFECT_REVOKE:
                hear_revoke(reading, contact, effect);
                break;
        case ATT_EFFECT_CLOSED:
                hear_closed(reading, contact, effect);
                break;
        case ATT_EFFECT_WRAP_UP:
                hear_wrap_up(reading, contact, effect);
                break;
        case ATT_EFFECT_FINISHED:
                hear_finished(reading, contact, effect);
                break;
        default:
                break;
        }
}

/* Commands ---------------------------------------------------------------- */

static bool is_told(const struct att_effects *effects, struct att_text contact)
{
        for (uint32_t i = 0; i < effects->count; i++) {
                if (att_text_equals(effects->items[i].contact, contact)) {
                        return true;
                }
        }
        return false;
}

/* A request that comes again is no other contact. One that a limit or a name refused is: another
 * configuration might take it. */
static bool is_arrival(const struct att_core *core, const struct whatif_day *day,
                       const struct att_command *command, const struct att_effects *effects,
                       const struct att_effect *refusal)
{
        const struct whatif_contact *known = find_named(day, command->request.id);
        struct att_contact_view view;

        if (refusal) {
                return refusal->refusal != ATT_REFUSAL_DUPLICATE;
        }
        if (!known) {
                return true;
        }
        if (known->phase != WHATIF_GONE) {
                return false;
        }
        return (att_core_find_contact(core, command->request.id, &view) &&
                view.state != ATT_CONTACT_CLOSED) ||
               is_told(effects, command->request.id);
}

static void note_arrival(struct whatif_day *day, const struct att_command *command)
{
        const struct att_contact_request *request = &command->request;
        struct whatif_contact *contact = add_contact(day, request->id, request->channel);

        contact->add = copy_about(day, command, contact);
        contact->currency = contact->add->request.customer.currency;
        contact->value_micro = request->customer.lifetime_value_micro;
        contact->arrived_ms = command->at_ms;
        contact->is_promised = request->keep_place;
        add_event(day, contact->add, contact);
}

static void note_config(struct reading *reading, const struct att_command *command)
{
        struct whatif_day *day = reading->day;
        struct att_command *copy = whatif_copy_command(&day->arena, command);

        copy->config = att_config_ref(command->config);
        if (!reading->config) {
                day->first = copy->config;
        } else {
                day->configs = att_realloc_array(day->configs, day->config_count + 1u,
                                                 sizeof(struct att_config *));
                day->configs[day->config_count++] = copy->config;
                day->reload_count += !att_digest_equals(reading->config->digest,
                                                        copy->config->digest);
                add_event(day, copy, NULL);
        }
        reading->config = copy->config;
}

/* What people did of themselves, rather than in answer to the engine. */
static void note_command(struct reading *reading, const struct att_command *command,
                         enum whatif_phase before)
{
        struct whatif_day *day = reading->day;
        struct whatif_contact *contact = find_named(day, command->contact);

        switch (command->kind) {
        case ATT_CMD_CONTACT_UPDATE:
        case ATT_CMD_CONTACT_FEEDBACK:
                add_event(day, copy_about(day, command, contact), contact);
                break;
        case ATT_CMD_CONTACT_ABANDON:
        case ATT_CMD_CONTACT_CANCEL:
                if (before == WHATIF_SCHEDULED) {
                        add_event(day, copy_about(day, command, contact), contact);
                }
                break;
        case ATT_CMD_CONTACT_TRANSFER:
                if (before == WHATIF_WAITING) {
                        add_event(day, copy_about(day, command, contact), contact);
                }
                break;
        case ATT_CMD_AGENT_READY:
        case ATT_CMD_AGENT_PAUSE:
        case ATT_CMD_AGENT_OFFLINE:
        case ATT_CMD_OCCUPIED:
        case ATT_CMD_FREE:
        case ATT_CMD_FRONT_END_LOST:
        case ATT_CMD_FRONT_END_BACK:
        case ATT_CMD_AWAY:
        case ATT_CMD_PRICES:
        case ATT_CMD_INCIDENT_ANNOUNCE:
        case ATT_CMD_INCIDENT_CLOSE:
                day->has_prices = day->has_prices || command->kind == ATT_CMD_PRICES;
                add_event(day, whatif_copy_command(&day->arena, command), NULL);
                break;
        case ATT_CMD_CONFIG:
                note_config(reading, command);
                break;
        case ATT_CMD_TICK:
        case ATT_CMD_CONTACT_ADD:
        case ATT_CMD_CONTACT_END:
        case ATT_CMD_CONTACT_HOLD:
        case ATT_CMD_OFFER_ACCEPT:
        case ATT_CMD_OFFER_DECLINE:
        case ATT_CMD_WRAP_UP_DONE:
        case ATT_CMD_CUSTOMER_SET:
        case ATT_CMD_CUSTOMER_LINK:
        case ATT_CMD_CUSTOMER_UNLINK:
        case ATT_CMD_CUSTOMER_FORGET:
        case ATT_CMD_KIND_COUNT:
                break;
        }
}

static void on_command(void *context, const struct att_core *core,
                       const struct att_command *command, const struct att_effects *effects)
{
        struct reading *reading = context;
        struct whatif_day *day = reading->day;
        const struct att_effect *refusal = att_effects_refusal(effects);
        const struct whatif_contact *contact = find_named(day, command->contact);
        enum whatif_phase before = contact ? contact->phase : WHATIF_COMING;

        reading->command = command;
        if (day->commands++ == 0) {
                day->begin_ms = command->at_ms;
        }
        day->end_ms = command->at_ms;
        if (command->kind == ATT_CMD_CONTACT_ADD &&
            is_arrival(core, day, command, effects, refusal)) {
                note_arrival(day, command);
        }
        for (uint32_t i = 0; i < effects->count; i++) {
                hear(reading, &effects->items[i]);
        }
        if (!refusal && (contact || command->kind < ATT_CMD_CONTACT_UPDATE ||
                         command->kind > ATT_CMD_CONTACT_FEEDBACK)) {
                note_command(reading, command, before);
        }
}

static int on_difference(void *context, const struct att_stored_batch *batch,
                         enum replay_difference difference, struct att_buffer *why)
{
        struct reading *reading = context;

        (void)batch;
        (void)why;
        reading->day->batches_decided_otherwise += difference == REPLAY_OTHER_EFFECTS;
        return 0;
}

/* Those who are there when it begins --------------------------------------- */

static void take_over_contact(struct whatif_day *day, const struct att_contact_view *view,
                              int64_t now_ms)
{
        struct whatif_contact *contact = add_contact(day, view->id, view->channel);

        contact->arrived_ms = now_ms;
        contact->value_micro = view->customer.lifetime_value_micro;
        contact->currency = att_arena_text(&day->arena, view->customer.currency);
        contact->queue_at_start = att_arena_text(&day->arena, view->queue);
        switch (view->state) {
        case ATT_CONTACT_SCHEDULED:
                contact->phase = WHATIF_SCHEDULED;
                contact->is_promised = true;
                break;
        case ATT_CONTACT_OFFERED:
        case ATT_CONTACT_QUEUED:
                begin_wait(day, contact, now_ms - view->waited_ms, view->queue);
                if (view->state == ATT_CONTACT_OFFERED) {
                        contact->agent_at_start = get_agent(day, view->agent);
                        contact->offer_at_start = view->offer;
                        open_offer(contact, contact->agent_at_start, view->offer, now_ms);
                }
                break;
        case ATT_CONTACT_CONNECTED:
                contact->agent_at_start = get_agent(day, view->agent);
                contact->group = whatif_day_group(day, view->queue, contact->channel);
                begin_talk(contact, now_ms, contact->agent_at_start);
                break;
        case ATT_CONTACT_CLOSED:
        case ATT_CONTACT_STATE_COUNT:
                contact->phase = WHATIF_GONE;
                break;
        }
        contact->phase_at_start = contact->phase;
        contact->since_at_start_ms = contact->since_ms;
}

static int take_over(struct reading *reading, const char *dir, uint64_t seq, struct att_buffer *why)
{
        struct whatif_day *day = reading->day;
        struct att_core *core;
        struct att_contact_view view;
        uint64_t cursor = 0;
        int error = att_snapshot_load(dir, seq, &day->snapshot, why);

        if (error == 0) {
                error = state_restore(&day->snapshot.snapshot, state_codec_of_engine(), NULL, &core,
                                      why);
        }
        if (error < 0) {
                return error;
        }
        day->snapshot_seq = seq;
        for (size_t i = 0; i < att_core_agent_count(core); i++) {
                struct att_agent_view agent;

                att_core_agent_at(core, i, &agent);
                (void)get_agent(day, agent.id);
        }
        while (att_core_next_contact(core, &cursor, &view)) {
                take_over_contact(day, &view, att_core_now_ms(core));
        }
        if (att_core_config(core)) {
                day->first = att_config_ref(att_core_config(core));
                reading->config = day->first;
        }
        att_core_free(core);
        return 0;
}

/* The whole --------------------------------------------------------------- */

static bool has_beginning(const char *dir)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer why = {0};
        struct att_reader *reader = NULL;
        struct att_stored_batch stored;
        bool is_there = att_reader_open(dir, 1, &reader, &why) == 0 &&
                        att_reader_next(reader, &stored, &why) != ATT_READ_CORRUPT;

        att_reader_close(reader);
        return is_there;
}

/* The snapshot to begin with; 0: none. */
static int choose_start(const char *dir, uint64_t from_seq, uint64_t *ret_seq,
                        struct att_buffer *why)
{
        uint64_t *seqs = NULL;
        size_t count = 0;
        int error = att_snapshot_list(dir, &seqs, &count, why);

        *ret_seq = 0;
        for (size_t i = 0; error == 0 && i < count && seqs[i] < from_seq; i++) {
                *ret_seq = seqs[i];
        }
        if (error == 0 && *ret_seq == 0 && count > 0 && !has_beginning(dir)) {
                *ret_seq = seqs[0];
        }
        free(seqs);
        return error;
}

static void conclude(struct whatif_day *day)
{
        for (uint32_t i = 0; i < day->contact_count; i++) {
                struct whatif_contact *contact = day->contacts[i];

                for (uint32_t k = 0; k < contact->offer_count; k++) {
                        cut_reaction(contact, &contact->offers[k], day->end_ms);
                }
                if (contact->phase == WHATIF_TALKING) {
                        contact->talks[contact->talk_count - 1].ms = day->end_ms + 1 -
                                                                     contact->since_ms;
                        contact->talks[contact->talk_count - 1].is_cut = true;
                } else if (contact->phase == WHATIF_WAITING) {
                        end_wait(day, contact, day->end_ms, WHATIF_UNKNOWN, 0);
                }
        }
        for (struct whatif_group *group = day->groups; group; group = group->next) {
                whatif_patience_estimate(&group->patience);
                group->talk_ms = whatif_times_median(&group->talks, -1);
                group->wrap_up_ms = group->wrap_ups.count > group->wrap_ups_to_the_end
                                            ? whatif_times_median(&group->wrap_ups, -1)
                                            : -1;
        }
        for (struct whatif_agent *agent = day->agents; agent; agent = agent->next) {
                agent->decline_ms = whatif_times_median(&agent->declines, -1);
                agent->back_ms = whatif_times_median(&agent->backs, -1);
        }
        day->anyone.decline_ms = whatif_times_median(&day->anyone.declines, -1);
        day->anyone.back_ms = whatif_times_median(&day->anyone.backs, -1);
}

static int read_journal(struct reading *reading, const char *data, const char *dir,
                        struct att_buffer *why)
{
        struct whatif_day *day = reading->day;
        struct att_blame blame = {0};
        struct replay replay = {
                .dir = dir,
                .codec = day->snapshot_seq > 0 ? state_codec_of_engine() : NULL,
                .snapshot_seq_max = day->snapshot_seq,
                .blame = &blame,
                .core = att_core_new(),
                .on_command = on_command,
                .on_difference = on_difference,
                .context = reading,
        };
        int error;

        att_blame_read(data, &blame);
        error = replay_run(&replay, why);
        if (error == 0 && replay.snapshot_seq != day->snapshot_seq) {
                att_buffer_printf(why, "the snapshot of command %" PRIu64 " can't be used",
                                  day->snapshot_seq);
                error = -EBADMSG;
        }
        day->skipped = replay.skipped;
        att_core_free(replay.core);
        replay_deinit(&replay);
        att_blame_close(&blame);
        return error;
}

int whatif_day_open(const struct whatif_opening *opening, struct whatif_day **ret_day,
                    struct att_buffer *why)
{
        ATT_CLEANUP(att_free_pointer) char *dir = att_path_join(opening->data, "journal");
        struct whatif_day *day = att_alloc(sizeof(*day));
        struct reading reading = {.day = day};
        uint64_t start = 0;
        int error = choose_start(dir, opening->from_seq, &start, why);

        if (error == 0 && start > 0) {
                error = take_over(&reading, dir, start, why);
        }
        if (error == 0) {
                error = read_journal(&reading, opening->data, dir, why);
        }
        if (error == 0 && (day->contact_count == 0 || !day->first)) {
                att_buffer_printf(why, "%s has no contact: there is nothing to compare", dir);
                error = -ENODATA;
        }
        if (error < 0) {
                whatif_day_close(day);
                return error;
        }
        conclude(day);
        *ret_day = day;
        return 0;
}

int64_t whatif_day_begin_ms(const struct whatif_day *day)
{
        return day->begin_ms;
}

static void close_agent(struct whatif_agent *agent)
{
        whatif_times_deinit(&agent->accepts);
        whatif_times_deinit(&agent->declines);
        whatif_times_deinit(&agent->backs);
}

static void close_people(struct whatif_day *day)
{
        for (uint32_t i = 0; i < day->contact_count; i++) {
                free(day->contacts[i]->waits);
                free(day->contacts[i]->talks);
                free(day->contacts[i]->reactions);
                free(day->contacts[i]->offers);
        }
        for (struct whatif_agent *agent = day->agents; agent; agent = agent->next) {
                close_agent(agent);
        }
        close_agent(&day->anyone);
        for (struct whatif_group *group = day->groups; group; group = group->next) {
                whatif_patience_deinit(&group->patience);
                whatif_times_deinit(&group->talks);
                whatif_times_deinit(&group->wrap_ups);
        }
}

void whatif_day_close(struct whatif_day *day)
{
        if (!day) {
                return;
        }
        close_people(day);
        for (uint32_t i = 0; i < day->config_count; i++) {
                att_config_unref(day->configs[i]);
        }
        att_config_unref(day->first);
        att_map_deinit(&day->contacts_by_name);
        att_map_deinit(&day->contacts_by_id);
        att_map_deinit(&day->agents_by_id);
        att_map_deinit(&day->groups_by_name);
        att_snapshot_loaded_deinit(&day->snapshot);
        free(day->configs);
        free(day->events);
        free(day->contacts);
        att_arena_deinit(&day->arena);
        free(day);
}
