/* SPDX-License-Identifier: Apache-2.0 */
/*
 * On libyaml's event interface. A container is collected in one growing array of all open
 * containers' children (`pending`) and copied to the arena when it closes, so that nothing but the
 * depth check stands between us and deep nesting: libyaml's own work grows with the square of the
 * flow depth, but its scanner looks at most 1,024 bytes ahead of the events it gives.
 */
#include "lib/config/yaml.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <yaml.h>

#include "lib/base/buffer.h"
#include "lib/base/map.h"
#include "lib/base/util.h"

/* A container whose end has not come yet. */
struct open_node {
        struct att_yaml_node *node;
        size_t first; /* Its first child in `pending`; a mapping's keys and values alternate. */
};

struct reader {
        struct att_text source; /* In the arena. */
        struct att_config_errors *errors;
        struct att_arena arena; /* Goes to the file in the end. */
        yaml_parser_t parser;

        struct open_node open[ATT_YAML_DEPTH_MAX];
        uint32_t depth;
        const struct att_yaml_node **pending; /* Owned. */
        size_t pending_count;
        size_t pending_capacity;
        uint32_t node_count;
};

/* Places and messages ------------------------------------------------------------------------- */

static struct att_config_place place_of(const struct reader *reader, const yaml_mark_t *mark)
{
        return (struct att_config_place){reader->source, (uint32_t)mark->line + 1,
                                         (uint32_t)mark->column + 1};
}

/* libyaml speaks to those who know its insides; supervisors read this. */
static const struct {
        const char *theirs;
        const char *ours;
} syntax_messages[] = {
        {"found character that cannot start any token",
         "this character can't stand here: indent with spaces, not tabs, and put quotes around "
         "texts that begin with @, `, % or a tab"},
        {"found a tab character where an indentation space is expected",
         "indent with spaces, not with tabs"},
        {"found a tab character that violates indentation", "indent with spaces, not with tabs"},
        {"could not find expected ':'", "a ':' with a space after it is missing before here"},
        {"mapping values are not allowed in this context",
         "a ':' can't stand here: is the indentation right, or does a text need quotes?"},
        {"did not find expected key", "expected a key here: is the indentation right?"},
        {"did not find expected '-' indicator",
         "expected a '-' of the list here: is the indentation right?"},
        {"did not find expected ',' or ']'", "a ',' or the closing ']' is missing before here"},
        {"did not find expected ',' or '}'", "a ',' or the closing '}' is missing before here"},
        {"found unexpected end of stream", "the file ends before this is complete: a quote, a "
                                           "bracket or a brace is not closed"},
        {"did not find expected node content", "a value is missing here"},
        {"block sequence entries are not allowed in this context",
         "a '-' can't stand here: a list goes below its key, or is the indentation wrong?"},
        {"block mapping keys are not allowed in this context",
         "a key can't stand here: is the indentation right?"},
};

static void tell_syntax_error(struct reader *reader)
{
        const yaml_parser_t *parser = &reader->parser;
        const char *problem = parser->problem ? parser->problem : "can't be read as YAML";
        struct att_config_place place = place_of(reader, &parser->problem_mark);

        if (parser->error == YAML_READER_ERROR) {
                /* The bytes are UTF-8, so that it is a control character; its mark says nothing. */
                place = place_of(reader, &parser->mark);
                problem = "a control character can't stand in YAML";
        }
        for (size_t i = 0; i < ATT_ARRAY_LEN(syntax_messages); i++) {
                if (strcmp(syntax_messages[i].theirs, problem) == 0) {
                        problem = syntax_messages[i].ours;
                }
        }
        att_config_errors_add(reader->errors, place, "%s", problem);
}

/* The tree ------------------------------------------------------------------------------------ */

/* A new node at a mark, or NULL and an error at the limit. */
static struct att_yaml_node *make_node(struct reader *reader, enum att_yaml_kind kind,
                                       const yaml_mark_t *mark)
{
        if (++reader->node_count > ATT_YAML_NODES_MAX) {
                att_config_errors_add(reader->errors, place_of(reader, mark),
                                      "too much in one file: at most %u keys and values",
                                      ATT_YAML_NODES_MAX);
                return NULL;
        }
        struct att_yaml_node *node = att_arena_take(&reader->arena, sizeof(*node));

        node->kind = kind;
        node->place = place_of(reader, mark);
        node->text = ATT_TEXT_NONE;
        return node;
}

