#include "ctorch.h"
#include <torch/headeronly/version.h>
extern "C" const char* ct_version(void) { return TORCH_VERSION; }
