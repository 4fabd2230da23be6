/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the history does to routing: two attuneds, one that writes it and one that does not, are given
 * the same load in turn. Both are there all the time, and the one that is not asked does nothing.
 */
#include <stdio.h>
#include <sys/stat.h>

#include "tools/attune-bench/history.h"
#include "tools/attune-bench/server.h"

struct end {
        char work[200];
        struct place place;
        struct routing_side side;
};

static bool start(struct end *end, const struct history_routing *asked, const char *name,
                  const char *option)
{
        (void)snprintf(end->work, sizeof(end->work), "%s/%s", asked->work, name);
        (void)snprintf(end->place.path, sizeof(end->place.path), "%.60s/%s/attuned.sock",
                       asked->work, name);
        if (mkdir(end->work, 0750) < 0 || !routing_write_config(end->work)) {
                perror(end->work);
                return false;
        }
        end->side.place = &end->place;
        end->side.server = server_start_with(asked->binary, end->work, &end->place, option);
        return end->side.server > 0;
}

bool history_routing_run(const struct history_routing *asked,
                         struct history_routing_found *ret_found)
{
        struct end with = {.work = ""};
        struct end without = {.work = ""};
        bool is_done = start(&with, asked, "with", NULL) &&
                       start(&without, asked, "without", "--no-history");

        for (uint64_t i = 0; is_done && i < asked->rounds; i++) {
                struct end *first = i % 2 == 0 ? &without : &with;
                struct end *second = i % 2 == 0 ? &with : &without;

                is_done = routing_load(&first->side, asked->requests, i) &&
                          routing_load(&second->side, asked->requests, i);
        }
        server_stop(with.side.server);
        server_stop(without.side.server);
        if (is_done) {
                ret_found->with = routing_find(&with.side);
                ret_found->without = routing_find(&without.side);
        } else {
                server_print_log(with.work);
                server_print_log(without.work);
        }
        routing_deinit(&with.side);
        routing_deinit(&without.side);
        return is_done;
}
