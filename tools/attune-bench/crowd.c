/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attune-bench/crowd.h"

#include <stdlib.h>

#include "lib/base/util.h"

#define SECOND_MS        INT64_C(1000)
#define SIGN_ON_MS       (60 * SECOND_MS)  /* Within it everybody has come. */
#define FILL_MS          (600 * SECOND_MS) /* Within it all who wait have come. */
#define ANSWER_MS        (5 * SECOND_MS)   /* An agent's answer, at the latest. */
#define TALK_MS          (180 * SECOND_MS) /* The mean ... */
#define CHAT_MS          (300 * SECOND_MS)
#define PATIENCE_MS      (300 * SECOND_MS)
#define BREAK_MS         (600 * SECOND_MS)
#define DECLINED_PERCENT 3 /* Of offers. */
#define GIVE_UP_PERCENT  5 /* Of contacts, if they wait so long. */
#define FEEDBACK_PERCENT 10
#define BREAK_PERCENT    2 /* After a contact. */

enum happening_kind { HAPPENS_ANSWER, HAPPENS_END, HAPPENS_GIVE_UP, HAPPENS_READY };

struct happening {
        struct att_keyheap_node in_agenda;
        int64_t at_ms;
        uint64_t order;
        enum happening_kind kind;
        uint32_t contact;
        uint32_t agent;
        uint64_t offer;
};

static struct happening *happening_of(const struct att_keyheap_entry *entry)
{
        return entry ? ATT_CONTAINER_OF(entry->node, struct happening, in_agenda) : NULL;
}

static bool comes_before(const struct att_keyheap_node *a, const struct att_keyheap_node *b)
{
        return ATT_CONTAINER_OF_CONST(a, struct happening, in_agenda)->order <
               ATT_CONTAINER_OF_CONST(b, struct happening, in_agenda)->order;
}

static struct happening *plan_happening(struct crowd *crowd, enum happening_kind kind,
                                        int64_t in_ms)
{
        struct happening *happening = att_alloc(sizeof(*happening));

        happening->kind = kind;
        happening->at_ms = crowd->centre.now_ms + 1 + in_ms;
        happening->order = crowd->next_order++;
        att_keyheap_add(&crowd->agenda, &happening->in_agenda,
                        (struct att_keyheap_key){(uint64_t)happening->at_ms, happening->order}, 0);
        return happening;
}

/* In a plain centre everybody answers at once, nobody declines, gives up or takes a break. */
static bool is_plain(const struct crowd *crowd)
{
        return crowd->plan.centre.kind == CENTRE_PLAIN;
}

static bool is_chance(struct crowd *crowd, uint32_t percent)
{
        return !is_plain(crowd) && att_rng_below(&crowd->rng, 100) < percent;
}

static int64_t draw_ms(struct crowd *crowd, int64_t mean_ms)
{
        return (int64_t)att_rng_exponential(&crowd->rng, (double)mean_ms);
}

/* Effects ------------------------------------------------------------------------------------- */

static struct crowd_contact *find_contact(struct crowd *crowd, struct att_text id)
{
        return &crowd->contacts[centre_number(id)];
}

static void see_offer(struct crowd *crowd, const struct att_effect *effect)
{
        int64_t in_ms = is_plain(crowd) ? 0 : att_rng_between(&crowd->rng, 0, ANSWER_MS);
        struct happening *answer = plan_happening(crowd, HAPPENS_ANSWER, in_ms);

        answer->contact = centre_number(effect->contact);
        answer->agent = centre_number(effect->agent);
        answer->offer = effect->offer;
        find_contact(crowd, effect->contact)->offer = effect->offer;
}

static void see_connect(struct crowd *crowd, const struct att_effect *effect)
{
        bool is_voice = att_text_equals_c(effect->channel, "voice");
        struct happening *end = plan_happening(crowd, HAPPENS_END,
                                               draw_ms(crowd, is_voice ? TALK_MS : CHAT_MS));

        end->contact = centre_number(effect->contact);
        end->agent = centre_number(effect->agent);
        find_contact(crowd, effect->contact)->is_open = false;
}

