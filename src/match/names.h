/* match/names.h - one product's way to the devices that it may be. */
#ifndef MATCH_NAMES_H
#define MATCH_NAMES_H
#include "matching.h"

/* A model (or one device, by identifier) that fits. */
struct candidate {
	uint32_t	 what;
	bool		 is_device;
	bool		 alias;
	uint8_t		 how;
	uint8_t		 ident;
};

/* What is looked up for one product. */
struct lookup {
	struct matcher	*m;
	const struct product *p;
	struct maker	 maker;
	struct name	 name;
	uint32_t	 group[NAME_VENDORS_MAX];
	unsigned	 n_groups;
	char		 (*code)[40];		/* order codes of the product */
	unsigned	 n_codes;
	struct candidate *list;
	uint32_t	 n;
};

/* Fills l, zeroed before its first use, for the product whose name counts. */
void look_up(struct lookup *l, struct matcher *m, const struct product *p);
/* Do these two products lead to the same devices? */
bool same_lookup(const struct product *a, const struct product *b);
/* The text that names the product without its version. */
const char *product_text(const struct product *p);
bool has_token(const struct name *n, uint64_t hash);
#endif
