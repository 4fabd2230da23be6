/* SPDX-License-Identifier: Apache-2.0 */
/* What all commands share: the connection, questions, complaints, and standard output. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/json.h"
#include "lib/base/util.h"
#include "tools/attunectl/command.h"
#include "tools/attunectl/show.h"

#define TOKEN_BYTES_MAX 1024

/* ---- Complaints ---- */

static void complain_json(struct ctl *ctl, const struct att_wire_error *error)
{
        struct att_json json;

        att_json_init(&json, &ctl->out);
        att_json_begin_object(&json);
        att_json_key(&json, "error");
        att_json_begin_object(&json);
        if (error->code != ATT_REFUSAL_NONE) {
                att_json_key(&json, "code");
                att_json_string(&json, att_refusal_name(error->code));
        }
        att_json_key(&json, "message");
        att_json_text(&json, error->message);
        if (!att_text_is_empty(error->field)) {
                att_json_key(&json, "field");
                att_json_text(&json, error->field);
        }
        if (!att_text_is_empty(error->nearest)) {
                att_json_key(&json, "nearest");
                att_json_text(&json, error->nearest);
        }
        if (error->retry_ms > 0) {
                att_json_key(&json, "retry_ms");
                att_json_int(&json, error->retry_ms);
        }
        att_json_end_object(&json);
        att_json_end_object(&json);
        att_buffer_append_byte(&ctl->out, '\n');
}

static struct att_text without_line_end(struct att_text text)
{
        while (text.len > 0 && text.data[text.len - 1] == '\n') {
                text.len--;
        }
        return text;
}

static void complain(struct ctl *ctl, struct att_wire_error *error)
{
        struct att_buffer line = {0};

        error->message = without_line_end(error->message);
        if (ctl->json) {
                complain_json(ctl, error);
                return;
        }
        (void)ctl_flush(ctl);
        att_buffer_printf(&line, "%s: ", ctl->program);
        if (error->code == ATT_REFUSAL_INVALID && !att_text_is_empty(error->field) &&
            !att_text_contains_nocase(error->message, error->field)) {
                show_plain(&line, error->field);
                att_buffer_append_c(&line, ": ");
        }
        show_plain(&line, error->message);
        if (!att_text_is_empty(error->nearest) &&
            !att_text_contains_nocase(error->message, ATT_TEXT("did you mean"))) {
                att_buffer_append_c(&line, ", did you mean '");
                show_plain(&line, error->nearest);
                att_buffer_append_c(&line, "'?");
        }
        if (error->code == ATT_REFUSAL_FULL && error->retry_ms > 0) {
                att_buffer_append_c(&line, "; try again in ");
                show_duration(&line, error->retry_ms);
        }
        fprintf(stderr, "%s\n", line.data);
        att_buffer_deinit(&line);
}

void ctl_complain(struct ctl *ctl, const char *format, ...)
{
        struct att_wire_error error = {.code = ATT_REFUSAL_NONE};
        char *text = NULL;
        va_list arguments;

        va_start(arguments, format);
        ATT_CHECK(vasprintf(&text, format, arguments) >= 0);
        va_end(arguments);
        error.message = att_text_from(text);
        complain(ctl, &error);
        free(text);
}

bool ctl_flush(struct ctl *ctl)
{
        bool written = ctl->out.len == 0 ||
                       fwrite(ctl->out.data, 1, ctl->out.len, stdout) == ctl->out.len;

        att_buffer_clear(&ctl->out);
        return fflush(stdout) == 0 && written;
}

/* ---- Asking ---- */

static bool read_token(struct ctl *ctl, struct att_buffer *into)
{
        char bytes[TOKEN_BYTES_MAX];
        FILE *file = fopen(ctl->token_file, "re");
        size_t len;

        if (!file) {
                ctl_complain(ctl, "can't read %s: %s", ctl->token_file, strerror(errno));
                return false;
        }
        len = fread(bytes, 1, sizeof(bytes), file);
        (void)fclose(file);
        while (len > 0 && (bytes[len - 1] == '\n' || bytes[len - 1] == '\r')) {
                len--;
        }
        att_buffer_append(into, bytes, len);
        return true;
}

bool ctl_connect(struct ctl *ctl)
{
        struct att_buffer why = {0};
        struct att_buffer token = {0};

        if (ctl->is_linked) {
                return true;
        }
        if (!ctl->token_file || read_token(ctl, &token)) {
                ctl->is_linked = link_open(&ctl->link, ctl->socket, att_text_from(ctl->name),
                                           att_buffer_text(&token), &why);
                if (!ctl->is_linked) {
                        ctl_complain(ctl, "%s", why.data);
                        link_close(&ctl->link);
                }
        }
        att_buffer_deinit(&token);
        att_buffer_deinit(&why);
        return ctl->is_linked;
}