static void see_effects(struct crowd *crowd)
{
        const struct att_effects *effects = &crowd->centre.effects;

        for (uint32_t i = 0; i < effects->count; i++) {
                const struct att_effect *effect = &effects->items[i];

                if (effect->kind == ATT_EFFECT_OFFER) {
                        see_offer(crowd, effect);
                } else if (effect->kind == ATT_EFFECT_REVOKE) {
                        find_contact(crowd, effect->contact)->offer = 0;
                } else if (effect->kind == ATT_EFFECT_CONNECT) {
                        see_connect(crowd, effect);
                } else if (effect->kind == ATT_EFFECT_CLOSED) {
                        find_contact(crowd, effect->contact)->is_open = false;
                }
        }
}

/* Commands ------------------------------------------------------------------------------------ */

static void tell(struct crowd *crowd, struct att_command *command, uint32_t contact, uint32_t agent)
{
        char contact_id[CENTRE_ID_BYTES];
        char agent_id[CENTRE_ID_BYTES];

        if (contact != ATT_NONE) {
                command->contact = centre_contact_id(contact, contact_id);
        }
        if (agent != ATT_NONE) {
                command->agent = centre_agent_id(agent, agent_id);
        }
        centre_step(&crowd->centre, command);
        crowd->commands++;
        see_effects(crowd);
}

static void add_contact(struct crowd *crowd)
{
        uint32_t number = crowd->contact_count++;
        struct centre_contact contact = centre_draw_contact(&crowd->centre, &crowd->rng, number,
                                                            crowd->plan.emotions);

        if (crowd->contact_count > crowd->contact_capacity) {
                size_t capacity = att_grown_capacity(crowd->contact_capacity, crowd->contact_count);

                crowd->contacts = att_realloc_array(crowd->contacts, capacity,
                                                    sizeof(*crowd->contacts));
                crowd->contact_capacity = (uint32_t)capacity;
        }
        crowd->contacts[number] = (struct crowd_contact){.is_open = true};
        if (is_chance(crowd, GIVE_UP_PERCENT)) {
                plan_happening(crowd, HAPPENS_GIVE_UP, draw_ms(crowd, PATIENCE_MS))->contact =
                        number;
        }
        centre_add_contact(&crowd->centre, &contact);
        crowd->commands++;
        see_effects(crowd);
}

static void answer(struct crowd *crowd, const struct happening *happening)
{
        bool is_declined = is_chance(crowd, DECLINED_PERCENT);
        struct att_command command = centre_command(is_declined ? ATT_CMD_OFFER_DECLINE
                                                                : ATT_CMD_OFFER_ACCEPT);

        if (crowd->contacts[happening->contact].offer != happening->offer) {
                return; /* Revoked meanwhile. */
        }
        crowd->contacts[happening->contact].offer = 0;
        command.offer.offer = happening->offer;
        crowd->accepted += !is_declined;
        crowd->declined += is_declined;
        tell(crowd, &command, happening->contact, happening->agent);
}

static void give_feedback(struct crowd *crowd, uint32_t contact)
{
        struct att_command command = centre_command(ATT_CMD_CONTACT_FEEDBACK);

        command.feedback.csat = (int32_t)att_rng_between(&crowd->rng, 1, 5);
        command.feedback.nps = -1;
        command.feedback.ces = -1;
        command.feedback.resolved = -1;
        command.feedback.emotion_ppm = ATT_ABSENT;
        tell(crowd, &command, contact, ATT_NONE);
}

static void take_break(struct crowd *crowd, uint32_t agent)
{
        struct att_command command = centre_command(ATT_CMD_AGENT_PAUSE);

        command.presence.reason = ATT_TEXT("break");
        tell(crowd, &command, ATT_NONE, agent);
        plan_happening(crowd, HAPPENS_READY, draw_ms(crowd, BREAK_MS))->agent = agent;
}

static void end(struct crowd *crowd, const struct happening *happening)
{
        struct att_command command = centre_command(ATT_CMD_CONTACT_END);

        tell(crowd, &command, happening->contact, ATT_NONE);
        if (is_chance(crowd, FEEDBACK_PERCENT)) {
                give_feedback(crowd, happening->contact);
        }
        if (is_chance(crowd, BREAK_PERCENT)) {
                take_break(crowd, happening->agent);
        }
}

static void give_up(struct crowd *crowd, uint32_t contact)
{
        struct att_command command = centre_command(ATT_CMD_CONTACT_ABANDON);

        if (crowd->contacts[contact].is_open) {
                crowd->contacts[contact].offer = 0;
                crowd->abandoned++;
                tell(crowd, &command, contact, ATT_NONE);
        }
}

