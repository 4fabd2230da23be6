/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/config/by_hand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/json.h"
#include "lib/base/util.h"
#include "lib/config/values.h"
#include "lib/model/limits.h"

static const char heading[] =
        "# Changes by hand: `attunectl agent skills`, `attunectl queue close`. Laid over the\n"
        "# configuration; to take one back, ask attunectl rather than edit this file.\n";

void att_by_hand_deinit(struct att_by_hand *by_hand)
{
        att_arena_deinit(&by_hand->arena);
        free(by_hand->items);
        *by_hand = (struct att_by_hand){0};
}

/* The list ---------------------------------------------------------------- */

static struct att_by_hand_change *find(struct att_by_hand *by_hand, struct att_text agent,
                                       struct att_text skill, struct att_text queue)
{
        for (uint32_t i = 0; i < by_hand->count; i++) {
                struct att_by_hand_change *change = &by_hand->items[i];

                if (att_text_equals(change->agent, agent) &&
                    att_text_equals(change->skill, skill) &&
                    att_text_equals(change->queue, queue)) {
                        return change;
                }
        }
        return NULL;
}

static struct att_by_hand_change *find_or_add(struct att_by_hand *by_hand, struct att_text agent,
                                              struct att_text skill, struct att_text queue)
{
        struct att_by_hand_change *change = find(by_hand, agent, skill, queue);

        if (change) {
                return change;
        }
        if (by_hand->count == by_hand->capacity) {
                size_t capacity = att_grown_capacity(by_hand->capacity, by_hand->count + 1u);

                by_hand->items = att_realloc_array(by_hand->items, capacity,
                                                   sizeof(*by_hand->items));
                by_hand->capacity = (uint32_t)capacity;
        }
        change = &by_hand->items[by_hand->count++];
        *change = (struct att_by_hand_change){
                .agent = att_arena_text(&by_hand->arena, agent),
                .skill = att_arena_text(&by_hand->arena, skill),
                .queue = att_arena_text(&by_hand->arena, queue),
        };
        return change;
}

void att_by_hand_set_level(struct att_by_hand *by_hand, struct att_text agent,
                           struct att_text skill, uint32_t level)
{
        find_or_add(by_hand, agent, skill, ATT_TEXT_NONE)->level = level;
}

void att_by_hand_close(struct att_by_hand *by_hand, struct att_text queue)
{
        (void)find_or_add(by_hand, ATT_TEXT_NONE, ATT_TEXT_NONE, queue);
}

static bool forget(struct att_by_hand *by_hand, struct att_text agent, struct att_text queue)
{
        uint32_t kept = 0;
        bool was_there;

        for (uint32_t i = 0; i < by_hand->count; i++) {
                if (!att_text_equals(by_hand->items[i].agent, agent) ||
                    !att_text_equals(by_hand->items[i].queue, queue)) {
                        by_hand->items[kept++] = by_hand->items[i];
                }
        }
        was_there = kept < by_hand->count;
        by_hand->count = kept;
        return was_there;
}

bool att_by_hand_forget_agent(struct att_by_hand *by_hand, struct att_text agent)
{
        return forget(by_hand, agent, ATT_TEXT_NONE);
}

bool att_by_hand_open(struct att_by_hand *by_hand, struct att_text queue)
{
        return forget(by_hand, ATT_TEXT_NONE, queue);
}

/* Reading ----------------------------------------------------------------- */

static void tell_foreign(struct att_config_errors *errors, const struct att_yaml_node *node)
{
        att_config_errors_add(errors, node->place,
                              "by hand are changed only agents' skills and whether queues are "
                              "closed; the rest belongs in the configuration");
}

static void read_skills(struct att_by_hand *by_hand, struct att_text agent,
                        const struct att_yaml_node *skills, struct att_config_errors *errors)
{
        for (uint32_t i = 0; i < skills->count; i++) {
                struct att_by_hand_change *change;
                int64_t level;

                if (att_value_whole(errors, skills->items[i], 0, ATT_LEVEL_MAX, &level)) {
                        change = find_or_add(by_hand, agent, skills->keys[i]->text, ATT_TEXT_NONE);
                        change->level = (uint32_t)level;
                        change->place = skills->items[i]->place;
                }
        }
}

