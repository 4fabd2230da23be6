/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/tally.h"

void tally_step(struct tally *tally, const struct att_command *command,
                const struct att_effects *effects)
{
        tally->commands[command->kind]++;
        for (uint32_t i = 0; i < effects->count; i++) {
                const struct att_effect *effect = &effects->items[i];

                tally->effects[effect->kind]++;
                if (effect->kind == ATT_EFFECT_REFUSED) {
                        tally->refused[effect->refusal]++;
                } else if (effect->kind == ATT_EFFECT_REVOKE) {
                        tally->revoked[effect->revoke_reason]++;
                }
        }
}

void tally_reload(struct tally *tally, enum tally_reload result)
{
        tally->reloads[result]++;
        tally->last_reload = result;
}

const char *tally_reload_name(enum tally_reload result)
{
        static const char *const names[TALLY_RELOAD_COUNT] = {
                [TALLY_RELOAD_CHANGED] = "changed",
                [TALLY_RELOAD_UNCHANGED] = "unchanged",
                [TALLY_RELOAD_REFUSED] = "refused",
        };

        return names[result];
}

const char *tally_lookup_name(enum tally_lookup result)
{
        static const char *const names[TALLY_LOOKUP_COUNT] = {
                [TALLY_LOOKUP_FOUND] = "found",         [TALLY_LOOKUP_NOBODY] = "nobody",
                [TALLY_LOOKUP_FAILED] = "failed",       [TALLY_LOOKUP_GAVE_UP] = "gave_up",
                [TALLY_LOOKUP_OVERTAKEN] = "overtaken", [TALLY_LOOKUP_SKIPPED] = "skipped",
        };

        return names[result];
}

const char *tally_snapshot_name(enum tally_snapshot result)
{
        static const char *const names[TALLY_SNAPSHOT_COUNT] = {
                [TALLY_SNAPSHOT_MADE] = "made",
                [TALLY_SNAPSHOT_FAILED] = "failed",
        };

        return names[result];
}
