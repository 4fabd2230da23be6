/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/customers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/app.h"
#include "daemon/dispatch.h"
#include "daemon/memory.h"
#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/store/people_read.h"
#include "lib/wire/codec.h"

#define BEHIND_POLL_US 20000
#define AHEAD_MS       INT64_C(60000) /* A front end's clock may be so much ahead. */

/* ---- Commands ---- */

static bool say_no(struct session *session, uint64_t request_id, enum att_refusal code,
                   const char *field, const char *message)
{
        const struct att_wire_error error = {
                .code = code, .message = att_text_from(message), .field = att_text_from(field)};

        session->app->tally.turned_away[code]++;
        if (request_id != 0) {
                att_wire_put_error(session_out(session), request_id, &error);
        }
        return false;
}

static const struct att_people *people_of(const struct session *session)
{
        return session->app->memory_of_customers.people;
}

/* Whether somebody else has it, as an alias or as an id that is not an alias yet. */
static bool is_anothers(const struct att_people *people, struct att_text alias, struct att_text id)
{
        const struct att_alias *known = att_people_find_alias(people, alias);

        return known && !att_text_equals(att_person_id(known->person), id);
}

/* No time of the past is later than now: the clock that it was taken from is wrong. */
static bool allow_time(struct session *session, uint64_t request_id, const char *field,
                       int64_t time_ms)
{
        return time_ms <= clock_now_ms(&session->app->writer.clock) + AHEAD_MS ||
               say_no(session, request_id, ATT_REFUSAL_INVALID, field,
                      "that is in the future: is the clock of who says so right?");
}

static bool allow_add(struct session *session, uint64_t request_id,
                      const struct att_command *command)
{
        const struct att_customer_info *customer = &command->request.customer;

        return allow_time(session, request_id, "customer.last_spoke", customer->last_spoke_ms) &&
               allow_time(session, request_id, "customer.last_closed", customer->last_closed_ms);
}

static bool allow_link(struct session *session, uint64_t request_id, struct att_command *command)
{
        const struct att_people *people = people_of(session);
        const struct att_alias *other = att_people_find_alias(people, command->customer.info.id);
        const struct att_person *person = att_people_find(people, command->customer.info.id);

        command->customer.by_rule = false;
        command->customer.is_conflict = false;
        if (other) {
                return say_no(session, request_id, ATT_REFUSAL_STATE, "customer",
                              "that is an alias itself: name the customer's own id");
        }
        if (session->role != ATT_ROLE_SUPERVISOR &&
            is_anothers(people, command->customer.alias, command->customer.info.id)) {
                return say_no(session, request_id, ATT_REFUSAL_DUPLICATE, "alias",
                              "the alias is another customer's: a supervisor can decide whose");
        }
        if (person && person->alias_count >= ATT_ALIASES_MAX &&
            !att_people_find_alias(people, command->customer.alias)) {
                return say_no(session, request_id, ATT_REFUSAL_FULL, "alias",
                              "the customer has as many aliases as one may have");
        }
        return true;
}

static bool allow_unlink(struct session *session, uint64_t request_id,
                         const struct att_command *command)
{
        return att_people_find_alias(people_of(session), command->customer.alias) ||
               say_no(session, request_id, ATT_REFUSAL_UNKNOWN, "alias",
                      "no customer has that alias");
}

static bool allow_set(struct session *session, uint64_t request_id, struct att_command *command)
{
        const struct att_people *people = people_of(session);
        const struct att_person *person = att_people_find(people, command->customer.info.id);
        uint32_t added = 0;

        command->customer.info.said = ATT_TEXT_NONE;
        command->customer.info.looked_up = 0;
        if (att_text_is_empty(command->customer.info.id)) {
                return say_no(session, request_id, ATT_REFUSAL_INVALID, "customer.id",
                              "a customer has an id");
        }
        if (att_people_find_alias(people, command->customer.info.id)) {
                return say_no(session, request_id, ATT_REFUSAL_STATE, "customer.id",
                              "that is an alias of another customer");
        }
        if (!allow_time(session, request_id, "since", command->customer.since_ms)) {
                return false;
        }
        for (uint32_t i = 0; i < command->customer.alias_count; i++) {
                struct att_text alias = command->customer.aliases[i];

                if (att_text_is_empty(alias) || att_text_equals(alias, command->customer.info.id)) {
                        return say_no(session, request_id, ATT_REFUSAL_INVALID, "aliases",
                                      "an alias is another name than the customer's id");
                }
                if (is_anothers(people, alias, command->customer.info.id)) {
                        return say_no(session, request_id, ATT_REFUSAL_DUPLICATE, "aliases",
                                      "an alias is another customer's: link it first");
                }
                added += !att_people_find_alias(people, alias);
        }
        if (person && person->alias_count + added > ATT_ALIASES_MAX) {
                return say_no(session, request_id, ATT_REFUSAL_FULL, "aliases",
                              "a customer has at most 16 aliases");
        }
        if (command->customer.only_check) {
                const struct att_wire_done done = {.state = ATT_CONTACT_STATE_COUNT,
                                                   .estimate_ms = -1};

                if (request_id != 0) {
                        att_wire_put_done(session_out(session), request_id, &done);
                }
                return false;
        }
        return true;
}

