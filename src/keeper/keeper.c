/* The keeper's life: open, run, reload, close. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"

#include "noun/feed_type.h"
#include "noun/file_url.h"

#include "talk/helper.h"

#include "state.h"

#ifndef LIBEXECDIR
#define LIBEXECDIR "/usr/libexec/advrelay"
#endif

const char *const program_names[PROGRAM_COUNT_] = {
	"fetch", "read", "list", "match", "mail", "syslog", "hook"
};

/* ---- where the helpers are ----------------------------------------------- */

/* In a build tree they lie in libexec/ beside advrelay, else where make install
 * put them. ADVRELAY_LIBEXEC is for tests. */
static const char *
helper_path(struct arena *mem, const char *program)
{
	const char *dir = getenv("ADVRELAY_LIBEXEC");
	char self[PATH_MAX];
	ssize_t n;
	char *slash;
	const char *path;

	if (dir != NULL)
		return arena_printf(mem, "%s/%s", dir, program);
	n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (n > 0) {
		self[n] = '\0';
		slash = strrchr(self, '/');
		*slash = '\0';
		path = arena_printf(mem, "%s/libexec/%s", self, program);
		if (access(path, X_OK) == 0)
			return path;
	}
	return arena_printf(mem, "%s/%s", LIBEXECDIR, program);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* fetch may read the folders of file:// feeds, each named once; nothing else of
 * this machine. */
static const char *const *
fetch_args(const struct conf *c)
{
	const char **folders = NULL, **args;
	size_t n_folders = 0, n = 0;

	for (uint32_t i = 0; i < c->n_feeds; i++) {
		const char *path;
		char *folder;

		if (file_url_path(c->feeds[i].url, c->mem, &path, NULL) == -1)
			continue;
		folder = arena_text(c->mem, path);
		*strrchr(folder, '/') = '\0';
		folders = arena_more(c->mem, folders, n_folders,
		    sizeof(*folders));
		folders[n_folders++] = folder[0] == '\0' ? "/" : folder;
	}
	if (n_folders > 0)
		qsort(folders, n_folders, sizeof(*folders), by_text);
	args = arena_alloc(c->mem, (2 * n_folders + 1) * sizeof(*args));
	for (size_t i = 0; i < n_folders; i++) {
		if (i > 0 && text_eq(folders[i], folders[i - 1]))
			continue;
		args[n++] = "--read";
		args[n++] = folders[i];
	}
	args[n] = NULL;
	return args;
}

void
keeper_pool_kind(const struct conf *c, enum program p, struct pool_kind *ret)
{
	*ret = (struct pool_kind){
		.program = program_names[p],
		.path = helper_path(c->mem, program_names[p]),
		.args = p == PROGRAM_FETCH ? fetch_args(c) : NULL,
		.size = c->pools[p].size,
		.max_use = c->pools[p].max_use,
		.demand = c->sandbox_demand,
		/* a document can at worst spoil others of its own publisher */
		.grouped = p == PROGRAM_READ,
		.start_ms = 10000, .leave_ms = 2000, .idle_ms = 60000,
		.surplus_ms = 1000,
	};
}

struct pool *
keeper_pool(const struct conf *c, enum program p)
{
	struct pool_kind kind;

	keeper_pool_kind(c, p, &kind);
	return pool_new(&kind);
}

/* ---- opening ------------------------------------------------------------- */

static void
show_report(const struct conf_report *report)
{
	for (uint32_t i = 0; i < report->n_errors; i++)
		fprintf(stderr, "%s\n", report->errors[i]);
	if (report->n_errors > 0)
		fprintf(stderr, "%u error%s; nothing was started\n",
		    report->n_errors, report->n_errors == 1 ? "" : "s");
}

static int
declare_feeds(struct keeper *k, const struct conf *c, struct err *err)
{
	struct arena mem = ARENA_INIT;
	const char **names = arena_alloc(&mem, (c->n_feeds + 1) *
	    sizeof(*names));
	struct address *roots = arena_alloc(&mem, (c->n_feeds + 1) *
	    sizeof(*roots));
	int rc;

	for (uint32_t i = 0; i < c->n_feeds; i++) {
		const struct feed *f = &c->feeds[i];
		const struct feed_type *t = feed_type_find(f->type);
		bool folder = text_ends(f->url, "/");

		names[i] = f->name;
		roots[i] = (struct address){
			.kind = t->listing ? ADDRESS_LISTING : ADDRESS_DOCUMENT,
			.url = folder ? arena_printf(&mem, "%s%s", f->url,
			    t->suffix) : f->url,
			.alt = folder && t->alt_suffix[0] != '\0' ?
			    arena_printf(&mem, "%s%s", f->url, t->alt_suffix)
			    : "",
			.format = t->format,
			.updated = "", .hash_url = "", .signature_url = "",
		};
	}
	rc = store_feeds_declare(k->store, names, roots, c->n_feeds,
	    wall_now().s, err);
	arena_clear(&mem);
	return rc;
}

/* mkdir -p of the state folder's last component; 0700: it holds the archive. */
static int
make_state_dir(const char *dir, struct err *err)
{
	char *path = mem_text(dir);
	int rc = 0;

	for (char *at = path + 1; rc == 0 && (at = strchr(at, '/')) != NULL;
	    at++) {
		*at = '\0';
		if (mkdir(path, 0755) == -1 && errno != EEXIST)
			rc = err_sys(err, "cannot make %s", path);
		*at = '/';
	}
	if (rc == 0 && mkdir(path, 0700) == -1 && errno != EEXIST)
		rc = err_sys(err, "cannot make the state folder %s; set "
		    "relay.state_dir to one that you may write", path);
	free(path);
	return rc;
}

int
keeper_lock(const struct conf *c, struct err *err)
{
	struct arena mem = ARENA_INIT;
	const char *path = arena_printf(&mem, "%s/lock", c->state_dir);
	/* A record lock and not flock(2), which a child has too until it
	 * becomes a helper: killed in that moment, we could not start again
	 * at once. */
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd == -1)
		err_sys(err, "cannot open %s; the state folder must belong "
		    "to advrelay's user and be writable", path);
	else if (fcntl(fd, F_SETLK, &whole) == -1) {
		close(fd);
		fd = -1;
		err_config(err, "another advrelay uses %s; stop it first, or "
		    "use its commands (status, retry ...)", c->state_dir);
		err->sys = EBUSY;
	}
	arena_clear(&mem);
	return fd;
}

