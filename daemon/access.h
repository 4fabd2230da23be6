/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may connect, and as what: the configuration's `access:` with its tokens read in.
 *
 * Tokens are read when the configuration is loaded, and again at every reload, so that a new one
 * works without a restart.
 */
#ifndef ATT_DAEMON_ACCESS_H
#define ATT_DAEMON_ACCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/base/buffer.h"
#include "lib/base/map.h"
#include "lib/base/text.h"
#include "lib/model/config.h"

struct access_entry {
        char *name;  /* Owned. */
        char *token; /* Owned; NULL: none, or it could not be read. */
        enum att_role role;
        int64_t uid; /* -1: none. */
        struct att_map_node by_name;
};

struct access_rules {
        struct access_entry *entries; /* Owned. */
        uint32_t count;
        struct att_map by_name; /* Ten thousand desktops may come at once. */
};

/* Who is at the other end. */
struct peer {
        bool is_local; /* On the unix socket: `uid` is known for certain. */
        uid_t uid;
};

/* A token file that can't be read is a sentence in `problems`, a line each; its front end can't
 * connect by token. `config_path` is where relative paths start: the folder, or the file's. */
void access_load(struct access_rules *rules, const struct att_config *config,
                 const char *config_path, struct att_buffer *problems);
void access_deinit(struct access_rules *rules);

/* The role, or ATT_ROLE_NONE: denied. The daemon's own user and root are supervisors on the unix
 * socket, unless they show a token: then it decides. */
enum att_role access_decide(const struct access_rules *rules, const struct peer *peer,
                            struct att_text name, struct att_text token);

/* The agent that a desktop of this name may act for when it asks for `wanted` (empty: the one of its
 * own name): one that has the name of an agent is that agent's alone. Empty: denied. */
struct att_text access_agent(const struct att_config *config, struct att_text name,
                             struct att_text wanted);

#endif
