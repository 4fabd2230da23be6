/* SPDX-License-Identifier: Apache-2.0 */
/* attunectl contact update, end, transfer, hold, resume, abandon, cancel, feedback; add has a file
 * of its own. */
#include <stdio.h>
#include <string.h>

#include "lib/wire/message.h"
#include "tools/attunectl/arguments.h"
#include "tools/attunectl/commands.h"
#include "tools/attunectl/requirements.h"

static struct att_command begin(enum att_command_kind kind, const struct arguments *arguments)
{
        struct att_command command;

        att_wire_command_init(&command, kind);
        command.contact = argument_word(arguments, 0);
        return command;
}

static enum verdict do_it(struct ctl *ctl, const struct att_command *command, const char *what)
{
        char sentence[512];

        (void)snprintf(sentence, sizeof(sentence), "Contact %.*s %s",
                       ATT_TEXT_ARGS(command->contact), what);
        return ctl_do(ctl, command, sentence);
}

static enum verdict run_update(struct ctl *ctl, const struct arguments *arguments)
{
        struct att_command command = begin(ATT_CMD_CONTACT_UPDATE, arguments);
        struct att_named_level requires[ATT_REQUIREMENTS_MAX];

        command.update.requires = requires;
        if (!argument_scaled(ctl, arguments, "priority", 3, &command.update.priority_milli) ||
            !argument_share(ctl, arguments, "emotion", &command.update.emotion_ppm) ||
            !read_levels(ctl, arguments, "requires", requires, &command.update.requires_count)) {
                return VERDICT_USAGE;
        }
        command.update.text = argument_text(arguments, "text");
        return do_it(ctl, &command, "is updated");
}

static enum verdict run_end(struct ctl *ctl, const struct arguments *arguments)
{
        struct att_command command = begin(ATT_CMD_CONTACT_END, arguments);

        command.end.disposition = argument_text(arguments, "disposition");
        command.end.unanswered = argument_is_given(arguments, "unanswered");
        command.end.notes = argument_text(arguments, "notes");
        command.end.follow_up.agent = argument_text(arguments, "follow-up-agent");
        command.end.follow_up.queue = argument_text(arguments, "follow-up-queue");
        command.end.follow_up.what = argument_text(arguments, "follow-up-what");
        if (!argument_time(ctl, arguments, "follow-up", &command.end.follow_up.at_ms) ||
            !argument_time(ctl, arguments, "follow-up-expires",
                           &command.end.follow_up.expires_ms)) {
                return VERDICT_USAGE;
        }
        return do_it(ctl, &command, "has ended");
}

static enum verdict run_abandon(struct ctl *ctl, const struct arguments *arguments)
{
        struct att_command command = begin(ATT_CMD_CONTACT_ABANDON, arguments);

        command.end.disposition = argument_text(arguments, "disposition");
        return do_it(ctl, &command, "has hung up");
}

static enum verdict run_cancel(struct ctl *ctl, const struct arguments *arguments)
{
        struct att_command command = begin(ATT_CMD_CONTACT_CANCEL, arguments);

        command.end.disposition = argument_text(arguments, "disposition");
        return do_it(ctl, &command, "is cancelled");
}

static enum verdict run_transfer(struct ctl *ctl, const struct arguments *arguments)
{
        struct att_command command = begin(ATT_CMD_CONTACT_TRANSFER, arguments);

        command.transfer.queue = argument_text(arguments, "queue");
        command.transfer.agent = argument_text(arguments, "agent");
        if (argument_is_given(arguments, "queue") == argument_is_given(arguments, "agent")) {
                ctl_complain(ctl, "a transfer goes to a --queue or to an --agent: one of the two");
                return VERDICT_USAGE;
        }
        return do_it(ctl, &command, "is transferred");
}

static enum verdict run_hold(struct ctl *ctl, const struct arguments *arguments)
{
        struct att_command command = begin(ATT_CMD_CONTACT_HOLD, arguments);

        command.hold.held = true;
        return do_it(ctl, &command, "is on hold");
}

static enum verdict run_resume(struct ctl *ctl, const struct arguments *arguments)
{
        struct att_command command = begin(ATT_CMD_CONTACT_HOLD, arguments);

        return do_it(ctl, &command, "is taken up again");
}

static bool read_resolved(struct ctl *ctl, const struct arguments *arguments, int32_t *ret)
{
        const char *word = argument_option(arguments, "resolved");

        if (!word) {
                return true;
        }
        if (strcmp(word, "yes") != 0 && strcmp(word, "no") != 0) {
                ctl_complain(ctl, "--resolved takes yes or no, not '%s'", word);
                return false;
        }
        *ret = strcmp(word, "yes") == 0;
        return true;
}

static enum verdict run_feedback(struct ctl *ctl, const struct arguments *arguments)
{
        struct att_command command = begin(ATT_CMD_CONTACT_FEEDBACK, arguments);

