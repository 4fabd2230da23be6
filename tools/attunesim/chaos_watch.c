/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunesim/chaos_watch.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/util.h"
#include "tools/attunesim/chaos_centre.h"

#define OFFERS_MAX  512
#define WORKS_MAX   64
#define STRANGE_MAX 4096 /* The first numbers are those of strange ids. */
/* So long the engine remembers a contact that is over. */
#define REMEMBERED_MS (INT64_C(3600) * 1000)
#define OURS_MAX      200000
#define COVERED_MAX   2000 /* The newest, whose states count as what is going on. */
/* After the shell was away an offer has a fresh timeout, which no configuration here makes longer. */
#define TIMEOUT_MS_MAX 30000

struct contact {
        bool is_known;
        bool is_plain; /* Asks for nothing of its own: ... */
        bool is_fresh; /* ... and was never offered or moved: age alone decides. */
        bool has_own_levels;
        enum att_contact_state state;
        uint32_t agent; /* Connected. */
        uint32_t step;
        uint64_t seq; /* Of its arrival. */
        int64_t closed_ms;
        char queue[8];
        char channel[8];
};

struct offer {
        uint64_t number;
        uint32_t contact;
        uint32_t agent;
        uint32_t units;
        int64_t due_ms;
};

struct work { /* An interaction, or work outside the router. */
        uint32_t contact;
        bool outside;
        bool wraps_up;
        int64_t due_ms; /* Of the wrap-up. */
        uint32_t units;
};

struct agent {
        enum att_presence presence;
        uint32_t load;
        uint32_t offers;
        struct work works[WORKS_MAX];
        uint32_t work_count;
        bool touched;
        bool was_given; /* Something, at the present instant. */
};

static struct {
        char strange[STRANGE_MAX][32]; /* Ids that are none of ours: a damaged frame's. */
        uint32_t strange_count;
        struct contact *contacts; /* Owned. */
        size_t contact_count;     /* With room for more. */
        size_t newest_end;        /* Past the newest that was looked at. */
        struct agent agents[CENTRE_AGENTS_MAX];
        struct offer offers[OFFERS_MAX];
        uint32_t offer_count;
        const struct att_core *core;
        const struct att_command *command;
        const struct att_config
                *config;    /* Shared. What decides now: at a reload first the old one. */
        bool is_old_config; /* The command is a reload that has not begun yet. */
} watch;

/* ---- What it knew ---- */

#define COPIES_MAX 8

static struct copy {
        uint64_t seq; /* 0: none. */
        char strange[STRANGE_MAX][32];
        uint32_t strange_count;
        struct contact *contacts; /* Owned. */
        size_t contact_count;
        size_t contact_capacity;
        struct agent agents[CENTRE_AGENTS_MAX];
        struct offer offers[OFFERS_MAX];
        uint32_t offer_count;
} copies[COPIES_MAX];

/* The oldest of which no snapshot was made, or the oldest. */
static struct copy *choose_copy(bool (*is_needed)(uint64_t seq))
{
        struct copy *oldest = NULL;
        struct copy *unneeded = NULL;

        for (size_t i = 0; i < COPIES_MAX; i++) {
                struct copy *copy = &copies[i];

                if (copy->seq == 0) {
                        return copy;
                }
                if (!oldest || copy->seq < oldest->seq) {
                        oldest = copy;
                }
                if (!is_needed(copy->seq) && (!unneeded || copy->seq < unneeded->seq)) {
                        unneeded = copy;
                }
        }
        return unneeded ? unneeded : oldest;
}

static const struct copy *find_copy(uint64_t seq)
{
        for (size_t i = 0; i < COPIES_MAX; i++) {
                if (copies[i].seq == seq) {
                        return &copies[i];
                }
        }
        return NULL;
}

void watch_save(uint64_t seq, bool (*is_needed)(uint64_t seq))
{
        struct copy *copy = choose_copy(is_needed);

        for (size_t i = 0; i < COPIES_MAX; i++) { /* What was lost may have had this number. */
                copies[i].seq = copies[i].seq == seq ? 0 : copies[i].seq;
        }
        copy->seq = seq;
        copy->strange_count = watch.strange_count;
        memcpy(copy->strange, watch.strange, watch.strange_count * sizeof(watch.strange[0]));
        if (copy->contact_capacity < watch.contact_count) {
                copy->contact_capacity = watch.contact_count;
                copy->contacts = att_realloc_array(copy->contacts, copy->contact_capacity,
                                                   sizeof(*copy->contacts));
        }
        copy->contact_count = watch.contact_count;
        if (watch.contact_count > 0) {
                memcpy(copy->contacts, watch.contacts,
                       watch.contact_count * sizeof(*watch.contacts));
        }
        memcpy(copy->agents, watch.agents, sizeof(copy->agents));
        copy->offer_count = watch.offer_count;
        memcpy(copy->offers, watch.offers, watch.offer_count * sizeof(watch.offers[0]));
}

