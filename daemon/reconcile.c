/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pieces of one reconciliation are of one session. What they named is remembered as hashes of 64
 * bits until the last piece, so that a hundred thousand contacts take little.
 */
#include "daemon/reconcile.h"

#include <stdlib.h>

#include "daemon/app.h"
#include "daemon/dispatch.h"
#include "daemon/execute.h"
#include "daemon/presence.h"
#include "lib/base/digest.h"
#include "lib/base/util.h"
#include "lib/wire/codec.h"

#define ROWS_MAX  256  /* Told in an answer. */
#define ENDED_MAX 1024 /* By one last piece: a turn must not last. */
#define SLOTS_MIN 256
#define NAMES_MAX (1U << 20)

/* A set of what was named: open addressing, 0 is an empty place. */
struct held {
        uint64_t *slots;
        size_t slot_count; /* A power of two. */
        size_t count;
};

struct reconciliation {
        struct app *app;
        struct session *session;
        struct att_wire_change rows[ROWS_MAX];
        struct att_wire_changes changes;
};

/* ---- What was named ---- */

void held_free(struct held *held)
{
        if (held) {
                free(held->slots);
                free(held);
        }
}

static uint64_t hash_of(char kind, struct att_text name)
{
        const uint64_t hash = att_digest_of(name.data, name.len).low ^
                              (uint64_t)(unsigned char)kind * UINT64_C(0x9e3779b97f4a7c15);

        return hash ? hash : 1;
}

static uint64_t *find_slot(const struct held *held, uint64_t hash)
{
        size_t at = hash & (held->slot_count - 1);

        while (held->slots[at] != 0 && held->slots[at] != hash) {
                at = (at + 1) & (held->slot_count - 1);
        }
        return &held->slots[at];
}

static void grow(struct held *held)
{
        struct held bigger = {.slot_count = held->slot_count ? 2 * held->slot_count : SLOTS_MIN,
                              .count = held->count};

        bigger.slots = att_alloc_array(bigger.slot_count, sizeof(*bigger.slots));
        for (size_t i = 0; i < held->slot_count; i++) {
                if (held->slots[i] != 0) {
                        *find_slot(&bigger, held->slots[i]) = held->slots[i];
                }
        }
        free(held->slots);
        *held = bigger;
}

static void name(struct held *held, char kind, struct att_text what)
{
        const uint64_t hash = hash_of(kind, what);
        uint64_t *slot;

        if (2 * (held->count + 1) > held->slot_count) {
                grow(held);
        }
        slot = find_slot(held, hash);
        held->count += *slot == 0;
        *slot = hash;
}

static bool is_named(const struct held *held, char kind, struct att_text what)
{
        return held->slot_count > 0 && *find_slot(held, hash_of(kind, what)) != 0;
}

/* ---- What changes ---- */

static void note(struct reconciliation *run, const struct att_wire_change *change)
{
        if (run->changes.row_count < ROWS_MAX) {
                run->rows[run->changes.row_count++] = *change;
        }
        run->changes.changed++;
}

static void note_same(struct reconciliation *run)
{
        run->changes.same++;
}

/* The command, as the front end could have sent it; its refusal, or ATT_REFUSAL_COUNT. */
static enum att_refusal command(struct reconciliation *run, struct att_command *command)
{
        const struct att_effect *refusal;

        command->front_end = session_name(run->session);
        execute(run->app, command);
        refusal = att_effects_refusal(&run->app->writer.effects);
        return refusal ? refusal->refusal : ATT_REFUSAL_COUNT;
}

/* Tells what was done, or that it was refused. */
static void note_done(struct reconciliation *run, enum att_wire_reconciled what,
                      struct att_text contact, struct att_text agent, enum att_refusal code)
{
        struct att_contact_view view;
        const bool is_known = !att_text_is_empty(contact) &&
                              att_core_find_contact(run->app->writer.core, contact, &view);

        note(run, &(struct att_wire_change){
                          .what = code == ATT_REFUSAL_COUNT ? what : ATT_WIRE_RECONCILED_REFUSED,
                          .contact = contact,
                          .agent = agent,
                          .state = is_known ? view.state : ATT_CONTACT_STATE_COUNT,
                          .code = code});
}

/* ---- Contacts ---- */

static void note_differs(struct reconciliation *run, struct att_text contact,
                         const struct att_contact_view *view)
{
        /* The view's texts don't outlive the next command; the agent's id is the configuration's. */
        note(run, &(struct att_wire_change){.what = ATT_WIRE_RECONCILED_DIFFERS,
                                            .contact = contact,
                                            .agent = view->state == ATT_CONTACT_CONNECTED
                                                             ? view->agent
                                                             : ATT_TEXT_NONE,
                                            .state = view->state,
                                            .code = ATT_REFUSAL_COUNT});
}

