/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/mood.h"

#include <stdio.h>

#include "lib/core/snapshot.h"
#include "lib/emotion/emotion.h"
#include "tests/support/centre.h"
#include "tests/support/main.h"

#define CONFIG "attune: 1\nqueues: { q: {} }\n"

static struct att_command arrival(const char *id, const char *language, const char *text)
{
        struct att_command command = centre_command(ATT_CMD_CONTACT_ADD, id, "");

        command.request = (struct att_contact_request){
                .id = att_text_from(id),
                .channel = ATT_TEXT("chat"),
                .queue = ATT_TEXT("q"),
                .language = att_text_from(language),
                .text = att_text_from(text),
                .priority_milli = ATT_ABSENT,
                .emotion_ppm = ATT_ABSENT,
                .not_before_ms = ATT_ABSENT,
                .waited_ms = ATT_ABSENT,
                .customer = {.lifetime_value_micro = -1, .churn_risk_ppm = -1, .last_spoke_ms = -1},
        };
        return command;
}

static struct att_contact_view add(struct centre *centre, const char *id, const char *language,
                                   const char *text)
{
        struct att_command command = arrival(id, language, text);
        struct att_contact_view view;

        mood_estimate(centre->core, &command);
        centre_step(centre, &command);
        ck_assert(att_core_find_contact(centre->core, command.contact, &view));
        return view;
}

static struct att_contact_view update(struct centre *centre, const char *id, const char *text,
                                      int64_t emotion_ppm)
{
        struct att_command command = centre_command(ATT_CMD_CONTACT_UPDATE, id, "");
        struct att_contact_view view;

        command.update.priority_milli = ATT_ABSENT;
        command.update.emotion_ppm = emotion_ppm;
        command.update.text = att_text_from(text);
        mood_estimate(centre->core, &command);
        centre_step(centre, &command);
        ck_assert(att_core_find_contact(centre->core, command.contact, &view));
        return view;
}

START_TEST(a_contact_that_says_no_emotion_gets_one_from_its_words)
{
        struct centre centre;
        struct att_contact_view view;

        centre_init(&centre, CONFIG);
        view = add(&centre, "c1", "en", "I am very angry");
        ck_assert_int_eq(view.emotion_ppm, 556335);
        ck_assert_int_eq(view.emotion_source, ATT_EMOTION_ESTIMATED);
        view = add(&centre, "c2", "en", "this is great");
        ck_assert_int_eq(view.emotion_ppm, 0);
        ck_assert_int_eq(view.emotion_source, ATT_EMOTION_ESTIMATED);
        view = add(&centre, "c3", "en", "account 17");
        ck_assert_int_eq(view.emotion_source, ATT_EMOTION_SOURCE_COUNT);
        view = add(&centre, "c4", "de", "I am very angry");
        ck_assert_int_eq(view.emotion_source, ATT_EMOTION_SOURCE_COUNT);
        centre_deinit(&centre);
}
END_TEST

START_TEST(a_stated_emotion_is_left_alone)
{
        struct centre centre;
        struct att_command command = arrival("c1", "en", "I am very angry");
        struct att_contact_view view;

        centre_init(&centre, CONFIG);
        command.request.emotion_ppm = 100000;
        mood_estimate(centre.core, &command);
        centre_step(&centre, &command);
        view = update(&centre, "c1", "I am FURIOUS", ATT_ABSENT);
        ck_assert_int_eq(view.emotion_ppm, 100000);
        ck_assert_int_eq(view.emotion_source, ATT_EMOTION_STATED);
        ck_assert(att_text_equals_c(view.text, "I am FURIOUS"));
        centre_deinit(&centre);
}
END_TEST

START_TEST(words_that_come_later_are_heard)
{
        struct centre centre;
        struct att_contact_view view;

        centre_init(&centre, CONFIG);
        view = add(&centre, "c1", "en", "account 17");
        ck_assert_int_eq(view.emotion_ppm, 0);
        view = update(&centre, "c1", "account 17\nI am very angry", ATT_ABSENT);
        ck_assert_int_eq(view.emotion_ppm, 556335);
        ck_assert_int_eq(view.emotion_source, ATT_EMOTION_ESTIMATED);
        view = update(&centre, "c1", "", 200000);
        ck_assert_int_eq(view.emotion_ppm, 200000);
        ck_assert_int_eq(view.emotion_source, ATT_EMOTION_STATED);
        ck_assert(att_text_equals_c(view.text, "account 17\nI am very angry"));
        centre_deinit(&centre);
}
END_TEST

