/* SPDX-License-Identifier: Apache-2.0 */
/* attunectl agent skills, queue close, queue open */
#include "lib/model/limits.h"
#include "tools/attunectl/arguments.h"
#include "tools/attunectl/commands.h"
#include "tools/attunectl/config_load.h"

/* "spanish=7" */
static bool read_level(struct ctl *ctl, struct att_text word, struct att_named_level *level)
{
        struct att_text number;
        int64_t value;

        if (!argument_split(word, '=', &level->skill, &number) ||
            !parse_scaled(number, 0, &value) || value < 0 || value > ATT_LEVEL_MAX) {
                ctl_complain(ctl,
                             "expected SKILL=LEVEL, a level from 1 to %d or 0 for none: '%.*s'",
                             ATT_LEVEL_MAX, ATT_TEXT_ARGS(word));
                return false;
        }
        level->level = (uint32_t)value;
        return true;
}

static enum verdict run_skills(struct ctl *ctl, const struct arguments *arguments)
{
        struct att_named_level levels[ATT_REQUIREMENTS_MAX];
        struct att_wire_reload ask = {
                .of = ATT_WIRE_RELOAD_BY_HAND,
                .agent = argument_word(arguments, 0),
                .queue = ATT_TEXT_NONE,
                .skills = levels,
                .back = argument_is_given(arguments, "back"),
        };

        for (size_t i = 1; i < arguments->word_count; i++) {
                if (!read_level(ctl, argument_word(arguments, i), &levels[ask.skill_count++])) {
                        return VERDICT_USAGE;
                }
        }
        if (ask.back == (ask.skill_count > 0)) {
                ctl_complain(ctl, "expected either SKILL=LEVEL or --back");
                return VERDICT_USAGE;
        }
        return config_reload(ctl, &ask);
}

static enum verdict change_queue(struct ctl *ctl, const struct arguments *arguments, bool back)
{
        const struct att_wire_reload ask = {
                .of = ATT_WIRE_RELOAD_BY_HAND,
                .agent = ATT_TEXT_NONE,
                .queue = argument_word(arguments, 0),
                .back = back,
        };

        return config_reload(ctl, &ask);
}

static enum verdict run_close(struct ctl *ctl, const struct arguments *arguments)
{
        return change_queue(ctl, arguments, false);
}

static enum verdict run_open(struct ctl *ctl, const struct arguments *arguments)
{
        return change_queue(ctl, arguments, true);
}

static const struct option_row skills_options[] = {
        {"back", NULL, "take back all that was changed by hand of this agent", 'b'},
        {0},
};

const struct command command_agent_skills = {
        .name = "agent skills",
        .arguments = "AGENT SKILL=LEVEL... | AGENT --back",
        .summary = "change an agent's skills by hand, at once",
        .details = "Levels are 1 to 10; 0 takes a skill away. The change is kept in attuned's data "
                   "directory and laid over the configuration at every load; the supervisor's "
                   "files are left as they are. What is being edited in them meanwhile has no part "
                   "in it.",
        .options = skills_options,
        .words_min = 1,
        .words_max = 1 + ATT_REQUIREMENTS_MAX,
        .run = run_skills,
};

const struct command command_queue_close = {
        .name = "queue close",
        .arguments = "QUEUE",
        .summary = "in an emergency: a queue takes nobody new until it is opened",
        .details = "Who comes is dealt with as `when_closed` of the queue says; those who wait are "
                   "served. Kept as `attunectl agent skills` is.",
        .words_min = 1,
        .words_max = 1,
        .run = run_close,
};

const struct command command_queue_open = {
        .name = "queue open",
        .arguments = "QUEUE",
        .summary = "the queue is as the configuration has it again",
        .words_min = 1,
        .words_max = 1,
        .run = run_open,
};
