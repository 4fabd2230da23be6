/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/watchdog.h"
#include "lib/base/duration.h"
#include "lib/base/text.h"
#include "version.h"

static const char USAGE[] =
        "usage: attuned --config PATH --data DIR [options]\n"
        "\n"
        "  -c, --config PATH        the configuration: a YAML file, or a directory of them\n"
        "  -d, --data DIR           where the journal is kept; one attuned a directory\n"
        "  -s, --socket PATH        the unix socket (" OPTIONS_SOCKET_DEFAULT ")\n"
        "  -l, --listen HOST:PORT   also listen on TCP; front ends need a token there\n"
        "      --http HOST:PORT     also answer operators by HTTP: /metrics, /healthz, /readyz\n"
        "      --log PATH           write the route log, JSON lines (-: standard output)\n"
        "      --log-personal       and what is known of customers in its lines\n"
        "      --ready-fd N         write \"ready\" to this file descriptor and close it\n"
        "      --accept-differences start even if the journal now has other effects than it had\n"
        "      --keep DURATION      how long the journal is kept once snapshots cover it (7d)\n"
        "      --snapshot-every N   commands from one snapshot to the next (1000000)\n"
        "      --no-history         write no history; what is there stays as it is\n"
        "      --time-scale N       time runs N times as fast; for demonstrations and tests only\n"
        "      --memory-max MIB     give up the less needed before the process takes so much (three\n"
        "                           quarters of what there is)\n"
        "      --watchdog SECONDS   abort when the loop or the disk stood for so long (30; 0: never)\n"
        "  -V, --version\n"
        "  -h, --help\n"
        "\n"
        "SIGHUP reads the configuration again, SIGTERM drains and stops, SIGUSR1 reopens the log.\n";

enum {
        LONG_LOG = 256,
        LONG_LOG_PERSONAL,
        LONG_HTTP,
        LONG_READY_FD,
        LONG_ACCEPT_DIFFERENCES,
        LONG_TIME_SCALE,
        LONG_MEMORY_MAX,
        LONG_WATCHDOG,
        LONG_KEEP,
        LONG_SNAPSHOT_EVERY,
        LONG_NO_HISTORY,
        LONG_MAKE_SNAPSHOT,
        LONG_CATCH_UP_HISTORY,
};

