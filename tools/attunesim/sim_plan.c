/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunesim/sim_plan.h"

#include <math.h>
#include <string.h>

#include "lib/base/buffer.h"
#include "lib/base/util.h"
#include "lib/config/values.h"
#include "lib/model/limits.h"
#include "lib/model/serves.h"
#include "tools/attunesim/file_parts.h"
#include "tools/attunesim/request_form.h"
#include "tools/attunesim/sim_trace.h"

/* Monday the 5th of January 2026, midnight UTC. */
#define START_MS         INT64_C(1767571200000)

#define REPLICATIONS_MAX 100000
#define CONTACTS_MAX     INT64_C(10000000000)
#define CUSTOMERS_MAX    10000000
#define DEFAULT_TARGET   (20 * SIM_SECOND_US)
#define DEFAULT_INTERVAL (1800 * SIM_SECOND_US)
#define MICRO            1e6
#define DAY_S            86400.0

struct parse {
        struct sim_plan *plan;
        struct att_config_errors *errors;
        struct att_text folder;
        struct reading reading;
};

/* Small values ------------------------------------------------------------ */

static void read_us(struct parse *parse, const struct att_yaml_node *node, int64_t *us)
{
        int64_t ms;

        if (att_value_duration(parse->errors, node, 0, ATT_DURATION_MS_MAX, &ms)) {
                *us = ms * 1000;
        }
}

static void read_count(struct parse *parse, const struct att_yaml_node *node, int64_t most,
                       uint32_t *ret)
{
        int64_t value;

        if (att_value_whole(parse->errors, node, 1, most, &value)) {
                *ret = (uint32_t)value;
        }
}

static void read_double(struct parse *parse, const struct att_yaml_node *node, double most,
                        double *ret)
{
        int64_t micro;

        if (att_value_decimal(parse->errors, node, 6, 0, (int64_t)(most * MICRO), &micro)) {
                *ret = (double)micro / MICRO;
        }
}

static void read_dist(struct parse *parse, const struct att_yaml_node *node, enum sim_unit unit,
                      struct sim_dist *dist)
{
        (void)!sim_dist_read(parse->errors, &parse->plan->arena, node, unit, dist);
}

/* `2000000 contacts`, or a duration. */
static void read_extent(struct parse *parse, const struct att_yaml_node *node, int64_t least,
                        struct sim_extent *extent)
{
        static const char word[] = " contacts";
        struct att_yaml_node number = *node;
        int64_t value;

        if (!att_value_is(parse->errors, node, ATT_YAML_SCALAR,
                          "a number of contacts, such as 20000 contacts, or a duration")) {
                return;
        }
        if (node->text.len > sizeof(word) - 1 &&
            memcmp(node->text.data + node->text.len - (sizeof(word) - 1), word, sizeof(word) - 1) ==
                    0) {
                number.text.len -= sizeof(word) - 1;
                if (att_value_whole(parse->errors, &number, least, CONTACTS_MAX, &value)) {
                        *extent = (struct sim_extent){.is_contacts = true,
                                                      .contacts = (uint64_t)value};
                }
                return;
        }
        if (att_value_duration(parse->errors, node, least, ATT_DURATION_MS_MAX, &value)) {
                *extent = (struct sim_extent){.us = value * 1000};
        }
}

/* `1.4/min`, in contacts a second. */
static void read_rate(struct parse *parse, const struct att_yaml_node *node, double *ret_per_s)
{
        static const struct {
                const char *unit;
                double seconds;
        } units[] = {{"/s", 1}, {"/min", 60}, {"/h", 3600}, {"/d", DAY_S}};
        struct att_yaml_node number = *node;
        int64_t micro;

        if (!att_value_is(parse->errors, node, ATT_YAML_SCALAR, "a rate, such as 1.4/min")) {
                return;
        }
        for (size_t i = 0; i < ATT_ARRAY_LEN(units); i++) {
                size_t len = strlen(units[i].unit);

                if (node->text.len > len &&
                    memcmp(node->text.data + node->text.len - len, units[i].unit, len) == 0) {
                        number.text.len -= len;
                        if (att_value_decimal(parse->errors, &number, 6, 0, INT64_C(1000000000000),
                                              &micro)) {
                                *ret_per_s = (double)micro / MICRO / units[i].seconds;
                        }
                        return;
                }
        }
        att_config_errors_add(parse->errors, node->place,
                              "expected a rate such as 1.4/min, 10/h, 0.2/s or 300/d");
}

/* Rates ------------------------------------------------------------------- */

struct rate_form {
        const struct att_yaml_node *from;
        const struct att_yaml_node *rate;
};

