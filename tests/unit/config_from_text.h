/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration written in the test itself. */
#ifndef ATT_TESTS_UNIT_CONFIG_FROM_TEXT_H
#define ATT_TESTS_UNIT_CONFIG_FROM_TEXT_H

#include <check.h>

#include "lib/base/buffer.h"
#include "lib/config/compile.h"
#include "lib/config/errors.h"
#include "lib/config/yaml.h"
#include "lib/model/config.h"

/* Monday the 5th of January 2026, nine o'clock UTC. */
#define TEST_NOW_MS INT64_C(1767603600000)

/* NULL where it has errors; `told` (if not NULL) gets errors and warnings. */
static inline const struct att_config *compile_text_at(const char *text, int64_t now_ms,
                                                       struct att_buffer *told)
{
        struct att_config_errors errors = {0};
        struct att_yaml_file file;
        const struct att_config *config = NULL;

        if (att_yaml_parse(ATT_TEXT("test"), att_text_from(text), &errors, &file)) {
                if (!att_config_compile(file.documents[0], now_ms, &errors, &config)) {
                        config = NULL;
                }
                att_yaml_file_deinit(&file);
        }
        if (told) {
                att_config_errors_sort(&errors);
                att_config_errors_write(&errors, told);
        }
        att_config_errors_deinit(&errors);
        return config;
}

static inline const struct att_config *compile_text(const char *text, struct att_buffer *told)
{
        return compile_text_at(text, TEST_NOW_MS, told);
}

/* Fails the test, with the errors, where there are any. */
static inline const struct att_config *config_from_text_at(const char *text, int64_t now_ms)
{
        struct att_buffer told = {0};
        const struct att_config *config = compile_text_at(text, now_ms, &told);

        ck_assert_msg(config != NULL, "%s", told.data ? told.data : "no error, no configuration");
        att_buffer_deinit(&told);
        return config;
}

static inline const struct att_config *config_from_text(const char *text)
{
        return config_from_text_at(text, TEST_NOW_MS);
}

#endif
