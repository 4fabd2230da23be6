/* SPDX-License-Identifier: Apache-2.0 */
/* Incidents, and what contacts are part of, in a saved state. */
#include "lib/base/util.h"
#include "lib/core/snapshot_parts.h"
#include "lib/core/story.h"
#include "lib/model/conditions.h"

/* A time that may be none. */
static void pass_end(struct stream *stream, int64_t *at_ms, int64_t low_ms, const char *what)
{
        bool is_there = *at_ms != INT64_MAX;
        stream_flag(stream, &is_there);
        if (is_there) {
                stream_within(stream, at_ms, low_ms, SNAPSHOT_TIME_MAX, what);
        } else {
                *at_ms = INT64_MAX;
        }
}

/* ---- Incidents ---- */

static void pass_text(struct stream *stream, struct att_arena *arena, struct att_text *text,
                      size_t bytes_max)
{
        stream_text(stream, text, bytes_max);
        if (stream_is_read(stream)) {
                *text = att_arena_text(arena, *text);
        }
}

static void pass_values(struct stream *stream, struct att_arena *arena,
                        struct att_condition *condition)
{
        stream_count(stream, &condition->value_count, ATT_CONDITION_VALUES_MAX,
                     "values of a condition");
        const struct att_text *from = condition->values;
        struct att_text *into = NULL;
        if (stream_is_read(stream)) {
                into = att_arena_take_array(arena, condition->value_count, sizeof(*into));
                condition->values = into;
        }
        for (uint32_t i = 0; i < condition->value_count; i++) {
                struct att_text value = into ? ATT_TEXT_NONE : from[i];
                pass_text(stream, arena, &value, ATT_NAME_BYTES_MAX);
                if (into) {
                        into[i] = value;
                }
        }
}

static void pass_condition(struct stream *stream, struct att_arena *arena,
                           struct att_condition *condition)
{
        uint32_t field = condition->field;
        uint32_t op = condition->op;
        stream_below(stream, &field, ATT_FIELD_COUNT, "a condition's field");
        stream_below(stream, &op, ATT_OP_GREATER_EQUAL + 1, "a condition's comparison");
        condition->field = (enum att_condition_field)field;
        condition->op = (enum att_condition_op)op;
        pass_text(stream, arena, &condition->attribute, ATT_ID_BYTES_MAX);
        stream_signed(stream, &condition->number_micro);
        pass_values(stream, arena, condition);
}

static void pass_conditions(struct stream *stream, struct incident *incident)
{
        uint32_t count = incident->when.count;
        struct att_condition *into = NULL;
        stream_count(stream, &count, ATT_CONDITIONS_MAX, "conditions of an incident");
        if (stream_is_read(stream)) {
                into = att_arena_take_array(&incident->arena, count, sizeof(*into));
                incident->when = (struct att_conditions){into, count};
        }
        for (uint32_t i = 0; i < count; i++) {
                struct att_condition condition = {.attribute = ATT_TEXT_NONE};
                if (!into) {
                        condition = incident->when.items[i];
                }
                pass_condition(stream, &incident->arena, &condition);
                if (into) {
                        into[i] = condition;
                }
        }
}

static void pass_incident(struct stream *stream, struct att_core *core, struct incident *incident)
{
        const int64_t points = ATT_POINTS_MAX * ATT_MILLI;
        struct att_arena *arena = &incident->arena;
        pass_text(stream, arena, &incident->title, ATT_NAME_BYTES_MAX);
        pass_text(stream, arena, &incident->message, ATT_MESSAGE_BYTES_MAX);
        pass_text(stream, arena, &incident->by, UINT16_MAX);
        pass_conditions(stream, incident);
        stream_within(stream, &incident->points_milli, -points, points, "an incident's points");
        snapshot_past(stream, core, &incident->announced_ms, "when an incident was announced");
        pass_end(stream, &incident->until_ms, core->now_ms + 1, "when an incident is over");
        stream_number(stream, &incident->affected);
        if (stream_is_read(stream) && stream_is_fine(stream)) {
                incident_arm(core, incident);
        }
}

