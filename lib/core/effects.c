/* SPDX-License-Identifier: Apache-2.0 */
/* Names and digests of what goes in and out. */
#include <stdlib.h>

#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/core/command.h"
#include "lib/core/effect.h"

static const struct {
        const char *name;
        const char *word;
} commands[ATT_CMD_KIND_COUNT] = {
        [ATT_CMD_TICK] = {"tick", "tick"},
        [ATT_CMD_CONFIG] = {"config", "config"},
        [ATT_CMD_CONTACT_ADD] = {"contact_add", "contact"},
        [ATT_CMD_CONTACT_UPDATE] = {"contact_update", "update"},
        [ATT_CMD_CONTACT_ABANDON] = {"contact_abandon", "abandon"},
        [ATT_CMD_CONTACT_CANCEL] = {"contact_cancel", "cancel"},
        [ATT_CMD_CONTACT_END] = {"contact_end", "end"},
        [ATT_CMD_CONTACT_TRANSFER] = {"contact_transfer", "transfer"},
        [ATT_CMD_CONTACT_HOLD] = {"contact_hold", "hold"},
        [ATT_CMD_CONTACT_FEEDBACK] = {"contact_feedback", "feedback"},
        [ATT_CMD_AGENT_READY] = {"agent_ready", "ready"},
        [ATT_CMD_AGENT_PAUSE] = {"agent_pause", "pause"},
        [ATT_CMD_AGENT_OFFLINE] = {"agent_offline", "offline"},
        [ATT_CMD_OFFER_ACCEPT] = {"offer_accept", "accept"},
        [ATT_CMD_OFFER_DECLINE] = {"offer_decline", "decline"},
        [ATT_CMD_WRAP_UP_DONE] = {"wrap_up_done", "wrap_up_done"},
        [ATT_CMD_OCCUPIED] = {"occupied", "occupied"},
        [ATT_CMD_FREE] = {"free", "free"},
        [ATT_CMD_CUSTOMER_SET] = {"customer_set", "customer"},
        [ATT_CMD_CUSTOMER_LINK] = {"customer_link", "link"},
        [ATT_CMD_CUSTOMER_UNLINK] = {"customer_unlink", "unlink"},
        [ATT_CMD_CUSTOMER_FORGET] = {"customer_forget", "forget"},
        [ATT_CMD_FRONT_END_LOST] = {"front_end_lost", "front_end_lost"},
        [ATT_CMD_FRONT_END_BACK] = {"front_end_back", "front_end_back"},
        [ATT_CMD_AWAY] = {"away", "away"},
        [ATT_CMD_PRICES] = {"prices", "prices"},
        [ATT_CMD_INCIDENT_ANNOUNCE] = {"incident_announce", "announce"},
        [ATT_CMD_INCIDENT_CLOSE] = {"incident_close", "close_incident"},
};

static const char *const effect_names[ATT_EFFECT_KIND_COUNT] = {
        [ATT_EFFECT_SCHEDULED] = "scheduled",
        [ATT_EFFECT_QUEUED] = "queued",
        [ATT_EFFECT_POSITION] = "position",
        [ATT_EFFECT_RELAXED] = "relaxed",
        [ATT_EFFECT_OFFER] = "offer",
        [ATT_EFFECT_REVOKE] = "revoke",
        [ATT_EFFECT_CONNECT] = "connect",
        [ATT_EFFECT_CLOSED] = "closed",
        [ATT_EFFECT_OVERFLOW] = "overflow",
        [ATT_EFFECT_AGENT] = "agent",
        [ATT_EFFECT_WRAP_UP] = "wrap_up",
        [ATT_EFFECT_FINISHED] = "finished",
        [ATT_EFFECT_CONFIG] = "config",
        [ATT_EFFECT_REFUSED] = "refused",
        [ATT_EFFECT_FEEDBACK] = "feedback",
        [ATT_EFFECT_REPEAT] = "repeat",
        [ATT_EFFECT_PROMISED] = "promised",
        [ATT_EFFECT_PROMISE_KEPT] = "promise_kept",
        [ATT_EFFECT_PROMISE_EXPIRED] = "promise_expired",
        [ATT_EFFECT_PROMISE_CANCELLED] = "promise_cancelled",
        [ATT_EFFECT_INCIDENT] = "incident",
        [ATT_EFFECT_ANNOUNCED] = "announced",
        [ATT_EFFECT_INCIDENT_CLOSED] = "incident_closed",
};

