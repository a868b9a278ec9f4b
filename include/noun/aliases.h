/* noun/aliases.h - what people know of names that no table can: which makers
 * are one, which product of a publisher is which of ours, and which two never
 * are. The same words for the built-in table (etc/vendors/makers.txt) and for
 * the operator's own file, see advrelay-aliases(5):
 *
 *	maker "Kestrel Water" = "KW Industrial" = "Kestrel Pumps"
 *	include "Kestrel Water" "AquaGate Pro" = "Kestrel" "AG-100"
 *	include "Kestrel Water" "AquaGate Pro" = device "pump-7"
 *	exclude "Acme" "Gate Lite" = "Acme" "Gate" because "another board"
 *	line "Acme" "Gate 700" = "GT-70?" "GT70*"
 *	system "Acme" "GateOS" = "Gate*"
 *	brand "Kestrel Water" "AquaLine" "AquaPro"
 *	division "Kestrel Medical" = "Kestrel Water"
 *	short "Kestrel Water" "AquaGate Studio" = "AGS"
 *	apart "Kestrel Water" "AquaGate Studio"
 *
 * On the left stands what publishers print, on the right what the device list
 * says; of a line and a system, the catalogue numbers or short types that are
 * of that line, or that run that system. Read by the keeper; travels packed to
 * `list`, and from there within the device index to `match`. */
#ifndef NOUN_ALIASES_H
#define NOUN_ALIASES_H
#include <stddef.h>
#include <stdint.h>

struct arena;
struct buf;
struct err;
struct unpack;

enum alias_kind {
	ALIAS_MAKER, ALIAS_INCLUDE, ALIAS_EXCLUDE, ALIAS_LINE, ALIAS_SYSTEM,
	ALIAS_BRAND,		/* words that names may leave out */
	ALIAS_DIVISION,		/* a list may write the group's name */
	ALIAS_SHORT,		/* how lists write some words */
	ALIAS_APART,		/* products whose names hold another's */
	ALIAS_KINDS_
};
const char *alias_kind_name(enum alias_kind k);		/* "maker" */

struct alias {
	enum alias_kind	 kind;
	const char	*where;		/* "FILE:LINE", for reasons */
	/* A maker's names; codes of a line or a system (alias_code); a maker
	 * and his brands, or names that stand apart; a division and its groups;
	 * a maker, words, and how these are written in short. */
	const char	**names;	uint32_t n_names;
	/* The publisher's; product "" = any of this vendor (exclude). */
	const char	*vendor, *product;
	/* The list's; model "" = any of this vendor (exclude). */
	const char	*own_vendor, *own_model;
	const char	*device;	/* an id instead of these two, or "" */
	const char	*reason;
};

struct aliases {
	struct alias	*list;		uint32_t n;
};

/* Called for each line that is wrong; such a line is left out. */
typedef void alias_complain(void *ctx, unsigned line, const char *text);

/* Appends what text[0, n) says; path is for `where`. Everything in mem. */
void aliases_read(const char *path, const char *text, size_t n,
    struct arena *mem, struct aliases *ret, alias_complain *complain,
    void *ctx);
/* A code of a line as it is compared: small letters, digits, '?' for any one of
 * these, '*' at its end for whatever follows; all else is left out. *ret_head
 * is how much stands before the first of both. NULL: it is good. */
#define ALIAS_CODE 48
const char *alias_code(const char *text, char out[ALIAS_CODE],
    unsigned *ret_head);
/* Appends a name as it stands in such a file, in its quotes. */
void alias_quote(struct buf *out, const char *name);
/* One line of such a file, without where, reason only if there is one. */
void alias_show(struct buf *out, const struct alias *a);

void aliases_pack(struct buf *out, const struct aliases *a);
void aliases_unpack(struct unpack *in, struct arena *mem,
    struct aliases *ret);
#endif
