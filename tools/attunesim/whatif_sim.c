/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunesim/whatif_sim.h"

#include <stdlib.h>

#include "daemon/state.h"
#include "lib/base/keyheap.h"
#include "lib/base/util.h"
#include "lib/core/core.h"

#define UNKNOWN_TALK_MS  180000 /* Nobody talked on that day. */
#define UNKNOWN_BACK_MS  60000
#define PRICES_EVERY_MS  60000
#define OFFERS_FOR_SHARE 20 /* An agent of fewer offers misses and declines as all do together. */
#define LATE_ORDER       (UINT64_C(1) << 63)
#define LAST_ORDER       UINT64_MAX
#define SEQ_SHIFT        16
#define SEQ_MASK         UINT64_C(0xffff)

enum purpose { PURPOSE_PATIENCE, PURPOSE_REACTION, PURPOSE_DELAY };

enum event {
        EVENT_GIVES_UP,
        EVENT_TALK_ENDS,
        EVENT_REACTION,
        EVENT_WRAP_UP,
        EVENT_BACK,
        EVENT_PRICES,
        EVENT_ASK
};

/* An offer that the agent is going to answer. */
struct reaction {
        struct att_keyheap_node in_agenda;
        struct reaction *next;
        struct person *person;
        const struct whatif_agent *agent;
        uint64_t offer;
        int64_t since_ms;
        enum whatif_reaction_kind kind;
        int64_t back_ms; /* After missing it. */
};

struct wrap_up {
        struct att_keyheap_node in_agenda;
        struct wrap_up *next;
        struct person *person;
        const struct whatif_agent *agent;
};

/* How often a contact was offered to an agent. */
struct asked {
        struct asked *next;
        const struct whatif_agent *agent;
        uint32_t times;
};

/* A contact, this time. */
struct person {
        struct att_keyheap_node in_agenda; /* Giving up, or the end of talking. */
        struct att_keyheap_node question;
        const struct whatif_contact *contact;
        struct whatif_fate *fate;
        enum whatif_phase phase;
        bool is_promised;
        bool cancels; /* Is taken back rather than gives up. */
        int64_t since_ms;
        uint32_t waits;
        uint32_t talks;
        const struct whatif_agent *agent; /* Of the last conversation. */
        struct reaction *reactions;
        struct wrap_up *wrap_ups;
        struct asked *asked;
        struct att_text queue;
};

struct worker {
        struct att_keyheap_node in_agenda; /* Coming back after a missed offer. */
        const struct whatif_agent *agent;
        uint32_t interactions;
        int64_t busy_since_ms;
        int64_t back_ms; /* After the offer it missed last. */
        const struct att_command *last_ready;
};

struct sim {
        const struct whatif_setting *setting;
        const struct whatif_day *day;
        struct whatif_course *course;
        struct att_core *core;
        struct att_effects effects;
        uint64_t seq;
        int64_t now_ms;
        struct att_keyheap agenda;
        struct att_keyheap_node prices;
        uint64_t next_order;
        size_t next_event; /* Of the day. */
        struct person *people;
        struct worker *workers;
};

static bool never_less(const struct att_keyheap_node *a, const struct att_keyheap_node *b)
{
        return a < b; /* No two keys are equal. */
}

/* What was recorded keeps its place among what happens at the same instant; the rest follows. */
static void happen_later(struct sim *sim, struct att_keyheap_node *node, int64_t at_ms,
                         uint64_t seq, enum event event)
{
        uint64_t order = sim->next_order++;

        att_keyheap_add(
                &sim->agenda, node,
                (struct att_keyheap_key){
                        (uint64_t)att_max_i64(at_ms, sim->now_ms),
                        seq > 0 ? seq << SEQ_SHIFT | (order & SEQ_MASK) : LATE_ORDER | order,
                },
                event);
}

static void step(struct sim *sim, struct att_command *command);

static void do_step(struct sim *sim, const struct att_command *command)
{
        struct att_command copy = *command;

        step(sim, &copy);
}

static struct person *find_person(struct sim *sim, struct att_text id)
{
        const struct whatif_contact *contact = att_text_is_empty(id)
                                                       ? NULL
                                                       : whatif_day_find_contact(sim->day, id);

        return contact ? &sim->people[contact->index] : NULL;
}

static const struct whatif_agent *agent_of(const struct sim *sim, struct att_text id)
{
        const struct whatif_agent *agent = whatif_day_find_agent(sim->day, id);

        ATT_CHECK(agent); /* Nobody is there who was not in the recording. */
        return agent;
}

static struct att_text keep(struct sim *sim, struct att_text text)
{
        return att_arena_text(&sim->course->arena, text);
}

/* Asking why -------------------------------------------------------------- */

