#ifndef CUV_shim_h
#define CUV_shim_h
#include <uv.h>
#endif
