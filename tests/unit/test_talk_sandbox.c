/* What a helper can still do, and no longer do, seen from inside a child. */
#include <arpa/inet.h>
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/blob.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "talk/helper.h"
#include "talk/sandbox.h"
#include "scratch.h"
#include "suite.h"

/* A folder with one file in it, an open TCP port and a Unix socket, made by the
 * parent; and a secret beside them that no profile names. */
static char dir[SCRATCH], inside[80], beside[80], local[80];
static uint16_t port;
static int listener = -1, unix_listener = -1;
static const char *allowed[] = { dir, NULL };

enum { NONE, NET, LOCAL, READER };

static const struct sandbox_profile profiles[] = {
	[NONE] = { .memory = 512u << 20, .cpu_s = 30, .descriptors = 16 },
	[NET] = { .network = true, .memory = 1u << 30, .cpu_s = 30,
	    .descriptors = 64 },
	[LOCAL] = { .network = true, .local_sockets = true, .memory = 1u << 30,
	    .descriptors = 64 },
	[READER] = { .files = allowed, .memory = 512u << 20,
	    .descriptors = 16 },
};

/* ---- what is tried: 0 when it was refused (or worked, below) ------------ */

static int
refused(long rc)
{
	return rc < 0 && (errno == EPERM || errno == EACCES) ? 0 : 1;
}

static int
do_open(void)
{
	return refused(open(beside, O_RDONLY));
}

static int
do_open_parent_environ(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/environ", (int)getppid());
	return refused(open(path, O_RDONLY));
}

static int
do_open_self(void)
{
	return refused(open("/proc/self/maps", O_RDONLY));
}

static int
do_open_up(void)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/../%s", dir, strrchr(beside, '/') + 1);
	return refused(open(path, O_RDONLY));
}

static int
do_write(void)
{
	return refused(open(inside, O_WRONLY)) |
	    refused(open(inside, O_RDWR)) |
	    refused(open(inside, O_RDONLY | O_TRUNC));
}

static int
do_create(void)
{
	char path[100];

	snprintf(path, sizeof(path), "%s/new", dir);
	return refused(open(path, O_CREAT | O_WRONLY, 0600)) |
	    refused(open(dir, O_TMPFILE | O_RDWR, 0600)) |
	    refused(unlink(inside)) | refused(rename(inside, path)) |
	    refused(mkdir(path, 0700)) | refused(symlink("x", path));
}

static int
do_chmod(void)
{
	return refused(chmod(inside, 0777)) | refused(truncate(inside, 0));
}

static int
do_socket(void)
{
	return refused(socket(AF_INET, SOCK_STREAM, 0)) |
	    refused(socket(AF_INET6, SOCK_DGRAM, 0));
}

static int
do_odd_sockets(void)
{
	return refused(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP)) |
	    refused(socket(AF_NETLINK, SOCK_RAW, 0)) |
	    refused(socket(AF_PACKET, SOCK_RAW, 0)) |
	    refused(socket(AF_VSOCK, SOCK_STREAM, 0));
}

static struct sockaddr_in
loopback(uint16_t to)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_port = htons(to),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

/* With Landlock only, where the call itself is not filtered. */
static int
do_connect(void)
{
	struct sockaddr_in to = loopback(port);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0)
		return refused(fd);
	return refused(connect(fd, (struct sockaddr *)&to, sizeof(to)));
}

static int
do_bind(void)
{
	struct sockaddr_in to = loopback(0);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd < 0 ? 1 :
	    refused(bind(fd, (struct sockaddr *)&to, sizeof(to)));
}

static int
do_bind_udp(void)
{
	struct sockaddr_in to = loopback(0);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	return fd < 0 ? 1 :
	    refused(bind(fd, (struct sockaddr *)&to, sizeof(to)));
}

static int
do_listen(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd < 0 ? 1 : refused(listen(fd, 1));
}

static int
do_accept(void)
{
	return refused(accept(listener, NULL, NULL));
}

static int
connect_local(void)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(to.sun_path, local);
	if (fd < 0)
		return -1;
	return connect(fd, (struct sockaddr *)&to, sizeof(to));
}

static int
do_local(void)
{
	return refused(connect_local());
}

