/* matching.c - the answer to a MATCH ask: see noun/match.h.
 *
 * Packed: what was left out, the number of matches, then sets. A set is a body
 * (a number: one that was there before, or the next one, and then it follows;
 * the same of each of its remedies), its lines of why (numbers likewise) and
 * the devices of which both are said.
 * The reader puts the devices in order and the texts of their columns into the
 * lines. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/pack.h"
#include "base/text.h"
#include "noun/match.h"
#include "pieces.h"
#include "set.h"

/* ---- quotes -------------------------------------------------------------- */

/* No text in UTF-8 has this byte. Behind it stands the column, from 1 on. A
 * device's own text with it in would at worst quote that device. */
#define QUOTE	'\xff'
#define QUOTE_LEN 2u
#define TOLD_MAX 768u		/* a line for people: what is beyond is cut */

/* So much of a column is quoted; 0: it never is. */
static const unsigned quoted[INDEX_COLUMN_COUNT_] = {
	[INDEX_COLUMN_name] = 160, [INDEX_COLUMN_vendor] = 128,
	[INDEX_COLUMN_model] = 160, [INDEX_COLUMN_version] = 64,
	[INDEX_COLUMN_part_number] = 64, [INDEX_COLUMN_serial] = 64,
};

const char *
match_quote(enum index_column column)
{
	static const char quotes[INDEX_COLUMN_COUNT_][QUOTE_LEN + 1] = {
#define X(field, heading) { QUOTE, INDEX_COLUMN_##field + 1, '\0' },
		DEVICE_COLUMNS(X)
#undef X
	};

	return quoted[column] > 0 ? quotes[column] : "";
}

/* The column of a quote; COUNT_ if it is none. */
static enum index_column
quote_of(const char *p)
{
	unsigned column = (unsigned char)p[1] - 1u;

	return p[0] != QUOTE || p[1] == '\0' || column >= INDEX_COLUMN_COUNT_ ||
	    quoted[column] == 0 ? INDEX_COLUMN_COUNT_ :
	    (enum index_column)column;
}

static const char *
column_text(const struct device *d, enum index_column column)
{
	static const size_t at[INDEX_COLUMN_COUNT_] = {
#define X(field, heading) offsetof(struct device, field),
		DEVICE_COLUMNS(X)
#undef X
	};

	return *(const char *const *)((const char *)d + at[column]);
}

static uint32_t
columns_of(const char *line)
{
	uint32_t columns = 0;

	for (const char *p = strchr(line, QUOTE); p != NULL;
	    p = strchr(p + 1, QUOTE)) {
		enum index_column c = quote_of(p);
		if (c < INDEX_COLUMN_COUNT_)
			columns |= 1u << c;
	}
	return columns;
}

static const char *
line_told(const char *line, const struct device *d, struct arena *mem)
{
	char text[TOLD_MAX];
	size_t n = 0;

	while (*line != '\0' && n + 1 < sizeof(text)) {
		enum index_column c = quote_of(line);
		if (c == INDEX_COLUMN_COUNT_) {
			text[n++] = *line++;
			continue;
		}
		const char *quote = column_text(d, c);
		size_t len = text_cut(quote, quoted[c]);
		if (len > sizeof(text) - 1 - n)
			len = sizeof(text) - 1 - n;
		memcpy(text + n, quote, len);
		n += len;
		line += QUOTE_LEN;
	}
	text[n] = '\0';
	return arena_text_n(mem, text, text_cut(text, n));
}

void
match_tell(const struct index *ix, uint32_t device, struct arena *mem,
    struct match *m)
{
	const char **why = arena_raw(mem, (m->n_why + 1) * sizeof(*why));

	index_device(ix, device, mem, &m->device);
	m->number = device;
	for (uint32_t i = 0; i < m->n_why; i++)
		why[i] = columns_of(m->why[i]) != 0 ? line_told(m->why[i],
		    &m->device, mem) : m->why[i];
	m->why = why;
}

