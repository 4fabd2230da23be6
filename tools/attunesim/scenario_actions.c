/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunesim/scenario_actions.h"

#include "lib/base/util.h"
#include "lib/config/values.h"
#include "tools/attunesim/request_form.h"

#define AT(type, field) .offset = offsetof(type, field)
#define AT2(type, field, count)                                                                    \
        .offset = offsetof(type, field), .count_offset = offsetof(type, count)

/* Contacts ---------------------------------------------------------------- */

static void read_contact(const struct reading *reading, const struct att_yaml_node *node,
                         struct att_command *command)
{
        struct request_form form;

        request_form_init(&form);
        request_form_read(reading, node, &form);
        command->kind = ATT_CMD_CONTACT_ADD;
        command->contact = form.request.id;
        command->front_end = form.front_end;
        command->request = form.request;
}

/* What happens to a contact ----------------------------------------------- */

static const struct field contact_only_items[] = {
        {"contact", FIELD_TEXT, AT(struct att_command, contact)},
};

static const struct fields abandon_fields = {.name = "abandon", FIELDS_OF(contact_only_items)};
static const struct fields cancel_fields = {.name = "cancel", FIELDS_OF(contact_only_items)};

static void read_abandon(const struct reading *reading, const struct att_yaml_node *node,
                         struct att_command *command)
{
        command->kind = ATT_CMD_CONTACT_ABANDON;
        fields_read(reading, &abandon_fields, node, command);
}

static void read_cancel(const struct reading *reading, const struct att_yaml_node *node,
                        struct att_command *command)
{
        command->kind = ATT_CMD_CONTACT_CANCEL;
        fields_read(reading, &cancel_fields, node, command);
}

static const struct field follow_up_items[] = {
        {"at", FIELD_TIME, AT(struct att_follow_up_request, at_ms)},
        {"expires", FIELD_TIME, AT(struct att_follow_up_request, expires_ms)},
        {"agent", FIELD_TEXT, AT(struct att_follow_up_request, agent)},
        {"queue", FIELD_TEXT, AT(struct att_follow_up_request, queue)},
        {"what", FIELD_TEXT, AT(struct att_follow_up_request, what)},
};

static const struct fields follow_up_fields = {.name = "a follow-up", FIELDS_OF(follow_up_items)};

struct end_action {
        struct att_command command;
        const struct att_yaml_node *follow_up;
};

static const struct field end_items[] = {
        {"contact", FIELD_TEXT, AT(struct end_action, command.contact)},
        {"outcome", FIELD_TEXT, AT(struct end_action, command.end.disposition)},
        {"notes", FIELD_TEXT, AT(struct end_action, command.end.notes)},
        {"follow_up", FIELD_NODE, AT(struct end_action, follow_up)},
};

static const struct fields end_fields = {.name = "end", FIELDS_OF(end_items)};

/* `handled` is an end and no more; `no_answer` a call back that was not taken; any other word is
 * what the agent says of how it went. */
static void read_end(const struct reading *reading, const struct att_yaml_node *node,
                     struct att_command *command)
{
        struct end_action action = {.command = *command};

        fields_read(reading, &end_fields, node, &action);
        *command = action.command;
        command->kind = ATT_CMD_CONTACT_END;
        if (action.follow_up) {
                fields_read(reading, &follow_up_fields, action.follow_up, &command->end.follow_up);
        }
        command->end.unanswered = att_text_equals_c(command->end.disposition, "no_answer");
        if (command->end.unanswered || att_text_equals_c(command->end.disposition, "handled")) {
                command->end.disposition = ATT_TEXT_NONE;
        }
}

static const struct field transfer_items[] = {
        {"contact", FIELD_TEXT, AT(struct att_command, contact)},
        {"queue", FIELD_TEXT, AT(struct att_command, transfer.queue)},
        {"agent", FIELD_TEXT, AT(struct att_command, transfer.agent)},
};

static const struct fields transfer_fields = {.name = "transfer", FIELDS_OF(transfer_items)};

static void read_transfer(const struct reading *reading, const struct att_yaml_node *node,
                          struct att_command *command)
{
        command->kind = ATT_CMD_CONTACT_TRANSFER;
        fields_read(reading, &transfer_fields, node, command);
}

static const struct field feedback_items[] = {
        {"contact", FIELD_TEXT, AT(struct att_command, contact)},
        {"csat", FIELD_NUMBER, AT(struct att_command, feedback.csat)},
        {"nps", FIELD_NUMBER, AT(struct att_command, feedback.nps)},
        {"ces", FIELD_NUMBER, AT(struct att_command, feedback.ces)},
        {"resolved", FIELD_ANSWER, AT(struct att_command, feedback.resolved)},
        {"emotion", FIELD_SHARE, AT(struct att_command, feedback.emotion_ppm)},
        {"text", FIELD_TEXT, AT(struct att_command, feedback.text)},
        {"given", FIELD_TIME, AT(struct att_command, feedback.given_ms)},
        {"by", FIELD_TEXT, AT(struct att_command, feedback.by)},
};

