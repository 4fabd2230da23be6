/* SPDX-License-Identifier: Apache-2.0 */
/* attunectl tail */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/util.h"
#include "tools/attunectl/arguments.h"
#include "tools/attunectl/commands.h"
#include "tools/attunectl/json_find.h"
#include "tools/attunectl/route_text.h"

static bool begin(struct ctl *ctl, const struct arguments *arguments, int64_t since_ms)
{
        struct att_wire_message question;
        struct att_wire_answer answer;

        att_wire_message_init(&question, ATT_WIRE_TAIL);
        question.tail.queue = argument_text(arguments, "queue");
        question.tail.agent = argument_text(arguments, "agent");
        question.tail.contact = argument_text(arguments, "contact");
        question.tail.event = argument_text(arguments, "event");
        question.tail.since_ms = since_ms;
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

/* ---- Colours, on a terminal alone ---- */

#define PLAIN "\033[0m"

static const struct {
        const char *event;
        const char *colour;
} colours[] = {
        {"offer", "\033[36m"},   {"connect", "\033[32m"},  {"revoke", "\033[33m"},
        {"relaxed", "\033[35m"}, {"overflow", "\033[33m"}, {"refused", "\033[31m"},
        {"closed", "\033[2m"},
};

static bool has_colours(void)
{
        const char *no_colour = getenv("NO_COLOR");
        const char *terminal = getenv("TERM");

        return isatty(STDOUT_FILENO) == 1 && (!no_colour || no_colour[0] == '\0') &&
               (!terminal || strcmp(terminal, "dumb") != 0);
}

static const char *colour_of(struct att_text line)
{
        struct att_text event;

        for (size_t i = 0; json_find(line, "event", &event) && i < ATT_ARRAY_LEN(colours); i++) {
                if (event.len == strlen(colours[i].event) + 2 &&
                    memcmp(event.data + 1, colours[i].event, event.len - 2) == 0) {
                        return colours[i].colour;
                }
        }
        return NULL;
}

static void write_readable(struct ctl *ctl, struct att_text line)
{
        const char *colour = has_colours() ? colour_of(line) : NULL;

        att_buffer_append_c(&ctl->out, colour ? colour : "");
        route_text_write(&ctl->out, line);
        if (colour && ctl->out.len > 0 && ctl->out.data[ctl->out.len - 1] == '\n') {
                ctl->out.len--;
                att_buffer_append_c(&ctl->out, PLAIN "\n");
        }
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
                        write_readable(ctl, events->lines[i]);
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

static int64_t wall_ms(void)
{
        struct timespec now = {0};

        (void)clock_gettime(CLOCK_REALTIME, &now);
        return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static enum verdict run(struct ctl *ctl, const struct arguments *arguments)
{
        struct att_buffer why = {0};
        enum verdict verdict;
        int32_t count = -1;
        int64_t since_ms = 0;

        if (!argument_whole(ctl, arguments, "count", &count) ||
            !argument_duration(ctl, arguments, "since", &since_ms)) {
                return VERDICT_USAGE;
        }
        if (!begin(ctl, arguments, since_ms > 0 ? wall_ms() - since_ms : 0)) {
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
        {"since", "DURATION", "begin with what happened since then, such as 10m ago", 's'},
        {"count", "N", "stop after so many", 'n'},
        {0},
};

const struct command command_tail = {
        .name = "tail",
        .arguments = "[--queue QUEUE] [--agent AGENT] [--contact CONTACT] [--event EVENT] "
                     "[--since DURATION] [--count N]",
        .summary = "follow what is decided, as it is decided",
        .details = "A line for each event of the route log, once it is durable. With --json the "
                   "lines are the log's own. A reader that is too slow loses lines and is told how "
                   "many. attuned remembers its last 4,096 events for --since; what is older is in "
                   "the route log.",
        .options = options,
        .run = run,
};
