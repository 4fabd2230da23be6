/* SPDX-License-Identifier: Apache-2.0 */
/* attunectl contact add */
#include <stdio.h>
#include <time.h>

#include "lib/base/util.h"
#include "lib/wire/message.h"
#include "tools/attunectl/arguments.h"
#include "tools/attunectl/commands.h"
#include "tools/attunectl/requirements.h"

#define ID_SIZE 48

/* What the request's arrays point to. */
struct room {
        struct att_named_level requires[ATT_REQUIREMENTS_MAX];
        struct att_named_weight prefers[ATT_REQUIREMENTS_MAX];
        struct att_text exclude[ATT_EXCLUDES_MAX];
        struct att_pair attributes[ATT_ATTRIBUTES_MAX];
        char id[ID_SIZE];
};

/* One that no front end chose: by the time, to the microsecond. */
static struct att_text make_id(char id[ID_SIZE])
{
        struct timespec now = {0};

        (void)clock_gettime(CLOCK_REALTIME, &now);
        (void)snprintf(id, ID_SIZE, "hand-%lld%06ld", (long long)now.tv_sec, now.tv_nsec / 1000);
        return att_text_from(id);
}

static void read_texts(const struct arguments *arguments, struct att_contact_request *request)
{
        request->queue = argument_text(arguments, "queue");
        request->entry_point = argument_text(arguments, "entry-point");
        request->language = argument_text(arguments, "language");
        request->text = argument_text(arguments, "text");
        request->intent = argument_text(arguments, "intent");
        request->agent = argument_text(arguments, "agent");
        request->preferred_agent = argument_text(arguments, "preferred-agent");
        request->address = argument_text(arguments, "address");
        request->keep_place = argument_is_given(arguments, "keep-place");
        request->customer.id = argument_text(arguments, "customer");
        request->customer.name = argument_text(arguments, "customer-name");
        request->customer.tier = argument_text(arguments, "tier");
        request->customer.currency = argument_text(arguments, "currency");
        request->customer.notes = argument_text(arguments, "notes");
}

static bool read_numbers(struct ctl *ctl, const struct arguments *arguments,
                         struct att_contact_request *request)
{
        int64_t in_ms = -1;
        struct timespec now = {0};

        if (!argument_scaled(ctl, arguments, "priority", 3, &request->priority_milli) ||
            !argument_share(ctl, arguments, "emotion", &request->emotion_ppm) ||
            !argument_duration(ctl, arguments, "waited", &request->waited_ms) ||
            !argument_scaled(ctl, arguments, "value", 6, &request->customer.lifetime_value_micro) ||
            !argument_share(ctl, arguments, "churn-risk", &request->customer.churn_risk_ppm) ||
            !argument_duration(ctl, arguments, "in", &in_ms)) {
                return false;
        }
        if (in_ms >= 0) {
                (void)clock_gettime(CLOCK_REALTIME, &now);
                request->not_before_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + in_ms;
        }
        return true;
}

static bool read_exclude(struct ctl *ctl, const struct arguments *arguments,
                         struct att_contact_request *request, struct room *room)
{
        struct argument_list list = argument_list(arguments, "exclude");
        struct att_text agent;

        while (argument_list_next(&list, &agent)) {
                if (request->exclude_count == ATT_EXCLUDES_MAX) {
                        ctl_complain(ctl, "--exclude takes at most %d agents", ATT_EXCLUDES_MAX);
                        return false;
                }
                room->exclude[request->exclude_count++] = agent;
        }
        request->exclude = room->exclude;
        return true;
}

static bool read_attributes(struct ctl *ctl, const struct arguments *arguments,
                            struct att_contact_request *request, struct room *room)
{
        struct argument_list list = argument_list(arguments, "attribute");
        struct att_text value;

        while (argument_list_next(&list, &value)) {
                struct att_pair pair;

                if (request->attribute_count == ATT_ATTRIBUTES_MAX ||
                    !argument_split(value, '=', &pair.key, &pair.value)) {
                        ctl_complain(ctl, "--attribute takes KEY=VALUE, at most %d of them",
                                     ATT_ATTRIBUTES_MAX);
                        return false;
                }
                room->attributes[request->attribute_count++] = pair;
        }
        request->attributes = room->attributes;
        return true;
}

static enum verdict run(struct ctl *ctl, const struct arguments *arguments)
{
        struct att_command command;
        struct att_contact_request *request = &command.request;
        struct room room;
        char sentence[256];

        att_wire_command_init(&command, ATT_CMD_CONTACT_ADD);
        request->id = arguments->word_count > 0 ? argument_word(arguments, 0) : make_id(room.id);
        command.contact = request->id;
        request->channel = argument_is_given(arguments, "channel")
                                   ? argument_text(arguments, "channel")
                                   : ATT_TEXT("voice");
        request->requires = room.requires;
        request->prefers = room.prefers;
        read_texts(arguments, request);
        if (!read_numbers(ctl, arguments, request) ||
            !read_levels(ctl, arguments, "requires", room.requires, &request->requires_count) ||
            !read_weights(ctl, arguments, "prefers", room.prefers, &request->prefer_count) ||
            !read_exclude(ctl, arguments, request, &room) ||
            !read_attributes(ctl, arguments, request, &room)) {
                return VERDICT_USAGE;
        }
        (void)snprintf(sentence, sizeof(sentence), "Contact %.*s is there",
                       ATT_TEXT_ARGS(request->id));
        return ctl_do(ctl, &command, sentence);
}

static const struct option_row options[] = {
        {"queue", "QUEUE", "without it the intake rules decide", 'q'},
        {"channel", "CHANNEL", "voice, chat, email ... (voice)", 'c'},
        {"customer", "ID", "who it is", 0},
        {"customer-name", "NAME", "what they are called", 0},
        {"tier", "TIER", "one of the configuration's", 0},
        {"value", "AMOUNT", "the customer's lifetime value", 0},
        {"currency", "CODE", "of that value, ISO 4217", 0},
        {"churn-risk", "SHARE", "0 to 1", 0},
        {"notes", "TEXT", "what an agent should know", 0},
        {"entry-point", "WORD", "the number, address or page that was used", 0},
        {"language", "CODE", "BCP 47: es, pt-BR", 'l'},
        {"text", "TEXT", "what the customer said or wrote", 't'},
        {"intent", "INTENT", "one of the configuration's", 'i'},
        {"priority", "POINTS", "added to the queue's", 'p'},
        {"emotion", "SHARE", "negative intensity, 0 to 1", 'e'},
        {"requires", "SKILL:LEVEL", "beyond the queue's; again, or with commas: several", 'r'},
        {"prefers", "SKILL:WEIGHT", "the same, not required", 0},
        {"agent", "AGENT", "only this agent, for the policy's agent_wait", 'a'},
        {"preferred-agent", "AGENT", "this agent if possible", 0},
        {"exclude", "AGENT", "never this agent; again, or with commas: several", 0},
        {"waited", "DURATION", "how long the customer has waited already", 'w'},
        {"in", "DURATION", "to be offered only then", 0},
        {"keep-place", NULL, "a call back that waits in the queue: the agent first", 0},
        {"address", "ADDRESS", "where the customer is called back", 0},
        {"attribute", "KEY=VALUE", "again, or with commas: several", 0},
        {0},
};

const struct command command_contact_add = {
        .name = "contact add",
        .arguments = "[CONTACT] [OPTION]...",
        .summary = "a contact that wants an agent; without an id it gets one",
        .details =
                "The same request under the same id is the same contact, and answered as before.",
        .options = options,
        .words_max = 1,
        .run = run,
};