static void read_agent(struct att_by_hand *by_hand, const struct att_yaml_node *name,
                       const struct att_yaml_node *node, struct att_config_errors *errors)
{
        const struct att_yaml_node *skills = att_yaml_find(node, "skills");

        if (!skills || node->count != 1 || skills->kind != ATT_YAML_MAPPING) {
                tell_foreign(errors, name);
                return;
        }
        read_skills(by_hand, name->text, skills, errors);
}

static void read_queue(struct att_by_hand *by_hand, const struct att_yaml_node *name,
                       const struct att_yaml_node *node, struct att_config_errors *errors)
{
        const struct att_yaml_node *closed = att_yaml_find(node, "closed");
        bool is_closed;

        if (!closed || node->count != 1) {
                tell_foreign(errors, name);
                return;
        }
        if (att_value_flag(errors, closed, &is_closed) && is_closed) {
                find_or_add(by_hand, ATT_TEXT_NONE, ATT_TEXT_NONE, name->text)->place =
                        closed->place;
        }
}

static void read_document(struct att_by_hand *by_hand, const struct att_yaml_node *document,
                          struct att_config_errors *errors)
{
        if (document->kind != ATT_YAML_MAPPING) {
                tell_foreign(errors, document);
                return;
        }
        for (uint32_t i = 0; i < document->count; i++) {
                const struct att_yaml_node *section = document->items[i];
                bool is_agents = att_text_equals_c(document->keys[i]->text, "agents");

                if ((!is_agents && !att_text_equals_c(document->keys[i]->text, "queues")) ||
                    section->kind != ATT_YAML_MAPPING) {
                        tell_foreign(errors, document->keys[i]);
                        continue;
                }
                for (uint32_t k = 0; k < section->count; k++) {
                        if (is_agents) {
                                read_agent(by_hand, section->keys[k], section->items[k], errors);
                        } else {
                                read_queue(by_hand, section->keys[k], section->items[k], errors);
                        }
                }
        }
}

/* The places outlive the file that they were read from. */
static void keep_source(struct att_by_hand *by_hand, struct att_text path)
{
        const struct att_text source = att_arena_text(&by_hand->arena, path);

        for (uint32_t i = 0; i < by_hand->count; i++) {
                if (by_hand->items[i].place.line > 0) {
                        by_hand->items[i].place.source = source;
                }
        }
}

bool att_by_hand_read(struct att_by_hand *by_hand, struct att_text path, struct att_text bytes,
                      struct att_config_errors *errors)
{
        const struct att_text source = att_arena_text(&errors->arena, path);
        uint32_t before = errors->error_count;
        struct att_yaml_file file;

        if (att_text_is_empty(bytes)) {
                return true;
        }
        if (!att_yaml_parse(source, bytes, errors, &file)) {
                return false;
        }
        for (uint32_t i = 0; i < file.document_count; i++) {
                read_document(by_hand, file.documents[i], errors);
        }
        keep_source(by_hand, path);
        att_yaml_file_deinit(&file);
        return errors->error_count == before;
}

/* Writing ----------------------------------------------------------------- */

/* In quotes, as JSON has them: YAML reads them alike. */
static void write_name(struct att_text name, struct att_buffer *into)
{
        struct att_json json;

        att_json_init(&json, into);
        att_json_text(&json, name);
}

static void write_agent(const struct att_by_hand *by_hand, uint32_t first, struct att_buffer *into)
{
        const char *separator = "";

        att_buffer_append_c(into, "  ");
        write_name(by_hand->items[first].agent, into);
        att_buffer_append_c(into, ": { skills: { ");
        for (uint32_t i = first; i < by_hand->count; i++) {
                const struct att_by_hand_change *change = &by_hand->items[i];

                if (att_text_equals(change->agent, by_hand->items[first].agent)) {
                        att_buffer_append_c(into, separator);
                        write_name(change->skill, into);
                        att_buffer_printf(into, ": %u", change->level);
                        separator = ", ";
                }
        }
        att_buffer_append_c(into, " } }\n");
}

