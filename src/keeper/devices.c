/* The device lists and their index: read at the start, again when a file
 * changes. A list that became unreadable keeps its last good bytes, also over a
 * restart (they are in the store), and the log says so. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/pack.h"
#include "base/text.h"

#include "noun/device.h"

#include "offline.h"
#include "state.h"

#define LOOK_EVERY_S 2

/* What tells that a file is another one by now. */
struct stamp {
	dev_t	 dev;
	ino_t	 ino;
	off_t	 size;
	struct timespec mtime;
};

struct list {
	struct stamp	 stamp;		/* of the file that was loaded */
	struct stamp	 seen;		/* at the last look */
	struct blob	 bytes;		/* in the ask, or in use */
	bool		 fresh;		/* from its file; else from the store */
	bool		 failed;	/* said so already */
};

struct devices {
	struct list	*lists;
	uint32_t	 n;
	const struct conf *conf;	/* lists belong to it */
	int64_t		 look_at;
	bool		 asked, again;
	struct devices_index *index;	/* in use; NULL: none yet */
	uint32_t	 deaths;	/* of LIST asks in a row */
	uint32_t	 count;
	char		 digest[SHA256_TEXT];
};

struct devices *
devices_new(void)
{
	return mem_alloc(sizeof(struct devices));
}

static void
forget_lists(struct devices *d)
{
	for (uint32_t i = 0; i < d->n; i++)
		blob_clear(&d->lists[i].bytes);
	free(d->lists);
	d->lists = NULL;
	d->n = 0;
}

void
devices_free(struct devices *d)
{
	if (d == NULL)
		return;
	forget_lists(d);
	devices_let_go(d->index);
	free(d);
}

struct devices_index *
devices_hold(const struct keeper *k)
{
	struct devices_index *x = k->devices->index;

	if (x == NULL)
		bug("no device index is in use");
	x->users++;
	return x;
}

void
devices_let_go(struct devices_index *x)
{
	if (x == NULL || --x->users > 0)
		return;
	blob_clear(&x->blob);
	free(x);
}

void
devices_release(struct keeper *k)
{
	struct devices *d = k->devices;

	if (d->conf == k->conf)
		return;
	forget_lists(d);
	d->conf = NULL;
	d->look_at = 0;
}

bool
devices_ready(const struct keeper *k)
{
	return k->devices->index != NULL;
}

bool
devices_settled(const struct keeper *k)
{
	/* while a list is tried again, the index in use goes on */
	return !k->devices->asked &&
	    (!k->devices->again || k->devices->index != NULL);
}

uint32_t
devices_count(const struct keeper *k)
{
	return k->devices->count;
}

/* ---- files --------------------------------------------------------------- */

static bool
stamp_of(const char *path, struct stamp *ret)
{
	struct stat st;

	memset(ret, 0, sizeof(*ret));
	if (stat(path, &st) == -1)
		return false;
	ret->dev = st.st_dev;
	ret->ino = st.st_ino;
	ret->size = st.st_size;
	ret->mtime = st.st_mtim;
	return true;
}

static bool
stamp_eq(const struct stamp *a, const struct stamp *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
	    a->mtime.tv_sec == b->mtime.tv_sec &&
	    a->mtime.tv_nsec == b->mtime.tv_nsec;
}

/* The last good bytes, when the file's own cannot be used. */
static void
fall_back(struct keeper *k, uint32_t i, const char *why)
{
	struct list *l = &k->devices->lists[i];
	const struct conf_list *c = &k->devices->conf->lists[i];
	struct err err = ERR_INIT;
	int64_t kept_at = 0;
	char when[WALL_TEXT];

	l->fresh = false;
	blob_clear(&l->bytes);
	if (store_list_last(k->store, c->name, &l->bytes, &kept_at, &err) == -1)
		store_failed(k, "reading a device list back", &err);
	if (l->failed)
		return;
	l->failed = true;
	if (l->bytes.fd != -1)
		log_error("device list unreadable, the last good one stays in "
		    "use", "list", c->name, "why", why, "since",
		    wall_show((struct wall){ kept_at }, when), NULL);
	else
		log_error("device list unreadable and there is no older one",
		    "list", c->name, "why", why, NULL);
}

static void
load(struct keeper *k, uint32_t i)
{
	struct list *l = &k->devices->lists[i];
	const struct conf_list *c = &k->devices->conf->lists[i];
	struct err err = ERR_INIT;

	blob_clear(&l->bytes);
	l->fresh = true;
	if (c->text[0] != '\0') {
		if (blob_of(&l->bytes, "device-list", c->text, strlen(c->text),
		    &err) == -1)
			fall_back(k, i, err.text);
	} else if (offline_file(c->path, LIST_FILE_MAX, &l->bytes,
	    &err) == -1) {
		fall_back(k, i, err.text);
	}
}

