#pragma once

// OpenSSL 3 (Debian: libssl-dev). Function-like macros that Swift can't import get a wrapper here.

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

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

// MARK: TLS

/// No version below. 1 on success.
static inline int COpenSSL_CTX_set_oldest_version(SSL_CTX *context, int version) {
    return SSL_CTX_set_min_proto_version(context, version);
}

/// No renegotiation, which TLS 1.3 has abolished and which costs a server more than its client; no
/// compression, which tells secrets by their length (CRIME).
static inline void COpenSSL_CTX_set_safe_options(SSL_CTX *context) {
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
}

/// A connection that ends without its peer's closure alert is not one that has ended with it, as libcurl has it.
static inline void COpenSSL_CTX_expect_closure_alerts(SSL_CTX *context) {
    SSL_CTX_clear_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
}

/// For a non-blocking socket and few bytes a connection: a write may take a part, and be repeated from
/// an array that has moved or grown; a connection that waits has no record buffers.
static inline void COpenSSL_CTX_set_event_modes(SSL_CTX *context) {
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
                                  | SSL_MODE_RELEASE_BUFFERS);
}

/// One read of the socket for a record, where it would be one for its head and one for its content.
static inline void COpenSSL_CTX_set_read_ahead(SSL_CTX *context) {
    SSL_CTX_set_read_ahead(context, 1);
}

/// Sessions are kept by clients, in tickets, and not by the server.
static inline void COpenSSL_CTX_keep_no_sessions(SSL_CTX *context) {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}

/// 1 where OpenSSL knows every group of the list, separated by colons.
static inline int COpenSSL_CTX_set_groups(SSL_CTX *context, const char *groups) {
    return (int)SSL_CTX_set1_groups_list(context, groups);
}

/// Sends the certificate along with the server's own. 1 on success.
static inline int COpenSSL_CTX_add_chain_certificate(SSL_CTX *context, X509 *certificate) {
    return (int)SSL_CTX_add1_chain_cert(context, certificate);
}

static inline void COpenSSL_BIO_clear_retry(BIO *bio) { BIO_clear_retry_flags(bio); }
static inline void COpenSSL_BIO_set_retry_read(BIO *bio) { BIO_set_retry_read(bio); }
static inline void COpenSSL_BIO_set_retry_write(BIO *bio) { BIO_set_retry_write(bio); }

// MARK: Certificates

/// A name as RFC 2253 writes it, to be read with BIO_read; at least 0 on success.
static inline int COpenSSL_print_name(BIO *bio, const X509_NAME *name) {
    return X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253);
}

/// The subjectAltName extension, to be freed by GENERAL_NAMES_free; NULL without one.
static inline GENERAL_NAMES *COpenSSL_alternative_names(const X509 *certificate) {
    return (GENERAL_NAMES *)X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
}

static inline int COpenSSL_alternative_names_count(const GENERAL_NAMES *names) {
    return sk_GENERAL_NAME_num(names);
}

/// The type (GEN_DNS and so on) of a name, and its value where that is an IA5String; else NULL.
static inline const ASN1_STRING *COpenSSL_alternative_name(
    const GENERAL_NAMES *names, int index, int *type
) {
    const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, index);
    *type = name->type;
    switch (name->type) {
    case GEN_DNS: return name->d.dNSName;
    case GEN_URI: return name->d.uniformResourceIdentifier;
    case GEN_EMAIL: return name->d.rfc822Name;
    default: return NULL;
    }
}
