/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Incidents: a supervisor says that many will get in touch for one reason, and by what they can be
 * told. Announcing and closing one looks at all that waits, as a reload does; in between a new contact
 * is compared with those that are open.
 */
#include <stdlib.h>

#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/core/details.h"
#include "lib/core/intake.h"
#include "lib/core/request.h"
#include "lib/core/story.h"
#include "lib/model/conditions.h"

struct incident *incident_find(const struct att_core *core, struct att_text id)
{
        ATT_LIST_FOREACH(incident, &core->incidents, struct incident, in_core)
        {
                if (att_text_equals(incident->id, id)) {
                        return incident;
                }
        }
        return NULL;
}

struct incident *incident_of(const struct att_core *core, const struct contact *contact,
                             const struct att_contact_request *request)
{
        if (core->incident_count == 0) {
                return NULL;
        }
        struct att_subject subject;
        intake_describe(core, contact, request, &subject);
        ATT_LIST_FOREACH(incident, &core->incidents, struct incident, in_core)
        {
                if (att_conditions_hold(&incident->when, &subject)) {
                        return incident;
                }
        }
        return NULL;
}

/* ---- Which contacts ---- */

/* Those who wait or will; a promise is kept whatever happened since. */
static bool may_be_affected(const struct contact *contact)
{
        return contact->state != ATT_CONTACT_CONNECTED && contact->queue != ATT_NONE &&
               !story_is_follow_up(contact);
}

/* Its urgency may be another one now. */
static void look_again(struct att_core *core, const struct incident *incident,
                       struct contact *contact)
{
        if (incident->points_milli != 0 && contact->state == ATT_CONTACT_QUEUED) {
                queue_arm_wake(core, contact);
                contact_mark(core, contact);
        }
}

void incident_attach(struct att_core *core, struct incident *incident, struct contact *contact)
{
        if (!contact_extras(contact)->story) {
                (void)story_new(core, contact, ATT_TEXT_NONE, ATT_TEXT_NONE, ATT_TEXT_NONE);
        }
        contact_extras(contact)->story->incident = incident;
        incident->affected++;
        incident->live++;
        struct att_effect *effect = emit_contact(core, PLACE_QUEUED, ATT_EFFECT_INCIDENT, contact);
        effect->incident = att_arena_text(&core->texts, incident->id);
        look_again(core, incident, contact);
}

static void detach(struct att_core *core, struct contact *contact)
{
        struct incident *incident = contact_extras(contact)->story->incident;
        contact_extras(contact)->story->incident = NULL;
        incident->live--;
        look_again(core, incident, contact);
}

void incident_look_for(struct att_core *core, struct contact *contact)
{
        if (core->incident_count == 0 || !may_be_affected(contact) ||
            (contact_extras(contact)->story && contact_extras(contact)->story->incident)) {
                return;
        }
        struct att_pair room[ATT_ATTRIBUTES_MAX];
        struct att_contact_request request = details_request(contact, room);
        struct incident *incident = incident_of(core, contact, &request);
        if (incident) {
                incident_attach(core, incident, contact);
        }
}

static void attach_waiting(struct att_core *core)
{
        ATT_LIST_FOREACH(contact, &core->live, struct contact, in_core)
        {
                incident_look_for(core, contact);
        }
}

void incidents_reload(struct att_core *core)
{
        if (core->incident_count == 0) {
                return;
        }
        ATT_LIST_FOREACH(contact, &core->live, struct contact, in_core)
        {
                if (!contact_extras(contact)->story || !contact_extras(contact)->story->incident ||
                    !may_be_affected(contact)) {
                        continue;
                }
                struct att_pair room[ATT_ATTRIBUTES_MAX];
                struct att_contact_request request = details_request(contact, room);
                struct att_subject subject;
                intake_describe(core, contact, &request, &subject);
                if (!att_conditions_hold(&contact_extras(contact)->story->incident->when,
                                         &subject)) {
                        detach(core, contact);
                }
        }
        attach_waiting(core);
}

