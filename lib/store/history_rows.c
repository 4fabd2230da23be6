/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From events to rows: one function a kind of event.
 *
 * What is inserted is selected from `contacts`, so that nothing is written of a contact that the
 * history does not have: one that came before it began.
 */
#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/store/history_work.h"

/* ---- Times in queues ---- */

/* Ends its time in a queue, if it is in one. Gives the wait, or ATT_HISTORY_NONE. `only_in`: of this
 * queue; empty: of any. */
static int64_t leave_spell(struct att_history *history, const struct att_history_event *event,
                           struct att_text only_in, struct att_text how, struct att_text agent)
{
        const int64_t contact = (int64_t)event->contact;
        int64_t found[2];
        int64_t waited_ms;

        if (!history_find(history, found,
                          "SELECT n, entered_ms FROM spells "
                          "WHERE contact = ?1 AND left_ms IS NULL AND (?2 IS NULL OR queue = ?2) "
                          "ORDER BY n DESC LIMIT 1",
                          "nt", contact, only_in)) {
                return ATT_HISTORY_NONE;
        }
        waited_ms = att_max_i64(event->at_ms - found[1], 0);
        history_do(history,
                   "UPDATE spells SET left_ms = ?3, waited_ms = ?4, how = ?5, agent = ?6 "
                   "WHERE contact = ?1 AND n = ?2",
                   "nnnntt", contact, found[0], event->at_ms, waited_ms, how, agent);
        return waited_ms;
}

/* It was turned on at a queue's door. */
static void pass_spell(struct att_history *history, const struct att_history_event *event,
                       struct att_text queue, struct att_text how)
{
        history_do(history,
                   "INSERT INTO spells (contact, n, queue, entered_ms, left_ms, waited_ms, how) "
                   "SELECT contact, (SELECT coalesce(max(n), 0) + 1 FROM spells "
                   "WHERE contact = ?1), ?2, ?3, ?3, 0, ?4 FROM contacts WHERE contact = ?1",
                   "ntnt", (int64_t)event->contact, queue, event->at_ms, how);
}

/* Where it is now, and what it has waited since it was last said. */
static void note_queue(struct att_history *history, const struct att_history_event *event,
                       struct att_text queue, int64_t waited_ms)
{
        history_do(history,
                   "UPDATE contacts SET queue = coalesce(?2, queue), "
                   "first_queue = coalesce(first_queue, ?2), "
                   "waited_ms = CASE WHEN ?3 IS NULL THEN waited_ms "
                   "ELSE coalesce(waited_ms, 0) + ?3 END WHERE contact = ?1",
                   "ntn", (int64_t)event->contact, queue, waited_ms);
}

static void apply_queued(struct att_history *history, const struct att_history_event *event)
{
        const int64_t waited_ms = leave_spell(history, event, ATT_TEXT_NONE, ATT_TEXT("moved"),
                                              ATT_TEXT_NONE);

        /* One that was closed in the same instant is told of first. */
        history_do(history,
                   "INSERT INTO spells (contact, n, queue, entered_ms, position, estimate_ms, "
                   "left_ms, waited_ms, how) "
                   "SELECT contact, (SELECT coalesce(max(n), 0) + 1 FROM spells "
                   "WHERE contact = ?1), ?2, ?3, ?4, ?5, iif(closed_ms IS NULL, NULL, ?3), "
                   "iif(closed_ms IS NULL, NULL, 0), outcome FROM contacts WHERE contact = ?1",
                   "ntnnn", (int64_t)event->contact, event->queued.queue, event->at_ms,
                   event->queued.position, event->queued.estimate_ms);
        history_do(history,
                   "UPDATE contacts SET queue = ?2, first_queue = coalesce(first_queue, ?2), "
                   "waited_ms = coalesce(waited_ms, 0) + coalesce(?3, 0), "
                   "position = coalesce(position, ?4), estimate_ms = coalesce(estimate_ms, ?5) "
                   "WHERE contact = ?1",
                   "ntnnn", (int64_t)event->contact, event->queued.queue, waited_ms,
                   event->queued.position, event->queued.estimate_ms);
}

static void apply_left(struct att_history *history, const struct att_history_event *event)
{
        const int64_t waited_ms = leave_spell(history, event, event->left.queue, event->left.how,
                                              ATT_TEXT_NONE);

        if (waited_ms == ATT_HISTORY_NONE) {
                pass_spell(history, event, event->left.queue, event->left.how);
        }
        note_queue(history, event, event->left.queue, waited_ms);
}