static enum att_exclusion exclusion_of(struct att_text name)
{
        for (int i = 0; i < ATT_EXCLUSION_COUNT; i++) {
                if (att_text_equals_c(name, att_exclusion_name((enum att_exclusion)i))) {
                        return (enum att_exclusion)i;
                }
        }
        return ATT_EXCLUSION_NONE;
}

static void keep_terms(struct sim *sim, const struct att_explain_asked *asked,
                       struct whatif_answer *answer)
{
        answer->is_compared = true;
        answer->decided_by = keep(sim, asked->decided_by);
        answer->fit_ppm = asked->fit_ppm;
        answer->chosen_fit_ppm = asked->chosen_fit_ppm;
        for (uint32_t i = 0; i < asked->term_count; i++) {
                const struct att_explain_against *term = &asked->terms[i];

                if (-term->difference_ppm > answer->behind_ppm) {
                        answer->term = keep(sim, term->name);
                        answer->term_ppm = term->value_ppm;
                        answer->chosen_term_ppm = term->chosen_ppm;
                        answer->behind_ppm = -term->difference_ppm;
                }
        }
}

/* What is not about the agent, or follows from the rest, only makes it longer. */
static void keep_text(struct sim *sim, struct whatif_answer *answer, struct att_text agent,
                      struct att_text text)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer words = {0};
        const char *end = text.len > 0 ? memmem(text.data, text.len, "; ", 2) : NULL;
        const char *figures = text.len > 0 ? memmem(text.data, text.len, ": ", 2) : NULL;
        bool is_busy = answer->cause == ATT_EXCLUSION_LIMIT || answer->cause == ATT_EXCLUSION_UNITS;

        if (is_busy && end && figures && figures < end) {
                struct att_text rest = att_text_of(end + 2,
                                                   (size_t)(text.data + text.len - end - 2));
                const char *free_at = memmem(rest.data, rest.len, ": free after that", 17);

                att_buffer_printf(&words, "%.*s is busy (%.*s): ", ATT_TEXT_ARGS(agent),
                                  (int)(end - figures - 2), figures + 2);
                rest.len = free_at ? (size_t)(free_at - rest.data) : rest.len;
                att_buffer_append_text(&words, rest);
                answer->text = keep(sim, att_buffer_text(&words));
                return;
        }
        if (att_text_starts_with(text, ATT_TEXT("agent "))) {
                text = att_text_of(text.data + 6, text.len - 6);
        }
        answer->text = keep(sim, end ? att_text_of(text.data, (size_t)(end - text.data)) : text);
}

/* Who has it on offer, since before this instant or as the one asked about. */
static struct att_text holder_of(const struct sim *sim, const struct person *person,
                                 struct att_text agent)
{
        struct att_text holder = ATT_TEXT_NONE;

        for (const struct reaction *at = person->reactions; at; at = at->next) {
                bool is_asked = att_text_equals(at->agent->id, agent);

                if (is_asked || (att_text_is_empty(holder) && at->since_ms < sim->now_ms)) {
                        holder = at->agent->id;
                }
        }
        return holder;
}

static void ask(struct sim *sim, struct person *person)
{
        struct whatif_answer *answer = &person->fate->answer;
        const struct whatif_question *question = &sim->setting->questions[person->contact->index];
        struct att_arena arena = {0};
        struct att_explanation explanation = {0};

        /* Time is brought up to the instant; nothing was due in between. */
        do_step(sim, &(struct att_command){.kind = ATT_CMD_TICK});
        answer->is_given = true;
        answer->holder = holder_of(sim, person, question->agent);
        if (!att_core_explanation(sim->core, person->contact->id, question->agent, &arena,
                                  &explanation) ||
            !explanation.asked) {
                answer->is_unknown = true;
                answer->text = keep(sim, explanation.text);
        } else {
                answer->cause = exclusion_of(explanation.asked->cause);
                keep_text(sim, answer, question->agent, explanation.asked->text);
                answer->chosen = keep(sim, explanation.asked->chosen);
                if (explanation.asked->is_recorded && explanation.asked->term_count > 0) {
                        keep_terms(sim, explanation.asked, answer);
                }
        }
        att_arena_deinit(&arena);
}

static void plan_question(struct sim *sim, struct person *person)
{
        const struct whatif_question *question =
                sim->setting->questions ? &sim->setting->questions[person->contact->index] : NULL;

        if (question && !att_text_is_empty(question->agent)) {
                att_keyheap_add(&sim->agenda, &person->question,
                                (struct att_keyheap_key){(uint64_t)question->at_ms, LAST_ORDER},
                                EVENT_ASK);
        }
}

/* Waiting and talking ------------------------------------------------------ */

