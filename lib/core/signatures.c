/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures: what is asked of an agent, shared by all contacts that ask for the same. */
#include <stdlib.h>
#include <string.h>

#include "lib/base/bitset.h"
#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/core/state.h"

/* ---- What is wanted ---- */

/* Signatures in all above which those without a contact are freed. */
#define IDLE_SIGNATURES_MAX 512

struct wanted {
        struct want *items;
        uint32_t count;
};

static struct want *find_want(const struct wanted *wanted, uint32_t skill)
{
        for (uint32_t i = 0; i < wanted->count; i++) {
                if (wanted->items[i].skill == skill) {
                        return &wanted->items[i];
                }
        }
        return NULL;
}

static struct want *get_want(struct wanted *wanted, uint32_t skill)
{
        struct want *want = find_want(wanted, skill);
        if (!want) {
                ATT_CHECK(wanted->count < WANTS_MAX);
                want = &wanted->items[wanted->count++];
                *want = (struct want){.skill = skill};
        }
        return want;
}

/* Each replaces by name what stood before. */
static void set_levels(struct wanted *wanted, const struct att_requirement *items, uint32_t count)
{
        for (uint32_t i = 0; i < count; i++) {
                get_want(wanted, items[i].skill)->level = items[i].level;
        }
}

/* The first to name a skill wins. */
static void add_weights(struct wanted *wanted, const struct att_preference *items, uint32_t count)
{
        for (uint32_t i = 0; i < count; i++) {
                struct want *want = get_want(wanted, items[i].skill);
                if (want->weight_milli == 0) {
                        want->weight_milli = items[i].weight_milli;
                }
        }
}

/* Required weigh 1, preferred their number, both 1 + the number; what is neither goes. */
static uint32_t weigh(struct wanted *wanted)
{
        uint32_t kept = 0;
        for (uint32_t i = 0; i < wanted->count; i++) {
                struct want want = wanted->items[i];
                if (want.level == 0 && want.weight_milli == 0) {
                        continue;
                }
                want.weight_milli += want.level > 0 ? 1000 : 0;
                wanted->items[kept++] = want;
        }
        return kept;
}

static int compare_wants(const void *a, const void *b)
{
        const struct want *want_a = a;
        const struct want *want_b = b;
        return want_a->skill < want_b->skill ? -1 : want_a->skill > want_b->skill;
}

uint32_t signature_wants(const struct att_config *config, const struct contact *contact,
                         uint32_t queue, uint32_t step, struct want wants[WANTS_MAX])
{
        const struct att_queue *def = &config->queues[queue];
        struct wanted wanted = {.items = wants};
        if (contact &&
            (contact_extras(contact)->own_count > 0 || contact_extras(contact)->ruled_count > 0)) {
                set_levels(&wanted, def->steps[0].requires, def->steps[0].requires_count);
                set_levels(&wanted, contact_extras(contact)->ruled,
                           contact_extras(contact)->ruled_count);
                set_levels(&wanted, contact_extras(contact)->own,
                           contact_extras(contact)->own_count);
                for (uint32_t i = 1; i <= step; i++) {
                        set_levels(&wanted, def->steps[i].changes, def->steps[i].change_count);
                }
        } else {
                set_levels(&wanted, def->steps[step].requires, def->steps[step].requires_count);
        }
        if (contact) {
                add_weights(&wanted, contact_extras(contact)->prefers,
                            contact_extras(contact)->prefer_count);
        }
        add_weights(&wanted, def->prefers, def->prefer_count);
        uint32_t count = weigh(&wanted);
        qsort(wants, count, sizeof(*wants), compare_wants);
        return count;
}

/* ---- Who meets it ---- */

static bool is_of_team(const struct att_step *step, uint32_t team)
{
        for (uint32_t i = 0; i < step->team_count; i++) {
                if (step->teams[i] == team) {
                        return true;
                }
        }
        return step->team_count == 0;
}

static bool has_levels(const struct att_agent_def *def, const struct want *wants, uint32_t count)
{
        for (uint32_t i = 0; i < count; i++) {
                if (def->levels[wants[i].skill] < wants[i].level) {
                        return false;
                }
        }
        return true;
}

