/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunesim/sim_run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <gsl/gsl_randist.h>

#include "lib/base/keyheap.h"
#include "lib/base/map.h"
#include "lib/base/util.h"
#include "lib/core/core.h"
#include "lib/model/serves.h"
#include "tools/attunesim/sim_draw.h"
#include "tools/attunesim/sim_feelings.h"

#define SECOND        1e6
#define MICRO         1e6
#define ID_BYTES      24
#define STOP_EVERY    1024 /* Events between two looks at `stop`. */
#define SPEED_PURPOSE 0    /* Of chance; the streams' begin above it. */

enum event { EVENT_ARRIVAL, EVENT_GIVES_UP, EVENT_END, EVENT_REDIAL, EVENT_SHIFT };

/* A stream of contacts, in the agenda for its next arrival. */
struct source {
        struct att_keyheap_node in_agenda;
        struct sim_source chance;
        const struct sim_row *row;  /* Of the next arrival. */
        struct att_text *customers; /* Owned: their ids, made when first needed. */
        struct spoke *spoke;        /* Owned: whom they spoke with last; NULL: nobody asks. */
};

struct spoke {
        uint32_t agent;
        int64_t at_us;
};

/* A contact, from its arrival until nothing more can be heard of it. */
struct call {
        struct att_keyheap_node in_agenda; /* Giving up, the end of talking, calling again. */
        struct call *next;                 /* Of those that are free. */
        struct source *source;
        const struct sim_row *row;
        uint64_t serial;
        char id[ID_BYTES];
        uint32_t id_len;
        uint32_t queue; /* Counted under; ATT_NONE until it is known. */
        uint32_t agent;
        struct sim_person person;
        double emotion; /* Negative intensity. */
        double worth;   /* The customer's lifetime value; 0: not known. */
        int64_t arrived_us;
        int64_t answered_us;
        bool is_counted;
        bool is_waiting;
        bool is_connected;
        bool is_positive; /* The conversation will have ended well. */
        bool is_closed;
        bool is_finished; /* Wrap-up included. */
};

struct person {
        struct att_map_node by_id;
        uint32_t index;
        bool is_signed_in;
        int64_t since_us; /* Signed in, or busy: what is not yet counted begins here. */
        uint32_t interactions;
        int64_t busy_since_us;
        double speed;
};

struct pending {
        struct call *call;
        uint32_t agent;
        uint64_t offer;
};

struct sim {
        const struct sim_plan *plan;
        const struct sim_options *options;
        struct sim_tally *tally;
        struct att_core *core;
        struct att_effects effects;
        uint64_t seq;
        int64_t now_us;

        struct att_keyheap agenda;
        uint64_t next_order;
        struct source *sources;
        struct person *agents;
        struct sim_feelings feelings;
        struct att_map agents_by_id;
        uint8_t *is_best; /* Agents x queues: 0 no, 1 yes, 2: the queue asks for no skill. */
        struct att_keyheap_node next_shift_in_agenda;
        uint32_t next_shift;
        int64_t shift_day_us;

        struct call **calls; /* By serial, modulo the capacity: those that live. */
        uint64_t call_capacity;
        uint64_t next_serial;
        struct call *free_calls;
        uint32_t in_system; /* Contacts that take a line. */

        struct pending *pending; /* Offers to accept. */
        uint32_t pending_count;
        uint32_t pending_capacity;

        /* The span that counts. */
        uint64_t arrivals;
        uint64_t counted;
        uint64_t unresolved; /* Counted, neither answered nor gone. */
        bool is_open;
        bool is_over;
        int64_t open_us;
        int64_t over_us;
        uint32_t *waiting; /* Contacts that wait, by queue; the last: of none. */
        int64_t *waiting_since_us;
};

static void happen_later(struct sim *sim, struct att_keyheap_node *node, int64_t at_us,
                         enum event event)
{
        att_keyheap_add(&sim->agenda, node,
                        (struct att_keyheap_key){(uint64_t)at_us, sim->next_order++}, event);
}

static int64_t later_us(int64_t at_us, double seconds)
{
        return seconds * SECOND < (double)(SIM_NEVER_US / 4) ? at_us + (int64_t)(seconds * SECOND)
                                                             : SIM_NEVER_US;
}

/* Counting ---------------------------------------------------------------- */

static uint32_t row_of(const struct sim *sim, uint32_t queue)
{
        return queue == ATT_NONE ? sim->tally->queue_count : queue;
}

static struct sim_counts *counts_of(const struct sim *sim, const struct call *call)
{
        return sim_tally_queue(sim->tally, row_of(sim, call->queue));
}

/* The part of [from, to) that lies in the span. */
static double in_span_s(const struct sim *sim, int64_t from_us, int64_t to_us)
{
        int64_t from = att_max_i64(from_us, sim->open_us);
        int64_t to = sim->is_over ? att_min_i64(to_us, sim->over_us) : to_us;

        return sim->is_open && to > from ? (double)(to - from) / SECOND : 0;
}

