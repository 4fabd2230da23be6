/* SPDX-License-Identifier: Apache-2.0 */
/* Teams and agents, and what agents have from their team. */
#include <stdlib.h>
#include <string.h>

#include "lib/base/util.h"
#include "lib/config/compiler.h"
#include "lib/config/values.h"
#include "lib/model/limits.h"

/* What both teams and agents can say. */
struct person {
        const struct att_requirement *skills; /* Level 0: not this one. */
        uint32_t skill_count;
        uint32_t profile;
        const struct att_yaml_node *channels;
        int64_t wrap_up_ms;
        const struct att_pair *attributes;
        uint32_t attribute_count;
};

struct team_draft {
        struct person person;
        struct att_text title;

        /* What an agent has who says nothing. */
        const uint8_t *levels;
        const uint32_t *limits;
};

struct agent_draft {
        struct person person;
        struct att_text name;
        uint32_t kind;
        uint32_t team;
        const struct att_yaml_node *address;
};

#define PERSON_KEYS(draft, skills_text, channels_text)                                             \
        {.name = "skills",                                                                         \
         .kind = ATT_KEY_LEVELS,                                                                   \
         ATT_KEY_AT2(struct draft, person.skills, person.skill_count),                             \
         .standard = "none",                                                                       \
         .prose = (skills_text)},                                                                  \
                {.name = "profile",                                                                \
                 .kind = ATT_KEY_REFERENCE,                                                        \
                 ATT_KEY_AT(struct draft, person.profile),                                         \
                 .noun = ATT_NOUN_PROFILE,                                                         \
                 .standard = "every queue, all with rank 1",                                       \
                 .prose = "Which queues, and which of them first."},                               \
                {.name = "channels",                                                               \
                 .kind = ATT_KEY_LIMITS,                                                           \
                 ATT_KEY_AT(struct draft, person.channels),                                        \
                 .standard = "every channel, as many as units allow",                              \
                 .prose = (channels_text)},                                                        \
                {.name = "wrap_up",                                                                \
                 .kind = ATT_KEY_DURATION,                                                         \
                 ATT_KEY_AT(struct draft, person.wrap_up_ms),                                      \
                 .max = ATT_HOUR_MS * 24,                                                          \
                 .standard = "the queue's, else the channel's",                                    \
                 .prose = "Time for after-call work."},                                            \
        {                                                                                          \
                .name = "attributes", .kind = ATT_KEY_PAIRS,                                       \
                ATT_KEY_AT2(struct draft, person.attributes, person.attribute_count),              \
                .standard = "none",                                                                \
                .prose = "Words of your own, such as a site or a shift, that queues can ask for."  \
        }

static const struct att_key team_keys[] = {
        {.name = "title",
         .kind = ATT_KEY_TEXT,
         ATT_KEY_AT(struct team_draft, title),
         .standard = "the team's name",
         .prose = "What people are shown."},
        PERSON_KEYS(team_draft, "Skills that everyone in the team has: 1 to 10.",
                    "Channels, each with the most interactions at once, for agents who have no "
                    "`channels` of their own."),
};

const struct att_key_table team_table = {
        .name = "a team",
        .where = "teams.NAME",
        .prose = "A team gives its agents what they don't say themselves: skills and attributes "
                 "join (the agent's own first), the rest is the agent's own or the team's.",
        ATT_KEY_TABLE_OF(team_keys),
};

static const char *const agent_kinds[] = {
        [ATT_AGENT_PERSON] = "person",
        [ATT_AGENT_BOT] = "bot",
        NULL,
};

static const struct att_key agent_keys[] = {
        {.name = "name",
         .kind = ATT_KEY_TEXT,
         ATT_KEY_AT(struct agent_draft, name),
         .standard = "the agent's id",
         .prose = "What people are shown."},
        {.name = "kind",
         .kind = ATT_KEY_WORD,
         ATT_KEY_AT(struct agent_draft, kind),
         .words = agent_kinds,
         .standard = "person",
         .prose = "A bot's limits alone count, not its units."},
        {.name = "team",
         .kind = ATT_KEY_REFERENCE,
         ATT_KEY_AT(struct agent_draft, team),
         .noun = ATT_NOUN_TEAM,
         .standard = "none",
         .prose = "Queues can be for teams, and a team gives what the agent doesn't say."},
        PERSON_KEYS(agent_draft,
                    "Levels from 1 (just learning) to 10 (knows it all); 0 takes a team's skill "
                    "away.",
                    "Channels, each with the most interactions at once (0: none, `any`: as many as "
                    "units allow). A channel not named is not taken."),
        {.name = "address",
         .kind = ATT_KEY_ADDRESSES,
         ATT_KEY_AT(struct agent_draft, address),
         .standard = "none",
         .prose = "Where the agent is reached, by channel; front ends get it with the offer."},
};

