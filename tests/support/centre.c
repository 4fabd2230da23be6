/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/centre.h"

#include <check.h>

#include "lib/config/compile.h"
#include "lib/config/errors.h"
#include "lib/config/yaml.h"

const struct att_config *centre_config(const char *yaml)
{
        struct att_config_errors errors = {0};
        struct att_yaml_file file;
        const struct att_config *config = NULL;
        bool read = att_yaml_parse(ATT_TEXT("test"), att_text_from(yaml), &errors, &file);
        if (read) {
                if (!att_config_compile(file.documents[0], CENTRE_START_MS, &errors, &config)) {
                        config = NULL;
                }
                att_yaml_file_deinit(&file);
        }
        if (!config) {
                struct att_buffer told = {0};
                att_config_errors_write(&errors, &told);
                ck_abort_msg("%s", told.data ? told.data : "wrong configuration");
        }
        att_config_errors_deinit(&errors);
        return config;
}

static void put_words(struct centre *centre, const struct att_effect *effect)
{
        struct att_buffer *said = &centre->said;
        att_buffer_append_c(said, said->len > 0 ? "; " : "");
        att_buffer_append_c(said, att_effect_kind_name(effect->kind));
        const struct att_text words[] = {effect->contact, effect->agent, effect->to};
        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
                if (!att_text_is_empty(words[i])) {
                        att_buffer_printf(said, " %.*s", ATT_TEXT_ARGS(words[i]));
                }
        }
        switch ((int)effect->kind) {
        case ATT_EFFECT_REVOKE:
                att_buffer_printf(said, " %s", att_revoke_reason_name(effect->revoke_reason));
                break;
        case ATT_EFFECT_CLOSED:
                att_buffer_printf(said, " %s", att_outcome_name(effect->outcome));
                break;
        case ATT_EFFECT_AGENT:
                att_buffer_printf(said, " %s", att_presence_name(effect->presence));
                if (!att_text_is_empty(effect->reason)) {
                        att_buffer_printf(said, " %.*s", ATT_TEXT_ARGS(effect->reason));
                }
                break;
        case ATT_EFFECT_REFUSED:
                att_buffer_printf(said, " %s %s", effect->what, att_refusal_name(effect->refusal));
                break;
        default:
                break;
        }
}

/* The copies of the step before say what its effects said, though the engine has gone on since. */
static void check_copies(struct centre *centre)
{
        if (centre->copies.items) {
                att_effects_digest(&centre->copies, &centre->copied);
        }
        ck_assert(att_digest_equals(att_digester_finish(&centre->copied),
                                    att_digester_finish(&centre->history)));
        att_arena_clear(&centre->arena);
        att_effects_copy(&centre->effects, &centre->arena, &centre->copies);
}

static void step_at(struct centre *centre, struct att_command *command, int64_t at_ms)
{
        centre->now_ms = at_ms;
        command->at_ms = at_ms;
        command->seq = ++centre->seq;
        att_core_step(centre->core, command, &centre->effects);
        att_core_check(centre->core);
        check_copies(centre);
        att_effects_digest(&centre->effects, &centre->history);
        for (uint32_t i = 0; i < centre->effects.count; i++) {
                put_words(centre, &centre->effects.items[i]);
        }
        if (centre->on_step) {
                centre->on_step(centre->context, command);
        }
}

struct att_command centre_command(enum att_command_kind kind, const char *contact,
                                  const char *agent)
{
        return (struct att_command){
                .kind = kind,
                .front_end = ATT_TEXT("pbx"),
                .contact = att_text_from(contact),
                .agent = att_text_from(agent),
        };
}

void centre_step(struct centre *centre, struct att_command *command)
{
        att_buffer_clear(&centre->said);
        step_at(centre, command, centre->now_ms);
}

void centre_init(struct centre *centre, const char *yaml)
{
        *centre = (struct centre){.now_ms = CENTRE_START_MS};
        centre->core = att_core_new();
        att_digester_init(&centre->history);
        att_digester_init(&centre->copied);
        centre_reload(centre, yaml);
}

void centre_deinit(struct centre *centre)
{
        att_core_free(centre->core);
        att_effects_deinit(&centre->effects);
        att_arena_deinit(&centre->arena);
        att_buffer_deinit(&centre->said);
}

void centre_reload(struct centre *centre, const char *yaml)
{
        struct att_command command = centre_command(ATT_CMD_CONFIG, NULL, NULL);
        command.config = centre_config(yaml);
        centre_step(centre, &command);
        att_config_unref(command.config);
}

void centre_agent(struct centre *centre, enum att_command_kind kind, const char *agent)
{
        struct att_command command = centre_command(kind, NULL, agent);
        centre_step(centre, &command);
}

void centre_contact(struct centre *centre, const char *id, const char *queue)
{
        struct att_command command = centre_command(ATT_CMD_CONTACT_ADD, id, NULL);
        command.request = (struct att_contact_request){
                .id = att_text_from(id),
                .channel = ATT_TEXT("voice"),
                .queue = att_text_from(queue),
                .priority_milli = ATT_ABSENT,
                .emotion_ppm = ATT_ABSENT,
                .not_before_ms = ATT_ABSENT,
                .waited_ms = ATT_ABSENT,
                .customer = {.lifetime_value_micro = -1, .churn_risk_ppm = -1, .last_spoke_ms = -1},
        };
        centre_step(centre, &command);
}

void centre_event(struct centre *centre, enum att_command_kind kind, const char *contact,
                  const char *agent)
{
        struct att_command command = centre_command(kind, contact, agent);
        centre_step(centre, &command);
}

void centre_wait(struct centre *centre, int64_t ms)
{
        int64_t until_ms = centre->now_ms + ms;
        att_buffer_clear(&centre->said);
        while (centre->now_ms < until_ms) {
                int64_t due_ms = att_core_next_deadline_ms(centre->core);
                struct att_command command = centre_command(ATT_CMD_TICK, NULL, NULL);
                step_at(centre, &command, due_ms < until_ms ? due_ms : until_ms);
        }
}

const char *centre_said(struct centre *centre)
{
        return centre->said.data ? centre->said.data : "";
}
