/* SPDX-License-Identifier: Apache-2.0 */
/* What an agent has in hand, and when that leaves room for a contact. */
#include "lib/base/check.h"
#include "lib/core/explain_work.h"
#include "lib/model/limits.h"

/* What an agent has in hand or on offer, and when it is over; INT64_MAX: nobody knows. */
struct burden {
        uint32_t channel;
        uint32_t units;
        int64_t due_ms;
        const struct interaction *interaction; /* One of the two. */
        const struct offer *offer;
};

#define BURDENS_MAX 64

struct burdens {
        struct burden items[BURDENS_MAX]; /* The soonest over first. */
        uint32_t count;
};

static void add_burden(struct burdens *burdens, const struct burden *burden)
{
        if (burdens->count == BURDENS_MAX) {
                return; /* With so many in hand it is not known when there is room. */
        }
        uint32_t place = burdens->count++;
        while (place > 0 && burden->due_ms < burdens->items[place - 1].due_ms) {
                burdens->items[place] = burdens->items[place - 1];
                place--;
        }
        burdens->items[place] = *burden;
}

static void burdens_of(const struct att_core *core, const struct agent *agent,
                       struct burdens *ret_burdens)
{
        ret_burdens->count = 0;
        ATT_LIST_FOREACH(offer, &agent->offers, struct offer, in_agent)
        {
                add_burden(ret_burdens,
                           &(struct burden){.channel = offer->channel,
                                            .units = offer->units,
                                            .due_ms = timer_at_ms(core, &offer->timeout),
                                            .offer = offer});
        }
        ATT_LIST_FOREACH(interaction, &agent->interactions, struct interaction, in_agent)
        {
                bool wraps_up = timer_is_armed(&interaction->wrap_up);
                add_burden(ret_burdens,
                           &(struct burden){
                                   .channel = interaction->channel,
                                   .units = interaction->units,
                                   .due_ms = wraps_up ? timer_at_ms(core, &interaction->wrap_up)
                                                      : INT64_MAX,
                                   .interaction = interaction});
        }
}

/* What has to be over for the agent to have room: the soonest over first. The last of them, or
 * NULL: even without all of them there would be none. */
static const struct burden *burden_that_counts(const struct att_core *core,
                                               const struct contact *contact,
                                               const struct agent *agent,
                                               const struct burdens *burdens)
{
        struct agent without = *agent; /* A picture of it, that nobody else sees. */
        for (uint32_t i = 0; i < burdens->count; i++) {
                const struct burden *burden = &burdens->items[i];
                enum att_exclusion why;
                agent_give_lightly(&without, burden->channel, burden->units);
                if (has_room(core, &without, contact->channel, &why)) {
                        return burden;
                }
        }
        return NULL;
}

int64_t room_due_ms(const struct att_core *core, const struct contact *contact,
                    const struct agent *agent)
{
        struct burdens burdens;
        burdens_of(core, agent, &burdens);
        const struct burden *burden = burden_that_counts(core, contact, agent, &burdens);
        return burden && burden->due_ms != INT64_MAX ? burden->due_ms : -1;
}

/* ---- In words ---- */

static void put_burden(const struct explain *explain, struct att_buffer *into,
                       const struct burden *burden)
{
        if (burden->offer) {
                att_buffer_printf(into, "%.*s is on offer to it",
                                  ATT_TEXT_ARGS(contact_id(burden->offer->contact)));
        } else if (burden->due_ms != INT64_MAX) {
                att_buffer_printf(into, "in wrap-up of %.*s",
                                  ATT_TEXT_ARGS(burden->interaction->name));
        } else if (burden->interaction->contact) {
                att_buffer_printf(into, "in conversation with %.*s",
                                  ATT_TEXT_ARGS(burden->interaction->name));
        } else {
                att_buffer_printf(into, "at work outside (%.*s)",
                                  ATT_TEXT_ARGS(burden->interaction->name));
        }
        if (burden->due_ms == INT64_MAX) {
                att_buffer_append_c(into, ": free after that");
                return;
        }
        att_buffer_append_c(into, ": free ");
        att_buffer_append_c(into, "in ");
        words_duration(into, burden->due_ms - explain->core->now_ms);
        att_buffer_append_c(into, burden->offer ? " at the latest" : "");
}

void words_room(struct explain *explain, const struct agent *agent, enum att_exclusion cause)
{
        struct att_buffer *into = &explain->words;
        const struct att_core *core = explain->core;
        const struct channel *channel = &core->channels[explain->contact->channel];
        struct burdens burdens;
        burdens_of(core, agent, &burdens);
        const struct burden *burden = burden_that_counts(core, explain->contact, agent, &burdens);
        if (cause == ATT_EXCLUSION_UNITS) {
                att_buffer_printf(into, ": holds %u of %d, %.*s takes %u", agent->held_units,
                                  ATT_UNITS_MAX, ATT_TEXT_ARGS(channel->name), channel->units);
        } else if (cause == ATT_EXCLUSION_LIMIT) {
                att_buffer_printf(into, ": %u of %u on %.*s",
                                  agent->channel_count[explain->contact->channel],
                                  agent_limit(core, agent, explain->contact->channel),
                                  ATT_TEXT_ARGS(channel->name));
        }
        if (burden) {
                att_buffer_append_c(into, "; ");
                put_burden(explain, into, burden);
        }
}