bool watch_restore(uint64_t seq)
{
        const struct copy *copy = find_copy(seq);

        if (!copy) {
                return false;
        }
        watch_begin();
        watch.strange_count = copy->strange_count;
        memcpy(watch.strange, copy->strange, copy->strange_count * sizeof(copy->strange[0]));
        if (copy->contact_count > 0) { /* There are never fewer than there were. */
                memcpy(watch.contacts, copy->contacts,
                       copy->contact_count * sizeof(*copy->contacts));
        }
        memcpy(watch.agents, copy->agents, sizeof(watch.agents));
        watch.offer_count = copy->offer_count;
        memcpy(watch.offers, copy->offers, copy->offer_count * sizeof(copy->offers[0]));
        return true;
}

void watch_forget_saved(void)
{
        for (size_t i = 0; i < COPIES_MAX; i++) {
                copies[i].seq = 0;
        }
}

void watch_begin(void)
{
        att_config_unref(watch.config);
        watch.config = NULL;
        if (watch.contacts) {
                memset(watch.contacts, 0, watch.contact_count * sizeof(*watch.contacts));
        }
        memset(watch.agents, 0, sizeof(watch.agents));
        watch.newest_end = 0;
        watch.strange_count = 0;
        watch.offer_count = 0;
}

/* ---- Names ---- */

static bool number_of(struct att_text id, char kind, uint32_t bound, uint32_t *ret_number)
{
        uint32_t number = 0;

        if (id.len < 2 || id.len > 8 || id.data[0] != kind) {
                return false;
        }
        for (size_t i = 1; i < id.len; i++) {
                if (id.data[i] < '0' || id.data[i] > '9') {
                        return false;
                }
                number = number * 10 + (uint32_t)(id.data[i] - '0');
        }
        *ret_number = number;
        return number < bound;
}

static struct contact *contact_at(uint32_t number)
{
        if (number >= watch.contact_count) {
                size_t count = att_grown_capacity(watch.contact_count, number + 1);

                watch.contacts = att_realloc_array(watch.contacts, count, sizeof(*watch.contacts));
                memset(watch.contacts + watch.contact_count, 0,
                       (count - watch.contact_count) * sizeof(*watch.contacts));
                watch.contact_count = count;
        }
        if (number >= watch.newest_end) {
                watch.newest_end = number + 1;
        }
        return &watch.contacts[number];
}

static void put(char *into, size_t size, struct att_text text)
{
        size_t len = text.len < size - 1 ? text.len : size - 1;

        memcpy(into, text.data, len);
        into[len] = '\0';
}

/* Every id has a number of its own, until there are too many strange ones. */
static bool find_number(struct att_text id, char kind, uint32_t *ret_number)
{
        char name[32];

        if (number_of(id, kind, OURS_MAX, ret_number) && id.data[1] != '0') {
                *ret_number += STRANGE_MAX;
                return true;
        }
        if (att_text_is_empty(id)) {
                return false;
        }
        put(name, sizeof(name), id);
        for (uint32_t i = 0; i < watch.strange_count; i++) {
                if (strcmp(watch.strange[i], name) == 0) {
                        *ret_number = i;
                        return true;
                }
        }
        CHAOS_CHECK(watch.strange_count < STRANGE_MAX, "watch", "too many strange ids");
        *ret_number = watch.strange_count;
        put(watch.strange[watch.strange_count++], sizeof(name), id);
        return true;
}

/* For people. One at a time may be needed twice in a sentence. */
static const char *shown(uint32_t number)
{
        static char texts[2][32];
        static unsigned turn;
        char *text = texts[turn++ % 2];

        if (number < STRANGE_MAX) {
                return watch.strange[number];
        }
        (void)snprintf(text, sizeof(texts[0]), "c%u", number - STRANGE_MAX);
        return text;
}

static struct contact *find_contact(struct att_text id, uint32_t *ret_number)
{
        return find_number(id, 'c', ret_number) ? contact_at(*ret_number) : NULL;
}

static struct agent *find_agent(struct att_text id, uint32_t *ret_number)
{
        if (!number_of(id, 'a', CENTRE_AGENTS_MAX, ret_number)) {
                return NULL;
        }
        watch.agents[*ret_number].touched = true;
        return &watch.agents[*ret_number];
}

static bool is_live(const struct contact *contact)
{
        return contact->is_known && contact->state != ATT_CONTACT_CLOSED;
}

/* ---- Offers and work ---- */

static struct offer *find_offer(uint64_t number)
{
        for (uint32_t i = 0; i < watch.offer_count; i++) {
                if (watch.offers[i].number == number) {
                        return &watch.offers[i];
                }
        }
        return NULL;
}

