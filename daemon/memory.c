/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/app.h"
#include "daemon/clock.h"
#include "daemon/dispatch.h"
#include "daemon/execute.h"
#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/store/people_read.h"
#include "lib/wire/codec.h"

#define PATIENCE_TICK_MS 50

struct wanted {
        struct att_text name;      /* In the lookup's bytes. */
        struct att_person *person; /* Owned; found, not adopted yet. */
        uint64_t applied_seq;
};

struct lookup {
        struct att_list in_list;
        struct session *session; /* Borrowed; NULL: nobody waits for it (any more). */
        int64_t since_us;        /* Monotonic. */
        bool is_ahead;           /* For a request that is still in its lane. */
        struct att_text contact; /* In `bytes`; empty: about none. */
        struct att_text frame;   /* In `bytes`. */
        size_t name_count;
        struct wanted names[MEMORY_NAMES_MAX];
        char bytes[];
};

void memory_init(struct memory *memory)
{
        *memory = (struct memory){.people = att_people_new()};
        att_list_init(&memory->asking);
        att_list_init(&memory->running);
        att_scratch_init(&memory->scratch, ATT_SCRATCH_DAEMON_BYTES);
}

static void free_lookup(struct lookup *lookup)
{
        for (size_t i = 0; i < lookup->name_count; i++) {
                att_person_free(lookup->names[i].person);
        }
        att_list_remove(&lookup->in_list);
        free(lookup);
}

void memory_deinit(struct memory *memory)
{
        ATT_LIST_FOREACH(lookup, &memory->asking, struct lookup, in_list)
        {
                free_lookup(lookup);
        }
        att_history_close(memory->history);
        att_buffer_deinit(&memory->why);
        att_marks_deinit(&memory->marks);
        att_people_free(memory->people);
        att_scratch_deinit(&memory->scratch);
        att_arena_deinit(&memory->forgotten);
}

static int64_t monotonic_ms(void)
{
        return clock_monotonic_us() / 1000;
}

/* ---- Whose names are wanted ---- */

struct names {
        struct att_text items[MEMORY_NAMES_MAX];
        size_t count;
};

static void want(struct names *names, const struct memory *memory, struct att_text name)
{
        const struct att_person *person = att_text_is_empty(name)
                                                  ? NULL
                                                  : att_people_find(memory->people, name);

        if (att_text_is_empty(name) || (person && person->is_whole) ||
            !att_people_may_know(memory->people, person ? att_person_id(person) : name) ||
            names->count == MEMORY_NAMES_MAX) {
                return;
        }
        names->items[names->count++] = name;
}

static void want_of_command(struct names *names, const struct memory *memory,
                            const struct att_command *command)
{
        switch ((int)command->kind) {
        case ATT_CMD_CONTACT_ADD:
                want(names, memory, command->request.customer.id);
                want(names, memory, command->request.address);
                break;
        case ATT_CMD_CUSTOMER_SET:
        case ATT_CMD_CUSTOMER_LINK:
        case ATT_CMD_CUSTOMER_UNLINK:
        case ATT_CMD_CUSTOMER_FORGET:
                want(names, memory, command->customer.info.id);
                want(names, memory, command->customer.alias);
                for (uint32_t i = 0; i < command->customer.alias_count; i++) {
                        want(names, memory, command->customer.aliases[i]);
                }
                break;
        default:
                break;
        }
}

static struct names want_of_message(const struct memory *memory,
                                    const struct att_wire_message *message)
{
        struct names names = {.count = 0};

        if (message->body == ATT_WIRE_COMMAND) {
                want_of_command(&names, memory, &message->command);
        } else if (message->body == ATT_WIRE_CUSTOMERS) {
                want(&names, memory, message->customers.customer);
        }
        return names;
}

/* ---- Lookups ---- */

static struct att_text copy_bytes(char **at, struct att_text text)
{
        struct att_text copy = att_text_of(*at, text.len);

        att_copy(*at, text.data, text.len);
        *at += text.len;
        return copy;
}

static struct lookup *make_lookup(struct session *session, const struct names *names,
                                  struct att_text contact, struct att_text frame)
{
        size_t bytes = contact.len + frame.len;
        struct lookup *lookup;
        char *at;

