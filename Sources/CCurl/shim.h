#pragma once

// libcurl's variadic functions, which Swift can't import: one wrapper for each type of argument that the program passes.

#include <curl/curl.h>