const struct att_key_table agent_table = {
        .name = "an agent",
        .where = "agents.ID",
        .prose = "The people (and bots) who take contacts.",
        ATT_KEY_TABLE_OF(agent_keys),
};

/* Channels and limits ----------------------------------------------------- */

static void declare_channels_of(struct compiler *compiler, const struct att_yaml_node *section,
                                const char *key)
{
        for (uint32_t i = 0; section && i < section->count; i++) {
                const struct att_yaml_node *channels = att_yaml_find(section->items[i], key);

                for (uint32_t j = 0;
                     channels && channels->kind == ATT_YAML_MAPPING && j < channels->count; j++) {
                        const struct att_yaml_node *name = channels->keys[j];

                        if (!compiler_find(compiler, ATT_NOUN_CHANNEL, name->text)) {
                                (void)compiler_declare(compiler, ATT_NOUN_CHANNEL, name, NULL);
                        }
                }
        }
}

/* Of a list of names, or one name. */
static void declare_channels_in(struct compiler *compiler, const struct att_yaml_node *list)
{
        const bool is_list = list && list->kind == ATT_YAML_SEQUENCE;
        const uint32_t count = is_list ? list->count : list ? 1 : 0;

        for (uint32_t i = 0; i < count; i++) {
                const struct att_yaml_node *name = is_list ? list->items[i] : list;

                if (name->kind == ATT_YAML_SCALAR &&
                    !compiler_find(compiler, ATT_NOUN_CHANNEL, name->text)) {
                        (void)compiler_declare(compiler, ATT_NOUN_CHANNEL, name, NULL);
                }
        }
}

void compiler_declare_mentioned_channels(struct compiler *compiler)
{
        declare_channels_of(compiler, compiler->sections.teams, "channels");
        declare_channels_of(compiler, compiler->sections.agents, "channels");
        declare_channels_of(compiler, compiler->sections.agents, "address");
        if (compiler->sections.surveys) {
                declare_channels_in(compiler,
                                    att_yaml_find(compiler->sections.surveys, "channels"));
        }
}

static bool read_limit(struct compiler *compiler, const struct att_yaml_node *node,
                       uint32_t *ret_limit)
{
        int64_t limit;

        if (node->kind == ATT_YAML_SCALAR && att_text_equals_c(node->text, "any")) {
                *ret_limit = ATT_LIMIT_NONE;
                return true;
        }
        if (!att_value_whole(compiler->errors, node, 0, 100000, &limit)) {
                return false;
        }
        *ret_limit = limit == 0 ? ATT_LIMIT_OFF : (uint32_t)limit;
        return true;
}

/* NULL where nothing is said, or it is not right. */
static const uint32_t *read_limits(struct compiler *compiler, const struct att_yaml_node *node)
{
        const uint32_t channel_count = compiler->names[ATT_NOUN_CHANNEL].count;

        if (!node || (!att_yaml_is_empty(node) &&
                      !att_value_is(compiler->errors, node, ATT_YAML_MAPPING,
                                    "channels and limits, such as { voice: 1, chat: 3 }"))) {
                return NULL;
        }
        uint32_t *limits = compiler_take(compiler, channel_count, sizeof(*limits));

        for (uint32_t i = 0; i < channel_count; i++) {
                limits[i] = ATT_LIMIT_OFF;
        }
        for (uint32_t i = 0; i < node->count; i++) {
                uint32_t channel;
                uint32_t limit;
                const bool is_limit = read_limit(compiler, node->items[i], &limit);

                if (compiler_resolve(compiler, ATT_NOUN_CHANNEL, node->keys[i], &channel) &&
                    is_limit) {
                        limits[channel] = limit;
                }
        }
        return limits;
}

static void read_addresses(struct compiler *compiler, const struct att_yaml_node *node,
                           struct att_agent_def *agent)
{
        if (!node || att_yaml_is_empty(node) ||
            !att_value_is(compiler->errors, node, ATT_YAML_MAPPING,
                          "channels and addresses, such as { voice: \"sip:ann@pbx.example\" }")) {
                return;
        }
        struct att_address *addresses = compiler_take(compiler, node->count, sizeof(*addresses));

