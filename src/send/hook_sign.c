/* Standard Webhooks: id, timestamp, signature. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/secret.h"
#include "base/text.h"
#include "hook.h"

/* A signing key has 24 to 64 bytes by the specification. */
#define KEY_LEAST 24u
#define KEY_MOST 64u

static bool
is_id(const char *id)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:-";
	size_t n = strlen(id);

	return n > 0 && n < EVENT_ID_TEXT && strspn(id, allowed) == n;
}

static int
key_of(const struct secret *secret, struct buf *key, struct err *err)
{
	const char *text = secret_bytes(secret);

	if (text_starts(text, "whsec_"))
		text += strlen("whsec_");
	if (base64_decode(key, text, strlen(text)) == -1)
		return err_config(err, "the signing key is not base64 (whsec_"
		    " and base64 is expected)");
	if (key->over || key->len < KEY_LEAST || key->len > KEY_MOST)
		return err_config(err, "the signing key must have %u to %u"
		    " bytes", KEY_LEAST, KEY_MOST);
	return 0;
}

int
hook_sign(const struct secret *secret, const char *id, int64_t now,
    const void *body, size_t n, struct hook_headers *ret, struct err *err)
{
	struct buf key = BUF_SECRET(KEY_MOST + 64u);
	struct buf signed_text = BUF_INIT(HOOK_BODY_MAX + 256u);
	struct buf base64 = BUF_INIT(64);
	uint8_t mac[SHA256_LEN];
	int rc = -1;

	memset(ret, 0, sizeof(*ret));
	if (!is_id(id))
		return err_input(err, "the alert's event id is no webhook-id");
	snprintf(ret->id, sizeof(ret->id), "webhook-id: %s", id);
	snprintf(ret->timestamp, sizeof(ret->timestamp), "webhook-timestamp: %"
	    PRId64, now);
	if (secret->len == 0)
		return 0;
	if (key_of(secret, &key, err) == -1)
		goto out;
	buf_printf(&signed_text, "%s.%" PRId64 ".", id, now);
	buf_add(&signed_text, body, n);
	if (signed_text.over) {
		err_limit(err, "a webhook of %zu bytes", n);
		goto out;
	}
	digest_hmac_sha256(key.data, key.len, signed_text.data,
	    signed_text.len, mac);
	base64_encode(&base64, mac, sizeof(mac));
	snprintf(ret->signature, sizeof(ret->signature),
	    "webhook-signature: v1,%s", buf_text(&base64));
	rc = 0;
out:
	buf_clear(&key);
	buf_clear(&signed_text);
	buf_clear(&base64);
	return rc;
}
