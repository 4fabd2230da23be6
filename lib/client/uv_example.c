/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole front end in a page: brings one contact, connects it when its agent accepts, ends it.
 *
 *      cc example.c -o example $(pkg-config --cflags --libs attune-client-uv)
 *      ./example /run/attune/attune.sock
 *
 * The agent ann must exist; here she accepts by herself.
 */
#include <stdio.h>
#include <uv.h>

#include "lib/client/uv.h"

#define ANN ATT_TEXT("ann")

/* Everything that this front end holds, told again to an attune that does not remember it. */
static void tell_all(struct att_client *client)
{
        struct att_contact_request request;

        (void)att_client_ready(client, ANN, NULL, 0);
        att_client_request_init(&request, ATT_TEXT("call-1"), ATT_TEXT("voice"));
        request.queue = ATT_TEXT("general");
        request.customer.name = ATT_TEXT("Jane Doe");
        request.text = ATT_TEXT("My card is gone");
        (void)att_client_add_contact(client, &request);
}

static void on_push(struct att_client_uv *uv, const struct att_wire_push *push)
{
        struct att_client *client = att_client_uv_client(uv);
        const struct att_effect *effect = &push->effect;

        switch ((int)effect->kind) { /* Kinds that don't matter here are passed over. */
        case ATT_EFFECT_QUEUED:
                printf("%.*s waits in %.*s, place %u\n", ATT_TEXT_ARGS(effect->contact),
                       ATT_TEXT_ARGS(effect->queue), effect->position);
                break;
        case ATT_EFFECT_OFFER:
                printf("offered to %.*s: %.*s\n", ATT_TEXT_ARGS(effect->agent),
                       ATT_TEXT_ARGS(push->why));
                (void)att_client_accept(client, effect->contact, effect->agent, effect->offer);
                break;
        case ATT_EFFECT_CONNECT:
                printf("connected\n");
                (void)att_client_end_contact(client, effect->contact, ATT_TEXT_NONE);
                break;
        case ATT_EFFECT_CLOSED:
                printf("closed: %s\n", effect->outcome == ATT_OUTCOME_HANDLED ? "handled" : "not");
                (void)att_client_offline(client, ANN, ATT_TEXT_NONE);
                att_client_uv_close(uv, NULL);
                break;
        default:
                break;
        }
}

static void on_event(struct att_client_uv *uv, const struct att_client_event *event, void *context)
{
        (void)context;
        if (event->kind == ATT_CLIENT_WELCOME && !event->welcome->resumed) {
                tell_all(att_client_uv_client(uv));
        } else if (event->kind == ATT_CLIENT_PUSH) {
                on_push(uv, event->push);
        } else if (event->kind == ATT_CLIENT_ANSWER &&
                   event->answer->kind == ATT_WIRE_RESULT_ERROR) {
                printf("refused: %.*s\n", ATT_TEXT_ARGS(event->answer->error.message));
        }
}

static void on_lost(struct att_client_uv *uv, int error, void *context)
{
        (void)uv;
        (void)context;
        printf("no connection: %s\n", uv_strerror(error));
}

int main(int argc, char **argv)
{
        uv_loop_t *loop = uv_default_loop();
        struct att_client_uv_options options = {
                .client = {.name = ATT_TEXT("example"), .kind = ATT_TEXT("example")}};

        if (argc != 2) {
                fprintf(stderr, "usage: example SOCKET\n");
                return 2;
        }
        options.path = argv[1];
        if (!att_client_uv_new(loop, &options, on_event, on_lost, NULL)) {
                return 1;
        }
        (void)uv_run(loop, UV_RUN_DEFAULT);
        return uv_loop_close(loop) == 0 ? 0 : 1;
}
