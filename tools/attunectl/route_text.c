/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunectl/route_text.h"

#include <stdint.h>
#include <string.h>

#include "lib/base/util.h"
#include "tools/attunectl/json_find.h"
#include "tools/attunectl/show.h"

#define TIME_AT         12 /* Of the time of day in "2026-03-01T09:15:02.123Z, quotes included. */
#define TIME_COLUMNS    12
#define EVENT_COLUMNS   9
#define CONTACT_COLUMNS 12

/* One event on its way to a line. */
struct event {
        struct att_text line;
        struct att_buffer *into;
};

static bool has(const struct event *event, const char *key)
{
        struct att_text value;

        return json_find(event->line, key, &value) && value.len > 0 &&
               !att_text_equals_c(value, "\"\"");
}

static void put_c(const struct event *event, const char *text)
{
        att_buffer_append_c(event->into, text);
}

static void put_value(struct att_buffer *into, struct att_text value)
{
        struct att_buffer plain = {0};

        if (value.len > 0 && value.data[0] == '"') {
                json_unescape(&plain, value);
                show_plain(into, att_buffer_text(&plain));
                att_buffer_deinit(&plain);
        } else {
                show_plain(into, value);
        }
}

/* The member as text, a number or a string. */
static void put(const struct event *event, const char *key)
{
        struct att_text value;

        if (json_find(event->line, key, &value)) {
                put_value(event->into, value);
        }
}

/* "before VALUE", if there is one. */
static void put_with(const struct event *event, const char *before, const char *key)
{
        if (has(event, key)) {
                put_c(event, before);
                put(event, key);
        }
}

static void put_ms(const struct event *event, struct att_text object, const char *before,
                   const char *key)
{
        struct att_text value;
        int64_t ms;

        if (json_find(object, key, &value) && json_whole(value, &ms)) {
                put_c(event, before);
                show_duration(event->into, ms);
        }
}

static bool equals(const struct event *event, const char *key, const char *word)
{
        struct att_text value;

        return json_find(event->line, key, &value) && value.len == strlen(word) + 2 &&
               memcmp(value.data + 1, word, strlen(word)) == 0;
}

/* ---- What happened, event by event ---- */

static void put_decision(const struct event *event)
{
        struct att_text decision;
        struct att_text value;

        if (!json_find(event->line, "decision", &decision)) {
                return;
        }
        put_ms(event, decision, " after ", "waited_ms");
        if (json_find(decision, "agents", &value) && json_first(value, &value) &&
            json_find(value, "fit", &value)) {
                put_c(event, ", fit ");
                put_value(event->into, att_text_of(value.data, value.len < 5 ? value.len : 5));
        }
        if (json_find(decision, "agent_by", &value) && !att_text_equals_c(value, "\"nothing\"")) {
                put_c(event, ", by ");
                put_value(event->into, value);
        }
        if (json_find(decision, "eligible", &value)) {
                put_c(event, ", of ");
                put_value(event->into, value);
                put_c(event, " eligible");
        }
}

static void tell_queued(const struct event *event)
{
        put_with(event, "waits in ", "queue");
        put_with(event, ", position ", "position");
        put_ms(event, event->line, ", about ", "estimate_ms");
}

static void tell_relaxed(const struct event *event)
{
        put_with(event, "is looked for more widely: step ", "step");
        put_with(event, " of ", "queue");
}

static void tell_offer(const struct event *event)
{
        put_with(event, "is offered to ", "agent");
        put_decision(event);
}

static void tell_revoke(const struct event *event)
{
        put_with(event, "comes back from ", "agent");
        put_with(event, ": ", "reason");
}

static void tell_connect(const struct event *event)
{
        put_with(event, "talks with ", "agent");
        put_with(event, " from ", "queue");
}

static void tell_closed(const struct event *event)
{
        put_with(event, "is ", "outcome");
        put_with(event, ", was with ", "agent");
        put_with(event, " (", "reason");
        put_c(event, has(event, "reason") ? ")" : "");
}

static void tell_overflow(const struct event *event)
{
        put_with(event, "leaves ", "queue");
        put_with(event, " for ", "to");
        put_with(event, ": ", "reason");
}

static void tell_scheduled(const struct event *event)
{
        put_with(event, "is due at ", "due");
        put_with(event, ", attempt ", "attempt");
}

static void tell_agent(const struct event *event)
{
        put(event, "agent");
        put_with(event, " is ", "state");
        put_with(event, ": ", "reason");
}

static void tell_wrap_up(const struct event *event)
{
        put(event, "agent");
        put_c(event, " does the after-call work");
}

static void tell_finished(const struct event *event)
{
        put(event, "agent");
        put_c(event, " is done with it");
}

