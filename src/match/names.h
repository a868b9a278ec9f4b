/* match/names.h - one product's way to the devices that it may be. */
#ifndef MATCH_NAMES_H
#define MATCH_NAMES_H
#include "matching.h"

/* A kind that fits; or, by identifier, one class or device. */
enum candidate_of { CANDIDATE_KIND, CANDIDATE_CLASS, CANDIDATE_DEVICE };
struct candidate {
	uint32_t	 what;
	uint32_t	 n;		/* classes of a kind from there on */
	uint8_t		 of;		/* enum candidate_of */
	uint8_t		 maker;		/* enum maker_fit */
	uint8_t		 how;
	uint8_t		 ident;
	uint16_t	 rule;		/* + 1: of the operator's aliases */
};
#define LOOKUP_GROUPS_MAX 16u
#define FITS_KEPT 32u

/* What is looked up for one product. */
struct lookup {
	struct matcher	*m;
	const struct product *p;
	struct maker	 maker;
	bool		 guessed;	/* maker, from the product's text */
	bool		 others;	/* "All other ...", which ones? */
	struct name	 name;
	/* Bits of name's tokens: brands of the maker, and if there are any
	 * what tells it apart beside them; words that the list has under the
	 * maker. */
	uint32_t	 brands, telling, listed;
	uint32_t	 group[LOOKUP_GROUPS_MAX];
	uint8_t		 group_fit[LOOKUP_GROUPS_MAX];
	unsigned	 n_groups;
	bool		 both;		/* maker, and who is in front */
	unsigned	 front;		/* words that call him otherwise */
	bool		 branded;	/* one of them has brands */
	bool		 shortened;	/* or short forms */
	bool		 parted;	/* or names that stand apart */
	/* Answers of maker_fits, by the vendor's text in the index. */
	struct fit_kept {
		uint32_t	 vendor;	/* + 1 */
		enum maker_fit	 fit;
		struct maker	 maker;
	} kept[FITS_KEPT];
	const struct maker *own;		/* the one asked last */
	char		 (*code)[40];		/* order codes of the product */
	unsigned	 n_codes;
	bool		 one_of;	/* name is one of several in its text */
	bool		 second;	/* a further name of the product */
	bool		 of_cpe;	/* names are those of its CPE */
	bool		 whole;		/* a relation, by its own numbers */
	unsigned	 n_name_codes;	/* of these, out of its name */
	struct candidate *list;
	uint32_t	 n;
	/* + 1: the operator's rules that speak of the product */
	uint32_t	*rules, n_rules;
};

/* Fills l, zeroed before its first use, for the product whose name counts. */
void look_up(struct lookup *l, struct matcher *m, const struct product *p);
/* The same by the numbers alone that a relation itself has; false: none. */
bool look_up_whole(struct lookup *l, struct matcher *m,
    const struct product *p);
/* names.c: kinds by l's makers and name, however they are written. */
void find_name(struct lookup *l);
/* Do these two products lead to the same devices? */
bool same_lookup(const struct product *a, const struct product *b);
/* The text that names the product without its version. */
const char *product_text(const struct product *p);
bool has_token(const struct name *n, uint64_t hash);
bool tokens_hold(const struct index *ix, const struct index_kind *kind,
    uint64_t hash);
/* Names that are tried for patterns, lists and series, in one advisory: real
 * ones have some thousands, a hostile one would keep us for hours. */
#define TRIED_MAX 4000000u

/* verdicts.c. Order codes tell siblings apart: 2 the same, 1 nothing to
 * compare, 0 another product, -1 numbers of another kind. */
int  hit_codes_fit(const struct lookup *l, const char *order);
const char *hit_device_order(const struct index *ix, uint32_t device,
    const struct name *name, char order[ORDER_TEXT]);
/* hits.c. The product whose name counts: of a relation the host, or (side) its
 * part. */
const struct product *match_named(const struct advisory *a,
    const struct product *p, bool side);
/* Only products about which something is said, or which no relation uses. */
bool *match_in_use(const struct matcher *m);

/* makers.c: text names the product. */
void find_makers(struct lookup *l, const char *text);
/* What l's name begins with; true: with another maker, read it again. */
bool find_front(struct lookup *l);
enum maker_fit maker_fits(struct lookup *l, const struct index_kind *kind);

/* The name of a kind, and the words of a vendor's text; until the next call. */
const struct name *kind_name(struct lookup *l, uint32_t number,
    const struct index_kind *kind);
const struct name *vendor_words(struct matcher *m, const char *text);

/* related.c: how l's name stands to a device's, -1: not at all; vendor is what
 * the list calls its maker. */
int  how_narrower(const struct lookup *l, const struct name *d,
    const char *vendor);
int  how_wider(const struct lookup *l, const struct name *d,
    const char *vendor);
int  how_shared(const struct lookup *l, const struct name *d,
    const char *vendor);
/* One of these, whichever it is; d is a name of the kind. */
int  how_related(const struct lookup *l, const struct index_kind *kind,
    const struct name *d);
/* The best number in both names: 0 none, 1 any, 2 a strong one, 3 one with
 * letters and of five signs at least. */
unsigned share_code(const struct name *p, const struct name *d);