        for (size_t i = 0; i < names->count; i++) {
                bytes += names->items[i].len;
        }
        lookup = att_alloc(sizeof(*lookup) + bytes);
        at = lookup->bytes;
        att_list_init(&lookup->in_list);
        lookup->session = session;
        lookup->since_us = clock_monotonic_us();
        lookup->frame = copy_bytes(&at, frame);
        lookup->contact = copy_bytes(&at, contact);
        lookup->name_count = names->count;
        for (size_t i = 0; i < names->count; i++) {
                lookup->names[i].name = copy_bytes(&at, names->items[i]);
        }
        return lookup;
}

/* ---- A thread's look ---- */

static void read_names(struct memory *memory, struct lookup *lookup)
{
        for (size_t i = 0; i < lookup->name_count && memory->error == 0; i++) {
                struct wanted *wanted = &lookup->names[i];

                memory->error = att_people_read(memory->history, wanted->name, &wanted->person,
                                                &wanted->applied_seq, &memory->why);
        }
}

/* On a thread of the pool. */
static void on_work(uv_work_t *work)
{
        struct app *app = work->data;
        struct memory *memory = &app->memory_of_customers;

        memory->error = 0;
        if (!memory->history) {
                memory->error = att_history_open_to_read(att_data_path(app->data), &memory->history,
                                                         &memory->why);
        }
        if (memory->error == 0) {
                ATT_LIST_FOREACH(lookup, &memory->running, struct lookup, in_list)
                {
                        read_names(memory, lookup);
                }
        }
        if (memory->error < 0) {
                att_history_close(ATT_STEAL(memory->history));
        }
}

static void say_state(struct app *app, bool is_broken)
{
        struct memory *memory = &app->memory_of_customers;

        if (is_broken && !memory->is_broken) {
                log_error(&app->memory, "memory.unavailable",
                          memory->why.data ? memory->why.data : "the history can't be read");
        } else if (!is_broken && memory->is_broken) {
                log_say("memory.available", "customers are looked up in the history again");
        }
        memory->is_broken = is_broken;
        att_buffer_clear(&memory->why);
}

/* The request takes its turn, and its session goes on. */
static void decide(struct app *app, struct lookup *lookup)
{
        struct session *session = lookup->session;
        struct att_wire_message message;

        if (!session) {
                return;
        }
        lookup->session = NULL;
        session->lookup = NULL;
        att_wire_decode_again(lookup->frame, &app->memory_of_customers.scratch, &message);
        dispatch_known(session, &message);
        if (session->state < SESSION_CLOSING) {
                lanes_unblock(app, &session->lane);
        }
        app->lanes.wants_turn = true;
}

static void conclude(struct app *app, struct lookup *lookup, enum tally_lookup result)
{
        if (lookup->session) {
                app->tally.lookups[result]++;
                histogram_add(&app->memory_of_customers.lookups,
                              clock_monotonic_us() - lookup->since_us);
                decide(app, lookup);
        }
}

static enum tally_lookup result_of(const struct memory *memory, const struct lookup *lookup)
{
        for (size_t i = 0; i < lookup->name_count; i++) {
                if (lookup->names[i].person) {
                        return TALLY_LOOKUP_FOUND;
                }
        }
        return memory->error < 0 ? TALLY_LOOKUP_FAILED : TALLY_LOOKUP_NOBODY;
}

/* Nobody in the history: what is here is all there is. */
static void settle(struct memory *memory, struct att_text name)
{
        struct att_person *person = att_people_find(memory->people, name);

        if (person && att_people_has_marks(memory->people)) {
                person->is_whole = true;
        }
}

static void adopt(struct memory *memory, struct lookup *lookup)
{
        for (size_t i = 0; i < lookup->name_count; i++) {
                struct wanted *wanted = &lookup->names[i];

                if (wanted->person) {
                        att_people_adopt(memory->people, ATT_STEAL(wanted->person),
                                         wanted->applied_seq);
                } else if (memory->error == 0) {
                        settle(memory, wanted->name);
                }
        }
}

static void start(struct app *app);

