/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two places frames come from: `kept` when a former read left something over, else straight from the
 * input. What is left of the input goes to `kept` at the moment that take has nothing more to give.
 */
#include "lib/wire/frame.h"

#include <string.h>

#include "lib/base/util.h"

void att_frame_reader_init(struct att_frame_reader *reader, uint32_t bytes_max)
{
        ATT_CHECK(bytes_max <= ATT_FRAME_BYTES_MAX);
        *reader = (struct att_frame_reader){.bytes_max = bytes_max};
}

void att_frame_reader_deinit(struct att_frame_reader *reader)
{
        att_buffer_deinit(&reader->kept);
        *reader = (struct att_frame_reader){0};
}

void att_frame_reader_set_limit(struct att_frame_reader *reader, uint32_t bytes_max)
{
        ATT_CHECK(bytes_max <= ATT_FRAME_BYTES_MAX);
        reader->bytes_max = bytes_max;
}

void att_frame_reader_feed(struct att_frame_reader *reader, const void *bytes, size_t len)
{
        ATT_CHECK(reader->input.len == 0);
        if (reader->kept_taken > 0) {
                att_buffer_drop_front(&reader->kept, reader->kept_taken);
                reader->kept_taken = 0;
        }
        if (reader->kept.len > 0) {
                att_buffer_append(&reader->kept, bytes, len);
        } else {
                reader->input = (struct att_text){bytes, len};
        }
}

static struct att_text available(const struct att_frame_reader *reader)
{
        if (reader->kept.len > reader->kept_taken) {
                return (struct att_text){reader->kept.data + reader->kept_taken,
                                         reader->kept.len - reader->kept_taken};
        }
        return reader->input;
}

size_t att_frame_reader_pending(const struct att_frame_reader *reader)
{
        return available(reader).len;
}

void att_frame_reader_keep(struct att_frame_reader *reader)
{
        if (reader->input.len > 0) {
                att_buffer_clear(&reader->kept);
                att_buffer_append_text(&reader->kept, reader->input);
                reader->kept_taken = 0;
                reader->input = ATT_TEXT_NONE;
        }
}

static uint32_t read_length(const char *bytes)
{
        const unsigned char *b = (const unsigned char *)bytes;

        return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static bool is_http(struct att_text bytes)
{
        static const char *const methods[] = {"GET ", "HEAD", "POST", "PUT ", "DELE",
                                              "OPTI", "CONN", "TRAC", "PATC", "PRI "};

        for (size_t i = 0; i < ATT_ARRAY_LEN(methods); i++) {
                if (memcmp(bytes.data, methods[i], 4) == 0) {
                        return true;
                }
        }
        return false;
}

static enum att_frame_result tell_too_big(const struct att_frame_reader *reader,
                                          struct att_text bytes)
{
        if (!reader->has_begun && is_http(bytes)) {
                return ATT_FRAME_HTTP;
        }
        /* A handshake record of TLS 1.0 to 1.3. */
        if (!reader->has_begun && bytes.data[0] == 0x16 && bytes.data[1] == 0x03) {
                return ATT_FRAME_TLS;
        }
        return ATT_FRAME_TOO_BIG;
}

static void take_from(struct att_frame_reader *reader, size_t len)
{
        if (reader->kept.len > reader->kept_taken) {
                reader->kept_taken += len;
        } else {
                reader->input.data += len;
                reader->input.len -= len;
        }
}

enum att_frame_result att_frame_reader_take(struct att_frame_reader *reader,
                                            struct att_text *ret_frame)
{
        const struct att_text bytes = available(reader);
        uint32_t len;

        if (bytes.len < ATT_FRAME_HEADER_BYTES) {
                att_frame_reader_keep(reader);
                return ATT_FRAME_MORE;
        }
        len = read_length(bytes.data);
        if (len > reader->bytes_max) {
                /* All that follows is lost, so nothing is kept for it. */
                const enum att_frame_result result = tell_too_big(reader, bytes);

                reader->input = ATT_TEXT_NONE;
                return result;
        }
        if (bytes.len - ATT_FRAME_HEADER_BYTES < len) {
                att_frame_reader_keep(reader);
                return ATT_FRAME_MORE;
        }
        *ret_frame = (struct att_text){bytes.data + ATT_FRAME_HEADER_BYTES, len};
        take_from(reader, ATT_FRAME_HEADER_BYTES + (size_t)len);
        reader->has_begun = true;
        return ATT_FRAME_OK;
}

struct att_text att_frame_http_answer(void)
{
#define BODY                                                                                       \
        "This is where front ends speak attune's own protocol: frames of protobuf, see "           \
        "docs/protocol.md.\nHTTP is at the address that attuned was given with --http.\n"

        return ATT_TEXT("HTTP/1.1 400 Bad Request\r\n"
                        "Content-Type: text/plain; charset=utf-8\r\n"
                        "Connection: close\r\n"
                        "\r\n" BODY);
#undef BODY
}

size_t att_frame_begin(struct att_buffer *into)
{
        static const char header[ATT_FRAME_HEADER_BYTES];

        att_buffer_append(into, header, sizeof(header));
        return into->len;
}

bool att_frame_end(struct att_buffer *into, size_t begun)
{
        const size_t len = into->len - begun;
        unsigned char *header = (unsigned char *)into->data + begun - ATT_FRAME_HEADER_BYTES;

        ATT_CHECK(begun >= ATT_FRAME_HEADER_BYTES && begun <= into->len);
        if (len > ATT_FRAME_BYTES_MAX) {
                into->len = begun - ATT_FRAME_HEADER_BYTES;
                into->data[into->len] = '\0';
                return false;
        }
        header[0] = (unsigned char)(len >> 24);
        header[1] = (unsigned char)(len >> 16);
        header[2] = (unsigned char)(len >> 8);
        header[3] = (unsigned char)len;
        return true;
}