static const char *const decided_by_names[ATT_DECIDED_BY_COUNT] = {
        [ATT_BY_NOTHING] = "nothing",
        [ATT_BY_FIT] = "fit",
        [ATT_BY_LOAD] = "load",
        [ATT_BY_IDLE] = "idle",
        [ATT_BY_ID] = "id",
        [ATT_BY_NAMED] = "named",
        [ATT_BY_STARVED] = "starved",
        [ATT_BY_RANK] = "rank",
        [ATT_BY_URGENCY] = "urgency",
        [ATT_BY_PUT_BACK] = "put_back",
        [ATT_BY_WAITED] = "waited",
        [ATT_BY_ARRIVAL] = "arrival",
        [ATT_BY_ASSIGNMENT] = "assignment",
        [ATT_BY_PREFERRED] = "preferred",
        [ATT_BY_LINK] = "link",
        [ATT_BY_BROADCAST] = "broadcast",
};

const char *att_command_kind_name(enum att_command_kind kind)
{
        return kind < ATT_CMD_KIND_COUNT ? commands[kind].name : "?";
}

const char *att_command_kind_word(enum att_command_kind kind)
{
        return kind < ATT_CMD_KIND_COUNT ? commands[kind].word : "?";
}

const char *att_effect_kind_name(enum att_effect_kind kind)
{
        return kind < ATT_EFFECT_KIND_COUNT ? effect_names[kind] : "?";
}

const char *att_decided_by_name(enum att_decided_by by)
{
        return by < ATT_DECIDED_BY_COUNT ? decided_by_names[by] : "?";
}

void att_effects_deinit(struct att_effects *effects)
{
        free(effects->items);
        *effects = (struct att_effects){0};
}

/* ---- Copies ---- */

#define FOR_EACH_TEXT(do_with)                                                                     \
        do_with(contact) do_with(front_end) do_with(agent) do_with(queue) do_with(channel)         \
                do_with(to) do_with(reason) do_with(field)

static void move_text(struct att_text *text, char **at)
{
        att_copy_short(*at, text->data, text->len);
        text->data = *at;
        *at += text->len;
}

static bool is_same(struct att_text a, struct att_text b)
{
        return a.data == b.data && a.len == b.len;
}

static void move_texts(struct att_effect *copy, char **at)
{
#define MOVE(text)                                                                                 \
        if (copy->text.len > 0) {                                                                  \
                move_text(&copy->text, at);                                                        \
        }
        FOR_EACH_TEXT(MOVE)
#undef MOVE
}

/* Of the effect before it, and of its copy: effects of one step are mostly about the same. */
static void share_texts(const struct att_effect *before, const struct att_effect *copied,
                        struct att_effect *copy, char **at)
{
#define SHARE(text)                                                                                \
        if (is_same(copy->text, before->text)) {                                                   \
                copy->text = copied->text;                                                         \
        } else if (copy->text.len > 0) {                                                           \
                move_text(&copy->text, at);                                                        \
        }
        FOR_EACH_TEXT(SHARE)
#undef SHARE
}

static const struct att_feedback *copy_feedback(const struct att_feedback *feedback,
                                                struct att_arena *arena)
{
        struct att_feedback *copy = att_arena_take(arena, sizeof(*copy));

        *copy = *feedback;
        copy->by = att_arena_text(arena, feedback->by);
        copy->text = att_arena_text(arena, feedback->text);
        return copy;
}

static const struct att_decision *copy_decision(const struct att_decision *decision,
                                                struct att_arena *arena)
{
        size_t bytes = sizeof(*decision) + decision->contact.len + decision->queue.len +
                       decision->next_contact.len;
        struct att_decision *copy;
        char *at;

        for (uint32_t i = 0; i < decision->agents_shown; i++) {
                bytes += decision->agents[i].agent.len + decision->agents[i].contact.len;
        }
        copy = att_arena_take(arena, bytes);
        at = (char *)(copy + 1);
        *copy = *decision;
        move_text(&copy->contact, &at);
        move_text(&copy->queue, &at);
        move_text(&copy->next_contact, &at);
        for (uint32_t i = 0; i < copy->agents_shown; i++) {
                move_text(&copy->agents[i].agent, &at);
                move_text(&copy->agents[i].contact, &at);
        }
        return copy;
}

/* Room for the effects and, behind them, their texts. */
static struct att_effect *take_room(const struct att_effects *effects, struct att_arena *arena)
{
        size_t bytes = effects->count * sizeof(*effects->items);

        for (uint32_t i = 0; i < effects->count; i++) {
#define COUNT(text) bytes += effects->items[i].text.len;
                FOR_EACH_TEXT(COUNT)
#undef COUNT
        }
        return att_arena_take(arena, bytes);
}

void att_effects_copy(const struct att_effects *effects, struct att_arena *arena,
                      struct att_effects *ret_copy)
{
        const uint32_t count = effects->count;
        struct att_effect *copies = take_room(effects, arena);
        char *at = (char *)&copies[count];

