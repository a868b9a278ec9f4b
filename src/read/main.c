/* read: document -> advisories and further addresses. */
#include <stddef.h>
#include "talk/ask.h"
#include "talk/helper.h"
#include "talk/sandbox.h"
#include "read.h"

/* Nothing but the ask: hostile bytes are parsed here. A JSON of 10 MB can take
 * 770 MB as a tree; beyond the ceiling the document is set aside. */
static const struct sandbox_profile profile = {
	.files = NULL,
	.network = false,
	.memory = (size_t)2 << 30,
	.cpu_s = 0,
	.descriptors = 32,
};

static const struct helper helper = {
	.name = "read",
	.profile = &profile,
	.asks = { ASK_READ },
	.n_asks = 1,
	.prepare = read_prepare,
	.serve = read_serve,
	.by_hand = read_by_hand,
};

int
main(int argc, char **argv)
{
	return helper_main(&helper, argc, argv);
}
