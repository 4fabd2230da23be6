/* SPDX-License-Identifier: Apache-2.0 */
/* What a contact is part of: found out when it comes, told when it closes. */
#include "lib/core/story.h"

#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/core/details.h"

static struct att_text put(char **at, struct att_text text)
{
        struct att_text kept = att_text_of(*at, text.len);
        att_copy(*at, text.data, text.len);
        *at += text.len;
        return kept;
}

struct story *story_new(struct att_core *core, struct contact *contact, struct att_text repeats,
                        struct att_text follows, struct att_text promised)
{
        ATT_CHECK(!contact_extras(contact)->story);
        size_t bytes = sizeof(struct story) + repeats.len + follows.len + promised.len;
        struct story *story = att_pool_take(&core->pool, bytes);
        char *at = (char *)(story + 1);
        story->bytes = (uint32_t)bytes;
        story->repeats = put(&at, repeats);
        story->follows = put(&at, follows);
        story->promised = put(&at, promised);
        story->expires_ms = INT64_MAX;
        contact_get_extras(core, contact)->story = story;
        return story;
}

void story_free(struct att_core *core, struct contact *contact)
{
        struct extras *extras = contact->extras;
        if (extras && extras->story) {
                att_pool_give(&core->pool, extras->story, extras->story->bytes);
                extras->story = NULL;
        }
}

/* ---- Repeat contacts ---- */

struct earlier { /* A contact that an agent handled. */
        struct att_text contact;
        int64_t closed_ms; /* -1: none. */
};

/* The customer's last one, as the request says or the engine remembers, whichever is later. */
static struct earlier find_earlier(const struct contact *contact,
                                   const struct att_contact_request *request)
{
        const struct att_customer_info *info = &request->customer;
        const struct past *past = contact->customer ? customer_past(contact->customer) : NULL;
        struct earlier earlier = {.closed_ms = -1};
        if (!att_text_is_empty(info->last_contact) && info->last_closed_ms >= 0) {
                earlier = (struct earlier){info->last_contact, info->last_closed_ms};
        }
        if (past && past->last_closed_ms > earlier.closed_ms) {
                earlier = (struct earlier){att_text_of(past->last_contact, past->last_contact_len),
                                           past->last_closed_ms};
        }
        return earlier;
}

static bool is_repeat(const struct att_core *core, const struct contact *contact,
                      const struct earlier *earlier)
{
        int64_t within_ms = contact_policy(core, contact)->repeat_within_ms;
        return within_ms > 0 && earlier->closed_ms >= 0 && earlier->closed_ms <= core->now_ms &&
               core->now_ms - earlier->closed_ms <= within_ms &&
               !att_text_equals(earlier->contact, contact_id(contact));
}

void customer_remember(struct att_core *core, struct customer *customer, struct att_text contact,
                       int64_t closed_ms)
{
        struct past *past = customer_get_past(core, customer);
        char *id = att_pool_take_unset(&core->pool, contact.len);
        att_copy(id, contact.data, contact.len);
        att_pool_give(&core->pool, past->last_contact, past->last_contact_len);
        past->last_contact = id;
        past->last_contact_len = (uint16_t)contact.len;
        past->last_closed_ms = closed_ms;
}

/* ---- The beginning ---- */

void story_begin(struct att_core *core, struct contact *contact,
                 const struct att_contact_request *request)
{
        struct earlier earlier = find_earlier(contact, request);
        if (is_repeat(core, contact, &earlier)) {
                struct story *story = story_new(core, contact, earlier.contact, ATT_TEXT_NONE,
                                                ATT_TEXT_NONE);
                struct att_effect *effect = emit_contact(core, PLACE_QUEUED, ATT_EFFECT_REPEAT,
                                                         contact);
                effect->other = story->repeats;
                core->counts.repeats++;
        }
        struct incident *incident = incident_of(core, contact, request);
        if (incident) {
                incident_attach(core, incident, contact);
        }
}

int64_t story_points_milli(const struct att_core *core, const struct contact *contact)
{
        const struct story *story = contact_extras(contact)->story;
        int64_t milli = 0;
        if (!story) {
                return 0;
        }
        if (!att_text_is_empty(story->repeats)) {
                milli += contact_policy(core, contact)->repeat_milli;
        }
        if (story->incident) {
                milli += story->incident->points_milli;
        }
        return milli;
}

/* ---- The end ---- */

static enum att_effect_kind end_of_promise(struct att_core *core, enum att_outcome outcome)
{
        switch (outcome) {
        case ATT_OUTCOME_HANDLED:
                core->counts.promises_kept++;
                return ATT_EFFECT_PROMISE_KEPT;
        case ATT_OUTCOME_ABANDONED:
        case ATT_OUTCOME_CANCELLED:
                core->counts.promises_cancelled++;
                return ATT_EFFECT_PROMISE_CANCELLED;
        case ATT_OUTCOME_OVERFLOWED:
        case ATT_OUTCOME_EXPIRED:
        case ATT_OUTCOME_REFUSED:
        case ATT_OUTCOME_NONE:
        case ATT_OUTCOME_COUNT:
                break;
        }
        core->counts.promises_expired++;
        return ATT_EFFECT_PROMISE_EXPIRED;
}

static void tell_promise(struct att_core *core, const struct contact *contact,
                         const struct att_effect *closed)
{
        enum att_effect_kind kind = end_of_promise(core, contact->outcome);
        struct att_text agent = kind == ATT_EFFECT_PROMISE_KEPT ? closed->agent : ATT_TEXT_NONE;
        struct att_text reason = kind == ATT_EFFECT_PROMISE_EXPIRED ? closed->reason
                                                                    : ATT_TEXT_NONE;
        struct att_effect *effect = emit_contact(core, PLACE_ENDED, kind, contact);
        effect->other = contact_extras(contact)->story->follows;
        effect->agent = agent;
        effect->reason = reason;
}

void story_end(struct att_core *core, struct contact *contact, struct att_effect *closed)
{
        if (contact->outcome == ATT_OUTCOME_HANDLED) {
                closed->survey = survey_is_asked(core, contact);
                if (contact->customer) {
                        customer_remember(core, contact->customer, contact_id(contact),
                                          core->now_ms);
                }
        }
        if (!contact_extras(contact)->story) {
                return;
        }
        if (contact_extras(contact)->story->incident) {
                contact_extras(contact)->story->incident->live--;
                contact_extras(contact)->story->incident = NULL;
        }
        if (story_is_follow_up(contact)) {
                tell_promise(core, contact, closed);
        }
}
