/* SPDX-License-Identifier: Apache-2.0 */
/* Queues and the steps by which they relax; the profiles that order them. */
#include "lib/base/util.h"
#include "lib/config/compiler.h"
#include "lib/config/values.h"
#include "lib/model/limits.h"

/* A priority that is not written. */
#define UNSAID INT64_MIN

static const char *const skip_words[] = {"never", "unstaffed", NULL};
static const char *const refuse_words[] = {"never", "unstaffed", NULL};
static const char *const closing_words[] = {
        [ATT_AT_CLOSING_SERVE] = "serve",
        [ATT_AT_CLOSING_OVERFLOW] = "overflow",
        NULL,
};

/* Steps ------------------------------------------------------------------- */

/* What a queue or one of its steps says about who may take a contact. */
struct step_draft {
        int64_t after_ms;
        const struct att_requirement *requires;
        uint32_t requires_count;
        const struct att_requirement *any_of;
        uint32_t any_of_count;
        const uint32_t *teams;
        uint32_t team_count;
        int64_t priority_milli;
        uint32_t move_to;
        uint32_t skip;
};

#define STEP_KEYS(draft, part, level_min, nothing, every_team, zero, requires_text, any_of_text,   \
                  teams_text, priority_text, skip_text)                                            \
        {.name = "requires",                                                                       \
         .kind = ATT_KEY_LEVELS,                                                                   \
         ATT_KEY_AT2(struct draft, part requires, part requires_count),                            \
         .min = (level_min),                                                                       \
         .standard = (nothing),                                                                    \
         .prose = (requires_text)},                                                                \
                {.name = "any_of",                                                                 \
                 .kind = ATT_KEY_ANY_OF,                                                           \
                 ATT_KEY_AT2(struct draft, part any_of, part any_of_count),                        \
                 .standard = (nothing),                                                            \
                 .prose = (any_of_text)},                                                          \
                {.name = "teams",                                                                  \
                 .kind = ATT_KEY_REFERENCES,                                                       \
                 ATT_KEY_AT2(struct draft, part teams, part team_count),                           \
                 .noun = ATT_NOUN_TEAM,                                                            \
                 .standard = (every_team),                                                         \
                 .prose = (teams_text)},                                                           \
                {.name = "priority",                                                               \
                 .kind = ATT_KEY_POINTS,                                                           \
                 ATT_KEY_AT(struct draft, part priority_milli),                                    \
                 .min = -ATT_POINTS_MAX * ATT_MILLI,                                               \
                 .max = ATT_POINTS_MAX * ATT_MILLI,                                                \
                 .standard = (zero),                                                               \
                 .prose = (priority_text)},                                                        \
        {                                                                                          \
                .name = "skip", .kind = ATT_KEY_WORD, ATT_KEY_AT(struct draft, part skip),         \
                .words = skip_words, .standard = "never", .prose = (skip_text)                     \
        }

static const struct att_key step_keys[] = {
        {.name = "after",
         .kind = ATT_KEY_DURATION,
         .is_required = true,
         ATT_KEY_AT(struct step_draft, after_ms),
         .prose = "Time in the queue at which the step begins. Steps go in order of time."},
        STEP_KEYS(step_draft, , 0, "as before", "as before", "as before",
                  "Levels that take the place of those in force, by name; 0 drops one. What is not "
                  "named stays.",
                  "Takes the place of the queue's; `[]` drops it.",
                  "Takes the place of the queue's; `[]`: every team.",
                  "Takes the place of the queue's.",
                  "`unstaffed`: passed over at once when nobody signed in could meet this step."),
        {.name = "queue",
         .kind = ATT_KEY_REFERENCE,
         ATT_KEY_AT(struct step_draft, move_to),
         .noun = ATT_NOUN_QUEUE,
         .standard = "stays",
         .prose = "Moves the contact to another queue, its wait kept."},
};

