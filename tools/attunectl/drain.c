/* SPDX-License-Identifier: Apache-2.0 */
/* attunectl drain */
#include "tools/attunectl/arguments.h"
#include "tools/attunectl/commands.h"

static enum verdict run(struct ctl *ctl, const struct arguments *arguments)
{
        struct att_wire_message question;
        struct att_wire_answer answer;

        (void)arguments;
        att_wire_message_init(&question, ATT_WIRE_DRAIN);
        if (!ctl_ask(ctl, &question, ATT_WIRE_RESULT_DONE, &answer)) {
                return VERDICT_NO;
        }
        att_buffer_append_c(&ctl->out, ctl->json
                                               ? "{\"ok\":true}\n"
                                               : "attuned stops: what was decided is committed and "
                                                 "sent first.\n");
        return VERDICT_DONE;
}

const struct command command_drain = {
        .name = "drain",
        .arguments = "",
        .summary = "stop attuned as SIGTERM does, losing nothing",
        .details =
                "Nobody new may connect, what was decided is committed and sent, every front end "
                "is told when to come back. Under systemd prefer `systemctl stop attuned`.",
        .run = run,
};