static struct sim_bin *bin_at(const struct sim *sim, uint32_t queue, int64_t at_us)
{
        return sim_tally_bin(sim->tally, queue,
                             (uint32_t)(at_us % SIM_DAY_US / sim->plan->interval_us));
}

static bool has_bins(const struct sim *sim, uint32_t queue)
{
        return sim->tally->bin_count > 0 && queue != ATT_NONE;
}

/* Time, spread over the intervals it lies in; `field` is the offset of a sum in struct sim_bin. */
static void bin_time(struct sim *sim, uint32_t row, size_t field, int64_t from_us, int64_t to_us)
{
        int64_t at = att_max_i64(from_us, sim->open_us);
        int64_t end = sim->is_over ? att_min_i64(to_us, sim->over_us) : to_us;

        while (sim->is_open && sim->tally->bin_count > 0 && at < end) {
                int64_t day = at - at % SIM_DAY_US;
                int64_t next = day + att_min_i64(((at - day) / sim->plan->interval_us + 1) *
                                                         sim->plan->interval_us,
                                                 SIM_DAY_US);
                int64_t until = att_min_i64(next, end);
                char *bin = (char *)bin_at(sim, row, at);

                *(double *)(void *)(bin + field) += (double)(until - at) / SECOND;
                at = until;
        }
}

static void count_busy(struct sim *sim, const struct call *call, int64_t until_us)
{
        counts_of(sim, call)->busy_s += in_span_s(sim, call->answered_us, until_us);
        if (has_bins(sim, call->queue)) {
                bin_time(sim, call->queue, offsetof(struct sim_bin, busy_s), call->answered_us,
                         until_us);
        }
}

static void count_agent_busy(struct sim *sim, const struct person *agent)
{
        sim_tally_agent(sim->tally, agent->index)->busy_s += in_span_s(sim, agent->busy_since_us,
                                                                       sim->now_us);
        bin_time(sim, sim->tally->queue_count, offsetof(struct sim_bin, busy_s),
                 agent->busy_since_us, sim->now_us);
}

static void count_signed_in(struct sim *sim, const struct person *agent)
{
        sim_tally_agent(sim->tally, agent->index)->signed_in_s += in_span_s(sim, agent->since_us,
                                                                            sim->now_us);
        bin_time(sim, sim->tally->queue_count, offsetof(struct sim_bin, signed_in_s),
                 agent->since_us, sim->now_us);
}

static void change_waiting(struct sim *sim, uint32_t queue, int change)
{
        uint32_t row = row_of(sim, queue);

        sim_tally_queue(sim->tally, row)->queue_s +=
                sim->waiting[row] * in_span_s(sim, sim->waiting_since_us[row], sim->now_us);
        sim->waiting[row] += (uint32_t)change;
        sim->waiting_since_us[row] = sim->now_us;
}

static int64_t target_us(const struct sim *sim, uint32_t queue)
{
        return sim->plan->queue_targets_us && queue != ATT_NONE ? sim->plan->queue_targets_us[queue]
                                                                : sim->plan->target_us;
}

/* Once: it is answered, or gone. */
static void count_wait(struct sim *sim, struct call *call, bool is_answered)
{
        struct sim_counts *counts = counts_of(sim, call);
        int64_t wait_us = sim->now_us - call->arrived_us;
        double wait_s = (double)wait_us / SECOND;
        bool is_within = wait_us <= target_us(sim, call->queue);

        sim->unresolved--;
        counts->answered += is_answered;
        counts->within += is_answered && is_within;
        counts->short_waits += is_within;
        counts->waited += wait_us > 0;
        counts->wait_s += wait_s;
        counts->longest_s = fmax(counts->longest_s, wait_s);
        if (sim->plan->effects.experience.is_declared) {
                counts->felt++;
                counts->positive += call->is_positive;
                counts->worth += call->worth;
                counts->kept_worth += call->is_positive ? call->worth : 0;
        }
        if (has_bins(sim, call->queue)) {
                struct sim_bin *bin = bin_at(sim, call->queue, call->arrived_us);

                bin->entered++;
                bin->answered += is_answered;
                bin->within += is_answered && is_within;
                bin->wait_s += wait_s;
        }
}

static void count_answer(struct sim *sim, const struct call *call, double handle_s)
{
        struct sim_counts *counts = counts_of(sim, call);
        struct sim_agent_counts *agent = sim_tally_agent(sim->tally, call->agent);
        size_t pair;

        agent->handled++;
        agent->emotion += call->emotion;
        counts->handle_s += handle_s;
        if (call->queue == ATT_NONE) {
                return;
        }
        pair = (size_t)call->agent * sim->plan->config->queue_count + call->queue;
        if (sim->is_best[pair] != 2) {
                counts->skilled++;
                counts->best_skilled += sim->is_best[pair];
        }
        if (sim->plan->values && !isnanf(sim->plan->values[pair])) {
                counts->valued++;
                counts->value += (double)sim->plan->values[pair];
                agent->valued++;
                agent->value += (double)sim->plan->values[pair];
        }
}

