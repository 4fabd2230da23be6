/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/why.h"

#include "lib/base/util.h"
#include "tests/support/main.h"

static void assert_why(const struct att_decision *decision, const char *expected)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer why = {0};

        why_put(&why, decision);
        ck_assert_str_eq(why.data, expected);
}

START_TEST(the_only_agent_is_told_so)
{
        const struct att_decision decision = {
                .agent_by = ATT_BY_NOTHING,
                .considered = 1,
                .eligible = 1,
                .agents_shown = 1,
                .agents = {{.agent = ATT_TEXT("ann"), .fit_ppm = 1000000}},
        };

        assert_why(&decision, "the only one eligible, fit 1.000; 1 of 1 agent is eligible");
}
END_TEST

START_TEST(the_best_of_several_is_told_by_how_much_and_before_whom)
{
        const struct att_decision decision = {
                .agent_by = ATT_BY_FIT,
                .contact_by = ATT_BY_URGENCY,
                .considered = 12,
                .eligible = 5,
                .waited_ms = 40000,
                .next_contact = ATT_TEXT("call-7"),
                .agents_shown = 2,
                .agents = {{.agent = ATT_TEXT("ann"), .fit_ppm = 913999},
                           {.agent = ATT_TEXT("bob"), .fit_ppm = 81000}},
        };

        assert_why(&decision, "chosen by fit: 0.913, the next 0.081; 5 of 12 agents are eligible; "
                              "waited 40s; before call-7 by urgency");
}
END_TEST

START_TEST(equals_are_told_apart_by_what_decided)
{
        const struct att_decision decision = {
                .agent_by = ATT_BY_IDLE,
                .considered = 3,
                .eligible = 3,
                .agents_shown = 2,
                .agents = {{.fit_ppm = 500000}, {.fit_ppm = 500000}},
        };

        assert_why(&decision, "chosen by idle, fit 0.500, the next 0.500; 3 of 3 agents are "
                              "eligible");
}
END_TEST

ATT_TEST_MAIN("why", the_only_agent_is_told_so,
              the_best_of_several_is_told_by_how_much_and_before_whom,
              equals_are_told_apart_by_what_decided)