static uint32_t offers_of(uint32_t contact)
{
        uint32_t count = 0;

        for (uint32_t i = 0; i < watch.offer_count; i++) {
                count += watch.offers[i].contact == contact;
        }
        return count;
}

static void drop_offer(struct offer *offer)
{
        struct agent *agent = &watch.agents[offer->agent];

        agent->load -= offer->units;
        agent->offers--;
        *offer = watch.offers[--watch.offer_count];
}

static void add_work(struct agent *agent, uint32_t contact, bool outside, uint32_t units)
{
        CHAOS_CHECK(agent->work_count < WORKS_MAX, "S3", "an agent has more work than can be");
        agent->works[agent->work_count++] = (struct work){
                .contact = contact, .outside = outside, .units = units};
        agent->load += units;
}

/* The oldest such; NULL: none. */
static struct work *find_work(struct agent *agent, uint32_t contact, bool outside, bool wraps_up)
{
        for (uint32_t i = 0; i < agent->work_count; i++) {
                struct work *work = &agent->works[i];

                if (work->contact == contact && work->outside == outside &&
                    work->wraps_up == wraps_up) {
                        return work;
                }
        }
        return NULL;
}

static bool drop_work(struct agent *agent, struct work *work)
{
        if (!work) {
                return false;
        }
        agent->load -= work->units;
        agent->work_count--;
        memmove(work, work + 1, (size_t)(&agent->works[agent->work_count] - work) * sizeof(*work));
        return true;
}

static uint32_t units_of(struct att_text channel)
{
        uint32_t index = att_config_find_channel(watch.config, channel);

        return index == ATT_NONE ? 0 : watch.config->channels[index].units;
}

/* ---- Who may have what (S3, S10) ---- */

static bool meets(uint32_t agent, const char *queue_name, uint32_t step)
{
        char id[8];
        uint32_t index;
        uint32_t queue = att_config_find_queue(watch.config, att_text_from(queue_name));
        const struct att_step *asked;

        (void)snprintf(id, sizeof(id), "a%u", agent);
        index = att_config_find_agent(watch.config, att_text_from(id));
        if (index == ATT_NONE || queue == ATT_NONE ||
            step >= watch.config->queues[queue].step_count) {
                return false;
        }
        asked = &watch.config->queues[queue].steps[step];
        for (uint32_t i = 0; i < asked->requires_count; i++) {
                if (watch.config->agents[index].levels[asked->requires[i].skill] <
                    asked->requires[i].level) {
                        return false;
                }
        }
        return true;
}

static bool is_reachable(const struct att_agent_view *view, const char *channel)
{
        for (uint32_t i = 0; i < 64; i++) {
                struct att_text name = att_core_channel_name(watch.core, i);

                if (att_text_equals(name, att_text_from(channel))) {
                        return view->reachable >> i & 1;
                }
        }
        return false;
}

static void check_may_take(const struct att_effect *effect, uint32_t agent_number,
                           const struct agent *agent, const struct contact *contact)
{
        struct att_agent_view view;

        CHAOS_CHECK(agent->presence == ATT_PRESENCE_READY, "S10",
                    "contact %.*s goes to agent %.*s, who is %s", ATT_TEXT_ARGS(effect->contact),
                    ATT_TEXT_ARGS(effect->agent), att_presence_name(agent->presence));
        CHAOS_CHECK(contact->has_own_levels || meets(agent_number, contact->queue, effect->step),
                    "S10",
                    "contact %.*s goes to agent %.*s, who lacks what queue %s asks in step %u",
                    ATT_TEXT_ARGS(effect->contact), ATT_TEXT_ARGS(effect->agent), contact->queue,
                    effect->step);
        if (watch.is_old_config) { /* What the engine says of an agent is of after the reload. */
                return;
        }
        CHAOS_CHECK(att_core_find_agent(watch.core, effect->agent, &view) && view.def, "S10",
                    "contact %.*s goes to agent %.*s, who is none", ATT_TEXT_ARGS(effect->contact),
                    ATT_TEXT_ARGS(effect->agent));
        if (view.presence != ATT_PRESENCE_READY) { /* Gone since, with the same command. */
                return;
        }
        CHAOS_CHECK(is_reachable(&view, contact->channel), "S10",
                    "contact %.*s goes to agent %.*s, who is not reachable on %s",
                    ATT_TEXT_ARGS(effect->contact), ATT_TEXT_ARGS(effect->agent), contact->channel);
}

/* At an instant's end: effects of one instant have no order among them that a sum could follow. */
static void check_units(void)
{
        for (uint32_t i = 0; i < CENTRE_AGENTS_MAX; i++) {
                struct agent *agent = &watch.agents[i];

                CHAOS_CHECK(!agent->was_given || agent->load <= 100, "S3",
                            "agent a%u was given something and holds %u units", i, agent->load);
                agent->was_given = false;
        }
}

/* ---- Effects ---- */