static void tell_config(const struct event *event)
{
        put_with(event, "a new configuration is in force: ", "reason");
}

static void tell_refused(const struct event *event)
{
        put_with(event, "", "what");
        put_with(event, " refused as ", "code");
        put_with(event, ": ", "reason");
}

static void tell_ringing(const struct event *event)
{
        put_with(event, "rings at ", "agent");
}

static void tell_position(const struct event *event)
{
        put_with(event, "is now at position ", "position");
        put_with(event, " of ", "queue");
}

/* ---- What follows a conversation, and incidents ---- */

static void tell_feedback(const struct event *event)
{
        put_c(event, "is judged:");
        put_with(event, " csat ", "csat");
        put_with(event, " nps ", "nps");
        put_with(event, " ces ", "ces");
        put_with(event, " resolved ", "resolved");
        put_with(event, " emotion ", "emotion");
        put_with(event, " by ", "by");
        put_with(event, ", was with ", "agent");
}

static void tell_repeat(const struct event *event)
{
        put_with(event, "repeats ", "repeat_of");
}

static void tell_promised(const struct event *event)
{
        put_with(event, "is promised at the end of ", "follow_up_of");
        put_with(event, ", due at ", "due");
        put_with(event, ", with ", "agent");
}

static void tell_promise_kept(const struct event *event)
{
        put_with(event, "keeps the promise of ", "follow_up_of");
        put_with(event, ", with ", "agent");
}

static void tell_promise_expired(const struct event *event)
{
        put_with(event, "does not keep the promise of ", "follow_up_of");
        put_with(event, ": ", "reason");
}

static void tell_promise_cancelled(const struct event *event)
{
        put_with(event, "is taken back, promised at the end of ", "follow_up_of");
}

static void tell_incident(const struct event *event)
{
        put_with(event, "is because of incident ", "incident");
}

static void tell_announced(const struct event *event)
{
        put_with(event, "incident ", "incident");
        put_with(event, " is announced: ", "reason");
        put_with(event, ", until ", "until");
}

static void tell_incident_closed(const struct event *event)
{
        put_with(event, "incident ", "incident");
        put_with(event, " is closed, and with it so many contacts: ", "closed");
}

static const struct {
        const char *event;
        void (*tell)(const struct event *event);
} tellers[] = {
        {"queued", tell_queued},
        {"relaxed", tell_relaxed},
        {"offer", tell_offer},
        {"revoke", tell_revoke},
        {"connect", tell_connect},
        {"closed", tell_closed},
        {"overflow", tell_overflow},
        {"agent", tell_agent},
        {"wrap_up", tell_wrap_up},
        {"finished", tell_finished},
        {"config", tell_config},
        {"refused", tell_refused},
        {"scheduled", tell_scheduled},
        {"ringing", tell_ringing},
        {"position", tell_position},
        {"feedback", tell_feedback},
        {"repeat", tell_repeat},
        {"promised", tell_promised},
        {"promise_kept", tell_promise_kept},
        {"promise_expired", tell_promise_expired},
        {"promise_cancelled", tell_promise_cancelled},
        {"incident", tell_incident},
        {"announced", tell_announced},
        {"incident_closed", tell_incident_closed},
};

/* ---- The line ---- */

/* Of RFC 3339 only the time of day. */
static void put_time_of_day(const struct event *event)
{
        struct att_text value;

        if (json_find(event->line, "time", &value) && value.len >= TIME_AT + TIME_COLUMNS) {
                show_plain(event->into, att_text_of(value.data + TIME_AT, TIME_COLUMNS));
        }
}

static void pad(struct att_buffer *into, size_t from, int columns)
{
        int width = show_width(att_text_of(into->data + from, into->len - from));

        att_buffer_printf(into, "%*s", width < columns ? columns - width + 1 : 1, "");
}

void route_text_write(struct att_buffer *into, struct att_text line)
{
        const struct event event = {.line = line, .into = into};
        size_t begun;

        if (!has(&event, "event")) {
                show_plain(into, line);
                att_buffer_append_byte(into, '\n');
                return;
        }
        put_time_of_day(&event);
        att_buffer_append_c(into, "  ");
        begun = into->len;
        put(&event, "event");
        pad(into, begun, EVENT_COLUMNS);
        begun = into->len;
        put(&event, "contact");
        pad(into, begun, CONTACT_COLUMNS);
        for (size_t i = 0; i < ATT_ARRAY_LEN(tellers); i++) {
                if (equals(&event, "event", tellers[i].event)) {
                        tellers[i].tell(&event);
                        break;
                }
        }
        att_buffer_append_byte(into, '\n');
}
