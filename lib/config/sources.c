/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/config/sources.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/buffer.h"
#include "lib/base/util.h"
#include "lib/config/yaml.h"

void att_config_sources_deinit(struct att_config_sources *sources)
{
        att_arena_deinit(&sources->arena);
        free(sources->items);
        *sources = (struct att_config_sources){0};
}

static struct att_config_source *add(struct att_config_sources *sources, struct att_text path)
{
        struct att_config_source *source;

        sources->items = att_realloc_array(sources->items, sources->count + 1u,
                                           sizeof(*sources->items));
        source = &sources->items[sources->count++];
        *source = (struct att_config_source){
                .path = att_arena_text(&sources->arena, path),
                .bytes = ATT_TEXT_NONE,
        };
        return source;
}

void att_config_sources_add(struct att_config_sources *sources, struct att_text path,
                            struct att_text bytes)
{
        struct att_config_source *source = add(sources, path);

        source->bytes = att_arena_text(&sources->arena, bytes);
        source->is_read = true;
}

void att_config_sources_set_by_hand(struct att_config_sources *sources, struct att_text path,
                                    struct att_text bytes)
{
        sources->by_hand = (struct att_config_source){
                .path = att_arena_text(&sources->arena, path),
                .bytes = att_arena_text(&sources->arena, bytes),
                .is_read = true,
        };
}

void att_config_sources_copy(struct att_config_sources *to, const struct att_config_sources *from)
{
        *to = (struct att_config_sources){0};
        to->path = att_arena_text(&to->arena, from->path);
        for (uint32_t i = 0; i < from->count; i++) {
                att_config_sources_add(to, from->items[i].path, from->items[i].bytes);
                to->items[i].is_read = from->items[i].is_read;
        }
        att_config_sources_set_by_hand(to, from->by_hand.path, from->by_hand.bytes);
}

/* Files ------------------------------------------------------------------- */

static int tell(struct att_config_errors *errors, const char *path, int failure)
{
        att_config_errors_add(errors,
                              (struct att_config_place){
                                      att_arena_text(&errors->arena, att_text_from(path)), 0, 0},
                              "can't be read: %s", strerror(-failure));
        return failure;
}

static void tell_folder(struct att_config_errors *errors, const char *path, uint32_t count)
{
        const struct att_config_place place = {att_arena_text(&errors->arena, att_text_from(path)),
                                               0, 0};

        if (count == 0) {
                att_config_errors_add(errors, place, "no *.yaml in this directory");
        } else {
                att_config_errors_add(errors, place, "too many files: %u, at most %d", count,
                                      ATT_CONFIG_FILES_MAX);
        }
}

/* Hidden files are editors' own. */
static bool is_wanted(const char *name)
{
        const size_t len = strlen(name);

        return name[0] != '.' && len > 5 && strcmp(name + len - 5, ".yaml") == 0;
}

static int compare_sources(const void *a, const void *b)
{
        return att_text_compare(((const struct att_config_source *)a)->path,
                                ((const struct att_config_source *)b)->path);
}

static int list_files(struct att_config_sources *sources, const char *path,
                      struct att_config_errors *errors)
{
        const size_t len = strlen(path);
        DIR *listing = opendir(path);
        const struct dirent *entry;

        if (!listing) {
                return tell(errors, path, -errno);
        }
        while ((entry = readdir(listing))) {
                ATT_CLEANUP(att_buffer_deinit) struct att_buffer name = {0};

                if (is_wanted(entry->d_name)) {
                        att_buffer_printf(&name, "%s%s%s", path,
                                          len > 0 && path[len - 1] == '/' ? "" : "/",
                                          entry->d_name);
                        (void)add(sources, att_buffer_text(&name));
                }
        }
        (void)closedir(listing);
        if (sources->count == 0 || sources->count > ATT_CONFIG_FILES_MAX) {
                tell_folder(errors, path, sources->count);
                sources->count = 0;
        } else {
                qsort(sources->items, sources->count, sizeof(*sources->items), compare_sources);
        }
        return 0;
}

static int find_files(struct att_config_sources *sources, const char *path,
                      struct att_config_errors *errors)
{
        struct stat status;

        if (stat(path, &status) < 0) {
                return tell(errors, path, -errno);
        }
        if (S_ISDIR(status.st_mode)) {
                return list_files(sources, path, errors);
        }
        (void)add(sources, att_text_from(path));
        return 0;
}

static int read_bytes(struct att_config_sources *sources, struct att_config_source *source,
                      struct att_config_errors *errors)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer bytes = {0};
        const int result = att_yaml_read_bytes(source->path.data, &bytes);

        if (result < 0) {
                return tell(errors, source->path.data, result);
        }
        source->bytes = att_arena_text(&sources->arena, att_buffer_text(&bytes));
        source->is_read = true;
        return 0;
}

static int read_by_hand(struct att_config_sources *sources, const char *path,
                        struct att_config_errors *errors)
{
        struct stat status;

        sources->by_hand = (struct att_config_source){.path = ATT_TEXT_NONE,
                                                      .bytes = ATT_TEXT_NONE};
        if (!path || (stat(path, &status) < 0 && errno == ENOENT)) {
                return 0;
        }
        sources->by_hand.path = att_arena_text(&sources->arena, att_text_from(path));
        return read_bytes(sources, &sources->by_hand, errors);
}

int att_config_sources_read(struct att_config_sources *sources, const char *path,
                            const char *by_hand, struct att_config_errors *errors)
{
        int result = find_files(sources, path, errors);
        int more;

        sources->path = att_arena_text(&sources->arena, att_text_from(path));
        for (uint32_t i = 0; i < sources->count; i++) {
                more = read_bytes(sources, &sources->items[i], errors);
                result = result < 0 ? result : more;
        }
        more = read_by_hand(sources, by_hand, errors);
        return result < 0 ? result : more;
}
