/* SPDX-License-Identifier: Apache-2.0 */
/* Which customers are asked how it was. Nothing is drawn: the contact's id decides. */
#include "lib/base/digest.h"
#include "lib/base/util.h"
#include "lib/core/story.h"

static bool has(const uint32_t *items, uint32_t count, uint32_t item)
{
        for (uint32_t i = 0; i < count; i++) {
                if (items[i] == item) {
                        return true;
                }
        }
        return count == 0;
}

/* An even spread over 0..999,999, the same for an id wherever it is reckoned. */
static int64_t lot_of(struct att_text id)
{
        struct att_digest digest = att_digest_of(id.data, id.len);
        return (int64_t)(digest.low % (uint64_t)ATT_PPM);
}

static bool was_asked_lately(const struct att_core *core, const struct contact *contact)
{
        const struct customer *customer = contact->customer;
        int64_t surveyed_ms = customer ? customer_past(customer)->surveyed_ms : -1;
        return surveyed_ms >= 0 &&
               core->now_ms - surveyed_ms < core->config->surveys.once_in_ms;
}

bool survey_is_asked(struct att_core *core, const struct contact *contact)
{
        const struct att_surveys *surveys = &core->config->surveys;
        if (surveys->share_ppm == 0 || contact->queue == ATT_NONE ||
            !has(surveys->queues, surveys->queue_count, contact->queue) ||
            !has(surveys->channels, surveys->channel_count, core->channels[contact->channel].def) ||
            lot_of(contact_id(contact)) >= surveys->share_ppm || was_asked_lately(core, contact)) {
                return false;
        }
        if (contact->customer) {
                customer_get_past(core, contact->customer)->surveyed_ms = core->now_ms;
        }
        core->counts.surveys++;
        return true;
}
