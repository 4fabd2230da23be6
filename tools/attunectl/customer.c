/* SPDX-License-Identifier: Apache-2.0 */
/* attunectl customer show, conflicts, link, unlink */
#include <stdio.h>
#include <unistd.h>

#include "lib/base/util.h"
#include "lib/model/words.h"
#include "tools/attunectl/arguments.h"
#include "tools/attunectl/commands.h"
#include "tools/attunectl/customer_pages.h"
#include "tools/attunectl/show.h"

#define FORGET_POLL_US 200000
#define FORGET_TRIES   600 /* Two minutes. */

/* ---- A person as JSON ---- */

static void put_texts(struct att_json *json, const char *key, const struct att_text *texts,
                      uint32_t count)
{
        att_json_key(json, key);
        att_json_begin_array(json);
        for (uint32_t i = 0; i < count; i++) {
                att_json_text(json, texts[i]);
        }
        att_json_end_array(json);
}

static void number_if(struct att_json *json, const char *key, int64_t value)
{
        if (value >= 0) {
                json_number(json, key, value);
        }
}

static void scaled_if(struct att_json *json, const char *key, int64_t value)
{
        if (value >= 0) {
                json_scaled(json, key, value, 6);
        }
}

static void put_past(struct att_json *json, const struct att_wire_past_contact *past)
{
        att_json_begin_object(json);
        json_text(json, "contact", past->id);
        json_number(json, "at_ms", past->at_ms);
        number_if(json, "closed_ms", past->closed_ms);
        json_bool(json, "live", past->is_live);
        json_text_if(json, "channel", past->channel);
        json_text_if(json, "queue", past->queue);
        json_text_if(json, "intent", past->intent);
        json_text_if(json, "agent", past->agent);
        json_text_if(json, "agent_name", past->agent_name);
        if (past->outcome < ATT_OUTCOME_COUNT && !past->is_live) {
                json_string(json, "outcome", att_outcome_name(past->outcome));
        }
        json_text_if(json, "disposition", past->disposition);
        json_text_if(json, "text", past->text);
        json_text_if(json, "notes", past->notes);
        scaled_if(json, "emotion", past->emotion_ppm);
        scaled_if(json, "emotion_end", past->emotion_end_ppm);
        number_if(json, "csat", past->csat);
        number_if(json, "nps", past->nps);
        number_if(json, "ces", past->ces);
        if (past->resolved >= 0) {
                json_bool(json, "resolved", past->resolved == 1);
        }
        json_text_if(json, "feedback", past->feedback);
        att_json_end_object(json);
}

static void put_promise(struct att_json *json, const struct att_wire_promise *promise)
{
        att_json_begin_object(json);
        json_text(json, "what", promise->what);
        json_text_if(json, "contact", promise->contact);
        json_text_if(json, "agent", promise->agent);
        number_if(json, "due_ms", promise->due_ms);
        number_if(json, "expires_ms", promise->expires_ms);
        att_json_end_object(json);
}

static void put_who(struct att_json *json, const struct att_customer_info *customer)
{
        json_text(json, "customer", customer->id);
        json_text_if(json, "name", customer->name);
        json_text_if(json, "tier", customer->tier);
        json_text_if(json, "currency", customer->currency);
        scaled_if(json, "lifetime_value", customer->lifetime_value_micro);
        scaled_if(json, "churn_risk", customer->churn_risk_ppm);
        json_text_if(json, "notes", customer->notes);
        json_text_if(json, "last_agent", customer->last_agent);
        number_if(json, "last_spoke_ms", customer->last_spoke_ms);
        json_bool(json, "last_went_badly", customer->last_went_badly);
}

