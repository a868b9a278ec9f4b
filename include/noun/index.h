/* noun/index.h - all devices of all lists, in one sealed blob.
 *
 * `list` builds it once (index_builder_*), every `match` maps the same pages
 * (index_open). Position-independent: offsets, no pointers.
 *
 * What matching decides is decided once for all devices that are alike:
 *   model	the same vendor and model text, as printed
 *   kind	models whose texts read the same: the same makers and words
 *   class	devices of one kind with the same version, hardware version,
 *		part number, CPE and package URL
 * A table of 64-bit keys leads from a vendor + name, a vendor + word of a name,
 * or an identifier to kinds, classes or devices, so that matching never walks
 * the list of devices.
 *
 * A hostile index must do no harm: index_open checks the bounds of all parts,
 * and the getters check each number that they follow. */
#ifndef NOUN_INDEX_H
#define NOUN_INDEX_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/limits.h"
#include "noun/device.h"

struct arena;
struct blob;
struct err;

/* --- names: read the same way from device lists and from advisories --- */

#define NAME_TOKENS_MAX	24
#define NAME_CODES_MAX	4
#define NAME_VENDORS_MAX 8
#define NAME_RUN_MAX	768	/* bytes of a name that are looked at */
#define NAME_FRONTED_MAX 2	/* words of an unknown maker in front of it */
#define ORDER_TEXT	128	/* longer part numbers are not indexed */

enum name_kind {
	NAME_WORD,
	NAME_CODE,		/* has a digit: tells products apart */
	NAME_LINE,		/* looks like a version: "V14.0", "2019" */
	NAME_NOISE,		/* "series", "family", "the": says nothing */
};

struct name_token {
	uint64_t	 hash;
	enum name_kind	 kind;
	uint16_t	 at, len;	/* in name.flat */
};

struct name {
	uint64_t	 key;		/* all words, blanks and case ignored */
	uint64_t	 core;		/* the same without noise */
	struct name_token token[NAME_TOKENS_MAX];
	unsigned	 n;
	unsigned	 words;		/* tokens that are no noise */
	bool		 family;	/* calls itself a series, family ... */
	bool		 cut;		/* had more tokens than we keep */
	/* Where flat goes on with what the name does not mean: "Gate, not
	 * including Gate 7"; 0: nowhere. */
	uint16_t	 except;
	unsigned	 n_codes;
	char		 code[NAME_CODES_MAX][40]; /* as order_read */
	char		 flat[NAME_RUN_MAX];	/* folded text */
};

/* Who makes it: one text may name several ("ABB, Phoenix Contact"). */
#define MAKER_STARTS_MAX 4
#define MAKER_LEAD 24
struct maker {
	unsigned	 n;
	unsigned	 own;	/* the first ones: the whole text */
	unsigned	 two;	/* bit i: "ue" where the text has an umlaut */
	uint64_t	 key[NAME_VENDORS_MAX];	/* never 0 */
	uint16_t	 words[NAME_VENDORS_MAX];
	/* with all words, as they stand: legal forms too */
	uint64_t	 all_key[NAME_VENDORS_MAX];
	uint16_t	 all[NAME_VENDORS_MAX];
	bool		 part[NAME_VENDORS_MAX]; /* of "Pepperl & Fuchs" */
	/* The key's first signs, 0 behind fewer: most texts begin otherwise. */
	char		 lead[NAME_VENDORS_MAX][MAKER_LEAD];
	/* Keys of his first words alone, "Kestrel" of "Kestrel Water Inc.";
	 * bit i of plain: what follows start i names a trade or a country. */
	uint8_t		 n_starts[NAME_VENDORS_MAX];
	uint64_t	 start[NAME_VENDORS_MAX][MAKER_STARTS_MAX];
	uint8_t		 plain[NAME_VENDORS_MAX];
};

