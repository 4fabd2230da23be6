/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/core/state.h"

uint32_t channel_find(const struct att_core *core, struct att_text name)
{
        for (uint32_t i = 0; i < core->channel_count; i++) {
                if (att_text_equals(core->channels[i].name, name)) {
                        return i;
                }
        }
        return ATT_NONE;
}

static void set_values(struct channel *channel, const struct att_channel *def)
{
        channel->units = def->units;
        channel->offer_timeout_ms = def->offer_timeout_ms;
        channel->wrap_up_ms = def->wrap_up_ms;
        channel->auto_accept = def->auto_accept;
        channel->exclusive = def->exclusive;
}

static uint32_t add(struct att_core *core, struct att_text name)
{
        if (core->channel_count == ATT_CHANNELS_MAX) {
                return ATT_NONE;
        }
        struct channel *channel = &core->channels[core->channel_count];
        channel->name_data = att_text_dup(name);
        channel->name = att_text_of(channel->name_data, name.len);
        struct att_channel def = att_channel_default(name);
        set_values(channel, &def);
        channel->def = ATT_NONE;
        return core->channel_count++;
}

uint32_t channel_get_or_add(struct att_core *core, struct att_text name)
{
        uint32_t found = channel_find(core, name);
        if (found != ATT_NONE) {
                return core->channels[found].declared ? found : ATT_NONE;
        }
        if (!core->config->channels_open) {
                return ATT_NONE;
        }
        found = add(core, name);
        if (found != ATT_NONE) {
                core->channels[found].declared = true;
                sets_rebuild(core);
        }
        return found;
}

/* A channel that went keeps the values it had: work on it ends as it began. */
void channels_reload(struct att_core *core, const struct att_config *config)
{
        for (uint32_t i = 0; i < core->channel_count; i++) {
                struct channel *channel = &core->channels[i];
                channel->declared = config->channels_open;
                channel->def = ATT_NONE;
                if (config->channels_open &&
                    att_config_find_channel(config, channel->name) == ATT_NONE) {
                        struct att_channel def = att_channel_default(channel->name);
                        set_values(channel, &def);
                        channel->interrupts = 0;
                }
        }
        uint32_t bit_of[ATT_CHANNELS_MAX];
        for (uint32_t i = 0; i < config->channel_count; i++) {
                const struct att_channel *def = &config->channels[i];
                uint32_t bit = channel_find(core, def->name);
                bit_of[i] = bit != ATT_NONE ? bit : add(core, def->name);
                if (bit_of[i] != ATT_NONE) {
                        set_values(&core->channels[bit_of[i]], def);
                        core->channels[bit_of[i]].declared = true;
                        core->channels[bit_of[i]].def = i;
                }
        }
        for (uint32_t i = 0; i < config->channel_count; i++) {
                if (bit_of[i] == ATT_NONE) {
                        continue;
                }
                uint64_t interrupts = 0;
                for (uint32_t k = 0; k < config->channel_count; k++) {
                        if (((config->channels[i].interrupts >> k) & 1) && bit_of[k] != ATT_NONE) {
                                interrupts |= UINT64_C(1) << bit_of[k];
                        }
                }
                core->channels[bit_of[i]].interrupts = interrupts;
        }
        core->exclusive_channels = 0;
        for (uint32_t i = 0; i < core->channel_count; i++) {
                if (core->channels[i].exclusive) {
                        core->exclusive_channels |= UINT64_C(1) << i;
                }
        }
}

struct att_text att_core_channel_name(const struct att_core *core, uint32_t channel)
{
        return channel < core->channel_count ? core->channels[channel].name : ATT_TEXT_NONE;
}
