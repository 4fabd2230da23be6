/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/address.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* getaddrinfo() takes 99999 too, and cuts it. */
static bool is_port(const char *text)
{
        size_t len = strlen(text);

        return len > 0 && len < 6 && strspn(text, "0123456789") == len &&
               strtoul(text, NULL, 10) <= UINT16_MAX;
}

static bool split(const char *where, char host[256], char port[8])
{
        const char *colon = strrchr(where, ':');
        size_t len = colon ? (size_t)(colon - where) : 0;

        if (len == 0 || len >= 256 || !is_port(colon + 1)) {
                return false;
        }
        if (where[0] == '[' && where[len - 1] == ']') {
                where++;
                len -= 2;
        }
        memcpy(host, where, len);
        host[len] = '\0';
        memcpy(port, colon + 1, strlen(colon + 1) + 1);
        return true;
}

int address_resolve(const char *where, const char *option, struct addrinfo **ret_found,
                    struct att_buffer *why)
{
        const struct addrinfo hints = {.ai_family = AF_UNSPEC,
                                       .ai_socktype = SOCK_STREAM,
                                       .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
        char host[256];
        char port[8];
        int error;

        if (!split(where, host, port)) {
                att_buffer_printf(why, "%s: %s takes HOST:PORT, a port from 0 to 65535", where,
                                  option);
                return -EINVAL;
        }
        error = getaddrinfo(host, port, &hints, ret_found);
        if (error != 0) {
                att_buffer_printf(why, "%s: %s", where, gai_strerror(error));
                return -EINVAL;
        }
        return 0;
}

static int bind_to(const struct addrinfo *found, int backlog)
{
        const int fd = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        const int on = 1;
        int error;

        if (fd < 0) {
                return -errno;
        }
        if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
            bind(fd, found->ai_addr, found->ai_addrlen) == 0 && listen(fd, backlog) == 0) {
                return fd;
        }
        error = -errno;
        (void)close(fd);
        return error;
}

int address_listen(const char *where, const char *option, int backlog, char text[ADDRESS_TEXT_SIZE],
                   struct att_buffer *why)
{
        struct sockaddr_storage address;
        socklen_t len = sizeof(address);
        struct addrinfo *found;
        int fd = address_resolve(where, option, &found, why);

        if (fd < 0) {
                return fd;
        }
        fd = bind_to(found, backlog);
        freeaddrinfo(found);
        if (fd < 0) {
                att_buffer_printf(why, "%s: %s", where, strerror(-fd));
        } else if (getsockname(fd, (struct sockaddr *)&address, &len) == 0) {
                address_format((const struct sockaddr *)&address, len, text);
        }
        return fd;
}

void address_format(const struct sockaddr *address, socklen_t len, char text[ADDRESS_TEXT_SIZE])
{
        char host[64] = "?";
        char port[8] = "?";

        (void)getnameinfo(address, len, host, sizeof(host), port, sizeof(port),
                          NI_NUMERICHOST | NI_NUMERICSERV);
        (void)snprintf(text, ADDRESS_TEXT_SIZE,
                       address->sa_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
}
