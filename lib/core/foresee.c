/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/core/foresee.h"

#include "lib/core/details.h"
#include "lib/core/request.h"
#include "lib/core/state.h"

#define LINE_BYTES 64

/* So many commands before it is stepped: each looks at what the one before has had fetched. */
#define FAR  6 /* Where its contact and agent are listed. */
#define NEAR 4 /* They themselves. */
#define NEXT 2 /* What belongs to its contact. */

static void fetch(const void *place, size_t bytes)
{
        const char *at = place;

        for (size_t i = 0; i < bytes; i += LINE_BYTES) {
                __builtin_prefetch(at + i);
        }
}

static const struct contact *guess_contact(const struct att_core *core,
                                           const struct att_foresight *command)
{
        struct att_map_node *node = att_map_guess(&core->contacts_by_id, command->contact);

        return node ? ATT_CONTAINER_OF(node, struct contact, by_id) : NULL;
}

struct att_foresight att_foresight_of(const struct att_command *command, struct att_arena *arena)
{
        const bool is_add = command->kind == ATT_CMD_CONTACT_ADD;
        const struct att_contact_request *request = &command->request;
        struct att_foresight foresight = {
                .seq = command->seq,
                .contact = att_text_hash(command->contact),
                .agent = att_text_hash(is_add ? request->agent : command->agent),
        };

        if (is_add) {
                foresight.content = request_digest(request);
                foresight.details = details_pack(request,
                                                 att_arena_take(arena, details_room(request)));
        }
        return foresight;
}

static void foresee_far(const struct att_core *core, const struct att_foresight *command)
{
        att_map_fetch(&core->contacts_by_id, command->contact);
        att_map_fetch(&core->agents_by_id, command->agent);
}

static void foresee_near(const struct att_core *core, const struct att_foresight *command)
{
        const struct contact *contact = guess_contact(core, command);
        struct att_map_node *agent = att_map_guess(&core->agents_by_id, command->agent);

        if (contact) {
                fetch(contact, sizeof(*contact));
        }
        if (agent) {
                fetch(ATT_CONTAINER_OF(agent, struct agent, by_id), sizeof(struct agent));
        }
}

static void foresee_next(const struct att_core *core, const struct att_foresight *command)
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

void att_core_foresee(struct att_core *core, const struct att_foresight *commands, uint32_t count)
{
        core->foresight = commands;
        if (count > FAR) {
                foresee_far(core, &commands[FAR]);
        }
        if (count > NEAR) {
                foresee_near(core, &commands[NEAR]);
        }
        if (count > NEXT) {
                foresee_next(core, &commands[NEXT]);
        }
}
