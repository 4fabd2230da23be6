/* SPDX-License-Identifier: Apache-2.0 */
/* Reading values that are lists, or mappings of names: what is required, preferred, equal. */
#include <stdlib.h>
#include <string.h>

#include "lib/base/util.h"
#include "lib/config/compiler.h"
#include "lib/config/values.h"
#include "lib/model/limits.h"

/* Writes an array's pointer and count to where the key says. */
static void put_array(void *target, const struct att_key *key, const void *array, uint32_t count)
{
        memcpy((char *)target + key->offset, &array, sizeof(array));
        memcpy((char *)target + key->second_offset, &count, sizeof(count));
}

static bool check_count(struct compiler *compiler, const struct att_yaml_node *node, uint32_t max)
{
        if (node->count <= max) {
                return true;
        }
        att_config_errors_add(compiler->errors, node->place, "too many: %u, at most %u",
                              node->count, max);
        return false;
}

/* A mapping with at most so many entries; an empty node is an empty one. */
static bool is_mapping(struct compiler *compiler, const struct att_yaml_node *node,
                       const char *wanted, uint32_t max)
{
        return (att_yaml_is_empty(node) ||
                att_value_is(compiler->errors, node, ATT_YAML_MAPPING, wanted)) &&
               check_count(compiler, node, max);
}

/* Skills and numbers ------------------------------------------------------ */

/* Reads `skill: level` of each entry. Gives how many were right. */
static uint32_t read_requirements(struct compiler *compiler, const struct att_yaml_node *node,
                                  int64_t level_min, struct att_requirement *into)
{
        uint32_t count = 0;

        for (uint32_t i = 0; i < node->count; i++) {
                uint32_t skill = 0;
                int64_t level = 0;
                const bool is_skill = compiler_resolve(compiler, ATT_NOUN_SKILL, node->keys[i],
                                                       &skill);
                const bool is_level = att_value_whole(compiler->errors, node->items[i], level_min,
                                                      ATT_LEVEL_MAX, &level);

                if (is_skill && is_level) {
                        into[count++] = (struct att_requirement){skill, (uint32_t)level};
                }
        }
        return count;
}

static int compare_requirements(const void *a, const void *b)
{
        const struct att_requirement *left = a;
        const struct att_requirement *right = b;

        return left->skill < right->skill ? -1 : left->skill > right->skill;
}

void compiler_read_levels(struct compiler *compiler, const struct att_key *key,
                          const struct att_yaml_node *node, void *target)
{
        if (!is_mapping(compiler, node, "skills and levels, such as { cards: 5 }",
                        ATT_REQUIREMENTS_MAX)) {
                return;
        }
        struct att_requirement *requires = compiler_take(compiler, node->count, sizeof(*requires));
        const uint32_t count = read_requirements(compiler, node, key->min, requires);

        qsort(requires, count, sizeof(*requires), compare_requirements);
        put_array(target, key, requires, count);
}

void compiler_read_any_of(struct compiler *compiler, const struct att_key *key,
                          const struct att_yaml_node *node, void *target)
{
        if (!att_value_is(compiler->errors, node, ATT_YAML_SEQUENCE,
                          "a list of skills, such as [ { cards: 5 }, { loans: 3 } ]") ||
            !check_count(compiler, node, ATT_REQUIREMENTS_MAX)) {
                return;
        }
        struct att_requirement *any_of = compiler_take(compiler, node->count, sizeof(*any_of));
        uint32_t count = 0;

        for (uint32_t i = 0; i < node->count; i++) {
                const struct att_yaml_node *entry = node->items[i];

                if (!att_value_is(compiler->errors, entry, ATT_YAML_MAPPING,
                                  "a skill and its level, such as { cards: 5 }")) {
                        continue;
                }
                if (entry->count != 1) {
                        att_config_errors_add(compiler->errors, entry->place,
                                              "one skill an entry: any one of the entries is "
                                              "enough; what is needed together goes to 'requires'");
                        continue;
                }
                count += read_requirements(compiler, entry, 1, any_of + count);
        }
        put_array(target, key, any_of, count);
}