static const struct fields feedback_fields = {.name = "feedback", FIELDS_OF(feedback_items)};

static void read_feedback(const struct reading *reading, const struct att_yaml_node *node,
                          struct att_command *command)
{
        command->kind = ATT_CMD_CONTACT_FEEDBACK;
        command->feedback.csat = -1;
        command->feedback.nps = -1;
        command->feedback.ces = -1;
        command->feedback.resolved = -1;
        command->feedback.emotion_ppm = ATT_ABSENT;
        fields_read(reading, &feedback_fields, node, command);
}

static const struct field update_items[] = {
        {"contact", FIELD_TEXT, AT(struct att_command, contact)},
        {"priority", FIELD_POINTS, AT(struct att_command, update.priority_milli)},
        {"emotion", FIELD_SHARE, AT(struct att_command, update.emotion_ppm)},
        {"text", FIELD_TEXT, AT(struct att_command, update.text)},
        {"requires", FIELD_LEVELS, AT2(struct att_command, update.requires, update.requires_count)},
};

static const struct fields update_fields = {.name = "update", FIELDS_OF(update_items)};

static void read_update(const struct reading *reading, const struct att_yaml_node *node,
                        struct att_command *command)
{
        command->kind = ATT_CMD_CONTACT_UPDATE;
        command->update.priority_milli = ATT_ABSENT;
        command->update.emotion_ppm = ATT_ABSENT;
        fields_read(reading, &update_fields, node, command);
}

/* Customers --------------------------------------------------------------- */

static const struct field forget_items[] = {
        {"customer", FIELD_TEXT, AT(struct att_command, customer.info.id)},
        {"aliases", FIELD_TEXTS, AT2(struct att_command, customer.aliases, customer.alias_count)},
};

static const struct fields forget_fields = {.name = "forget", FIELDS_OF(forget_items)};

static void read_forget(const struct reading *reading, const struct att_yaml_node *node,
                        struct att_command *command)
{
        command->kind = ATT_CMD_CUSTOMER_FORGET;
        fields_read(reading, &forget_fields, node, command);
}

/* Incidents --------------------------------------------------------------- */

struct announce_action {
        struct att_incident_request incident;
        const struct att_yaml_node *when;
        struct att_text front_end;
};

static const struct field announce_items[] = {
        {"id", FIELD_TEXT, AT(struct announce_action, incident.id)},
        {"title", FIELD_TEXT, AT(struct announce_action, incident.title)},
        {"message", FIELD_TEXT, AT(struct announce_action, incident.message)},
        {"points", FIELD_POINTS, AT(struct announce_action, incident.points_milli)},
        {"until", FIELD_TIME, AT(struct announce_action, incident.until_ms)},
        {"when", FIELD_NODE, AT(struct announce_action, when)},
        {"front_end", FIELD_TEXT, AT(struct announce_action, front_end)},
};

static const struct fields announce_fields = {.name = "an incident", FIELDS_OF(announce_items)};

static void read_when(const struct reading *reading, const struct att_yaml_node *node,
                      struct att_incident_request *incident)
{
        if (!att_value_is(reading->errors, node, ATT_YAML_MAPPING,
                          "conditions, such as { text: card }")) {
                return;
        }
        struct att_named_condition *when = att_arena_take_array(reading->arena, node->count,
                                                                sizeof(*when));

        for (uint32_t i = 0; i < node->count; i++) {
                when[i].field = node->keys[i]->text;
                fields_read_texts(reading, node->items[i], &when[i].values, &when[i].value_count);
        }
        incident->when = when;
        incident->when_count = node->count;
}

static void read_announce(const struct reading *reading, const struct att_yaml_node *node,
                          struct att_command *command)
{
        struct announce_action action = {.when = NULL};

        fields_read(reading, &announce_fields, node, &action);
        if (action.when) {
                read_when(reading, action.when, &action.incident);
        }
        command->kind = ATT_CMD_INCIDENT_ANNOUNCE;
        command->front_end = action.front_end;
        command->incident = action.incident;
}

static const struct field close_incident_items[] = {
        {"id", FIELD_TEXT, AT(struct att_command, incident_close.id)},
        {"message", FIELD_TEXT, AT(struct att_command, incident_close.message)},
        {"close_contacts", FIELD_FLAG, AT(struct att_command, incident_close.close_contacts)},
};

static const struct fields close_incident_fields = {.name = "the end of an incident",
                                                    FIELDS_OF(close_incident_items)};

static void read_close_incident(const struct reading *reading, const struct att_yaml_node *node,
                                struct att_command *command)
{
        command->kind = ATT_CMD_INCIDENT_CLOSE;
        fields_read(reading, &close_incident_fields, node, command);
}

/* Agents ------------------------------------------------------------------ */