static void on_worked(uv_work_t *work, int status)
{
        struct app *app = work->data;
        struct memory *memory = &app->memory_of_customers;
        struct att_list done;

        memory->is_running = false;
        if (status == 0) {
                say_state(app, memory->error < 0 && memory->error != -ENOENT);
        }
        if (memory->error < 0) {
                memory->retry_ms = monotonic_ms() + MEMORY_RETRY_MS;
        }
        att_list_init(&done);
        ATT_LIST_FOREACH(lookup, &memory->running, struct lookup, in_list)
        {
                att_list_remove(&lookup->in_list);
                att_list_add_tail(&done, &lookup->in_list);
        }
        while (!att_list_is_empty(&done)) {
                struct lookup *lookup = ATT_CONTAINER_OF(done.next, struct lookup, in_list);
                const enum tally_lookup result = result_of(memory, lookup);

                adopt(memory, lookup);
                app->tally.lookups[result] += lookup->is_ahead;
                conclude(app, lookup, result);
                memory->count--;
                free_lookup(lookup);
        }
        start(app);
}

static void on_patience(uv_timer_t *timer);

static void ask_ahead(void *context, struct att_text frame)
{
        struct memory *memory = context;
        struct att_wire_message message;
        struct names names;
        struct lookup *lookup;

        if (memory->count >= MEMORY_LOOKUPS_MAX / 2) { /* The rest is for those whose turn it is. */
                return;
        }
        att_wire_decode_again(frame, &memory->scratch, &message);
        names = want_of_message(memory, &message);
        if (names.count > 0) {
                lookup = make_lookup(NULL, &names, ATT_TEXT_NONE, ATT_TEXT_NONE);
                lookup->is_ahead = true;
                att_list_add_tail(&memory->running, &lookup->in_list);
                memory->count++;
        }
}

/* All that ask go together, one look at a time, and with them the next in their lanes: or each of those
 * would have a look of its own to wait for. */
static void start(struct app *app)
{
        struct memory *memory = &app->memory_of_customers;

        if (memory->is_running || att_list_is_empty(&memory->asking)) {
                if (memory->is_open && memory->count == 0) {
                        (void)uv_timer_stop(&memory->patience);
                }
                return;
        }
        ATT_LIST_FOREACH(lookup, &memory->asking, struct lookup, in_list)
        {
                att_list_remove(&lookup->in_list);
                att_list_add_tail(&memory->running, &lookup->in_list);
                if (lookup->session) {
                        lane_see(&lookup->session->lane, MEMORY_AHEAD_MAX, ask_ahead, memory);
                }
        }
        memory->work.data = app;
        ATT_CHECK(uv_queue_work(app->loop, &memory->work, on_work, on_worked) == 0);
        memory->is_running = true;
        (void)uv_timer_start(&memory->patience, on_patience, PATIENCE_TICK_MS, PATIENCE_TICK_MS);
}

static void give_up_old(struct app *app, struct att_list *list, int64_t before_us)
{
        ATT_LIST_FOREACH(lookup, list, struct lookup, in_list)
        {
                if (lookup->since_us < before_us) {
                        conclude(app, lookup, TALLY_LOOKUP_GAVE_UP);
                }
        }
}

static void on_patience(uv_timer_t *timer)
{
        struct app *app = timer->data;
        const int64_t before_us = clock_monotonic_us() - MEMORY_PATIENCE_MS * 1000;

        give_up_old(app, &app->memory_of_customers.running, before_us);
        give_up_old(app, &app->memory_of_customers.asking, before_us);
}

/* ---- Asking ---- */

bool memory_asks(struct session *session, const struct att_wire_message *message,
                 struct att_text frame)
{
        struct memory *memory = &session->app->memory_of_customers;
        struct att_text contact = ATT_TEXT_NONE;
        struct names names;

        if (session->lookup || !memory->is_open) {
                return false;
        }
        names = want_of_message(memory, message);
        if (names.count == 0) {
                return false;
        }
        if (message->body == ATT_WIRE_COMMAND) {
                contact = message->command.contact;
        }
        if (memory->count >= MEMORY_LOOKUPS_MAX || monotonic_ms() < memory->retry_ms) {
                session->app->tally.lookups[TALLY_LOOKUP_SKIPPED]++;
                return false;
        }
        session->lookup = make_lookup(session, &names, contact, frame);
        att_list_add_tail(&memory->asking, &session->lookup->in_list);
        memory->count++;
        lane_block(&session->lane);
        start(session->app);
        return true;
}

bool memory_looks_for(const struct session *session, struct att_text contact)
{
        return session->lookup && att_text_equals(session->lookup->contact, contact);
}