const struct att_key_table step_table = {
        .name = "a step of relax",
        .where = "queues.NAME.relax[]",
        .prose = "What is asked of an agent loosens as a contact waits. Each step starts from the "
                 "one before it.",
        ATT_KEY_TABLE_OF(step_keys),
};

/* Queues ------------------------------------------------------------------ */

struct queue_draft {
        struct att_queue queue;
        struct step_draft first;
        const struct att_yaml_node *relax;
        uint32_t refuse_when;
};

static const struct att_key queue_keys[] = {
        {.name = "title",
         .kind = ATT_KEY_TEXT,
         ATT_KEY_AT(struct queue_draft, queue.title),
         .standard = "the queue's name",
         .prose = "What people are shown."},
        STEP_KEYS(
                queue_draft, first., 1, "nothing", "every team", "0",
                "Skills, each with the level an agent needs at least.",
                "A list of skills and levels: an agent needs at least one of them.",
                "Only agents of these teams.",
                "Points that every contact of the queue starts with.",
                "`unstaffed`: when nobody signed in meets what the queue asks, go to its next step "
                "at once."),
        {.name = "prefers",
         .kind = ATT_KEY_PREFERENCES,
         ATT_KEY_AT2(struct queue_draft, queue.prefers, queue.prefer_count),
         .standard = "none",
         .prose = "Skills that make an agent better without being required, each with its weight "
                  "in the fit's skill term (a required one weighs 1)."},
        {.name = "attributes",
         .kind = ATT_KEY_PAIRS,
         ATT_KEY_AT2(struct queue_draft, queue.attributes, queue.attribute_count),
         .standard = "none",
         .prose = "Agent attributes that must be equal."},
        {.name = "policy",
         .kind = ATT_KEY_REFERENCE,
         ATT_KEY_AT(struct queue_draft, queue.policy),
         .noun = ATT_NOUN_POLICY,
         .standard = "default",
         .prose = "How agents and contacts are chosen."},
        {.name = "urgent_after",
         .kind = ATT_KEY_DURATION,
         ATT_KEY_AT(struct queue_draft, queue.urgent_after_ms),
         .standard = "2m",
         .prose = "From this wait on urgency grows by the policy's `urgent_slope`."},
        {.name = "service_level",
         .kind = ATT_KEY_SERVICE_LEVEL,
         ATT_KEY_AT2(struct queue_draft, queue.service_level_ppm, queue.service_level_within_ms),
         .standard = "none",
         .prose = "What you promise, such as `80% in 20s`: for reports and displays."},
        {.name = "relax",
         .kind = ATT_KEY_LIST,
         ATT_KEY_AT(struct queue_draft, relax),
         .of = &step_table,
         .standard = "no steps",
         .prose = "What loosens as a contact waits."},
        {.name = "refuse_when",
         .kind = ATT_KEY_WORD,
         ATT_KEY_AT(struct queue_draft, refuse_when),
         .words = refuse_words,
         .standard = "never",
         .prose = "`unstaffed`: new contacts are turned away when nobody signed in could ever take "
                  "them."},
        {.name = "wrap_up",
         .kind = ATT_KEY_DURATION,
         ATT_KEY_AT(struct queue_draft, queue.wrap_up_ms),
         .max = ATT_HOUR_MS * 24,
         .standard = "the channel's",
         .prose = "Time for after-call work, unless the agent has one of their own."},
        {.name = "max_wait",
         .kind = ATT_KEY_DURATION,
         ATT_KEY_AT(struct queue_draft, queue.max_wait_ms),
         .min = 1,
         .standard = "24h",
         .prose = "After so long in the queue a contact goes to the overflow; without one it "
                  "closes as expired."},
        {.name = "max_waiting",
         .kind = ATT_KEY_WHOLE,
         ATT_KEY_AT(struct queue_draft, queue.max_waiting),
         .min = 1,
         .max = 10000000,
         .unit = "contacts",
         .standard = "no limit",
         .prose = "With so many waiting, a new contact goes to the overflow; without one it is "
                  "refused."},
        {.name = "overflow",
         .kind = ATT_KEY_OVERFLOW,
         ATT_KEY_AT(struct queue_draft, queue.overflow),
         .standard = "none",
         .prose = "Where those go who can't wait here: `{ to: QUEUE }`, `{ callback: 30m }` or "
                  "`{ refuse: \"...\" }`."},
        {.name = "hours",
         .kind = ATT_KEY_REFERENCE,
         ATT_KEY_AT(struct queue_draft, queue.hours),
         .noun = ATT_NOUN_HOURS,
         .standard = "always open",
         .prose = "When the queue takes new contacts."},
        {.name = "when_closed",
         .kind = ATT_KEY_OVERFLOW,
         ATT_KEY_AT(struct queue_draft, queue.when_closed),
         .standard = "refused",
         .prose = "What becomes of those who come outside the hours, as `overflow`."},
        {.name = "at_closing",
         .kind = ATT_KEY_WORD,
         ATT_KEY_AT(struct queue_draft, queue.at_closing),
         .words = closing_words,
         .standard = "serve",
         .prose = "What becomes of those already waiting when the hours end: served, or sent where "
                  "`when_closed` says."},
        {.name = "moved_to",
         .kind = ATT_KEY_REFERENCE,
         ATT_KEY_AT(struct queue_draft, queue.moved_to),
         .noun = ATT_NOUN_QUEUE,
         .standard = "the intake's `otherwise`",
         .prose = "For a queue about to be removed: where its contacts go then."},
};