static int64_t draw_patience(const struct sim *sim, const struct person *person, uint32_t number,
                             const struct whatif_wait *recorded)
{
        const struct whatif_group *group =
                recorded ? recorded->group
                         : whatif_day_find_group(sim->day, person->queue, person->contact->channel);
        char digit[2] = {(char)('a' + number % 26), '\0'};

        if (!group || group->patience.count == 0) {
                group = whatif_day_find_group(sim->day, ATT_TEXT_NONE, person->contact->channel);
        }
        if (!group) {
                return WHATIF_NEVER_MS;
        }
        return whatif_patience_draw(&group->patience, recorded ? recorded->ms : -1,
                                    whatif_chance(sim->setting->seed, PURPOSE_PATIENCE,
                                                  person->contact->id, att_text_from(digit)));
}

static void plan_giving_up(struct sim *sim, struct person *person)
{
        const struct whatif_contact *contact = person->contact;
        uint32_t number = person->waits++;
        const struct whatif_wait *recorded = number < contact->wait_count ? &contact->waits[number]
                                                                          : NULL;
        int64_t ms = WHATIF_NEVER_MS;
        uint64_t seq = 0;

        person->cancels = recorded && recorded->left == WHATIF_CANCELLED;
        if (recorded && (recorded->left == WHATIF_ABANDONED || person->cancels)) {
                ms = recorded->ms;
                seq = recorded->seq;
        } else if (!person->is_promised) {
                ms = draw_patience(sim, person, number, recorded);
        }
        if (ms != WHATIF_NEVER_MS) {
                happen_later(sim, &person->in_agenda, person->since_ms + ms, seq, EVENT_GIVES_UP);
        }
}

static void see_queue(struct sim *sim, struct person *person, struct att_text queue)
{
        if (att_text_is_empty(queue) || att_text_equals(person->queue, queue)) {
                return;
        }
        person->queue = keep(sim, queue);
        if (att_text_is_empty(person->fate->queue)) {
                person->fate->queue = person->queue;
        }
        if (!person->fate->is_answered) {
                person->fate->last_queue = person->queue;
        }
}

static void begin_wait(struct sim *sim, struct person *person, int64_t at_ms)
{
        att_keyheap_remove(&sim->agenda, &person->in_agenda);
        person->phase = WHATIF_WAITING;
        person->since_ms = at_ms;
        plan_giving_up(sim, person);
}

static void end_wait(struct sim *sim, struct person *person, int64_t at_ms)
{
        att_keyheap_remove(&sim->agenda, &person->in_agenda);
        if (person->phase == WHATIF_WAITING && !person->fate->is_answered) {
                person->fate->waited_ms += at_ms - person->since_ms;
        }
}

static int64_t usual_talk_ms(const struct sim *sim, const struct person *person)
{
        const struct att_text channel = person->contact->channel;
        const struct whatif_group *groups[] = {
                whatif_day_find_group(sim->day, person->queue, channel),
                whatif_day_find_group(sim->day, ATT_TEXT_NONE, channel),
                whatif_day_find_group(sim->day, ATT_TEXT_NONE, ATT_TEXT_NONE),
        };

        for (size_t i = 0; i < ATT_ARRAY_LEN(groups); i++) {
                if (groups[i] && groups[i]->talk_ms >= 0) {
                        return groups[i]->talk_ms;
                }
        }
        return UNKNOWN_TALK_MS;
}

static const struct whatif_talk *recorded_talk(const struct person *person)
{
        uint32_t number = person->talks - 1;

        return number < person->contact->talk_count ? &person->contact->talks[number] : NULL;
}

static void begin_talk(struct sim *sim, struct person *person, int64_t at_ms,
                       const struct whatif_agent *agent)
{
        const struct whatif_talk *talk;
        int64_t ms;
        uint64_t seq = 0;

        person->phase = WHATIF_TALKING;
        person->agent = agent;
        person->since_ms = at_ms;
        person->talks++;
        talk = recorded_talk(person);
        ms = talk ? talk->ms : usual_talk_ms(sim, person);
        if (talk && talk->is_cut) {
                ms = att_max_i64(ms, usual_talk_ms(sim, person));
        } else if (talk && talk->ended_by) {
                seq = talk->ended_by->seq;
        }
        happen_later(sim, &person->in_agenda, at_ms + ms, seq, EVENT_TALK_ENDS);
}

/* Offers ------------------------------------------------------------------ */

static uint32_t count_asked(struct sim *sim, struct person *person,
                            const struct whatif_agent *agent)
{
        struct asked *asked = person->asked;

        while (asked && asked->agent != agent) {
                asked = asked->next;
        }
        if (!asked) {
                asked = att_arena_take(&sim->course->arena, sizeof(*asked));
                asked->agent = agent;
                asked->next = person->asked;
                person->asked = asked;
        }
        return asked->times++;
}

