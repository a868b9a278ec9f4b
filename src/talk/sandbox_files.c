/* Landlock: which files may be read, and that nothing is bound or signalled.
 *
 * The kernel's header of the build machine may be older than the kernel, so the
 * rights are written out here; see Documentation/userspace-api/landlock.rst. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "base/err.h"
#include "base/mem.h"
#include "sandbox_layers.h"
#include "talk/sandbox.h"

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset	444
#define SYS_landlock_add_rule		445
#define SYS_landlock_restrict_self	446
#endif

struct ruleset_attr {
	uint64_t fs;		/* ABI 1 */
	uint64_t net;		/* ABI 4 */
	uint64_t scoped;	/* ABI 6 */
};

struct path_beneath {
	uint64_t allowed;
	int32_t	 parent;
} __attribute__((packed));

#define CREATE_VERSION	1u
#define RULE_BENEATH	1

#define FS_READ_FILE	(1u << 2)
#define FS_READ_DIR	(1u << 3)
#define FS_ABI_1	((1u << 13) - 1)	/* execute ... make_sym */
#define FS_REFER	(1u << 13)		/* ABI 2 */
#define FS_TRUNCATE	(1u << 14)		/* ABI 3 */
#define FS_IOCTL_DEV	(1u << 15)		/* ABI 5 */
#define NET_BIND_TCP	(1u << 0)		/* ABI 4 */
#define NET_CONNECT_TCP	(1u << 1)
#define SCOPE_UNIX	(1u << 0)		/* ABI 6: abstract sockets */
#define SCOPE_SIGNAL	(1u << 1)

/* What glibc reads to resolve a name. Its modules are not here: nothing can be
 * mapped executable, so helper_warm_resolver loads them beforehand. */
static const char *const resolver_files[] = {
	"/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/gai.conf",
	"/etc/host.conf", "/etc/services", "/etc/protocols", NULL
};

/* Which file each path meant on entry, for sandbox_is_stale. A path behind the
 * last place is still allowed, only not watched. */
#define WATCHED_MAX 128

static struct {
	const char	*path;		/* of the profile or of argv */
	bool		 there;
	dev_t		 dev;
	ino_t		 ino;
} watched[WATCHED_MAX];
static size_t n_watched;

bool
sandbox_has_files(const struct sandbox_profile *p, const char *const *more)
{
	return p->network || (p->files != NULL && p->files[0] != NULL) ||
	    (more != NULL && more[0] != NULL);
}

/* Remembers a path, and opens it. -1: it is not there, or not for us. */
static int
path_open(const char *path, struct stat *st)
{
	int fd = open(path, O_PATH | O_CLOEXEC);
	bool there = fd >= 0 && fstat(fd, st) == 0;

	if (n_watched < WATCHED_MAX) {
		watched[n_watched].path = path;
		watched[n_watched].there = there;
		watched[n_watched].dev = there ? st->st_dev : 0;
		watched[n_watched].ino = there ? st->st_ino : 0;
		n_watched++;
	}
	if (fd >= 0 && !there) {
		close(fd);
		fd = -1;
	}
	return fd;
}

bool
sandbox_is_stale(void)
{
	for (size_t i = 0; i < n_watched; i++) {
		struct stat st;
		bool there = stat(watched[i].path, &st) == 0;

		if (there != watched[i].there)
			return true;
		if (there && (st.st_dev != watched[i].dev ||
		    st.st_ino != watched[i].ino))
			return true;
	}
	return false;
}

/* Read access to each path and all beneath it. ruleset -1: only remember. */
static int
paths_allow(int ruleset, const char *const *paths, struct err *err)
{
	for (; paths != NULL && *paths != NULL; paths++) {
		struct path_beneath rule = { .allowed = FS_READ_FILE };
		struct stat st;
		int fd = path_open(*paths, &st);
		long rc;

		if (fd < 0)
			continue;
		/* A right of directories on a file is EINVAL. */
		if (S_ISDIR(st.st_mode))
			rule.allowed |= FS_READ_DIR;
		rule.parent = fd;
		rc = ruleset < 0 ? 0 : syscall(SYS_landlock_add_rule, ruleset,
		    RULE_BENEATH, &rule, 0);
		if (rc < 0)
			err_sys(err, "%s", *paths);
		close(fd);
		if (rc < 0)
			return -1;
	}
	return 0;
}

/* Everything that this kernel can handle, and the size of the struct that it
 * knows. */
static size_t
ruleset_fill(struct ruleset_attr *attr, int abi, bool network)
{
	*attr = (struct ruleset_attr){ .fs = FS_ABI_1 };
	if (abi >= 2)
		attr->fs |= FS_REFER;
	if (abi >= 3)
		attr->fs |= FS_TRUNCATE;
	if (abi >= 4)
		attr->net = NET_BIND_TCP | (network ? 0 : NET_CONNECT_TCP);
	if (abi >= 5)
		attr->fs |= FS_IOCTL_DEV;
	if (abi >= 6)
		attr->scoped = SCOPE_UNIX | SCOPE_SIGNAL;
#ifdef SANITIZED
	/* The sanitizers read /proc when they report. */
	attr->fs = 0;
#endif
	return abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
}

/* The rules of a profile put in force. */
static int
ruleset_enter(int ruleset, const struct sandbox_profile *p,
    const char *const *more, bool files, struct err *err)
{
	int with = files ? ruleset : -1;

	if (paths_allow(with, p->files, err) < 0 ||
	    paths_allow(with, more, err) < 0 ||
	    (p->network && paths_allow(with, resolver_files, err) < 0))
		return -1;
	if (ruleset >= 0 &&
	    syscall(SYS_landlock_restrict_self, ruleset, 0) < 0)
		return err_sys(err, "landlock_restrict_self");
	return 0;
}

int
sandbox_files(const struct sandbox_profile *p, const char *const *more,
    unsigned *layers, struct err *err)
{
	struct ruleset_attr attr = { .fs = 0 };
	int ruleset = -1, rc;
	long abi;
	size_t size;

	/* -1: not built in (ENOSYS) or not enabled at boot (EOPNOTSUPP). */
	abi = syscall(SYS_landlock_create_ruleset, NULL, (size_t)0,
	    CREATE_VERSION);
	if (abi > 0) {
		size = ruleset_fill(&attr, (int)abi, p->network);
		if (attr.fs != 0 || attr.net != 0) {
			ruleset = (int)syscall(SYS_landlock_create_ruleset,
			    &attr, size, 0u);
			if (ruleset < 0)
				return err_sys(err, "landlock_create_ruleset");
		}
	}
	rc = ruleset_enter(ruleset, p, more, attr.fs != 0, err);
	if (ruleset >= 0)
		close(ruleset);
	if (rc < 0)
		return -1;
	if (attr.fs != 0)
		*layers |= SANDBOX_FILES;
	if (attr.net != 0)
		*layers |= SANDBOX_PORTS;
	return 0;
}
