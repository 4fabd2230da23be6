/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunesim/file_parts.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/buffer.h"
#include "lib/base/util.h"
#include "lib/config/calendar.h"
#include "lib/config/compile.h"
#include "lib/config/load.h"

bool file_start_read(struct att_config_errors *errors, const struct att_yaml_node *node,
                     int64_t *ret_ms)
{
        const struct att_text text = node->text;
        struct calendar_date date;
        int hour;
        int minute;
        int second;
        int len = 0;

        if (text.len != 20 || text.data[10] != 'T' ||
            !calendar_parse(att_text_of(text.data, 10), &date) ||
            sscanf(text.data + 10, "T%2d:%2d:%2dZ%n", &hour, &minute, &second, &len) != 3 ||
            len != 10 || hour > 23 || minute > 59 || second > 59 || date.year < 1970) {
                att_config_errors_add(errors, node->place,
                                      "expected a time of UTC such as 2026-01-05T09:00:00Z");
                return false;
        }
        *ret_ms = ((calendar_day_of(date) * 24 + hour) * 3600 + minute * INT64_C(60) + second) *
                  1000;
        return true;
}

const struct att_config *file_config_read(struct att_config_errors *errors,
                                          const struct att_yaml_node *node, struct att_text folder,
                                          int64_t now_ms)
{
        const struct att_config *config = NULL;

        if (node->kind != ATT_YAML_SCALAR) {
                struct att_config_errors found = {0};

                if (!att_config_compile(node, now_ms, &found, &config)) {
                        for (uint32_t i = 0; i < found.count; i++) {
                                if (!found.items[i].is_warning) {
                                        att_config_errors_add(
                                                errors, found.items[i].place, "%.*s",
                                                ATT_TEXT_ARGS(found.items[i].message));
                                }
                        }
                }
                att_config_errors_deinit(&found);
                return config;
        }
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer path = {0};

        if (node->text.len > 0 && node->text.data[0] != '/') {
                att_buffer_append_text(&path, folder);
        }
        att_buffer_append_text(&path, node->text);
        if (att_config_load_path(path.data, now_ms, errors, &config) != ATT_CONFIG_OK) {
                return NULL;
        }
        return config;
}

struct att_text file_folder_of(const char *path)
{
        const char *slash = strrchr(path, '/');

        return slash ? att_text_of(path, (size_t)(slash - path) + 1) : ATT_TEXT_NONE;
}
