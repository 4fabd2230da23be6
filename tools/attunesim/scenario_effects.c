/* SPDX-License-Identifier: Apache-2.0 */
/* Effects as scenarios write them. */
#include <inttypes.h>
#include <string.h>

#include "lib/base/util.h"
#include "tools/attunesim/scenario.h"

enum { FIELDS_MAX = 8 };

/* The fields that may be given, by kind, in the order they are shown. */
static const char *const fields_of[ATT_EFFECT_KIND_COUNT][FIELDS_MAX] = {
        [ATT_EFFECT_SCHEDULED] = {"contact", "queue", "attempt"},
        [ATT_EFFECT_QUEUED] = {"contact", "queue", "position", "step"},
        [ATT_EFFECT_POSITION] = {"contact", "queue", "position"},
        [ATT_EFFECT_RELAXED] = {"contact", "queue", "step"},
        [ATT_EFFECT_OFFER] = {"contact", "agent", "queue", "step", "channel"},
        [ATT_EFFECT_REVOKE] = {"contact", "agent", "reason", "queue"},
        [ATT_EFFECT_CONNECT] = {"contact", "agent", "queue", "step", "channel"},
        [ATT_EFFECT_CLOSED] = {"contact", "outcome", "agent", "queue", "reason", "survey", "notes"},
        [ATT_EFFECT_OVERFLOW] = {"contact", "to", "queue", "reason"},
        [ATT_EFFECT_AGENT] = {"id", "state", "reason"},
        [ATT_EFFECT_WRAP_UP] = {"contact", "agent"},
        [ATT_EFFECT_FINISHED] = {"contact", "agent"},
        [ATT_EFFECT_CONFIG] = {"reason"},
        [ATT_EFFECT_REFUSED] = {"what", "code", "contact", "agent", "field", "reason"},
        [ATT_EFFECT_FEEDBACK] = {"contact", "agent", "queue", "csat", "by", "text"},
        [ATT_EFFECT_REPEAT] = {"contact", "of"},
        [ATT_EFFECT_PROMISED] = {"contact", "of", "agent", "queue", "what"},
        [ATT_EFFECT_PROMISE_KEPT] = {"contact", "of", "agent", "queue"},
        [ATT_EFFECT_PROMISE_EXPIRED] = {"contact", "of", "queue", "reason"},
        [ATT_EFFECT_PROMISE_CANCELLED] = {"contact", "of", "queue"},
        [ATT_EFFECT_INCIDENT] = {"contact", "incident", "queue"},
        [ATT_EFFECT_ANNOUNCED] = {"incident", "title", "message"},
        [ATT_EFFECT_INCIDENT_CLOSED] = {"incident", "message", "closed"},
};

bool effect_kind_find(struct att_text word, enum att_effect_kind *ret_kind)
{
        for (int i = 0; i < ATT_EFFECT_KIND_COUNT; i++) {
                if (att_text_equals_c(word, att_effect_kind_name((enum att_effect_kind)i))) {
                        *ret_kind = (enum att_effect_kind)i;
                        return true;
                }
        }
        return false;
}

bool effect_has_field(enum att_effect_kind kind, struct att_text name)
{
        for (size_t i = 0; i < FIELDS_MAX && fields_of[kind][i]; i++) {
                if (att_text_equals_c(name, fields_of[kind][i])) {
                        return true;
                }
        }
        return false;
}

void effect_list_fields(enum att_effect_kind kind, struct att_buffer *into)
{
        for (size_t i = 0; i < FIELDS_MAX && fields_of[kind][i]; i++) {
                att_buffer_printf(into, "%s%s", i == 0 ? "" : ", ", fields_of[kind][i]);
        }
}

static void write_reason(const struct att_effect *effect, struct att_buffer *into)
{
        if (effect->kind == ATT_EFFECT_REVOKE) {
                att_buffer_append_c(into, att_revoke_reason_name(effect->revoke_reason));
        } else {
                att_buffer_append_text(into, effect->reason);
        }
}

