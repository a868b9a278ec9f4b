/* RSS and Atom by libxml2: never NOENT, DTDLOAD or HUGE, always NONET. */
#include <string.h>
#include <libxml/encoding.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xmlerror.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "feed_xml.h"
#include "feed_xml_text.h"
#include "url.h"
#include "xml_mend.h"

#define XML_FLAGS (XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING)
/* What declared entities may add to all texts of a document together. */
#define ENTITY_BYTES_MAX (4u << 20)
#define TAGS_MAX 100u

enum space { SPACE_RSS, SPACE_ATOM, SPACE_CONTENT, SPACE_DC, SPACE_DCTERMS,
	SPACE_XHTML, SPACE_OTHER };

struct load {
	struct arena	*mem;
	const char	*url;
	struct xml_text	 text;
	const char	*own_uri;	/* the root's, if it is not known */
	enum space	 own_space;	/* what it is taken for */
	struct feed_xml	*ret;
};

enum field {
	FIELD_NONE, FIELD_ID, FIELD_TITLE, FIELD_LINK, FIELD_ATOM_LINK,
	FIELD_PUBLISHED, FIELD_UPDATED, FIELD_SUMMARY, FIELD_TEXT, FIELD_TAG,
	FIELD_LANG, FIELD_ENCLOSURE,
};

static const struct {
	const char	*uri;
	const char	*prefix;	/* where it was never declared */
	enum space	 space;
} spaces[] = {
	{ "http://www.w3.org/2005/Atom", "atom", SPACE_ATOM },
	{ "http://purl.org/atom/ns#", "", SPACE_ATOM },
	{ "http://purl.org/rss/1.0/", "rss", SPACE_RSS },
	{ "http://purl.org/net/rss1.1#", "", SPACE_RSS },
	{ "http://my.netscape.com/rdf/simple/0.9/", "", SPACE_RSS },
	{ "http://channel.netscape.com/rdf/simple/0.9/", "", SPACE_RSS },
	{ "http://my.netscape.com/publish/formats/rss-0.91.dtd", "",
	    SPACE_RSS },
	{ "http://backend.userland.com/rss", "", SPACE_RSS },
	{ "http://backend.userland.com/rss2", "", SPACE_RSS },
	{ "http://backend.userland.com/rss191", "", SPACE_RSS },
	{ "http://blogs.law.harvard.edu/tech/rss", "", SPACE_RSS },
	{ "http://purl.org/rss/1.0/modules/content/", "content",
	    SPACE_CONTENT },
	{ "http://purl.org/dc/elements/1.1/", "dc", SPACE_DC },
	{ "http://purl.org/dc/elements/1.0/", "", SPACE_DC },
	{ "http://purl.org/dc/terms/", "dcterms", SPACE_DCTERMS },
	{ "http://www.w3.org/1999/xhtml", "xhtml", SPACE_XHTML },
};

static const struct {
	enum space	 space;
	const char	*name;
	enum field	 field;
} fields[] = {
	{ SPACE_RSS,	"guid",		FIELD_ID },
	{ SPACE_RSS,	"title",	FIELD_TITLE },
	{ SPACE_RSS,	"link",		FIELD_LINK },
	{ SPACE_RSS,	"pubDate",	FIELD_PUBLISHED },
	{ SPACE_RSS,	"pubdate",	FIELD_PUBLISHED },
	{ SPACE_RSS,	"description",	FIELD_SUMMARY },
	{ SPACE_RSS,	"category",	FIELD_TAG },
	{ SPACE_RSS,	"language",	FIELD_LANG },
	{ SPACE_RSS,	"enclosure",	FIELD_ENCLOSURE },
	{ SPACE_ATOM,	"id",		FIELD_ID },
	{ SPACE_ATOM,	"title",	FIELD_TITLE },
	{ SPACE_ATOM,	"link",		FIELD_ATOM_LINK },
	{ SPACE_ATOM,	"published",	FIELD_PUBLISHED },
	{ SPACE_ATOM,	"issued",	FIELD_PUBLISHED },
	{ SPACE_ATOM,	"created",	FIELD_PUBLISHED },
	{ SPACE_ATOM,	"updated",	FIELD_UPDATED },
	{ SPACE_ATOM,	"modified",	FIELD_UPDATED },
	{ SPACE_ATOM,	"summary",	FIELD_SUMMARY },
	{ SPACE_ATOM,	"content",	FIELD_TEXT },
	{ SPACE_ATOM,	"category",	FIELD_TAG },
	{ SPACE_CONTENT, "encoded",	FIELD_TEXT },
	{ SPACE_XHTML,	"body",		FIELD_TEXT },
	{ SPACE_XHTML,	"div",		FIELD_TEXT },
	{ SPACE_DC,	"identifier",	FIELD_ID },
	{ SPACE_DC,	"title",	FIELD_TITLE },
	{ SPACE_DC,	"date",		FIELD_PUBLISHED },
	{ SPACE_DC,	"description",	FIELD_SUMMARY },
	{ SPACE_DC,	"subject",	FIELD_TAG },
	{ SPACE_DC,	"language",	FIELD_LANG },
	{ SPACE_DCTERMS, "issued",	FIELD_PUBLISHED },
	{ SPACE_DCTERMS, "created",	FIELD_PUBLISHED },
	{ SPACE_DCTERMS, "modified",	FIELD_UPDATED },
};