const struct att_key_table queue_table = {
        .name = "a queue",
        .where = "queues.NAME",
        .prose = "A class of contacts: who may take them, how urgent they are, what happens when "
                 "it takes too long.",
        ATT_KEY_TABLE_OF(queue_keys),
};

/* Making steps ------------------------------------------------------------ */

/* Requirements in force, with a step's changes by name: sorted by skill, level 0 drops. */
static void join_requirements(struct compiler *compiler, const struct att_step *before,
                              const struct step_draft *draft, struct att_step *step)
{
        const uint32_t most = before->requires_count + draft->requires_count;
        struct att_requirement *joined = compiler_take(compiler, most, sizeof(*joined));
        uint32_t i = 0;
        uint32_t j = 0;

        while (i < before->requires_count || j < draft->requires_count) {
                const struct att_requirement *old = i < before->requires_count
                                                            ? &before->requires[i]
                                                            : NULL;
                const struct att_requirement *change = j < draft->requires_count
                                                               ? &draft->requires[j]
                                                               : NULL;
                const bool takes_change = change && (!old || change->skill <= old->skill);
                const struct att_requirement *taken = takes_change ? change : old;

                i += old && (!takes_change || old->skill == change->skill);
                j += takes_change;
                if (taken->level > 0) {
                        joined[step->requires_count++] = *taken;
                }
        }
        step->requires = joined;
}

static struct att_step make_step(struct compiler *compiler, const struct att_step *before,
                                 const struct step_draft *draft)
{
        struct att_step step = {
                .after_ms = draft->after_ms,
                .changes = draft->requires,
                .change_count = draft->requires_count,
                .any_of = draft->any_of ? draft->any_of : before->any_of,
                .any_of_count = draft->any_of ? draft->any_of_count : before->any_of_count,
                .teams = draft->teams ? draft->teams : before->teams,
                .team_count = draft->teams ? draft->team_count : before->team_count,
                .priority_milli = draft->priority_milli == UNSAID ? before->priority_milli
                                                                  : draft->priority_milli,
                .move_to = draft->move_to,
                .skip_unstaffed = draft->skip != 0,
        };

        join_requirements(compiler, before, draft, &step);
        return step;
}

static struct step_draft new_step_draft(void)
{
        return (struct step_draft){.priority_milli = UNSAID, .move_to = ATT_NONE};
}

