#ifndef CZlib_shim_h
#define CZlib_shim_h
#include <zlib.h>
#endif
