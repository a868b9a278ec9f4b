#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/text.h"
#include "noun/mailbox.h"

/* atext of RFC 5322, 3.2.3 */
static bool
is_atext(char c)
{
	return is_alnum(c) || (c != '\0' &&
	    strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

/* A dot-atom. Quoted local parts are legal, but nobody has one, and they are
 * the way into other people's parsers. */
static const char *
local_fault(const char *s, size_t n)
{
	if (n == 0)
		return "nothing stands in front of the @";
	if (n > 64)
		return "more than 64 characters in front of the @";
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '.') {
			if (i == 0 || i == n - 1 || s[i - 1] == '.')
				return "a dot in the wrong place";
		} else if (!is_atext(s[i]))
			return "a character that is not allowed in front of"
			    " the @";
	}
	return NULL;
}

/* [192.0.2.1] or [IPv6:2001:db8::1]: only its alphabet is checked. */
static const char *
literal_fault(const char *s, size_t n)
{
	if (n < 4 || s[n - 1] != ']')
		return "a broken address literal behind the @";
	for (size_t i = 1; i < n - 1; i++)
		if (!is_alnum(s[i]) && s[i] != '.' && s[i] != ':')
			return "a broken address literal behind the @";
	return NULL;
}

static const char *
domain_fault(const char *s, size_t n)
{
	size_t label = 0;

	if (n == 0)
		return "nothing stands behind the @";
	if (s[0] == '[')
		return literal_fault(s, n);
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '.') {
			if (label == 0 || s[i - 1] == '-' || i == n - 1)
				return "a dot in the wrong place";
			label = 0;
			continue;
		}
		if (!is_alnum(s[i]) && s[i] != '_' && (s[i] != '-' ||
		    label == 0))
			return "a character that is not allowed behind the @";
		if (++label > 63)
			return "a part of the domain has more than 63"
			    " characters";
	}
	return s[n - 1] == '-' ? "a domain that ends in \"-\"" : NULL;
}

const char *
mail_address_fault(const char *address)
{
	const char *at = strrchr(address, '@'), *fault;
	size_t n = strlen(address);

	if (n == 0)
		return "an empty address";
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)address[i];
		if (c >= 0x80)
			return "a mailbox address with other than ASCII letters"
			    " needs SMTPUTF8, which is not supported; write the"
			    " domain in its xn-- form";
		if (c <= ' ' || c == 0x7f)
			return "a blank or control character in the address";
	}
	if (n > MAILBOX_MAX)
		return "an address of more than 254 characters";
	if (at == NULL)
		return "no @ in the address";
	fault = local_fault(address, (size_t)(at - address));
	if (fault == NULL)
		fault = domain_fault(at + 1, strlen(at + 1));
	return fault;
}

int
mail_address_check(const char *address)
{
	return mail_address_fault(address) == NULL ? 0 : -1;
}

/* The name without its quotes; backslash escapes undone. */
static const char *
name_of(struct arena *mem, const char *s, size_t n)
{
	char *name = text_trim(mem, arena_text_n(mem, s, n)), *to;
	size_t len = strlen(name);

	if (len < 2 || name[0] != '"' || name[len - 1] != '"')
		return text_line(mem, name);
	name[len - 1] = '\0';
	to = name;
	for (const char *from = name + 1; *from != '\0'; from++) {
		if (*from == '\\' && from[1] != '\0')
			from++;
		*to++ = *from;
	}
	*to = '\0';
	return text_line(mem, name);
}

int
mailbox_parse(struct arena *mem, const char *text, struct mailbox *ret,
    struct err *err)
{
	const char *open = strrchr(text, '<'), *fault;
	const char *name = "", *address;

	if (strpbrk(text, "\r\n") != NULL)
		return err_input(err, "a line break in an address");
	if (open == NULL) {
		address = text_trim(mem, text);
	} else {
		const char *close = strchr(open, '>');
		if (close == NULL || *text_trim(mem, close + 1) != '\0')
			return err_input(err, "the address must end in \">\"");
		name = name_of(mem, text, (size_t)(open - text));
		address = arena_text_n(mem, open + 1,
		    (size_t)(close - open - 1));
	}
	fault = mail_address_fault(address);
	if (fault != NULL)
		return err_input(err, "%s", fault);
	ret->name = name;
	ret->address = address;
	return 0;
}