/* What the agent did when this contact was offered to them for the same time. */
static const struct whatif_reaction *recorded_reaction(const struct whatif_contact *contact,
                                                       const struct whatif_agent *agent,
                                                       uint32_t times)
{
        for (uint32_t i = 0; i < contact->reaction_count; i++) {
                if (contact->reactions[i].agent == agent && times-- == 0) {
                        return &contact->reactions[i];
                }
        }
        return NULL;
}

static uint64_t offers_of(const struct whatif_agent *agent)
{
        return agent->accepts.count + agent->declines.count + agent->misses;
}

static int64_t known_ms(int64_t own_ms, int64_t of_anyone_ms, int64_t otherwise_ms)
{
        return own_ms >= 0 ? own_ms : of_anyone_ms >= 0 ? of_anyone_ms : otherwise_ms;
}

/* One of the times that the agent took, or, if none are known, that anyone did. */
static int64_t draw_accept_ms(const struct sim *sim, const struct person *person,
                              const struct whatif_agent *agent)
{
        const struct whatif_times *times = agent->accepts.count > 0 ? &agent->accepts
                                                                    : &sim->day->anyone.accepts;
        double chance = whatif_chance(sim->setting->seed, PURPOSE_DELAY, person->contact->id,
                                      agent->id);

        return times->count > 0 ? times->items[(size_t)((1 - chance) * (double)times->count)] : 0;
}

static struct whatif_reaction draw_reaction(const struct sim *sim, const struct person *person,
                                            const struct whatif_agent *agent)
{
        const struct whatif_agent *anyone = &sim->day->anyone;
        const struct whatif_agent *like = offers_of(agent) >= OFFERS_FOR_SHARE ? agent : anyone;
        double offers = (double)offers_of(like);
        double chance = whatif_chance(sim->setting->seed, PURPOSE_REACTION, person->contact->id,
                                      agent->id) *
                        offers;
        struct whatif_reaction reaction = {
                .agent = agent,
                .kind = WHATIF_ACCEPTS,
                .ms = draw_accept_ms(sim, person, agent),
                .back_ms = known_ms(agent->back_ms, anyone->back_ms, UNKNOWN_BACK_MS),
        };

        if (chance <= (double)like->misses && like->misses > 0) {
                reaction.kind = WHATIF_MISSES;
        } else if (chance <= (double)(like->misses + like->declines.count) &&
                   like->declines.count > 0) {
                reaction.kind = WHATIF_DECLINES;
                reaction.ms = known_ms(agent->decline_ms, anyone->decline_ms, 0);
        }
        return reaction;
}

static void plan_reaction(struct sim *sim, struct person *person, const struct whatif_agent *agent,
                          uint64_t offer, int64_t at_ms)
{
        const struct whatif_reaction *recorded = recorded_reaction(person->contact, agent,
                                                                   count_asked(sim, person, agent));
        struct whatif_reaction how = recorded ? *recorded : draw_reaction(sim, person, agent);
        struct reaction *reaction = att_arena_take(&sim->course->arena, sizeof(*reaction));

        *reaction = (struct reaction){
                .next = person->reactions,
                .person = person,
                .agent = agent,
                .offer = offer,
                .since_ms = at_ms,
                .kind = how.kind,
                .back_ms = how.back_ms,
        };
        person->reactions = reaction;
        if (how.is_cut) {
                how.ms = att_max_i64(how.ms, draw_accept_ms(sim, person, agent));
        }
        if (how.kind != WHATIF_MISSES) {
                happen_later(sim, &reaction->in_agenda, at_ms + how.ms, how.seq, EVENT_REACTION);
        }
}

static void drop_reactions(struct sim *sim, struct person *person)
{
        for (struct reaction *reaction = person->reactions; reaction; reaction = reaction->next) {
                att_keyheap_remove(&sim->agenda, &reaction->in_agenda);
        }
        person->reactions = NULL;
}

/* Hearing ----------------------------------------------------------------- */

static void hear_decision(struct sim *sim, struct person *person,
                          const struct att_decision *decision)
{
        if (decision && !person->fate->is_answered) {
                person->fate->contact_by = decision->contact_by;
                person->fate->next_contact = keep(sim, decision->next_contact);
                person->fate->offered_ms = sim->now_ms;
        }
}

static void hear_queued(struct sim *sim, struct person *person, const struct att_effect *effect)
{
        see_queue(sim, person, effect->queue);
        if (person->phase != WHATIF_WAITING) {
                begin_wait(sim, person, effect->at_ms);
        }
}

