/* RSS and Atom: one advisory for each item. */
#include <inttypes.h>
#include <string.h>
#include "base/arena.h"
#include "base/err.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/text.h"
#include "noun/advisory.h"
#include "noun/document.h"
#include "feed_xml.h"
#include "ids.h"
#include "read.h"
#include "url.h"
#include "walk.h"
#include "words.h"

/* Bytes of advisory.summary: three lines of a mail. */
#define ITEM_SUMMARY_MAX 400u

struct feed_items {
	struct walk	 walk;
	const struct feed_xml *feed;
	const char	*publisher, *ns;
	struct ids	 links;		/* link -> first item with it */
	struct ids	 ids;		/* id -> first item with it */
	bool		*shared;	/* per item: its link is not its own */
};

/* FNV-1a, 64 bits: the same in every run and on every machine, because it is
 * part of what an advisory is known by. It tells the items of one feed apart
 * and protects nothing. */
static const char *
hash_of(struct arena *mem, const char *s)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (; *s != '\0'; s++) {
		h = (h ^ (unsigned char)*s) * 0x100000001b3u;
	}
	return arena_printf(mem, "%016" PRIx64, h);
}

/* An id fit for a key: one line, and not longer than that. */
static const char *
fit_id(struct arena *mem, const char *id)
{
	bool cut = false;
	const char *line = words_line(mem, id, &cut);

	return cut ? hash_of(mem, id) : line;
}

/* Some feeds give all their items one link: then it tells nothing. */
static void
links_count(struct feed_items *f)
{
	struct arena *mem = f->walk.mem;
	uint32_t first;

	f->shared = arena_alloc(mem, f->feed->n_items + 1u);
	for (uint32_t i = 0; i < f->feed->n_items; i++) {
		const char *link = f->feed->items[i].link;

		if (link[0] == '\0') {
			continue;
		}
		if (ids_find(&f->links, link, &first)) {
			f->shared[first] = f->shared[i] = true;
		} else {
			ids_add(&f->links, mem, link, i);
		}
	}
}

/* The item's own id, else its link, else what it says. */
static const char *
id_of(struct feed_items *f, uint32_t i)
{
	struct arena *mem = f->walk.mem;
	const struct feed_item *item = &f->feed->items[i];
	const char *id = fit_id(mem, item->id);

	if (id[0] != '\0') {
		return id;
	}
	if (item->link[0] != '\0' && !f->shared[i]) {
		return fit_id(mem, item->link);
	}
	const char *said = item->title[0] != '\0' ? item->title :
	    item->text[0] != '\0' ? item->text : item->summary;
	if (item->link[0] != '\0') {
		return fit_id(mem, arena_printf(mem, "%s#%s", item->link,
		    hash_of(mem, said)));
	}
	return arena_printf(mem, "text:%s", hash_of(mem, said));
}

/* In RSS an id that two items share was not meant as one; in Atom they are two
 * states of one entry (RFC 4287 section 4.1.1). */
static const char *
unique_id(struct feed_items *f, uint32_t i)
{
	struct arena *mem = f->walk.mem;
	const struct feed_item *item = &f->feed->items[i];
	const char *id = id_of(f, i);
	uint32_t other;

	if (!ids_find(&f->ids, id, &other)) {
		ids_add(&f->ids, mem, id, i);
		return id;
	}
	if (f->feed->atom ||
	    text_eq(f->feed->items[other].title, item->title)) {
		return id;
	}
	walk_remark(&f->walk, NULL, "items %u and %u have the same id %s",
	    other + 1, i + 1, walk_quote(&f->walk, id));
	return fit_id(mem, arena_printf(mem, "%s#%s", id,
	    hash_of(mem, item->title)));
}

static int64_t
date_of(struct feed_items *f, uint32_t i, const char *text)
{
	const char *line = words_line(f->walk.mem, text, NULL);
	struct wall t;

	if (line[0] == '\0') {
		return 0;
	}
	if (wall_parse(line, &t) < 0) {
		walk_remark(&f->walk, NULL, "item %u: %s is no date", i + 1,
		    walk_quote(&f->walk, line));
		return 0;
	}
	return t.s;
}

static void
tags_take(struct feed_items *f, const struct feed_item *item,
    struct advisory *a)
{
	if (item->n_tags == 0) {
		return;
	}
	a->notes = arena_alloc(f->walk.mem, item->n_tags * sizeof(*a->notes));
	for (uint32_t i = 0; i < item->n_tags; i++) {
		const char *tag = words_line(f->walk.mem, item->tags[i], NULL);
		if (tag[0] != '\0') {
			a->notes[a->n_notes++] = (struct note){
			    .category = "tag", .title = "", .text = tag };
		}
	}
}

static void
related_take(struct feed_items *f, const struct feed_item *item,
    struct advisory *a)
{
	if (item->n_related == 0) {
		return;
	}
	a->references = arena_alloc(f->walk.mem,
	    item->n_related * sizeof(*a->references));
	for (uint32_t i = 0; i < item->n_related; i++) {
		a->references[a->n_references++] = (struct reference){
		    .category = "external", .summary = "",
		    .url = item->related[i] };
	}
}

/* The CVE ids in what it says; nothing is claimed of any product. */
static void
cves_take(struct feed_items *f, struct advisory *a)
{
	struct arena *mem = f->walk.mem;
	const char **cves;
	uint32_t n = words_cves(mem, arena_printf(mem, "%s\n%s", a->title,
	    a->text), &cves, VULNS_MAX);

	if (n == 0) {
		return;
	}
	a->vulns = arena_alloc(mem, n * sizeof(*a->vulns));
	for (uint32_t i = 0; i < n; i++) {
		a->vulns[a->n_vulns++] = (struct vulnerability){
		    .cve = cves[i], .title = "", .cwe = "", .cwe_name = "" };
	}
}