void compiler_read_preferences(struct compiler *compiler, const struct att_key *key,
                               const struct att_yaml_node *node, void *target)
{
        if (!is_mapping(compiler, node, "skills and weights, such as { empathy: 2 }",
                        ATT_REQUIREMENTS_MAX)) {
                return;
        }
        struct att_preference *prefers = compiler_take(compiler, node->count, sizeof(*prefers));
        uint32_t count = 0;

        for (uint32_t i = 0; i < node->count; i++) {
                uint32_t skill = 0;
                int64_t weight = 0;
                const bool is_skill = compiler_resolve(compiler, ATT_NOUN_SKILL, node->keys[i],
                                                       &skill);
                const bool is_weight = att_value_decimal(compiler->errors, node->items[i], 3, 1,
                                                         1000 * ATT_MILLI, &weight);

                if (is_skill && is_weight) {
                        prefers[count++] = (struct att_preference){skill, (uint32_t)weight};
                }
        }
        put_array(target, key, prefers, count);
}

/* Attributes -------------------------------------------------------------- */

static int compare_pairs(const void *a, const void *b)
{
        return att_text_compare(((const struct att_pair *)a)->key,
                                ((const struct att_pair *)b)->key);
}

void compiler_read_pairs(struct compiler *compiler, const struct att_key *key,
                         const struct att_yaml_node *node, void *target)
{
        if (!is_mapping(compiler, node, "attributes, such as { site: madrid }",
                        ATT_ATTRIBUTES_MAX)) {
                return;
        }
        struct att_pair *pairs = compiler_take(compiler, node->count, sizeof(*pairs));
        uint32_t count = 0;

        for (uint32_t i = 0; i < node->count; i++) {
                struct att_text name;
                struct att_text value;
                const bool is_name = att_value_name(compiler->errors, node->keys[i], &name);
                const bool is_value = att_value_text(compiler->errors, node->items[i],
                                                     ATT_NAME_BYTES_MAX, &value);

                if (is_name && is_value) {
                        pairs[count++] = (struct att_pair){compiler_keep(compiler, name),
                                                           compiler_keep(compiler, value)};
                }
        }
        qsort(pairs, count, sizeof(*pairs), compare_pairs);
        put_array(target, key, pairs, count);
}

/* Lists ------------------------------------------------------------------- */

/* The entries of a list; a value alone is a list of one. */
static const struct att_yaml_node *const *entries_of(const struct att_yaml_node *const *node,
                                                     uint32_t *ret_count)
{
        if ((*node)->kind == ATT_YAML_SEQUENCE) {
                *ret_count = (*node)->count;
                return (*node)->items;
        }
        *ret_count = 1;
        return node;
}

void compiler_read_texts(struct compiler *compiler, const struct att_key *key,
                         const struct att_yaml_node *node, void *target)
{
        uint32_t entry_count;
        const struct att_yaml_node *const *entries = entries_of(&node, &entry_count);
        struct att_text *texts = compiler_take(compiler, entry_count, sizeof(*texts));
        uint32_t count = 0;

        for (uint32_t i = 0; i < entry_count; i++) {
                struct att_text text;

                if (!att_value_text(compiler->errors, entries[i],
                                    key->max > 0 ? (size_t)key->max : ATT_NAME_BYTES_MAX, &text)) {
                        continue;
                }
                if (text.len == 0) {
                        att_config_errors_add(compiler->errors, entries[i]->place,
                                              "an empty text can't stand here");
                        continue;
                }
                texts[count++] = compiler_keep(compiler, text);
        }
        put_array(target, key, texts, count);
}

