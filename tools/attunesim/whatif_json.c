/* SPDX-License-Identifier: Apache-2.0 */
/* A comparison as programs read it: one object. */
#include "lib/base/json.h"
#include "lib/base/util.h"
#include "tools/attunesim/whatif_result.h"

static const char *const side_names[WHATIF_SIDES] = {"before", "after"};

static void put_int(struct att_json *json, const char *key, int64_t value)
{
        att_json_key(json, key);
        att_json_int(json, value);
}

static void put_text(struct att_json *json, const char *key, struct att_text value)
{
        att_json_key(json, key);
        att_json_text(json, value);
}

static void put_seconds(struct att_json *json, const char *key, int64_t ms)
{
        att_json_key(json, key);
        att_json_scaled(json, ms, 3);
}

static void put_mean(struct att_json *json, const char *key, uint64_t sum, uint32_t draws)
{
        att_json_key(json, key);
        att_json_double(json, (double)sum / draws);
}

static void put_figures(struct att_json *json, const struct whatif_figures *figures, uint32_t draws,
                        bool has_level)
{
        att_json_begin_object(json);
        put_mean(json, "offered", figures->offered, draws);
        put_mean(json, "answered", figures->answered, draws);
        put_mean(json, "abandoned", figures->abandoned, draws);
        put_mean(json, "lost", figures->lost, draws);
        put_mean(json, "waiting", figures->still_waiting, draws);
        if (has_level && figures->offered > 0) {
                att_json_key(json, "service_level");
                att_json_double(json, (double)figures->within / (double)figures->offered);
        }
        if (figures->offered > 0) {
                put_seconds(json, "mean_wait_s", whatif_mean_wait_ms(figures));
                put_seconds(json, "longest_wait_s", figures->longest_ms / draws);
        }
        att_json_end_object(json);
}

static void put_sides(const struct whatif *whatif, struct att_json *json,
                      const struct whatif_figures sides[WHATIF_SIDES], bool has_level)
{
        for (int side = 0; side < WHATIF_SIDES; side++) {
                att_json_key(json, side_names[side]);
                put_figures(json, &sides[side], whatif->draws[side], has_level);
        }
}

static void put_range(struct att_json *json, const char *key, const struct whatif_range *range,
                      int decimals)
{
        att_json_key(json, key);
        att_json_begin_array(json);
        att_json_scaled(json, range->least, decimals);
        att_json_scaled(json, range->most, decimals);
        att_json_end_array(json);
}

static void put_spread(const struct whatif *whatif, struct att_json *json)
{
        put_int(json, "draws", whatif->draws[WHATIF_AFTER]);
        att_json_key(json, "spread");
        att_json_begin_object(json);
        put_range(json, "answered", &whatif->spread.answered, 0);
        put_range(json, "abandoned", &whatif->spread.abandoned, 0);
        put_range(json, "mean_wait_s", &whatif->spread.mean_wait_ms, 3);
        put_range(json, "moved", &whatif->spread.moved, 0);
        att_json_end_object(json);
}

static void put_queues(const struct whatif *whatif, struct att_json *json)
{
        att_json_key(json, "total");
        att_json_begin_object(json);
        put_sides(whatif, json, whatif->total, false);
        att_json_end_object(json);
        att_json_key(json, "queues");
        att_json_begin_array(json);
        for (uint32_t i = 0; i < whatif->queue_count; i++) {
                const struct whatif_queue *queue = &whatif->queues[i];

                att_json_begin_object(json);
                put_text(json, "queue", queue->name);
                if (queue->target_ms > 0) {
                        put_seconds(json, "target_s", queue->target_ms);
                }
                put_sides(whatif, json, queue->sides, queue->target_ms > 0);
                att_json_end_object(json);
        }
        att_json_end_array(json);
}

static void put_values(const struct whatif *whatif, struct att_json *json)
{
        att_json_key(json, "values");
        att_json_begin_array(json);
        for (uint32_t i = 0; i < whatif->value_count; i++) {
                const struct whatif_value *value = &whatif->values[i];

                att_json_begin_object(json);
                put_text(json, "currency", value->currency);
                put_int(json, "contacts", (int64_t)value->contacts);
                att_json_key(json, "value");
                att_json_double(json, value->value);
                for (int side = 0; side < WHATIF_SIDES; side++) {
                        att_json_key(json, side_names[side]);
                        att_json_begin_object(json);
                        att_json_key(json, "answered_value");
                        att_json_double(json, value->served[side] / whatif->draws[side]);
                        if (value->value > 0) {
                                put_seconds(json, "weighted_wait_s",
                                            (int64_t)(value->wait_ms[side] /
                                                      (value->value * whatif->draws[side])));
                        }
                        att_json_end_object(json);
                }
                att_json_end_object(json);
        }
        att_json_end_array(json);
}

