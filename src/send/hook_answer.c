/* What a web server's answer means. */
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "hook.h"
#include "send.h"

#define ID_MOST 80u
#define LOCATION_MOST 300u

/* "id" of a JSON answer: a text or a number; "" if there is none. */
static const char *
answer_id(struct arena *mem, const char *body, size_t n)
{
	struct json *root;
	const struct json *id;
	const char *text = "";

	if (n == 0)
		return "";
	root = json_parse(body, n, NULL);
	id = json_get(root, "id");
	if (json_is_string(id))
		text = send_cut(mem, json_text(id), ID_MOST);
	else if (json_is_number(id) && json_integer(id, -1) >= 0)
		text = arena_printf(mem, "%" PRId64, json_integer(id, -1));
	json_close(root);
	return text;
}

/* What the server says of its refusal; it may be a page of HTML. */
static const char *
answer_words(struct arena *mem, const char *body, size_t n)
{
	size_t most = n < REASON_MAX ? n : REASON_MAX;

	return send_cut(mem, arena_text_n(mem, body, strnlen(body, most)),
	    REASON_MAX - 200u);
}

/* A redirect is never followed: it could lead the headers' secrets away. */
static void
on_redirect(struct arena *mem, const struct http_reply *r,
    struct outcome *ret)
{
	const char *to = send_cut(mem, r->location, LOCATION_MOST);

	ret->reach = REACH_SINK;
	ret->reason = arena_printf(mem, "HTTP %ld: the server redirects%s%s;"
	    " redirects are not followed, put the final address into the"
	    " sink's url", r->status, *to != '\0' ? " to " : "", to);
}

static void
on_delivered(struct arena *mem, const struct http_reply *r, const char *body,
    size_t n, struct outcome *ret)
{
	const char *id = answer_id(mem, body, n);

	ret->kind = OUTCOME_DELIVERED;
	ret->receipt = arena_printf(mem, "HTTP %ld%s%s", r->status,
	    *id != '\0' ? ", id " : "", id);
}

/* A load limit and a dead backend concern whatever we send there. */
static bool
is_whole_sink(long status)
{
	return status == 401 || status == 403 || status == 410 ||
	    status == 429 || status == 502 || status == 503 || status == 504;
}

static bool
is_temporary(long status)
{
	return status == 408 || status == 425 || status == 429 ||
	    status >= 500;
}

void
hook_outcome(struct arena *mem, const struct http_reply *r, const char *body,
    size_t n, int64_t now, struct outcome *ret)
{
	const char *words;

	outcome_init(ret);
	ret->code = arena_printf(mem, "HTTP %ld", r->status);
	if (r->status / 100 == 2) {
		on_delivered(mem, r, body, n, ret);
		return;
	}
	if (r->status / 100 == 3) {
		on_redirect(mem, r, ret);
		return;
	}
	words = answer_words(mem, body, n);
	ret->reach = is_whole_sink(r->status) ? REACH_SINK : REACH_DELIVERY;
	ret->reason = arena_printf(mem, "HTTP %ld%s%s%s", r->status,
	    r->status == 401 || r->status == 403 ? " (check the sink's"
	    " credentials)" : r->status == 410 ? " (the server wants no more"
	    " of these)" : "", *words != '\0' ? ": " : "", words);
	if (is_temporary(r->status))
		ret->not_before = http_retry_after(r->retry_after, now);
	else if (r->status != 401 && r->status != 403)
		ret->kind = OUTCOME_REFUSED;
}