        if (!argument_whole(ctl, arguments, "csat", &command.feedback.csat) ||
            !argument_whole(ctl, arguments, "nps", &command.feedback.nps) ||
            !argument_whole(ctl, arguments, "ces", &command.feedback.ces) ||
            !read_resolved(ctl, arguments, &command.feedback.resolved) ||
            !argument_share(ctl, arguments, "emotion", &command.feedback.emotion_ppm) ||
            !argument_time(ctl, arguments, "given", &command.feedback.given_ms)) {
                return VERDICT_USAGE;
        }
        command.feedback.text = argument_text(arguments, "text");
        command.feedback.by = argument_text(arguments, "by");
        return do_it(ctl, &command, "has feedback");
}

static const struct option_row update_options[] = {
        {"priority", "POINTS", "the request's own part of the priority", 'p'},
        {"emotion", "SHARE", "negative intensity, 0 to 1", 'e'},
        {"text", "TEXT", "what the customer says by now", 't'},
        {"requires", "SKILL:LEVEL", "joins the contact's own; level 0 drops one", 'r'},
        {0},
};

static const struct option_row end_options[] = {
        {"disposition", "WORD", "how it ended; one of dispositions:, if there are", 'd'},
        {"unanswered", NULL, "a call back that the customer did not take", 'u'},
        {"notes", "TEXT", "what the next agent should know", 'n'},
        {"follow-up", "TIME", "a promise to get back: 2d from now, or 2026-11-26T10:00", 'f'},
        {"follow-up-expires", "TIME", "when that is of no use any more", 0},
        {"follow-up-agent", "AGENT", "who is preferred for it", 0},
        {"follow-up-queue", "QUEUE", "where it waits then; else this contact's", 0},
        {"follow-up-what", "TEXT", "what was promised", 0},
        {0},
};

static const struct option_row disposition_options[] = {
        {"disposition", "WORD", "how it ended; one of dispositions:, if there are", 'd'},
        {0},
};

static const struct option_row transfer_options[] = {
        {"queue", "QUEUE", "to this queue", 'q'},
        {"agent", "AGENT", "or to this agent", 'a'},
        {0},
};

static const struct option_row feedback_options[] = {
        {"csat", "1-5", "satisfaction", 0},
        {"nps", "0-10", "how likely to recommend", 0},
        {"ces", "1-7", "how much effort it took", 0},
        {"resolved", "yes|no", "whether the matter is settled", 0},
        {"emotion", "SHARE", "negative intensity at the end, 0 to 1", 'e'},
        {"text", "TEXT", "in their own words; for the history alone", 't'},
        {"by", "WHO", "who says so: customer, agent, or another word", 'b'},
        {"given", "TIME", "when, if not now: 2026-11-26T10:00", 'g'},
        {0},
};

const struct command command_contact_update = {
        .name = "contact update",
        .arguments =
                "CONTACT [--priority POINTS] [--emotion SHARE] [--text TEXT] [--requires SKILL:LEVEL]...",
        .summary = "change what a waiting contact asks for, or how urgent it is",
        .options = update_options,
        .words_min = 1,
        .words_max = 1,
        .run = run_update,
};

const struct command command_contact_end = {
        .name = "contact end",
        .arguments = "CONTACT [--disposition WORD] [--unanswered] [--notes TEXT] "
                     "[--follow-up TIME [--follow-up-expires TIME] [--follow-up-agent AGENT] "
                     "[--follow-up-queue QUEUE] [--follow-up-what TEXT]]",
        .summary = "the conversation is over; its wrap-up begins",
        .details =
                "With --follow-up a new contact is made at once that waits for its time: CONTACT+1.",
        .options = end_options,
        .words_min = 1,
        .words_max = 1,
        .run = run_end,
};

const struct command command_contact_transfer = {
        .name = "contact transfer",
        .arguments = "CONTACT --queue QUEUE | --agent AGENT",
        .summary = "on to another queue or agent, keeping its wait and its story",
        .options = transfer_options,
        .words_min = 1,
        .words_max = 1,
        .run = run_transfer,
};

const struct command command_contact_hold = {
        .name = "contact hold",
        .arguments = "CONTACT",
        .summary = "put a conversation on hold",
        .words_min = 1,
        .words_max = 1,
        .run = run_hold,
};

const struct command command_contact_resume = {
        .name = "contact resume",
        .arguments = "CONTACT",
        .summary = "and take it up again",
        .words_min = 1,
        .words_max = 1,
        .run = run_resume,
};

const struct command command_contact_abandon = {
        .name = "contact abandon",
        .arguments = "CONTACT [--disposition WORD]",
        .summary = "the customer gave up; of a connected one: the conversation is over",
        .options = disposition_options,
        .words_min = 1,
        .words_max = 1,
        .run = run_abandon,
};

const struct command command_contact_cancel = {
        .name = "contact cancel",
        .arguments = "CONTACT [--disposition WORD]",
        .summary = "take a contact back",
        .options = disposition_options,
        .words_min = 1,
        .words_max = 1,
        .run = run_cancel,
};

const struct command command_contact_feedback = {
        .name = "contact feedback",
        .arguments = "CONTACT [--csat N] [--nps N] [--ces N] [--resolved yes|no] [--emotion SHARE] "
                     "[--text TEXT] [--by WHO] [--given TIME]",
        .summary = "how it went for the customer: later decisions learn from it",
        .options = feedback_options,
        .words_min = 1,
        .words_max = 1,
        .run = run_feedback,
};