/* Another file by now, and the same one at two looks: a list that somebody is
 * still writing must not look like devices that are gone. */
static bool
changed(struct keeper *k, uint32_t i, bool first)
{
	struct list *l = &k->devices->lists[i];
	const struct conf_list *c = &k->devices->conf->lists[i];
	struct stamp now;
	bool still;

	if (c->text[0] != '\0')
		return false;
	stamp_of(c->path, &now);
	still = stamp_eq(&now, &l->seen);
	l->seen = now;
	if (stamp_eq(&now, &l->stamp) || (!still && !first))
		return false;
	l->stamp = now;
	l->failed = false;
	blob_clear(&l->bytes);
	return true;
}

/* ---- the ask ------------------------------------------------------------- */

static int
list_fill(void *ctx, struct buf *fields, struct blob *body, struct err *err)
{
	struct keeper *k = ctx;
	struct devices *d = k->devices;
	struct buf out = BUF_INIT((size_t)LIST_FILE_MAX * 2);
	uint32_t n = 0;
	int rc = -1;

	(void)fields;
	for (uint32_t i = 0; i < d->n; i++)
		n += d->lists[i].bytes.fd != -1;
	aliases_pack(&out, &d->conf->aliases);
	pack_u32(&out, n);
	for (uint32_t i = 0; i < d->n; i++) {
		const struct conf_list *c = &k->devices->conf->lists[i];
		struct device_file file = { .name = c->name,
		    .path = c->path[0] != '\0' ? c->path : d->conf->path,
		    .format = c->text[0] != '\0' ? "csv" : c->format };

		if (d->lists[i].bytes.fd == -1)
			continue;
		if (blob_map(&d->lists[i].bytes, err) == -1)
			goto out;
		file.bytes = d->lists[i].bytes.map;
		file.len = d->lists[i].bytes.len;
		device_file_pack(&out, &file);
	}
	if (out.over)
		rc = err_limit(err, "the device lists together are larger than "
		    "1 GiB");
	else
		rc = blob_of(body, "device-lists", out.data, out.len, err);
out:
	buf_clear(&out);
	return rc;
}

/* Of all lists as they are in use, and of the aliases, which say as much about
 * what matches: has anything changed since the store saw its devices the last
 * time? */
static void
digest_of(struct keeper *k, char out[SHA256_TEXT])
{
	struct devices *d = k->devices;
	struct buf all = BUF_INIT(1 << 20);

	for (uint32_t i = 0; i < d->n; i++) {
		const struct list *l = &d->lists[i];
		char one[SHA256_TEXT];

		digest_sha256_hex(l->bytes.map, l->bytes.len, one);
		buf_printf(&all, "%s %s\n", d->conf->lists[i].name, one);
	}
	if (d->conf->aliases.n > 0) {
		struct buf packed = BUF_INIT(LIST_FILE_MAX);
		char one[SHA256_TEXT];

		aliases_pack(&packed, &d->conf->aliases);
		digest_sha256_hex(buf_text(&packed), packed.len, one);
		buf_printf(&all, "aliases %s\n", one);
		buf_clear(&packed);
	}
	digest_sha256_hex(buf_text(&all), all.len, out);
	buf_clear(&all);
}

static void
log_report(const struct device_report *r)
{
	for (uint32_t i = 0; i < r->n_remarks; i++)
		log_warning("device list", "list", r->name, "at",
		    r->remarks[i], NULL);
	log_info("device list read", "list", r->name, "devices",
	    LOG_NUM(r->devices), "skipped", LOG_NUM(r->skipped), NULL);
}

/* True if a list that failed has older bytes to try instead. */
static bool
take_reports(struct keeper *k, struct unpack *in, struct arena *mem,
    uint32_t *ret_devices, struct err *err)
{
	struct devices *d = k->devices;
	uint32_t n = unpack_u32(in, "reports", d->n);
	bool again = false;

	*ret_devices = 0;
	for (uint32_t j = 0; j < n && !in->bad; j++) {
		struct device_report r;
		uint32_t i = 0;

		device_report_unpack(in, mem, &r);
		while (i < d->n && strcmp(d->conf->lists[i].name, r.name) != 0)
			i++;
		if (in->bad || i == d->n)
			continue;
		if (r.failure[0] == '\0') {
			log_report(&r);
			*ret_devices += r.devices;
			if (d->lists[i].fresh && store_list_keep(k->store,
			    r.name, d->lists[i].bytes.map,
			    d->lists[i].bytes.len, wall_now().s, err) == -1)
				store_failed(k, "keeping a device list", err);
			continue;
		}
		if (!d->lists[i].fresh)
			log_error("device list unreadable", "list", r.name,
			    "why", r.failure, NULL);
		else {
			fall_back(k, i, r.failure);
			again = again || d->lists[i].bytes.fd != -1;
		}
	}
	return again;
}