static bool bring_forward_of(struct app *app, struct att_list *list, struct att_text contact)
{
        ATT_LIST_FOREACH(lookup, list, struct lookup, in_list)
        {
                if (lookup->session && att_text_equals(lookup->contact, contact)) {
                        conclude(app, lookup, TALLY_LOOKUP_OVERTAKEN);
                        return true;
                }
        }
        return false;
}

bool memory_bring_forward(struct app *app, struct att_text contact)
{
        struct memory *memory = &app->memory_of_customers;

        return memory->count > 0 && !att_text_is_empty(contact) &&
               (bring_forward_of(app, &memory->running, contact) ||
                bring_forward_of(app, &memory->asking, contact));
}

void memory_drop(struct session *session)
{
        if (session->lookup) {
                session->lookup->session = NULL; /* It goes when the thread is done with it. */
                session->lookup = NULL;
        }
}

/* ---- Names in the history ---- */

static void on_load(uv_work_t *work)
{
        struct app *app = work->data;
        struct memory *memory = &app->memory_of_customers;
        struct att_buffer why ATT_CLEANUP(att_buffer_deinit) = {0};
        struct att_history *history = NULL;

        memory->load_error = att_history_open_to_read(att_data_path(app->data), &history, &why);
        if (memory->load_error == 0) {
                memory->load_error = att_people_read_seq(history, &memory->marks_seq, &why);
        }
        if (memory->load_error == 0 && memory->marks_seq >= memory->wanted_seq) {
                memory->load_error = att_people_read_marks(history, &memory->marks,
                                                           &memory->marks_seq, &why);
        }
        att_history_close(history);
}

static void say_ready(size_t names)
{
        struct log_line line;

        log_begin(&line, "memory.ready");
        log_number(&line, "names", (int64_t)names);
        log_end(&line);
}

static void on_loaded(uv_work_t *work, int status)
{
        struct app *app = work->data;
        struct memory *memory = &app->memory_of_customers;

        memory->is_loading = false;
        if (status == 0 && memory->load_error == 0 && memory->marks_seq >= memory->wanted_seq) {
                say_ready(memory->marks.count);
                att_people_set_marks(memory->people, &memory->marks);
        } else {
                att_marks_deinit(&memory->marks);
        }
}

static void load(struct app *app)
{
        struct memory *memory = &app->memory_of_customers;

        memory->loading.data = app;
        memory->is_loading = uv_queue_work(app->loop, &memory->loading, on_load, on_loaded) == 0;
}

static size_t customers_max(const struct app *app)
{
        const struct att_config *config = att_core_config(app->writer.core);

        return config ? config->customers_max : ATT_CUSTOMERS_DEFAULT;
}

void memory_begin_empty(struct memory *memory)
{
        struct att_marks none = {0};

        att_people_set_marks(memory->people, &none);
}

void memory_open(struct app *app)
{
        struct memory *memory = &app->memory_of_customers;

        ATT_CHECK(uv_timer_init(app->loop, &memory->patience) == 0);
        memory->patience.data = app;
        memory->is_open = true;
        memory->wanted_seq = att_core_seq(app->writer.core);
        att_people_set_limit(memory->people, customers_max(app));
        if (att_people_has_marks(memory->people)) {
                say_ready(0);
        } else {
                load(app);
        }
}

void memory_close(struct app *app)
{
        struct memory *memory = &app->memory_of_customers;

        if (memory->is_open) {
                memory->is_open = false;
                uv_close((uv_handle_t *)&memory->patience, NULL);
        }
}

bool memory_is_busy(const struct memory *memory)
{
        return memory->is_running || memory->is_loading || memory->page_count > 0;
}

void memory_look(struct app *app)
{
        struct memory *memory = &app->memory_of_customers;

        if (!att_people_has_marks(memory->people) && !memory->is_loading) {
                load(app);
        }
}

/* ---- Into the command ---- */

static void fill_text(struct att_customer_info *info, struct att_text *text, struct att_text known,
                      uint32_t bit)
{
        if (att_text_is_empty(*text) && !att_text_is_empty(known)) {
                *text = known;
                info->looked_up |= bit;
        }
}

static void fill_number(struct att_customer_info *info, int64_t *number, int64_t known,
                        uint32_t bit)
{
        if (*number < 0 && known >= 0) {
                *number = known;
                info->looked_up |= bit;
        }
}