static void move(struct contact *contact, uint32_t number, enum att_contact_state next)
{
        CHAOS_CHECK(!contact->is_known || contact->state == next ||
                            att_contact_may_move(contact->state, next),
                    "S1", "contact %s moves from %s to %s", shown(number),
                    att_contact_state_name(contact->state), att_contact_state_name(next));
        contact->state = next;
        contact->is_known = true;
}

static void see_queued(const struct att_effect *effect, struct contact *contact, uint32_t number)
{
        if (contact->is_known && contact->state != ATT_CONTACT_SCHEDULED) {
                contact->is_fresh = false;
        }
        CHAOS_CHECK(offers_of(number) == 0, "S2", "contact %s is queued while it is offered",
                    shown(number));
        move(contact, number, ATT_CONTACT_QUEUED);
        put(contact->queue, sizeof(contact->queue), effect->queue);
        contact->step = effect->step;
}

static void see_offer(const struct att_effect *effect, struct contact *contact, uint32_t number)
{
        uint32_t agent_number;
        struct agent *agent = find_agent(effect->agent, &agent_number);
        uint32_t units = units_of(att_text_from(contact->channel));

        CHAOS_CHECK(agent, "S10", "an offer to %.*s, who is none", ATT_TEXT_ARGS(effect->agent));
        CHAOS_CHECK(is_live(contact) && (contact->state == ATT_CONTACT_QUEUED ||
                                         contact->state == ATT_CONTACT_OFFERED),
                    "S2", "contact %s is offered while it is %s", shown(number),
                    is_live(contact) ? att_contact_state_name(contact->state) : "over");
        CHAOS_CHECK(!find_offer(effect->offer), "S2", "two offers have the number %" PRIu64,
                    effect->offer);
        CHAOS_CHECK(watch.offer_count < OFFERS_MAX, "S3", "more offers than can be");
        check_may_take(effect, agent_number, agent, contact);
        watch.offers[watch.offer_count++] = (struct offer){effect->offer, number, agent_number,
                                                           units, effect->due_ms};
        agent->offers++;
        agent->load += units;
        agent->was_given = true;
        move(contact, number, ATT_CONTACT_OFFERED);
}

static void see_revoke(const struct att_effect *effect, struct contact *contact, uint32_t number)
{
        struct offer *offer = find_offer(effect->offer);
        uint32_t agent_number;

        CHAOS_CHECK(offer, "S7", "the offer %" PRIu64 " of contact %s ends twice", effect->offer,
                    shown(number));
        CHAOS_CHECK(find_agent(effect->agent, &agent_number) && offer->agent == agent_number &&
                            offer->contact == number,
                    "S2", "the offer %" PRIu64 " ends as another's", effect->offer);
        drop_offer(offer);
        contact->is_fresh = false;
        if (contact->state == ATT_CONTACT_OFFERED && offers_of(number) == 0) {
                move(contact, number, ATT_CONTACT_QUEUED);
        }
}

static void see_connect(const struct att_effect *effect, struct contact *contact, uint32_t number)
{
        struct offer *offer = find_offer(effect->offer);
        uint32_t agent_number;
        struct agent *agent = find_agent(effect->agent, &agent_number);
        uint32_t units = units_of(att_text_from(contact->channel));

        CHAOS_CHECK(agent && is_live(contact), "S2", "contact %s connects and is none",
                    shown(number));
        CHAOS_CHECK(contact->state != ATT_CONTACT_CONNECTED, "S2",
                    "contact %s connects to a%u and has a%u", shown(number), agent_number,
                    contact->agent);
        if (offer) {
                CHAOS_CHECK(offer->contact == number && offer->agent == agent_number, "S2",
                            "contact %s connects to a%u by an offer that was another's",
                            shown(number), agent_number);
                units = offer->units;
                drop_offer(offer);
        } else {
                CHAOS_CHECK(effect->decision, "S2",
                            "contact %s connects to a%u without an offer or a decision",
                            shown(number), agent_number);
                check_may_take(effect, agent_number, agent, contact);
        }
        add_work(agent, number, false, units);
        if (!offer) {
                agent->was_given = true;
                move(contact, number, ATT_CONTACT_OFFERED);
        }
        move(contact, number, ATT_CONTACT_CONNECTED);
        contact->agent = agent_number;
        chaos_result->figures.connects++;
}

static void see_closed(const struct att_effect *effect, struct contact *contact, uint32_t number)
{
        CHAOS_CHECK(!contact->is_known || is_live(contact), "S1", "contact %s closes twice",
                    shown(number));
        CHAOS_CHECK(offers_of(number) == 0, "S6", "contact %s closes as %s and is still offered",
                    shown(number), att_outcome_name(effect->outcome));
        move(contact, number, ATT_CONTACT_CLOSED);
        contact->closed_ms = effect->at_ms;
}

