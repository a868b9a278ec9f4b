/* index_keep.c - the builder's half of index_kept.h. */
#include <string.h>
#include "index_build.h"
#include "index_kept.h"
#include "noun/index.h"

#define TEXT_MOST (NAME_RUN_MAX + NAME_CODES_MAX * \
    sizeof(((struct name *)0)->code[0]))

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
	uint64_t *to = items_add(&b->tokens, kept_words(&k), KEPT_WORD);
	struct kept_token token[NAME_TOKENS_MAX];
	uint16_t codes = 0, words = 0, noise = 0;

	for (unsigned i = 0; i < name->n; i++)
		words = (uint16_t)(words + (name->token[i].kind == NAME_CODE));
	to[kept_words(&k) - 1] = 0;
	memcpy(to, &k, sizeof(k));
	for (unsigned i = 0; i < name->n; i++) {
		const struct name_token *t = &name->token[i];
		uint16_t hash = t->kind == NAME_NOISE ?
		    (uint16_t)(name->words + noise) : t->kind == NAME_CODE ?
		    codes++ : words++;
		token[i] = (struct kept_token){ t->at, t->len,
		    (uint16_t)t->kind, hash };
		if (t->kind == NAME_NOISE)
			to[KEPT_HEAD + noise++] = t->hash;
	}
	memcpy(to + KEPT_HEAD + noise, token, name->n * KEPT_WORD);
	memcpy(to + KEPT_HEAD + noise + name->n, text, k.len);
}
