/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands about customers, and questions about them: what only the memory can check, and its answers.
 * One customer is answered from memory, after a look into the history where need be (daemon/memory.h);
 * all of them by a thread that reads a page, once the history knows what had been decided when it was
 * asked.
 */
#ifndef ATT_DAEMON_CUSTOMERS_H
#define ATT_DAEMON_CUSTOMERS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/check.h"
#include "lib/core/command.h"

#define CUSTOMERS_PAGE_MAX  256
#define CUSTOMERS_BEHIND_MS 5000 /* So long a page waits for a history that is behind. */
#define CUSTOMERS_PAGES_MAX 4    /* Asked for at a time. */

struct app;
struct session;

/* Whether the command, about a customer or a customer's contact, may be executed; it was answered if
 * not. A command to forget gets the names that go with it. */
ATT_MUST_USE bool customers_allow(struct session *session, uint64_t request_id,
                                  struct att_command *command);

#endif
