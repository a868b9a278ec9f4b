/* index_kept.c - names of kinds, read from the index: see index_kept.h. */
#include <stdbool.h>
#include <string.h>
#include "index_kept.h"
#include "noun/index.h"

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
	if (at + KEPT_HEAD > ix->n_tokens)
		return;
	memcpy(&k, from, sizeof(k));
	if (k.n > NAME_TOKENS_MAX || k.n_codes > NAME_CODES_MAX ||
	    k.noise > k.n || at + kept_words(&k) > ix->n_tokens ||
	    !read_texts(&k, (const char *)(from + KEPT_HEAD + k.noise + k.n),
	    ret) || !read_tokens(ix, kind, &k, from + KEPT_HEAD, ret))
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

size_t
index_kind_number(const struct index *ix, const struct index_kind *kind,
    const char *model, char *out)
{
	uint64_t at = (uint64_t)kind->tokens + kind->n_tokens;
	const uint64_t *from = ix->tokens + at;
	struct kept k = { .n_codes = 0 };
	size_t digits = 0, n = 0;

	out[0] = '\0';
	if (at + KEPT_HEAD <= ix->n_tokens)
		memcpy(&k, from, sizeof(k));
	if (k.n_codes > 0 && at + kept_words(&k) <= ix->n_tokens) {
		const char *code = (const char *)(from + KEPT_HEAD + k.noise +
		    k.n);
		n = strnlen(code, k.len < KIND_NUMBER ? k.len :
		    KIND_NUMBER - 1);
		memcpy(out, code, n);
		out[n] = '\0';
		return n;
	}
	for (const char *p = model; *p != '\0'; p++)
		digits += *p >= '0' && *p <= '9';
	if (digits >= 2 && strpbrk(model, " ,;(") == NULL)
		n = order_read(model, out, KIND_NUMBER);
	if (n == 0 || order_is_pattern(out)) {
		out[0] = '\0';
		return 0;
	}
	return n;
}
