/* SPDX-License-Identifier: Apache-2.0 */
/* attunectl agent ready, pause, offline, accept, decline, done, occupied, free */
#include <stdio.h>

#include "lib/wire/message.h"
#include "tools/attunectl/arguments.h"
#include "tools/attunectl/commands.h"

#define CHANNELS_MAX 64

static struct att_command begin(enum att_command_kind kind, const struct arguments *arguments)
{
        struct att_command command;

        att_wire_command_init(&command, kind);
        command.agent = argument_word(arguments, 0);
        return command;
}

static enum verdict do_it(struct ctl *ctl, const struct att_command *command, const char *what)
{
        char sentence[512];

        (void)snprintf(sentence, sizeof(sentence), "Agent %.*s %s", ATT_TEXT_ARGS(command->agent),
                       what);
        return ctl_do(ctl, command, sentence);
}

static enum verdict do_with(struct ctl *ctl, const struct att_command *command, const char *verb)
{
        char sentence[400];

        (void)snprintf(sentence, sizeof(sentence), "%s %.*s", verb,
                       ATT_TEXT_ARGS(command->contact));
        return do_it(ctl, command, sentence);
}

static enum verdict run_ready(struct ctl *ctl, const struct arguments *arguments)
{
        struct att_command command = begin(ATT_CMD_AGENT_READY, arguments);
        struct argument_list list = argument_list(arguments, "channel");
        struct att_text channels[CHANNELS_MAX];
        uint32_t count = 0;

        while (count < CHANNELS_MAX && argument_list_next(&list, &channels[count])) {
                count++;
        }
        command.presence.channels = channels;
        command.presence.channel_count = count;
        command.presence.reason = argument_text(arguments, "reason");
        return do_it(ctl, &command, "is ready");
}

static enum verdict run_pause(struct ctl *ctl, const struct arguments *arguments)
{
        struct att_command command = begin(ATT_CMD_AGENT_PAUSE, arguments);

        command.presence.reason = argument_text(arguments, "reason");
        return do_it(ctl, &command, "is paused");
}

static enum verdict run_offline(struct ctl *ctl, const struct arguments *arguments)
{
        struct att_command command = begin(ATT_CMD_AGENT_OFFLINE, arguments);

        command.presence.reason = argument_text(arguments, "reason");
        return do_it(ctl, &command, "is offline");
}

static enum verdict run_accept(struct ctl *ctl, const struct arguments *arguments)
{
        struct att_command command = begin(ATT_CMD_OFFER_ACCEPT, arguments);

        command.contact = argument_word(arguments, 1);
        return do_with(ctl, &command, "accepts");
}

static enum verdict run_decline(struct ctl *ctl, const struct arguments *arguments)
{
        struct att_command command = begin(ATT_CMD_OFFER_DECLINE, arguments);

        command.contact = argument_word(arguments, 1);
        command.offer.reason = argument_text(arguments, "reason");
        return do_with(ctl, &command, "declines");
}

static enum verdict run_done(struct ctl *ctl, const struct arguments *arguments)
{
        struct att_command command = begin(ATT_CMD_WRAP_UP_DONE, arguments);

        command.contact = argument_word(arguments, 1);
        return do_it(ctl, &command, "has done the after-call work");
}

static enum verdict run_occupied(struct ctl *ctl, const struct arguments *arguments)
{
        struct att_command command = begin(ATT_CMD_OCCUPIED, arguments);

        command.contact = argument_word(arguments, 1);
        command.occupied.channel = argument_text(arguments, "channel");
        if (!argument_is_given(arguments, "channel")) {
                command.occupied.channel = ATT_TEXT("voice");
        }
        return do_with(ctl, &command, "is occupied by");
}

static enum verdict run_free(struct ctl *ctl, const struct arguments *arguments)
{
        struct att_command command = begin(ATT_CMD_FREE, arguments);

        command.contact = argument_word(arguments, 1);
        return do_with(ctl, &command, "is free of");
}

static const struct option_row ready_options[] = {
        {"channel", "CHANNEL",
         "reachable on this channel; again, or with commas: on several. "
         "Without it: on all",
         'c'},
        {"reason", "REASON", "a word for the log", 'r'},
        {0},
};

static const struct option_row reason_options[] = {
        {"reason", "REASON", "a word for the log; for a pause one of pause_reasons:, if there are",
         'r'},
        {0},
};

static const struct option_row occupied_options[] = {
        {"channel", "CHANNEL", "whose units it takes (voice)", 'c'},
        {0},
};

const struct command command_agent_ready = {
        .name = "agent ready",
        .arguments = "AGENT [--channel CHANNEL]... [--reason REASON]",
        .summary = "an agent takes contacts from now on",
        .options = ready_options,
        .words_min = 1,
        .words_max = 1,
        .run = run_ready,
};

const struct command command_agent_pause = {
        .name = "agent pause",
        .arguments = "AGENT [--reason REASON]",
        .summary = "an agent takes no new contacts, and keeps those in hand",
        .options = reason_options,
        .words_min = 1,
        .words_max = 1,
        .run = run_pause,
};

const struct command command_agent_offline = {
        .name = "agent offline",
        .arguments = "AGENT [--reason REASON]",
        .summary = "an agent goes; conversations in hand may be finished",
        .options = reason_options,
        .words_min = 1,
        .words_max = 1,
        .run = run_offline,
};

const struct command command_agent_accept = {
        .name = "agent accept",
        .arguments = "AGENT CONTACT",
        .summary = "an agent accepts what is on offer",
        .words_min = 2,
        .words_max = 2,
        .run = run_accept,
};

const struct command command_agent_decline = {
        .name = "agent decline",
        .arguments = "AGENT CONTACT [--reason REASON]",
        .summary = "an agent declines what is on offer; it goes to the next",
        .options = reason_options,
        .words_min = 2,
        .words_max = 2,
        .run = run_decline,
};

const struct command command_agent_done = {
        .name = "agent done",
        .arguments = "AGENT [CONTACT]",
        .summary = "an agent has done the after-call work, of one contact or of all",
        .words_min = 1,
        .words_max = 2,
        .run = run_done,
};

const struct command command_agent_occupied = {
        .name = "agent occupied",
        .arguments = "AGENT WORK [--channel CHANNEL]",
        .summary = "an agent does work outside the router, under a name of your choice",
        .options = occupied_options,
        .words_min = 2,
        .words_max = 2,
        .run = run_occupied,
};

const struct command command_agent_free = {
        .name = "agent free",
        .arguments = "AGENT WORK",
        .summary = "and is done with it",
        .words_min = 2,
        .words_max = 2,
        .run = run_free,
};
