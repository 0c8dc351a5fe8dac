#ifndef CWslay_shim_h
#define CWslay_shim_h
#include <wslay/wslay.h>
#endif
