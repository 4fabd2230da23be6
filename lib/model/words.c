/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/model/words.h"

#include <stddef.h>

#include "lib/base/util.h"

static const char *const contact_state_names[] = {
        [ATT_CONTACT_SCHEDULED] = "scheduled", [ATT_CONTACT_QUEUED] = "queued",
        [ATT_CONTACT_OFFERED] = "offered",     [ATT_CONTACT_CONNECTED] = "connected",
        [ATT_CONTACT_CLOSED] = "closed",
};

static const char *const interaction_state_names[] = {
        [ATT_INTERACTION_ACTIVE] = "active",
        [ATT_INTERACTION_HELD] = "held",
        [ATT_INTERACTION_WRAP_UP] = "wrap_up",
};

static const char *const emotion_source_names[] = {
        [ATT_EMOTION_STATED] = "stated",
        [ATT_EMOTION_ESTIMATED] = "estimated",
};

static const char *const outcome_names[] = {
        [ATT_OUTCOME_NONE] = "none",           [ATT_OUTCOME_HANDLED] = "handled",
        [ATT_OUTCOME_ABANDONED] = "abandoned", [ATT_OUTCOME_OVERFLOWED] = "overflowed",
        [ATT_OUTCOME_EXPIRED] = "expired",     [ATT_OUTCOME_CANCELLED] = "cancelled",
        [ATT_OUTCOME_REFUSED] = "refused",
};

static const char *const presence_names[] = {
        [ATT_PRESENCE_OFFLINE] = "offline",
        [ATT_PRESENCE_READY] = "ready",
        [ATT_PRESENCE_PAUSED] = "paused",
};

static const char *const revoke_reason_names[] = {
        [ATT_REVOKE_TIMEOUT] = "timeout",       [ATT_REVOKE_DECLINED] = "declined",
        [ATT_REVOKE_ABANDONED] = "abandoned",   [ATT_REVOKE_CANCELLED] = "cancelled",
        [ATT_REVOKE_AGENT_GONE] = "agent_gone", [ATT_REVOKE_TAKEN] = "taken",
        [ATT_REVOKE_CHANGED] = "changed",       [ATT_REVOKE_RELOAD] = "reload",
};

static const char *const refusal_names[] = {
        [ATT_REFUSAL_NONE] = "none",           [ATT_REFUSAL_UNKNOWN] = "unknown",
        [ATT_REFUSAL_DUPLICATE] = "duplicate", [ATT_REFUSAL_INVALID] = "invalid",
        [ATT_REFUSAL_STATE] = "state",         [ATT_REFUSAL_DENIED] = "denied",
        [ATT_REFUSAL_FULL] = "full",
};

static const char *const skill_kind_names[] = {
        [ATT_SKILL_KNOWLEDGE] = "knowledge",
        [ATT_SKILL_LANGUAGE] = "language",
        [ATT_SKILL_HUMAN] = "human",
};

static const char *const agent_kind_names[] = {
        [ATT_AGENT_PERSON] = "person",
        [ATT_AGENT_BOT] = "bot",
};

static const char *const fit_term_names[] = {
        [ATT_FIT_SKILL] = "skill",
        [ATT_FIT_OUTCOME] = "outcome",
        [ATT_FIT_CONTINUITY] = "continuity",
        [ATT_FIT_RAPPORT] = "rapport",
        [ATT_FIT_REST] = "rest",
        [ATT_FIT_LOAD] = "load",
};