/* ---- writing ------------------------------------------------------------- */

struct match_writer {
	struct buf	*out;
	struct set	 bodies, remedies, lines;
	uint32_t	 n_bodies;
};

struct match_writer *
match_writer_new(struct buf *out, uint32_t n, uint32_t left_out)
{
	struct match_writer *w = mem_alloc(sizeof(*w));

	w->out = out;
	pack_u32(out, left_out);
	pack_u32(out, n);
	return w;
}

void
match_writer_end(struct match_writer *w)
{
	set_clear(&w->bodies);
	set_clear(&w->remedies);
	set_clear(&w->lines);
	free(w);
}

/* The number of what has this key; true: it is to follow. */
static bool
write_number(struct match_writer *w, struct set *known, uint64_t key)
{
	bool new = false;
	uint32_t *at = set_find(known, key, &new);

	if (new)
		*at = (uint32_t)known->n - 1;
	pack_u32(w->out, *at);
	return new;
}

static void
write_line(struct match_writer *w, const char *line)
{
	if (write_number(w, &w->lines, index_key(0, 0, (uintptr_t)line)))
		pack_str(w->out, line);
}

/* Those of one advisory are told apart by their places. Unpacked by
 * read_remedies. */
static void
write_remedies(struct match_writer *w, const struct match *m)
{
	pack_u32(w->out, m->n_remedies);
	for (uint32_t i = 0; i < m->n_remedies; i++) {
		const struct remedy *r = &m->remedies[i];
		const void *by[] = { r->category, r->text, r->url, r->restart,
		    r->entitlement };
		if (write_number(w, &w->remedies, index_key(0, 2, index_hash(
		    by, sizeof(by)) ^ (uint64_t)r->date)))
			remedy_pack(w->out, r);
	}
}

/* unpacked by read_set */
void
match_write(struct match_writer *w, const struct match *m, uint32_t n)
{
	uint32_t body = w->n_bodies, *at = &body;
	bool new = true;

	if (m->same != 0)
		at = set_find(&w->bodies, index_key(0, 1, m->same), &new);
	if (new)
		*at = w->n_bodies++;
	pack_u32(w->out, *at);
	if (new) {
		body_pack(w->out, m);
		write_remedies(w, m);
	}
	pack_u8(w->out, (uint8_t)m->n_why);
	for (uint32_t i = 0; i < m->n_why; i++)
		write_line(w, m->why[i]);
	pack_u32(w->out, n);
}

void
match_write_devices(struct match_writer *w, const uint32_t *devices,
    uint32_t n)
{
	pack_u32s(w->out, devices, n);
}

/* ---- reading ------------------------------------------------------------- */

/* Rendered lines that are kept, so that devices share them; powers of two. */
#define TOLD_MOST 1024u
#define TOLD_LEAST 16u
/* So many places are sorted digit by digit. */
#define RADIX_LEAST 256u
#define RADIX_BITS 11u

struct line {
	const char	*text;
	uint32_t	 columns;	/* that it quotes */
};

/* What is said of some devices. */
struct said {
	uint32_t	 body;
	uint32_t	 columns;	/* that its lines quote */
	uint8_t		 n;
	uint32_t	 line[WHY_MAX];
	const char	**why;		/* of all of them, if columns is 0 */
};

struct place {
	uint32_t	 device, said;
};

struct told {
	uint64_t	 key;		/* 0: none */
	const char	*text;
};

struct match_reader {
	struct unpack	 in;
	const struct index *ix;
	struct arena	*mem;
	struct match	*bodies;	uint32_t n_bodies;
	struct remedy	*remedies;	uint32_t n_remedies;
	struct line	*lines;		uint32_t n_lines;
	struct said	*said;		uint32_t n_said;
	struct place	*places;	uint32_t n, got, at;
	struct told	*told;		uint32_t n_told;
};

