/* base/digest.h - SHA-2, HMAC and base64. libcrypto lives in digest.c. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H
#include <stddef.h>
#include <stdint.h>

struct buf;

#define SHA256_LEN 32
#define SHA512_LEN 64
#define SHA256_TEXT 65		/* lower-case hex and NUL */
#define SHA512_TEXT 129

void digest_sha256(const void *p, size_t n, uint8_t out[SHA256_LEN]);
void digest_sha512(const void *p, size_t n, uint8_t out[SHA512_LEN]);
void digest_sha256_hex(const void *p, size_t n, char out[SHA256_TEXT]);
void digest_sha512_hex(const void *p, size_t n, char out[SHA512_TEXT]);
void digest_hmac_sha256(const void *key, size_t key_len, const void *p,
    size_t n, uint8_t out[SHA256_LEN]);

/* RFC 4648 base64 with padding, without line breaks. */
void base64_encode(struct buf *out, const void *p, size_t n);
/* 0, or -1 if s is not strict base64. */
int  base64_decode(struct buf *out, const char *s, size_t n);
#endif