static void apply_scheduled(struct att_history *history, const struct att_history_event *event)
{
        const int64_t waited_ms = leave_spell(history, event, ATT_TEXT_NONE, ATT_TEXT("scheduled"),
                                              ATT_TEXT_NONE);

        note_queue(history, event, event->scheduled.queue, waited_ms);
        if (event->scheduled.attempt > 0) {
                history_do(history, "UPDATE contacts SET attempt = ?2 WHERE contact = ?1", "nn",
                           (int64_t)event->contact, event->scheduled.attempt);
        }
}

/* ---- Offers ---- */

static void apply_offered(struct att_history *history, const struct att_history_event *event)
{
        history_do(history,
                   "INSERT INTO offers (offer, contact, agent, queue, offered_ms) "
                   "SELECT ?2, contact, ?3, ?4, ?5 FROM contacts WHERE contact = ?1",
                   "nnttn", (int64_t)event->contact, event->offered.offer, event->offered.agent,
                   event->offered.queue, event->at_ms);
        history_do(history,
                   "UPDATE contacts SET offers = offers + 1, "
                   "first_offered_ms = coalesce(first_offered_ms, ?2) WHERE contact = ?1",
                   "nn", (int64_t)event->contact, event->at_ms);
}

static void apply_revoked(struct att_history *history, const struct att_history_event *event)
{
        history_do(history,
                   "UPDATE offers SET ended_ms = ?2, how = ?3 WHERE offer = ?1 AND contact = ?4",
                   "nntn", event->revoked.offer, event->at_ms, event->revoked.how,
                   (int64_t)event->contact);
        if (att_text_equals_c(event->revoked.how, "declined")) {
                history_do(history,
                           "UPDATE contacts SET declined = declined + 1 WHERE contact = ?1", "n",
                           (int64_t)event->contact);
        } else if (att_text_equals_c(event->revoked.how, "missed")) {
                history_do(history, "UPDATE contacts SET missed = missed + 1 WHERE contact = ?1",
                           "n", (int64_t)event->contact);
        }
}

/* When it was offered; one that is taken as it is offered has no offer of its own before. */
static int64_t take_offer(struct att_history *history, const struct att_history_event *event,
                          bool *ret_is_new)
{
        int64_t offered_ms = event->at_ms;

        if (event->connected.offer == ATT_HISTORY_NONE) { /* It went on after a gap. */
                *ret_is_new = false;
                return ATT_HISTORY_NONE;
        }
        *ret_is_new = !history_find(history, &offered_ms,
                                    "SELECT offered_ms FROM offers WHERE offer = ?1", "n",
                                    event->connected.offer);
        if (*ret_is_new) {
                history_do(history,
                           "INSERT INTO offers (offer, contact, agent, queue, offered_ms, "
                           "ended_ms, how) SELECT ?2, contact, ?3, ?4, ?5, ?5, 'accepted' "
                           "FROM contacts WHERE contact = ?1",
                           "nnttn", (int64_t)event->contact, event->connected.offer,
                           event->connected.agent, event->connected.queue, event->at_ms);
        } else {
                history_do(history,
                           "UPDATE offers SET ended_ms = ?2, how = 'accepted' WHERE offer = ?1",
                           "nn", event->connected.offer, event->at_ms);
        }
        return offered_ms;
}

/* ---- Conversations ---- */

static void apply_connected(struct att_history *history, const struct att_history_event *event)
{
        const int64_t waited_ms = leave_spell(history, event, ATT_TEXT_NONE, ATT_TEXT("answered"),
                                              event->connected.agent);
        bool is_new_offer;
        const int64_t offered_ms = take_offer(history, event, &is_new_offer);

        history_do(history,
                   "INSERT INTO conversations (contact, n, agent, queue, channel, offered_ms, "
                   "connected_ms) SELECT contact, (SELECT coalesce(max(n), 0) + 1 "
                   "FROM conversations WHERE contact = ?1), ?2, ?3, ?4, ?5, ?6 "
                   "FROM contacts WHERE contact = ?1",
                   "ntttnn", (int64_t)event->contact, event->connected.agent,
                   event->connected.queue, event->connected.channel, offered_ms, event->at_ms);
        history_do(history,
                   "UPDATE contacts SET answered_ms = coalesce(answered_ms, ?2), "
                   "waited_ms = coalesce(waited_ms, 0) + coalesce(?3, 0), "
                   "first_agent = coalesce(first_agent, ?4), last_agent = ?4, "
                   "offers = offers + ?5, first_offered_ms = coalesce(first_offered_ms, ?6) "
                   "WHERE contact = ?1",
                   "nnntnn", (int64_t)event->contact, event->at_ms, waited_ms,
                   event->connected.agent, (int64_t)is_new_offer, offered_ms);
}