        att_copy(copies, effects->items, count * sizeof(*copies));
        for (uint32_t i = 0; i < count; i++) {
                struct att_effect *copy = &copies[i];

                if (i == 0) {
                        move_texts(copy, &at);
                } else {
                        share_texts(&effects->items[i - 1], copy - 1, copy, &at);
                }
                if (copy->feedback) {
                        copy->feedback = copy_feedback(copy->feedback, arena);
                }
                if (copy->decision) {
                        copy->decision = copy_decision(copy->decision, arena);
                }
        }
        *ret_copy = (struct att_effects){.items = copies, .count = count, .capacity = count};
}

/* ---- Digests ---- */

#define ADD_NUMBERS(digester, ...)                                                                 \
        do {                                                                                       \
                const uint64_t numbers_[] = {__VA_ARGS__};                                         \
                att_digester_add_numbers(digester, numbers_, ATT_ARRAY_LEN(numbers_));             \
        } while (0)

static void add_candidate(struct att_digester *digester, const struct att_candidate *candidate)
{
        att_digester_add_text(digester, candidate->agent);
        att_digester_add_i64(digester, candidate->fit_ppm);
        att_digester_add_bytes(digester, candidate->terms_ppm, sizeof(candidate->terms_ppm));
        ADD_NUMBERS(digester, (uint64_t)candidate->urgency_milli, candidate->load_units,
                    (uint64_t)candidate->idle_ms);
}

static void add_decision(struct att_digester *digester, const struct att_decision *decision)
{
        ADD_NUMBERS(digester, (uint64_t)decision->waited_ms, (uint64_t)decision->urgency_milli,
                    decision->exact, decision->joint_contacts, decision->joint_place,
                    decision->considered, decision->eligible);
        att_digester_add_bytes(digester, decision->excluded, sizeof(decision->excluded));
        for (uint32_t i = 0; i < decision->agents_shown; i++) {
                add_candidate(digester, &decision->agents[i]);
        }
        att_digester_add_u64(digester, decision->agent_by);
        att_digester_add_u64(digester, decision->contacts_considered);
        att_digester_add_text(digester, decision->next_contact);
        att_digester_add_u64(digester, decision->contact_by);
}

static void add_feedback(struct att_digester *digester, const struct att_feedback *feedback)
{
        att_digester_add_i64(digester, feedback->csat);
        att_digester_add_i64(digester, feedback->nps);
        att_digester_add_i64(digester, feedback->ces);
        att_digester_add_i64(digester, feedback->resolved);
        att_digester_add_i64(digester, feedback->emotion_ppm);
        att_digester_add_i64(digester, feedback->given_ms);
        att_digester_add_text(digester, feedback->by);
        att_digester_add_text(digester, feedback->text);
}

static void add_effect(struct att_digester *digester, const struct att_effect *effect)
{
        ADD_NUMBERS(digester, effect->kind, (uint64_t)effect->at_ms);
        att_digester_add_text(digester, effect->contact);
        att_digester_add_text(digester, effect->front_end);
        att_digester_add_text(digester, effect->agent);
        att_digester_add_text(digester, effect->queue);
        att_digester_add_text(digester, effect->channel);
        ADD_NUMBERS(digester, effect->step, effect->offer, effect->position,
                    (uint64_t)effect->estimate_ms, (uint64_t)effect->due_ms, effect->attempt,
                    effect->revoke_reason, effect->outcome, effect->presence);
        att_digester_add_text(digester, effect->to);
        att_digester_add_text(digester, effect->reason);
        att_digester_add_text(digester, att_text_from(effect->what));
        att_digester_add_u64(digester, effect->refusal);
        att_digester_add_text(digester, effect->field);
        ADD_NUMBERS(digester, (uint64_t)effect->retry_ms, effect->survey, effect->feedback != NULL);
        if (effect->feedback) {
                add_feedback(digester, effect->feedback);
        }
        att_digester_add_u64(digester, effect->decision != NULL);
        if (effect->decision) {
                add_decision(digester, effect->decision);
        }
}

void att_effects_digest(const struct att_effects *effects, struct att_digester *digester)
{
        att_digester_add_u64(digester, effects->count);
        for (uint32_t i = 0; i < effects->count; i++) {
                add_effect(digester, &effects->items[i]);
        }
}

const struct att_effect *att_effects_refusal(const struct att_effects *effects)
{
        for (uint32_t i = 0; i < effects->count; i++) {
                if (effects->items[i].kind == ATT_EFFECT_REFUSED) {
                        return &effects->items[i];
                }
        }
        return NULL;
}
