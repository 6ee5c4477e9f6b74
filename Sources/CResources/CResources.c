#include "CResources.h"

// Clang knows it in every C, and warns where the C is older.
#pragma clang diagnostic ignored "-Wc23-extensions"

// C23 §6.10.4. As a literal in Swift, a file of this size costs seconds of each build.
static const char engine[] = {
#embed "engine.py" suffix(, )
    0};

static const char openapi[] = {
#embed "../../openapi.yaml" suffix(, )
    0};

const char *cresources_engine_source(void) { return engine; }

size_t cresources_engine_length(void) { return sizeof engine - 1; }

const char *cresources_openapi_source(void) { return openapi; }

size_t cresources_openapi_length(void) { return sizeof openapi - 1; }
