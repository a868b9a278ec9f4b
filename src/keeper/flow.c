/* Which noun moves on, and what follows: the whole program on a page.
 *
 *  state of the noun   event           action                  next state
 *  feed due            time            wake its listings       address due
 *  address due         room            ask FETCH               (claimed)
 *  (claimed)           unchanged       -                       address done
 *  (claimed)           document        keep                    document new
 *  (claimed)           not done        back off                address due
 *  document new        room            ask READ                (claimed)
 *  (claimed)           reading         keep                    advisory new
 *  (claimed)           unreadable      set aside, tell         document aside
 *  (claimed)           not done (2nd)  set aside, tell         document aside
 *  advisory new        room, devices   ask MATCH               (claimed)
 *  (claimed)           matches         compose alerts, route   delivery due
 *  (claimed)           not done (2nd)  set aside, tell         advisory aside
 *  alerts gathered     all matched     one digest of them      delivery due
 *  delivery due        room            ask MAIL SYSLOG HOOK    see outbox.c
 *
 * Every change is committed before the next ask is made, but for outcomes of a
 * batch, which are while the next one flies (outbox.c); a crash of the keeper
 * voids its claims, and the states above are found again. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"

#include "flow.h"

void
store_failed(struct keeper *k, const char *what, const struct err *err)
{
	char text[900];

	if (!k->broken)
		log_error("the store failed, work pauses", "doing", what,
		    "why", err_show(err, text, sizeof(text)), NULL);
	k->broken = true;
	k->store_retry = wall_now().s + (err->kind == ERR_SYSTEM ? 10 : 60);
}

int
flow_polls(struct keeper *k, bool all, int64_t now, struct err *err)
{
	uint32_t *every = mem_alloc((k->conf->n_feeds + 1) * sizeof(*every));
	uint32_t begun = 0;
	int rc;

	for (uint32_t i = 0; i < k->conf->n_feeds; i++)
		every[i] = k->conf->feeds[i].every_s;
	rc = store_polls_begin(k->store, every, all, now, &begun, err);
	free(every);
	if (rc == 0 && begun > 0)
		k->may[WORK_FETCH] = true;
	return rc;
}

static int
send_turn(struct keeper *k, int64_t now, struct arena *mem, struct err *err)
{
	(void)mem;
	(void)err;
	k->may[WORK_SEND] = false;
	outbox_turn(k, now);
	return 0;
}

/* Which turn, and the pool whose room it needs. */
static const struct {
	flow_step	*go;
	enum program	 program;
} turns[WORK_COUNT_] = {
	[WORK_FETCH] = { fetch_turn, PROGRAM_FETCH },
	[WORK_READ] = { read_turn, PROGRAM_READ },
	[WORK_MATCH] = { match_turn, PROGRAM_MATCH },
	[WORK_GATHER] = { gather_turn, PROGRAM_COUNT_ },
	[WORK_SEND] = { send_turn, PROGRAM_COUNT_ },
};

static void
look_again(struct keeper *k, int64_t now)
{
	struct err err = ERR_INIT;

	if (now < k->look_at)
		return;
	if (!k->once && flow_polls(k, false, now, &err) == -1)
		goto failed;
	for (int w = k->send_only ? WORK_SEND : 0; w < WORK_COUNT_; w++)
		k->may[w] = true;
	k->look_at = INT64_MAX;
	k->recount = true;
	return;
failed:
	store_failed(k, "looking for work", &err);
}

/* When to look next: after each claim, and after each ask that ended, since
 * either may have made something due at another time. */
static void
look_later(struct keeper *k, int64_t now)
{
	struct err err = ERR_INIT;
	int64_t at = 0;

	if (k->once || !k->recount)
		return;
	if (store_next_due(k->store, now, &at, &err) == -1) {
		store_failed(k, "looking for what is next", &err);
		return;
	}
	k->look_at = at;
	k->recount = false;
}

/* What was in flight when the store failed could not be put back, so its
 * claims are given up as a whole: once nothing flies any more, and after what
 * the sinks settled meanwhile is committed. */
static bool
store_is_back(struct keeper *k, int64_t now)
{
	struct err err = ERR_INIT;

	if (now < k->store_retry)
		return false;
	for (int w = 0; w < WORK_COUNT_; w++)
		if (k->flying[w] > 0)
			return false;
	k->store_retry = now + 10;
	if (!outbox_commit(k))
		return false;
	if (store_claims_void(k->store, &err) == -1) {
		store_failed(k, "taking up work again", &err);
		return false;
	}
	log_info("the store works again", NULL);
	k->broken = false;
	for (int w = k->send_only ? WORK_SEND : 0; w < WORK_COUNT_; w++)
		k->may[w] = true;
	return true;
}

void
flow_turn(struct keeper *k, int64_t now)
{
	struct arena mem = ARENA_INIT;
	struct err err = ERR_INIT;

	if (k->stopping || (k->broken && !store_is_back(k, now)))
		return;
	outbox_keep(k, mono_now());
	look_again(k, now);
	for (int w = 0; w < WORK_COUNT_ && !k->broken; w++) {
		if (!k->may[w] || (turns[w].program != PROGRAM_COUNT_ &&
		    pool_room(k->pools[turns[w].program]) == 0))
			continue;
		k->recount = true;
		if (turns[w].go(k, now, &mem, &err) == -1)
			store_failed(k, "claiming work", &err);
		arena_clear(&mem);
	}
	if (!k->broken)
		look_later(k, now);
}

bool
flow_is_idle(const struct keeper *k)
{
	for (int w = 0; w < WORK_COUNT_; w++)
		if (k->flying[w] > 0)
			return false;
	if (k->broken)
		return false;
	for (int w = 0; w < WORK_COUNT_; w++) {
		/* what no helper can do now is not waited for */
		if (!k->may[w] || (w == WORK_MATCH && !devices_ready(k)) ||
		    (turns[w].program != PROGRAM_COUNT_ &&
		    pool_is_down(k->pools[turns[w].program])))
			continue;
		return false;
	}
	return devices_settled(k) && outbox_is_idle(k);
}
