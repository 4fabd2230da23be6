/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration as a whole, its limits, and who may connect. */
#include "lib/base/util.h"
#include "lib/config/compiler.h"
#include "lib/config/values.h"
#include "lib/model/limits.h"

#define WORD_BYTES_MAX ATT_ID_BYTES_MAX

static const struct att_key config_keys[] = {
        {.name = "attune",
         .kind = ATT_KEY_VERSION,
         .is_required = true,
         ATT_KEY_AT(struct sections, attune),
         .prose = "The version of this format: 1."},
        {.name = "skills",
         .kind = ATT_KEY_NAMED,
         ATT_KEY_AT(struct sections, skills),
         .of = &skill_table,
         .standard = "none",
         .prose = "What agents know and are good at."},
        {.name = "channels",
         .kind = ATT_KEY_NAMED,
         ATT_KEY_AT(struct sections, channels),
         .of = &channel_table,
         .standard = "any name, with the defaults",
         .prose = "The ways customers reach you."},
        {.name = "tiers",
         .kind = ATT_KEY_LIST,
         ATT_KEY_AT(struct sections, tiers),
         .of = &tier_table,
         .standard = "every customer's value is 1",
         .prose = "How much customers are worth."},
        {.name = "profiles",
         .kind = ATT_KEY_PROFILES,
         ATT_KEY_AT(struct sections, profiles),
         .of = &profile_table,
         .standard = "none",
         .prose = "Which queues an agent serves, and which first."},
        {.name = "teams",
         .kind = ATT_KEY_NAMED,
         ATT_KEY_AT(struct sections, teams),
         .of = &team_table,
         .standard = "none",
         .prose = "What agents have in common."},
        {.name = "agents",
         .kind = ATT_KEY_NAMED,
         ATT_KEY_AT(struct sections, agents),
         .of = &agent_table,
         .standard = "none",
         .prose = "Who takes contacts."},
        {.name = "pause_reasons",
         .kind = ATT_KEY_TEXTS,
         ATT_KEY_AT2(struct sections, pause_reasons, pause_reason_count),
         .max = WORD_BYTES_MAX,
         .standard = "any word",
         .prose = "Why an agent may pause."},
        {.name = "dispositions",
         .kind = ATT_KEY_TEXTS,
         ATT_KEY_AT2(struct sections, dispositions, disposition_count),
         .max = WORD_BYTES_MAX,
         .standard = "any word",
         .prose = "How an agent may say a conversation ended."},
        {.name = "policies",
         .kind = ATT_KEY_NAMED,
         ATT_KEY_AT(struct sections, policies),
         .of = &policy_table,
         .standard = "one called default, with the defaults",
         .prose = "How agents and contacts are chosen."},
        {.name = "queues",
         .kind = ATT_KEY_NAMED,
         ATT_KEY_AT(struct sections, queues),
         .of = &queue_table,
         .standard = "none",
         .prose = "The classes of contacts."},
        {.name = "hours",
         .kind = ATT_KEY_NAMED,
         ATT_KEY_AT(struct sections, hours),
         .of = &hours_table,
         .standard = "none",
         .prose = "Opening hours."},
        {.name = "intake",
         .kind = ATT_KEY_LIST,
         ATT_KEY_AT(struct sections, intake),
         .of = &intake_table,
         .standard = "requests name their queue",
         .prose = "How a new contact finds its queue."},
        {.name = "intents",
         .kind = ATT_KEY_NAMED,
         ATT_KEY_AT(struct sections, intents),
         .of = &intent_table,
         .standard = "none",
         .prose = "What contacts can be about."},
        {.name = "access",
         .kind = ATT_KEY_NAMED,
         ATT_KEY_AT(struct sections, access),
         .of = &access_table,
         .standard = "the socket's owner alone, as supervisor",
         .prose = "Who may connect."},
        {.name = "limits",
         .kind = ATT_KEY_PART,
         ATT_KEY_AT(struct sections, limits),
         .of = &limits_table,
         .standard = "each key's own",
         .prose = "How much the engine holds."},
        {.name = "strain",
         .kind = ATT_KEY_PART,
         ATT_KEY_AT(struct sections, strain),
         .of = &strain_table,
         .standard = "each key's own",
         .prose = "How an agent's emotional load decays."},
        {.name = "history",
         .kind = ATT_KEY_PART,
         ATT_KEY_AT(struct sections, history),
         .of = &history_table,
         .standard = "each key's own",
         .prose = "How long what became of contacts is kept."},
        {.name = "emotion",
         .kind = ATT_KEY_PART,
         ATT_KEY_AT(struct sections, emotion),
         .of = &emotion_table,
         .standard = "each key's own",
         .prose = "Whether customers' feelings are estimated from their words."},
        {.name = "surveys",
         .kind = ATT_KEY_PART,
         ATT_KEY_AT(struct sections, surveys),
         .of = &surveys_table,
         .standard = "nobody is asked",
         .prose = "Who is asked how it was."},
        {.name = "follow_ups",
         .kind = ATT_KEY_NAMED,
         ATT_KEY_AT(struct sections, follow_ups),
         .of = &follow_up_table,
         .standard = "none",
         .prose = "What dispositions promise, by disposition."},
        {.name = "reports",
         .kind = ATT_KEY_PART,
         ATT_KEY_AT(struct sections, reports),
         .of = &reports_table,
         .standard = "each key's own",
         .prose = "What reports count by."},
        {.name = "bonus",
         .kind = ATT_KEY_PART,
         ATT_KEY_AT(struct sections, bonus),
         .of = &bonus_table,
         .standard = "none",
         .prose = "How a bonus is shared among agents."},
};

