/* match/lines.h - lines of products and systems, by which a catalogue number
 * leads to the name that publishers print. */
#ifndef MATCH_LINES_H
#define MATCH_LINES_H
#include "names.h"
#include "noun/aliases.h"

/* The line or system that a kind of the index stands for; NULL: none. */
const struct alias *line_alias(const struct matcher *m, uint32_t kind);
/* Kinds, or classes, of it. */
struct index_run line_members(const struct matcher *m, uint32_t kind,
    enum line_key key);
/* Candidates that are lines become the devices of these. */
void lines_look_up(struct lookup *l);
bool hit_is_line(const struct hit *h);
/* own: what the list says of the device, printed: what the publisher does. */
void line_why(struct matcher *m, const struct hit *h, const char *own,
    const char *printed, struct match *ret);
#endif
