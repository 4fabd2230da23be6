/* SPDX-License-Identifier: Apache-2.0 */
/* attunectl status */
#include "lib/base/util.h"
#include "tools/attunectl/arguments.h"
#include "tools/attunectl/commands.h"
#include "tools/attunectl/show.h"

/* ---- JSON ---- */

static void put_contacts(struct att_json *json, const struct att_wire_status *status)
{
        att_json_key(json, "contacts");
        att_json_begin_object(json);
        for (int state = 0; state < ATT_CONTACT_CLOSED; state++) {
                json_count(json, att_contact_state_name((enum att_contact_state)state),
                           show_count_at(status->contacts, status->contact_count, (size_t)state));
        }
        att_json_end_object(json);
        att_json_key(json, "outcomes");
        att_json_begin_object(json);
        for (int outcome = ATT_OUTCOME_NONE + 1; outcome < ATT_OUTCOME_COUNT; outcome++) {
                json_count(json, att_outcome_name((enum att_outcome)outcome),
                           show_count_at(status->outcomes, status->outcome_count, (size_t)outcome));
        }
        att_json_end_object(json);
}

static void put_agents(struct att_json *json, const struct att_wire_status *status)
{
        att_json_key(json, "agents");
        att_json_begin_object(json);
        for (int presence = 0; presence < ATT_PRESENCE_COUNT; presence++) {
                json_count(json, att_presence_name((enum att_presence)presence),
                           show_count_at(status->agents, status->agent_count, (size_t)presence));
        }
        att_json_end_object(json);
}

static void put_promises(struct att_json *json, const struct att_wire_status *status)
{
        att_json_key(json, "promises");
        att_json_begin_object(json);
        json_count(json, "made", status->promises);
        json_count(json, "kept", status->promises_kept);
        json_count(json, "expired", status->promises_expired);
        json_count(json, "cancelled", status->promises_cancelled);
        att_json_end_object(json);
}

static void write_json(struct att_buffer *out, const struct att_wire_status *status)
{
        struct att_json json;

        att_json_init(&json, out);
        att_json_begin_object(&json);
        json_text(&json, "version", status->version);
        json_count(&json, "behaviour", status->behaviour);
        json_number(&json, "started_ms", status->started_ms);
        json_number(&json, "now_ms", status->now_ms);
        json_number(&json, "up_ms", status->now_ms - status->started_ms);
        json_bool(&json, "draining", status->draining);
        json_text(&json, "config_digest", status->config_digest);
        json_text(&json, "config_path", status->config_path);
        put_contacts(&json, status);
        put_agents(&json, status);
        json_count(&json, "interactions", status->interactions);
        json_count(&json, "customers", status->customers);
        json_count(&json, "sessions", status->sessions);
        json_count(&json, "commands", status->commands);
        json_count(&json, "refused", status->refused);
        json_count(&json, "offers", status->offers);
        json_count(&json, "surveys", status->surveys);
        json_count(&json, "repeats", status->repeats);
        put_promises(&json, status);
        json_count(&json, "incidents", status->incidents);
        json_count(&json, "seq", status->seq);
        json_count(&json, "durable_seq", status->durable_seq);
        json_count(&json, "snapshot_seq", status->snapshot_seq);
        json_text(&json, "journal_path", status->journal_path);
        json_number(&json, "journal_bytes", status->journal_bytes);
        json_text(&json, "history", status->history);
        json_count(&json, "history_seq", status->history_seq);
        json_text(&json, "history_reason", status->history_reason);
        json_text(&json, "state_digest", status->state_digest);
        json_number(&json, "rss_bytes", status->rss_bytes);
        json_text(&json, "last_error", status->last_error);
        json_number(&json, "last_error_ms", status->last_error_ms);
        att_json_end_object(&json);
        att_buffer_append_byte(out, '\n');
}

/* ---- For people ---- */

static void write_contacts(struct att_buffer *out, const struct att_wire_status *status)
{
        uint64_t closed = 0;

        att_buffer_printf(
                out, "contacts    %llu waiting, %llu on offer, %llu connected, %llu scheduled\n",
                (unsigned long long)show_count_at(status->contacts, status->contact_count,
                                                  ATT_CONTACT_QUEUED),
                (unsigned long long)show_count_at(status->contacts, status->contact_count,
                                                  ATT_CONTACT_OFFERED),
                (unsigned long long)show_count_at(status->contacts, status->contact_count,
                                                  ATT_CONTACT_CONNECTED),
                (unsigned long long)show_count_at(status->contacts, status->contact_count,
                                                  ATT_CONTACT_SCHEDULED));
        att_buffer_append_c(out, "closed      ");
        for (int outcome = ATT_OUTCOME_NONE + 1; outcome < ATT_OUTCOME_COUNT; outcome++) {
                uint64_t count = show_count_at(status->outcomes, status->outcome_count,
                                               (size_t)outcome);

                if (count > 0) {
                        att_buffer_printf(out, "%s%llu %s", closed > 0 ? ", " : "",
                                          (unsigned long long)count,
                                          att_outcome_name((enum att_outcome)outcome));
                }
                closed += count;
        }
        att_buffer_append_c(out, closed == 0 ? "none\n" : "\n");
}

