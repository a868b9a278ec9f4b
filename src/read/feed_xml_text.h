/* read/feed_xml_text.h - what feed_xml.c asks of a libxml2 node: its text. Of
 * these two files only. */
#ifndef READ_FEED_XML_TEXT_H
#define READ_FEED_XML_TEXT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <libxml/tree.h>

struct arena;

struct xml_text {
	struct arena	*mem;
	xmlDoc		*doc;
	size_t		 entity_left;	/* bytes that entities may still add */
	bool		 short_of_text;	/* they wanted more */
};

void	    xml_text_prepare(void);
/* Code point of an HTML entity's name, 0 if there is none. */
uint32_t    xml_entity_code(const char *name);
/* The node behind this one in document order, inside `top`. NULL at the end. */
const xmlNode *xml_next(const xmlNode *node, const xmlNode *top);
/* All character data under an element. */
const char *xml_raw_text(struct xml_text *l, const xmlNode *top);
/* "" if it is not there. */
const char *xml_attribute(struct xml_text *l, const xmlNode *node,
    const char *name);
/* HTML as text; what is no HTML comes back as it is. */
const char *xml_html_text(struct xml_text *l, const char *s);
/* An element's text, whatever kind of markup it declares or holds. */
const char *xml_markup_text(struct xml_text *l, const xmlNode *node);
#endif
