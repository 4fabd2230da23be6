/* SPDX-License-Identifier: Apache-2.0 */
/* What would release a waiting contact: what comes by itself, and what people could do. */
#include "lib/base/duration.h"
#include "lib/base/util.h"
#include "lib/core/explain_work.h"

/* Of the sentence in `words`. By time first, the soonest before the others. */
static void add_change(struct explain *explain, struct changes *changes, int64_t due_ms,
                       uint32_t agents, uint32_t free)
{
        struct att_text text = explain_keep(explain);
        if (changes->count == ATT_EXPLAIN_CHANGES_MAX) {
                return;
        }
        uint32_t place = changes->count++;
        while (place > 0 && due_ms >= 0 &&
               (changes->items[place - 1].due_ms < 0 ||
                changes->items[place - 1].due_ms > due_ms)) {
                changes->items[place] = changes->items[place - 1];
                place--;
        }
        changes->items[place] = (struct att_explain_change){due_ms, agents, free, text};
}

static void put_could(struct att_buffer *into, uint32_t agents, uint32_t free)
{
        if (agents == 0) {
                att_buffer_append_c(into, "nobody signed in could take it then");
                return;
        }
        words_agents(into, agents);
        att_buffer_append_c(into, " could take it then, ");
        if (free == agents) {
                att_buffer_append_c(into, "free now");
        } else if (free == 0) {
                att_buffer_append_c(into, "none of them free now");
        } else {
                att_buffer_printf(into, "%u of them free now", free);
        }
}

/* As things are now; the last step never is. */
static bool is_passed_over(const struct explain *explain, const struct att_step *step)
{
        const struct att_queue *queue = explain->asks.queue;
        uint32_t index = (uint32_t)(step - queue->steps);
        return step->skip_unstaffed && step->move_to == ATT_NONE && index + 1 < queue->step_count &&
               !step_is_staffed(explain->core, explain->contact, explain->asks.queue_index, index);
}

static void add_step(struct explain *explain, struct changes *changes, const struct att_step *step,
                     int64_t due_ms)
{
        const struct att_core *core = explain->core;
        struct asks asks;
        uint32_t agents = 0, free = 0;
        bool moves = step->move_to != ATT_NONE;
        asks_of(core, explain->contact, moves ? step->move_to : explain->asks.queue_index,
                moves ? 0 : (uint32_t)(step - explain->asks.queue->steps), &asks);
        for (uint32_t i = 0; i < core->agent_count; i++) {
                const struct agent *agent = core->agents[i];
                if (agent->presence != ATT_PRESENCE_OFFLINE) {
                        uint32_t set = blocks_of(core, explain->contact, &asks, agent, due_ms);
                        agents += !(set & BLOCKS_LASTING);
                        free += set == 0;
                }
        }
        att_buffer_append_c(&explain->words, "the step at ");
        words_setting(&explain->words, step->after_ms);
        if (moves) {
                att_buffer_printf(&explain->words, " moves it to queue %.*s, which",
                                  ATT_TEXT_ARGS(asks.queue->name));
        }
        att_buffer_append_c(&explain->words, " asks for ");
        words_asks(&explain->words, core, &asks);
        att_buffer_append_c(&explain->words, ": ");
        put_could(&explain->words, agents, free);
        if (is_passed_over(explain, step)) {
                att_buffer_append_c(&explain->words, ", and it is passed over (unstaffed)");
        }
        add_change(explain, changes, due_ms, agents, free);
}

static void add_steps(struct explain *explain, struct changes *changes)
{
        const struct att_core *core = explain->core;
        const struct att_queue *queue = explain->asks.queue;
        int64_t entered_ms = core->now_ms - contact_in_queue_ms(core, explain->contact);
        for (uint32_t i = explain->asks.step_index + 1; i < queue->step_count; i++) {
                const struct att_step *step = &queue->steps[i];
                if (step->after_ms > queue->max_wait_ms) {
                        return; /* It leaves before. */
                }
                add_step(explain, changes, step,
                         att_max_i64(core->now_ms, entered_ms + step->after_ms));
                if (step->move_to != ATT_NONE) {
                        return;
                }
        }
}

static const char *ending_words(enum att_exclusion cause)
{
        switch ((int)cause) {
        case ATT_EXCLUSION_NAMED:
                return "others than the named agent may take it";
        case ATT_EXCLUSION_DELAY:
                return "a profile's delay is over";
        case ATT_EXCLUSION_COOLDOWN:
                return "the pause after a decline or a miss is over";
        case ATT_EXCLUSION_HOLD:
                return "the hold for the preferred agent is over";
        default:
                return att_exclusion_name(cause);
        }
}

