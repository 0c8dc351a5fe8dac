#ifndef CArgon2_shim_h
#define CArgon2_shim_h
#include <argon2.h>
#endif
