/* Connections to syslog servers. */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* The kernel's own header: libc's struct tcp_info ends before notsent_bytes. */
#include <linux/tcp.h>

#include "base/digest.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/pack.h"
#include "base/buf.h"
#include "base/tls.h"
#include "noun/sink.h"
#include "syslog_net.h"

/* A server that does not want us accepts, reads a while and closes: with TLS
 * 1.3 it judges our certificate after we are done. A connection younger than
 * this is watched for so long before what it took counts. */
#define FRESH_MS 200
#define WATCH_MS 10		/* between two looks */
/* How long a peer may take to close after us; then it is its affair. */
#define FAREWELL_MS 200
#define READS_MOST 64		/* of a server that should be silent */

struct syslog_link {
	enum syslog_transport	 transport;
	int			 fd;
	char			 shown[300];
	struct tls_context	*context;
	struct tls		*tls;
	struct mono		 deadline, born;
	bool			 trusted;	/* took a batch that counts */
	uint8_t			 identity[SHA256_LEN];
};

/* A cache of one: the pool gives a helper one sink after another, but mostly
 * the same. */
static struct syslog_link *kept;

static int64_t
left_ms(struct mono deadline)
{
	int64_t left = deadline.ms - mono_now().ms;

	return left > 0 ? left : 0;
}

/* What makes two asks speak to the same server as the same client. */
static void
identity_of(const struct sink *sink, uint8_t out[SHA256_LEN])
{
	struct buf b = BUF_INIT(4u << 20);

	pack_str(&b, sink->url);
	tls_files_pack(&b, &sink->tls);
	digest_sha256(buf_text(&b), b.len, out);
	if (b.data != NULL)
		explicit_bzero(b.data, b.len);
	buf_clear(&b);
}

static void
option(int fd, int level, int name, int value)
{
	/* Best effort: each of them only shortens a wait. */
	(void)setsockopt(fd, level, name, &value, sizeof(value));
}

/* No single call waits for longer than until the deadline. */
static void
limit_calls(int fd, int64_t ms)
{
	struct timeval tv;

	ms = ms < 1 ? 1 : ms;	/* 0 would mean for ever */
	tv.tv_sec = (time_t)(ms / 1000);
	tv.tv_usec = (suseconds_t)(ms % 1000 * 1000);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
}

/* 1: events came; 0: time is up. */
static int
wait_for(int fd, short events, int64_t ms, short *ret_events)
{
	struct pollfd p = { .fd = fd, .events = events };
	struct mono end = { mono_now().ms + ms };
	int n;

	do {
		n = poll(&p, 1, (int)(left_ms(end)));
	} while (n < 0 && errno == EINTR);
	*ret_events = p.revents;
	return n > 0;
}

/* ---- opening --------------------------------------------------------------
 *  */

/* The errno of an attempt to connect, 0 if it came about. */
static int
connect_one(int fd, const struct addrinfo *at, int64_t ms)
{
	int flags = fcntl(fd, F_GETFL), fault = 0;
	socklen_t len = sizeof(fault);
	short events;

	if (flags == -1 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) == -1)
		return errno;
	if (connect(fd, at->ai_addr, at->ai_addrlen) == -1) {
		if (errno != EINPROGRESS)
			return errno;
		if (!wait_for(fd, POLLOUT, ms, &events))
			return ETIMEDOUT;
		if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &fault, &len) == -1)
			return errno;
		if (fault != 0)
			return fault;
	}
	return fcntl(fd, F_SETFL, flags) == -1 ? errno : 0;
}

static const char *
connect_hint(int fault)
{
	switch (fault) {
	case ECONNREFUSED:
		return "; is the syslog server running and listening there?";
	case ETIMEDOUT:
		return "; is a firewall in between?";
	case ENETUNREACH:
	case EHOSTUNREACH:
		return "; check this machine's network and routes";
	case EACCES:
	case EPERM:
		return "; this machine's own rules forbid it";
	default:
		return "";
	}
}

