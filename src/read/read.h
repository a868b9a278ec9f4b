/* read/read.h - what the files of this room share: the table of formats, the
 * one way to read a document, and a reading as JSON. */
#ifndef READ_READ_H
#define READ_READ_H
#include <stdbool.h>
#include <stddef.h>
#include "contract/format.h"

struct buf;
struct serving;

extern const struct format format_csaf;
extern const struct format format_csaf_provider;
extern const struct format format_csaf_rolie;
extern const struct format format_csaf_directory;
extern const struct format format_rss;
extern const struct format format_atom;

extern const struct format *const formats[];	/* NULL ends it */
const struct format *format_find(const char *name);	/* NULL: unknown */
/* By content; NULL when nothing fits. */
const struct format *format_sniff(const char *p, size_t n);

/* By doc->format; "" and "auto" go by content. */
int  document_read(const struct document *doc, const char *p, size_t n,
    struct arena *mem, struct reading *ret, struct err *err);

/* Libraries that need files or randomness, before the sandbox. */
int  read_prepare(struct err *err);
int  read_serve(struct serving *s, struct err *err);
int  read_by_hand(int argc, char **argv);

/* All that was understood, one JSON object; empty fields are left out. */
void reading_show(struct buf *out, const struct reading *r);

/* Does the text hold this word (a case-sensitive search, n bytes)? */
bool bytes_hold(const char *p, size_t n, const char *word);
/* The first byte that is no blank and no BOM; 0 if there is none. */
char bytes_first(const char *p, size_t n);
#endif
