#include "fetch.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/text.h"
#include "talk/ask.h"
#include "talk/helper.h"

/* Kept back from the ask's limit, to answer before the keeper ends us. */
#define MARGIN_S	10
#define REASON_ROOM	1024u

void
fetched_end(struct fetched *f, struct arena *mem, enum fetch_result r,
    const char *fmt, ...)
{
	char text[REASON_ROOM];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	f->result = r;
	f->reason = text_line(mem, text);
}

const char *
url_show(struct arena *mem, const char *url)
{
	struct buf b = BUF_INIT(1024);
	const char *shown;

	text_show(&b, url, 300);
	shown = arena_text(mem, buf_text(&b));
	buf_clear(&b);
	return shown;
}

static void
fetched_start(struct fetched *f)
{
	memset(f, 0, sizeof(*f));
	f->result = FETCH_FAILED;
	f->url = f->media_type = f->etag = f->last_modified = f->reason = "";
}

void
fetch_one(const struct job *j, const char *url, bool conditional, size_t max,
    struct fetched *ret, struct blob *ret_body)
{
	fetched_start(ret);
	if (mono_now().ms >= j->end.ms) {
		ret->url = arena_text(j->mem, url);
		fetched_end(ret, j->mem, FETCH_FAILED, "no time was left for "
		    "%s", url_show(j->mem, url));
	} else if (strncasecmp(url, "file:", 5) == 0) {
		file_get(j, url, conditional, max, ret, ret_body);
	} else {
		web_get(j, url, conditional, max, ret, ret_body);
	}
}

/* At its URL, else at the other one that its listing told. */
static void
fetch_either(const struct job *j, struct fetched *ret, struct blob *ret_body)
{
	const struct address *a = &j->poll->address;
	size_t max = j->poll->feed.max_bytes;
	const char *first;

	if (max == 0 || max > DOCUMENT_MAX) {
		max = DOCUMENT_MAX;
	}
	fetch_one(j, a->url, true, max, ret, ret_body);
	if (ret->result != FETCH_GONE || a->alt[0] == '\0' ||
	    text_eq(a->alt, a->url)) {
		return;
	}
	first = ret->reason;
	fetch_one(j, a->alt, true, max, ret, ret_body);
	if (ret->result != FETCH_DOCUMENT && ret->result != FETCH_UNCHANGED) {
		fetched_end(ret, j->mem, ret->result, "%s; and %s", first,
		    ret->reason);
	}
}

void
fetch_poll(const struct poll *p, struct arena *mem, struct fetched *ret,
    struct blob *ret_body)
{
	struct job j = { .poll = p, .mem = mem };
	struct err err = ERR_INIT;

	fetched_start(ret);
	ret->url = p->address.url;
	j.end.ms = mono_now().ms +
	    (int64_t)(ask_limit_s(ASK_FETCH) - MARGIN_S) * 1000;
	if (guard_init(&j.guard, &p->feed, mem, &err) == -1) {
		fetched_end(ret, mem, FETCH_FORBIDDEN, "%s", err.text);
		return;
	}
	fetch_either(&j, ret, ret_body);
	if (ret->result != FETCH_DOCUMENT) {
		return;
	}
	if (blob_map(ret_body, &err) == -1) {
		fetched_end(ret, mem, FETCH_FAILED, "%s", err.text);
		blob_clear(ret_body);
		return;
	}
	ret->size = (int64_t)ret_body->len;
	digest_sha256_hex(ret_body->map, ret_body->len, ret->sha256);
	if (p->feed.verify_hash && p->address.hash_url[0] != '\0') {
		verify(&j, ret_body, ret);
	}
}

int
fetch_serve(struct serving *s, struct err *err)
{
	struct fetched f;
	struct poll p;

	poll_unpack(s->ask, s->mem, &p);
	if (unpack_done(s->ask, err) == -1) {
		return -1;
	}
	fetch_poll(&p, s->mem, &f, s->answer_body);
	fetched_pack(s->answer, &f);
	return 0;
}
