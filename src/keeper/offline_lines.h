/* keeper/offline_lines.h - matches as JSON lines. What the matches of one
 * advisory have in common is rendered once. Private to the keeper. */
#ifndef KEEPER_OFFLINE_LINES_H
#define KEEPER_OFFLINE_LINES_H

struct advisory;
struct buf;
struct lines;
struct match;

struct lines *lines_new(void);
void lines_free(struct lines *l);
/* Before the matches of one advisory, whose texts live until the last line. */
void lines_begin(struct lines *l, const struct advisory *a, const char *path);
void lines_add(struct lines *l, const struct match *m, struct buf *out);
#endif
