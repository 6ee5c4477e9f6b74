#pragma once

// OpenSSL 3 (Debian: libssl-dev). Function-like macros that Swift can't import get a wrapper here.

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
