/* SPDX-License-Identifier: Apache-2.0 */
/*
 * More than can be done: is everybody told, does what exists go on, is what can be done still done?
 */
#include "tools/attune-bench/overload.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/base/util.h"
#include "tools/attune-bench/bench.h"
#include "tools/attune-bench/server.h"

void overload_front_end_name(char name[LINK_NAME_BYTES], unsigned number)
{
        (void)snprintf(name, LINK_NAME_BYTES, "pbx-%04u", number % 10000);
}

void overload_agent_name(char name[LINK_NAME_BYTES], unsigned number)
{
        (void)snprintf(name, LINK_NAME_BYTES, "agent-%05u", number % 100000);
}

void overload_contact_name(char name[LINK_NAME_BYTES], unsigned number)
{
        (void)snprintf(name, LINK_NAME_BYTES, "call-%09u", number);
}

void overload_ask_contact(struct link *link, const char *contact, const char *queue, uint8_t kind,
                          uint32_t subject)
{
        struct att_wire_message message;
        struct att_contact_request *request = &message.command.request;
        char customer[LINK_NAME_BYTES];

        att_wire_message_init(&message, ATT_WIRE_COMMAND);
        att_wire_command_init(&message.command, ATT_CMD_CONTACT_ADD);
        (void)snprintf(customer, sizeof(customer), "u-%u", subject % 50000);
        request->id = att_text_from(contact);
        request->channel = ATT_TEXT("voice");
        request->queue = att_text_from(queue);
        request->entry_point = ATT_TEXT("+34900100100");
        request->language = ATT_TEXT("es-ES");
        request->text = ATT_TEXT("I have lost my card");
        request->customer.id = att_text_from(customer);
        request->customer.name = ATT_TEXT("Jane Doe");
        (void)link_ask(link, &message, kind, subject);
}

void overload_add_figure(struct overload *overload, const char *name, const char *unit,
                         double value, int decimals)
{
        ATT_CHECK(overload->figure_count < OVERLOAD_FIGURES_MAX);
        overload->figures[overload->figure_count++] = (struct figure){
                .name = name, .unit = unit, .value = value, .decimals = decimals};
}

/* The server ---------------------------------------------------------------------------------- */

/* Nobody has the skill that the queue `nobody` wants: its contacts wait. */
static bool write_config(const struct overload *overload, int64_t agents, bool has_desktops)
{
        struct att_buffer yaml ATT_CLEANUP(att_buffer_deinit) = {0};
        struct att_buffer token ATT_CLEANUP(att_buffer_deinit) = {0};
        char name[LINK_NAME_BYTES];

        att_buffer_append_c(&yaml, "attune: 1\n"
                                   "skills: { cards: {}, magic: {} }\n"
                                   "channels: { voice: { units: 100, offer_timeout: 120s } }\n"
                                   "queues:\n"
                                   "  served: { requires: { cards: 1 } }\n"
                                   "  nobody: { requires: { magic: 1 } }\n"
                                   "agents:\n");
        for (unsigned i = 0; i < agents; i++) {
                overload_agent_name(name, i);
                att_buffer_printf(&yaml, "  %s: { skills: { cards: 5 } }\n", name);
        }
        att_buffer_append_c(&yaml, "access:\n");
        for (unsigned i = 0; i < overload->front_ends; i++) {
                overload_front_end_name(name, i);
                att_buffer_printf(&yaml, "  %s: { role: platform, token_file: token }\n", name);
        }
        for (unsigned i = 0; has_desktops && i < agents; i++) {
                overload_agent_name(name, i);
                att_buffer_printf(&yaml, "  %s: { role: agent, token_file: token }\n", name);
        }
        att_buffer_append_c(&token, OVERLOAD_TOKEN "\n");
        return server_write(overload->work, "config.yaml", &yaml) &&
               server_write(overload->work, "token", &token);
}

bool overload_start_configured(struct overload *overload)
{
        char data[PATH_MAX];

        (void)snprintf(data, sizeof(data), "%s/data", overload->work);
        bench_remove_tree(data);
        (void)snprintf(overload->place.path, sizeof(overload->place.path), "%.80s/attuned.sock",
                       overload->work);
        overload->server = server_start(overload->binary, overload->work, &overload->place);
        return overload->server > 0;
}

bool overload_start(struct overload *overload, int64_t agents, bool has_desktops)
{
        return write_config(overload, agents, has_desktops) && overload_start_configured(overload);
}

void overload_stop(struct overload *overload)
{
        server_stop(overload->server);
        overload->server = 0;
}

