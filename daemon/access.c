/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/access.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/util.h"

#define TOKEN_BYTES_MAX 1024

/* Where relative paths of a configuration start. */
static char *folder_of(const char *config_path)
{
        ATT_CLEANUP(att_free_pointer) char *copy = att_text_dup(att_text_from(config_path));
        struct stat status;

        if (stat(config_path, &status) == 0 && S_ISDIR(status.st_mode)) {
                return ATT_STEAL(copy);
        }
        return att_text_dup(att_text_from(dirname(copy)));
}

static char *path_of(const char *folder, struct att_text file)
{
        char *path = NULL;

        if (file.data[0] == '/') {
                return att_text_dup(file);
        }
        ATT_CHECK(asprintf(&path, "%s/%.*s", folder, ATT_TEXT_ARGS(file)) >= 0);
        return path;
}

static size_t len_without_space(const char *bytes, size_t len)
{
        while (len > 0 && strchr(" \t\r\n", bytes[len - 1])) {
                len--;
        }
        return len;
}

/* NULL and errno, which is 0 for a file that is empty or too long. */
static char *read_token(const char *path)
{
        char bytes[TOKEN_BYTES_MAX + 1] = {0};
        char *token = NULL;
        ssize_t got;
        int fd = open(path, O_RDONLY | O_CLOEXEC);

        if (fd < 0) {
                return NULL;
        }
        got = read(fd, bytes, sizeof(bytes));
        if (got >= 0) {
                size_t len = len_without_space(bytes, (size_t)got);

                errno = 0;
                token = len == 0 || len > TOKEN_BYTES_MAX ? NULL : att_strndup(bytes, len);
        }
        close(fd);
        explicit_bzero(bytes, sizeof(bytes));
        return token;
}

static void load_entry(struct access_entry *entry, const struct att_access *from,
                       const char *folder, struct att_buffer *problems)
{
        ATT_CLEANUP(att_free_pointer) char *path = NULL;

        entry->name = att_text_dup(from->name);
        entry->role = from->role;
        entry->uid = from->uid;
        if (att_text_is_empty(from->token_file)) {
                return;
        }
        path = path_of(folder, from->token_file);
        entry->token = read_token(path);
        if (!entry->token) {
                att_buffer_printf(problems, "access of '%s': %s: %s\n", entry->name, path,
                                  errno ? strerror(errno) : "is empty, or no token");
        }
}

void access_load(struct access_rules *rules, const struct att_config *config,
                 const char *config_path, struct att_buffer *problems)
{
        ATT_CLEANUP(att_free_pointer) char *folder = folder_of(config_path);

        *rules = (struct access_rules){0};
        rules->entries = att_alloc_array(config->access_count + 1, sizeof(*rules->entries));
        for (uint32_t i = 0; i < config->access_count; i++) {
                struct access_entry *entry = &rules->entries[rules->count++];

                load_entry(entry, &config->access[i], folder, problems);
                att_map_add(&rules->by_name, &entry->by_name, att_text_from(entry->name));
        }
}

void access_deinit(struct access_rules *rules)
{
        for (uint32_t i = 0; i < rules->count; i++) {
                struct access_entry *entry = &rules->entries[i];

                if (entry->token) {
                        explicit_bzero(entry->token, strlen(entry->token));
                }
                free(entry->token);
                free(entry->name);
        }
        free(rules->entries);
        att_map_deinit(&rules->by_name);
        *rules = (struct access_rules){0};
}

static const struct access_entry *find_entry(const struct access_rules *rules, struct att_text name)
{
        const struct att_map_node *node = att_map_find(&rules->by_name, name);

        return node ? ATT_CONTAINER_OF_CONST(node, struct access_entry, by_name) : NULL;
}

/* Takes as long for a token that is nearly right as for one that is all wrong. */
static bool is_token(const char *token, struct att_text shown)
{
        const size_t len = strlen(token);
        volatile unsigned char difference = len == shown.len ? 0 : 1;

        for (size_t i = 0; i < shown.len; i++) {
                difference |= (unsigned char)(token[len ? i % len : 0] ^ shown.data[i]);
        }
        return difference == 0;
}

static bool is_owner(const struct peer *peer)
{
        return peer->is_local && (peer->uid == geteuid() || peer->uid == 0);
}

enum att_role access_decide(const struct access_rules *rules, const struct peer *peer,
                            struct att_text name, struct att_text token)
{
        const struct access_entry *entry = find_entry(rules, name);

        if (!att_text_is_empty(token)) {
                return entry && entry->token && is_token(entry->token, token) ? entry->role
                                                                              : ATT_ROLE_NONE;
        }
        if (is_owner(peer)) {
                return ATT_ROLE_SUPERVISOR;
        }
        if (entry && peer->is_local && entry->uid >= 0 && (uid_t)entry->uid == peer->uid) {
                return entry->role;
        }
        return ATT_ROLE_NONE;
}

struct att_text access_agent(const struct att_config *config, struct att_text name,
                             struct att_text wanted)
{
        if (att_text_is_empty(wanted) || att_text_equals(wanted, name)) {
                return name;
        }
        return att_config_find_agent(config, name) == ATT_NONE ? wanted : ATT_TEXT_NONE;
}