/* Whether the next child of the innermost container is a mapping's key. */
static bool expects_key(const struct reader *reader)
{
        if (reader->depth == 0) {
                return false;
        }
        const struct open_node *innermost = &reader->open[reader->depth - 1];

        return innermost->node->kind == ATT_YAML_MAPPING &&
               (reader->pending_count - innermost->first) % 2 == 0;
}

static void push_pending(struct reader *reader, const struct att_yaml_node *node)
{
        if (reader->pending_count == reader->pending_capacity) {
                reader->pending_capacity = att_grown_capacity(reader->pending_capacity,
                                                              reader->pending_count + 1);
                reader->pending = att_realloc_array(reader->pending, reader->pending_capacity,
                                                    sizeof(*reader->pending));
        }
        reader->pending[reader->pending_count++] = node;
}

static bool refuse_extras(struct reader *reader, const yaml_char_t *anchor, const yaml_char_t *tag,
                          const yaml_mark_t *mark)
{
        if (anchor) {
                att_config_errors_add(reader->errors, place_of(reader, mark),
                                      "anchors (&%s) are not taken: write it out", anchor);
                return false;
        }
        if (tag) {
                att_config_errors_add(reader->errors, place_of(reader, mark),
                                      "tags (%s) are not taken: write the value alone", tag);
                return false;
        }
        return true;
}

static bool on_scalar(struct reader *reader, const yaml_event_t *event)
{
        if (!refuse_extras(reader, event->data.scalar.anchor, event->data.scalar.tag,
                           &event->start_mark)) {
                return false;
        }
        struct att_yaml_node *node = make_node(reader, ATT_YAML_SCALAR, &event->start_mark);

        if (!node) {
                return false;
        }
        node->is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
        node->text = att_arena_text(
                &reader->arena,
                att_text_of((const char *)event->data.scalar.value, event->data.scalar.length));
        if (memchr(node->text.data, 0, node->text.len)) {
                att_config_errors_add(reader->errors, node->place,
                                      "a text can't hold the character \\0");
                return false;
        }
        if (expects_key(reader) && node->is_plain && att_text_equals_c(node->text, "<<")) {
                att_config_errors_add(reader->errors, node->place,
                                      "merge keys (<<) are not taken: write it out");
                return false;
        }
        push_pending(reader, node);
        return true;
}

static bool open_container(struct reader *reader, enum att_yaml_kind kind,
                           const yaml_char_t *anchor, const yaml_char_t *tag,
                           const yaml_mark_t *mark)
{
        if (!refuse_extras(reader, anchor, tag, mark)) {
                return false;
        }
        if (expects_key(reader)) {
                att_config_errors_add(reader->errors, place_of(reader, mark),
                                      "a key is a word, not %s", att_yaml_kind_name(kind));
                return false;
        }
        if (reader->depth == ATT_YAML_DEPTH_MAX) {
                att_config_errors_add(reader->errors, place_of(reader, mark),
                                      "nested too deeply: at most %d levels", ATT_YAML_DEPTH_MAX);
                return false;
        }
        struct att_yaml_node *node = make_node(reader, kind, mark);

        if (!node) {
                return false;
        }
        push_pending(reader, node);
        reader->open[reader->depth++] = (struct open_node){node, reader->pending_count};
        return true;
}

/* The first place of a key, for finding the second. */
struct seen_key {
        struct att_map_node node;
        const struct att_yaml_node *key;
};