static void hear_offer(struct sim *sim, struct person *person, const struct att_effect *effect)
{
        hear_queued(sim, person, effect);
        hear_decision(sim, person, effect->decision);
        plan_reaction(sim, person, agent_of(sim, effect->agent), effect->offer, effect->at_ms);
}

static void hear_revoke(struct sim *sim, struct person *person, const struct att_effect *effect)
{
        for (struct reaction **at = &person->reactions; *at; at = &(*at)->next) {
                struct reaction *reaction = *at;

                if (reaction->offer == effect->offer) {
                        sim->workers[reaction->agent->index].back_ms = reaction->back_ms;
                        att_keyheap_remove(&sim->agenda, &reaction->in_agenda);
                        *at = reaction->next;
                        return;
                }
        }
}

static void hear_connect(struct sim *sim, struct person *person, const struct att_effect *effect)
{
        const struct whatif_agent *agent = agent_of(sim, effect->agent);
        struct worker *worker = &sim->workers[agent->index];
        struct whatif_fate *fate = person->fate;

        hear_queued(sim, person, effect);
        if (!person->reactions) { /* Without an offer. */
                hear_decision(sim, person, effect->decision);
        }
        drop_reactions(sim, person);
        end_wait(sim, person, effect->at_ms);
        if (!fate->is_answered) {
                fate->is_answered = true;
                fate->agent = agent;
                fate->at_ms = effect->at_ms;
        }
        sim->course->work[agent->index].contacts++;
        if (worker->interactions++ == 0) {
                worker->busy_since_ms = effect->at_ms;
        }
        begin_talk(sim, person, effect->at_ms, agent);
}

static void hear_scheduled(struct sim *sim, struct person *person, const struct att_effect *effect)
{
        end_wait(sim, person, effect->at_ms);
        drop_reactions(sim, person);
        see_queue(sim, person, effect->queue);
        person->phase = WHATIF_SCHEDULED;
        person->is_promised = true;
}

static void hear_closed(struct sim *sim, struct person *person, const struct att_effect *effect)
{
        struct whatif_fate *fate = person->fate;

        see_queue(sim, person, effect->queue);
        end_wait(sim, person, effect->at_ms);
        drop_reactions(sim, person);
        person->phase = WHATIF_GONE;
        fate->is_over = true;
        fate->outcome = effect->outcome;
        if (!fate->is_answered) {
                fate->at_ms = effect->at_ms;
                fate->why_closed = keep(sim, effect->reason);
        }
}

static void hear_wrap_up(struct sim *sim, struct person *person, const struct att_effect *effect)
{
        const struct whatif_talk *talk = recorded_talk(person);
        const struct whatif_group *group = whatif_day_find_group(sim->day, person->queue,
                                                                 person->contact->channel);
        int64_t ms = talk ? talk->wrap_up_ms : group ? group->wrap_up_ms : -1;
        struct wrap_up *wrap_up;

        if (ms < 0) {
                return; /* As long as it is configured. */
        }
        wrap_up = att_arena_take(&sim->course->arena, sizeof(*wrap_up));
        wrap_up->person = person;
        wrap_up->agent = agent_of(sim, effect->agent);
        wrap_up->next = person->wrap_ups;
        person->wrap_ups = wrap_up;
        happen_later(sim, &wrap_up->in_agenda, effect->at_ms + ms, talk ? talk->wrap_up_seq : 0,
                     EVENT_WRAP_UP);
}

static void hear_finished(struct sim *sim, struct person *person, const struct att_effect *effect)
{
        const struct whatif_agent *agent = agent_of(sim, effect->agent);
        struct worker *worker = &sim->workers[agent->index];

        if (--worker->interactions == 0) {
                sim->course->work[agent->index].busy_ms += effect->at_ms - worker->busy_since_ms;
        }
        for (struct wrap_up **at = &person->wrap_ups; *at; at = &(*at)->next) {
                if ((*at)->agent == agent) {
                        att_keyheap_remove(&sim->agenda, &(*at)->in_agenda);
                        *at = (*at)->next;
                        return;
                }
        }
}

static void hear_agent(struct sim *sim, const struct att_effect *effect)
{
        struct worker *worker = &sim->workers[agent_of(sim, effect->agent)->index];

        att_keyheap_remove(&sim->agenda, &worker->in_agenda);
        if (effect->presence == ATT_PRESENCE_PAUSED &&
            att_text_equals_c(effect->reason, "missed") && worker->back_ms >= 0) {
                happen_later(sim, &worker->in_agenda, effect->at_ms + worker->back_ms, 0,
                             EVENT_BACK);
        }
}