/* packed by write_line */
static uint32_t
read_line(struct match_reader *r)
{
	uint32_t at = unpack_u32(&r->in, "match.line", r->n_lines);

	if (at == r->n_lines && !r->in.bad) {
		r->lines = arena_more(r->mem, r->lines, r->n_lines,
		    sizeof(*r->lines));
		struct line *l = &r->lines[r->n_lines++];
		l->text = unpack_str(&r->in, "match.why", TEXT_MAX);
		l->columns = columns_of(l->text);
	}
	return at;
}

/* packed by write_remedies */
static void
read_remedies(struct match_reader *r, struct match *ret)
{
	ret->remedies = list_unpack(&r->in, r->mem, "match.remedies",
	    REMEDIES_MAX, LEAST_NUM, sizeof(*ret->remedies),
	    &ret->n_remedies);
	for (uint32_t i = 0; i < ret->n_remedies && !r->in.bad; i++) {
		uint32_t at = unpack_u32(&r->in, "match.remedy",
		    r->n_remedies);
		if (at == r->n_remedies && !r->in.bad) {
			r->remedies = arena_more(r->mem, r->remedies,
			    r->n_remedies, sizeof(*r->remedies));
			/* What is said of a device names no products: no
			 * index is valid. */
			remedy_unpack(&r->in, r->mem, 0,
			    &r->remedies[r->n_remedies++]);
		}
		if (!r->in.bad)
			ret->remedies[i] = r->remedies[at];
	}
}

static void
read_devices(struct match_reader *r)
{
	uint32_t n = unpack_count(&r->in, "match.devices", r->n - r->got,
	    LEAST_NUM);
	uint32_t devices = index_devices(r->ix);

	if (n == 0)
		unpack_fail(&r->in, "match.devices");
	for (uint32_t i = 0; i < n && !r->in.bad; i++) {
		r->places[r->got].said = r->n_said - 1;
		r->places[r->got++].device = unpack_u32(&r->in,
		    "match.device", devices > 0 ? devices - 1 : 0);
	}
}

/* packed by match_write */
static void
read_set(struct match_reader *r)
{
	uint32_t body = unpack_u32(&r->in, "match.body", r->n_bodies);

	if (r->in.bad)
		return;
	if (body == r->n_bodies) {
		r->bodies = arena_more(r->mem, r->bodies, r->n_bodies,
		    sizeof(*r->bodies));
		struct match *m = &r->bodies[r->n_bodies++];
		match_init(m);
		m->same = r->n_bodies;
		body_unpack(&r->in, r->mem, m);
		read_remedies(r, m);
	}
	r->said = arena_more(r->mem, r->said, r->n_said, sizeof(*r->said));
	struct said *s = &r->said[r->n_said++];
	s->body = body;
	s->n = unpack_u8(&r->in, "match.why", WHY_MAX);
	for (uint32_t i = 0; i < s->n && !r->in.bad; i++) {
		s->line[i] = read_line(r);
		s->columns |= r->in.bad ? 0 : r->lines[s->line[i]].columns;
	}
	if (!r->in.bad)
		read_devices(r);
}

static int
compare_places(const void *va, const void *vb)
{
	const struct place *a = va, *b = vb;

	return a->device < b->device ? -1 : a->device > b->device;
}

static void
sort_places(struct match_reader *r)
{
	if (r->n < RADIX_LEAST) {
		if (r->n > 1)
			qsort(r->places, r->n, sizeof(*r->places),
			    compare_places);
		return;
	}
	struct place *from = r->places;
	struct place *to = arena_raw(r->mem, r->n * sizeof(*to));
	uint32_t mask = (1u << RADIX_BITS) - 1;
	for (unsigned shift = 0; shift < 32 &&
	    index_devices(r->ix) >> shift != 0; shift += RADIX_BITS) {
		uint32_t count[(1u << RADIX_BITS) + 1] = { 0 };
		for (uint32_t i = 0; i < r->n; i++)
			count[(from[i].device >> shift & mask) + 1]++;
		for (uint32_t i = 1; i <= mask; i++)
			count[i] += count[i - 1];
		for (uint32_t i = 0; i < r->n; i++)
			to[count[from[i].device >> shift & mask]++] = from[i];
		struct place *swap = from;
		from = to;
		to = swap;
	}
	r->places = from;
}

