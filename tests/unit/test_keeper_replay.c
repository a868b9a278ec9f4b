/* Seeds and findings of the keeper room's fuzz target. */
#define LLVMFuzzerTestOneInput fuzz_conf
#include "../fuzz/fuzz_conf.c"
#undef LLVMFuzzerTestOneInput
#include "replay.h"

REPLAY_TEST(fuzz_conf)

REPLAY_MAIN("keeper", test_fuzz_conf)
