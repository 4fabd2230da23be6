/* SPDX-License-Identifier: Apache-2.0 */
/* A damaged journal: batches, and the configurations in them. */
#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/wire/journal.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static struct att_journal_reader reader;
        const struct att_text bytes = {(const char *)data, size};
        struct att_command command;
        const struct att_config *config = NULL;

        if (att_journal_reader_open(&reader, bytes) == ATT_JOURNAL_OK) {
                struct att_buffer again = {0};

                while (att_journal_reader_next(&reader, &command) == ATT_JOURNAL_OK) {
                        att_buffer_clear(&again);
                        att_journal_put_command(&again, &command);
                }
                att_buffer_deinit(&again);
        }
        if (att_journal_take_config(bytes, &config) == ATT_JOURNAL_OK) {
                att_config_unref(config);
        }
        return 0;
}
