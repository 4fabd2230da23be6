/* SPDX-License-Identifier: Apache-2.0 */
/* A scenario file: whatever is in it, it is refused with errors, or it runs to its end, the same way
 * twice. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/digest.h"
#include "lib/config/errors.h"
#include "lib/config/yaml.h"
#include "tests/fuzz/fuzz.h"
#include "tools/attunesim/scenario.h"

/* What takes longer says nothing new, and takes long. */
#define LENGTH_MS_MAX (INT64_C(8) * 24 * 3600 * 1000)

static bool is_short(const struct scenario *scenario)
{
        return scenario->step_count == 0 ||
               scenario->steps[scenario->step_count - 1].at_ms < LENGTH_MS_MAX;
}

static struct att_digest run(const struct scenario *scenario)
{
        struct scenario_result result = {0};
        struct att_digester digester;

        att_digester_init(&digester);
        scenario_run(scenario, false, &digester, &result);
        ATT_CHECK(result.has_passed == (result.difference.len == 0));
        scenario_result_deinit(&result);
        return att_digester_finish(&digester);
}

static void try(const struct att_yaml_node *document)
{
        struct att_config_errors errors = {0};
        struct scenario scenario;

        /* A path in it leads to no file. */
        if (scenario_parse(document, ATT_TEXT("/nowhere/"), &errors, &scenario)) {
                if (is_short(&scenario)) {
                        ATT_CHECK(att_digest_equals(run(&scenario), run(&scenario)));
                }
        } else {
                ATT_CHECK(errors.error_count > 0);
        }
        scenario_deinit(&scenario);
        att_config_errors_deinit(&errors);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct att_config_errors errors = {0};
        struct att_yaml_file file;
        char *copy = malloc(size > 0 ? size : 1);

        ATT_CHECK(copy);
        if (size > 0) {
                memcpy(copy, data, size);
        }
        if (att_yaml_parse(ATT_TEXT("fuzz.yaml"), att_text_of(copy, size), &errors, &file)) {
                for (uint32_t i = 0; i < file.document_count; i++) {
                        try(file.documents[i]);
                }
                att_yaml_file_deinit(&file);
        }
        att_config_errors_deinit(&errors);
        free(copy);
        return 0;
}