void compiler_read_references(struct compiler *compiler, const struct att_key *key,
                              const struct att_yaml_node *node, void *target)
{
        uint32_t entry_count;
        const struct att_yaml_node *const *entries = entries_of(&node, &entry_count);
        uint32_t *references = compiler_take(compiler, entry_count, sizeof(*references));
        uint32_t count = 0;

        for (uint32_t i = 0; i < entry_count; i++) {
                uint32_t index = ATT_NONE;
                bool is_new = true;

                if (!compiler_resolve(compiler, key->noun, entries[i], &index)) {
                        continue;
                }
                for (uint32_t earlier = 0; earlier < count; earlier++) {
                        is_new = is_new && references[earlier] != index;
                }
                if (is_new) {
                        references[count++] = index;
                } else {
                        att_config_errors_add(compiler->errors, entries[i]->place,
                                              "'%.*s' stands here twice",
                                              ATT_TEXT_ARGS(entries[i]->text));
                }
        }
        put_array(target, key, references, count);
}

/* Where contacts go ------------------------------------------------------- */

#define OVERFLOW_FORMS                                                                             \
        "{ to: a queue }, { callback: 30m } or { refuse: \"what to tell the customer\" }"

void compiler_read_overflow(struct compiler *compiler, const struct att_key *key,
                            const struct att_yaml_node *node, void *target)
{
        struct att_overflow overflow = {.queue = ATT_NONE, .message = ATT_TEXT_NONE};
        bool is_fine = false;

        if (!att_value_is(compiler->errors, node, ATT_YAML_MAPPING, OVERFLOW_FORMS)) {
                return;
        }
        if (node->count != 1) {
                att_config_errors_add(compiler->errors, node->place, "expected one of %s",
                                      OVERFLOW_FORMS);
                return;
        }
        const struct att_text form = node->keys[0]->text;
        const struct att_yaml_node *value = node->items[0];

        if (att_text_equals_c(form, "to")) {
                overflow.kind = ATT_OVERFLOW_QUEUE;
                is_fine = compiler_resolve(compiler, ATT_NOUN_QUEUE, value, &overflow.queue);
        } else if (att_text_equals_c(form, "callback")) {
                overflow.kind = ATT_OVERFLOW_CALLBACK;
                is_fine = att_value_duration(compiler->errors, value, 1, ATT_DURATION_MS_MAX,
                                             &overflow.callback_ms);
        } else if (att_text_equals_c(form, "refuse")) {
                overflow.kind = ATT_OVERFLOW_REFUSE;
                is_fine = att_value_text(compiler->errors, value, ATT_NAME_BYTES_MAX,
                                         &overflow.message);
                if (is_fine) {
                        overflow.message = compiler_keep(compiler, overflow.message);
                }
        } else {
                att_config_errors_add(compiler->errors, node->keys[0]->place,
                                      "unknown key '%.*s': expected %s", ATT_TEXT_ARGS(form),
                                      OVERFLOW_FORMS);
        }
        if (is_fine) {
                memcpy((char *)target + key->offset, &overflow, sizeof(overflow));
        }
}

void compiler_read_delivery(struct compiler *compiler, const struct att_key *key,
                            const struct att_yaml_node *node, void *target)
{
        static const struct att_text broadcast = {"broadcast ", 10};
        uint32_t agents = 0;

        if (!att_value_is(compiler->errors, node, ATT_YAML_SCALAR, "'one' or 'broadcast N'")) {
                return;
        }
        if (att_text_equals_c(node->text, "one")) {
                agents = 1;
        } else if (att_text_starts_with(node->text, broadcast)) {
                struct att_yaml_node number = *node;
                int64_t value = 0;

                number.text = att_text_of(node->text.data + broadcast.len,
                                          node->text.len - broadcast.len);
                if (!att_value_whole(compiler->errors, &number, 1, ATT_BROADCAST_MAX, &value)) {
                        return;
                }
                agents = (uint32_t)value;
        } else {
                att_config_errors_add(compiler->errors, node->place,
                                      "expected 'one' or 'broadcast N', found '%.*s'",
                                      ATT_TEXT_ARGS(node->text));
                return;
        }
        memcpy((char *)target + key->offset, &agents, sizeof(agents));
}
