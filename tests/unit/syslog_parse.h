/* A strict reader of RFC 5424 messages, apart from the writer on purpose. What
 * the ABNF of section 6 does not allow is refused, and so is what advrelay must
 * never send: control characters, a backslash before anything but the three,
 * an SD-ID twice, a parameter twice in one element. */
#ifndef TESTS_SYSLOG_PARSE_H
#define TESTS_SYSLOG_PARSE_H
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define PARSED_PARAMS 128

struct parsed_param {
	char	 element[40];
	char	 name[40];
	char	 value[8192];
};

struct parsed {
	unsigned pri;
	char	 time[64], host[256], app[64], pid[160], msgid[40];
	struct parsed_param *params;	/* PARSED_PARAMS of them, the caller's */
	size_t	 n_params;
	const char *msg;		/* points into the text */
	size_t	 msg_len;
	bool	 bom;
	const char *fault;
};

static inline bool
parse_fail(struct parsed *p, const char *fault)
{
	p->fault = fault;
	return false;
}

/* Valid UTF-8 by the table of RFC 3629, 4, without C0, DEL and C1. */
static inline bool
parse_clean(const unsigned char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		unsigned char c = s[i];
		size_t more = c < 0x80 ? 0 : c >= 0xc2 && c <= 0xdf ? 1 :
		    c >= 0xe0 && c <= 0xef ? 2 : c >= 0xf0 && c <= 0xf4 ? 3 : 9;
		if (more == 9 || i + more >= n + (more == 0) ||
		    c < 0x20 || c == 0x7f)
			return false;
		for (size_t k = 1; k <= more; k++)
			if ((s[i + k] & 0xc0) != 0x80)
				return false;
		if ((c == 0xc2 && s[i + 1] < 0xa0) ||
		    (c == 0xe0 && s[i + 1] < 0xa0) ||
		    (c == 0xed && s[i + 1] > 0x9f) ||
		    (c == 0xf0 && s[i + 1] < 0x90) ||
		    (c == 0xf4 && s[i + 1] > 0x8f))
			return false;
		i += more + 1;
	}
	return true;
}

/* A header field and the blank behind it. */
static inline bool
parse_field(struct parsed *p, const char **at, const char *end, size_t most,
    char *out)
{
	size_t n = 0;

	while (*at + n < end && (*at)[n] > ' ' && (*at)[n] < 0x7f)
		n++;
	if (n == 0 || n > most || *at + n >= end || (*at)[n] != ' ')
		return parse_fail(p, "a header field");
	memcpy(out, *at, n);
	out[n] = '\0';
	*at += n + 1;
	return true;
}

static inline bool
parse_time(const char *s)
{
	static const char form[] = "dddd-dd-ddTdd:dd:ddZ";

	if (strcmp(s, "-") == 0)
		return true;
	if (strlen(s) != sizeof(form) - 1)
		return false;
	for (size_t i = 0; form[i] != '\0'; i++)
		if (form[i] == 'd' ? s[i] < '0' || s[i] > '9' : s[i] != form[i])
			return false;
	return true;
}

static inline size_t
parse_name(const char *at, const char *end, char *out)
{
	size_t n = 0;

	while (at + n < end && at[n] > ' ' && at[n] < 0x7f && at[n] != '=' &&
	    at[n] != ']' && at[n] != '"')
		n++;
	if (n > 32)
		return 0;
	memcpy(out, at, n);
	out[n] = '\0';
	return n;
}

static inline bool
parse_value(struct parsed *p, const char **at, const char *end, char *out)
{
	size_t n = 0;

	for (; *at < end && **at != '"'; (*at)++) {
		if (**at == ']')
			return parse_fail(p, "a bracket without escape");
		if (**at == '\\') {
			(*at)++;
			if (*at >= end || strchr("\"\\]", **at) == NULL)
				return parse_fail(p, "a lone backslash");
		}
		if (n >= 8191)
			return parse_fail(p, "a value that is too long");
		out[n++] = **at;
	}
	out[n] = '\0';
	if (*at >= end)
		return parse_fail(p, "a value without end");
	(*at)++;
	return parse_clean((unsigned char *)out, n) ? true :
	    parse_fail(p, "a value that is not clean UTF-8");
}