static void check_step(struct compiler *compiler, const struct att_yaml_node *node, uint32_t queue,
                       const struct att_step *before, const struct att_step *step)
{
        if (step->after_ms < before->after_ms) {
                att_config_errors_add(
                        compiler->errors, node->place,
                        "steps go in order of time: this one is before the one above");
        }
        if (step->move_to == queue) {
                att_config_errors_add(compiler->errors, node->place,
                                      "moves to the queue it is in already");
        }
}

static void read_steps(struct compiler *compiler, uint32_t queue_index, struct queue_draft *draft)
{
        static const struct att_step nothing = {.move_to = ATT_NONE};
        const struct att_yaml_node *relax = draft->relax;
        uint32_t more = 0;

        if (relax && !att_yaml_is_empty(relax) &&
            att_value_is(compiler->errors, relax, ATT_YAML_SEQUENCE,
                         "a list of steps, such as [ { after: 30s, requires: { cards: 4 } } ]")) {
                more = relax->count;
        }
        if (more > ATT_STEPS_MAX - 1) {
                att_config_errors_add(compiler->errors, relax->place,
                                      "too many steps: %u, at most %d", more, ATT_STEPS_MAX - 1);
                more = ATT_STEPS_MAX - 1;
        }
        struct att_step *steps = compiler_take(compiler, more + 1, sizeof(*steps));
        const struct att_yaml_node **nodes = att_arena_take_array(
                &compiler->scratch, more + 1, sizeof(const struct att_yaml_node *));

        steps[0] = make_step(compiler, &nothing, &draft->first);
        for (uint32_t i = 1; i <= more; i++) {
                struct step_draft step = new_step_draft();

                nodes[i] = relax->items[i - 1];
                compiler_read(compiler, &step_table, nodes[i], &step);
                steps[i] = make_step(compiler, &steps[i - 1], &step);
                check_step(compiler, nodes[i], queue_index, &steps[i - 1], &steps[i]);
        }
        draft->queue.steps = steps;
        draft->queue.step_count = more + 1;
        compiler->step_nodes[queue_index] = nodes;
}

static void read_queue(struct compiler *compiler, uint32_t i)
{
        const struct declared *declared = compiler->names[ATT_NOUN_QUEUE].items[i];
        const struct declared *policy = compiler_find(compiler, ATT_NOUN_POLICY,
                                                      ATT_TEXT("default"));
        struct queue_draft draft = {
                .queue = {.name = declared->name,
                          .policy = policy->index,
                          .urgent_after_ms = 2 * 60 * 1000,
                          .wrap_up_ms = -1,
                          .max_wait_ms = 24 * ATT_HOUR_MS,
                          .overflow = {.queue = ATT_NONE},
                          .hours = ATT_NONE,
                          .when_closed = {.queue = ATT_NONE},
                          .moved_to = ATT_NONE},
                .first = new_step_draft(),
        };

        draft.first.priority_milli = 0;
        compiler_read(compiler, &queue_table, declared->value, &draft);
        if (draft.queue.title.len == 0) {
                draft.queue.title = declared->name;
        }
        draft.queue.refuse_unstaffed = draft.refuse_when != 0;
        read_steps(compiler, i, &draft);
        compiler->drafts.queues[i] = draft.queue;
}

static void check_targets(struct compiler *compiler, uint32_t i)
{
        const struct declared *declared = compiler->names[ATT_NOUN_QUEUE].items[i];
        const struct att_queue *queue = &compiler->drafts.queues[i];
        const struct {
                const char *key;
                uint32_t target;
        } targets[] = {
                {"overflow", queue->overflow.queue},
                {"when_closed", queue->when_closed.queue},
                {"moved_to", queue->moved_to},
        };

        for (size_t t = 0; t < ATT_ARRAY_LEN(targets); t++) {
                if (targets[t].target == i) {
                        att_config_errors_add(compiler->errors,
                                              att_yaml_find(declared->value, targets[t].key)->place,
                                              "leads to the queue it is in already");
                }
        }
}