static void take_waiting(struct reconciliation *run, const struct att_wire_held_contact *held,
                         const struct att_contact_view *view)
{
        struct att_command add;

        if (!view) {
                att_wire_command_init(&add, ATT_CMD_CONTACT_ADD);
                add.request = *held->request;
                add.contact = held->request->id;
                note_done(run, ATT_WIRE_RECONCILED_ADDED, add.contact, ATT_TEXT_NONE,
                          command(run, &add));
        } else if (view->state == ATT_CONTACT_CONNECTED || view->state == ATT_CONTACT_CLOSED) {
                note_differs(run, held->request->id, view);
        } else {
                note_same(run);
        }
}

/* The conversation that attune does not know is the agent's work all the same. */
static void occupy(struct reconciliation *run, const struct att_wire_held_contact *held)
{
        struct att_interaction_view interaction;
        struct att_command occupied;

        for (size_t i = 0;
             att_core_agent_interaction(run->app->writer.core, held->agent, i, &interaction); i++) {
                if (interaction.outside &&
                    att_text_equals(interaction.contact, held->request->id)) {
                        note_same(run);
                        return;
                }
        }
        att_wire_command_init(&occupied, ATT_CMD_OCCUPIED);
        occupied.contact = held->request->id;
        occupied.agent = held->agent;
        occupied.occupied.channel = held->request->channel;
        note_done(run, ATT_WIRE_RECONCILED_OCCUPIED, occupied.contact, held->agent,
                  command(run, &occupied));
}

static bool accept_for(struct reconciliation *run, const struct att_wire_held_contact *held)
{
        struct att_command accept;

        att_wire_command_init(&accept, ATT_CMD_OFFER_ACCEPT);
        accept.contact = held->request->id;
        accept.agent = held->agent;
        if (command(run, &accept) != ATT_REFUSAL_COUNT) {
                return false;
        }
        note_done(run, ATT_WIRE_RECONCILED_CONNECTED, accept.contact, held->agent,
                  ATT_REFUSAL_COUNT);
        return true;
}

static enum att_refusal end(struct reconciliation *run, struct att_text contact, bool is_talking)
{
        struct att_command end;

        att_wire_command_init(&end, is_talking ? ATT_CMD_CONTACT_END : ATT_CMD_CONTACT_CANCEL);
        end.contact = contact;
        return command(run, &end);
}

static void take_talking(struct reconciliation *run, const struct att_wire_held_contact *held,
                         const struct att_contact_view *view)
{
        if (view && view->state == ATT_CONTACT_CONNECTED &&
            att_text_equals(view->agent, held->agent)) {
                note_same(run);
                return;
        }
        if (view && view->state == ATT_CONTACT_OFFERED && accept_for(run, held)) {
                return;
        }
        if (view && view->state != ATT_CONTACT_CLOSED) {
                note_done(run, ATT_WIRE_RECONCILED_ENDED, held->request->id, ATT_TEXT_NONE,
                          end(run, held->request->id, view->state == ATT_CONTACT_CONNECTED));
        }
        occupy(run, held);
}

static void take_contact(struct reconciliation *run, const struct att_wire_held_contact *held)
{
        struct att_contact_view view;
        bool is_known;

        if (!held->request) {
                note_done(run, ATT_WIRE_RECONCILED_REFUSED, ATT_TEXT_NONE, held->agent,
                          ATT_REFUSAL_INVALID);
                return;
        }
        is_known = att_core_find_contact(run->app->writer.core, held->request->id, &view);
        name(run->session->held, 'c', held->request->id);
        if (is_known && !att_text_equals(view.front_end, session_name(run->session))) {
                note_done(run, ATT_WIRE_RECONCILED_REFUSED, held->request->id, ATT_TEXT_NONE,
                          ATT_REFUSAL_DENIED);
        } else if (held->state == ATT_CONTACT_CONNECTED) {
                take_talking(run, held, is_known ? &view : NULL);
        } else {
                take_waiting(run, held, is_known ? &view : NULL);
        }
}

/* ---- Agents ---- */

static enum att_command_kind command_of(enum att_presence presence)
{
        switch (presence) {
        case ATT_PRESENCE_READY:
                return ATT_CMD_AGENT_READY;
        case ATT_PRESENCE_PAUSED:
                return ATT_CMD_AGENT_PAUSE;
        case ATT_PRESENCE_OFFLINE:
        case ATT_PRESENCE_COUNT:
                break;
        }
        return ATT_CMD_AGENT_OFFLINE;
}

/* Ready is said again even to the ready: through this front end, on these channels. */
static void take_agent(struct reconciliation *run, const struct att_wire_held_agent *held)
{
        struct att_command presence;
        struct att_agent_view view;
        const bool is_known = att_core_find_agent(run->app->writer.core, held->agent, &view);
        const bool is_same = is_known && view.presence == held->presence;
        enum att_refusal code = ATT_REFUSAL_COUNT;

        name(run->session->held, 'a', held->agent);
        if (!is_same || held->presence == ATT_PRESENCE_READY) {
                att_wire_command_init(&presence, command_of(held->presence));
                presence.agent = held->agent;
                presence.presence.reason = held->reason;
                presence.presence.channels = held->channels;
                presence.presence.channel_count = held->presence == ATT_PRESENCE_READY
                                                          ? held->channel_count
                                                          : 0;
                code = command(run, &presence);
        }
        if (is_same && code == ATT_REFUSAL_COUNT) {
                note_same(run);
        } else {
                note_done(run, ATT_WIRE_RECONCILED_PRESENCE, ATT_TEXT_NONE, held->agent, code);
        }
}

