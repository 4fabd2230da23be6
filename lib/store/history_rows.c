/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From events to rows: one function a kind of event. They change what is held of a contact
 * (lib/store/history_held.h), which is written at the end of the transaction.
 *
 * Nothing is written of a contact that the history does not have: one that came before it began.
 */
#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/store/history_work.h"

static void keep_first(struct att_text *kept, struct att_text text)
{
        if (att_text_is_empty(*kept)) {
                *kept = text;
        }
}

static void keep_last(struct att_text *kept, struct att_text text)
{
        if (!att_text_is_empty(text)) {
                *kept = text;
        }
}

static void keep_first_number(int64_t *kept, int64_t number)
{
        if (*kept == ATT_HISTORY_NONE) {
                *kept = number;
        }
}

static int64_t or_zero(int64_t number)
{
        return number == ATT_HISTORY_NONE ? 0 : number;
}

static void change(enum history_row *row)
{
        if (*row == HISTORY_ROW_WRITTEN) {
                *row = HISTORY_ROW_CHANGED;
        }
}

/* ---- Times in queues ---- */

/* Ends its time in a queue, if it is in one. Gives the wait, or ATT_HISTORY_NONE. `only_in`: of this
 * queue; empty: of any. */
static int64_t leave_spell(struct history_contact *contact, const struct att_history_event *event,
                           struct att_text only_in, struct att_text how, struct att_text agent)
{
        struct history_spell *spell = contact->spells;

        while (spell && (spell->left_ms != ATT_HISTORY_NONE ||
                         !(att_text_is_empty(only_in) || att_text_equals(spell->queue, only_in)))) {
                spell = spell->next;
        }
        if (!spell) {
                return ATT_HISTORY_NONE;
        }
        change(&spell->row);
        spell->left_ms = event->at_ms;
        spell->waited_ms = att_max_i64(event->at_ms - spell->entered_ms, 0);
        spell->how = how;
        spell->agent = agent;
        return spell->waited_ms;
}

/* It was turned on at a queue's door. */
static void pass_spell(struct history_contact *contact, const struct att_history_event *event,
                       struct att_text queue, struct att_text how)
{
        struct history_spell *spell = history_spell_new(contact);

        spell->queue = queue;
        spell->entered_ms = event->at_ms;
        spell->left_ms = event->at_ms;
        spell->waited_ms = 0;
        spell->how = how;
}

static void add_wait(struct history_contact *contact, int64_t waited_ms)
{
        if (waited_ms != ATT_HISTORY_NONE) {
                contact->waited_ms = or_zero(contact->waited_ms) + waited_ms;
        }
}

/* Where it is now, and what it has waited since it was last said. */
static void note_queue(struct history_contact *contact, struct att_text queue, int64_t waited_ms)
{
        history_contact_changed(contact);
        keep_last(&contact->queue, queue);
        keep_first(&contact->first_queue, queue);
        add_wait(contact, waited_ms);
}

static void apply_queued(struct att_history *history, const struct att_history_event *event)
{
        struct history_contact *contact = history_contact_of(history, event->contact);
        struct history_spell *spell;
        int64_t waited_ms;

        if (!contact) {
                return;
        }
        waited_ms = leave_spell(contact, event, ATT_TEXT_NONE, ATT_TEXT("moved"), ATT_TEXT_NONE);
        spell = history_spell_new(contact);
        spell->queue = event->queued.queue;
        spell->entered_ms = event->at_ms;
        spell->position = event->queued.position;
        spell->estimate_ms = event->queued.estimate_ms;
        spell->how = contact->outcome;
        if (contact->closed_ms != ATT_HISTORY_NONE) { /* In the same instant: that is told first. */
                spell->left_ms = event->at_ms;
                spell->waited_ms = 0;
        }
        history_contact_changed(contact);
        contact->queue = event->queued.queue;
        keep_first(&contact->first_queue, event->queued.queue);
        contact->waited_ms = or_zero(contact->waited_ms) + or_zero(waited_ms);
        keep_first_number(&contact->position, event->queued.position);
        keep_first_number(&contact->estimate_ms, event->queued.estimate_ms);
}

