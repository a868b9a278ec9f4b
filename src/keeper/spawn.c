#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"

#include "talk/helper.h"

/* --serve, and --read PATH for each path that a helper takes (helper.c). */
#define ARGS_MAX (2 * 1024 + 3)

/* Between fork and exec: async-signal-safe calls only. */
static _Noreturn void
child(const char *path, char *const *argv, char *const *envp, int sock,
    pid_t parent)
{
	sigset_t none;
	int null;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	/* a ^C at the terminal is the keeper's to handle */
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	null = open("/dev/null", O_RDWR);
	if (null == -1 || dup2(null, 0) == -1 || dup2(null, 1) == -1)
		_exit(127);
	if (sock == HELPER_SOCKET) {
		if (fcntl(sock, F_SETFD, 0) == -1)
			_exit(127);
	} else if (dup2(sock, HELPER_SOCKET) == -1) {
		_exit(127);
	}
	syscall(SYS_close_range, HELPER_SOCKET + 1, ~0u, 0u);
	execve(path, argv, envp);
	_exit(127);
}

static void
environment(char **envp, size_t room)
{
	static const char *const kept[] = {
		"ASAN_OPTIONS=", "UBSAN_OPTIONS=", "LSAN_OPTIONS=",
		"ADVRELAY_SANDBOX=", "SSL_CERT_FILE="
	};
	static char utc[] = "TZ=UTC";
	size_t n = 0;

	envp[n++] = utc;
	for (char **e = environ; *e != NULL; e++)
		for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
			if (strncmp(*e, kept[i], strlen(kept[i])) == 0 &&
			    n + 1 < room)
				envp[n++] = *e;
	envp[n] = NULL;
}

int
spawn_helper(const char *path, const char *const *args, struct spawned *ret,
    struct err *err)
{
	char *argv[ARGS_MAX];
	char *envp[16];
	static char serve[] = "--serve";
	size_t n = 0;
	pid_t self = getpid();
	int sv[2];

	argv[n++] = (char *)(size_t)path;
	argv[n++] = serve;
	for (; args != NULL && *args != NULL && n + 1 < ARGS_MAX; args++)
		argv[n++] = (char *)(size_t)*args;
	argv[n] = NULL;
	environment(envp, sizeof(envp) / sizeof(envp[0]));
	if (access(path, X_OK) == -1)
		return err_sys(err, "cannot run %s", path);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sv) == -1)
		return err_sys(err, "socketpair");
	ret->pid = fork();
	if (ret->pid == 0)
		child(path, argv, envp, sv[1], self);
	close(sv[1]);
	if (ret->pid == -1) {
		close(sv[0]);
		return err_sys(err, "fork");
	}
	ret->sock = sv[0];
	ret->pidfd = (int)syscall(SYS_pidfd_open, ret->pid, 0u);
	/* without pidfd_open (valgrind 3.19) the socket's end tells alone */
	if ((ret->pidfd == -1 && errno != ENOSYS) ||
	    fcntl(ret->sock, F_SETFL, O_NONBLOCK) == -1) {
		err_sys(err, "pidfd_open");
		spawn_bury(ret, NULL);
		return -1;
	}
	if (ret->pidfd != -1)
		fcntl(ret->pidfd, F_SETFD, FD_CLOEXEC);
	return 0;
}

void
spawn_bury(struct spawned *s, int *ret_status)
{
	int status = 0;

	if (s->pid > 0) {
		kill(s->pid, SIGKILL);
		while (waitpid(s->pid, &status, 0) == -1 && errno == EINTR)
			;
	}
	if (s->pidfd != -1)
		close(s->pidfd);
	if (s->sock != -1)
		close(s->sock);
	*s = (struct spawned){ .pid = -1, .pidfd = -1, .sock = -1 };
	if (ret_status != NULL)
		*ret_status = status;
}
