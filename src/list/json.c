/* json.c - device lists as JSON: an array of objects, or an object that holds
 * one. Bills of materials go on to cyclonedx.c. */
#include <string.h>
#include "json_list.h"
#include "list.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "noun/index.h"

const char *
field(struct taker *t, const char *text)
{
	return text_line(t->mem, arena_text_n(t->mem, text,
	    text_cut(text, FIELD_MAX)));
}

static int
take_device(struct taker *t, struct device *d)
{
	d->list = t->file->name;
	if (d->id[0] == '\0')
		d->id = d->name[0] != '\0' ? d->name : d->serial;
	if (d->id[0] == '\0') {
		report_remark(t->report, t->mem, t->file, 0, "entry %u is "
		    "skipped: no id, and no name or serial number that could "
		    "serve", t->row);
		t->report->skipped++;
		return 0;
	}
	int got = t->take(t->ctx, d, t->err);
	if (got < 0)
		return -1;
	if (got == 1) {
		report_remark(t->report, t->mem, t->file, 0, "entry %u is "
		    "skipped: the id \"%.128s\" was there before", t->row,
		    d->id);
		t->report->skipped++;
		return 0;
	}
	t->report->devices++;
	return 0;
}

void
set_column(struct device *d, int column, const char *text)
{
	switch ((enum index_column)column) {
#define X(field_, heading)						\
	case INDEX_COLUMN_##field_:					\
		if (d->field_[0] == '\0')				\
			d->field_ = text;				\
		break;
	DEVICE_COLUMNS(X)
#undef X
	case INDEX_COLUMN_COUNT_:
		break;
	}
}

const char *
value_text(struct taker *t, const struct json *v)
{
	if (json_is_string(v))
		return field(t, json_text(v));
	if (json_is_number(v)) {
		double n = json_number(v, 0);
		return n == (double)(int64_t)n ? arena_printf(t->mem, "%lld",
		    (long long)n) : arena_printf(t->mem, "%.15g", n);
	}
	if (json_is_bool(v))
		return json_true(v) ? "true" : "false";
	const char *all = "";
	for (size_t i = 0; i < json_count(v) && i < 64; i++) {
		const struct json *one = json_at(v, i);
		if (json_is_string(one))
			all = arena_printf(t->mem, "%s%s%s", all, all[0] !=
			    '\0' ? ", " : "", json_text(one));
	}
	return field(t, all);
}

static int
take_object(struct taker *t, const struct json *o)
{
	struct column extra[EXTRA_MAX];
	struct device d;
	const char *key;
	void *iter = NULL;

	device_init(&d);
	d.extra = extra;
	for (const struct json *v = json_next(o, &iter, &key); v != NULL;
	    v = json_next(o, &iter, &key)) {
		const char *text = value_text(t, v);
		int c = column_of(key);
		if (text[0] == '\0')
			continue;
		if (c >= 0) {
			set_column(&d, c, text);
		} else if (d.n_extra < EXTRA_MAX) {
			extra[d.n_extra].name = field(t, key);
			extra[d.n_extra++].value = text;
		}
	}
	return take_device(t, &d);
}

static bool
json_sniff(const char *p, size_t n)
{
	size_t at = n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

	while (at < n && (p[at] == ' ' || p[at] == '\t' || p[at] == '\n' ||
	    p[at] == '\r'))
		at++;
	return at < n && (p[at] == '{' || p[at] == '[');
}

static int
json_read(const struct device_file *file, struct arena *mem,
    listing_take *take, void *ctx, struct device_report *report,
    struct err *err)
{
	struct taker t = { .file = file, .mem = mem, .take = take, .ctx = ctx,
	    .report = report, .err = err };
	struct json *root = json_parse(file->bytes, file->len, err);
	int rc = 0;

	if (root == NULL)
		return err_in(err, "%.256s", file->path);
	if (text_eq(json_get_text(root, "bomFormat"), "CycloneDX")) {
		rc = take_bom(&t, root);
		json_close(root);
		return rc;
	}
	const struct json *list = root;
	const char *key;
	void *iter = NULL;
	if (json_is_object(root)) {
		list = json_next(root, &iter, &key);
		while (list != NULL && !json_is_array(list))
			list = json_next(root, &iter, &key);
	}
	if (!json_is_array(list))
		rc = err_input(err, "%.256s: there is no array of devices in "
		    "it", file->path);
	for (size_t i = 0; rc == 0 && i < json_count(list); i++) {
		t.row = (unsigned)i + 1;
		if (json_is_object(json_at(list, i)))
			rc = take_object(&t, json_at(list, i));
	}
	json_close(root);
	return rc;
}

const struct listing listing_json = {
	.name = "json",
	.sniff = json_sniff,
	.read = json_read,
};
const struct listing listing_cyclonedx = {
	.name = "cyclonedx",
	.sniff = json_sniff,
	.read = json_read,
};
