/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunectl/requirements.h"

/* The next "skill:number" of the list. False at the end, or told why with `*ret_wrong`. */
static bool read_next(struct ctl *ctl, struct argument_list *list, int decimals,
                      struct att_text *ret_skill, int64_t *ret_number, bool *ret_wrong)
{
        struct att_text value;
        struct att_text number;

        *ret_wrong = false;
        if (!argument_list_next(list, &value)) {
                return false;
        }
        *ret_skill = value;
        *ret_number = decimals == 0 ? 1 : 1000;
        if (argument_split(value, ':', ret_skill, &number) &&
            (!parse_scaled(number, decimals, ret_number) || *ret_number < 0)) {
                ctl_complain(ctl, "--%s takes SKILL:NUMBER, not '%.*s'", list->name,
                             ATT_TEXT_ARGS(value));
                *ret_wrong = true;
                return false;
        }
        return true;
}

static bool has_room(struct ctl *ctl, const char *name, uint32_t count)
{
        if (count < ATT_REQUIREMENTS_MAX) {
                return true;
        }
        ctl_complain(ctl, "--%s takes at most %d skills", name, ATT_REQUIREMENTS_MAX);
        return false;
}

bool read_levels(struct ctl *ctl, const struct arguments *arguments, const char *name,
                 struct att_named_level levels[ATT_REQUIREMENTS_MAX], uint32_t *ret_count)
{
        struct argument_list list = argument_list(arguments, name);
        struct att_text skill;
        int64_t level;
        uint32_t count = 0;
        bool wrong;

        while (read_next(ctl, &list, 0, &skill, &level, &wrong)) {
                if (!has_room(ctl, name, count)) {
                        return false;
                }
                if (level > ATT_LEVEL_MAX) {
                        ctl_complain(ctl, "a level is 0 to %d: '%.*s'", ATT_LEVEL_MAX,
                                     ATT_TEXT_ARGS(skill));
                        return false;
                }
                levels[count++] = (struct att_named_level){skill, (uint32_t)level};
        }
        *ret_count = count;
        return !wrong;
}

bool read_weights(struct ctl *ctl, const struct arguments *arguments, const char *name,
                  struct att_named_weight weights[ATT_REQUIREMENTS_MAX], uint32_t *ret_count)
{
        struct argument_list list = argument_list(arguments, name);
        struct att_text skill;
        int64_t weight_milli;
        uint32_t count = 0;
        bool wrong;

        while (read_next(ctl, &list, 3, &skill, &weight_milli, &wrong)) {
                if (!has_room(ctl, name, count)) {
                        return false;
                }
                if (weight_milli < 1 || weight_milli > UINT32_MAX) {
                        ctl_complain(ctl, "a preference weighs more than 0: '%.*s'",
                                     ATT_TEXT_ARGS(skill));
                        return false;
                }
                weights[count++] = (struct att_named_weight){skill, (uint32_t)weight_milli};
        }
        *ret_count = count;
        return !wrong;
}
