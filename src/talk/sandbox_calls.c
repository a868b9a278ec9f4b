/* The seccomp filter: an allow list with a reason for each group.
 *
 * What is not listed answers EPERM, so that a library's optional probe fails
 * softly. What no honest path ever calls ends the process. Arguments are
 * compared as 64 bits, the kernel may look at 32 only: every compare here
 * either allows on equality or asks for forbidden bits to be zero, so that dirt
 * in the upper half can refuse a call but never let one through. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <ucontext.h>
#include <unistd.h>
#include "base/err.h"
#include "base/mem.h"
#include "sandbox_layers.h"
#include "talk/sandbox.h"

enum {
	IF_FILES = 1,
	IF_NETWORK = 2,
	IF_LOCAL = 4,		/* Unix sockets */
};

#define CALL(name) SCMP_SYS(name)
#define LAST __NR_SCMP_ERROR

/* Whole calls. */
static const struct group {
	const char	*why;
	unsigned	 when;		/* any of IF_*; 0: always */
	const int	*calls;
} groups[] = {
	{ "memory; what could make it executable is below", 0, (const int[]){
	    CALL(brk), CALL(munmap), CALL(mremap), CALL(madvise), LAST } },
	{ "blobs: bytes of open descriptors, and new memfds", 0, (const int[]){
	    CALL(read), CALL(write), CALL(readv), CALL(writev), CALL(pread64),
	    CALL(pwrite64), CALL(lseek), CALL(close), CALL(close_range),
	    CALL(dup), CALL(dup2), CALL(dup3), CALL(fstat), CALL(memfd_create),
	    CALL(ftruncate), CALL(fallocate), LAST } },
	{ "frames, and waiting for them", 0, (const int[]){
	    CALL(recvmsg), CALL(sendmsg), CALL(poll), CALL(ppoll), LAST } },
	{ "time", 0, (const int[]){
	    CALL(clock_gettime), CALL(clock_getres), CALL(gettimeofday),
	    CALL(time), CALL(nanosleep), CALL(clock_nanosleep), LAST } },
	{ "signals to itself, abort(), and the end", 0, (const int[]){
	    CALL(exit), CALL(exit_group), CALL(restart_syscall),
	    CALL(rt_sigaction), CALL(rt_sigprocmask), CALL(rt_sigreturn),
	    CALL(sigaltstack), LAST } },
	{ "locks, and what libc asks about this process; sysinfo is qsort's",
	    0, (const int[]){
	    CALL(futex), CALL(set_robust_list), CALL(rseq), CALL(sched_yield),
	    CALL(getpid), CALL(gettid), CALL(getppid), CALL(getuid),
	    CALL(geteuid), CALL(getgid), CALL(getegid), CALL(getrandom),
	    CALL(getrusage), CALL(getrlimit), CALL(sysinfo), CALL(uname),
	    CALL(sched_getaffinity), CALL(getcpu), LAST } },
	{ "looking at files; Landlock decides what can be read", IF_FILES,
	    (const int[]){
	    CALL(stat), CALL(lstat), CALL(newfstatat), CALL(statx),
	    CALL(access), CALL(faccessat), CALL(faccessat2), CALL(readlink),
	    CALL(readlinkat), CALL(getdents64), LAST } },
	{ "a connection out; never bind, listen or accept", IF_NETWORK,
	    (const int[]){
	    CALL(connect), CALL(sendto), CALL(sendmmsg), CALL(recvfrom),
	    CALL(recvmmsg), CALL(shutdown), CALL(getsockopt),
	    CALL(getsockname), CALL(getpeername), LAST } },
	{ "libcurl's wake-ups and waiting", IF_NETWORK, (const int[]){
	    CALL(pipe), CALL(pipe2), CALL(eventfd2), CALL(select),
	    CALL(pselect6), CALL(epoll_create1), CALL(epoll_ctl),
	    CALL(epoll_wait), CALL(epoll_pwait), LAST } },
};