static const struct field rate_items[] = {
        {"from", FIELD_NODE, .offset = offsetof(struct rate_form, from)},
        {"rate", FIELD_NODE, .offset = offsetof(struct rate_form, rate)},
};
static const struct fields rate_fields = {.name = "a rate", FIELDS_OF(rate_items)};

static void read_pieces(struct parse *parse, const struct att_yaml_node *node,
                        struct sim_stream *stream)
{
        bool is_list = node->kind == ATT_YAML_SEQUENCE;
        struct sim_piece *pieces = att_arena_take_array(&parse->plan->arena,
                                                        is_list ? node->count : 1, sizeof(*pieces));

        stream->pieces = pieces;
        stream->piece_count = is_list ? node->count : 1;
        if (!is_list) {
                read_rate(parse, node, &pieces[0].per_s);
                return;
        }
        for (uint32_t i = 0; i < node->count; i++) {
                struct rate_form form = {0};
                int64_t us = 0;

                fields_read(&parse->reading, &rate_fields, node->items[i], &form);
                if (!form.from || !form.rate) {
                        att_config_errors_add(parse->errors, node->items[i]->place,
                                              "expected { from: 8h, rate: 100/h }");
                        continue;
                }
                read_us(parse, form.from, &us);
                read_rate(parse, form.rate, &pieces[i].per_s);
                pieces[i].from_s = (double)us / MICRO;
                if (i > 0 && pieces[i].from_s <= pieces[i - 1].from_s) {
                        att_config_errors_add(parse->errors, form.from->place,
                                              "must be later than the one before");
                }
        }
        /* Times of a day come again every day. */
        if (node->count > 0 && pieces[node->count - 1].from_s < DAY_S) {
                stream->period_s = DAY_S;
        }
}

/* Arrivals ---------------------------------------------------------------- */

struct arrivals_form {
        const struct att_yaml_node *rate;
        const struct att_yaml_node *trace;
        const struct att_yaml_node *handle;
        const struct att_yaml_node *patience;
        const struct att_yaml_node *emotion;
        const struct att_yaml_node *customer;
        const struct att_yaml_node *customers;
        const struct att_yaml_node *redial;
};

static const struct field arrivals_items[] = {
        {"rate", FIELD_NODE, .offset = offsetof(struct arrivals_form, rate)},
        {"trace", FIELD_NODE, .offset = offsetof(struct arrivals_form, trace)},
        {"handle", FIELD_NODE, .offset = offsetof(struct arrivals_form, handle)},
        {"patience", FIELD_NODE, .offset = offsetof(struct arrivals_form, patience)},
        {"emotion", FIELD_NODE, .offset = offsetof(struct arrivals_form, emotion)},
        {"customer", FIELD_NODE, .offset = offsetof(struct arrivals_form, customer)},
        {"customers", FIELD_NODE, .offset = offsetof(struct arrivals_form, customers)},
        {"redial", FIELD_NODE, .offset = offsetof(struct arrivals_form, redial)},
};
static const struct fields arrivals_fields = {.name = "arrivals", FIELDS_OF(arrivals_items)};

struct person_form {
        const struct att_yaml_node *lifetime_value;
        const struct att_yaml_node *churn_risk;
};

static const struct field person_items[] = {
        {"lifetime_value", FIELD_NODE, .offset = offsetof(struct person_form, lifetime_value)},
        {"churn_risk", FIELD_NODE, .offset = offsetof(struct person_form, churn_risk)},
};
static const struct fields person_fields = {.name = "a customer", FIELDS_OF(person_items)};

struct redial_form {
        const struct att_yaml_node *share;
        const struct att_yaml_node *after;
};

static const struct field redial_items[] = {
        {"share", FIELD_NODE, .offset = offsetof(struct redial_form, share)},
        {"after", FIELD_NODE, .offset = offsetof(struct redial_form, after)},
};
static const struct fields redial_fields = {.name = "redial", FIELDS_OF(redial_items)};

/* Splits a mapping: what `fields` knows is read into `target`, the rest is a mapping of its own. */
static struct att_yaml_node take_fields(struct parse *parse, const struct fields *fields,
                                        const struct att_yaml_node *node, void *target)
{
        struct att_arena *arena = &parse->plan->arena;
        const struct att_yaml_node **keys[2];
        const struct att_yaml_node **items[2];
        struct att_yaml_node parts[2] = {*node, *node};

        for (int i = 0; i < 2; i++) {
                keys[i] = att_arena_take_array(arena, node->count, sizeof(*keys[i]));
                items[i] = att_arena_take_array(arena, node->count, sizeof(*items[i]));
                parts[i].keys = keys[i];
                parts[i].items = items[i];
                parts[i].count = 0;
        }
        for (uint32_t i = 0; i < node->count; i++) {
                int part = fields_find(fields, node->keys[i]->text) ? 0 : 1;

                keys[part][parts[part].count] = node->keys[i];
                items[part][parts[part].count] = node->items[i];
                parts[part].count++;
        }
        fields_read(&parse->reading, fields, &parts[0], target);
        return parts[1];
}