static void add_endings(struct explain *explain, const struct outlook *outlook,
                        struct changes *changes)
{
        for (int i = 1; i < ATT_EXCLUSION_COUNT; i++) {
                const struct ending *ending = &outlook->endings[i];
                if (ending->agents == 0) {
                        continue;
                }
                att_buffer_printf(&explain->words, "%s: ", ending_words((enum att_exclusion)i));
                put_could(&explain->words, ending->agents, ending->free);
                add_change(explain, changes, ending->due_ms, ending->agents, ending->free);
        }
}

bool is_in_window(const struct explain *explain)
{
        return explain->core->policies[explain->asks.queue->policy].window_open;
}

static void add_window(struct explain *explain, const struct outlook *outlook,
                       struct changes *changes)
{
        const struct policy_state *policy = &explain->core->policies[explain->asks.queue->policy];
        uint32_t free = outlook->by_prospect[PROSPECT_NOW];
        if (!policy->window_open) {
                return;
        }
        att_buffer_append_c(&explain->words, "the policy's batching window closes: ");
        put_could(&explain->words, free, free);
        add_change(explain, changes, timer_at_ms(explain->core, &policy->window), free, free);
}

/* The first of those who are only busy. */
static void add_first_free(struct explain *explain, const struct outlook *outlook,
                           struct changes *changes)
{
        for (uint32_t i = 0; i < outlook->first_count; i++) {
                const struct someone *someone = &outlook->first[i];
                if (someone->prospect == PROSPECT_KNOWN && (someone->set & BLOCKS_ROOM) &&
                    !(someone->set & BLOCKS_TIMED)) {
                        att_buffer_printf(&explain->words, "%.*s has room",
                                          ATT_TEXT_ARGS(someone->agent->id));
                        add_change(explain, changes, someone->due_ms, 1, 0);
                        return;
                }
        }
}

static void put_overflow(struct att_buffer *into, const struct att_core *core,
                         const struct att_overflow *overflow)
{
        switch (overflow->kind) {
        case ATT_OVERFLOW_NONE:
                att_buffer_append_c(into, "it expires");
                break;
        case ATT_OVERFLOW_QUEUE:
                att_buffer_printf(into, "it goes to queue %.*s",
                                  ATT_TEXT_ARGS(core->config->queues[overflow->queue].name));
                break;
        case ATT_OVERFLOW_CALLBACK:
                att_buffer_append_c(into, "the customer is called back ");
                words_setting(into, overflow->callback_ms);
                att_buffer_append_c(into, " later");
                break;
        case ATT_OVERFLOW_REFUSE:
                att_buffer_append_c(into, "it is refused");
                break;
        }
}

static void add_max_wait(struct explain *explain, struct changes *changes)
{
        const struct att_core *core = explain->core;
        const struct att_queue *queue = explain->asks.queue;
        int64_t due_ms = core->now_ms - contact_in_queue_ms(core, explain->contact) +
                         queue->max_wait_ms;
        att_buffer_append_c(&explain->words, "its longest wait (max_wait ");
        words_setting(&explain->words, queue->max_wait_ms);
        att_buffer_append_c(&explain->words, ") is over, and ");
        put_overflow(&explain->words, core, &queue->overflow);
        add_change(explain, changes, att_max_i64(due_ms, core->now_ms), 0, 0);
}

/* The queue closes, and serves nobody who still waits then. */
static void add_closing(struct explain *explain, struct changes *changes)
{
        const struct att_core *core = explain->core;
        const struct att_queue *queue = explain->asks.queue;
        const struct att_overflow *overflow = queue->when_closed.kind != ATT_OVERFLOW_NONE
                                                      ? &queue->when_closed
                                                      : &queue->overflow;
        if (queue->hours == ATT_NONE || queue->at_closing != ATT_AT_CLOSING_OVERFLOW ||
            overflow->kind == ATT_OVERFLOW_NONE ||
            (overflow->kind == ATT_OVERFLOW_QUEUE &&
             overflow->queue == explain->asks.queue_index)) {
                return;
        }
        const struct att_hours *hours = &core->config->hours[queue->hours];
        int64_t due_ms = att_hours_next_change(hours, core->now_ms);
        if (!att_hours_is_open(hours, core->now_ms) || due_ms == INT64_MAX) {
                return;
        }
        att_buffer_append_c(&explain->words, "the queue closes, and ");
        put_overflow(&explain->words, core, overflow);
        add_change(explain, changes, due_ms, 0, 0);
}

/* ---- What people could do ---- */