/* A call with conditions on its arguments, all of which must hold. */
struct narrow {
	int			call;
	unsigned		when;
	unsigned		n;
	struct scmp_arg_cmp	arg[3];
};

#define EQ(i, v) { .arg = (i), .op = SCMP_CMP_EQ, .datum_a = (uint64_t)(v) }
#define BITS(i, mask, v) { .arg = (i), .op = SCMP_CMP_MASKED_EQ, \
	.datum_a = (uint64_t)(mask), .datum_b = (uint64_t)(v) }

/* Anything but reading. O_TMPFILE carries the bit of O_DIRECTORY, which is
 * harmless alone. */
#define OPEN_WRITES (O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND | \
	(O_TMPFILE & ~O_DIRECTORY))
/* Threads and nothing else: no child, no new namespace. */
#define CLONE_MUST (CLONE_VM | CLONE_THREAD | CLONE_SIGHAND)
#define CLONE_LOOK (CLONE_MUST | CLONE_VFORK | CLONE_PTRACE | CLONE_NEWNS | \
	CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | \
	CLONE_NEWUTS | CLONE_NEWCGROUP)
#define SOCKET_TYPE 0xf		/* without SOCK_CLOEXEC, SOCK_NONBLOCK */

#define FCNTL(cmd) { CALL(fcntl), 0, 1, { EQ(1, cmd) } }
#define OPTION(level, name) \
	{ CALL(setsockopt), IF_NETWORK, 2, { EQ(1, level), EQ(2, name) } }
#define SOCKET(family, type, when) \
	{ CALL(socket), when, 2, { EQ(0, family), BITS(1, SOCKET_TYPE, type) } }

static const struct narrow narrows[] = {
	/* Never executable: no code comes in, no module of a library either. */
	{ CALL(mmap), 0, 1, { BITS(2, PROT_EXEC, 0) } },
	{ CALL(mprotect), 0, 1, { BITS(2, PROT_EXEC, 0) } },

	/* glibc's fstat, on which the path stays empty. A path could be slipped
	 * in, and tells then that a file exists, never what is in it. */
	{ CALL(newfstatat), 0, 1, { EQ(3, AT_EMPTY_PATH) } },
	{ CALL(openat), IF_FILES, 1, { BITS(2, OPEN_WRITES, O_RDONLY) } },

	/* Not F_SETOWN and F_SETSIG, which send signals. */
	FCNTL(F_GETFD), FCNTL(F_SETFD), FCNTL(F_GETFL), FCNTL(F_SETFL),
	FCNTL(F_DUPFD), FCNTL(F_DUPFD_CLOEXEC), FCNTL(F_ADD_SEALS),
	FCNTL(F_GET_SEALS),

	/* getrlimit; nothing is set, nobody else is looked at. */
	{ CALL(prlimit64), 0, 2, { EQ(0, 0), EQ(2, 0) } },
	{ CALL(prctl), 0, 1, { EQ(0, PR_SET_NAME) } },

	{ CALL(clone), IF_NETWORK, 1, { BITS(0, CLONE_LOOK, CLONE_MUST) } },

	/* The resolver and libcurl; no raw, netlink or packet sockets. Without
	 * netlink getaddrinfo cannot list the addresses of this machine, takes
	 * it that both families work, and needs no bind. */
	SOCKET(AF_INET, SOCK_STREAM, IF_NETWORK),
	SOCKET(AF_INET, SOCK_DGRAM, IF_NETWORK),
	SOCKET(AF_INET6, SOCK_STREAM, IF_NETWORK),
	SOCKET(AF_INET6, SOCK_DGRAM, IF_NETWORK),
	SOCKET(AF_UNIX, SOCK_STREAM, IF_LOCAL),
	SOCKET(AF_UNIX, SOCK_DGRAM, IF_LOCAL),
	{ CALL(socketpair), IF_NETWORK, 1, { EQ(0, AF_UNIX) } },
	{ CALL(ioctl), IF_NETWORK, 1, { EQ(1, FIONREAD) } },
	{ CALL(ioctl), IF_NETWORK, 1, { EQ(1, FIONBIO) } },

	/* Options that libcurl, OpenSSL, libesmtp, the resolver and we set. */
	OPTION(SOL_SOCKET, SO_KEEPALIVE), OPTION(SOL_SOCKET, SO_RCVTIMEO),
	OPTION(SOL_SOCKET, SO_SNDTIMEO), OPTION(SOL_SOCKET, SO_RCVBUF),
	OPTION(SOL_SOCKET, SO_SNDBUF), OPTION(SOL_SOCKET, SO_LINGER),
	OPTION(IPPROTO_TCP, TCP_NODELAY), OPTION(IPPROTO_TCP, TCP_KEEPIDLE),
	OPTION(IPPROTO_TCP, TCP_KEEPINTVL), OPTION(IPPROTO_TCP, TCP_KEEPCNT),
	OPTION(IPPROTO_TCP, TCP_USER_TIMEOUT),
	OPTION(IPPROTO_IP, IP_RECVERR), OPTION(IPPROTO_IP, IP_MTU_DISCOVER),
	OPTION(IPPROTO_IP, IP_TOS), OPTION(IPPROTO_IPV6, IPV6_RECVERR),
	OPTION(IPPROTO_IPV6, IPV6_MTU_DISCOVER),
	OPTION(IPPROTO_IPV6, IPV6_TCLASS), OPTION(IPPROTO_IPV6, IPV6_V6ONLY),
};