static void tell_story(struct sim *sim, const struct call *call, bool is_blocked,
                       enum att_outcome outcome)
{
        struct sim_story story = {
                .stream = call->source->chance.stream,
                .row = call->row,
                .contact = att_text_of(call->id, call->id_len),
                .queue = call->queue,
                .agent = call->agent,
                .arrived_us = call->arrived_us,
                .wait_us = is_blocked           ? -1
                           : call->is_connected ? call->answered_us - call->arrived_us
                                                : sim->now_us - call->arrived_us,
                .is_blocked = is_blocked,
                .outcome = outcome,
        };

        if (sim->options->on_story && call->is_counted) {
                sim->options->on_story(sim->options->context, &story);
        }
}

/* Contacts that live ------------------------------------------------------ */

static void grow_calls(struct sim *sim)
{
        uint64_t capacity = sim->call_capacity * 2;
        struct call **calls = att_alloc_array(capacity, sizeof(struct call *));

        for (uint64_t i = 0; i < sim->call_capacity; i++) {
                if (sim->calls[i]) {
                        calls[sim->calls[i]->serial & (capacity - 1)] = sim->calls[i];
                }
        }
        free(sim->calls);
        sim->calls = calls;
        sim->call_capacity = capacity;
}

/* "c" and the number. */
static void write_id(struct call *call)
{
        char digits[ID_BYTES];
        uint32_t at = ID_BYTES;
        uint64_t left = call->serial;

        do {
                digits[--at] = (char)('0' + left % 10);
                left /= 10;
        } while (left > 0);
        digits[--at] = 'c';
        call->id_len = ID_BYTES - at;
        memcpy(call->id, digits + at, call->id_len);
}

static struct call *new_call(struct sim *sim, struct source *source, const struct sim_row *row,
                             bool is_redial)
{
        struct call *call = sim->free_calls;

        if (call) {
                sim->free_calls = call->next;
        } else {
                call = att_alloc(sizeof(*call));
        }
        *call = (struct call){
                .source = source,
                .row = row,
                .serial = sim->next_serial++,
                .queue = source->chance.stream->queue,
                .agent = ATT_NONE,
                .arrived_us = sim->now_us,
        };
        if (row && !att_text_is_empty(row->request.queue)) {
                call->queue = att_config_find_queue(sim->plan->config, row->request.queue);
        }
        sim_source_draw(&source->chance, row, is_redial, &call->person);
        write_id(call);
        while (sim->calls[call->serial & (sim->call_capacity - 1)]) {
                grow_calls(sim);
        }
        sim->calls[call->serial & (sim->call_capacity - 1)] = call;
        return call;
}

static void free_call(struct sim *sim, struct call *call)
{
        sim->calls[call->serial & (sim->call_capacity - 1)] = NULL;
        call->next = sim->free_calls;
        sim->free_calls = call;
}

static struct call *find_call(struct sim *sim, struct att_text id)
{
        uint64_t serial = 0;
        struct call *call;

        for (size_t i = 1; i < id.len; i++) {
                serial = serial * 10 + (uint64_t)(id.data[i] - '0');
        }
        call = sim->calls[serial & (sim->call_capacity - 1)];
        ATT_CHECK(call && call->serial == serial);
        return call;
}

static struct person *find_agent(struct sim *sim, struct att_text id)
{
        return ATT_CONTAINER_OF(att_map_find(&sim->agents_by_id, id), struct person, by_id);
}

/* The caller may try again; else that was all of it. */
static void leave(struct sim *sim, struct call *call)
{
        int64_t at_us = later_us(sim->now_us, call->person.redial_s);

        if (at_us == SIM_NEVER_US) {
                free_call(sim, call);
        } else {
                happen_later(sim, &call->in_agenda, at_us, EVENT_REDIAL);
        }
}

/* Hearing ----------------------------------------------------------------- */

static void hear_offer(struct sim *sim, const struct att_effect *effect)
{
        struct pending *pending;

        if (sim->pending_count == sim->pending_capacity) {
                sim->pending_capacity = (uint32_t)att_grown_capacity(sim->pending_capacity,
                                                                     sim->pending_count + 1u);
                sim->pending = att_realloc_array(sim->pending, sim->pending_capacity,
                                                 sizeof(*sim->pending));
        }
        pending = &sim->pending[sim->pending_count++];
        *pending = (struct pending){
                .call = find_call(sim, effect->contact),
                .agent = find_agent(sim, effect->agent)->index,
                .offer = effect->offer,
        };
}

static bool is_same_agent(const struct sim *sim, const struct call *call)
{
        const struct source *source = call->source;
        const struct spoke *spoke;

        if (!source->spoke || call->person.customer == ATT_NONE) {
                return false;
        }
        spoke = &source->spoke[call->person.customer];
        return spoke->agent == call->agent && (double)(sim->now_us - spoke->at_us) / SECOND <=
                                                      sim->plan->effects.same_agent_within_s;
}

static double handle_of(struct sim *sim, const struct call *call)
{
        const struct sim_effects *effects = &sim->plan->effects;
        double handle_s = call->person.handle_s * sim->agents[call->agent].speed;

        if (is_same_agent(sim, call)) {
                handle_s *= effects->same_agent_factor;
        }
        return handle_s * (1 + (effects->emotion_factor - 1) * call->emotion);
}

