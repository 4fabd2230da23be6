/* SPDX-License-Identifier: Apache-2.0 */
/* Skills, channels, tiers, policies: what agents and queues are described with. */
#include "lib/base/util.h"
#include "lib/config/compiler.h"
#include "lib/config/values.h"
#include "lib/model/limits.h"

/* Skills ------------------------------------------------------------------ */

static const char *const skill_kinds[] = {
        [ATT_SKILL_KNOWLEDGE] = "knowledge",
        [ATT_SKILL_LANGUAGE] = "language",
        [ATT_SKILL_HUMAN] = "human",
        NULL,
};

static const struct att_key skill_keys[] = {
        {.name = "title",
         .kind = ATT_KEY_TEXT,
         ATT_KEY_AT(struct att_skill, title),
         .standard = "the skill's name",
         .prose = "What people are shown."},
        {.name = "kind",
         .kind = ATT_KEY_WORD,
         ATT_KEY_AT(struct att_skill, kind),
         .words = skill_kinds,
         .standard = "knowledge",
         .prose = "`human` skills (empathy, de-escalation) count in the fit's `rapport` term: "
                  "they bring upset customers to agents who can take one."},
};

const struct att_key_table skill_table = {
        .name = "a skill",
        .where = "skills.NAME",
        .prose = "Everything an agent may know or be good at. A skill that is used anywhere is "
                 "declared here, so that a slip of the pen is an error.",
        ATT_KEY_TABLE_OF(skill_keys),
};

void compiler_read_skills(struct compiler *compiler)
{
        const struct names *names = &compiler->names[ATT_NOUN_SKILL];

        for (uint32_t i = 0; i < names->count; i++) {
                struct att_skill *skill = &compiler->drafts.skills[i];

                *skill = (struct att_skill){.name = names->items[i]->name};
                compiler_read(compiler, &skill_table, names->items[i]->value, skill);
                if (skill->title.len == 0) {
                        skill->title = skill->name;
                }
        }
}

/* Channels ---------------------------------------------------------------- */

struct channel_draft {
        struct att_channel channel;
        const uint32_t *interrupts;
        uint32_t interrupt_count;
};

static const struct att_key channel_keys[] = {
        {.name = "units",
         .kind = ATT_KEY_WHOLE,
         ATT_KEY_AT(struct channel_draft, channel.units),
         .min = 0,
         .max = ATT_UNITS_MAX,
         .standard = "100",
         .prose = "How much of an agent's 100 one interaction takes: 33 lets a person have three "
                  "at once."},
        {.name = "offer_timeout",
         .kind = ATT_KEY_DURATION,
         ATT_KEY_AT(struct channel_draft, channel.offer_timeout_ms),
         .min = 1,
         .max = ATT_HOUR_MS * 24,
         .standard = "20s",
         .prose = "How long an offer waits for an agent's answer before the next one is asked."},
        {.name = "wrap_up",
         .kind = ATT_KEY_DURATION,
         ATT_KEY_AT(struct channel_draft, channel.wrap_up_ms),
         .max = ATT_HOUR_MS * 24,
         .standard = "0s",
         .prose = "Time for after-call work, in which the agent's units stay taken. An agent's own "
                  "goes before the queue's, the queue's before this."},
        {.name = "auto_accept",
         .kind = ATT_KEY_FLAG,
         ATT_KEY_AT(struct channel_draft, channel.auto_accept),
         .standard = "false",
         .prose = "`true`: an offer connects at once, nobody has to accept."},
        {.name = "exclusive",
         .kind = ATT_KEY_FLAG,
         ATT_KEY_AT(struct channel_draft, channel.exclusive),
         .standard = "false",
         .prose = "`true`: nothing on another channel while on one of these, and the other way "
                  "round."},
        {.name = "interrupts",
         .kind = ATT_KEY_REFERENCES,
         ATT_KEY_AT2(struct channel_draft, interrupts, interrupt_count),
         .noun = ATT_NOUN_CHANNEL,
         .standard = "none",
         .prose = "Channels whose work does not count when a contact on this one comes: a call may "
                  "interrupt e-mails."},
};

const struct att_key_table channel_table = {
        .name = "a channel",
        .where = "channels.NAME",
        .prose = "The ways customers reach you. With this section, a channel that is not in it is "
                 "an error; without it, any name works with the defaults.",
        ATT_KEY_TABLE_OF(channel_keys),
};

void compiler_read_channels(struct compiler *compiler)
{
        const struct names *names = &compiler->names[ATT_NOUN_CHANNEL];

        for (uint32_t i = 0; i < names->count; i++) {
                struct channel_draft draft = {
                        .channel = att_channel_default(names->items[i]->name),
                };

                if (names->items[i]->value) {
                        compiler_read(compiler, &channel_table, names->items[i]->value, &draft);
                }
                for (uint32_t j = 0; j < draft.interrupt_count; j++) {
                        draft.channel.interrupts |= UINT64_C(1) << draft.interrupts[j];
                }
                compiler->drafts.channels[i] = draft.channel;
        }
}

