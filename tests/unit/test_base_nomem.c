/* base without memory, and blobs whose system calls fail. */
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include "base/arena.h"
#include "base/blob.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/http.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/pack.h"
#include "base/secret.h"
#include "base/text.h"
#include "base/tls.h"
#include "nomem.h"
#include "suite.h"

/* ---- memory -------------------------------------------------------------- */

static void
run_mem(void)
{
	void *p = mem_alloc(10);

	p = mem_resize(p, 100000);
	free(p);
	free(mem_text("text"));
	free(mem_text(NULL));
}

static void
run_arena(void)
{
	struct arena a = ARENA_INIT, secret = { .wipe = true };
	uint32_t *list = NULL;

	arena_alloc(&a, 100);
	arena_alloc(&a, 10000);
	arena_printf(&a, "%5000d", 1);
	for (size_t i = 0; i < 5000; i++) {
		list = arena_more(&a, list, i, sizeof(*list));
		list[i] = 1;
		arena_text(&a, "between");
	}
	arena_text(&secret, "hush");
	arena_clear(&secret);
	arena_clear(&a);
}

static void
run_buf(void)
{
	struct buf b = BUF_INIT(100000), secret = BUF_SECRET(1000), none =
	    BUF_INIT(0);

	for (int i = 0; i < 2000; i++)
		buf_printf(&b, "%d,", i);
	free(buf_take(&b));
	free(buf_take(&none));
	for (int i = 0; i < 500; i++)
		buf_byte(&secret, 's');
	buf_clear(&secret);
	buf_clear(&b);
}

static void
run_pack(void)
{
	struct buf b = BUF_INIT(1000);
	struct secret s = SECRET_INIT, back = SECRET_INIT;
	struct tls_files f = { "ca", "cert", "key" };
	struct unpack in;

	pack_str(&b, "text");
	secret_set(&s, "hush", 4);
	secret_pack(&b, &s);
	tls_files_pack(&b, &f);
	unpack_open(&in, b.data, b.len);
	unpack_str(&in, "text", 10);
	secret_unpack(&in, &back);
	tls_files_unpack(&in, &f);
	if (unpack_done(&in, NULL) != 0)
		bug("unpacking failed");
	secret_clear(&back);
	secret_clear(&s);
	buf_clear(&b);
}

static void
run_text(void)
{
	struct arena a = ARENA_INIT;
	struct buf b = BUF_INIT(10000);

	text_line(&a, "one\ntwo \xff");
	text_block(&a, "one\ntwo");
	text_mojibake(&a, "Geutebr\xc3\x83\xc2\xbc" "ck");
	text_lower(&a, "ABC");
	text_trim(&a, "  abc ");
	text_show(&b, "\x01\x02 abc", 100);
	text_show_utf8(&b, "\xc3\xbc\x02", 100);
	arena_clear(&a);
	buf_clear(&b);
}

static void
run_json(void)
{
	static const char good[] = "{\"a\":[1,2.5,\"\\u00fc\",null,true,{}],"
	    "\"b\":{\"c\":\"a longer text, for the sake of its memory\"}}";
	static const char bad[] = "{\"a\":[1,2,}";
	struct buf b = BUF_INIT(1000);
	struct err err = ERR_INIT;
	struct json *root = json_parse(good, sizeof(good) - 1, &err);
	struct json_out j;

	/* Want of memory must not look like a broken document. */
	if (root == NULL)
		bug("json: %s", err.text);
	if (json_count(json_point(root, "/a")) != 6)
		bug("json: not the whole document");
	json_close(root);
	if (json_parse(bad, sizeof(bad) - 1, &err) != NULL)
		bug("json: bad, but read");
	jout_init(&j, &b);
	jout_object(&j);
	jout_kv(&j, "key", "\xc3\xbc\n");
	jout_end(&j, '}');
	buf_clear(&b);
}

