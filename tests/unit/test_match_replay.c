/* Seeds and findings of the match room's fuzz target. */
#define LLVMFuzzerTestOneInput fuzz_match
#include "../fuzz/fuzz_match.c"
#undef LLVMFuzzerTestOneInput
#include "replay.h"

REPLAY_TEST(fuzz_match)

REPLAY_MAIN("match", test_fuzz_match)