static int
do_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return refused(pid);
}

static int
do_vfork(void)
{
	return refused(syscall(SYS_clone, CLONE_VM | CLONE_VFORK | SIGCHLD, 0,
	    0, 0, 0));
}

static int
do_clone3(void)
{
	return syscall(SYS_clone3, NULL, (size_t)0) < 0 && errno == ENOSYS ?
	    0 : 1;
}

static int
do_namespace(void)
{
	return refused(syscall(SYS_clone, CLONE_VM | CLONE_THREAD |
	    CLONE_SIGHAND | CLONE_NEWUSER, 0, 0, 0, 0));
}

static int
do_exec(void)
{
	static char name[] = "/bin/true";
	char *argv[] = { name, NULL };

	execv(name, argv);
	return refused(-1);
}

static int
do_ptrace(void)
{
	return refused(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL));
}

static int
do_vm_read(void)
{
	char byte;
	struct iovec to = { &byte, 1 }, from = { (void *)&port, 1 };

	return refused(process_vm_readv(getppid(), &to, 1, &from, 1, 0));
}

static int
do_vm_write(void)
{
	char byte = 0;
	struct iovec to = { &byte, 1 }, from = { (void *)&port, 1 };

	return refused(process_vm_writev(getppid(), &to, 1, &from, 1, 0));
}

static int
do_kill(void)
{
	return refused(kill(getppid(), 0));
}

static int
do_tgkill(void)
{
	return refused(syscall(SYS_tgkill, getppid(), getppid(), 0)) |
	    refused(syscall(SYS_tkill, getppid(), 0));
}

/* The signals that fcntl can send. */
static int
do_setown(void)
{
	int fds[2];

	return pipe(fds) < 0 ? refused(-1) :
	    refused(fcntl(fds[0], F_SETOWN, getppid()));
}

static int
do_mount(void)
{
	return refused(syscall(SYS_mount, "x", "/tmp", "tmpfs", 0, NULL));
}

static int
do_unshare(void)
{
	return refused(unshare(CLONE_NEWUSER));
}

static int
do_bpf(void)
{
	return refused(syscall(SYS_bpf, 0, NULL, 0));
}

static int
do_uring(void)
{
	return refused(syscall(SYS_io_uring_setup, 1, NULL));
}

static int
do_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p != MAP_FAILED)
		return 1;
	p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return 1;
	return refused(mprotect(p, 4096, PROT_READ | PROT_EXEC));
}

static int
do_prctl(void)
{
	return refused(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)) |
	    refused(prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0));
}

static int
do_setrlimit(void)
{
	struct rlimit l = { 8, 8 };

	return refused(setrlimit(RLIMIT_NOFILE, &l));
}

static int
do_tty(void)
{
	/* Types into the terminal of the keeper. */
	return refused(ioctl(0, TIOCSTI, "x"));
}

static int
do_abort(void)
{
	abort();
}

/* ---- what must still work: 0 when it did -------------------------------- */

static int
ok_blob(void)
{
	static char bytes[100000];
	struct blob a = BLOB_INIT, b = BLOB_INIT;
	int fd = -1, rc;

	memset(bytes, 'b', sizeof(bytes));
	if (blob_of(&a, "test", bytes, sizeof(bytes), NULL) < 0 ||
	    blob_map(&a, NULL) < 0 ||
	    memcmp(a.map, bytes, sizeof(bytes)) != 0 ||
	    blob_share(&b, &a, NULL) < 0)
		return 1;
	fd = b.fd;
	b = (struct blob)BLOB_INIT;
	rc = blob_adopt(&b, fd, sizeof(bytes), NULL);
	if (rc < 0 || write(b.fd, "x", 1) >= 0)
		return 2;
	blob_clear(&a);
	blob_clear(&b);

	/* As large as the device index may be; sparse. */
	if (blob_start(&fd, "big", NULL) < 0 ||
	    ftruncate(fd, (off_t)DEVICE_INDEX_MAX) < 0 ||
	    pwrite(fd, "x", 1, (off_t)DEVICE_INDEX_MAX - 1) != 1)
		return 3;
	signal(SIGXFSZ, SIG_IGN);
	return pwrite(fd, "x", 1, (off_t)DEVICE_INDEX_MAX) < 0 &&
	    errno == EFBIG ? 0 : 4;
}

