/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "daemon/app.h"
#include "daemon/history_catch_up.h"
#include "daemon/log.h"
#include "daemon/options.h"
#include "daemon/snapshots.h"
#include "lib/store/failpoint.h"
#include "lib/store/sqlite.h"

/* For tests of what a crash at a certain place leaves (lib/store/failpoint.h). */
static bool arm_failpoint(void)
{
        const char *failpoint = getenv("ATTUNED_FAILPOINT");

        if (!failpoint || att_failpoint_arm(failpoint)) {
                return true;
        }
        log_error(NULL, "failpoint.wrong", failpoint);
        return false;
}

static int run(const struct options *options)
{
        if (options->make_snapshot) {
                return snapshots_make(options);
        }
        return options->catch_up_history ? history_catch_up(options) : app_run(options);
}

int main(int argc, char **argv)
{
        struct options options;

        switch (options_parse(argc, argv, &options)) {
        case OPTIONS_RUN:
                if (!arm_failpoint()) {
                        return 2;
                }
                att_sqlite_begin();
                return run(&options);
        case OPTIONS_SHOWN:
                return EXIT_SUCCESS;
        case OPTIONS_WRONG:
                break;
        }
        return 2;
}
