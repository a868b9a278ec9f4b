/* listings.c - the formats of device lists, and how one list is read. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "list.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/text.h"
#include "noun/index.h"

const struct listing *const listings[] = {
	&listing_json,
	&listing_cyclonedx,
	&listing_csv,		/* takes anything: the last to be asked */
	NULL
};

const struct listing *
listing_of(const struct device_file *file, struct err *err)
{
	bool any = file->format[0] == '\0' || text_eq(file->format, "auto");

	for (size_t i = 0; listings[i] != NULL; i++) {
		if (any ? listings[i]->sniff(file->bytes, file->len) :
		    text_eq(file->format, listings[i]->name))
			return listings[i];
	}
	if (any)
		err_input(err, "this is no device list that we can read");
	else
		err_config(err, "device lists of format \"%s\" cannot be read",
		    file->format);
	return NULL;
}

void
report_remark(struct device_report *report, struct arena *mem,
    const struct device_file *file, unsigned line, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	/* One beyond the ceiling says that there were more. */
	if (report->n_remarks > ROW_REMARKS_MAX)
		return;
	if (report->n_remarks == ROW_REMARKS_MAX) {
		snprintf(text, sizeof(text), "and further remarks");
	} else {
		va_start(ap, fmt);
		vsnprintf(text, sizeof(text), fmt, ap);
		va_end(ap);
	}
	report->remarks = arena_more(mem, report->remarks, report->n_remarks,
	    sizeof(*report->remarks));
	/* A file name that is out of the ordinary must not make the remark
	 * too long to be carried. */
	char *whole = line != 0 ?
	    arena_printf(mem, "%.1024s:%u: %s", file->path, line, text) :
	    arena_printf(mem, "%.1024s: %s", file->path, text);
	report->remarks[report->n_remarks++] = text_line(mem, whole);
}

struct naming {
	listing_take	*take;
	void		*ctx;
};

/* A row that has a CPE and says nothing else of what it is, is what the CPE
 * says: advisories without identifiers are found by these names. With a part
 * number it is not: that counts for any maker while none is named, and the
 * dictionary's makers are not always those of the advisories. */
static int
take_named(void *ctx, const struct device *d, struct err *err)
{
	const struct naming *n = ctx;
	char vendor[CPE_WORDS], model[CPE_WORDS];
	struct device named;

	if (d->cpe[0] == '\0' || d->vendor[0] != '\0' ||
	    d->model[0] != '\0' || d->part_number[0] != '\0' ||
	    index_part_of(d)[0] != '\0' ||
	    index_cpe_names(d->cpe, vendor, model) != 0)
		return n->take(n->ctx, d, err);
	named = *d;
	named.vendor = vendor;
	named.model = model;
	return n->take(n->ctx, &named, err);
}

void
list_read(const struct device_file *file, struct arena *mem,
    listing_take *take, void *ctx, struct device_report *report)
{
	struct naming naming = { .take = take, .ctx = ctx };
	struct err err = ERR_INIT;
	char text[800];

	memset(report, 0, sizeof(*report));
	report->name = file->name;
	report->failure = "";
	const struct listing *l = listing_of(file, &err);
	if (l != NULL && l->read(file, mem, take_named, &naming,
	    report, &err) == 0)
		return;
	report->failure = text_line(mem, err_show(&err, text, sizeof(text)));
}