/* NULL: the answer is none. */
static struct devices_index *
take_index(struct blob *body)
{
	struct devices_index *x = mem_alloc(sizeof(*x));
	struct err err = ERR_INIT;

	x->users = 1;
	x->blob = *body;
	*body = (struct blob)BLOB_INIT;
	if (blob_map(&x->blob, &err) == 0 && index_open(&x->ix, x->blob.map,
	    x->blob.len, &err) == 0)
		return x;
	log_error("the list helper gave no index", "why", err.text, NULL);
	devices_let_go(x);
	return NULL;
}

static void
use_index(struct keeper *k, const struct pool_result *r, uint32_t devices)
{
	struct devices *d = k->devices;
	struct devices_index *x;
	struct err err = ERR_INIT;
	bool other = false;

	if ((x = take_index(r->body)) == NULL)
		return;
	digest_of(k, d->digest);
	if (store_devices_in_use(k->store, d->digest, devices, wall_now().s,
	    &other, &err) == -1) {
		store_failed(k, "taking the devices into use", &err);
		d->again = true;
		devices_let_go(x);
		return;
	}
	pool_prelude(k->pools[PROGRAM_MATCH], ASK_DEVICES, &x->blob);
	devices_let_go(d->index);
	d->index = x;
	d->count = devices;
	k->may[WORK_MATCH] = true;
	log_info("devices in use", "devices", LOG_NUM(devices), "changed",
	    other ? "yes" : "no", NULL);
	if (devices == 0)
		log_error("no device is known: nothing can match", NULL);
}

/* A helper that died gets two more tries at once; then every half minute, or,
 * with `once`, no more. */
static void
list_failed(struct keeper *k, const struct pool_result *r)
{
	struct devices *d = k->devices;

	d->again = true;
	if (r->failure == NULL && ++d->deaths < 3) {
		log_warning("list was not done", "why", r->why, NULL);
		d->look_at = 0;
		return;
	}
	log_error("the device lists could not be read", "why",
	    r->failure != NULL ? r->failure->text : r->why, NULL);
	d->deaths = 0;
	d->look_at = wall_now().s + 30;
	if (k->once)
		d->again = false;
}

static void
list_done(void *ctx, const struct pool_result *r)
{
	struct keeper *k = ctx;
	struct devices *d = k->devices;
	struct arena mem = ARENA_INIT;
	struct err err = ERR_INIT;
	uint32_t devices = 0;

	d->asked = false;
	if (r->answer == NULL) {
		list_failed(k, r);
		return;
	}
	d->deaths = 0;
	if (take_reports(k, r->answer, &mem, &devices, &err)) {
		d->again = true;
		d->look_at = 0;
	} else if (r->answer->bad || r->body->fd == -1)
		log_error("the list helper gave no index", NULL);
	else
		use_index(k, r, devices);
	for (uint32_t i = 0; i < d->n && !d->again; i++)
		blob_clear(&d->lists[i].bytes);
	arena_clear(&mem);
}

void
devices_look(struct keeper *k, int64_t now)
{
	struct devices *d = k->devices;
	bool any = d->again, first = false;

	if (d->asked || k->stopping || k->send_only || now < d->look_at)
		return;
	d->look_at = now + LOOK_EVERY_S;
	if (d->conf != k->conf) {
		forget_lists(d);
		d->conf = k->conf;
		d->n = k->conf->n_lists;
		d->lists = mem_alloc((d->n + 1) * sizeof(*d->lists));
		for (uint32_t i = 0; i < d->n; i++)
			d->lists[i].bytes = (struct blob)BLOB_INIT;
		first = any = true;
	}
	for (uint32_t i = 0; i < d->n; i++)
		any = changed(k, i, first) || any;
	if (!any)
		return;
	for (uint32_t i = 0; i < d->n; i++)
		if (d->lists[i].bytes.fd == -1)
			load(k, i);
	d->again = false;
	d->asked = true;
	pool_ask(k->pools[PROGRAM_LIST], &(struct pool_ask){ .kind = ASK_LIST,
	    .group = "", .fill = list_fill, .done = list_done, .ctx = k });
}