static void apply_left(struct att_history *history, const struct att_history_event *event)
{
        struct history_contact *contact = history_contact_of(history, event->contact);
        int64_t waited_ms;

        if (!contact) {
                return;
        }
        waited_ms = leave_spell(contact, event, event->left.queue, event->left.how, ATT_TEXT_NONE);
        if (waited_ms == ATT_HISTORY_NONE) {
                pass_spell(contact, event, event->left.queue, event->left.how);
        }
        note_queue(contact, event->left.queue, waited_ms);
}

static void apply_scheduled(struct att_history *history, const struct att_history_event *event)
{
        struct history_contact *contact = history_contact_of(history, event->contact);

        if (!contact) {
                return;
        }
        note_queue(
                contact, event->scheduled.queue,
                leave_spell(contact, event, ATT_TEXT_NONE, ATT_TEXT("scheduled"), ATT_TEXT_NONE));
        if (event->scheduled.attempt > 0) {
                contact->attempt = event->scheduled.attempt;
        }
}

/* ---- Offers ---- */

static struct history_offer *begin_offer(struct att_history *history,
                                         struct history_contact *contact,
                                         const struct att_history_event *event, int64_t number,
                                         struct att_text agent, struct att_text queue)
{
        struct history_offer *offer = history_offer_new(history, contact, number);

        offer->agent = agent;
        offer->queue = queue;
        offer->offered_ms = event->at_ms;
        return offer;
}

static void end_offer(struct history_offer *offer, int64_t at_ms, struct att_text how)
{
        change(&offer->row);
        offer->ended_ms = at_ms;
        offer->how = how;
}

static void apply_offered(struct att_history *history, const struct att_history_event *event)
{
        struct history_contact *contact = history_contact_of(history, event->contact);

        if (!contact) {
                return;
        }
        (void)begin_offer(history, contact, event, event->offered.offer, event->offered.agent,
                          event->offered.queue);
        history_contact_changed(contact);
        contact->offers++;
        keep_first_number(&contact->first_offered_ms, event->at_ms);
}

static void apply_revoked(struct att_history *history, const struct att_history_event *event)
{
        struct history_contact *contact = history_contact_of(history, event->contact);
        struct history_offer *offer;

        if (!contact) {
                return;
        }
        offer = history_offer_of(history, contact, event->revoked.offer);
        if (offer) {
                end_offer(offer, event->at_ms, event->revoked.how);
        }
        if (att_text_equals_c(event->revoked.how, "declined")) {
                history_contact_changed(contact);
                contact->declined++;
        } else if (att_text_equals_c(event->revoked.how, "missed")) {
                history_contact_changed(contact);
                contact->missed++;
        }
}

/* When it was offered; one that is taken as it is offered has no offer of its own before. */
static int64_t accept_offer(struct att_history *history, struct history_contact *contact,
                            const struct att_history_event *event)
{
        struct history_offer *offer;

        if (event->connected.offer == ATT_HISTORY_NONE) { /* It went on after a gap. */
                return ATT_HISTORY_NONE;
        }
        offer = history_offer_of(history, contact, event->connected.offer);
        if (!offer) {
                offer = begin_offer(history, contact, event, event->connected.offer,
                                    event->connected.agent, event->connected.queue);
                contact->offers++;
        }
        end_offer(offer, event->at_ms, ATT_TEXT("accepted"));
        return offer->offered_ms;
}

/* ---- Conversations ---- */