static void count_strain(struct sim *sim, uint32_t agent)
{
        const int64_t to_us = sim->is_over ? att_min_i64(sim->now_us, sim->over_us) : sim->now_us;

        if (sim->is_open) {
                sim_tally_agent(sim->tally, agent)->strain_s += sim_feelings_strain_s(
                        &sim->feelings, agent, sim->open_us, to_us);
        }
}

/* How it will have been is decided as it begins. */
static void feel(struct sim *sim, struct call *call)
{
        const struct sim_meeting meeting = {
                .agent = call->agent,
                .queue = call->queue,
                .emotion = call->emotion,
                .wait_s = (double)(sim->now_us - call->arrived_us) / SECOND,
                .is_same_agent = is_same_agent(sim, call),
        };

        if (sim->plan->effects.experience.is_declared) {
                call->is_positive = call->person.feels <
                                    sim_feelings_chance(&sim->feelings, &meeting, sim->now_us);
                count_strain(sim, call->agent);
                sim_feelings_meet(&sim->feelings, &meeting, sim->now_us);
        }
}

static void hear_connect(struct sim *sim, const struct att_effect *effect)
{
        struct call *call = find_call(sim, effect->contact);
        struct person *agent = find_agent(sim, effect->agent);
        double handle_s;

        att_keyheap_remove(&sim->agenda, &call->in_agenda);
        call->agent = agent->index;
        call->answered_us = sim->now_us;
        call->is_connected = true;
        if (call->queue == ATT_NONE) {
                call->queue = att_config_find_queue(sim->plan->config, effect->queue);
        }
        handle_s = handle_of(sim, call);
        feel(sim, call);
        if (agent->interactions++ == 0) {
                agent->busy_since_us = sim->now_us;
        }
        if (call->is_waiting) {
                call->is_waiting = false;
                change_waiting(sim, call->queue, -1);
                if (call->is_counted) {
                        count_wait(sim, call, true);
                        count_answer(sim, call, handle_s);
                }
        }
        happen_later(sim, &call->in_agenda, later_us(sim->now_us, handle_s), EVENT_END);
}

static void hear_closed(struct sim *sim, const struct att_effect *effect)
{
        struct call *call = find_call(sim, effect->contact);
        struct sim_counts *counts = counts_of(sim, call);

        call->is_closed = true;
        sim->in_system--;
        if (!call->is_connected) {
                att_keyheap_remove(&sim->agenda, &call->in_agenda);
        }
        if (call->is_waiting) {
                bool is_abandoned = effect->outcome == ATT_OUTCOME_ABANDONED;

                call->is_waiting = false;
                change_waiting(sim, call->queue, -1);
                if (call->is_counted) {
                        count_wait(sim, call, false);
                        counts->abandoned += is_abandoned;
                        counts->lost += !is_abandoned;
                        if (is_abandoned && has_bins(sim, call->queue)) {
                                bin_at(sim, call->queue, call->arrived_us)->abandoned++;
                        }
                }
        }
        tell_story(sim, call, false, effect->outcome);
        if (!call->is_connected) {
                leave(sim, call);
        } else if (call->is_finished) {
                free_call(sim, call);
        }
}

static void hear_finished(struct sim *sim, const struct att_effect *effect)
{
        struct call *call = find_call(sim, effect->contact);
        struct person *agent = find_agent(sim, effect->agent);

        count_busy(sim, call, sim->now_us);
        if (--agent->interactions == 0) {
                count_agent_busy(sim, agent);
        }
        call->is_finished = true;
        if (call->is_closed) {
                free_call(sim, call);
        }
}

/* A promise to call: it waits no longer at the line. */
static void hear_scheduled(struct sim *sim, const struct att_effect *effect)
{
        struct call *call = find_call(sim, effect->contact);

        att_keyheap_remove(&sim->agenda, &call->in_agenda);
        if (call->is_waiting) {
                call->is_waiting = false;
                change_waiting(sim, call->queue, -1);
                if (call->is_counted) {
                        sim->unresolved--;
                        counts_of(sim, call)->callbacks++;
                }
        }
}

static void hear_agent(struct sim *sim, const struct att_effect *effect)
{
        struct person *agent = find_agent(sim, effect->agent);
        bool is_signed_in = effect->presence != ATT_PRESENCE_OFFLINE;

        if (agent->is_signed_in && !is_signed_in) {
                count_signed_in(sim, agent);
        } else if (!agent->is_signed_in && is_signed_in) {
                agent->since_us = sim->now_us;
        }
        agent->is_signed_in = is_signed_in;
}

static void hear_refused(struct sim *sim, const struct att_effect *effect)
{
        if (sim->tally->refused++ == 0) {
                (void)snprintf(sim->tally->refusal, sizeof(sim->tally->refusal), "%s: %.*s",
                               effect->what ? effect->what : "", ATT_TEXT_ARGS(effect->reason));
        }
}

