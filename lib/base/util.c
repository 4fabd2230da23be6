/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/util.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"

static void *check_memory(void *memory)
{
        ATT_CHECK(memory != NULL); /* Out of memory. */
        return memory;
}

void *att_alloc(size_t bytes)
{
        return check_memory(calloc(1, bytes > 0 ? bytes : 1));
}

void *att_alloc_array(size_t count, size_t bytes_each)
{
        if (count == 0 || bytes_each == 0) {
                return att_alloc(1);
        }
        return check_memory(calloc(count, bytes_each)); /* NULL when the product overflows. */
}

void *att_realloc_array(void *array, size_t count, size_t bytes_each)
{
        size_t bytes;

        ATT_CHECK(!__builtin_mul_overflow(count, bytes_each, &bytes));
        return check_memory(realloc(array, bytes > 0 ? bytes : 1));
}

char *att_strndup(const char *data, size_t len)
{
        ATT_CHECK(len < SIZE_MAX);
        char *copy = att_alloc(len + 1);

        if (len > 0) {
                memcpy(copy, data, len);
        }
        return copy;
}

void att_free_pointer(void *pointer_to_pointer)
{
        void *pointer;

        /* Through memcpy, since the variable is a pointer of some other type. */
        memcpy(&pointer, pointer_to_pointer, sizeof(pointer));
        free(pointer);
        pointer = NULL;
        memcpy(pointer_to_pointer, &pointer, sizeof(pointer));
}

size_t att_grown_capacity(size_t capacity, size_t needed)
{
        size_t grown = capacity < 8 ? 8 : capacity;

        while (grown < needed) {
                if (grown > SIZE_MAX / 2) {
                        return needed;
                }
                grown *= 2;
        }
        return grown;
}