static bool is_first_of_agent(const struct att_by_hand *by_hand, uint32_t i)
{
        for (uint32_t k = 0; k < i; k++) {
                if (att_text_equals(by_hand->items[k].agent, by_hand->items[i].agent)) {
                        return false;
                }
        }
        return true;
}

void att_by_hand_write(const struct att_by_hand *by_hand, struct att_buffer *into)
{
        bool has_heading = false;

        att_buffer_append_c(into, heading);
        for (uint32_t i = 0; i < by_hand->count; i++) {
                if (!att_text_is_empty(by_hand->items[i].agent) && is_first_of_agent(by_hand, i)) {
                        att_buffer_append_c(into, has_heading ? "" : "agents:\n");
                        has_heading = true;
                        write_agent(by_hand, i, into);
                }
        }
        has_heading = false;
        for (uint32_t i = 0; i < by_hand->count; i++) {
                if (!att_text_is_empty(by_hand->items[i].queue)) {
                        att_buffer_append_c(into, has_heading ? "  " : "queues:\n  ");
                        has_heading = true;
                        write_name(by_hand->items[i].queue, into);
                        att_buffer_append_c(into, ": { closed: true }\n");
                }
        }
}

/* Laying over ------------------------------------------------------------- */

struct lay {
        struct att_arena *arena;
        struct att_config_errors *errors;
        struct att_config_place place; /* Of the change. */
};

static const struct att_yaml_node *new_scalar(const struct lay *lay, struct att_text text)
{
        struct att_yaml_node *node = att_arena_take(lay->arena, sizeof(*node));

        *node = (struct att_yaml_node){
                .kind = ATT_YAML_SCALAR,
                .place = lay->place,
                .is_plain = true,
                .text = att_arena_text(lay->arena, text),
        };
        return node;
}

static const struct att_yaml_node *new_mapping(const struct lay *lay)
{
        struct att_yaml_node *node = att_arena_take(lay->arena, sizeof(*node));

        *node = (struct att_yaml_node){.kind = ATT_YAML_MAPPING, .place = lay->place};
        return node;
}

/* A copy of a mapping in which a key has that value. */
static const struct att_yaml_node *with(const struct lay *lay, const struct att_yaml_node *mapping,
                                        struct att_text key, const struct att_yaml_node *value)
{
        const size_t each = sizeof(const struct att_yaml_node *);
        struct att_yaml_node *copy = att_arena_take(lay->arena, sizeof(*copy));
        const struct att_yaml_node **keys = att_arena_take_array(lay->arena, mapping->count + 1u,
                                                                 each);
        const struct att_yaml_node **items = att_arena_take_array(lay->arena, mapping->count + 1u,
                                                                  each);
        uint32_t at = 0;

        *copy = *mapping;
        copy->kind = ATT_YAML_MAPPING;
        att_copy(keys, mapping->keys, mapping->count * each);
        att_copy(items, mapping->items, mapping->count * each);
        while (at < mapping->count && !att_text_equals(mapping->keys[at]->text, key)) {
                at++;
        }
        if (at == mapping->count) {
                keys[at] = new_scalar(lay, key);
                copy->count++;
        }
        items[at] = value;
        copy->keys = keys;
        copy->items = items;
        return copy;
}

static const struct att_yaml_node *find_text(const struct att_yaml_node *mapping,
                                             struct att_text key)
{
        for (uint32_t i = 0; mapping && mapping->kind == ATT_YAML_MAPPING && i < mapping->count;
             i++) {
                if (att_text_equals(mapping->keys[i]->text, key)) {
                        return mapping->items[i];
                }
        }
        return NULL;
}

