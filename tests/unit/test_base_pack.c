/* test_base_pack.c - base/pack.h: there and back, and hostile bytes. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/err.h"
#include "base/pack.h"
#include "suite.h"

/* One of each, as packed by pack_sample. */
struct sample {
	uint8_t		 u8;
	bool		 yes, no;
	uint32_t	 u32, count;
	int64_t		 i64;
	const char	*text, *empty;
	const void	*bytes;
	size_t		 bytes_len;
};

static void
pack_sample(struct buf *out)
{
	pack_u8(out, 200);
	pack_bool(out, true);
	pack_bool(out, false);
	pack_u32(out, 0xdeadbeef);
	pack_u32(out, 2);
	pack_i64(out, INT64_MIN);
	pack_str(out, "Geutebr\xc3\xbc" "ck");
	pack_str(out, NULL);
	pack_bytes(out, "a\0b", 3);
}

static void
unpack_sample(struct unpack *u, struct sample *s)
{
	s->u8 = unpack_u8(u, "u8", 255);
	s->yes = unpack_bool(u, "yes");
	s->no = unpack_bool(u, "no");
	s->u32 = unpack_u32(u, "u32", UINT32_MAX);
	s->count = unpack_count(u, "count", 10, 4);
	s->i64 = unpack_i64(u, "i64");
	s->text = unpack_str(u, "text", 100);
	s->empty = unpack_str(u, "empty", 100);
	s->bytes = unpack_bytes(u, "bytes", 100, &s->bytes_len);
}

START_TEST(what_is_packed_comes_back)
{
	struct buf	b = BUF_INIT(1000);
	struct unpack	u;
	struct sample	s;
	struct err	err = ERR_INIT;

	pack_sample(&b);
	unpack_open(&u, b.data, b.len);
	unpack_sample(&u, &s);
	ck_assert_int_eq(unpack_done(&u, &err), 0);
	ck_assert_uint_eq(s.u8, 200);
	ck_assert(s.yes && !s.no);
	ck_assert_uint_eq(s.u32, 0xdeadbeef);
	ck_assert_uint_eq(s.count, 2);
	ck_assert_int_eq(s.i64, INT64_MIN);
	ck_assert_str_eq(s.text, "Geutebr\xc3\xbc" "ck");
	ck_assert_str_eq(s.empty, "");
	ck_assert_uint_eq(s.bytes_len, 3);
	ck_assert_mem_eq(s.bytes, "a\0b", 3);
	/* Lent, not copied. */
	ck_assert(s.text > b.data && s.text < b.data + b.len);
	buf_clear(&b);
}
END_TEST

START_TEST(numbers_are_little_endian)
{
	struct buf	b = BUF_INIT(100);

	pack_u32(&b, 0x01020304);
	pack_i64(&b, -2);
	pack_str(&b, "x");
	ck_assert_mem_eq(b.data, "\4\3\2\1\xfe\xff\xff\xff\xff\xff\xff\xff"
	    "\1\0\0\0x\0", 18);
	ck_assert_uint_eq(b.len, 18);
	buf_clear(&b);
}
END_TEST

START_TEST(truncated_at_every_byte)
{
	struct buf	b = BUF_INIT(1000);
	struct unpack	u;
	struct sample	s;

	pack_sample(&b);
	for (size_t n = 0; n < b.len; n++) {
		struct err	 err = ERR_INIT;
		char		*part = malloc(n + 1);	/* for the sanitizer */
		char		*exact = n != 0 ? realloc(part, n) : part;

		memcpy(exact, b.data, n);
		unpack_open(&u, exact, n);
		unpack_sample(&u, &s);
		ck_assert(u.bad);
		ck_assert_ptr_nonnull(u.field);
		ck_assert_uint_eq(s.bytes_len, 0);
		ck_assert_ptr_nonnull(s.text);
		ck_assert_int_eq(unpack_done(&u, &err), -1);
		ck_assert_int_eq(err.kind, ERR_PEER);
		free(exact);
	}
	unpack_open(&u, NULL, 0);
	unpack_sample(&u, &s);
	ck_assert(u.bad);
	ck_assert_str_eq(u.field, "u8");
	buf_clear(&b);
}
END_TEST

START_TEST(bytes_left_over_are_a_failure)
{
	struct unpack	u;
	struct err	err = ERR_INIT;

	unpack_open(&u, "\1\2", 2);
	unpack_u8(&u, "a", 255);
	ck_assert_int_eq(unpack_done(&u, &err), -1);
	ck_assert_str_eq(err.text, "1 bytes more than expected");
}
END_TEST

enum getter { U8, BOOL, U32, I64, STR, BYTES, COUNT };

