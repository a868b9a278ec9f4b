/* Files and pools for the offline runs. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/pack.h"
#include "base/text.h"

#include "noun/device.h"

#include "offline.h"
#include "state.h"

#define FOLDERS_DEEP 16

int
offline_file(const char *path, size_t max, struct blob *ret, struct err *err)
{
	char chunk[65536];
	size_t total = 0;
	ssize_t n;
	int in, out = -1;

	in = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (in == -1)
		return err_sys(err, "cannot read %s", path);
	if (blob_start(&out, "file", err) == -1)
		goto failed;
	while ((n = read(in, chunk, sizeof(chunk))) > 0) {
		total += (size_t)n;
		if (total > max) {
			err_limit(err, "%s is larger than %zu bytes", path,
			    max);
			goto failed;
		}
		if (write(out, chunk, (size_t)n) != n) {
			err_sys(err, "copying %s", path);
			goto failed;
		}
	}
	if (n == -1) {
		err_sys(err, "cannot read %s", path);
		goto failed;
	}
	close(in);
	return blob_seal(ret, out, err);
failed:
	close(in);
	if (out != -1)
		close(out);
	return -1;
}

/* ---- device lists -------------------------------------------------------- */

static int
add_list(struct buf *out, const char *path, const char *name,
    const char *format, const char *text, struct err *err)
{
	struct blob bytes = BLOB_INIT;
	struct device_file f = { .name = name, .path = path,
	    .format = format };

	if (text[0] != '\0') {
		f.bytes = text;
		f.len = strlen(text);
	} else {
		if (offline_file(path, LIST_FILE_MAX, &bytes, err) == -1 ||
		    blob_map(&bytes, err) == -1) {
			blob_clear(&bytes);
			return -1;
		}
		f.bytes = bytes.map;
		f.len = bytes.len;
	}
	device_file_pack(out, &f);
	blob_clear(&bytes);
	return 0;
}

int
offline_lists(const char **paths, uint32_t n, const struct aliases *own,
    struct blob *ret, struct err *err)
{
	struct buf out = BUF_INIT((size_t)LIST_FILE_MAX * 2);
	int rc = -1;

	aliases_pack(&out, own);
	pack_u32(&out, n);
	for (uint32_t i = 0; i < n; i++)
		if (add_list(&out, paths[i], paths[i], "", "", err) == -1)
			goto out;
	rc = out.over ? err_limit(err, "the device lists together are larger "
	    "than 1 GiB") : blob_of(ret, "device-lists", out.data, out.len,
	    err);
out:
	buf_clear(&out);
	return rc;
}

int
offline_conf_lists(const struct conf *c, struct blob *ret, struct err *err)
{
	struct buf out = BUF_INIT((size_t)LIST_FILE_MAX * 2);
	int rc = -1;

	aliases_pack(&out, &c->aliases);
	pack_u32(&out, c->n_lists);
	for (uint32_t i = 0; i < c->n_lists; i++) {
		const struct conf_list *l = &c->lists[i];

		if (add_list(&out, l->text[0] != '\0' ? c->path : l->path,
		    l->name, l->text[0] != '\0' ? "csv" : l->format, l->text,
		    err) == -1)
			goto out;
	}
	rc = out.over ? err_limit(err, "the device lists together are larger "
	    "than 1 GiB") : blob_of(ret, "device-lists", out.data, out.len,
	    err);
out:
	buf_clear(&out);
	return rc;
}

int
offline_reports(struct unpack *in, struct arena *mem, uint32_t *ret_devices)
{
	uint32_t n = unpack_u32(in, "reports", 1000000);
	int rc = 0;

	*ret_devices = 0;
	for (uint32_t i = 0; i < n && !in->bad; i++) {
		struct device_report r;

		device_report_unpack(in, mem, &r);
		if (in->bad)
			break;
		*ret_devices += r.devices;
		for (uint32_t j = 0; j < r.n_remarks; j++)
			fprintf(stderr, "warning: %s\n", r.remarks[j]);
		if (r.failure[0] == '\0')
			continue;
		fprintf(stderr, "%s: %s\n", r.name, r.failure);
		rc = -1;
	}
	return in->bad ? -1 : rc;
}

struct alias_file {
	const char	*path;
	unsigned	 faults;
};

static void
complain_alias(void *ctx, unsigned line, const char *text)
{
	struct alias_file *f = ctx;

	fprintf(stderr, "%s:%u: %s\n", f->path, line, text);
	f->faults++;
}

int
offline_aliases(const char **paths, uint32_t n, struct arena *mem,
    struct aliases *ret)
{
	int rc = 0;