struct match_reader *
match_reader_new(const void *p, size_t n, const struct index *ix,
    struct arena *mem, uint32_t *ret_n, uint32_t *ret_left_out,
    struct err *err)
{
	struct match_reader *r = arena_alloc(mem, sizeof(*r));

	r->mem = mem;
	r->ix = ix;
	unpack_open(&r->in, p, n);
	*ret_left_out = unpack_u32(&r->in, "left_out", UINT32_MAX);
	*ret_n = r->n = unpack_count(&r->in, "matches", MATCHES_MAX,
	    LEAST_NUM);
	r->places = arena_raw(mem, (r->n + 1) * sizeof(*r->places));
	while (r->got < r->n && !r->in.bad)
		read_set(r);
	if (unpack_done(&r->in, err) != 0) {
		err_in(err, "matching");
		return NULL;
	}
	for (r->n_told = TOLD_LEAST; r->n_told < r->n &&
	    r->n_told < TOLD_MOST;)
		r->n_told *= 2;
	r->told = arena_alloc(mem, r->n_told * sizeof(*r->told));
	sort_places(r);
	for (uint32_t i = 1; i < r->n; i++)
		if (r->places[i].device == r->places[i - 1].device) {
			err_peer(err, "matching: a device stands there twice");
			return NULL;
		}
	return r;
}

/* The line as it reads for the device: the same place for the same texts. */
static const char *
told_line(struct match_reader *r, uint32_t number, const struct device *d)
{
	const struct line *l = &r->lines[number];
	uint64_t key = 0;

	if (l->columns == 0)
		return l->text;
	for (uint32_t left = l->columns; left != 0; left &= left - 1)
		key = index_key(0, number + 1, key ^ (uintptr_t)column_text(d,
		    (enum index_column)__builtin_ctz(left)));
	struct told *at = &r->told[key & (r->n_told - 1)];
	if (at->key != key) {
		at->key = key;
		at->text = line_told(l->text, d, r->mem);
	}
	return at->text;
}

/* Devices are told in their order, which is no order of the index's pages. */
static void
fetch_ahead(const struct match_reader *r)
{
	for (unsigned near = INDEX_FAR; near <= INDEX_NEXT; near++) {
		uint32_t at = r->at + 8 * (3 - near);
		if (at < r->n)
			index_fetch(r->ix, r->places[at].device,
			    (enum index_near)near);
	}
}

bool
match_read(struct match_reader *r, struct match *ret)
{
	if (r->at == r->n)
		return false;
	fetch_ahead(r);
	const struct place *p = &r->places[r->at++];
	struct said *s = &r->said[p->said];
	*ret = r->bodies[s->body];
	index_device(r->ix, p->device, r->mem, &ret->device);
	ret->number = p->device;
	ret->n_why = s->n;
	ret->why = s->why;
	if (s->why != NULL)
		return true;
	ret->why = arena_raw(r->mem, (s->n + 1u) * sizeof(*ret->why));
	for (uint32_t i = 0; i < s->n; i++)
		ret->why[i] = told_line(r, s->line[i], &ret->device);
	if (s->columns == 0)
		s->why = ret->why;
	return true;
}

int
matching_unpack(const void *p, size_t n, const struct index *ix,
    struct arena *mem, struct matching *ret, struct err *err)
{
	struct matching got = { .matches = NULL };
	struct match_reader *r = match_reader_new(p, n, ix, mem, &got.n,
	    &got.left_out, err);

	if (r == NULL)
		return -1;
	got.matches = arena_raw(mem, (got.n + 1) * sizeof(*got.matches));
	for (uint32_t i = 0; i < got.n; i++)
		match_read(r, &got.matches[i]);
	*ret = got;
	return 0;
}