static void hear(struct sim *sim)
{
        for (uint32_t i = 0; i < sim->effects.count; i++) {
                const struct att_effect *effect = &sim->effects.items[i];

                switch ((int)effect->kind) {
                case ATT_EFFECT_OFFER:
                        hear_offer(sim, effect);
                        break;
                case ATT_EFFECT_CONNECT:
                        hear_connect(sim, effect);
                        break;
                case ATT_EFFECT_CLOSED:
                        hear_closed(sim, effect);
                        break;
                case ATT_EFFECT_FINISHED:
                        hear_finished(sim, effect);
                        break;
                case ATT_EFFECT_SCHEDULED:
                        hear_scheduled(sim, effect);
                        break;
                case ATT_EFFECT_AGENT:
                        hear_agent(sim, effect);
                        break;
                case ATT_EFFECT_REFUSED:
                        hear_refused(sim, effect);
                        break;
                default:
                        break;
                }
        }
}

/* Stepping ---------------------------------------------------------------- */

static void step(struct sim *sim, struct att_command *command)
{
        command->seq = ++sim->seq;
        command->at_ms = sim->plan->start_ms + sim->now_us / 1000;
        att_core_step(sim->core, command, &sim->effects);
        hear(sim);
}

/* Agents accept at once, in the order they were asked. */
static void accept_all(struct sim *sim)
{
        for (uint32_t i = 0; i < sim->pending_count; i++) {
                struct pending pending = sim->pending[i];
                struct att_command accept = {
                        .kind = ATT_CMD_OFFER_ACCEPT,
                        .contact = att_text_of(pending.call->id, pending.call->id_len),
                        .agent = sim->plan->config->agents[pending.agent].id,
                        .offer = {.offer = pending.offer},
                };

                /* Of several who were asked, the first has it. */
                if (!pending.call->is_connected && !pending.call->is_closed) {
                        step(sim, &accept);
                }
        }
        sim->pending_count = 0;
}

static void do_step(struct sim *sim, struct att_command *command)
{
        step(sim, command);
        accept_all(sim);
}

/* Arrivals ---------------------------------------------------------------- */

/* The span opens and ends by time ... */
static void pass_to(struct sim *sim, int64_t now_us)
{
        const struct sim_plan *plan = sim->plan;

        sim->now_us = att_max_i64(sim->now_us, now_us);
        if (!sim->is_open && !plan->warm_up.is_contacts && sim->now_us >= plan->warm_up.us) {
                sim->is_open = true;
                sim->open_us = plan->warm_up.us;
        }
        if (sim->is_open && !sim->is_over && !plan->length.is_contacts &&
            sim->now_us >= sim->open_us + plan->length.us) {
                sim->is_over = true;
                sim->over_us = sim->open_us + plan->length.us;
        }
}

/* ... or by contacts. Whether the one that arrives now counts. */
static bool counts_now(struct sim *sim)
{
        const struct sim_plan *plan = sim->plan;

        if (!sim->is_open && plan->warm_up.is_contacts && sim->arrivals >= plan->warm_up.contacts) {
                sim->is_open = true;
                sim->open_us = sim->now_us;
        }
        sim->arrivals++;
        if (!sim->is_open || sim->is_over) {
                return false;
        }
        sim->counted++;
        if (plan->length.is_contacts && sim->counted == plan->length.contacts) {
                sim->is_over = true;
                sim->over_us = sim->now_us;
        }
        return true;
}

static struct att_text customer_id(struct source *source, uint32_t customer, uint32_t stream)
{
        struct att_text *id;
        char text[32];
        int len;

        if (!source->customers) {
                source->customers = att_alloc_array(source->chance.stream->customers,
                                                    sizeof(*source->customers));
        }
        id = &source->customers[customer];
        if (!id->data) {
                len = snprintf(text, sizeof(text), "u%u-%u", stream, customer);
                *id = att_text_of(att_strndup(text, (size_t)len), (size_t)len);
        }
        return *id;
}

static void fill_request(struct sim *sim, struct call *call, struct att_contact_request *request)
{
        struct source *source = call->source;
        const struct sim_person *person = &call->person;

        *request = call->row ? call->row->request : source->chance.stream->request;
        request->id = att_text_of(call->id, call->id_len);
        if (!isnan(person->emotion)) {
                request->emotion_ppm = (int64_t)(fmin(fmax(person->emotion, 0), 1) * MICRO);
        }
        if (!isnan(person->lifetime_value)) {
                request->customer.lifetime_value_micro = (int64_t)(person->lifetime_value * MICRO);
        }
        if (!isnan(person->churn_risk)) {
                request->customer.churn_risk_ppm = (int64_t)(fmin(person->churn_risk, 1) * MICRO);
        }
        if (person->customer != ATT_NONE && att_text_is_empty(request->customer.id)) {
                const struct spoke *spoke = source->spoke ? &source->spoke[person->customer] : NULL;

                request->customer.id = customer_id(source, person->customer,
                                                   (uint32_t)(source - sim->sources));
                if (spoke && spoke->agent != ATT_NONE) {
                        request->customer.last_agent = sim->plan->config->agents[spoke->agent].id;
                        request->customer.last_spoke_ms = sim->plan->start_ms + spoke->at_us / 1000;
                }
        }
        call->worth = fmax(0, (double)request->customer.lifetime_value_micro / MICRO);
        call->emotion = request->emotion_ppm == ATT_ABSENT ? 0
                                                           : (double)request->emotion_ppm / MICRO;
}

