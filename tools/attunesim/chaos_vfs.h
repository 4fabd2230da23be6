/* SPDX-License-Identifier: Apache-2.0 */
/* SQLite on the simulation's disk, and its chances and clock from the simulation. */
#ifndef ATT_TOOLS_ATTUNESIM_CHAOS_VFS_H
#define ATT_TOOLS_ATTUNESIM_CHAOS_VFS_H

/* From now on every database of this process is on the disk (chaos_disk.h). */
void chaos_vfs_register(void);

#endif