static void read_customer(struct parse *parse, const struct att_yaml_node *node,
                          struct sim_stream *stream)
{
        struct person_form form = {0};
        struct att_yaml_node rest;

        if (node->kind == ATT_YAML_SCALAR) {
                stream->request.customer.id = node->text;
                return;
        }
        if (!att_value_is(parse->errors, node, ATT_YAML_MAPPING, "a customer")) {
                return;
        }
        rest = take_fields(parse, &person_fields, node, &form);
        fields_read(&parse->reading, &request_customer_fields, &rest, &stream->request.customer);
        if (form.lifetime_value) {
                read_dist(parse, form.lifetime_value, SIM_NUMBERS, &stream->lifetime_value);
        }
        if (form.churn_risk) {
                read_dist(parse, form.churn_risk, SIM_NUMBERS, &stream->churn_risk);
        }
}

static void read_redial(struct parse *parse, const struct att_yaml_node *node,
                        struct sim_stream *stream)
{
        struct redial_form form = {0};

        fields_read(&parse->reading, &redial_fields, node, &form);
        if (!form.share || !form.after) {
                att_config_errors_add(parse->errors, node->place,
                                      "expected { share: 0.5, after: exp 30m }");
                return;
        }
        read_double(parse, form.share, 1, &stream->redial_share);
        read_dist(parse, form.after, SIM_DURATIONS, &stream->redial_after);
}

static void append_path(struct parse *parse, const struct att_yaml_node *node,
                        struct att_buffer *path)
{
        if (node->text.len > 0 && node->text.data[0] != '/') {
                att_buffer_append_text(path, parse->folder);
        }
        att_buffer_append_text(path, node->text);
}

static void read_trace(struct parse *parse, const struct att_yaml_node *node,
                       struct sim_stream *stream)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer path = {0};

        if (!att_value_is(parse->errors, node, ATT_YAML_SCALAR, "the path of a CSV file")) {
                return;
        }
        append_path(parse, node, &path);
        if (!sim_trace_read(path.data, &stream->request, parse->plan->config, &parse->plan->arena,
                            parse->errors, &stream->trace)) {
                return;
        }
        for (uint32_t i = 0; i < stream->trace.count && stream->handle.law == SIM_NONE; i++) {
                if (isnan(stream->trace.rows[i].handle_s)) {
                        att_config_errors_add(
                                parse->errors, node->place,
                                "line %u of the trace has no handle_s, and there is no "
                                "'handle' here: how long a conversation is",
                                stream->trace.rows[i].line);
                        return;
                }
        }
}

static void find_queue(struct parse *parse, const struct att_yaml_node *node,
                       struct sim_stream *stream)
{
        const struct att_yaml_node *queue = att_yaml_find(node, "queue");
        struct att_text nearest;

        stream->queue = ATT_NONE;
        if (!queue) {
                return;
        }
        stream->queue = att_config_find_queue(parse->plan->config, stream->request.queue);
        if (stream->queue == ATT_NONE) {
                nearest = att_config_nearest_queue(parse->plan->config, stream->request.queue);
                att_config_errors_add(parse->errors, queue->place,
                                      att_text_is_empty(nearest)
                                              ? "unknown queue '%.*s'%.*s"
                                              : "unknown queue '%.*s', did you mean '%.*s'?",
                                      ATT_TEXT_ARGS(stream->request.queue), ATT_TEXT_ARGS(nearest));
        }
}

static void find_channel(struct parse *parse, const struct att_yaml_node *node,
                         struct sim_stream *stream)
{
        const struct att_yaml_node *channel = att_yaml_find(node, "channel");
        const struct att_config *config = parse->plan->config;

        if (!channel) {
                stream->request.channel = ATT_TEXT("voice");
        }
        if (!config->channels_open &&
            att_config_find_channel(config, stream->request.channel) == ATT_NONE) {
                att_config_errors_add(parse->errors, channel ? channel->place : node->place,
                                      "unknown channel '%.*s'",
                                      ATT_TEXT_ARGS(stream->request.channel));
        }
}