static const struct {
        const char *name;
        const char *sentence;
        const char *phrase;
} exclusions[] = {
        [ATT_EXCLUSION_NONE] = {"none", "could take it", "free to take it"},
        [ATT_EXCLUSION_OFFLINE] = {"offline", "is offline", "offline"},
        [ATT_EXCLUSION_PAUSED] = {"paused", "is paused", "paused"},
        [ATT_EXCLUSION_UNREACHABLE] = {"unreachable", "can't be reached on this channel now",
                                       "not to be reached on this channel now"},
        [ATT_EXCLUSION_CHANNEL] = {"channel", "does not work on this channel",
                                   "not working on this channel"},
        [ATT_EXCLUSION_EXCLUDED] = {"excluded", "is left out by the request",
                                    "left out by the request"},
        [ATT_EXCLUSION_NAMED] = {"named", "is not the agent it is for", "not who it is for"},
        [ATT_EXCLUSION_PROFILE] = {"profile", "has a profile that does not serve the queue",
                                   "with a profile that does not serve the queue"},
        [ATT_EXCLUSION_DELAY] = {"delay", "sees the queue only later, by the profile's delay",
                                 "seeing the queue only later, by the profile's delay"},
        [ATT_EXCLUSION_TEAM] = {"team", "is not in a team that serves it",
                                "not in a team that serves it"},
        [ATT_EXCLUSION_SKILL] = {"skill", "lacks a required skill or level",
                                 "without a required skill or level"},
        [ATT_EXCLUSION_ANY_OF] = {"any_of", "has none of the skills of which one is needed",
                                  "without any of the skills of which one is needed"},
        [ATT_EXCLUSION_ATTRIBUTE] = {"attribute", "has not the attribute that the queue asks for",
                                     "without the attribute that the queue asks for"},
        [ATT_EXCLUSION_BOT] = {"bot", "is a bot, and a bot handed it back",
                               "not human, and a bot handed it back"},
        [ATT_EXCLUSION_COOLDOWN] = {"cooldown", "declined or missed it not long ago",
                                    "declined or missed it not long ago"},
        [ATT_EXCLUSION_HOLD] = {"hold", "must wait while it is held for the preferred agent",
                                "made to wait while it is held for the preferred agent"},
        [ATT_EXCLUSION_LINKED] = {"linked", "must leave it to the agent of the same conversation",
                                  "leaving it to the agent of the same conversation"},
        [ATT_EXCLUSION_EXCLUSIVE] = {"exclusive", "is kept from it by an exclusive channel",
                                     "kept from it by an exclusive channel"},
        [ATT_EXCLUSION_LIMIT] = {"limit", "has as many on this channel as allowed",
                                 "with as many on this channel as allowed"},
        [ATT_EXCLUSION_UNITS] = {"units", "has no units free", "with no units free"},
};

static const char *const role_names[] = {
        [ATT_ROLE_NONE] = "none",         [ATT_ROLE_PLATFORM] = "platform",
        [ATT_ROLE_AGENT] = "agent",       [ATT_ROLE_SUPERVISOR] = "supervisor",
        [ATT_ROLE_OBSERVER] = "observer",
};

/* A name for every value, or the build stops. */
_Static_assert(ATT_ARRAY_LEN(contact_state_names) == ATT_CONTACT_STATE_COUNT, "contact states");
_Static_assert(ATT_ARRAY_LEN(emotion_source_names) == ATT_EMOTION_SOURCE_COUNT, "sources");
_Static_assert(ATT_ARRAY_LEN(outcome_names) == ATT_OUTCOME_COUNT, "outcomes");
_Static_assert(ATT_ARRAY_LEN(presence_names) == ATT_PRESENCE_COUNT, "presences");
_Static_assert(ATT_ARRAY_LEN(revoke_reason_names) == ATT_REVOKE_REASON_COUNT, "revoke reasons");
_Static_assert(ATT_ARRAY_LEN(refusal_names) == ATT_REFUSAL_COUNT, "refusals");
_Static_assert(ATT_ARRAY_LEN(skill_kind_names) == ATT_SKILL_KIND_COUNT, "skill kinds");
_Static_assert(ATT_ARRAY_LEN(agent_kind_names) == ATT_AGENT_KIND_COUNT, "agent kinds");
_Static_assert(ATT_ARRAY_LEN(fit_term_names) == ATT_FIT_TERM_COUNT, "fit terms");
_Static_assert(ATT_ARRAY_LEN(exclusions) == ATT_EXCLUSION_COUNT, "exclusions");
_Static_assert(ATT_ARRAY_LEN(role_names) == ATT_ROLE_COUNT, "roles");

/* "?" for what is no value of the enum: a broken journal may bring one. */
static const char *name_at(const char *const *names, size_t count, size_t value)
{
        return value < count ? names[value] : "?";
}

const char *att_contact_state_name(enum att_contact_state state)
{
        return name_at(contact_state_names, ATT_ARRAY_LEN(contact_state_names), (size_t)state);
}