	for (uint32_t i = 0; i < n; i++) {
		struct alias_file f = { paths[i], 0 };
		struct err err = ERR_INIT;

		if (aliases_load(f.path, mem, ret, complain_alias, &f,
		    &err) == -1)
			fprintf(stderr, "advrelay: %s\n", err.text);
		if (err.kind != ERR_NONE || f.faults > 0)
			rc = -1;
	}
	return rc;
}

/* ---- documents ----------------------------------------------------------- */

struct gathering {
	struct arena	*mem;
	const char	**paths;
	uint32_t	 n;
};

static bool
looks_like_document(const char *name)
{
	static const char *const endings[] = {
		".json", ".xml", ".rss", ".atom", ".rdf"
	};

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (text_ends(name, endings[i]))
			return true;
	return false;
}

static void
gather(struct gathering *g, const char *path)
{
	g->paths = arena_more(g->mem, g->paths, g->n, sizeof(*g->paths));
	g->paths[g->n++] = arena_text(g->mem, path);
}

static int
gather_folder(struct gathering *g, const char *folder, int deep,
    struct err *err)
{
	struct dirent **names = NULL;
	int n = scandir(folder, &names, NULL, alphasort);
	int rc = n == -1 ? err_sys(err, "cannot read the folder %s", folder) :
	    0;

	for (int i = 0; i < n; i++) {
		const char *name = names[i]->d_name;
		const char *path = arena_printf(g->mem, "%s/%s", folder, name);
		struct stat st;

		if (rc == 0 && name[0] != '.' && stat(path, &st) == 0) {
			if (S_ISDIR(st.st_mode) && deep < FOLDERS_DEEP)
				rc = gather_folder(g, path, deep + 1, err);
			else if (S_ISREG(st.st_mode) &&
			    looks_like_document(name))
				gather(g, path);
		}
		free(names[i]);
	}
	free(names);
	return rc;
}

int
offline_documents(const char **docs, uint32_t n, struct arena *mem,
    const char ***ret, uint32_t *ret_n, struct err *err)
{
	struct gathering g = { .mem = mem };

	for (uint32_t i = 0; i < n; i++) {
		struct stat st;

		if (stat(docs[i], &st) == -1)
			return err_sys(err, "cannot read %s", docs[i]);
		if (!S_ISDIR(st.st_mode))
			gather(&g, docs[i]);
		else if (gather_folder(&g, docs[i], 0, err) == -1)
			return -1;
	}
	*ret = g.paths;
	*ret_n = g.n;
	return 0;
}

void
offline_pools(uint32_t jobs, struct arena *mem, struct pool **list,
    struct pool **read, struct pool **match)
{
	struct conf c = { .mem = mem };
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (jobs == 0)
		jobs = cores < 1 ? 1 : cores > 64 ? 64 : (uint32_t)cores;
	for (int p = 0; p < PROGRAM_COUNT_; p++)
		c.pools[p] = (struct conf_pool){ jobs, 1000000 };
	c.pools[PROGRAM_LIST].size = 1;
	*list = keeper_pool(&c, PROGRAM_LIST);
	*read = keeper_pool(&c, PROGRAM_READ);
	*match = keeper_pool(&c, PROGRAM_MATCH);
}

/* ---- check --------------------------------------------------------------- */

struct checking {
	const struct conf *c;
	uint32_t	 devices;
	int		 rc;
	bool		 done;
};

static int
check_fill(void *ctx, struct buf *fields, struct blob *body, struct err *err)
{
	(void)fields;
	return offline_conf_lists(((struct checking *)ctx)->c, body, err);
}

static void
check_done(void *ctx, const struct pool_result *r)
{
	struct checking *ch = ctx;
	struct arena mem = ARENA_INIT;
	char text[900];

	ch->done = true;
	if (r->answer != NULL) {
		ch->rc = offline_reports(r->answer, &mem, &ch->devices);
	} else {
		fprintf(stderr, "device lists: %s\n", r->failure != NULL ?
		    err_show(r->failure, text, sizeof(text)) : r->why);
		ch->rc = -1;
	}
	arena_clear(&mem);
}

int
keeper_check_lists(const struct conf *c, uint32_t *ret_devices)
{
	struct checking ch = { .c = c, .rc = -1 };
	struct pool *p = keeper_pool(c, PROGRAM_LIST);
	struct pollfd fds[8];
	size_t n;

	pool_ask(p, &(struct pool_ask){ .kind = ASK_LIST, .group = "",
	    .fill = check_fill, .done = check_done, .ctx = &ch });
	pool_step(p, NULL, 0, mono_now());
	while (!ch.done) {
		n = pool_fds(p, fds, 8);
		if (poll(fds, n, 200) >= 0)
			pool_step(p, fds, n, mono_now());
	}
	pool_free(p);
	*ret_devices = ch.devices;
	return ch.rc;
}
