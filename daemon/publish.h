/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Effects on their way out: pushes to front ends and desktops, lines to the route log and to those
 * who follow it.
 *
 * A contact's effects go to its front end; what also concerns an agent goes to the desktops that act
 * for the agent and to the front end that signed the agent in. Nobody is told twice.
 */
#ifndef ATT_DAEMON_PUBLISH_H
#define ATT_DAEMON_PUBLISH_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/base/digest.h"
#include "lib/core/command.h"
#include "lib/core/effect.h"

struct app;
struct feed;

struct publisher {
        struct att_buffer line;            /* Of the route log, being made. */
        struct att_buffer why;             /* Of an offer, being made. */
        char config[ATT_DIGEST_TEXT_SIZE]; /* In force, as text. */
};

void publisher_deinit(struct publisher *publisher);

/* Right after the step: effects are borrowed from it. */
void publish(struct app *app, const struct att_command *command, const struct att_effects *effects);
/* What became of a contact's place (daemon/positions.h), to the feeds of its front end that have
 * acknowledged all that they were pushed up to `since_ms`. False: there was none. */
bool publish_position(struct app *app, const struct att_effect *news, int64_t since_ms);
/* A line to the route log and its followers that is no effect. `publisher.line` holds it. */
void publish_line(struct app *app, struct att_text contact, struct att_text queue,
                  struct att_text agent, const char *event);
/* Puts what the feed's window lets through, and the outbox has room for, into the outbox. */
void publish_feed(struct feed *feed);

#endif
