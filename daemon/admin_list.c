/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Administration's lists, a page at a time. A cursor is the number of rows that came before; what
 * changes between two pages may be seen twice or not at all.
 */
#include <stdlib.h>

#include "daemon/app.h"
#include "daemon/dispatch.h"
#include "daemon/report.h"
#include "daemon/view.h"
#include "lib/base/util.h"
#include "lib/model/limits.h"
#include "lib/wire/codec.h"

/* Supply against demand looks at so many of the longest live contacts, and no more. */
#define DEMAND_CONTACTS_MAX 20000

struct page {
        struct att_wire_list list;
        uint64_t cursor; /* Of the next row. */
        uint32_t left;
        bool is_full;
};

static void begin_page(struct page *page, struct session *session, uint64_t request_id,
                       enum att_wire_result_kind kind, uint64_t cursor, uint32_t limit)
{
        *page = (struct page){.cursor = cursor, .left = limit ? limit : UINT32_MAX};
        att_wire_list_begin(&page->list, session_out(session), request_id, kind);
}

/* Notes that a row was put; false: the page is full. */
static bool note_row(struct page *page, bool was_added)
{
        if (!was_added || page->left == 0) {
                page->is_full = true;
                return false;
        }
        page->left--;
        page->cursor++;
        return true;
}

static bool has_room(struct page *page)
{
        page->is_full = page->is_full || page->left == 0;
        return !page->is_full;
}

static void end_page(struct page *page)
{
        att_wire_list_end(&page->list, page->is_full ? page->cursor : 0);
}

static bool is_wanted(struct att_text filter, struct att_text value)
{
        return att_text_is_empty(filter) || att_text_equals(filter, value);
}

/* ---- Queues ---- */

void answer_queues(struct session *session, const struct att_wire_message *message)
{
        const struct att_wire_page *ask = &message->page;
        const struct att_core *core = session->app->writer.core;
        struct att_queue_view view;
        struct att_wire_queue row;
        struct page page;

        begin_page(&page, session, message->request_id, ATT_WIRE_RESULT_QUEUES, ask->cursor,
                   ask->limit);
        for (size_t i = ask->cursor; i < att_core_queue_count(core); i++) {
                att_core_queue_at(core, i, &view);
                if (!is_wanted(ask->queue, view.name)) {
                        page.cursor++;
                        continue;
                }
                view_queue_of(core, &view, &row);
                if (!has_room(&page) ||
                    !note_row(&page, att_wire_list_add_queue(&page.list, &row))) {
                        break;
                }
        }
        end_page(&page);
}

/* ---- Agents ---- */

void answer_agents(struct session *session, const struct att_wire_message *message)
{
        const struct att_wire_page *ask = &message->page;
        const struct att_core *core = session->app->writer.core;
        struct att_agent_view view;
        struct agent_row row;
        struct page page;

        begin_page(&page, session, message->request_id, ATT_WIRE_RESULT_AGENTS, ask->cursor,
                   ask->limit);
        if (!att_text_is_empty(ask->agent)) {
                if (att_core_find_agent(core, ask->agent, &view)) {
                        view_agent_of(core, &view, &row);
                        ATT_CHECK(att_wire_list_add_agent(&page.list, &row.agent));
                }
                end_page(&page);
                return;
        }
        for (size_t i = ask->cursor; i < att_core_agent_count(core); i++) {
                att_core_agent_at(core, i, &view);
                view_agent_of(core, &view, &row);
                if (!has_room(&page) ||
                    !note_row(&page, att_wire_list_add_agent(&page.list, &row.agent))) {
                        break;
                }
        }
        end_page(&page);
}

/* ---- Incidents ---- */

void answer_incidents(struct session *session, const struct att_wire_message *message)
{
        const struct att_wire_page *ask = &message->page;
        const struct att_core *core = session->app->writer.core;
        struct att_incident_view view;
        struct att_buffer when = {0};
        struct page page;

        begin_page(&page, session, message->request_id, ATT_WIRE_RESULT_INCIDENTS, ask->cursor,
                   ask->limit);
        for (size_t i = ask->cursor; att_core_incident(core, i, &view); i++) {
                att_buffer_clear(&when);
                att_core_incident_when(core, i, &when);
                const struct att_wire_incident row = {
                        .id = view.id,
                        .title = view.title,
                        .message = view.message,
                        .when = att_buffer_text(&when),
                        .points_milli = view.points_milli,
                        .announced_ms = view.announced_ms,
                        .until_ms = view.until_ms,
                        .by = view.by,
                        .affected = view.affected,
                        .live = view.live,
                };

                if (!has_room(&page) ||
                    !note_row(&page, att_wire_list_add_incident(&page.list, &row))) {
                        break;
                }
        }
        end_page(&page);
        att_buffer_deinit(&when);
}

