/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/core/details.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/core/state.h"

/* clang-format off */

/* Of a request, with the bit that says that it is there: texts that are not empty, ... */
#define FOR_EACH_TEXT(do_with)                                                                     \
        do_with(0, channel)                                                                        \
        do_with(1, queue)                                                                          \
        do_with(2, entry_point)                                                                    \
        do_with(3, language)                                                                       \
        do_with(4, text)                                                                           \
        do_with(5, intent)                                                                         \
        do_with(6, agent)                                                                          \
        do_with(7, preferred_agent)                                                                \
        do_with(8, address)                                                                        \
        do_with(9, traceparent)                                                                    \
        do_with(10, customer.name)                                                                 \
        do_with(11, customer.tier)                                                                 \
        do_with(12, customer.currency)                                                             \
        do_with(13, customer.notes)                                                                \
        do_with(14, customer.last_agent)                                                           \
        do_with(15, customer.last_contact)

enum { SAID_KEEP_PLACE = 16, SAID_WENT_BADLY };

/* ... and numbers that may be left out, with what they are then. */
#define FOR_EACH_NUMBER(do_with)                                                                   \
        do_with(18, priority_milli, ATT_ABSENT)                                                    \
        do_with(19, emotion_ppm, ATT_ABSENT)                                                       \
        do_with(20, customer.lifetime_value_micro, -1)                                             \
        do_with(21, customer.churn_risk_ppm, -1)                                                   \
        do_with(22, customer.last_spoke_ms, -1)                                                    \
        do_with(23, customer.last_closed_ms, -1)

/* clang-format on */

/* Only what was said takes room: the numbers, then the texts with their lengths, then the attributes. */
struct details {
        uint32_t bytes; /* Of all of it. */
        uint32_t said;  /* Bits. */
        uint8_t packed[];
};

/* ---- Packing: seven bits of a number to a byte, the last one below 128. ---- */

#define NUMBER_BYTES_MAX 10

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

static size_t room_of_text(struct att_text text)
{
        return NUMBER_BYTES_MAX + text.len;
}

static void put_text(uint8_t **at, struct att_text text)
{
        put_number(at, text.len);
        att_copy_short(*at, text.data, text.len);
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

size_t details_room(const struct att_contact_request *request)
{
        size_t bytes = sizeof(struct details) + NUMBER_BYTES_MAX;

#define ADD_NUMBER(bit, number, absent) bytes += NUMBER_BYTES_MAX;
        FOR_EACH_NUMBER(ADD_NUMBER)
#undef ADD_NUMBER
#define ADD_TEXT(bit, text) bytes += room_of_text(request->text);
        FOR_EACH_TEXT(ADD_TEXT)
#undef ADD_TEXT
        for (uint32_t i = 0; i < request->attribute_count; i++) {
                bytes += room_of_text(request->attributes[i].key) +
                         room_of_text(request->attributes[i].value);
        }
        return bytes;
}

const struct details *details_pack(const struct att_contact_request *request, void *room)
{
        struct details *details = room;
        uint8_t *at = details->packed;
        uint32_t said = (uint32_t)request->keep_place << SAID_KEEP_PLACE |
                        (uint32_t)request->customer.last_went_badly << SAID_WENT_BADLY;

#define PUT_NUMBER(bit, number, absent)                                                            \
        if (request->number != (absent)) {                                                         \
                said |= 1u << (bit);                                                               \
                put_number(&at, fold(request->number));                                            \
        }
        FOR_EACH_NUMBER(PUT_NUMBER)
#undef PUT_NUMBER
#define PUT_TEXT(bit, text)                                                                        \
        if (request->text.len > 0) {                                                               \
                said |= 1u << (bit);                                                               \
                put_text(&at, request->text);                                                      \
        }
        FOR_EACH_TEXT(PUT_TEXT)
#undef PUT_TEXT
        put_number(&at, request->attribute_count);
        for (uint32_t i = 0; i < request->attribute_count; i++) {
                put_text(&at, request->attributes[i].key);
                put_text(&at, request->attributes[i].value);
        }
        details->said = said;
        details->bytes = (uint32_t)(at - (uint8_t *)details);
        return details;
}

void details_keep_packed(struct att_core *core, struct contact *contact,
                         const struct details *packed)
{
        contact->details = att_pool_take_unset(&core->pool, packed->bytes);
        memcpy(contact->details, packed, packed->bytes);
}

void details_keep(struct att_core *core, struct contact *contact,
                  const struct att_contact_request *request)
{
        max_align_t small[2048 / sizeof(max_align_t)]; /* For nearly all. */
        const size_t bytes = details_room(request);
        void *room = bytes <= sizeof(small) ? small : att_alloc(bytes);
        const struct details *packed = details_pack(request, room);

        ATT_CHECK(packed->bytes <= bytes);
        details_keep_packed(core, contact, packed);
        if (room != small) {
                free(room);
        }
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
        const uint8_t *at = details->packed;

#define GET_NUMBER(bit, number, absent)                                                            \
        if (details->said >> (bit)&1) {                                                            \
                request->number = unfold(get_number(&at));                                         \
        }
        FOR_EACH_NUMBER(GET_NUMBER)
#undef GET_NUMBER
#define GET_TEXT(bit, text)                                                                        \
        if (details->said >> (bit)&1) {                                                            \
                request->text = get_text(&at);                                                     \
        }
        FOR_EACH_TEXT(GET_TEXT)
#undef GET_TEXT
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
