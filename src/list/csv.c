/* csv.c - device lists as tables: RFC 4180 and its dialects.
 *
 * Comma, semicolon, tab or bar, told by the first row; UTF-8 with or without
 * BOM, UTF-16 with one, else Windows-1252. A quote that nobody closes is taken
 * as a plain sign, so that it costs one row and not the rest of the file. */
#include <stdlib.h>
#include <string.h>
#include "list.h"
#include "sheet.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "noun/index.h"

struct plan {
	int		 column[CELLS_MAX];	/* enum index_column or -1 */
	const char	*heading[CELLS_MAX];
	unsigned	 n;
	unsigned	 known, extra;
};

static bool
row_is_empty(struct sheet *s)
{
	for (unsigned i = 0; i < s->n_cells; i++)
		if (s->cell[i].n > 0)
			return false;
	return true;
}

/* How many of the first row's cells are headings that we know. */
static unsigned
known_headings(struct sheet *s)
{
	unsigned n = 0;

	for (unsigned i = 0; i < s->n_cells; i++)
		n += column_of(sheet_cell(s, i)) >= 0;
	return n;
}

/* Tries each separator on the first row that is not empty. */
static void
sniff_separator(struct sheet *s)
{
	static const char separators[] = ",;\t|";
	unsigned best = 0, best_cells = 0;
	char chosen = ',';
	size_t start = s->at;
	unsigned line = s->line;

	for (const char *c = separators; *c != '\0'; c++) {
		s->at = start;
		s->line = line;
		s->separator = *c;
		bool more = sheet_row(s);
		while (more && row_is_empty(s))
			more = sheet_row(s);
		if (!more)
			continue;
		unsigned n = known_headings(s);
		if (n > best || (n == best && s->n_cells > best_cells)) {
			best = n;
			best_cells = s->n_cells;
			chosen = *c;
		}
	}
	s->at = start;
	s->line = line;
	s->separator = chosen;
}

/* UTF-16 to UTF-8; *ret is to be freed. */
static void
from_utf16(const uint8_t *p, size_t n, bool big, struct buf *ret)
{
	for (size_t i = 0; i + 1 < n; i += 2) {
		uint32_t c = big ? (uint32_t)p[i] << 8 | p[i + 1] :
		    (uint32_t)p[i + 1] << 8 | p[i];
		if (c >= 0xd800 && c < 0xdc00 && i + 3 < n) {
			uint32_t d = big ? (uint32_t)p[i + 2] << 8 | p[i + 3] :
			    (uint32_t)p[i + 3] << 8 | p[i + 2];
			if (d >= 0xdc00 && d < 0xe000) {
				c = 0x10000 + ((c - 0xd800) << 10) +
				    (d - 0xdc00);
				i += 2;
			}
		}
		if (c >= 0xd800 && c < 0xe000)
			c = 0xfffd;
		if (c < 0x80) {
			buf_byte(ret, (char)c);
			continue;
		}
		if (c < 0x800) {
			buf_byte(ret, (char)(0xc0 | c >> 6));
		} else {
			if (c < 0x10000) {
				buf_byte(ret, (char)(0xe0 | c >> 12));
			} else {
				buf_byte(ret, (char)(0xf0 | c >> 18));
				buf_byte(ret,
				    (char)(0x80 | (c >> 12 & 0x3f)));
			}
			buf_byte(ret, (char)(0x80 | (c >> 6 & 0x3f)));
		}
		buf_byte(ret, (char)(0x80 | (c & 0x3f)));
	}
}

