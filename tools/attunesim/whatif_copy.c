/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunesim/whatif_copy.h"

#include "lib/base/util.h"

static void keep(struct att_arena *arena, struct att_text *text)
{
        *text = att_arena_text(arena, *text);
}

static const struct att_named_level *copy_levels(struct att_arena *arena,
                                                 const struct att_named_level *levels,
                                                 uint32_t count)
{
        struct att_named_level *copies = att_arena_take_array(arena, count, sizeof(*copies));

        for (uint32_t i = 0; i < count; i++) {
                copies[i] = levels[i];
                keep(arena, &copies[i].skill);
        }
        return copies;
}

static const struct att_named_weight *copy_weights(struct att_arena *arena,
                                                   const struct att_named_weight *weights,
                                                   uint32_t count)
{
        struct att_named_weight *copies = att_arena_take_array(arena, count, sizeof(*copies));

        for (uint32_t i = 0; i < count; i++) {
                copies[i] = weights[i];
                keep(arena, &copies[i].skill);
        }
        return copies;
}

static const struct att_text *copy_texts(struct att_arena *arena, const struct att_text *texts,
                                         uint32_t count)
{
        struct att_text *copies = att_arena_take_array(arena, count, sizeof(*copies));

        for (uint32_t i = 0; i < count; i++) {
                copies[i] = att_arena_text(arena, texts[i]);
        }
        return copies;
}

static const struct att_pair *copy_pairs(struct att_arena *arena, const struct att_pair *pairs,
                                         uint32_t count)
{
        struct att_pair *copies = att_arena_take_array(arena, count, sizeof(*copies));

        for (uint32_t i = 0; i < count; i++) {
                copies[i].key = att_arena_text(arena, pairs[i].key);
                copies[i].value = att_arena_text(arena, pairs[i].value);
        }
        return copies;
}

static void keep_customer(struct att_arena *arena, struct att_customer_info *customer)
{
        keep(arena, &customer->id);
        keep(arena, &customer->name);
        keep(arena, &customer->tier);
        keep(arena, &customer->currency);
        keep(arena, &customer->notes);
        keep(arena, &customer->last_agent);
        keep(arena, &customer->said);
        keep(arena, &customer->last_contact);
}

static void keep_request(struct att_arena *arena, struct att_contact_request *request)
{
        keep(arena, &request->id);
        keep(arena, &request->channel);
        keep(arena, &request->queue);
        keep(arena, &request->entry_point);
        keep(arena, &request->language);
        keep(arena, &request->text);
        keep(arena, &request->intent);
        keep(arena, &request->agent);
        keep(arena, &request->preferred_agent);
        keep(arena, &request->address);
        keep(arena, &request->traceparent);
        request->requires = copy_levels(arena, request->requires, request->requires_count);
        request->prefers = copy_weights(arena, request->prefers, request->prefer_count);
        request->exclude = copy_texts(arena, request->exclude, request->exclude_count);
        request->attributes = copy_pairs(arena, request->attributes, request->attribute_count);
        keep_customer(arena, &request->customer);
}

/* What an end promises by itself or by its disposition is a contact of its own, which nobody of the
 * recorded day brought: in another course of the day there is none of them. */
static void promise_nothing(struct att_command *command)
{
        command->end.disposition = ATT_TEXT_NONE;
        command->end.notes = ATT_TEXT_NONE;
        command->end.follow_up = (struct att_follow_up_request){.at_ms = 0};
}

static void keep_incident(struct att_arena *arena, struct att_incident_request *incident)
{
        struct att_named_condition *when = att_arena_take_array(arena, incident->when_count,
                                                                sizeof(*when));

        keep(arena, &incident->id);
        keep(arena, &incident->title);
        keep(arena, &incident->message);
        for (uint32_t i = 0; i < incident->when_count; i++) {
                when[i] = incident->when[i];
                keep(arena, &when[i].field);
                when[i].values = copy_texts(arena, when[i].values, when[i].value_count);
        }
        incident->when = when;
}

struct att_command *whatif_copy_command(struct att_arena *arena, const struct att_command *command)
{
        struct att_command *copy = att_arena_take(arena, sizeof(*copy));

        *copy = *command;
        copy->client = 0;
        copy->request_id = 0;
        keep(arena, &copy->front_end);
        keep(arena, &copy->contact);
        keep(arena, &copy->agent);
        switch ((int)copy->kind) {
        case ATT_CMD_CONTACT_ADD:
                keep_request(arena, &copy->request);
                break;
        case ATT_CMD_CONTACT_UPDATE:
                copy->update.requires = copy_levels(arena, copy->update.requires,
                                                    copy->update.requires_count);
                break;
        case ATT_CMD_CONTACT_END:
        case ATT_CMD_CONTACT_ABANDON:
        case ATT_CMD_CONTACT_CANCEL:
                promise_nothing(copy);
                break;
        case ATT_CMD_CONTACT_FEEDBACK:
                keep(arena, &copy->feedback.by);
                keep(arena, &copy->feedback.text);
                break;
        case ATT_CMD_INCIDENT_ANNOUNCE:
                keep_incident(arena, &copy->incident);
                break;
        case ATT_CMD_INCIDENT_CLOSE:
                keep(arena, &copy->incident_close.id);
                keep(arena, &copy->incident_close.message);
                break;
        case ATT_CMD_CONTACT_TRANSFER:
                keep(arena, &copy->transfer.queue);
                keep(arena, &copy->transfer.agent);
                break;
        case ATT_CMD_AGENT_READY:
        case ATT_CMD_AGENT_PAUSE:
        case ATT_CMD_AGENT_OFFLINE:
                keep(arena, &copy->presence.reason);
                copy->presence.channels = copy_texts(arena, copy->presence.channels,
                                                     copy->presence.channel_count);
                break;
        case ATT_CMD_OFFER_ACCEPT:
        case ATT_CMD_OFFER_DECLINE:
                keep(arena, &copy->offer.reason);
                break;
        case ATT_CMD_OCCUPIED:
                keep(arena, &copy->occupied.channel);
                break;
        default:
                break;
        }
        return copy;
}
