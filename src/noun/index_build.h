/* index_build.h - what the two halves of the index builder share; of this room
 * only. */
#ifndef NOUN_INDEX_BUILD_H
#define NOUN_INDEX_BUILD_H
#include <stddef.h>
#include <stdint.h>

struct pair {
	uint64_t	key;
	uint32_t	value;
};

/* A growing array; n items of one size. */
struct items {
	void	*at;
	size_t	 n, room;
};

/* An open-addressed set of 64-bit hashes with a number behind each. */
struct set {
	uint64_t	*key;
	uint32_t	*value;
	size_t		 n, room;	/* room: a power of two, or 0 */
};

struct index_builder {
	struct items	 strings;	/* char */
	struct items	 rows, row_at;	/* uint32_t */
	struct items	 model_of;	/* uint32_t, of each device */
	struct items	 models;	/* struct index_model */
	struct items	 tokens;	/* uint64_t */
	struct items	 pairs;		/* struct pair */
	struct items	 vendors;	/* struct index_vendor, in order */
	struct items	 orders;	/* uint32_t, with a part number */
	struct items	 serials;	/* uint32_t, with a serial number */
	struct items	 lists;		/* uint32_t strings */
	struct items	 rules;		/* char, packed */
	struct set	 known;		/* texts kept once */
	struct set	 model_set, vendor_set, ids;
	uint32_t	 groups;
	uint32_t	 list;
	char		 list_name[256];
};

/* Room for n more items, which are not zeroed. */
void	*items_add(struct items *it, size_t n, size_t size);
void	 items_add_u32(struct items *it, uint32_t v);
#endif