static int
ok_memory(void)
{
	/* Over and under the profile's half of a GiB. */
	size_t much = 600u << 20, some = 100u << 20;
	void *p = mmap(NULL, much, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p != MAP_FAILED || errno != ENOMEM)
		return 1;
	p = mem_alloc(some);
	memset(p, 1, some);
	free(p);
	return 0;
}

static int
ok_descriptors(void)
{
	int n = 0, fd;

	while ((fd = dup(0)) >= 0)
		n = fd;
	return n == 15 && errno == EMFILE ? 0 : 1;
}

static int
ok_misc(void)
{
	struct sigaction act = { .sa_handler = SIG_IGN };
	char *big = malloc(4u << 20);
	struct pollfd none = { .fd = -1 };
	struct timespec ts = { 0, 1000 };
	time_t now = time(NULL);
	struct tm tm;

	/* Grows and shrinks by mremap; a formatted double; a sort. */
	big = big != NULL ? realloc(big, 16u << 20) : NULL;
	free(big);
	return sigaction(SIGUSR1, &act, NULL) < 0 ||
	    poll(&none, 1, 0) < 0 || nanosleep(&ts, NULL) < 0 ||
	    localtime_r(&now, &tm) == NULL ||
	    fprintf(stderr, "%s", "") < 0 || big == NULL;
}

static int
ok_read_files(void)
{
	char byte[8] = "";
	int fd = open(inside, O_RDONLY | O_CLOEXEC);
	DIR *d = opendir(dir);
	struct stat st;
	int n = 0;

	if (fd < 0 || read(fd, byte, sizeof(byte)) != 6 || d == NULL ||
	    stat(inside, &st) < 0)
		return 1;
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	close(fd);
	/* "." and "..", the file and the socket. */
	return n == 4 ? 0 : 2;
}

static void *
thread_body(void *arg)
{
	void *p = malloc(1000);

	free(p);
	prctl(PR_SET_NAME, "worker");
	*(int *)arg = 7;
	return NULL;
}

static int
ok_threads(void)
{
	for (int i = 0; i < 50; i++) {
		pthread_t t;
		int seen = 0;

		if (pthread_create(&t, NULL, thread_body, &seen) != 0 ||
		    pthread_join(t, NULL) != 0 || seen != 7)
			return 1;
	}
	return 0;
}

static int
ok_connect(void)
{
	struct sockaddr_in to = loopback(port);
	struct timeval tv = { .tv_sec = 5 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int one = 1;
	socklen_t len = sizeof(one);

	return fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)) < 0 ||
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, len) < 0 ||
	    connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_ERROR, &one, &len) < 0 ||
	    send(fd, "x", 1, MSG_NOSIGNAL) != 1;
}

static int
ok_socketpair(void)
{
	int fds[2];

	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) < 0;
}

static int
ok_local(void)
{
	return connect_local() < 0;
}

/* Numbers, /etc/hosts, and the files that the resolver reads. */
static int
ok_resolve(void)
{
	static const char *const names[] = { "localhost", "127.0.0.1", "::1" };
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list;

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (getaddrinfo(names[i], "443", &hints, &list) != 0)
			return 1;
		freeaddrinfo(list);
	}
	hints.ai_flags = AI_ADDRCONFIG;
	/* names of services are a package of their own (netbase) */
	if (getaddrinfo("localhost", access("/etc/services", R_OK) == 0 ?
	    "https" : "443", &hints, &list) != 0)
		return 2;
	freeaddrinfo(list);
	if (access("/etc/resolv.conf", F_OK) == 0 &&
	    open("/etc/resolv.conf", O_RDONLY) < 0)
		return 3;
	return 0;
}

static void *
resolve_body(void *arg)
{
	*(int *)arg = ok_resolve();
	return NULL;
}

static int
ok_resolve_thread(void)
{
	pthread_t t;
	int rc = -1;

	if (pthread_create(&t, NULL, resolve_body, &rc) != 0 ||
	    pthread_join(t, NULL) != 0)
		return 9;
	return rc;
}

/* A name server on loopback would need port 53: the query itself is enough,
 * sent as the resolver does. */