/* Bytes to text: BOM, encoding, the "sep=;" line that spreadsheets write. */
static int
open_sheet(struct sheet *s, const struct device_file *file,
    struct buf *wide, struct arena *mem, struct device_report *report,
    struct err *err)
{
	s->file = file;
	s->p = file->bytes;
	s->n = file->len;
	s->line = 1;
	if (s->n >= 2 && (memcmp(s->p, "\xff\xfe", 2) == 0 ||
	    memcmp(s->p, "\xfe\xff", 2) == 0)) {
		from_utf16((const uint8_t *)s->p + 2, s->n - 2,
		    s->p[0] == '\xfe', wide);
		s->p = buf_text(wide);
		s->n = wide->len;
	} else if (s->n >= 3 && memcmp(s->p, "\xef\xbb\xbf", 3) == 0) {
		s->at = 3;
	}
	if (s->n > 0 && memchr(s->p, '\0', s->n) != NULL)
		return err_at(err, file->path, 0, "this is no text");
	if (!text_is_utf8(s->p, s->n)) {
		s->narrow = true;
		report_remark(report, mem, file, 0, "this is not UTF-8 and "
		    "was read as Windows-1252; accents may be wrong");
	}
	if (s->n - s->at >= 6 && memcmp(s->p + s->at, "sep=", 4) == 0 &&
	    (s->p[s->at + 5] == '\n' || s->p[s->at + 5] == '\r')) {
		s->separator = s->p[s->at + 4];
		s->at += 5;
		sheet_row(s);
		return 0;
	}
	sniff_separator(s);
	return 0;
}

/* The first row: which cell is which column. */
static int
read_headings(struct sheet *s, struct plan *plan, struct arena *mem,
    struct device_report *report, struct err *err)
{
	bool more = sheet_row(s);
	bool taken[INDEX_COLUMN_COUNT_] = { false };

	while (more && row_is_empty(s))
		more = sheet_row(s);
	if (!more)
		return err_at(err, s->file->path, 0, "the list is empty");
	plan->n = s->n_cells;
	for (unsigned i = 0; i < s->n_cells; i++) {
		const char *h = sheet_cell(s, i);
		int c = column_of(h);
		plan->column[i] = -1;
		plan->heading[i] = text_line(mem, arena_text_n(mem, h,
		    text_cut(h, FIELD_MAX)));
		if (c >= 0 && !taken[c]) {
			taken[c] = true;
			plan->column[i] = c;
			plan->known++;
			continue;
		}
		if (c >= 0)
			report_remark(report, mem, s->file, s->row_line,
			    "a second column \"%.64s\" says the same as one "
			    "before it; kept as a further column", h);
		if (h[0] != '\0' && ++plan->extra > EXTRA_MAX) {
			report_remark(report, mem, s->file, s->row_line,
			    "column \"%.64s\" is left out: more than %u "
			    "further columns", h, EXTRA_MAX);
			plan->heading[i] = "";
		}
	}
	if (plan->known == 0)
		return err_at(err, s->file->path, (int)s->row_line,
		    "no heading that we know: the first row must name the "
		    "columns, like id,vendor,model,version");
	return 0;
}

static void
set_column(struct device *d, int column, const char *text)
{
	switch ((enum index_column)column) {
#define X(field, heading)						\
	case INDEX_COLUMN_##field:					\
		d->field = text;					\
		break;
	DEVICE_COLUMNS(X)
#undef X
	case INDEX_COLUMN_COUNT_:
		break;
	}
}

/* One line, no control characters, at most FIELD_MAX bytes. */
static const char *
clean_cell(struct sheet *s, unsigned i, const struct plan *plan,
    struct arena *mem, struct device_report *report)
{
	char *c = sheet_cell(s, i);
	size_t n = s->cell[i].n;

	if (s->cell[i].odd) {
		c = text_line(mem, c);
		n = strlen(c);
	}
	if (n > FIELD_MAX) {
		report_remark(report, mem, s->file, s->row_line,
		    "\"%.64s\" is cut: longer than %u bytes",
		    plan->heading[i], FIELD_MAX);
		c[text_cut(c, FIELD_MAX)] = '\0';
	}
	return c;
}

/* A row becomes a device; false: it has no name of any kind. */
static bool
fill_device(struct sheet *s, const struct plan *plan, struct device *d,
    struct column *extra, struct arena *mem, struct device_report *report)
{
	unsigned n = s->n_cells < plan->n ? s->n_cells : plan->n;