static int
resolve(const struct syslog_place *p, struct addrinfo **ret, struct err *err)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC,
		.ai_flags = AI_NUMERICSERV };
	int code;

	hints.ai_socktype = p->transport == SYSLOG_UDP ? SOCK_DGRAM :
	    SOCK_STREAM;
	code = getaddrinfo(p->host, p->port, &hints, ret);
	if (code != 0)
		return err_peer(err, "the name \"%s\" cannot be resolved (%s);"
		    " check its spelling and this machine's name server",
		    p->host, gai_strerror(code));
	return 0;
}

/* The first of the host's addresses that answers. An address that keeps silent
 * may use its share of the time only. */
static int
connect_any(struct syslog_link *l, const struct syslog_place *p,
    struct err *err)
{
	struct addrinfo *all = NULL;
	int left = 0, fault = EADDRNOTAVAIL;

	if (resolve(p, &all, err) == -1)
		return -1;
	for (struct addrinfo *at = all; at != NULL; at = at->ai_next)
		left++;
	for (struct addrinfo *at = all; at != NULL; at = at->ai_next, left--) {
		l->fd = socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC,
		    at->ai_protocol);
		fault = l->fd == -1 ? errno :
		    connect_one(l->fd, at, left_ms(l->deadline) / left);
		if (fault == 0)
			break;
		if (l->fd != -1)
			close(l->fd);
		l->fd = -1;
	}
	freeaddrinfo(all);
	if (l->fd == -1)
		return err_peer(err, "no connection: %s%s", strerror(fault),
		    connect_hint(fault));
	return 0;
}

