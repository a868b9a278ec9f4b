/* Words, dates and small texts that the sinks share. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "send.h"

const char *
send_severity_label(enum severity s)
{
	switch (s) {
	case SEVERITY_CRITICAL:
		return "CRITICAL";
	case SEVERITY_HIGH:
		return "HIGH";
	case SEVERITY_MEDIUM:
		return "MEDIUM";
	case SEVERITY_LOW:
		return "LOW";
	case SEVERITY_NONE:
		return "NONE";
	default:
		return "UNRATED";
	}
}

const char *
send_event_label(enum event e)
{
	switch (e) {
	case EVENT_NEW:
		return "New";
	case EVENT_UPDATED:
		return "Updated";
	case EVENT_WITHDRAWN:
		return "Withdrawn";
	case EVENT_RESOLVED:
		return "Resolved";
	case EVENT_REMINDER:
		return "Reminder";
	case EVENT_ESCALATION:
		return "Escalation";
	case EVENT_DIGEST:
		return "Digest";
	default:
		return "Test";
	}
}

const char *
send_status_words(enum match_status s)
{
	switch (s) {
	case MATCH_AFFECTED:
		return "affected";
	case MATCH_UNDER_INVESTIGATION:
		return "under investigation";
	case MATCH_NAMED:
		return "named without a status";
	case MATCH_FIXED:
		return "fixed";
	default:
		return "not affected";
	}
}

const char *
send_remedy_words(const char *category)
{
	static const struct { const char *category, *words; } table[] = {
		{ "vendor_fix", "Fix" },
		{ "workaround", "Workaround" },
		{ "mitigation", "Mitigation" },
		{ "fix_planned", "Fix planned" },
		{ "no_fix_planned", "No fix planned" },
		{ "none_available", "No fix yet" },
		{ "optional_patch", "Optional patch" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (text_eq(category, table[i].category))
			return table[i].words;
	return "Remark";
}

const char *
send_score(const struct cvss *c, char out[SEND_SCORE_TEXT])
{
	unsigned tenths = c->overall != 0 ? c->overall : c->tenths;

	out[0] = '\0';
	if (c->version[0] != '\0' && tenths <= 100)
		snprintf(out, SEND_SCORE_TEXT, "%u.%u", tenths / 10,
		    tenths % 10);
	return out;
}

const char *
send_date(int64_t t, char out[SEND_DATE_TEXT])
{
	time_t when = (time_t)t;
	struct tm tm;

	out[0] = '\0';
	if (t != 0 && gmtime_r(&when, &tm) != NULL && tm.tm_year >= 0 &&
	    tm.tm_year < 8000)
		strftime(out, SEND_DATE_TEXT, "%Y-%m-%d", &tm);
	return out;
}

const char *
send_mail_date(int64_t t, char out[SEND_MAIL_DATE_TEXT])
{
	/* strftime would speak the locale's language. */
	static const char days[7][4] = {
		"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	time_t when = (time_t)t;
	struct tm tm;

	if (gmtime_r(&when, &tm) == NULL || tm.tm_year < 0 ||
	    tm.tm_year > 8000) {
		when = 0;
		gmtime_r(&when, &tm);
	}
	snprintf(out, SEND_MAIL_DATE_TEXT,
	    "%s, %02d %s %04d %02d:%02d:%02d +0000", days[tm.tm_wday % 7],
	    tm.tm_mday, months[tm.tm_mon % 12], tm.tm_year + 1900, tm.tm_hour,
	    tm.tm_min, tm.tm_sec);
	return out;
}

const char *
send_tlp(const struct alert *a)
{
	static const struct { const char *word, *label; } table[] = {
		{ "RED", "TLP:RED" },
		{ "AMBER+STRICT", "TLP:AMBER+STRICT" },
		{ "AMBER", "TLP:AMBER" },
		{ "GREEN", "TLP:GREEN" },
		{ "CLEAR", "TLP:CLEAR" },
		{ "WHITE", "TLP:CLEAR" },	/* TLP 1.0 */
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (text_eq_nocase(a->tlp, table[i].word))
			return table[i].label;
	return "";
}

const char *
send_cut(struct arena *mem, const char *s, size_t most)
{
	char *line = text_trim(mem, text_line(mem, s));
	size_t n = strlen(line);

	if (n <= most || most < 4)
		return line;
	n = text_cut(line, most - 3);
	while (n > 0 && line[n - 1] == ' ')
		n--;
	return arena_printf(mem, "%.*s...", (int)n, line);
}

const char *
send_join(struct arena *mem, const char *const *list, size_t n, size_t most)
{
	struct buf b = BUF_INIT(1u << 20);
	const char *joined;

	for (size_t i = 0; i < n && i < most; i++) {
		if (i > 0)
			buf_puts(&b, ", ");
		buf_puts(&b, send_cut(mem, list[i], 256));
	}
	if (n > most)
		buf_printf(&b, ", +%zu", n - most);
	joined = arena_text(mem, buf_text(&b));
	buf_clear(&b);
	return joined;
}

const char *
send_link(struct arena *mem, const char *url)
{
	size_t n = strlen(url);

	if (!text_starts(url, "https://") && !text_starts(url, "http://"))
		return "";
	if (n > 2048)
		return "";
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)url[i];
		if (c <= ' ' || c >= 0x7f || strchr("\"<>\\^`{|}", c) != NULL)
			return "";
	}
	return arena_text(mem, url);
}
