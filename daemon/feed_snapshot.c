/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/feed_snapshot.h"

#include <stdlib.h>

#include "daemon/app.h"
#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/wire/codec.h"

/* The longest rows of so many fit into a frame. */
#define ROWS_A_PIECE 128

struct piece {
        struct app *app;
        struct feed *feed;
        struct att_wire_snapshot snapshot;
        struct att_wire_snapshot_contact contacts[ROWS_A_PIECE];
        struct att_wire_snapshot_agent agents[ROWS_A_PIECE];
};

static bool is_full(const struct piece *piece)
{
        return piece->snapshot.contact_count + piece->snapshot.agent_count == ROWS_A_PIECE;
}

static void put_piece(struct piece *piece, bool is_last)
{
        struct push_window *pushes = &piece->feed->pushes;
        const int64_t now_ms = clock_now_ms(&piece->app->writer.clock);
        const size_t before = pushes->bytes.len;

        piece->snapshot.is_last = is_last;
        ATT_CHECK(att_wire_put_snapshot(&pushes->bytes, push_window_next_id(pushes), now_ms,
                                        &piece->snapshot));
        push_window_added(pushes, now_ms);
        feed_note_bytes(&piece->app->front_ends, piece->feed, before);
        piece->snapshot.is_first = false;
        piece->snapshot.contact_count = 0;
        piece->snapshot.agent_count = 0;
}

/* One that its front end signed in, or that its desktop acts for. */
static bool is_its_agent(const struct feed *feed, const struct seat *seat)
{
        return seat && (seat == feed->seat || (feed->front_end && seat->home == feed->front_end));
}

static bool concerns(const struct piece *piece, const struct att_contact_view *contact)
{
        const struct feed *feed = piece->feed;

        if (feed->front_end && att_text_equals(feed->front_end->name, contact->front_end)) {
                return true;
        }
        return !att_text_is_empty(contact->agent) &&
               is_its_agent(feed, seats_find(&piece->app->front_ends, contact->agent));
}

static void put_contacts(struct piece *piece)
{
        const struct att_core *core = piece->app->writer.core;
        struct att_contact_view contact;
        uint64_t cursor = 0;

        while (att_core_next_contact(core, &cursor, &contact)) {
                if (!concerns(piece, &contact)) {
                        continue;
                }
                if (is_full(piece)) {
                        put_piece(piece, false);
                }
                piece->contacts[piece->snapshot.contact_count++] =
                        (struct att_wire_snapshot_contact){.contact = contact.id,
                                                           .state = contact.state,
                                                           .queue = contact.queue,
                                                           .agent = contact.agent,
                                                           .offer = contact.offer};
        }
}

static void put_agents(struct piece *piece)
{
        struct att_agent_view agent;

        ATT_LIST_FOREACH(seat, &piece->app->front_ends.seats, struct seat, in_all)
        {
                if (!is_its_agent(piece->feed, seat) ||
                    !att_core_find_agent(piece->app->writer.core, seat->agent, &agent)) {
                        continue;
                }
                if (is_full(piece)) {
                        put_piece(piece, false);
                }
                piece->agents[piece->snapshot.agent_count++] = (struct att_wire_snapshot_agent){
                        .agent = agent.id, .presence = agent.presence, .reason = agent.reason};
        }
}

void snapshot_put(struct app *app, struct feed *feed)
{
        struct piece *piece = att_alloc(sizeof(*piece));

        piece->app = app;
        piece->feed = feed;
        piece->snapshot.contacts = piece->contacts;
        piece->snapshot.agents = piece->agents;
        piece->snapshot.is_first = true;
        feed->is_stale = false;
        put_contacts(piece);
        put_agents(piece);
        put_piece(piece, true);
        free(piece);
}
