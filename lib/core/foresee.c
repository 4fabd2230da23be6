/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/core/foresee.h"

#include "lib/core/state.h"

#define LINE_BYTES 64

static void fetch(const void *place, size_t bytes)
{
        const char *at = place;

        for (size_t i = 0; i < bytes; i += LINE_BYTES) {
                __builtin_prefetch(at + i);
        }
}

static const struct att_map_slot *home_of(const struct att_map *map, uint64_t hash)
{
        return &map->slots[hash & (map->slot_count - 1)];
}

static void fetch_home(const struct att_map *map, struct att_text key)
{
        if (map->slot_count > 0 && !att_text_is_empty(key)) {
                __builtin_prefetch(home_of(map, att_text_hash(key)));
        }
}

/* The first with its hash, which is the one as a rule. It is not looked at. */
static struct att_map_node *guess(const struct att_map *map, struct att_text key)
{
        const uint64_t hash = att_text_hash(key);
        size_t at = hash & (map->slot_count - 1);

        if (map->slot_count == 0 || att_text_is_empty(key)) {
                return NULL;
        }
        while (map->slots[at].node && map->slots[at].hash != hash) {
                at = (at + 1) & (map->slot_count - 1);
        }
        return map->slots[at].node;
}

static const struct contact *guess_contact(const struct att_core *core,
                                           const struct att_command *command)
{
        struct att_map_node *node = guess(&core->contacts_by_id, command->contact);

        return node ? ATT_CONTAINER_OF(node, struct contact, by_id) : NULL;
}

static struct att_text agent_of(const struct att_command *command)
{
        return command->kind == ATT_CMD_CONTACT_ADD ? command->request.agent : command->agent;
}

void att_core_foresee_far(const struct att_core *core, const struct att_command *command)
{
        fetch_home(&core->contacts_by_id, command->contact);
        fetch_home(&core->agents_by_id, agent_of(command));
}

void att_core_foresee_near(const struct att_core *core, const struct att_command *command)
{
        const struct contact *contact = guess_contact(core, command);
        struct att_map_node *agent = guess(&core->agents_by_id, agent_of(command));

        if (contact) {
                fetch(contact, sizeof(*contact));
        }
        if (agent) {
                fetch(ATT_CONTAINER_OF(agent, struct agent, by_id), sizeof(struct agent));
        }
}

void att_core_foresee_next(const struct att_core *core, const struct att_command *command)
{
        const struct contact *contact = guess_contact(core, command);

        if (!contact) {
                return;
        }
        if (contact->details) {
                fetch(contact->details, 2 * LINE_BYTES);
        }
        if (contact->interaction) {
                fetch(contact->interaction, sizeof(*contact->interaction));
        }
        if (!att_list_is_empty(&contact->offers)) {
                fetch(ATT_LIST_FIRST(&contact->offers, struct offer, in_contact),
                      sizeof(struct offer));
        }
}
