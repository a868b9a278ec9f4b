/* `once`: poll all feeds, deliver, stop. And what is due only: keeper_deliver.
 *  */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/err.h"
#include "base/log.h"

#include "state.h"

/* One line that is written over, on a terminal only, after two seconds. */
static void
progress(struct keeper *k)
{
	static int64_t shown;
	struct mono now = mono_now();

	if (now.ms - shown < 250 || wall_now().s - k->started < 2)
		return;
	shown = now.ms;
	fprintf(stderr, "\r%u documents, %u advisories, %u alerts, %u "
	    "delivered  ", k->count.documents, k->count.advisories,
	    k->count.alerts, k->count.delivered);
}

static bool
finished_quiet(struct keeper *k)
{
	return k->broken || (flow_is_idle(k) && k->look_at == INT64_MAX);
}

static bool
finished(struct keeper *k)
{
	bool done = finished_quiet(k);

	progress(k);
	if (done)
		fprintf(stderr, "\r%60s\r", "");
	return done;
}

/* From earlier runs: deliveries that wait, addresses that fail. */
static int
left_over(const struct keeper *k)
{
	struct arena mem = ARENA_INIT;
	struct err err = ERR_INIT;
	struct store_view v;
	int rc = EX_OK;

	if (store_view(k->store, &mem, &v, &err) == -1) {
		arena_clear(&mem);
		return EX_IOERR;
	}
	for (uint32_t i = 0; i < v.n_feeds; i++)
		if (v.feeds[i].configured && v.feeds[i].failing > 0 &&
		    !k->send_only)
			rc = EX_UNAVAILABLE;
	for (uint32_t i = 0; i < v.n_sinks; i++)
		if (v.sinks[i].due > 0)
			rc = EX_TEMPFAIL;
	arena_clear(&mem);
	return rc;
}

/* This run's own faults first; 0 only if nothing waits at all. */
static int
exit_code(const struct keeper *k, bool stopped)
{
	if (k->broken)
		return EX_IOERR;
	if (stopped || k->count.deferred > 0)
		return EX_TEMPFAIL;
	if (k->count.feeds_failed > 0 || k->count.refused > 0)
		return EX_UNAVAILABLE;
	if (!k->send_only && !devices_ready(k))
		return EX_NOINPUT;
	return left_over(k);
}

static int
run_once(const char *conf_path, bool polls, bool quiet,
    struct once_report *ret)
{
	struct loop_hooks hooks = { .finished = !quiet && isatty(2) ?
	    finished : finished_quiet };
	struct keeper k;
	struct err err = ERR_INIT;
	bool stopped;
	int rc = keeper_open(&k, conf_path, quiet);

	if (rc != EX_OK)
		goto out;
	k.once = true;
	k.send_only = !polls;
	k.count.feeds = k.conf->n_feeds;
	if (polls && flow_polls(&k, true, wall_now().s, &err) == -1) {
		store_failed(&k, "polling", &err);
		rc = EX_IOERR;
		goto out;
	}
	stopped = loop_run(&k, &hooks) != 0;
	*ret = k.count;
	rc = exit_code(&k, stopped);
out:
	keeper_close(&k);
	return rc;
}

int
keeper_once(const char *conf_path, bool quiet, struct once_report *ret)
{
	return run_once(conf_path, true, quiet, ret);
}

int
keeper_deliver(const char *conf_path)
{
	struct once_report report = { .feeds = 0 };

	return run_once(conf_path, false, true, &report);
}