static int
ok_udp(void)
{
	struct sockaddr_in to = loopback(port);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int one = 1, left;
	struct iovec iov = { (void *)&port, 2 };
	struct mmsghdr two[2] = { { .msg_hdr = { .msg_iov = &iov,
	    .msg_iovlen = 1 } }, { .msg_hdr = { .msg_iov = &iov,
	    .msg_iovlen = 1 } } };

	return fd < 0 ||
	    setsockopt(fd, IPPROTO_IP, IP_RECVERR, &one, sizeof(one)) < 0 ||
	    connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0 ||
	    sendmmsg(fd, two, 2, MSG_NOSIGNAL) < 1 ||
	    ioctl(fd, FIONREAD, &left) < 0;
}

static int
ok_not_stale(void)
{
	return sandbox_is_stale();
}

static int
ok_stale(void)
{
	/* The parent puts another folder into the place; see the test. */
	for (int i = 0; i < 5000 && !sandbox_is_stale(); i++) {
		struct timespec ts = { 0, 1000000 };

		nanosleep(&ts, NULL);
	}
	return !sandbox_is_stale();
}

/* ---- the table ---------------------------------------------------------- */

#define FILES SANDBOX_FILES
#define PORTS SANDBOX_PORTS
#define CALLS SANDBOX_CALLS
#define LIMITS SANDBOX_LIMITS

static const struct {
	const char	*name;
	int		 profile;
	int		(*act)(void);
	int		 signal_no;	/* ends by it; 0: exits with 0 */
	unsigned	 needs;		/* these layers */
} acts[] = {
	{ "open", NONE, do_open, 0, FILES },
	{ "open, network", NET, do_open, 0, FILES },
	{ "open, reader", READER, do_open, 0, FILES },
	{ "open by ..", READER, do_open_up, 0, FILES },
	{ "environ of parent", NONE, do_open_parent_environ, 0, FILES },
	{ "environ of parent, network", NET, do_open_parent_environ, 0, FILES },
	{ "own maps", NET, do_open_self, 0, FILES },
	{ "write", READER, do_write, 0, FILES },
	{ "create", READER, do_create, 0, FILES },
	{ "create, network", NET, do_create, 0, FILES },
	{ "chmod", READER, do_chmod, 0, CALLS },
	{ "socket", NONE, do_socket, 0, CALLS },
	{ "socket, reader", READER, do_socket, 0, CALLS },
	{ "odd sockets", NET, do_odd_sockets, 0, CALLS },
	{ "connect", NONE, do_connect, 0, PORTS },
	{ "bind", NET, do_bind, 0, PORTS },
	{ "bind udp", NET, do_bind_udp, 0, CALLS },
	{ "listen", NET, do_listen, 0, CALLS },
	{ "accept", NET, do_accept, 0, CALLS },
	{ "local socket", NET, do_local, 0, CALLS },
	{ "fork", NONE, do_fork, 0, CALLS },
	{ "fork, network", NET, do_fork, 0, CALLS },
	{ "vfork, network", NET, do_vfork, 0, CALLS },
	{ "clone3", NET, do_clone3, 0, CALLS },
	{ "namespace by clone", NET, do_namespace, 0, CALLS },
	{ "exec", NONE, do_exec, SIGSYS, CALLS },
	{ "exec, network", NET, do_exec, SIGSYS, CALLS },
	{ "ptrace parent", NONE, do_ptrace, SIGSYS, CALLS },
	{ "ptrace parent, network", NET, do_ptrace, SIGSYS, CALLS },
	{ "read parent", NONE, do_vm_read, SIGSYS, CALLS },
	{ "write parent", NET, do_vm_write, SIGSYS, CALLS },
	{ "kill parent", NONE, do_kill, 0, CALLS },
	{ "kill parent, network", NET, do_kill, 0, CALLS },
	{ "tgkill parent", NET, do_tgkill, 0, CALLS },
	{ "own another's signals", NET, do_setown, 0, CALLS },
	{ "mount", NONE, do_mount, SIGSYS, CALLS },
	{ "unshare", NET, do_unshare, SIGSYS, CALLS },
	{ "bpf", NET, do_bpf, SIGSYS, CALLS },
	{ "io_uring", NET, do_uring, SIGSYS, CALLS },
	{ "new code", NONE, do_code, 0, CALLS },
	{ "new code, network", NET, do_code, 0, CALLS },
	{ "prctl", NET, do_prctl, 0, CALLS },
	{ "setrlimit", NONE, do_setrlimit, 0, CALLS },
	{ "ioctl", NET, do_tty, 0, CALLS },
	{ "abort", NONE, do_abort, SIGABRT, 0 },
	{ "abort, network", NET, do_abort, SIGABRT, 0 },
	{ "works: blob", NONE, ok_blob, 0, 0 },
	{ "works: blob, network", NET, ok_blob, 0, 0 },
	{ "works: memory limit", NONE, ok_memory, 0, LIMITS },
	{ "works: descriptors", NONE, ok_descriptors, 0, 0 },
	{ "works: libc", NONE, ok_misc, 0, 0 },
	{ "works: files", READER, ok_read_files, 0, 0 },
	{ "works: threads", NET, ok_threads, 0, 0 },
	{ "works: connect", NET, ok_connect, 0, 0 },
	{ "works: socketpair", NET, ok_socketpair, 0, 0 },
	{ "works: local socket", LOCAL, ok_local, 0, 0 },
	{ "works: resolver", NET, ok_resolve, 0, 0 },
	{ "works: resolver in a thread", NET, ok_resolve_thread, 0, 0 },
	{ "works: datagrams", NET, ok_udp, 0, 0 },
	{ "works: not stale", READER, ok_not_stale, 0, 0 },
	{ "works: not stale, network", NET, ok_not_stale, 0, 0 },
};