/* ---- Announcing ---- */

struct incident *incident_new(struct att_core *core)
{
        struct incident *incident = att_alloc(sizeof(*incident));
        att_list_init(&incident->in_core);
        timer_init(&incident->until, TIMER_INCIDENT);
        incident->until_ms = INT64_MAX;
        att_list_add_tail(&core->incidents, &incident->in_core);
        core->incident_count++;
        return incident;
}

void incident_free(struct att_core *core, struct incident *incident)
{
        timer_cancel(core, &incident->until);
        att_list_remove(&incident->in_core);
        core->incident_count--;
        att_arena_deinit(&incident->arena);
        free(incident);
}

void incident_arm(struct att_core *core, struct incident *incident)
{
        if (incident->until_ms != INT64_MAX) {
                timer_arm(core, &incident->until, incident->until_ms, 0);
        }
}

/* The condition that words make, with all of its texts the incident's. False: refused. */
static bool read_condition(struct att_core *core, const struct att_command *command,
                           const struct att_named_condition *words, struct att_arena *arena,
                           struct att_condition *ret_condition)
{
        const char *why = NULL;
        if (words->field.len > ATT_ID_BYTES_MAX || words->value_count > ATT_CONDITION_VALUES_MAX) {
                refuse(core, command, ATT_REFUSAL_INVALID, "when",
                       "a condition has a field and at most %d values", ATT_CONDITION_VALUES_MAX);
                return false;
        }
        struct att_text *values = att_arena_take_array(arena, words->value_count, sizeof(*values));
        for (uint32_t i = 0; i < words->value_count; i++) {
                if (words->values[i].len > ATT_NAME_BYTES_MAX) {
                        refuse(core, command, ATT_REFUSAL_INVALID, "when",
                               "a value is longer than %d bytes", ATT_NAME_BYTES_MAX);
                        return false;
                }
                values[i] = att_arena_text(arena, words->values[i]);
        }
        if (!att_condition_read(att_arena_text(arena, words->field), values, words->value_count,
                                ret_condition, &why)) {
                refuse(core, command, ATT_REFUSAL_INVALID, "when",
                       "the condition on '%.*s' is not right: %s", ATT_TEXT_ARGS(words->field),
                       why);
                return false;
        }
        return true;
}

static bool read_conditions(struct att_core *core, const struct att_command *command,
                            struct att_arena *arena, struct att_conditions *ret_when)
{
        const struct att_incident_request *request = &command->incident;
        if (request->when_count == 0 || request->when_count > ATT_CONDITIONS_MAX) {
                refuse(core, command, ATT_REFUSAL_INVALID, "when",
                       "an incident has 1 to %d conditions", ATT_CONDITIONS_MAX);
                return false;
        }
        struct att_condition *items = att_arena_take_array(arena, request->when_count,
                                                           sizeof(*items));
        for (uint32_t i = 0; i < request->when_count; i++) {
                if (!read_condition(core, command, &request->when[i], arena, &items[i])) {
                        return false;
                }
        }
        *ret_when = (struct att_conditions){items, request->when_count};
        return true;
}

static bool check_texts(struct att_core *core, const struct att_command *command)
{
        const struct att_incident_request *request = &command->incident;
        const struct {
                const char *field;
                struct att_text text;
                size_t bytes_min;
                size_t bytes_max;
        } limits[] = {
                {"incident", request->id, 1, ATT_ID_BYTES_MAX},
                {"title", request->title, 1, ATT_NAME_BYTES_MAX},
                {"message", request->message, 0, ATT_MESSAGE_BYTES_MAX},
        };
        for (size_t i = 0; i < ATT_ARRAY_LEN(limits); i++) {
                if (limits[i].text.len < limits[i].bytes_min ||
                    limits[i].text.len > limits[i].bytes_max) {
                        refuse(core, command, ATT_REFUSAL_INVALID, limits[i].field,
                               "%s has %zu to %zu bytes", limits[i].field, limits[i].bytes_min,
                               limits[i].bytes_max);
                        return false;
                }
        }
        return true;
}