static void put_agents(const struct whatif *whatif, struct att_json *json)
{
        att_json_key(json, "agents");
        att_json_begin_array(json);
        for (const struct whatif_agent *agent = whatif->day->agents; agent; agent = agent->next) {
                att_json_begin_object(json);
                put_text(json, "agent", agent->id);
                for (int side = 0; side < WHATIF_SIDES; side++) {
                        const struct whatif_work *work = &whatif->work[side][agent->index];

                        att_json_key(json, side_names[side]);
                        att_json_begin_object(json);
                        put_mean(json, "conversations", work->contacts, whatif->draws[side]);
                        put_seconds(json, "busy_s", work->busy_ms / whatif->draws[side]);
                        att_json_end_object(json);
                }
                att_json_end_object(json);
        }
        att_json_end_array(json);
}

static void put_fate(struct att_json *json, const struct whatif_fate *fate)
{
        att_json_begin_object(json);
        put_text(json, "queue", fate->last_queue);
        if (fate->is_answered) {
                put_text(json, "agent", fate->agent->id);
        } else if (fate->is_over) {
                att_json_key(json, "outcome");
                att_json_string(json, att_outcome_name(fate->outcome));
        }
        put_seconds(json, "waited_s", fate->waited_ms);
        att_json_end_object(json);
}

static void put_moves(const struct whatif *whatif, struct att_json *json)
{
        att_json_key(json, "contacts");
        att_json_begin_array(json);
        for (uint32_t i = 0; i < whatif->move_count; i++) {
                const struct whatif_move *move = &whatif->moves[i];
                const struct whatif_contact *contact = whatif->day->contacts[move->contact];

                att_json_begin_object(json);
                put_text(json, "contact", contact->id);
                put_int(json, "arrived_ms", contact->arrived_ms);
                for (int side = 0; side < WHATIF_SIDES; side++) {
                        att_json_key(json, side_names[side]);
                        put_fate(json, &whatif->courses[side].fates[move->contact]);
                }
                if (contact->first_agent) {
                        put_text(json, "recorded_agent", contact->first_agent->id);
                }
                att_json_key(json, "cause");
                att_json_string(json, whatif_cause_name(move->cause));
                put_text(json, "because", move->reason);
                att_json_end_object(json);
        }
        att_json_end_array(json);
}

static void put_trust(const struct whatif *whatif, struct att_json *json)
{
        att_json_key(json, "model");
        att_json_begin_object(json);
        put_int(json, "contacts", whatif->recorded);
        put_int(json, "same_agent", whatif->as_recorded);
        put_int(json, "same_wait", whatif->as_long);
        att_json_key(json, "assumptions");
        att_json_begin_array(json);
        for (uint32_t i = 0; whatif_assumption(i); i++) {
                att_json_string(json, whatif_assumption(i));
        }
        att_json_end_array(json);
        att_json_key(json, "notes");
        att_json_begin_array(json);
        for (uint32_t i = 0; i < whatif->note_count; i++) {
                att_json_text(json, att_buffer_text(&whatif->notes[i]));
        }
        att_json_end_array(json);
        att_json_end_object(json);
}

void whatif_write_json(const struct whatif *whatif, const struct whatif_show *show,
                       struct att_buffer *into)
{
        struct att_json json;

        att_json_init(&json, into);
        att_json_begin_object(&json);
        put_int(&json, "from_ms", whatif->day->begin_ms);
        put_int(&json, "until_ms", whatif->day->end_ms);
        put_int(&json, "seed", (int64_t)whatif->options.seed);
        put_spread(whatif, &json);
        put_queues(whatif, &json);
        put_values(whatif, &json);
        put_agents(whatif, &json);
        put_int(&json, "moved", whatif->move_count);
        if (show->has_contacts) {
                put_moves(whatif, &json);
        }
        put_trust(whatif, &json);
        att_json_end_object(&json);
        att_buffer_append_byte(into, '\n');
}
