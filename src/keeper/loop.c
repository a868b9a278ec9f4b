/* The one poll loop: signals, control socket, helpers, and the time. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"

#include "state.h"

#define FDS_MAX		1200
/* Wall time may jump: never sleep longer than this by it. */
#define SLEEP_MAX_MS	60000
#define CONTROL_FDS	64
/* Without an event for so long the keeper gives memory back. Longer than the
 * pauses within one piece of work. */
#define REST_MS		500

struct poll_set {
	struct pollfd	fd[FDS_MAX];
	size_t		n;
	size_t		control, control_n;
	size_t		pool[PROGRAM_COUNT_], pool_n[PROGRAM_COUNT_];
};

static int
signals_open(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR1);
	if (sigprocmask(SIG_BLOCK, &set, NULL) == -1)
		return -1;
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void
reload(struct keeper *k)
{
	char text[64];

	snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%lld",
	    (long long)mono_now().ms * 1000);
	notify_send(text);
	keeper_reload(k);
	notify_send("READY=1");
}

/* True: leave. */
static bool
signals_step(struct keeper *k, int fd)
{
	struct signalfd_siginfo info;
	struct err err = ERR_INIT;

	while (read(fd, &info, sizeof(info)) == sizeof(info)) {
		switch (info.ssi_signo) {
		case SIGHUP:
			if (!k->once)
				reload(k);
			break;
		case SIGUSR1:
			if (flow_polls(k, true, wall_now().s, &err) == -1)
				store_failed(k, "polling now", &err);
			break;
		default:
			log_info("stopping", "signal",
			    LOG_NUM(info.ssi_signo), NULL);
			return true;
		}
	}
	return false;
}

static void
gather(struct keeper *k, struct poll_set *set, int signals)
{
	set->n = 0;
	set->fd[set->n++] = (struct pollfd){ signals, POLLIN, 0 };
	set->control = set->n;
	set->control_n = k->control == NULL ? 0 :
	    control_fds(k->control, set->fd + set->n, CONTROL_FDS);
	set->n += set->control_n;
	for (int p = 0; p < PROGRAM_COUNT_; p++) {
		set->pool[p] = set->n;
		set->pool_n[p] = pool_fds(k->pools[p], set->fd + set->n,
		    FDS_MAX - set->n);
		set->n += set->pool_n[p];
	}
}

static void
sooner(int64_t *ms, int64_t candidate)
{
	if (candidate < 0)
		candidate = 0;
	if (candidate < *ms)
		*ms = candidate;
}

/* Caches of the store, and what malloc holds of the last work: most hours of
 * a relay are idle, and a page of a cache is read back in microseconds. */
static void
rest(struct keeper *k)
{
	store_rest(k->store);
	mem_rest();
}

static int
sleep_ms(const struct keeper *k, int64_t watchdog_at, int64_t rest_at)
{
	int64_t ms = SLEEP_MAX_MS;
	struct mono mono = mono_now();
	int64_t wall = wall_now().s;

	for (int p = 0; p < PROGRAM_COUNT_; p++) {
		int64_t at = pool_wake(k->pools[p]).ms;

		if (at != INT64_MAX)
			sooner(&ms, at - mono.ms);
	}
	if (outbox_wake(k).ms != INT64_MAX)
		sooner(&ms, outbox_wake(k).ms - mono.ms);
	if (k->broken)
		sooner(&ms, (k->store_retry - wall) * 1000);
	else if (k->look_at != INT64_MAX)
		sooner(&ms, (k->look_at - wall) * 1000);
	sooner(&ms, 2000);	/* device lists are looked at */
	if (watchdog_at != INT64_MAX)
		sooner(&ms, watchdog_at - mono.ms);
	if (rest_at != INT64_MAX)
		sooner(&ms, rest_at - mono.ms);
	return (int)ms;
}

static void
step_pools(struct keeper *k, const struct poll_set *set)
{
	struct mono now = mono_now();

	for (int p = 0; p < PROGRAM_COUNT_; p++)
		pool_step(k->pools[p], set == NULL ? NULL :
		    set->fd + set->pool[p], set == NULL ? 0 : set->pool_n[p],
		    now);
}

int
loop_run(struct keeper *k, const struct loop_hooks *hooks)
{
	struct poll_set *set = mem_alloc(sizeof(*set));
	int64_t beat = notify_watchdog_ms(), beat_at = INT64_MAX;
	int64_t rest_at = mono_now().ms + REST_MS;
	int signals = signals_open(), n;
	bool leave = signals == -1;

	if (leave)
		log_error("signals cannot be handled", "why", strerror(errno),
		    NULL);
	if (beat > 0)
		beat_at = 0;
	while (!leave) {
		/* only the loop that does the work says that it is alive */
		if (mono_now().ms >= beat_at) {
			notify_send("WATCHDOG=1");
			beat_at = mono_now().ms + beat;
		}
		devices_look(k, wall_now().s);
		flow_turn(k, wall_now().s);
		step_pools(k, NULL);
		keeper_tidy(k);
		if (hooks->finished != NULL && hooks->finished(k))
			break;
		gather(k, set, signals);
		n = poll(set->fd, set->n, sleep_ms(k, beat_at, rest_at));
		if (n == -1 && errno != EINTR) {
			log_error("poll failed", "why", strerror(errno), NULL);
			break;
		}
		if (n != 0) {
			rest_at = mono_now().ms + REST_MS;
		} else if (mono_now().ms >= rest_at) {
			rest(k);
			rest_at = INT64_MAX;
		}
		if (set->fd[0].revents != 0)
			leave = signals_step(k, signals);
		if (k->control != NULL)
			control_step(k, set->fd + set->control,
			    set->control_n);
		step_pools(k, set);
	}
	if (signals != -1)
		close(signals);
	free(set);
	return leave ? 1 : 0;
}
