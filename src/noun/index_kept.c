/* index_kept.c - the name of a kind, as name_read made it when the index was
 * built: matching meets it in many advisories. It stands in `tokens` behind the
 * hashes of the kind's words:
 *
 *	numbers, core, hashes of its noise, where its tokens are,
 *	its codes and its folded text, each with a NUL */
#include <string.h>
#include "index_build.h"
#include "noun/index.h"

struct kept {
	uint8_t		 n, n_codes, noise, flags;	/* enum kept_flags */
	uint16_t	 except, len;	/* len: of all text with its NULs */
	uint64_t	 core;
};
enum kept_flags { KEPT_FAMILY = 1, KEPT_CUT = 2 };

struct kept_token {
	uint16_t	 at, len;
	uint16_t	 kind;
	uint16_t	 hash;		/* of the words, then of the noise */
};

#define WORD		sizeof(uint64_t)
#define HEAD		(sizeof(struct kept) / WORD)
_Static_assert(sizeof(struct kept) == 2 * WORD, "read by words");
_Static_assert(sizeof(struct kept_token) == WORD, "read by words");
#define TEXT_MOST (NAME_RUN_MAX + NAME_CODES_MAX * \
    sizeof(((struct name *)0)->code[0]))

/* All of it. */
static size_t
words_of(const struct kept *k)
{
	return HEAD + k->noise + k->n + (k->len + WORD - 1) / WORD;
}

/* Codes and text, one behind the other; the length. */
static uint16_t
join_texts(const struct name *name, char *out)
{
	size_t len = 0;

	for (unsigned i = 0; i <= name->n_codes; i++) {
		const char *s = i < name->n_codes ? name->code[i] : name->flat;
		size_t n = strlen(s) + 1;
		memcpy(out + len, s, n);
		len += n;
	}
	return (uint16_t)len;
}

/* The kind's words stand before it, numbers first; read by index_kind_name. */
void
keep_name(struct index_builder *b, const struct name *name)
{
	char text[TEXT_MOST];
	struct kept k = { .n = (uint8_t)name->n,
	    .n_codes = (uint8_t)name->n_codes,
	    .noise = (uint8_t)(name->n - name->words),
	    .flags = (uint8_t)((name->family ? KEPT_FAMILY : 0) |
	    (name->cut ? KEPT_CUT : 0)), .except = name->except,
	    .len = join_texts(name, text), .core = name->core };
	uint64_t *to = items_add(&b->tokens, words_of(&k), WORD);
	struct kept_token token[NAME_TOKENS_MAX];
	uint16_t codes = 0, words = 0, noise = 0;

	for (unsigned i = 0; i < name->n; i++)
		words = (uint16_t)(words + (name->token[i].kind == NAME_CODE));
	to[words_of(&k) - 1] = 0;
	memcpy(to, &k, sizeof(k));
	for (unsigned i = 0; i < name->n; i++) {
		const struct name_token *t = &name->token[i];
		uint16_t hash = t->kind == NAME_NOISE ?
		    (uint16_t)(name->words + noise) : t->kind == NAME_CODE ?
		    codes++ : words++;
		token[i] = (struct kept_token){ t->at, t->len,
		    (uint16_t)t->kind, hash };
		if (t->kind == NAME_NOISE)
			to[HEAD + noise++] = t->hash;
	}
	memcpy(to + HEAD + noise, token, name->n * WORD);
	memcpy(to + HEAD + noise + name->n, text, k.len);
}

/* Fills in the tokens; false: some are out of bounds. */
static bool
read_tokens(const struct index *ix, const struct index_kind *kind,
    const struct kept *k, const uint64_t *behind, struct name *ret)
{
	const uint64_t *own = index_tokens(ix, kind);
	size_t len = strlen(ret->flat);
	bool right = true;

	for (unsigned i = 0; i < k->n; i++) {
		struct kept_token t;
		memcpy(&t, behind + k->noise + i, sizeof(t));
		right &= (size_t)t.at + t.len <= len && t.kind <= NAME_NOISE &&
		    t.hash < kind->n_tokens + k->noise;
		if (!right)
			return false;
		ret->token[i] = (struct name_token){ .hash =
		    t.hash < kind->n_tokens ? own[t.hash] :
		    behind[t.hash - kind->n_tokens],
		    .kind = (enum name_kind)t.kind, .at = t.at, .len = t.len };
	}
	return right;
}

/* Fills in codes and text, of k->len bytes. */
static bool
read_texts(const struct kept *k, const char *text, struct name *ret)
{
	size_t at = 0;

	for (unsigned i = 0; i <= k->n_codes; i++) {
		char *to = i < k->n_codes ? ret->code[i] : ret->flat;
		size_t room = i < k->n_codes ? sizeof(ret->code[0]) :
		    sizeof(ret->flat), n = strnlen(text + at, k->len - at);
		if (at + n == k->len || n >= room)
			return false;
		memcpy(to, text + at, n + 1);
		at += n + 1;
	}
	return true;
}

/* kept by keep_name */
void
index_kind_name(const struct index *ix, const struct index_kind *kind,
    struct name *ret)
{
	uint64_t at = (uint64_t)kind->tokens + kind->n_tokens;
	const uint64_t *from = ix->tokens + at;
	struct kept k;

	ret->n = ret->words = ret->n_codes = 0;
	ret->key = ret->core = 0;
	ret->family = ret->cut = false;
	ret->except = 0;
	ret->flat[0] = '\0';
	if (at + HEAD > ix->n_tokens)
		return;
	memcpy(&k, from, sizeof(k));
	if (k.n > NAME_TOKENS_MAX || k.n_codes > NAME_CODES_MAX ||
	    k.noise > k.n || at + words_of(&k) > ix->n_tokens ||
	    !read_texts(&k, (const char *)(from + HEAD + k.noise + k.n),
	    ret) || !read_tokens(ix, kind, &k, from + HEAD, ret))
		return;
	ret->n = k.n;
	ret->words = k.n - k.noise;
	ret->n_codes = k.n_codes;
	ret->key = kind->key;
	ret->core = k.core;
	ret->family = (k.flags & KEPT_FAMILY) != 0;
	ret->cut = (k.flags & KEPT_CUT) != 0;
	ret->except = k.except;
}
