/* keeper/spawn.h - start a helper program with a socket as descriptor 3. */
#ifndef KEEPER_SPAWN_H
#define KEEPER_SPAWN_H
#include <sys/types.h>

struct err;

struct spawned {
	pid_t	pid;
	/* readable when it is dead; -1 if the kernel has none */
	int	pidfd;
	int	sock;		/* our end, SOCK_SEQPACKET, non-blocking */
};

/* The child gets an empty environment (but TZ=UTC, GNUTLS_NO_IMPLICIT_INIT, and
 * sanitizer options if we have some), /dev/null as stdin and stdout, our
 * stderr, descriptor 3, nothing else, and dies with us. args are put behind
 * "--serve". */
int  spawn_helper(const char *path, const char *const *args,
    struct spawned *ret, struct err *err);
/* Kill, wait, close; safe on a struct that spawn_helper filled. */
void spawn_bury(struct spawned *s, int *ret_status);
#endif