/* Encodings that real feeds declare and that iconv loads from files. They stay
 * open for the life of the process. */
static const char *const encodings[] = {
	"windows-1250", "windows-1251", "windows-1252", "windows-1253",
	"windows-1254", "windows-1257", "ISO-8859-2", "ISO-8859-5",
	"ISO-8859-9", "ISO-8859-15", "KOI8-R", "Shift_JIS", "EUC-JP", "GB2312",
	"GBK", "GB18030", "Big5", "EUC-KR",
};
static xmlCharEncodingHandler *warm[COUNT_OF(encodings)];

static void
quiet(void *ctx, const char *fmt, ...)
{
	(void)ctx;
	(void)fmt;
}

/* Nothing outside the document is ever loaded, whatever it asks for. */
static xmlParserInput *
refuse(const char *url, const char *id, xmlParserCtxt *ctxt)
{
	(void)url;
	(void)id;
	(void)ctxt;
	return NULL;
}

void
feed_xml_prepare(void)
{
	xmlInitParser();
	xmlSetGenericErrorFunc(NULL, quiet);
	xmlSetExternalEntityLoader(refuse);
	for (size_t i = 0; i < COUNT_OF(encodings); i++) {
		if (warm[i] == NULL) {
			warm[i] = xmlFindCharEncodingHandler(encodings[i]);
		}
	}
	xml_text_prepare();
}

static const char *
name_of(const xmlNode *node)
{
	return (const char *)node->name;
}

static enum space
space_of(const struct load *l, const xmlNode *node, const char **ret_name)
{
	const char *name = name_of(node);
	const char *colon = strchr(name, ':');

	*ret_name = name;
	if (node->ns != NULL && node->ns->href != NULL) {
		for (size_t i = 0; i < COUNT_OF(spaces); i++) {
			if (text_eq((const char *)node->ns->href,
			    spaces[i].uri)) {
				return spaces[i].space;
			}
		}
		return l->own_uri != NULL && text_eq((const char *)
		    node->ns->href, l->own_uri) ? l->own_space : SPACE_OTHER;
	}
	if (colon == NULL) {
		return SPACE_RSS;
	}
	*ret_name = colon + 1;
	for (size_t i = 0; i < COUNT_OF(spaces); i++) {
		if (strlen(spaces[i].prefix) == (size_t)(colon - name) &&
		    strncmp(name, spaces[i].prefix,
		    (size_t)(colon - name)) == 0) {
			return spaces[i].space;
		}
	}
	return SPACE_OTHER;
}

static enum field
field_of(const struct load *l, const xmlNode *node)
{
	const char *name;
	enum space space = space_of(l, node, &name);

	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		if (fields[i].space == space && text_eq(fields[i].name, name)) {
			return fields[i].field;
		}
	}
	return FIELD_NONE;
}

/* xml:base of a node and all above it, on the document's address. */
static const char *
base_of(struct load *l, const xmlNode *node)
{
	const char *bases[32];
	const char *base = l->url;
	size_t n = 0;

	for (; node != NULL && node->type == XML_ELEMENT_NODE &&
	    n < COUNT_OF(bases); node = node->parent) {
		const char *one = xml_attribute(&l->text, node, "base");
		if (one[0] != '\0') {
			bases[n++] = one;
		}
	}
	while (n-- > 0) {
		const char *whole = url_join(l->mem, base, bases[n]);
		base = whole[0] != '\0' ? whole : base;
	}
	return base;
}

/* A link as a whole address that can be shown; "" otherwise. */
static const char *
whole_link(struct load *l, const xmlNode *node, const char *text)
{
	const char *line = text_trim(l->mem, text_line(l->mem, text));

	if (line[0] == '\0') {
		return "";
	}
	const char *url = url_join(l->mem, base_of(l, node), line);
	return url_for_people(url) ? url : "";
}

static void
keep_first(const char **slot, const char *value)
{
	if ((*slot)[0] == '\0') {
		*slot = value;
	}
}

static void
list_add(struct load *l, const char ***list, uint32_t *n, const char *s)
{
	if (s[0] != '\0' && *n < TAGS_MAX) {
		*list = arena_more(l->mem, *list, *n, sizeof(**list));
		(*list)[(*n)++] = s;
	}
}

