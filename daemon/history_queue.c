/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A block is the loop's up to where it is filled, and the thread's from there back: the loop says how far
 * by one store. When a chunk does not fit any more the loop puts the next block behind, with that chunk in
 * it, which says that this one is full.
 */
#include "daemon/history_queue.h"

#include <stdalign.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "lib/base/util.h"

#define BLOCK_BYTES ((size_t)256 << 10) /* Of a batch that is larger: as many as it needs. */

struct history_block {
        struct history_block *next;
        size_t filled;
        size_t room;
        alignas(struct history_chunk) char bytes[];
};

/* ---- Blocks ---- */

static struct history_block *block_new(size_t room)
{
        const size_t size = sizeof(struct history_block) + room;
        struct history_block *block = ATT_KEEPS_NOTHING ? att_alloc(size)
                                                        : mmap(NULL, size, PROT_READ | PROT_WRITE,
                                                               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        ATT_CHECK(block != MAP_FAILED); /* Out of memory. */
        block->room = room;
        return block;
}

static void block_free(struct history_block *block)
{
        if (!block) {
                return;
        }
        if (ATT_KEEPS_NOTHING) {
                free(block);
        } else {
                (void)munmap(block, sizeof(*block) + block->room);
        }
}

/* From the loop. */
static struct history_block *get_block(struct history_queue *queue, size_t needed)
{
        const size_t room = BLOCK_BYTES - sizeof(struct history_block);
        struct history_block *block;

        if (needed > room) {
                return block_new(needed);
        }
        block = __atomic_exchange_n(&queue->spare, NULL, __ATOMIC_ACQUIRE);
        if (!block) {
                return block_new(room);
        }
        block->next = NULL;
        block->filled = 0;
        return block;
}

/* From the thread, of one that is empty and full no more. */
static void give_block(struct history_queue *queue, struct history_block *block)
{
        struct history_block *none = NULL;

        if (ATT_KEEPS_NOTHING || sizeof(*block) + block->room != BLOCK_BYTES ||
            !__atomic_compare_exchange_n(&queue->spare, &none, block, false, __ATOMIC_RELEASE,
                                         __ATOMIC_RELAXED)) {
                block_free(block);
        }
}

/* ---- The loop's end ---- */

void history_queue_init(struct history_queue *queue)
{
        struct history_block *block = block_new(BLOCK_BYTES - sizeof(*block));

        *queue = (struct history_queue){.filling = block, .first.block = block, .end.block = block};
}

void history_queue_deinit(struct history_queue *queue)
{
        struct history_block *block = queue->first.block;

        while (block) {
                struct history_block *next = block->next;

                block_free(block);
                block = next;
        }
        block_free(queue->spare);
        *queue = (struct history_queue){0};
}

/* The next one begins aligned. */
static size_t bytes_of(size_t len)
{
        const size_t step = alignof(struct history_chunk);

        return (sizeof(struct history_chunk) + len + step - 1) / step * step;
}

bool history_queue_push(struct history_queue *queue, uint64_t first_seq,
                        const struct att_journal_position *end, struct att_text events)
{
        const size_t bytes = bytes_of(events.len);
        struct history_block *block = queue->filling;
        struct history_chunk *chunk;

        if (history_queue_bytes(queue) >= HISTORY_QUEUE_BYTES_MAX) {
                return false;
        }
        if (block->room - block->filled < bytes) {
                block = get_block(queue, bytes);
        }
        chunk = (struct history_chunk *)(void *)(block->bytes + block->filled);
        chunk->first_seq = first_seq;
        chunk->end = *end;
        chunk->len = events.len;
        att_copy(chunk->bytes, events.data, events.len);
        __atomic_add_fetch(&queue->bytes, bytes, __ATOMIC_RELAXED);
        __atomic_store_n(&block->filled, block->filled + bytes, __ATOMIC_RELEASE);
        if (block != queue->filling) {
                __atomic_store_n(&queue->filling->next, block, __ATOMIC_RELEASE);
                queue->filling = block;
        }
        return true;
}

size_t history_queue_bytes(const struct history_queue *queue)
{
        return __atomic_load_n(&queue->bytes, __ATOMIC_RELAXED);
}

/* ---- The thread's ---- */

static size_t filled_of(const struct history_block *block)
{
        return __atomic_load_n(&block->filled, __ATOMIC_ACQUIRE);
}

/* Past the next chunk that was pushed, and that; NULL: there is none yet. */
static const struct history_chunk *read_on(struct history_place *place)
{
        const struct history_chunk *chunk;

        if (place->at == filled_of(place->block)) {
                struct history_block *next = __atomic_load_n(&place->block->next, __ATOMIC_ACQUIRE);

                if (!next) {
                        return NULL;
                }
                if (place->at ==
                    filled_of(place->block)) { /* It was the last before it was full. */
                        *place = (struct history_place){.block = next};
                }
        }
        chunk = (const struct history_chunk *)(const void *)(place->block->bytes + place->at);
        place->at += bytes_of(chunk->len);
        return chunk;
}

const struct history_chunk *history_queue_take(struct history_queue *queue)
{
        const struct history_chunk *chunk;
        const struct history_chunk *newest = NULL;

        while ((chunk = read_on(&queue->end))) {
                newest = chunk;
        }
        return newest;
}

struct history_place history_queue_begin(const struct history_queue *queue)
{
        return queue->first;
}

const struct history_chunk *history_queue_read(const struct history_queue *queue,
                                               struct history_place *place)
{
        return place->block == queue->end.block && place->at == queue->end.at ? NULL
                                                                              : read_on(place);
}

const struct history_chunk *history_queue_first(const struct history_queue *queue)
{
        struct history_place place = queue->first;

        return history_queue_read(queue, &place);
}

void history_queue_drop(struct history_queue *queue)
{
        struct history_block *block = queue->first.block;
        const struct history_chunk *chunk = history_queue_read(queue, &queue->first);

        ATT_CHECK(chunk);
        __atomic_sub_fetch(&queue->bytes, bytes_of(chunk->len), __ATOMIC_RELAXED);
        while (block != queue->first.block) {
                struct history_block *next = block->next;

                give_block(queue, block);
                block = next;
        }
}
