/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "daemon/app.h"
#include "daemon/options.h"

int main(int argc, char **argv)
{
        struct options options;

        switch (options_parse(argc, argv, &options)) {
        case OPTIONS_RUN:
                return app_run(&options);
        case OPTIONS_SHOWN:
                return EXIT_SUCCESS;
        case OPTIONS_WRONG:
                break;
        }
        return 2;
}
