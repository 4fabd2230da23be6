/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/config/load.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buffer.h"
#include "lib/base/util.h"
#include "lib/config/by_hand.h"
#include "lib/config/compile.h"
#include "lib/config/values.h"

struct file {
        const struct att_config_source *source;
        bool is_read;
        struct att_yaml_file yaml; /* Without a document: nothing but comments. */
};

struct load {
        struct att_config_errors *errors;
        struct file *files; /* Owned. */
        uint32_t file_count;
        struct att_arena arena; /* Of merged nodes. */
};

/* Files ------------------------------------------------------------------- */

static void read_file(struct load *load, struct file *file)
{
        const struct att_config_source *source = file->source;

        file->is_read = source->is_read &&
                        att_yaml_parse(source->path, source->bytes, load->errors, &file->yaml);
        if (file->is_read && file->yaml.document_count > 1) {
                att_config_errors_add(load->errors, file->yaml.documents[1]->place,
                                      "a configuration file holds one document: take out the ---");
        }
}

/* Merging ----------------------------------------------------------------- */

static struct att_yaml_node *copy_node(struct load *load, const struct att_yaml_node *node)
{
        struct att_yaml_node *copy = att_arena_take(&load->arena, sizeof(*copy));

        *copy = *node;
        return copy;
}

static const struct att_yaml_node **join_arrays(struct load *load,
                                                const struct att_yaml_node *const *first,
                                                uint32_t first_count,
                                                const struct att_yaml_node *const *second,
                                                uint32_t second_count)
{
        const size_t each = sizeof(const struct att_yaml_node *);
        const struct att_yaml_node **joined = att_arena_take_array(
                &load->arena, (size_t)first_count + second_count, each);

        if (first_count > 0) {
                memcpy(joined, first, first_count * each);
        }
        if (second_count > 0) {
                memcpy(joined + first_count, second, second_count * each);
        }
        return joined;
}

/* One section that two files have. Names that are in both stay in both: the compiler tells them,
 * with both places. */
static const struct att_yaml_node *join_nodes(struct load *load, const struct att_yaml_node *key,
                                              const struct att_yaml_node *first,
                                              const struct att_yaml_node *second)
{
        if (att_yaml_is_empty(first)) {
                return second;
        }
        if (att_yaml_is_empty(second)) {
                return first;
        }
        if (first->kind != second->kind) {
                att_config_errors_add(
                        load->errors, second->place, "'%.*s' is %s here and %s at %.*s:%u:%u",
                        ATT_TEXT_ARGS(key->text), att_yaml_kind_name(second->kind),
                        att_yaml_kind_name(first->kind), ATT_TEXT_ARGS(first->place.source),
                        first->place.line, first->place.column);
                return first;
        }
        if (first->kind == ATT_YAML_SCALAR) {
                if (!att_text_equals(first->text, second->text)) {
                        att_config_errors_add(load->errors, second->place,
                                              "'%.*s' is '%.*s' at %.*s:%u:%u",
                                              ATT_TEXT_ARGS(key->text), ATT_TEXT_ARGS(first->text),
                                              ATT_TEXT_ARGS(first->place.source), first->place.line,
                                              first->place.column);
                }
                return first;
        }
        struct att_yaml_node *joined = copy_node(load, first);

        joined->items = join_arrays(load, first->items, first->count, second->items, second->count);
        if (first->kind == ATT_YAML_MAPPING) {
                joined->keys = join_arrays(load, first->keys, first->count, second->keys,
                                           second->count);
        }
        joined->count = first->count + second->count;
        return joined;
}

/* `limits`, `strain`, `emotion`, `history`, `access`, `reports` and `bonus`, which hold no names that the compiler declares, must not have a
 * key in two files. */
static void check_keys(struct load *load, const struct att_yaml_node *section,
                       const struct att_yaml_node *more)
{
        for (uint32_t i = 0; more->kind == ATT_YAML_MAPPING && i < more->count; i++) {
                for (uint32_t j = 0; section->kind == ATT_YAML_MAPPING && j < section->count; j++) {
                        const struct att_yaml_node *first = section->keys[j];

                        if (att_text_equals(more->keys[i]->text, first->text)) {
                                att_config_errors_add(
                                        load->errors, more->keys[i]->place,
                                        "'%.*s' is defined twice: first at %.*s:%u:%u",
                                        ATT_TEXT_ARGS(first->text),
                                        ATT_TEXT_ARGS(first->place.source), first->place.line,
                                        first->place.column);
                        }
                }
        }
}

