/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One simulated run: the real daemon (daemon/, from app_run() on, with the engine and the journal) and
 * libattune-client, in one process, on a clock, a disk and a network that obey a seed.
 *
 * A run is a row of lives of the daemon on one disk: each ends by a fault, or by being told to. Eras
 * follow one another, each a new centre on an empty disk.
 */
#ifndef ATT_TOOLS_ATTUNESIM_CHAOS_WORLD_H
#define ATT_TOOLS_ATTUNESIM_CHAOS_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/core/core.h"
#include "tools/attunesim/chaos_report.h"

struct world_options {
        uint64_t seed;
        uint64_t commands;
        uint64_t faults; /* A bit for each that may be. */
        enum chaos_plant plant;
};

/* Somebody else who decides the same commands, from an era's first on until the engine is out of its
 * depth: a test's. Its centres give weight to no term that it does not know, and neither death nor a pause
 * comes before it is done. */
struct world_oracle {
        void (*begin)(void);
        /* False: it is done. `wrong` says what is wrong, or stays empty. */
        bool (*see)(const struct att_command *command, const struct att_effects *effects,
                    struct att_buffer *wrong);
};
extern const struct world_oracle *world_oracle; /* NULL: none. */

/* Ends the process if something is wrong (chaos_fail()). Once a process. */
void world_run(const struct world_options *options);

#endif