static void write_agents(struct att_buffer *out, const struct att_wire_status *status)
{
        att_buffer_printf(out,
                          "agents      %llu ready, %llu paused, %llu offline; %u interactions\n",
                          (unsigned long long)show_count_at(status->agents, status->agent_count,
                                                            ATT_PRESENCE_READY),
                          (unsigned long long)show_count_at(status->agents, status->agent_count,
                                                            ATT_PRESENCE_PAUSED),
                          (unsigned long long)show_count_at(status->agents, status->agent_count,
                                                            ATT_PRESENCE_OFFLINE),
                          status->interactions);
}

/* Nothing of it in a centre that has none of it. */
static void write_care(struct att_buffer *out, const struct att_wire_status *status)
{
        if (status->incidents > 0) {
                att_buffer_printf(out, "incidents   %u open (attunectl incident list)\n",
                                  status->incidents);
        }
        if (status->promises > 0) {
                att_buffer_printf(out, "promises    %llu, %llu of them kept, %llu expired\n",
                                  (unsigned long long)status->promises,
                                  (unsigned long long)status->promises_kept,
                                  (unsigned long long)status->promises_expired);
        }
        if (status->surveys > 0 || status->repeats > 0) {
                att_buffer_printf(out, "customers   %llu asked how it was, %llu back within days\n",
                                  (unsigned long long)status->surveys,
                                  (unsigned long long)status->repeats);
        }
}

static void write_journal(struct att_buffer *out, const struct att_wire_status *status)
{
        att_buffer_printf(out, "commands    %llu, %llu of them refused; %llu offers\n",
                          (unsigned long long)status->commands, (unsigned long long)status->refused,
                          (unsigned long long)status->offers);
        att_buffer_printf(out, "journal     at %llu, durable to %llu",
                          (unsigned long long)status->seq, (unsigned long long)status->durable_seq);
        if (status->snapshot_seq > 0) {
                att_buffer_printf(out, ", snapshot at %llu",
                                  (unsigned long long)status->snapshot_seq);
        }
        att_buffer_append_c(out, "; ");
        show_bytes(out, status->journal_bytes);
        if (!att_text_is_empty(status->journal_path)) {
                att_buffer_append_c(out, " in ");
                show_plain(out, status->journal_path);
        }
        att_buffer_append_byte(out, '\n');
}

static void write_history(struct att_buffer *out, const struct att_wire_status *status)
{
        if (att_text_is_empty(status->history)) {
                att_buffer_append_c(out, "history     not written\n");
                return;
        }
        att_buffer_append_c(out, "history     ");
        show_plain(out, status->history);
        att_buffer_printf(out, ", at %llu", (unsigned long long)status->history_seq);
        if (!att_text_is_empty(status->history_reason)) {
                att_buffer_append_c(out, ": ");
                show_plain(out, status->history_reason);
        }
        att_buffer_append_byte(out, '\n');
}

static void write_text(struct att_buffer *out, const struct att_wire_status *status)
{
        att_buffer_append_c(out, "attuned     ");
        show_plain(out, status->version);
        att_buffer_append_c(out, ", up ");
        show_duration(out, att_max_i64(status->now_ms - status->started_ms, 0));
        att_buffer_append_c(out, " since ");
        show_time(out, status->started_ms);
        att_buffer_append_c(out, status->draining ? "; draining: it is about to stop\n" : "\n");
        att_buffer_append_c(out, "config      ");
        show_plain(out, status->config_digest);
        if (!att_text_is_empty(status->config_path)) {
                att_buffer_append_c(out, " from ");
                show_plain(out, status->config_path);
        }
        att_buffer_append_byte(out, '\n');
        write_contacts(out, status);
        write_agents(out, status);
        att_buffer_printf(out, "sessions    %u; %u customers known; ", status->sessions,
                          status->customers);
        show_bytes(out, status->rss_bytes);
        att_buffer_append_c(out, " of memory\n");
        write_care(out, status);
        write_journal(out, status);
        write_history(out, status);
        att_buffer_append_c(out, "last error  ");
        if (att_text_is_empty(status->last_error)) {
                att_buffer_append_c(out, "none\n");
                return;
        }
        show_time(out, status->last_error_ms);
        att_buffer_append_c(out, ": ");
        show_plain(out, status->last_error);
        att_buffer_append_byte(out, '\n');
}

static enum verdict run(struct ctl *ctl, const struct arguments *arguments)
{
        struct att_wire_message question;
        struct att_wire_answer answer;

        (void)arguments;
        att_wire_message_init(&question, ATT_WIRE_STATUS);
        if (!ctl_ask(ctl, &question, ATT_WIRE_RESULT_STATUS, &answer)) {
                return VERDICT_NO;
        }
        if (ctl->json) {
                write_json(&ctl->out, &answer.status);
        } else {
                write_text(&ctl->out, &answer.status);
        }
        return VERDICT_DONE;
}

const struct command command_status = {
        .name = "status",
        .arguments = "",
        .summary = "how attuned is: since when, on which configuration, what it holds",
        .run = run,
};