static void apply_connected(struct att_history *history, const struct att_history_event *event)
{
        struct history_contact *contact = history_contact_of(history, event->contact);
        struct history_talk *talk;
        int64_t waited_ms;

        if (!contact) {
                return;
        }
        waited_ms = leave_spell(contact, event, ATT_TEXT_NONE, ATT_TEXT("answered"),
                                event->connected.agent);
        history_contact_changed(contact);
        talk = history_talk_new(contact);
        talk->agent = event->connected.agent;
        talk->queue = event->connected.queue;
        talk->channel = event->connected.channel;
        talk->offered_ms = accept_offer(history, contact, event);
        talk->connected_ms = event->at_ms;
        keep_first_number(&contact->answered_ms, event->at_ms);
        contact->waited_ms = or_zero(contact->waited_ms) + or_zero(waited_ms);
        keep_first(&contact->first_agent, event->connected.agent);
        contact->last_agent = event->connected.agent;
        keep_first_number(&contact->first_offered_ms, talk->offered_ms);
}

static void hold_talk(struct history_talk *talk, const struct att_history_event *event)
{
        const bool is_held = talk->held_since_ms != ATT_HISTORY_NONE;

        if (talk->ended_ms != ATT_HISTORY_NONE || is_held == (event->held.held != 0)) {
                return;
        }
        change(&talk->row);
        if (is_held) {
                talk->held_ms += event->at_ms - talk->held_since_ms;
        }
        talk->held_since_ms = is_held ? ATT_HISTORY_NONE : event->at_ms;
}

static void apply_held(struct att_history *history, const struct att_history_event *event)
{
        struct history_contact *contact = history_contact_of(history, event->contact);

        for (struct history_talk *talk = contact ? contact->talks : NULL; talk; talk = talk->next) {
                hold_talk(talk, event);
        }
}

/* Ends the conversation that is going on; with `agent`, that agent's only. NULL: there is none. */
static struct history_talk *end_talk(struct att_history *history, struct history_contact *contact,
                                     const struct att_history_event *event, struct att_text agent,
                                     struct att_text by)
{
        struct history_talk *talk = contact->talks;

        while (talk && (talk->ended_ms != ATT_HISTORY_NONE ||
                        !(att_text_is_empty(agent) || att_text_equals(talk->agent, agent)))) {
                talk = talk->next;
        }
        if (!talk) {
                return NULL;
        }
        change(&talk->row);
        if (talk->held_since_ms != ATT_HISTORY_NONE) {
                talk->held_ms += event->at_ms - talk->held_since_ms;
                talk->held_since_ms = ATT_HISTORY_NONE;
        }
        talk->ended_ms = event->at_ms;
        talk->ended_by = by;
        history_contact_changed(contact);
        contact->talked_ms += att_max_i64(event->at_ms - talk->connected_ms, 0);
        contact->held_ms += talk->held_ms;
        if (contact->person != ATT_HISTORY_NONE) {
                history_person_spoke(history, contact->person, talk->agent);
        }
        return talk;
}

static void apply_ended(struct att_history *history, const struct att_history_event *event)
{
        struct history_contact *contact = history_contact_of(history, event->contact);

        if (contact && end_talk(history, contact, event, event->ended.agent, event->ended.by)) {
                contact->transfers += event->ended.transferred;
        }
}

/* The first of its conversations with an agent that has ended and waits for its wrap-up to end. */
static struct history_talk *find_wrapping_up(const struct history_contact *contact,
                                             struct att_text agent)
{
        struct history_talk *found = NULL;

        for (struct history_talk *talk = contact->talks; talk; talk = talk->next) {
                if (talk->ended_ms != ATT_HISTORY_NONE && talk->wrapped_up_ms == ATT_HISTORY_NONE &&
                    att_text_equals(talk->agent, agent)) {
                        found = talk;
                }
        }
        return found;
}

static void apply_finished(struct att_history *history, const struct att_history_event *event)
{
        struct history_contact *contact = history_contact_of(history, event->contact);
        struct history_talk *talk;

        if (!contact) {
                return;
        }
        apply_ended(history, event);
        talk = find_wrapping_up(contact, event->ended.agent);
        if (!talk) {
                return;
        }
        change(&talk->row);
        talk->wrapped_up_ms = event->at_ms;
        if (event->at_ms > talk->ended_ms) {
                history_contact_changed(contact);
                contact->wrapped_ms += event->at_ms - talk->ended_ms;
        }
}