/* ---- Contacts ---- */

static void add_requires(const struct att_core *core, struct att_wire_contact *row,
                         struct att_named_level *levels)
{
        const struct att_config *config = att_core_config(core);
        struct att_requirement requires[ATT_OWN_REQUIREMENTS_MAX];
        uint32_t count = att_core_contact_own_requires(core, row->id, requires);

        for (uint32_t i = 0; i < count; i++) {
                levels[i].skill = config->skills[requires[i].skill].name;
                levels[i].level = requires[i].level;
        }
        row->requires = levels;
        row->requires_count = count;
}

static void list_one_contact(const struct att_core *core, struct att_text id, struct page *page)
{
        struct att_named_level levels[ATT_OWN_REQUIREMENTS_MAX];
        struct att_wire_contact row;

        if (view_contact(core, id, &row)) {
                row.position = att_core_position(core, id);
                add_requires(core, &row, levels);
                ATT_CHECK(
                        att_wire_list_add_contact(&page->list, &row)); /* The first always fits. */
        }
}

void answer_contacts(struct session *session, const struct att_wire_message *message)
{
        const struct att_wire_page *ask = &message->page;
        const struct att_core *core = session->app->writer.core;
        struct att_named_level levels[ATT_OWN_REQUIREMENTS_MAX];
        struct att_contact_view view;
        struct att_wire_contact row;
        struct page page;
        uint64_t place = 0;
        uint64_t rows_before = ask->cursor;

        begin_page(&page, session, message->request_id, ATT_WIRE_RESULT_CONTACTS, ask->cursor,
                   ask->limit);
        if (!att_text_is_empty(ask->contact)) {
                list_one_contact(core, ask->contact, &page);
                end_page(&page);
                return;
        }
        while (att_core_next_contact(core, &place, &view)) {
                if (rows_before > 0) {
                        rows_before--;
                        continue;
                }
                if (!is_wanted(ask->queue, view.queue)) {
                        page.cursor++;
                        continue;
                }
                view_contact_of(core, &view, &row);
                row.position = att_core_position(core, view.id);
                add_requires(core, &row, levels);
                if (!has_room(&page) ||
                    !note_row(&page, att_wire_list_add_contact(&page.list, &row))) {
                        break;
                }
        }
        end_page(&page);
}

/* ---- Skills ---- */

static void count_supply(const struct att_core *core, struct att_wire_skill *rows, size_t count)
{
        struct att_agent_view view;

        for (size_t i = 0; i < att_core_agent_count(core); i++) {
                att_core_agent_at(core, i, &view);
                for (size_t skill = 0; view.def && skill < count; skill++) {
                        if (view.def->levels[skill] == 0) {
                                continue;
                        }
                        rows[skill].agents++;
                        rows[skill].signed_in += view.presence != ATT_PRESENCE_OFFLINE ? 1 : 0;
                        if (view.presence == ATT_PRESENCE_READY) {
                                rows[skill].ready++;
                                rows[skill].free += view.load_units == 0 ? 1 : 0;
                        }
                }
        }
}

static void count_contact(const struct att_core *core, const struct att_contact_view *view,
                          struct att_wire_skill *rows)
{
        struct att_requirement requires[ATT_REQUIREMENTS_MAX];
        uint32_t count = att_core_contact_requires(core, view->id, requires);

        for (uint32_t i = 0; i < count; i++) {
                struct att_wire_skill *row = &rows[requires[i].skill];

                row->waiting++;
                row->longest_wait_ms = att_max_i64(row->longest_wait_ms, view->waited_ms);
        }
}

static void count_demand(const struct att_core *core, struct att_wire_skill *rows)
{
        struct att_contact_view view;
        uint64_t place = 0;

        for (uint32_t i = 0; i < DEMAND_CONTACTS_MAX; i++) {
                if (!att_core_next_contact(core, &place, &view)) {
                        break;
                }
                if (view.state == ATT_CONTACT_QUEUED || view.state == ATT_CONTACT_OFFERED) {
                        count_contact(core, &view, rows);
                }
        }
}

void answer_skills(struct session *session, const struct att_wire_message *message)
{
        const struct att_wire_page *ask = &message->page;
        const struct att_core *core = session->app->writer.core;
        const struct att_config *config = att_core_config(core);
        struct att_wire_skill *rows = att_alloc_array(config->skill_count + 1, sizeof(*rows));
        struct page page;

        for (uint32_t i = 0; i < config->skill_count; i++) {
                rows[i].name = config->skills[i].name;
                rows[i].title = config->skills[i].title;
                rows[i].kind = config->skills[i].kind;
        }
        count_supply(core, rows, config->skill_count);
        count_demand(core, rows);
        begin_page(&page, session, message->request_id, ATT_WIRE_RESULT_SKILLS, ask->cursor,
                   ask->limit);
        for (uint64_t i = ask->cursor; i < config->skill_count; i++) {
                if (!has_room(&page) ||
                    !note_row(&page, att_wire_list_add_skill(&page.list, &rows[i]))) {
                        break;
                }
        }
        end_page(&page);
        free(rows);
}

