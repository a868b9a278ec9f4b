/* keeper/outbox_parts.h - what the files of the outbox share.
 *
 *  batch	event			next
 *  FREE	due, claimed, packed	READY
 *  READY	nothing else flies	FLYING
 *  READY	sink rests, new config	FREE (given back unasked)
 *  FLYING	answered or failed	ENDED
 *  ENDED	outcomes committed	FREE
 *
 * A lane has two: one is made ready while the other is at the helper. */
#ifndef KEEPER_OUTBOX_PARTS_H
#define KEEPER_OUTBOX_PARTS_H
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/blob.h"
#include "base/clock.h"
#include "base/limits.h"
#include "contract/store.h"
#include "state.h"

enum batch_state { BATCH_FREE, BATCH_READY, BATCH_FLYING, BATCH_ENDED };

struct lane;

struct batch {
	struct lane	*lane;
	enum batch_state state;
	/* as they were when it was packed */
	const struct conf *conf;
	const struct conf_sink *sink;
	struct arena	 mem;
	struct due_delivery *due;	/* n_due, of which the ask has ... */
	uint32_t	 n_due, n_packed;	/* ... the first n_packed */
	struct blob	 body;
	bool		 answered[BATCH_MAX];
	uint32_t	 next;		/* answered next, most likely */
	struct settled	 settled[BATCH_MAX];	/* not yet committed */
	uint32_t	 n_settled;
	struct mono	 asked, committed;
};

/* One sink. */
struct lane {
	struct lane	*next;
	struct keeper	*k;
	const struct conf_sink *sink;
	char		*name;
	uint32_t	 pauses;	/* faults of the whole sink in a row */
	bool		 rested;	/* paused once for the present batch */
	uint32_t	 room;		/* deliveries of the next batch */
	struct batch	 batches[2];
};

/* outbox_pack.c: b->body of b->due. */
int  batch_pack(struct batch *b, struct err *err);

/* outbox_settle.c */

/* All outcomes of a part; the last may have none. -1: the helper answered what
 * was not asked. */
int  batch_settle(struct batch *b, struct unpack *in);
/* Keeps the outcomes; after a failure they wait for the next call. */
void batch_commit(struct batch *b);
/* What the helper left unanswered is not done; what did not fit into the ask is
 * due at once. */
void batch_put_back(struct batch *b, const char *why);
/* As if it had never been claimed. */
void batch_give_back(struct batch *b);
#endif
