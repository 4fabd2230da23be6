/* SPDX-License-Identifier: Apache-2.0 */
/* attunectl config reload */
#include "tools/attunectl/arguments.h"
#include "tools/attunectl/commands.h"
#include "tools/attunectl/config_load.h"
#include "tools/attunectl/show.h"

static void put_texts(struct att_json *json, const char *key, const struct att_text *texts,
                      uint32_t count)
{
        att_json_key(json, key);
        att_json_begin_array(json);
        for (uint32_t i = 0; i < count; i++) {
                att_json_text(json, texts[i]);
        }
        att_json_end_array(json);
}

static void write_json(struct ctl *ctl, const struct att_wire_reloaded *reloaded)
{
        struct att_json json;

        att_json_init(&json, &ctl->out);
        att_json_begin_object(&json);
        json_bool(&json, "ok", reloaded->error_count == 0);
        json_text(&json, "digest", reloaded->digest);
        json_bool(&json, "changed", reloaded->changed);
        put_texts(&json, "errors", reloaded->errors, reloaded->error_count);
        put_texts(&json, "warnings", reloaded->warnings, reloaded->warning_count);
        put_texts(&json, "changes", reloaded->changes, reloaded->change_count);
        att_json_end_object(&json);
        att_buffer_append_byte(&ctl->out, '\n');
}

static void write_lines(struct ctl *ctl, const struct att_text *texts, uint32_t count)
{
        for (uint32_t i = 0; i < count; i++) {
                show_plain(&ctl->out, texts[i]);
                att_buffer_append_byte(&ctl->out, '\n');
        }
}

static void write_text(struct ctl *ctl, const struct att_wire_reloaded *reloaded, bool only_check)
{
        write_lines(ctl, reloaded->errors, reloaded->error_count);
        write_lines(ctl, reloaded->warnings, reloaded->warning_count);
        write_lines(ctl, reloaded->changes, reloaded->change_count);
        if (reloaded->error_count > 0) {
                att_buffer_append_c(&ctl->out, "Nothing was applied; in force is still ");
        } else if (only_check) {
                att_buffer_append_c(&ctl->out, reloaded->changed
                                                       ? "It would be applied; in force is "
                                                       : "Nothing would change; in force is ");
        } else {
                att_buffer_append_c(&ctl->out, reloaded->changed
                                                       ? "Applied; in force is now "
                                                       : "Nothing has changed; in force is ");
        }
        show_plain(&ctl->out, reloaded->digest);
        att_buffer_append_c(&ctl->out, ".\n");
}

enum verdict config_reload(struct ctl *ctl, const struct att_wire_reload *ask)
{
        struct att_wire_message question;
        struct att_wire_answer answer;

        att_wire_message_init(&question, ATT_WIRE_RELOAD);
        question.reload = *ask;
        if (!ctl_ask(ctl, &question, ATT_WIRE_RESULT_RELOAD, &answer)) {
                return VERDICT_NO;
        }
        if (ctl->json) {
                write_json(ctl, &answer.reloaded);
        } else {
                write_text(ctl, &answer.reloaded, ask->only_check);
        }
        return answer.reloaded.error_count == 0 ? VERDICT_DONE : VERDICT_NO;
}

static enum verdict run(struct ctl *ctl, const struct arguments *arguments)
{
        const struct att_wire_reload ask = {
                .of = ATT_WIRE_RELOAD_FILES,
                .only_check = argument_is_given(arguments, "check"),
        };

        return config_reload(ctl, &ask);
}

static const struct option_row options[] = {
        {"check", NULL, "only say what would come of it", 'n'},
        {0},
};

const struct command command_config_reload = {
        .name = "config reload",
        .arguments = "[--check]",
        .summary = "have attuned read its configuration again, all of it or nothing",
        .details = "Nobody is signed out and nothing is dropped. With an error anywhere the "
                   "configuration in force stays as it is, and the exit status is 1.",
        .options = options,
        .run = run,
};
