#ifndef CProtobufC_shim_h
#define CProtobufC_shim_h
#include <protobuf-c/protobuf-c.h>
#endif