static bool check_figures(struct att_core *core, const struct att_command *command)
{
        const struct att_incident_request *request = &command->incident;
        int64_t points_max = ATT_POINTS_MAX * ATT_MILLI;
        if (request->points_milli < -points_max || request->points_milli > points_max) {
                refuse(core, command, ATT_REFUSAL_INVALID, "points", "points go from -%lld to %lld",
                       (long long)ATT_POINTS_MAX, (long long)ATT_POINTS_MAX);
                return false;
        }
        if (request->until_ms != 0 && (request->until_ms <= core->now_ms ||
                                       request->until_ms > core->now_ms + ATT_WAITED_MS_MAX)) {
                refuse(core, command, ATT_REFUSAL_INVALID, "until",
                       "an incident is over at a time ahead, at most a year");
                return false;
        }
        return true;
}

static bool is_same_condition(const struct att_condition *a, const struct att_condition *b)
{
        bool is_same = a->field == b->field && att_text_equals(a->attribute, b->attribute) &&
                       a->op == b->op && a->value_count == b->value_count &&
                       a->number_micro == b->number_micro;
        for (uint32_t i = 0; is_same && i < a->value_count; i++) {
                is_same = att_text_equals(a->values[i], b->values[i]);
        }
        return is_same;
}

static bool is_same_incident(const struct incident *known,
                             const struct att_incident_request *request,
                             const struct att_conditions *when)
{
        int64_t until_ms = request->until_ms == 0 ? INT64_MAX : request->until_ms;
        bool is_same = att_text_equals(known->title, request->title) &&
                       att_text_equals(known->message, request->message) &&
                       known->points_milli == request->points_milli &&
                       known->until_ms == until_ms && known->when.count == when->count;
        for (uint32_t i = 0; is_same && i < when->count; i++) {
                is_same = is_same_condition(&known->when.items[i], &when->items[i]);
        }
        return is_same;
}

/* Whether there is room for one more, which is not there already; refused if not. */
static bool check_new(struct att_core *core, const struct att_command *command,
                      const struct att_conditions *when)
{
        const struct incident *known = incident_find(core, command->incident.id);
        if (known) {
                if (!is_same_incident(known, &command->incident, when)) {
                        refuse(core, command, ATT_REFUSAL_DUPLICATE, "incident",
                               "incident '%.*s' is open with another content: close it first",
                               ATT_TEXT_ARGS(known->id));
                }
                return false;
        }
        if (core->incident_count >= ATT_INCIDENTS_MAX) {
                refuse(core, command, ATT_REFUSAL_FULL, "incident",
                       "%d incidents are open: close one first", ATT_INCIDENTS_MAX);
                return false;
        }
        return true;
}

static void say_announced(struct att_core *core, const struct incident *incident)
{
        struct att_effect *effect = emit(core, PLACE_ENDED, ATT_EFFECT_ANNOUNCED);
        effect->incident = att_arena_text(&core->texts, incident->id);
        effect->front_end = att_arena_text(&core->texts, incident->by);
        effect->reason = att_arena_text(&core->texts, incident->title);
        effect->text = att_arena_text(&core->texts, incident->message);
        effect->due_ms = incident->until_ms == INT64_MAX ? -1 : incident->until_ms;
}

void handle_incident_announce(struct att_core *core, const struct att_command *command)
{
        const struct att_incident_request *request = &command->incident;
        struct att_arena arena = {0};
        struct att_conditions when = {0};
        if (!check_texts(core, command) || !check_figures(core, command) ||
            !read_conditions(core, command, &arena, &when) || !check_new(core, command, &when)) {
                att_arena_deinit(&arena);
                return;
        }
        struct incident *incident = incident_new(core);
        incident->id = att_arena_text(&arena, request->id);
        incident->title = att_arena_text(&arena, request->title);
        incident->message = att_arena_text(&arena, request->message);
        incident->by = att_arena_text(&arena, command->front_end);
        incident->when = when;
        incident->arena = arena;
        incident->points_milli = request->points_milli;
        incident->announced_ms = core->now_ms;
        incident->until_ms = request->until_ms == 0 ? INT64_MAX : request->until_ms;
        incident_arm(core, incident);
        say_announced(core, incident);
        attach_waiting(core);
}

