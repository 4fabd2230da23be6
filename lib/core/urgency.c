/* SPDX-License-Identifier: Apache-2.0 */
/* Which contact should be served next. */
#include "lib/base/util.h"
#include "lib/core/state.h"
#include "lib/core/story.h"

int64_t urgency_points_milli(const struct att_core *core, const struct contact *contact)
{
        const struct att_policy *policy = contact_policy(core, contact);
        const struct att_queue *queue = &core->config->queues[contact->queue];
        int64_t milli = queue->steps[contact->step].priority_milli +
                        contact->priority_request_milli + contact->priority_rules_milli +
                        contact->tier_points_milli;
        milli += policy->value_milli * contact->value_ppm / ATT_PPM;
        milli += policy->emotion_milli * contact->emotion_ppm / ATT_PPM;
        if (contact->customer ? contact->customer->last_went_badly : contact->last_went_badly) {
                milli += policy->recovery_milli;
        }
        return contact_extras(contact)->story ? milli + story_points_milli(core, contact) : milli;
}

/* What waiting adds: one slope up to `urgent_after`, a steeper one past it, never past the cap. */
int64_t urgency_of(const struct att_core *core, const struct contact *contact)
{
        const struct att_policy *policy = contact_policy(core, contact);
        int64_t waited_ms = contact_waited_ms(core, contact);
        int64_t urgent_after_ms = core->config->queues[contact->queue].urgent_after_ms;
        int64_t points = urgency_points_milli(core, contact) * URGENCY_SCALE;
        int64_t cap = policy->cap_milli * URGENCY_SCALE;
        int64_t before_ms = att_min_i64(waited_ms, urgent_after_ms);
        int64_t grown = points + policy->slope_milli_per_hour * before_ms +
                        policy->urgent_slope_milli_per_hour * (waited_ms - before_ms);
        return att_max_i64(points, att_min_i64(grown, cap));
}

bool has_starved(const struct att_core *core, const struct contact *contact)
{
        int64_t starve_after_ms = contact_policy(core, contact)->starve_after_ms;
        return starve_after_ms >= 0 && contact_waited_ms(core, contact) >= starve_after_ms;
}

int64_t urgency_of_fit(const struct att_core *core, const struct contact *contact, int64_t fit_ppm)
{
        return contact_policy(core, contact)->fit_points_milli * fit_ppm / ATT_PPM * URGENCY_SCALE;
}

struct place place_of(const struct att_core *core, const struct contact *contact,
                      const struct agent *agent)
{
        bool fit_counts = agent && contact_policy(core, contact)->fit_points_milli != 0;
        return place_with_fit(core, contact, agent,
                              fit_counts ? fit_ppm(core, contact, agent, NULL) : 0);
}

struct place place_with_fit(const struct att_core *core, const struct contact *contact,
                            const struct agent *agent, int64_t fit_ppm)
{
        return (struct place){
                .named = agent && contact_extras(contact)->named == agent,
                .starved = has_starved(core, contact),
                .rank = agent ? profile_rank(core, contact, agent) : 1,
                .urgency = urgency_of(core, contact) + urgency_of_fit(core, contact, fit_ppm),
                .put_back = contact->put_back,
                .waited_ms = contact_waited_ms(core, contact),
                .contact = contact,
        };
}

static int decided(enum att_decided_by *ret_by, enum att_decided_by by, bool a_first)
{
        if (ret_by) {
                *ret_by = by;
        }
        return a_first ? -1 : 1;
}

int place_compare(const struct place *a, const struct place *b, enum att_decided_by *ret_by)
{
        if (a->named != b->named) {
                return decided(ret_by, ATT_BY_NAMED, a->named);
        }
        if (a->starved != b->starved) {
                return decided(ret_by, ATT_BY_STARVED, a->starved);
        }
        if (a->starved && a->waited_ms != b->waited_ms) {
                return decided(ret_by, ATT_BY_STARVED, a->waited_ms > b->waited_ms);
        }
        if (a->rank != b->rank) {
                return decided(ret_by, ATT_BY_RANK, a->rank < b->rank);
        }
        if (a->urgency != b->urgency) {
                return decided(ret_by, ATT_BY_URGENCY, a->urgency > b->urgency);
        }
        if (a->put_back != b->put_back) {
                return decided(ret_by, ATT_BY_PUT_BACK, a->put_back);
        }
        if (a->waited_ms != b->waited_ms) {
                return decided(ret_by, ATT_BY_WAITED, a->waited_ms > b->waited_ms);
        }
        if (a->contact->arrival != b->contact->arrival) {
                return decided(ret_by, ATT_BY_ARRIVAL, a->contact->arrival < b->contact->arrival);
        }
        int by_id = att_text_compare(contact_id(a->contact), contact_id(b->contact));
        return by_id == 0 ? 0 : decided(ret_by, ATT_BY_ID, by_id < 0);
}
