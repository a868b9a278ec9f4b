/* test_base_arena.c - base/arena.h and base/buf.h. */
#include <check.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/buf.h"
#include "suite.h"

/* What our rooms give to free() comes by here (--wrap, see the Makefile). */
static struct {
	const char	*word;		/* looked for; NULL: not now */
	unsigned	 calls, seen;
} freed;

void	__real_free(void *p);
void	__wrap_free(void *p);

void
__wrap_free(void *p)
{
	if (p != NULL && freed.word != NULL) {
		freed.calls++;
		freed.seen += memmem(p, malloc_usable_size(p), freed.word,
		    strlen(freed.word)) != NULL;
	}
	__real_free(p);
}

/* n bytes of the same value. */
static bool
is_all(const uint8_t *p, uint8_t value, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] != value)
			return false;
	}
	return true;
}

START_TEST(allocations_are_zeroed_aligned_and_apart)
{
	static const size_t	sizes[] = { 0, 1, 7, 16, 17, 100, 1023, 1024,
	    1025, 4095, 4096, 5000, 65536, 3 << 20, 8 };
	struct arena		a = ARENA_INIT;
	unsigned char		*all[200];
	size_t			 size_of[200], n = 0;

	for (int round = 0; round < 10; round++) {
		for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
			uint8_t	*p = arena_alloc(&a, sizes[i]);

			ck_assert_uint_eq((uintptr_t)p % 16, 0);
			ck_assert(is_all(p, 0, sizes[i]));
			memset(p, (int)(n + 1), sizes[i]);
			/* Texts between them break the alignment, if it can
			 * be broken. */
			arena_text(&a, "abc");
			all[n] = p;
			size_of[n++] = sizes[i];
		}
	}
	for (size_t i = 0; i < n; i++)
		ck_assert(is_all(all[i], (uint8_t)(i + 1), size_of[i]));
	ck_assert_uint_gt(a.used, 10 * (size_t)(3 << 20));
	arena_clear(&a);
	ck_assert_ptr_null(a.chunk);
	ck_assert_uint_eq(a.used, 0);
	ck_assert_str_eq(arena_text(&a, "again"), "again");
	arena_clear(&a);
	arena_clear(&a);
}
END_TEST