/* A request's free text has a limit together; notes that do not fit stay out. */
static size_t room_for_notes(const struct att_contact_request *request)
{
        size_t bytes = request->text.len;

        for (uint32_t i = 0; i < request->attribute_count; i++) {
                bytes += request->attributes[i].key.len + request->attributes[i].value.len;
        }
        return bytes < ATT_TEXT_BYTES_MAX ? ATT_TEXT_BYTES_MAX - bytes : 0;
}

static void fill(struct att_contact_request *request, const struct att_person *person)
{
        struct att_customer_info *info = &request->customer;

        if (!att_text_equals(info->id, att_person_id(person))) {
                info->said = info->id;
                info->id = att_person_id(person);
                info->looked_up |= ATT_LOOKED_UP_ID;
        }
        fill_text(info, &info->name, att_person_text(person, ATT_PERSON_NAME), ATT_LOOKED_UP_NAME);
        fill_text(info, &info->tier, att_person_text(person, ATT_PERSON_TIER), ATT_LOOKED_UP_TIER);
        if (info->lifetime_value_micro < 0) { /* A value is in its own currency. */
                fill_text(info, &info->currency, att_person_text(person, ATT_PERSON_CURRENCY),
                          ATT_LOOKED_UP_CURRENCY);
        }
        fill_text(info, &info->notes,
                  att_text_cut(att_person_text(person, ATT_PERSON_NOTES), room_for_notes(request)),
                  ATT_LOOKED_UP_NOTES);
        fill_number(info, &info->lifetime_value_micro, person->lifetime_value_micro,
                    ATT_LOOKED_UP_LIFETIME_VALUE);
        fill_number(info, &info->churn_risk_ppm, person->churn_risk_ppm, ATT_LOOKED_UP_CHURN_RISK);
        if (info->last_spoke_ms < 0 && att_text_is_empty(info->last_agent)) {
                info->last_agent = att_person_text(person, ATT_PERSON_LAST_AGENT);
                info->last_spoke_ms = person->last_spoke_ms;
        }
        if (info->last_closed_ms < 0 && att_text_is_empty(info->last_contact)) {
                info->last_contact = att_person_text(person, ATT_PERSON_LAST_CONTACT);
                info->last_closed_ms = person->last_closed_ms;
        }
        info->last_went_badly = info->last_went_badly || person->last_went_badly;
}

void memory_enrich(struct app *app, struct att_command *command)
{
        struct att_contact_request *request = &command->request;
        const struct att_people *people = app->memory_of_customers.people;
        const struct att_alias *alias;
        struct att_person *person = NULL;

        if (command->kind != ATT_CMD_CONTACT_ADD) {
                return;
        }
        request->customer.said = ATT_TEXT_NONE;
        request->customer.looked_up = 0;
        if (!att_text_is_empty(request->customer.id)) {
                person = att_people_find(people, request->customer.id);
        } else if (!att_text_is_empty(request->address)) {
                alias = att_people_find_alias(people, request->address);
                person = alias && !alias->is_disputed ? alias->person : NULL;
        }
        if (person) {
                fill(request, person);
        }
}

void memory_note(struct app *app, const struct att_command *command,
                 const struct att_effects *effects)
{
        struct memory *memory = &app->memory_of_customers;

        att_people_note(memory->people, command, effects);
        if (command->kind == ATT_CMD_CONFIG) {
                att_people_set_limit(memory->people, customers_max(app));
        }
}

/* ---- Links by rule ---- */

/* What telephone systems say instead of a number: everybody comes with it. */
static bool tells_nobody(struct att_text address)
{
        static const char *const words[] = {"anonymous", "unknown",  "unavailable", "restricted",
                                            "private",   "withheld", "asserted",    "invalid",
                                            "none",      "no number"};

        for (size_t i = 0; i < ATT_ARRAY_LEN(words); i++) {
                if (att_text_contains_nocase(address, att_text_from(words[i]))) {
                        return true;
                }
        }
        return false;
}

