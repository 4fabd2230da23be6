/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shell's part: a format number of 4 bytes, then a record a front end and an agent's seat, each
 * field as a length of 4 bytes and its bytes, numbers as 8 bytes, little-endian; then a mark, and the
 * answers to clients' requests as daemon/answers.h has them.
 */
#include "daemon/state.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "lib/core/snapshot.h"
#include "lib/wire/journal.h"

#define SHELL_FORMAT 1
#define IS_FRONT_END 'f'
#define IS_SEAT      's'
#define IS_ANSWERS   'a'

const struct state_codec *state_codec_of_engine(void)
{
        static const struct state_codec codec = {.save = att_core_save, .load = att_core_load};

        return &codec;
}

/* ---- The shell's part ---- */

static void put_number(struct att_buffer *into, uint64_t value, size_t bytes)
{
        for (size_t i = 0; i < bytes; i++) {
                att_buffer_append_byte(into, (char)(value >> (8 * i) & 0xff));
        }
}

static void put_text(struct att_buffer *into, struct att_text text)
{
        put_number(into, text.len, 4);
        att_buffer_append_text(into, text);
}

void state_put_front_ends(struct att_buffer *into, const struct front_ends *front_ends)
{
        put_number(into, SHELL_FORMAT, 4);
        ATT_LIST_FOREACH(front_end, &front_ends->all, struct front_end, in_all)
        {
                att_buffer_append_byte(into, IS_FRONT_END);
                put_text(into, front_end->name);
                put_number(into, front_end->is_present, 8);
                put_number(into, (uint64_t)front_end->lost_ms, 8);
        }
        ATT_LIST_FOREACH(seat, &front_ends->seats, struct seat, in_all)
        {
                if (seat->home) {
                        att_buffer_append_byte(into, IS_SEAT);
                        put_text(into, seat->agent);
                        put_text(into, seat->home->name);
                }
        }
        att_buffer_append_byte(into, IS_ANSWERS);
        answers_save(&front_ends->answers, into);
}

static bool take_number(struct att_text *from, size_t bytes, uint64_t *ret_value)
{
        uint64_t value = 0;

        if (from->len < bytes) {
                return false;
        }
        for (size_t i = 0; i < bytes; i++) {
                value |= (uint64_t)(unsigned char)from->data[i] << (8 * i);
        }
        from->data += bytes;
        from->len -= bytes;
        *ret_value = value;
        return true;
}

static bool take_text(struct att_text *from, struct att_text *ret_text)
{
        uint64_t len;

        if (!take_number(from, 4, &len) || from->len < len) {
                return false;
        }
        *ret_text = (struct att_text){from->data, (size_t)len};
        from->data += len;
        from->len -= (size_t)len;
        return len > 0 && len <= ATT_ID_BYTES_MAX;
}

static bool take_front_end(struct att_text *bytes, struct front_ends *front_ends)
{
        struct front_end *front_end;
        struct att_text name;
        uint64_t is_present;
        uint64_t lost_ms;

        if (!take_text(bytes, &name) || !take_number(bytes, 8, &is_present) ||
            !take_number(bytes, 8, &lost_ms)) {
                return false;
        }
        front_end = front_ends_get(front_ends, name);
        front_end->is_present = is_present != 0;
        front_end->lost_ms = (int64_t)lost_ms;
        return true;
}

static bool take_seat(struct att_text *bytes, struct front_ends *front_ends)
{
        struct att_text agent;
        struct att_text home;

        if (!take_text(bytes, &agent) || !take_text(bytes, &home) ||
            !front_ends_find(front_ends, home)) {
                return false;
        }
        seat_move(seats_get(front_ends, agent), front_ends_find(front_ends, home));
        return true;
}

bool state_take_front_ends(struct att_text bytes, struct front_ends *front_ends)
{
        uint64_t format;
        uint64_t what;

        if (!take_number(&bytes, 4, &format) || format != SHELL_FORMAT) {
                return false;
        }
        for (;;) {
                if (!take_number(&bytes, 1, &what)) {
                        return false;
                }
                if (what == IS_ANSWERS) {
                        return answers_load(&front_ends->answers, bytes);
                }
                if (!(what == IS_FRONT_END ? take_front_end(&bytes, front_ends)
                                           : what == IS_SEAT && take_seat(&bytes, front_ends))) {
                        return false;
                }
        }
}

/* ---- The whole ---- */

int state_save(const char *dir, const struct state_codec *codec, const struct att_core *core,
               const struct front_ends *front_ends, const struct att_journal_position *at,
               struct att_buffer *why)
{
        struct att_buffer config ATT_CLEANUP(att_buffer_deinit) = {0};
        struct att_buffer engine ATT_CLEANUP(att_buffer_deinit) = {0};
        struct att_buffer shell ATT_CLEANUP(att_buffer_deinit) = {0};
        struct att_snapshot snapshot = {.behaviour = ATT_CORE_BEHAVIOUR, .at = *at};

        ATT_CHECK(att_core_seq(core) == at->seq);
        if (att_core_config(core)) {
                att_journal_put_config(&config, att_core_config(core));
        }
        codec->save(core, &engine);
        state_put_front_ends(&shell, front_ends);
        snapshot.state = att_core_digest(core);
        snapshot.config = att_buffer_text(&config);
        snapshot.engine = att_buffer_text(&engine);
        snapshot.shell = att_buffer_text(&shell);
        return att_snapshot_save(dir, &snapshot, why);
}

static int say_unusable(const struct att_snapshot *snapshot, const char *what,
                        struct att_buffer *why)
{
        att_buffer_printf(why, "the snapshot of command %" PRIu64 " can't be used: %s",
                          snapshot->at.seq, what);
        return -EBADMSG;
}

static int check_core(const struct att_snapshot *snapshot, const struct att_core *core,
                      struct att_buffer *why)
{
        if (att_core_seq(core) != snapshot->at.seq ||
            att_core_now_ms(core) > snapshot->at.time_ms) {
                return say_unusable(snapshot, "it is of another command than it says", why);
        }
        if (snapshot->behaviour == ATT_CORE_BEHAVIOUR &&
            !att_digest_equals(att_core_digest(core), snapshot->state)) {
                return say_unusable(snapshot, "the state in it is not the one that was saved", why);
        }
        return 0;
}

int state_restore(const struct att_snapshot *snapshot, const struct state_codec *codec,
                  struct front_ends *front_ends, struct att_core **ret_core, struct att_buffer *why)
{
        const struct att_config *config = NULL;
        struct att_core *core;
        int error;

        if (snapshot->behaviour > ATT_CORE_BEHAVIOUR) {
                return say_unusable(snapshot, "it is of a newer engine", why);
        }
        if (snapshot->config.len > 0 &&
            att_journal_take_config(snapshot->config, &config) != ATT_JOURNAL_OK) {
                return say_unusable(snapshot, "its configuration can't be read", why);
        }
        core = codec->load(snapshot->engine, config, why);
        att_config_unref(config);
        if (!core) {
                return -EBADMSG;
        }
        error = check_core(snapshot, core, why);
        if (error == 0 && front_ends && !state_take_front_ends(snapshot->shell, front_ends)) {
                error = say_unusable(snapshot, "its front ends can't be read", why);
        }
        if (error < 0) {
                att_core_free(core);
                return error;
        }
        *ret_core = core;
        return 0;
}
