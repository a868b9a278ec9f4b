/* Seeds and findings of the talk room's fuzz target. */
#define LLVMFuzzerTestOneInput fuzz_frame
#include "../fuzz/fuzz_frame.c"
#undef LLVMFuzzerTestOneInput
#include "replay.h"

REPLAY_TEST(fuzz_frame)

REPLAY_MAIN("talk", test_fuzz_frame)