START_TEST(the_configuration_names_the_language_or_wants_none_of_it)
{
        struct centre centre;
        struct att_contact_view view;

        centre_init(&centre, CONFIG);
        view = add(&centre, "c1", "", "I am very angry");
        ck_assert_int_eq(view.emotion_source, ATT_EMOTION_SOURCE_COUNT);
        centre_deinit(&centre);
        centre_init(&centre, CONFIG "emotion: { language: en }\n");
        view = add(&centre, "c1", "", "I am very angry");
        ck_assert_int_eq(view.emotion_ppm, 556335);
        centre_deinit(&centre);
        centre_init(&centre, CONFIG "emotion: { estimate: false, language: en }\n");
        view = add(&centre, "c1", "en", "I am very angry");
        ck_assert_int_eq(view.emotion_source, ATT_EMOTION_SOURCE_COUNT);
        centre_deinit(&centre);
}
END_TEST

/* The same request again is known, whatever was estimated in between by other rules. */
START_TEST(an_estimate_is_no_part_of_what_was_asked)
{
        struct centre centre;
        struct att_command again = arrival("c1", "en", "I am very angry");
        struct att_contact_view view;

        centre_init(&centre, CONFIG);
        (void)add(&centre, "c1", "en", "I am very angry");
        centre_step(&centre,
                    &again); /* Without its estimate, as if it was switched off meanwhile. */
        ck_assert_uint_eq(centre.effects.count, 0);
        ck_assert(att_core_find_contact(centre.core, again.contact, &view));
        ck_assert_int_eq(view.emotion_ppm, 556335);
        centre_deinit(&centre);
}
END_TEST

START_TEST(the_configuration_knows_the_languages_there_are)
{
        const char *language;
        char config[256];

        for (uint32_t i = 0; (language = att_emotion_language(i)); i++) {
                struct centre centre;

                (void)snprintf(config, sizeof(config), CONFIG "emotion: { language: %s }\n",
                               language);
                centre_init(&centre, config);
                ck_assert_uint_eq(att_core_config(centre.core)->emotion_language, i + 1);
                centre_deinit(&centre);
        }
        ck_assert_uint_eq(att_emotion_language(3) == NULL, true);
}
END_TEST

START_TEST(a_saved_state_knows_what_was_estimated)
{
        struct centre centre;
        struct att_buffer bytes = {0};
        struct att_buffer why = {0};
        struct att_contact_view view;
        struct att_core *loaded;

        centre_init(&centre, CONFIG);
        (void)add(&centre, "c1", "en", "I am very angry");
        (void)add(&centre, "c2", "en", "account 17");
        (void)update(&centre, "c2", "account 17, please hurry", 200000);
        att_core_save(centre.core, &bytes);
        loaded = att_core_load(att_buffer_text(&bytes), att_core_config(centre.core), &why);
        ck_assert_msg(loaded != NULL, "%s", why.data);
        ck_assert(att_core_find_contact(loaded, ATT_TEXT("c1"), &view));
        ck_assert_int_eq(view.emotion_source, ATT_EMOTION_ESTIMATED);
        ck_assert(att_core_find_contact(loaded, ATT_TEXT("c2"), &view));
        ck_assert_int_eq(view.emotion_source, ATT_EMOTION_STATED);
        ck_assert(att_text_equals_c(view.text, "account 17, please hurry"));
        att_core_free(loaded);
        att_buffer_deinit(&bytes);
        att_buffer_deinit(&why);
        centre_deinit(&centre);
}
END_TEST

START_TEST(a_text_too_long_is_refused_and_changes_nothing)
{
        static char text[4098];
        struct centre centre;
        struct att_contact_view view;

        for (size_t i = 0; i + 1 < sizeof(text); i++) {
                text[i] = 'x';
        }
        centre_init(&centre, CONFIG);
        (void)add(&centre, "c1", "en", "account 17");
        view = update(&centre, "c1", text, 500000);
        ck_assert_int_eq(view.emotion_ppm, 0);
        ck_assert(att_text_equals_c(view.text, "account 17"));
        ck_assert_int_eq(centre.effects.items[0].kind, ATT_EFFECT_REFUSED);
        centre_deinit(&centre);
}
END_TEST

ATT_TEST_MAIN("mood", a_contact_that_says_no_emotion_gets_one_from_its_words,
              a_stated_emotion_is_left_alone, words_that_come_later_are_heard,
              the_configuration_names_the_language_or_wants_none_of_it,
              an_estimate_is_no_part_of_what_was_asked,
              the_configuration_knows_the_languages_there_are,
              a_saved_state_knows_what_was_estimated,
              a_text_too_long_is_refused_and_changes_nothing)