/* ---- What nothing named ---- */

struct gone {
        struct att_text id; /* Within `ids`. */
        bool is_talking;
};

struct gone_list {
        struct gone items[ENDED_MAX];
        size_t count;
        struct att_buffer ids;
};

/* Of a call back that is due nobody is on the line yet: it is attune's to keep. */
static bool is_promise(const struct att_contact_view *view)
{
        return view->state != ATT_CONTACT_CONNECTED && !att_text_is_empty(view->follow_up_of);
}

static bool is_gone(const struct reconciliation *run, const struct att_contact_view *view)
{
        return view->state != ATT_CONTACT_SCHEDULED && !is_promise(view) &&
               att_text_equals(view->front_end, session_name(run->session)) &&
               !is_named(run->session->held, 'c', view->id);
}

/* Their ids are copied, since a view lasts until the next command only. True: there are more. */
static bool collect_gone(struct reconciliation *run, struct gone_list *list)
{
        struct att_contact_view view;
        uint64_t cursor = 0;

        att_buffer_reserve(&list->ids, ENDED_MAX * (ATT_ID_BYTES_MAX + 1));
        while (att_core_next_contact(run->app->writer.core, &cursor, &view)) {
                if (!is_gone(run, &view)) {
                        continue;
                }
                if (list->count == ENDED_MAX) {
                        return true;
                }
                list->items[list->count++] = (struct gone){
                        .id = att_text_of(list->ids.data + list->ids.len, view.id.len),
                        .is_talking = view.state == ATT_CONTACT_CONNECTED};
                att_buffer_append_text(&list->ids, view.id);
        }
        return false;
}

static void end_gone(struct reconciliation *run, struct gone_list *list)
{
        run->changes.again = collect_gone(run, list);
        for (size_t i = 0; i < list->count; i++) {
                const struct gone *gone = &list->items[i];

                note_done(run, ATT_WIRE_RECONCILED_ENDED, gone->id, ATT_TEXT_NONE,
                          end(run, gone->id, gone->is_talking));
        }
}

static void sign_out_gone(struct reconciliation *run)
{
        struct att_agent_view view;
        struct att_command offline;

        ATT_LIST_FOREACH(seat, &run->app->front_ends.seats, struct seat, in_all)
        {
                if (seat->home != run->session->front_end ||
                    is_named(run->session->held, 'a', seat->agent) ||
                    !att_core_find_agent(run->app->writer.core, seat->agent, &view) ||
                    view.presence == ATT_PRESENCE_OFFLINE) {
                        continue;
                }
                att_wire_command_init(&offline, ATT_CMD_AGENT_OFFLINE);
                offline.agent = seat->agent;
                note_done(run, ATT_WIRE_RECONCILED_PRESENCE, ATT_TEXT_NONE, seat->agent,
                          command(run, &offline));
        }
}

/* ---- The request ---- */

static void answer(struct reconciliation *run, uint64_t request_id)
{
        struct att_wire_message message;

        att_wire_message_init(&message, ATT_WIRE_ANSWER);
        message.request_id = request_id;
        att_wire_answer_init(&message.answer, ATT_WIRE_RESULT_RECONCILED);
        message.answer.changes = run->changes;
        message.answer.changes.rows = run->rows;
        while (!att_wire_encode(session_out(run->session), &message)) {
                message.answer.changes.row_count /= 2; /* The count tells, and so do pushes. */
        }
}

static void take_all(struct reconciliation *run, const struct att_wire_reconcile *said)
{
        for (uint32_t i = 0; i < said->agent_count; i++) {
                take_agent(run, &said->agents[i]);
        }
        for (uint32_t i = 0; i < said->contact_count; i++) {
                take_contact(run, &said->contacts[i]);
        }
}

void answer_reconcile(struct session *session, const struct att_wire_message *message)
{
        struct reconciliation *run;
        struct gone_list *gone = NULL;

        if (!session->front_end) {
                refuse_request(session, message->request_id, ATT_REFUSAL_INVALID,
                               "who has no name holds nothing");
                return;
        }
        if (!session->held) {
                session->held = att_alloc(sizeof(*session->held));
        }
        if (session->held->count > NAMES_MAX) {
                refuse_request(session, message->request_id, ATT_REFUSAL_FULL,
                               "that is more than anybody holds");
                return;
        }
        run = att_alloc(sizeof(*run));
        run->app = session->app;
        run->session = session;
        take_all(run, &message->reconcile);
        if (message->reconcile.is_last) {
                gone = att_alloc(sizeof(*gone));
                end_gone(run, gone);
                sign_out_gone(run);
        }
        if (message->request_id != 0) {
                answer(run, message->request_id);
        }
        if (gone) {
                att_buffer_deinit(&gone->ids);
                free(gone);
        }
        if (message->reconcile.is_last && !run->changes.again) {
                held_free(session->held);
                session->held = NULL;
        }
        free(run);
}
