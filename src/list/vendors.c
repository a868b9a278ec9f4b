/* vendors.c - what is known of names without the operator: makers that have
 * several, and codes that are of a line of products. Built in, since this
 * program may read no file. */
#include <string.h>
#include "list.h"
#include "base/arena.h"
#include "base/limits.h"
#include "base/mem.h"
#include "noun/aliases.h"
#include "noun/index.h"

/* A file of etc/vendors as the text NAME_text. */
#define BUILT_IN(name)							\
	__asm__(							\
	    ".section .rodata\n"					\
	    ".global " #name "_text\n"					\
	    ".type " #name "_text, @object\n"				\
	    #name "_text:\n"						\
	    ".incbin \"etc/vendors/" #name ".txt\"\n"			\
	    ".byte 0\n"						\
	    ".size " #name "_text, . - " #name "_text\n"		\
	    ".previous\n");						\
	extern const char name##_text[]

BUILT_IN(makers);
BUILT_IN(lines);

static void
built_in_is_wrong(void *ctx, unsigned line, const char *text)
{
	bug("%s:%u: %s", (const char *)ctx, line, text);
}

static void
read_built_in(const char *name, const char *text, struct arena *mem,
    struct aliases *ret)
{
	aliases_read(name, text, strlen(text), mem, ret, built_in_is_wrong,
	    (void *)(size_t)name);
}

static void
add_makers(struct index_builder *b, const struct aliases *list)
{
	const char *names[ALIAS_NAMES_MAX + 1];

	for (uint32_t i = 0; i < list->n; i++) {
		const struct alias *a = &list->list[i];
		if (a->kind != ALIAS_MAKER || a->n_names > ALIAS_NAMES_MAX)
			continue;
		memcpy(names, a->names, a->n_names * sizeof(*names));
		names[a->n_names] = NULL;
		index_builder_alias(b, names);
	}
}

void
vendors_add(struct index_builder *b, struct arena *mem, struct aliases *own)
{
	struct aliases built_in = { .n = 0 };

	read_built_in("makers.txt", makers_text, mem, &built_in);
	read_built_in("lines.txt", lines_text, mem, &built_in);
	struct alias *all = arena_alloc(mem, (own->n + built_in.n) *
	    sizeof(*all));
	/* A name that another maker has already stays his: the operator's
	 * word goes first. */
	if (own->n > 0)
		memcpy(all, own->list, own->n * sizeof(*all));
	memcpy(all + own->n, built_in.list, built_in.n * sizeof(*all));
	own->list = all;
	own->n += built_in.n;
	add_makers(b, own);
}
