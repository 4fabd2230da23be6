/* SPDX-License-Identifier: Apache-2.0 */
/* The answer to a reload: errors, warnings and changes, as many lines as a frame holds. */
#include <stdlib.h>
#include <string.h>

#include "daemon/app.h"
#include "daemon/reload.h"
#include "lib/base/util.h"
#include "lib/wire/codec.h"

/* Of all lines; a frame holds 64 KiB, and a line takes some bytes beside its own. */
#define ANSWER_BYTES_MAX   48000
#define LINE_BYTES_BESIDES 4

struct lines {
        struct att_buffer bytes;
        struct att_text *items; /* Owned; they point into `bytes`. */
        uint32_t count;
};

static void lines_deinit(struct lines *lines)
{
        att_buffer_deinit(&lines->bytes);
        free(lines->items);
}

/* Sets the items to the lines that there is room for. */
static void split(struct lines *lines, size_t *room)
{
        const char *rest = lines->bytes.len ? lines->bytes.data : "";
        size_t capacity = 0;

        while (*rest != '\0') {
                size_t len = strcspn(rest, "\n");

                if (len + LINE_BYTES_BESIDES > *room) {
                        return;
                }
                if (lines->count == capacity) {
                        capacity = att_grown_capacity(capacity, lines->count + 1);
                        lines->items = att_realloc_array(lines->items, capacity,
                                                         sizeof(*lines->items));
                }
                lines->items[lines->count++] = att_text_of(rest, len);
                *room -= len + LINE_BYTES_BESIDES;
                rest += len + (rest[len] == '\n' ? 1 : 0);
        }
}

static void write_messages(const struct att_config_errors *errors, bool warnings,
                           struct att_buffer *into)
{
        for (uint32_t i = 0; i < errors->count; i++) {
                if (errors->items[i].is_warning == warnings) {
                        att_config_error_write(&errors->items[i], into);
                        if (into->data[into->len - 1] != '\n') {
                                att_buffer_append_byte(into, '\n');
                        }
                }
        }
}

void reload_answer(struct session *session, uint64_t request_id,
                   const struct att_config_errors *errors, const struct att_buffer *changes,
                   bool changed)
{
        struct lines wrong = {.count = 0};
        struct lines doubtful = {.count = 0};
        struct lines different = {.count = 0};
        size_t room = ANSWER_BYTES_MAX;
        struct att_wire_message message;

        write_messages(errors, false, &wrong.bytes);
        write_messages(errors, true, &doubtful.bytes);
        att_buffer_append_text(&different.bytes, att_buffer_text(changes));
        split(&wrong, &room);
        split(&different, &room);
        split(&doubtful, &room);
        att_wire_message_init(&message, ATT_WIRE_ANSWER);
        message.request_id = request_id;
        att_wire_answer_init(&message.answer, ATT_WIRE_RESULT_RELOAD);
        message.answer.reloaded = (struct att_wire_reloaded){
                .digest = att_text_from(session->app->publisher.config),
                .changed = changed,
                .errors = wrong.items,
                .error_count = wrong.count,
                .warnings = doubtful.items,
                .warning_count = doubtful.count,
                .changes = different.items,
                .change_count = different.count,
        };
        ATT_CHECK(att_wire_encode(session_out(session), &message));
        lines_deinit(&wrong);
        lines_deinit(&doubtful);
        lines_deinit(&different);
}