/* ---- Report ---- */

enum {
        MEASURE_ENTERED,
        MEASURE_ANSWERED,
        MEASURE_IN_LEVEL,
        MEASURE_ABANDONED,
        MEASURE_REFUSED,
        MEASURE_OVERFLOWED,
        MEASURE_EXPIRED,
        MEASURE_MEAN_WAIT,
        MEASURE_COUNT
};

static const char *const MEASURES[MEASURE_COUNT] = {
        "entered", "answered",   "answered_in_level", "abandoned",
        "refused", "overflowed", "expired",           "mean_wait_ms",
};

static void add_measures(const struct att_queue_view *view, int64_t *values, int64_t *wait_ms)
{
        values[MEASURE_ENTERED] += (int64_t)view->entered;
        values[MEASURE_ANSWERED] += (int64_t)view->answered;
        values[MEASURE_IN_LEVEL] += (int64_t)view->answered_in_level;
        values[MEASURE_ABANDONED] += (int64_t)view->abandoned;
        values[MEASURE_REFUSED] += (int64_t)view->refused;
        values[MEASURE_OVERFLOWED] += (int64_t)view->overflowed;
        values[MEASURE_EXPIRED] += (int64_t)view->expired;
        *wait_ms += view->answer_wait_ms;
        values[MEASURE_MEAN_WAIT] = values[MEASURE_ANSWERED] > 0
                                            ? *wait_ms / values[MEASURE_ANSWERED]
                                            : ATT_ABSENT;
}

static void report_queues(const struct att_core *core, uint64_t cursor, struct page *page)
{
        struct att_queue_view view;

        for (size_t i = cursor; i < att_core_queue_count(core); i++) {
                int64_t values[MEASURE_COUNT] = {0};
                int64_t wait_ms = 0;
                struct att_wire_report_row row = {.values = values, .value_count = MEASURE_COUNT};

                att_core_queue_at(core, i, &view);
                add_measures(&view, values, &wait_ms);
                row.name = view.name;
                row.slice = ATT_TEXT("queue");
                if (!has_room(page) ||
                    !note_row(page, att_wire_list_add_report_row(&page->list, &row))) {
                        return;
                }
        }
}

static void report_all(const struct att_core *core, struct page *page)
{
        int64_t values[MEASURE_COUNT] = {0};
        int64_t wait_ms = 0;
        struct att_wire_report_row row = {
                .name = ATT_TEXT("all"),
                .values = values,
                .value_count = MEASURE_COUNT,
                .slice = ATT_TEXT("all"),
        };
        struct att_queue_view view;

        for (size_t i = 0; i < att_core_queue_count(core); i++) {
                att_core_queue_at(core, i, &view);
                add_measures(&view, values, &wait_ms);
        }
        ATT_CHECK(att_wire_list_add_report_row(&page->list, &row));
}

/* From the engine's own counters: by queue, since its journal began. */
void report_live(struct session *session, const struct att_wire_message *message)
{
        const struct att_wire_report_request *ask = &message->report;
        const struct att_core *core = session->app->writer.core;
        struct page page;

        if ((ask->by != ATT_WIRE_BY_ALL && ask->by != ATT_WIRE_BY_QUEUE) ||
            ask->from_ms != ATT_ABSENT || ask->to_ms != ATT_ABSENT ||
            ask->from.len + ask->to.len > 0 ||
            (ask->slices.len > 0 && !att_text_equals_c(ask->slices, "queue"))) {
                refuse_request(
                        session, message->request_id, ATT_REFUSAL_INVALID,
                        "live reports are of everything or by queue, over all the time since "
                        "the journal began");
                return;
        }
        begin_page(&page, session, message->request_id, ATT_WIRE_RESULT_REPORT, ask->cursor,
                   ask->limit);
        for (int i = 0; i < MEASURE_COUNT; i++) {
                ATT_CHECK(att_wire_list_add_measure(&page.list, att_text_from(MEASURES[i])));
        }
        if (ask->by == ATT_WIRE_BY_QUEUE || ask->slices.len > 0) {
                report_queues(core, ask->cursor, &page);
        } else {
                report_all(core, &page);
        }
        end_page(&page);
}