static void
atom_link(struct load *l, struct feed_item *item, const xmlNode *n)
{
	const char *rel = xml_attribute(&l->text, n, "rel");
	const char *href = whole_link(l, n, xml_attribute(&l->text, n, "href"));

	if (rel[0] == '\0' || text_eq(rel, "alternate")) {
		keep_first(&item->link, href);
	} else if (text_eq(rel, "related") || text_eq(rel, "via") ||
	    text_eq(rel, "enclosure")) {
		list_add(l, &item->related, &item->n_related, href);
	}
}

static void
tag_take(struct load *l, struct feed_item *item, const xmlNode *n)
{
	const char *tag = xml_attribute(&l->text, n, "label");

	keep_first(&tag, xml_attribute(&l->text, n, "term"));
	keep_first(&tag, xml_html_text(&l->text, xml_raw_text(&l->text, n)));
	list_add(l, &item->tags, &item->n_tags, tag);
}

static void
field_take(struct load *l, struct feed_item *item, const xmlNode *n)
{
	switch (field_of(l, n)) {
	case FIELD_ID:
		if (item->id[0] == '\0') {
			item->id = xml_raw_text(&l->text, n);
			item->id_is_link = text_eq(name_of(n), "guid") &&
			    !text_eq(xml_attribute(&l->text, n,
			    "isPermaLink"), "false");
		}
		break;
	case FIELD_TITLE:
		if (item->title[0] == '\0') {
			item->title = xml_markup_text(&l->text, n);
		}
		break;
	case FIELD_LINK:
		keep_first(&item->link, whole_link(l, n,
		    xml_raw_text(&l->text, n)));
		break;
	case FIELD_ATOM_LINK:
		atom_link(l, item, n);
		break;
	case FIELD_PUBLISHED:
		keep_first(&item->published, xml_raw_text(&l->text, n));
		break;
	case FIELD_UPDATED:
		keep_first(&item->updated, xml_raw_text(&l->text, n));
		break;
	case FIELD_SUMMARY:
		if (item->summary[0] == '\0') {
			item->summary = xml_markup_text(&l->text, n);
		}
		break;
	case FIELD_TEXT:
		if (item->text[0] == '\0') {
			item->text = xml_markup_text(&l->text, n);
		}
		break;
	case FIELD_TAG:
		tag_take(l, item, n);
		break;
	case FIELD_LANG:
		keep_first(&item->lang, xml_raw_text(&l->text, n));
		break;
	case FIELD_ENCLOSURE:
		list_add(l, &item->related, &item->n_related,
		    whole_link(l, n, xml_attribute(&l->text, n, "url")));
		break;
	case FIELD_NONE:
		break;
	}
}

/* The fields of an item, or of the channel. */
static struct feed_item
fields_take(struct load *l, const xmlNode *node)
{
	struct feed_item item = { .id = "", .title = "", .link = "",
	    .published = "", .updated = "", .text = "", .summary = "",
	    .lang = xml_attribute(&l->text, node, "lang") };

	for (const xmlNode *n = node->children; n != NULL; n = n->next) {
		if (n->type == XML_ELEMENT_NODE) {
			field_take(l, &item, n);
		}
	}
	/* RSS 1.0 has no other. */
	keep_first(&item.id, xml_attribute(&l->text, node, "about"));
	return item;
}

static bool
is_named(const struct load *l, const xmlNode *n, const char *name)
{
	const char *local;

	if (n->type != XML_ELEMENT_NODE) {
		return false;
	}
	enum space space = space_of(l, n, &local);
	return (space == SPACE_RSS || space == SPACE_ATOM) &&
	    text_eq_nocase(local, name);
}

static void
item_take(struct load *l, const xmlNode *n)
{
	struct feed_xml *f = l->ret;

	if (f->n_items >= ADVISORIES_MAX) {
		f->left_out++;
		return;
	}
	f->items = arena_more(l->mem, f->items, f->n_items, sizeof(*f->items));
	f->items[f->n_items++] = fields_take(l, n);
}

/* In a feed that was not well-formed, an item may hang in the one before it:
 * there they are looked for everywhere, once. */
static void
items_take(struct load *l, const xmlNode *parent, const char *name)
{
	bool everywhere = l->ret->recovered;

	if (everywhere && l->ret->n_items > 0) {
		return;
	}
	for (const xmlNode *n = everywhere ? xml_next(parent, parent) :
	    parent->children; n != NULL;
	    n = everywhere ? xml_next(n, parent) : n->next) {
		if (is_named(l, n, name)) {
			item_take(l, n);
		}
	}
}

static void
channel_take(struct load *l, const xmlNode *channel)
{
	struct feed_item about = fields_take(l, channel);

	keep_first(&l->ret->title, about.title);
	keep_first(&l->ret->link, about.link);
	keep_first(&l->ret->lang, about.lang);
}