static void write_json(struct att_buffer *into, const struct att_wire_person *person)
{
        struct att_json json;

        att_json_init(&json, into);
        att_json_begin_object(&json);
        put_who(&json, &person->customer);
        number_if(&json, "since_ms", person->since_ms);
        number_if(&json, "last_ms", person->last_ms);
        json_count(&json, "contacts", person->contacts);
        put_texts(&json, "aliases", person->aliases, person->alias_count);
        put_texts(&json, "conflicts", person->conflicts, person->conflict_count);
        att_json_key(&json, "last_contacts");
        att_json_begin_array(&json);
        for (uint32_t i = 0; i < person->last_contact_count; i++) {
                put_past(&json, &person->last_contacts[i]);
        }
        att_json_end_array(&json);
        att_json_key(&json, "promises");
        att_json_begin_array(&json);
        for (uint32_t i = 0; i < person->promise_count; i++) {
                put_promise(&json, &person->promises[i]);
        }
        att_json_end_array(&json);
        att_json_end_object(&json);
        att_buffer_append_byte(into, '\n');
}

/* ---- A person for people ---- */

static void say(struct att_buffer *out, const char *before, struct att_text text, const char *after)
{
        if (!att_text_is_empty(text)) {
                att_buffer_append_c(out, before);
                show_plain(out, text);
                att_buffer_append_c(out, after);
        }
}

static void show_who(struct att_buffer *out, const struct att_customer_info *customer)
{
        if (att_text_is_empty(customer->name)) {
                show_plain(out, customer->id);
        } else {
                show_plain(out, customer->name);
                say(out, " (", customer->id, ")");
        }
        say(out, ", ", customer->tier, "");
        if (customer->lifetime_value_micro >= 0) {
                att_buffer_printf(out, ", worth %lld",
                                  (long long)(customer->lifetime_value_micro / 1000000));
                say(out, " ", customer->currency, "");
        }
        if (customer->churn_risk_ppm >= 0) {
                att_buffer_append_c(out, ", risk of leaving ");
                show_percent(out, (uint64_t)customer->churn_risk_ppm, 1000000);
        }
        att_buffer_append_byte(out, '\n');
}

static void show_since(struct att_buffer *out, const struct att_wire_person *person)
{
        att_buffer_printf(out, "%u contact%s", person->contacts, person->contacts == 1 ? "" : "s");
        if (person->since_ms >= 0) {
                att_buffer_append_c(out, " since ");
                show_time(out, person->since_ms);
        }
        say(out, ", last spoke with ", person->customer.last_agent, "");
        att_buffer_append_c(out,
                            person->customer.last_went_badly ? "; the last went badly\n" : "\n");
}

static void show_feeling(struct att_buffer *out, const struct att_wire_past_contact *past)
{
        const struct {
                const char *name;
                int32_t score;
        } scores[] = {{"CSAT", past->csat}, {"NPS", past->nps}, {"CES", past->ces}};

        if (past->emotion_ppm >= 0 || past->emotion_end_ppm >= 0) {
                att_buffer_append_c(out, ", upset ");
                show_percent(out, (uint64_t)(past->emotion_ppm > 0 ? past->emotion_ppm : 0),
                             1000000);
                if (past->emotion_end_ppm >= 0) {
                        att_buffer_append_c(out, ", at the end ");
                        show_percent(out, (uint64_t)past->emotion_end_ppm, 1000000);
                }
        }
        for (size_t i = 0; i < sizeof(scores) / sizeof(scores[0]); i++) {
                if (scores[i].score >= 0) {
                        att_buffer_printf(out, ", %s %d", scores[i].name, scores[i].score);
                }
        }
        if (past->resolved >= 0) {
                att_buffer_append_c(out, past->resolved ? ", resolved" : ", not resolved");
        }
}

static void show_past(struct att_buffer *out, const struct att_wire_past_contact *past)
{
        att_buffer_append_byte(out, '\n');
        show_time(out, past->at_ms);
        say(out, "  ", past->id, ", ");
        show_plain(out, past->channel);
        say(out, ", ", past->queue, "");
        say(out, ", with ", att_text_is_empty(past->agent_name) ? past->agent : past->agent_name,
            "");
        att_buffer_append_c(out, ": ");
        att_buffer_append_c(out, past->is_live ? "not over yet"
                                 : past->outcome < ATT_OUTCOME_COUNT
                                         ? att_outcome_name(past->outcome)
                                         : "over");
        say(out, ", ", past->disposition, "");
        show_feeling(out, past);
        att_buffer_append_byte(out, '\n');
        say(out, "  said: ", past->text, "\n");
        say(out, "  notes: ", past->notes, "\n");
        say(out, "  afterwards: ", past->feedback, "\n");
}