const char *att_interaction_state_name(enum att_interaction_state state)
{
        return name_at(interaction_state_names, ATT_ARRAY_LEN(interaction_state_names),
                       (size_t)state);
}

const char *att_emotion_source_name(enum att_emotion_source source)
{
        return name_at(emotion_source_names, ATT_ARRAY_LEN(emotion_source_names), (size_t)source);
}

const char *att_outcome_name(enum att_outcome outcome)
{
        return name_at(outcome_names, ATT_ARRAY_LEN(outcome_names), (size_t)outcome);
}

const char *att_presence_name(enum att_presence presence)
{
        return name_at(presence_names, ATT_ARRAY_LEN(presence_names), (size_t)presence);
}

const char *att_revoke_reason_name(enum att_revoke_reason reason)
{
        return name_at(revoke_reason_names, ATT_ARRAY_LEN(revoke_reason_names), (size_t)reason);
}

const char *att_refusal_name(enum att_refusal refusal)
{
        return name_at(refusal_names, ATT_ARRAY_LEN(refusal_names), (size_t)refusal);
}

const char *att_skill_kind_name(enum att_skill_kind kind)
{
        return name_at(skill_kind_names, ATT_ARRAY_LEN(skill_kind_names), (size_t)kind);
}

const char *att_agent_kind_name(enum att_agent_kind kind)
{
        return name_at(agent_kind_names, ATT_ARRAY_LEN(agent_kind_names), (size_t)kind);
}

const char *att_fit_term_name(enum att_fit_term term)
{
        return name_at(fit_term_names, ATT_ARRAY_LEN(fit_term_names), (size_t)term);
}

const char *att_exclusion_name(enum att_exclusion exclusion)
{
        return (size_t)exclusion < ATT_ARRAY_LEN(exclusions) ? exclusions[exclusion].name : "?";
}

const char *att_exclusion_sentence(enum att_exclusion exclusion)
{
        return (size_t)exclusion < ATT_ARRAY_LEN(exclusions) ? exclusions[exclusion].sentence : "?";
}

const char *att_exclusion_phrase(enum att_exclusion exclusion)
{
        return (size_t)exclusion < ATT_ARRAY_LEN(exclusions) ? exclusions[exclusion].phrase : "?";
}

const char *att_role_name(enum att_role role)
{
        return name_at(role_names, ATT_ARRAY_LEN(role_names), (size_t)role);
}

#define MAY_BECOME(state) (1U << (state))

/* By the state a contact is in, those that it may move to. */
static const unsigned contact_moves[] = {
        [ATT_CONTACT_SCHEDULED] = MAY_BECOME(ATT_CONTACT_QUEUED) | MAY_BECOME(ATT_CONTACT_CLOSED),
        /* Connected at once where offers need no accept; scheduled by a callback overflow. */
        [ATT_CONTACT_QUEUED] = MAY_BECOME(ATT_CONTACT_OFFERED) | MAY_BECOME(ATT_CONTACT_CONNECTED) |
                               MAY_BECOME(ATT_CONTACT_SCHEDULED) | MAY_BECOME(ATT_CONTACT_CLOSED),
        /* What was offered goes back to its queue before anything else becomes of it. */
        [ATT_CONTACT_OFFERED] = MAY_BECOME(ATT_CONTACT_QUEUED) | MAY_BECOME(ATT_CONTACT_CONNECTED) |
                                MAY_BECOME(ATT_CONTACT_CLOSED),
        /* Queued by a transfer; scheduled when the customer did not take a callback. */
        [ATT_CONTACT_CONNECTED] = MAY_BECOME(ATT_CONTACT_QUEUED) |
                                  MAY_BECOME(ATT_CONTACT_SCHEDULED) |
                                  MAY_BECOME(ATT_CONTACT_CLOSED),
        [ATT_CONTACT_CLOSED] = 0,
};
_Static_assert(ATT_ARRAY_LEN(contact_moves) == ATT_CONTACT_STATE_COUNT, "moves of every state");

bool att_contact_may_move(enum att_contact_state from, enum att_contact_state to)
{
        return (size_t)from < ATT_CONTACT_STATE_COUNT && (size_t)to < ATT_CONTACT_STATE_COUNT &&
               (contact_moves[from] & MAY_BECOME(to)) != 0;
}
