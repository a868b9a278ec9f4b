/* The same in HTML: readable in dark mode, without images, scripts or forms.
 * Severity is a word and a border, never a colour alone. */
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "mail.h"
#include "mail_parts.h"
#include "send.h"

/* Mid tones that are legible on white and on black. */
static const char *
colour(enum severity s)
{
	switch (s) {
	case SEVERITY_CRITICAL:
	case SEVERITY_HIGH:
		return "#b42318";
	case SEVERITY_MEDIUM:
	case SEVERITY_UNKNOWN:
		return "#b54708";
	default:
		return "#175cd3";
	}
}

/* TLP 2.0: the label's colour on black. */
static const char *
tlp_colour(const char *tlp)
{
	if (text_eq(tlp, "TLP:RED"))
		return "#ff2b2b";
	if (text_starts(tlp, "TLP:AMBER"))
		return "#ffc000";
	if (text_eq(tlp, "TLP:GREEN"))
		return "#33ff00";
	return "#ffffff";
}

static void
escape_n(struct buf *out, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		switch (s[i]) {
		case '&':
			buf_puts(out, "&amp;");
			break;
		case '<':
			buf_puts(out, "&lt;");
			break;
		case '>':
			buf_puts(out, "&gt;");
			break;
		case '"':
			buf_puts(out, "&quot;");
			break;
		case '\'':
			buf_puts(out, "&#39;");
			break;
		default:
			buf_byte(out, s[i]);
		}
}

static void
escape(struct buf *out, const char *s)
{
	escape_n(out, s, strlen(s));
}

/* Escaped text; words that are web addresses become links. */
static void
escape_linked(struct arena *mem, struct buf *out, const char *s)
{
	while (*s != '\0') {
		size_t n = strcspn(s, " ");
		size_t len = n;
		/* Punctuation behind an address is not part of it. */
		while (len > 0 && strchr(".,;:)", s[len - 1]) != NULL)
			len--;
		const char *link = send_link(mem, arena_text_n(mem, s, len));
		if (*link != '\0') {
			buf_puts(out, "<a href=\"");
			escape(out, link);
			buf_puts(out, "\">");
			escape(out, link);
			buf_puts(out, "</a>");
			escape_n(out, s + len, n - len);
		} else
			escape_n(out, s, n);
		s += n;
		while (*s == ' ') {
			buf_byte(out, ' ');
			s++;
		}
	}
}

static void
list_html(struct arena *mem, struct buf *out, const char *title,
    const struct mail_list *list)
{
	if (list->n == 0)
		return;
	buf_printf(out, "<h2 style=\"font-size:16px;margin:20px 0 6px\">%s"
	    "</h2>\n<ul style=\"margin:0;padding-left:20px\">\n", title);
	for (size_t i = 0; i < list->n; i++) {
		buf_puts(out, "<li>");
		escape_linked(mem, out, list->item[i]);
		buf_puts(out, "</li>\n");
	}
	buf_puts(out, "</ul>\n");
}

#define CELL "style=\"text-align:left;vertical-align:top;padding:4px 8px 4px" \
	" 0;border-bottom:1px solid #98a2b3\""

static void
device_row(struct arena *mem, struct buf *out, const struct match *m)
{
	const char *place = send_device_place(mem, &m->device);
	const char *facts = mail_match_facts(mem, m);
	const struct remedy *r = send_best_remedy(m);

	buf_puts(out, "<tr><th scope=\"row\" " CELL ">");
	escape(out, send_device_name(mem, &m->device));
	if (*place != '\0') {
		buf_puts(out, "<br>");
		escape(out, place);
	}
	buf_puts(out, "</th><td " CELL ">");
	escape(out, send_device_product(mem, &m->device));
	buf_puts(out, "</td><td " CELL ">");
	escape(out, send_status_words(m->status));
	buf_printf(out, " (%s)%s", confidence_name(m->confidence),
	    m->by_hand ? "<br>please check by hand" : "");
	if (*facts != '\0') {
		buf_puts(out, "<br>");
		escape(out, facts);
	}
	buf_puts(out, "</td><td " CELL ">");
	if (r != NULL)
		escape_linked(mem, out, mail_remedy_line(mem, r, 300));
	if (m->n_why > 0) {
		buf_puts(out, r != NULL ? "<br>Why: " : "Why: ");
		escape(out, send_join(mem, m->why, m->n_why, 4));
	}
	buf_puts(out, "</td></tr>\n");
}

static void
devices_html(struct arena *mem, struct buf *out, const struct alert *a)
{
	uint64_t all = send_device_count(a);

	if (a->n_matches == 0) {
		buf_puts(out, "<p>Your devices: none any more.</p>\n");
		return;
	}
	buf_printf(out, "<table style=\"width:100%%;border-collapse:collapse;"
	    "font-size:14px;margin-top:16px\">\n<caption style=\"text-align:"
	    "left;font-weight:bold;font-size:16px\">Your devices (%" PRIu64
	    ")</caption>\n<thead><tr><th scope=\"col\" " CELL ">Device</th>"
	    "<th scope=\"col\" " CELL ">Product</th><th scope=\"col\" " CELL
	    ">Status</th><th scope=\"col\" " CELL ">What to do, and why it"
	    " matched</th></tr></thead>\n<tbody>\n", all);
	for (uint32_t i = 0; i < a->n_matches && i < SEND_DEVICES_MAX; i++)
		device_row(mem, out, &a->matches[i]);
	buf_puts(out, "</tbody>\n</table>\n");
	if (all > SEND_DEVICES_MAX)
		buf_printf(out, "<p>+%" PRIu64 " more; advrelay match with the"
		    " original document lists them all</p>\n",
		    all - SEND_DEVICES_MAX);
}