/* Where the intake put it, if it named none. */
static void learn_queue(struct sim *sim, struct call *call)
{
        for (uint32_t i = 0; i < sim->effects.count && call->queue == ATT_NONE; i++) {
                const struct att_effect *effect = &sim->effects.items[i];

                if (!att_text_is_empty(effect->queue) &&
                    att_text_equals(effect->contact, att_text_of(call->id, call->id_len))) {
                        call->queue = att_config_find_queue(sim->plan->config, effect->queue);
                }
        }
}

static void count_offered(struct sim *sim, struct call *call)
{
        if (!call->is_counted) {
                return;
        }
        counts_of(sim, call)->offered++;
        if (has_bins(sim, call->queue)) {
                bin_at(sim, call->queue, call->arrived_us)->offered++;
        }
}

static void block(struct sim *sim, struct call *call)
{
        count_offered(sim, call);
        if (call->is_counted) {
                counts_of(sim, call)->blocked++;
        }
        tell_story(sim, call, true, ATT_OUTCOME_REFUSED);
        leave(sim, call);
}

/* An arrival that the engine refused (a limit is reached): it never was a contact. */
static void turn_away(struct sim *sim, struct call *call)
{
        call->is_waiting = false;
        change_waiting(sim, call->queue, -1);
        sim->in_system--;
        if (call->is_counted) {
                count_wait(sim, call, false);
                counts_of(sim, call)->lost++;
        }
        tell_story(sim, call, false, ATT_OUTCOME_REFUSED);
        leave(sim, call);
}

static void enter(struct sim *sim, struct call *call)
{
        struct att_command add = {.kind = ATT_CMD_CONTACT_ADD};
        int64_t gives_up_us = later_us(sim->now_us, call->person.patience_s);
        bool is_counted = call->is_counted;
        uint64_t refused = sim->tally->refused;

        fill_request(sim, call, &add.request);
        add.contact = add.request.id;
        sim->in_system++;
        add.seq = ++sim->seq;
        add.at_ms = sim->plan->start_ms + sim->now_us / 1000;
        att_core_step(sim->core, &add, &sim->effects);
        learn_queue(sim, call); /* What follows counts under it. */
        call->is_waiting = true;
        change_waiting(sim, call->queue, 1);
        count_offered(sim, call);
        sim->unresolved += is_counted;
        if (gives_up_us != SIM_NEVER_US) {
                happen_later(sim, &call->in_agenda, gives_up_us, EVENT_GIVES_UP);
        }
        hear(sim);
        if (sim->tally->refused > refused) {
                att_keyheap_remove(&sim->agenda, &call->in_agenda);
                turn_away(sim, call);
                return;
        }
        accept_all(sim);
}

static void arrive(struct sim *sim, struct source *source, const struct sim_row *row,
                   bool is_redial)
{
        struct call *call = new_call(sim, source, row, is_redial);

        call->is_counted = counts_now(sim);
        if (sim->plan->lines > 0 && sim->in_system >= sim->plan->lines) {
                block(sim, call);
        } else {
                enter(sim, call);
        }
}

static void plan_arrival(struct sim *sim, struct source *source)
{
        int64_t at_us = sim_source_next(&source->chance, &source->row);

        if (at_us != SIM_NEVER_US) {
                happen_later(sim, &source->in_agenda, at_us, EVENT_ARRIVAL);
        }
}

/* What happens ------------------------------------------------------------ */

static void give_feedback(struct sim *sim, const struct call *call)
{
        struct att_command feedback = {
                .kind = ATT_CMD_CONTACT_FEEDBACK,
                .contact = att_text_of(call->id, call->id_len),
                .feedback = {.csat = -1,
                             .nps = -1,
                             .ces = -1,
                             .resolved = call->is_positive,
                             .emotion_ppm = ATT_ABSENT},
        };

        if (call->person.tells < sim->plan->effects.experience.feedback) {
                do_step(sim, &feedback);
        }
}

static void end_call(struct sim *sim, struct call *call)
{
        struct att_command end = {
                .kind = ATT_CMD_CONTACT_END,
                .contact = att_text_of(call->id, call->id_len),
        };
        struct source *source = call->source;
        const struct call ended = *call; /* The end may free it. */

        if (source->spoke && call->person.customer != ATT_NONE) {
                source->spoke[call->person.customer] = (struct spoke){call->agent, sim->now_us};
        }
        do_step(sim, &end);
        give_feedback(sim, &ended);
}

static void give_up(struct sim *sim, struct call *call)
{
        struct att_command abandon = {
                .kind = ATT_CMD_CONTACT_ABANDON,
                .contact = att_text_of(call->id, call->id_len),
        };

        do_step(sim, &abandon);
}