/* Tells keys that stand twice, and leaves the first ones. */
static void keep_first_keys(struct reader *reader, struct att_yaml_node *mapping,
                            const struct att_yaml_node **keys, const struct att_yaml_node **items)
{
        ATT_CLEANUP(att_free_pointer)
        struct seen_key *seen = att_alloc_array(mapping->count, sizeof(*seen));
        struct att_map map = {0};
        uint32_t kept = 0;

        for (uint32_t i = 0; i < mapping->count; i++) {
                const struct att_yaml_node *key = keys[i];
                struct att_map_node *earlier = att_map_find(&map, key->text);

                if (earlier) {
                        const struct att_yaml_node *first =
                                ATT_CONTAINER_OF(earlier, struct seen_key, node)->key;

                        att_config_errors_add(reader->errors, key->place,
                                              "'%.*s' stands here twice: first at %u:%u",
                                              ATT_TEXT_ARGS(key->text), first->place.line,
                                              first->place.column);
                        continue;
                }
                seen[i].key = key;
                att_map_add(&map, &seen[i].node, key->text);
                keys[kept] = key;
                items[kept++] = items[i];
        }
        att_map_deinit(&map);
        mapping->count = kept;
        mapping->keys = keys;
        mapping->items = items;
}

static const struct att_yaml_node **take_children(struct reader *reader, size_t first,
                                                  size_t stride, size_t count)
{
        const struct att_yaml_node **children = att_arena_take_array(&reader->arena, count,
                                                                     sizeof(*children));

        for (size_t i = 0; i < count; i++) {
                children[i] = reader->pending[first + i * stride];
        }
        return children;
}

static void close_container(struct reader *reader)
{
        const struct open_node *innermost = &reader->open[--reader->depth];
        struct att_yaml_node *node = innermost->node;
        const size_t children = reader->pending_count - innermost->first;

        if (node->kind == ATT_YAML_MAPPING) {
                node->count = (uint32_t)(children / 2);
                keep_first_keys(reader, node,
                                take_children(reader, innermost->first, 2, node->count),
                                take_children(reader, innermost->first + 1, 2, node->count));
        } else {
                node->count = (uint32_t)children;
                node->items = take_children(reader, innermost->first, 1, node->count);
        }
        reader->pending_count = innermost->first;
}

/* Takes one event into the tree. False and an error: stop. */
static bool take_event(struct reader *reader, const yaml_event_t *event)
{
        switch (event->type) {
        case YAML_SCALAR_EVENT:
                return on_scalar(reader, event);
        case YAML_SEQUENCE_START_EVENT:
                return open_container(reader, ATT_YAML_SEQUENCE, event->data.sequence_start.anchor,
                                      event->data.sequence_start.tag, &event->start_mark);
        case YAML_MAPPING_START_EVENT:
                return open_container(reader, ATT_YAML_MAPPING, event->data.mapping_start.anchor,
                                      event->data.mapping_start.tag, &event->start_mark);
        case YAML_SEQUENCE_END_EVENT:
        case YAML_MAPPING_END_EVENT:
                close_container(reader);
                return true;
        case YAML_ALIAS_EVENT:
                att_config_errors_add(reader->errors, place_of(reader, &event->start_mark),
                                      "aliases (*%s) are not taken: write it out",
                                      event->data.alias.anchor);
                return false;
        case YAML_NO_EVENT:
        case YAML_STREAM_START_EVENT:
        case YAML_STREAM_END_EVENT:
        case YAML_DOCUMENT_START_EVENT:
        case YAML_DOCUMENT_END_EVENT:
                return true;
        }
        return true;
}

static bool take_all_events(struct reader *reader)
{
        for (;;) {
                yaml_event_t event;

                if (!yaml_parser_parse(&reader->parser, &event)) {
                        tell_syntax_error(reader);
                        return false;
                }
                const bool is_end = event.type == YAML_STREAM_END_EVENT;
                const bool goes_on = take_event(reader, &event);

                yaml_event_delete(&event);
                if (is_end || !goes_on) {
                        return goes_on;
                }
        }
}

/* Bytes --------------------------------------------------------------------------------------- */

/* The place of the first byte that is not part of a well-formed UTF-8 character. */
static bool check_utf8(struct att_text source, struct att_text bytes,
                       struct att_config_errors *errors)
{
        struct att_config_place place = {source, 1, 1};
        size_t at = 0;

        while (at < bytes.len) {
                uint32_t code_point;
                const size_t len = att_text_decode(bytes, at, &code_point);

                if (len == 0) {
                        att_config_errors_add(errors, place,
                                              "byte 0x%02x is not UTF-8: save the file as UTF-8",
                                              (unsigned)(unsigned char)bytes.data[at]);
                        return false;
                }
                if (bytes.data[at] == '\n') {
                        place.line++;
                        place.column = 1;
                } else {
                        place.column++;
                }
                at += len;
        }
        return true;
}

