/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/store/history_event.h"

#include <stddef.h>
#include <string.h>

#include "lib/base/util.h"

#define TEXTS_MAX   13
#define NUMBERS_MAX 5

/* Which of the union's members a kind has. */
struct layout {
        uint16_t texts[TEXTS_MAX]; /* 0: no more. */
        uint16_t numbers[NUMBERS_MAX];
};

#define AT(member) offsetof(struct att_history_event, member)

static const struct layout layouts[ATT_HISTORY_KIND_COUNT] = {
        [ATT_HISTORY_ADDED] = {{AT(added.front_end), AT(added.channel), AT(added.entry_point),
                                AT(added.language), AT(added.intent), AT(added.text),
                                AT(added.tier), AT(added.emotion_source), AT(added.person),
                                AT(added.name), AT(added.stated_tier), AT(added.currency),
                                AT(added.notes)},
                               {AT(added.value_ppm), AT(added.emotion_ppm),
                                AT(added.lifetime_value_micro), AT(added.churn_risk_ppm)}},
        [ATT_HISTORY_REQUIRES] = {{AT(requires.skill)}, {AT(requires.level)}},
        [ATT_HISTORY_QUEUED] = {{AT(queued.queue)}, {AT(queued.position), AT(queued.estimate_ms)}},
        [ATT_HISTORY_LEFT] = {{AT(left.queue), AT(left.how)}, {0}},
        [ATT_HISTORY_SCHEDULED] = {{AT(scheduled.queue)}, {AT(scheduled.attempt)}},
        [ATT_HISTORY_OFFERED] = {{AT(offered.agent), AT(offered.queue)}, {AT(offered.offer)}},
        [ATT_HISTORY_REVOKED] = {{AT(revoked.how)}, {AT(revoked.offer)}},
        [ATT_HISTORY_CONNECTED] = {{AT(connected.agent), AT(connected.queue),
                                    AT(connected.channel)},
                                   {AT(connected.offer)}},
        [ATT_HISTORY_HELD] = {{0}, {AT(held.held)}},
        [ATT_HISTORY_UPDATED] = {{AT(updated.text)}, {AT(updated.emotion_ppm)}},
        [ATT_HISTORY_REPEAT] = {{AT(repeat.other_id)}, {AT(repeat.other)}},
        [ATT_HISTORY_PROMISED] = {{AT(promised.other_id), AT(promised.agent), AT(promised.what)},
                                  {AT(promised.other), AT(promised.due_ms),
                                   AT(promised.expires_ms)}},
        [ATT_HISTORY_FULFILLED] = {{AT(fulfilled.state)}, {0}},
        [ATT_HISTORY_AFFECTED] = {{AT(incident.id)}, {0}},
        [ATT_HISTORY_ANNOUNCED] = {{AT(incident.id), AT(incident.by), AT(incident.title),
                                    AT(incident.message)},
                                   {0}},
        [ATT_HISTORY_RESOLVED] = {{AT(incident.id), AT(incident.message)}, {0}},
        [ATT_HISTORY_ENDED] = {{AT(ended.agent), AT(ended.by)}, {AT(ended.transferred)}},
        [ATT_HISTORY_FINISHED] = {{AT(ended.agent), AT(ended.by)}, {AT(ended.transferred)}},
        [ATT_HISTORY_CLOSED] = {{AT(closed.queue), AT(closed.outcome), AT(closed.reason),
                                 AT(closed.disposition), AT(closed.by), AT(closed.notes)},
                                {AT(closed.survey)}},
        [ATT_HISTORY_FEEDBACK] = {{AT(feedback.text), AT(feedback.by)},
                                  {AT(feedback.csat), AT(feedback.nps), AT(feedback.ces),
                                   AT(feedback.resolved), AT(feedback.emotion_ppm)}},
        [ATT_HISTORY_CUSTOMER] = {{AT(customer.what), AT(customer.person), AT(customer.other),
                                   AT(customer.by), AT(customer.name), AT(customer.tier),
                                   AT(customer.currency), AT(customer.notes)},
                                  {AT(customer.lifetime_value_micro), AT(customer.churn_risk_ppm),
                                   AT(customer.since_ms)}},
        [ATT_HISTORY_PRESENCE] = {{AT(presence.agent), AT(presence.state), AT(presence.reason)},
                                  {0}},
};

