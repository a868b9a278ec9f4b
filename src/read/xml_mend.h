/* read/xml_mend.h - the commonest reasons why a feed is not well-formed, taken
 * away before libxml2 tries again: it would drop what it cannot read, and join
 * the words around it. */
#ifndef READ_XML_MEND_H
#define READ_XML_MEND_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/* Code point of an HTML entity's name, 0 if there is none. */
typedef uint32_t entity_find(const char *name);

/* Bare ampersands, HTML's entities, control characters, and blanks before the
 * declaration. */
void xml_mend(struct buf *out, const char *p, size_t n, entity_find *find);
/* The encoding to read it in, if what it declares cannot be: bytes that are no
 * UTF-8 and are not said to be anything else. NULL: as it declares. */
const char *xml_mend_encoding(const char *p, size_t n);

/* Far beyond any real tag; see xml_tags.c. */
#define XML_ATTRIBUTES_MAX 1000u
bool xml_tags_are_sane(const char *p, size_t n);
#endif