static void
run_digest(void)
{
	struct buf b = BUF_INIT(1000), back = BUF_INIT(1000);
	char hex[SHA512_TEXT];
	uint8_t mac[SHA256_LEN];

	digest_sha256_hex("abc", 3, hex);
	if (!text_starts(hex, "ba7816bf8f01cfea"))	/* FIPS 180-4 */
		bug("sha-256: %s", hex);
	digest_sha512_hex("abc", 3, hex);
	if (!text_starts(hex, "ddaf35a193617aba"))
		bug("sha-512: %s", hex);
	digest_hmac_sha256("Jefe", 4, "what do ya want for nothing?", 28, mac);
	base64_encode(&b, mac, sizeof(mac));
	if (!text_starts(buf_text(&b), "W9zBRr9gdU5qBCQmCJV1x1oA"))
		bug("hmac: %s", b.data);		/* RFC 4231, 4.3 */
	if (base64_decode(&back, b.data, b.len) != 0)
		bug("base64");
	buf_clear(&back);
	buf_clear(&b);
}

static void
run_blob(void)
{
	struct blob blob = BLOB_INIT, again = BLOB_INIT;
	struct err err = ERR_INIT;

	if (blob_of(&blob, "test", "abc", 3, &err) != 0 ||
	    blob_share(&again, &blob, &err) != 0 ||
	    blob_map(&again, &err) != 0)
		bug("blob: %s", err.text);
	blob_clear(&again);
	blob_clear(&blob);
}

static void
run_secret_file(void)
{
	char path[] = "/proc/self/fd/1000";
	struct secret s = SECRET_INIT;
	struct err err = ERR_INIT;
	int fd = memfd_create("secret", 0);

	if (fd < 0 || write(fd, "hush\n", 5) != 5 || fchmod(fd, 0600) != 0 ||
	    dup2(fd, 1000) != 1000)
		bug("no file");
	if (secret_read(&s, path, &err) != 0)
		bug("%s", err.text);
	secret_clear(&s);
}

static const struct nomem_case cases[] = {
	{ "mem", run_mem, 4, false }, { "arena", run_arena, 8, false },
	{ "buf", run_buf, 10, false }, { "pack", run_pack, 3, false },
	{ "text", run_text, 2, false }, { "json", run_json, 8, false },
	{ "digest", run_digest, 5, true }, { "blob", run_blob, 0, false },
	{ "secret from a file", run_secret_file, 2, false },
};

START_TEST(test_nomem)
{
	nomem_each(&cases[_i]);
}
END_TEST

/* ---- system calls of blobs ----------------------------------------------- */

static struct {
	const char	*call;
	unsigned	 left;
} fails = { "", 0 };

int	__real_memfd_create(const char *name, unsigned flags);
int	__wrap_memfd_create(const char *name, unsigned flags);
int	__real_fcntl(int fd, int cmd, ...);
int	__wrap_fcntl(int fd, int cmd, ...);
int	__real_fstat(int fd, struct stat *st);
int	__wrap_fstat(int fd, struct stat *st);
ssize_t	__real_write(int fd, const void *p, size_t n);
ssize_t	__wrap_write(int fd, const void *p, size_t n);
void	*__real_mmap(void *at, size_t n, int prot, int flags, int fd, off_t o);
void	*__wrap_mmap(void *at, size_t n, int prot, int flags, int fd, off_t o);

static bool
fails_now(const char *call, int why)
{
	if (strcmp(fails.call, call) != 0 || fails.left == 0 ||
	    --fails.left > 0)
		return false;
	errno = why;
	return true;
}

int
__wrap_memfd_create(const char *name, unsigned flags)
{
	return fails_now("memfd_create", EMFILE) ? -1 :
	    __real_memfd_create(name, flags);
}

int
__wrap_fcntl(int fd, int cmd, ...)
{
	va_list ap;

	va_start(ap, cmd);
	int more = va_arg(ap, int);
	va_end(ap);
	return fails_now("fcntl", EMFILE) ? -1 : __real_fcntl(fd, cmd, more);
}

int
__wrap_fstat(int fd, struct stat *st)
{
	return fails_now("fstat", EIO) ? -1 : __real_fstat(fd, st);
}

