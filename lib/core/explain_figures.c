/* SPDX-License-Identifier: Apache-2.0 */
/* What stands in the way, in words and with its figures: who has what, and what is asked. */
#include "lib/core/explain_work.h"

static void put_skills(const struct explain *explain, struct att_buffer *into,
                       const struct agent *agent)
{
        const char *separator = ": ";
        for (uint32_t i = 0; i < explain->asks.want_count; i++) {
                const struct want *want = &explain->asks.wants[i];
                uint32_t level = agent->def->levels[want->skill];
                if (level >= want->level) {
                        continue;
                }
                struct att_text name = explain->core->config->skills[want->skill].name;
                att_buffer_printf(into, "%sneeds %.*s %u, has ", separator, ATT_TEXT_ARGS(name),
                                  want->level);
                att_buffer_printf(into, level > 0 ? "%u" : "none", level);
                separator = "; ";
        }
}

static void put_any_of(const struct explain *explain, struct att_buffer *into,
                       const struct agent *agent)
{
        const struct att_step *step = explain->asks.step;
        const struct att_skill *skills = explain->core->config->skills;
        att_buffer_append_c(into, ": needs ");
        for (uint32_t i = 0; i < step->any_of_count; i++) {
                att_buffer_printf(into, "%s%.*s %u", i > 0 ? " or " : "",
                                  ATT_TEXT_ARGS(skills[step->any_of[i].skill].name),
                                  step->any_of[i].level);
        }
        bool has_any = false;
        for (uint32_t i = 0; i < step->any_of_count; i++) {
                uint32_t level = agent->def->levels[step->any_of[i].skill];
                if (level > 0) {
                        att_buffer_printf(into, "%s%.*s %u", has_any ? ", " : ", has ",
                                          ATT_TEXT_ARGS(skills[step->any_of[i].skill].name), level);
                        has_any = true;
                }
        }
        att_buffer_append_c(into, has_any ? "" : ", has none of them");
}

static void put_teams(const struct explain *explain, struct att_buffer *into,
                      const struct agent *agent)
{
        const struct att_team *teams = explain->core->config->teams;
        const struct att_step *step = explain->asks.step;
        for (uint32_t i = 0; i < step->team_count; i++) {
                att_buffer_printf(into, "%s%.*s", i > 0 ? " or " : ": needs team ",
                                  ATT_TEXT_ARGS(teams[step->teams[i]].name));
        }
        if (agent->def->team == ATT_NONE) {
                att_buffer_append_c(into, ", is in none");
        } else {
                att_buffer_printf(into, ", is in %.*s",
                                  ATT_TEXT_ARGS(teams[agent->def->team].name));
        }
}

static void put_attributes(const struct explain *explain, struct att_buffer *into,
                           const struct agent *agent)
{
        const char *separator = ": ";
        for (uint32_t i = 0; i < explain->asks.queue->attribute_count; i++) {
                const struct att_pair *wanted = &explain->asks.queue->attributes[i];
                struct att_text has = agent_attribute(agent, wanted->key);
                if (att_text_equals(has, wanted->value)) {
                        continue;
                }
                att_buffer_printf(into, "%sneeds %.*s %.*s, has %.*s", separator,
                                  ATT_TEXT_ARGS(wanted->key), ATT_TEXT_ARGS(wanted->value),
                                  ATT_TEXT_ARGS(att_text_is_empty(has) ? ATT_TEXT("none") : has));
                separator = "; ";
        }
}

static void put_presence(const struct explain *explain, struct att_buffer *into,
                         const struct agent *agent)
{
        if (!agent->def) {
                att_buffer_append_c(into, ": removed from the configuration");
                return;
        }
        if (agent->reason_data && agent->reason_data[0] != '\0') {
                att_buffer_printf(into, " (%s)", agent->reason_data);
        }
        if (agent->shift_begun || agent->presence != ATT_PRESENCE_OFFLINE) {
                att_buffer_append_c(into, ", for ");
                words_duration(into, explain->core->now_ms - agent->presence_since_ms);
        }
}

