/* The program `match`: an advisory and the devices in, matches out. */
#include <stdio.h>
#include <sysexits.h>
#include "serve.h"
#include "talk/ask.h"
#include "talk/helper.h"
#include "talk/sandbox.h"

static const struct sandbox_profile profile = {
	/* The index (shared pages), the matches, and their packed form. */
	.memory = (size_t)8 << 30,
	.descriptors = 16,
};

/* An index lives only between `list` and us. */
static int
by_hand(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	fprintf(stderr, "match: use `advrelay match --devices LIST DOC...`\n");
	return EX_USAGE;
}

static const struct helper helper = {
	.name = "match",
	.profile = &profile,
	.asks = { ASK_DEVICES, ASK_MATCH, ASK_EXPLAIN, ASK_NEAR },
	.n_asks = 4,
	.serve = match_serve,
	.by_hand = by_hand,
};

int
main(int argc, char **argv)
{
	return helper_main(&helper, argc, argv);
}
