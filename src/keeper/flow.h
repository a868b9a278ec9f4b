/* keeper/flow.h - the turns of the flow, one file each. Private to the keeper.
 *  */
#ifndef KEEPER_FLOW_H
#define KEEPER_FLOW_H
#include "state.h"

struct arena;
struct err;
struct feed;

/* How long a claim holds: longer than any ask and its wait in the queue. */
#define LEASE_S		3600
/* Claims at a time: a commit each, so not one by one. */
#define CLAIM_MAX	32
/* An ask that ends two helpers is poison. */
#define POISON		2

/* Claims what is due and asks for it; may[] tells if there may be more. -1: the
 * store failed. */
typedef int flow_step(struct keeper *k, int64_t now, struct arena *mem,
    struct err *err);

flow_step fetch_turn;		/* flow_fetch.c: address -> document */
flow_step read_turn;		/* flow_read.c: document -> advisories */
flow_step match_turn;		/* flow_match.c: advisory -> matches, alerts */
flow_step gather_turn;		/* flow_gather.c: alerts -> one digest */

/* By its name; NULL: no longer configured. (flow_fetch.c) */
const struct feed *feed_find(const struct keeper *k, const char *name);
#endif