/* glibc has an older way for these and takes it on ENOSYS only. Their arguments
 * stand behind a pointer, where no filter can look. */
static const int unknown[] = {
	CALL(clone3), CALL(openat2), CALL(epoll_pwait2), CALL(futex_waitv),
};

/* Nobody calls these by accident: other programs, other processes, kernel
 * interfaces with a history. */
static const int evil[] = {
	CALL(execve), CALL(execveat), CALL(ptrace), CALL(process_vm_readv),
	CALL(process_vm_writev), CALL(process_madvise), CALL(pidfd_getfd),
	CALL(kcmp), CALL(bpf), CALL(perf_event_open), CALL(userfaultfd),
	CALL(io_uring_setup), CALL(io_uring_enter), CALL(io_uring_register),
	CALL(kexec_load), CALL(kexec_file_load), CALL(init_module),
	CALL(finit_module), CALL(delete_module), CALL(mount), CALL(umount2),
	CALL(move_mount), CALL(open_tree), CALL(fsopen), CALL(fsmount),
	CALL(fsconfig), CALL(fspick), CALL(mount_setattr), CALL(pivot_root),
	CALL(chroot), CALL(setns), CALL(unshare), CALL(add_key),
	CALL(request_key), CALL(keyctl), CALL(open_by_handle_at),
	CALL(name_to_handle_at), CALL(iopl), CALL(ioperm), CALL(modify_ldt),
	CALL(personality), CALL(swapon), CALL(swapoff), CALL(reboot),
	CALL(acct), CALL(quotactl), CALL(settimeofday), CALL(clock_settime),
	CALL(clock_adjtime), CALL(adjtimex), CALL(sethostname),
	CALL(setdomainname), CALL(syslog),
};

static bool
rule_applies(unsigned when, unsigned have)
{
	return when == 0 || (when & have) != 0;
}

/* One rule. A call that this machine's architecture lacks needs none. */
static int
rule_add(scmp_filter_ctx ctx, uint32_t action, int call, unsigned n,
    const struct scmp_arg_cmp *arg, struct err *err)
{
	int rc = seccomp_rule_add_array(ctx, action, call, n, arg);

	if (rc == 0 || rc == -EDOM)
		return 0;
	errno = -rc;
	return err_sys(err, "rule for call %d", call);
}

/* abort() and a SIGSYS of its own; kill() stays refused. tkill knows threads
 * only, of which the first has the number of the process. */
static int
abort_allow(scmp_filter_ctx ctx, struct err *err)
{
	struct scmp_arg_cmp self = EQ(0, getpid());

	if (rule_add(ctx, SCMP_ACT_ALLOW, CALL(tgkill), 1, &self, err) < 0)
		return -1;
	return rule_add(ctx, SCMP_ACT_ALLOW, CALL(tkill), 1, &self, err);
}

