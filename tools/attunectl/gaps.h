/* SPDX-License-Identifier: Apache-2.0 */
/* Skills that more contacts wait for than agents who have it are free. */
#ifndef ATT_TOOLS_ATTUNECTL_GAPS_H
#define ATT_TOOLS_ATTUNECTL_GAPS_H

#include "tools/attunectl/command.h"

enum verdict gaps_run(struct ctl *ctl);

#endif