static void redial(struct sim *sim, struct call *call)
{
        struct source *source = call->source;

        free_call(sim, call);
        arrive(sim, source, NULL, true);
}

static void plan_shift(struct sim *sim)
{
        const struct sim_plan *plan = sim->plan;

        if (sim->next_shift == plan->shift_count) {
                if (plan->shift_period_us == 0) {
                        return;
                }
                sim->next_shift = 0;
                sim->shift_day_us += plan->shift_period_us;
        }
        happen_later(sim, &sim->next_shift_in_agenda,
                     sim->shift_day_us + plan->shifts[sim->next_shift].at_us, EVENT_SHIFT);
}

static void shift(struct sim *sim)
{
        const struct sim_shift *now = &sim->plan->shifts[sim->next_shift++];
        struct att_command command = {
                .kind = now->kind,
                .agent = sim->plan->config->agents[now->agent].id,
                .presence = {.reason = now->reason},
        };

        do_step(sim, &command);
        plan_shift(sim);
}

static void happen(struct sim *sim, const struct att_keyheap_entry *first)
{
        struct att_keyheap_node *node = first->node;
        enum event event = (enum event)first->extra;
        struct source *source;

        pass_to(sim, (int64_t)first->key.high);
        att_keyheap_remove(&sim->agenda, node);
        switch (event) {
        case EVENT_ARRIVAL:
                source = ATT_CONTAINER_OF(node, struct source, in_agenda);
                arrive(sim, source, source->row, false);
                plan_arrival(sim, source);
                break;
        case EVENT_GIVES_UP:
                give_up(sim, ATT_CONTAINER_OF(node, struct call, in_agenda));
                break;
        case EVENT_END:
                end_call(sim, ATT_CONTAINER_OF(node, struct call, in_agenda));
                break;
        case EVENT_REDIAL:
                redial(sim, ATT_CONTAINER_OF(node, struct call, in_agenda));
                break;
        case EVENT_SHIFT:
                shift(sim);
                break;
        }
}

/* The next thing, be it a person's or a timer's of the engine; false: nothing will ever happen. */
static bool go_on(struct sim *sim)
{
        const struct att_keyheap_entry *first = att_keyheap_first(&sim->agenda);
        int64_t deadline_ms = att_core_next_deadline_ms(sim->core);
        int64_t deadline_us = deadline_ms == INT64_MAX ? SIM_NEVER_US
                                                       : (deadline_ms - sim->plan->start_ms) * 1000;

        if (first && (int64_t)first->key.high < deadline_us) {
                happen(sim, first);
                return true;
        }
        if (deadline_us == SIM_NEVER_US) {
                return false;
        }
        pass_to(sim, deadline_us);
        do_step(sim, &(struct att_command){.kind = ATT_CMD_TICK});
        return true;
}

static bool is_through(const struct sim *sim)
{
        return sim->is_over && sim->unresolved == 0;
}

/* A centre ---------------------------------------------------------------- */

static uint8_t best_of(const struct att_config *config, uint32_t agent, uint32_t queue)
{
        const struct att_step *first = &config->queues[queue].steps[0];
        const uint8_t *levels = config->agents[agent].levels;
        uint32_t best = 0;
        uint32_t asked = 0;

        for (uint32_t i = 0; i < config->skill_count; i++) {
                best = levels[i] > best ? levels[i] : best;
        }
        for (uint32_t i = 0; i < first->requires_count; i++) {
                uint32_t level = levels[first->requires[i].skill];

                asked = level > asked ? level : asked;
        }
        return first->requires_count == 0 ? 2 : asked == best;
}

static void init_agents(struct sim *sim)
{
        const struct att_config *config = sim->plan->config;
        gsl_rng *rng = sim_rng_new(sim->plan->seed, 0, SPEED_PURPOSE);

        sim->agents = att_alloc_array(config->agent_count, sizeof(*sim->agents));
        sim->is_best = att_alloc((size_t)config->agent_count * config->queue_count);
        for (uint32_t i = 0; i < config->agent_count; i++) {
                sim->agents[i].index = i;
                sim->agents[i].speed = exp(gsl_ran_gaussian(rng, 1) *
                                           sim->plan->effects.agent_speed_sd);
                att_map_add(&sim->agents_by_id, &sim->agents[i].by_id, config->agents[i].id);
                for (uint32_t k = 0; k < config->queue_count; k++) {
                        sim->is_best[(size_t)i * config->queue_count + k] = best_of(config, i, k);
                }
        }
        gsl_rng_free(rng);
}

static void init_sources(struct sim *sim)
{
        const struct sim_plan *plan = sim->plan;

        sim->sources = att_alloc_array(plan->stream_count, sizeof(*sim->sources));
        for (uint32_t i = 0; i < plan->stream_count; i++) {
                struct source *source = &sim->sources[i];

                sim_source_init(&source->chance, plan, i, sim->options->replication);
                if (plan->streams[i].customers > 0) {
                        source->spoke = att_alloc_array(plan->streams[i].customers,
                                                        sizeof(*source->spoke));
                        for (uint32_t k = 0; k < plan->streams[i].customers; k++) {
                                source->spoke[k].agent = ATT_NONE;
                        }
                }
                plan_arrival(sim, source);
        }
}