	device_init(d);
	d->list = s->file->name;
	d->extra = extra;
	for (unsigned i = 0; i < n; i++) {
		if (s->cell[i].n == 0)
			continue;
		const char *text = clean_cell(s, i, plan, mem, report);
		if (text[0] == '\0')
			continue;
		if (plan->column[i] >= 0) {
			set_column(d, plan->column[i], text);
		} else if (plan->heading[i][0] != '\0') {
			extra[d->n_extra].name = plan->heading[i];
			extra[d->n_extra++].value = text;
		}
	}
	if (d->id[0] == '\0')
		d->id = d->name[0] != '\0' ? d->name : d->serial;
	return d->id[0] != '\0';
}

/* What is odd about the shape of a row. */
static void
remark_shape(struct sheet *s, const struct plan *plan, struct arena *mem,
    struct device_report *report)
{
	if (s->open_quote)
		report_remark(report, mem, s->file, s->row_line,
		    "a quote is opened and never closed");
	if (s->n_cells < plan->n)
		report_remark(report, mem, s->file, s->row_line,
		    "%u cells, the first row has %u; the rest is taken as "
		    "empty", s->n_cells, plan->n);
	bool more = s->wide;
	for (unsigned i = plan->n; i < s->n_cells; i++)
		more |= s->cell[i].n > 0;
	if (more)
		report_remark(report, mem, s->file, s->row_line,
		    "%u cells, the first row has %u; the rest is left out",
		    s->n_cells, plan->n);
}

static int
read_rows(struct sheet *s, const struct plan *plan, struct arena *mem,
    listing_take *take, void *ctx, struct device_report *report,
    struct err *err)
{
	struct column extra[EXTRA_MAX];
	struct arena row = ARENA_INIT;
	struct device d;
	int rc = 0;

	while (rc == 0 && sheet_row(s)) {
		if (row_is_empty(s))
			continue;
		remark_shape(s, plan, mem, report);
		if (row.used > 1u << 20)
			arena_clear(&row);
		if (!fill_device(s, plan, &d, extra,
		    report->n_remarks <= ROW_REMARKS_MAX ? mem : &row,
		    report)) {
			report_remark(report, mem, s->file, s->row_line,
			    "skipped: no id, and no name or serial number "
			    "that could serve");
			report->skipped++;
			continue;
		}
		if (d.vendor[0] == '\0' && d.model[0] == '\0' &&
		    d.part_number[0] == '\0' && d.serial[0] == '\0' &&
		    d.cpe[0] == '\0' && d.purl[0] == '\0')
			report_remark(report, mem, s->file, s->row_line,
			    "\"%.128s\" has no vendor, model or number to "
			    "match by", d.id);
		int got = take(ctx, &d, err);
		if (got < 0) {
			rc = -1;
		} else if (got == 1) {
			report_remark(report, mem, s->file, s->row_line,
			    "skipped: the id \"%.128s\" was there before",
			    d.id);
			report->skipped++;
		} else {
			report->devices++;
		}
	}
	arena_clear(&row);
	return rc;
}

static bool
csv_sniff(const char *p, size_t n)
{
	(void)p;
	(void)n;
	return true;
}

static int
csv_read(const struct device_file *file, struct arena *mem, listing_take *take,
    void *ctx, struct device_report *report, struct err *err)
{
	struct sheet *s = mem_alloc(sizeof(*s));
	struct plan *plan = mem_alloc(sizeof(*plan));
	struct buf wide = BUF_INIT((size_t)LIST_FILE_MAX * 2);
	int rc = -1;

	buf_init(&s->text, LIST_FILE_MAX);
	if (open_sheet(s, file, &wide, mem, report, err) == 0 &&
	    read_headings(s, plan, mem, report, err) == 0)
		rc = read_rows(s, plan, mem, take, ctx, report, err);
	buf_clear(&s->text);
	buf_clear(&wide);
	free(plan);
	free(s);
	return rc;
}

const struct listing listing_csv = {
	.name = "csv",
	.sniff = csv_sniff,
	.read = csv_read,
};
