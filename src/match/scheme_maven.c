/* scheme_maven.c - Maven's order ("Version Order Specification" of the POM
 * reference): tokens at dots, hyphens and changes between digits and letters;
 * what follows a hyphen or a change is a list of its own. */
#include <string.h>
#include "schemes.h"

#define ITEMS_MAX 128u

enum kind { ITEM_NUMBER, ITEM_WORD, ITEM_LIST };

struct item {
	enum kind	 kind;
	uint16_t	 at, n;		/* text; a list's first, count */
	uint16_t	 next;		/* in its list; 0 = last */
	int		 rank;		/* of a known word, else 100 */
};

struct tree {
	char		 text[SCHEME_TEXT];
	struct item	 item[ITEMS_MAX];
	unsigned	 n;
	unsigned	 tail;		/* the last of the open list */
	unsigned	 open;		/* the open list */
};

#define RANK_RELEASE 5

static int
rank_of(const char *s, size_t n, bool digit_follows)
{
	static const struct { const char *word; int rank; } words[] = {
		{ "alpha", 0 }, { "beta", 1 }, { "milestone", 2 }, { "rc", 3 },
		{ "cr", 3 }, { "snapshot", 4 }, { "", 5 }, { "ga", 5 },
		{ "final", 5 }, { "release", 5 }, { "sp", 6 },
	};

	if (digit_follows && n == 1 && (*s == 'a' || *s == 'b' || *s == 'm'))
		return *s == 'm' ? 2 : *s - 'a';
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i].word) == n &&
		    memcmp(words[i].word, s, n) == 0)
			return words[i].rank;
	return 100;
}

static unsigned
add_item(struct tree *t, enum kind kind, size_t at, size_t n)
{
	if (t->n == ITEMS_MAX)
		return 0;
	unsigned i = t->n++;
	t->item[i] = (struct item){ .kind = kind, .at = (uint16_t)at,
	    .n = (uint16_t)n };
	if (t->tail != 0)
		t->item[t->tail].next = (uint16_t)i;
	else
		t->item[t->open].at = (uint16_t)i;
	t->item[t->open].n++;
	t->tail = i;
	return i;
}

static void
add_text(struct tree *t, size_t at, size_t end, bool digits, bool follows)
{
	unsigned i = add_item(t, digits ? ITEM_NUMBER : ITEM_WORD, at,
	    end - at);

	if (i != 0 && !digits)
		t->item[i].rank = rank_of(t->text + at, end - at, follows);
}

static void
open_list(struct tree *t)
{
	unsigned i = add_item(t, ITEM_LIST, 0, 0);

	if (i == 0)
		return;
	t->open = i;
	t->tail = 0;
}

static bool
is_nothing(const struct tree *t, const struct item *i)
{
	if (i->kind == ITEM_LIST)
		return i->n == 0;
	if (i->kind == ITEM_WORD)
		return i->rank == RANK_RELEASE;
	for (unsigned k = 0; k < i->n; k++)
		if (t->text[i->at + k] != '0')
			return false;
	return true;
}

/* Trailing nothings go; lists at the end are passed over. */
static void
trim_list(struct tree *t, unsigned list)
{
	unsigned at[ITEMS_MAX], n = 0;

	for (unsigned i = t->item[list].at; t->item[list].n > n && n <
	    ITEMS_MAX; i = t->item[i].next)
		at[n++] = i;
	for (unsigned k = n; k > 0; k--) {
		const struct item *i = &t->item[at[k - 1]];
		if (is_nothing(t, i)) {
			for (unsigned q = k; q < n; q++)
				at[q - 1] = at[q];
			n--;
		} else if (i->kind != ITEM_LIST) {
			break;
		}
	}
	t->item[list].n = (uint16_t)n;
	t->item[list].at = (uint16_t)(n > 0 ? at[0] : 0);
	for (unsigned k = 0; k < n; k++)
		t->item[at[k]].next = (uint16_t)(k + 1 < n ? at[k + 1] : 0);
}