static bool never_less(const struct att_keyheap_node *a, const struct att_keyheap_node *b)
{
        return a < b; /* No two keys are equal. */
}

static void open_centre(struct sim *sim)
{
        struct att_command config = {.kind = ATT_CMD_CONFIG, .config = sim->plan->config};
        uint32_t rows = sim->tally->queue_count + 1;

        sim->call_capacity = 256;
        sim->calls = att_alloc_array(sim->call_capacity, sizeof(struct call *));
        sim->waiting = att_alloc_array(rows, sizeof(*sim->waiting));
        sim->waiting_since_us = att_alloc_array(rows, sizeof(*sim->waiting_since_us));
        att_keyheap_init(&sim->agenda, never_less);
        sim->core = att_core_new();
        init_agents(sim);
        sim_feelings_init(&sim->feelings, sim->plan);
        step(sim, &config);
        plan_shift(sim);
        init_sources(sim);
}

static void close_centre(struct sim *sim)
{
        for (uint32_t i = 0; i < sim->plan->stream_count; i++) {
                struct source *source = &sim->sources[i];

                for (uint32_t k = 0; source->customers && k < source->chance.stream->customers;
                     k++) {
                        free((char *)(uintptr_t)source->customers[k].data);
                }
                free(source->customers);
                free(source->spoke);
                sim_source_deinit(&source->chance);
        }
        for (uint64_t i = 0; i < sim->call_capacity; i++) {
                free(sim->calls[i]);
        }
        while (sim->free_calls) {
                struct call *call = sim->free_calls;

                sim->free_calls = call->next;
                free(call);
        }
        sim_feelings_deinit(&sim->feelings);
        att_map_deinit(&sim->agents_by_id);
        att_keyheap_deinit(&sim->agenda);
        att_effects_deinit(&sim->effects);
        att_core_free(sim->core);
        free(sim->sources);
        free(sim->agents);
        free(sim->is_best);
        free(sim->calls);
        free(sim->pending);
        free(sim->waiting);
        free(sim->waiting_since_us);
}

/* What still goes on at the end. */
static void count_open_ends(struct sim *sim)
{
        const struct att_config *config = sim->plan->config;

        for (uint64_t i = 0; i < sim->call_capacity; i++) {
                struct call *call = sim->calls[i];

                if (call && call->is_connected && !call->is_finished) {
                        count_busy(sim, call, sim->now_us);
                }
        }
        for (uint32_t i = 0; i < config->agent_count; i++) {
                struct person *agent = &sim->agents[i];
                struct sim_agent_counts *counts = sim_tally_agent(sim->tally, i);

                if (agent->interactions > 0) {
                        count_agent_busy(sim, agent);
                }
                count_strain(sim, i);
                if (agent->is_signed_in) {
                        count_signed_in(sim, agent);
                }
                for (uint32_t k = 0; k < config->queue_count; k++) {
                        if (att_config_serves(config, i, k, 0)) {
                                sim_tally_queue(sim->tally, k)->signed_in_s += counts->signed_in_s;
                        }
                }
        }
        bin_time(sim, sim->tally->queue_count, offsetof(struct sim_bin, span_s), sim->open_us,
                 sim->over_us);
        for (uint32_t i = 0; i <= sim->tally->queue_count; i++) {
                change_waiting(sim, i == sim->tally->queue_count ? ATT_NONE : i, 0);
        }
}

static double cpu_s(void)
{
        struct timespec now;

        (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
        return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

uint32_t sim_bin_count(const struct sim_plan *plan)
{
        return (uint32_t)((SIM_DAY_US + plan->interval_us - 1) / plan->interval_us);
}

/* Nothing more will happen: time passes all the same. */
static void pass_all(struct sim *sim)
{
        const struct sim_plan *plan = sim->plan;

        if (!plan->length.is_contacts) {
                pass_to(sim, (plan->warm_up.is_contacts ? sim->open_us : plan->warm_up.us) +
                                     plan->length.us);
        }
}

void sim_run(const struct sim_plan *plan, const struct sim_options *options,
             struct sim_tally *tally)
{
        struct sim sim = {.plan = plan, .options = options, .tally = tally};
        double begin_s = cpu_s();

        open_centre(&sim);
        for (uint64_t i = 1; !is_through(&sim); i++) {
                if (i % STOP_EVERY == 0 && options->stop && *options->stop) {
                        tally->is_cut_short = true;
                        break;
                }
                if (!go_on(&sim)) {
                        pass_all(&sim);
                        break;
                }
        }
        count_open_ends(&sim);
        tally->span_s = in_span_s(&sim, sim.open_us, sim.now_us);
        tally->commands = sim.seq;
        tally->contacts = sim.arrivals;
        tally->cpu_s = cpu_s() - begin_s;
        tally->is_done = true;
        close_centre(&sim);
}