static void sign_on(struct crowd *crowd, uint32_t agent)
{
        struct att_command command = centre_command(ATT_CMD_AGENT_READY);

        tell(crowd, &command, ATT_NONE, agent);
}

static void happen(struct crowd *crowd, const struct happening *happening)
{
        switch (happening->kind) {
        case HAPPENS_ANSWER:
                answer(crowd, happening);
                break;
        case HAPPENS_END:
                end(crowd, happening);
                break;
        case HAPPENS_GIVE_UP:
                give_up(crowd, happening->contact);
                break;
        case HAPPENS_READY:
                sign_on(crowd, happening->agent);
                break;
        }
}

/* Time ---------------------------------------------------------------------------------------- */

static void tick(struct crowd *crowd, int64_t at_ms)
{
        struct att_command command = centre_command(ATT_CMD_TICK);

        crowd->centre.now_ms = at_ms;
        centre_step(&crowd->centre, &command);
        crowd->ticks++;
        see_effects(crowd);
}

/* Lets all happen that happens until then. What an effect brings about comes later. */
static void live_until(struct crowd *crowd, int64_t until_ms)
{
        for (;;) {
                struct happening *first = happening_of(att_keyheap_first(&crowd->agenda));
                int64_t at_ms = first ? first->at_ms : INT64_MAX;
                int64_t due_ms = att_core_next_deadline_ms(crowd->centre.core);

                if (at_ms > until_ms && due_ms > until_ms) {
                        crowd->centre.now_ms = until_ms;
                        return;
                }
                if (due_ms <= at_ms) {
                        tick(crowd, due_ms);
                        continue;
                }
                crowd->centre.now_ms = at_ms;
                att_keyheap_remove(&crowd->agenda, &first->in_agenda);
                happen(crowd, first);
                free(first);
        }
}

static bool is_short(const struct crowd *crowd)
{
        struct att_core_counts counts;
        uint32_t in_hands;

        att_core_counts(crowd->centre.core, &counts);
        in_hands = counts.contacts[ATT_CONTACT_OFFERED] + counts.contacts[ATT_CONTACT_CONNECTED];
        return crowd->plan.waiting > 0 ? counts.contacts[ATT_CONTACT_QUEUED] < crowd->plan.waiting
                                       : counts.contacts[ATT_CONTACT_QUEUED] + in_hands <
                                                 (uint64_t)crowd->plan.centre.agents * 4 / 5;
}

static int64_t next_moment(const struct crowd *crowd)
{
        const struct happening *first = happening_of(att_keyheap_first(&crowd->agenda));
        int64_t at_ms = first ? first->at_ms : INT64_MAX;

        return att_min_i64(at_ms, att_core_next_deadline_ms(crowd->centre.core));
}

void crowd_run(struct crowd *crowd, uint64_t commands)
{
        uint64_t until = crowd->commands + commands;

        while (crowd->commands < until) {
                if (is_short(crowd)) {
                        add_contact(crowd);
                } else {
                        live_until(crowd, next_moment(crowd));
                }
        }
}

void crowd_fill(struct crowd *crowd)
{
        int64_t begin_ms = crowd->centre.now_ms;
        int64_t wanted = crowd->plan.waiting + 2 * (int64_t)crowd->plan.centre.agents;

        for (int64_t i = 0; i < wanted && is_short(crowd); i++) {
                live_until(crowd, begin_ms + FILL_MS * i / wanted);
                add_contact(crowd);
        }
        while (is_short(crowd)) {
                add_contact(crowd);
        }
}

void crowd_init(struct crowd *crowd, const struct crowd_plan *plan)
{
        *crowd = (struct crowd){.plan = *plan};
        centre_init(&crowd->centre, &plan->centre);
        att_rng_seed(&crowd->rng, plan->centre.seed + 1);
        att_keyheap_init(&crowd->agenda, comes_before);
        for (uint32_t i = 0; i < plan->centre.agents; i++) {
                crowd->centre.now_ms = CENTRE_START_MS + SIGN_ON_MS * i / plan->centre.agents;
                sign_on(crowd, i);
        }
}

void crowd_deinit(struct crowd *crowd)
{
        struct happening *happening;

        while ((happening = happening_of(att_keyheap_first(&crowd->agenda)))) {
                att_keyheap_remove(&crowd->agenda, &happening->in_agenda);
                free(happening);
        }
        att_keyheap_deinit(&crowd->agenda);
        free(crowd->contacts);
        centre_deinit(&crowd->centre);
}
