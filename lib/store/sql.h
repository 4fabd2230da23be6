/* SPDX-License-Identifier: Apache-2.0 */
/* The files of SQL in this folder as the library holds them: lines, up to a NULL. */
#ifndef ATT_LIB_STORE_SQL_H
#define ATT_LIB_STORE_SQL_H

extern const char *const att_sql_history[];  /* history.sql: the tables. */
extern const char *const att_sql_measures[]; /* measures.sql: the views. */

#endif