static void see_wrap_up(const struct att_effect *effect, uint32_t contact)
{
        uint32_t agent_number;
        struct agent *agent = find_agent(effect->agent, &agent_number);
        struct work *work = agent ? find_work(agent, contact, false, false) : NULL;

        CHAOS_CHECK(work, "S4", "work of agent %.*s with %.*s is wrapped up and was none",
                    ATT_TEXT_ARGS(effect->agent), ATT_TEXT_ARGS(effect->contact));
        work->wraps_up = true;
        work->due_ms = effect->due_ms;
}

/* Of several wrap-ups after the same contact, which was transferred and came back, the one that is due. */
static struct work *find_due(struct agent *agent, uint32_t contact, int64_t at_ms)
{
        for (uint32_t i = 0; i < agent->work_count; i++) {
                struct work *work = &agent->works[i];

                if (work->contact == contact && !work->outside && work->wraps_up &&
                    work->due_ms == at_ms) {
                        return work;
                }
        }
        return find_work(agent, contact, false, true);
}

/* A conversation that is over, or a wrap-up: perhaps while the same contact, transferred, is back. */
static void see_finished(const struct att_effect *effect, uint32_t contact)
{
        uint32_t agent_number;
        struct agent *agent = find_agent(effect->agent, &agent_number);
        bool talks = watch.contacts[contact].state == ATT_CONTACT_CONNECTED &&
                     watch.contacts[contact].agent == agent_number;
        struct work *work = agent && talks ? find_due(agent, contact, effect->at_ms) : NULL;

        if (agent && !work) {
                work = find_work(agent, contact, false, false);
        }
        if (agent && !work) {
                work = find_due(agent, contact, effect->at_ms);
        }
        CHAOS_CHECK(agent && drop_work(agent, work), "S4",
                    "work of agent %.*s with %.*s ends and was none", ATT_TEXT_ARGS(effect->agent),
                    ATT_TEXT_ARGS(effect->contact));
}

static void take_config(void)
{
        const struct att_config *config = att_core_config(watch.core);

        watch.is_old_config = false;
        if (config != watch.config) {
                att_config_unref(watch.config);
                watch.config = config ? att_config_ref(config) : NULL;
        }
}

static void see(const struct att_effect *effect)
{
        uint32_t number = 0;
        struct contact *contact = find_contact(effect->contact, &number);
        struct agent *agent;

        if (effect->kind == ATT_EFFECT_CONFIG) {
                take_config();
                return;
        }
        if (effect->kind == ATT_EFFECT_AGENT) {
                agent = find_agent(effect->agent, &number);
                if (agent) {
                        agent->presence = effect->presence;
                }
                return;
        }
        if (!contact) {
                return;
        }
        switch (effect->kind) {
        case ATT_EFFECT_SCHEDULED:
                contact->is_fresh = false;
                move(contact, number, ATT_CONTACT_SCHEDULED);
                break;
        case ATT_EFFECT_QUEUED:
                see_queued(effect, contact, number);
                break;
        case ATT_EFFECT_RELAXED:
                contact->step = effect->step;
                break;
        case ATT_EFFECT_OFFER:
                see_offer(effect, contact, number);
                break;
        case ATT_EFFECT_REVOKE:
                see_revoke(effect, contact, number);
                break;
        case ATT_EFFECT_CONNECT:
                see_connect(effect, contact, number);
                break;
        case ATT_EFFECT_CLOSED:
                see_closed(effect, contact, number);
                break;
        case ATT_EFFECT_FINISHED:
                see_finished(effect, number);
                break;
        case ATT_EFFECT_OVERFLOW:
                contact->is_fresh = false;
                break;
        case ATT_EFFECT_WRAP_UP:
                see_wrap_up(effect, number);
                break;
        case ATT_EFFECT_POSITION:
        case ATT_EFFECT_AGENT:
        case ATT_EFFECT_CONFIG:
        case ATT_EFFECT_REFUSED:
        case ATT_EFFECT_FEEDBACK:
        case ATT_EFFECT_REPEAT:
        case ATT_EFFECT_PROMISED:
        case ATT_EFFECT_PROMISE_KEPT:
        case ATT_EFFECT_PROMISE_EXPIRED:
        case ATT_EFFECT_PROMISE_CANCELLED:
        case ATT_EFFECT_INCIDENT:
        case ATT_EFFECT_ANNOUNCED:
        case ATT_EFFECT_INCIDENT_CLOSED:
        case ATT_EFFECT_KIND_COUNT:
                break;
        }
}

/* ---- Commands ---- */

static bool is_plain(const struct att_contact_request *request)
{
        return att_text_is_empty(request->agent) && att_text_is_empty(request->preferred_agent) &&
               request->priority_milli == ATT_ABSENT && request->emotion_ppm == ATT_ABSENT &&
               request->not_before_ms == ATT_ABSENT && request->waited_ms == ATT_ABSENT &&
               request->requires_count == 0 && request->prefer_count == 0 &&
               request->exclude_count == 0 && att_text_is_empty(request->customer.id) &&
               request->customer.lifetime_value_micro < 0;
}

