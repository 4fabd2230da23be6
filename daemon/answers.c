/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client's answers are a ring in the order they were given, with their bytes one after the other
 * in a buffer. A number is found by chains through the ring: `heads` by its hash, `next` from one to
 * another. The oldest of a chain is at its end, so taking it off is a walk along one short chain.
 */
#include "daemon/answers.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/digest.h"
#include "lib/base/util.h"
#include "lib/model/limits.h"

#define RING_FIRST    8
#define KEY_BYTES     8 /* Of the client, before the front end's name. */
#define NOWHERE       UINT16_MAX
#define CUT_BYTES_MIN 4096
#define ENTRY_BYTES   (sizeof(struct entry) + sizeof(uint16_t))

struct entry {
        uint64_t request;
        uint64_t what;
        uint64_t at;  /* Where its frame began, counted from the first ever. */
        uint32_t len; /* Of its frame. */
        uint16_t next;
};

struct client {
        struct att_map_node by_key;
        struct att_list in_age;
        uint64_t last; /* The highest number. */
        struct entry *ring;
        uint16_t *heads;
        uint32_t capacity; /* Of both; a power of two. */
        uint32_t count;
        uint32_t
                first; /* Where the oldest is: its place in the ring is this modulo the capacity. */
        struct att_buffer frames;
        size_t head;   /* Bytes of the buffer that are done with. */
        uint64_t base; /* Bytes that were cut off before. */
        char key[];
};

void answers_init(struct answers *answers)
{
        *answers = (struct answers){0};
        att_list_init(&answers->by_age);
}

static size_t bytes_of(const struct client *client)
{
        return sizeof(*client) + client->capacity * ENTRY_BYTES + client->frames.capacity;
}

static void forget_client(struct answers *answers, struct client *client)
{
        answers->bytes -= bytes_of(client);
        answers->client_count--;
        if (answers->recent == client) {
                answers->recent = NULL;
        }
        att_list_remove(&client->in_age);
        att_map_remove(&answers->by_key, &client->by_key);
        att_buffer_deinit(&client->frames);
        free(client->ring);
        free(client->heads);
        free(client);
}

void answers_deinit(struct answers *answers)
{
        ATT_LIST_FOREACH(client, &answers->by_age, struct client, in_age)
        {
                forget_client(answers, client);
        }
        att_map_deinit(&answers->by_key);
}

/* ---- Keys ---- */

uint64_t answers_client(struct att_text token)
{
        const uint64_t client = att_digest_of(token.data, token.len).low;

        return client ? client : 1;
}

/* FNV-1a: it tells a mistake from a repetition, nothing more. */
static uint64_t mix(uint64_t what, const void *data, size_t len)
{
        const unsigned char *bytes = data;

        for (size_t i = 0; i < len; i++) {
                what = (what ^ bytes[i]) * UINT64_C(0x100000001b3);
        }
        return (what ^ len) * UINT64_C(0x100000001b3);
}

uint64_t answers_what(const struct att_command *command)
{
        const uint32_t kind = (uint32_t)command->kind;
        uint64_t what = mix(UINT64_C(0xcbf29ce484222325), &kind, sizeof(kind));

        what = mix(what, command->contact.data, command->contact.len);
        what = mix(what, command->agent.data, command->agent.len);
        if (command->kind == ATT_CMD_OFFER_ACCEPT || command->kind == ATT_CMD_OFFER_DECLINE) {
                what = mix(what, &command->offer.offer, sizeof(command->offer.offer));
        }
        return what;
}

struct answer_key answers_key_of(const struct att_command *command)
{
        return (struct answer_key){.front_end = command->front_end,
                                   .client = command->client,
                                   .request = command->request_id,
                                   .what = answers_what(command)};
}

static struct att_text put_key(char bytes[KEY_BYTES + ATT_ID_BYTES_MAX], struct att_text front_end,
                               uint64_t client)
{
        const size_t len = front_end.len < ATT_ID_BYTES_MAX ? front_end.len : ATT_ID_BYTES_MAX;

        memcpy(bytes, &client, KEY_BYTES);
        att_copy(bytes + KEY_BYTES, front_end.data, len);
        return att_text_of(bytes, KEY_BYTES + len);
}

static bool has_key(const struct client *client, struct att_text front_end, uint64_t number)
{
        return client->by_key.key.len == KEY_BYTES + front_end.len &&
               memcmp(client->key, &number, KEY_BYTES) == 0 &&
               memcmp(client->key + KEY_BYTES, front_end.data, front_end.len) == 0;
}