/* Of a near miss: who it is. */
static void put_miss(struct att_buffer *into, const struct near_miss *miss)
{
        put_could(into, miss->agents, miss->free);
        att_buffer_append_c(into, " (");
        words_names(into, &miss->who);
        att_buffer_append_c(into, ")");
}

/* Whether somebody has to sign in for a skill, which is told with the skill. */
static bool is_any_missing(const struct explain *explain, const struct outlook *outlook)
{
        for (uint32_t i = 0; outlook->signed_in > 0 && i < explain->asks.want_count; i++) {
                if (explain->asks.wants[i].level > 0 && outlook->shortages[i].have == 0) {
                        return true;
                }
        }
        return false;
}

static void add_people(struct explain *explain, const struct outlook *outlook,
                       struct changes *changes)
{
        if (outlook->paused.count > 0) {
                att_buffer_append_c(&explain->words, "end the pause of ");
                words_names(&explain->words, &outlook->paused);
                add_change(explain, changes, -1, outlook->paused.count, 0);
        }
        if (outlook->offline.count > 0 && !is_any_missing(explain, outlook)) {
                att_buffer_append_c(&explain->words, "sign in ");
                words_names(&explain->words, &outlook->offline);
                add_change(explain, changes, -1, outlook->offline.count, 0);
        }
}

/* A required skill that nobody has, or that alone keeps somebody from it. */
static void add_shortage(struct explain *explain, const struct outlook *outlook,
                         struct changes *changes, uint32_t index)
{
        const struct want *want = &explain->asks.wants[index];
        const struct shortage *shortage = &outlook->shortages[index];
        const struct near_miss *miss = &shortage->at_best;
        struct att_text name = explain->core->config->skills[want->skill].name;
        struct att_buffer *words = &explain->words;
        if (want->level == 0 || (shortage->have > 0 && miss->agents == 0)) {
                return;
        }
        if (shortage->have == 0) {
                att_buffer_printf(words, "nobody signed in has %.*s %u: ", ATT_TEXT_ARGS(name),
                                  want->level);
        }
        if (miss->agents == 0) {
                att_buffer_append_c(words, "lower the level");
        } else if (shortage->best > 0) {
                att_buffer_printf(words, "lower %.*s from %u to %u: ", ATT_TEXT_ARGS(name),
                                  want->level, shortage->best);
        } else {
                att_buffer_printf(words, "do without %.*s: ", ATT_TEXT_ARGS(name));
        }
        if (miss->agents > 0) {
                put_miss(words, miss);
        }
        if (shortage->have == 0 && outlook->offline.count > 0) {
                att_buffer_append_c(words, miss->agents > 0 ? "; or sign in " : " or sign in ");
                words_names(words, &outlook->offline);
        }
        add_change(explain, changes, -1, miss->agents, miss->free);
}

static const char *near_words(enum att_exclusion cause)
{
        switch ((int)cause) {
        case ATT_EXCLUSION_CHANNEL:
                return "let those who only lack the channel work on it";
        case ATT_EXCLUSION_EXCLUDED:
                return "drop the request's exclusions";
        case ATT_EXCLUSION_PROFILE:
                return "show the queue to those whose profiles leave it out";
        case ATT_EXCLUSION_TEAM:
                return "let other teams serve the queue";
        case ATT_EXCLUSION_ANY_OF:
                return "do without the list of skills of which one is needed (any_of)";
        case ATT_EXCLUSION_ATTRIBUTE:
                return "do without the attributes";
        case ATT_EXCLUSION_BOT:
                return "let a bot take it again";
        default:
                return NULL; /* Skills are told one by one. */
        }
}

static void add_near(struct explain *explain, const struct outlook *outlook,
                     struct changes *changes)
{
        for (int i = 1; i < ATT_EXCLUSION_COUNT; i++) {
                const struct near_miss *near = &outlook->near[i];
                const char *words = near_words((enum att_exclusion)i);
                if (near->agents > 0 && words) {
                        att_buffer_printf(&explain->words, "%s: ", words);
                        put_miss(&explain->words, near);
                        add_change(explain, changes, -1, near->agents, near->free);
                }
        }
}

void changes_add(struct explain *explain, const struct outlook *outlook, struct changes *changes)
{
        add_window(explain, outlook, changes);
        add_first_free(explain, outlook, changes);
        add_endings(explain, outlook, changes);
        add_steps(explain, changes);
        add_max_wait(explain, changes);
        add_closing(explain, changes);
        add_people(explain, outlook, changes);
        for (uint32_t i = 0; outlook->signed_in > 0 && i < explain->asks.want_count; i++) {
                add_shortage(explain, outlook, changes, i);
        }
        add_near(explain, outlook, changes);
}