static void write_number(const struct att_effect *effect, struct att_text name,
                         struct att_buffer *into)
{
        if (att_text_equals_c(name, "step")) {
                if (effect->step != ATT_NONE_STEP) {
                        att_buffer_printf(into, "%" PRIu32, effect->step);
                }
        } else if (att_text_equals_c(name, "position")) {
                att_buffer_printf(into, "%" PRIu32, effect->position);
        } else if (att_text_equals_c(name, "attempt")) {
                att_buffer_printf(into, "%" PRIu32, effect->attempt);
        } else if (att_text_equals_c(name, "closed")) {
                att_buffer_printf(into, "%" PRIu32, effect->count);
        } else if (att_text_equals_c(name, "survey")) {
                att_buffer_append_c(into, effect->survey ? "true" : "false");
        } else if (att_text_equals_c(name, "csat") && effect->feedback->csat != -1) {
                att_buffer_printf(into, "%" PRId32, effect->feedback->csat);
        }
}

void effect_write_field(const struct att_effect *effect, struct att_text name,
                        struct att_buffer *into)
{
        const struct {
                const char *name;
                struct att_text value;
        } texts[] = {
                {"contact", effect->contact},
                {"agent", effect->agent},
                {"id", effect->agent},
                {"queue", effect->queue},
                {"channel", effect->channel},
                {"to", effect->to},
                {"field", effect->field},
                {"of", effect->other},
                {"incident", effect->incident},
                {"notes", effect->text},
                {"what",
                 effect->kind == ATT_EFFECT_PROMISED ? effect->text : att_text_from(effect->what)},
                {"message", effect->text},
                {"title", effect->reason},
                {"by", effect->feedback ? effect->feedback->by : ATT_TEXT_NONE},
                {"text", effect->feedback ? effect->feedback->text : ATT_TEXT_NONE},
                {"code", att_text_from(att_refusal_name(effect->refusal))},
                {"outcome", att_text_from(att_outcome_name(effect->outcome))},
                {"state", att_text_from(att_presence_name(effect->presence))},
        };

        if (att_text_equals_c(name, "reason")) {
                write_reason(effect, into);
                return;
        }
        for (size_t i = 0; i < ATT_ARRAY_LEN(texts); i++) {
                if (att_text_equals_c(name, texts[i].name)) {
                        att_buffer_append_text(into, texts[i].value);
                        return;
                }
        }
        write_number(effect, name, into);
}

void effect_write(const struct att_effect *effect, struct att_buffer *into)
{
        const char *separator = " { ";

        att_buffer_append_c(into, att_effect_kind_name(effect->kind));
        for (size_t i = 0; i < FIELDS_MAX && fields_of[effect->kind][i]; i++) {
                ATT_CLEANUP(att_buffer_deinit) struct att_buffer value = {0};

                effect_write_field(effect, att_text_from(fields_of[effect->kind][i]), &value);
                if (value.len > 0) {
                        att_buffer_printf(into, "%s%s: %s", separator, fields_of[effect->kind][i],
                                          value.data);
                        separator = ", ";
                }
        }
        if (separator[0] == ',') {
                att_buffer_append_c(into, " }");
        }
}

void expected_effect_write(const struct expected_effect *expected, struct att_buffer *into)
{
        att_buffer_append_c(into, att_effect_kind_name(expected->kind));
        for (uint32_t i = 0; i < expected->field_count; i++) {
                att_buffer_printf(into, "%s%.*s: %.*s", i == 0 ? " { " : ", ",
                                  ATT_TEXT_ARGS(expected->fields[i].name),
                                  ATT_TEXT_ARGS(expected->fields[i].value));
        }
        if (expected->field_count > 0) {
                att_buffer_append_c(into, " }");
        }
}

bool effect_is_expected(const struct att_effect *effect, const struct expected_effect *expected)
{
        bool is_expected = effect->kind == expected->kind;

        for (uint32_t i = 0; is_expected && i < expected->field_count; i++) {
                ATT_CLEANUP(att_buffer_deinit) struct att_buffer value = {0};

                effect_write_field(effect, expected->fields[i].name, &value);
                is_expected = att_text_equals(att_buffer_text(&value), expected->fields[i].value);
        }
        return is_expected;
}
