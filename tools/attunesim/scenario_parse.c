/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "lib/base/util.h"
#include "lib/config/values.h"
#include "lib/model/limits.h"
#include "tools/attunesim/fields.h"
#include "tools/attunesim/file_parts.h"
#include "tools/attunesim/scenario.h"
#include "tools/attunesim/scenario_actions.h"

/* Monday the 5th of January 2026, nine o'clock UTC. */
#define START_MS INT64_C(1767603600000)

struct parse {
        struct scenario *scenario;
        struct att_config_errors *errors;
        struct att_text folder;
        struct reading reading;
};

struct document {
        struct att_text name;
        bool is_live;
        const struct att_yaml_node *start;
        const struct att_yaml_node *config;
        const struct att_yaml_node *timeline;
};

static const struct field document_items[] = {
        {"scenario", FIELD_TEXT, .offset = offsetof(struct document, name)},
        {"live", FIELD_FLAG, .offset = offsetof(struct document, is_live)},
        {"start", FIELD_NODE, .offset = offsetof(struct document, start)},
        {"config", FIELD_NODE, .offset = offsetof(struct document, config)},
        {"timeline", FIELD_NODE, .offset = offsetof(struct document, timeline)},
};

static const struct fields document_fields = {.name = "a scenario", FIELDS_OF(document_items)};

/* Expectations ------------------------------------------------------------ */

static uint32_t bit_of(enum att_effect_kind kind)
{
        return UINT32_C(1) << kind;
}

static void tell_unknown_kind(struct parse *parse, const struct att_yaml_node *node)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer kinds = {0};

        for (int i = 0; i < ATT_EFFECT_KIND_COUNT; i++) {
                att_buffer_printf(&kinds, "%s, ", att_effect_kind_name((enum att_effect_kind)i));
        }
        att_config_errors_add(parse->errors, node->place,
                              "unknown expectation '%.*s': expected %snever or explain",
                              ATT_TEXT_ARGS(node->text), kinds.data);
}

static void read_expected_effect(struct parse *parse, enum att_effect_kind kind,
                                 const struct att_yaml_node *node, struct expected_effect *effect)
{
        struct expected_field *fields = att_arena_take_array(&parse->scenario->arena, node->count,
                                                             sizeof(*fields));

        *effect = (struct expected_effect){kind, fields, 0};
        if (!att_value_is(parse->errors, node, ATT_YAML_MAPPING,
                          "fields, such as { contact: c1 }")) {
                return;
        }
        for (uint32_t i = 0; i < node->count; i++) {
                if (!effect_has_field(kind, node->keys[i]->text)) {
                        ATT_CLEANUP(att_buffer_deinit) struct att_buffer known = {0};

                        effect_list_fields(kind, &known);
                        att_config_errors_add(parse->errors, node->keys[i]->place,
                                              "'%s' has no '%.*s', but %s",
                                              att_effect_kind_name(kind),
                                              ATT_TEXT_ARGS(node->keys[i]->text), known.data);
                } else if (att_value_is(parse->errors, node->items[i], ATT_YAML_SCALAR,
                                        "a value")) {
                        fields[effect->field_count++] = (struct expected_field){
                                node->keys[i]->text, node->items[i]->text};
                }
        }
}

static void read_never(struct parse *parse, const struct att_yaml_node *node,
                       struct expectation *expect)
{
        const bool is_list = node->kind == ATT_YAML_SEQUENCE;
        const uint32_t count = is_list ? node->count : 1;

        for (uint32_t i = 0; i < count; i++) {
                const struct att_yaml_node *entry = is_list ? node->items[i] : node;
                enum att_effect_kind kind;

                if (effect_kind_find(entry->text, &kind)) {
                        expect->never |= bit_of(kind);
                } else {
                        tell_unknown_kind(parse, entry);
                }
        }
}

static const struct field explain_items[] = {
        {"contact", FIELD_TEXT, .offset = offsetof(struct expected_explanation, contact)},
        {"agent", FIELD_TEXT, .offset = offsetof(struct expected_explanation, agent)},
        {"contains", FIELD_TEXT, .offset = offsetof(struct expected_explanation, contains)},
};

static const struct fields explain_fields = {.name = "explain", FIELDS_OF(explain_items)};

/* One entry of the list: `- offer: { contact: c1 }`. */
static void read_expected(struct parse *parse, const struct att_yaml_node *entry,
                          struct expectation *expect, struct expected_effect *effects,
                          struct expected_explanation *explanations)
{
        enum att_effect_kind kind;

        if (entry->kind != ATT_YAML_MAPPING || entry->count != 1) {
                att_config_errors_add(parse->errors, entry->place,
                                      "expected one effect an entry, such as - offer: { contact: "
                                      "c1 }");
                return;
        }
        const struct att_yaml_node *word = entry->keys[0];
        const struct att_yaml_node *value = entry->items[0];

        if (att_text_equals_c(word->text, "never")) {
                read_never(parse, value, expect);
        } else if (att_text_equals_c(word->text, "explain")) {
                fields_read(&parse->reading, &explain_fields, value,
                            &explanations[expect->explanation_count++]);
        } else if (effect_kind_find(word->text, &kind)) {
                read_expected_effect(parse, kind, value, &effects[expect->effect_count++]);
                expect->kinds |= bit_of(kind);
        } else {
                tell_unknown_kind(parse, word);
        }
}

static void read_expect(struct parse *parse, const struct att_yaml_node *node,
                        struct expectation *expect)
{
        struct att_arena *arena = &parse->scenario->arena;