static void
set_options(struct syslog_link *l)
{
	int64_t ms = left_ms(l->deadline);

	limit_calls(l->fd, ms);
	if (l->transport == SYSLOG_UDP)
		return;
	/* A batch ends with a wait for its confirmation: nothing may be held
	 * back for company. */
	option(l->fd, IPPROTO_TCP, TCP_NODELAY, 1);
	option(l->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, (int)ms);
	/* A firewall forgets idle connections silently. */
	option(l->fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	option(l->fd, IPPROTO_TCP, TCP_KEEPIDLE, 60);
	option(l->fd, IPPROTO_TCP, TCP_KEEPINTVL, 20);
	option(l->fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
}

static int
start_tls(struct syslog_link *l, const struct sink *sink,
    const struct syslog_place *p, struct err *err)
{
	struct tls_rules rules = { .name = p->host };

	l->context = tls_context_new(&sink->tls, &rules, err);
	if (l->context == NULL)
		return err_in(err, "check the TLS settings of the sink");
	l->tls = tls_connect(l->context, l->fd, err);
	if (l->tls == NULL)
		return -1;
	return 0;
}

static void
link_free(struct syslog_link *l)
{
	tls_close(l->tls);
	tls_context_free(l->context);
	if (l->fd != -1)
		close(l->fd);
	free(l);
}

/* ---- is the peer still there? ---------------------------------------------
 *  */

/* What a closed TLS connection has to say: an alert, or nothing. One of them is
 * in, so that no read can wait. */
static int
closed_tls(struct syslog_link *l, struct err *err)
{
	char waste[4096];
	long n = 1;

	limit_calls(l->fd, 1);
	for (int i = 0; i < READS_MOST && n > 0; i++)
		n = tls_read(l->tls, waste, sizeof(waste), err);
	if (n > 0)
		return err_peer(err, "the server sends data, which no syslog"
		    " server does");
	if (n == 0)
		err_peer(err, "the server closed the connection");
	return err_in(err, "the server ended the TLS session (does it accept"
	    " our client certificate and address?)");
}

/* Is an alert among the records that wait to be read? Of TLS 1.2 it has its own
 * type; of TLS 1.3 it looks like data, and has 2 bytes, the inner type and the
 * tag (RFC 8446, 5.2 and 6): no session ticket is as short. Reading to find out
 * could wait for the record after the tickets. */
static bool
has_alert(int fd)
{
	enum { HEAD = 5, ALERT = 21, DATA = 23, SEALED = 2 + 1 + 16 };
	unsigned char seen[8192];
	ssize_t got = recv(fd, seen, sizeof(seen), MSG_PEEK | MSG_DONTWAIT);
	size_t n = got > 0 ? (size_t)got : 0, at = 0;

	while (at + HEAD <= n) {
		size_t len = (size_t)seen[at + 3] << 8 | seen[at + 4];

		if (seen[at] == ALERT || (seen[at] == DATA && len <= SEALED))
			return at + HEAD + len <= n;
		at += HEAD + len;
	}
	return false;
}

/* A syslog server never writes, so that what can be read is the end. With TLS
 * there are session tickets too: there an alert or the end itself counts. */
static int
peer_check(struct syslog_link *l, struct err *err)
{
	const short end = POLLRDHUP | POLLHUP | POLLERR;
	char waste[4096];
	short events = 0;
	ssize_t n;

	if (!wait_for(l->fd, POLLIN | POLLRDHUP, 0, &events))
		return 0;
	if (l->transport == SYSLOG_TLS)
		return (events & end) != 0 || has_alert(l->fd) ?
		    closed_tls(l, err) : 0;
	n = 1;
	for (int i = 0; i < READS_MOST && n > 0; i++)
		n = recv(l->fd, waste, sizeof(waste), MSG_DONTWAIT);
	if (n > 0)
		return 0;	/* odd, but alive */
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (l->transport == SYSLOG_UDP)
		return n == 0 ? 0 : err_peer(err, "the datagram came back: %s"
		    "%s", strerror(errno), connect_hint(errno));
	if (n == 0)
		return err_peer(err, "the server closed the connection (does"
		    " it accept our address, and this framing?)");
	return err_peer(err, "the connection broke: %s", strerror(errno));
}

/* ---- sending --------------------------------------------------------------
 *  */

static int
send_plain(struct syslog_link *l, const char *p, size_t n, struct err *err)
{
	while (n > 0) {
		ssize_t sent = send(l->fd, p, n, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0 && errno == EAGAIN)
			return err_peer(err, "the server stopped reading");
		if (sent < 0)
			return err_peer(err, "cannot send: %s%s",
			    strerror(errno), connect_hint(errno));
		p += sent;
		n -= (size_t)sent;
		if (n > 0 && left_ms(l->deadline) == 0)
			return err_peer(err, "the server reads too slowly");
	}
	return 0;
}

int
syslog_link_send(struct syslog_link *l, const void *p, size_t n,
    struct err *err)
{
	int rc;

	if (left_ms(l->deadline) == 0)
		return err_peer(err, "%s: the server reads too slowly; the"
		    " sink's timeout is over", l->shown);
	limit_calls(l->fd, left_ms(l->deadline));
	rc = peer_check(l, err);
	if (rc == 0)
		rc = l->tls != NULL ? tls_write(l->tls, p, n, err) :
		    send_plain(l, p, n, err);
	return rc == 0 ? 0 : err_in(err, "%s", l->shown);
}

/* Bytes that the other side's kernel has not confirmed. */
static bool
is_drained(const struct syslog_link *l)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	/* SIOCOUTQ says the same, but is an ioctl and barred in the sandbox. */
	memset(&info, 0, sizeof(info));
	if (getsockopt(l->fd, IPPROTO_TCP, TCP_INFO, &info, &len) == -1)
		return false;
	return info.tcpi_unacked == 0 && info.tcpi_notsent_bytes == 0;
}

/* No event tells of a confirmation: naps, short at first as a server in the
 * same building answers in less than a millisecond. */
static int
wait_drained(struct syslog_link *l, struct err *err)
{
	long nap_ns = 20000;

	while (!is_drained(l)) {
		struct pollfd p = { .fd = l->fd, .events = POLLRDHUP };
		struct timespec nap = { .tv_nsec = nap_ns };

		if (left_ms(l->deadline) == 0)
			return err_peer(err, "the server did not take the"
			    " alerts in time (it may be overloaded)");
		if (ppoll(&p, 1, &nap, NULL) > 0 && p.revents != 0)
			return peer_check(l, err) == -1 ? -1 :
			    err_peer(err, "the connection broke");
		if (nap_ns < 10000000)
			nap_ns *= 2;
	}
	return 0;
}

int
syslog_link_drain(struct syslog_link *l, struct err *err)
{
	bool stream = l->transport != SYSLOG_UDP;
	struct mono grown = { l->born.ms + FRESH_MS };
	int rc = stream ? wait_drained(l, err) : 0;
	short events;

	if (grown.ms > l->deadline.ms)
		grown = l->deadline;
	while (rc == 0 && stream && left_ms(grown) > 0) {
		int64_t left = left_ms(grown);

		(void)wait_for(l->fd, POLLRDHUP, left < WATCH_MS ? left :
		    WATCH_MS, &events);
		rc = peer_check(l, err);
	}
	if (rc == 0)
		rc = peer_check(l, err);
	return rc == 0 ? 0 : err_in(err, "%s", l->shown);
}

/* ---- the kept link --------------------------------------------------------
 *  */

void
syslog_link_keep(struct syslog_link *l)
{
	l->trusted = true;
	kept = l;
}

/* Unread bytes (session tickets) would turn our FIN into a reset, which can
 * cost the server what it has not read yet. */
static void
farewell(struct syslog_link *l)
{
	struct mono end = { mono_now().ms + FAREWELL_MS };
	char waste[4096];
	short events;

	limit_calls(l->fd, FAREWELL_MS);
	tls_close(l->tls);
	l->tls = NULL;
	if (l->transport != SYSLOG_UDP && shutdown(l->fd, SHUT_WR) == 0)
		while (left_ms(end) > 0 &&
		    wait_for(l->fd, POLLIN, left_ms(end), &events) &&
		    recv(l->fd, waste, sizeof(waste), MSG_DONTWAIT) > 0)
			continue;
	link_free(l);
}

void
syslog_link_abort(struct syslog_link *l)
{
	struct linger now = { .l_onoff = 1 };

	/* What the server's kernel took of earlier batches counts as delivered,
	 * read or not: better some of this batch twice than that lost. */
	if (l->trusted) {
		farewell(l);
		return;
	}
	/* What is unsent was answered as deferred: it would be there twice. The
	 * last words of TLS may not wait either. */
	limit_calls(l->fd, 1);
	(void)setsockopt(l->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	link_free(l);
}

void
syslog_link_forget(void)
{
	struct syslog_link *l = kept;

	kept = NULL;
	if (l != NULL)
		farewell(l);
}

/* The kept link if it is this sink's and still stands. */
static struct syslog_link *
take_kept(const uint8_t identity[SHA256_LEN], struct mono deadline)
{
	struct syslog_link *l = kept;

	if (l == NULL)
		return NULL;
	if (memcmp(l->identity, identity, SHA256_LEN) != 0 ||
	    peer_check(l, NULL) == -1) {
		syslog_link_forget();
		return NULL;
	}
	kept = NULL;
	l->deadline = deadline;
	if (l->transport != SYSLOG_UDP)
		option(l->fd, IPPROTO_TCP, TCP_USER_TIMEOUT,
		    (int)left_ms(deadline));
	return l;
}

struct syslog_link *
syslog_link_open(const struct sink *sink, const struct syslog_place *place,
    struct mono deadline, struct err *err)
{
	uint8_t identity[SHA256_LEN];
	struct syslog_link *l;

	identity_of(sink, identity);
	l = take_kept(identity, deadline);
	if (l != NULL)
		return l;
	l = mem_alloc(sizeof(*l));
	l->fd = -1;
	l->transport = place->transport;
	l->deadline = deadline;
	memcpy(l->identity, identity, sizeof(identity));
	snprintf(l->shown, sizeof(l->shown), "%s", place->shown);
	if (connect_any(l, place, err) == -1)
		goto fail;
	set_options(l);
	if (l->transport == SYSLOG_TLS && start_tls(l, sink, place, err) == -1)
		goto fail;
	l->born = mono_now();
	return l;
fail:
	err_in(err, "%s", l->shown);
	link_free(l);
	return NULL;
}