/* Legal forms, case, blanks and broken UTF-8 make no difference. */
void	 maker_read(const char *text, struct maker *ret);
/* "multiple", "Various vendors", "n/a": a word in a maker's place, no maker. */
bool	 maker_is_nobody(const char *text);
/* A vendor's name in front of the product's is left out. */
void	 name_read(const char *text, const struct maker *maker,
    struct name *ret);
/* Adds a maker who would be called as the name's first n words; the caller
 * knows whether there is one. False: these are none, or nothing follows. */
bool	 name_front(const struct name *name, unsigned n, struct maker *add);
#define NAME_FRONT_MAX 4u
/* name.core but for the tokens whose bits are set. */
uint64_t name_core_without(const struct name *name, uint32_t tokens);
/* name.core with its line of versions without a V, cut to so many numbers, 0:
 * to none. Returns 0 where that is name.core, or no line. */
uint64_t name_core_line(const struct name *name, unsigned numbers);
/* Order, model and serial numbers: upper case, letters and digits only; an x
 * or dot that stands for any sign becomes '?', '*' stays. Returns the length;
 * 0 if nothing is left or it does not fit. */
size_t	 order_read(const char *text, char *out, size_t room);
bool	 order_is_pattern(const char *order);
/* Versions of two to four numbers below 65536 with dots between them, most of
 * what lists have, as one number in their order; 0: it is something else,
 * such as "192.168.0.10". */
uint64_t index_rank(const char *version);
/* Sensible without separators: glued words of the text from at to end. */
uint64_t name_hash(const char *flat, size_t at, size_t end);
/* "gmbh", "inc", "the": a word that tells no maker from another. */
bool	 name_is_form(const struct name *name, const struct name_token *t);
/* Folds case, accents, NBSP, quotes and mojibake: a-z, 0-9, other letters as
 * UTF-8, ASCII punctuation, blanks. Returns the length. */
size_t	 name_fold(const char *text, char *out, size_t room);

/* --- keys --- */

enum index_key {
	/* vendor, name.key -> kinds; vendor, 0 -> one of his, if any */
	INDEX_NAME = 1,
	INDEX_CORE,		/* vendor, name.core -> kinds */
	INDEX_WORD,		/* vendor, word -> kinds */
	INDEX_LEAD,		/* vendor, the word that tells most -> kinds */
	/* vendor, "EDR-810" of "EDR-810-2GSFP", "DVP12SE" of "DVP12SE11T" ->
	 * kinds */
	INDEX_STEM,
	INDEX_ORDER,		/* -, part number -> classes */
	INDEX_SERIAL,		/* -, serial -> devices */
	/* -, cpe's vendor and product, or its part and one of them ->
	 * classes */
	INDEX_CPE,
	INDEX_PURL,		/* -, purl without version -> classes */
	INDEX_HASH,		/* -, file hash -> devices */
	/* -, a maker's first words -> group << 2, | 2: the table knows him,
	 * | 1: what follows is plain */
	INDEX_MAKER,
	/* -, list and id -> a device that has parts; 1, 0 -> one of these */
	INDEX_HOST,
	/* enum line_key, a kind that stands for a line -> what it tells */
	INDEX_LINE,
	/* vendor, how a number begins -> kinds; of its letters and digits
	 * alone the first six, and those up to the first digit (where a digit
	 * leads, the first four), also behind letters and a hyphen: "nvr4" of
	 * "DHI-NVR4216" */
	INDEX_HEAD,
	/* vendor, "615" of "REF615", "SEL-615" -> kinds */
	INDEX_TAIL,
	/* -, the key of a maker whom the table does not know -> kinds whose
	 * model begins with his name */
	INDEX_FRONT,
};
#define INDEX_NO_VENDOR	0u	/* devices whose vendor is not known */

/* A line of products, or a system, of the aliases is a kind without classes
 * (INDEX_LINE_KIND), there if devices are of it: its name is found as that of a
 * model is, and it leads to them. */