static void
read_tree(const char *s, struct tree *t)
{
	size_t n = 0, start = 0;
	bool digits = false;

	for (; *s != '\0' && n + 1 < sizeof(t->text); s++)
		t->text[n++] = *s >= 'A' && *s <= 'Z' ?
		    (char)(*s - 'A' + 'a') : *s;
	t->text[n] = '\0';
	t->n = 1;
	t->tail = t->open = 0;
	t->item[0] = (struct item){ .kind = ITEM_LIST };
	for (size_t i = 0; i < n; i++) {
		char c = t->text[i];
		bool digit = is_digit(c);
		if (c == '.' || c == '-') {
			if (i == start)
				add_item(t, ITEM_NUMBER, i, 0);
			else
				add_text(t, start, i, digits, false);
			start = i + 1;
			if (c == '-')
				open_list(t);
			continue;
		}
		if (digit != digits && i > start) {
			add_text(t, start, i, digits, digit);
			start = i;
			open_list(t);
		}
		digits = digit;
	}
	if (n > start)
		add_text(t, start, n, digits, false);
	for (unsigned i = t->n; i > 0; i--)
		if (t->item[i - 1].kind == ITEM_LIST)
			trim_list(t, i - 1);
}

static int compare_lists(const struct tree *a, unsigned x,
    const struct tree *b, unsigned y);

static int
sign(int c)
{
	return c < 0 ? -1 : c > 0;
}

/* An item against nothing. */
static int
compare_none(const struct tree *t, unsigned at)
{
	const struct item *i = &t->item[at];

	if (i->kind == ITEM_NUMBER)
		return is_nothing(t, i) ? 0 : 1;
	if (i->kind == ITEM_WORD)
		return sign(i->rank - RANK_RELEASE);
	for (unsigned k = i->at, n = 0; n < i->n; k = t->item[k].next, n++) {
		int c = compare_none(t, k);
		if (c != 0)
			return c;
	}
	return 0;
}

static int
compare_items(const struct tree *a, unsigned x, const struct tree *b,
    unsigned y)
{
	const struct item *p = &a->item[x], *q = &b->item[y];

	if (p->kind != q->kind) {
		/* 1.1 > 1-1 > 1-sp */
		static const int order[] = { [ITEM_NUMBER] = 2,
		    [ITEM_LIST] = 1, [ITEM_WORD] = 0 };
		return order[p->kind] < order[q->kind] ? -1 : 1;
	}
	if (p->kind == ITEM_LIST)
		return compare_lists(a, x, b, y);
	if (p->kind == ITEM_NUMBER)
		return scheme_numbers(a->text + p->at, p->n, b->text + q->at,
		    q->n);
	if (p->rank != q->rank || p->rank != 100)
		return sign(p->rank - q->rank);
	int c = memcmp(a->text + p->at, b->text + q->at,
	    p->n < q->n ? p->n : q->n);
	return c != 0 ? sign(c) : sign((int)p->n - (int)q->n);
}

static int
compare_lists(const struct tree *a, unsigned x, const struct tree *b,
    unsigned y)
{
	unsigned n = a->item[x].n, m = b->item[y].n;
	unsigned p = a->item[x].at, q = b->item[y].at;

	for (unsigned i = 0; i < n || i < m; i++) {
		int c = i >= n ? -compare_none(b, q) : i >= m ?
		    compare_none(a, p) : compare_items(a, p, b, q);
		if (c != 0)
			return c;
		p = i < n ? a->item[p].next : p;
		q = i < m ? b->item[q].next : q;
	}
	return 0;
}

int
scheme_maven(const char *a, const char *b)
{
	struct tree x, y;

	if (strlen(a) >= SCHEME_TEXT || strlen(b) >= SCHEME_TEXT)
		return SCHEME_UNLIKE;
	read_tree(a, &x);
	read_tree(b, &y);
	return compare_lists(&x, 0, &y, 0);
}