        expect->is_given = true;
        if (node->kind == ATT_YAML_SCALAR && att_text_equals_c(node->text, "none")) {
                expect->kinds = bit_of(ATT_EFFECT_OFFER) | bit_of(ATT_EFFECT_CONNECT) |
                                bit_of(ATT_EFFECT_REVOKE) | bit_of(ATT_EFFECT_CLOSED) |
                                bit_of(ATT_EFFECT_OVERFLOW);
                return;
        }
        if (!att_value_is(parse->errors, node, ATT_YAML_SEQUENCE,
                          "'none', or a list such as [ { offer: { contact: c1 } } ]")) {
                return;
        }
        struct expected_effect *effects = att_arena_take_array(arena, node->count,
                                                               sizeof(*effects));
        struct expected_explanation *explanations = att_arena_take_array(arena, node->count,
                                                                         sizeof(*explanations));

        for (uint32_t i = 0; i < node->count; i++) {
                read_expected(parse, node->items[i], expect, effects, explanations);
        }
        expect->effects = effects;
        expect->explanations = explanations;
}

/* Timeline ---------------------------------------------------------------- */

static void read_action(struct parse *parse, const struct att_yaml_node *key,
                        const struct att_yaml_node *value, struct scenario_step *step)
{
        if (step->has_command) {
                att_config_errors_add(parse->errors, key->place,
                                      "one action a step: give this one a step of its own");
                return;
        }
        step->has_command = true;
        if (att_text_equals_c(key->text, "config")) {
                step->command.kind = ATT_CMD_CONFIG;
                step->command.config = file_config_read(parse->errors, value, parse->folder, parse->reading.at_ms);
        } else {
                action_read(&parse->reading, key->text, value, &step->command);
        }
}

static void read_step_key(struct parse *parse, const struct att_yaml_node *key,
                          const struct att_yaml_node *value, struct scenario_step *step)
{
        if (att_text_equals_c(key->text, "at")) {
                return;
        }
        if (att_text_equals_c(key->text, "expect")) {
                read_expect(parse, value, &step->expect);
        } else if (att_text_equals_c(key->text, "config") || action_exists(key->text)) {
                read_action(parse, key, value, step);
        } else {
                ATT_CLEANUP(att_buffer_deinit) struct att_buffer known = {0};

                action_list(&known);
                att_config_errors_add(parse->errors, key->place,
                                      "unknown action '%.*s': expected at, expect, or one of %s",
                                      ATT_TEXT_ARGS(key->text), known.data);
        }
}

static void read_at(struct parse *parse, const struct att_yaml_node *node, int64_t before_ms,
                    struct scenario_step *step)
{
        const struct att_yaml_node *at = att_yaml_find(node, "at");

        step->at_ms = before_ms;
        if (!at) {
                att_config_errors_add(parse->errors, node->place, "a step needs 'at'");
        } else if (att_value_duration(parse->errors, at, 0, ATT_DURATION_MS_MAX, &step->at_ms) &&
                   step->at_ms < before_ms) {
                att_config_errors_add(parse->errors, at->place,
                                      "time never goes back: this step is before the one above");
        }
}

static void read_timeline(struct parse *parse, const struct att_yaml_node *timeline)
{
        struct scenario *scenario = parse->scenario;
        int64_t before_ms = 0;

        if (!att_value_is(parse->errors, timeline, ATT_YAML_SEQUENCE, "a list of steps")) {
                return;
        }
        scenario->steps = att_arena_take_array(&scenario->arena, timeline->count,
                                               sizeof(*scenario->steps));
        for (uint32_t i = 0; i < timeline->count; i++) {
                const struct att_yaml_node *node = timeline->items[i];
                struct scenario_step *step = &scenario->steps[scenario->step_count++];

                step->place = node->place;
                if (!att_value_is(parse->errors, node, ATT_YAML_MAPPING,
                                  "a step, such as { at: 1s, ... }")) {
                        continue;
                }
                read_at(parse, node, before_ms, step);
                before_ms = step->at_ms;
                parse->reading.at_ms = scenario->start_ms + step->at_ms;
                for (uint32_t k = 0; k < node->count; k++) {
                        read_step_key(parse, node->keys[k], node->items[k], step);
                }
        }
}

/* Scenario ---------------------------------------------------------------- */

bool scenario_parse(const struct att_yaml_node *document, struct att_text folder,
                    struct att_config_errors *errors, struct scenario *scenario)
{
        struct document read = {.name = ATT_TEXT("(no name)")};
        struct parse parse = {
                .scenario = scenario,
                .errors = errors,
                .folder = folder,
                .reading = {.errors = errors, .arena = &scenario->arena},
        };

        *scenario = (struct scenario){.place = document->place, .start_ms = START_MS};
        fields_read(&parse.reading, &document_fields, document, &read);
        scenario->name = read.name;
        scenario->is_live = read.is_live;
        if (read.start && !file_start_read(errors, read.start, &scenario->start_ms)) {
                return false;
        }
        parse.reading.start_ms = scenario->start_ms;
        parse.reading.at_ms = scenario->start_ms;
        if (!read.config || !read.timeline || !att_yaml_find(document, "scenario")) {
                att_config_errors_add(errors, document->place,
                                      "a scenario needs 'scenario' (its name), 'config' and "
                                      "'timeline'");
                return false;
        }
        scenario->config = file_config_read(errors, read.config, folder, scenario->start_ms);
        read_timeline(&parse, read.timeline);
        return errors->error_count == 0;
}

void scenario_deinit(struct scenario *scenario)
{
        for (uint32_t i = 0; i < scenario->step_count; i++) {
                if (scenario->steps[i].has_command &&
                    scenario->steps[i].command.kind == ATT_CMD_CONFIG) {
                        att_config_unref(scenario->steps[i].command.config);
                }
        }
        att_config_unref(scenario->config);
        att_arena_deinit(&scenario->arena);
}
