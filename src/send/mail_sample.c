#include "mail_sample.h"

#include <string.h>

#include "base/arena.h"
#include "noun/delivery.h"
#include "send_sample.h"

static const char *const prior[] = {
    "ar-1f2e3d4c5b6a79880011:r1:new", "ar-1f2e3d4c5b6a79880011:r2:updated" };
static const char document[] = "{\"document\":{\"title\":\"sample\"}}\n";

void
mail_sample(struct arena *mem, struct sink *sink, struct delivery *d)
{
	sink_init(sink);
	sink->name = "soc-mail";
	sink->url = "smtp://mail.example:587";
	sink->relay = "relay.plant-a.example";
	sink->from = "Advisory Relay <relay@plant-a.example>";
	sink->attach = true;
	memset(d, 0, sizeof(*d));
	d->id = 1;
	d->recipient = "soc@plant-a.example";
	d->n_prior = sizeof(prior) / sizeof(prior[0]);
	d->prior = memcpy(arena_alloc(mem, sizeof(prior)), prior,
	    sizeof(prior));
	d->attachment_name = "exa-2026-017.json";
	d->attachment_type = "application/json";
	d->attachment = document;
	d->attachment_len = sizeof(document) - 1;
	send_sample_alert(mem, &d->alert);
	/* what HTML has to escape, and to make a link of */
	d->alert.title = "Köpfe & \"Klammern\" <b>: stack overflow in EX-1200"
	    " CPUs";
	d->alert.summary = "A specially crafted packet to port 102/tcp can stop"
	    " the device or run code in it. See https://www.example/psirt for"
	    " how we rate.";
}
