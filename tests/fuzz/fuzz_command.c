/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands in any order, about anything, with any numbers. The input is a program: a byte that says
 * which random centre, then for each command its kind, how much later it comes, and its fields, each
 * out of a few bytes. What a front end may send goes through the wire on its way, so that the engine
 * gets just what a front end could make it get. In the end everything is recounted, and the state is
 * saved and loaded, which must be the same state.
 */
#include <stdint.h>
#include <stdio.h>

#include "lib/base/arena.h"
#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/base/digest.h"
#include "lib/base/util.h"
#include "lib/core/core.h"
#include "lib/core/snapshot.h"
#include "lib/wire/codec.h"
#include "lib/wire/frame.h"
#include "lib/wire/scratch.h"
#include "tests/fuzz/fuzz.h"
#include "tests/naive/random_centre.h"

#define CENTRES      32
#define COMMANDS_MAX 400
#define CHECK_EVERY  64
#define LATEST_MS    (INT64_C(400) * 24 * 3600 * 1000) /* Hours are known for as long. */

static const struct att_config *centres[CENTRES];
static struct att_scratch scratch;
static struct att_buffer frame;

/* The input ----------------------------------------------------------------------------------- */

struct input {
        const uint8_t *data;
        size_t len;
        size_t at;
        struct att_arena arena; /* What is read from it lives here. */
};

static uint32_t take(struct input *input)
{
        return input->at < input->len ? input->data[input->at++] : 0;
}

static uint32_t below(struct input *input, uint32_t bound)
{
        return take(input) % bound;
}

/* Small ones, the edges, and any other. */
static int64_t take_number(struct input *input)
{
        static const int64_t some[] = {
                0,       1,         2,        5,         -1,        1000,      60000,     500000,
                1000000, 100000000, 86400000, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN, 1001,
        };
        const uint32_t which = take(input);
        int64_t number = 0;

        if (which < 192) {
                return some[which % ATT_ARRAY_LEN(some)];
        }
        for (uint32_t i = 0; i <= which % 8; i++) {
                number = (int64_t)((uint64_t)number << 8 | take(input));
        }
        return number;
}

/* Most numbers of a request are left out. */
static int64_t take_or_absent(struct input *input)
{
        return take(input) < 160 ? ATT_ABSENT : take_number(input);
}

/* A name of this kind, seldom any other word. */
static struct att_text take_name(struct input *input, char kind, uint32_t count)
{
        const uint32_t which = take(input);
        char word[32];
        size_t len = 0;

        if (which < 240) {
                (void)snprintf(word, sizeof(word), "%c%u", kind, which % count);
                return att_arena_text(&input->arena, att_text_from(word));
        }
        for (uint32_t i = 0; i < which % 32 && i < sizeof(word); i++) {
                word[len++] = (char)(1 + below(input, 127));
        }
        return att_arena_text(&input->arena, att_text_of(word, len));
}

static struct att_text take_rare_name(struct input *input, char kind, uint32_t count)
{
        return take(input) < 176 ? ATT_TEXT_NONE : take_name(input, kind, count);
}

static struct att_text take_word(struct input *input, const char *const *words, uint32_t count)
{
        const uint32_t which = take(input);

        return which < 240 ? att_text_from(words[which % count]) : take_name(input, 'x', 4);
}

static struct att_text take_channel(struct input *input)
{
        static const char *const channels[] = {"voice", "chat", "email"};

        return take_word(input, channels, ATT_ARRAY_LEN(channels));
}

static struct att_text take_reason(struct input *input)
{
        static const char *const reasons[] = {"", "lunch", "no_answer", "unreachable", "declined"};

        return take_word(input, reasons, ATT_ARRAY_LEN(reasons));
}

static const struct att_named_level *take_levels(struct input *input, uint32_t *ret_count)
{
        const uint32_t count = take(input) < 160 ? 0 : 1 + below(input, 4);
        struct att_named_level *levels = att_arena_take_array(&input->arena, count + 1,
                                                              sizeof(*levels));

        for (uint32_t i = 0; i < count; i++) {
                levels[i].skill = take_name(input, 's', 4);
                levels[i].level = below(input, 12);
        }
        *ret_count = count;
        return levels;
}

/* Commands ------------------------------------------------------------------------------------ */

