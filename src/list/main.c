/* The program `list`: device lists in, devices and their index out. */
#include "list.h"
#include "base/json.h"
#include "talk/ask.h"
#include "talk/helper.h"
#include "talk/sandbox.h"

static const struct sandbox_profile profile = {
	/* The lists' bytes, the parts of the index and the index itself. */
	.memory = (size_t)8 << 30,
	.descriptors = 16,
};

static int
prepare(struct err *err)
{
	(void)err;
	json_prepare();
	return 0;
}

static const struct helper helper = {
	.name = "list",
	.profile = &profile,
	.asks = { ASK_LIST },
	.n_asks = 1,
	.prepare = prepare,
	.serve = list_serve,
	.by_hand = list_by_hand,
};

int
main(int argc, char **argv)
{
	return helper_main(&helper, argc, argv);
}
