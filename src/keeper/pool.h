/* keeper/pool.h - helpers of one program: start, ask, bury, replace.
 *
 * Never blocks; driven by the loop. One ask is in flight per helper. An ask
 * waits in the pool's queue until a helper is free; only then is it filled, so
 * that a long queue holds no bodies. Each ask ends in exactly one call of
 * `done` with more == false, whatever happens to the helper. The life of a
 * slot is the table in pool.c. */
#ifndef KEEPER_POOL_H
#define KEEPER_POOL_H
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/blob.h"
#include "base/clock.h"
#include "talk/ask.h"

struct buf;
struct err;
struct pool;
struct unpack;

struct pool_kind {
	const char	*program;	/* "fetch" */
	const char	*path;		/* of the executable */
	/* further ones, NULL-terminated; or NULL */
	const char *const *args;
	unsigned	 size;		/* helpers at a time */
	unsigned	 max_use;	/* asks before it retires */
	/* sandbox layers that must be enforced */
	unsigned	 demand;
	bool		 grouped;	/* a helper serves one group only */
	int64_t		 start_ms, leave_ms, idle_ms;
	/* idle for so long while others of its kind live: it leaves */
	int64_t		 surplus_ms;
};

/* How an ask went. `answer` is positioned behind the status byte and lives
 * during the call; `body` may be taken (leave BLOB_INIT). failure: the helper
 * said that the input cannot be used. */
struct pool_result {
	enum ask_end	 end;
	bool		 more;		/* a part; others follow */
	/* NULL unless ANSWERED without failure */
	struct unpack	*answer;
	struct blob	*body;		/* as above */
	/* ANSWERED: the helper says that the input cannot be used; UNSTARTED:
	 * fill() failed. NULL if neither. */
	const struct err *failure;
	const char	*why;		/* for people, if end is not ANSWERED */
};

struct pool_ask {
	enum ask_kind	 kind;
	const char	*group;		/* copied; "" = any */
	/* Called when a helper is free. -1: the ask ends UNSTARTED. */
	int (*fill)(void *ctx, struct buf *inline_fields, struct blob *body,
	    struct err *err);
	void (*done)(void *ctx, const struct pool_result *result);
	void		*ctx;
	int64_t		 limit_ms;	/* 0 = by kind */
};

struct pool *pool_new(const struct pool_kind *kind);
/* Kills what runs. Asks in flight or in the queue end UNSTARTED first. */
void	 pool_free(struct pool *p);
/* Helpers are replaced by ones with these arguments as they become idle. */
void	 pool_rearm(struct pool *p, const struct pool_kind *kind);

void	 pool_ask(struct pool *p, const struct pool_ask *ask);
/* Before its next ask each helper is asked `kind` with this body (shared). */
void	 pool_prelude(struct pool *p, enum ask_kind kind,
    const struct blob *body);

/* Asks that could start at once: idle or empty slots less the queue. */
unsigned pool_room(const struct pool *p);
/* This kind can not be used, or keeps dying at the start. */
bool	 pool_is_down(const struct pool *p);
/* In flight and in the queue. */
unsigned pool_load(const struct pool *p);

/* At most 2 a slot. */
size_t	 pool_fds(const struct pool *p, struct pollfd *out, size_t room);
/* What poll said of the descriptors that pool_fds gave, then the clock. */
void	 pool_step(struct pool *p, const struct pollfd *in, size_t n,
    struct mono now);
/* When to be stepped at the latest; ms INT64_MAX = no need. */
struct mono pool_wake(const struct pool *p);

struct pool_view {
	const char	*program;
	unsigned	 idle, busy, starting;
	unsigned	 queue;
	unsigned	 layers;	/* of the last HELLO */
	unsigned	 deaths;	/* in all */
	/* why this kind stays down; "" if it does not */
	const char	*down;
	/* It dies at each start: how, and what to do; "" if it does not. It is
	 * tried again in retry_ms. */
	const char	*failing;
	int64_t		 retry_ms;
};
void	 pool_view(const struct pool *p, struct pool_view *ret);
#endif