START_TEST(hostile_fields)
{
	static const struct {
		const char	*name;
		enum getter	 getter;
		const char	*bytes;
		size_t		 n;
		uint32_t	 max;
		size_t		 least;
		bool		 good;
	} cases[] = {
		{ "u8 at its ceiling", U8, "\5", 1, 5, 0, true },
		{ "u8 above it", U8, "\6", 1, 5, 0, false },
		{ "a bool of 2", BOOL, "\2", 1, 0, 0, false },
		{ "u32 at its ceiling", U32, "\5\0\0\0", 4, 5, 0, true },
		{ "u32 above it", U32, "\6\0\0\0", 4, 5, 0, false },
		{ "a short i64", I64, "\6\0\0\0\0\0\0", 7, 0, 0, false },
		{ "text at its ceiling", STR, "\2\0\0\0ab", 7, 2, 0, true },
		{ "text above it", STR, "\2\0\0\0ab", 7, 1, 0, false },
		{ "text without its NUL", STR, "\2\0\0\0abc", 7, 9, 0, false },
		{ "text with a NUL inside", STR, "\2\0\0\0a\0", 7, 9, 0,
		    false },
		{ "text with its NUL cut", STR, "\2\0\0\0ab", 6, 9, 0, false },
		{ "text of 2^32 - 1", STR, "\xff\xff\xff\xff" "ab", 7,
		    UINT32_MAX, 0, false },
		{ "text of 2^32 - 2", STR, "\xfe\xff\xff\xff" "ab", 7,
		    UINT32_MAX, 0, false },
		{ "bytes at their ceiling", BYTES, "\2\0\0\0ab", 6, 2, 0,
		    true },
		{ "bytes above it", BYTES, "\2\0\0\0ab", 6, 1, 0, false },
		{ "bytes behind the end", BYTES, "\3\0\0\0ab", 6, 9, 0, false },
		{ "a count that fits", COUNT, "\2\0\0\0abcdefgh", 12, 9, 4,
		    true },
		{ "one more than fits", COUNT, "\3\0\0\0abcdefgh", 12, 9, 4,
		    false },
		{ "a count above its ceiling", COUNT, "\2\0\0\0abcdefgh", 12,
		    1, 4, false },
		{ "a huge count", COUNT, "\xff\xff\xff\xff" "abcdefgh", 12,
		    UINT32_MAX, 1, false },
		{ "a count of nothing", COUNT, "\0\0\0\0", 4, 9, 4, true },
		{ "a count of weightless items", COUNT, "\5\0\0\0", 4, 9, 0,
		    false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct unpack	u;
		size_t		len = 0;

		unpack_open(&u, cases[i].bytes, cases[i].n);
		switch (cases[i].getter) {
		case U8:
			unpack_u8(&u, "f", (uint8_t)cases[i].max);
			break;
		case BOOL:
			unpack_bool(&u, "f");
			break;
		case U32:
			unpack_u32(&u, "f", cases[i].max);
			break;
		case I64:
			unpack_i64(&u, "f");
			break;
		case STR:
			unpack_str(&u, "f", cases[i].max);
			break;
		case BYTES:
			unpack_bytes(&u, "f", cases[i].max, &len);
			break;
		case COUNT:
			unpack_count(&u, "f", cases[i].max, cases[i].least);
			break;
		}
		ck_assert_msg(u.bad != cases[i].good, "%s", cases[i].name);
	}
}
END_TEST

START_TEST(once_failed_it_stays_failed)
{
	struct unpack	u;
	size_t		len = 9;

	unpack_open(&u, "\1\1\0\0\0x\0\0\0\0\0\0\0\0", 14);
	unpack_fail(&u, "mine");
	unpack_fail(&u, "later");
	ck_assert_uint_eq(unpack_u8(&u, "x", 255), 0);
	ck_assert(!unpack_bool(&u, "x"));
	ck_assert_uint_eq(unpack_u32(&u, "x", UINT32_MAX), 0);
	ck_assert_int_eq(unpack_i64(&u, "x"), 0);
	ck_assert_str_eq(unpack_str(&u, "x", 100), "");
	ck_assert_ptr_nonnull(unpack_bytes(&u, "x", 100, &len));
	ck_assert_uint_eq(len, 0);
	ck_assert_uint_eq(unpack_count(&u, "x", 100, 1), 0);
	ck_assert_str_eq(u.field, "mine");
}
END_TEST

START_TEST(a_full_buf_is_seen_at_the_end)
{
	struct buf	b = BUF_INIT(6);

	pack_u32(&b, 1);
	pack_str(&b, "abc");
	ck_assert(b.over);
	buf_clear(&b);
}
END_TEST

int
main(void)
{
	Suite	*suite = suite_create("base/pack");
	TCase *tc = suite_case(suite, "pack", 10);

	tcase_add_test(tc, what_is_packed_comes_back);
	tcase_add_test(tc, numbers_are_little_endian);
	tcase_add_test(tc, truncated_at_every_byte);
	tcase_add_test(tc, bytes_left_over_are_a_failure);
	tcase_add_test(tc, hostile_fields);
	tcase_add_test(tc, once_failed_it_stays_failed);
	tcase_add_test(tc, a_full_buf_is_seen_at_the_end);
	return suite_run(suite);
}
