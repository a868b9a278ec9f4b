/* test_base_digest.c - base/digest.h, against the vectors of FIPS 180-4's
 * examples, RFC 4231 and RFC 4648. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/digest.h"
#include "base/text.h"
#include "suite.h"

START_TEST(sha2)
{
	char	a[SHA256_TEXT], b[SHA512_TEXT];

	digest_sha256_hex("abc", 3, a);
	ck_assert_str_eq(a, "ba7816bf8f01cfea414140de5dae2223"
	    "b00361a396177a9cb410ff61f20015ad");
	digest_sha256_hex(NULL, 0, a);
	ck_assert_str_eq(a, "e3b0c44298fc1c149afbf4c8996fb924"
	    "27ae41e4649b934ca495991b7852b855");
	digest_sha512_hex("abc", 3, b);
	ck_assert_str_eq(b, "ddaf35a193617abacc417349ae204131"
	    "12e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd"
	    "454d4423643ce80e2a9ac94fa54ca49f");
}
END_TEST

START_TEST(hmac)
{
	uint8_t	sum[SHA256_LEN];
	char	out[SHA256_TEXT];

	/* RFC 4231 section 4.3. */
	digest_hmac_sha256("Jefe", 4, "what do ya want for nothing?", 28, sum);
	text_hex(sum, sizeof(sum), out);
	ck_assert_str_eq(out, "5bdcc146bf60754e6a042426089575c7"
	    "5a003f089d2739839dec58b964ec3843");
	digest_hmac_sha256(NULL, 0, NULL, 0, sum);
	text_hex(sum, sizeof(sum), out);
	ck_assert_str_eq(out, "b613679a0814d9ec772f95d778c35fc5"
	    "ff1697c493715653c6c712144292c5ad");
}
END_TEST

START_TEST(base64_vectors)
{
	static const char *const	pairs[][2] = {
		{ "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" },
		{ "foo", "Zm9v" }, { "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" },
		{ "\xff\xfe\xfb", "//77" },
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		struct buf	b = BUF_INIT(100), c = BUF_INIT(100);

		base64_encode(&b, pairs[i][0], strlen(pairs[i][0]));
		ck_assert_str_eq(buf_text(&b), pairs[i][1]);
		ck_assert_int_eq(base64_decode(&c, pairs[i][1],
		    strlen(pairs[i][1])), 0);
		ck_assert_str_eq(buf_text(&c), pairs[i][0]);
		buf_clear(&b);
		buf_clear(&c);
	}
}
END_TEST

START_TEST(base64_there_and_back)
{
	uint8_t	bytes[4000];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 167 + i / 256);
	for (size_t n = 0; n < sizeof(bytes); n += n < 20 ? 1 : 97) {
		struct buf	b = BUF_INIT(10000), c = BUF_INIT(10000);

		base64_encode(&b, bytes, n);
		ck_assert_uint_eq(b.len, (n + 2) / 3 * 4);
		ck_assert_int_eq(base64_decode(&c, buf_text(&b), b.len), 0);
		ck_assert_uint_eq(c.len, n);
		ck_assert_mem_eq(buf_text(&c), bytes, n);
		buf_clear(&b);
		buf_clear(&c);
	}
}
END_TEST

START_TEST(base64_is_strict)
{
	static const char *const	bad[] = {
		"Z", "Zg", "Zg=", "Zg===", "====", "=", "Z===", "Zg==Zg==",
		"Zm9v\n", "Zm 9v", "Zm9-", "Zm9_", "Zh==", "Zm9=", "=m9v",
		"Zm=v", "\xc3\xbcm9", "Zm9vZ",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct buf	b = BUF_INIT(100);

		buf_puts(&b, "kept");
		ck_assert_msg(base64_decode(&b, bad[i], strlen(bad[i])) == -1,
		    "%s", bad[i]);
		ck_assert_str_eq(buf_text(&b), "kept");
		buf_clear(&b);
	}
}
END_TEST

int
main(void)
{
	Suite	*suite = suite_create("base/digest");
	TCase *tc = suite_case(suite, "digest", 10);

	tcase_add_test(tc, sha2);
	tcase_add_test(tc, hmac);
	tcase_add_test(tc, base64_vectors);
	tcase_add_test(tc, base64_there_and_back);
	tcase_add_test(tc, base64_is_strict);
	return suite_run(suite);
}
