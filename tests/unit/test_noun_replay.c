/* Seeds and findings of the noun room's fuzz target. */
#define LLVMFuzzerTestOneInput fuzz_unpack
#include "../fuzz/fuzz_unpack.c"
#undef LLVMFuzzerTestOneInput
#include "replay.h"

REPLAY_TEST(fuzz_unpack)

REPLAY_MAIN("noun", test_fuzz_unpack)
