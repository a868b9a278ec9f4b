/* Character data, attributes and HTML of a feed as plain text. Trees are walked
 * without recursion; declared entities are put in by us, one level deep and
 * within a budget, because libxml2's getters would expand them without end. */
#include <ctype.h>
#include <string.h>
#include <libxml/HTMLparser.h>
#include <libxml/parserInternals.h>
#include <libxml/tree.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "feed_xml_text.h"

#define HTML_FLAGS (HTML_PARSE_RECOVER | HTML_PARSE_NONET | \
    HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING)

static const char *
name_of(const xmlNode *node)
{
	return (const char *)node->name;
}

const xmlNode *
xml_next(const xmlNode *node, const xmlNode *top)
{
	if ((node->type == XML_ELEMENT_NODE || node == top) &&
	    node->children != NULL) {
		return node->children;
	}
	while (node != top && node->next == NULL) {
		node = node->parent;
	}
	return node == top ? NULL : node->next;
}

static void
rune_add(struct buf *out, uint32_t code)
{
	xmlChar utf8[8];
	int n = xmlCopyCharMultiByte(utf8, (int)code);

	buf_add(out, utf8, n > 0 ? (size_t)n : 0);
}

uint32_t
xml_entity_code(const char *name)
{
	const htmlEntityDesc *e = htmlEntityLookup((const xmlChar *)name);

	return e == NULL ? 0 : e->value;
}

/* What a reference stands for, one level deep. */
static void
entity_add(struct xml_text *l, struct buf *out, const xmlNode *ref)
{
	const xmlEntity *e = xmlGetDocEntity(l->doc, ref->name);
	size_t n;

	if (e == NULL || e->content == NULL) {
		uint32_t code = e == NULL ? xml_entity_code(name_of(ref)) : 0;
		if (code != 0) {
			rune_add(out, code);
		}
		return;
	}
	n = strlen((const char *)e->content);
	if (e->etype != XML_INTERNAL_GENERAL_ENTITY ||
	    memchr(e->content, '&', n) != NULL) {
		return;
	}
	if (n > l->entity_left) {
		l->short_of_text = true;
		return;
	}
	l->entity_left -= n;
	buf_add(out, e->content, n);
}

static void
text_node_add(struct xml_text *l, struct buf *out, const xmlNode *node)
{
	if (node->type == XML_TEXT_NODE || node->type ==
	    XML_CDATA_SECTION_NODE) {
		if (node->content != NULL) {
			buf_puts(out, (const char *)node->content);
		}
	} else if (node->type == XML_ENTITY_REF_NODE) {
		entity_add(l, out, node);
	}
}

const char *
xml_raw_text(struct xml_text *l, const xmlNode *top)
{
	struct buf b = BUF_INIT(4 * TEXT_MAX);

	for (const xmlNode *n = xml_next(top, top); n != NULL;
	    n = xml_next(n, top)) {
		text_node_add(l, &b, n);
	}
	const char *text = arena_text(l->mem, buf_text(&b));
	buf_clear(&b);
	return text;
}

const char *
xml_attribute(struct xml_text *l, const xmlNode *node, const char *name)
{
	struct buf b = BUF_INIT(URL_TEXT_MAX * 2);

	for (const xmlAttr *a = node->properties; a != NULL; a = a->next) {
		if (!text_eq((const char *)a->name, name)) {
			continue;
		}
		for (const xmlNode *n = a->children; n != NULL; n = n->next) {
			text_node_add(l, &b, n);
		}
		break;
	}
	const char *text = arena_text(l->mem, buf_text(&b));
	buf_clear(&b);
	return text;
}

struct page {
	struct buf	 out;
	unsigned	 breaks;	/* owed before the next letter */
	bool		 blank;
	unsigned	 pre;		/* inside so many <pre> */
};

static bool
is_one_of(const char *name, const char *const *names)
{
	for (; *names != NULL; names++) {
		if (text_eq_nocase(name, *names)) {
			return true;
		}
	}
	return false;
}

/* Line breaks that an element makes around itself. */
static unsigned
breaks_around(const char *name)
{
	static const char *const big[] = { "p", "h1", "h2", "h3", "h4", "h5",
	    "h6", "table", "ul", "ol", "dl", "blockquote", "pre", "hr",
	    "section", "article", "figure", NULL };
	static const char *const small[] = { "div", "li", "tr", "dt", "dd",
	    "header", "footer", "address", "main", "nav", "aside", "form",
	    "fieldset", "caption", "thead", "tbody", "option", "center", NULL };

	return is_one_of(name, big) ? 2 : is_one_of(name, small) ? 1 : 0;
}

static void
page_text(struct page *p, const char *s)
{
	for (; *s != '\0'; s++) {
		bool nbsp = (unsigned char)s[0] == 0xc2 &&
		    (unsigned char)s[1] == 0xa0;

		if (p->pre > 0 && *s == '\n') {
			p->breaks = p->breaks < 2 ? p->breaks + 1 : 2;
			continue;
		}
		if (nbsp || strchr(" \t\r\n\f", *s) != NULL) {
			p->blank = true;
			s += nbsp;
			continue;
		}
		if (p->breaks > 0 && p->out.len > 0) {
			buf_add(&p->out, "\n\n", p->breaks);
		} else if (p->blank && p->out.len > 0) {
			buf_byte(&p->out, ' ');
		}
		p->breaks = 0;
		p->blank = false;
		buf_byte(&p->out, *s);
	}
}

static void
page_break(struct page *p, unsigned n)
{
	p->breaks = p->breaks > n ? p->breaks : n;
}