void memory_link_by_rule(struct app *app, const struct att_command *command,
                         const struct att_effects *effects)
{
        const struct att_people *people = app->memory_of_customers.people;
        const struct att_customer_info *info = &command->request.customer;
        struct att_text address = command->request.address;
        struct att_text said = info->looked_up & ATT_LOOKED_UP_ID ? info->said : info->id;
        const struct att_person *person;
        const struct att_alias *alias;
        struct att_command link;

        if (command->kind != ATT_CMD_CONTACT_ADD || att_effects_refusal(effects) ||
            att_text_is_empty(said) || att_text_is_empty(address) ||
            address.len > ATT_ID_BYTES_MAX || att_text_equals(address, info->id) ||
            tells_nobody(address)) {
                return;
        }
        person = att_people_find(people, info->id);
        alias = att_people_find_alias(people, address);
        if (!person || (alias && alias->person == person) ||
            (alias ? att_person_has_conflict(person, address)
                   : person->alias_count >= ATT_ALIASES_MAX)) {
                return;
        }
        att_wire_command_init(&link, ATT_CMD_CUSTOMER_LINK);
        link.customer.info.id = att_person_id(person);
        link.customer.alias = address;
        link.customer.by_rule = true;
        link.customer.is_conflict = alias != NULL;
        execute(app, &link);
}

/* ---- What agents are shown ---- */

static struct att_text name_of_agent(const struct app *app, struct att_text agent)
{
        const struct att_config *config = att_core_config(app->writer.core);
        const uint32_t index = config && !att_text_is_empty(agent)
                                       ? att_config_find_agent(config, agent)
                                       : ATT_NONE;

        return index == ATT_NONE ? ATT_TEXT_NONE : config->agents[index].name;
}

/* The engine's word counts: an end may have been missed while the history was behind. */
static enum att_contact_state state_of(const struct app *app, const struct att_past *past)
{
        struct att_contact_view view;

        return past->closed_ms < 0 && past->is_findable &&
                               att_core_find_contact(app->writer.core, att_past_id(past), &view)
                       ? view.state
                       : ATT_CONTACT_CLOSED;
}

static struct att_wire_past_contact show_past(const struct app *app, const struct att_past *past,
                                              bool is_over)
{
        struct att_text agent = att_past_text(past, ATT_PAST_AGENT);

        return (struct att_wire_past_contact){
                .id = att_past_id(past),
                .at_ms = past->at_ms,
                .channel = att_past_text(past, ATT_PAST_CHANNEL),
                .queue = att_past_text(past, ATT_PAST_QUEUE),
                .agent = agent,
                .outcome = past->outcome,
                .disposition = att_past_text(past, ATT_PAST_DISPOSITION),
                .text = att_past_text(past, ATT_PAST_SAID),
                .agent_name = name_of_agent(app, agent),
                .emotion_ppm = past->emotion_ppm,
                .emotion_end_ppm = past->emotion_end_ppm,
                .csat = past->csat,
                .nps = past->nps,
                .ces = past->ces,
                .resolved = past->resolved,
                .notes = att_past_text(past, ATT_PAST_NOTES),
                .is_live = !is_over,
                .intent = att_past_text(past, ATT_PAST_INTENT),
                .closed_ms = past->closed_ms,
                .feedback = att_past_text(past, ATT_PAST_FEEDBACK),
        };
}

/* As with contacts, the engine's word counts: it is open as long as the contact that is to keep it. */
static bool is_open(const struct app *app, const struct att_promise *promise)
{
        struct att_contact_view view;

        return att_core_find_contact(app->writer.core, promise->follow_up, &view) &&
               view.number == promise->promise && view.state != ATT_CONTACT_CLOSED;
}

static uint32_t show_promises(const struct app *app, const struct att_person *person,
                              struct att_wire_promise *promises)
{
        uint32_t count = 0;

        ATT_LIST_FOREACH(promise, &person->promises, struct att_promise, in_person)
        {
                if (!is_open(app, promise)) {
                        continue;
                }
                promises[count++] = (struct att_wire_promise){
                        .what = promise->what,
                        .contact = promise->contact,
                        .agent = promise->agent,
                        .agent_name = name_of_agent(app, promise->agent),
                        .due_ms = promise->due_ms,
                        .expires_ms = promise->expires_ms,
                };
        }
        return count;
}

/* What the last agent wrote down. */
static void show_notes(const struct app *app, const struct att_past *past,
                       struct att_wire_contact *contact)
{
        struct att_text notes = att_past_text(past, ATT_PAST_NOTES);
        struct att_text agent;
        struct att_text name;

        if (!att_text_is_empty(contact->last_notes) || att_text_is_empty(notes)) {
                return;
        }
        agent = att_past_text(past, ATT_PAST_AGENT);
        name = name_of_agent(app, agent);
        contact->last_notes = notes;
        contact->last_notes_agent = att_text_is_empty(name) ? agent : name;
}