static void take_incident(struct stream *stream, struct att_core *core)
{
        struct att_text id = ATT_TEXT_NONE;
        stream_text(stream, &id, ATT_ID_BYTES_MAX);
        if (stream_expect(stream, id.len > 0 && !incident_find(core, id), "an incident twice")) {
                struct incident *incident = incident_new(core);
                incident->id = att_arena_text(&incident->arena, id);
                pass_incident(stream, core, incident);
        }
}

void snapshot_incidents(struct stream *stream, struct att_core *core)
{
        uint32_t count = core->incident_count;
        stream_count(stream, &count, ATT_INCIDENTS_MAX, "incidents");
        if (stream_is_read(stream)) {
                for (uint32_t i = 0; i < count && stream_is_fine(stream); i++) {
                        take_incident(stream, core);
                }
                return;
        }
        ATT_LIST_FOREACH(incident, &core->incidents, struct incident, in_core)
        {
                stream_text(stream, &incident->id, ATT_ID_BYTES_MAX);
                pass_incident(stream, core, incident);
        }
}

/* ---- A contact's story ---- */

static uint32_t index_of(const struct att_core *core, const struct incident *wanted)
{
        uint32_t index = 0;
        ATT_LIST_FOREACH(incident, &core->incidents, struct incident, in_core)
        {
                if (incident == wanted) {
                        return index;
                }
                index++;
        }
        return ATT_NONE;
}

static struct incident *incident_at(const struct att_core *core, uint32_t index)
{
        ATT_LIST_FOREACH(incident, &core->incidents, struct incident, in_core)
        {
                if (index-- == 0) {
                        return incident;
                }
        }
        return NULL;
}

static void pass_story(struct stream *stream, struct att_core *core, struct contact *contact,
                       struct story *story)
{
        uint32_t index = index_of(core, story->incident);
        stream_text(stream, &story->repeats, ATT_ID_BYTES_MAX);
        stream_text(stream, &story->follows, ATT_ID_BYTES_MAX);
        stream_text(stream, &story->promised, ATT_NAME_BYTES_MAX);
        stream_u32(stream, &story->attempts);
        pass_end(stream, &story->expires_ms, -SNAPSHOT_TIME_MAX, "when a promise expires");
        stream_index(stream, &index, core->incident_count, "an incident");
        if (!stream_is_read(stream) || !stream_is_fine(stream)) {
                return;
        }
        struct story *kept = story_new(core, contact, story->repeats, story->follows,
                                       story->promised);
        kept->attempts = story->attempts;
        kept->expires_ms = story->expires_ms;
        kept->incident = incident_at(core, index);
        if (kept->incident) {
                kept->incident->live++;
        }
}

void snapshot_story(struct stream *stream, struct att_core *core, struct contact *contact)
{
        struct story story = {.expires_ms = INT64_MAX};
        bool is_there = contact_extras(contact)->story != NULL;
        stream_flag(stream, &is_there);
        if (!is_there) {
                return;
        }
        if (!stream_is_read(stream)) {
                story = *contact_extras(contact)->story;
        }
        pass_story(stream, core, contact, &story);
}

void snapshot_remembered(struct stream *stream, struct att_core *core, struct customer *customer)
{
        const struct past *past = customer_past(customer);
        struct att_text last = att_text_of(past->last_contact, past->last_contact_len);
        int64_t closed_ms = past->last_closed_ms;
        int64_t surveyed_ms = past->surveyed_ms;
        stream_text(stream, &last, ATT_ID_BYTES_MAX);
        stream_within(stream, &closed_ms, -1, core->now_ms, "when a customer's contact closed");
        stream_within(stream, &surveyed_ms, -1, core->now_ms, "when a customer was asked");
        if (!stream_is_read(stream) || !stream_is_fine(stream)) {
                return;
        }
        if (surveyed_ms >= 0) {
                customer_get_past(core, customer)->surveyed_ms = surveyed_ms;
        }
        if (closed_ms >= 0) {
                customer_remember(core, customer, last, closed_ms);
        }
}
