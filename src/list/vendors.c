/* vendors.c - makers that are known under several names: those of
 * etc/vendors/makers.txt, built in, since this program may read no file. */
#include <string.h>
#include "list.h"
#include "base/arena.h"
#include "noun/index.h"

/* The names of one line. */
#define NAMES_MAX 40u

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

/* A remark in brackets at the end is for people. */
static const char *
one_name(struct arena *mem, const char *s, size_t n)
{
	while (n > 0 && *s == ' ')
		s++, n--;
	while (n > 0 && s[n - 1] == ' ')
		n--;
	if (n > 0 && s[n - 1] == ')') {
		size_t at = n;
		while (at > 0 && s[at - 1] != '(')
			at--;
		bool year = memchr(s + at, '1', n - at) != NULL ||
		    memchr(s + at, '2', n - at) != NULL;
		if (at > 1 && year)
			n = at - 1;
	}
	while (n > 0 && s[n - 1] == ' ')
		n--;
	return arena_text_n(mem, s, n);
}

static void
add_line(struct index_builder *b, struct arena *mem, const char *s, size_t n)
{
	const char *names[NAMES_MAX + 1];
	unsigned count = 0;

	for (size_t at = 0; at < n && count < NAMES_MAX;) {
		size_t len = strcspn(s + at, count == 0 ? ":\n" : ";\n");
		if (len > n - at)
			len = n - at;
		const char *name = one_name(mem, s + at, len);
		if (name[0] != '\0')
			names[count++] = name;
		at += len + 1;
	}
	names[count] = NULL;
	if (count > 0)
		index_builder_alias(b, names);
}

void
vendors_add(struct index_builder *b)
{
	struct arena mem = ARENA_INIT;

	for (const char *s = vendors_text; *s != '\0';) {
		size_t n = strcspn(s, "\n");
		if (n > 0 && *s != '#')
			add_line(b, &mem, s, n);
		s += n + (s[n] == '\n');
	}
	arena_clear(&mem);
}