/* Tiers ------------------------------------------------------------------- */

static const struct att_key tier_keys[] = {
        {.name = "name",
         .kind = ATT_KEY_NAME,
         .is_required = true,
         ATT_KEY_AT(struct att_tier, name),
         .prose = "What the tier is called, here and in reports."},
        {.name = "value",
         .kind = ATT_KEY_SHARE,
         ATT_KEY_AT(struct att_tier, value_ppm),
         .standard = "0",
         .prose = "The customer's value: 1 is sent to the best qualified agent, 0 to whoever is "
                  "least needed elsewhere."},
        {.name = "points",
         .kind = ATT_KEY_POINTS,
         ATT_KEY_AT(struct att_tier, points_milli),
         .min = -ATT_POINTS_MAX * ATT_MILLI,
         .max = ATT_POINTS_MAX * ATT_MILLI,
         .standard = "0",
         .prose = "Points of urgency that every contact of such a customer starts with."},
        {.name = "when",
         .kind = ATT_KEY_CONDITIONS,
         ATT_KEY_AT(struct att_tier, when),
         .standard = "every customer",
         .prose = "Who belongs to it."},
};

const struct att_key_table tier_table = {
        .name = "a tier",
        .where = "tiers[]",
        .prose = "How much customers are worth: the first tier whose `when` holds is theirs. "
                 "Without tiers every customer's value is 1; with them, that of a customer who "
                 "matches none is 0.",
        ATT_KEY_TABLE_OF(tier_keys),
};

/* One without a name is none; what else is wrong with it is told all the same. */
static void read_unnamed_tiers(struct compiler *compiler)
{
        const struct att_yaml_node *section = compiler->sections.tiers;

        for (uint32_t i = 0; section && i < section->count; i++) {
                struct att_tier tier = {.name = ATT_TEXT_NONE};

                if (!att_yaml_find(section->items[i], "name") &&
                    att_value_is(compiler->errors, section->items[i], ATT_YAML_MAPPING,
                                 "a tier, such as { name: gold, value: 0.7 }")) {
                        compiler_read(compiler, &tier_table, section->items[i], &tier);
                }
        }
}

void compiler_read_tiers(struct compiler *compiler)
{
        const struct names *names = &compiler->names[ATT_NOUN_TIER];

        for (uint32_t i = 0; i < names->count; i++) {
                struct att_tier *tier = &compiler->drafts.tiers[i];

                *tier = (struct att_tier){.name = names->items[i]->name};
                compiler_read(compiler, &tier_table, names->items[i]->value, tier);
        }
        read_unnamed_tiers(compiler);
}

/* Policies ---------------------------------------------------------------- */

#define WEIGHT_MAX (1000 * ATT_MILLI)

struct policy_draft {
        struct att_policy policy;
        const struct att_yaml_node *fit;
};

#define FIT_KEY(word, term, text)                                                                  \
        {                                                                                          \
                .name = (word), .kind = ATT_KEY_WEIGHT, .offset = (term) * sizeof(uint32_t),       \
                .max = WEIGHT_MAX, .standard = "0", .prose = (text)                                \
        }

static const struct att_key fit_keys[] = {
        FIT_KEY("skill", ATT_FIT_SKILL,
                "How well the agent's levels match what is required and preferred; valuable "
                "customers reach the most qualified, ordinary ones do not use up rare experts."),
        FIT_KEY("outcome", ATT_FIT_OUTCOME,
                "How well this agent's contacts in this queue end, from feedback."),
        FIT_KEY("continuity", ATT_FIT_CONTINUITY,
                "The customer's current or preferred agent, fading with time."),
        FIT_KEY("rapport", ATT_FIT_RAPPORT,
                "Upset customers to agents with `human` skills who have not just had three."),
        FIT_KEY("rest", ATT_FIT_REST, "How long the agent has been idle, up to 30 minutes."),
        FIT_KEY("load", ATT_FIT_LOAD, "The share of the agent's units that are free."),
};

const struct att_key_table fit_table = {
        .name = "fit",
        .where = "policies.NAME.fit",
        .prose = "What makes one agent better than another for a contact: the weight of each term. "
                 "It names all the terms that count; a term not named weighs 0. Without `fit` at "
                 "all: skill 4, outcome 2, continuity 2, rapport 2, rest 1, load 1.",
        ATT_KEY_TABLE_OF(fit_keys),
};

