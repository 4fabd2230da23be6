/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attune-bench/routing.h"

#include <stdlib.h>

#include "lib/base/util.h"
#include "tools/attune-bench/bench.h"
#include "tools/attune-bench/load.h"

#define CONNECTIONS 2
#define WINDOW      2

bool routing_write_config(const char *work)
{
        return load_write_config(work, CONNECTIONS, WINDOW);
}

static void take(struct routing_side *side, const struct load_result *result)
{
        const size_t i = side->rounds++;

        side->p50_ns = att_realloc_array(side->p50_ns, side->rounds, sizeof(*side->p50_ns));
        side->p99_ns = att_realloc_array(side->p99_ns, side->rounds, sizeof(*side->p99_ns));
        side->p50_ns[i] = bench_quantile(result->latencies_ns, result->count, 0.5);
        side->p99_ns[i] = bench_quantile(result->latencies_ns, result->count, 0.99);
        side->requests += result->count;
        side->passed_ns += result->ended_ns - result->began_ns;
}

bool routing_load(struct routing_side *side, size_t requests, uint64_t seed)
{
        const struct load load = {
                .place = side->place,
                .token = LOAD_TOKEN,
                .connections = CONNECTIONS,
                .window = WINDOW,
                .requests = requests,
                .seed = seed,
                .first_contact = (unsigned)(seed * requests),
        };
        const int64_t cpu_ns = bench_cpu_ns(side->server);
        struct load_result result;
        const bool is_done = load_run(&load, NULL, NULL, &result);

        if (is_done) {
                side->cpu_ns += bench_cpu_ns(side->server) - cpu_ns;
                take(side, &result);
        }
        free(result.latencies_ns);
        return is_done;
}

struct routing_found routing_find(struct routing_side *side)
{
        const double count = (double)side->requests;

        return (struct routing_found){
                .p50_us = bench_quantile(side->p50_ns, side->rounds, 0.5) / 1e3,
                .p99_us = bench_quantile(side->p99_ns, side->rounds, 0.5) / 1e3,
                .per_second = count * 1e9 / (double)side->passed_ns,
                .cpu_us = (double)side->cpu_ns / 1e3 / count,
        };
}

void routing_deinit(struct routing_side *side)
{
        free(side->p50_ns);
        free(side->p99_ns);
}
