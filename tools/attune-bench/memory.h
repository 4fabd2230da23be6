/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is taken from the allocator while it is counted: malloc(), calloc(), realloc() and free() of
 * everything linked into this program pass through here (ld's --wrap).
 */
#ifndef ATT_TOOLS_BENCH_MEMORY_H
#define ATT_TOOLS_BENCH_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

void memory_count(bool is_counted);

uint64_t memory_allocations(void); /* Counted so far; a realloc() is one. */
int64_t memory_bytes(void);        /* Taken and not given back, the allocator's own included. */

double memory_rss_mib(void); /* Of the process, now. */

#endif