static struct client *find_client(struct answers *answers, struct att_text front_end,
                                  uint64_t client)
{
        char bytes[KEY_BYTES + ATT_ID_BYTES_MAX];
        struct att_map_node *node;

        /* Requests come in bursts of one client. */
        if (answers->recent && has_key(answers->recent, front_end, client)) {
                return answers->recent;
        }
        node = att_map_find(&answers->by_key, put_key(bytes, front_end, client));
        if (node) {
                answers->recent = ATT_CONTAINER_OF(node, struct client, by_key);
        }
        return node ? answers->recent : NULL;
}

static struct client *add_client(struct answers *answers, struct att_text front_end,
                                 uint64_t number)
{
        char bytes[KEY_BYTES + ATT_ID_BYTES_MAX];
        const struct att_text key = put_key(bytes, front_end, number);
        struct client *client = att_alloc(sizeof(*client) + key.len);

        memcpy(client->key, key.data, key.len);
        att_list_init(&client->in_age);
        att_list_add_tail(&answers->by_age, &client->in_age);
        att_map_add(&answers->by_key, &client->by_key, att_text_of(client->key, key.len));
        answers->client_count++;
        answers->bytes += bytes_of(client);
        return client;
}

/* ---- One client's ring ---- */

static uint32_t place_of(const struct client *client, uint32_t i)
{
        return (client->first + i) & (client->capacity - 1);
}

static uint16_t *head_of(const struct client *client, uint64_t request)
{
        /* Numbers that are counted up lie side by side, as their entries do. */
        const uint64_t hash = request + (request / ANSWERS_A_CLIENT) * UINT64_C(0x9e3779b97f4a7c15);

        return &client->heads[hash & (client->capacity - 1)];
}

static void link_entry(struct client *client, uint32_t place)
{
        uint16_t *head = head_of(client, client->ring[place].request);

        client->ring[place].next = *head;
        *head = (uint16_t)place;
}

static struct entry *find_entry(const struct client *client, uint64_t request)
{
        if (client->capacity == 0) {
                return NULL;
        }
        for (uint16_t at = *head_of(client, request); at != NOWHERE; at = client->ring[at].next) {
                if (client->ring[at].request == request) {
                        return &client->ring[at];
                }
        }
        return NULL;
}

static void grow(struct client *client)
{
        const uint32_t capacity = client->capacity ? 2 * client->capacity : RING_FIRST;
        struct entry *ring = att_alloc_array(capacity, sizeof(*ring));

        for (uint32_t i = 0; i < client->count; i++) {
                ring[i] = client->ring[place_of(client, i)];
        }
        free(client->ring);
        free(client->heads);
        client->ring = ring;
        client->heads = att_alloc_array(capacity, sizeof(*client->heads));
        memset(client->heads, 0xff, capacity * sizeof(*client->heads));
        client->capacity = capacity;
        client->first = 0;
        for (uint32_t i = 0; i < client->count; i++) {
                link_entry(client, i);
        }
}

static void drop_oldest(struct client *client)
{
        const uint32_t place = client->first & (client->capacity - 1);
        uint16_t *at = head_of(client, client->ring[place].request);

        while (*at != place) {
                at = &client->ring[*at].next;
        }
        *at = client->ring[place].next;
        client->head += client->ring[place].len;
        client->first = (place + 1) & (client->capacity - 1);
        client->count--;
        if (client->head >= CUT_BYTES_MIN && client->head > client->frames.len / 2) {
                att_buffer_drop_front(&client->frames, client->head);
                client->base += client->head;
                client->head = 0;
        }
}

static struct att_text frame_of(const struct client *client, const struct entry *entry)
{
        return att_text_of(client->frames.data + (size_t)(entry->at - client->base), entry->len);
}

static void add_entry(struct client *client, const struct answer_key *key, struct att_text frame)
{
        uint32_t place;

        while (client->count > 0 &&
               (client->count == ANSWERS_A_CLIENT ||
                client->frames.len - client->head + frame.len > ANSWERS_BYTES_A_CLIENT)) {
                drop_oldest(client);
        }
        if (client->count == client->capacity) {
                grow(client);
        }
        place = place_of(client, client->count);
        client->ring[place] = (struct entry){.request = key->request,
                                             .what = key->what,
                                             .at = client->base + client->frames.len,
                                             .len = (uint32_t)frame.len};
        att_buffer_append_text(&client->frames, frame);
        link_entry(client, place);
        client->count++;
        client->last = key->request > client->last ? key->request : client->last;
}

/* ---- All clients ---- */

static void note_use(struct answers *answers, struct client *client)
{
        att_list_remove(&client->in_age);
        att_list_add_tail(&answers->by_age, &client->in_age);
}

bool answers_is_new(struct answers *answers, struct att_text front_end, uint64_t client,
                    uint64_t request)
{
        const struct client *found;

        if (request == 0 || client == 0) {
                return true;
        }
        found = find_client(answers, front_end, client);
        return !found || request > found->last;
}

