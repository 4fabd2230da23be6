/* SPDX-License-Identifier: Apache-2.0 */
/* attunectl explain */
#include "tools/attunectl/arguments.h"
#include "tools/attunectl/commands.h"
#include "tools/attunectl/explain_json.h"
#include "tools/attunectl/show.h"

static void write_lines(struct att_buffer *out, struct att_text text)
{
        struct att_text line;

        while (argument_split(text, '\n', &line, &text)) {
                show_plain(out, line);
                att_buffer_append_byte(out, '\n');
        }
        if (!att_text_is_empty(text)) {
                show_plain(out, text);
                att_buffer_append_byte(out, '\n');
        }
}

static enum verdict run(struct ctl *ctl, const struct arguments *arguments)
{
        struct att_wire_message question;
        struct att_wire_answer answer;

        att_wire_message_init(&question, ATT_WIRE_EXPLAIN);
        question.explain.contact = argument_word(arguments, 0);
        question.explain.agent = argument_text(arguments, "agent");
        if (!ctl_ask(ctl, &question, ATT_WIRE_RESULT_EXPLAIN, &answer)) {
                return VERDICT_NO;
        }
        if (ctl->json) {
                explain_write_json(&ctl->out, &answer.explanation);
        } else {
                write_lines(&ctl->out, answer.explanation.why.text);
        }
        return VERDICT_DONE;
}

static const struct option_row options[] = {
        {"agent", "AGENT", "why not this agent", 'a'},
        {0},
};

const struct command command_explain = {
        .name = "explain",
        .arguments = "CONTACT [--agent AGENT]",
        .summary = "why a contact went where it went, or why it still waits",
        .details =
                "Of one that was given to an agent: the rules of the intake, what its step asks, who "
                "else could have taken it, every term of the best, and what decided. Of one that "
                "waits: what for, who could take it and when, and what would release it. With an "
                "agent: the first thing that stands in the way, or term by term how the agent "
                "compares with the one who was chosen. A contact is remembered for an hour after "
                "it closed. What it all means is told in docs/engine.md.",
        .options = options,
        .words_min = 1,
        .words_max = 1,
        .run = run,
};