static void show_promise(struct att_buffer *out, const struct att_wire_promise *promise)
{
        say(out, "promised: ", promise->what, "");
        say(out, ", by ", promise->agent, "");
        if (promise->due_ms >= 0) {
                att_buffer_append_c(out, ", due ");
                show_time(out, promise->due_ms);
        }
        if (promise->expires_ms >= 0) {
                att_buffer_append_c(out, ", of no use after ");
                show_time(out, promise->expires_ms);
        }
        att_buffer_append_byte(out, '\n');
}

static void show_person(struct att_buffer *out, const struct att_wire_person *person)
{
        show_who(out, &person->customer);
        show_since(out, person);
        for (uint32_t i = 0; i < person->alias_count; i++) {
                say(out, "also comes as ", person->aliases[i], "\n");
        }
        for (uint32_t i = 0; i < person->conflict_count; i++) {
                say(out, "came as ", person->conflicts[i],
                    ", which is another customer's: decide with `attunectl customer link`\n");
        }
        say(out, "notes: ", person->customer.notes, "\n");
        for (uint32_t i = 0; i < person->promise_count; i++) {
                show_promise(out, &person->promises[i]);
        }
        for (uint32_t i = 0; i < person->last_contact_count; i++) {
                show_past(out, &person->last_contacts[i]);
        }
}

/* ---- The commands ---- */

static enum verdict run_show(struct ctl *ctl, const struct arguments *arguments)
{
        struct att_wire_message question;
        struct att_wire_answer answer;

        att_wire_message_init(&question, ATT_WIRE_CUSTOMERS);
        question.customers.customer = argument_word(arguments, 0);
        if (!ctl_ask(ctl, &question, ATT_WIRE_RESULT_CUSTOMERS, &answer)) {
                return VERDICT_NO;
        }
        for (uint32_t i = 0; i < answer.people.row_count; i++) {
                if (ctl->json) {
                        write_json(&ctl->out, &answer.people.rows[i]);
                } else {
                        show_person(&ctl->out, &answer.people.rows[i]);
                }
        }
        return VERDICT_DONE;
}

static bool put_conflict(struct ctl *ctl, const struct att_wire_person *person, void *context)
{
        size_t *count = context;

        (*count)++;
        if (ctl->json) {
                write_json(&ctl->out, person);
                return true;
        }
        for (uint32_t i = 0; i < person->conflict_count; i++) {
                show_plain(&ctl->out, person->conflicts[i]);
                say(&ctl->out, " came with ", person->customer.id, "");
                say(&ctl->out, ", ", person->customer.name, "");
                att_buffer_append_byte(&ctl->out, '\n');
        }
        return true;
}

static enum verdict run_conflicts(struct ctl *ctl, const struct arguments *arguments)
{
        size_t count = 0;

        (void)arguments;
        if (!customer_pages(ctl, true, put_conflict, &count)) {
                return VERDICT_NO;
        }
        if (count == 0 && !ctl->json) {
                att_buffer_append_c(&ctl->out, "There are no conflicts.\n");
        }
        return VERDICT_DONE;
}

static enum verdict run_link(struct ctl *ctl, const struct arguments *arguments)
{
        struct att_command command;
        char sentence[512];

        att_wire_command_init(&command, ATT_CMD_CUSTOMER_LINK);
        command.customer.alias = argument_word(arguments, 0);
        command.customer.info.id = argument_word(arguments, 1);
        (void)snprintf(sentence, sizeof(sentence), "%.*s is customer %.*s",
                       ATT_TEXT_ARGS(command.customer.alias),
                       ATT_TEXT_ARGS(command.customer.info.id));
        return ctl_do(ctl, &command, sentence);
}

static enum verdict run_unlink(struct ctl *ctl, const struct arguments *arguments)
{
        struct att_command command;
        char sentence[512];

        att_wire_command_init(&command, ATT_CMD_CUSTOMER_UNLINK);
        command.customer.alias = argument_word(arguments, 0);
        (void)snprintf(sentence, sizeof(sentence), "%.*s is nobody's alias any more",
                       ATT_TEXT_ARGS(command.customer.alias));
        return ctl_do(ctl, &command, sentence);
}

