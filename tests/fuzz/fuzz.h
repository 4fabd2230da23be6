/* SPDX-License-Identifier: Apache-2.0 */
/* The function of every fuzz target. With libFuzzer it has libFuzzer's main; else tests/fuzz/walk.c
 * goes once through the files and folders that it is given. */
#ifndef ATT_TESTS_FUZZ_FUZZ_H
#define ATT_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
