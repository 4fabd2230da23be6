/* SPDX-License-Identifier: Apache-2.0 */
/* attunectl config check */
#include <time.h>

#include "lib/base/util.h"
#include "lib/config/load.h"
#include "lib/config/yaml.h"
#include "tools/attunectl/arguments.h"
#include "tools/attunectl/commands.h"
#include "tools/attunectl/config_load.h"
#include "tools/attunectl/show.h"

static void put_messages(struct att_json *json, const char *key,
                         const struct att_config_errors *errors, bool warnings)
{
        att_json_key(json, key);
        att_json_begin_array(json);
        for (uint32_t i = 0; i < errors->count; i++) {
                const struct att_config_error *error = &errors->items[i];

                if (error->is_warning != warnings) {
                        continue;
                }
                att_json_begin_object(json);
                json_text(json, "file", error->place.source);
                json_count(json, "line", error->place.line);
                json_count(json, "column", error->place.column);
                json_text(json, "message", error->message);
                att_json_end_object(json);
        }
        att_json_end_array(json);
}

static void write_json(struct ctl *ctl, const struct att_config *config,
                       const struct att_config_errors *errors)
{
        char digest[ATT_DIGEST_TEXT_SIZE];
        struct att_json json;

        att_json_init(&json, &ctl->out);
        att_json_begin_object(&json);
        json_bool(&json, "ok", config != NULL);
        if (config) {
                json_string(&json, "digest", att_digest_format(config->digest, digest));
        }
        json_count(&json, "error_count", errors->error_count);
        json_count(&json, "warning_count", errors->warning_count);
        put_messages(&json, "errors", errors, false);
        put_messages(&json, "warnings", errors, true);
        att_json_end_object(&json);
        att_buffer_append_byte(&ctl->out, '\n');
}

static void put_count(struct att_buffer *out, const char *before, uint32_t count, const char *noun)
{
        att_buffer_printf(out, "%s%u %s%s", before, count, noun, count == 1 ? "" : "s");
}

/* ---- The lines that are meant ---- */

#define LINE_COLUMNS_MAX 160 /* Of a line that is shown. */

/* The file that messages speak of: they come sorted, so one at a time will do. */
struct source {
        struct att_text path;
        struct att_buffer bytes;
};

static struct att_text line_of(struct source *source, const struct att_config_place *place)
{
        struct att_text rest;
        struct att_text line = ATT_TEXT_NONE;

        if (!att_text_equals(source->path, place->source)) {
                att_buffer_clear(&source->bytes);
                source->path = place->source;
                if (att_yaml_read_bytes(place->source.data, &source->bytes) < 0) {
                        att_buffer_clear(&source->bytes);
                }
                att_buffer_append_byte(&source->bytes, '\n'); /* The last line ends, too. */
        }
        rest = att_buffer_text(&source->bytes);
        for (uint32_t i = 0; i < place->line; i++) {
                if (!argument_split(rest, '\n', &line, &rest)) {
                        return ATT_TEXT_NONE;
                }
        }
        return line;
}

/* Where characters begin: columns are counted in them. */
static size_t byte_of_column(struct att_text line, uint32_t column)
{
        size_t at = 0;

        for (uint32_t i = 1; i < column && at < line.len; i++) {
                do {
                        at++;
                } while (at < line.len && ((unsigned char)line.data[at] & 0xc0) == 0x80);
        }
        return at;
}

/* The line, and a caret below the place. */
static void write_line(struct att_buffer *out, struct source *source,
                       const struct att_config_place *place)
{
        struct att_text line = place->line > 0 ? line_of(source, place) : ATT_TEXT_NONE;
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer plain = {0};
        struct att_text before;

        if (att_text_is_empty(line) || line.len > LINE_COLUMNS_MAX) {
                return;
        }
        before = att_text_of(line.data, byte_of_column(line, place->column));
        att_buffer_printf(out, "%6u | ", place->line);
        for (size_t i = 0; i < line.len; i++) { /* A tab is as wide as a terminal likes. */
                att_buffer_append_byte(&plain, line.data[i] == '\t' ? ' ' : line.data[i]);
        }
        show_plain(out, att_buffer_text(&plain));
        att_buffer_printf(out, "\n       | %*s^\n", show_width(before), "");
}

static void write_messages(struct att_buffer *out, const struct att_config_errors *errors)
{
        struct source source = {.path = ATT_TEXT_NONE};
        struct att_buffer message = {0};

        for (uint32_t i = 0; i < errors->count; i++) {
                att_buffer_clear(&message);
                att_config_error_write(&errors->items[i], &message);
                show_plain(out, att_buffer_text(&message));
                att_buffer_append_byte(out, '\n');
                write_line(out, &source, &errors->items[i].place);
        }
        if (errors->error_count + errors->warning_count > errors->count) {
                att_buffer_printf(out, "... and %u more\n",
                                  errors->error_count + errors->warning_count - errors->count);
        }
        att_buffer_deinit(&message);
        att_buffer_deinit(&source.bytes);
}

static void write_text(struct ctl *ctl, const char *path, const struct att_config *config,
                       const struct att_config_errors *errors)
{
        struct att_buffer *out = &ctl->out;

        write_messages(out, errors);
        if (!config) {
                att_buffer_printf(out, "%s", path);
                put_count(out, ": ", errors->error_count, "error");
                put_count(out, ", ", errors->warning_count, "warning");
                att_buffer_append_c(out, "\n");
                return;
        }
        att_buffer_printf(out, "%s is right", path);
        put_count(out, ": ", config->queue_count, "queue");
        put_count(out, ", ", config->agent_count, "agent");
        put_count(out, ", ", config->skill_count, "skill");
        if (errors->warning_count > 0) {
                put_count(out, "; ", errors->warning_count, "warning");
        }
        att_buffer_append_c(out, "\n");
}

static enum verdict run(struct ctl *ctl, const struct arguments *arguments)
{
        struct att_config_errors errors = {0};
        const char *path = arguments->words[0];
        const struct att_config *config = config_load(path, &errors);
        enum verdict verdict = config ? VERDICT_DONE : VERDICT_NO;

        if (ctl->json) {
                write_json(ctl, config, &errors);
        } else {
                write_text(ctl, path, config, &errors);
        }
        att_config_unref(config);
        att_config_errors_deinit(&errors);
        return verdict;
}

const struct command command_config_check = {
        .name = "config check",
        .arguments = "PATH",
        .summary = "every error and warning of a configuration; attuned need not run",
        .details = "PATH is a YAML file, or a directory whose *.yaml files are one configuration. "
                   "Each message is file:line:column: what is wrong, with the line and a caret "
                   "below the place. Exit status 1 if there is an error; warnings alone are no "
                   "error.",
        .words_min = 1,
        .words_max = 1,
        .run = run,
};
