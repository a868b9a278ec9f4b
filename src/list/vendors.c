/* vendors.c - makers that are known under several names: those of
 * etc/vendors/makers.txt, built in, since this program may read no file. */
#include <string.h>
#include "list.h"
#include "base/arena.h"
#include "base/limits.h"
#include "base/mem.h"
#include "noun/aliases.h"
#include "noun/index.h"

__asm__(
    ".section .rodata\n"
    ".global vendors_text\n"
    ".type vendors_text, @object\n"
    "vendors_text:\n"
    ".incbin \"etc/vendors/makers.txt\"\n"
    ".byte 0\n"
    ".size vendors_text, . - vendors_text\n"
    ".previous\n");
extern const char vendors_text[];

static void
built_in_is_wrong(void *ctx, unsigned line, const char *text)
{
	(void)ctx;
	bug("makers.txt:%u: %s", line, text);
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

	aliases_read("makers.txt", vendors_text, strlen(vendors_text), mem,
	    &built_in, built_in_is_wrong, NULL);
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