/* RSS 0.9x and 2.0: rss/channel/item. RSS 0.90 and 1.0: RDF/channel and
 * RDF/item. RSS 1.1: Channel/items/item. Atom: feed/entry, or a lone entry. */
static int
root_take(struct load *l, struct err *err)
{
	const xmlNode *root = xmlDocGetRootElement(l->text.doc);
	const char *local = "";

	if (root == NULL)
		return err_at(err, l->url, 1, "the XML has no element");
	if (space_of(l, root, &local) == SPACE_OTHER &&
	    root->ns != NULL) {
		l->own_uri = (const char *)root->ns->href;
		l->own_space = text_eq(local, "feed") ? SPACE_ATOM : SPACE_RSS;
	}
	if (text_eq(local, "feed")) {
		l->ret->atom = true;
		channel_take(l, root);
		items_take(l, root, "entry");
		return 0;
	}
	if (text_eq(local, "entry")) {
		l->ret->atom = true;
		items_take(l, (const xmlNode *)l->text.doc, "entry");
		return 0;
	}
	if (!text_eq_nocase(local, "rss") && !text_eq_nocase(local, "rdf") &&
	    !text_eq_nocase(local, "channel")) {
		return err_at(err, l->url, root->line,
		    "expected RSS or Atom, found the element \"%.60s\"", local);
	}
	if (text_eq_nocase(local, "channel")) {
		channel_take(l, root);
	}
	for (const xmlNode *n = root->children; n != NULL; n = n->next) {
		if (is_named(l, n, "channel")) {
			channel_take(l, n);
			items_take(l, n, "item");
		} else if (is_named(l, n, "items")) {
			items_take(l, n, "item");
		}
	}
	items_take(l, root, "item");
	return 0;
}

static const char *
flaw_text(struct arena *mem)
{
	const xmlError *e = xmlGetLastError();
	struct buf b = BUF_INIT(512);

	if (e == NULL || e->message == NULL) {
		return "not well-formed";
	}
	text_show(&b, text_trim(mem, text_line(mem, e->message)), 200);
	const char *text = arena_printf(mem, "line %d: %s", e->line,
	    buf_text(&b));
	buf_clear(&b);
	return text;
}

/* Strictly, and if that fails with the common flaws mended. */
static xmlDoc *
parse(struct load *l, const char *p, size_t n)
{
	struct buf mended = BUF_INIT((size_t)DOCUMENT_MAX * 6);
	bool wide = n >= 4 && (p[0] == '\0' || p[1] == '\0' ||
	    (unsigned char)p[0] >= 0xfe);
	xmlDoc *doc;

	xmlResetLastError();
	doc = xmlReadMemory(p, (int)n, NULL, NULL, XML_FLAGS);
	if (doc != NULL) {
		return doc;
	}
	l->ret->recovered = true;
	l->ret->flaw = flaw_text(l->mem);
	if (!wide) {
		xml_mend(&mended, p, n, xml_entity_code);
		p = buf_text(&mended);
		n = mended.len;
	}
	doc = xmlReadMemory(p, (int)n, NULL,
	    wide ? NULL : xml_mend_encoding(p, n),
	    XML_FLAGS | XML_PARSE_RECOVER);
	if (doc == NULL && !wide) {
		/* It declares an encoding that nobody knows. */
		doc = xmlReadMemory(p, (int)n, NULL, text_is_utf8(p, n) ?
		    "UTF-8" : "windows-1252", XML_FLAGS | XML_PARSE_RECOVER);
	}
	buf_clear(&mended);
	return doc;
}

int
feed_xml_load(const char *url, const char *p, size_t n, struct arena *mem,
    struct feed_xml *ret, struct err *err)
{
	struct load l = { .mem = mem, .url = url,
	    .text = { .mem = mem, .entity_left = ENTITY_BYTES_MAX },
	    .ret = ret };
	int rc;

	*ret = (struct feed_xml){ .title = "", .link = "", .lang = "",
	    .flaw = "" };
	if (n > DOCUMENT_MAX) {
		return err_limit(err, "larger than %u bytes", DOCUMENT_MAX);
	}
	if (!xml_tags_are_sane(p, n)) {
		return err_limit(err, "a tag has more than %u attributes",
		    XML_ATTRIBUTES_MAX);
	}
	l.text.doc = parse(&l, p, n);
	if (l.text.doc == NULL || xmlDocGetRootElement(l.text.doc) == NULL) {
		xmlFreeDoc(l.text.doc);
		return err_at(err, url, 0, "no XML: %s", ret->flaw);
	}
	rc = root_take(&l, err);
	ret->short_of_text = l.text.short_of_text;
	xmlFreeDoc(l.text.doc);
	xmlResetLastError();
	return rc;
}
