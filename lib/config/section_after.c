/* SPDX-License-Identifier: Apache-2.0 */
/* What follows a conversation: questions asked of customers, and promises that dispositions make. */
#include "lib/base/util.h"
#include "lib/config/compiler.h"
#include "lib/config/values.h"
#include "lib/model/limits.h"

#define WHAT_BYTES_MAX ATT_NAME_BYTES_MAX

/* Surveys ----------------------------------------------------------------- */

static const struct att_key survey_keys[] = {
        {.name = "share",
         .kind = ATT_KEY_PERCENT,
         ATT_KEY_AT(struct att_surveys, share_ppm),
         .standard = "100%",
         .prose = "How many of the handled contacts are asked, picked by their ids: the same "
                  "contact is asked or not on every machine."},
        {.name = "channels",
         .kind = ATT_KEY_REFERENCES,
         ATT_KEY_AT2(struct att_surveys, channels, channel_count),
         .noun = ATT_NOUN_CHANNEL,
         .standard = "every channel",
         .prose = "Contacts of these channels alone."},
        {.name = "queues",
         .kind = ATT_KEY_REFERENCES,
         ATT_KEY_AT2(struct att_surveys, queues, queue_count),
         .noun = ATT_NOUN_QUEUE,
         .standard = "every queue",
         .prose = "Contacts of these queues alone."},
        {.name = "once_in",
         .kind = ATT_KEY_DURATION,
         ATT_KEY_AT(struct att_surveys, once_in_ms),
         .standard = "30d",
         .prose = "One customer is asked at most once in this time, as far back as attune has the "
                  "customer in mind (limits.customers). 0s: at every contact that is picked."},
};

const struct att_key_table surveys_table = {
        .name = "surveys",
        .where = "surveys",
        .prose = "Which customers are asked how it was when their contact closes. The front end is "
                 "told with the end of the contact, asks, and sends the answer as feedback. "
                 "Without this section nobody is asked.",
        ATT_KEY_TABLE_OF(survey_keys),
};

void compiler_read_surveys(struct compiler *compiler)
{
        const struct att_yaml_node *section = compiler->sections.surveys;
        struct att_surveys *surveys = &compiler->config->surveys;

        if (!section) {
                return;
        }
        *surveys = (struct att_surveys){.share_ppm = ATT_PPM,
                                        .once_in_ms = INT64_C(30) * 86400 * 1000};
        compiler_read(compiler, &surveys_table, section, surveys);
}

/* Follow-ups -------------------------------------------------------------- */

static const char *const agent_words[] = {"any", "same", NULL};

struct follow_up_draft {
        struct att_follow_up follow_up;
        uint32_t agent; /* The place in agent_words. */
};

static const struct att_key follow_up_keys[] = {
        {.name = "after",
         .kind = ATT_KEY_DURATION,
         .is_required = true,
         ATT_KEY_AT(struct follow_up_draft, follow_up.after_ms),
         .max = ATT_WAITED_MS_MAX,
         .prose = "How long after the conversation someone gets back to the customer; while the "
                  "queue is closed, at its next opening."},
        {.name = "expires",
         .kind = ATT_KEY_DURATION,
         ATT_KEY_AT(struct follow_up_draft, follow_up.expires_ms),
         .min = 1,
         .standard = "never",
         .prose = "So long after the conversation the promise is of no use any more: what has not "
                  "been done by then closes as expired."},
        {.name = "agent",
         .kind = ATT_KEY_WORD,
         ATT_KEY_AT(struct follow_up_draft, agent),
         .words = agent_words,
         .standard = "any",
         .prose = "`same`: the agent who had the conversation is preferred (how long the contact "
                  "waits for that agent says the policy's `hold_for_preferred`); `any`: no one."},
        {.name = "queue",
         .kind = ATT_KEY_REFERENCE,
         ATT_KEY_AT(struct follow_up_draft, follow_up.queue),
         .noun = ATT_NOUN_QUEUE,
         .standard = "the contact's",
         .prose = "Where it waits when it is due."},
        {.name = "attempts",
         .kind = ATT_KEY_WHOLE,
         ATT_KEY_AT(struct follow_up_draft, follow_up.attempts),
         .min = 1,
         .max = 100,
         .standard = "the policy's `callback`",
         .prose = "Calls that the customer may not take before the promise counts as expired; the "
                  "pause between them is the policy's."},
        {.name = "what",
         .kind = ATT_KEY_TEXT,
         ATT_KEY_AT(struct follow_up_draft, follow_up.what),
         .max = WHAT_BYTES_MAX,
         .standard = "the disposition",
         .prose = "What is promised, in a few words; shown with the offer."},
};

const struct att_key_table follow_up_table = {
        .name = "a follow-up",
        .where = "follow_ups.DISPOSITION",
        .prose = "What a disposition promises the customer: when an agent ends a conversation with "
                 "it, a new contact is made at once that waits for its time. What the agent says "
                 "of the follow-up goes before this.",
        ATT_KEY_TABLE_OF(follow_up_keys),
};

static bool is_disposition(const struct compiler *compiler, struct att_text word)
{
        const struct sections *sections = &compiler->sections;

        for (uint32_t i = 0; i < sections->disposition_count; i++) {
                if (att_text_equals(sections->dispositions[i], word)) {
                        return true;
                }
        }
        return sections->disposition_count == 0;
}

static void read_follow_up(struct compiler *compiler, const struct att_yaml_node *key,
                           const struct att_yaml_node *value, struct att_follow_up *ret)
{
        struct follow_up_draft draft = {.follow_up = {.expires_ms = -1, .queue = ATT_NONE}};

        if (!att_value_is(compiler->errors, key, ATT_YAML_SCALAR, "a disposition") ||
            !att_value_text(compiler->errors, key, ATT_ID_BYTES_MAX,
                            &draft.follow_up.disposition)) {
                return;
        }
        draft.follow_up.disposition = compiler_keep(compiler, draft.follow_up.disposition);
        if (!is_disposition(compiler, draft.follow_up.disposition)) {
                att_config_errors_add(compiler->errors, key->place,
                                      "'%.*s' is not one of the dispositions",
                                      ATT_TEXT_ARGS(draft.follow_up.disposition));
        }
        compiler_read(compiler, &follow_up_table, value, &draft);
        if (draft.follow_up.expires_ms >= 0 &&
            draft.follow_up.expires_ms <= draft.follow_up.after_ms) {
                att_config_errors_add(compiler->errors, value->place,
                                      "the follow-up would expire before it is due: 'expires' must "
                                      "be more than 'after'");
        }
        draft.follow_up.same_agent = draft.agent == 1;
        *ret = draft.follow_up;
}

void compiler_read_follow_ups(struct compiler *compiler)
{
        const struct att_yaml_node *section = compiler->sections.follow_ups;
        const uint32_t count = section ? section->count : 0;
        struct att_follow_up *follow_ups = compiler_take(compiler, count, sizeof(*follow_ups));

        for (uint32_t i = 0; i < count; i++) {
                read_follow_up(compiler, section->keys[i], section->items[i], &follow_ups[i]);
        }
        compiler->config->follow_ups = follow_ups;
        compiler->config->follow_up_count = count;
}