/* What it is about: the title and tags count; only where they are silent, the
 * text. CVE ids count wherever they stand. */
static uint32_t
topics_of(const struct advisory *a)
{
	uint32_t topics = words_topics(a->title);

	for (uint32_t i = 0; i < a->n_notes; i++) {
		topics |= words_topics(a->notes[i].text);
	}
	if (topics == 0) {
		topics = words_topics(a->text);
	}
	if (a->n_vulns > 0) {
		topics |= TOPIC_VULNERABILITY;
	}
	return topics != 0 ? topics : TOPIC_LIFECYCLE;
}

static const char *
address_of(struct feed_items *f, const struct feed_item *item)
{
	const char *url = item->link;

	if (url[0] == '\0' && item->id_is_link) {
		url = words_line(f->walk.mem, item->id, NULL);
	}
	return url_for_people(url) && strlen(url) <= URL_TEXT_MAX ? url : "";
}

static void
item_read(struct feed_items *f, uint32_t i, struct advisory *a)
{
	struct arena *mem = f->walk.mem;
	const struct feed_item *item = &f->feed->items[i];
	const char *whole = item->text[0] != '\0' ? item->text : item->summary;

	advisory_init(a);
	a->format = f->feed->atom ? "atom" : "rss";
	a->publisher = f->publisher;
	a->ns = f->ns;
	a->id = unique_id(f, i);
	a->title = words_line(mem, item->title, NULL);
	a->text = words_text(mem, whole, NULL);
	a->summary = words_summary(mem, item->summary[0] != '\0' ?
	    words_text(mem, item->summary, NULL) : a->text, ITEM_SUMMARY_MAX);
	if (a->title[0] == '\0') {
		a->title = a->summary[0] != '\0' ?
		    words_summary(mem, a->summary, 100) : a->id;
	}
	a->url = address_of(f, item);
	a->lang = words_line(mem, item->lang[0] != '\0' ? item->lang :
	    f->feed->lang, NULL);
	a->initial = date_of(f, i, item->published);
	a->current = date_of(f, i, item->updated);
	if (a->current == 0) {
		a->current = a->initial;
	} else if (a->initial == 0) {
		a->initial = a->current;
	}
	tags_take(f, item, a);
	related_take(f, item, a);
	cves_take(f, a);
	a->topics = topics_of(a);
}

static void
remarks_take(struct feed_items *f)
{
	const struct feed_xml *feed = f->feed;

	if (feed->recovered) {
		walk_remark(&f->walk, NULL, "not well-formed, read as far as "
		    "possible: %s", feed->flaw);
	}
	if (feed->short_of_text) {
		walk_remark(&f->walk, NULL, "its entities are beyond all "
		    "measure, some text is missing");
	}
	if (feed->left_out > 0) {
		walk_remark(&f->walk, NULL, "%u items beyond the first %u were "
		    "left out", feed->left_out, ADVISORIES_MAX);
	}
}

/* The same text for ns as long as the publisher keeps its site. */
static const char *
ns_of(struct arena *mem, const struct document *doc, const struct feed_xml *x)
{
	const char *link = url_for_people(x->link) ? x->link : doc->url;

	return words_line(mem, url_bare(mem, link), NULL);
}

static int
feed_read(const struct document *doc, const char *p, size_t n,
    struct arena *mem, struct reading *ret, struct err *err)
{
	struct feed_xml feed;
	struct feed_items f = { .walk = { .mem = mem },
	    .feed = &feed };

	if (feed_xml_load(doc->url, p, n, mem, &feed, err) < 0) {
		return -1;
	}
	/* nothing of a broken feed is no news, but a fault to be told */
	if (feed.recovered && feed.n_items == 0) {
		return err_input(err, "not well-formed (%s), and no item "
		    "could be read", feed.flaw);
	}
	remarks_take(&f);
	f.ns = ns_of(mem, doc, &feed);
	f.publisher = words_line(mem, feed.title, NULL);
	if (f.publisher[0] == '\0') {
		f.publisher = f.ns;
	}
	links_count(&f);
	if (feed.n_items > 0) {
		ret->advisories = arena_alloc(mem, feed.n_items *
		    sizeof(*ret->advisories));
	}
	for (uint32_t i = 0; i < feed.n_items; i++) {
		item_read(&f, i, &ret->advisories[ret->n_advisories++]);
	}
	ret->recovered = feed.recovered;
	ret->remarks = f.walk.remarks;
	ret->n_remarks = f.walk.n_remarks;
	return 0;
}

/* The beginning of the document decides; a feed in UTF-16 has its marks. */
#define SNIFF_MAX 4096u

static bool
has_mark(const char *p, size_t n, const char *mark)
{
	n = n < SNIFF_MAX ? n : SNIFF_MAX;
	return bytes_first(p, n) == '<' && bytes_hold(p, n, mark);
}

static bool
atom_sniff(const char *p, size_t n)
{
	return has_mark(p, n, "<feed") || has_mark(p, n, ":feed");
}

static bool
rss_sniff(const char *p, size_t n)
{
	bool wide = n >= 2 && (memcmp(p, "\xff\xfe", 2) == 0 ||
	    memcmp(p, "\xfe\xff", 2) == 0);

	return wide || has_mark(p, n, "<rss") || has_mark(p, n, ":RDF") ||
	    has_mark(p, n, "<RDF") || has_mark(p, n, "<Channel");
}

const struct format format_rss = {
	.name = "rss",
	.title = "RSS",
	.sniff = rss_sniff,
	.read = feed_read,
};

const struct format format_atom = {
	.name = "atom",
	.title = "Atom",
	.sniff = atom_sniff,
	.read = feed_read,
};
