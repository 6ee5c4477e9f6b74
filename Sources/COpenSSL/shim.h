#pragma once

// OpenSSL 3 (Debian: libssl-dev). Function-like macros that Swift can't import get a wrapper here.

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/params.h>
#include <openssl/sha.h>

/// Says which hash an HMAC is made with. 1 on success.
///
/// The parameter's name is a macro, and the list of parameters wants to be told where it ends.
static inline int COpenSSL_HMAC_set_digest(EVP_MAC_CTX *context, const char *digest) {
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)digest, 0),
        OSSL_PARAM_construct_end(),
    };
    return EVP_MAC_CTX_set_params(context, parameters);
}