static void read_model(struct parse *parse, const struct att_yaml_node *node,
                       const struct arrivals_form *form, struct sim_stream *stream)
{
        if (form->handle) {
                read_dist(parse, form->handle, SIM_DURATIONS, &stream->handle);
        } else if (!form->trace) {
                att_config_errors_add(
                        parse->errors, node->place,
                        "'handle' is missing: how long a conversation is, such as exp "
                        "3m");
        }
        if (form->patience) {
                read_dist(parse, form->patience, SIM_DURATIONS, &stream->patience);
        }
        if (form->emotion) {
                read_dist(parse, form->emotion, SIM_NUMBERS, &stream->emotion);
        }
        if (form->customer) {
                read_customer(parse, form->customer, stream);
        }
        if (form->customers) {
                read_count(parse, form->customers, CUSTOMERS_MAX, &stream->customers);
        }
        if (form->redial) {
                read_redial(parse, form->redial, stream);
        }
}

static void read_stream(struct parse *parse, const struct att_yaml_node *node,
                        struct sim_stream *stream)
{
        struct arrivals_form form = {0};
        struct request_form request;
        struct att_yaml_node rest;

        request_form_init(&request);
        *stream = (struct sim_stream){.place = node->place, .request = request.request};
        if (!att_value_is(parse->errors, node, ATT_YAML_MAPPING,
                          "arrivals, such as { queue: q, rate: 10/h, handle: exp 3m }")) {
                return;
        }
        rest = take_fields(parse, &arrivals_fields, node, &form);
        fields_read(&parse->reading, &request_contact_fields, &rest, &request);
        stream->request = request.request;
        find_queue(parse, node, stream);
        find_channel(parse, node, stream);
        read_model(parse, node, &form, stream);
        if (!form.rate == !form.trace) {
                att_config_errors_add(parse->errors, node->place,
                                      "expected one of 'rate' and 'trace'");
        } else if (form.rate) {
                read_pieces(parse, form.rate, stream);
        } else {
                read_trace(parse, form.trace, stream);
        }
}

static void read_arrivals(struct parse *parse, const struct att_yaml_node *node)
{
        struct sim_plan *plan = parse->plan;
        struct sim_stream *streams;

        if (!att_value_is(parse->errors, node, ATT_YAML_SEQUENCE, "a list of arrivals")) {
                return;
        }
        streams = att_arena_take_array(&plan->arena, node->count, sizeof(*streams));
        for (uint32_t i = 0; i < node->count; i++) {
                read_stream(parse, node->items[i], &streams[i]);
        }
        plan->streams = streams;
        plan->stream_count = node->count;
}

/* Agents ------------------------------------------------------------------ */

struct shift_form {
        const struct att_yaml_node *at;
        const struct att_yaml_node *ready;
        const struct att_yaml_node *pause;
        const struct att_yaml_node *offline;
        struct att_text reason;
};

static const struct field shift_items[] = {
        {"at", FIELD_NODE, .offset = offsetof(struct shift_form, at)},
        {"ready", FIELD_NODE, .offset = offsetof(struct shift_form, ready)},
        {"pause", FIELD_NODE, .offset = offsetof(struct shift_form, pause)},
        {"offline", FIELD_NODE, .offset = offsetof(struct shift_form, offline)},
        {"reason", FIELD_TEXT, .offset = offsetof(struct shift_form, reason)},
};
static const struct fields shift_fields = {.name = "a change of agents", FIELDS_OF(shift_items)};

struct shifts {
        struct sim_shift *items;
        uint32_t count;
};

static void add_shift(struct parse *parse, const struct att_yaml_node *name, struct sim_shift shift,
                      struct shifts *shifts)
{
        const struct att_config *config = parse->plan->config;
        struct att_text nearest;

        if (!att_value_is(parse->errors, name, ATT_YAML_SCALAR, "an agent")) {
                return;
        }
        shift.agent = att_config_find_agent(config, name->text);
        if (shift.agent != ATT_NONE) {
                shifts->items[shifts->count++] = shift;
                return;
        }
        nearest = att_config_nearest_agent(config, name->text);
        att_config_errors_add(parse->errors, name->place,
                              att_text_is_empty(nearest)
                                      ? "unknown agent '%.*s'%.*s"
                                      : "unknown agent '%.*s', did you mean '%.*s'?",
                              ATT_TEXT_ARGS(name->text), ATT_TEXT_ARGS(nearest));
}

static void add_shifts(struct parse *parse, const struct att_yaml_node *who, struct sim_shift shift,
                       struct shifts *shifts)
{
        if (!who) {
                return;
        }
        if (who->kind == ATT_YAML_SCALAR && att_text_equals_c(who->text, "all")) {
                for (uint32_t i = 0; i < parse->plan->config->agent_count; i++) {
                        shift.agent = i;
                        shifts->items[shifts->count++] = shift;
                }
                return;
        }
        if (who->kind == ATT_YAML_SCALAR) {
                add_shift(parse, who, shift, shifts);
                return;
        }
        for (uint32_t i = 0; i < who->count; i++) {
                add_shift(parse, who->items[i], shift, shifts);
        }
}