#define SKIPPED 77

/* Enters a sandbox in a child, says so on `ready`, and acts there. */
static pid_t
in_sandbox(int profile, int (*act)(void), unsigned needs, int ready)
{
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		struct err err = ERR_INIT;
		unsigned layers = 0;

		if (profiles[profile].network)
			helper_warm_resolver();
		if (sandbox_enter(&profiles[profile], NULL, &layers,
		    &err) < 0) {
			fprintf(stderr, "%s\n", err.text);
			_exit(99);
		}
		if ((layers & needs) != needs)
			_exit(SKIPPED);
		if (ready >= 0 && write(ready, "x", 1) < 0)
			_exit(98);
		_exit(act());
	}
	return pid;
}

START_TEST(test_act)
{
	pid_t pid = in_sandbox(acts[_i].profile, acts[_i].act, acts[_i].needs,
	    -1);
	int status = -1;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == SKIPPED) {
		printf("SKIP: %s: its layer is not in force here\n",
		    acts[_i].name);
		return;
	}
	if (acts[_i].signal_no != 0)
		ck_assert_msg(WIFSIGNALED(status) &&
		    WTERMSIG(status) == acts[_i].signal_no,
		    "%s: status %#x", acts[_i].name, status);
	else
		ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0,
		    "%s: status %#x", acts[_i].name, status);
}
END_TEST