#define POINTS_KEY(word, field, usual, text)                                                       \
        {                                                                                          \
                .name = (word), .kind = ATT_KEY_POINTS,                                            \
                ATT_KEY_AT(struct policy_draft, policy.field), .min = 0,                           \
                .max = ATT_POINTS_MAX * ATT_MILLI, .standard = (usual), .prose = (text)            \
        }

static const struct att_key urgency_keys[] = {
        {.name = "slope",
         .kind = ATT_KEY_SLOPE,
         ATT_KEY_AT(struct policy_draft, policy.slope_milli_per_hour),
         .standard = "1.0/min",
         .prose = "Points that a contact gains as it waits."},
        {.name = "urgent_slope",
         .kind = ATT_KEY_SLOPE,
         ATT_KEY_AT(struct policy_draft, policy.urgent_slope_milli_per_hour),
         .standard = "6.0/min",
         .prose = "The same once it has waited longer than the queue's `urgent_after`."},
        POINTS_KEY("cap", cap_milli, "1000", "Waiting never lifts an urgency past it."),
        POINTS_KEY("value", value_milli, "0", "Points for the customer's value, times 0 to 1."),
        POINTS_KEY("emotion", emotion_milli, "10",
                   "Points for the customer's anger or distress, times 0 to 1."),
        POINTS_KEY("recovery", recovery_milli, "5",
                   "Points for a customer whose last contact went badly."),
        POINTS_KEY("fit", fit_points_milli, "5",
                   "When an agent becomes free: points for how well that agent fits, times 0 to "
                   "1."),
};

const struct att_key_table urgency_table = {
        .name = "urgency",
        .where = "policies.NAME.urgency",
        .prose = "Which contact a freed agent gets: the most urgent. Keys not named keep their "
                 "defaults.",
        ATT_KEY_TABLE_OF(urgency_keys),
};

static const struct att_key callback_keys[] = {
        {.name = "attempts",
         .kind = ATT_KEY_WHOLE,
         ATT_KEY_AT(struct policy_draft, policy.callback_attempts),
         .min = 1,
         .max = 100,
         .standard = "3",
         .prose = "Calls that the customer may not take before the contact closes."},
        {.name = "pause",
         .kind = ATT_KEY_DURATION,
         ATT_KEY_AT(struct policy_draft, policy.callback_pause_ms),
         .min = 1,
         .standard = "30m",
         .prose = "Time between two attempts."},
};

const struct att_key_table callback_table = {
        .name = "callback",
        .where = "policies.NAME.callback",
        .prose = "How customers are called back.",
        ATT_KEY_TABLE_OF(callback_keys),
};

static const struct att_key outcome_keys[] = {
        {.name = "prior",
         .kind = ATT_KEY_SHARE,
         ATT_KEY_AT(struct policy_draft, policy.outcome_prior_ppm),
         .standard = "0.7",
         .prose = "The share of successes to expect of an agent of whom nothing is known."},
        {.name = "weight",
         .kind = ATT_KEY_WHOLE,
         ATT_KEY_AT(struct policy_draft, policy.outcome_weight),
         .min = 1,
         .max = 100000,
         .unit = "contacts",
         .standard = "10",
         .prose = "How many contacts with feedback that expectation is worth."},
};

const struct att_key_table outcome_table = {
        .name = "outcome",
        .where = "policies.NAME.outcome",
        .prose = "How the fit's `outcome` term starts before there is feedback.",
        ATT_KEY_TABLE_OF(outcome_keys),
};

static const struct att_key continuity_keys[] = {
        {.name = "half_life",
         .kind = ATT_KEY_DURATION,
         ATT_KEY_AT(struct policy_draft, policy.continuity_half_life_ms),
         .min = 1,
         .standard = "30d",
         .prose = "After so long without speaking, the bond to an agent counts half."},
};

const struct att_key_table continuity_table = {
        .name = "continuity",
        .where = "policies.NAME.continuity",
        .prose = "How the fit's `continuity` term fades.",
        ATT_KEY_TABLE_OF(continuity_keys),
};

static const struct att_key repeat_keys[] = {
        {.name = "within",
         .kind = ATT_KEY_DURATION,
         ATT_KEY_AT(struct policy_draft, policy.repeat_within_ms),
         .standard = "7d",
         .prose = "A customer who is back so soon after a contact that an agent handled makes a "
                  "repeat contact: the offer says which one it repeats. 0s: nobody does."},
        {.name = "points",
         .kind = ATT_KEY_POINTS,
         ATT_KEY_AT(struct policy_draft, policy.repeat_milli),
         .min = -ATT_POINTS_MAX * ATT_MILLI,
         .max = ATT_POINTS_MAX * ATT_MILLI,
         .standard = "0",
         .prose = "Points of urgency for a repeat contact."},
};

