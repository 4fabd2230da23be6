/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/model/words.h"

#include "tests/support/main.h"

START_TEST(every_word_has_its_written_form)
{
        for (int i = 0; i < ATT_CONTACT_STATE_COUNT; i++) {
                ck_assert_str_ne(att_contact_state_name((enum att_contact_state)i), "?");
        }
        for (int i = 0; i < ATT_OUTCOME_COUNT; i++) {
                ck_assert_str_ne(att_outcome_name((enum att_outcome)i), "?");
        }
        for (int i = 0; i < ATT_REVOKE_REASON_COUNT; i++) {
                ck_assert_str_ne(att_revoke_reason_name((enum att_revoke_reason)i), "?");
        }
        for (int i = 0; i < ATT_EXCLUSION_COUNT; i++) {
                ck_assert_str_ne(att_exclusion_name((enum att_exclusion)i), "?");
                ck_assert_str_ne(att_exclusion_sentence((enum att_exclusion)i), "?");
                ck_assert_str_ne(att_exclusion_phrase((enum att_exclusion)i), "?");
        }
        ck_assert_str_eq(att_exclusion_phrase(ATT_EXCLUSION_COUNT), "?");
        ck_assert_str_eq(att_revoke_reason_name(ATT_REVOKE_AGENT_GONE), "agent_gone");
        ck_assert_str_eq(att_interaction_state_name(ATT_INTERACTION_WRAP_UP), "wrap_up");
        ck_assert_str_eq(att_refusal_name(ATT_REFUSAL_DUPLICATE), "duplicate");
        ck_assert_str_eq(att_skill_kind_name(ATT_SKILL_HUMAN), "human");
        ck_assert_str_eq(att_agent_kind_name(ATT_AGENT_BOT), "bot");
        ck_assert_str_eq(att_fit_term_name(ATT_FIT_RAPPORT), "rapport");
        ck_assert_str_eq(att_role_name(ATT_ROLE_PLATFORM), "platform");
        ck_assert_str_eq(att_presence_name(ATT_PRESENCE_PAUSED), "paused");
}
END_TEST

START_TEST(a_value_of_no_enum_is_a_question_mark)
{
        ck_assert_str_eq(att_outcome_name((enum att_outcome)99), "?");
        ck_assert_str_eq(att_exclusion_name((enum att_exclusion)99), "?");
}
END_TEST

START_TEST(a_closed_contact_moves_nowhere)
{
        for (int to = 0; to < ATT_CONTACT_STATE_COUNT; to++) {
                ck_assert(!att_contact_may_move(ATT_CONTACT_CLOSED, (enum att_contact_state)to));
        }
}
END_TEST

START_TEST(every_live_contact_may_close)
{
        for (int from = 0; from < ATT_CONTACT_CLOSED; from++) {
                ck_assert(att_contact_may_move((enum att_contact_state)from, ATT_CONTACT_CLOSED));
        }
}
END_TEST

START_TEST(an_offered_contact_is_queued_before_it_is_scheduled)
{
        ck_assert(!att_contact_may_move(ATT_CONTACT_OFFERED, ATT_CONTACT_SCHEDULED));
        ck_assert(att_contact_may_move(ATT_CONTACT_OFFERED, ATT_CONTACT_QUEUED));
        ck_assert(att_contact_may_move(ATT_CONTACT_QUEUED, ATT_CONTACT_SCHEDULED));
}
END_TEST

START_TEST(a_scheduled_contact_is_offered_only_from_its_queue)
{
        ck_assert(!att_contact_may_move(ATT_CONTACT_SCHEDULED, ATT_CONTACT_OFFERED));
        ck_assert(!att_contact_may_move(ATT_CONTACT_SCHEDULED, ATT_CONTACT_CONNECTED));
        ck_assert(att_contact_may_move(ATT_CONTACT_SCHEDULED, ATT_CONTACT_QUEUED));
}
END_TEST

START_TEST(a_conversation_can_be_transferred_but_not_offered)
{
        ck_assert(att_contact_may_move(ATT_CONTACT_CONNECTED, ATT_CONTACT_QUEUED));
        ck_assert(att_contact_may_move(ATT_CONTACT_CONNECTED, ATT_CONTACT_SCHEDULED));
        ck_assert(!att_contact_may_move(ATT_CONTACT_CONNECTED, ATT_CONTACT_OFFERED));
}
END_TEST

ATT_TEST_MAIN("words", every_word_has_its_written_form, a_value_of_no_enum_is_a_question_mark,
              a_closed_contact_moves_nowhere, every_live_contact_may_close,
              an_offered_contact_is_queued_before_it_is_scheduled,
              a_scheduled_contact_is_offered_only_from_its_queue,
              a_conversation_can_be_transferred_but_not_offered)