static bool has_one_of(const struct att_agent_def *def, const struct att_step *step)
{
        for (uint32_t i = 0; i < step->any_of_count; i++) {
                if (def->levels[step->any_of[i].skill] >= step->any_of[i].level) {
                        return true;
                }
        }
        return step->any_of_count == 0;
}

static bool has_attribute(const struct att_agent_def *def, const struct att_pair *wanted)
{
        for (uint32_t i = 0; i < def->attribute_count; i++) {
                if (att_text_equals(def->attributes[i].key, wanted->key)) {
                        return att_text_equals(def->attributes[i].value, wanted->value);
                }
        }
        return false;
}

static bool has_attributes(const struct att_agent_def *def, const struct att_queue *queue)
{
        for (uint32_t i = 0; i < queue->attribute_count; i++) {
                if (!has_attribute(def, &queue->attributes[i])) {
                        return false;
                }
        }
        return true;
}

bool agent_meets_step(const struct att_agent_def *def, const struct att_queue *queue,
                      const struct att_step *step, const struct want *wants, uint32_t want_count,
                      enum att_exclusion *ret_why)
{
        *ret_why = ATT_EXCLUSION_NONE;
        if (!is_of_team(step, def->team)) {
                *ret_why = ATT_EXCLUSION_TEAM;
        } else if (!has_levels(def, wants, want_count)) {
                *ret_why = ATT_EXCLUSION_SKILL;
        } else if (!has_one_of(def, step)) {
                *ret_why = ATT_EXCLUSION_ANY_OF;
        } else if (!has_attributes(def, queue)) {
                *ret_why = ATT_EXCLUSION_ATTRIBUTE;
        }
        return *ret_why == ATT_EXCLUSION_NONE;
}

/* ---- Interning ---- */

#define KEY_WORDS_MAX (2 + 3 * WANTS_MAX)

static size_t make_key(uint32_t queue, uint32_t step, const struct want *wants, uint32_t count,
                       uint32_t key[KEY_WORDS_MAX])
{
        size_t words = 0;
        key[words++] = queue;
        key[words++] = step;
        for (uint32_t i = 0; i < count; i++) {
                key[words++] = wants[i].skill;
                key[words++] = wants[i].level;
                key[words++] = wants[i].weight_milli;
        }
        return words * sizeof(*key);
}

/* How far an agent comes through the questions; each passes only who passed the one before. */
static void fill_agent(const struct att_core *core, struct signature *signature, uint32_t i)
{
        const struct att_queue *queue = &core->config->queues[signature->queue];
        const struct att_agent_def *def = core->agents[i]->def;
        enum att_exclusion why = ATT_EXCLUSION_NONE;
        bool meets = agent_meets_step(def, queue, &queue->steps[signature->step], signature->wants,
                                      signature->want_count, &why);
        att_bitset_put(signature->meets, i, meets);
        signature->match_ppm[i] = meets ? (int32_t)skill_match_ppm(def, signature->wants,
                                                                   signature->want_count)
                                        : 0; /* Nobody asks. */
        signature->match_roofs[i] = score_roof(signature->match_ppm[i]);
        if (queue_rank(core, core->agents[i], signature->queue) == 0) {
                return;
        }
        att_bitset_add(signature->profiled, i);
        att_bitset_put(signature->of_team, i, why != ATT_EXCLUSION_TEAM);
        att_bitset_put(signature->skilled, i,
                       why != ATT_EXCLUSION_TEAM && why != ATT_EXCLUSION_SKILL);
        att_bitset_put(signature->any_skilled, i, meets || why == ATT_EXCLUSION_ATTRIBUTE);
        att_bitset_put(signature->serves, i, meets);
}

static void fill_agents(const struct att_core *core, struct signature *signature)
{
        uint64_t **const sets[] = {
                &signature->profiled,    &signature->of_team, &signature->skilled,
                &signature->any_skilled, &signature->serves,  &signature->meets,
        };
        for (size_t i = 0; i < ATT_ARRAY_LEN(sets); i++) {
                *sets[i] = att_alloc_array(core->sets.words, sizeof(uint64_t));
        }
        signature->match_ppm = att_alloc_array(core->agent_count, sizeof(int32_t));
        signature->match_roofs = att_alloc_array(core->agent_count, sizeof(uint8_t));
        for (uint32_t i = 0; i < core->agent_count; i++) {
                fill_agent(core, signature, i);
        }
}

