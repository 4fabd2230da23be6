/* SPDX-License-Identifier: Apache-2.0 */
/* Customers: those with a live contact, and a bounded number of recent ones. */
#include <stdlib.h>

#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/core/state.h"
#include "lib/core/story.h"

struct customer *customer_find(const struct att_core *core, struct att_text id)
{
        struct att_map_node *node = att_map_find(&core->customers_by_id, id);
        return node ? ATT_CONTAINER_OF(node, struct customer, by_id) : NULL;
}

bool customer_has_room(const struct att_core *core, struct att_text id)
{
        return att_text_is_empty(id) || core->customer_count < core->config->customers_max ||
               customer_find(core, id) || !att_list_is_empty(&core->idle_customers);
}

#define ABANDONS_BYTES (ABANDONS_KEPT * sizeof(struct abandon))

void customer_make_room_for_abandons(struct att_core *core, struct past *past)
{
        if (!past->abandons) {
                past->abandons = att_pool_take(&core->pool, ABANDONS_BYTES);
        }
}

const struct past *customer_past(const struct customer *customer)
{
        static const struct past none = {.last_closed_ms = -1, .surveyed_ms = -1};
        return customer->past ? customer->past : &none;
}

struct past *customer_get_past(struct att_core *core, struct customer *customer)
{
        if (!customer->past) {
                struct past *past = att_pool_take(&core->pool, sizeof(*past));
                att_list_init(&past->in_linked);
                past->customer = customer;
                past->last_closed_ms = -1;
                past->surveyed_ms = -1;
                customer->past = past;
        }
        return customer->past;
}

static void free_past(struct att_core *core, struct past *past)
{
        att_list_remove(&past->in_linked);
        att_pool_give(&core->pool, past->abandons, ABANDONS_BYTES);
        att_pool_give(&core->pool, past->last_contact, past->last_contact_len);
        att_pool_give(&core->pool, past, sizeof(*past));
}

static size_t bytes_of(size_t id_len)
{
        return offsetof(struct customer, id) + id_len;
}

void customer_free(struct att_core *core, struct customer *customer)
{
        att_map_remove(&core->customers_by_id, &customer->by_id);
        att_list_remove(&customer->in_core);
        core->customer_count--;
        if (customer->past) {
                free_past(core, customer->past);
        }
        att_pool_give(&core->pool, customer, bytes_of(customer->by_id.key.len));
}

void customer_touch(struct att_core *core, struct customer *customer)
{
        bool is_idle = att_list_is_empty(&customer->contacts);
        att_list_remove(&customer->in_core);
        att_list_add_tail(is_idle ? &core->idle_customers : &core->busy_customers,
                          &customer->in_core);
}

struct customer *customer_new(struct att_core *core, struct att_text id)
{
        struct customer *customer = att_pool_take(&core->pool, bytes_of(id.len));
        att_copy(customer->id, id.data, id.len);
        customer->last_spoke_ms = -1;
        att_list_init(&customer->contacts);
        att_list_init(&customer->in_core);
        att_map_add(&core->customers_by_id, &customer->by_id, att_text_of(customer->id, id.len));
        core->customer_count++;
        return customer;
}

struct customer *customer_get_or_add(struct att_core *core, struct att_text id)
{
        struct customer *customer = customer_find(core, id);
        if (customer) {
                customer_touch(core, customer);
                return customer;
        }
        if (core->customer_count >= core->config->customers_max &&
            !att_list_is_empty(&core->idle_customers)) {
                customer_free(core,
                              ATT_LIST_FIRST(&core->idle_customers, struct customer, in_core));
        }
        customer = customer_new(core, id);
        customer_touch(core, customer);
        return customer;
}

void customer_linked(struct att_core *core, const struct contact *contact)
{
        struct customer *customer = contact->customer;
        if (customer && customer->contacts.next != customer->contacts.prev) {
                struct past *past = customer_get_past(core, customer);
                att_list_remove(&past->in_linked);
                att_list_add_tail(&core->linked_anew, &past->in_linked);
        }
}

void customer_recall(struct att_core *core, struct customer *customer, const struct contact *but)
{
        struct agent *current = NULL;
        ATT_LIST_FOREACH(contact, &customer->contacts, struct contact, in_customer)
        {
                if (contact != but && contact->state == ATT_CONTACT_CONNECTED &&
                    contact->interaction) {
                        current = contact->interaction->agent;
                }
        }
        if (current != customer->current) {
                customer->current = current;
                waiting_refresh_customer(core, customer);
        }
}

struct agent *customer_known_to(const struct customer *customer)
{
        return customer->current ? customer->current : customer->last_agent;
}

/* A link goes before a hold: who was held may be for the link's agent from this instant on. */
void customers_look_again(struct att_core *core)
{
        ATT_LIST_FOREACH(past, &core->linked_anew, struct past, in_linked)
        {
                customer_recall(core, past->customer, NULL);
                ATT_LIST_FOREACH(contact, &past->customer->contacts, struct contact, in_customer)
                {
                        if (contact->state == ATT_CONTACT_QUEUED &&
                            contact_extras(contact)->preferred) {
                                contact_mark(core, contact);
                        }
                }
                att_list_remove(&past->in_linked);
        }
}

struct customer *customer_of_contact(const struct att_core *core, const struct contact *contact)
{
        return att_text_is_empty(contact_customer_id(contact))
                       ? NULL
                       : customer_find(core, contact_customer_id(contact));
}