const struct att_key_table config_table = {
        .name = "a configuration",
        .where = "",
        .prose = "The sections of a configuration. In a directory of files each file holds some of "
                 "them: names join, lists follow one another in the order of the files' names.",
        ATT_KEY_TABLE_OF(config_keys),
};

/* Limits ------------------------------------------------------------------ */

static const struct att_key limits_keys[] = {
        {.name = "contacts",
         .kind = ATT_KEY_WHOLE,
         ATT_KEY_AT(struct att_config, contacts_max),
         .min = 1,
         .max = 10000000,
         .standard = "200000",
         .prose = "Most live contacts; at the limit new ones are refused with a code."},
        {.name = "customers",
         .kind = ATT_KEY_WHOLE,
         ATT_KEY_AT(struct att_config, customers_max),
         .min = 0,
         .max = 10000000,
         .standard = "100000",
         .prose = "Recent customers kept in mind besides those with a live contact."},
        {.name = "offers_per_contact",
         .kind = ATT_KEY_WHOLE,
         ATT_KEY_AT(struct att_config, offers_per_contact),
         .min = 1,
         .max = 1000000,
         .unit = "rounds",
         .standard = "50",
         .prose = "After so many rounds of offers that were declined or missed a contact closes as "
                  "expired."},
};

const struct att_key_table limits_table = {
        .name = "limits",
        .where = "limits",
        .prose = "Bounds of the engine's memory.",
        ATT_KEY_TABLE_OF(limits_keys),
};

/* Strain ------------------------------------------------------------------ */

static const struct att_key strain_keys[] = {
        {.name = "half_life",
         .kind = ATT_KEY_DURATION,
         ATT_KEY_AT(struct att_config, strain_half_life_ms),
         .min = 1000,
         .standard = "30m",
         .prose = "An agent's strain from hard contacts halves in this time."},
};

const struct att_key_table strain_table = {
        .name = "strain",
        .where = "strain",
        .prose = "Strain counts an agent's recent contacts with upset customers. It only orders "
                 "candidates; it never shuts anyone out.",
        ATT_KEY_TABLE_OF(strain_keys),
};

/* History ----------------------------------------------------------------- */

static const struct att_key history_keys[] = {
        {.name = "keep",
         .kind = ATT_KEY_DURATION,
         ATT_KEY_AT(struct att_config, history_keep_ms),
         .standard = "400d",
         .prose = "Closed contacts older than this are removed from the history, and customers "
                  "with none left, a few at a time. 0s: nothing is removed."},
};

const struct att_key_table history_table = {
        .name = "history",
        .where = "history",
        .prose = "What became of every contact, for reports and the memory of customers "
                 "(docs/history.md).",
        ATT_KEY_TABLE_OF(history_keys),
};

/* Emotion ----------------------------------------------------------------- */

/* As lib/emotion has them, which this room does not know; a test holds them together. */
const char *const emotion_languages[] = {"none", "en", "fr", "nl", NULL};