/* The command --------------------------------------------------------------------------------- */

static const struct part {
        const char *name;
        bool (*run)(struct overload *overload);
} PARTS[] = {
        {"burst", overload_burst},
        {"reconnect", overload_reconnect},
        {"knee", overload_knee},
        {"reload", overload_reload},
};

static bool run_parts(struct overload *overload, const char *part)
{
        for (size_t i = 0; i < ATT_ARRAY_LEN(PARTS); i++) {
                if (part && strcmp(part, PARTS[i].name) != 0) {
                        continue;
                }
                if (!PARTS[i].run(overload)) {
                        overload_stop(overload);
                        server_print_log(overload->work);
                        return false;
                }
        }
        return true;
}

/* Two ends of each connection: ours and the server's, which inherits the limit. */
static bool raise_files(int64_t connections)
{
        struct rlimit limit;

        if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
                return false;
        }
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
        if ((int64_t)limit.rlim_cur < connections + 100) {
                fprintf(stderr,
                        "attune-bench: %lld connections need a higher limit of open files\n",
                        (long long)connections);
                return false;
        }
        return true;
}

static bool is_part(const char *name)
{
        for (size_t i = 0; i < ATT_ARRAY_LEN(PARTS); i++) {
                if (strcmp(name, PARTS[i].name) == 0) {
                        return true;
                }
        }
        fprintf(stderr, "attune-bench: --part is burst, reconnect, knee or reload\n");
        return false;
}

int bench_overload(int argc, char **argv)
{
        const char *folder = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
        const char *attuned = NULL;
        const char *part = NULL;
        bool is_json = false;
        int status = 1;
        struct overload *overload = att_alloc(sizeof(*overload));
        const struct bench_option options[] = {
                {"--part", "burst, reconnect, knee or reload (all of them)", NULL, &part, NULL, 0,
                 0},
                {"--front-ends", "that bring contacts (8)", &overload->front_ends, NULL, NULL, 1,
                 1000},
                {"--agents", "who take them (2000)", &overload->agents, NULL, NULL, 1, 20000},
                {"--offered", "contacts in one second (100000)", &overload->offered, NULL, NULL, 1,
                 1000000},
                {"--desktops", "that come back in one second (10000)", &overload->desktops, NULL,
                 NULL, 1, 12000},
                {"--rate-max", "contacts a second, where the search ends (100000)",
                 &overload->rate_max, NULL, NULL, 100, 1000000},
                {"--seconds", "of twice the highest rate (5)", &overload->seconds, NULL, NULL, 2,
                 600},
                {"--signed-in", "agents while the configuration changes (1000)",
                 &overload->signed_in, NULL, NULL, 1, 10000},
                {"--waiting", "contacts meanwhile (10000)", &overload->waiting, NULL, NULL, 1,
                 100000},
                {"--reloads", "of the configuration, ten a second (600)", &overload->reloads, NULL,
                 NULL, 2, 100000},
                {"--attuned", "the daemon to measure (the one next to this program)", NULL,
                 &attuned, NULL, 0, 0},
                {"--folder", "where its journal is for the time ($TMPDIR)", NULL, &folder, NULL, 0,
                 0},
                {"--json", "one object instead of a table", NULL, NULL, &is_json, 0, 0},
        };

        *overload = (struct overload){.front_ends = 8,
                                      .agents = 2000,
                                      .offered = 100000,
                                      .desktops = 10000,
                                      .rate_max = 100000,
                                      .seconds = 5,
                                      .signed_in = 1000,
                                      .waiting = 10000,
                                      .reloads = 600};
        if (!bench_parse("overload", options, ATT_ARRAY_LEN(options), argc, argv) ||
            (part && !is_part(part))) {
                free(overload);
                return 2;
        }
        (void)signal(SIGPIPE, SIG_IGN);
        (void)snprintf(overload->work, sizeof(overload->work), "%s/attune-bench-XXXXXX", folder);
        if (!server_find(attuned, overload->binary)) {
                fprintf(stderr, "attune-bench: there is no attuned here; see --attuned\n");
        } else if (!mkdtemp(overload->work)) {
                fprintf(stderr, "attune-bench: %s: %s\n", overload->work, strerror(errno));
        } else {
                if (raise_files(att_max_i64(overload->desktops, overload->signed_in)) &&
                    run_parts(overload, part)) {
                        figures_print(overload->figures, overload->figure_count, is_json);
                        status = 0;
                }
                bench_remove_tree(overload->work);
        }
        free(overload);
        return status;
}