enum line_key {
	LINE_ALIAS = 1,		/* its number in `rules` */
	LINE_KINDS,		/* whose models are codes of it */
	LINE_DOUBTED,		/* the same, with other words in front */
	LINE_CLASSES,		/* whose part numbers are */
	LINE_OF			/* of a model's kind: the lines' kinds */
};

uint64_t index_key(enum index_key kind, uint32_t vendor, uint64_t what);
uint64_t index_hash(const void *p, size_t n);
/* Hash of "vendor:product" of a cpe 2.3 or 2.2 name, the same for a thing and
 * its firmware ("o:acme:gate_firmware", "h:acme:gate"); 0 if it is none. */
uint64_t index_cpe(const char *cpe);
/* Its vendor and product as people write them, with blanks for underscores. -1
 * if it is none or leaves one of them open. */
#define CPE_WORDS 256u
int	 index_cpe_names(const char *cpe, char vendor[CPE_WORDS],
    char product[CPE_WORDS]);
/* For patterns: hash of "part:vendor:*" (by_vendor) or "part:*:product"; part
 * '\0' is that of the name. 0 if the piece is not there. */
uint64_t index_cpe_wide(const char *cpe, char part, bool by_vendor);
/* Hash of "type/namespace/name"; *ret_version points behind '@' or is "". */
uint64_t index_purl(const char *purl, const char **ret_version);

/* --- layout --- */

#define INDEX_MAGIC	0x3158444956445241ull
#define INDEX_VERSION	12u

struct index_model {
	uint32_t	vendor, model;	/* strings, as the list has them */
	uint32_t	kind;
};

struct index_kind {
	uint32_t	model;		/* one of its models */
	uint32_t	vendor;		/* string, the same for what reads so */
	uint32_t	first, n;	/* its classes */
	/* hashes of its words, no noise; behind them stands its name */
	uint32_t	tokens;
	uint16_t	n_tokens;
	uint8_t		n_codes;	/* tokens[0 .. n_codes) have a digit */
	uint8_t		flags;		/* enum index_flags */
	uint64_t	key;		/* name.key */
};
/* INDEX_PARTS: devices of it have part numbers. */
enum index_flags { INDEX_FAMILY = 1, INDEX_PARTS = 2, INDEX_LINE_KIND = 4 };

/* Classes of a kind lie side by side, those with the same columns and then by
 * rank; and so do the devices of all of them in `members`. */
struct index_class {
	uint32_t	kind;
	uint32_t	first;		/* members */
	uint32_t	n : 24;
	uint32_t	has : 8;	/* enum index_class_has */
	uint32_t	version;	/* string; all of it share it */
	/* index_rank of it; 0: it is no such version */
	uint64_t	rank;
};

/* Columns that its devices have, so that nobody looks at them in vain. A name
 * only counts where there is no model. */
enum index_class_has {
	CLASS_HAS_NAME = 1, CLASS_HAS_PART = 2, CLASS_HAS_CPE = 4,
	CLASS_HAS_PURL = 8, CLASS_HAS_VERSION = 16, CLASS_HAS_HARDWARE = 32,
	CLASS_HAS_VENDOR = 64, CLASS_HAS_MODEL = 128
};
_Static_assert(DEVICES_MAX < 1u << 24, "index_class.n");

struct index_slot {
	uint64_t	key;		/* 0: free */
	uint32_t	first, n;	/* n == 1: first is the value */
};

struct index_vendor {
	uint64_t	key;		/* 0: free */
	uint32_t	group;		/* the same for one maker */
	uint16_t	words;
	uint16_t	flags;		/* enum index_vendor_flags */
};
/* Named by the table of makers; named by a device list, or by a part of a name
 * there. */
enum index_vendor_flags { INDEX_KNOWN = 1, INDEX_LISTED = 2, INDEX_WITHIN = 4 };