static void
page_open(struct page *p, const char *name)
{
	page_break(p, breaks_around(name));
	if (text_eq_nocase(name, "br")) {
		p->breaks = p->breaks < 2 ? p->breaks + 1 : 2;
	} else if (text_eq_nocase(name, "li")) {
		page_text(p, "- ");
	} else if (text_eq_nocase(name, "td") || text_eq_nocase(name, "th")) {
		p->blank = true;
	} else if (text_eq_nocase(name, "pre")) {
		p->pre++;
	}
}

static void
page_close(struct page *p, const char *name)
{
	page_break(p, breaks_around(name));
	if (text_eq_nocase(name, "pre") && p->pre > 0) {
		p->pre--;
	}
}

/* The next node when all of this one is done; closes what ends before it. */
static const xmlNode *
behind(struct page *p, const xmlNode *n, const xmlNode *top)
{
	for (; n != top; n = n->parent) {
		if (n->type == XML_ELEMENT_NODE) {
			page_close(p, name_of(n));
		}
		if (n->next != NULL) {
			return n->next;
		}
	}
	return NULL;
}

/* A tree of HTML, or of XHTML inside the feed, as text. */
static const char *
tree_text(struct xml_text *l, const xmlNode *top)
{
	static const char *const hidden[] = { "script", "style", "head",
	    "template", "noscript", "iframe", "object", "svg", "math", NULL };
	struct page p = { .out = BUF_INIT(4 * TEXT_MAX) };
	struct buf piece = BUF_INIT(4 * TEXT_MAX);
	const xmlNode *n = top->children;

	while (n != NULL) {
		bool element = n->type == XML_ELEMENT_NODE;

		if (element && !is_one_of(name_of(n), hidden)) {
			page_open(&p, name_of(n));
			if (n->children != NULL) {
				n = n->children;
				continue;
			}
		} else if (!element) {
			buf_reset(&piece);
			text_node_add(l, &piece, n);
			page_text(&p, buf_text(&piece));
		}
		n = behind(&p, n, top);
	}
	const char *text = arena_text(l->mem, buf_text(&p.out));
	buf_clear(&p.out);
	buf_clear(&piece);
	return text;
}

/* Is there a tag of HTML at s, which points at its '<'? */
static bool
is_tag(const char *s)
{
	static const char *const newer[] = { "section", "article", "header",
	    "footer", "nav", "aside", "main", "figure", "figcaption", "time",
	    "mark", "video", "audio", "source", "picture", "svg", "math",
	    "template", "details", "summary", "wbr", "path", NULL };
	char name[16];
	size_t n = 0;

	s++;
	if (*s == '!') {
		return true;
	}
	s += *s == '/';
	while (n < sizeof(name) - 1 && isalnum((unsigned char)s[n])) {
		name[n] = (char)tolower((unsigned char)s[n]);
		n++;
	}
	name[n] = '\0';
	if (n == 0 || (s[n] != '>' && s[n] != '/' && s[n] != '\0' &&
	    strchr(" \t\r\n", s[n]) == NULL)) {
		return false;
	}
	return is_one_of(name, newer) ||
	    htmlTagLookup((const xmlChar *)name) != NULL;
}

/* Is there a reference at s, which points at its '&'? */
static bool
is_reference(const char *s)
{
	size_t n = 1;

	n += s[n] == '#';
	while (n < 12 && isalnum((unsigned char)s[n])) {
		n++;
	}
	return n > 1 && s[n] == ';';
}

/* s with each '<' escaped that begins no tag: "firmware <V2.1" must keep its
 * version. False if there is no markup in it at all. */
static bool
html_guard(struct buf *out, const char *s)
{
	bool html = false;

	while (*s != '\0') {
		size_t n = strcspn(s, "<&");

		buf_add(out, s, n);
		s += n;
		if (*s == '<' && !is_tag(s)) {
			buf_puts(out, "&lt;");
			s++;
		} else if (*s != '\0') {
			html = html || *s == '<' || is_reference(s);
			buf_byte(out, *s++);
		}
	}
	return html;
}

const char *
xml_html_text(struct xml_text *l, const char *s)
{
	struct buf guarded = BUF_INIT(24 * (size_t)TEXT_MAX);
	const char *text = s;

	if (html_guard(&guarded, s)) {
		xmlDoc *page = htmlReadMemory(buf_text(&guarded),
		    (int)guarded.len, NULL, "UTF-8", HTML_FLAGS);
		if (page != NULL) {
			text = tree_text(l, (const xmlNode *)page);
			xmlFreeDoc(page);
		}
	}
	buf_clear(&guarded);
	return text;
}

static bool
has_elements(const xmlNode *node)
{
	for (const xmlNode *n = node->children; n != NULL; n = n->next) {
		if (n->type == XML_ELEMENT_NODE) {
			return true;
		}
	}
	return false;
}

const char *
xml_markup_text(struct xml_text *l, const xmlNode *node)
{
	const char *type = xml_attribute(l, node, "type");

	if (text_eq(xml_attribute(l, node, "mode"), "base64") ||
	    text_starts(type, "image/") || text_starts(type, "audio/") ||
	    text_starts(type, "video/") ||
	    text_starts(type, "application/octet")) {
		return "";
	}
	if (has_elements(node)) {
		return tree_text(l, node);
	}
	const char *raw = xml_raw_text(l, node);
	return text_eq(type, "text") || text_eq(type, "text/plain") ? raw :
	    xml_html_text(l, raw);
}

void
xml_text_prepare(void)
{
	/* The HTML parser builds its tables at the first use. */
	xmlFreeDoc(htmlReadMemory("<p>a", 4, NULL, "UTF-8", HTML_FLAGS));
}