static void show_pasts(struct app *app, const struct att_person *person,
                       struct att_wire_contact *contact)
{
        struct memory_room *room = &app->memory_of_customers.room;
        const int64_t lately_ms = app->writer.clock.last_ms - MEMORY_LATELY_MS;
        enum att_contact_state state;

        ATT_LIST_FOREACH(past, &person->pasts, struct att_past, in_person)
        {
                contact->recent_contacts += past->at_ms >= lately_ms;
                if (att_text_equals(att_past_id(past), contact->id) && past->is_findable) {
                        continue; /* The one in question. */
                }
                state = state_of(app, past);
                if (state == ATT_CONTACT_SCHEDULED) {
                        continue; /* Its promise tells of it. */
                }
                if (state != ATT_CONTACT_CLOSED) {
                        if (contact->thread_count < ATT_PASTS_MAX) {
                                room->linked[contact->linked_count++] = att_past_id(past);
                                room->thread[contact->thread_count++] = show_past(app, past, false);
                        }
                } else if (contact->last_contact_count < ATT_PASTS_MAX) {
                        room->pasts[contact->last_contact_count++] = show_past(app, past, true);
                }
                show_notes(app, past, contact);
        }
        contact->linked = room->linked;
        contact->thread = room->thread;
        contact->last_contacts = room->pasts;
}

void memory_show(struct app *app, struct att_wire_contact *contact)
{
        struct memory *memory = &app->memory_of_customers;
        struct att_person *person = att_text_is_empty(contact->customer.id)
                                            ? NULL
                                            : att_people_find(memory->people, contact->customer.id);

        if (!person) {
                return;
        }
        show_pasts(app, person, contact);
        contact->customer_since_ms = person->since_ms;
        contact->customer_contacts = person->contacts;
        contact->promises = memory->room.promises;
        contact->promise_count = show_promises(app, person, memory->room.promises);
        contact->is_conflict = !att_text_is_empty(contact->address) &&
                               att_person_has_conflict(person, contact->address);
        if (att_text_is_empty(contact->customer.name)) {
                contact->customer.name = att_person_text(person, ATT_PERSON_NAME);
        }
}

static struct att_customer_info info_of(const struct att_person *person)
{
        return (struct att_customer_info){
                .id = att_person_id(person),
                .name = att_person_text(person, ATT_PERSON_NAME),
                .tier = att_person_text(person, ATT_PERSON_TIER),
                .currency = att_person_text(person, ATT_PERSON_CURRENCY),
                .notes = att_person_text(person, ATT_PERSON_NOTES),
                .lifetime_value_micro = person->lifetime_value_micro,
                .churn_risk_ppm = person->churn_risk_ppm,
                .last_agent = att_person_text(person, ATT_PERSON_LAST_AGENT),
                .last_spoke_ms = person->last_spoke_ms,
                .last_contact = att_person_text(person, ATT_PERSON_LAST_CONTACT),
                .last_closed_ms = person->last_closed_ms,
                .last_went_badly = person->last_went_badly,
        };
}

void memory_show_person(const struct app *app, const struct att_person *person,
                        struct memory_room *room, struct att_wire_person *ret_person)
{
        *ret_person = (struct att_wire_person){
                .customer = info_of(person),
                .aliases = room->aliases,
                .since_ms = person->since_ms,
                .last_ms = person->last_ms,
                .contacts = person->contacts,
                .last_contacts = room->pasts,
                .promises = room->promises,
                .promise_count = show_promises(app, person, room->promises),
                .conflicts = room->conflicts,
        };
        ATT_LIST_FOREACH(past, &person->pasts, struct att_past, in_person)
        {
                if (ret_person->last_contact_count < ATT_PASTS_MAX) {
                        room->pasts[ret_person->last_contact_count++] = show_past(
                                app, past, state_of(app, past) == ATT_CONTACT_CLOSED);
                }
        }
        ATT_LIST_FOREACH(alias, &person->aliases, struct att_alias, in_person)
        {
                if (ret_person->alias_count < ATT_ALIASES_MAX) {
                        room->aliases[ret_person->alias_count++] = att_alias_name(alias);
                }
        }
        ATT_LIST_FOREACH(conflict, &person->conflicts, struct att_conflict, in_person)
        {
                room->conflicts[ret_person->conflict_count++] = conflict->alias;
        }
}