static void hear_one(struct sim *sim, const struct att_effect *effect)
{
        struct person *person = find_person(sim, effect->contact);

        if (effect->kind == ATT_EFFECT_AGENT) {
                hear_agent(sim, effect);
                return;
        }
        if (!person) {
                return;
        }
        switch ((int)effect->kind) {
        case ATT_EFFECT_QUEUED:
                hear_queued(sim, person, effect);
                break;
        case ATT_EFFECT_OFFER:
                hear_offer(sim, person, effect);
                break;
        case ATT_EFFECT_SCHEDULED:
                hear_scheduled(sim, person, effect);
                break;
        case ATT_EFFECT_REVOKE:
                hear_revoke(sim, person, effect);
                break;
        case ATT_EFFECT_CONNECT:
                hear_connect(sim, person, effect);
                break;
        case ATT_EFFECT_CLOSED:
                hear_closed(sim, person, effect);
                break;
        case ATT_EFFECT_WRAP_UP:
                hear_wrap_up(sim, person, effect);
                break;
        case ATT_EFFECT_FINISHED:
                hear_finished(sim, person, effect);
                break;
        default:
                break;
        }
}

static void step(struct sim *sim, struct att_command *command)
{
        command->seq = ++sim->seq;
        command->at_ms = sim->now_ms;
        att_core_step(sim->core, command, &sim->effects);
        sim->course->commands++;
        for (uint32_t i = 0; i < sim->effects.count; i++) {
                hear_one(sim, &sim->effects.items[i]);
        }
}

/* What people do in answer ------------------------------------------------- */

static void give_up(struct sim *sim, struct person *person)
{
        do_step(sim,
                &(struct att_command){
                        .kind = person->cancels ? ATT_CMD_CONTACT_CANCEL : ATT_CMD_CONTACT_ABANDON,
                        .contact = person->contact->id,
                        .front_end = person->contact->add ? person->contact->add->front_end
                                                          : ATT_TEXT_NONE,
                });
}

static void end_conversation(struct sim *sim, struct person *person)
{
        const struct whatif_talk *talk = recorded_talk(person);

        if (talk && talk->ended_by) {
                do_step(sim, talk->ended_by);
                if (!att_effects_refusal(&sim->effects)) {
                        return;
                }
        }
        /* It was not recorded how, or that is not possible with this configuration. */
        do_step(sim, &(struct att_command){
                             .kind = ATT_CMD_CONTACT_END,
                             .contact = person->contact->id,
                     });
}

static void react(struct sim *sim, const struct reaction *reaction)
{
        do_step(sim, &(struct att_command){
                             .kind = reaction->kind == WHATIF_ACCEPTS ? ATT_CMD_OFFER_ACCEPT
                                                                      : ATT_CMD_OFFER_DECLINE,
                             .contact = reaction->person->contact->id,
                             .agent = reaction->agent->id,
                             .offer = {.offer = reaction->offer},
                     });
}

static void finish_wrap_up(struct sim *sim, const struct wrap_up *wrap_up)
{
        do_step(sim, &(struct att_command){
                             .kind = ATT_CMD_WRAP_UP_DONE,
                             .contact = wrap_up->person->contact->id,
                             .agent = wrap_up->agent->id,
                     });
}

static void come_back(struct sim *sim, const struct worker *worker)
{
        if (worker->last_ready) {
                do_step(sim, worker->last_ready);
        } else {
                do_step(sim, &(struct att_command){
                                     .kind = ATT_CMD_AGENT_READY,
                                     .agent = worker->agent->id,
                             });
        }
}

static void compute_prices(struct sim *sim)
{
        do_step(sim, &(struct att_command){.kind = ATT_CMD_PRICES});
        happen_later(sim, &sim->prices, sim->now_ms + PRICES_EVERY_MS, 0, EVENT_PRICES);
}

static void happen(struct sim *sim, const struct att_keyheap_entry *first)
{
        struct att_keyheap_node *node = first->node;
        enum event event = (enum event)first->extra;

        sim->now_ms = att_max_i64(sim->now_ms, (int64_t)first->key.high);
        att_keyheap_remove(&sim->agenda, node);
        switch (event) {
        case EVENT_GIVES_UP:
                give_up(sim, ATT_CONTAINER_OF(node, struct person, in_agenda));
                break;
        case EVENT_TALK_ENDS:
                end_conversation(sim, ATT_CONTAINER_OF(node, struct person, in_agenda));
                break;
        case EVENT_REACTION:
                react(sim, ATT_CONTAINER_OF(node, struct reaction, in_agenda));
                break;
        case EVENT_WRAP_UP:
                finish_wrap_up(sim, ATT_CONTAINER_OF(node, struct wrap_up, in_agenda));
                break;
        case EVENT_BACK:
                come_back(sim, ATT_CONTAINER_OF(node, struct worker, in_agenda));
                break;
        case EVENT_PRICES:
                compute_prices(sim);
                break;
        case EVENT_ASK:
                ask(sim, ATT_CONTAINER_OF(node, struct person, question));
                break;
        }
}