/* ---- From its beginning to its end ---- */

static void add(struct att_history *history, const struct att_history_event *event, int64_t person)
{
        struct history_contact *contact = history_contact_new(history, event->contact, event->id);

        contact->front_end = event->added.front_end;
        contact->channel = event->added.channel;
        contact->entry_point = event->added.entry_point;
        contact->language = event->added.language;
        contact->intent = event->added.intent;
        contact->text = event->added.text;
        contact->person = person;
        contact->tier = event->added.tier;
        contact->value_ppm = event->added.value_ppm;
        contact->emotion_ppm = event->added.emotion_ppm;
        contact->emotion_source = event->added.emotion_source;
        contact->arrived_ms = event->at_ms;
        history_contact_added(history, contact);
}

static void apply_added(struct att_history *history, const struct att_history_event *event)
{
        struct history_contact *contact = history_contact_of(history, event->contact);
        struct history_person *person = NULL;

        if (!att_text_is_empty(event->added.person)) {
                person = history_person_of(history, event->added.person, event->at_ms);
        }
        if (contact) { /* It goes on after a gap. */
                history_end_changed(contact);
                contact->closed_ms = ATT_HISTORY_NONE;
                contact->outcome = ATT_TEXT_NONE;
                contact->reason = ATT_TEXT_NONE;
                return;
        }
        add(history, event, person ? person->person : ATT_HISTORY_NONE);
        if (person) {
                history_person_came(history, person, event);
        }
}

static void apply_requires(struct att_history *history, const struct att_history_event *event)
{
        history_do(history, "INSERT OR REPLACE INTO requirements VALUES (?1, ?2, ?3)", "ntn",
                   (int64_t)event->contact, event->requires.skill, event->requires.level);
}

static void apply_updated(struct att_history *history, const struct att_history_event *event)
{
        struct history_contact *contact = history_contact_of(history, event->contact);

        if (!contact) {
                return;
        }
        history_contact_changed(contact);
        if (event->updated.emotion_ppm != ATT_HISTORY_NONE) {
                contact->emotion_end_ppm = event->updated.emotion_ppm;
        }
        keep_last(&contact->text, event->updated.text);
}

static void apply_closed(struct att_history *history, const struct att_history_event *event)
{
        struct history_contact *contact = history_contact_of(history, event->contact);
        int64_t waited_ms;

        if (!contact) {
                return;
        }
        waited_ms = leave_spell(contact, event, ATT_TEXT_NONE, event->closed.outcome,
                                ATT_TEXT_NONE);
        (void)end_talk(history, contact, event, ATT_TEXT_NONE, event->closed.by);
        if (waited_ms == ATT_HISTORY_NONE && att_text_equals_c(event->closed.outcome, "refused")) {
                pass_spell(contact, event, event->closed.queue, event->closed.outcome);
        }
        note_queue(contact, event->closed.queue, waited_ms);
        history_end_changed(contact);
        contact->closed_ms = event->at_ms;
        contact->outcome = event->closed.outcome;
        contact->reason = event->closed.reason;
        contact->disposition = event->closed.disposition;
        contact->survey_asked = or_zero(event->closed.survey);
        keep_last(&contact->notes, event->closed.notes);
}

#define PUT_FEEDBACK                                                                               \
        "INSERT OR REPLACE INTO feedback (feedback, contact, at_ms, csat, nps, ces, resolved, "    \
        "emotion_ppm, text, by, agent, queue) "

static void put_feedback(struct att_history *history, const struct att_history_event *event,
                         struct history_contact *contact)
{
        history_do(history,
                   PUT_FEEDBACK "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
                   "nnnnnnnntttt", (int64_t)event->seq, contact->contact, event->at_ms,
                   event->feedback.csat, event->feedback.nps, event->feedback.ces,
                   event->feedback.resolved, event->feedback.emotion_ppm, event->feedback.text,
                   event->feedback.by, contact->last_agent, contact->queue);
        if (event->feedback.emotion_ppm != ATT_HISTORY_NONE) {
                history_contact_changed(contact);
                contact->emotion_end_ppm = event->feedback.emotion_ppm;
        }
}