void compiler_read_queues(struct compiler *compiler)
{
        const uint32_t count = compiler->names[ATT_NOUN_QUEUE].count;

        compiler->step_nodes = att_arena_take_array(&compiler->scratch, count,
                                                    sizeof(const struct att_yaml_node **));
        for (uint32_t i = 0; i < count; i++) {
                read_queue(compiler, i);
        }
        for (uint32_t i = 0; i < count; i++) {
                check_targets(compiler, i);
        }
}

/* Profiles ---------------------------------------------------------------- */

static const struct att_key profile_keys[] = {
        {.name = "rank",
         .kind = ATT_KEY_WHOLE,
         ATT_KEY_AT(struct att_profile_entry, rank),
         .min = 1,
         .max = 1000,
         .standard = "1",
         .prose = "1 is served first; among queues of one rank the most urgent contact."},
        {.name = "delay",
         .kind = ATT_KEY_DURATION,
         ATT_KEY_AT(struct att_profile_entry, delay_ms),
         .standard = "0s",
         .prose = "These agents see the queue's contacts only after so long in the queue. At most "
                  "4 different delays a queue."},
};

const struct att_key_table profile_table = {
        .name = "a profile's queue",
        .where = "profiles.NAME.QUEUE",
        .prose = "Which queues an agent serves, and which first. A queue that a profile does not "
                 "name is not served by agents who have it.",
        ATT_KEY_TABLE_OF(profile_keys),
};

static void read_profile(struct compiler *compiler, const struct declared *declared,
                         struct att_profile *profile)
{
        const struct att_yaml_node *node = declared->value;
        struct att_profile_entry *entries = compiler_take(
                compiler, compiler->names[ATT_NOUN_QUEUE].count, sizeof(*entries));

        *profile = (struct att_profile){.name = declared->name, .by_queue = entries};
        if (!att_value_is(compiler->errors, node, ATT_YAML_MAPPING,
                          "queues and ranks, such as { cards: { rank: 1 } }")) {
                return;
        }
        for (uint32_t i = 0; i < node->count; i++) {
                struct att_profile_entry entry = {.rank = 1};
                uint32_t queue;

                compiler_read(compiler, &profile_table, node->items[i], &entry);
                if (compiler_resolve(compiler, ATT_NOUN_QUEUE, node->keys[i], &queue)) {
                        entries[queue] = entry;
                }
        }
}

void compiler_read_profiles(struct compiler *compiler)
{
        const struct names *names = &compiler->names[ATT_NOUN_PROFILE];

        for (uint32_t i = 0; i < names->count; i++) {
                read_profile(compiler, names->items[i], &compiler->drafts.profiles[i]);
        }
}

/* Adds a delay to those of a queue; false if there are as many already. */
static bool note_delay(int64_t delays[ATT_DELAYS_MAX], uint32_t *count, int64_t delay_ms)
{
        for (uint32_t i = 0; i < *count; i++) {
                if (delays[i] == delay_ms) {
                        return true;
                }
        }
        if (*count == ATT_DELAYS_MAX) {
                return false;
        }
        delays[(*count)++] = delay_ms;
        return true;
}

void compiler_check_delays(struct compiler *compiler)
{
        const struct names *queues = &compiler->names[ATT_NOUN_QUEUE];
        const struct names *profiles = &compiler->names[ATT_NOUN_PROFILE];

        for (uint32_t queue = 0; queue < queues->count; queue++) {
                int64_t delays[ATT_DELAYS_MAX];
                uint32_t count = 0;

                for (uint32_t i = 0; i < profiles->count; i++) {
                        const struct att_profile_entry *entry =
                                &compiler->drafts.profiles[i].by_queue[queue];

                        if (entry->rank == 0 || entry->delay_ms == 0 ||
                            note_delay(delays, &count, entry->delay_ms)) {
                                continue;
                        }
                        att_config_errors_add(compiler->errors, profiles->items[i]->key->place,
                                              "queue '%.*s' has more than %d different delays over "
                                              "all profiles: use one of the others again",
                                              ATT_TEXT_ARGS(queues->items[queue]->name),
                                              ATT_DELAYS_MAX);
                        break;
                }
        }
}
