/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/positions.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/app.h"
#include "daemon/clock.h"
#include "daemon/publish.h"
#include "lib/base/check.h"
#include "lib/base/util.h"

void positions_init(struct positions *positions)
{
        *positions = (struct positions){0};
        att_list_init(&positions->all_paces);
        att_list_init(&positions->due);
}

static void forget(struct positions *positions, struct place *place)
{
        att_list_remove(&place->in_due);
        att_map_remove(&positions->places, &place->by_contact);
        free(place);
}

void positions_deinit(struct positions *positions)
{
        ATT_LIST_FOREACH(place, &positions->due, struct place, in_due)
        {
                forget(positions, place);
        }
        ATT_LIST_FOREACH(pace, &positions->all_paces, struct pace, in_all)
        {
                att_list_remove(&pace->in_all);
                free(pace);
        }
        att_map_deinit(&positions->places);
        att_map_deinit(&positions->paces);
}

size_t positions_count(const struct positions *positions)
{
        return positions->places.count;
}

/* ---- Who waits ---- */

static struct pace *get_pace(struct positions *positions, struct att_text queue)
{
        struct att_map_node *node = att_map_find(&positions->paces, queue);
        struct pace *pace;

        if (node) {
                return ATT_CONTAINER_OF(node, struct pace, by_queue);
        }
        pace = att_alloc(sizeof(*pace) + queue.len);
        att_copy(pace + 1, queue.data, queue.len);
        pace->queue = att_text_of((char *)(pace + 1), queue.len);
        pace->gap_ms = -1;
        att_map_add(&positions->paces, &pace->by_queue, pace->queue);
        att_list_add_tail(&positions->all_paces, &pace->in_all);
        return pace;
}

static struct place *find_place(const struct positions *positions, struct att_text contact)
{
        struct att_map_node *node = att_map_find(&positions->places, contact);

        return node ? ATT_CONTAINER_OF(node, struct place, by_contact) : NULL;
}

static struct place *add_place(struct positions *positions, struct att_text contact,
                               struct att_text front_end)
{
        struct place *place = att_alloc(sizeof(*place) + contact.len + front_end.len);
        char *texts = (char *)(place + 1);

        att_copy(texts, contact.data, contact.len);
        att_copy(texts + contact.len, front_end.data, front_end.len);
        place->contact = att_text_of(texts, contact.len);
        place->front_end = att_text_of(texts + contact.len, front_end.len);
        att_list_init(&place->in_due);
        att_map_add(&positions->places, &place->by_contact, place->contact);
        return place;
}

/* It is the last to be looked at, since it is due after all others. */
static void put_last(struct positions *positions, struct place *place, int64_t now_ms)
{
        att_list_remove(&place->in_due);
        att_list_add_tail(&positions->due, &place->in_due);
        place->due_ms = now_ms + POSITIONS_EVERY_MS;
}

static void note_waiting(struct positions *positions, const struct att_effect *effect,
                         int64_t now_ms)
{
        struct place *place;

        if (att_text_is_empty(effect->front_end)) {
                return; /* Brought by hand: nobody to tell. */
        }
        place = find_place(positions, effect->contact);
        if (!place) {
                place = add_place(positions, effect->contact, effect->front_end);
        }
        place->pace = get_pace(positions, effect->queue);
        if (effect->position > 0) {
                place->pace->gap_ms = effect->estimate_ms < 0
                                              ? -1
                                              : effect->estimate_ms / effect->position;
        }
        place_was_told(place, effect, place->told_feeds, now_ms);
        put_last(positions, place, now_ms);
}

void positions_note(struct positions *positions, const struct att_effect *effect, int64_t now_ms)
{
        struct place *place;

        switch ((int)effect->kind) {
        case ATT_EFFECT_QUEUED:
        case ATT_EFFECT_REVOKE: /* It may wait again; if not, that is found out when it is due. */
                note_waiting(positions, effect, now_ms);
                break;
        case ATT_EFFECT_OFFER:
        case ATT_EFFECT_CONNECT:
        case ATT_EFFECT_SCHEDULED:
        case ATT_EFFECT_CLOSED:
                place = find_place(positions, effect->contact);
                if (place) {
                        forget(positions, place);
                }
                break;
        default:
                break;
        }
}

/* ---- What is new ---- */

struct place *positions_take(struct positions *positions, int64_t now_ms)
{
        struct place *place = ATT_LIST_FIRST(&positions->due, struct place, in_due);

        if (!place || place->due_ms > now_ms) {
                return NULL;
        }
        put_last(positions, place, now_ms);
        return place;
}

