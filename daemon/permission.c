/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/permission.h"

/* By role, in the order of enum att_role: none, platform, agent, supervisor, observer. */
struct row {
        enum permission by_role[ATT_ROLE_COUNT];
        bool is_about_agent;
};

#define ROW(platform, agent, supervisor, observer)                                                 \
        {                                                                                          \
                PERMISSION_NEVER, PERMISSION_##platform, PERMISSION_##agent,                       \
                        PERMISSION_##supervisor, PERMISSION_##observer                             \
        }

#define CONTACT(platform, agent)                                                                   \
        {                                                                                          \
                ROW(platform, agent, ALWAYS, NEVER), false                                         \
        }
#define AGENT(platform, agent)                                                                     \
        {                                                                                          \
                ROW(platform, agent, ALWAYS, NEVER), true                                          \
        }

static const struct row COMMANDS[ATT_CMD_KIND_COUNT] = {
        [ATT_CMD_CONTACT_ADD] = CONTACT(ALWAYS, NEVER),
        [ATT_CMD_CONTACT_UPDATE] = CONTACT(ALWAYS, NEVER),
        [ATT_CMD_CONTACT_ABANDON] = CONTACT(ALWAYS, NEVER),
        [ATT_CMD_CONTACT_CANCEL] = CONTACT(ALWAYS, NEVER),
        [ATT_CMD_CONTACT_END] = CONTACT(ALWAYS, OWN),
        [ATT_CMD_CONTACT_TRANSFER] = CONTACT(ALWAYS, OWN),
        [ATT_CMD_CONTACT_HOLD] = CONTACT(ALWAYS, OWN),
        [ATT_CMD_CONTACT_FEEDBACK] = CONTACT(ALWAYS, NEVER),
        [ATT_CMD_AGENT_READY] = AGENT(ALWAYS, OWN),
        [ATT_CMD_AGENT_PAUSE] = AGENT(ALWAYS, OWN),
        [ATT_CMD_AGENT_OFFLINE] = AGENT(ALWAYS, OWN),
        [ATT_CMD_OFFER_ACCEPT] = AGENT(ALWAYS, OWN),
        [ATT_CMD_OFFER_DECLINE] = AGENT(ALWAYS, OWN),
        [ATT_CMD_WRAP_UP_DONE] = AGENT(ALWAYS, OWN),
        [ATT_CMD_OCCUPIED] = AGENT(ALWAYS, OWN),
        [ATT_CMD_FREE] = AGENT(ALWAYS, OWN),
        [ATT_CMD_CUSTOMER_SET] = CONTACT(NEVER, NEVER),
        [ATT_CMD_CUSTOMER_LINK] = CONTACT(ALWAYS, NEVER),
        [ATT_CMD_CUSTOMER_UNLINK] = CONTACT(NEVER, NEVER),
        [ATT_CMD_CUSTOMER_FORGET] = CONTACT(NEVER, NEVER),
        [ATT_CMD_INCIDENT_ANNOUNCE] = CONTACT(NEVER, NEVER),
        [ATT_CMD_INCIDENT_CLOSE] = CONTACT(NEVER, NEVER),
};

#define MESSAGE(platform, agent, observer)                                                         \
        {                                                                                          \
                ROW(platform, agent, ALWAYS, observer), false                                      \
        }

static const struct row MESSAGES[ATT_WIRE_BODY_COUNT] = {
        [ATT_WIRE_ACK] = MESSAGE(ALWAYS, ALWAYS, ALWAYS),
        [ATT_WIRE_PING] = MESSAGE(ALWAYS, ALWAYS, ALWAYS),
        [ATT_WIRE_PONG] = MESSAGE(ALWAYS, ALWAYS, ALWAYS),
        [ATT_WIRE_BYE] = MESSAGE(ALWAYS, ALWAYS, ALWAYS),
        [ATT_WIRE_RINGING] = {ROW(ALWAYS, OWN, ALWAYS, NEVER), true},
        [ATT_WIRE_STATUS] = MESSAGE(ALWAYS, ALWAYS, ALWAYS),
        [ATT_WIRE_QUEUES] = MESSAGE(ALWAYS, ALWAYS, ALWAYS),
        [ATT_WIRE_AGENTS] = MESSAGE(ALWAYS, NEVER, ALWAYS),
        [ATT_WIRE_CONTACTS] = MESSAGE(ALWAYS, NEVER, ALWAYS),
        [ATT_WIRE_SKILLS] = MESSAGE(ALWAYS, NEVER, ALWAYS),
        [ATT_WIRE_EXPLAIN] = MESSAGE(NEVER, NEVER, ALWAYS),
        [ATT_WIRE_RELOAD] = MESSAGE(NEVER, NEVER, NEVER),
        [ATT_WIRE_DRAIN] = MESSAGE(NEVER, NEVER, NEVER),
        [ATT_WIRE_CONFIG] = MESSAGE(NEVER, NEVER, NEVER),
        [ATT_WIRE_TAIL] = MESSAGE(NEVER, NEVER, ALWAYS),
        [ATT_WIRE_TAIL_STOP] = MESSAGE(NEVER, NEVER, ALWAYS),
        [ATT_WIRE_RECONCILE] = MESSAGE(ALWAYS, NEVER, NEVER),
        [ATT_WIRE_REPORT] = MESSAGE(NEVER, NEVER, ALWAYS),
        [ATT_WIRE_INCIDENTS] = MESSAGE(ALWAYS, ALWAYS, ALWAYS),
        [ATT_WIRE_CUSTOMERS] = MESSAGE(NEVER, NEVER, NEVER),
};

enum permission permission_for_command(enum att_role role, enum att_command_kind kind)
{
        return role < ATT_ROLE_COUNT && kind < ATT_CMD_KIND_COUNT ? COMMANDS[kind].by_role[role]
                                                                  : PERMISSION_NEVER;
}

enum permission permission_for_message(enum att_role role, enum att_wire_body body)
{
        return role < ATT_ROLE_COUNT && body < ATT_WIRE_BODY_COUNT ? MESSAGES[body].by_role[role]
                                                                   : PERMISSION_NEVER;
}

bool permission_is_about_agent(enum att_command_kind kind)
{
        return kind < ATT_CMD_KIND_COUNT && COMMANDS[kind].is_about_agent;
}