/* Until all of it is gone, as attuned says. */
static bool wait_until_gone(struct ctl *ctl, uint64_t seq)
{
        struct att_wire_message question;
        struct att_wire_answer answer;
        struct att_buffer why ATT_CLEANUP(att_buffer_deinit) = {0};

        for (int tries = 0; tries < FORGET_TRIES; tries++) {
                att_wire_message_init(&question, ATT_WIRE_CUSTOMERS);
                question.customers.forgotten_seq = seq;
                att_buffer_clear(&why);
                if (!link_ask(&ctl->link, &question, &answer, &why)) {
                        ctl_complain(ctl, "%s", why.data ? why.data : "attuned is gone");
                        return false;
                }
                if (answer.kind == ATT_WIRE_RESULT_DONE) {
                        return true;
                }
                (void)usleep(FORGET_POLL_US);
        }
        ctl_complain(ctl,
                     "the customer is forgotten, but files with older data are not gone yet: %.*s; "
                     "attuned goes on with it",
                     ATT_TEXT_ARGS(answer.error.message));
        return false;
}

static enum verdict run_forget(struct ctl *ctl, const struct arguments *arguments)
{
        struct att_wire_message message;
        struct att_wire_answer answer;

        att_wire_message_init(&message, ATT_WIRE_COMMAND);
        att_wire_command_init(&message.command, ATT_CMD_CUSTOMER_FORGET);
        message.command.customer.info.id = argument_word(arguments, 0);
        if (!ctl_ask(ctl, &message, ATT_WIRE_RESULT_DONE, &answer) ||
            !wait_until_gone(ctl, answer.done.seq)) {
                return VERDICT_NO;
        }
        att_buffer_append_c(&ctl->out,
                            ctl->json ? "{\"ok\":true}\n"
                                      : "All that was known of the customer is gone from memory, "
                                        "history, snapshots and journal. The route log and copies "
                                        "you made are yours to clear.\n");
        return VERDICT_DONE;
}

const struct command command_customer_show = {
        .name = "customer show",
        .arguments = "CUSTOMER",
        .summary = "a customer's story: who it is, the last contacts, what was promised",
        .details = "CUSTOMER is an id or an alias: a phone number, an address on a channel.",
        .words_min = 1,
        .words_max = 1,
        .run = run_show,
};

const struct command command_customer_conflicts = {
        .name = "customer conflicts",
        .arguments = "",
        .summary = "addresses that came together with two customers, to be decided",
        .details = "A front end that names a customer and an address makes the address an alias of "
                   "that customer, unless it is another's: then it stays that one's, and is listed "
                   "here. `attunectl customer link ALIAS CUSTOMER` decides whose it is. Until then "
                   "the address alone tells nobody.",
        .run = run_conflicts,
};

const struct command command_customer_link = {
        .name = "customer link",
        .arguments = "ALIAS CUSTOMER",
        .summary = "who comes under ALIAS is CUSTOMER from now on",
        .details =
                "Contacts that came under ALIAS join the story of CUSTOMER. If it was another "
                "customer's alias, it is so no longer. `attunectl customer unlink` undoes it; both "
                "stand in the history's table links.",
        .words_min = 2,
        .words_max = 2,
        .run = run_link,
};

const struct command command_customer_unlink = {
        .name = "customer unlink",
        .arguments = "ALIAS",
        .summary = "ALIAS is nobody's other name any more",
        .words_min = 1,
        .words_max = 1,
        .run = run_unlink,
};

const struct command command_customer_forget = {
        .name = "customer forget",
        .arguments = "CUSTOMER",
        .summary = "delete all that is known of a customer, on request",
        .details =
                "From memory, history, snapshots and the journal, whose older segments all go with "
                "it: what a recorded day can tell begins anew. The customer's contacts stay in the "
                "history as figures without a name. Refused while a contact of the customer is not "
                "over. What attuned has written elsewhere, the route log and its own log, holds ids "
                "of contacts and no personal data; backups are the operator's.",
        .words_min = 1,
        .words_max = 1,
        .run = run_forget,
};
