#ifndef CResolv_shim_h
#define CResolv_shim_h
// In this order: each uses what those before it declare.
#include <netinet/in.h>
#include <arpa/nameser.h>
#include <resolv.h>
#endif