/* What was recorded -------------------------------------------------------- */

static void arrive(struct sim *sim, struct person *person, const struct att_command *add)
{
        const struct att_effect *refusal;

        person->fate->is_here = true;
        person->is_promised = add->request.keep_place;
        do_step(sim, add);
        refusal = att_effects_refusal(&sim->effects);
        if (refusal) {
                person->phase = WHATIF_GONE;
                person->fate->is_over = true;
                person->fate->outcome = ATT_OUTCOME_REFUSED;
                person->fate->at_ms = sim->now_ms;
                person->fate->why_closed = keep(sim, refusal->reason);
        }
}

static bool is_live(const struct person *person)
{
        return person->phase != WHATIF_COMING && person->phase != WHATIF_GONE;
}

/* Whether what was done about a contact would be done now. */
static bool applies(const struct person *person, const struct att_command *command)
{
        const struct whatif_contact *contact = person->contact;

        switch ((int)command->kind) {
        case ATT_CMD_CONTACT_FEEDBACK: /* What it is worth to another agent nobody knows. */
                return contact->talk_count > 0 && person->agent &&
                       contact->talks[contact->talk_count - 1].agent == person->agent;
        case ATT_CMD_CONTACT_TRANSFER:
                return person->phase == WHATIF_WAITING;
        case ATT_CMD_CONTACT_ABANDON:
        case ATT_CMD_CONTACT_CANCEL:
                return person->phase == WHATIF_WAITING || person->phase == WHATIF_SCHEDULED;
        default:
                return is_live(person);
        }
}

static void follow(struct sim *sim, const struct whatif_event *event)
{
        const struct att_command *command = event->command;
        struct person *person = event->contact ? &sim->people[event->contact->index] : NULL;

        sim->now_ms = att_max_i64(sim->now_ms, command->at_ms);
        if (command->kind == ATT_CMD_CONTACT_ADD) {
                arrive(sim, person, command);
                return;
        }
        if ((command->kind == ATT_CMD_CONFIG && sim->setting->config) ||
            (person && !applies(person, command))) {
                return;
        }
        if (command->kind == ATT_CMD_AGENT_READY) {
                sim->workers[agent_of(sim, command->agent)->index].last_ready = command;
        }
        do_step(sim, command);
}

/* The course of the day ----------------------------------------------------- */

static const struct whatif_event *next_recorded(const struct sim *sim)
{
        return sim->next_event < sim->day->event_count ? &sim->day->events[sim->next_event] : NULL;
}

static bool is_recorded_first(const struct whatif_event *recorded,
                              const struct att_keyheap_entry *first)
{
        int64_t at_ms = recorded->command->at_ms;

        return !first || at_ms < (int64_t)first->key.high ||
               (at_ms == (int64_t)first->key.high &&
                recorded->command->seq << SEQ_SHIFT < first->key.low);
}

/* While attuned was away nothing happened: after its last command, which is of before. */
static bool is_away(const struct whatif_event *recorded, int64_t next_ms)
{
        return recorded->command->kind == ATT_CMD_AWAY &&
               next_ms > recorded->command->at_ms - recorded->command->away.away_ms;
}

/* The next thing; false: the recording is over. */
static bool go_on(struct sim *sim)
{
        const struct whatif_event *recorded = next_recorded(sim);
        const struct att_keyheap_entry *first = att_keyheap_first(&sim->agenda);
        int64_t deadline_ms = att_core_next_deadline_ms(sim->core);
        int64_t next_ms = first ? (int64_t)first->key.high : INT64_MAX;
        bool takes_recorded = recorded && (is_recorded_first(recorded, first) ||
                                           is_away(recorded, att_min_i64(next_ms, deadline_ms)));

        if (takes_recorded) {
                next_ms = recorded->command->at_ms;
        }
        if (deadline_ms <= next_ms && !(takes_recorded && is_away(recorded, deadline_ms))) {
                if (deadline_ms > sim->day->end_ms) {
                        return false;
                }
                sim->now_ms = att_max_i64(sim->now_ms, deadline_ms);
                do_step(sim, &(struct att_command){.kind = ATT_CMD_TICK});
                return true;
        }
        if (next_ms > sim->day->end_ms) {
                return false;
        }
        if (takes_recorded) {
                sim->next_event++;
                follow(sim, recorded);
        } else {
                happen(sim, first);
        }
        return true;
}