enum answer_found answers_find(struct answers *answers, const struct answer_key *key,
                               struct att_text *ret_frame)
{
        struct client *client = key->request == 0 || key->client == 0
                                        ? NULL
                                        : find_client(answers, key->front_end, key->client);
        const struct entry *entry = client ? find_entry(client, key->request) : NULL;

        if (!entry) {
                return ANSWER_NEW;
        }
        note_use(answers, client);
        if (entry->what != key->what) {
                return ANSWER_OTHER;
        }
        *ret_frame = frame_of(client, entry);
        return ANSWER_KNOWN;
}

static void keep_bounds(struct answers *answers, const struct client *but)
{
        while (answers->bytes > ANSWERS_BYTES_MAX || answers->client_count > ANSWERS_CLIENTS_MAX) {
                struct client *client = ATT_LIST_FIRST(&answers->by_age, struct client, in_age);

                if (!client || client == but) {
                        return;
                }
                forget_client(answers, client);
        }
}

void answers_keep(struct answers *answers, const struct answer_key *key, struct att_text frame)
{
        struct client *client;

        if (key->request == 0 || key->client == 0 || frame.len > ANSWERS_BYTES_A_CLIENT) {
                return;
        }
        client = find_client(answers, key->front_end, key->client);
        if (!client) {
                client = add_client(answers, key->front_end, key->client);
        }
        if (key->request <= client->last && find_entry(client, key->request)) {
                return; /* The first answer is the answer. */
        }
        answers->bytes -= bytes_of(client);
        add_entry(client, key, frame);
        answers->bytes += bytes_of(client);
        note_use(answers, client);
        keep_bounds(answers, client);
}

uint64_t answers_last(struct answers *answers, struct att_text front_end, uint64_t client)
{
        const struct client *found = find_client(answers, front_end, client);

        return found ? found->last : 0;
}

/* ---- As bytes: for each client the key's length, the key, the count, and the entries; numbers of
 * eight bytes, the least significant first ---- */

static void put_number(struct att_buffer *into, uint64_t number)
{
        unsigned char bytes[8];

        for (size_t i = 0; i < sizeof(bytes); i++) {
                bytes[i] = (unsigned char)(number >> (8 * i));
        }
        att_buffer_append(into, bytes, sizeof(bytes));
}

static bool take_number(struct att_text *bytes, uint64_t *ret_number)
{
        uint64_t number = 0;

        if (bytes->len < 8) {
                return false;
        }
        for (size_t i = 0; i < 8; i++) {
                number |= (uint64_t)(unsigned char)bytes->data[i] << (8 * i);
        }
        *bytes = att_text_of(bytes->data + 8, bytes->len - 8);
        *ret_number = number;
        return true;
}

static bool take_bytes(struct att_text *bytes, uint64_t len, struct att_text *ret_taken)
{
        if (len > bytes->len) {
                return false;
        }
        *ret_taken = att_text_of(bytes->data, (size_t)len);
        *bytes = att_text_of(bytes->data + len, bytes->len - (size_t)len);
        return true;
}

static void save_client(const struct client *client, struct att_buffer *into)
{
        uint64_t number;

        memcpy(&number, client->key, KEY_BYTES);
        put_number(into, number);
        put_number(into, client->by_key.key.len - KEY_BYTES);
        att_buffer_append(into, client->key + KEY_BYTES, client->by_key.key.len - KEY_BYTES);
        put_number(into, client->count);
        for (uint32_t i = 0; i < client->count; i++) {
                const struct entry *entry = &client->ring[place_of(client, i)];

                put_number(into, entry->request);
                put_number(into, entry->what);
                put_number(into, entry->len);
                att_buffer_append_text(into, frame_of(client, entry));
        }
}

void answers_save(const struct answers *answers, struct att_buffer *into)
{
        ATT_LIST_FOREACH(client, &answers->by_age, struct client, in_age)
        {
                save_client(client, into);
        }
}

static bool load_client(struct answers *answers, struct att_text *bytes)
{
        struct answer_key key = {0};
        struct att_text frame;
        uint64_t len;
        uint64_t count;

        if (!take_number(bytes, &key.client) || !take_number(bytes, &len) ||
            !take_bytes(bytes, len, &key.front_end) || !take_number(bytes, &count)) {
                return false;
        }
        for (uint64_t i = 0; i < count; i++) {
                if (!take_number(bytes, &key.request) || !take_number(bytes, &key.what) ||
                    !take_number(bytes, &len) || !take_bytes(bytes, len, &frame)) {
                        return false;
                }
                answers_keep(answers, &key, frame);
        }
        return true;
}

bool answers_load(struct answers *answers, struct att_text bytes)
{
        while (bytes.len > 0) {
                if (!load_client(answers, &bytes)) {
                        return false;
                }
        }
        return true;
}
