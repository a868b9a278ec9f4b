#include "cli.h"
int cmd_explain(const struct command_line *line){ (void)line; return 0; }
