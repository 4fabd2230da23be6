/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunectl/pages.h"

static bool ask_all(struct pages *pages)
{
        struct att_wire_message question;
        struct att_wire_answer answer;
        uint64_t cursor = 0;

        do {
                att_wire_message_init(&question, pages->body);
                question.page = pages->filter;
                question.page.cursor = cursor;
                if (!ctl_ask(pages->ctl, &question, pages->kind, &answer)) {
                        return false;
                }
                cursor = pages->put(pages, &answer);
        } while (cursor != 0);
        return true;
}

enum verdict pages_run(struct pages *pages, struct ctl *ctl)
{
        bool answered;

        pages->ctl = ctl;
        grid_init(&pages->grid, pages->columns);
        answered = ask_all(pages);
        if (answered && !ctl->json) {
                if (pages->row_count > 0) {
                        grid_write(&pages->grid, &ctl->out);
                } else {
                        att_buffer_printf(&ctl->out, "%s\n", pages->none);
                }
        }
        grid_deinit(&pages->grid);
        return answered ? VERDICT_DONE : VERDICT_NO;
}