/* The tables that apply to a profile. Under trace the evil calls are left to
 * the default, which is a trap as well. */
static int
rules_add(scmp_filter_ctx ctx, unsigned have, bool trace, struct err *err)
{
	for (size_t i = 0; i < COUNT_OF(groups); i++) {
		const int *call = groups[i].calls;

		if (!rule_applies(groups[i].when, have))
			continue;
		for (; *call != LAST; call++) {
			if (rule_add(ctx, SCMP_ACT_ALLOW, *call, 0, NULL,
			    err) < 0)
				return -1;
		}
	}
	for (size_t i = 0; i < COUNT_OF(narrows); i++) {
		const struct narrow *r = &narrows[i];

		if (rule_applies(r->when, have) && rule_add(ctx,
		    SCMP_ACT_ALLOW, r->call, r->n, r->arg, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < COUNT_OF(unknown); i++) {
		if (rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), unknown[i], 0, NULL,
		    err) < 0)
			return -1;
	}
	for (size_t i = 0; i < COUNT_OF(evil) && !trace; i++) {
		if (rule_add(ctx, SCMP_ACT_KILL_PROCESS, evil[i], 0, NULL,
		    err) < 0)
			return -1;
	}
	return abort_allow(ctx, err);
}

/* A refused call under trace: the kernel did not run it and never will; the
 * answer becomes the one that it would have had, and a line is left. */
static void
trace_call(int signal_no, siginfo_t *info, void *context)
{
	static const char text[] = "sandbox: refused call ";
	ucontext_t *uc = context;
	char line[sizeof(text) + 12];
	char *at = line + sizeof(line);
	unsigned call = (unsigned)info->si_syscall;

	/* Built from the end, by hand: a signal handler may not printf. */
	(void)signal_no;
	*--at = '\n';
	do
		*--at = (char)('0' + call % 10);
	while ((call /= 10) > 0);
	at -= sizeof(text) - 1;
	memcpy(at, text, sizeof(text) - 1);
	if (write(STDERR_FILENO, at, (size_t)(line + sizeof(line) - at)) < 0)
		abort();
#if defined(__x86_64__)
	uc->uc_mcontext.gregs[REG_RAX] = -EPERM;
#elif defined(__aarch64__)
	uc->uc_mcontext.regs[0] = (unsigned long long)-EPERM;
#else
	(void)uc;
	abort();
#endif
}

static bool
trace_wanted(void)
{
	const char *how = getenv("ADVRELAY_SANDBOX");
	struct sigaction act;

	if (how == NULL || strcmp(how, "trace") != 0)
		return false;
	memset(&act, 0, sizeof(act));
	act.sa_sigaction = trace_call;
	act.sa_flags = SA_SIGINFO | SA_NODEFER;
	sigemptyset(&act.sa_mask);
	return sigaction(SIGSYS, &act, NULL) == 0;
}

int
sandbox_calls(const struct sandbox_profile *p, bool files, unsigned *layers,
    struct err *err)
{
	bool trace = trace_wanted();
	unsigned have = (files ? IF_FILES : 0u) |
	    (p->network ? IF_NETWORK : 0u) |
	    (p->network && p->local_sockets ? IF_LOCAL : 0u);
	scmp_filter_ctx ctx = seccomp_init(trace ? SCMP_ACT_TRAP :
	    SCMP_ACT_ERRNO(EPERM));
	int rc = -1;

	if (ctx == NULL)
		return 0;
	/* Calls of another architecture's table (32 bits, x32) end at once. */
	seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	/* A tree instead of a hundred compares in a row for each call. */
	seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (rules_add(ctx, have, trace, err) < 0)
		goto out;
	/* A kernel without filters leaves the layer out of the mask. */
	if (seccomp_load(ctx) == 0)
		*layers |= SANDBOX_CALLS;
	rc = 0;
out:
	seccomp_release(ctx);
	return rc;
}
