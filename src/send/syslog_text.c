/* One alert as one RFC 5424 message. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "send.h"
#include "syslog.h"
#include "talk/helper.h"

#define EXAMPLE_PEN 32473u	/* RFC 5612 */
#define HOST_MOST 255u		/* RFC 5424, 6 */
#define FACILITY_MOST 23u
#define VALUE_MOST 256u		/* a name, id or version */
#define LEAST_SEVERITY 5	/* notice: what is over */

/* How much a message says. The order of the steps: long texts, CVE lists, the
 * vector, what is optional, devices, the title. The last must fit in
 * SYSLOG_TEXT_LEAST, whatever the alert. */
static const struct shrink {
	/* bytes of summary, changes, why, fix */
	uint16_t	 text;
	uint16_t	 title;		/* bytes; 0 = none */
	uint16_t	 cves;		/* of a list */
	bool		 vector;
	bool		 optional;
	uint16_t	 devices;	/* ids of a list */
	bool		 whole_line;	/* MSG as people know it */
	uint16_t	 id;		/* bytes */
	bool		 url;		/* and the devices */
} steps[] = {
	{ 1024, 4096, 512, true,  true,  512, true,  256, true },
	{  256, 1024, 512, true,  true,  512, true,  256, true },
	{    0,  256, 512, true,  true,  512, true,  256, true },
	{    0,  256,  24, true,  true,  512, true,  256, true },
	{    0,  256,   6, true,  true,  512, true,  256, true },
	{    0,  256,   6, false, true,  512, true,  256, true },
	{    0,  256,   6, false, false, 512, true,  256, true },
	{    0,  160,   6, false, false,  64, true,  256, true },
	{    0,  160,   6, false, false,  16, true,  256, true },
	{    0,  160,   6, false, false,  16, false, 256, true },
	{    0,   60,   3, false, false,   4, false, 128, true },
	{    0,    0,   0, false, false,   0, false,  64, true },
	{    0,    0,   0, false, false,   0, false,  48, false },
};

struct text {
	struct arena		 mem;
	struct buf		*out;
	const struct syslog_form *form;
	const struct alert	*alert;
	const struct shrink	*step;
};

const char *
syslog_msgid(enum event e)
{
	static const char *const ids[EVENT_COUNT_] = {
		[EVENT_NEW] = "ADV-NEW",
		[EVENT_UPDATED] = "ADV-UPDATE",
		[EVENT_WITHDRAWN] = "ADV-WITHDRAWN",
		[EVENT_RESOLVED] = "ADV-RESOLVED",
		[EVENT_REMINDER] = "ADV-REMIND",
		[EVENT_ESCALATION] = "ADV-ESCALATE",
		[EVENT_TEST] = "TEST",
		[EVENT_DIGEST] = "ADV-DIGEST",
	};

	if ((unsigned)e >= EVENT_COUNT_)
		bug("event %d", (int)e);
	return ids[e];
}

/* "alert" wakes people: only what is known to be exploited, critical, and
 * certainly here. What is over must not wake anybody. */
int
syslog_severity(const struct alert *a)
{
	int severity = severity_syslog(a->severity);
	bool certain = false;

	if (a->event == EVENT_WITHDRAWN || a->event == EVENT_RESOLVED)
		return severity > LEAST_SEVERITY ? severity : LEAST_SEVERITY;
	if (a->event == EVENT_TEST || a->severity != SEVERITY_CRITICAL ||
	    !a->exploited)
		return severity;
	for (uint32_t i = 0; i < a->n_matches && !certain; i++)
		certain = a->matches[i].status == MATCH_AFFECTED &&
		    a->matches[i].confidence == CONFIDENCE_EXACT;
	return certain ? 1 : severity;
}

/* A header field: printable ASCII (RFC 5424, 6), "-" if there is none. */
static void
add_field(struct buf *out, const char *s, size_t most)
{
	size_t n = 0;

	for (; *s != '\0' && n < most; s++) {
		if (*s > ' ' && *s < 0x7f) {
			buf_byte(out, *s);
			n++;
		}
	}
	if (n == 0)
		buf_byte(out, '-');
}

/* Three characters are escaped, nothing else (RFC 5424, 6.3.3). */
static void
param(struct text *t, const char *name, const char *value, size_t most)
{
	const char *s = send_cut(&t->mem, value, most);

	if (*s == '\0' || most == 0)
		return;
	buf_byte(t->out, ' ');
	buf_puts(t->out, name);
	buf_puts(t->out, "=\"");
	while (*s != '\0') {
		size_t n = strcspn(s, "\"\\]");
		buf_add(t->out, s, n);
		s += n;
		if (*s != '\0') {
			buf_byte(t->out, '\\');
			buf_byte(t->out, *s++);
		}
	}
	buf_byte(t->out, '"');
}

static void
param_number(struct text *t, const char *name, uint64_t n)
{
	buf_printf(t->out, " %s=\"%llu\"", name, (unsigned long long)n);
}