/* What every event has, in front. */
struct head {
        uint32_t bytes; /* With the head. */
        uint32_t kind;
        uint64_t seq;
        uint64_t contact;
        int64_t at_ms;
        uint32_t id_len;
};

static struct att_text *text_of(struct att_history_event *event, uint16_t at)
{
        return (struct att_text *)(void *)((char *)event + at);
}

static int64_t *number_of(struct att_history_event *event, uint16_t at)
{
        return (int64_t *)(void *)((char *)event + at);
}

void att_history_event_init(struct att_history_event *event, enum att_history_kind kind)
{
        const struct layout *layout = &layouts[kind];

        event->kind = kind;
        event->seq = 0;
        event->contact = 0;
        event->id = ATT_TEXT_NONE;
        event->at_ms = 0;
        for (int i = 0; i < TEXTS_MAX && layout->texts[i] != 0; i++) {
                *text_of(event, layout->texts[i]) = ATT_TEXT_NONE;
        }
        for (int i = 0; i < NUMBERS_MAX && layout->numbers[i] != 0; i++) {
                *number_of(event, layout->numbers[i]) = ATT_HISTORY_NONE;
        }
}

static char *put(char *at, const void *data, size_t len)
{
        att_copy(at, data, len);
        return at + len;
}

/* The longest event, if its texts were of no length. */
#define BYTES_MAX                                                                                  \
        (sizeof(struct head) + TEXTS_MAX * sizeof(uint32_t) + NUMBERS_MAX * sizeof(int64_t))

void att_history_pack(struct att_buffer *into, const struct att_history_event *event)
{
        const struct layout *layout = &layouts[event->kind];
        struct att_history_event *const from = (struct att_history_event *)(uintptr_t)event;
        struct head head = {.kind = (uint32_t)event->kind,
                            .seq = event->seq,
                            .contact = event->contact,
                            .at_ms = event->at_ms,
                            .id_len = (uint32_t)event->id.len};
        size_t texts_len = event->id.len;
        char *begin;
        char *at;

        for (int i = 0; i < TEXTS_MAX && layout->texts[i] != 0; i++) {
                texts_len += text_of(from, layout->texts[i])->len;
        }
        att_buffer_reserve(into, BYTES_MAX + texts_len + 1);
        begin = into->data + into->len;
        at = put(begin + sizeof(head), event->id.data, event->id.len);
        for (int i = 0; i < NUMBERS_MAX && layout->numbers[i] != 0; i++) {
                at = put(at, number_of(from, layout->numbers[i]), sizeof(int64_t));
        }
        for (int i = 0; i < TEXTS_MAX && layout->texts[i] != 0; i++) {
                const struct att_text *text = text_of(from, layout->texts[i]);
                const uint32_t len = (uint32_t)text->len;

                at = put(at, &len, sizeof(len));
                at = put(at, text->data, text->len);
        }
        head.bytes = (uint32_t)(at - begin);
        memcpy(begin, &head, sizeof(head));
        into->len += head.bytes;
        into->data[into->len] = '\0';
}

static const char *take(const char *at, void *into, size_t len)
{
        memcpy(into, at, len);
        return at + len;
}

bool att_history_unpack(struct att_text *bytes, struct att_history_event *ret_event)
{
        const struct layout *layout;
        struct head head;
        const char *at;

        if (bytes->len == 0) {
                return false;
        }
        ATT_CHECK(bytes->len >= sizeof(head));
        at = take(bytes->data, &head, sizeof(head));
        ATT_CHECK(head.kind < ATT_HISTORY_KIND_COUNT && head.bytes <= bytes->len);
        layout = &layouts[head.kind];
        ret_event->kind = (enum att_history_kind)head.kind;
        ret_event->seq = head.seq;
        ret_event->contact = head.contact;
        ret_event->at_ms = head.at_ms;
        ret_event->id = att_text_of(at, head.id_len);
        at += head.id_len;
        for (int i = 0; i < NUMBERS_MAX && layout->numbers[i] != 0; i++) {
                at = take(at, number_of(ret_event, layout->numbers[i]), sizeof(int64_t));
        }
        for (int i = 0; i < TEXTS_MAX && layout->texts[i] != 0; i++) {
                uint32_t len;

                at = take(at, &len, sizeof(len));
                *text_of(ret_event, layout->texts[i]) = att_text_of(at, len);
                at += len;
        }
        ATT_CHECK(at == bytes->data + head.bytes);
        *bytes = att_text_of(at, bytes->len - head.bytes);
        return true;
}
