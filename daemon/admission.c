/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/admission.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "daemon/app.h"
#include "daemon/clock.h"
#include "lib/base/util.h"

#define SAMPLE_MS INT64_C(250)
#define TELL_MS   INT64_C(1000)

/* From which measure on a level holds; docs/operations.md has the same table. */
static const struct threshold {
        int64_t oldest_ms;   /* The oldest command that is not on disk yet. */
        uint32_t commands;   /* That are not on disk yet. */
        uint32_t waiting;    /* Requests in the lanes. */
        uint32_t memory_pct; /* Of what the process may take. */
} THRESHOLDS[LOAD_LEVEL_COUNT] = {
        [LOAD_FINE] = {0, 0, 0, 0},
        [LOAD_NO_STATISTICS] = {250, 8192, LANES_ITEMS_MAX / 4, 80},
        [LOAD_NO_QUERIES] = {500, 16384, LANES_ITEMS_MAX / 2, 85},
        [LOAD_NO_CONTACTS] = {1000, 32768, LANES_ITEMS_MAX, 90},
        [LOAD_NO_SESSIONS] = {2000, 65536, UINT32_MAX, 95},
};

static const char *const NAMES[LOAD_LEVEL_COUNT] = {
        [LOAD_FINE] = "fine",
        [LOAD_NO_STATISTICS] = "no_statistics",
        [LOAD_NO_QUERIES] = "no_queries",
        [LOAD_NO_CONTACTS] = "no_contacts",
        [LOAD_NO_SESSIONS] = "no_sessions",
};

const char *load_level_name(enum load_level level)
{
        return NAMES[level];
}

/* ---- Memory ---- */

/* The limit of the control group (version 2) that this process is in; 0: none. */
static int64_t find_group_limit(void)
{
        char line[512];
        char path[640];
        int64_t limit = 0;
        FILE *file = fopen("/proc/self/cgroup", "re");

        if (!file) {
                return 0;
        }
        path[0] = '\0';
        while (fgets(line, sizeof(line), file)) {
                if (strncmp(line, "0::", 3) == 0) {
                        line[strcspn(line, "\n")] = '\0';
                        (void)snprintf(path, sizeof(path), "/sys/fs/cgroup%s/memory.max", line + 3);
                }
        }
        (void)fclose(file);
        file = path[0] ? fopen(path, "re") : NULL;
        if (file) {
                if (fscanf(file, "%" SCNd64, &limit) != 1) {
                        limit = 0; /* "max" */
                }
                (void)fclose(file);
        }
        return limit;
}

void admission_init(struct admission *admission, int64_t memory_mib_max)
{
        const int64_t group = find_group_limit();
        int64_t bytes = (int64_t)(uv_get_total_memory() / 4 * 3);

        if (group > 0) {
                bytes = att_min_i64(bytes, group / 4 * 3);
        }
        *admission = (struct admission){
                .memory_bytes_max = memory_mib_max > 0 ? memory_mib_max << 20 : bytes};
}

static void sample_memory(struct admission *admission, int64_t now_ms)
{
        size_t rss;

        if (now_ms - admission->sampled_ms >= SAMPLE_MS) {
                admission->sampled_ms = now_ms;
                if (uv_resident_set_memory(&rss) == 0) {
                        admission->rss_bytes = (int64_t)rss;
                }
        }
}

/* ---- The level ---- */

static bool holds(const struct app *app, enum load_level level, int64_t oldest_ms)
{
        const struct threshold *threshold = &THRESHOLDS[level];
        const struct admission *admission = &app->admission;

        return oldest_ms >= threshold->oldest_ms ||
               writer_waiting(&app->writer) >= threshold->commands ||
               app->lanes.count >= threshold->waiting ||
               admission->rss_bytes >= admission->memory_bytes_max / 100 * threshold->memory_pct;
}

/* A level that held for an instant is worth a line, one that comes and goes is not worth many. */
static void tell(struct app *app, int64_t now_ms, int64_t oldest_ms)
{
        struct admission *admission = &app->admission;
        struct log_line line;

        if (admission->level > admission->worst) {
                admission->worst = admission->level;
        }
        if (admission->worst <= admission->told && now_ms - admission->told_ms < TELL_MS) {
                return;
        }
        if (admission->worst != admission->told) {
                log_begin(&line, "load.changed");
                log_string(&line, "level", NAMES[admission->worst]);
                log_number(&line, "oldest_ms", oldest_ms);
                log_number(&line, "commands", (int64_t)writer_waiting(&app->writer));
                log_number(&line, "waiting", (int64_t)app->lanes.count);
                log_number(&line, "rss_mib", admission->rss_bytes >> 20);
                log_end(&line);
        }
        admission->told = admission->worst;
        admission->worst = admission->level;
        admission->told_ms = now_ms;
}

void admission_measure(struct app *app)
{
        struct admission *admission = &app->admission;
        const int64_t now_ms = clock_monotonic_us() / 1000;
        const int64_t oldest_ms = writer_oldest_ms(&app->writer, now_ms);
        enum load_level level = LOAD_FINE;

        sample_memory(admission, now_ms);
        while (level + 1 < LOAD_LEVEL_COUNT && holds(app, level + 1, oldest_ms)) {
                level++;
        }
        admission->level = level;
        tell(app, now_ms, oldest_ms);
}

enum load_level admission_limit(const struct att_wire_message *message)
{
        switch (message->body) {
        case ATT_WIRE_QUEUES:
        case ATT_WIRE_AGENTS:
        case ATT_WIRE_SKILLS:
        case ATT_WIRE_REPORT:
                return LOAD_NO_STATISTICS;
        case ATT_WIRE_EXPLAIN:
        case ATT_WIRE_CONTACTS:
        case ATT_WIRE_CONFIG:
        case ATT_WIRE_TAIL:
                return LOAD_NO_QUERIES;
        case ATT_WIRE_COMMAND:
                return message->command.kind == ATT_CMD_CONTACT_ADD ? LOAD_NO_CONTACTS
                                                                    : LOAD_LEVEL_COUNT;
        case ATT_WIRE_HELLO:
                return LOAD_NO_SESSIONS;
        case ATT_WIRE_NONE:
        case ATT_WIRE_WELCOME:
        case ATT_WIRE_ANSWER:
        case ATT_WIRE_PUSH:
        case ATT_WIRE_ACK:
        case ATT_WIRE_PING:
        case ATT_WIRE_PONG:
        case ATT_WIRE_BYE:
        case ATT_WIRE_EVENTS:
        case ATT_WIRE_RINGING:
        case ATT_WIRE_STATUS:
        case ATT_WIRE_DRAIN:
        case ATT_WIRE_RELOAD:
        case ATT_WIRE_RECONCILE:
        case ATT_WIRE_CUSTOMERS:
        case ATT_WIRE_INCIDENTS:
        case ATT_WIRE_TAIL_STOP:
        case ATT_WIRE_BODY_COUNT:
                break;
        }
        return LOAD_LEVEL_COUNT;
}

bool admission_refuses(struct app *app, enum load_level limit)
{
        if (limit >= LOAD_LEVEL_COUNT || app->admission.level < limit) {
                return false;
        }
        app->admission.shed[limit]++;
        return true;
}

bool admission_is_full(const struct app *app)
{
        const struct att_config *config = att_core_config(app->writer.core);
        struct att_core_counts counts;
        uint64_t live = 0;

        att_core_counts(app->writer.core, &counts);
        for (int state = 0; state < ATT_CONTACT_CLOSED; state++) {
                live += counts.contacts[state];
        }
        return config && live >= config->contacts_max;
}