#ifdef CRASH_TEST
/* The crash tests' build only: ends the keeper at the n-th commit. */
static void
crash_at(void *ctx, uint64_t n)
{
	const char *text = getenv("ADVRELAY_CRASH_AT");
	int64_t at;

	(void)ctx;
	if (text != NULL && text_i64(text, 1, INT64_MAX, &at) == 0 &&
	    (uint64_t)at == n)
		_exit(99);
}
#endif

/* Exit code. */
int
keeper_open(struct keeper *k, const char *conf_path, bool quiet)
{
	struct conf_report report;
	struct err err = ERR_INIT;
	char text[900];

	*k = (struct keeper){ .lock = -1, .look_at = 0 };
	k->started = wall_now().s;
	k->conf = conf_load(conf_path, &k->conf_mem, &report);
	show_report(&report);
	if (k->conf == NULL)
		return EX_CONFIG;
	for (uint32_t i = 0; i < report.n_warnings && !quiet; i++)
		fprintf(stderr, "warning: %s\n", report.warnings[i]);
	if (make_state_dir(k->conf->state_dir, &err) == -1)
		goto failed;
	k->lock = keeper_lock(k->conf, &err);
	if (k->lock == -1)
		goto failed;
	if (store_open(k->conf->store_url, k->conf->name, false, &k->store,
	    &err) == -1)
		goto failed;
#ifdef CRASH_TEST
	store_after_commit(k->store, crash_at, NULL);
#endif
	if (declare_feeds(k, k->conf, &err) == -1)
		goto failed;
	for (int p = 0; p < PROGRAM_COUNT_; p++)
		k->pools[p] = keeper_pool(k->conf, (enum program)p);
	k->devices = devices_new();
	k->outbox = outbox_new();
	return EX_OK;
failed:
	fprintf(stderr, "advrelay: %s\n", err_show(&err, text, sizeof(text)));
	return err.sys == EBUSY ? EX_TEMPFAIL :
	    err.kind == ERR_CONFIG ? EX_CONFIG :
	    err.kind == ERR_INPUT ? EX_DATAERR : EX_OSERR;
}