static uint32_t count_names(const struct parse *parse, const struct att_yaml_node *who)
{
        if (!who) {
                return 0;
        }
        return who->kind == ATT_YAML_SCALAR ? parse->plan->config->agent_count + 1 : who->count;
}

static void read_shift(struct parse *parse, const struct att_yaml_node *node,
                       const struct shift_form *form, int64_t before_us, struct shifts *shifts)
{
        struct sim_shift shift = {.reason = form->reason};

        if (!form->at) {
                att_config_errors_add(parse->errors, node->place,
                                      "expected { at: 8h, ready: [ann, bob] }");
                return;
        }
        read_us(parse, form->at, &shift.at_us);
        if (shift.at_us < before_us) {
                att_config_errors_add(parse->errors, form->at->place,
                                      "must not be earlier than the one before");
        }
        shift.kind = ATT_CMD_AGENT_OFFLINE;
        add_shifts(parse, form->offline, shift, shifts);
        shift.kind = ATT_CMD_AGENT_PAUSE;
        add_shifts(parse, form->pause, shift, shifts);
        shift.kind = ATT_CMD_AGENT_READY;
        shift.reason = ATT_TEXT_NONE;
        add_shifts(parse, form->ready, shift, shifts);
}

static void read_schedule(struct parse *parse, const struct att_yaml_node *node)
{
        struct sim_plan *plan = parse->plan;
        struct shift_form *forms = att_arena_take_array(&plan->arena, node->count, sizeof(*forms));
        struct shifts shifts = {0};
        size_t most = 0;

        for (uint32_t i = 0; i < node->count; i++) {
                fields_read(&parse->reading, &shift_fields, node->items[i], &forms[i]);
                most += count_names(parse, forms[i].ready) + count_names(parse, forms[i].pause) +
                        count_names(parse, forms[i].offline);
        }
        shifts.items = att_arena_take_array(&plan->arena, most, sizeof(*shifts.items));
        for (uint32_t i = 0; i < node->count; i++) {
                read_shift(parse, node->items[i], &forms[i],
                           shifts.count > 0 ? shifts.items[shifts.count - 1].at_us : 0, &shifts);
        }
        plan->shifts = shifts.items;
        plan->shift_count = shifts.count;
        if (shifts.count > 0 && shifts.items[0].at_us != shifts.items[shifts.count - 1].at_us &&
            shifts.items[shifts.count - 1].at_us < SIM_DAY_US) {
                plan->shift_period_us = SIM_DAY_US;
        }
}

static void read_agents(struct parse *parse, const struct att_yaml_node *node)
{
        struct sim_plan *plan = parse->plan;
        struct shifts shifts = {0};

        if (node && node->kind == ATT_YAML_SEQUENCE) {
                read_schedule(parse, node);
                return;
        }
        if (node && (node->kind != ATT_YAML_SCALAR || !att_text_equals_c(node->text, "all"))) {
                att_config_errors_add(parse->errors, node->place,
                                      "expected all, or a list such as [{ at: 8h, ready: [ann] }]");
                return;
        }
        shifts.items = att_arena_take_array(&plan->arena, plan->config->agent_count,
                                            sizeof(*shifts.items));
        for (uint32_t i = 0; i < plan->config->agent_count; i++) {
                shifts.items[i] = (struct sim_shift){.agent = i, .kind = ATT_CMD_AGENT_READY};
        }
        plan->shifts = shifts.items;
        plan->shift_count = plan->config->agent_count;
}

/* Effects ----------------------------------------------------------------- */

struct effects_form {
        const struct att_yaml_node *agent_speed;
        const struct att_yaml_node *same_agent;
        const struct att_yaml_node *emotion;
        const struct att_yaml_node *experience;
};

static const struct field effects_items[] = {
        {"agent_speed", FIELD_NODE, .offset = offsetof(struct effects_form, agent_speed)},
        {"same_agent", FIELD_NODE, .offset = offsetof(struct effects_form, same_agent)},
        {"emotion", FIELD_NODE, .offset = offsetof(struct effects_form, emotion)},
        {"experience", FIELD_NODE, .offset = offsetof(struct effects_form, experience)},
};
static const struct fields effects_fields = {.name = "effects", FIELDS_OF(effects_items)};

struct factor_form {
        const struct att_yaml_node *handle;
        const struct att_yaml_node *within;
};

