/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/core/details.h"

#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/core/state.h"

enum { TEXTS = 16 };

/* What is said of a request besides its texts: a bit each, after those of the texts. */
enum said {
        SAID_KEEP_PLACE = TEXTS,
        SAID_WENT_BADLY,
        SAID_PRIORITY,
        SAID_EMOTION,
        SAID_LIFETIME_VALUE,
        SAID_CHURN_RISK,
        SAID_LAST_SPOKE,
        SAID_LAST_CLOSED,
        SAID_COUNT
};

/* Only what was said takes room: the numbers, then the texts with their lengths, then the attributes. */
struct details {
        uint32_t bytes; /* Of all of it. */
        uint32_t said;  /* Bits: texts that are not empty, then enum said. */
        uint8_t packed[];
};

_Static_assert(SAID_COUNT <= 32, "what was said is told by bits");

static void list_texts(struct att_contact_request *request, struct att_text *texts[TEXTS])
{
        struct att_text *const all[TEXTS] = {
                &request->channel,
                &request->queue,
                &request->entry_point,
                &request->language,
                &request->text,
                &request->intent,
                &request->agent,
                &request->preferred_agent,
                &request->address,
                &request->traceparent,
                &request->customer.name,
                &request->customer.tier,
                &request->customer.currency,
                &request->customer.notes,
                &request->customer.last_agent,
                &request->customer.last_contact,
        };
        att_copy(texts, all, sizeof(all));
}

/* Those that a request may leave out, in the order of their bits from SAID_PRIORITY on. */
enum { NUMBERS = SAID_COUNT - SAID_PRIORITY };

static void list_numbers(struct att_contact_request *request, int64_t *numbers[NUMBERS])
{
        int64_t *const all[NUMBERS] = {
                &request->priority_milli,
                &request->emotion_ppm,
                &request->customer.lifetime_value_micro,
                &request->customer.churn_risk_ppm,
                &request->customer.last_spoke_ms,
                &request->customer.last_closed_ms,
        };
        att_copy(numbers, all, sizeof(all));
}

static int64_t absent_of(int number)
{
        return number + SAID_PRIORITY <= SAID_EMOTION ? ATT_ABSENT : -1;
}

/* ---- Packing: seven bits of a number to a byte, the last one below 128. ---- */

static size_t count_number(uint64_t number)
{
        size_t bytes = 1;
        while (number >>= 7) {
                bytes++;
        }
        return bytes;
}

static void put_number(uint8_t **at, uint64_t number)
{
        for (; number >= 0x80; number >>= 7) {
                *(*at)++ = (uint8_t)(number | 0x80);
        }
        *(*at)++ = (uint8_t)number;
}

static uint64_t get_number(const uint8_t **at)
{
        uint64_t number = 0;
        for (int shift = 0;; shift += 7) {
                uint8_t byte = *(*at)++;
                number |= (uint64_t)(byte & 0x7f) << shift;
                if (byte < 0x80) {
                        return number;
                }
        }
}

/* Small ones of either sign are short. */
static uint64_t fold(int64_t number)
{
        return (uint64_t)number << 1 ^ (uint64_t)(number >> 63);
}

static int64_t unfold(uint64_t folded)
{
        return (int64_t)(folded >> 1) ^ -(int64_t)(folded & 1);
}

static size_t count_text(struct att_text text)
{
        return count_number(text.len) + text.len;
}

static void put_text(uint8_t **at, struct att_text text)
{
        put_number(at, text.len);
        att_copy(*at, text.data, text.len);
        *at += text.len;
}

static struct att_text get_text(const uint8_t **at)
{
        size_t len = (size_t)get_number(at);
        struct att_text text = att_text_of((const char *)*at, len);
        *at += len;
        return text;
}

/* ---- A request ---- */

static uint32_t what_is_said(struct att_contact_request *request)
{
        struct att_text *texts[TEXTS];
        int64_t *numbers[NUMBERS];
        uint32_t said = (uint32_t)request->keep_place << SAID_KEEP_PLACE |
                        (uint32_t)request->customer.last_went_badly << SAID_WENT_BADLY;
        list_texts(request, texts);
        list_numbers(request, numbers);
        for (int i = 0; i < TEXTS; i++) {
                said |= (uint32_t)!att_text_is_empty(*texts[i]) << i;
        }
        for (int i = 0; i < NUMBERS; i++) {
                said |= (uint32_t)(*numbers[i] != absent_of(i)) << (SAID_PRIORITY + i);
        }
        return said;
}

