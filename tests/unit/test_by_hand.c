/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/config/by_hand.h"
#include "lib/config/load.h"
#include "tests/support/main.h"
#include "tests/unit/config_from_text.h"

#define SHOP                                                                                       \
        "attune: 1\n"                                                                              \
        "skills: { cards: {}, spanish: {} }\n"                                                     \
        "teams: { front: { skills: { cards: 3 } } }\n"                                             \
        "agents: { ann: { skills: { cards: 5 } }, bob: { team: front }, cid: }\n"                  \
        "queues: { cards: { requires: { cards: 3 } }, any: }\n"

/* The configuration with these changes over it; `told` gets what is said. */
static const struct att_config *lay_over(const char *by_hand, struct att_buffer *told)
{
        struct att_config_sources sources = {0};
        struct att_config_errors errors = {0};
        const struct att_config *config = NULL;

        att_config_sources_add(&sources, ATT_TEXT("shop.yaml"), ATT_TEXT(SHOP));
        att_config_sources_set_by_hand(&sources, ATT_TEXT("by-hand.yaml"), att_text_from(by_hand));
        if (!att_config_compile_sources(&sources, TEST_NOW_MS, &errors, &config)) {
                config = NULL;
        }
        for (uint32_t i = 0; i < errors.count; i++) {
                if (att_text_equals_c(errors.items[i].place.source, "by-hand.yaml")) {
                        att_config_error_write(&errors.items[i], told);
                        att_buffer_append_byte(told, '\n');
                }
        }
        att_config_errors_deinit(&errors);
        att_config_sources_deinit(&sources);
        return config;
}

static uint32_t level_of(const struct att_config *config, const char *agent, const char *skill)
{
        uint32_t at = att_config_find_agent(config, att_text_from(agent));

        return config->agents[at].levels[att_config_find_skill(config, att_text_from(skill))];
}

START_TEST(levels_join_those_of_the_agent_and_the_team)
{
        struct att_buffer told = {0};
        const struct att_config *config = lay_over("agents:\n"
                                                   "  ann: { skills: { cards: 9, spanish: 2 } }\n"
                                                   "  bob: { skills: { cards: 0 } }\n"
                                                   "  cid: { skills: { spanish: 7 } }\n",
                                                   &told);

        ck_assert_ptr_nonnull(config);
        ck_assert_uint_eq(told.len, 0);
        ck_assert_uint_eq(level_of(config, "ann", "cards"), 9);
        ck_assert_uint_eq(level_of(config, "ann", "spanish"), 2);
        ck_assert_uint_eq(level_of(config, "bob", "cards"), 0);
        ck_assert_uint_eq(level_of(config, "cid", "spanish"), 7);
        att_config_unref(config);
}
END_TEST

START_TEST(a_closed_queue_is_never_open)
{
        struct att_buffer told = {0};
        const struct att_config *config = lay_over("queues: { any: { closed: true } }", &told);
        uint32_t any = att_config_find_queue(config, ATT_TEXT("any"));
        uint32_t cards = att_config_find_queue(config, ATT_TEXT("cards"));

        ck_assert_uint_ne(config->queues[any].hours, ATT_NONE);
        ck_assert(!att_hours_is_open(&config->hours[config->queues[any].hours], TEST_NOW_MS));
        ck_assert_uint_eq(config->queues[cards].hours, ATT_NONE);
        att_config_unref(config);
}
END_TEST

START_TEST(nothing_by_hand_is_the_configuration_itself)
{
        struct att_buffer told = {0};
        const struct att_config *plain = config_from_text(SHOP);
        const struct att_config *config = lay_over("", &told);

        ck_assert(att_digest_equals(plain->digest, config->digest));
        att_config_unref(plain);
        att_config_unref(config);
}
END_TEST

START_TEST(what_does_not_fit_is_left_out_with_a_warning)
{
        struct att_buffer told = {0};
        const struct att_config *config = lay_over("agents:\n"
                                                   "  eve: { skills: { cards: 9 } }\n"
                                                   "  ann: { skills: { chess: 2, cards: 6 } }\n"
                                                   "queues: { gone: { closed: true } }\n",
                                                   &told);

        ck_assert_ptr_nonnull(config);
        ck_assert_str_eq(told.data,
                         "by-hand.yaml:2:27: warning: a change by hand that fits no more: there is "
                         "no agent 'eve'\n"
                         "by-hand.yaml:3:27: warning: a change by hand that fits no more: there is "
                         "no skill 'chess'\n"
                         "by-hand.yaml:4:27: warning: a change by hand that fits no more: there is "
                         "no queue 'gone'\n");
        ck_assert_uint_eq(level_of(config, "ann", "cards"), 6);
        att_buffer_deinit(&told);
        att_config_unref(config);
}
END_TEST

START_TEST(what_is_no_change_by_hand_is_an_error)
{
        static const char *const wrong[] = {
                "queues: { cards: { priority: 3 } }",
                "agents: { ann: { team: front } }",
                "agents: { ann: { skills: { cards: 11 } } }",
                "skills: { chess: {} }",
                "- ann",
                "queues: { cards: { closed: yes } }",
                "agents: [",
        };

        for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
                struct att_buffer told = {0};

                ck_assert_msg(lay_over(wrong[i], &told) == NULL, "%s", wrong[i]);
                ck_assert_msg(told.len > 0, "%s", wrong[i]);
                att_buffer_deinit(&told);
        }
}
END_TEST

START_TEST(what_is_written_reads_back)
{
        struct att_by_hand written = {0};
        struct att_by_hand read = {0};
        struct att_config_errors errors = {0};
        struct att_buffer first = {0};
        struct att_buffer second = {0};

        att_by_hand_set_level(&written, ATT_TEXT("a \"b\": #1"), ATT_TEXT("x'y"), 7);
        att_by_hand_set_level(&written, ATT_TEXT("ann"), ATT_TEXT("cards"), 3);
        att_by_hand_set_level(&written, ATT_TEXT("ann"), ATT_TEXT("espa\xc3\xb1ol"), 0);
        att_by_hand_set_level(&written, ATT_TEXT("ann"), ATT_TEXT("cards"), 4);
        att_by_hand_close(&written, ATT_TEXT("{q}"));
        att_by_hand_close(&written, ATT_TEXT("{q}"));
        att_by_hand_write(&written, &first);
        ck_assert(att_by_hand_read(&read, ATT_TEXT("f"), att_buffer_text(&first), &errors));
        ck_assert_uint_eq(read.count, 4);
        att_by_hand_write(&read, &second);
        ck_assert_str_eq(first.data, second.data);
        ck_assert(att_by_hand_open(&read, ATT_TEXT("{q}")));
        ck_assert(!att_by_hand_open(&read, ATT_TEXT("{q}")));
        ck_assert(att_by_hand_forget_agent(&read, ATT_TEXT("ann")));
        ck_assert_uint_eq(read.count, 1);
        att_by_hand_deinit(&written);
        att_by_hand_deinit(&read);
        att_config_errors_deinit(&errors);
        att_buffer_deinit(&first);
        att_buffer_deinit(&second);
}
END_TEST

ATT_TEST_MAIN("by_hand", levels_join_those_of_the_agent_and_the_team, a_closed_queue_is_never_open,
              nothing_by_hand_is_the_configuration_itself,
              what_does_not_fit_is_left_out_with_a_warning, what_is_no_change_by_hand_is_an_error,
              what_is_written_reads_back)