static void take_customer(struct input *input, struct att_customer_info *customer)
{
        static const char *const tiers[] = {"", "gold", "silver", "t0", "t1"};

        customer->id = take_rare_name(input, 'u', 6);
        customer->tier = take_word(input, tiers, ATT_ARRAY_LEN(tiers));
        customer->currency = take(input) < 200 ? ATT_TEXT_NONE : ATT_TEXT("EUR");
        customer->lifetime_value_micro = take(input) < 160 ? -1 : take_number(input);
        customer->churn_risk_ppm = take(input) < 160 ? -1 : take_number(input);
        customer->last_agent = take_rare_name(input, 'a', 7);
        customer->last_spoke_ms = take(input) < 160 ? -1 : take_number(input);
        customer->last_went_badly = take(input) & 1;
        customer->last_contact = take_rare_name(input, 'c', 24);
        customer->last_closed_ms = take(input) < 160 ? -1 : take_number(input);
}

static void take_request(struct input *input, int64_t now_ms, struct att_contact_request *request)
{
        struct att_named_weight *prefers = att_arena_take(&input->arena, sizeof(*prefers));
        struct att_text *exclude = att_arena_take_array(&input->arena, 2, sizeof(*exclude));

        request->id = take_name(input, 'c', 24);
        request->channel = take_channel(input);
        request->queue = take_rare_name(input, 'q', 5);
        request->language = take(input) < 200 ? ATT_TEXT_NONE : ATT_TEXT("es-ES");
        request->text = take_reason(input);
        request->agent = take_rare_name(input, 'a', 7);
        request->preferred_agent = take_rare_name(input, 'a', 7);
        request->priority_milli = take_or_absent(input);
        request->emotion_ppm = take_or_absent(input);
        request->not_before_ms = take(input) < 200 ? ATT_ABSENT : now_ms + take_number(input) / 2;
        request->waited_ms = take_or_absent(input);
        request->keep_place = take(input) & 1;
        request->requires = take_levels(input, &request->requires_count);
        request->prefer_count = take(input) < 200 ? 0 : 1;
        *prefers = (struct att_named_weight){take_name(input, 's', 4), 1 + take(input)};
        request->prefers = prefers;
        request->exclude_count = take(input) < 200 ? 0 : 1 + below(input, 2);
        exclude[0] = take_name(input, 'a', 7);
        exclude[1] = take_name(input, 'a', 7);
        request->exclude = exclude;
        take_customer(input, &request->customer);
}

static void take_follow_up(struct input *input, int64_t now_ms,
                           struct att_follow_up_request *follow_up)
{
        follow_up->at_ms = take(input) < 160 ? 0 : now_ms + take_number(input) / 2;
        follow_up->expires_ms = take(input) < 160 ? 0 : now_ms + take_number(input) / 2;
        follow_up->agent = take_rare_name(input, 'a', 7);
        follow_up->queue = take_rare_name(input, 'q', 5);
        follow_up->what = take_reason(input);
}

static void take_incident(struct input *input, int64_t now_ms,
                          struct att_incident_request *incident)
{
        static const char *const fields[] = {"queue", "channel", "emotion", "text", "site", ""};
        static const char *const values[] = {"q0", "voice", ">= 0.5", "< 1", "*", "lunch", ""};
        const uint32_t count = below(input, 3);
        struct att_named_condition *when = att_arena_take_array(&input->arena, count + 1,
                                                                sizeof(*when));

        incident->id = take_name(input, 'i', 3);
        incident->title = take_reason(input);
        incident->message = take_reason(input);
        incident->points_milli = take(input) < 128 ? 0 : take_number(input);
        incident->until_ms = take(input) < 160 ? 0 : now_ms + take_number(input) / 2;
        for (uint32_t i = 0; i < count; i++) {
                struct att_text *words = att_arena_take_array(&input->arena, 2, sizeof(*words));

                when[i].field = take_word(input, fields, ATT_ARRAY_LEN(fields));
                when[i].value_count = below(input, 3);
                words[0] = take_word(input, values, ATT_ARRAY_LEN(values));
                words[1] = take_word(input, values, ATT_ARRAY_LEN(values));
                when[i].values = words;
        }
        incident->when = when;
        incident->when_count = count;
}

