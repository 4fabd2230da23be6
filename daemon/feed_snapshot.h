/* SPDX-License-Identifier: Apache-2.0 */
/* What there is, for a feed that fell too far behind to be told what happened. */
#ifndef ATT_DAEMON_FEED_SNAPSHOT_H
#define ATT_DAEMON_FEED_SNAPSHOT_H

struct app;
struct feed;

/* Puts it into the feed, in pieces, after which the feed goes on as usual: live contacts of its front
 * end, those that its agents have, and its agents. Cost: a walk over all live contacts. */
void snapshot_put(struct app *app, struct feed *feed);

#endif
