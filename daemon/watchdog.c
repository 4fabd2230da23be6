/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/watchdog.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/app.h"
#include "daemon/clock.h"
#include "daemon/notify.h"
#include "lib/base/check.h"
#include "lib/base/util.h"

/* Between two turns the loop saw so much of a commit at most: it turns once a second. */
#define SEEN_MS_MAX INT64_C(2000)
#define LOOKS       INT64_C(20) /* In a row that see no turn: then it is stuck. */

/* ---- The thread ---- */

/* Standard error may be what the loop is stuck at. */
static void say_stuck(const char *event, const char *message, int64_t limit_ms)
{
        struct pollfd where = {.fd = STDERR_FILENO, .events = POLLOUT};
        char what[128];

        if (poll(&where, 1, 0) == 1 && (where.revents & POLLOUT)) {
                (void)snprintf(what, sizeof(what), "%s for %lld s: attuned aborts", message,
                               (long long)(limit_ms / 1000));
                log_error(NULL, event, what);
        }
}

/* Until the next look; false: it is over. */
static bool wait_for_look(struct watchdog *watchdog)
{
        const uint64_t wait_ns = (uint64_t)(watchdog->limit_ms / LOOKS) * 1000000;
        bool is_over;

        uv_mutex_lock(&watchdog->mutex);
        if (!watchdog->is_over) {
                (void)uv_cond_timedwait(&watchdog->wake, &watchdog->mutex, wait_ns);
        }
        is_over = watchdog->is_over;
        uv_mutex_unlock(&watchdog->mutex);
        return !is_over;
}

static void look(void *context)
{
        struct watchdog *watchdog = context;
        uint64_t seen = atomic_load_explicit(&watchdog->turns, memory_order_relaxed);
        int64_t in_vain = 0;

        while (wait_for_look(watchdog)) {
                const uint64_t turns = atomic_load_explicit(&watchdog->turns, memory_order_relaxed);

                in_vain = turns == seen ? in_vain + 1 : 0;
                seen = turns;
                if (in_vain > LOOKS) {
                        say_stuck("loop.stuck", "the loop has not turned", watchdog->limit_ms);
                        abort();
                }
        }
}

/* ---- The loop ---- */

void watchdog_open(struct app *app)
{
        struct watchdog *watchdog = &app->watchdog;
        sigset_t all;
        sigset_t before;

        watchdog->limit_ms = (int64_t)app->options->watchdog_s * 1000;
        watchdog->tell_every_ms = (int64_t)notify_watchdog_ms();
        if (watchdog->limit_ms == 0) {
                return;
        }
        ATT_CHECK(uv_mutex_init(&watchdog->mutex) == 0);
        ATT_CHECK(uv_cond_init(&watchdog->wake) == 0);
        (void)sigfillset(&all);
        (void)pthread_sigmask(SIG_SETMASK, &all, &before); /* Signals are for the loop. */
        ATT_CHECK(uv_thread_create(&watchdog->thread, look, watchdog) == 0);
        (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
        watchdog->is_running = true;
}

/* How long the loop has seen the commit that is in flight wait. A process that was stopped saw nothing
 * of it meanwhile, and its disk may be fine. */
static int64_t see_commit(struct app *app, int64_t now_ms)
{
        struct watchdog *watchdog = &app->watchdog;
        const int64_t oldest_ms = writer_oldest_ms(&app->writer, now_ms);
        const int64_t since_ms = now_ms - oldest_ms;

        if (oldest_ms == 0 || since_ms != watchdog->commit_since_ms) {
                watchdog->commit_since_ms = since_ms;
                watchdog->commit_seen_ms = 0;
        } else {
                watchdog->commit_seen_ms += att_min_i64(now_ms - watchdog->turned_ms, SEEN_MS_MAX);
        }
        watchdog->turned_ms = now_ms;
        return watchdog->commit_seen_ms;
}

/* A disk that hangs won't be mended by waiting for it, and nobody is answered: whoever supervises this
 * process, or has a standby, must know. */
static void look_at_disk(struct app *app, int64_t now_ms)
{
        struct watchdog *watchdog = &app->watchdog;
        const int64_t seen_ms = see_commit(app, now_ms);
        const bool is_slow = watchdog->limit_ms > 0 && seen_ms >= watchdog->limit_ms / 2;

        if (is_slow && !watchdog->is_slow) {
                log_error(&app->memory, "journal.slow", "a commit does not come to its end");
        }
        watchdog->is_slow = is_slow;
        if (is_slow && seen_ms >= watchdog->limit_ms) {
                say_stuck("journal.stuck", "a commit has not come to its end", watchdog->limit_ms);
                abort();
        }
}

void watchdog_turn(struct app *app)
{
        struct watchdog *watchdog = &app->watchdog;
        const int64_t now_ms = clock_monotonic_us() / 1000;

        atomic_fetch_add_explicit(&watchdog->turns, 1, memory_order_relaxed);
        look_at_disk(app, now_ms);
        if (!watchdog->is_slow && watchdog->tell_every_ms > 0 &&
            now_ms - watchdog->told_ms >= watchdog->tell_every_ms) {
                watchdog->told_ms = now_ms;
                notify_systemd("WATCHDOG=1");
        }
}

void watchdog_close(struct app *app)
{
        struct watchdog *watchdog = &app->watchdog;

        if (!watchdog->is_running) {
                return;
        }
        watchdog->is_running = false;
        uv_mutex_lock(&watchdog->mutex);
        watchdog->is_over = true;
        uv_cond_signal(&watchdog->wake);
        uv_mutex_unlock(&watchdog->mutex);
        ATT_CHECK(uv_thread_join(&watchdog->thread) == 0);
        uv_cond_destroy(&watchdog->wake);
        uv_mutex_destroy(&watchdog->mutex);
}
