/* SPDX-License-Identifier: Apache-2.0 */
/* The outlook of a waiting contact: one walk over all agents that says of each what stands in the
 * way, and counts. */
#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/core/explain_work.h"

static enum prospect prospect_of(uint32_t set, int64_t due_ms)
{
        if (set == 0) {
                return PROSPECT_NOW;
        }
        if (set & BLOCK(ATT_EXCLUSION_OFFLINE)) {
                return PROSPECT_OFFLINE;
        }
        if (set & BLOCKS_ABSENT) {
                return PROSPECT_PAUSED;
        }
        return due_ms >= 0 ? PROSPECT_KNOWN : PROSPECT_BUSY;
}

static bool is_sooner(const struct someone *a, const struct someone *b)
{
        return a->prospect != b->prospect ? a->prospect < b->prospect : a->due_ms < b->due_ms;
}

/* Keeps the soonest; of equals the first. */
static void keep_first(struct outlook *outlook, const struct someone *someone)
{
        uint32_t place = outlook->first_count;
        while (place > 0 && is_sooner(someone, &outlook->first[place - 1])) {
                place--;
        }
        if (place == ATT_EXPLAIN_AGENTS_MAX) {
                return;
        }
        uint32_t last = outlook->first_count < ATT_EXPLAIN_AGENTS_MAX ? outlook->first_count++
                                                                      : ATT_EXPLAIN_AGENTS_MAX - 1;
        for (; last > place; last--) {
                outlook->first[last] = outlook->first[last - 1];
        }
        outlook->first[place] = *someone;
}

static void count_could(const struct explain *explain, struct outlook *outlook,
                        const struct agent *agent, uint32_t set)
{
        int64_t due_ms = blocks_due_ms(explain, agent, set);
        struct someone someone = {agent, set, prospect_of(set, due_ms), due_ms};
        keep_first(outlook, &someone);
        outlook->could++;
        outlook->by_prospect[someone.prospect]++;
        if (set & BLOCK(ATT_EXCLUSION_OFFLINE)) {
                names_add(&outlook->offline, agent->id);
        } else if (set & BLOCK(ATT_EXCLUSION_PAUSED)) {
                names_add(&outlook->paused, agent->id);
        }
}

/* A cause that time ends, of agents who are there, and whom only that and work in hand keep from
 * it. */
static void count_ending(const struct explain *explain, struct outlook *outlook,
                         const struct agent *agent, uint32_t set)
{
        uint32_t timed = set & ~BLOCKS_ROOM;
        if (timed == 0 || (timed & (timed - 1)) != 0 || !(timed & BLOCKS_TIMED)) {
                return;
        }
        struct ending *ending = &outlook->endings[blocks_first(timed)];
        int64_t due_ms = blocks_due_ms(explain, agent, timed);
        if (ending->agents == 0 || due_ms < ending->due_ms) {
                *ending = (struct ending){.due_ms = due_ms};
        }
        if (due_ms == ending->due_ms) {
                ending->agents++;
                ending->free += set == timed;
        }
}

static void count_miss(struct near_miss *miss, const struct agent *agent, bool is_free)
{
        miss->agents++;
        miss->free += is_free;
        names_add(&miss->who, agent->id);
}

static void count_shortages(const struct explain *explain, struct outlook *outlook,
                            const struct agent *agent, uint32_t set)
{
        const struct asks *asks = &explain->asks;
        for (uint32_t i = 0; i < asks->want_count; i++) {
                outlook->shortages[i].have += agent->def->levels[asks->wants[i].skill] >=
                                              asks->wants[i].level;
        }
        const struct want *missing = want_missing_alone(asks, agent);
        if ((set & BLOCKS_LASTING) != BLOCK(ATT_EXCLUSION_SKILL) || !missing) {
                return;
        }
        struct shortage *shortage = &outlook->shortages[missing - asks->wants];
        uint32_t level = agent->def->levels[missing->skill];
        if (shortage->at_best.agents == 0 || level > shortage->best) {
                shortage->at_best = (struct near_miss){0};
                shortage->best = level;
        }
        if (level == shortage->best) {
                count_miss(&shortage->at_best, agent, set == BLOCK(ATT_EXCLUSION_SKILL));
        }
}

static void count_near(struct outlook *outlook, const struct agent *agent, uint32_t set)
{
        uint32_t lasting = set & BLOCKS_LASTING;
        if (lasting != 0 && (lasting & (lasting - 1)) == 0) {
                count_miss(&outlook->near[blocks_first(lasting)], agent, set == lasting);
        }
}

static void look_at(const struct explain *explain, struct outlook *outlook,
                    const struct agent *agent, uint32_t set)
{
        outlook->excluded[blocks_first(set)]++;
        if (!(set & BLOCKS_LASTING)) {
                count_could(explain, outlook, agent, set);
        }
        if (set & BLOCK(ATT_EXCLUSION_OFFLINE)) {
                return;
        }
        outlook->signed_in++;
        if (set & BLOCKS_ABSENT) {
                return;
        }
        count_shortages(explain, outlook, agent, set);
        count_near(outlook, agent, set);
        count_ending(explain, outlook, agent, set);
}

void outlook_of(const struct explain *explain, struct outlook *outlook)
{
        const struct att_core *core = explain->core;
        struct bond bond = bond_of(core, explain->contact);
        for (uint32_t i = 0; i < core->agent_count; i++) {
                uint32_t set = blocks_now(explain, &bond, core->agents[i]);
                ATT_INVARIANT(blocks_first(set) ==
                              exclusion_now(core, explain->contact, core->agents[i]));
                look_at(explain, outlook, core->agents[i], set);
        }
}
