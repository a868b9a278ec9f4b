/* Two bytes of status, one of Retry-After's length, then that header and the
 * body of an answer: an outcome whose words are one line each and can travel to
 * the keeper; only 2xx is delivered. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/pack.h"
#include "base/text.h"
#include "send/hook.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW 1790000000

static void
check_line(const char *s, size_t most)
{
	if (strlen(s) > most || !text_is_utf8(s, strlen(s)))
		abort();
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			abort();
}

static void
check_outcome(const struct outcome *o, long status)
{
	struct buf packed = BUF_INIT(1u << 16);
	struct unpack in;
	struct outcome back;

	if ((o->kind == OUTCOME_DELIVERED) != (status / 100 == 2))
		abort();
	if (o->not_before != 0 && (o->kind != OUTCOME_DEFERRED ||
	    o->not_before < NOW || o->not_before > NOW + RETRY_AFTER_MAX))
		abort();
	check_line(o->code, 64);
	check_line(o->reason, LINE_MAX_);
	check_line(o->receipt, LINE_MAX_);
	outcome_pack(&packed, o);
	unpack_open(&in, packed.data, packed.len);
	outcome_unpack(&in, &back);
	if (unpack_done(&in, NULL) != 0)
		abort();
	buf_clear(&packed);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena mem = ARENA_INIT;
	struct http_reply reply;
	struct outcome o;

	if (size < 3)
		return 0;
	memset(&reply, 0, sizeof(reply));
	reply.status = 100 + (data[0] << 8 | data[1]) % 500;
	size_t n = data[2] % sizeof(reply.retry_after);
	data += 3;
	size -= 3;
	if (n > size)
		n = size;
	memcpy(reply.retry_after, data, n);
	memcpy(reply.location, data, n);
	/* exactly as long as said: reading on would be seen */
	size_t len = size - n;
	char *body = malloc(len > 0 ? len : 1);
	if (body == NULL)
		abort();
	memcpy(body, data + n, len);
	hook_outcome(&mem, &reply, body, len, NOW, &o);
	check_outcome(&o, reply.status);
	free(body);
	arena_clear(&mem);
	return 0;
}