/* Most come long after the contact is over: it is not read for them. */
static void put_late_feedback(struct att_history *history, const struct att_history_event *event)
{
        history_do(history,
                   PUT_FEEDBACK "SELECT ?1, contact, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, last_agent, "
                                "queue FROM contacts WHERE contact = ?2",
                   "nnnnnnnntt", (int64_t)event->seq, (int64_t)event->contact, event->at_ms,
                   event->feedback.csat, event->feedback.nps, event->feedback.ces,
                   event->feedback.resolved, event->feedback.emotion_ppm, event->feedback.text,
                   event->feedback.by);
        if (event->feedback.emotion_ppm != ATT_HISTORY_NONE) {
                history_do(history, "UPDATE contacts SET emotion_end_ppm = ?2 WHERE contact = ?1",
                           "nn", (int64_t)event->contact, event->feedback.emotion_ppm);
        }
}

static void apply_feedback(struct att_history *history, const struct att_history_event *event)
{
        struct history_contact *contact = history_contact_held(history, event->contact);

        if (contact) {
                put_feedback(history, event, contact);
        } else {
                put_late_feedback(history, event);
        }
}

/* ---- What goes beyond one contact ---- */

/* The number of another contact, by its id where that is all that is known. */
static int64_t other_contact(struct att_history *history, const struct att_history_event *event,
                             int64_t number, struct att_text id)
{
        int64_t found = ATT_HISTORY_NONE;

        if (number > 0) {
                return number;
        }
        (void)history_contact_named(history, id, event->contact, &found);
        return found;
}

static void apply_repeat(struct att_history *history, const struct att_history_event *event)
{
        const int64_t other = other_contact(history, event, event->repeat.other,
                                            event->repeat.other_id);
        struct history_contact *contact = history_contact_of(history, event->contact);

        if (contact) {
                history_contact_changed(contact);
                contact->repeat_of = other;
        }
}

/* The promise has the number of the contact that is to keep it. */
static void apply_promised(struct att_history *history, const struct att_history_event *event)
{
        const int64_t other = other_contact(history, event, event->promised.other,
                                            event->promised.other_id);
        struct history_contact *contact = history_contact_of(history, event->contact);

        if (!contact) {
                return;
        }
        history_contact_changed(contact);
        contact->follow_up_of = other;
        history_do(history,
                   "INSERT INTO promises (promise, contact, person, agent, what, due_ms, "
                   "expires_ms, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'open') "
                   "ON CONFLICT (promise) DO UPDATE SET state = 'open'",
                   "nnnttnn", contact->contact, other, contact->person, event->promised.agent,
                   event->promised.what, event->promised.due_ms, event->promised.expires_ms);
}

static void apply_fulfilled(struct att_history *history, const struct att_history_event *event)
{
        history_do(history,
                   "UPDATE promises SET state = ?2, kept_by = iif(?2 = 'kept', ?1, NULL) "
                   "WHERE promise = ?1",
                   "nt", (int64_t)event->contact, event->fulfilled.state);
}

static void apply_affected(struct att_history *history, const struct att_history_event *event)
{
        struct history_contact *contact = history_contact_of(history, event->contact);

        if (contact) {
                history_contact_changed(contact);
                contact->incident = event->incident.id;
        }
}

static void apply_announced(struct att_history *history, const struct att_history_event *event)
{
        history_do(history,
                   "INSERT INTO incidents (incident, announced_ms, by, title, message) "
                   "VALUES (?1, ?2, ?3, ?4, ?5) "
                   "ON CONFLICT (incident, announced_ms) DO UPDATE SET closed_ms = NULL",
                   "tnttt", event->incident.id, event->at_ms, event->incident.by,
                   event->incident.title, event->incident.message);
}

static void apply_resolved(struct att_history *history, const struct att_history_event *event)
{
        history_do(history,
                   "UPDATE incidents SET closed_ms = ?2, message = coalesce(?3, message) "
                   "WHERE incident = ?1 AND closed_ms IS NULL",
                   "tnt", event->incident.id, event->at_ms, event->incident.message);
}

