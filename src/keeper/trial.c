/* The TEST alert of `advrelay test-sink`. */
#include "compose.h"

#include <string.h>
#include <time.h>

#include "base/arena.h"

void
compose_test(const struct conf *c, const struct conf_sink *sink, int64_t now,
    struct arena *mem, struct dispatch *ret)
{
	struct composing job = { .conf = c, .mem = mem };
	struct timespec unique;
	char *key = arena_alloc(mem, KEY_TEXT);
	struct match *m = arena_alloc(mem, sizeof(*m));
	struct alert *a = &ret->alert;

	*ret = (struct dispatch){ .n = 0 };
	alert_init(a);
	/* two in one second are two alerts */
	clock_gettime(CLOCK_MONOTONIC, &unique);
	a->id = arena_printf(mem, "TEST-%lld-%lld%09ld", (long long)now,
	    (long long)unique.tv_sec, unique.tv_nsec);
	a->ns = arena_printf(mem, "https://%s/", c->name);
	alert_key(a->ns, a->id, "", key);
	a->key = key;
	a->event = EVENT_TEST;
	a->rev = 1;
	a->time = a->initial = a->current = now;
	a->title = "Test of this sink; nothing is wrong";
	a->summary = "Somebody asked for it with advrelay test-sink. The "
	    "device below is made up.";
	a->publisher = c->name;
	a->version = "1";
	a->status = "final";
	a->category = "test";
	a->tlp = "CLEAR";
	a->route = "test-sink";
	a->severity = SEVERITY_NONE;
	match_init(m);
	m->device.id = "test-device";
	m->device.name = "Made-up device";
	m->device.vendor = "Example";
	m->device.model = "Test 1";
	m->device.version = "1.0";
	m->status = MATCH_AFFECTED;
	m->product = "Example Test 1";
	m->severity = SEVERITY_NONE;
	a->matches = m;
	a->n_matches = 1;
	compose_address(&job, ret, (uint32_t)(sink - c->sinks));
}
