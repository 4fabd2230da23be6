/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/store/history_event.h"

#include <endian.h>
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

/* ---- Bytes ----
 *
 * An event is its head, the numbers and the texts of its layout. A number is a byte that says how many bytes
 * follow, none if it is absent, and those; a text is its length, in a byte where it is short, and its
 * bytes. Most numbers are small and most texts absent or short: much may wait in little room when the
 * thread that writes is behind. */

#define SMALL_HEAD 0x80 /* Beside the kind: numbers of 4, 4 and 6 bytes instead of 8 each. */
#define LONG_TEXT  0xff /* Instead of the length, which follows in 8 bytes. */

_Static_assert(ATT_HISTORY_KIND_COUNT <= SMALL_HEAD, "a kind and a bit are a byte");

/* The longest event, if its texts were of no length. Room for all of a number is written to, and what comes
 * next is put over the bytes that do not count. */
#define NUMBER_BYTES_MAX (1 + sizeof(uint64_t))
#define BYTES_MAX        (1 + (3 + 1 + TEXTS_MAX + NUMBERS_MAX) * NUMBER_BYTES_MAX)

static char *put_bytes(char *at, uint64_t number, unsigned len)
{
        const uint64_t bytes = htole64(number);

        memcpy(at, &bytes, sizeof(bytes));
        return at + len;
}

static char *put_head(char *at, const struct att_history_event *event)
{
        const uint64_t at_ms = (uint64_t)event->at_ms;
        const bool is_small = ((event->seq | event->contact) >> 32 | at_ms >> 48) == 0;

        *at = (char)((unsigned)event->kind | (is_small ? SMALL_HEAD : 0));
        at = put_bytes(at + 1, event->seq, is_small ? 4 : 8);
        at = put_bytes(at, event->contact, is_small ? 4 : 8);
        return put_bytes(at, at_ms, is_small ? 6 : 8);
}

static char *put_number(char *at, int64_t number)
{
        const unsigned some = (uint64_t)number >> 32 == 0 ? 4 : 8;
        const unsigned len = number == ATT_HISTORY_NONE ? 0 : some;

        *at = (char)len;
        return put_bytes(at + 1, (uint64_t)number, len);
}

static char *put_text(char *at, struct att_text text)
{
        if (text.len < LONG_TEXT) {
                *at++ = (char)text.len;
        } else {
                *at = (char)LONG_TEXT;
                at = put_bytes(at + 1, text.len, 8);
        }
        att_copy(at, text.data, text.len);
        return at + text.len;
}

void att_history_pack(struct att_buffer *into, const struct att_history_event *event)
{
        const struct layout *layout = &layouts[event->kind];
        struct att_history_event *const from = (struct att_history_event *)(uintptr_t)event;
        size_t texts_len = event->id.len;
        char *at;

        for (int i = 0; i < TEXTS_MAX && layout->texts[i] != 0; i++) {
                texts_len += text_of(from, layout->texts[i])->len;
        }
        att_buffer_reserve(into, BYTES_MAX + texts_len);
        at = put_head(into->data + into->len, event);
        at = put_text(at, event->id);
        for (int i = 0; i < NUMBERS_MAX && layout->numbers[i] != 0; i++) {
                at = put_number(at, *number_of(from, layout->numbers[i]));
        }
        for (int i = 0; i < TEXTS_MAX && layout->texts[i] != 0; i++) {
                at = put_text(at, *text_of(from, layout->texts[i]));
        }
        into->len = (size_t)(at - into->data);
        into->data[into->len] = '\0';
}

static uint64_t take_bytes(struct att_text *bytes, size_t len)
{
        uint64_t number = 0;

        ATT_CHECK(len <= sizeof(number) && len <= bytes->len);
        if (bytes->len >= sizeof(number)) { /* As nearly always: all eight at once. */
                memcpy(&number, bytes->data, sizeof(number));
        } else {
                memcpy(&number, bytes->data, len);
        }
        *bytes = att_text_of(bytes->data + len, bytes->len - len);
        return len == 0 ? 0 : le64toh(number) & UINT64_MAX >> (64 - 8 * len);
}

static int64_t take_number(struct att_text *bytes)
{
        const size_t len = take_bytes(bytes, 1);

        return len == 0 ? ATT_HISTORY_NONE : (int64_t)take_bytes(bytes, len);
}

static struct att_text take_text(struct att_text *bytes)
{
        const char *data;
        size_t len = take_bytes(bytes, 1);

        if (len == LONG_TEXT) {
                len = take_bytes(bytes, 8);
        }
        ATT_CHECK(len <= bytes->len);
        data = bytes->data;
        *bytes = att_text_of(data + len, bytes->len - len);
        return att_text_of(data, len);
}

bool att_history_unpack(struct att_text *bytes, struct att_history_event *ret_event)
{
        const struct layout *layout;
        bool is_small;
        size_t kind;

        if (bytes->len == 0) {
                return false;
        }
        kind = take_bytes(bytes, 1);
        is_small = (kind & SMALL_HEAD) != 0;
        kind &= ~(size_t)SMALL_HEAD;
        ATT_CHECK(kind < ATT_HISTORY_KIND_COUNT);
        layout = &layouts[kind];
        ret_event->kind = (enum att_history_kind)kind;
        ret_event->seq = take_bytes(bytes, is_small ? 4 : 8);
        ret_event->contact = take_bytes(bytes, is_small ? 4 : 8);
        ret_event->at_ms = (int64_t)take_bytes(bytes, is_small ? 6 : 8);
        ret_event->id = take_text(bytes);
        for (int i = 0; i < NUMBERS_MAX && layout->numbers[i] != 0; i++) {
                *number_of(ret_event, layout->numbers[i]) = take_number(bytes);
        }
        for (int i = 0; i < TEXTS_MAX && layout->texts[i] != 0; i++) {
                *text_of(ret_event, layout->texts[i]) = take_text(bytes);
        }
        return true;
}