static void
entry_row(struct arena *mem, struct buf *out, const struct alert_entry *e)
{
	const char *link = send_link(mem, e->url);

	buf_puts(out, "<tr><th scope=\"row\" " CELL ">");
	escape(out, mail_entry_line(mem, e));
	if (*link != '\0') {
		buf_puts(out, "<br>");
		escape_linked(mem, out, link);
	}
	buf_puts(out, "</th><td " CELL ">");
	escape(out, mail_entry_devices(mem, e));
	for (uint32_t i = 0; i < e->n_changes; i++) {
		buf_puts(out, "<br>");
		escape(out, send_cut(mem, e->changes[i], 300));
	}
	buf_puts(out, "</td></tr>\n");
}

static void
entries_html(struct arena *mem, struct buf *out, const struct alert *a)
{
	buf_printf(out, "<table style=\"width:100%%;border-collapse:collapse;"
	    "font-size:14px;margin-top:16px\">\n<caption style=\"text-align:"
	    "left;font-weight:bold;font-size:16px\">Advisories (%u)</caption>"
	    "\n<thead><tr><th scope=\"col\" " CELL ">Advisory</th><th"
	    " scope=\"col\" " CELL ">Your devices</th></tr></thead>\n<tbody>"
	    "\n", a->n_entries);
	for (uint32_t i = 0; i < a->n_entries; i++)
		entry_row(mem, out, &a->entries[i]);
	buf_puts(out, "</tbody>\n</table>\n");
}

static void
head_html(struct arena *mem, struct buf *out, const struct alert *a)
{
	buf_puts(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width,"
	    " initial-scale=1\">\n"
	    "<meta name=\"color-scheme\" content=\"light dark\">\n"
	    "<meta name=\"supported-color-schemes\" content=\"light dark\">\n"
	    "<title>");
	escape(out, mail_subject(mem, a));
	buf_puts(out, "</title>\n<style>\n:root { color-scheme: light dark; }\n"
	    "@media (prefers-color-scheme: dark) { a { color: #84adff; } }\n"
	    "</style>\n</head>\n<body style=\"margin:0;padding:16px;"
	    "font-family:system-ui,-apple-system,'Segoe UI',sans-serif;"
	    "font-size:15px;line-height:1.45\">\n"
	    "<div style=\"max-width:600px\">\n");
}

/* TLP label, the sentence behind its border, title and address. */
static void
lead_html(struct arena *mem, struct buf *out, const struct alert *a)
{
	const char *tlp = send_tlp(a), *link = send_link(mem, a->url);

	if (*tlp != '\0')
		buf_printf(out, "<p><span style=\"background:#000000;color:%s;"
		    "font-weight:bold;padding:2px 8px\">%s</span></p>\n",
		    tlp_colour(tlp), tlp);
	if (a->event == EVENT_TEST)
		buf_puts(out, "<p>This is a test. Nothing needs to be done."
		    "</p>\n");
	buf_printf(out, "<p style=\"border-left:6px solid %s;padding-left:12px;"
	    "font-size:17px\"><strong>%s</strong> ", colour(a->severity),
	    a->event == EVENT_TEST ? "TEST" :
	    send_severity_label(a->severity));
	escape(out, send_sentence(mem, a));
	buf_puts(out, "</p>\n");
	if (*a->title != '\0' && a->event != EVENT_DIGEST) {
		buf_puts(out, "<p>");
		escape(out, send_cut(mem, a->title, 1000));
		buf_puts(out, "</p>\n");
	}
	if (*link != '\0') {
		buf_puts(out, "<p>");
		escape_linked(mem, out, link);
		buf_puts(out, "</p>\n");
	}
}

void
mail_body_html(struct arena *mem, struct buf *out, const struct delivery *d,
    bool attached)
{
	const struct alert *a = &d->alert;
	struct mail_list list;

	head_html(mem, out, a);
	lead_html(mem, out, a);
	if (a->event == EVENT_DIGEST)
		entries_html(mem, out, a);
	else
		devices_html(mem, out, a);
	mail_what_to_do(mem, a, &list);
	list_html(mem, out, "What to do", &list);
	mail_what_changed(mem, a, &list);
	list_html(mem, out, "What changed since the last mail", &list);
	if (*a->summary != '\0') {
		buf_puts(out, "<h2 style=\"font-size:16px;margin:20px 0 6px\">"
		    "What the publisher says</h2>\n<p>");
		escape_linked(mem, out, send_cut(mem, a->summary, 4000));
		buf_puts(out, "</p>\n");
	}
	mail_references(mem, d, attached, &list);
	list_html(mem, out, "References", &list);
	mail_why(mem, a, &list);
	list_html(mem, out, "Why you got this", &list);
	buf_puts(out, "</div>\n</body>\n</html>\n");
}
