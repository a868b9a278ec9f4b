/* A ROLIE feed of CSAF documents: RFC 8322 as JSON, CSAF 2.0 section 7.1.15. */
#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "noun/document.h"
#include "listing.h"
#include "read.h"
#include "url.h"

/* The address of the first link with this relation whose end fits, whole; ""
 * if there is none. */
static const char *
link_of(struct listing_of *l, const struct spot *owner, const char *rel,
    const char *end)
{
	struct spot links = spot_get(owner, "link");
	size_t n = json_count(links.v);

	for (size_t i = 0; i < n && i < ITEMS_MAX; i++) {
		const struct json *one = json_at(links.v, i);
		const char *href = json_get_text(one, "href");

		if (text_eq(json_get_text(one, "rel"), rel) &&
		    href[0] != '\0' && text_ends(href, end)) {
			return url_join(l->walk.mem, l->base, href);
		}
	}
	return "";
}

/* The same for a file beside the document: it must be one to follow, too. */
static const char *
beside(struct listing_of *l, const struct spot *entry, const char *rel,
    const char *end)
{
	const char *url = link_of(l, entry, rel, end);

	return url_may_follow(l->base, url) ? url : "";
}

static void
entry_read(struct listing_of *l, const struct spot *entry)
{
	struct walk *w = &l->walk;
	struct spot content = spot_get(entry, "content");

	if (!walk_object(w, entry, MUST)) {
		return;
	}
	const char *url = link_of(l, entry, "self", "");
	if (url[0] == '\0') {
		url = url_join(w->mem, l->base, json_get_text(content.v,
		    "src"));
		if (json_get_text(content.v, "src")[0] == '\0') {
			walk_remark(w, entry,
			    "neither a self link nor content.src");
			return;
		}
	}
	if (!url_may_follow(l->base, url)) {
		walk_remark(w, entry, "%s cannot be followed",
		    walk_quote(w, url));
		return;
	}
	struct spot stamp = spot_get(entry, "updated");
	const char *hash = beside(l, entry, "hash", ".sha512");
	struct address a = {
		.kind = ADDRESS_DOCUMENT, .url = url, .alt = "",
		.format = "csaf",
		.updated = walk_line_of(w, &stamp, MUST),
		.hash_url = hash[0] != '\0' ? hash :
		    beside(l, entry, "hash", ""),
		.signature_url = beside(l, entry, "signature", ""),
	};
	listing_take_address(l, &a);
}

static int
rolie_walk(struct listing_of *l, const struct json *json, struct err *err)
{
	struct walk *w = &l->walk;
	struct spot root = spot_root(json);
	struct spot feed = spot_get(&root, "feed");

	if (!json_is_object(feed.v)) {
		return err_at(err, "/feed", 0,
		    "expected an object, found %s: this is no ROLIE feed",
		    json_kind(feed.v));
	}
	/* RFC 5005: a long feed may go on in a further document. */
	const char *next = link_of(l, &feed, "next", "");
	if (next[0] != '\0' && url_may_follow(l->base, next) &&
	    !text_eq(next, l->base)) {
		struct address a = {
			.kind = ADDRESS_LISTING, .url = next, .alt = "",
			.format = "csaf-rolie", .updated = "",
			.hash_url = "", .signature_url = "",
		};
		listing_take_address(l, &a);
	}
	struct spot entries = spot_get(&feed, "entry");
	if (entries.v == NULL) {
		walk_remark(w, &entries, "a list is missing");
		return 0;
	}
	if (!json_is_array(entries.v)) {
		return err_at(err, "/feed/entry", 0,
		    "expected a list, found %s", json_kind(entries.v));
	}
	size_t n = json_count(entries.v);
	for (size_t i = 0; i < n && i < UINT32_MAX; i++) {
		struct spot s = spot_at(&entries, (uint32_t)i);
		entry_read(l, &s);
	}
	return 0;
}

static int
rolie_read(const struct document *doc, const char *p, size_t n,
    struct arena *mem, struct reading *ret, struct err *err)
{
	struct listing_of l = { .walk = { .mem = mem }, .base = doc->url,
	    .ret = ret };
	struct json *root = json_parse(p, n, err);
	int rc;

	if (root == NULL) {
		return -1;
	}
	rc = rolie_walk(&l, root, err);
	json_close(root);
	listing_done(&l);
	return rc;
}

static bool
rolie_sniff(const char *p, size_t n)
{
	return bytes_first(p, n) == '{' && bytes_hold(p, n, "\"feed\"") &&
	    (bytes_hold(p, n, "\"entry\"") ||
	    bytes_hold(p, n, "rolie:category"));
}

const struct format format_csaf_rolie = {
	.name = "csaf-rolie",
	.title = "ROLIE feed of CSAF documents",
	.sniff = rolie_sniff,
	.read = rolie_read,
};
