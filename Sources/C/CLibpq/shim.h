#ifndef CLibpq_shim_h
#define CLibpq_shim_h
#include <libpq-fe.h>
#endif