/* ---- Agents ---- */

static void apply_presence(struct att_history *history, const struct att_history_event *event)
{
        const struct att_text agent = event->presence.agent;
        int64_t found[2];
        int64_t since_ms = event->at_ms;

        if (history_find(history, found,
                         "SELECT since_ms, until_ms IS NULL AND state IS ?2 AND reason IS ?3 "
                         "FROM presence WHERE agent = ?1 ORDER BY since_ms DESC LIMIT 1",
                         "ttt", agent, event->presence.state, event->presence.reason)) {
                if (found[1]) {
                        return; /* Said again, after a gap. */
                }
                since_ms = att_max_i64(since_ms, found[0]);
                history_do(history,
                           "UPDATE presence SET until_ms = ?3 "
                           "WHERE agent = ?1 AND since_ms = ?2 AND until_ms IS NULL",
                           "tnn", agent, found[0], since_ms);
        }
        history_do(history,
                   "INSERT INTO presence (agent, since_ms, state, reason) VALUES (?1, ?2, ?3, ?4) "
                   "ON CONFLICT (agent, since_ms) DO UPDATE SET state = excluded.state, "
                   "reason = excluded.reason, until_ms = NULL",
                   "tntt", agent, since_ms, event->presence.state, event->presence.reason);
}

/* ---- All of them ---- */

/* The contact's number, where only its id is known. False: it is none of the history's. */
static bool resolve(struct att_history *history, struct att_history_event *event)
{
        int64_t found = ATT_HISTORY_NONE;

        if (event->contact != 0 || event->kind == ATT_HISTORY_PRESENCE ||
            event->kind == ATT_HISTORY_CUSTOMER || event->kind == ATT_HISTORY_ANNOUNCED ||
            event->kind == ATT_HISTORY_RESOLVED) {
                return true;
        }
        if (!history_contact_named(history, event->id, event->seq, &found)) {
                return false;
        }
        event->contact = (uint64_t)found;
        return true;
}

typedef void apply_event(struct att_history *history, const struct att_history_event *event);

static apply_event *const appliers[ATT_HISTORY_KIND_COUNT] = {
        [ATT_HISTORY_ADDED] = apply_added,         [ATT_HISTORY_REQUIRES] = apply_requires,
        [ATT_HISTORY_QUEUED] = apply_queued,       [ATT_HISTORY_LEFT] = apply_left,
        [ATT_HISTORY_SCHEDULED] = apply_scheduled, [ATT_HISTORY_OFFERED] = apply_offered,
        [ATT_HISTORY_REVOKED] = apply_revoked,     [ATT_HISTORY_CONNECTED] = apply_connected,
        [ATT_HISTORY_HELD] = apply_held,           [ATT_HISTORY_UPDATED] = apply_updated,
        [ATT_HISTORY_ENDED] = apply_ended,         [ATT_HISTORY_FINISHED] = apply_finished,
        [ATT_HISTORY_CLOSED] = apply_closed,       [ATT_HISTORY_FEEDBACK] = apply_feedback,
        [ATT_HISTORY_REPEAT] = apply_repeat,       [ATT_HISTORY_PROMISED] = apply_promised,
        [ATT_HISTORY_FULFILLED] = apply_fulfilled, [ATT_HISTORY_AFFECTED] = apply_affected,
        [ATT_HISTORY_ANNOUNCED] = apply_announced, [ATT_HISTORY_RESOLVED] = apply_resolved,
        [ATT_HISTORY_PRESENCE] = apply_presence,   [ATT_HISTORY_CUSTOMER] = history_person_told,
};

int att_history_apply(struct att_history *history, const struct att_history_event *event)
{
        struct att_history_event resolved = *event;

        ATT_CHECK(history->is_writing);
        if (resolve(history, &resolved)) {
                appliers[event->kind](history, &resolved);
        }
        return history->result;
}