static bool asks_nothing_of_its_own(const struct contact *contact)
{
        return contact_extras(contact)->own_count == 0 &&
               contact_extras(contact)->ruled_count == 0 &&
               contact_extras(contact)->prefer_count == 0;
}

/* Of contacts that ask nothing of their own there is one a step. */
static struct signature **plain_signature(const struct att_core *core, uint32_t queue,
                                          uint32_t step)
{
        return &core->queues[queue].plain[step];
}

static struct signature *find_signature(struct att_core *core, const struct contact *contact);

static struct signature *get_signature(struct att_core *core, const struct contact *contact)
{
        if (!asks_nothing_of_its_own(contact)) {
                return find_signature(core, contact);
        }
        struct signature **plain = plain_signature(core, contact->queue, contact->step);
        if (!*plain) {
                *plain = find_signature(core, contact);
        }
        return *plain;
}

static struct signature *find_signature(struct att_core *core, const struct contact *contact)
{
        struct want wants[WANTS_MAX];
        uint32_t count = signature_wants(core->config, contact, contact->queue, contact->step,
                                         wants);
        uint32_t key[KEY_WORDS_MAX];
        size_t key_len = make_key(contact->queue, contact->step, wants, count, key);
        struct att_text text = {(const char *)key, key_len};
        struct att_map_node *node = att_map_find(&core->signatures, text);
        if (node) {
                return ATT_CONTAINER_OF(node, struct signature, by_key);
        }
        struct signature *signature = att_alloc(sizeof(*signature));
        signature->key = att_strndup(text.data, text.len);
        signature->key_len = key_len;
        signature->queue = contact->queue;
        signature->step = contact->step;
        signature->want_count = count;
        signature->wants = att_alloc_array(count, sizeof(*wants));
        att_copy(signature->wants, wants, count * sizeof(*wants));
        for (uint32_t i = 0; i < count; i++) {
                signature->weight_sum_milli += wants[i].weight_milli;
        }
        att_list_init(&signature->lanes);
        att_list_init(&signature->in_core);
        att_list_add_tail(&core->all_signatures, &signature->in_core);
        core->signature_count++;
        fill_agents(core, signature);
        att_map_add(&core->signatures, &signature->by_key, att_text_of(signature->key, key_len));
        return signature;
}

static void free_signature(struct att_core *core, struct signature *signature)
{
        struct signature **plain = plain_signature(core, signature->queue, signature->step);
        if (*plain == signature) {
                *plain = NULL;
        }
        waiting_free_lanes(core, signature);
        att_map_remove(&core->signatures, &signature->by_key);
        att_list_remove(&signature->in_core);
        core->signature_count--;
        free(signature->profiled);
        free(signature->of_team);
        free(signature->skilled);
        free(signature->any_skilled);
        free(signature->serves);
        free(signature->meets);
        free(signature->match_ppm);
        free(signature->match_roofs);
        free(signature->wants);
        free(signature->key);
        free(signature);
}

void signatures_purge(struct att_core *core)
{
        ATT_LIST_FOREACH(signature, &core->all_signatures, struct signature, in_core)
        {
                if (signature->references == 0) {
                        free_signature(core, signature);
                }
        }
}

void signatures_forget(struct att_core *core)
{
        ATT_LIST_FOREACH(signature, &core->all_signatures, struct signature, in_core)
        {
                free_signature(core, signature);
        }
}

/* One that nobody uses is kept for the next contact that asks for the same, unless there are many. */
void signature_drop(struct att_core *core, struct contact *contact)
{
        struct signature *signature = contact->signature;
        if (!signature) {
                return;
        }
        waiting_leave_lane(core, contact);
        contact->signature = NULL;
        if (--signature->references == 0 && core->signature_count > IDLE_SIGNATURES_MAX) {
                signatures_purge(core);
        }
}

void signature_refresh(struct att_core *core, struct contact *contact)
{
        struct signature *signature = get_signature(core, contact);
        if (signature == contact->signature) {
                return;
        }
        signature->references++;
        signature_drop(core, contact);
        contact->signature = signature;
}
