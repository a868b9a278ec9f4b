/* peer.c - what the programs under test talk to: receivers that count, and a
 * web server of one file. Fast, and the same for ours and for the others'.
 *
 *	peer syslog	RFC 6587, octet counted or a line each
 *	peer smtp	ESMTP with PIPELINING; takes everything
 *	peer hook	HTTP/1.1 POST, answered 200
 *	peer web FILE	HTTP/1.1 GET: FILE, or 304 to its ETag, whatever the path
 *
 * The first line on stdout is the port on 127.0.0.1. A line on stdin is
 * answered by one: COUNT FIRST LAST BYTES, in nanoseconds of CLOCK_MONOTONIC
 * (for web, of documents sent: LAST is when the kernel had the last byte).
 * The line "reset" also sets them to 0; "wait N" is answered when COUNT is N or
 * more, or when another line comes. Leaves when stdin ends. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ROOM ((size_t)1 << 20)

struct conn {
	int	 fd;
	bool	 data;		/* SMTP: between DATA and the dot */
	size_t	 n;
	char	*in;
	size_t	 room;
};

static struct {
	long long	 count, first, last, bytes;
} seen;

static long long waited;	/* "wait N" that has no answer yet, or 0 */
static const char *web_file;

static long long
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void
count(size_t bytes)
{
	seen.count++;
	seen.bytes += (long long)bytes;
	seen.last = now_ns();
	if (seen.first == 0)
		seen.first = seen.last;
}

static void
say(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t done = send(fd, p, n, MSG_NOSIGNAL);
		if (done <= 0)
			return;
		p += done;
		n -= (size_t)done;
	}
}

/* Each of these takes what is complete and returns how many bytes that was. */
typedef size_t take(struct conn *c);

static size_t
take_syslog(struct conn *c)
{
	size_t at = 0;

	while (at < c->n) {
		char *end;
		size_t len;

		if (isdigit((unsigned char)c->in[at])) {
			end = memchr(c->in + at, ' ', c->n - at);
			if (end == NULL)
				break;
			len = strtoul(c->in + at, NULL, 10) +
			    (size_t)(end + 1 - (c->in + at));
			if (at + len > c->n)
				break;
		} else {
			end = memchr(c->in + at, '\n', c->n - at);
			if (end == NULL)
				break;
			len = (size_t)(end + 1 - (c->in + at));
		}
		count(len);
		at += len;
	}
	return at;
}

static size_t
take_smtp(struct conn *c)
{
	static const char hello[] = "250-peer\r\n250-PIPELINING\r\n"
	    "250-8BITMIME\r\n250 SMTPUTF8\r\n";
	char out[4096];
	size_t at = 0, n = 0;

	while (at < c->n && n < sizeof(out) - 200) {
		char *line = c->in + at;
		char *end = memmem(line, c->n - at, c->data ? "\r\n.\r\n" :
		    "\r\n", c->data ? 5 : 2);
		if (end == NULL)
			break;
		at = (size_t)(end - c->in) + (c->data ? 5 : 2);
		const char *reply = "250 ok\r\n";
		if (c->data) {
			c->data = false;
			reply = "250 2.0.0 queued as 1\r\n";
			count((size_t)(end - line));
		} else if (strncasecmp(line, "EHLO", 4) == 0) {
			reply = hello;
		} else if (strncasecmp(line, "DATA", 4) == 0) {
			c->data = true;
			reply = "354 go on\r\n";
		} else if (strncasecmp(line, "QUIT", 4) == 0) {
			reply = "221 bye\r\n";
		}
		memcpy(out + n, reply, strlen(reply));
		n += strlen(reply);
	}
	say(c->fd, out, n);
	return at;
}

/* The head of one HTTP request and its Content-Length; 0: not yet whole. */
static size_t
http_head(const char *p, size_t n, size_t *ret_body)
{
	const char *end = memmem(p, n, "\r\n\r\n", 4);
	const char *line = p;

	*ret_body = 0;
	if (end == NULL)
		return 0;
	while ((line = memmem(line, (size_t)(end + 2 - line), "\r\n", 2)) !=
	    NULL && line < end) {
		line += 2;
		if (strncasecmp(line, "Content-Length:", 15) == 0)
			*ret_body = strtoul(line + 15, NULL, 10);
		else if (strncasecmp(line, "Expect:", 7) == 0)
			fprintf(stderr, "peer: Expect is not served\n");
	}
	return (size_t)(end + 4 - p);
}

static size_t
take_hook(struct conn *c)
{
	static const char reply[] = "HTTP/1.1 200 OK\r\nContent-Type: "
	    "application/json\r\nContent-Length: 2\r\n\r\n{}";
	size_t at = 0, body, head;

	while ((head = http_head(c->in + at, c->n - at, &body)) > 0 &&
	    at + head + body <= c->n) {
		at += head + body;
		count(body);
		say(c->fd, reply, sizeof(reply) - 1);
	}
	return at;
}