START_TEST(texts)
{
	struct arena	 a = ARENA_INIT;
	char		 big[5000];

	ck_assert_str_eq(arena_text(&a, NULL), "");
	ck_assert_str_eq(arena_text(&a, "x"), "x");
	ck_assert_str_eq(arena_text_n(&a, "abcdef", 3), "abc");
	ck_assert_str_eq(arena_text_n(&a, NULL, 0), "");
	ck_assert_str_eq(arena_printf(&a, "%s-%d", "a", 7), "a-7");
	memset(big, 'b', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	for (size_t n = 250; n < 260; n++) {
		const char	*s = arena_printf(&a, "%.*s", (int)n, big);

		ck_assert_uint_eq(strlen(s), n);
	}
	ck_assert_str_eq(arena_printf(&a, "%s", big), big);
	arena_clear(&a);
}
END_TEST

START_TEST(lists_grow_with_all_that_is_in_them)
{
	struct item { uint32_t a; char text[9]; };
	struct arena	 a = ARENA_INIT;
	struct item	*one = NULL, *two = NULL;
	size_t		 n = 0;

	for (; n < 5000; n++) {
		one = arena_more(&a, one, n, sizeof(*one));
		/* The second list takes turns with the first: neither may
		 * grow into the other. */
		two = arena_more(&a, two, n, sizeof(*two));
		ck_assert_uint_eq(one[n].a, 0);
		ck_assert_int_eq(two[n].text[8], 0);
		one[n] = (struct item){ (uint32_t)n, "one" };
		two[n] = (struct item){ (uint32_t)~n, "two" };
	}
	for (size_t i = 0; i < n; i++) {
		ck_assert_uint_eq(one[i].a, i);
		ck_assert_uint_eq(two[i].a, (uint32_t)~i);
		ck_assert_str_eq(two[i].text, "two");
	}
	arena_clear(&a);
}
END_TEST

START_TEST(a_single_list_grows_where_it_stands)
{
	struct arena	 a = ARENA_INIT;
	uint64_t	*list = NULL;

	for (size_t n = 0; n < 100; n++) {
		list = arena_more(&a, list, n, sizeof(*list));
		list[n] = n;
	}
	for (size_t n = 0; n < 100; n++)
		ck_assert_uint_eq(list[n], n);
#ifndef SANITIZED
	ck_assert_uint_eq(a.used, 128 * sizeof(*list));
#endif
	arena_clear(&a);
}
END_TEST

START_TEST(buf_keeps_its_ceiling)
{
	struct buf	b = BUF_INIT(10);

	ck_assert_str_eq(buf_text(&b), "");
	buf_puts(&b, "12345");
	buf_puts(&b, "67890");
	ck_assert(!b.over);
	buf_byte(&b, 'x');
	ck_assert(b.over);
	ck_assert_str_eq(buf_text(&b), "1234567890");
	ck_assert_uint_eq(b.len, 10);

	buf_reset(&b);
	ck_assert(!b.over);
	buf_puts(&b, "1234");
	buf_puts(&b, "567890ab");		/* dropped whole */
	ck_assert(b.over);
	ck_assert_str_eq(buf_text(&b), "1234");
	buf_printf(&b, "%s", "a longer text than that");
	ck_assert_str_eq(buf_text(&b), "1234");
	buf_puts(&b, "56");			/* what fits still comes in */
	ck_assert_str_eq(buf_text(&b), "123456");
	ck_assert(b.over);
	buf_cut(&b, 9);
	ck_assert_uint_eq(b.len, 6);
	buf_cut(&b, 2);
	ck_assert_str_eq(buf_text(&b), "12");
	buf_clear(&b);
	ck_assert_uint_eq(b.max, 10);
	ck_assert_ptr_null(b.data);
}
END_TEST

START_TEST(buf_prints_across_growth)
{
	struct buf	b;
	char		want[4000] = "";

	buf_init(&b, SIZE_MAX);
	for (int i = 0; i < 300; i++) {
		buf_printf(&b, "<%d>", i * 7);
		snprintf(want + strlen(want), sizeof(want) - strlen(want),
		    "<%d>", i * 7);
	}
	ck_assert_str_eq(buf_text(&b), want);
	ck_assert_uint_eq(b.len, strlen(want));

	char	*taken = buf_take(&b);
	ck_assert_str_eq(taken, want);
	free(taken);
	ck_assert_uint_eq(b.len, 0);
	taken = buf_take(&b);
	ck_assert_str_eq(taken, "");
	free(taken);
}
END_TEST

START_TEST(buf_holds_any_bytes)
{
	struct buf	b = BUF_INIT(1000);

	buf_add(&b, "a\0b", 3);
	buf_add(&b, NULL, 0);
	ck_assert_uint_eq(b.len, 3);
	ck_assert_mem_eq(b.data, "a\0b\0", 4);
	buf_clear(&b);

	struct buf	none = BUF_INIT(0);
	buf_add(&none, "", 0);
	ck_assert(!none.over);
	buf_byte(&none, 'x');
	ck_assert(none.over);
	buf_clear(&none);
}
END_TEST

/* No memory that is given back has it in it any more. */
START_TEST(secrets_are_wiped)
{
	struct buf	 b = BUF_SECRET(1000);
	struct arena	 a = { .wipe = true };

	freed.word = "hush hush";
	buf_puts(&b, "hush hush");
	for (int i = 0; i < 500; i++)
		buf_byte(&b, '.');
	buf_reset(&b);
	ck_assert_int_eq(b.data[5], 0);
	buf_puts(&b, "hush hush");
	buf_clear(&b);
	ck_assert(b.wipe);
	arena_text(&a, "hush hush");
	arena_alloc(&a, 100000);
	arena_printf(&a, "%s", "hush hush");
	arena_clear(&a);
	ck_assert(a.wipe);
	ck_assert_uint_ge(freed.calls, 4);
	ck_assert_uint_eq(freed.seen, 0);
	/* the control: without the mark it is seen */
	struct buf	open = BUF_INIT(100);

	buf_puts(&open, "hush hush");
	buf_clear(&open);
	ck_assert_uint_eq(freed.seen, 1);
	freed.word = NULL;
}
END_TEST

int
main(void)
{
	Suite	*suite = suite_create("base/arena");
	TCase *tc = suite_case(suite, "arena", 10);

	tcase_add_test(tc, allocations_are_zeroed_aligned_and_apart);
	tcase_add_test(tc, texts);
	tcase_add_test(tc, lists_grow_with_all_that_is_in_them);
	tcase_add_test(tc, a_single_list_grows_where_it_stands);
	tcase_add_test(tc, buf_keeps_its_ceiling);
	tcase_add_test(tc, buf_prints_across_growth);
	tcase_add_test(tc, buf_holds_any_bytes);
	tcase_add_test(tc, secrets_are_wiped);
	return suite_run(suite);
}
