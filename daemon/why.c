/* SPDX-License-Identifier: Apache-2.0 */
/* One is made for every offer: numbers are appended, not printed. */
#include "daemon/why.h"

#include "lib/base/duration.h"

/* Thousandths, rounded down: 0.913 */
static void put_share(struct att_buffer *into, int64_t ppm)
{
        const int64_t milli = ppm / 1000;
        const char fraction[] = {'.', (char)('0' + milli / 100 % 10), (char)('0' + milli / 10 % 10),
                                 (char)('0' + milli % 10)};

        att_buffer_append_int(into, milli / 1000);
        att_buffer_append(into, fraction, sizeof(fraction));
}

static void put_agent(struct att_buffer *into, const struct att_decision *decision)
{
        if (decision->agent_by == ATT_BY_NOTHING) {
                att_buffer_append_c(into, "the only one eligible, fit ");
        } else {
                att_buffer_append_c(into, "chosen by ");
                att_buffer_append_c(into, att_decided_by_name(decision->agent_by));
                att_buffer_append_c(into, decision->agent_by == ATT_BY_FIT ? ": " : ", fit ");
        }
        put_share(into, decision->agents[0].fit_ppm);
        if (decision->agents_shown > 1) {
                att_buffer_append_c(into, ", the next ");
                put_share(into, decision->agents[1].fit_ppm);
        }
        att_buffer_append_c(into, "; ");
        att_buffer_append_uint(into, decision->eligible);
        att_buffer_append_c(into, " of ");
        att_buffer_append_uint(into, decision->considered);
        att_buffer_append_c(into, decision->considered == 1 ? " agent" : " agents");
        att_buffer_append_c(into, decision->eligible == 1 ? " is eligible" : " are eligible");
}

void why_put(struct att_buffer *into, const struct att_decision *decision)
{
        char waited[ATT_DURATION_TEXT_SIZE];

        put_agent(into, decision);
        if (decision->waited_ms > 0) {
                att_buffer_append_c(into, "; waited ");
                att_buffer_append_c(into, att_duration_format_short(decision->waited_ms, waited));
        }
        if (!att_text_is_empty(decision->next_contact)) {
                att_buffer_append_c(into, "; before ");
                att_buffer_append_text(into, decision->next_contact);
                att_buffer_append_c(into, " by ");
                att_buffer_append_c(into, att_decided_by_name(decision->contact_by));
        }
}
