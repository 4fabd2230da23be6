/* SPDX-License-Identifier: Apache-2.0 */
/* What a contact is part of, as an explanation says it. */
#include "lib/core/explain_work.h"
#include "lib/core/story.h"

static void put_points(struct att_buffer *into, int64_t milli)
{
        if (milli != 0) {
                att_buffer_append_c(into, ": ");
                words_points(into, milli);
                att_buffer_append_c(into, " points of its urgency");
        }
        att_buffer_append_byte(into, '\n');
}

static void put_promise(struct att_buffer *into, const struct att_core *core,
                        const struct story *story)
{
        att_buffer_printf(into, "keeps a promise made at the end of contact %.*s",
                          ATT_TEXT_ARGS(story->follows));
        if (!att_text_is_empty(story->promised)) {
                att_buffer_printf(into, ": %.*s", ATT_TEXT_ARGS(story->promised));
        }
        if (story->expires_ms != INT64_MAX && story->expires_ms > core->now_ms) {
                att_buffer_append_c(into, "; expires in ");
                words_duration(into, story->expires_ms - core->now_ms);
        }
        att_buffer_append_byte(into, '\n');
}

void words_story(struct att_buffer *into, const struct att_core *core,
                 const struct contact *contact)
{
        const struct story *story = contact_extras(contact)->story;
        if (!story || contact->state == ATT_CONTACT_CLOSED) {
                return;
        }
        if (!att_text_is_empty(story->repeats)) {
                att_buffer_printf(into, "repeats contact %.*s", ATT_TEXT_ARGS(story->repeats));
                put_points(into, contact_policy(core, contact)->repeat_milli);
        }
        if (!att_text_is_empty(story->follows)) {
                put_promise(into, core, story);
        }
        if (story->incident) {
                att_buffer_printf(into, "because of incident %.*s (%.*s)",
                                  ATT_TEXT_ARGS(story->incident->id),
                                  ATT_TEXT_ARGS(story->incident->title));
                put_points(into, story->incident->points_milli);
        }
}

void att_core_incident_when(const struct att_core *core, size_t i, struct att_buffer *into)
{
        struct att_incident_view view;
        if (!att_core_incident(core, i, &view)) {
                return;
        }
        for (uint32_t c = 0; c < view.when->count; c++) {
                att_buffer_append_c(into, c == 0 ? "" : " and ");
                words_condition(into, &view.when->items[c]);
        }
}