static inline bool
parse_element(struct parsed *p, const char **at, const char *end)
{
	char id[40];
	size_t n = parse_name(*at, end, id), first = p->n_params;

	if (n == 0)
		return parse_fail(p, "an SD-ID");
	for (size_t i = 0; i < first; i++)
		if (strcmp(p->params[i].element, id) == 0)
			return parse_fail(p, "an SD-ID twice");
	*at += n;
	while (*at < end && **at == ' ') {
		struct parsed_param *one = &p->params[p->n_params];
		if (p->n_params == PARSED_PARAMS)
			return parse_fail(p, "too many parameters");
		(*at)++;
		n = parse_name(*at, end, one->name);
		if (n == 0 || end - *at < (long)n + 2 || (*at)[n] != '=' ||
		    (*at)[n + 1] != '"')
			return parse_fail(p, "a PARAM-NAME");
		*at += n + 2;
		memcpy(one->element, id, sizeof(id));
		for (size_t i = first; i < p->n_params; i++)
			if (strcmp(p->params[i].name, one->name) == 0)
				return parse_fail(p, "a parameter twice");
		if (!parse_value(p, at, end, one->value))
			return false;
		p->n_params++;
	}
	if (*at >= end || **at != ']')
		return parse_fail(p, "an element without end");
	(*at)++;
	return true;
}

static inline bool
parse_header(struct parsed *p, const char **at, const char *end)
{
	char pri[16] = "";
	size_t n = 0;

	if (*at >= end || **at != '<')
		return parse_fail(p, "PRI");
	for (++*at; *at < end && **at >= '0' && **at <= '9' && n < 3; ++*at)
		pri[n++] = **at;
	if (n == 0 || (n > 1 && pri[0] == '0') || end - *at < 3 ||
	    memcmp(*at, ">1 ", 3) != 0)
		return parse_fail(p, "PRI or VERSION");
	for (size_t i = 0; i < n; i++)
		p->pri = p->pri * 10 + (unsigned)(pri[i] - '0');
	*at += 3;
	if (p->pri > 191)
		return parse_fail(p, "PRI above 191");
	if (!parse_field(p, at, end, 60, p->time) || !parse_time(p->time))
		return parse_fail(p, "TIMESTAMP");
	return parse_field(p, at, end, 255, p->host) &&
	    parse_field(p, at, end, 48, p->app) &&
	    parse_field(p, at, end, 128, p->pid) &&
	    parse_field(p, at, end, 32, p->msgid);
}

/* `params` must stay in place; false with p->fault. */
static inline bool
syslog_parse(const char *s, size_t len, struct parsed *p,
    struct parsed_param *params)
{
	const char *at = s, *end = s + len;

	memset(p, 0, sizeof(*p));
	p->params = params;
	if (!parse_header(p, &at, end))
		return false;
	if (at < end && *at == '-') {
		at++;
	} else {
		if (at >= end || *at != '[')
			return parse_fail(p, "STRUCTURED-DATA");
		while (at < end && *at == '[') {
			at++;
			if (!parse_element(p, &at, end))
				return false;
		}
	}
	p->msg = at;
	if (at == end)
		return true;
	if (*at++ != ' ')
		return parse_fail(p, "no blank ahead of MSG");
	if (end - at >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0) {
		p->bom = true;
		at += 3;
	}
	p->msg = at;
	p->msg_len = (size_t)(end - at);
	return parse_clean((const unsigned char *)at, p->msg_len) ? true :
	    parse_fail(p, "MSG is not clean UTF-8");
}

/* The value, or NULL. "advisory" stands for advisory@whatever. */
static inline const char *
parsed_get(const struct parsed *p, const char *element, const char *name)
{
	size_t n = strlen(element);

	for (size_t i = 0; i < p->n_params; i++)
		if (strncmp(p->params[i].element, element, n) == 0 &&
		    (p->params[i].element[n] == '@' ||
		    p->params[i].element[n] == '\0') &&
		    strcmp(p->params[i].name, name) == 0)
			return p->params[i].value;
	return NULL;
}
#endif
