#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "mail_watch.h"
#include "send_serve.h"

static struct watch *current;

void
watch_init(struct watch *w)
{
	memset(w, 0, sizeof(*w));
	w->sock = -1;
}

void
watch_use(struct watch *w)
{
	current = w;
}

void
watch_stop(struct watch *w, const char *code, const char *why)
{
	if (w->stop[0] == '\0') {
		snprintf(w->stop, sizeof(w->stop), "%s", why);
		snprintf(w->code, sizeof(w->code), "%s", code);
	}
	if (w->sock >= 0)
		shutdown(w->sock, SHUT_RDWR);
}

static bool
begins(const char *p, size_t n, const char *word)
{
	size_t len = strlen(word);

	return n >= len && strncasecmp(p, word, len) == 0;
}

/* A chunk that is about to be written. Each of these commands stands at the
 * beginning of one: the library waits for the reply to the command before. */
static void
on_command(struct watch *w, const char *p, size_t n)
{
	if (begins(p, n, "STARTTLS")) {
		w->tls_asked = true;
	} else if (begins(p, n, "AUTH ")) {
		w->auth_sent = true;
		w->auth_ours = begins(p, n, "AUTH PLAIN") ||
		    begins(p, n, "AUTH LOGIN");
		if (!w->tls && !w->clear_auth)
			watch_stop(w, "", "the password was about to be sent"
			    " without TLS");
	} else if (begins(p, n, "MAIL FROM:")) {
		if (w->need_tls && !w->tls)
			watch_stop(w, "", "the session is not protected by"
			    " TLS");
		else if (w->need_auth && !w->authed)
			watch_stop(w, "", "the server offers neither AUTH PLAIN"
			    " nor AUTH LOGIN, and a user is configured");
		else
			w->mailed = true;
	}
}

/* A whole reply line. `behind` bytes came after it in the same chunk. */
static void
on_reply(struct watch *w, const char *line, size_t behind)
{
	char why[WATCH_TEXT], code[4] = { line[0], line[1], line[2], '\0' };

	snprintf(w->reply, sizeof(w->reply), "%s", line);
	if (line[3] == '-')
		return;
	if (w->tls_asked) {
		w->tls_asked = false;
		w->tls_begun = line[0] == '2';
		/* Would be taken for the server's word inside of TLS. */
		if (w->tls_begun && behind > 0)
			watch_stop(w, "", "somebody put data between STARTTLS"
			    " and the TLS handshake");
		return;
	}
	if (!w->auth_sent || line[0] == '3')
		return;
	w->auth_sent = false;
	if (line[0] == '2' && w->auth_ours) {
		w->authed = true;
	} else if (w->auth_ours) {
		snprintf(why, sizeof(why), "the server refused the password:"
		    " %.400s", line);
		watch_stop(w, code, why);
	}
}

static void
on_bytes(struct watch *w, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] != '\n') {
			if (w->line_len_ < sizeof(w->line_) - 1)
				w->line_[w->line_len_++] = p[i];
			continue;
		}
		while (w->line_len_ > 0 && w->line_[w->line_len_ - 1] == '\r')
			w->line_len_--;
		w->line_[w->line_len_] = '\0';
		if (w->line_len_ >= 3)
			on_reply(w, w->line_, n - i - 1);
		w->line_len_ = 0;
	}
}

void
watch_chunk(const char *p, int n, int writing, void *arg)
{
	if (n <= 0)
		return;
	if (writing == 0)
		on_bytes(arg, p, (size_t)n);
	else if (writing == 1)
		on_command(arg, p, (size_t)n);
}

static int
plain_poll(struct pollfd *fds, nfds_t n, int ms)
{
	struct timespec time = { .tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * 1000000L };

	return ppoll(fds, n, ms < 0 ? NULL : &time, NULL);
}

/* Stands before libc's poll() for libesmtp, which waits for each reply in it:
 * what is settled does not wait with it. */
int
poll(struct pollfd *fds, nfds_t n, int ms)
{
	int first_ms = current != NULL ? send_wait_ms(ms) : ms;
	int came = plain_poll(fds, n, first_ms);

	if (came != 0 || first_ms == ms)
		return came;
	send_pass_on();
	return plain_poll(fds, n, ms < 0 ? ms : ms - first_ms);
}

/* Waits for a connect() that is under way; its result. */
static int
connect_wait(int sock, int deadline_ms)
{
	int64_t until = mono_now().ms + deadline_ms;
	int error = 0;
	socklen_t len = sizeof(error);

	for (;;) {
		struct pollfd fd = { .fd = sock, .events = POLLOUT };
		int64_t left = until - mono_now().ms;
		int n = left <= 0 ? 0 : poll(&fd, 1, (int)left);
		if (n > 0)
			break;
		if (n < 0 && errno == EINTR)
			continue;
		errno = n == 0 ? ETIMEDOUT : errno;
		return -1;
	}
	if (getsockopt(sock, SOL_SOCKET, SO_ERROR, &error, &len) == -1)
		return -1;
	errno = error;
	return error == 0 ? 0 : -1;
}

/* Stands before libc's connect() for libesmtp, which has neither a deadline for
 * it (the kernel's is two minutes) nor a way to set TCP_NODELAY, without which
 * every mail over 2 KB costs 44 ms. The resolver's own calls inside of libc do
 * not come here. */
int
connect(int sock, const struct sockaddr *addr, socklen_t len)
{
	struct watch *w = current;
	int one = 1, flags, rc;

	if (w == NULL || (addr->sa_family != AF_INET &&
	    addr->sa_family != AF_INET6))
		return (int)syscall(SYS_connect, sock, addr, len);
	if (w->stop[0] != '\0') {
		errno = ECONNABORTED;
		return -1;
	}
	flags = fcntl(sock, F_GETFL);
	if (flags == -1 || fcntl(sock, F_SETFL, flags | O_NONBLOCK) == -1)
		return -1;
	rc = (int)syscall(SYS_connect, sock, addr, len);
	if (rc == -1 && errno == EINPROGRESS)
		rc = connect_wait(sock, w->connect_ms);
	if (rc == -1)
		return -1;
	setsockopt(sock, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	fcntl(sock, F_SETFL, flags);
	w->sock = sock;
	w->connected = true;
	w->tls = w->tls_asked = w->tls_begun = false;
	w->auth_sent = w->authed = false;
	w->line_len_ = 0;
	return 0;
}
