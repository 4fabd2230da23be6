/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks: what must hold or the program is broken.
 *
 * ATT_CHECK() stays on in every build. When it fails it prints one line to standard error and
 * aborts: the journal recovers what was durable. It is for broken programs only; a failing world
 * is a negative errno and an expected outcome a positive enum (see docs/architecture.md).
 *
 * ATT_INVARIANT() is for recounts that cost too much for production; it is on where
 * ATT_DEBUG_INVARIANTS is defined (every build type but release).
 */
#ifndef ATT_LIB_BASE_CHECK_H
#define ATT_LIB_BASE_CHECK_H

/* For what hardly ever runs: the compiler puts it, and the way to it, out of the way of the rest. */
#define ATT_COLD __attribute__((cold))

ATT_COLD _Noreturn void att_check_failed(const char *file, int line, const char *condition);

#define ATT_CHECK(condition)                                                                       \
        do {                                                                                       \
                if (__builtin_expect(!(condition), 0)) {                                           \
                        att_check_failed(__FILE__, __LINE__, #condition);                          \
                }                                                                                  \
        } while (0)

#ifdef ATT_DEBUG_INVARIANTS
#define ATT_INVARIANT(condition) ATT_CHECK(condition)
#else
#define ATT_INVARIANT(condition) ((void)sizeof(condition))
#endif

/* Under AddressSanitizer, where memory that is kept for the next use would hide a use after the end. */
#if defined(__SANITIZE_ADDRESS__)
#define ATT_KEEPS_NOTHING 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ATT_KEEPS_NOTHING 1
#endif
#endif
#ifndef ATT_KEEPS_NOTHING
#define ATT_KEEPS_NOTHING 0
#endif

#define ATT_MUST_USE __attribute__((warn_unused_result))
#define ATT_PRINTF(format_index, first_argument)                                                   \
        __attribute__((format(printf, format_index, first_argument)))

#endif
