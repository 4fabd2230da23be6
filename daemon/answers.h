/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What requests were answered, kept so that one that comes again gets the same answer and has no
 * second effect.
 *
 * A client is one line of request numbers of a front end: a session and those that went on with its
 * resume token, also after a restart of attuned. Its last ANSWERS_A_CLIENT answers are kept as the
 * bytes that were sent, ANSWERS_BYTES_A_CLIENT of them at most; the clients that were silent longest
 * are forgotten first when all of them hold more than ANSWERS_BYTES_MAX.
 *
 * Nothing of this is written: the journal says of every command which client asked for it under
 * which number, and the replay gives the same answer again (answer_put() in daemon/execute.h).
 */
#ifndef ATT_DAEMON_ANSWERS_H
#define ATT_DAEMON_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/base/list.h"
#include "lib/base/map.h"
#include "lib/base/text.h"
#include "lib/core/command.h"

#define ANSWERS_A_CLIENT       4096
#define ANSWERS_BYTES_A_CLIENT ((size_t)256 << 10)
#define ANSWERS_CLIENTS_MAX    65536
#define ANSWERS_BYTES_MAX      ((size_t)48 << 20)

struct client;

struct answers {
        struct att_map by_key;
        struct att_list by_age; /* Of clients: the one that was silent longest first. */
        struct client *recent;  /* Borrowed: that was looked for last; or NULL. */
        size_t client_count;
        size_t bytes; /* Of all, with what it takes to find them. */
};

/* Whose request it is, and what it asks: the same number for something else is no repetition. */
struct answer_key {
        struct att_text front_end;
        uint64_t client; /* 0: of nobody; never kept. */
        uint64_t request;
        uint64_t what;
};

enum answer_found {
        ANSWER_NEW,   /* Nothing is known of it. */
        ANSWER_KNOWN, /* It was answered, as given. */
        ANSWER_OTHER, /* The number was used for another request. */
};

void answers_init(struct answers *answers);
void answers_deinit(struct answers *answers);

/* The client of a resume token. */
uint64_t answers_client(struct att_text token);
/* What a command asks for, but for its number and time. */
uint64_t answers_what(const struct att_command *command);
struct answer_key answers_key_of(const struct att_command *command);

/* Whether nothing can be known of a request, for its number is above all that its client has used: so
 * are nearly all. */
bool answers_is_new(struct answers *answers, struct att_text front_end, uint64_t client,
                    uint64_t request);
/* The frame is borrowed until the next change. */
enum answer_found answers_find(struct answers *answers, const struct answer_key *key,
                               struct att_text *ret_frame);
void answers_keep(struct answers *answers, const struct answer_key *key, struct att_text frame);
/* The highest number that this client is known to have used; 0: none. */
uint64_t answers_last(struct answers *answers, struct att_text front_end, uint64_t client);

/* All of them as bytes, and back; for whoever starts without replaying everything. What is loaded
 * joins what is there. False: the bytes are damaged; what was read of them stays. */
void answers_save(const struct answers *answers, struct att_buffer *into);
bool answers_load(struct answers *answers, struct att_text bytes);

#endif