/* What stands under a key, if it is (or could be) a mapping. */
static const struct att_yaml_node *mapping_under(const struct lay *lay,
                                                 const struct att_yaml_node *node,
                                                 struct att_text key)
{
        const struct att_yaml_node *found = find_text(node, key);

        if (!found || att_yaml_is_empty(found)) {
                return new_mapping(lay);
        }
        return found->kind == ATT_YAML_MAPPING ? found : NULL;
}

static const struct att_yaml_node *lay_skill(const struct lay *lay,
                                             const struct att_yaml_node *root,
                                             const struct att_by_hand_change *change)
{
        const struct att_yaml_node *agents = att_yaml_find(root, "agents");
        const struct att_yaml_node *agent = find_text(agents, change->agent);
        const struct att_yaml_node *skills;
        char level[16];

        if (!agent || !find_text(att_yaml_find(root, "skills"), change->skill)) {
                att_config_errors_warn(lay->errors, change->place,
                                       "a change by hand that fits no more: there is no %s '%.*s'",
                                       agent ? "skill" : "agent",
                                       ATT_TEXT_ARGS(agent ? change->skill : change->agent));
                return root;
        }
        agent = att_yaml_is_empty(agent) ? new_mapping(lay) : agent;
        skills = agent->kind == ATT_YAML_MAPPING ? mapping_under(lay, agent, ATT_TEXT("skills"))
                                                 : NULL;
        if (!skills) {
                return root; /* Which is wrong there, and will be told. */
        }
        (void)snprintf(level, sizeof(level), "%u", change->level);
        skills = with(lay, skills, change->skill, new_scalar(lay, att_text_from(level)));
        agent = with(lay, agent, ATT_TEXT("skills"), skills);
        return with(lay, root, ATT_TEXT("agents"), with(lay, agents, change->agent, agent));
}

/* A queue's hours become hours that are never. */
static const struct att_yaml_node *lay_closed(const struct lay *lay,
                                              const struct att_yaml_node *root,
                                              const struct att_by_hand_change *change)
{
        const struct att_text name = ATT_TEXT(ATT_CLOSED_BY_HAND);
        const struct att_yaml_node *queues = att_yaml_find(root, "queues");
        const struct att_yaml_node *queue = find_text(queues, change->queue);
        const struct att_yaml_node *hours = mapping_under(lay, root, ATT_TEXT("hours"));
        const struct att_yaml_node *never = new_mapping(lay);

        if (!queue) {
                att_config_errors_warn(lay->errors, change->place,
                                       "a change by hand that fits no more: there is no queue "
                                       "'%.*s'",
                                       ATT_TEXT_ARGS(change->queue));
                return root;
        }
        queue = att_yaml_is_empty(queue) ? new_mapping(lay) : queue;
        if (queue->kind != ATT_YAML_MAPPING || !hours) {
                return root;
        }
        never = with(lay, never, ATT_TEXT("zone"), new_scalar(lay, ATT_TEXT("UTC")));
        never = with(lay, never, ATT_TEXT("open"), new_mapping(lay));
        root = with(lay, root, ATT_TEXT("hours"), with(lay, hours, name, never));
        queue = with(lay, queue, ATT_TEXT("hours"), new_scalar(lay, name));
        return with(lay, root, ATT_TEXT("queues"), with(lay, queues, change->queue, queue));
}

const struct att_yaml_node *att_by_hand_apply(const struct att_by_hand *by_hand,
                                              const struct att_yaml_node *root,
                                              struct att_arena *arena,
                                              struct att_config_errors *errors)
{
        struct lay lay = {.arena = arena, .errors = errors};

        for (uint32_t i = 0; i < by_hand->count; i++) {
                const struct att_by_hand_change *change = &by_hand->items[i];

                lay.place = change->place;
                root = att_text_is_empty(change->agent) ? lay_closed(&lay, root, change)
                                                        : lay_skill(&lay, root, change);
        }
        return root;
}
