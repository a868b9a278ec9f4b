/* index_build.h - what the two halves of the index builder share; of this room
 * only. */
#ifndef NOUN_INDEX_BUILD_H
#define NOUN_INDEX_BUILD_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "noun/index.h"
#include "set.h"

struct pair {
	uint64_t	key;
	uint32_t	value;
};

/* A growing array; n items of one size. */
struct items {
	void	*at;
	size_t	 n, room;
};

#define MAKERS_KEPT 1024u

struct index_builder {
	struct items	 strings;	/* char */
	struct items	 rows, row_at;	/* uint32_t */
	struct items	 models;	/* struct index_model */
	struct items	 kinds;		/* struct index_kind */
	struct items	 classes;	/* struct index_class */
	struct items	 tokens;	/* uint64_t */
	struct items	 codes;		/* struct pair: order code, kind */
	struct items	 pairs;		/* struct pair */
	struct items	 vendors;	/* struct index_vendor, in order */
	struct items	 orders;	/* uint32_t, with a part number */
	struct items	 serials;	/* uint32_t, with a serial number */
	struct items	 lists;		/* uint32_t strings */
	struct items	 rules;		/* char, packed */
	struct set	 known;		/* texts kept once */
	struct set	 ids;
	struct set	 model_set, kind_set, vendor_set;
	struct set	 group_set;	/* of kinds, + 1 */
	struct set	 read_set;	/* model text, makers -> kind */
	struct set	 ident_set;	/* vendor text -> place in idents */
	struct set	 spelling_set;	/* ident -> one of its vendor texts */
	struct items	 idents;	/* uint64_t */
	struct maker_kept {
		uint64_t	 text;	/* its hash */
		struct maker	 maker;
	}		*makers;	/* MAKERS_KEPT */
	struct items	 lines;		/* struct line, of index_lines.c */
	struct items	 line_codes;	/* struct line_code */
	struct set	 typos;		/* index_typos.c: -> group */
	struct set	 fronts;	/* words that known makers begin with */
	struct set	 line_heads;	/* start of codes -> the last + 1 */
	struct set	 line_kinds;	/* line, ident -> kind */
	struct set	 line_makers;	/* ident -> has he lines? */
	uint64_t	 line_lengths;	/* bit n: some start has n signs */
	uint64_t	 line_pairs[36 * 36 / 64 + 1];
	uint32_t	 groups;
	uint32_t	 list;
	uint32_t	 host;		/* of the last part, if has_host */
	bool		 has_host;
	uint64_t	 list_hash;
	char		 list_name[256];
};

void	 add_pair(struct index_builder *b, uint64_t key, uint32_t value);
/* The group of the i-th maker in m; a new one if `group` is 0 and he is not
 * known. */
uint32_t vendor_group(struct index_builder *b, const struct maker *m,
    unsigned i, uint32_t group, enum index_vendor_flags flag);

/* index_typos.c: a maker of the table, and whom of these the i-th one in m may
 * be, misspelt; 0: nobody. */
void	 typos_add(struct index_builder *b, const struct maker *m,
    unsigned which, uint32_t group);
uint32_t typos_find(const struct index_builder *b, const struct maker *m,
    unsigned i);

/* index_kinds.c: the kind of a new model, by hashes of its texts. */
uint32_t kind_of(struct index_builder *b, const char *vendor,
    uint64_t vendor_hash, const char *model, uint64_t model_hash);
/* The kind of a model that was added last; its number. */
uint32_t add_kind(struct index_builder *b, const struct name *name,
    const struct maker *maker, uint64_t ident, enum index_flags flags);
/* index_kept.c: the name of the kind whose words were the last tokens. */
void	 keep_name(struct index_builder *b, const struct name *name);
/* What a vendor's text says, by its hash; until the next call. */
const struct maker *maker_kept(struct index_builder *b, const char *text,
    uint64_t hash);
uint64_t ident_of(struct index_builder *b, const char *vendor, uint64_t hash);
uint32_t keep_text(struct index_builder *b, const char *s);

/* index_lines.c: the lines and systems of the aliases; and of which ones a
 * kind is by its model's text, or (part) a class by its part number. */
struct aliases;
struct line_text {
	const char	*text;
	const struct maker *maker;
	uint64_t	 ident;		/* of the vendor's text */
	uint32_t	 vendor;	/* string */
	uint32_t	 kind;
	bool		 part;
};
void	 lines_add(struct index_builder *b, const struct aliases *list);
void	 lines_of(struct index_builder *b, const struct line_text *t,
    uint32_t number);

/* index_classes.c: classes of all devices, their members, their keys. */
void	 make_classes(struct index_builder *b, struct items *members);

/* Room for n more items, which are not zeroed. */
void	*items_add(struct items *it, size_t n, size_t size);
void	 items_add_u32(struct items *it, uint32_t v);
#endif