/* ---- Closing ---- */

/* As an overflow turns away who has waited: front ends play or show the message. */
static void turn_away(struct att_core *core, struct contact *contact, struct att_text message)
{
        offers_revoke_of_contact(core, contact, ATT_REVOKE_CANCELLED);
        struct att_effect *effect = emit_contact(core, PLACE_ENDED, ATT_EFFECT_OVERFLOW, contact);
        effect->to = ATT_TEXT("refuse");
        effect->reason = message;
        contact_close(core, contact, ATT_OUTCOME_OVERFLOWED, message);
}

/* Lets go of its contacts, and of those who wait for an agent, if so wanted. Returns how many. */
static uint32_t release(struct att_core *core, const struct incident *incident,
                        struct att_text message, bool close_contacts)
{
        uint32_t closed = 0;
        ATT_LIST_FOREACH(contact, &core->live, struct contact, in_core)
        {
                if (!contact_extras(contact)->story ||
                    contact_extras(contact)->story->incident != incident) {
                        continue;
                }
                if (close_contacts && is_waiting(contact->state)) {
                        turn_away(core, contact, message);
                        closed++;
                } else {
                        detach(core, contact);
                }
        }
        return closed;
}

static void end_incident(struct att_core *core, struct incident *incident, struct att_text by,
                         struct att_text message, bool close_contacts)
{
        struct att_text kept = att_arena_text(
                &core->texts, att_text_is_empty(message) ? incident->message : message);
        uint32_t closed = release(core, incident, kept, close_contacts);
        struct att_effect *effect = emit(core, PLACE_ENDED, ATT_EFFECT_INCIDENT_CLOSED);
        effect->incident = att_arena_text(&core->texts, incident->id);
        effect->front_end = att_arena_text(&core->texts, by);
        effect->text = kept;
        effect->count = closed;
        incident_free(core, incident);
}

void incident_lapse(struct att_core *core, struct incident *incident)
{
        end_incident(core, incident, ATT_TEXT_NONE, ATT_TEXT_NONE, false);
        attach_waiting(core);
}

void handle_incident_close(struct att_core *core, const struct att_command *command)
{
        struct incident *incident = incident_find(core, command->incident_close.id);
        if (!incident) {
                refuse_unknown(core, command, "incident", "incident", command->incident_close.id,
                               ATT_TEXT_NONE);
                return;
        }
        if (command->incident_close.message.len > ATT_MESSAGE_BYTES_MAX) {
                refuse(core, command, ATT_REFUSAL_INVALID, "message",
                       "message has at most %d bytes", ATT_MESSAGE_BYTES_MAX);
                return;
        }
        end_incident(core, incident, command->front_end, command->incident_close.message,
                     command->incident_close.close_contacts);
        attach_waiting(core);
}

/* ---- Looking inside ---- */

bool att_core_incident(const struct att_core *core, size_t i, struct att_incident_view *ret_view)
{
        size_t at = 0;
        ATT_LIST_FOREACH(incident, &core->incidents, struct incident, in_core)
        {
                if (at++ == i) {
                        *ret_view = (struct att_incident_view){
                                .id = incident->id,
                                .title = incident->title,
                                .message = incident->message,
                                .by = incident->by,
                                .when = &incident->when,
                                .points_milli = incident->points_milli,
                                .announced_ms = incident->announced_ms,
                                .until_ms = incident->until_ms == INT64_MAX ? -1
                                                                            : incident->until_ms,
                                .affected = incident->affected,
                                .live = incident->live,
                        };
                        return true;
                }
        }
        return false;
}
