/* SPDX-License-Identifier: Apache-2.0 */
/* Figures, demands and rules in words. */
#include "lib/base/duration.h"
#include "lib/base/util.h"
#include "lib/core/explain_work.h"
#include "lib/model/conditions.h"
#include "lib/model/decimal.h"

struct att_text explain_keep(struct explain *explain)
{
        struct att_text kept = att_arena_text(explain->arena, att_buffer_text(&explain->words));
        att_buffer_clear(&explain->words);
        return kept;
}

/* ---- Figures ---- */

static void put_thousandths(struct att_buffer *into, int64_t milli)
{
        int64_t size = milli < 0 ? -milli : milli;
        att_buffer_printf(into, "%s%lld.%03lld", milli < 0 ? "-" : "", (long long)(size / 1000),
                          (long long)(size % 1000));
}

void words_share(struct att_buffer *into, int64_t ppm)
{
        put_thousandths(into, ppm / 1000);
}

void words_points(struct att_buffer *into, int64_t milli)
{
        put_thousandths(into, milli);
}

void words_duration(struct att_buffer *into, int64_t ms)
{
        char text[ATT_DURATION_TEXT_SIZE];
        att_buffer_append_c(into, att_duration_format_short(att_max_i64(ms, 0), text));
}

void words_setting(struct att_buffer *into, int64_t ms)
{
        char text[ATT_DURATION_TEXT_SIZE];
        att_buffer_append_c(into, att_duration_format(ms, text));
}

void words_number(struct att_buffer *into, int64_t value, int decimals)
{
        char text[ATT_DECIMAL_TEXT_SIZE];
        att_buffer_append_c(into, att_decimal_format(value, decimals, text));
}

void words_agents(struct att_buffer *into, uint32_t count)
{
        att_buffer_printf(into, "%u %s", count, count == 1 ? "agent" : "agents");
}

/* ---- Names ---- */

void names_add(struct names *names, struct att_text name)
{
        if (names->count < EXPLAIN_NAMES_MAX) {
                names->shown[names->count] = name;
        }
        names->count++;
}

void words_names(struct att_buffer *into, const struct names *names)
{
        uint32_t shown = names->count < EXPLAIN_NAMES_MAX ? names->count : EXPLAIN_NAMES_MAX;
        for (uint32_t i = 0; i < shown; i++) {
                att_buffer_append_c(into, i > 0 ? ", " : "");
                att_buffer_append_text(into, names->shown[i]);
        }
        if (names->count > shown) {
                att_buffer_printf(into, " and %u more", names->count - shown);
        }
}

/* ---- What is asked of agents ---- */

/* Between the parts of a sentence: nothing before the first. */
static void put_separator(struct att_buffer *into, size_t begun, const char *separator)
{
        att_buffer_append_c(into, into->len > begun ? separator : "");
}

static void put_skill(struct att_buffer *into, const struct att_core *core, uint32_t skill,
                      uint32_t level)
{
        att_buffer_append_text(into, core->config->skills[skill].name);
        att_buffer_printf(into, " %u", level);
}

static void put_wants(struct att_buffer *into, const struct att_core *core, const struct asks *asks)
{
        size_t begun = into->len;
        for (uint32_t i = 0; i < asks->want_count; i++) {
                const struct want *want = &asks->wants[i];
                put_separator(into, begun, ", ");
                if (want->level > 0) {
                        put_skill(into, core, want->skill, want->level);
                } else {
                        att_buffer_append_text(into, core->config->skills[want->skill].name);
                        att_buffer_append_c(into, " preferred");
                }
        }
}

