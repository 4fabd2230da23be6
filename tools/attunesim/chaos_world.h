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

#include <stdint.h>

#include "tools/attunesim/chaos_report.h"

struct world_options {
        uint64_t seed;
        uint64_t commands;
        uint64_t faults; /* A bit for each that may be. */
        enum chaos_plant plant;
};

/* Ends the process if something is wrong (chaos_fail()). Once a process. */
void world_run(const struct world_options *options);

#endif