static bool allow_forget(struct session *session, uint64_t request_id, struct att_command *command)
{
        struct att_arena *names = &session->app->memory_of_customers.forgotten;
        const struct att_person *person = att_people_find(people_of(session),
                                                          command->customer.info.id);
        struct att_text *aliases;
        uint32_t count = 0;

        if (!person || !person->is_whole) {
                return att_people_has_marks(people_of(session)) && !person
                               ? say_no(session, request_id, ATT_REFUSAL_UNKNOWN, "customer",
                                        "no customer has that id or alias")
                               : say_no(session, request_id, ATT_REFUSAL_STATE, "customer",
                                        "the history can't be read just now, so not all names of "
                                        "the customer are known: try again later");
        }
        att_arena_deinit(names);
        aliases = att_arena_take_array(names, ATT_ALIASES_MAX, sizeof(*aliases));
        command->customer.info.id = att_arena_text(names, att_person_id(person));
        ATT_LIST_FOREACH(alias, &person->aliases, struct att_alias, in_person)
        {
                if (count < ATT_ALIASES_MAX) {
                        aliases[count++] = att_arena_text(names, att_alias_name(alias));
                }
        }
        command->customer.aliases = aliases;
        command->customer.alias_count = count;
        return true;
}

bool customers_allow(struct session *session, uint64_t request_id, struct att_command *command)
{
        switch ((int)command->kind) {
        case ATT_CMD_CONTACT_ADD:
                return allow_add(session, request_id, command);
        case ATT_CMD_CUSTOMER_LINK:
                return allow_link(session, request_id, command);
        case ATT_CMD_CUSTOMER_UNLINK:
                return allow_unlink(session, request_id, command);
        case ATT_CMD_CUSTOMER_SET:
                return allow_set(session, request_id, command);
        case ATT_CMD_CUSTOMER_FORGET:
                return allow_forget(session, request_id, command);
        default:
                return true;
        }
}

/* ---- One ---- */

static void answer_one(struct session *session, uint64_t request_id, struct att_text name)
{
        struct app *app = session->app;
        const struct att_person *person = att_people_find(people_of(session), name);
        struct att_wire_message answer;
        struct att_wire_person row;

        if (!person) {
                (void)say_no(session, request_id, ATT_REFUSAL_UNKNOWN, "customer",
                             "no customer has that id or alias");
                return;
        }
        att_wire_message_init(&answer, ATT_WIRE_ANSWER);
        answer.request_id = request_id;
        att_wire_answer_init(&answer.answer, ATT_WIRE_RESULT_CUSTOMERS);
        memory_show_person(app, person, &app->memory_of_customers.room, &row);
        answer.answer.people.rows = &row;
        answer.answer.people.row_count = 1;
        if (!att_wire_encode(session_out(session), &answer)) {
                refuse_request(session, request_id, ATT_REFUSAL_FULL, "the answer is too long");
        }
}

/* ---- All ---- */

struct page_job {
        uv_work_t work;
        struct app *app;
        char session[SESSION_ID_SIZE];
        uint64_t request_id;
        char *after; /* Owned. */
        bool only_conflicts;
        size_t limit;
        uint64_t wanted_seq; /* The history must know this command. */
        struct att_person *persons[CUSTOMERS_PAGE_MAX];
        size_t count;
        int error;
        struct att_buffer why;
};

/* How far it is, 0 while nobody has made it yet. */
static int look_how_far(const struct page_job *job, struct att_history **history, uint64_t *ret_seq,
                        struct att_buffer *why)
{
        int error = 0;

        *ret_seq = 0;
        if (!*history) {
                error = att_history_open_to_read(att_data_path(job->app->data), history, why);
                if (error == -ENOENT) {
                        att_buffer_clear(why);
                        return 0;
                }
        }
        return error < 0 ? error : att_people_read_seq(*history, ret_seq, why);
}

static int wait_for_history(const struct page_job *job, struct att_history **history,
                            struct att_buffer *why)
{
        const int64_t until_ms = clock_monotonic_us() / 1000 + CUSTOMERS_BEHIND_MS;
        uint64_t seq;
        int error;

        for (;;) {
                error = look_how_far(job, history, &seq, why);
                if (error < 0 || seq >= job->wanted_seq) {
                        return error;
                }
                if (clock_monotonic_us() / 1000 >= until_ms) {
                        att_buffer_append_c(why, "the history is behind: try again later");
                        return -EAGAIN;
                }
                (void)usleep(BEHIND_POLL_US);
        }
}