/* X(name, type) in the order of the blob. */
#define INDEX_PARTS(X)				\
	X(slots,	struct index_slot)	\
	X(vendors,	struct index_vendor)	\
	X(tokens,	uint64_t)		\
	X(kinds,	struct index_kind)	\
	X(models,	struct index_model)	\
	X(classes,	struct index_class)	\
	X(members,	uint32_t)		\
	X(row_at,	uint32_t)		\
	X(rows,		uint32_t)		\
	X(orders,	uint32_t)		\
	X(serials,	uint32_t)		\
	X(numbers,	uint32_t)		\
	X(lists,	uint32_t)		\
	X(rules,	char)			\
	X(strings,	char)

struct index_part {
	uint64_t	at, n;		/* bytes from the start; items */
};

struct index_head {
	uint64_t	magic;
	uint64_t	len;		/* of the whole blob */
	uint32_t	version;
	uint32_t	pad;
#define X(name, type) struct index_part name;
	INDEX_PARTS(X)
#undef X
};

/* rules: the aliases, packed (noun/aliases.h): the operator's includes and
 * excludes, which `match` needs beside the devices and which change with them;
 * the makers are there to be quoted. */

/* A row: u32 mask (bit i: column i is there; bit 17: further columns; from bit
 * 18 on its list), u32 model, u32 class, a string for each bit but vendor and
 * model, which are the model's; then, with bit 17, their number and name, value
 * of each. */
#define INDEX_ROW_EXTRA	(1u << 17)
#define INDEX_ROW_LIST	18u
#define INDEX_LISTS_MAX	(1u << (32 - INDEX_ROW_LIST))

/* --- using it --- */

struct index {
#define X(name, type) const type *name; uint64_t n_##name;
	INDEX_PARTS(X)
#undef X
};

struct index_run {
	const uint32_t	*at;
	uint32_t	 n;
};

/* p must be aligned to 8 (a map is) and outlive the index. */
int	 index_open(struct index *ix, const void *p, size_t n, struct err *err);
uint32_t index_devices(const struct index *ix);
struct index_run index_find(const struct index *ix, uint64_t key);
/* A hint that it will be asked for: a large index does not fit the cache. */
void	 index_soon(const struct index *ix, uint64_t key);
/* The group of a maker's key; INDEX_NO_VENDOR if no device has it. */
uint32_t index_group(const struct index *ix, uint64_t maker_key);
/* NULL: nobody has this key. */
const struct index_vendor *index_vendor(const struct index *ix, uint64_t key);
/* These are one line each, and asked for all that shares a word. */
static inline const char *
index_string(const struct index *ix, uint32_t at)
{
	return at < ix->n_strings ? ix->strings + at : "";
}

/* NULL beyond the end. */
static inline const struct index_kind *
index_kind(const struct index *ix, uint32_t kind)
{
	return kind < ix->n_kinds ? &ix->kinds[kind] : NULL;
}

static inline const struct index_class *
index_class(const struct index *ix, uint32_t class)
{
	return class < ix->n_classes ? &ix->classes[class] : NULL;
}

static inline const uint64_t *
index_tokens(const struct index *ix, const struct index_kind *k)
{
	return ix->tokens + k->tokens;
}

/* The texts of one of its models; all of them read the same. */
static inline const char *
index_kind_vendor(const struct index *ix, const struct index_kind *k)
{
	return index_string(ix, k->vendor);
}

static inline const char *
index_kind_model(const struct index *ix, const struct index_kind *k)
{
	return index_string(ix, ix->models[k->model].model);
}

/* Its devices, in their order; one at least, unless the index is damaged. */
struct index_run index_members(const struct index *ix,
    const struct index_class *c);
/* The devices of n classes side by side, by class; none if the index is damaged
 * there. */
struct index_run index_span(const struct index *ix, uint32_t class,
    uint32_t n);
/* The first of them. UINT32_MAX, no device, for NULL. */
uint32_t index_class_device(const struct index *ix,
    const struct index_class *c);
/* As name_read makes it, which reads the model's text of the maker; without
 * words if the index is damaged there. */
void	 index_kind_name(const struct index *ix, const struct index_kind *k,
    struct name *ret);
