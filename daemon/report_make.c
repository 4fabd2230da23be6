/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/report_make.h"

#include <errno.h>

#include "lib/config/period.h"
#include "lib/config/zone.h"

struct making {
        const char *path;
        const struct att_config *config;
        const struct att_wire_report_request *asked;
        int64_t now_ms;
        uint32_t threads;
        const atomic_bool *stop;
        struct att_arena arena;
        struct att_report *report;
        struct att_buffer *why;
        int result;
};

static const char *slices_of(enum att_wire_report_by by)
{
        switch (by) {
        case ATT_WIRE_BY_QUEUE:
                return "queue";
        case ATT_WIRE_BY_AGENT:
                return "agent";
        case ATT_WIRE_BY_TIER:
                return "tier";
        case ATT_WIRE_BY_CHANNEL:
                return "channel";
        case ATT_WIRE_BY_ALL:
        case ATT_WIRE_BY_COUNT:
                break;
        }
        return "";
}

static enum att_report_of of_of(enum att_wire_report_of of)
{
        switch (of) {
        case ATT_WIRE_REPORT_CUSTOMERS:
                return ATT_REPORT_OF_CUSTOMERS;
        case ATT_WIRE_REPORT_WORTH:
                return ATT_REPORT_OF_WORTH;
        case ATT_WIRE_REPORT_BONUS:
                return ATT_REPORT_OF_BONUS;
        case ATT_WIRE_REPORT_MEASURES:
        case ATT_WIRE_REPORT_LIVE:
        case ATT_WIRE_REPORT_COUNT:
                break;
        }
        return ATT_REPORT_OF_MEASURES;
}

/* The zone asked for, else the configured one, else that of the opening hours. */
static struct att_text zone_of(const struct making *making)
{
        const struct att_config *config = making->config;

        if (!att_text_is_empty(making->asked->zone)) {
                return making->asked->zone;
        }
        if (!att_text_is_empty(config->reports.zone)) {
                return config->reports.zone;
        }
        return config->hours_count > 0 ? config->hours[0].zone : ATT_TEXT("UTC");
}

static bool open_zone(struct making *making, struct att_text name, struct zone **ret_zone)
{
        const int result = zone_open(name, ret_zone);

        if (result == 0) {
                return true;
        }
        att_buffer_printf(making->why, "there is no time zone '%.*s'", ATT_TEXT_ARGS(name));
        if (result == -ENOENT) {
                const struct att_text nearest = zone_nearest(name, &making->arena);

                if (!att_text_is_empty(nearest)) {
                        att_buffer_printf(making->why, ", did you mean '%.*s'?",
                                          ATT_TEXT_ARGS(nearest));
                }
        }
        making->result = -EINVAL;
        return false;
}

static int64_t offset_in(const void *zone, int64_t utc_s)
{
        return zone_offset(zone, utc_s);
}

static bool take_instant(struct making *making, struct att_text text, bool is_end,
                         const struct zone *zone, int64_t *at_ms)
{
        if (att_text_is_empty(text) ||
            period_parse(text, is_end, zone, making->now_ms, at_ms, making->why)) {
                return true;
        }
        making->result = -EINVAL;
        return false;
}

static bool take_rules(struct making *making, struct att_report_ask *ask)
{
        ask->rules = making->config->reports;
        if (making->asked->service_level_ms > 0) {
                ask->rules.within_ms = making->asked->service_level_ms;
        }
        if (making->asked->short_ms != ATT_ABSENT) {
                ask->rules.short_ms = making->asked->short_ms;
        }
        if (!att_text_is_empty(making->asked->formula) &&
            !att_level_formula_find(making->asked->formula, &ask->rules.formula)) {
                att_buffer_printf(making->why,
                                  "'%.*s' is no formula of the service level: no-short, offered, "
                                  "answered, no-early or early",
                                  ATT_TEXT_ARGS(making->asked->formula));
                making->result = -EINVAL;
                return false;
        }
        return true;
}

/* The queues' own service levels, unless another was asked for. */
static void take_targets(struct making *making, struct att_report_ask *ask)
{
        const struct att_config *config = making->config;
        struct att_report_target *targets = att_arena_take_array(
                &making->arena, config->queue_count, sizeof(*targets));

        for (uint32_t i = 0; making->asked->service_level_ms <= 0 && i < config->queue_count; i++) {
                if (config->queues[i].service_level_ppm > 0) {
                        targets[ask->target_count++] = (struct att_report_target){
                                config->queues[i].name, config->queues[i].service_level_within_ms};
                }
        }
        ask->targets = targets;
}

static void take_bots(struct making *making, struct att_report_ask *ask)
{
        const struct att_config *config = making->config;
        struct att_text *bots = att_arena_take_array(&making->arena, config->agent_count,
                                                     sizeof(*bots));

        for (uint32_t i = 0; i < config->agent_count; i++) {
                if (config->agents[i].kind == ATT_AGENT_BOT) {
                        bots[ask->left_out_count++] = config->agents[i].id;
                }
        }
        ask->left_out = bots;
}

static void make_in(struct making *making, const struct zone *zone, struct att_text zone_name)
{
        const struct att_wire_report_request *asked = making->asked;
        struct att_report_ask ask = {
                .of = of_of(asked->of),
                .from_ms = asked->from_ms,
                .to_ms = asked->to_ms,
                .now_ms = making->now_ms,
                .slices = att_text_is_empty(asked->slices) ? att_text_from(slices_of(asked->by))
                                                           : asked->slices,
                .agent = asked->agent,
                .zone_name = zone_name,
                .offset = offset_in,
                .zone = zone,
                .bonus = &making->config->bonus,
                .threads = making->threads,
                .stop = making->stop,
        };

        if (!take_instant(making, asked->from, false, zone, &ask.from_ms) ||
            !take_instant(making, asked->to, true, zone, &ask.to_ms) || !take_rules(making, &ask)) {
                return;
        }
        take_targets(making, &ask);
        take_bots(making, &ask);
        making->result = att_report_make(making->path, &ask, making->report, making->why);
}

int report_make(const char *path, const struct att_config *config,
                const struct att_wire_report_request *asked, int64_t now_ms, uint32_t threads,
                const atomic_bool *stop, struct att_report *ret_report, struct att_buffer *why)
{
        struct making making = {
                .path = path,
                .config = config,
                .asked = asked,
                .now_ms = now_ms,
                .threads = threads,
                .stop = stop,
                .report = ret_report,
                .why = why,
        };
        const struct att_text name = zone_of(&making);
        struct zone *zone = NULL;

        *ret_report = (struct att_report){.zone = ATT_TEXT_NONE};
        if (open_zone(&making, name, &zone)) {
                make_in(&making, zone, name);
        }
        zone_close(zone);
        att_arena_deinit(&making.arena);
        return making.result;
}