static void take_channels(struct input *input, struct att_command *command)
{
        struct att_text *channels = att_arena_take_array(&input->arena, 2, sizeof(*channels));

        command->presence.channel_count = take(input) < 200 ? 0 : 1 + below(input, 2);
        channels[0] = take_channel(input);
        channels[1] = take_channel(input);
        command->presence.channels = channels;
}

static void take_fields(struct input *input, struct att_command *command)
{
        switch (command->kind) {
        case ATT_CMD_CONFIG:
                command->config = centres[below(input, CENTRES)];
                break;
        case ATT_CMD_CONTACT_ADD:
                take_request(input, command->at_ms, &command->request);
                command->contact = command->request.id;
                break;
        case ATT_CMD_CONTACT_UPDATE:
                command->update.priority_milli = take_or_absent(input);
                command->update.emotion_ppm = take_or_absent(input);
                command->update.requires = take_levels(input, &command->update.requires_count);
                break;
        case ATT_CMD_CONTACT_ABANDON:
        case ATT_CMD_CONTACT_CANCEL:
        case ATT_CMD_CONTACT_END:
                command->end.disposition = take_reason(input);
                command->end.unanswered = take(input) > 200;
                if (command->kind == ATT_CMD_CONTACT_END) {
                        take_follow_up(input, command->at_ms, &command->end.follow_up);
                        command->end.notes = take_reason(input);
                }
                break;
        case ATT_CMD_CONTACT_TRANSFER:
                command->transfer.queue = take_rare_name(input, 'q', 5);
                command->transfer.agent = take_rare_name(input, 'a', 7);
                break;
        case ATT_CMD_CONTACT_HOLD:
                command->hold.held = take(input) & 1;
                break;
        case ATT_CMD_CONTACT_FEEDBACK:
                command->feedback.csat = (int32_t)below(input, 8) - 1;
                command->feedback.nps = (int32_t)below(input, 13) - 1;
                command->feedback.ces = (int32_t)below(input, 10) - 1;
                command->feedback.resolved = (int32_t)below(input, 4) - 1;
                command->feedback.emotion_ppm = take_or_absent(input);
                command->feedback.given_ms = take(input) < 200 ? 0 : take_number(input);
                command->feedback.text = take_reason(input);
                command->feedback.by = take_reason(input);
                break;
        case ATT_CMD_INCIDENT_ANNOUNCE:
                take_incident(input, command->at_ms, &command->incident);
                break;
        case ATT_CMD_INCIDENT_CLOSE:
                command->incident_close.id = take_name(input, 'i', 3);
                command->incident_close.message = take_reason(input);
                command->incident_close.close_contacts = take(input) & 1;
                break;
        case ATT_CMD_AGENT_READY:
                take_channels(input, command);
                break;
        case ATT_CMD_AGENT_PAUSE:
        case ATT_CMD_AGENT_OFFLINE:
                command->presence.reason = take_reason(input);
                break;
        case ATT_CMD_OFFER_ACCEPT:
        case ATT_CMD_OFFER_DECLINE:
                command->offer.offer = take(input) < 200 ? 0 : (uint64_t)take_number(input);
                command->offer.reason = take_reason(input);
                break;
        case ATT_CMD_OCCUPIED:
                command->occupied.channel = take_channel(input);
                break;
        case ATT_CMD_CUSTOMER_SET:
        case ATT_CMD_CUSTOMER_LINK:
        case ATT_CMD_CUSTOMER_UNLINK:
        case ATT_CMD_CUSTOMER_FORGET:
                command->customer.info.id = take_rare_name(input, 'u', 6);
                command->customer.alias = take_rare_name(input, 'u', 6);
                command->customer.is_conflict = take(input) > 200;
                break;
        case ATT_CMD_AWAY:
                command->away.away_ms = (int64_t)take(input) * 60000;
                break;
        case ATT_CMD_TICK:
        case ATT_CMD_WRAP_UP_DONE:
        case ATT_CMD_FREE:
        case ATT_CMD_FRONT_END_LOST:
        case ATT_CMD_FRONT_END_BACK:
        case ATT_CMD_PRICES:
        case ATT_CMD_KIND_COUNT:
                break;
        }
}

static struct att_command take_command(struct input *input, int64_t now_ms)
{
        static const int64_t later_ms[] = {0, 0, 0, 1, 1000, 5000, 30000, 600000, 86400000};
        const int64_t at_ms = now_ms + later_ms[below(input, ATT_ARRAY_LEN(later_ms))];
        struct att_command command;

