/* Any bytes as a file of aliases: aliases or complaints, never a crash; what
 * was taken shows and packs to the same again. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/pack.h"
#include "noun/aliases.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
complain(void *ctx, unsigned line, const char *text)
{
	(void)line;
	*(size_t *)ctx += strlen(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena mem = ARENA_INIT;
	struct aliases got = { .n = 0 }, again = { .n = 0 }, back;
	struct buf text = BUF_INIT(1u << 26), a = BUF_INIT(1u << 26);
	struct buf b = BUF_INIT(1u << 26);
	struct unpack in;
	size_t said = 0;

	aliases_read("fuzz", (const char *)data, size, &mem, &got, complain,
	    &said);
	for (uint32_t i = 0; i < got.n; i++) {
		alias_show(&text, &got.list[i]);
		buf_byte(&text, '\n');
	}
	said = 0;
	aliases_read("fuzz", buf_text(&text), text.len, &mem, &again,
	    complain, &said);
	if (said > 0 || again.n != got.n)
		abort();
	aliases_pack(&a, &got);
	unpack_open(&in, buf_text(&a), a.len);
	aliases_unpack(&in, &mem, &back);
	if (unpack_done(&in, NULL) != 0)
		abort();
	aliases_pack(&b, &back);
	if (a.len != b.len || memcmp(a.data, b.data, a.len) != 0)
		abort();
	/* The bytes as they are, packed by a foreign hand. */
	unpack_open(&in, data, size);
	aliases_unpack(&in, &mem, &back);
	buf_clear(&text);
	buf_clear(&a);
	buf_clear(&b);
	arena_clear(&mem);
	return 0;
}
