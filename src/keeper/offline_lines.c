/* A line is put together of pieces: what all matches of the advisory say, the
 * device, what those with the same outcome say, the reasons. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/mem.h"

#include "noun/advisory.h"
#include "noun/match.h"

#include "offline_lines.h"

#define REASONS_KEPT 1024u

/* Rendered, in lines.text; n is never 0. */
struct piece {
	uintptr_t	 of;		/* 0: none */
	size_t		 at, n;
};

struct lines {
	struct buf	 text;
	size_t		 head;		/* length of the first piece */
	struct json_out	 behind_head, behind_body;
	struct piece	 list;		/* the name of the last one */
	struct piece	*bodies;	/* by match.same - 1 */
	uint32_t	 room_bodies;
	struct piece	 reasons[REASONS_KEPT];
	bool		 reasons_used;
};

struct lines *
lines_new(void)
{
	struct lines *l = mem_alloc(sizeof(*l));

	buf_init(&l->text, MATCHES_BLOB_MAX);
	return l;
}

void
lines_free(struct lines *l)
{
	buf_clear(&l->text);
	free(l->bodies);
	free(l);
}

void
lines_begin(struct lines *l, const struct advisory *a, const char *path)
{
	struct json_out *j = &l->behind_head;

	buf_reset(&l->text);
	if (l->room_bodies > 0)
		memset(l->bodies, 0, l->room_bodies * sizeof(*l->bodies));
	if (l->reasons_used)
		memset(l->reasons, 0, sizeof(l->reasons));
	l->reasons_used = false;
	l->list.of = 0;
	jout_init(j, &l->text);
	jout_object(j);
	jout_kv(j, "advisory", a->id);
	jout_kv(j, "publisher", a->publisher);
	jout_kv(j, "namespace", a->ns);
	jout_kv(j, "document", path);
	l->head = l->text.len;
}

/* From the status to the opening bracket of the reasons. */
static void
render_body(struct json_out *j, const struct match *m)
{
	jout_kv(j, "status", match_status_name(m->status));
	jout_kv(j, "confidence", confidence_name(m->confidence));
	jout_texts(j, "cves", m->cves, m->n_cves);
	jout_kv(j, "severity", severity_name(m->severity));
	jout_key(j, "cvss");
	if (m->vector[0] != '\0' || m->cvss.tenths > 0)
		jout_tenths(j, m->cvss.tenths);
	else
		jout_null(j);
	if (m->exploited)
		jout_kb(j, "exploited", true);
	if (m->by_hand)
		jout_kb(j, "check_by_hand", true);
	jout_ka(j, "why");
}

static struct piece *
body_piece(struct lines *l, uint32_t same)
{
	if (same > l->room_bodies) {
		uint32_t room = same * 2;
		l->bodies = mem_resize(l->bodies, room * sizeof(*l->bodies));
		memset(l->bodies + l->room_bodies, 0, (room -
		    l->room_bodies) * sizeof(*l->bodies));
		l->room_bodies = room;
	}
	return &l->bodies[same - 1];
}

/* *j stands behind the list's name, and then within the reasons. */
static void
add_body(struct lines *l, struct json_out *j, const struct match *m)
{
	struct buf *out = j->to;

	if (m->same == 0) {
		render_body(j, m);
		return;
	}
	struct piece *p = body_piece(l, m->same);
	if (p->of == 0) {
		p->of = m->same;
		p->at = l->text.len;
		j->to = &l->text;
		render_body(j, m);
		p->n = l->text.len - p->at;
		l->behind_body = *j;
	}
	buf_add(out, buf_text(&l->text) + p->at, p->n);
	*j = l->behind_body;
	j->to = out;
}

/* Texts that matches share have the same place. */
static void
add_reason(struct lines *l, struct json_out *j, const char *why)
{
	/* The first has no comma in front. */
	uintptr_t of = (uintptr_t)why * 2 + j->open[j->depth];
	struct piece *p = &l->reasons[of * 2654435761u % 4294967291u %
	    REASONS_KEPT];
	struct buf *out = j->to;

	if (p->of != of) {
		p->of = of;
		p->at = l->text.len;
		j->to = &l->text;
		jout_text(j, why);
		j->to = out;
		p->n = l->text.len - p->at;
		l->reasons_used = true;
	}
	j->open[j->depth] = true;
	buf_add(out, buf_text(&l->text) + p->at, p->n);
}

/* Devices of one list come one after the other. */
static void
add_list(struct lines *l, struct json_out *j, const char *list)
{
	struct buf *out = j->to;

	if (l->list.of != (uintptr_t)list) {
		l->list.of = (uintptr_t)list;
		l->list.at = l->text.len;
		j->to = &l->text;
		jout_kv(j, "list", list);
		j->to = out;
		l->list.n = l->text.len - l->list.at;
	}
	buf_add(out, buf_text(&l->text) + l->list.at, l->list.n);
}

void
lines_add(struct lines *l, const struct match *m, struct buf *out)
{
	struct json_out j = l->behind_head;

	buf_add(out, buf_text(&l->text), l->head);
	j.to = out;
	jout_kv(&j, "device", m->device.id);
	add_list(l, &j, m->device.list);
	add_body(l, &j, m);
	for (uint32_t i = 0; i < m->n_why; i++)
		add_reason(l, &j, m->why[i]);
	jout_end(&j, ']');
	jout_end(&j, '}');
	buf_byte(out, '\n');
}
