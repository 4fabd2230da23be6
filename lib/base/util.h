/* SPDX-License-Identifier: Apache-2.0 */
/* The few macros that every file may want: sizes of arrays, the struct around a member, ownership
 * that cleans up after itself, and memory that is never NULL. */
#ifndef ATT_LIB_BASE_UTIL_H
#define ATT_LIB_BASE_UTIL_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define ATT_ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

/* The struct that holds `pointer` as its member `member`. */
#define ATT_CONTAINER_OF(pointer, type, member)                                                    \
        ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

/* The same from a pointer to const. */
#define ATT_CONTAINER_OF_CONST(pointer, type, member)                                              \
        ((const type *)(const void *)((const char *)(pointer)-offsetof(type, member)))

/* Runs `function(&variable)` when the variable goes out of scope. */
#define ATT_CLEANUP(function) __attribute__((cleanup(function)))

/* Takes a pointer out of a variable whose cleanup then finds NULL. */
#define ATT_STEAL(variable)                                                                        \
        __extension__({                                                                            \
                __typeof__(variable) stolen_ = (variable);                                         \
                (variable) = NULL;                                                                 \
                stolen_;                                                                           \
        })

/* Allocation. Running out of memory aborts: limits are set so that it does not come to that, and
 * what was acknowledged is durable. Sizes that overflow abort too. Freed with free(). */
void *att_alloc(size_t bytes);                                         /* Zeroed. */
void *att_alloc_array(size_t count, size_t bytes_each);                /* Zeroed. */
void *att_realloc_array(void *array, size_t count, size_t bytes_each); /* New part not zeroed. */
char *att_strndup(const char *data, size_t len);                       /* NUL-terminated copy. */

/* free() for ATT_CLEANUP on any pointer variable. */
void att_free_pointer(void *pointer_to_pointer);

/* The capacity to grow an array to so that it holds `needed` items: doubles, at least 8. */
size_t att_grown_capacity(size_t capacity, size_t needed);

/* memcpy() that takes NULL for nothing. */
static inline void att_copy(void *to, const void *from, size_t bytes)
{
        if (bytes > 0) {
                memcpy(to, from, bytes);
        }
}

/* The same for what is mostly short: in bites that may overlap. */
static inline void att_copy_short(void *to, const void *from, size_t bytes)
{
        char *end = (char *)to + bytes;
        const char *from_end = (const char *)from + bytes;

        if (bytes > 32) {
                memcpy(to, from, bytes);
        } else if (bytes >= 16) {
                memcpy(to, from, 16);
                memcpy(end - 16, from_end - 16, 16);
        } else if (bytes >= 8) {
                memcpy(to, from, 8);
                memcpy(end - 8, from_end - 8, 8);
        } else {
                for (size_t i = 0; i < bytes; i++) {
                        ((char *)to)[i] = ((const char *)from)[i];
                }
        }
}

static inline int64_t att_min_i64(int64_t a, int64_t b)
{
        return a < b ? a : b;
}

static inline int64_t att_max_i64(int64_t a, int64_t b)
{
        return a > b ? a : b;
}

#endif