/* The first order number in it, else its model's text if that is one word with
 * digits; out holds KIND_NUMBER. Its length, 0: none. */
#define KIND_NUMBER 40u
size_t	 index_kind_number(const struct index *ix, const struct index_kind *k,
    const char *model, char *out);
/* Strings lend from the index; only the further columns live in mem. A number
 * beyond the end gives an empty device. */
void	 index_device(const struct index *ix, uint32_t device,
    struct arena *mem, struct device *ret);
/* The same of a device. Given three times, each some devices nearer to it. */
enum index_near { INDEX_FAR, INDEX_NEARER, INDEX_NEXT };
void	 index_fetch(const struct index *ix, uint32_t device,
    enum index_near near);
uint32_t index_device_class(const struct index *ix, uint32_t device);
/* One column, by its place in DEVICE_COLUMNS; "" if it is not there. */
enum index_column {
#define X(field, heading) INDEX_COLUMN_##field,
	DEVICE_COLUMNS(X)
#undef X
	INDEX_COLUMN_COUNT_
};
const char *index_column(const struct index *ix, uint32_t device,
    enum index_column column);
/* A bit for each column that is there; of a class: that its `has` tells. A
 * vendor who is nobody is none. */
uint32_t index_columns(const struct index *ix, uint32_t device);
uint32_t index_class_columns(const struct index *ix, uint32_t class);
/* The text of one of these, the same for all of the class but for what of a
 * vendor, a model or a name makes no difference. */
const char *index_class_column(const struct index *ix, uint32_t class,
    enum index_column column);
/* What patterns of numbers are compared with, each list sorted by order_read
 * text: classes by part number (`orders`), devices by serial number
 * (`serials`), kinds by the order number in their model, which may be nothing
 * else (`numbers`). */
enum index_numbered { NUMBERED_CLASS, NUMBERED_DEVICE, NUMBERED_KIND };
/* Those that begin as the pattern does, up to its first '?' or '*'; the caller
 * compares. */
struct index_run index_numbers(const struct index *ix, enum index_numbered of,
    const char *pattern);
/* The number of one of these, in out, which holds ORDER_TEXT; "": none. */
void	 index_number(const struct index *ix, uint32_t number,
    enum index_numbered of, char *out);
/* A digest as "sha256:AB01..." or bare hexadecimal; 0 if it is none. */
uint64_t index_digest(const char *text);

/* --- parts of devices --- */

/* A row that has nothing but identifiers and the further column "part of", the
 * id of a device that stood before it in its list, is a part of that device:
 * what is found of it is told of the device. */
#define INDEX_PART_OF	"part of"
#define INDEX_PART	"part"		/* its name, for people */

bool	 index_has_parts(const struct index *ix);
/* The id; "" if d is no part. */
const char *index_part_of(const struct device *d);
const char *index_part_text(const struct device *d, const char *name);
uint64_t index_host_key(const char *list, const char *id);
/* The device that d is part of, and its number; false: d stands for itself. */
bool	 index_host(const struct index *ix, const struct device *d,
    struct arena *mem, struct device *ret, uint32_t *ret_number);

/* --- building it --- */

struct index_builder;
struct index_builder *index_builder_new(void);
/* Names that are one maker, NULL-terminated. Before the first device. */
void	 index_builder_alias(struct index_builder *b, const char *const *names);
/* What `match` shall know of them, lines and systems among it; once, before the
 * first device. */
struct aliases;
void	 index_builder_rules(struct index_builder *b,
    const struct aliases *list);
/* 0; 1: this list has the id already (not taken); -1: beyond a ceiling. */
int	 index_builder_add(struct index_builder *b, const struct device *d,
    struct err *err);
uint32_t index_builder_count(const struct index_builder *b);
int	 index_builder_finish(struct index_builder *b, struct blob *ret,
    struct err *err);
void	 index_builder_free(struct index_builder *b);
#endif
