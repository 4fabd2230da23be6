/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/mood.h"

#include "lib/emotion/emotion.h"

static struct att_text language_of(const struct att_config *config, struct att_text said)
{
        /* The key's first word stands for none. */
        const char *standard = config->emotion_language == 0
                                       ? NULL
                                       : att_emotion_language(config->emotion_language - 1);

        return att_text_is_empty(said) ? att_text_from(standard) : said;
}

static void estimate(const struct att_config *config, struct att_text language,
                     struct att_text text, int64_t *emotion_ppm, enum att_emotion_source *source)
{
        struct att_emotion emotion;

        if (att_emotion_estimate(language_of(config, language), text, &emotion) ==
            ATT_ESTIMATE_MADE) {
                *emotion_ppm = emotion.negative_ppm;
                *source = ATT_EMOTION_ESTIMATED;
        }
}

static void estimate_update(const struct att_core *core, struct att_command *command)
{
        struct att_contact_view view;

        if (command->update.emotion_ppm == ATT_ABSENT && !att_text_is_empty(command->update.text) &&
            att_core_find_contact(core, command->contact, &view) &&
            view.emotion_source != ATT_EMOTION_STATED) {
                estimate(att_core_config(core), view.language, command->update.text,
                         &command->update.emotion_ppm, &command->update.emotion_source);
        }
}

void mood_estimate(const struct att_core *core, struct att_command *command)
{
        const struct att_config *config = att_core_config(core);

        if (!config || !config->emotion_estimate) {
                return;
        }
        if (command->kind == ATT_CMD_CONTACT_UPDATE) {
                estimate_update(core, command);
        } else if (command->kind == ATT_CMD_CONTACT_ADD &&
                   command->request.emotion_ppm == ATT_ABSENT) {
                estimate(config, command->request.language, command->request.text,
                         &command->request.emotion_ppm, &command->request.emotion_source);
        }
}
