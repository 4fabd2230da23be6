/* SPDX-License-Identifier: Apache-2.0 */
/* attunectl tail */
#include "lib/base/util.h"
#include "tools/attunectl/arguments.h"
#include "tools/attunectl/commands.h"
#include "tools/attunectl/route_text.h"

static bool begin(struct ctl *ctl, const struct arguments *arguments)
{
        struct att_wire_message question;
        struct att_wire_answer answer;

        att_wire_message_init(&question, ATT_WIRE_TAIL);
        question.tail.queue = argument_text(arguments, "queue");
        question.tail.agent = argument_text(arguments, "agent");
        question.tail.contact = argument_text(arguments, "contact");
        question.tail.event = argument_text(arguments, "event");
        return ctl_ask(ctl, &question, ATT_WIRE_RESULT_DONE, &answer);
}

static void write_lost(struct ctl *ctl, uint64_t lost)
{
        if (lost == 0) {
                return;
        }
        att_buffer_printf(&ctl->out,
                          ctl->json ? "{\"event\":\"lost\",\"count\":%llu}\n"
                                    : "... %llu events left out: too fast for here\n",
                          (unsigned long long)lost);
}

/* At most `*left` of them; -1: all. */
static void write_events(struct ctl *ctl, const struct att_wire_events *events, int64_t *left)
{
        write_lost(ctl, events->lost);
        for (uint32_t i = 0; i < events->line_count && *left != 0; i++) {
                if (ctl->json) {
                        att_buffer_append_text(&ctl->out, events->lines[i]);
                        att_buffer_append_byte(&ctl->out, '\n');
                } else {
                        route_text_write(&ctl->out, events->lines[i]);
                }
                *left -= *left > 0;
        }
}

/* `left` events, or with -1 until the connection ends. */
static enum verdict follow(struct ctl *ctl, int64_t left, struct att_buffer *why)
{
        struct att_wire_events events;

        while (left != 0) {
                if (!link_wait_events(&ctl->link, &events, why)) {
                        return VERDICT_NO;
                }
                write_events(ctl, &events, &left);
                if (!ctl_flush(ctl)) {
                        return VERDICT_NO;
                }
        }
        return VERDICT_DONE;
}

static enum verdict run(struct ctl *ctl, const struct arguments *arguments)
{
        struct att_buffer why = {0};
        enum verdict verdict;
        int32_t count = -1;

        if (!argument_whole(ctl, arguments, "count", &count)) {
                return VERDICT_USAGE;
        }
        if (!begin(ctl, arguments)) {
                return VERDICT_NO;
        }
        verdict = follow(ctl, count, &why);
        if (why.len > 0) {
                ctl_complain(ctl, "%s", why.data);
        }
        att_buffer_deinit(&why);
        return verdict;
}

static const struct option_row options[] = {
        {"queue", "QUEUE", "only what happens in this queue", 'q'},
        {"agent", "AGENT", "only what happens to this agent", 'a'},
        {"contact", "CONTACT", "only what happens to this contact", 'c'},
        {"event", "EVENT", "only this kind: queued, offer, revoke, connect, closed, ...", 'e'},
        {"count", "N", "stop after so many", 'n'},
        {0},
};

const struct command command_tail = {
        .name = "tail",
        .arguments = "[--queue QUEUE] [--agent AGENT] [--contact CONTACT] [--event EVENT] "
                     "[--count N]",
        .summary = "follow what is decided, as it is decided",
        .details = "A line for each event of the route log, once it is durable. With --json the "
                   "lines are the log's own. A reader that is too slow loses lines and is told how "
                   "many.",
        .options = options,
        .run = run,
};