/* Who has a contact: the agent of its one offer or of its conversation, since before this instant. */
static struct agent *owner_of(const struct att_core *core, const struct contact *contact)
{
        if (contact->state == ATT_CONTACT_CONNECTED && contact->interaction) {
                return contact->offered_round < core->round ? contact->interaction->agent : NULL;
        }
        if (contact->state != ATT_CONTACT_OFFERED || contact->offer_count != 1 ||
            contact->offered_round >= core->round) {
                return NULL;
        }
        return ATT_CONTAINER_OF(contact->offers.next, struct offer, in_contact)->agent;
}

struct agent *linked_agent(const struct att_core *core, const struct contact *contact)
{
        if (!contact->customer) {
                return NULL;
        }
        struct agent *latest = NULL;
        ATT_LIST_FOREACH(other, &contact->customer->contacts, struct contact, in_customer)
        {
                if (other->arrival < contact->arrival && other->channel != contact->channel) {
                        struct agent *owner = owner_of(core, other);
                        latest = owner ? owner : latest;
                }
        }
        return latest;
}

/* ---- Commands about customers ---- */

/* What a customer is known for is the shell's to keep: the engine has only those of now. */
void handle_customer_set(struct att_core *core, const struct att_command *command)
{
        if (att_text_is_empty(command->customer.info.id)) {
                refuse(core, command, ATT_REFUSAL_INVALID, "customer.id", "a customer has an id");
        }
}

static void take_over_past(struct att_core *core, struct customer *customer,
                           const struct customer *from)
{
        const struct past *past = customer_past(from);
        if (past->surveyed_ms > customer_past(customer)->surveyed_ms) {
                customer_get_past(core, customer)->surveyed_ms = past->surveyed_ms;
        }
        if (past->last_closed_ms > customer_past(customer)->last_closed_ms) {
                customer_remember(core, customer,
                                  att_text_of(past->last_contact, past->last_contact_len),
                                  past->last_closed_ms);
        }
}

/* Whoever came under the alias is this one: of now on as the shell says it, and here what was learnt. */
static void take_over(struct att_core *core, struct att_text alias, struct att_text id)
{
        struct customer *from = customer_find(core, alias);
        struct customer *customer = customer_find(core, id);
        customer_touch(core, from); /* Room is made at others' expense ... */
        if (!customer) {
                if (!customer_has_room(core, id)) {
                        return;
                }
                customer = customer_get_or_add(core, id);
                if (!customer_find(core, alias)) { /* ... where there are others. */
                        return;
                }
        }
        if (from->last_spoke_ms > customer->last_spoke_ms) {
                customer->last_agent = from->last_agent;
                customer->last_spoke_ms = from->last_spoke_ms;
        }
        customer->last_went_badly = customer->last_went_badly || from->last_went_badly;
        take_over_past(core, customer, from);
        waiting_refresh_customer(core, customer);
}

void handle_customer_link(struct att_core *core, const struct att_command *command)
{
        struct att_text alias = command->customer.alias;
        if (att_text_equals(alias, command->customer.info.id)) {
                refuse(core, command, ATT_REFUSAL_INVALID, "alias",
                       "an alias is another name than the customer's id");
                return;
        }
        if (!customer_find(core, alias) || command->customer.is_conflict) {
                return;
        }
        take_over(core, alias, command->customer.info.id);
        struct customer *from = customer_find(core, alias);
        if (from && att_list_is_empty(&from->contacts)) {
                customer_free(core, from);
        }
}

void handle_customer_unlink(struct att_core *core, const struct att_command *command)
{
        (void)core; /* Nobody in here comes under an alias: the shell looks up who it is. */
        (void)command;
}

/* A closed contact whose wrap-up goes on is still somebody's work. */
static const struct contact *find_unfinished(const struct att_core *core, struct att_text id)
{
        const struct customer *customer = customer_find(core, id);
        if (customer && !att_list_is_empty(&customer->contacts)) {
                return ATT_LIST_FIRST(&customer->contacts, struct contact, in_customer);
        }
        ATT_LIST_FOREACH(contact, &core->closed, struct contact, in_core)
        {
                if (contact->wrapping > 0 && att_text_equals(contact_customer_id(contact), id)) {
                        return contact;
                }
        }
        return NULL;
}

static void forget(struct att_core *core, struct att_text id)
{
        ATT_LIST_FOREACH(contact, &core->closed, struct contact, in_core)
        {
                if (att_text_equals(contact_customer_id(contact), id)) {
                        contact_bury(core, contact);
                }
        }
        struct customer *customer = customer_find(core, id);
        if (customer) {
                customer_free(core, customer);
        }
}

static struct att_text name_of(const struct att_command *command, uint32_t i)
{
        return i == 0 ? command->customer.info.id : command->customer.aliases[i - 1];
}

void handle_customer_forget(struct att_core *core, const struct att_command *command)
{
        const uint32_t count = command->customer.alias_count + 1;
        for (uint32_t i = 0; i < count; i++) {
                const struct contact *contact = find_unfinished(core, name_of(command, i));
                if (contact) {
                        refuse(core, command, ATT_REFUSAL_STATE, "customer",
                               "this customer's contact '%.*s' is not over yet: its conversation "
                               "and wrap-up end first",
                               ATT_TEXT_ARGS(contact_id(contact)));
                        return;
                }
        }
        for (uint32_t i = 0; i < count; i++) {
                forget(core, name_of(command, i));
        }
}
