/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a contact goes elsewhere, from what the engine says at the instant at which the two sides part: that
 * with the new configuration about the agent it had, that with the recorded one about the agent it would
 * have.
 */
#include "lib/base/util.h"
#include "tools/attunesim/whatif_result.h"

const char *whatif_cause_name(enum whatif_cause cause)
{
        switch (cause) {
        case WHATIF_BY_QUEUE:
                return "queue";
        case WHATIF_BY_ELIGIBLE:
                return "eligible";
        case WHATIF_BY_FIT:
                return "fit";
        case WHATIF_BY_TIME:
                return "time";
        case WHATIF_BY_CLOSING:
                return "closing";
        case WHATIF_CAUSE_COUNT:
                break;
        }
        return "?";
}

const char *whatif_ending(const struct whatif_fate *fate)
{
        if (!fate->is_over) {
                return "still waiting after";
        }
        switch (fate->outcome) {
        case ATT_OUTCOME_ABANDONED:
                return "gave up after";
        case ATT_OUTCOME_CANCELLED:
                return "taken back after";
        case ATT_OUTCOME_REFUSED:
        case ATT_OUTCOME_OVERFLOWED:
                return "turned away after";
        case ATT_OUTCOME_EXPIRED:
                return "expired after";
        case ATT_OUTCOME_NONE:
        case ATT_OUTCOME_HANDLED:
        case ATT_OUTCOME_COUNT:
                break;
        }
        return "gone after";
}

/* What lies in the configuration and the contact, not in who is busy just then. */
static bool is_lasting(const struct whatif_answer *answer)
{
        switch (answer->cause) {
        case ATT_EXCLUSION_CHANNEL:
        case ATT_EXCLUSION_EXCLUDED:
        case ATT_EXCLUSION_NAMED:
        case ATT_EXCLUSION_PROFILE:
        case ATT_EXCLUSION_DELAY:
        case ATT_EXCLUSION_TEAM:
        case ATT_EXCLUSION_SKILL:
        case ATT_EXCLUSION_ANY_OF:
        case ATT_EXCLUSION_ATTRIBUTE:
        case ATT_EXCLUSION_BOT:
        case ATT_EXCLUSION_HOLD:
                return true;
        case ATT_EXCLUSION_NONE:
        case ATT_EXCLUSION_OFFLINE:
        case ATT_EXCLUSION_PAUSED:
        case ATT_EXCLUSION_UNREACHABLE:
        case ATT_EXCLUSION_COOLDOWN:
        case ATT_EXCLUSION_LINKED:
        case ATT_EXCLUSION_EXCLUSIVE:
        case ATT_EXCLUSION_LIMIT:
        case ATT_EXCLUSION_UNITS:
        case ATT_EXCLUSION_COUNT:
                break;
        }
        return answer->is_unknown;
}

static void put_share(struct att_buffer *into, int64_t ppm)
{
        att_buffer_printf(into, "%lld.%03lld", (long long)(ppm / 1000000),
                          (long long)(ppm / 1000 % 1000));
}

/* By what an agent who could have taken it lost against the one who was chosen. */
static void put_choice(struct att_buffer *into, const char *when, struct att_text agent,
                       const struct whatif_answer *answer)
{
        att_buffer_printf(into, "%s%.*s could take it too, but ", when, ATT_TEXT_ARGS(agent));
        if (!answer->is_compared) {
                att_buffer_printf(into, "several fit better, %.*s best",
                                  ATT_TEXT_ARGS(answer->chosen));
                return;
        }
        if (!att_text_equals_c(answer->decided_by, "fit")) {
                att_buffer_printf(into, "%.*s goes first by %.*s", ATT_TEXT_ARGS(answer->chosen),
                                  ATT_TEXT_ARGS(answer->decided_by));
                return;
        }
        att_buffer_printf(into, "%.*s fits better, ", ATT_TEXT_ARGS(answer->chosen));
        put_share(into, answer->chosen_fit_ppm);
        att_buffer_append_c(into, " against ");
        put_share(into, answer->fit_ppm);
        if (!att_text_is_empty(answer->term)) {
                att_buffer_printf(into, ", most by %.*s: ", ATT_TEXT_ARGS(answer->term));
                put_share(into, answer->chosen_term_ppm);
                att_buffer_append_c(into, " against ");
                put_share(into, answer->term_ppm);
        }
}

/* Given to somebody while the other side still waits. */
static bool is_sooner(const struct whatif_fate *one, const struct whatif_fate *other)
{
        return one->is_answered && (!other->is_answered || one->offered_ms < other->offered_ms);
}

static bool tells(const struct whatif_answer *answer)
{
        return answer->is_given && answer->cause != ATT_EXCLUSION_NONE;
}

/* Who is not free at that instant. Of a side that gives it to somebody then, and alone, it is no reason that
 * the other agent could not have it too. */
