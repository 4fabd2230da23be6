/* SPDX-License-Identifier: Apache-2.0 */
/* attunectl explain */
#include "lib/base/util.h"
#include "tools/attunectl/arguments.h"
#include "tools/attunectl/commands.h"
#include "tools/attunectl/explain_history.h"
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

/* ---- What feedback taught ---- */

static void write_score(struct att_buffer *out, const char *name, int64_t score)
{
        if (score >= 0) {
                att_buffer_printf(out, " %s %lld", name, (long long)score);
        }
}

static void write_feedback(struct att_buffer *out, const struct explain_feedback *row)
{
        att_buffer_append_c(out, "  ");
        show_time(out, row->at_ms);
        att_buffer_append_byte(out, ' ');
        show_plain(out, row->contact);
        att_buffer_append_c(out, " in ");
        show_plain(out, row->queue);
        att_buffer_append_c(out, ":");
        write_score(out, "csat", row->csat);
        write_score(out, "nps", row->nps);
        write_score(out, "ces", row->ces);
        if (row->resolved >= 0) {
                att_buffer_append_c(out, row->resolved ? " resolved" : " not resolved");
        }
        if (!att_text_is_empty(row->text)) {
                att_buffer_append_c(out, " \"");
                show_plain(out, row->text);
                att_buffer_append_byte(out, '"');
        }
        att_buffer_append_byte(out, '\n');
}

/* What attuned said is gone with the next question: it is written or kept before. */
static enum verdict tell_outcome(struct ctl *ctl, const struct att_explanation *why)
{
        ATT_CLEANUP(att_arena_deinit) struct att_arena arena = {0};
        const struct att_explain_outcome kept = explain_keep_outcome(&arena, why->outcome);
        const struct att_text text = att_arena_text(&arena, why->text);
        struct explain_history history;

        explain_history_read(ctl, &kept, &history);
        if (ctl->json) {
                explain_write_outcome_json(&ctl->out, text, &kept, &history);
        } else {
                write_lines(&ctl->out, text);
                if (history.count > 0) {
                        att_buffer_append_c(&ctl->out, "the latest feedback:\n");
                }
                for (uint32_t i = 0; i < history.count; i++) {
                        write_feedback(&ctl->out, &history.rows[i]);
                }
        }
        explain_history_deinit(&history);
        return VERDICT_DONE;
}

/* A contact, or an agent's outcome in queues. */
static bool is_said_right(struct ctl *ctl, const struct att_wire_explain *ask)
{
        const bool is_of_queues = !att_text_is_empty(ask->skill) || !att_text_is_empty(ask->queue);

        if (att_text_is_empty(ask->contact) && att_text_is_empty(ask->agent)) {
                ctl_complain(ctl,
                             "usage: attunectl explain CONTACT [--agent AGENT], or, of an agent's "
                             "outcome, --agent AGENT [--skill SKILL | --queue QUEUE]");
                return false;
        }
        if (!att_text_is_empty(ask->contact) && is_of_queues) {
                ctl_complain(ctl, "--skill and --queue are about an agent's outcome, not about a "
                                  "contact");
                return false;
        }
        return true;
}

static enum verdict run(struct ctl *ctl, const struct arguments *arguments)
{
        struct att_wire_message question;
        struct att_wire_answer answer;

        att_wire_message_init(&question, ATT_WIRE_EXPLAIN);
        question.explain.contact = argument_word(arguments, 0);
        question.explain.agent = argument_text(arguments, "agent");
        question.explain.skill = argument_text(arguments, "skill");
        question.explain.queue = argument_text(arguments, "queue");
        if (!is_said_right(ctl, &question.explain)) {
                return VERDICT_USAGE;
        }
        if (!ctl_ask(ctl, &question, ATT_WIRE_RESULT_EXPLAIN, &answer)) {
                return VERDICT_NO;
        }
        if (answer.explanation.why.outcome) {
                return tell_outcome(ctl, &answer.explanation.why);
        }
        if (ctl->json) {
                explain_write_json(&ctl->out, &answer.explanation);
        } else {
                write_lines(&ctl->out, answer.explanation.why.text);
        }
        return VERDICT_DONE;
}

static const struct option_row options[] = {
        {"agent", "AGENT", "why not this agent; without a contact: its outcome figures", 'a'},
        {"skill", "SKILL", "in the queues that ask for this skill", 'k'},
        {"queue", "QUEUE", "in this queue", 'q'},
        {0},
};

const struct command command_explain = {
        .name = "explain",
        .arguments = "CONTACT [--agent AGENT] | --agent AGENT [--skill SKILL | --queue QUEUE]",
        .summary = "why a contact went where it went or still waits; what feedback taught",
        .details =
                "Of one that was given to an agent: the rules of the intake, what its step asks, who "
                "else could have taken it, every term of the best, and what decided. Of one that "
                "waits: what for, who could take it and when, and what would release it. With an "
                "agent: the first thing that stands in the way, or term by term how the agent "
                "compares with the one who was chosen. A contact is remembered for an hour after "
                "it closed. Without a contact: from what the agent's outcome figures come, by queue: "
                "what was to be expected, the contacts with feedback and how many of them went "
                "well, and, where attuned's history can be read, the latest feedback behind them. "
                "What it all means is told in docs/engine.md.",
        .options = options,
        .words_min = 0,
        .words_max = 1,
        .run = run,
};
