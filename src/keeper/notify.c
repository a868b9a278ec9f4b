/* sd_notify without libsystemd: one datagram (systemd.service(5),
 * NotifyAccess). */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"

#include "state.h"

/* The socket of a manager that does not read is full after some datagrams. That
 * must not stop alerts: it is waited for once, then not at all until it takes
 * one. */
#define PATIENCE_US 500000

static void
send_to(int sock, const struct sockaddr_un *to, socklen_t len,
    const char *state)
{
	static bool deaf;
	struct timeval patience = { .tv_usec = PATIENCE_US };

	(void)setsockopt(sock, SOL_SOCKET, SO_SNDTIMEO, &patience,
	    sizeof(patience));
	if (sendto(sock, state, strlen(state), MSG_NOSIGNAL |
	    (deaf ? MSG_DONTWAIT : 0), (const struct sockaddr *)to, len) >= 0) {
		deaf = false;
	} else if (errno == EAGAIN && !deaf) {
		deaf = true;
		log_warning("the service manager does not read its socket; it"
		    " may take us for dead", "socket", "NOTIFY_SOCKET", NULL);
	}
}

void
notify_send(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t n;
	int s;

	if (path == NULL || (path[0] != '/' && path[0] != '@'))
		return;
	n = strlen(path);
	if (n >= sizeof(to.sun_path))
		return;
	memcpy(to.sun_path, path, n);
	if (to.sun_path[0] == '@')
		to.sun_path[0] = '\0';	/* the abstract name space */
	s = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (s == -1)
		return;
	send_to(s, &to, (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
	    n), state);
	close(s);
}

int64_t
notify_watchdog_ms(void)
{
	const char *usec = getenv("WATCHDOG_USEC");
	const char *pid = getenv("WATCHDOG_PID");
	int64_t v;

	if (usec == NULL || text_i64(usec, 1000, INT64_MAX, &v) == -1)
		return 0;
	if (pid != NULL) {
		int64_t mine;

		if (text_i64(pid, 1, INT64_MAX, &mine) == -1 ||
		    mine != getpid())
			return 0;
	}
	return v / 2000;	/* half of the time that systemd waits */
}
