/* match/rules.h - the operator's includes and excludes, made ready for one
 * index. Asked once for each product that is looked up. */
#ifndef MATCH_RULES_H
#define MATCH_RULES_H
#include <stdbool.h>
#include <stdint.h>
#include "noun/aliases.h"
#include "noun/index.h"

struct arena;
struct hit;
struct lookup;
struct matcher;
struct match;
struct product;

struct rule {
	const struct alias *alias;
	/* What the publisher prints, spelling left out; 0 = empty. */
	uint64_t	 vendor, product;
	/* What the list says. */
	uint64_t	 own_vendor, own_model;
	uint64_t	 name;			/* name.key of own_model */
	uint32_t	*devices, n_devices;	/* with this id */
	uint32_t	 next;			/* + 1: of the same product */
};

struct vocabulary;
struct rules {
	const struct vocabulary *words;		/* NULL: none */
	struct rule	*list;
	uint32_t	 n;
	uint32_t	*slots;			/* list index + 1, by key */
	uint32_t	 room;			/* a power of two */
	bool		 any;			/* includes or excludes */
};

/* NULL: the index has nothing but makers. n is 0 where it has words alone.
 * Lends from the index. */
const struct rules *rules_open(const struct index *ix, struct arena *mem);

/* Sees which rules speak of the looked-up product, and adds what they
 * include. Only if l->m->rules is there. */
void rules_look_up(struct lookup *l);
/* Marks the hit if a rule excludes it, or included it. */
void rules_mark(const struct lookup *l, struct hit *h);
/* Hits of one device without the excluded ones; if all are excluded, these, and
 * *ret_excluded. */
const struct hit *rules_sift(const struct matcher *m, const struct hit *hits,
    uint32_t *n, bool *ret_excluded);
/* Number + 1 of the rule that excludes this device, by its name or id, from
 * the product that was looked up; 0: none. */
uint32_t rules_excluding(const struct lookup *l, uint32_t device);
/* Has it the telling words of some line's name, no more and no less? */
bool rules_name_line(const struct rules *rules, const struct name *name);
/* Is this the name of a system that runs on devices as their firmware? */
bool rules_name_system(const struct rules *rules, const struct product *p);
/* Why the hit is or is not, by the operator's own word. */
void rule_why(struct matcher *m, const struct hit *h, struct match *ret);
/* By its texts alone: does the maker's text mean the same? */
uint64_t rules_vendor_key(const char *text);
uint64_t rules_text_key(const char *text);
#endif