/* brands.c */
/* Sets l->brands and l->telling. */
void find_brands(struct lookup *l);
/* Words that are no noise, no line, no kind of thing and not in `but`. */
uint32_t telling_words(const struct name *n, uint32_t but);
bool is_brand(const struct lookup *l, uint64_t hash);
/* May a brand be left out between l's name and d? They have a telling word in
 * common that is none, and not each a brand that the other has not. */
bool brands_say_nothing(const struct lookup *l, const struct name *d);
/* A device's name without the product's brand may say a little more only, told
 * without reading it. */
bool brand_may_lack(const struct lookup *l, const struct index_kind *kind);
/* The maker is weak: of two weak steps, and of a device with the name of the
 * maker's group, much must be in common. */
bool weak_maker_may(struct lookup *l, uint32_t what, enum candidate_of of,
    enum how how, enum maker_fit maker);
bool token_is_weak(const struct name *n, const struct name_token *t);
bool token_is_strong(const struct name *n, const struct name_token *t);

/* patterns.c: what a publisher's number stands for, read from his name. */
#define PATTERNS_MAX 8u
#define PATTERN_SIGNS 48u
#define PATTERN_SUFFIX 8u
enum pattern_kind {
	PATTERN_WILD,		/* "EDS-4xx", "CPU3[]" */
	PATTERN_STAR,		/* "BMXP34*" */
	PATTERN_ROUND,		/* "X-200 family" */
	PATTERN_LETTERS,	/* "SMT Series" */
	PATTERN_TAIL,		/* "615 series" */
	PATTERN_RANGE,		/* "MX400-MX550" */
	PATTERN_STEM,		/* "DVP-12SE", of DVP12SE11T */
};
struct pattern {
	enum pattern_kind kind;
	/* A letter or digit itself; '#' a digit, '+' some digits, '?' any sign,
	 * '*' whatever follows, '-' what parts two digits. */
	char		 sign[PATTERN_SIGNS];
	unsigned	 n;
	unsigned	 optional;	/* from here on it may be missing; 0 */
	unsigned	 first, last;	/* its tokens in the name */
	unsigned	 low, high;	/* of a range, with as many digits */
	unsigned	 digits;
	char		 suffix[PATTERN_SUFFIX];	/* "irt": X-200IRT */
	bool		 series;	/* "series" or "family" is said of it */
	bool		 own;		/* names the product by itself */
	bool		 guess;		/* possible at most */
	bool		 out;		/* is not in the name: no tokens */
};
/* codes: order numbers that were taken out of the name; ret: PATTERNS_MAX. */
unsigned patterns_read(const struct name *n, char (*codes)[40],
    unsigned n_codes, bool one_of, struct pattern *ret);
/* How a device's word s of n signs, which begins there, stands to it. */
enum pattern_fit {
	PATTERN_NO, PATTERN_WHOLE,
	PATTERN_SLASH, PATTERN_HYPHEN, PATTERN_LETTER	/* options behind */
};
/* "x-200irt", "g3100-hspa": letters and a number of hundreds or thousands;
 * further letters are the family's own. The length up to these and their
 * hyphen; 0: it is none. */
size_t pattern_round(const char *s, size_t n, size_t *ret_zeros);
/* "BMEP58*S": has it an end behind what may be anything? */
bool	 pattern_has_end(const struct pattern *p);
enum pattern_fit pattern_fits(const struct pattern *p, const char *s, size_t n);

/* series.c: by these. */
void find_patterns(struct lookup *l);
/* excepted.c: what the product's name leaves out is no candidate. */
void drop_excepted(struct lookup *l);
/* Behind "DHI-" of a number; 0: nothing of the kind. */
size_t	 sales_prefix(const char *s, size_t n);
/* stems.c: "EDR-810 Series" for EDR-810-2GSFP. */
void find_series(struct lookup *l, uint32_t group);
bool is_series(const struct name *n);	/* says "series" or "family" */

/* identifiers.c */
void add_code(struct lookup *l, const char *text);
void find_identifiers(struct lookup *l);
/* A whole serial number with letters, long enough to be one device's? */
bool serial_is_own(const struct product *p, const char *serial);
/* Do the CPEs of product and device deny what their names say? */
bool cpe_denies(const struct lookup *l, uint32_t device, enum how how);
/* By part number; code is as order_read makes it. */
void find_order_pattern(struct lookup *l, const char *code);
void add_candidate(struct lookup *l, uint32_t what, enum candidate_of of,
    enum how how, enum index_key ident, enum maker_fit maker);

/* second.c: further names in the product's own text, and short forms. Behind
 * find_name. */
void find_second(struct lookup *l, const char *text);
/* fronts.c: devices that name the maker in front of their model. */
void find_in_front(struct lookup *l);
/* apart.c: is only one of l's name and d a product that stands apart? */
bool names_apart(const struct lookup *l, const struct name *d);
/* initials.c: devices that write some words by their initials, or spell them
 * out; text is that of l's name. Behind find_name. */
void find_initials(struct lookup *l, const char *text);

/* alternatives.c: the single names in a text that holds several ("A, B and C",
 * "FX3G-xMy x=14,24"); each in mem. */
struct alternatives {
	char		 **text;
	uint32_t	 n;
};
void alternatives_read(const char *text, struct arena *mem,
    struct alternatives *ret);
#endif