static void apply_held(struct att_history *history, const struct att_history_event *event)
{
        if (event->held.held) {
                history_do(history,
                           "UPDATE conversations SET held_since_ms = ?2 WHERE contact = ?1 "
                           "AND ended_ms IS NULL AND held_since_ms IS NULL",
                           "nn", (int64_t)event->contact, event->at_ms);
        } else {
                history_do(history,
                           "UPDATE conversations SET held_ms = held_ms + ?2 - held_since_ms, "
                           "held_since_ms = NULL WHERE contact = ?1 AND ended_ms IS NULL "
                           "AND held_since_ms IS NOT NULL",
                           "nn", (int64_t)event->contact, event->at_ms);
        }
}

struct talk { /* Of a conversation that has just ended; all zero if there was none. */
        int64_t talked_ms;
        int64_t held_ms;
        bool has_ended;
};

/* Ends the conversation that is going on; with `agent`, that agent's only. */
static struct talk end_conversation(struct att_history *history,
                                    const struct att_history_event *event, struct att_text agent,
                                    struct att_text by)
{
        struct talk talk = {0};
        int64_t found[4];

        if (!history_find(history, found,
                          "SELECT n, connected_ms, held_ms, held_since_ms FROM conversations "
                          "WHERE contact = ?1 AND ended_ms IS NULL AND (?2 IS NULL OR agent = ?2) "
                          "ORDER BY n DESC LIMIT 1",
                          "nt", (int64_t)event->contact, agent)) {
                return talk;
        }
        talk.has_ended = true;
        talk.talked_ms = att_max_i64(event->at_ms - found[1], 0);
        talk.held_ms = found[2] + (found[3] == ATT_HISTORY_NONE ? 0 : event->at_ms - found[3]);
        history_do(history,
                   "UPDATE conversations SET ended_ms = ?3, ended_by = ?4, held_ms = ?5, "
                   "held_since_ms = NULL WHERE contact = ?1 AND n = ?2",
                   "nnntn", (int64_t)event->contact, found[0], event->at_ms, by, talk.held_ms);
        history_do(history,
                   "UPDATE people SET last_agent = (SELECT agent FROM conversations "
                   "WHERE contact = ?1 AND n = ?2) "
                   "WHERE person = (SELECT person FROM contacts WHERE contact = ?1)",
                   "nn", (int64_t)event->contact, found[0]);
        return talk;
}

static void apply_ended(struct att_history *history, const struct att_history_event *event)
{
        const struct talk talk = end_conversation(history, event, event->ended.agent,
                                                  event->ended.by);

        if (talk.has_ended) {
                history_do(
                        history,
                        "UPDATE contacts SET talked_ms = talked_ms + ?2, held_ms = held_ms + ?3, "
                        "transfers = transfers + ?4 WHERE contact = ?1",
                        "nnnn", (int64_t)event->contact, talk.talked_ms, talk.held_ms,
                        event->ended.transferred);
        }
}

static void apply_finished(struct att_history *history, const struct att_history_event *event)
{
        int64_t found[2];

        apply_ended(history, event);
        if (!history_find(history, found,
                          "SELECT n, ended_ms FROM conversations WHERE contact = ?1 AND agent = ?2 "
                          "AND wrapped_up_ms IS NULL AND ended_ms IS NOT NULL ORDER BY n LIMIT 1",
                          "nt", (int64_t)event->contact, event->ended.agent)) {
                return;
        }
        history_do(history,
                   "UPDATE conversations SET wrapped_up_ms = ?3 WHERE contact = ?1 AND n = ?2",
                   "nnn", (int64_t)event->contact, found[0], event->at_ms);
        if (event->at_ms > found[1]) {
                history_do(history,
                           "UPDATE contacts SET wrapped_ms = wrapped_ms + ?2 WHERE contact = ?1",
                           "nn", (int64_t)event->contact, event->at_ms - found[1]);
        }
}

/* ---- From its beginning to its end ---- */