static const struct field factor_items[] = {
        {"handle", FIELD_NODE, .offset = offsetof(struct factor_form, handle)},
        {"within", FIELD_NODE, .offset = offsetof(struct factor_form, within)},
};
static const struct fields factor_fields = {.name = "an effect", FIELDS_OF(factor_items)};

enum experience_part {
        EXPERIENCE_BASE,
        EXPERIENCE_AGENT,
        EXPERIENCE_SKILL,
        EXPERIENCE_WAIT,
        EXPERIENCE_UPSET,
        EXPERIENCE_HUMAN,
        EXPERIENCE_STRAIN,
        EXPERIENCE_SAME_AGENT,
        EXPERIENCE_FEEDBACK,
        EXPERIENCE_PARTS
};

struct experience_form {
        const struct att_yaml_node *parts[EXPERIENCE_PARTS];
};

#define PART(name_, part_)                                                                         \
        {                                                                                          \
                name_, FIELD_NODE, .offset = offsetof(struct experience_form, parts[part_])        \
        }
static const struct field experience_items[] = {
        PART("base", EXPERIENCE_BASE),         PART("agent", EXPERIENCE_AGENT),
        PART("skill", EXPERIENCE_SKILL),       PART("wait", EXPERIENCE_WAIT),
        PART("upset", EXPERIENCE_UPSET),       PART("human", EXPERIENCE_HUMAN),
        PART("strain", EXPERIENCE_STRAIN),     PART("same_agent", EXPERIENCE_SAME_AGENT),
        PART("feedback", EXPERIENCE_FEEDBACK),
};
static const struct fields experience_fields = {.name = "experience", FIELDS_OF(experience_items)};

static void read_experience(struct parse *parse, const struct att_yaml_node *node,
                            struct sim_experience *experience)
{
        struct experience_form form = {0};
        const struct {
                double *into;
                double most;
        } parts[EXPERIENCE_PARTS] = {
                [EXPERIENCE_BASE] = {&experience->base, 1},
                [EXPERIENCE_AGENT] = {&experience->agent_sd, 10},
                [EXPERIENCE_SKILL] = {&experience->skill, 10},
                [EXPERIENCE_WAIT] = {&experience->wait_per_min, 10},
                [EXPERIENCE_UPSET] = {&experience->upset, 10},
                [EXPERIENCE_HUMAN] = {&experience->human, 1},
                [EXPERIENCE_STRAIN] = {&experience->strain, 10},
                [EXPERIENCE_SAME_AGENT] = {&experience->same_agent, 10},
                [EXPERIENCE_FEEDBACK] = {&experience->feedback, 1},
        };

        *experience = (struct sim_experience){.is_declared = true, .base = 0.8};
        fields_read(&parse->reading, &experience_fields, node, &form);
        for (int i = 0; i < EXPERIENCE_PARTS; i++) {
                if (form.parts[i]) {
                        read_double(parse, form.parts[i], parts[i].most, parts[i].into);
                }
        }
        if (experience->base <= 0 || experience->base >= 1) {
                att_config_errors_add(parse->errors, form.parts[EXPERIENCE_BASE]->place,
                                      "must be above 0 and below 1: a share of conversations");
        }
}

static void read_effects(struct parse *parse, const struct att_yaml_node *node)
{
        struct sim_effects *effects = &parse->plan->effects;
        struct effects_form form = {0};
        struct factor_form same = {0};
        struct factor_form emotion = {0};
        int64_t us = 7 * SIM_DAY_US;

        fields_read(&parse->reading, &effects_fields, node, &form);
        if (form.agent_speed) {
                read_double(parse, form.agent_speed, 2, &effects->agent_speed_sd);
        }
        if (form.same_agent) {
                fields_read(&parse->reading, &factor_fields, form.same_agent, &same);
                if (same.handle) {
                        read_double(parse, same.handle, 10, &effects->same_agent_factor);
                }
                if (same.within) {
                        read_us(parse, same.within, &us);
                }
                effects->same_agent_within_s = (double)us / MICRO;
        }
        if (form.emotion) {
                fields_read(&parse->reading, &factor_fields, form.emotion, &emotion);
                if (emotion.handle) {
                        read_double(parse, emotion.handle, 10, &effects->emotion_factor);
                }
        }
        if (form.experience) {
                read_experience(parse, form.experience, &effects->experience);
        }
}

/* The whole --------------------------------------------------------------- */

