/* match/lines.h - lines of products and systems, by which a catalogue number
 * leads to the name that publishers print. */
#ifndef MATCH_LINES_H
#define MATCH_LINES_H
#include "matching.h"
#include "noun/aliases.h"

struct lookup;

/* The line or system that a kind of the index stands for; NULL: none. */
const struct alias *line_alias(const struct matcher *m, uint32_t kind);
/* Kinds, or classes, of it. */
struct index_run line_members(const struct matcher *m, uint32_t kind,
    enum line_key key);
/* Candidates that are lines become the devices of these. */
void lines_look_up(struct lookup *l);
/* The first kind of the index from this one on that stands for a line which the
 * class is of; UINT32_MAX: there is none. Walks all kinds: for people only. */
uint32_t line_of_class(const struct matcher *m, uint32_t class,
    uint32_t from);
/* A text names the line: hits like h on its devices. */
void line_named(struct matcher *m, uint32_t line, struct hit h);
bool hit_is_line(const struct hit *h);
bool ident_is_line(unsigned ident);
/* own: what the list says of the device, printed: what the publisher does. */
void line_why(struct matcher *m, const struct hit *h, const char *own,
    const char *printed, struct match *ret);
#endif