static bool is_estimate_news(int64_t told_ms, int64_t estimate_ms)
{
        const int64_t change_ms = told_ms < estimate_ms ? estimate_ms - told_ms
                                                        : told_ms - estimate_ms;

        if (told_ms < 0 || estimate_ms < 0) {
                return told_ms != estimate_ms;
        }
        return change_ms > att_max_i64(POSITIONS_GRAIN_MS, told_ms / 10);
}

bool positions_find_news(struct positions *positions, struct place *place,
                         const struct att_core *core, uint64_t feeds, struct att_effect *ret_news)
{
        const uint32_t position = att_core_position(core, place->contact);
        const int64_t estimate_ms = place->pace->gap_ms < 0 ? -1 : place->pace->gap_ms * position;

        if (position == 0) {
                forget(positions, place);
                return false;
        }
        if (place->told_feeds == 0) {
                place->told_feeds = feeds;
        }
        if (place->told_position == position && place->told_feeds == feeds &&
            !is_estimate_news(place->told_estimate_ms, estimate_ms)) {
                return false;
        }
        *ret_news = (struct att_effect){
                .kind = ATT_EFFECT_POSITION,
                .at_ms = att_core_now_ms(core),
                .contact = place->contact,
                .front_end = place->front_end,
                .queue = place->pace->queue,
                .position = position,
                .estimate_ms = estimate_ms,
        };
        return true;
}

void place_was_told(struct place *place, const struct att_effect *news, uint64_t feeds,
                    int64_t now_ms)
{
        place->told_feeds = feeds;
        place->told_ms = now_ms;
        place->told_position = news->position;
        place->told_estimate_ms = news->estimate_ms;
}

/* ---- On the loop ---- */

static void look_at(struct app *app, struct place *place, int64_t now_ms)
{
        struct front_end *front_end = front_ends_find(&app->front_ends, place->front_end);
        const uint64_t feeds = front_end ? front_end->feeds_begun : 0;
        struct att_effect news;

        if (positions_find_news(&app->positions, place, app->writer.core, feeds, &news) &&
            publish_position(app, &news, place->told_ms)) {
                place_was_told(place, &news, feeds, now_ms);
        }
}

static void on_turn(uv_timer_t *timer);

/* The first place in the list is the first to be due; nothing that comes later is due earlier. */
static void arm(struct app *app)
{
        struct positions *positions = &app->positions;
        const struct place *first = ATT_LIST_FIRST(&positions->due, struct place, in_due);
        uint64_t wait_ms;

        if (!positions->is_open || !first || uv_is_active((uv_handle_t *)&positions->timer)) {
                return;
        }
        wait_ms = clock_until_ms(&app->writer.clock, first->due_ms);
        (void)uv_timer_start(&positions->timer, on_turn,
                             wait_ms < POSITIONS_TURN_MS ? POSITIONS_TURN_MS : wait_ms, 0);
}

static void on_turn(uv_timer_t *timer)
{
        struct app *app = timer->data;
        const int64_t now_ms = clock_now_ms(&app->writer.clock);
        struct place *place;

        for (int i = 0; i < POSITIONS_A_TURN && app->admission.level < LOAD_NO_STATISTICS; i++) {
                place = positions_take(&app->positions, now_ms);
                if (!place) {
                        break;
                }
                look_at(app, place, now_ms);
        }
        arm(app);
}

void positions_hear(struct app *app, const struct att_effect *effect)
{
        positions_note(&app->positions, effect, app->writer.clock.last_ms);
        arm(app);
}

/* After a replay; what they were told is not known any more. */
static void find_waiting(struct app *app)
{
        const struct att_core *core = app->writer.core;
        const int64_t now_ms = clock_now_ms(&app->writer.clock);
        struct att_contact_view contact;
        struct att_queue_view queue;
        uint64_t cursor = 0;

        for (size_t i = 0; i < att_core_queue_count(core); i++) {
                att_core_queue_at(core, i, &queue);
                if (queue.estimate_ms >= 0) {
                        get_pace(&app->positions, queue.name)->gap_ms = queue.estimate_ms /
                                                                        (queue.waiting + 1);
                }
        }
        while (att_core_next_contact(core, &cursor, &contact)) {
                if (contact.state == ATT_CONTACT_QUEUED) {
                        const struct att_effect effect = {.contact = contact.id,
                                                          .front_end = contact.front_end,
                                                          .queue = contact.queue};

                        note_waiting(&app->positions, &effect, now_ms);
                }
        }
}

void positions_open(struct app *app)
{
        struct positions *positions = &app->positions;

        ATT_CHECK(uv_timer_init(app->loop, &positions->timer) == 0);
        positions->timer.data = app;
        positions->is_open = true;
        find_waiting(app);
        arm(app);
}

void positions_close(struct app *app)
{
        if (app->positions.is_open) {
                app->positions.is_open = false;
                uv_close((uv_handle_t *)&app->positions.timer, NULL);
        }
}
