/* Seeds and findings of the hook room's fuzz target. */
#define LLVMFuzzerTestOneInput fuzz_hook_answer
#include "../fuzz/fuzz_hook_answer.c"
#undef LLVMFuzzerTestOneInput
#include "replay.h"

REPLAY_TEST(fuzz_hook_answer)

REPLAY_MAIN("hook", test_fuzz_hook_answer)