        for (uint32_t i = 0; i < node->count; i++) {
                struct att_address *address = &addresses[agent->address_count];
                struct att_text text;
                const bool is_text = att_value_text(compiler->errors, node->items[i],
                                                    ATT_NAME_BYTES_MAX, &text);

                if (compiler_resolve(compiler, ATT_NOUN_CHANNEL, node->keys[i],
                                     &address->channel) &&
                    is_text) {
                        address->address = compiler_keep(compiler, text);
                        agent->address_count++;
                }
        }
        agent->addresses = addresses;
}

/* Skills ------------------------------------------------------------------ */

/* The levels of `base`, or none, with a person's own in their place. */
static const uint8_t *levels_with(struct compiler *compiler, const uint8_t *base,
                                  const struct person *person)
{
        const uint32_t skill_count = compiler->names[ATT_NOUN_SKILL].count;

        if (base && person->skill_count == 0) {
                return base;
        }
        uint8_t *levels = compiler_take(compiler, skill_count, sizeof(*levels));

        if (base) {
                memcpy(levels, base, skill_count);
        }
        for (uint32_t i = 0; i < person->skill_count; i++) {
                levels[person->skills[i].skill] = (uint8_t)person->skills[i].level;
        }
        return levels;
}

/* Attributes -------------------------------------------------------------- */

/* Both are sorted by key; where both have one, the person's own stays. */
static void join_attributes(struct compiler *compiler, const struct person *own,
                            const struct person *team, struct att_agent_def *agent)
{
        const uint32_t most = own->attribute_count + team->attribute_count;
        struct att_pair *joined = compiler_take(compiler, most, sizeof(*joined));
        uint32_t i = 0;
        uint32_t j = 0;
        uint32_t count = 0;

        while (i < own->attribute_count || j < team->attribute_count) {
                int order = i == own->attribute_count ? 1 : -1;

                if (i < own->attribute_count && j < team->attribute_count) {
                        order = att_text_compare(own->attributes[i].key, team->attributes[j].key);
                }
                j += order == 0;
                joined[count++] = order <= 0 ? own->attributes[i++] : team->attributes[j++];
        }
        agent->attributes = joined;
        agent->attribute_count = count;
}

/* People ------------------------------------------------------------------ */

static struct person nobody(void)
{
        return (struct person){.profile = ATT_NONE, .wrap_up_ms = -1};
}

static void read_team(struct compiler *compiler, uint32_t i, struct team_draft *draft)
{
        const struct declared *declared = compiler->names[ATT_NOUN_TEAM].items[i];

        draft->person = nobody();
        compiler_read(compiler, &team_table, declared->value, draft);
        draft->limits = read_limits(compiler, draft->person.channels);
        draft->levels = levels_with(compiler, NULL, &draft->person);
        compiler->drafts.teams[i] = (struct att_team){
                .name = declared->name,
                .title = draft->title.len > 0 ? draft->title : declared->name,
        };
}

static void read_agent(struct compiler *compiler, uint32_t i, const struct team_draft *teams,
                       const struct team_draft *no_team)
{
        const struct declared *declared = compiler->names[ATT_NOUN_AGENT].items[i];
        struct agent_draft draft = {.person = nobody(), .team = ATT_NONE};
        struct att_agent_def *agent = &compiler->drafts.agents[i];

        compiler_read(compiler, &agent_table, declared->value, &draft);

        const struct person *own = &draft.person;
        const struct team_draft *team = draft.team == ATT_NONE ? no_team : &teams[draft.team];

        *agent = (struct att_agent_def){
                .id = declared->name,
                .name = draft.name.len > 0 ? draft.name : declared->name,
                .kind = (enum att_agent_kind)draft.kind,
                .team = draft.team,
                .profile = own->profile != ATT_NONE ? own->profile : team->person.profile,
                .levels = levels_with(compiler, team->levels, own),
                .limits = own->channels ? read_limits(compiler, own->channels) : team->limits,
                .wrap_up_ms = own->wrap_up_ms >= 0 ? own->wrap_up_ms : team->person.wrap_up_ms,
        };
        join_attributes(compiler, own, &team->person, agent);
        read_addresses(compiler, draft.address, agent);
}

void compiler_read_people(struct compiler *compiler)
{
        const uint32_t team_count = compiler->names[ATT_NOUN_TEAM].count;
        struct team_draft *teams = att_arena_take_array(&compiler->scratch, team_count,
                                                        sizeof(*teams));
        struct team_draft no_team = {.person = nobody()};

        no_team.levels = levels_with(compiler, NULL, &no_team.person);
        for (uint32_t i = 0; i < team_count; i++) {
                read_team(compiler, i, &teams[i]);
        }
        for (uint32_t i = 0; i < compiler->names[ATT_NOUN_AGENT].count; i++) {
                read_agent(compiler, i, teams, &no_team);
        }
}