static void
web_answer(int fd, const char *head, size_t n)
{
	static char *body;
	static size_t len;
	static struct stat had;
	char etag[64], out[512];
	struct stat st;

	if (stat(web_file, &st) != 0)
		return;
	if (st.st_ino != had.st_ino || st.st_mtim.tv_nsec !=
	    had.st_mtim.tv_nsec || st.st_size != had.st_size) {
		int file = open(web_file, O_RDONLY | O_CLOEXEC);
		body = realloc(body, (size_t)st.st_size + 1);
		len = (size_t)read(file, body, (size_t)st.st_size);
		close(file);
		had = st;
	}
	snprintf(etag, sizeof(etag), "\"%llx-%lx\"",
	    (unsigned long long)st.st_ino, (unsigned long)st.st_mtim.tv_nsec);
	if (memmem(head, n, etag, strlen(etag)) != NULL) {
		int k = snprintf(out, sizeof(out), "HTTP/1.1 304 Not Modified"
		    "\r\nETag: %s\r\n\r\n", etag);
		say(fd, out, (size_t)k);
		return;
	}
	int k = snprintf(out, sizeof(out), "HTTP/1.1 200 OK\r\nETag: %s\r\n"
	    "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
	    etag, len);
	say(fd, out, (size_t)k);
	say(fd, body, len);
	count(len);
}

static size_t
take_web(struct conn *c)
{
	size_t at = 0, body, head;

	while ((head = http_head(c->in + at, c->n - at, &body)) > 0) {
		web_answer(c->fd, c->in + at, head);
		at += head;
	}
	return at;
}

static int
listen_any(int *ret_port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd == -1 || bind(fd, (struct sockaddr *)&a, sizeof(a)) != 0 ||
	    listen(fd, 1024) != 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &n) != 0) {
		perror("peer");
		exit(1);
	}
	*ret_port = ntohs(a.sin_port);
	return fd;
}

static void
conn_new(int ep, int listener, bool greet)
{
	struct epoll_event e = { .events = EPOLLIN };
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC), one = 1;
	struct conn *c;

	if (fd == -1)
		return;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	c = calloc(1, sizeof(*c));
	c->fd = fd;
	c->room = 65536;
	c->in = malloc(c->room);
	e.data.ptr = c;
	epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e);
	if (greet)
		say(fd, "220 peer ESMTP\r\n", 16);
}

static void
conn_step(struct conn *c, take *go)
{
	ssize_t got;

	if (c->n == c->room && c->room < 64 * ROOM)
		c->in = realloc(c->in, c->room *= 2);
	got = recv(c->fd, c->in + c->n, c->room - c->n, 0);
	if (got <= 0) {
		close(c->fd);
		free(c->in);
		free(c);
		return;
	}
	c->n += (size_t)got;
	size_t used = go(c);
	c->n -= used;
	memmove(c->in, c->in + used, c->n);
}

static void
answer(void)
{
	printf("%lld %lld %lld %lld\n", seen.count, seen.first, seen.last,
	    seen.bytes);
	waited = 0;
}

static void
command(const char *line)
{
	if (waited > 0)
		answer();
	if (strncmp(line, "wait ", 5) == 0)
		waited = atoll(line + 5);
	if (waited == 0 || seen.count >= waited)
		answer();
	if (strncmp(line, "reset", 5) == 0)
		memset(&seen, 0, sizeof(seen));
}

/* Whole lines: who asks writes each in one piece. */
static bool
commands(void)
{
	char text[256], *line, *rest = text;
	ssize_t n = read(0, text, sizeof(text) - 1);

	if (n <= 0)
		return false;
	text[n] = '\0';
	while ((line = strsep(&rest, "\n")) != NULL)
		if (*line != '\0')
			command(line);
	return true;
}

static take *
mode_of(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "syslog") == 0)
		return take_syslog;
	if (argc == 2 && strcmp(argv[1], "smtp") == 0)
		return take_smtp;
	if (argc == 2 && strcmp(argv[1], "hook") == 0)
		return take_hook;
	if (argc == 3 && strcmp(argv[1], "web") == 0)
		return take_web;
	fprintf(stderr, "usage: peer syslog|smtp|hook|web FILE\n");
	exit(64);
}

int
main(int argc, char **argv)
{
	take *go = mode_of(argc, argv);
	struct epoll_event e = { .events = EPOLLIN }, got[64];
	static char of_stdin, of_listener;
	int port, listener = listen_any(&port), ep = epoll_create1(0);

	web_file = argc == 3 ? argv[2] : NULL;
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("%d\n", port);
	e.data.ptr = &of_listener;
	epoll_ctl(ep, EPOLL_CTL_ADD, listener, &e);
	e.data.ptr = &of_stdin;
	epoll_ctl(ep, EPOLL_CTL_ADD, 0, &e);
	for (;;) {
		int n = epoll_wait(ep, got, 64, -1);
		for (int i = 0; i < n; i++) {
			if (got[i].data.ptr == &of_listener)
				conn_new(ep, listener, go == take_smtp);
			else if (got[i].data.ptr != &of_stdin)
				conn_step(got[i].data.ptr, go);
			else if (!commands())
				return 0;
		}
		if (waited > 0 && seen.count >= waited)
			answer();
	}
}