/* Appends an item behind a comma. A comma inside would read as two items. */
static void
add_item(struct text *t, struct buf *list, const char *item)
{
	const char *s = send_cut(&t->mem, item, VALUE_MOST);

	if (list->len > 0)
		buf_byte(list, ',');
	for (; *s != '\0'; s++)
		buf_byte(list, *s == ',' ? ';' : *s);
}

static void
param_list(struct text *t, const char *name, const char *const *list,
    uint32_t n, uint32_t most)
{
	struct buf b = BUF_INIT(1u << 20);

	for (uint32_t i = 0; i < n && i < most; i++)
		add_item(t, &b, list[i]);
	if (n > most && most > 0)
		buf_printf(&b, ",+%u", n - most);
	param(t, name, buf_text(&b), b.max);
	buf_clear(&b);
}

static void
param_topics(struct text *t)
{
	struct buf b = BUF_INIT(1024);

	for (unsigned i = 0; topic_name(i) != NULL; i++)
		if ((t->alert->topics & (1u << i)) != 0)
			add_item(t, &b, topic_name(i));
	param(t, "topics", buf_text(&b), b.max);
	buf_clear(&b);
}

static void
sd_start(struct text *t, const char *name)
{
	buf_printf(t->out, "[%s@%u", name, t->form->enterprise != 0 ?
	    t->form->enterprise : EXAMPLE_PEN);
}

/* What may go when room is short. */
static void
advisory_optional(struct text *t)
{
	const struct alert *a = t->alert;

	param(t, "status", a->status, VALUE_MOST);
	param_topics(t);
	param(t, "route", a->route, VALUE_MOST);
	param(t, "feed", a->feed, VALUE_MOST);
	param_list(t, "cwe", a->cwes, a->n_cwes, 16);
	param(t, "scope", a->scope, VALUE_MOST);
}

static void
advisory_element(struct text *t)
{
	const struct alert *a = t->alert;
	const struct shrink *s = t->step;
	char event_id[EVENT_ID_TEXT], score[SEND_SCORE_TEXT], when[WALL_TEXT];
	struct buf changes = BUF_INIT(1u << 20);

	sd_start(t, "advisory");
	param(t, "key", a->key, KEY_TEXT);
	param(t, "event_id", alert_event_id(a, event_id), EVENT_ID_TEXT);
	param_number(t, "rev", a->rev);
	param(t, "event", event_name(a->event), VALUE_MOST);
	param(t, "severity", severity_name(a->severity), VALUE_MOST);
	param(t, "id", a->id, s->id);
	if (s->title > 0) {
		param(t, "publisher", a->publisher, VALUE_MOST / 2);
		param(t, "version", a->version, VALUE_MOST / 4);
	}
	param(t, "title", a->title, s->title);
	param(t, "cvss", send_score(&a->cvss, score), VALUE_MOST);
	buf_puts(t->out, a->exploited ? " exploited=\"true\"" :
	    " exploited=\"false\"");
	param_list(t, "cve", a->cves, a->n_cves, s->cves);
	if (s->url)
		param(t, "url", send_link(&t->mem, a->url), t->form->max);
	param(t, "tlp", send_tlp(a), VALUE_MOST);
	if (a->current != 0)
		param(t, "release", wall_show((struct wall){ a->current },
		    when), WALL_TEXT);
	param_number(t, "count", send_device_count(a));
	if (s->vector)
		param(t, "vector", a->vector, VALUE_MOST);
	if (s->optional)
		advisory_optional(t);
	param(t, "fix", send_fix(&t->mem, a), s->text);
	param(t, "summary", a->summary, s->text);
	for (uint32_t i = 0; i < a->n_changes && s->text > 0; i++)
		buf_printf(&changes, "%s%s", i > 0 ? "; " : "",
		    a->changes[i]);
	param(t, "changes", buf_text(&changes), s->text);
	buf_clear(&changes);
	if (s != steps)
		buf_puts(t->out, " truncated=\"1\"");
	buf_byte(t->out, ']');
}

/* One device, in full: the sink's scope is "device". */
static void
match_one(struct text *t, const struct match *m)
{
	const struct device *d = &m->device;
	const struct shrink *s = t->step;
	size_t most = s->title > 0 ? VALUE_MOST : 0;
	const struct remedy *r = send_best_remedy(m);
	struct buf why = BUF_INIT(1u << 20);

	param(t, "device", d->id, s->id);
	param(t, "name", d->name, most);
	param(t, "vendor", d->vendor, most);
	param(t, "model", d->model, most);
	param(t, "version", d->version, most / 4);
	if (s->optional) {
		param(t, "part_number", d->part_number, most);
		param(t, "serial", d->serial, most);
		param(t, "site", d->site, most);
		param(t, "zone", d->zone, most);
		param(t, "owner", d->owner, most);
		param(t, "criticality", d->criticality, most);
		param(t, "tags", d->tags, most);
		param(t, "list", d->list, most);
		param(t, "product", m->product, most);
		param(t, "range", m->range, most);
	}
	param(t, "status", match_status_name(m->status), VALUE_MOST);
	param(t, "confidence", confidence_name(m->confidence), VALUE_MOST);
	param(t, "severity", severity_name(m->severity), VALUE_MOST);
	param_list(t, "cve", m->cves, m->n_cves, s->cves);
	param(t, "fix", r == NULL ? "" : r->text, s->text);
	for (uint32_t i = 0; i < m->n_why && s->text > 0; i++)
		buf_printf(&why, "%s%s", i > 0 ? "; " : "", m->why[i]);
	param(t, "why", buf_text(&why), s->text);
	buf_clear(&why);
}

