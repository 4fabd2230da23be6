/* SPDX-License-Identifier: Apache-2.0 */
/* `attunesim schema`: the configuration's format, for editors and for the manual. */
#include <stdio.h>
#include <string.h>

#include "lib/base/buffer.h"
#include "lib/base/util.h"
#include "lib/config/schema.h"
#include "tools/attunesim/commands.h"

static const char help[] =
        "usage: attunesim schema [--reference | --manual]\n"
        "\n"
        "Prints the JSON Schema of a configuration (config/attune.schema.json), or with --reference\n"
        "the table of every key that docs/configuration.md ends in, or with --manual the end of\n"
        "attune.yaml(5).\n";

int command_schema(int argc, char **argv)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer text = {0};

        if (argc == 1) {
                att_config_schema_write(&text);
        } else if (argc == 2 && strcmp(argv[1], "--reference") == 0) {
                att_config_reference_write(&text);
        } else if (argc == 2 && strcmp(argv[1], "--manual") == 0) {
                att_config_manual_write(&text);
        } else {
                const int is_help = argc == 2 && strcmp(argv[1], "--help") == 0;

                fprintf(is_help ? stdout : stderr, "%s", help);
                return is_help ? EXIT_DONE : EXIT_USAGE;
        }
        printf("%s", text.data);
        return EXIT_DONE;
}
