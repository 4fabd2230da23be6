/* SPDX-License-Identifier: Apache-2.0 */
/* A supervisor's configuration, as it is typed. It has errors, each with its place and sentence, or it is
 * a configuration that survives the journal and that an engine can start with. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/base/digest.h"
#include "lib/config/compile.h"
#include "lib/config/errors.h"
#include "lib/config/yaml.h"
#include "lib/core/core.h"
#include "lib/wire/journal.h"
#include "tests/fuzz/fuzz.h"

/* Monday the 5th of January 2026, nine o'clock UTC. */
#define NOW_MS INT64_C(1767603600000)

static void check_journaled(const struct att_config *config)
{
        struct att_buffer bytes = {0};
        const struct att_config *again = NULL;

        att_journal_put_config(&bytes, config);
        ATT_CHECK(att_journal_take_config(att_buffer_text(&bytes), &again) == ATT_JOURNAL_OK);
        ATT_CHECK(att_digest_equals(again->digest, config->digest));
        att_config_unref(again);
        att_buffer_deinit(&bytes);
}

static void check_started(const struct att_config *config)
{
        const struct att_command command = {
                .kind = ATT_CMD_CONFIG, .seq = 1, .at_ms = NOW_MS, .config = config};
        struct att_core *core = att_core_new();
        struct att_effects effects = {0};

        att_core_step(core, &command, &effects);
        ATT_CHECK(!att_effects_refusal(&effects));
        att_core_check(core);
        att_effects_deinit(&effects);
        att_core_free(core);
}

/* Every error says where it is, and something. */
static void check_errors(struct att_config_errors *errors)
{
        struct att_buffer told = {0};

        att_config_errors_sort(errors);
        att_config_errors_write(errors, &told);
        for (uint32_t i = 0; i < errors->count; i++) {
                ATT_CHECK(errors->items[i].message.len > 0);
        }
        ATT_CHECK(errors->count == 0 || told.len > 0);
        att_buffer_deinit(&told);
}

static void compile(const struct att_yaml_node *document, struct att_config_errors *errors)
{
        const struct att_config *config = NULL;

        if (att_config_compile(document, NOW_MS, errors, &config)) {
                ATT_CHECK(errors->error_count == 0);
                check_journaled(config);
                check_started(config);
                att_config_unref(config);
        } else {
                ATT_CHECK(errors->error_count > 0);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct att_config_errors errors = {0};
        struct att_yaml_file file;
        char *copy = malloc(size > 0 ? size : 1); /* Nothing behind it may be read. */

        ATT_CHECK(copy);
        if (size > 0) {
                memcpy(copy, data, size);
        }
        if (att_yaml_parse(ATT_TEXT("fuzz.yaml"), att_text_of(copy, size), &errors, &file)) {
                if (errors.error_count == 0 && file.document_count > 0) {
                        compile(file.documents[0], &errors);
                }
                att_yaml_file_deinit(&file);
        } else {
                ATT_CHECK(errors.error_count > 0);
        }
        check_errors(&errors);
        att_config_errors_deinit(&errors);
        free(copy);
        return 0;
}