static void put_reach(const struct explain *explain, struct att_buffer *into,
                      const struct agent *agent)
{
        const struct att_core *core = explain->core;
        const char *separator = ", only on ";
        for (uint32_t i = 0; i < core->channel_count; i++) {
                if ((agent->reachable >> i & 1) && core->channels[i].declared) {
                        att_buffer_printf(into, "%s%.*s", separator,
                                          ATT_TEXT_ARGS(core->channels[i].name));
                        separator = ", ";
                }
        }
}

static void put_profile(const struct explain *explain, struct att_buffer *into,
                        const struct agent *agent)
{
        att_buffer_printf(into, ": profile %.*s, queue %.*s",
                          ATT_TEXT_ARGS(explain->core->config->profiles[agent->def->profile].name),
                          ATT_TEXT_ARGS(explain->asks.queue->name));
}

static void put_until(const struct explain *explain, struct att_buffer *into,
                      const struct agent *agent, enum att_exclusion cause)
{
        att_buffer_append_c(into, ", for another ");
        words_duration(into, blocks_due_ms(explain, agent, BLOCK(cause)) - explain->core->now_ms);
}

static void put_figures(struct explain *explain, const struct agent *agent,
                        enum att_exclusion cause)
{
        struct att_buffer *into = &explain->words;
        const struct contact *contact = explain->contact;
        switch (cause) {
        case ATT_EXCLUSION_OFFLINE:
        case ATT_EXCLUSION_PAUSED:
                put_presence(explain, into, agent);
                return;
        case ATT_EXCLUSION_UNREACHABLE:
                put_reach(explain, into, agent);
                return;
        case ATT_EXCLUSION_CHANNEL:
                att_buffer_printf(into, ": %.*s",
                                  ATT_TEXT_ARGS(explain->core->channels[contact->channel].name));
                return;
        case ATT_EXCLUSION_NAMED:
                att_buffer_printf(into, ": it waits for %.*s",
                                  ATT_TEXT_ARGS(contact_extras(contact)->named->id));
                put_until(explain, into, agent, cause);
                return;
        case ATT_EXCLUSION_PROFILE:
                put_profile(explain, into, agent);
                return;
        case ATT_EXCLUSION_DELAY:
                put_profile(explain, into, agent);
                put_until(explain, into, agent, cause);
                return;
        case ATT_EXCLUSION_TEAM:
                put_teams(explain, into, agent);
                return;
        case ATT_EXCLUSION_SKILL:
                put_skills(explain, into, agent);
                return;
        case ATT_EXCLUSION_ANY_OF:
                put_any_of(explain, into, agent);
                return;
        case ATT_EXCLUSION_ATTRIBUTE:
                put_attributes(explain, into, agent);
                return;
        case ATT_EXCLUSION_COOLDOWN:
                put_until(explain, into, agent, cause);
                return;
        case ATT_EXCLUSION_HOLD:
                att_buffer_printf(into, " %.*s",
                                  ATT_TEXT_ARGS(contact_extras(contact)->preferred->id));
                put_until(explain, into, agent, cause);
                return;
        case ATT_EXCLUSION_LINKED: {
                const struct agent *linked = linked_agent(explain->core, contact);
                if (linked) {
                        att_buffer_printf(into, ", %.*s", ATT_TEXT_ARGS(linked->id));
                }
                return;
        }
        case ATT_EXCLUSION_EXCLUSIVE:
        case ATT_EXCLUSION_LIMIT:
        case ATT_EXCLUSION_UNITS:
                words_room(explain, agent, cause);
                return;
        case ATT_EXCLUSION_NONE:
        case ATT_EXCLUSION_EXCLUDED:
        case ATT_EXCLUSION_BOT:
        case ATT_EXCLUSION_COUNT:
                return;
        }
}

void words_block(struct explain *explain, const struct agent *agent, enum att_exclusion cause)
{
        att_buffer_append_c(&explain->words, att_exclusion_sentence(cause));
        put_figures(explain, agent, cause);
}
