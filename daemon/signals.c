/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/signals.h"

#include <signal.h>

#include "daemon/app.h"
#include "lib/base/check.h"

static const int SIGNALS[SIGNALS_COUNT] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1};

static void on_signal(uv_signal_t *handle, int number)
{
        struct app *app = handle->data;

        switch (number) {
        case SIGHUP:
                reload_ask(app, NULL, 0, &(struct att_wire_reload){.of = ATT_WIRE_RELOAD_FILES});
                break;
        case SIGUSR1:
                route_log_reopen(&app->route_log);
                break;
        default:
                app_drain(app);
                break;
        }
}

void signals_ignore(void)
{
        (void)signal(SIGPIPE, SIG_IGN);
        (void)signal(SIGXFSZ, SIG_IGN);
}

void signals_open(struct app *app)
{
        for (int i = 0; i < SIGNALS_COUNT; i++) {
                uv_signal_t *handle = &app->signals.handles[i];

                ATT_CHECK(uv_signal_init(app->loop, handle) == 0);
                handle->data = app;
                ATT_CHECK(uv_signal_start(handle, on_signal, SIGNALS[i]) == 0);
        }
        app->signals.is_open = true;
}

void signals_close(struct app *app)
{
        if (!app->signals.is_open) {
                return;
        }
        app->signals.is_open = false;
        for (int i = SIGNALS_COUNT - 1; i >= 0; i--) {
                uv_close((uv_handle_t *)&app->signals.handles[i], NULL);
        }
}
