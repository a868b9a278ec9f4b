#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "url.h"
#include "walk.h"
#include "words.h"

/* Of a foreign value in a remark. */
#define QUOTE_MAX 60u

struct spot
spot_root(const struct json *v)
{
	return (struct spot){ .v = v };
}

struct spot
spot_get(const struct spot *in, const char *key)
{
	return (struct spot){ .v = json_get(in->v, key), .up = in, .key = key };
}

struct spot
spot_at(const struct spot *in, uint32_t i)
{
	return (struct spot){ .v = json_at(in->v, i), .up = in, .index = i };
}

const char *
spot_path(struct arena *mem, const struct spot *s)
{
	const struct spot *way[2 * JSON_DEPTH_MAX];
	struct buf b = BUF_INIT(4096);
	size_t n = 0;

	for (; s->up != NULL && n < sizeof(way) / sizeof(way[0]); s = s->up) {
		way[n++] = s;
	}
	if (n == 0) {
		buf_byte(&b, '/');
	}
	while (n-- > 0) {
		if (way[n]->key != NULL) {
			buf_printf(&b, "/%s", way[n]->key);
		} else {
			buf_printf(&b, "/%" PRIu32, way[n]->index);
		}
	}
	const char *path = arena_text(mem, buf_text(&b));
	buf_clear(&b);
	return path;
}

void
walk_remark(struct walk *w, const struct spot *at, const char *fmt, ...)
{
	char said[512];
	va_list ap;

	if (w->n_remarks >= REMARKS_MAX) {
		return;
	}
	w->remarks = arena_more(w->mem, w->remarks, w->n_remarks,
	    sizeof(*w->remarks));
	if (w->n_remarks == REMARKS_MAX - 1) {
		w->remarks[w->n_remarks++] =
		    "further violations are not listed";
		return;
	}
	va_start(ap, fmt);
	vsnprintf(said, sizeof(said), fmt, ap);
	va_end(ap);
	w->remarks[w->n_remarks++] = at == NULL ? arena_text(w->mem, said) :
	    arena_printf(w->mem, "%s: %s", spot_path(w->mem, at), said);
}

const char *
walk_quote(struct walk *w, const char *s)
{
	struct buf b = BUF_INIT(4 * QUOTE_MAX + 8);

	buf_byte(&b, '"');
	text_show(&b, s, QUOTE_MAX);
	buf_byte(&b, '"');
	const char *shown = arena_text(w->mem, buf_text(&b));
	buf_clear(&b);
	return shown;
}

/* The remark about what is not there, or is something else. */
static void
complain(struct walk *w, const struct spot *s, enum need need,
    const char *wanted)
{
	if (s->v == NULL) {
		if (need == MUST) {
			walk_remark(w, s, "%s is missing", wanted);
		}
		return;
	}
	walk_remark(w, s, "expected %s, found %s", wanted, json_kind(s->v));
}

bool
walk_object(struct walk *w, const struct spot *s, enum need need)
{
	if (json_is_object(s->v)) {
		return true;
	}
	complain(w, s, need, "an object");
	return false;
}

uint32_t
walk_count(struct walk *w, const struct spot *s, enum need need, uint32_t max)
{
	if (!json_is_array(s->v)) {
		complain(w, s, need, "a list");
		return 0;
	}
	size_t n = json_count(s->v);
	if (n == 0) {
		walk_remark(w, s, "the list is empty");
	}
	if (n > max) {
		walk_remark(w, s, "%zu items, only the first %" PRIu32
		    " are read", n, max);
		n = max;
	}
	return (uint32_t)n;
}

/* A number where a string belongs can be understood. */
static const char *
number_as_text(struct walk *w, const struct spot *s)
{
	double d = json_number(s->v, 0);

	if (d > -1e15 && d < 1e15 && d == (double)(int64_t)d) {
		return arena_printf(w->mem, "%" PRId64, (int64_t)d);
	}
	return arena_printf(w->mem, "%.10g", d);
}

const char *
walk_raw(struct walk *w, const struct spot *s, enum need need)
{
	if (json_is_string(s->v)) {
		const char *text = json_text(s->v);
		if (text[0] == '\0' && need == MUST) {
			walk_remark(w, s, "is empty");
		}
		return text;
	}
	complain(w, s, need, "a string");
	return json_is_number(s->v) ? number_as_text(w, s) : "";
}

const char *
walk_line_of(struct walk *w, const struct spot *s, enum need need)
{
	bool cut = false;
	const char *line = words_line(w->mem, walk_raw(w, s, need), &cut);

	if (cut) {
		walk_remark(w, s, "longer than %u bytes, cut", LINE_MAX_);
	}
	return line;
}

const char *
walk_line(struct walk *w, const struct spot *in, const char *key,
    enum need need)
{
	struct spot s = spot_get(in, key);

	return s.v == NULL && need == MAY ? "" : walk_line_of(w, &s, need);
}

const char *
walk_text(struct walk *w, const struct spot *in, const char *key,
    enum need need)
{
	struct spot s = spot_get(in, key);
	bool cut = false;

	if (s.v == NULL && need == MAY) {
		return "";
	}
	const char *text = words_text(w->mem, walk_raw(w, &s, need), &cut);
	if (cut) {
		walk_remark(w, &s, "longer than %u bytes, cut", TEXT_MAX);
	}
	return text;
}

const char *
walk_url(struct walk *w, const struct spot *in, const char *key,
    enum need need)
{
	struct spot s = spot_get(in, key);
	const char *url;

	if (s.v == NULL && need == MAY) {
		return "";
	}
	const char *text = walk_line_of(w, &s, need);
	if (text[0] == '\0') {
		return "";
	}
	url = url_for_people(text) ? url_join(w->mem, "", text) : "";
	if (url[0] == '\0') {
		walk_remark(w, &s, "%s is no address that may be shown as a "
		    "link", walk_quote(w, text));
	}
	return url;
}

int64_t
walk_date(struct walk *w, const struct spot *in, const char *key,
    enum need need)
{
	struct spot s = spot_get(in, key);
	struct wall t;

	if (s.v == NULL && need == MAY) {
		return 0;
	}
	const char *text = walk_raw(w, &s, need);
	if (text[0] == '\0') {
		return 0;
	}
	if (wall_parse(text, &t) < 0) {
		walk_remark(w, &s, "%s is no date", walk_quote(w, text));
		return 0;
	}
	return t.s;
}

const char **
walk_lines(struct walk *w, const struct spot *in, const char *key,
    uint32_t *ret_n)
{
	struct spot list = spot_get(in, key);
	const char **lines;
	uint32_t n = 0;

	*ret_n = 0;
	if (list.v == NULL) {
		return NULL;
	}
	uint32_t all = walk_count(w, &list, MAY, ITEMS_MAX);
	if (all == 0) {
		return NULL;
	}
	lines = arena_alloc(w->mem, all * sizeof(*lines));
	for (uint32_t i = 0; i < all; i++) {
		struct spot s = spot_at(&list, i);
		const char *line = walk_line_of(w, &s, MUST);
		if (line[0] != '\0') {
			lines[n++] = line;
		}
	}
	*ret_n = n;
	return lines;
}