static void see_add(const struct att_command *command)
{
        uint32_t number;
        struct contact *contact = find_contact(command->contact, &number);

        if (contact && contact->is_known && contact->state == ATT_CONTACT_CLOSED &&
            command->at_ms - contact->closed_ms >= REMEMBERED_MS) {
                contact->is_known = false; /* Its name is free again. */
        }
        if (contact && !contact->is_known) {
                contact->is_plain = is_plain(&command->request);
                contact->is_fresh = true;
                contact->has_own_levels = command->request.requires_count > 0;
                contact->seq = command->seq;
                put(contact->channel, sizeof(contact->channel), command->request.channel);
                chaos_result->figures.contacts++;
        }
}

static void see_command(const struct att_command *command, bool refused)
{
        uint32_t number;
        uint32_t agent_number;
        struct agent *agent;
        struct contact *contact;

        if (refused) {
                return;
        }
        switch (command->kind) {
        case ATT_CMD_OCCUPIED:
                agent = find_agent(command->agent, &agent_number);
                if (agent && find_number(command->contact, 'w', &number) &&
                    !find_work(agent, number, true, false)) { /* The same again is no other. */
                        add_work(agent, number, true, units_of(command->occupied.channel));
                }
                break;
        case ATT_CMD_FREE:
                agent = find_agent(command->agent, &agent_number);
                if (agent && find_number(command->contact, 'w', &number)) {
                        (void)drop_work(agent, find_work(agent, number, true, false));
                }
                break;
        case ATT_CMD_CONTACT_UPDATE:
                contact = find_contact(command->contact, &number);
                if (contact) {
                        contact->is_plain = false;
                        contact->has_own_levels |= command->update.requires_count > 0;
                }
                break;
        case ATT_CMD_AWAY:
                for (uint32_t i = 0; i < watch.offer_count; i++) {
                        watch.offers[i].due_ms = command->at_ms + TIMEOUT_MS_MAX;
                }
                break;
        case ATT_CMD_CONFIG: /* Whoever waits may have been moved. */
                for (size_t i = 0; i < watch.contact_count; i++) {
                        watch.contacts[i].is_fresh = false;
                }
                for (uint32_t i = 0; i < CENTRE_AGENTS_MAX; i++) {
                        watch.agents[i].touched = true;
                }
                break;
        default:
                break;
        }
}

/* ---- After a step ---- */

static void check_contact(struct att_text id)
{
        struct att_contact_view view;
        uint32_t number;
        const struct contact *contact = find_contact(id, &number);

        if (!contact || !contact->is_known) {
                return;
        }
        CHAOS_CHECK(att_core_find_contact(watch.core, id, &view) || !is_live(contact), "S1",
                    "contact %.*s is %s and the engine knows nothing of it", ATT_TEXT_ARGS(id),
                    att_contact_state_name(contact->state));
        if (!att_core_find_contact(watch.core, id, &view)) {
                return;
        }
        CHAOS_CHECK(view.state == contact->state, "S1",
                    "contact %.*s is %s by its effects, %s in the engine", ATT_TEXT_ARGS(id),
                    att_contact_state_name(contact->state), att_contact_state_name(view.state));
}

/* What the engine says of an agent's work agrees with what its effects said. */
static void check_agent(uint32_t number)
{
        struct agent *agent = &watch.agents[number];
        struct att_interaction_view work;
        struct att_contact_view contact;
        struct att_agent_view view;
        char name[8];
        struct att_text id;

        agent->touched = false;
        (void)snprintf(name, sizeof(name), "a%u", number);
        id = att_text_from(name);
        if (!att_core_find_agent(watch.core, id, &view)) {
                CHAOS_CHECK(agent->load == 0, "S5", "agent %s is gone and holds %u units", name,
                            agent->load);
                agent->presence = ATT_PRESENCE_OFFLINE;
                return;
        }
        CHAOS_CHECK(view.load_units == agent->load && view.offers == agent->offers &&
                            view.interactions == agent->work_count,
                    "S4",
                    "agent %s: by its effects %u units, %u offers, %u works; in the engine %u, %u, "
                    "%u",
                    name, agent->load, agent->offers, agent->work_count, view.load_units,
                    view.offers, view.interactions);
        CHAOS_CHECK(view.presence == agent->presence || !view.def, "S1",
                    "agent %s is %s by its effects, %s in the engine", name,
                    att_presence_name(agent->presence), att_presence_name(view.presence));
        for (size_t i = 0; att_core_agent_interaction(watch.core, id, i, &work); i++) {
                if (work.outside || work.state == ATT_INTERACTION_WRAP_UP) {
                        continue;
                }
                CHAOS_CHECK(att_core_find_contact(watch.core, work.contact, &contact) &&
                                    contact.state == ATT_CONTACT_CONNECTED &&
                                    att_text_equals(contact.agent, id),
                            "S5", "agent %s talks with %.*s, which is not with that agent", name,
                            ATT_TEXT_ARGS(work.contact));
        }
}

