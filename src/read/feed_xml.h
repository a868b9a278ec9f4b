/* read/feed_xml.h - RSS and Atom as a plain list of items. libxml2 lives in
 * feed_xml.c alone; feed_items.c makes advisories of this. */
#ifndef READ_FEED_XML_H
#define READ_FEED_XML_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct err;

/* Strings are raw: not cleaned, HTML already turned into text. */
struct feed_item {
	const char	*id;		/* guid, atom:id, rdf:about */
	bool		 id_is_link;	/* a guid that is a permalink */
	const char	*title;
	const char	*link;		/* whole */
	const char	*published, *updated;	/* verbatim */
	const char	*text;
	const char	*summary;	/* what stands beside a longer text */
	const char	*lang;
	const char	**tags;		uint32_t n_tags;
	const char	**related;	uint32_t n_related;	/* whole */
};

struct feed_xml {
	const char	*title;
	const char	*link;		/* whole */
	const char	*lang;
	struct feed_item *items;	uint32_t n_items;
	uint32_t	 left_out;	/* items beyond ADVISORIES_MAX */
	bool		 atom;
	bool		 recovered;	/* not well-formed */
	bool		 short_of_text;	/* entities made too much of it */
	const char	*flaw;		/* why it is not, with the line */
};

/* Loads the encodings' tables, which the sandbox would forbid. */
void feed_xml_prepare(void);
int  feed_xml_load(const char *url, const char *p, size_t n, struct arena *mem,
    struct feed_xml *ret, struct err *err);
#endif