static const char *const deed_words[] = {
        "ready", "pause", "offline", "accept", "decline", "wrap_up_done", NULL,
};

static const enum att_command_kind deed_kinds[] = {
        ATT_CMD_AGENT_READY,  ATT_CMD_AGENT_PAUSE,   ATT_CMD_AGENT_OFFLINE,
        ATT_CMD_OFFER_ACCEPT, ATT_CMD_OFFER_DECLINE, ATT_CMD_WRAP_UP_DONE,
};

#define NO_DEED UINT32_MAX

struct agent_action {
        struct att_text id;
        uint32_t deed;
        struct att_text contact;
        struct att_text reason;
        const struct att_text *channels;
        uint32_t channel_count;
        struct att_text front_end;
};

static const struct field agent_items[] = {
        {"id", FIELD_TEXT, AT(struct agent_action, id)},
        {"do", FIELD_WORD, AT(struct agent_action, deed), .words = deed_words},
        {"contact", FIELD_TEXT, AT(struct agent_action, contact)},
        {"reason", FIELD_TEXT, AT(struct agent_action, reason)},
        {"channels", FIELD_TEXTS, AT2(struct agent_action, channels, channel_count)},
        {"front_end", FIELD_TEXT, AT(struct agent_action, front_end)},
};

static const struct fields agent_fields = {.name = "agent", FIELDS_OF(agent_items)};

static void read_agent(const struct reading *reading, const struct att_yaml_node *node,
                       struct att_command *command)
{
        struct agent_action action = {.deed = NO_DEED};

        fields_read(reading, &agent_fields, node, &action);
        if (action.deed == NO_DEED) {
                att_config_errors_add(reading->errors, node->place,
                                      "an agent's action needs 'do', such as do: ready");
                return;
        }
        command->kind = deed_kinds[action.deed];
        command->agent = action.id;
        command->contact = action.contact;
        command->front_end = action.front_end;
        switch (command->kind) {
        case ATT_CMD_OFFER_ACCEPT:
        case ATT_CMD_OFFER_DECLINE:
                command->offer.reason = action.reason;
                break;
        case ATT_CMD_WRAP_UP_DONE:
                break;
        default:
                command->presence.reason = action.reason;
                command->presence.channels = action.channels;
                command->presence.channel_count = action.channel_count;
                break;
        }
}

/* Work outside ------------------------------------------------------------ */

static const struct field occupied_items[] = {
        {"agent", FIELD_TEXT, AT(struct att_command, agent)},
        {"channel", FIELD_TEXT, AT(struct att_command, occupied.channel)},
        {"contact", FIELD_TEXT, AT(struct att_command, contact)},
};

static const struct fields occupied_fields = {.name = "occupied", FIELDS_OF(occupied_items)};

static void read_occupied(const struct reading *reading, const struct att_yaml_node *node,
                          struct att_command *command)
{
        command->kind = ATT_CMD_OCCUPIED;
        fields_read(reading, &occupied_fields, node, command);
}

static const struct field free_items[] = {
        {"agent", FIELD_TEXT, AT(struct att_command, agent)},
        {"contact", FIELD_TEXT, AT(struct att_command, contact)},
};

static const struct fields free_fields = {.name = "free", FIELDS_OF(free_items)};

static void read_free(const struct reading *reading, const struct att_yaml_node *node,
                      struct att_command *command)
{
        command->kind = ATT_CMD_FREE;
        fields_read(reading, &free_fields, node, command);
}

/* All of them ------------------------------------------------------------- */

static const struct {
        const char *name;
        void (*read)(const struct reading *reading, const struct att_yaml_node *node,
                     struct att_command *command);
} actions[] = {
        {"contact", read_contact},   {"agent", read_agent},
        {"occupied", read_occupied}, {"free", read_free},
        {"end", read_end},           {"abandon", read_abandon},
        {"cancel", read_cancel},     {"transfer", read_transfer},
        {"feedback", read_feedback}, {"update", read_update},
        {"announce", read_announce}, {"close_incident", read_close_incident},
        {"forget", read_forget},
};

bool action_exists(struct att_text name)
{
        for (size_t i = 0; i < ATT_ARRAY_LEN(actions); i++) {
                if (att_text_equals_c(name, actions[i].name)) {
                        return true;
                }
        }
        return false;
}

void action_list(struct att_buffer *into)
{
        for (size_t i = 0; i < ATT_ARRAY_LEN(actions); i++) {
                att_buffer_printf(into, "%s, ", actions[i].name);
        }
        att_buffer_append_c(into, "config");
}

void action_read(const struct reading *reading, struct att_text name,
                 const struct att_yaml_node *node, struct att_command *command)
{
        for (size_t i = 0; i < ATT_ARRAY_LEN(actions); i++) {
                if (att_text_equals_c(name, actions[i].name)) {
                        actions[i].read(reading, node, command);
                }
        }
}
