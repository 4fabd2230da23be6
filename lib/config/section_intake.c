/* SPDX-License-Identifier: Apache-2.0 */
/* Intents, and the rules by which a new contact finds its queue. */
#include "lib/base/util.h"
#include "lib/config/compiler.h"
#include "lib/config/values.h"
#include "lib/model/limits.h"

#define RULES_MAX 100000

/* Intents ----------------------------------------------------------------- */

static const struct att_key intent_keys[] = {
        {.name = "title",
         .kind = ATT_KEY_TEXT,
         ATT_KEY_AT(struct att_intent, title),
         .standard = "the intent's name",
         .prose = "What the agent is shown."},
        {.name = "knowledge",
         .kind = ATT_KEY_TEXTS,
         ATT_KEY_AT2(struct att_intent, knowledge, knowledge_count),
         .max = 2048,
         .standard = "none",
         .prose = "Addresses of pages that help with it, shown with the offer."},
        {.name = "goodwill",
         .kind = ATT_KEY_TEXT,
         ATT_KEY_AT(struct att_intent, goodwill),
         .max = 2048,
         .standard = "none",
         .prose = "What the agent may do for the customer without asking."},
};

const struct att_key_table intent_table = {
        .name = "an intent",
        .where = "intents.NAME",
        .prose = "What a contact can be about. Rules find it, or a front end names it; the agent "
                 "gets it with the offer.",
        ATT_KEY_TABLE_OF(intent_keys),
};

void compiler_read_intents(struct compiler *compiler)
{
        const struct names *names = &compiler->names[ATT_NOUN_INTENT];

        for (uint32_t i = 0; i < names->count; i++) {
                struct att_intent *intent = &compiler->drafts.intents[i];

                *intent = (struct att_intent){.name = names->items[i]->name,
                                              .goodwill = ATT_TEXT_NONE};
                compiler_read(compiler, &intent_table, names->items[i]->value, intent);
                if (intent->title.len == 0) {
                        intent->title = intent->name;
                }
        }
}

/* Intake ------------------------------------------------------------------ */

struct rule_draft {
        struct att_intake_rule rule;
        uint32_t otherwise;
};

static const struct att_key intake_keys[] = {
        {.name = "when",
         .kind = ATT_KEY_CONDITIONS,
         ATT_KEY_AT(struct rule_draft, rule.when),
         .standard = "required, but for `otherwise`",
         .prose = "Which contacts the rule is for: all of its conditions must hold."},
        {.name = "queue",
         .kind = ATT_KEY_REFERENCE,
         ATT_KEY_AT(struct rule_draft, rule.queue),
         .noun = ATT_NOUN_QUEUE,
         .standard = "none",
         .prose = "Where it goes; the first rule with a queue wins."},
        {.name = "requires",
         .kind = ATT_KEY_LEVELS,
         ATT_KEY_AT2(struct rule_draft, rule.requires, rule.requires_count),
         .min = 1,
         .standard = "nothing",
         .prose =
                 "Skills required besides the queue's, each with its level; the first rule to name "
                 "a skill wins."},
        {.name = "prefers",
         .kind = ATT_KEY_PREFERENCES,
         ATT_KEY_AT2(struct rule_draft, rule.prefers, rule.prefer_count),
         .standard = "none",
         .prose = "Skills preferred besides the queue's, each with its weight."},
        {.name = "priority",
         .kind = ATT_KEY_POINTS,
         ATT_KEY_AT(struct rule_draft, rule.priority_milli),
         .min = -ATT_POINTS_MAX * ATT_MILLI,
         .max = ATT_POINTS_MAX * ATT_MILLI,
         .standard = "0",
         .prose = "Points on top of the queue's and the request's; those of all rules add up."},
        {.name = "intent",
         .kind = ATT_KEY_REFERENCE,
         ATT_KEY_AT(struct rule_draft, rule.intent),
         .noun = ATT_NOUN_INTENT,
         .standard = "none",
         .prose = "What the contact is about; the first rule with an intent wins."},
        {.name = "otherwise",
         .kind = ATT_KEY_REFERENCE,
         ATT_KEY_AT(struct rule_draft, otherwise),
         .noun = ATT_NOUN_QUEUE,
         .standard = "contacts without a queue are refused",
         .prose = "Alone in its entry: the queue of a contact that no rule and no request gave "
                  "one."},
};

const struct att_key_table intake_table = {
        .name = "an intake rule",
        .where = "intake[]",
        .prose = "How a new contact finds its queue. Every rule that matches applies, in order. "
                 "What the request itself names goes before any rule.",
        ATT_KEY_TABLE_OF(intake_keys),
};

static void check_otherwise(struct compiler *compiler, const struct att_yaml_node *node,
                            uint32_t queue)
{
        if (node->count > 1) {
                att_config_errors_add(compiler->errors, node->place,
                                      "'otherwise' stands alone in its entry");
        }
        if (compiler->config->otherwise != ATT_NONE) {
                att_config_errors_add(compiler->errors, node->place,
                                      "'otherwise' is given twice: one queue is for all the rest");
        }
        compiler->config->otherwise = queue;
}

/* True if the entry is a rule, which then stands in `rule`. */
static bool read_rule(struct compiler *compiler, const struct att_yaml_node *node,
                      struct att_intake_rule *rule)
{
        struct rule_draft draft = {
                .rule = {.queue = ATT_NONE, .intent = ATT_NONE, .line = node->place.line},
                .otherwise = ATT_NONE,
        };

        compiler_read(compiler, &intake_table, node, &draft);
        if (att_yaml_find(node, "otherwise")) {
                check_otherwise(compiler, node, draft.otherwise);
                return false;
        }
        if (node->kind != ATT_YAML_MAPPING) {
                return false; /* Told by the reading. */
        }
        if (!att_yaml_find(node, "when")) {
                att_config_errors_add(compiler->errors, node->place,
                                      "a rule needs 'when' (or 'otherwise', for all the rest)");
        } else if (node->count == 1) {
                att_config_errors_add(
                        compiler->errors, node->place,
                        "this rule says when, but not what: give it a queue, requires, "
                        "prefers, priority or intent");
        }
        *rule = draft.rule;
        return true;
}

void compiler_read_intake(struct compiler *compiler)
{
        const struct att_yaml_node *section = compiler->sections.intake;
        const uint32_t entry_count = section ? section->count : 0;

        compiler->drafts.intake = compiler_take(compiler, entry_count,
                                                sizeof(*compiler->drafts.intake));
        compiler->intake_nodes = att_arena_take_array(&compiler->scratch, entry_count,
                                                      sizeof(const struct att_yaml_node *));
        if (entry_count > RULES_MAX) {
                att_config_errors_add(compiler->errors, section->place,
                                      "too many rules: %u, at most %d", entry_count, RULES_MAX);
                return;
        }
        for (uint32_t i = 0; i < entry_count; i++) {
                const uint32_t count = compiler->config->intake_count;

                if (read_rule(compiler, section->items[i], &compiler->drafts.intake[count])) {
                        compiler->intake_nodes[count] = section->items[i];
                        compiler->config->intake_count++;
                }
        }
}