static bool has_no_declared_names(struct att_text section)
{
        return att_text_equals_c(section, "limits") || att_text_equals_c(section, "strain") ||
               att_text_equals_c(section, "emotion") || att_text_equals_c(section, "access") ||
               att_text_equals_c(section, "history") || att_text_equals_c(section, "reports") ||
               att_text_equals_c(section, "bonus");
}

static void merge_file(struct load *load, struct att_yaml_node *root,
                       const struct att_yaml_node *document)
{
        const struct att_yaml_node **items = join_arrays(load, root->items, root->count, NULL, 0);

        for (uint32_t i = 0; i < document->count; i++) {
                const struct att_yaml_node *key = document->keys[i];
                uint32_t at = 0;

                while (at < root->count && !att_text_equals(root->keys[at]->text, key->text)) {
                        at++;
                }
                if (at < root->count) {
                        if (has_no_declared_names(key->text)) {
                                check_keys(load, items[at], document->items[i]);
                        }
                        items[at] = join_nodes(load, key, items[at], document->items[i]);
                        continue;
                }
                root->keys = join_arrays(load, root->keys, root->count, &key, 1);
                items = (const struct att_yaml_node **)join_arrays(load, items, root->count,
                                                                   &document->items[i], 1);
                root->count++;
        }
        root->items = items;
}

/* All documents as one, or NULL if there is none to go on with. */
static const struct att_yaml_node *merge(struct load *load)
{
        struct att_yaml_node *root = NULL;

        for (uint32_t i = 0; i < load->file_count; i++) {
                const struct att_yaml_file *yaml = &load->files[i].yaml;

                if (yaml->document_count == 0) {
                        continue;
                }
                if (!att_value_is(load->errors, yaml->documents[0], ATT_YAML_MAPPING,
                                  "a configuration, which begins with attune: 1")) {
                        continue;
                }
                if (!root) {
                        root = copy_node(load, yaml->documents[0]);
                } else {
                        merge_file(load, root, yaml->documents[0]);
                }
        }
        return root;
}

/* Loading ----------------------------------------------------------------- */

static void close_load(struct load *load)
{
        for (uint32_t i = 0; i < load->file_count; i++) {
                att_yaml_file_deinit(&load->files[i].yaml);
        }
        free(load->files);
        att_arena_deinit(&load->arena);
}

/* Whether every file could at least be parsed: else what it defines is missing, and every use of it
 * would be one more error. */
static bool has_all_files(const struct load *load)
{
        for (uint32_t i = 0; i < load->file_count; i++) {
                if (!load->files[i].is_read) {
                        return false;
                }
        }
        return load->file_count > 0;
}

/* The whole as one tree; NULL and an error if there is none. */
static const struct att_yaml_node *read_root(struct load *load, struct att_text path)
{
        if (!has_all_files(load)) {
                return NULL;
        }
        const uint32_t errors_before = load->errors->error_count;
        const struct att_yaml_node *root = merge(load);

        if (!root && load->errors->error_count == errors_before) {
                att_config_errors_add(load->errors, (struct att_config_place){path, 0, 0},
                                      "is empty: a configuration begins with attune: 1");
        }
        return root;
}

bool att_config_compile_sources(const struct att_config_sources *sources, int64_t now_ms,
                                struct att_config_errors *errors,
                                const struct att_config **ret_config)
{
        struct load load = {.errors = errors, .file_count = sources->count};
        struct att_by_hand changes = {0};
        const struct att_yaml_node *root;
        bool is_right = false;

        load.files = att_alloc_array(sources->count, sizeof(*load.files));
        for (uint32_t i = 0; i < sources->count; i++) {
                load.files[i].source = &sources->items[i];
                read_file(&load, &load.files[i]);
        }
        root = read_root(&load, sources->path);
        if (root &&
            att_by_hand_read(&changes, sources->by_hand.path, sources->by_hand.bytes, errors)) {
                root = att_by_hand_apply(&changes, root, &load.arena, errors);
                is_right = att_config_compile(root, now_ms, errors, ret_config);
        }
        att_config_errors_sort(errors);
        att_by_hand_deinit(&changes);
        close_load(&load);
        return is_right;
}

int att_config_load_path(const char *path, int64_t now_ms, struct att_config_errors *errors,
                         const struct att_config **ret_config)
{
        struct att_config_sources sources = {0};
        const int result = att_config_sources_read(&sources, path, NULL, errors);
        const bool is_right = att_config_compile_sources(&sources, now_ms, errors, ret_config);

        att_config_sources_deinit(&sources);
        if (result < 0) {
                return result;
        }
        return is_right ? ATT_CONFIG_OK : ATT_CONFIG_INVALID;
}