START_TEST(test_stale)
{
	char other[80];
	char byte;
	int ready[2], status;
	pid_t pid;

	ck_assert_int_eq(pipe(ready), 0);
	pid = in_sandbox(READER, ok_stale, 0, ready[1]);
	snprintf(other, sizeof(other), "%s.old", dir);
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	ck_assert_int_eq(rename(dir, other), 0);
	ck_assert_int_eq(mkdir(dir, 0700), 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(rmdir(dir), 0);
	ck_assert_int_eq(rename(other, dir), 0);
	ck_assert_int_eq(status, 0);
	close(ready[0]);
	close(ready[1]);
}
END_TEST

/* Under trace a refused call is still refused, and a line tells which. */
START_TEST(test_trace)
{
	int fds[2], status;
	char text[256] = "", want[64];
	pid_t pid;
	ssize_t n;

	ck_assert_int_eq(pipe(fds), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		unsigned layers = 0;

		setenv("ADVRELAY_SANDBOX", "trace", 1);
		dup2(fds[1], STDERR_FILENO);
		if (sandbox_enter(&profiles[NONE], NULL, &layers, NULL) < 0)
			_exit(99);
		if (!(layers & SANDBOX_CALLS))
			_exit(SKIPPED);
		_exit(do_kill() | do_exec() | ok_blob());
	}
	close(fds[1]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == SKIPPED) {
		printf("SKIP: trace: no filter here\n");
		return;
	}
	ck_assert_int_eq(status, 0);
	n = read(fds[0], text, sizeof(text) - 1);
	ck_assert_int_gt(n, 0);
	snprintf(want, sizeof(want), "sandbox: refused call %d\n"
	    "sandbox: refused call %d\n", (int)SYS_kill, (int)SYS_execve);
	ck_assert_str_eq(text, want);
	close(fds[0]);
}
END_TEST

/* What every kernel has that we run on must be in force; Landlock may be
 * missing, and is shown. */
START_TEST(test_layers)
{
	struct buf missing = BUF_INIT(2048);
	struct { int major, minor; } kernel = { 0, 0 };
	FILE *f = fopen("/proc/sys/kernel/osrelease", "r");
	pid_t pid;
	int status;

	sandbox_missing((1u << SANDBOX_LAYERS) - 1, &missing);
	ck_assert_str_eq(buf_text(&missing), "");
	sandbox_missing(0, &missing);
	for (unsigned i = 0; i < SANDBOX_LAYERS; i++)
		ck_assert_ptr_nonnull(strstr(buf_text(&missing),
		    sandbox_layer_name(i)));
	ck_assert_ptr_null(sandbox_layer_name(SANDBOX_LAYERS));
	buf_clear(&missing);

	if (f != NULL && fscanf(f, "%d.%d", &kernel.major, &kernel.minor) != 2)
		kernel.major = 0;
	if (f != NULL)
		fclose(f);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		unsigned layers = 0;

		if (sandbox_enter(&profiles[NET], NULL, &layers, NULL) < 0)
			_exit(99);
		_exit((int)layers);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	printf("layers in force: %#x on Linux %d.%d\n", WEXITSTATUS(status),
	    kernel.major, kernel.minor);
#ifndef SANITIZED
	ck_assert_int_eq(WEXITSTATUS(status) & ~(FILES | PORTS),
	    ((1 << SANDBOX_LAYERS) - 1) & ~(FILES | PORTS));
#endif
}
END_TEST

/* The folder, the file beside it and the two sockets. */
static void
scene_make(void)
{
	struct sockaddr_in at = loopback(0);
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	socklen_t len = sizeof(at);
	int fd;

	scratch_folder(dir, "sandbox");
	snprintf(beside, sizeof(beside), "%s-XXXXXX", dir);
	fd = mkstemp(beside);
	if (fd < 0)
		abort();
	close(fd);
	snprintf(inside, sizeof(inside), "%s/file", dir);
	snprintf(local, sizeof(local), "%s/sock", dir);
	fd = open(inside, O_CREAT | O_WRONLY, 0600);
	if (fd < 0 || write(fd, "inside", 6) != 6)
		abort();
	close(fd);
	strcpy(un.sun_path, local);
	listener = socket(AF_INET, SOCK_STREAM, 0);
	unix_listener = socket(AF_UNIX, SOCK_STREAM, 0);
	if (bind(listener, (struct sockaddr *)&at, sizeof(at)) < 0 ||
	    listen(listener, 64) < 0 ||
	    getsockname(listener, (struct sockaddr *)&at, &len) < 0 ||
	    bind(unix_listener, (struct sockaddr *)&un, sizeof(un)) < 0 ||
	    listen(unix_listener, 16) < 0)
		abort();
	port = ntohs(at.sin_port);
}

static void
scene_clear(void)
{
	close(listener);
	close(unix_listener);
	unlink(local);
	unlink(inside);
	unlink(beside);
	rmdir(dir);
}

int
main(void)
{
	Suite *s = suite_create("talk sandbox");
	TCase *t = suite_case(s, "inside", 20);
	int failed;

	scene_make();
	tcase_add_test(t, test_layers);
	tcase_add_loop_test(t, test_act, 0, COUNT_OF(acts));
	tcase_add_test(t, test_stale);
	tcase_add_test(t, test_trace);
	failed = suite_run(s);
	scene_clear();
	return failed;
}