static const struct att_key emotion_keys[] = {
        {.name = "estimate",
         .kind = ATT_KEY_FLAG,
         ATT_KEY_AT(struct att_config, emotion_estimate),
         .standard = "true",
         .prose = "A contact that says no `emotion` gets one estimated from its text, in the "
                  "languages there are lexicons for."},
        {.name = "language",
         .kind = ATT_KEY_WORD,
         ATT_KEY_AT(struct att_config, emotion_language),
         .words = emotion_languages,
         .standard = "none: they get no estimate",
         .prose = "The language of contacts that say none."},
};

const struct att_key_table emotion_table = {
        .name = "emotion",
        .where = "emotion",
        .prose =
                "How upset a customer is counts in urgency and rapport. Front ends that know it say "
                "it; otherwise their words do (docs/emotion.md).",
        ATT_KEY_TABLE_OF(emotion_keys),
};

/* Access ------------------------------------------------------------------ */

/* The first role is none: nobody is given that one. */
static const char *const role_words[] = {"platform", "agent", "supervisor", "observer", NULL};
_Static_assert(ATT_ARRAY_LEN(role_words) == ATT_ROLE_COUNT, "a word for every role but none");

static const struct att_key access_keys[] = {
        {.name = "role",
         .kind = ATT_KEY_WORD,
         .is_required = true,
         ATT_KEY_AT(struct att_access, role),
         .words = role_words,
         .prose = "`platform`: contacts and agents' presence; `agent`: its own agent alone; "
                  "`supervisor`: everything; `observer`: to read."},
        {.name = "token_file",
         .kind = ATT_KEY_TEXT,
         ATT_KEY_AT(struct att_access, token_file),
         .max = 4096,
         .standard = "none",
         .prose = "A file that holds the secret word; relative paths from the configuration."},
        {.name = "uid",
         .kind = ATT_KEY_LONG,
         ATT_KEY_AT(struct att_access, uid),
         .min = 0,
         .max = UINT32_MAX - 1,
         .standard = "none",
         .prose = "The user id of a process on this machine that may connect by the unix socket."},
};

const struct att_key_table access_table = {
        .name = "an access entry",
        .where = "access.NAME",
        .prose = "Front ends, desktops and displays that may connect, by name, besides the owner "
                 "of the socket, who is a supervisor.",
        ATT_KEY_TABLE_OF(access_keys),
};

static void read_access(struct compiler *compiler, const struct att_yaml_node *key,
                        const struct att_yaml_node *value, struct att_access *access)
{
        struct att_text name;

        *access = (struct att_access){.uid = -1, .token_file = ATT_TEXT_NONE};
        if (att_value_name(compiler->errors, key, &name)) {
                access->name = compiler_keep(compiler, name);
        }
        compiler_read(compiler, &access_table, value, access);
        access->role = (enum att_role)((unsigned)access->role + ATT_ROLE_PLATFORM);
        if (value->kind == ATT_YAML_MAPPING && access->uid < 0 && access->token_file.len == 0) {
                att_config_errors_add(compiler->errors, key->place,
                                      "'%.*s' needs a token_file or a uid: how else is it known?",
                                      ATT_TEXT_ARGS(key->text));
        }
}

void compiler_read_access(struct compiler *compiler)
{
        const struct att_yaml_node *section = compiler->sections.access;
        const uint32_t count = section ? section->count : 0;

        compiler->drafts.access = compiler_take(compiler, count, sizeof(*compiler->drafts.access));
        compiler->config->access_count = count;
        for (uint32_t i = 0; i < count; i++) {
                read_access(compiler, section->keys[i], section->items[i],
                            &compiler->drafts.access[i]);
        }
}

/* All tables -------------------------------------------------------------- */

static const struct att_key_table *const tables[] = {
        &config_table,   &skill_table,     &channel_table,    &tier_table,    &profile_table,
        &team_table,     &agent_table,     &policy_table,     &fit_table,     &urgency_table,
        &callback_table, &outcome_table,   &continuity_table, &repeat_table,  &queue_table,
        &step_table,     &hours_table,     &closed_table,     &special_table, &intake_table,
        &intent_table,   &access_table,    &limits_table,     &strain_table,  &emotion_table,
        &surveys_table,  &follow_up_table, &reports_table,    &bonus_table,   &bonus_weights_table,
        &history_table,
};

const struct att_key_table *const *att_key_tables(size_t *ret_count)
{
        *ret_count = ATT_ARRAY_LEN(tables);
        return tables;
}
