/* keeper/state.h - what the running keeper holds. Private to the keeper.
 *
 * The store is the memory; this is only what is in flight: pools, the device
 * index in use, and which turns of the flow have something to do. */
#ifndef KEEPER_STATE_H
#define KEEPER_STATE_H
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/blob.h"
#include "base/clock.h"
#include "contract/conf.h"
#include "contract/keeper.h"
#include "contract/store.h"
#include "noun/index.h"
#include "pool.h"

enum program {
	PROGRAM_FETCH, PROGRAM_READ, PROGRAM_LIST, PROGRAM_MATCH, PROGRAM_MAIL,
	PROGRAM_SYSLOG, PROGRAM_HOOK, PROGRAM_COUNT_
};
/* The order is that of conf.pools. */
extern const char *const program_names[PROGRAM_COUNT_];

/* Work of one kind that the store may have for us. */
enum work {
	WORK_FETCH, WORK_READ, WORK_MATCH, WORK_GATHER, WORK_SEND, WORK_COUNT_
};

struct control;
struct json_out;
struct outbox;
struct devices;

/* A config that was replaced; asks in flight may still look at it. */
struct old_conf {
	struct old_conf	*next;
	struct arena	 mem;
	struct conf	*conf;
};

struct keeper {
	struct arena	 conf_mem;
	struct conf	*conf;
	struct old_conf	*old;
	struct store	*store;
	struct pool	*pools[PROGRAM_COUNT_];
	struct devices	*devices;
	struct outbox	*outbox;	/* per sink: in flight, settled */
	struct control	*control;	/* NULL while there is none */
	bool		 may[WORK_COUNT_];	/* look into the store again */
	uint32_t	 flying[WORK_COUNT_];	/* asks in pools */
	int64_t		 look_at;	/* wall: something may become due */
	bool		 recount;	/* look_at may be another by now */
	bool		 stopping;	/* no new work */
	bool		 once;
	bool		 send_only;	/* leave feeds, documents, matches */
	bool		 broken;	/* the store failed: see store_failed */
	int64_t		 store_retry;	/* wall: try the store again */
	struct once_report count;
	int64_t		 started;
	int64_t		 reloaded;	/* the last reload that was taken */
	int		 lock;		/* state_dir/lock, held while we live */
};

/* One turn: claim what is due and there is room for. Called by the loop after
 * every event; cheap when nothing may be due. */
void	flow_turn(struct keeper *k, int64_t now);
/* Begin the polls that are due (all of them with `all`). */
int	flow_polls(struct keeper *k, bool all, int64_t now, struct err *err);
/* Nothing is in flight and nothing is due now. */
bool	flow_is_idle(const struct keeper *k);
/* A store call failed: said once. Work pauses until nothing is in flight, then
 * all claims are given up and it goes on by itself. */
void	store_failed(struct keeper *k, const char *what, const struct err *err);

/* --- devices.c: the lists and their index --- */
struct devices *devices_new(void);
void	 devices_free(struct devices *d);
/* Looks at the files; asks LIST if something changed. */
void	 devices_look(struct keeper *k, int64_t now);
/* Lets go of a config that was replaced; nothing may be in flight. */
void	 devices_release(struct keeper *k);
bool	 devices_ready(const struct keeper *k);		/* an index is in use */
/* no LIST is in flight */
bool	 devices_settled(const struct keeper *k);
uint32_t devices_count(const struct keeper *k);
/* An answer to MATCH speaks of devices by their numbers in the index that the
 * helper had: who asks holds the one in use, and lets it go. */
struct devices_index {
	struct index	 ix;
	struct blob	 blob;
	unsigned	 users;
};
struct devices_index *devices_hold(const struct keeper *k);
void	 devices_let_go(struct devices_index *x);	/* or NULL */

/* --- outbox.c: deliveries on their way --- */
struct outbox *outbox_new(void);
void	 outbox_free(struct outbox *o);
void	 outbox_turn(struct keeper *k, int64_t now);
/* Commits what is settled of the batches on their way and has waited long
 * enough for the rest; the next time, INT64_MAX if none. */
void	 outbox_keep(struct keeper *k, struct mono now);
struct mono outbox_wake(const struct keeper *k);
/* Commits what was settled and not yet kept; false if some is left. */
bool	 outbox_commit(struct keeper *k);
bool	 outbox_is_idle(const struct keeper *k);

/* --- loop.c --- */
struct loop_hooks {
	bool (*finished)(struct keeper *k);	/* leave the loop */
};
int	 loop_run(struct keeper *k, const struct loop_hooks *hooks);

/* --- keeper.c --- */
int	 keeper_open(struct keeper *k, const char *conf_path, bool quiet);
void	 keeper_close(struct keeper *k);
/* The state folder's lock, held by its descriptor: one writer at a time. -1
 * with sys EBUSY: somebody else has it. */
int	 keeper_lock(const struct conf *c, struct err *err);
int	 keeper_reload(struct keeper *k);
/* Forget replaced configs once nothing is in flight. */
void	 keeper_tidy(struct keeper *k);
/* Of one program: where it lies, its arguments by this config. */
void	 keeper_pool_kind(const struct conf *c, enum program p,
    struct pool_kind *ret);
struct pool *keeper_pool(const struct conf *c, enum program p);

/* --- control.c --- */
struct control *control_open(const char *path, struct err *err);
void	 control_close(struct control *c);
size_t	 control_fds(const struct control *c, struct pollfd *out, size_t room);
void	 control_step(struct keeper *k, const struct pollfd *in, size_t n);
/* --- answers.c: what a request is answered, running or not --- */
void	 answer_request(struct keeper *k, const char *line, size_t len,
    struct buf *out);

/* A wall second as text, null if it is 0. */
void	 jout_time(struct json_out *j, const char *key, int64_t at);

/* --- notify.c: systemd --- */
/* "READY=1" ...; no-op without systemd */
void	 notify_send(const char *state);
/* how often to say WATCHDOG=1; 0 = never */
int64_t	 notify_watchdog_ms(void);
#endif