static bool ask(struct ctl *ctl, const struct att_wire_message *question,
                enum att_wire_result_kind kind, bool tells, struct att_wire_answer *ret_answer)
{
        struct att_wire_answer answer;
        struct att_buffer why = {0};

        if (!ctl_connect(ctl)) {
                return false;
        }
        if (!link_ask(&ctl->link, question, &answer, &why)) {
                ctl_complain(ctl, "%s", why.data);
                att_buffer_deinit(&why);
                return false;
        }
        if (answer.kind == ATT_WIRE_RESULT_ERROR) {
                if (tells) {
                        complain(ctl, &answer.error);
                }
                return false;
        }
        if (answer.kind != kind) {
                ctl_complain(ctl, "attuned gave an answer that this attunectl does not know: "
                                  "they may be of different versions");
                return false;
        }
        *ret_answer = answer;
        return true;
}

bool ctl_ask(struct ctl *ctl, const struct att_wire_message *question,
             enum att_wire_result_kind kind, struct att_wire_answer *ret_answer)
{
        return ask(ctl, question, kind, true, ret_answer);
}

bool ctl_ask_quietly(struct ctl *ctl, const struct att_wire_message *question,
                     enum att_wire_result_kind kind, struct att_wire_answer *ret_answer)
{
        return ask(ctl, question, kind, false, ret_answer);
}

/* ---- Acting ---- */

static void show_done_json(struct ctl *ctl, const struct att_wire_done *done)
{
        struct att_json json;

        att_json_init(&json, &ctl->out);
        att_json_begin_object(&json);
        att_json_key(&json, "done");
        att_json_bool(&json, true);
        json_count(&json, "seq", done->seq);
        if (done->state < ATT_CONTACT_STATE_COUNT) {
                att_json_key(&json, "state");
                att_json_string(&json, att_contact_state_name(done->state));
        }
        json_text_if(&json, "queue", done->queue);
        if (done->position > 0) {
                json_count(&json, "position", done->position);
        }
        if (done->estimate_ms >= 0) {
                json_number(&json, "estimate_ms", done->estimate_ms);
        }
        json_text_if(&json, "agent", done->agent);
        if (done->offer > 0) {
                json_count(&json, "offer", done->offer);
        }
        json_bool(&json, "repeated", done->repeated);
        att_json_end_object(&json);
        att_buffer_append_byte(&ctl->out, '\n');
}

/* What became of the contact, as the end of a sentence. */
static void show_state(struct att_buffer *out, const struct att_wire_done *done)
{
        switch (done->state) {
        case ATT_CONTACT_SCHEDULED:
                att_buffer_append_c(out, ": it is scheduled");
                return;
        case ATT_CONTACT_QUEUED:
                att_buffer_append_c(out, ": it waits in ");
                show_plain(out, done->queue);
                if (done->position > 0) {
                        att_buffer_printf(out, " at position %u", done->position);
                }
                if (done->estimate_ms >= 0) {
                        att_buffer_append_c(out, ", for about ");
                        show_duration(out, done->estimate_ms);
                }
                return;
        case ATT_CONTACT_OFFERED:
                att_buffer_append_c(out, ": it is offered to ");
                show_plain(out, done->agent);
                return;
        case ATT_CONTACT_CONNECTED:
                att_buffer_append_c(out, ": it is with ");
                show_plain(out, done->agent);
                return;
        case ATT_CONTACT_CLOSED:
                att_buffer_append_c(out, ": it is closed");
                return;
        case ATT_CONTACT_STATE_COUNT:
                return;
        }
}

enum verdict ctl_do(struct ctl *ctl, const struct att_command *command, const char *sentence)
{
        struct att_wire_message message;
        struct att_wire_answer answer;

        att_wire_message_init(&message, ATT_WIRE_COMMAND);
        message.command = *command;
        if (!ctl_ask(ctl, &message, ATT_WIRE_RESULT_DONE, &answer)) {
                return VERDICT_NO;
        }
        if (ctl->json) {
                show_done_json(ctl, &answer.done);
                return VERDICT_DONE;
        }
        show_plain(&ctl->out, att_text_from(sentence));
        show_state(&ctl->out, &answer.done);
        att_buffer_append_c(&ctl->out, ".\n");
        return VERDICT_DONE;
}
