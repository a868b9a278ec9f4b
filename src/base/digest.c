/* digest.c - see base/digest.h. */
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include "base/buf.h"
#include "base/digest.h"
#include "base/mem.h"
#include "base/text.h"

/* libcrypto tells a want of memory as a digest that it does not know. One that
 * worked before in this process it does know. */
static void
check(bool fine, bool *worked, const char *what)
{
	if (!fine && *worked)
		mem_out();
	if (!fine)
		bug("libcrypto cannot do %s", what);
	*worked = true;
}

void
digest_sha256(const void *p, size_t n, uint8_t out[SHA256_LEN])
{
	static bool	worked;

	check(EVP_Digest(n != 0 ? p : "", n, out, NULL, EVP_sha256(), NULL)
	    == 1, &worked, "SHA-256");
}

void
digest_sha512(const void *p, size_t n, uint8_t out[SHA512_LEN])
{
	static bool	worked;

	check(EVP_Digest(n != 0 ? p : "", n, out, NULL, EVP_sha512(), NULL)
	    == 1, &worked, "SHA-512");
}

void
digest_sha256_hex(const void *p, size_t n, char out[SHA256_TEXT])
{
	uint8_t	sum[SHA256_LEN];

	digest_sha256(p, n, sum);
	text_hex(sum, sizeof(sum), out);
}

void
digest_sha512_hex(const void *p, size_t n, char out[SHA512_TEXT])
{
	uint8_t	sum[SHA512_LEN];

	digest_sha512(p, n, sum);
	text_hex(sum, sizeof(sum), out);
}

void
digest_hmac_sha256(const void *key, size_t key_len, const void *p, size_t n,
    uint8_t out[SHA256_LEN])
{
	static bool	worked;

	if (key_len > INT_MAX)
		bug("a key of %zu bytes", key_len);
	check(HMAC(EVP_sha256(), key_len != 0 ? key : "", (int)key_len,
	    n != 0 ? p : (const void *)"", n, out, NULL) != NULL, &worked,
	    "HMAC");
}

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void
base64_encode(struct buf *out, const void *p, size_t n)
{
	const uint8_t	*in = p;
	char		 block[1024];
	size_t		 at = 0;

	while (n > 0) {
		uint32_t	v = (uint32_t)in[0] << 16 |
		    (n > 1 ? (uint32_t)in[1] << 8 : 0) | (n > 2 ? in[2] : 0);

		block[at++] = alphabet[v >> 18];
		block[at++] = alphabet[v >> 12 & 63];
		block[at++] = n > 1 ? alphabet[v >> 6 & 63] : '=';
		block[at++] = n > 2 ? alphabet[v & 63] : '=';
		in += n > 2 ? 3 : n;
		n -= n > 2 ? 3 : n;
		if (at == sizeof(block)) {
			buf_add(out, block, at);
			at = 0;
		}
	}
	buf_add(out, block, at);
}

/* 0-63, or -1. */
static int
sextet(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

int
base64_decode(struct buf *out, const char *s, size_t n)
{
	size_t	start = out->len, pad = 0;

	if (n % 4 != 0)
		return -1;
	if (n > 0 && s[n - 1] == '=')
		pad = s[n - 2] == '=' ? 2 : 1;
	for (size_t i = 0; i < n; i += 4) {
		size_t		last = i + 4 == n ? 4 - pad : 4;
		uint32_t	v = 0;
		char		three[3];

		for (size_t k = 0; k < 4; k++) {
			int	six = k < last ? sextet(s[i + k]) : 0;

			if (six < 0) {
				buf_cut(out, start);
				return -1;
			}
			v = v << 6 | (uint32_t)six;
		}
		/* RFC 4648 section 3.5: bits behind the end must be zero. */
		if ((last == 3 && (v & 0xff) != 0) ||
		    (last == 2 && (v & 0xffff) != 0)) {
			buf_cut(out, start);
			return -1;
		}
		three[0] = (char)(v >> 16 & 0xff);
		three[1] = (char)(v >> 8 & 0xff);
		three[2] = (char)(v & 0xff);
		buf_add(out, three, last - 1);
	}
	return 0;
}
