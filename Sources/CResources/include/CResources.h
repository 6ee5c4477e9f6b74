#pragma once

#include <stddef.h>

// Files that are part of the program, as bytes of its read-only data.

/// The Python program that runs the calculations of one session of the local Athena: UTF-8, with a NUL
/// behind its end.
const char *cresources_engine_source(void);

/// Its length in bytes, without the NUL.
size_t cresources_engine_length(void);

/// The REST contract, the gateway's openapi.yaml: UTF-8, with a NUL behind its end.
const char *cresources_openapi_source(void);

/// Its length in bytes, without the NUL.
size_t cresources_openapi_length(void);
