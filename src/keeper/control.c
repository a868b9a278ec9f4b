/* The control socket: one JSON line in, JSON lines out, then it is closed. For
 * the owner only (mode 0600 in a folder of mode 0700). */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"

#include "state.h"

#define CLIENTS_MAX	16
/* A client that does not read its answer is dropped. */
#define CLIENT_MS	5000
#define REPLY_MAX	(64u << 20)

struct client {
	int		 fd;		/* -1: free */
	struct buf	 in, out;
	size_t		 sent;
	int64_t		 deadline;
};

struct control {
	int		 listener;
	char		*path;
	struct client	 clients[CLIENTS_MAX];
};

static int
address_of(const char *path, struct sockaddr_un *ret, struct err *err)
{
	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(ret->sun_path))
		return err_config(err, "control socket %s: the path is longer "
		    "than %zu bytes; set relay.control to a shorter one", path,
		    sizeof(ret->sun_path) - 1);
	memcpy(ret->sun_path, path, strlen(path));
	return 0;
}

struct control *
control_open(const char *path, struct err *err)
{
	struct control *c = mem_alloc(sizeof(*c));
	struct sockaddr_un at;
	struct stat st;
	mode_t before;
	int rc;

	for (size_t i = 0; i < CLIENTS_MAX; i++)
		c->clients[i].fd = -1;
	c->path = mem_text(path);
	c->listener = -1;
	if (address_of(path, &at, err) == -1)
		goto failed;
	c->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0);
	/* we hold the lock of the state folder: a socket here is left over */
	if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
		unlink(path);
	before = umask(0177);
	rc = bind(c->listener, (struct sockaddr *)&at, sizeof(at));
	umask(before);
	if (rc == -1 || listen(c->listener, 8) == -1) {
		err_sys(err, "control socket %s", path);
		goto failed;
	}
	return c;
failed:
	control_close(c);
	return NULL;
}

static void
client_close(struct client *c)
{
	close(c->fd);
	c->fd = -1;
	buf_clear(&c->in);
	buf_clear(&c->out);
	c->sent = 0;
}

void
control_close(struct control *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (c->clients[i].fd != -1)
			client_close(&c->clients[i]);
	if (c->listener != -1) {
		close(c->listener);
		unlink(c->path);
	}
	free(c->path);
	free(c);
}

size_t
control_fds(const struct control *c, struct pollfd *out, size_t room)
{
	size_t n = 0;

	if (room < CLIENTS_MAX + 1)
		bug("room for %zu control descriptors", room);
	out[n++] = (struct pollfd){ c->listener, POLLIN, 0 };
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (c->clients[i].fd != -1)
			out[n++] = (struct pollfd){ c->clients[i].fd,
			    c->clients[i].out.len > 0 ? POLLOUT : POLLIN, 0 };
	return n;
}

static void
client_accept(struct control *c)
{
	int fd = accept4(c->listener, NULL, NULL, SOCK_CLOEXEC |
	    SOCK_NONBLOCK);

	if (fd == -1)
		return;
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct client *one = &c->clients[i];

		if (one->fd != -1)
			continue;
		one->fd = fd;
		buf_init(&one->in, CONTROL_LINE_MAX);
		buf_init(&one->out, REPLY_MAX);
		one->deadline = mono_now().ms + CLIENT_MS;
		return;
	}
	close(fd);	/* the client sees the end and tries again */
}

static void
client_read(struct keeper *k, struct client *c)
{
	char chunk[4096];
	ssize_t n = read(c->fd, chunk, sizeof(chunk));
	const char *end;

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		buf_add(&c->in, chunk, (size_t)n);
	end = memchr(buf_text(&c->in), '\n', c->in.len);
	if (end != NULL) {
		answer_request(k, c->in.data, (size_t)(end - c->in.data),
		    &c->out);
		c->deadline = mono_now().ms + CLIENT_MS;
	}
	if (c->out.len == 0 && (n <= 0 || c->in.over))
		client_close(c);
}

static void
client_write(struct client *c)
{
	ssize_t n = send(c->fd, c->out.data + c->sent, c->out.len - c->sent,
	    MSG_NOSIGNAL);

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		c->sent += (size_t)n;
	if (n <= 0 || c->sent == c->out.len)
		client_close(c);
}

void
control_step(struct keeper *k, const struct pollfd *in, size_t n)
{
	struct control *c = k->control;

	for (size_t i = 1; i < n; i++) {
		for (size_t j = 0; j < CLIENTS_MAX; j++) {
			struct client *one = &c->clients[j];

			if (one->fd != in[i].fd || in[i].revents == 0)
				continue;
			if (one->out.len > 0)
				client_write(one);
			else
				client_read(k, one);
			break;
		}
	}
	for (size_t j = 0; j < CLIENTS_MAX; j++)
		if (c->clients[j].fd != -1 &&
		    c->clients[j].deadline < mono_now().ms)
			client_close(&c->clients[j]);
	if (n > 0 && in[0].revents != 0)
		client_accept(c);
}

/* ---- the other end ------------------------------------------------------- */

/* A connection to the daemon, or -1. */
static int
control_connect(const char *path, struct err *err)
{
	struct sockaddr_un at;
	int s;

	if (address_of(path, &at, err) == -1)
		return -1;
	s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s == -1)
		return err_sys(err, "socket");
	if (connect(s, (struct sockaddr *)&at, sizeof(at)) == -1) {
		err_sys(err, "control socket %s", path);
		close(s);
		return -1;
	}
	return s;
}

bool
keeper_is_running(const struct conf *c)
{
	int s = control_connect(c->control, NULL);

	if (s != -1)
		close(s);
	return s != -1;
}

int
control_ask(const char *path, const char *request, struct buf *reply,
    struct err *err)
{
	struct timeval limit = { .tv_sec = 30 };
	char chunk[65536];
	ssize_t n = 0;
	int s = control_connect(path, err);

	if (s == -1)
		return -1;
	setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (send(s, request, strlen(request), MSG_NOSIGNAL) != -1 &&
	    send(s, "\n", 1, MSG_NOSIGNAL) != -1)
		while ((n = read(s, chunk, sizeof(chunk))) > 0)
			buf_add(reply, chunk, (size_t)n);
	if (n == -1)
		err_sys(err, "the keeper did not answer on %s", path);
	else if (reply->len == 0)
		err_peer(err, "the keeper closed %s without an answer", path);
	close(s);
	return n == -1 || reply->len == 0 ? -1 : 0;
}
