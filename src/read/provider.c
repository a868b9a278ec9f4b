/* provider-metadata.json, CSAF 2.0 and 2.1 section 7.1.7: where a publisher's
 * advisories are listed. */
#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "noun/advisory.h"
#include "noun/document.h"
#include "ids.h"
#include "read.h"
#include "url.h"
#include "walk.h"

struct provider {
	struct walk	 walk;
	const char	*base;
	struct reading	*ret;
	struct ids	 seen;
};

/* One listing, if it may be followed and is not there yet. */
static void
listing_add(struct provider *p, const struct spot *at, const char *url,
    const char *alt, const char *format)
{
	struct reading *r = p->ret;
	struct arena *mem = p->walk.mem;

	if (url[0] == '\0' || !url_may_follow(p->base, url)) {
		walk_remark(&p->walk, at, "no address that can be followed");
		return;
	}
	if (r->n_addresses >= ADDRESSES_MAX ||
	    !ids_add(&p->seen, mem, url, 0)) {
		return;
	}
	r->addresses = arena_more(mem, r->addresses, r->n_addresses,
	    sizeof(*r->addresses));
	r->addresses[r->n_addresses++] = (struct address){
		.kind = ADDRESS_LISTING, .url = url, .alt = alt,
		.format = format, .updated = "", .hash_url = "",
		.signature_url = "",
	};
}

static void
rolie_feeds(struct provider *p, const struct spot *distribution)
{
	struct spot rolie = spot_get(distribution, "rolie");

	if (rolie.v == NULL || !walk_object(&p->walk, &rolie, MAY)) {
		return;
	}
	struct spot feeds = spot_get(&rolie, "feeds");
	uint32_t n = walk_count(&p->walk, &feeds, MUST, ITEMS_MAX);
	for (uint32_t i = 0; i < n; i++) {
		struct spot feed = spot_at(&feeds, i);
		struct spot url = spot_get(&feed, "url");
		const char *text = walk_line(&p->walk, &feed, "url", MUST);

		if (text[0] != '\0') {
			listing_add(p, &url, url_join(p->walk.mem, p->base,
			    text), "", "csaf-rolie");
		}
	}
}

static void
directory_add(struct provider *p, const struct spot *at, const char *text)
{
	struct arena *mem = p->walk.mem;
	const char *sep = text_ends(text, "/") ? "" : "/";

	if (text[0] != '\0') {
		listing_add(p, at, url_join(mem, p->base,
		    arena_printf(mem, "%s%schanges.csv", text, sep)),
		    url_join(mem, p->base,
		    arena_printf(mem, "%s%sindex.txt", text, sep)),
		    "csaf-directory");
	}
}

/* CSAF 2.0: directory_url; CSAF 2.1: directory.url. */
static void
directories(struct provider *p, const struct spot *distribution)
{
	struct spot old = spot_get(distribution, "directory_url");
	struct spot dir = spot_get(distribution, "directory");

	if (old.v != NULL) {
		directory_add(p, &old, walk_line(&p->walk, distribution,
		    "directory_url", MUST));
	}
	if (dir.v != NULL && walk_object(&p->walk, &dir, MAY)) {
		struct spot url = spot_get(&dir, "url");
		directory_add(p, &url, walk_line(&p->walk, &dir, "url", MUST));
	}
}

/* ROLIE is preferred (section 7.1.18): it alone tells hash and signature. */
static int
provider_walk(struct provider *p, const struct json *json, struct err *err)
{
	struct walk *w = &p->walk;
	struct spot root = spot_root(json);
	struct spot list = spot_get(&root, "distributions");

	if (!json_is_object(json)) {
		return err_at(err, "/", 0, "expected an object, found %s",
		    json_kind(json));
	}
	if (!json_is_array(list.v)) {
		return err_at(err, "/distributions", 0, "expected a list, "
		    "found %s: nothing leads to advisories",
		    json_kind(list.v));
	}
	uint32_t n = walk_count(w, &list, MUST, ITEMS_MAX);
	for (uint32_t i = 0; i < n; i++) {
		struct spot s = spot_at(&list, i);
		if (walk_object(w, &s, MUST)) {
			rolie_feeds(p, &s);
		}
	}
	bool rolie = p->ret->n_addresses > 0;
	for (uint32_t i = 0; i < n && !rolie; i++) {
		struct spot s = spot_at(&list, i);
		if (json_is_object(s.v)) {
			directories(p, &s);
		}
	}
	if (p->ret->n_addresses == 0) {
		return err_at(err, "/distributions", 0,
		    "neither a ROLIE feed nor a directory: nothing leads to "
		    "advisories");
	}
	return 0;
}

static int
provider_read(const struct document *doc, const char *p, size_t n,
    struct arena *mem, struct reading *ret, struct err *err)
{
	struct provider all = { .walk = { .mem = mem }, .base = doc->url,
	    .ret = ret };
	struct json *root = json_parse(p, n, err);
	int rc;

	if (root == NULL) {
		return -1;
	}
	rc = provider_walk(&all, root, err);
	json_close(root);
	ret->remarks = all.walk.remarks;
	ret->n_remarks = all.walk.n_remarks;
	return rc;
}

static bool
provider_sniff(const char *p, size_t n)
{
	return bytes_first(p, n) == '{' &&
	    bytes_hold(p, n, "\"distributions\"") &&
	    bytes_hold(p, n, "\"publisher\"");
}

const struct format format_csaf_provider = {
	.name = "csaf-provider",
	.title = "CSAF provider metadata",
	.sniff = provider_sniff,
	.read = provider_read,
};
