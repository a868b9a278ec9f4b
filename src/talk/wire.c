/* What frames carry and no noun covers: the hello, and an error. */
#include <limits.h>
#include <stdio.h>
#include "base/err.h"
#include "talk/hello.h"
#include "talk/helper.h"

/* Our own texts; the bounds only keep a broken peer out. */
#define HELLO_NAME_MAX	256
#define HELLO_TEXT_MAX	4096

/* Unpacked by hello_unpack. */
void
hello_pack(struct buf *out, const struct hello *h)
{
	pack_u32(out, h->version);
	pack_str(out, h->build);
	pack_str(out, h->program);
	pack_u32(out, h->layers);
	pack_str(out, h->missing);
}

void
hello_unpack(struct unpack *in, struct hello *ret)
{
	ret->version = unpack_u32(in, "version", UINT32_MAX);
	ret->build = unpack_str(in, "build", HELLO_NAME_MAX);
	ret->program = unpack_str(in, "program", HELLO_NAME_MAX);
	ret->layers = unpack_u32(in, "layers", UINT32_MAX);
	ret->missing = unpack_str(in, "missing", HELLO_TEXT_MAX);
}

/* Unpacked by err_unpack. */
void
err_pack(struct buf *out, const struct err *err)
{
	pack_u8(out, (uint8_t)err->kind);
	pack_str(out, err->where);
	pack_u32(out, err->line > 0 ? (uint32_t)err->line : 0);
	pack_str(out, err->text);
}

void
err_unpack(struct unpack *in, struct err *ret)
{
	err_clear(ret);
	ret->kind = (enum err_kind)unpack_u8(in, "kind", ERR_PEER);
	snprintf(ret->where, sizeof(ret->where), "%s",
	    unpack_str(in, "where", sizeof(ret->where) - 1));
	ret->line = (int)unpack_u32(in, "line", INT_MAX);
	snprintf(ret->text, sizeof(ret->text), "%s",
	    unpack_str(in, "text", sizeof(ret->text) - 1));
}
