#ifndef CHiredis_shim_h
#define CHiredis_shim_h
#include <hiredis/hiredis.h>
#endif