struct plan_form {
        const struct att_yaml_node *config;
        const struct att_yaml_node *start;
        const struct att_yaml_node *seed;
        const struct att_yaml_node *replications;
        const struct att_yaml_node *warm_up;
        const struct att_yaml_node *length;
        const struct att_yaml_node *lines;
        const struct att_yaml_node *service_level;
        const struct att_yaml_node *interval;
        const struct att_yaml_node *agents;
        const struct att_yaml_node *arrivals;
        const struct att_yaml_node *effects;
        const struct att_yaml_node *value;
};

#define NODE(field_)                                                                               \
        {                                                                                          \
#field_, FIELD_NODE, .offset = offsetof(struct plan_form, field_)                  \
        }
static const struct field plan_items[] = {
        NODE(config),   NODE(start),   NODE(seed),     NODE(replications),  NODE(warm_up),
        NODE(length),   NODE(lines),   NODE(interval), NODE(service_level), NODE(agents),
        NODE(arrivals), NODE(effects), NODE(value),
};
static const struct fields plan_fields = {.name = "simulate", FIELDS_OF(plan_items)};

static void read_numbers(struct parse *parse, const struct plan_form *form)
{
        struct sim_plan *plan = parse->plan;
        int64_t seed;

        if (form->seed && att_value_whole(parse->errors, form->seed, 0, INT64_MAX, &seed)) {
                plan->seed = (uint64_t)seed;
        }
        if (form->replications) {
                read_count(parse, form->replications, REPLICATIONS_MAX, &plan->replications);
        }
        if (form->warm_up) {
                read_extent(parse, form->warm_up, 0, &plan->warm_up);
        }
        if (form->length) {
                read_extent(parse, form->length, 1, &plan->length);
        }
        if (form->lines) {
                read_count(parse, form->lines, UINT32_MAX, &plan->lines);
        }
        if (form->service_level) {
                read_us(parse, form->service_level, &plan->target_us);
        }
        if (form->interval) {
                read_us(parse, form->interval, &plan->interval_us);
                if (plan->interval_us < SIM_SECOND_US) {
                        att_config_errors_add(parse->errors, form->interval->place,
                                              "must be at least 1s");
                }
        }
}

static void read_values(struct parse *parse, const struct att_yaml_node *node)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer path = {0};

        if (!att_value_is(parse->errors, node, ATT_YAML_SCALAR, "the path of a CSV file")) {
                return;
        }
        append_path(parse, node, &path);
        parse->plan->values = sim_values_read(path.data, parse->plan->config, &parse->plan->arena,
                                              parse->errors);
}

static bool is_whole(struct parse *parse, const struct att_yaml_node *node,
                     const struct plan_form *form)
{
        if (!form->config || !form->arrivals || !form->length) {
                att_config_errors_add(parse->errors, node->place,
                                      "a simulation needs 'config', 'arrivals' and 'length'");
                return false;
        }
        return true;
}

bool sim_plan_from(const struct att_yaml_node *node, struct att_text folder,
                   struct att_config_errors *errors, struct sim_plan *ret_plan)
{
        struct plan_form form = {0};
        struct sim_plan *plan = ret_plan;
        uint32_t before = errors->error_count;
        struct parse parse = {.plan = plan, .errors = errors, .folder = folder};

        *plan = (struct sim_plan){
                .start_ms = START_MS,
                .seed = 1,
                .replications = 1,
                .target_us = DEFAULT_TARGET,
                .interval_us = DEFAULT_INTERVAL,
                .effects = {.same_agent_factor = 1, .emotion_factor = 1},
        };
        parse.reading = (struct reading){.errors = errors, .arena = &plan->arena};
        fields_read(&parse.reading, &plan_fields, node, &form);
        if (form.start && !file_start_read(errors, form.start, &plan->start_ms)) {
                return false;
        }
        parse.reading.start_ms = plan->start_ms;
        parse.reading.at_ms = plan->start_ms;
        read_numbers(&parse, &form);
        if (!is_whole(&parse, node, &form)) {
                return false;
        }
        plan->config = file_config_read(errors, form.config, folder, plan->start_ms);
        if (!plan->config) {
                return false;
        }
        read_arrivals(&parse, form.arrivals);
        read_agents(&parse, form.agents);
        if (form.effects) {
                read_effects(&parse, form.effects);
        }
        if (form.value) {
                read_values(&parse, form.value);
        }
        return errors->error_count == before;
}

