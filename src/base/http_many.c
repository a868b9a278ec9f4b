/* Several exchanges at once: libcurl's multi handle, driven by one poll(). With
 * its own waiting it would look at each connection several times a turn. */
#include "base/http.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "http_rules.h"

/* A connection each, two while one is opened by both families, the resolver's
 * notice. */
#define FDS_MAX		(4 * HTTP_AT_ONCE)
/* Idle connections that are kept, of all servers. */
#define KEPT_MAX	24L

/* A handle with what is on its way in it. */
struct seat {
	struct exchange	 e;
	struct http_one	*one;		/* NULL: free */
	bool		 over;		/* ended, not yet given back */
};

static struct {
	CURLM		*multi;
	struct seat	 seats[HTTP_AT_ONCE];
	struct pollfd	 fds[FDS_MAX];
	nfds_t		 n_fds;
	int64_t		 timer;		/* ms; INT64_MAX = none */
} many;

static int
on_socket(CURL *h, curl_socket_t fd, int what, void *ctx, void *socket_ctx)
{
	nfds_t i = 0;

	(void)h, (void)ctx, (void)socket_ctx;
	while (i < many.n_fds && many.fds[i].fd != fd) {
		i++;
	}
	if (what == CURL_POLL_REMOVE) {
		if (i < many.n_fds) {
			many.fds[i] = many.fds[--many.n_fds];
		}
		return 0;
	}
	if (i == FDS_MAX) {
		return -1;
	}
	many.fds[i] = (struct pollfd){ .fd = fd };
	many.fds[i].events = (short)((what & CURL_POLL_IN ? POLLIN : 0) |
	    (what & CURL_POLL_OUT ? POLLOUT : 0));
	if (i == many.n_fds) {
		many.n_fds++;
	}
	return 0;
}

static int
on_timer(CURLM *multi, long ms, void *ctx)
{
	(void)multi, (void)ctx;
	many.timer = ms < 0 ? INT64_MAX : mono_now().ms + ms;
	return 0;
}

static void
many_open(void)
{
	if (many.multi != NULL) {
		return;
	}
	many.multi = curl_multi_init();
	if (many.multi == NULL) {
		bug("libcurl gives no multi handle");
	}
	many.timer = INT64_MAX;
	curl_multi_setopt(many.multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(many.multi, CURLMOPT_TIMERFUNCTION, on_timer);
	curl_multi_setopt(many.multi, CURLMOPT_MAXCONNECTS, KEPT_MAX);
}

static struct seat *
free_seat(void)
{
	for (size_t i = 0; i < HTTP_AT_ONCE; i++) {
		if (many.seats[i].one == NULL) {
			return &many.seats[i];
		}
	}
	bug("more than %u exchanges at once", HTTP_AT_ONCE);
}

/* The end of one that was never begun, too. */
static void
seat_over(struct seat *s, int rc)
{
	if (rc == 0) {
		location_resolve(&s->e);
	}
	exchange_clear(&s->e);
	s->one->rc = rc;
	s->over = true;
}

void
http_begin(struct http_one *one)
{
	struct seat *s;
	CURL *h;

	many_open();
	if (one->rq.total_ms == 0 || one->rq.max_redirects != 0) {
		bug("an exchange without an end, or with redirects");
	}
	s = free_seat();
	h = s->e.handle != NULL ? s->e.handle : web_handle_new();
	memset(&one->reply, 0, sizeof(one->reply));
	one->err = (struct err)ERR_INIT;
	s->e = (struct exchange){ .handle = h, .rq = &one->rq,
	    .ret = &one->reply, .sink = one->sink,
	    .sink_ctx = one->sink_ctx };
	s->one = one;
	s->over = false;
	if (exchange_url(&s->e, &one->err) == -1 ||
	    url_check(&s->e, false, true, &one->err) == -1 ||
	    exchange_ready(&s->e, one->rq.total_ms, &one->err) == -1) {
		curl_easy_reset(h);
		headers_free(s->e.headers);
		seat_over(s, -1);
		return;
	}
	curl_easy_setopt(h, CURLOPT_PRIVATE, s);
	if (curl_multi_add_handle(many.multi, h) != CURLM_OK) {
		bug("libcurl takes no further exchange");
	}
}

/* What libcurl says is over. */
static void
collect(void)
{
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(many.multi, &left)) != NULL) {
		CURLcode code = m->data.result;
		CURL *h = m->easy_handle;
		struct seat *s = NULL;

		curl_easy_getinfo(h, CURLINFO_PRIVATE, (char **)&s);
		curl_multi_remove_handle(many.multi, h);
		seat_over(s, exchange_over(&s->e, code, &s->one->err));
	}
}

static struct http_one *
take_over(bool *ret_busy)
{
	*ret_busy = false;
	for (size_t i = 0; i < HTTP_AT_ONCE; i++) {
		struct seat *s = &many.seats[i];
		struct http_one *one = s->one;

		if (one != NULL && s->over) {
			s->one = NULL;
			return one;
		}
		*ret_busy = *ret_busy || one != NULL;
	}
	return NULL;
}

/* One wait of at most ms, and what follows from it. */
static void
turn(int64_t ms)
{
	struct pollfd ready[FDS_MAX];
	nfds_t n = many.n_fds;
	int running, came;

	if (many.timer != INT64_MAX && many.timer - mono_now().ms < ms) {
		ms = many.timer - mono_now().ms;
	}
	came = poll(many.fds, n, ms < 0 ? 0 : (int)ms);
	/* the calls below change the list */
	memcpy(ready, many.fds, n * sizeof(*ready));
	for (nfds_t i = 0; came > 0 && i < n; i++) {
		short r = ready[i].revents;

		if (r == 0) {
			continue;
		}
		curl_multi_socket_action(many.multi, ready[i].fd,
		    (r & POLLIN ? CURL_CSELECT_IN : 0) |
		    (r & POLLOUT ? CURL_CSELECT_OUT : 0) |
		    (r & (POLLERR | POLLHUP | POLLNVAL) ? CURL_CSELECT_ERR |
		    CURL_CSELECT_IN : 0), &running);
	}
	if (many.timer <= mono_now().ms) {
		many.timer = INT64_MAX;
		curl_multi_socket_action(many.multi, CURL_SOCKET_TIMEOUT, 0,
		    &running);
	}
	collect();
}

struct http_one *
http_next(int wait_ms)
{
	const struct mono start = mono_now();
	struct http_one *one;
	bool busy;

	for (;;) {
		int64_t left = start.ms + wait_ms - mono_now().ms;

		one = take_over(&busy);
		if (one != NULL || !busy || (left < 0 && wait_ms > 0)) {
			return one;
		}
		turn(left < 0 ? 0 : left);
		if (left <= 0) {
			return take_over(&busy);
		}
	}
}