/* All devices by id; status and confidence are those of the worst. */
static void
match_list(struct text *t)
{
	const struct alert *a = t->alert;
	struct buf b = BUF_INIT(1u << 20);
	uint32_t i = 0;

	for (; i < a->n_matches && i < t->step->devices; i++)
		add_item(t, &b, a->matches[i].device.id);
	if (send_device_count(a) > i && i > 0)
		buf_printf(&b, ",+%llu",
		    (unsigned long long)(send_device_count(a) - i));
	param(t, "devices", buf_text(&b), b.max);
	buf_clear(&b);
	param_number(t, "count", send_device_count(a));
	param(t, "status", match_status_name(a->matches[0].status),
	    VALUE_MOST);
	param(t, "confidence", confidence_name(a->matches[0].confidence),
	    VALUE_MOST);
}

/* RFC 5424, 7.2 and 7.3; these names are IANA's, hence their spelling. */
static void
iana_elements(struct text *t)
{
	buf_printf(t->out, "[origin software=\"advrelay\" swVersion=\"%s\"]",
	    build_version);
	if (t->form->sequence != 0)
		buf_printf(t->out, "[meta sequenceId=\"%u\"]",
		    t->form->sequence);
}

static void
add_msg(struct text *t)
{
	const struct alert *a = t->alert;
	char score[SEND_SCORE_TEXT];
	const char *title;

	buf_byte(t->out, ' ');
	if (t->form->bom)
		buf_puts(t->out, "\xef\xbb\xbf");
	if (t->step->whole_line) {
		buf_puts(t->out, text_line(&t->mem, send_line(&t->mem, a)));
		return;
	}
	title = send_cut(&t->mem, a->title, t->step->title);
	buf_puts(t->out, a->event == EVENT_TEST ? "TEST" :
	    send_severity_label(a->severity));
	if (*send_score(&a->cvss, score) != '\0')
		buf_printf(t->out, " %s", score);
	buf_printf(t->out, " %s rev %u", send_cut(&t->mem, a->id,
	    t->step->id), a->rev);
	if (t->step->title > 0 && *title != '\0')
		buf_printf(t->out, ": %s", title);
	buf_printf(t->out, " - %s", send_devices(&t->mem, a));
}

static void
add_message(struct text *t)
{
	const struct alert *a = t->alert;
	const struct syslog_form *f = t->form;
	char when[WALL_TEXT], pid[16] = "";
	uint32_t facility = f->facility > FACILITY_MOST ? FACILITY_MOST :
	    f->facility;

	buf_printf(t->out, "<%u>1 %s ", facility * 8 +
	    (unsigned)syslog_severity(a), a->time == 0 ? "-" :
	    wall_show((struct wall){ a->time }, when));
	add_field(t->out, f->host, HOST_MOST);
	if (f->pid != 0)
		snprintf(pid, sizeof(pid), "%u", f->pid);
	buf_puts(t->out, " advrelay ");
	add_field(t->out, pid, sizeof(pid));
	buf_printf(t->out, " %s ", syslog_msgid(a->event));
	advisory_element(t);
	if (a->n_matches > 0 && t->step->url) {
		sd_start(t, "match");
		if (f->one_device)
			match_one(t, &a->matches[0]);
		else
			match_list(t);
		buf_byte(t->out, ']');
	}
	iana_elements(t);
	add_msg(t);
}

void
syslog_text(struct buf *out, const struct syslog_form *form,
    const struct alert *a)
{
	/* The ceiling is ours and not the buf's: a step that is too long is
	 * dropped here, and must not mark the caller's buf as overfull. */
	struct buf one = BUF_INIT(form->max);
	struct text t = { .mem = ARENA_INIT, .out = &one, .form = form,
		.alert = a };
	size_t i = 0;

	if (form->max < SYSLOG_TEXT_LEAST)
		bug("a syslog line of %zu bytes", form->max);
	for (; i < COUNT_OF(steps); i++) {
		buf_reset(&one);
		t.step = &steps[i];
		add_message(&t);
		arena_clear(&t.mem);
		if (!one.over)
			break;
	}
	if (i == COUNT_OF(steps))
		bug("the shortest syslog line has over %zu bytes",
		    form->max);
	buf_add(out, one.data, one.len);
	buf_clear(&one);
}