int sim_plan_read(const char *path, struct att_config_errors *errors, struct sim_plan *ret_plan)
{
        struct att_yaml_file file;
        const struct att_yaml_node *simulate;
        bool is_read = false;
        int result = att_yaml_read(path, att_text_from(path), errors, &file);

        *ret_plan = (struct sim_plan){0};
        if (result != 0) {
                return result < 0 ? result : SIM_PLAN_INVALID;
        }
        simulate = file.document_count == 1 ? att_yaml_find(file.documents[0], "simulate") : NULL;
        if (!simulate || file.documents[0]->count != 1) {
                att_config_errors_add(errors, (struct att_config_place){att_text_from(path), 1, 1},
                                      "a simulation is one mapping, 'simulate:'");
        } else if (errors->error_count == 0) {
                is_read = sim_plan_from(simulate, file_folder_of(path), errors, ret_plan);
        }
        if (!is_read) {
                att_yaml_file_deinit(&file);
                return SIM_PLAN_INVALID;
        }
        ret_plan->file = file; /* Its texts are borrowed. */
        return 0;
}

void sim_plan_deinit(struct sim_plan *plan)
{
        att_config_unref(plan->config);
        att_arena_deinit(&plan->arena);
        att_yaml_file_deinit(&plan->file);
        *plan = (struct sim_plan){0};
}

/* What to expect ---------------------------------------------------------- */

static double expected_in_period(const struct sim_stream *stream, double from_s, double to_s)
{
        double sum = 0;

        for (uint32_t i = 0; i < stream->piece_count; i++) {
                double begin = stream->pieces[i].from_s;
                double end = i + 1 < stream->piece_count ? stream->pieces[i + 1].from_s
                                                         : (double)INFINITY;
                double from = fmax(begin, from_s);
                double to = fmin(end, to_s);

                if (to > from) {
                        sum += (to - from) * stream->pieces[i].per_s;
                }
        }
        return sum;
}

double sim_stream_expected(const struct sim_stream *stream, double from_s, double to_s)
{
        double sum = 0;

        if (stream->piece_count == 0) {
                for (uint32_t i = 0; i < stream->trace.count; i++) {
                        double at_s = (double)stream->trace.rows[i].at_us / MICRO;

                        sum += at_s >= from_s && at_s < to_s;
                }
                return sum;
        }
        if (stream->period_s <= 0) {
                return expected_in_period(stream, from_s, to_s);
        }
        for (double day = floor(from_s / stream->period_s); day * stream->period_s < to_s; day++) {
                double begin = day * stream->period_s;

                sum += expected_in_period(stream, fmax(from_s - begin, 0),
                                          fmin(to_s - begin, stream->period_s));
        }
        return sum;
}

double sim_stream_mean_rate(const struct sim_plan *plan, const struct sim_stream *stream)
{
        double span = DAY_S;

        if (!plan->length.is_contacts) {
                span = fmin(span, (double)(plan->warm_up.us + plan->length.us) / MICRO);
        }
        if (stream->piece_count == 0) {
                span = fmin(span,
                            (double)stream->trace.rows[stream->trace.count - 1].at_us / MICRO);
        }
        return span > 0 ? sim_stream_expected(stream, 0, span) / span : 0;
}

static uint32_t count_servers(const struct sim_plan *plan, uint32_t queue)
{
        uint32_t count = 0;

        for (uint32_t i = 0; i < plan->config->agent_count; i++) {
                count += att_config_serves(plan->config, i, queue, 0);
        }
        return count;
}

static double units_of(const struct sim_plan *plan, const struct sim_stream *stream)
{
        uint32_t channel = att_config_find_channel(plan->config, stream->request.channel);

        return channel == ATT_NONE ? 1 : plan->config->channels[channel].units / 100.0;
}

void sim_plan_warn(const struct sim_plan *plan, struct att_config_errors *errors)
{
        double patient_load = 0;

        for (uint32_t i = 0; i < plan->stream_count; i++) {
                const struct sim_stream *stream = &plan->streams[i];
                double load = sim_stream_mean_rate(plan, stream) * stream->handle.mean *
                              units_of(plan, stream);
                uint32_t servers = stream->queue == ATT_NONE ? plan->config->agent_count
                                                             : count_servers(plan, stream->queue);

                if (servers == 0) {
                        att_config_errors_warn(errors, stream->place,
                                               "no agent can serve queue '%.*s' as it begins",
                                               ATT_TEXT_ARGS(stream->request.queue));
                } else if (stream->patience.law == SIM_NONE && plan->lines == 0 &&
                           load >= servers) {
                        att_config_errors_warn(
                                errors, stream->place,
                                "the load is %.1f for %u agents and nobody gives up: "
                                "the queue grows without end",
                                load, servers);
                }
                patient_load += stream->patience.law == SIM_NONE ? load : 0;
        }
        if (plan->stream_count > 1 && plan->lines == 0 &&
            patient_load >= plan->config->agent_count) {
                att_config_errors_warn(errors, plan->streams[0].place,
                                       "the load of all who never give up is %.1f for %u agents",
                                       patient_load, plan->config->agent_count);
        }
}
