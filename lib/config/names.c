/* SPDX-License-Identifier: Apache-2.0 */
/* Names: declared once, referred to anywhere. */
#include <stdlib.h>

#include "lib/base/util.h"
#include "lib/config/compiler.h"
#include "lib/config/values.h"
#include "lib/model/limits.h"

static const struct {
        const char *name;
        uint32_t max;
} nouns[] = {
        [ATT_NOUN_SKILL] = {"skill", ATT_SKILLS_MAX},
        [ATT_NOUN_CHANNEL] = {"channel", ATT_CHANNELS_MAX},
        [ATT_NOUN_TIER] = {"tier", 256},
        [ATT_NOUN_PROFILE] = {"profile", 4096},
        [ATT_NOUN_TEAM] = {"team", ATT_TEAMS_MAX},
        [ATT_NOUN_AGENT] = {"agent", ATT_AGENTS_MAX},
        [ATT_NOUN_POLICY] = {"policy", 4096},
        [ATT_NOUN_QUEUE] = {"queue", ATT_QUEUES_MAX},
        [ATT_NOUN_HOURS] = {"hours", 1024},
        [ATT_NOUN_INTENT] = {"intent", 16384},
};
_Static_assert(ATT_ARRAY_LEN(nouns) == ATT_NOUN_COUNT, "a word and a limit for every noun");

const char *att_noun_name(enum att_noun noun)
{
        return nouns[noun].name;
}

static struct declared *add_name(struct compiler *compiler, enum att_noun noun,
                                 struct att_text name)
{
        struct names *names = &compiler->names[noun];
        struct declared *declared = att_arena_take(&compiler->scratch, sizeof(*declared));

        if (names->count == names->capacity) {
                names->capacity = (uint32_t)att_grown_capacity(names->capacity, names->count + 1);
                names->items = att_realloc_array(names->items, names->capacity,
                                                 sizeof(*names->items));
        }
        declared->name = compiler_keep(compiler, name);
        declared->index = names->count;
        names->items[names->count++] = declared;
        att_map_add(&names->map, &declared->node, declared->name);
        return declared;
}

struct declared *compiler_declare(struct compiler *compiler, enum att_noun noun,
                                  const struct att_yaml_node *key,
                                  const struct att_yaml_node *value)
{
        struct names *names = &compiler->names[noun];
        struct att_text name;

        if (!att_value_name(compiler->errors, key, &name)) {
                return NULL;
        }
        const struct declared *earlier = compiler_find(compiler, noun, name);

        if (earlier) {
                const struct att_config_place first = earlier->key->place;

                att_config_errors_add(compiler->errors, key->place,
                                      "%s '%.*s' is defined twice: first at %.*s:%u:%u",
                                      nouns[noun].name, ATT_TEXT_ARGS(name),
                                      ATT_TEXT_ARGS(first.source), first.line, first.column);
                return NULL;
        }
        if (names->count == nouns[noun].max) {
                att_config_errors_add(compiler->errors, key->place,
                                      "too many: at most %u of this kind (%s)", nouns[noun].max,
                                      nouns[noun].name);
                return NULL;
        }
        struct declared *declared = add_name(compiler, noun, name);

        declared->key = key;
        declared->value = value;
        return declared;
}

struct declared *compiler_declare_implied(struct compiler *compiler, enum att_noun noun,
                                          struct att_text name)
{
        return add_name(compiler, noun, name);
}

const struct declared *compiler_find(const struct compiler *compiler, enum att_noun noun,
                                     struct att_text name)
{
        struct att_map_node *found = att_map_find(&compiler->names[noun].map, name);

        return found ? ATT_CONTAINER_OF(found, struct declared, node) : NULL;
}

static struct att_text name_at(const void *context, size_t i)
{
        const struct names *names = context;

        return names->items[i]->name;
}

struct att_text compiler_nearest(const struct compiler *compiler, enum att_noun noun,
                                 struct att_text name)
{
        const struct names *names = &compiler->names[noun];

        if (att_config_errors_is_full(compiler->errors)) {
                return ATT_TEXT_NONE;
        }
        return att_text_nearest(name, names->count, name_at, names);
}

bool compiler_resolve(struct compiler *compiler, enum att_noun noun,
                      const struct att_yaml_node *node, uint32_t *ret_index)
{
        struct att_text name;

        if (!att_value_name(compiler->errors, node, &name)) {
                return false;
        }
        const struct declared *declared = compiler_find(compiler, noun, name);

        if (declared) {
                *ret_index = declared->index;
                return true;
        }
        const struct att_text nearest = compiler_nearest(compiler, noun, name);

        if (nearest.len > 0) {
                att_config_errors_add(compiler->errors, node->place,
                                      "unknown %s '%.*s', did you mean '%.*s'?", nouns[noun].name,
                                      ATT_TEXT_ARGS(name), ATT_TEXT_ARGS(nearest));
        } else {
                att_config_errors_add(compiler->errors, node->place, "unknown %s '%.*s'",
                                      nouns[noun].name, ATT_TEXT_ARGS(name));
        }
        return false;
}

void compiler_names_deinit(struct compiler *compiler)
{
        for (unsigned noun = 0; noun < ATT_NOUN_COUNT; noun++) {
                att_map_deinit(&compiler->names[noun].map);
                free(compiler->names[noun].items);
        }
}