/* An older one that asked for the same and that this agent could have had still waits. */
static void check_order(const struct att_effect *effect)
{
        uint32_t number;
        uint32_t agent;
        const struct contact *younger = find_contact(effect->contact, &number);

        if (!younger || !younger->is_plain || !younger->is_fresh ||
            !find_agent(effect->agent, &agent)) {
                return;
        }
        for (size_t i = STRANGE_MAX; i < number && i < watch.contact_count; i++) {
                const struct contact *older = &watch.contacts[i];

                CHAOS_CHECK(!(older->is_known && older->state == ATT_CONTACT_QUEUED &&
                              older->is_plain && older->is_fresh && older->seq < younger->seq &&
                              older->step == younger->step && /* Or its fit is another. */
                              strcmp(older->queue, younger->queue) == 0 &&
                              strcmp(older->channel, younger->channel) == 0 &&
                              meets(agent, older->queue, older->step)),
                            "S11", "contact %s goes to a%u before %s, which is older and equal",
                            shown(number), agent, shown((uint32_t)i));
        }
}

static void check_deadlines(void)
{
        for (uint32_t i = 0; i < watch.offer_count; i++) {
                CHAOS_CHECK(watch.offers[i].due_ms >= watch.command->at_ms, "L2",
                            "the offer %" PRIu64 " of contact %s is %" PRId64 " ms over its time",
                            watch.offers[i].number, shown(watch.offers[i].contact),
                            watch.command->at_ms - watch.offers[i].due_ms);
        }
}

/* After a hang-up that was taken there is no offer of it, and no conversation. */
static void check_hang_up(const struct att_command *command, bool refused)
{
        uint32_t number;
        const struct contact *contact = find_contact(command->contact, &number);

        if (refused || !contact || !contact->is_known) {
                return;
        }
        if (command->kind == ATT_CMD_CONTACT_ABANDON || command->kind == ATT_CMD_CONTACT_CANCEL) {
                CHAOS_CHECK(!is_live(contact) && offers_of(number) == 0, "S6",
                            "contact %s has hung up and is %s", shown(number),
                            att_contact_state_name(contact->state));
        }
        if (command->kind == ATT_CMD_OFFER_DECLINE && !is_live(contact)) {
                struct att_contact_view view;

                CHAOS_CHECK(!att_core_find_contact(watch.core, command->contact, &view) ||
                                    view.outcome == ATT_OUTCOME_EXPIRED ||
                                    view.outcome == ATT_OUTCOME_OVERFLOWED ||
                                    view.outcome == ATT_OUTCOME_REFUSED,
                            "S9", "a decline ended contact %s as %s", shown(number),
                            att_outcome_name(view.outcome));
        }
}

/* For whoever looks for the cause. */
static void tell_step(const struct att_command *command, const struct att_effects *effects)
{
        printf("%" PRIu64 " at %" PRId64 ": %s contact=%.*s agent=%.*s front_end=%.*s\n",
               command->seq, command->at_ms, att_command_kind_name(command->kind),
               ATT_TEXT_ARGS(command->contact), ATT_TEXT_ARGS(command->agent),
               ATT_TEXT_ARGS(command->front_end));
        for (uint32_t i = 0; i < effects->count; i++) {
                const struct att_effect *effect = &effects->items[i];

                printf("    %" PRId64 " %s contact=%.*s agent=%.*s queue=%.*s offer=%" PRIu64
                       " step=%d %s %.*s\n",
                       effect->at_ms, att_effect_kind_name(effect->kind),
                       ATT_TEXT_ARGS(effect->contact), ATT_TEXT_ARGS(effect->agent),
                       ATT_TEXT_ARGS(effect->queue), effect->offer, (int)effect->step,
                       effect->kind == ATT_EFFECT_REVOKE
                               ? att_revoke_reason_name(effect->revoke_reason)
                               : "",
                       ATT_TEXT_ARGS(effect->reason));
        }
}

