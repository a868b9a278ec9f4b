/* Packing of what a TLS client may need; apart from tls.c, so that programs
 * without TLS do not link OpenSSL for it. */
#include "base/buf.h"
#include "base/limits.h"
#include "base/pack.h"
#include "base/tls.h"

/* Unpacked by tls_files_unpack. */
void
tls_files_pack(struct buf *out, const struct tls_files *f)
{
	pack_str(out, f->ca);
	pack_str(out, f->cert);
	pack_str(out, f->key);
}

void
tls_files_unpack(struct unpack *in, struct tls_files *ret)
{
	ret->ca = unpack_str(in, "tls.ca", TLS_CA_MAX);
	ret->cert = unpack_str(in, "tls.cert", SECRET_MAX);
	ret->key = unpack_str(in, "tls.key", SECRET_MAX);
}
