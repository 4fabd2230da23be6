/* SPDX-License-Identifier: Apache-2.0 */
/* attunectl config check */
#include <time.h>

#include "lib/base/util.h"
#include "lib/config/load.h"
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

static void write_text(struct ctl *ctl, const char *path, const struct att_config *config,
                       const struct att_config_errors *errors)
{
        struct att_buffer *out = &ctl->out;

        config_write_messages(out, errors);
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
                   "Each message is file:line:column: what is wrong. Exit status 1 if there is an "
                   "error; warnings alone are no error.",
        .words_min = 1,
        .words_max = 1,
        .run = run,
};