static void on_page_work(uv_work_t *work)
{
        struct page_job *job = work->data;
        struct att_history *history = NULL;

        job->error = wait_for_history(job, &history, &job->why);
        if (job->error == 0) {
                job->error = att_people_read_page(history, att_text_from(job->after),
                                                  job->only_conflicts, job->limit, job->persons,
                                                  &job->count, &job->why);
        }
        att_history_close(history);
}

static struct session *find_session(const struct app *app, const char *id)
{
        ATT_LIST_FOREACH(session, &app->sessions.all, struct session, in_all)
        {
                if (session->state == SESSION_OPEN && strcmp(session->id, id) == 0) {
                        return session;
                }
        }
        return NULL;
}

/* What fits a frame: half of it, and half again, until it does. Their contacts are not of a list. */
static void answer_page(struct session *session, struct page_job *job)
{
        struct memory_room *rooms = att_alloc_array(job->count + 1, sizeof(*rooms));
        struct att_wire_person *rows = att_alloc_array(job->count + 1, sizeof(*rows));
        struct att_wire_message answer;

        for (size_t i = 0; i < job->count; i++) {
                memory_show_person(job->app, job->persons[i], &rooms[i], &rows[i]);
                rows[i].last_contact_count = 0;
        }
        att_wire_message_init(&answer, ATT_WIRE_ANSWER);
        answer.request_id = job->request_id;
        att_wire_answer_init(&answer.answer, ATT_WIRE_RESULT_CUSTOMERS);
        answer.answer.people.rows = rows;
        for (size_t count = job->count;; count /= 2) {
                const bool is_all = count == job->count && count < job->limit;

                answer.answer.people.row_count = (uint32_t)count;
                answer.answer.people.next = is_all || count == 0
                                                    ? ATT_TEXT_NONE
                                                    : att_person_id(job->persons[count - 1]);
                if (att_wire_encode(session_out(session), &answer)) {
                        break;
                }
                ATT_CHECK(count > 0);
        }
        free(rows);
        free(rooms);
}

static void on_page(uv_work_t *work, int status)
{
        struct page_job *job = work->data;
        struct session *session = find_session(job->app, job->session);

        job->app->memory_of_customers.page_count--;
        if (session && status == 0 && job->error == 0) {
                answer_page(session, job);
        } else if (session) {
                refuse_request(session, job->request_id, ATT_REFUSAL_STATE,
                               job->why.data ? job->why.data : "the history can't be read");
        }
        for (size_t i = 0; i < job->count; i++) {
                att_person_free(job->persons[i]);
        }
        att_buffer_deinit(&job->why);
        free(job->after);
        free(job);
}

static void ask_page(struct session *session, const struct att_wire_message *message)
{
        struct app *app = session->app;
        struct memory *memory = &app->memory_of_customers;
        struct page_job *job;

        if (memory->page_count >= CUSTOMERS_PAGES_MAX) {
                refuse_for_now(session, message->request_id, "others ask for all customers too");
                return;
        }
        job = att_alloc(sizeof(*job));
        job->app = app;
        job->request_id = message->request_id;
        memcpy(job->session, session->id, sizeof(job->session));
        job->after = att_text_dup(message->customers.after);
        job->only_conflicts = message->customers.conflicts;
        job->limit = message->customers.limit > 0 && message->customers.limit < CUSTOMERS_PAGE_MAX
                             ? message->customers.limit
                             : CUSTOMERS_PAGE_MAX;
        job->wanted_seq = att_core_seq(app->writer.core);
        job->work.data = job;
        ATT_CHECK(uv_queue_work(app->loop, &job->work, on_page_work, on_page) == 0);
        memory->page_count++;
}

static void answer_forgotten(struct session *session, const struct att_wire_message *message)
{
        const struct forget *forget = &session->app->forget;
        const struct att_wire_done done = {.seq = message->customers.forgotten_seq,
                                           .state = ATT_CONTACT_STATE_COUNT,
                                           .estimate_ms = -1};
        const struct att_wire_error error = {.code = ATT_REFUSAL_STATE,
                                             .message = att_text_from(forget_waits_for(forget)),
                                             .retry_ms = FORGET_RETRY_MS / 3};

        if (message->request_id == 0) {
                return;
        }
        if (forget_is_done(forget, message->customers.forgotten_seq)) {
                att_wire_put_done(session_out(session), message->request_id, &done);
        } else {
                att_wire_put_error(session_out(session), message->request_id, &error);
        }
}

void answer_customers(struct session *session, const struct att_wire_message *message)
{
        if (message->customers.forgotten_seq > 0) {
                answer_forgotten(session, message);
        } else if (att_text_is_empty(message->customers.customer)) {
                ask_page(session, message);
        } else {
                answer_one(session, message->request_id, message->customers.customer);
        }
}
