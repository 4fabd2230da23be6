/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunectl/customer_pages.h"

#include <stdlib.h>

#include "lib/base/util.h"

bool customer_pages(struct ctl *ctl, bool only_conflicts,
                    bool (*put)(struct ctl *ctl, const struct att_wire_person *person,
                                void *context),
                    void *context)
{
        ATT_CLEANUP(att_free_pointer) char *after = NULL;
        struct att_wire_message question;
        struct att_wire_answer answer;

        for (;;) {
                att_wire_message_init(&question, ATT_WIRE_CUSTOMERS);
                question.customers.after = att_text_from(after);
                question.customers.conflicts = only_conflicts;
                if (!ctl_ask(ctl, &question, ATT_WIRE_RESULT_CUSTOMERS, &answer)) {
                        return false;
                }
                for (uint32_t i = 0; i < answer.people.row_count; i++) {
                        if (!put(ctl, &answer.people.rows[i], context)) {
                                return false;
                        }
                }
                if (att_text_is_empty(answer.people.next)) {
                        return true;
                }
                free(after);
                after = att_text_dup(answer.people.next);
        }
}
