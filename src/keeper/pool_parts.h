/* keeper/pool_parts.h - the inside of a pool, shared by pool.c (queue, loop)
 * and pool_life.c (what happens to one helper). Nobody else includes it. */
#ifndef KEEPER_POOL_PARTS_H
#define KEEPER_POOL_PARTS_H
#include "pool.h"
#include "spawn.h"
#include "talk/frame.h"

#define GROUP_MAX 128
/* Structural deaths in a row after which waiting asks end unstarted. */
#define DEATHS_DOWN 5
/* And said again after so many more: hourly, at the longest pause. */
#define DEATHS_SAID 60

enum slot_state { EMPTY, STARTING, IDLE, BUSY, LEAVING, STATES };
enum slot_event { HELLO, ANSWER, PART, NOTE, GONE, BROKEN, LATE, EVENTS };

struct ask {
	struct ask	*next;
	struct pool_ask	 what;
	char		 group[GROUP_MAX];
	uint32_t	 id;
	uint32_t	 parts;
};

struct slot {
	struct pool	*pool;
	enum slot_state	 state;
	struct spawned	 helper;
	int64_t		 deadline;	/* mono ms; INT64_MAX = none */
	int64_t		 idle_since;
	/* BUSY; NULL while it holds the prelude */
	struct ask	*ask;
	char		 group[GROUP_MAX];
	uint32_t	 prelude;	/* generation that it holds */
	uint32_t	 id;		/* of the ask in flight */
	uint32_t	 uses;
	uint32_t	 notes;		/* log lines in this ask */
	uint32_t	 arms;		/* generation of its arguments */
};

struct pool {
	struct pool_kind kind;
	struct slot	*slots;
	unsigned	 cap;		/* slots; kind.size of them may start */
	struct ask	*first, **last;	/* the queue */
	unsigned	 queued;
	struct blob	 prelude;
	enum ask_kind	 prelude_kind;
	uint32_t	 prelude_now;	/* 0 = there is none */
	uint32_t	 arms_now;
	uint32_t	 next_id;
	uint32_t	 deaths_row;	/* structural ones in a row */
	unsigned	 deaths;
	int64_t		 not_before;	/* backoff, mono ms */
	int64_t		 now;
	unsigned	 layers;
	char		 down[256];
	char		 failing[400];
};

/* --- pool_life.c --- */
/* One event at one helper: the table of its life. f is NULL for GONE and LATE
 * that came without a frame. */
void slot_happens(struct slot *s, enum slot_event event, struct frame *f);
void ask_ends(struct ask *a, enum ask_end end, const char *why);
void ask_unfilled(struct ask *a, const struct err *err);
void fail_queue(struct pool *p, const char *why);
/* A structural death: pause, and say at the right times what to do. */
void fails(struct pool *p, const char *why, const char *advice);
void bury(struct slot *s);
void dies(struct slot *s, enum ask_end end, const char *what);
void act_leave(struct slot *s, struct frame *f);
#endif