static void take_over(struct sim *sim, const struct whatif_contact *contact)
{
        struct person *person = &sim->people[contact->index];

        if (contact->add || contact->phase_at_start == WHATIF_COMING) {
                return;
        }
        person->fate->is_here = contact->phase_at_start == WHATIF_WAITING;
        see_queue(sim, person, contact->queue_at_start);
        person->phase = contact->phase_at_start;
        switch (contact->phase_at_start) {
        case WHATIF_WAITING:
                begin_wait(sim, person, contact->since_at_start_ms);
                if (contact->agent_at_start) {
                        plan_reaction(sim, person, contact->agent_at_start, contact->offer_at_start,
                                      sim->now_ms);
                }
                break;
        case WHATIF_TALKING:
                person->fate->is_answered = true;
                person->fate->agent = contact->agent_at_start;
                sim->workers[contact->agent_at_start->index].interactions++;
                sim->workers[contact->agent_at_start->index].busy_since_ms = sim->now_ms;
                begin_talk(sim, person, sim->now_ms, contact->agent_at_start);
                break;
        case WHATIF_SCHEDULED:
                person->is_promised = true;
                break;
        case WHATIF_COMING:
        case WHATIF_GONE:
                break;
        }
}

static struct att_core *load_core(const struct whatif_day *day)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer why = {0};
        struct att_core *core = NULL;
        int error;

        if (day->snapshot_seq == 0) {
                return att_core_new();
        }
        error = state_restore(&day->snapshot.snapshot, state_codec_of_engine(), NULL, &core, &why);
        ATT_CHECK(error == 0); /* It went well when the day was read. */
        return core;
}

/* As attuned has it. */
static bool wants_prices(const struct att_config *config)
{
        return config->tier_count > 0 && config->queue_count > 1;
}

static void open_day(struct sim *sim)
{
        const struct whatif_day *day = sim->day;
        const struct att_config *config = sim->setting->config ? sim->setting->config : day->first;

        att_keyheap_init(&sim->agenda, never_less);
        sim->core = load_core(day);
        sim->seq = att_core_seq(sim->core);
        sim->now_ms = day->snapshot_seq > 0 ? att_core_now_ms(sim->core) : day->begin_ms;
        sim->people = att_alloc_array(day->contact_count, sizeof(*sim->people));
        sim->workers = att_alloc_array(day->agent_count + 1u, sizeof(*sim->workers));
        for (uint32_t i = 0; i < day->contact_count; i++) {
                sim->people[i].contact = day->contacts[i];
                sim->people[i].fate = &sim->course->fates[i];
                sim->people[i].fate->offered_ms = -1;
                plan_question(sim, &sim->people[i]);
        }
        for (const struct whatif_agent *agent = day->agents; agent; agent = agent->next) {
                sim->workers[agent->index].agent = agent;
                sim->workers[agent->index].back_ms = -1;
        }
        for (uint32_t i = 0; i < day->contact_count; i++) {
                take_over(sim, day->contacts[i]);
        }
        if (day->snapshot_seq == 0 || sim->setting->config) {
                do_step(sim, &(struct att_command){.kind = ATT_CMD_CONFIG, .config = config});
        }
        if (!day->has_prices && wants_prices(config)) {
                happen_later(sim, &sim->prices, sim->now_ms + PRICES_EVERY_MS, 0, EVENT_PRICES);
        }
}

/* Those who still wait or work. */
static void close_day(struct sim *sim)
{
        int64_t end_ms = sim->day->end_ms;

        for (uint32_t i = 0; i < sim->day->contact_count; i++) {
                end_wait(sim, &sim->people[i], end_ms);
        }
        for (uint32_t i = 0; i < sim->day->agent_count; i++) {
                if (sim->workers[i].interactions > 0) {
                        sim->course->work[i].busy_ms += end_ms - sim->workers[i].busy_since_ms;
                }
        }
        att_keyheap_deinit(&sim->agenda);
        att_effects_deinit(&sim->effects);
        att_core_free(sim->core);
        free(sim->people);
        free(sim->workers);
}

void whatif_sim_run(const struct whatif_setting *setting, struct whatif_course *ret_course)
{
        struct sim sim = {
                .setting = setting,
                .day = setting->day,
                .course = ret_course,
        };

        *ret_course = (struct whatif_course){
                .fates = att_alloc_array(setting->day->contact_count, sizeof(struct whatif_fate)),
                .work = att_alloc_array(setting->day->agent_count + 1u, sizeof(struct whatif_work)),
        };
        open_day(&sim);
        while (go_on(&sim)) {
        }
        close_day(&sim);
}

void whatif_course_deinit(struct whatif_course *course)
{
        att_arena_deinit(&course->arena);
        free(course->fates);
        free(course->work);
}
