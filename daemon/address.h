/* SPDX-License-Identifier: Apache-2.0 */
/* Where to listen, as people write it: HOST:PORT, [HOST]:PORT. */
#ifndef ATT_DAEMON_ADDRESS_H
#define ATT_DAEMON_ADDRESS_H

#include <netdb.h>
#include <sys/socket.h>

#include "lib/base/buffer.h"
#include "lib/base/check.h"

#define ADDRESS_TEXT_SIZE 80

/* `option` is for the sentence. 0 and what to freeaddrinfo(), or -EINVAL and a sentence. */
ATT_MUST_USE int address_resolve(const char *where, const char *option, struct addrinfo **ret_found,
                                 struct att_buffer *why);
/* A socket that listens there, without blocking, or a negative errno and a sentence. `text` gets the
 * address as it was bound: with the port that the system chose for 0. */
ATT_MUST_USE int address_listen(const char *where, const char *option, int backlog,
                                char text[ADDRESS_TEXT_SIZE], struct att_buffer *why);
/* With digits for both. */
void address_format(const struct sockaddr *address, socklen_t len, char text[ADDRESS_TEXT_SIZE]);

#endif