static void put_times(struct att_buffer *into, const struct whatif_fate *before,
                      const struct whatif_fate *after)
{
        size_t begun = into->len;

        if (tells(&after->answer) && (!is_sooner(after, before) || !tells(&before->answer))) {
                att_buffer_append_c(into, "now ");
                att_buffer_append_text(into, after->answer.text);
        }
        if (tells(&before->answer) && (!is_sooner(before, after) || !tells(&after->answer))) {
                att_buffer_append_c(into, into->len > begun ? "; before, " : "before, ");
                att_buffer_append_text(into, before->answer.text);
        }
        if (into->len == begun) {
                att_buffer_append_c(into, "others are free, or go first, at other times");
        }
        if (after->is_answered && after->contact_by != ATT_BY_NOTHING &&
            !att_text_is_empty(after->next_contact)) {
                att_buffer_printf(into, "; chosen before %.*s by %s",
                                  ATT_TEXT_ARGS(after->next_contact),
                                  att_decided_by_name(after->contact_by));
        }
}

static bool is_turned_away(const struct whatif_fate *fate)
{
        return !fate->is_answered && fate->is_over && fate->outcome != ATT_OUTCOME_ABANDONED &&
               fate->outcome != ATT_OUTCOME_CANCELLED;
}

static void put_closing(struct att_buffer *into, const char *when, const struct whatif_fate *fate)
{
        att_buffer_printf(into, "%s it closes as %s", when, att_outcome_name(fate->outcome));
        if (!att_text_is_empty(fate->queue)) {
                att_buffer_printf(into, " in queue %.*s", ATT_TEXT_ARGS(fate->queue));
        }
        if (!att_text_is_empty(fate->why_closed)) {
                att_buffer_printf(into, " (%.*s)", ATT_TEXT_ARGS(fate->why_closed));
        }
}

static void put_queues(struct att_buffer *into, const struct whatif_fate *before,
                       const struct whatif_fate *after)
{
        struct att_text was = before->queue;
        struct att_text is = after->queue;

        att_buffer_append_c(into, "it comes to ");
        if (att_text_is_empty(is)) {
                att_buffer_append_c(into, "no queue");
        } else {
                att_buffer_printf(into, "queue %.*s", ATT_TEXT_ARGS(is));
        }
        att_buffer_printf(into, " rather than %.*s",
                          ATT_TEXT_ARGS(att_text_is_empty(was) ? ATT_TEXT("none") : was));
        if (is_turned_away(after) && !att_text_is_empty(after->why_closed)) {
                att_buffer_printf(into, ": %.*s", ATT_TEXT_ARGS(after->why_closed));
        }
}

/* By the answer of one side, if it is about who may take it or who fits; false: neither. */
static bool give_cause(struct att_buffer *into, const char *when, struct att_text agent,
                       const struct whatif_answer *answer, enum whatif_cause *ret_cause)
{
        if (!answer->is_given) {
                return false;
        }
        if (!att_text_is_empty(answer->holder) && att_text_equals(answer->holder, agent)) {
                att_buffer_printf(into, "%sit is offered to %.*s too, who does not take it", when,
                                  ATT_TEXT_ARGS(agent));
                *ret_cause = WHATIF_BY_TIME;
                return true;
        }
        if (is_lasting(answer)) {
                att_buffer_append_c(into, when);
                att_buffer_append_text(into, answer->text);
                *ret_cause = WHATIF_BY_ELIGIBLE;
                return true;
        }
        if (!answer->is_compared && answer->cause == ATT_EXCLUSION_NONE &&
            !att_text_is_empty(answer->holder)) {
                att_buffer_printf(into, "%sit is on offer to %.*s already", when,
                                  ATT_TEXT_ARGS(answer->holder));
                *ret_cause = WHATIF_BY_TIME;
                return true;
        }
        if (answer->is_compared ||
            (answer->cause == ATT_EXCLUSION_NONE && !att_text_is_empty(answer->chosen))) {
                put_choice(into, when, agent, answer);
                *ret_cause = WHATIF_BY_FIT;
                return true;
        }
        return false;
}

static struct att_text agent_of(const struct whatif_fate *fate)
{
        return fate->agent ? fate->agent->id : ATT_TEXT_NONE;
}

enum whatif_cause whatif_reason(const struct whatif *whatif, uint32_t contact,
                                struct att_buffer *into)
{
        const struct whatif_fate *before = &whatif->courses[WHATIF_BEFORE].fates[contact];
        const struct whatif_fate *after = &whatif->courses[WHATIF_AFTER].fates[contact];
        bool asks_before_alone = is_sooner(after, before);
        bool asks_after_alone = is_sooner(before, after);
        enum whatif_cause cause;

        if (!att_text_equals(before->queue, after->queue)) {
                put_queues(into, before, after);
                return WHATIF_BY_QUEUE;
        }
        if (is_turned_away(before) || is_turned_away(after)) {
                put_closing(into, is_turned_away(after) ? "now" : "before,",
                            is_turned_away(after) ? after : before);
                return WHATIF_BY_CLOSING;
        }
        /* Where both give it at that instant: that somebody may not take it goes before who fits. */
        if (!asks_before_alone && !asks_after_alone && is_lasting(&before->answer) &&
            !is_lasting(&after->answer) &&
            give_cause(into, "before, ", agent_of(after), &before->answer, &cause)) {
                return cause;
        }
        if (!asks_before_alone &&
            give_cause(into, "now ", agent_of(before), &after->answer, &cause)) {
                return cause;
        }
        if (asks_before_alone &&
            give_cause(into, "before, ", agent_of(after), &before->answer, &cause)) {
                return cause;
        }
        put_times(into, before, after);
        return WHATIF_BY_TIME;
}