void
keeper_close(struct keeper *k)
{
	struct old_conf *old;

	k->stopping = true;
	control_close(k->control);
	for (int p = 0; p < PROGRAM_COUNT_; p++)
		pool_free(k->pools[p]);
	devices_free(k->devices);
	outbox_free(k->outbox);
	store_close(k->store);
	while ((old = k->old) != NULL) {
		k->old = old->next;
		conf_free(old->conf);
		arena_clear(&old->mem);
		free(old);
	}
	conf_free(k->conf);
	arena_clear(&k->conf_mem);
	if (k->lock != -1)
		close(k->lock);
}

/* ---- reload -------------------------------------------------------------- */

static void
use_conf(struct keeper *k, struct arena mem, struct conf *c)
{
	struct old_conf *old = mem_alloc(sizeof(*old));
	struct pool_kind kind;

	old->mem = k->conf_mem;
	old->conf = k->conf;
	old->next = k->old;
	k->old = old;
	k->conf_mem = mem;
	k->conf = c;
	c->mem = &k->conf_mem;
	for (int p = 0; p < PROGRAM_COUNT_; p++) {
		keeper_pool_kind(c, (enum program)p, &kind);
		pool_rearm(k->pools[p], &kind);
	}
	for (int w = 0; w < WORK_COUNT_; w++)
		k->may[w] = true;
	k->look_at = 0;
	k->reloaded = wall_now().s;
}

int
keeper_reload(struct keeper *k)
{
	struct arena mem = ARENA_INIT;
	struct conf_report report;
	struct conf *c = conf_load(k->conf->path, &mem, &report);
	struct err err = ERR_INIT;

	for (uint32_t i = 0; i < report.n_errors; i++)
		log_error("config", "at", report.errors[i], NULL);
	if (c == NULL) {
		log_error("reload refused, the running config stays in force",
		    "errors", LOG_NUM(report.n_errors), NULL);
		arena_clear(&mem);
		return -1;
	}
	if (strcmp(c->state_dir, k->conf->state_dir) != 0 ||
	    strcmp(c->store_url, k->conf->store_url) != 0 ||
	    strcmp(c->control, k->conf->control) != 0) {
		log_error("reload refused: relay.state_dir, relay.store and "
		    "relay.control need a restart", NULL);
		conf_free(c);
		arena_clear(&mem);
		return -1;
	}
	if (declare_feeds(k, c, &err) == -1) {
		store_failed(k, "declaring feeds", &err);
		conf_free(c);
		arena_clear(&mem);
		return -1;
	}
	use_conf(k, mem, c);
	log_info("config reloaded", "feeds", LOG_NUM(k->conf->n_feeds),
	    "sinks", LOG_NUM(k->conf->n_sinks), NULL);
	return 0;
}

void
keeper_tidy(struct keeper *k)
{
	struct old_conf *old;

	if (k->old == NULL || !devices_settled(k) || !outbox_is_idle(k))
		return;
	for (int w = 0; w < WORK_COUNT_; w++)
		if (k->flying[w] > 0)
			return;
	devices_release(k);
	while ((old = k->old) != NULL) {
		k->old = old->next;
		conf_free(old->conf);
		arena_clear(&old->mem);
		free(old);
	}
}

/* ---- the daemon ---------------------------------------------------------- */

int
keeper_run(const char *conf_path)
{
	static const struct loop_hooks hooks = { .finished = NULL };
	struct keeper k;
	struct err err = ERR_INIT;
	char text[900], status[64];
	int rc = keeper_open(&k, conf_path, false);

	if (rc != EX_OK)
		goto out;
	k.control = control_open(k.conf->control, &err);
	if (k.control == NULL) {
		fprintf(stderr, "advrelay: %s\n",
		    err_show(&err, text, sizeof(text)));
		rc = EX_CANTCREAT;
		goto out;
	}
	log_info("running", "version", build_version, "feeds",
	    LOG_NUM(k.conf->n_feeds), "sinks", LOG_NUM(k.conf->n_sinks), NULL);
	snprintf(status, sizeof(status), "READY=1\nSTATUS=%u feeds, %u sinks",
	    k.conf->n_feeds, k.conf->n_sinks);
	notify_send(status);
	loop_run(&k, &hooks);
	notify_send("STOPPING=1");
out:
	keeper_close(&k);
	return rc;
}