static size_t count_bytes(struct att_contact_request *request, uint32_t said)
{
        struct att_text *texts[TEXTS];
        int64_t *numbers[NUMBERS];
        size_t bytes = sizeof(struct details) + count_number(request->attribute_count);
        list_texts(request, texts);
        list_numbers(request, numbers);
        for (int i = 0; i < NUMBERS; i++) {
                bytes += said >> (SAID_PRIORITY + i) & 1 ? count_number(fold(*numbers[i])) : 0;
        }
        for (int i = 0; i < TEXTS; i++) {
                bytes += said >> i & 1 ? count_text(*texts[i]) : 0;
        }
        for (uint32_t i = 0; i < request->attribute_count; i++) {
                bytes += count_text(request->attributes[i].key) +
                         count_text(request->attributes[i].value);
        }
        return bytes;
}

static void pack(struct details *details, struct att_contact_request *request)
{
        struct att_text *texts[TEXTS];
        int64_t *numbers[NUMBERS];
        uint8_t *at = details->packed;
        list_texts(request, texts);
        list_numbers(request, numbers);
        for (int i = 0; i < NUMBERS; i++) {
                if (details->said >> (SAID_PRIORITY + i) & 1) {
                        put_number(&at, fold(*numbers[i]));
                }
        }
        for (int i = 0; i < TEXTS; i++) {
                if (details->said >> i & 1) {
                        put_text(&at, *texts[i]);
                }
        }
        put_number(&at, request->attribute_count);
        for (uint32_t i = 0; i < request->attribute_count; i++) {
                put_text(&at, request->attributes[i].key);
                put_text(&at, request->attributes[i].value);
        }
        ATT_CHECK((size_t)(at - (uint8_t *)details) == details->bytes);
}

void details_keep(struct att_core *core, struct contact *contact,
                  const struct att_contact_request *request)
{
        struct att_contact_request copy = *request;
        uint32_t said = what_is_said(&copy);
        size_t bytes = count_bytes(&copy, said);
        struct details *details = att_pool_take_unset(&core->pool, bytes);
        details->bytes = (uint32_t)bytes;
        details->said = said;
        pack(details, &copy);
        contact->details = details;
}

static struct att_contact_request empty_request(void)
{
        return (struct att_contact_request){
                .priority_milli = ATT_ABSENT,
                .emotion_ppm = ATT_ABSENT,
                .not_before_ms = ATT_ABSENT,
                .waited_ms = ATT_ABSENT,
                .customer = {.lifetime_value_micro = -1,
                             .churn_risk_ppm = -1,
                             .last_spoke_ms = -1,
                             .last_closed_ms = -1},
        };
}

static void unpack(const struct details *details, struct att_contact_request *request,
                   struct att_pair room[ATT_ATTRIBUTES_MAX])
{
        struct att_text *texts[TEXTS];
        int64_t *numbers[NUMBERS];
        const uint8_t *at = details->packed;
        list_texts(request, texts);
        list_numbers(request, numbers);
        for (int i = 0; i < NUMBERS; i++) {
                if (details->said >> (SAID_PRIORITY + i) & 1) {
                        *numbers[i] = unfold(get_number(&at));
                }
        }
        for (int i = 0; i < TEXTS; i++) {
                if (details->said >> i & 1) {
                        *texts[i] = get_text(&at);
                }
        }
        request->keep_place = details->said >> SAID_KEEP_PLACE & 1;
        request->customer.last_went_badly = details->said >> SAID_WENT_BADLY & 1;
        request->attribute_count = (uint32_t)get_number(&at);
        request->attributes = room;
        for (uint32_t i = 0; i < request->attribute_count; i++) {
                room[i].key = get_text(&at);
                room[i].value = get_text(&at);
        }
}

struct att_contact_request details_request(const struct contact *contact,
                                           struct att_pair room[ATT_ATTRIBUTES_MAX])
{
        struct att_contact_request request = empty_request();
        if (contact->details) {
                unpack(contact->details, &request, room);
        }
        request.id = contact_id(contact);
        request.customer.id = contact_customer_id(contact);
        return request;
}

void details_drop(struct att_core *core, struct contact *contact)
{
        if (contact->details) {
                att_pool_give(&core->pool, contact->details, contact->details->bytes);
                contact->details = NULL;
        }
}

void details_set_text(struct att_core *core, struct contact *contact, struct att_text text)
{
        struct att_pair room[ATT_ATTRIBUTES_MAX];
        struct att_contact_request request = details_request(contact, room);
        struct details *before = contact->details;
        request.text = text;
        details_keep(core, contact, &request);
        att_pool_give(&core->pool, before, before->bytes);
}
