/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunectl/config_load.h"

#include <stdio.h>
#include <time.h>

#include "lib/config/load.h"
#include "lib/wire/journal.h"
#include "tools/attunectl/arguments.h"
#include "tools/attunectl/show.h"

/* A configuration that changes under our hands again and again is not waited for. */
#define FETCH_PIECES_MAX 100000

const struct att_config *config_load(const char *path, struct att_config_errors *errors)
{
        const struct att_config *config = NULL;
        struct timespec now = {0};
        int result;

        (void)clock_gettime(CLOCK_REALTIME, &now);
        result = att_config_load_path(path, (int64_t)now.tv_sec * 1000, errors, &config);
        return result == ATT_CONFIG_OK ? config : NULL;
}

void config_write_messages(struct att_buffer *into, const struct att_config_errors *errors)
{
        struct att_buffer lines = {0};
        struct att_text rest;
        struct att_text line;

        att_config_errors_write(errors, &lines);
        rest = att_buffer_text(&lines);
        while (argument_split(rest, '\n', &line, &rest)) {
                show_plain(into, line);
                att_buffer_append_byte(into, '\n');
        }
        att_buffer_deinit(&lines);
}

bool config_fetch_bytes(struct ctl *ctl, enum att_wire_config_as as, uint64_t version,
                        struct att_buffer *bytes)
{
        char digest[ATT_DIGEST_TEXT_SIZE + 32] = "";
        struct att_wire_message question;
        struct att_wire_answer answer;

        for (int i = 0; i < FETCH_PIECES_MAX; i++) {
                att_wire_message_init(&question, ATT_WIRE_CONFIG);
                question.config.digest = att_text_from(digest);
                question.config.offset = bytes->len;
                question.config.as = as;
                question.config.version = version;
                if (!ctl_ask(ctl, &question, ATT_WIRE_RESULT_CONFIG, &answer)) {
                        return false;
                }
                if (answer.config.offset != bytes->len) {
                        att_buffer_clear(bytes);
                }
                if (answer.config.offset != bytes->len ||
                    answer.config.digest.len >= sizeof(digest)) {
                        continue;
                }
                att_buffer_append_text(bytes, answer.config.piece);
                (void)snprintf(digest, sizeof(digest), "%.*s", ATT_TEXT_ARGS(answer.config.digest));
                if (bytes->len >= answer.config.total) {
                        return true;
                }
                if (att_text_is_empty(answer.config.piece)) {
                        break;
                }
        }
        ctl_complain(ctl, "attuned did not give its whole configuration");
        return false;
}

const struct att_config *config_fetch(struct ctl *ctl)
{
        const struct att_config *config = NULL;
        struct att_buffer bytes = {0};

        if (config_fetch_bytes(ctl, ATT_WIRE_CONFIG_COMPILED, 0, &bytes) &&
            att_journal_take_config(att_buffer_text(&bytes), &config) != ATT_JOURNAL_OK) {
                ctl_complain(ctl, "attuned's configuration is of another version than this "
                                  "attunectl");
        }
        att_buffer_deinit(&bytes);
        return config;
}