static void apply_added(struct att_history *history, const struct att_history_event *event)
{
        int64_t person = ATT_HISTORY_NONE;

        if (!att_text_is_empty(event->added.person)) {
                person = history_person_of(history, event->added.person, event->at_ms);
        }
        history_do(history,
                   "INSERT OR IGNORE INTO contacts (contact, id, front_end, channel, entry_point, "
                   "language, intent, text, person, tier, value_ppm, emotion_ppm, emotion_source, "
                   "arrived_ms) "
                   "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
                   "ntttttttntnntn", (int64_t)event->contact, event->id, event->added.front_end,
                   event->added.channel, event->added.entry_point, event->added.language,
                   event->added.intent, event->added.text, person, event->added.tier,
                   event->added.value_ppm, event->added.emotion_ppm, event->added.emotion_source,
                   event->at_ms);
        if (history_changed(history) == 0) { /* It goes on after a gap. */
                history_do(history,
                           "UPDATE contacts SET closed_ms = NULL, outcome = NULL, reason = NULL "
                           "WHERE contact = ?1",
                           "n", (int64_t)event->contact);
        } else if (person != ATT_HISTORY_NONE) {
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
        history_do(history,
                   "UPDATE contacts SET emotion_end_ppm = coalesce(?2, emotion_end_ppm), "
                   "text = coalesce(?3, text) WHERE contact = ?1",
                   "nnt", (int64_t)event->contact, event->updated.emotion_ppm, event->updated.text);
}

static void apply_closed(struct att_history *history, const struct att_history_event *event)
{
        const int64_t waited_ms = leave_spell(history, event, ATT_TEXT_NONE, event->closed.outcome,
                                              ATT_TEXT_NONE);
        const struct talk talk = end_conversation(history, event, ATT_TEXT_NONE, event->closed.by);

        if (waited_ms == ATT_HISTORY_NONE && att_text_equals_c(event->closed.outcome, "refused")) {
                pass_spell(history, event, event->closed.queue, event->closed.outcome);
        }
        history_do(
                history,
                "UPDATE contacts SET closed_ms = ?2, outcome = ?3, reason = ?4, "
                "disposition = ?5, queue = coalesce(?6, queue), "
                "first_queue = coalesce(first_queue, ?6), "
                "waited_ms = CASE WHEN ?7 IS NULL THEN waited_ms "
                "ELSE coalesce(waited_ms, 0) + ?7 END, "
                "talked_ms = talked_ms + ?8, held_ms = held_ms + ?9, "
                "notes = coalesce(?10, notes), survey_asked = coalesce(?11, 0) WHERE contact = ?1",
                "nnttttnnntn", (int64_t)event->contact, event->at_ms, event->closed.outcome,
                event->closed.reason, event->closed.disposition, event->closed.queue, waited_ms,
                talk.talked_ms, talk.held_ms, event->closed.notes, event->closed.survey);
}

static void apply_feedback(struct att_history *history, const struct att_history_event *event)
{
        history_do(history,
                   "INSERT OR REPLACE INTO feedback (feedback, contact, at_ms, csat, nps, ces, "
                   "resolved, emotion_ppm, text, agent, queue, by) "
                   "SELECT ?2, contact, ?3, ?4, ?5, ?6, ?7, ?8, ?9, last_agent, queue, ?10 "
                   "FROM contacts WHERE contact = ?1",
                   "nnnnnnnntt", (int64_t)event->contact, (int64_t)event->seq, event->at_ms,
                   event->feedback.csat, event->feedback.nps, event->feedback.ces,
                   event->feedback.resolved, event->feedback.emotion_ppm, event->feedback.text,
                   event->feedback.by);
        if (event->feedback.emotion_ppm != ATT_HISTORY_NONE) {
                history_do(history, "UPDATE contacts SET emotion_end_ppm = ?2 WHERE contact = ?1",
                           "nn", (int64_t)event->contact, event->feedback.emotion_ppm);
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
        (void)history_find(history, &found,
                           "SELECT max(contact) FROM contacts WHERE id = ?1 AND contact < ?2", "tn",
                           id, (int64_t)event->contact);
        return found;
}

static void apply_repeat(struct att_history *history, const struct att_history_event *event)
{
        history_do(history, "UPDATE contacts SET repeat_of = ?2 WHERE contact = ?1", "nn",
                   (int64_t)event->contact,
                   other_contact(history, event, event->repeat.other, event->repeat.other_id));
}

/* The promise has the number of the contact that is to keep it. */
static void apply_promised(struct att_history *history, const struct att_history_event *event)
{
        const int64_t other = other_contact(history, event, event->promised.other,
                                            event->promised.other_id);

        history_do(history, "UPDATE contacts SET follow_up_of = ?2 WHERE contact = ?1", "nn",
                   (int64_t)event->contact, other);
        history_do(history,
                   "INSERT INTO promises (promise, contact, person, agent, what, due_ms, "
                   "expires_ms, state) SELECT ?1, ?2, person, ?3, ?4, ?5, ?6, 'open' "
                   "FROM contacts WHERE contact = ?1 "
                   "ON CONFLICT (promise) DO UPDATE SET state = 'open'",
                   "nnttnn", (int64_t)event->contact, other, event->promised.agent,
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
        history_do(history, "UPDATE contacts SET incident = ?2 WHERE contact = ?1", "nt",
                   (int64_t)event->contact, event->incident.id);
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
        if (!history_find(history, &found,
                          "SELECT max(contact) FROM contacts WHERE id = ?1 AND contact < ?2", "tn",
                          event->id, (int64_t)event->seq) ||
            found == ATT_HISTORY_NONE) {
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