const struct att_key_table repeat_table = {
        .name = "repeat",
        .where = "policies.NAME.repeat",
        .prose = "Customers whose matter was not settled the first time.",
        ATT_KEY_TABLE_OF(repeat_keys),
};

static const char *const missed_words[] = {
        [ATT_MISSED_PAUSES] = "pause",
        [ATT_MISSED_KEEPS] = "keep",
        NULL,
};

static const struct att_key policy_keys[] = {
        {.name = "fit",
         .kind = ATT_KEY_PART,
         ATT_KEY_AT(struct policy_draft, fit),
         .of = &fit_table,
         .standard = "skill 4, outcome 2, continuity 2, rapport 2, rest 1, load 1",
         .prose = "Which agent is best."},
        {.name = "urgency",
         .kind = ATT_KEY_TABLE,
         .of = &urgency_table,
         .standard = "each key's own",
         .prose = "Which contact is next."},
        {.name = "starve_after",
         .kind = ATT_KEY_DURATION,
         ATT_KEY_AT(struct policy_draft, policy.starve_after_ms),
         .standard = "never",
         .prose = "A contact that has waited so long goes ahead of everything that has not."},
        {.name = "batch",
         .kind = ATT_KEY_DURATION,
         ATT_KEY_AT(struct policy_draft, policy.batch_ms),
         .max = 60000,
         .standard = "0ms: match at once",
         .prose = "Collect contacts and agents for so long, then pair them together: better "
                  "pairs for a little wait."},
        {.name = "on_missed",
         .kind = ATT_KEY_WORD,
         ATT_KEY_AT(struct policy_draft, policy.on_missed),
         .words = missed_words,
         .standard = "pause",
         .prose = "What happens to an agent who lets an offer time out: paused with the reason "
                  "`missed`, or kept ready."},
        {.name = "retry_cooldown",
         .kind = ATT_KEY_DURATION,
         ATT_KEY_AT(struct policy_draft, policy.retry_cooldown_ms),
         .standard = "30s",
         .prose = "Before an agent who declined or missed a contact is offered it again."},
        {.name = "hold_for_preferred",
         .kind = ATT_KEY_DURATION,
         ATT_KEY_AT(struct policy_draft, policy.hold_for_preferred_ms),
         .standard = "0s",
         .prose = "For so long in the queue, a contact waits for its preferred agent while that "
                  "one is ready, even if others are free."},
        {.name = "agent_wait",
         .kind = ATT_KEY_DURATION,
         ATT_KEY_AT(struct policy_draft, policy.agent_wait_ms),
         .standard = "1h",
         .prose = "How long a contact that names one agent waits for that agent alone."},
        {.name = "delivery",
         .kind = ATT_KEY_DELIVERY,
         ATT_KEY_AT(struct policy_draft, policy.broadcast),
         .max = ATT_BROADCAST_MAX,
         .standard = "one",
         .prose = "`broadcast N` offers a contact to N agents at once: the first to accept has "
                  "it."},
        {.name = "callback",
         .kind = ATT_KEY_TABLE,
         .of = &callback_table,
         .standard = "each key's own",
         .prose = "Attempts and the pause between them."},
        {.name = "outcome",
         .kind = ATT_KEY_TABLE,
         .of = &outcome_table,
         .standard = "each key's own",
         .prose = "What to expect of an agent without feedback."},
        {.name = "continuity",
         .kind = ATT_KEY_TABLE,
         .of = &continuity_table,
         .standard = "each key's own",
         .prose = "How a bond to an agent fades."},
        {.name = "repeat",
         .kind = ATT_KEY_TABLE,
         .of = &repeat_table,
         .standard = "each key's own",
         .prose = "Customers who are back soon."},
};

const struct att_key_table policy_table = {
        .name = "a policy",
        .where = "policies.NAME",
        .prose =
                "How a queue chooses. A queue that names none has the one called `default`; what a "
                "policy leaves out has the values below.",
        ATT_KEY_TABLE_OF(policy_keys),
};

void compiler_read_policies(struct compiler *compiler)
{
        const struct names *names = &compiler->names[ATT_NOUN_POLICY];

        for (uint32_t i = 0; i < names->count; i++) {
                struct policy_draft draft = {.policy = att_policy_default()};

                draft.policy.name = names->items[i]->name;
                if (names->items[i]->value) {
                        compiler_read(compiler, &policy_table, names->items[i]->value, &draft);
                }
                if (draft.fit) {
                        for (unsigned term = 0; term < ATT_FIT_TERM_COUNT; term++) {
                                draft.policy.fit_milli[term] = 0;
                        }
                        compiler_read(compiler, &fit_table, draft.fit, draft.policy.fit_milli);
                }
                compiler->drafts.policies[i] = draft.policy;
        }
}