        att_wire_command_init(&command, (enum att_command_kind)below(input, ATT_CMD_KIND_COUNT));
        command.at_ms = at_ms;
        command.front_end = take_name(input, 'f', 3);
        command.contact = take_name(input, 'c', 24);
        command.agent = take_name(input, 'a', 7);
        take_fields(input, &command);
        return command;
}

static bool is_the_shells(enum att_command_kind kind)
{
        return kind == ATT_CMD_TICK || kind == ATT_CMD_CONFIG || kind == ATT_CMD_FRONT_END_LOST ||
               kind == ATT_CMD_FRONT_END_BACK || kind == ATT_CMD_AWAY || kind == ATT_CMD_PRICES;
}

/* As it comes out of the wire; false: it does not. */
static bool send(struct att_command *command)
{
        static struct att_wire_message message;
        struct att_wire_problem problem;
        const struct att_command asked = *command;

        if (is_the_shells(command->kind)) {
                return true;
        }
        att_wire_message_init(&message, ATT_WIRE_COMMAND);
        message.request_id = 1;
        message.command = asked;
        att_buffer_clear(&frame);
        if (!att_wire_encode(&frame, &message) ||
            att_wire_decode((struct att_text){frame.data + ATT_FRAME_HEADER_BYTES,
                                              frame.len - ATT_FRAME_HEADER_BYTES},
                            &scratch, &message, &problem) != ATT_WIRE_OK) {
                return false;
        }
        *command = message.command;
        command->at_ms = asked.at_ms;
        command->front_end = asked.front_end;
        return true;
}

/* The engine ---------------------------------------------------------------------------------- */

static void explain(const struct att_core *core, struct input *input)
{
        struct att_buffer text = {0};
        const struct att_text contact = take_name(input, 'c', 24);
        const struct att_text agent = take_rare_name(input, 'a', 7);

        (void)att_core_explain(core, contact, agent, &text);
        att_buffer_deinit(&text);
}

static void check_saved(const struct att_core *core)
{
        struct att_buffer bytes = {0};
        struct att_buffer why = {0};
        struct att_core *twin;

        att_core_save(core, &bytes);
        twin = att_core_load(att_buffer_text(&bytes), att_core_config(core), &why);
        ATT_CHECK(twin && att_digest_equals(att_core_digest(twin), att_core_digest(core)));
        att_core_free(twin);
        att_buffer_deinit(&bytes);
        att_buffer_deinit(&why);
}

static int64_t make_centres(void)
{
        static int64_t start_ms;

        for (uint32_t i = 0; i < CENTRES && !centres[i]; i++) {
                struct random_run run;

                random_run_make(&run, i + 1, RANDOM_ALL, 1);
                centres[i] = att_config_ref(run.commands[0].config);
                start_ms = run.commands[0].at_ms;
                random_run_deinit(&run);
        }
        if (scratch.size == 0) {
                att_scratch_init(&scratch, ATT_SCRATCH_DAEMON_BYTES);
        }
        return start_ms;
}

static void run_program(struct input *input, struct att_core *core, int64_t start_ms)
{
        struct att_effects effects = {0};
        struct att_command command = {.kind = ATT_CMD_CONFIG, .at_ms = start_ms};
        uint64_t seq = 0;

        command.config = centres[below(input, CENTRES)];
        while (seq < COMMANDS_MAX && command.at_ms - start_ms < LATEST_MS) {
                command.seq = seq + 1;
                if (send(&command)) {
                        seq++;
                        att_core_step(core, &command, &effects);
                        if (seq % CHECK_EVERY == 0) {
                                att_core_check(core);
                        }
                }
                if (input->at >= input->len) {
                        break;
                }
                att_arena_deinit(&input->arena);
                if (take(input) == 255) {
                        explain(core, input);
                }
                command = take_command(input, att_core_now_ms(core));
        }
        att_effects_deinit(&effects);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        const int64_t start_ms = make_centres();
        struct input input = {.data = data, .len = size};
        struct att_core *core = att_core_new();

        run_program(&input, core, start_ms);
        att_core_check(core);
        check_saved(core);
        att_core_free(core);
        att_arena_deinit(&input.arena);
        return 0;
}