bool att_yaml_parse(struct att_text source, struct att_text bytes, struct att_config_errors *errors,
                    struct att_yaml_file *ret_file)
{
        struct reader reader = {.errors = errors};
        bool is_done = false;

        if (bytes.len > ATT_YAML_BYTES_MAX) {
                att_config_errors_add(errors, (struct att_config_place){source, 0, 0},
                                      "too large: at most %u MiB a file", ATT_YAML_BYTES_MAX >> 20);
                return false;
        }
        if (!check_utf8(source, bytes, errors)) {
                return false;
        }
        reader.source = att_arena_text(&reader.arena, source);
        ATT_CHECK(yaml_parser_initialize(&reader.parser));
        yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
        yaml_parser_set_input_string(&reader.parser, (const unsigned char *)bytes.data, bytes.len);
        if (take_all_events(&reader)) {
                *ret_file = (struct att_yaml_file){
                        .documents = take_children(&reader, 0, 1, reader.pending_count),
                        .document_count = (uint32_t)reader.pending_count,
                };
                ret_file->arena = reader.arena;
                reader.arena = (struct att_arena){0};
                is_done = true;
        }
        yaml_parser_delete(&reader.parser);
        free(reader.pending);
        att_arena_deinit(&reader.arena);
        return is_done;
}

/* Reads all of an open file, up to one byte more than we take. 0 or a negative errno. */
static int read_all(int fd, struct att_buffer *into)
{
        while (into->len <= ATT_YAML_BYTES_MAX) {
                att_buffer_reserve(into, 65536);
                const ssize_t got = read(fd, into->data + into->len, 65535);

                if (got < 0 && errno == EINTR) {
                        continue;
                }
                if (got < 0) {
                        return -errno;
                }
                if (got == 0) {
                        return 0;
                }
                into->len += (size_t)got;
        }
        return 0;
}

int att_yaml_read_bytes(const char *path, struct att_buffer *into)
{
        const int fd = open(path, O_RDONLY | O_CLOEXEC);
        struct stat status;
        int result = 0;

        if (fd < 0) {
                return -errno;
        }
        if (fstat(fd, &status) < 0) {
                result = -errno;
        } else if (S_ISDIR(status.st_mode)) {
                result = -EISDIR;
        } else {
                result = read_all(fd, into);
        }
        (void)close(fd);
        return result;
}

int att_yaml_read(const char *path, struct att_text source, struct att_config_errors *errors,
                  struct att_yaml_file *ret_file)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer bytes = {0};
        const int result = att_yaml_read_bytes(path, &bytes);

        if (result < 0) {
                att_config_errors_add(errors, (struct att_config_place){source, 0, 0},
                                      "can't be read: %s", strerror(-result));
                return result;
        }
        return att_yaml_parse(source, att_buffer_text(&bytes), errors, ret_file) ? 0
                                                                                 : ATT_YAML_INVALID;
}

void att_yaml_file_deinit(struct att_yaml_file *file)
{
        att_arena_deinit(&file->arena);
        *file = (struct att_yaml_file){0};
}

/* Looking ------------------------------------------------------------------------------------- */

const struct att_yaml_node *att_yaml_find(const struct att_yaml_node *mapping, const char *key)
{
        if (mapping->kind != ATT_YAML_MAPPING) {
                return NULL;
        }
        for (uint32_t i = 0; i < mapping->count; i++) {
                if (att_text_equals_c(mapping->keys[i]->text, key)) {
                        return mapping->items[i];
                }
        }
        return NULL;
}

bool att_yaml_is_empty(const struct att_yaml_node *node)
{
        return node->kind == ATT_YAML_SCALAR && node->is_plain && node->text.len == 0;
}

const char *att_yaml_kind_name(enum att_yaml_kind kind)
{
        switch (kind) {
        case ATT_YAML_SCALAR:
                return "a value";
        case ATT_YAML_SEQUENCE:
                return "a list";
        case ATT_YAML_MAPPING:
                return "a mapping";
        }
        return "?";
}
