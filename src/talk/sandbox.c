/* The order of the layers: limits while files can still be opened, Landlock
 * while its calls are still allowed, the filter last. */
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "sandbox_layers.h"
#include "talk/sandbox.h"

#ifdef SANITIZED
static const bool sanitized = true;
#else
static const bool sanitized = false;
#endif

static const struct {
	const char	*name;
	const char	*wants;		/* what to do when it is missing */
} layers_text[SANDBOX_LAYERS] = {
	{ "no-new-privileges", "refused by the kernel" },
	{ "limits", "only a sanitizer build leaves them out" },
	{ "files", "needs Landlock: Linux 5.13, enabled by lsm=...,landlock" },
	{ "ports", "needs Landlock ABI 4: Linux 6.7" },
	{ "calls", "needs a kernel with seccomp filters" },
	{ "not-dumpable", "refused by the kernel" },
};

const char *
sandbox_layer_name(unsigned bit)
{
	return bit < SANDBOX_LAYERS ? layers_text[bit].name : NULL;
}

void
sandbox_missing(unsigned layers, struct buf *out)
{
	const char *between = "";

	for (unsigned i = 0; i < SANDBOX_LAYERS; i++) {
		if (layers & 1u << i)
			continue;
		buf_printf(out, "%s%s (%s)", between, layers_text[i].name,
		    sanitized ? "sanitizer build" : layers_text[i].wants);
		between = "; ";
	}
}

/* Lowers one limit; one that is lower already stays. */
static int
limit_lower(__rlimit_resource_t what, const char *name, rlim_t soft,
    rlim_t hard, struct err *err)
{
	struct rlimit now;

	if (getrlimit(what, &now) < 0)
		return err_sys(err, "%s", name);
	if (now.rlim_max > hard)
		now.rlim_max = hard;
	if (now.rlim_cur > soft)
		now.rlim_cur = soft;
	if (now.rlim_cur > now.rlim_max)
		now.rlim_cur = now.rlim_max;
	if (setrlimit(what, &now) < 0)
		return err_sys(err, "%s", name);
	return 0;
}

#define LOWER(what, soft, hard, err) limit_lower(what, #what, soft, hard, err)

static int
limits_set(const struct sandbox_profile *p, unsigned *layers, struct err *err)
{
	/* Writes to a memfd count against it: the largest blob must pass. */
	rlim_t file = DEVICE_INDEX_MAX;

	if (p->descriptors == 0)
		bug("a sandbox without descriptors");
	if (LOWER(RLIMIT_CORE, 0, 0, err) < 0 ||
	    LOWER(RLIMIT_FSIZE, file, file, err) < 0 ||
	    LOWER(RLIMIT_NOFILE, p->descriptors, p->descriptors, err) < 0)
		return -1;
	/* The soft limit ends the process by SIGXCPU, a second later SIGKILL
	 * ends one that has caught it. */
	if (p->cpu_s > 0 &&
	    LOWER(RLIMIT_CPU, p->cpu_s, (rlim_t)p->cpu_s + 1, err) < 0)
		return -1;
	/* A sanitizer maps terabytes of shadow. */
	if (sanitized)
		return 0;
	if (p->memory > 0 && LOWER(RLIMIT_AS, p->memory, p->memory, err) < 0)
		return -1;
	*layers |= SANDBOX_LIMITS;
	return 0;
}

int
sandbox_enter(const struct sandbox_profile *profile,
    const char *const *more_files, unsigned *ret_layers, struct err *err)
{
	unsigned layers = 0;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
		layers |= SANDBOX_NO_NEW_PRIVS;
	/* No core, no ptrace, no /proc of ours for others of our user. The leak
	 * checker of a sanitizer is such an other. */
	if (!sanitized && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0)
		layers |= SANDBOX_NOT_DUMPABLE;
	if (limits_set(profile, &layers, err) < 0)
		return err_in(err, "sandbox");
	if (layers & SANDBOX_NO_NEW_PRIVS) {
		if (sandbox_files(profile, more_files, &layers, err) < 0)
			return err_in(err, "sandbox: files");
		if (!sanitized && sandbox_calls(profile,
		    sandbox_has_files(profile, more_files), &layers, err) < 0)
			return err_in(err, "sandbox: calls");
	}
	*ret_layers = layers;
	return 0;
}