/* Signals and short writes belong to a write's life. */
ssize_t
__wrap_write(int fd, const void *p, size_t n)
{
	if (fails_now("write", ENOSPC) || fails_now("write, signal", EINTR))
		return -1;
	return __real_write(fd, p, n > 2 && strcmp(fails.call,
	    "write, short") == 0 ? 2 : n);
}

void *
__wrap_mmap(void *at, size_t n, int prot, int flags, int fd, off_t o)
{
	return fails_now("mmap", ENOMEM) ? MAP_FAILED :
	    __real_mmap(at, n, prot, flags, fd, o);
}

static const struct {
	const char	*call;
	unsigned	 nth;
	bool		 fine;
	int		 sys;
	const char	*says;
} calls[] = {
	{ "", 0, true, 0, "" },
	{ "memfd_create", 1, false, EMFILE, "cannot create a memory file" },
	{ "write", 1, false, ENOSPC, "cannot fill a memory file" },
	{ "write, signal", 1, true, 0, "" },
	{ "write, short", 1, true, 0, "" },
	{ "fcntl", 1, false, EMFILE, "cannot seal a memory file" },
	{ "fstat", 1, false, EIO, "cannot ask for the size" },
	{ "fcntl", 2, false, EMFILE, "cannot duplicate a descriptor" },
	{ "fcntl", 3, false, 0, "a descriptor came that is no memory file" },
	{ "fstat", 2, false, 0, "a descriptor came that is no memory file" },
	{ "mmap", 1, false, ENOMEM, "cannot map a body of 6 bytes" },
};

static int
blob_life(struct blob *blob, struct blob *again, struct err *err)
{
	struct blob shared = BLOB_INIT;

	if (blob_of(blob, "test", "abcdef", 6, err) != 0 ||
	    blob_share(&shared, blob, err) != 0 ||
	    blob_adopt(again, shared.fd, 6, err) != 0 ||
	    blob_map(again, err) != 0)
		return -1;
	ck_assert_uint_eq(again->len, 6);
	ck_assert_mem_eq(again->map, "abcdef", 6);
	return 0;
}

static int
lowest_free(void)
{
	int fd = dup(0);

	ck_assert_int_ge(fd, 0);
	close(fd);
	return fd;
}

/* Each fails with a sentence, and no descriptor is left behind. */
START_TEST(test_calls)
{
	struct blob blob = BLOB_INIT, again = BLOB_INIT;
	struct err err = ERR_INIT;
	int before = lowest_free();

	fails.call = calls[_i].call;
	fails.left = calls[_i].nth;
	int rc = blob_life(&blob, &again, &err);
	fails.call = "";
	ck_assert_msg((rc == 0) == calls[_i].fine, "%s: %s", calls[_i].call,
	    err.text);
	ck_assert_msg(strncmp(err.text, calls[_i].says,
	    strlen(calls[_i].says)) == 0, "%s", err.text);
	if (rc != 0)
		ck_assert_int_eq(err.kind, calls[_i].sys != 0 ? ERR_SYSTEM :
		    ERR_PEER);
	ck_assert_int_eq(err.sys, calls[_i].sys);
	blob_clear(&again);
	blob_clear(&blob);
	ck_assert_int_eq(lowest_free(), before);
}
END_TEST

/* libcrypto asks for memory where our rooms do. */
static void *
crypto_take(size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return __wrap_malloc(n);
}

static void *
crypto_resize(void *p, size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return __wrap_realloc(p, n);
}

static void
crypto_give(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	free(p);
}

int
main(void)
{
	Suite *suite = suite_create("base/nomem");
	TCase *tc = suite_case(suite, "nomem", 60);
	uint8_t warm[SHA512_LEN];

	if (CRYPTO_set_mem_functions(crypto_take, crypto_resize,
	    crypto_give) != 1)
		bug("libcrypto has begun already");
	/* What a library sets up once is not each case's memory. */
	digest_hmac_sha256("", 0, "", 0, warm);
	digest_sha256("", 0, warm);
	digest_sha512("", 0, warm);
	json_prepare();
	tcase_add_loop_test(tc, test_nomem, 0, (int)COUNT_OF(cases));
	tcase_add_loop_test(tc, test_calls, 0, (int)COUNT_OF(calls));
	return suite_run(suite);
}
