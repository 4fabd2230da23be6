/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/message.h"

#include <string.h>

#include "lib/base/check.h"
#include "lib/wire/tables.h"

/* The table of what the tags now say. */
static const struct table *table_of_case(const struct table *table, int tag, int tag2)
{
        for (uint32_t i = 0; i < table->count; i++) {
                const struct table_field *field = &table->fields[i];

                if (field->kind == TABLE_CASE && field->tag == tag &&
                    (field->tag2 < 0 || field->tag2 == tag2)) {
                        return field->sub;
                }
        }
        return NULL;
}

void att_wire_command_init(struct att_command *command, enum att_command_kind kind)
{
        const struct table *table = table_of_case(&table_journal_command, (int)kind, -1);

        memset(command, 0, sizeof(*command));
        command->kind = kind;
        if (kind == ATT_CMD_CONTACT_ADD) {
                table_set_absent(table, &command->request);
        } else if (table) {
                table_set_absent(table, command);
        }
}

void att_wire_contact_init(struct att_wire_contact *contact)
{
        memset(contact, 0, sizeof(*contact));
        contact->state = ATT_CONTACT_QUEUED;
        contact->outcome = ATT_OUTCOME_NONE;
        contact->estimate_ms = -1;
        contact->due_ms = -1;
        contact->customer_since_ms = -1;
        contact->expires_ms = -1;
        table_set_absent(&table_customer, &contact->customer);
}

void att_wire_answer_init(struct att_wire_answer *answer, enum att_wire_result_kind kind)
{
        const struct table *table = table_of_case(&table_answer, (int)kind, -1);

        memset(answer, 0, sizeof(*answer));
        answer->kind = kind;
        if (table) {
                table_set_absent(table, &answer->error);
        }
}

void att_wire_message_init(struct att_wire_message *message, enum att_wire_body body)
{
        memset(message, 0, sizeof(*message));
        message->body = body;
        if (body == ATT_WIRE_REPORT) {
                message->report.from_ms = ATT_ABSENT;
                message->report.to_ms = ATT_ABSENT;
                message->report.short_ms = ATT_ABSENT;
        } else if (body == ATT_WIRE_PUSH) {
                message->push.effect.kind = ATT_EFFECT_KIND_COUNT;
                message->push.effect.step = ATT_NONE_STEP;
                message->push.effect.estimate_ms = -1;
                message->push.effect.due_ms = -1;
        }
}