static const struct option LONG_OPTIONS[] = {
        {"config", required_argument, NULL, 'c'},
        {"data", required_argument, NULL, 'd'},
        {"socket", required_argument, NULL, 's'},
        {"listen", required_argument, NULL, 'l'},
        {"http", required_argument, NULL, LONG_HTTP},
        {"log", required_argument, NULL, LONG_LOG},
        {"log-personal", no_argument, NULL, LONG_LOG_PERSONAL},
        {"ready-fd", required_argument, NULL, LONG_READY_FD},
        {"accept-differences", no_argument, NULL, LONG_ACCEPT_DIFFERENCES},
        {"time-scale", required_argument, NULL, LONG_TIME_SCALE},
        {"memory-max", required_argument, NULL, LONG_MEMORY_MAX},
        {"watchdog", required_argument, NULL, LONG_WATCHDOG},
        {"keep", required_argument, NULL, LONG_KEEP},
        {"snapshot-every", required_argument, NULL, LONG_SNAPSHOT_EVERY},
        {"no-history", no_argument, NULL, LONG_NO_HISTORY},
        {"make-snapshot", required_argument, NULL, LONG_MAKE_SNAPSHOT},
        {"catch-up-history", no_argument, NULL, LONG_CATCH_UP_HISTORY},
        {"version", no_argument, NULL, 'V'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
};

static enum options_result say_wrong(const char *what)
{
        fprintf(stderr, "attuned: %s\n%s", what, USAGE);
        return OPTIONS_WRONG;
}

static bool parse_number(const char *text, long min, long max, long *ret_number)
{
        char *end;
        long number;

        errno = 0;
        number = strtol(text, &end, 10);
        if (errno != 0 || end == text || *end != '\0' || number < min || number > max) {
                return false;
        }
        *ret_number = number;
        return true;
}

static enum options_result take_option(int option, struct options *options)
{
        long number;

        switch (option) {
        case 'c':
                options->config = optarg;
                return OPTIONS_RUN;
        case 'd':
                options->data = optarg;
                return OPTIONS_RUN;
        case 's':
                options->socket = optarg;
                return OPTIONS_RUN;
        case 'l':
                options->listen = optarg;
                return OPTIONS_RUN;
        case LONG_HTTP:
                options->http = optarg;
                return OPTIONS_RUN;
        case LONG_LOG:
                options->log = optarg;
                return OPTIONS_RUN;
        case LONG_LOG_PERSONAL:
                options->log_personal = true;
                return OPTIONS_RUN;
        case LONG_READY_FD:
                if (!parse_number(optarg, 0, 1 << 20, &number)) {
                        return say_wrong("--ready-fd takes the number of a file descriptor");
                }
                options->ready_fd = (int)number;
                return OPTIONS_RUN;
        case LONG_ACCEPT_DIFFERENCES:
                options->accept_differences = true;
                return OPTIONS_RUN;
        case LONG_TIME_SCALE:
                if (!parse_number(optarg, 1, OPTIONS_TIME_SCALE_MAX, &number)) {
                        return say_wrong("--time-scale takes a number from 1 to 10000");
                }
                options->time_scale = (uint32_t)number;
                return OPTIONS_RUN;
        case LONG_WATCHDOG:
                if (!parse_number(optarg, 0, WATCHDOG_S_MAX, &number)) {
                        return say_wrong("--watchdog takes a number of seconds from 0 to 3600");
                }
                options->watchdog_s = (uint32_t)number;
                return OPTIONS_RUN;
        case LONG_MEMORY_MAX:
                if (!parse_number(optarg, 1, OPTIONS_MEMORY_MIB_MAX, &number)) {
                        return say_wrong("--memory-max takes a number of MiB");
                }
                options->memory_mib_max = (uint32_t)number;
                return OPTIONS_RUN;
        case LONG_KEEP:
                if (att_duration_parse(att_text_from(optarg), &options->keep_ms) !=
                    ATT_DURATION_OK) {
                        return say_wrong("--keep takes a duration such as 7d or 12h");
                }
                return OPTIONS_RUN;
        case LONG_SNAPSHOT_EVERY:
                if (!parse_number(optarg, 1, OPTIONS_SNAPSHOT_COMMANDS_MAX, &number)) {
                        return say_wrong("--snapshot-every takes a number from 1 to 1000000000");
                }
                options->snapshot_commands = (uint64_t)number;
                return OPTIONS_RUN;
        case LONG_NO_HISTORY:
                options->no_history = true;
                return OPTIONS_RUN;
        case LONG_MAKE_SNAPSHOT:
                options->make_snapshot = optarg;
                return OPTIONS_RUN;
        case LONG_CATCH_UP_HISTORY:
                options->catch_up_history = true;
                return OPTIONS_RUN;
        case 'V':
                puts("attuned " ATT_VERSION);
                return OPTIONS_SHOWN;
        case 'h':
                fputs(USAGE, stdout);
                return OPTIONS_SHOWN;
        default: /* getopt_long() has said what is wrong with it. */
                fputs(USAGE, stderr);
                return OPTIONS_WRONG;
        }
}

enum options_result options_parse(int argc, char **argv, struct options *ret_options)
{
        struct options options = {
                .socket = OPTIONS_SOCKET_DEFAULT,
                .watchdog_s = WATCHDOG_S_DEFAULT,
                .ready_fd = -1,
                .time_scale = 1,
                .keep_ms = OPTIONS_KEEP_MS,
                .snapshot_commands = OPTIONS_SNAPSHOT_COMMANDS,
        };
        enum options_result result;
        int option;

        while ((option = getopt_long(argc, argv, "c:d:s:l:Vh", LONG_OPTIONS, NULL)) != -1) {
                result = take_option(option, &options);
                if (result != OPTIONS_RUN) {
                        return result;
                }
        }
        if (optind < argc) {
                return say_wrong("it takes options only");
        }
        if (!options.config || !options.data) {
                return say_wrong("--config and --data are needed");
        }
        *ret_options = options;
        return OPTIONS_RUN;
}
