/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attune-bench/memory.h"

#include <malloc.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#define BLOCK_HEADER_BYTES 8 /* Of the C library, before each block. */

/* Names that the linker gives. */
void *__real_malloc(size_t bytes);
void *__real_calloc(size_t count, size_t bytes_each);
void *__real_realloc(void *block, size_t bytes);
void *__real_aligned_alloc(size_t alignment, size_t bytes);
void __real_free(void *block);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes_each);
void *__wrap_realloc(void *block, size_t bytes);
void *__wrap_aligned_alloc(size_t alignment, size_t bytes);
void __wrap_free(void *block);

static struct {
        bool is_counted;
        uint64_t allocations;
        int64_t bytes;
} memory;

void memory_count(bool is_counted)
{
        memory.is_counted = is_counted;
}

uint64_t memory_allocations(void)
{
        return memory.allocations;
}

int64_t memory_bytes(void)
{
        return memory.bytes;
}

/* Of a slab that is a huge page: what the allocator left behind it is never touched. */
#define SLAB_BYTES ((uintptr_t)2 * 1024 * 1024)

static int64_t bytes_of(void *block)
{
        if (block && (uintptr_t)block % SLAB_BYTES == 0) {
                return (int64_t)SLAB_BYTES;
        }
        return block ? (int64_t)malloc_usable_size(block) + BLOCK_HEADER_BYTES : 0;
}

static void *count_block(void *block)
{
        if (memory.is_counted) {
                memory.allocations++;
                memory.bytes += bytes_of(block);
        }
        return block;
}

void *__wrap_malloc(size_t bytes)
{
        return count_block(__real_malloc(bytes));
}

void *__wrap_calloc(size_t count, size_t bytes_each)
{
        return count_block(__real_calloc(count, bytes_each));
}

void *__wrap_aligned_alloc(size_t alignment, size_t bytes)
{
        return count_block(__real_aligned_alloc(alignment, bytes));
}

void *__wrap_realloc(void *block, size_t bytes)
{
        if (memory.is_counted) {
                memory.bytes -= bytes_of(block);
        }
        return count_block(__real_realloc(block, bytes));
}

void __wrap_free(void *block)
{
        if (memory.is_counted) {
                memory.bytes -= bytes_of(block);
        }
        __real_free(block);
}

double memory_rss_mib(void)
{
        long pages = 0;
        FILE *file = fopen("/proc/self/statm", "r");

        if (file) {
                if (fscanf(file, "%*d %ld", &pages) != 1) {
                        pages = 0;
                }
                (void)fclose(file);
        }
        return (double)pages * (double)sysconf(_SC_PAGESIZE) / (1 << 20);
}