void words_asks(struct att_buffer *into, const struct att_core *core, const struct asks *asks)
{
        size_t begun = into->len;
        put_wants(into, core, asks);
        for (uint32_t i = 0; i < asks->step->any_of_count; i++) {
                put_separator(into, begun, i == 0 ? "; " : ", ");
                att_buffer_append_c(into, i == 0 ? "one of " : "");
                put_skill(into, core, asks->step->any_of[i].skill, asks->step->any_of[i].level);
        }
        for (uint32_t i = 0; i < asks->step->team_count; i++) {
                put_separator(into, begun, i == 0 ? "; " : " or ");
                att_buffer_append_c(into, i == 0 ? "team " : "");
                att_buffer_append_text(into, core->config->teams[asks->step->teams[i]].name);
        }
        for (uint32_t i = 0; i < asks->queue->attribute_count; i++) {
                put_separator(into, begun, "; ");
                att_buffer_append_text(into, asks->queue->attributes[i].key);
                att_buffer_append_byte(into, ' ');
                att_buffer_append_text(into, asks->queue->attributes[i].value);
        }
        att_buffer_append_c(into, into->len == begun ? "nothing in particular" : "");
}

/* ---- Rules of the intake ---- */

static const char *comparison(enum att_condition_op op)
{
        switch (op) {
        case ATT_OP_ANY_OF:
                return "is";
        case ATT_OP_LESS:
                return "<";
        case ATT_OP_LESS_EQUAL:
                return "<=";
        case ATT_OP_GREATER:
                return ">";
        case ATT_OP_GREATER_EQUAL:
                return ">=";
        }
        return "?";
}

void words_condition(struct att_buffer *into, const struct att_condition *condition)
{
        if (condition->field == ATT_FIELD_ATTRIBUTE) {
                att_buffer_append_text(into, condition->attribute);
        } else {
                att_buffer_append_c(into, att_condition_field_name(condition->field));
        }
        att_buffer_printf(into, " %s ",
                          condition->field == ATT_FIELD_TEXT ? "has" : comparison(condition->op));
        if (condition->op != ATT_OP_ANY_OF) {
                words_number(into, condition->number_micro, 6);
                return;
        }
        for (uint32_t i = 0; i < condition->value_count && i < EXPLAIN_NAMES_MAX; i++) {
                att_buffer_printf(into, "%s'%.*s'", i > 0 ? " or " : "",
                                  ATT_TEXT_ARGS(condition->values[i]));
        }
        if (condition->value_count > EXPLAIN_NAMES_MAX) {
                att_buffer_append_c(into, " or another");
        }
}

static void put_gifts(struct att_buffer *into, const struct att_core *core,
                      const struct att_intake_rule *rule)
{
        const struct att_config *config = core->config;
        size_t begun = into->len;
        if (rule->queue != ATT_NONE) {
                att_buffer_printf(into, "queue %.*s",
                                  ATT_TEXT_ARGS(config->queues[rule->queue].name));
        }
        for (uint32_t i = 0; i < rule->requires_count; i++) {
                put_separator(into, begun, ", ");
                att_buffer_append_c(into, i == 0 ? "requires " : "");
                put_skill(into, core, rule->requires[i].skill, rule->requires[i].level);
        }
        for (uint32_t i = 0; i < rule->prefer_count; i++) {
                put_separator(into, begun, ", ");
                att_buffer_append_c(into, i == 0 ? "prefers " : "");
                att_buffer_append_text(into, config->skills[rule->prefers[i].skill].name);
        }
        if (rule->priority_milli != 0) {
                put_separator(into, begun, ", ");
                att_buffer_append_c(into, rule->priority_milli > 0 ? "priority +" : "priority ");
                words_number(into, rule->priority_milli, 3);
        }
        if (rule->intent != ATT_NONE) {
                put_separator(into, begun, ", ");
                att_buffer_printf(into, "intent %.*s",
                                  ATT_TEXT_ARGS(config->intents[rule->intent].name));
        }
}

void words_rule(struct att_buffer *into, const struct att_core *core, uint32_t index)
{
        const struct att_intake_rule *rule = &core->config->intake[index];
        for (uint32_t i = 0; i < rule->when.count; i++) {
                att_buffer_append_c(into, i == 0 ? "when " : " and ");
                words_condition(into, &rule->when.items[i]);
        }
        att_buffer_append_c(into, rule->when.count > 0 ? ": " : "always: ");
        put_gifts(into, core, rule);
}