void watch_step(const struct att_core *core, const struct att_command *command,
                const struct att_effects *effects)
{
        bool refused = att_effects_refusal(effects) != NULL;

        watch.core = core;
        watch.command = command;
        watch.is_old_config = command->kind == ATT_CMD_CONFIG && watch.config;
        if (!watch.is_old_config) {
                take_config();
        }
        if (!watch.config) {
                return;
        }
        if (chaos_is_verbose) {
                tell_step(command, effects);
        }
        if (command->kind == ATT_CMD_CONTACT_ADD && !refused) {
                see_add(command);
        }
        if (command->kind != ATT_CMD_OCCUPIED) { /* What it frees can be given away at once. */
                see_command(command, refused);
        }
        for (uint32_t i = 0; i < effects->count; i++) {
                see(&effects->items[i]);
                if (i + 1 == effects->count ||
                    effects->items[i + 1].at_ms != effects->items[i].at_ms) {
                        check_units();
                }
        }
        if (command->kind == ATT_CMD_OCCUPIED) {
                see_command(command, refused);
        }
        take_config();
        for (uint32_t i = 0; i < effects->count; i++) {
                check_contact(effects->items[i].contact);
                if (effects->items[i].kind == ATT_EFFECT_OFFER) {
                        check_order(&effects->items[i]);
                }
        }
        for (uint32_t i = 0; i < CENTRE_AGENTS_MAX; i++) {
                if (watch.agents[i].touched) {
                        check_agent(i);
                }
        }
        check_deadlines();
        check_hang_up(command, refused);
}

bool watch_is_plain(struct att_text id)
{
        uint32_t number;
        const struct contact *contact = find_contact(id, &number);

        return contact && contact->is_known && contact->is_plain;
}

/* ---- Coverage ---- */

static enum chaos_place place_of_contact(const struct contact *contact)
{
        if (!contact || !contact->is_known) {
                return CHAOS_CONTACT_NONE;
        }
        switch (contact->state) {
        case ATT_CONTACT_SCHEDULED:
                return CHAOS_CONTACT_SCHEDULED;
        case ATT_CONTACT_QUEUED:
                return CHAOS_CONTACT_QUEUED;
        case ATT_CONTACT_OFFERED:
                return CHAOS_CONTACT_OFFERED;
        case ATT_CONTACT_CONNECTED:
                return CHAOS_CONTACT_CONNECTED;
        case ATT_CONTACT_CLOSED:
        case ATT_CONTACT_STATE_COUNT:
                break;
        }
        return CHAOS_CONTACT_CLOSED;
}

static bool talks(const struct agent *agent, uint32_t number)
{
        for (uint32_t i = 0; i < agent->work_count; i++) {
                const struct work *work = &agent->works[i];

                if (work->outside ||
                    (work->contact < watch.contact_count &&
                     watch.contacts[work->contact].state == ATT_CONTACT_CONNECTED &&
                     watch.contacts[work->contact].agent == number)) {
                        return true;
                }
        }
        return false;
}

static enum chaos_place place_of_agent(uint32_t number)
{
        const struct agent *agent = &watch.agents[number];

        if (agent->work_count > 0) {
                return talks(agent, number) ? CHAOS_AGENT_TALKS : CHAOS_AGENT_WRAPS_UP;
        }
        if (agent->offers > 0) {
                return CHAOS_AGENT_OFFERED;
        }
        switch (agent->presence) {
        case ATT_PRESENCE_READY:
                return CHAOS_AGENT_FREE;
        case ATT_PRESENCE_PAUSED:
                return CHAOS_AGENT_PAUSED;
        case ATT_PRESENCE_OFFLINE:
        case ATT_PRESENCE_COUNT:
                break;
        }
        return CHAOS_AGENT_OFFLINE;
}

static void cover_places(enum chaos_fault fault, uint64_t places)
{
        for (int i = 0; i < CHAOS_PLACE_COUNT; i++) {
                if (places >> i & 1) {
                        chaos_covered(fault, (enum chaos_place)i);
                }
        }
}

static uint64_t places_of_agents(void)
{
        uint64_t places = 0;

        for (uint32_t i = 0; i < CENTRE_AGENTS_MAX; i++) {
                places |= UINT64_C(1) << place_of_agent(i);
        }
        return places;
}

void watch_cover(enum chaos_fault fault)
{
        uint64_t places = 0;

        for (size_t i = watch.newest_end > COVERED_MAX ? watch.newest_end - COVERED_MAX : 0;
             i < watch.newest_end; i++) {
                if (watch.contacts[i].is_known) {
                        places |= UINT64_C(1) << place_of_contact(&watch.contacts[i]);
                }
        }
        if (!(places >> CHAOS_CONTACT_SCHEDULED & 15)) {
                places |= UINT64_C(1) << CHAOS_CONTACT_NONE;
        }
        cover_places(fault, places | places_of_agents());
}

void watch_cover_contact(enum chaos_fault fault, struct att_text contact)
{
        uint32_t number;

        chaos_covered(fault, place_of_contact(find_contact(contact, &number)));
        cover_places(fault, places_of_agents());
}

void watch_cover_one(enum chaos_fault fault, struct att_text contact, struct att_text agent)
{
        uint32_t number;

        chaos_covered(fault, place_of_contact(find_contact(contact, &number)));
        if (number_of(agent, 'a', CENTRE_AGENTS_MAX, &number)) {
                chaos_covered(fault, place_of_agent(number));
        }
}
