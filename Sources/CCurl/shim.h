#pragma once

// libcurl's variadic functions, which Swift can't import: one wrapper for each meaning that the
// program gives them, so that what it can ask of libcurl is all on this page. Flags are `long`:
// libcurl reads nothing else.

#include <curl/curl.h>

// What each easy handle is told.

/// A connection is made, and nothing is sent on it. `bytes` is the most that is received at once then.
static inline CURLcode ccurl_connect_only(CURL *easy, long bytes) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, bytes);
  return code;
}

/// The socket of its connection, once it has one.
static inline curl_socket_t ccurl_active_socket(CURL *easy) {
  curl_socket_t descriptor = CURL_SOCKET_BAD;
  curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &descriptor);
  return descriptor;
}

/// No signals for time-outs: the process has many threads.
static inline CURLcode ccurl_forbid_signals(CURL *easy) {
  return curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
}

/// The SSL of its connection; NULL where it has none.
static inline void *ccurl_tls(CURL *easy) {
  struct curl_tlssessioninfo *info = NULL;
  curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &info);
  return info ? info->internals : NULL;
}

/// http and https, never file: or what else libcurl speaks; no credentials in a URL.
static inline CURLcode ccurl_allow_http_only(CURL *easy) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  if (code == CURLE_OK)
    code = curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  return code;
}

/// TLS 1.2 at least, the certificate's chain and name verified.
static inline CURLcode ccurl_verify_tls(CURL *easy) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  return code;
}

/// The certificate neither verified nor its name.
static inline CURLcode ccurl_trust_anybody(CURL *easy) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
  return code;
}

/// A unix socket, in place of the host's address.
static inline CURLcode ccurl_set_unix_socket(CURL *easy, const char *path) {
  return curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, path);
}

/// Certificate authorities from a PEM file instead of the system's.
static inline CURLcode ccurl_set_authorities(CURL *easy, const char *path) {
  return curl_easy_setopt(easy, CURLOPT_CAINFO, path);
}

/// Neither a proxy from the environment ("" is none, where NULL would ask it) nor ~/.netrc: what a
/// request carries and where it goes is for its sender alone to say.
static inline CURLcode ccurl_ignore_environment(CURL *easy) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_PROXY, "");
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
  return code;
}

/// What a proxy is told and shown: nothing of its answer to CONNECT is taken for the server's, and one
/// that speaks TLS is held to the same rules as a server. `authorities` is NULL for the system's.
static inline CURLcode ccurl_distrust_proxies(CURL *easy, const char *authorities) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (code == CURLE_OK)
    code = curl_easy_setopt(easy, CURLOPT_PROXY_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_PROXY_SSL_VERIFYPEER, 1L);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_PROXY_SSL_VERIFYHOST, 2L);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_PROXYAUTH, (long)CURLAUTH_BASIC);
  if (code == CURLE_OK && authorities)
    code = curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, authorities);
  return code;
}

/// What a proxy is told in CONNECT.
static inline CURLcode ccurl_set_user_agent(CURL *easy, const char *text) {
  return curl_easy_setopt(easy, CURLOPT_USERAGENT, text);
}

/// From the first connection to the end of the TLS handshake.
static inline CURLcode ccurl_set_connect_deadline(CURL *easy, long milliseconds) {
  return curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, milliseconds);
}

/// Where libcurl explains a failure; CURL_ERROR_SIZE bytes that outlive the handle.
static inline CURLcode ccurl_set_error_buffer(CURL *easy, char *buffer) {
  return curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, buffer);
}

/// What is asked whether a host may be looked up, since its address isn't known; the transfer fails where it
/// returns anything but 0.
static inline CURLcode ccurl_set_lookup_watcher(
    CURL *easy, curl_resolver_start_callback watch, void *context) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_RESOLVER_START_FUNCTION, watch);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_RESOLVER_START_DATA, context);
  return code;
}

/// What is given the SSL_CTX of the connection before it is used.
static inline CURLcode ccurl_set_tls_watcher(CURL *easy, curl_ssl_ctx_callback watch) {
  return curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, watch);
}

/// What opens the transfer's sockets, once the address is known.
static inline CURLcode ccurl_set_socket_opener(
    CURL *easy, curl_opensocket_callback open, void *context) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, context);
  return code;
}

/// What closes the sockets. A connection keeps the function and its context: both outlive the multi
/// handle.
static inline CURLcode ccurl_set_socket_closer(
    CURL *easy, curl_closesocket_callback close, void *context) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, context);
  return code;
}

/// What the handles of one multi handle have in common. All are of one thread: no locks.
static inline CURLSHcode ccurl_share_tls_sessions(CURLSH *share) {
  return curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
}

static inline CURLcode ccurl_use_share(CURL *easy, CURLSH *share) {
  return curl_easy_setopt(easy, CURLOPT_SHARE, share);
}

static inline CURLcode ccurl_set_url(CURL *easy, const char *url) {
  return curl_easy_setopt(easy, CURLOPT_URL, url);
}

/// The proxy to go through; "" is none. The port is its URL's, which is 1080 to libcurl where none is given.
/// Without a user nothing is said of who asks.
static inline CURLcode ccurl_set_proxy(
    CURL *easy, const char *url, long port, const char *user, const char *password) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_PROXY, url);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_PROXYPORT, port);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_PROXYUSERNAME, user);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_PROXYPASSWORD, password);
  return code;
}

/// What the address of a host is, as curl_easy_setopt has it for CURLOPT_RESOLVE; the list must live until it
/// is replaced. NULL is nothing.
static inline CURLcode ccurl_set_addresses(CURL *easy, struct curl_slist *list) {
  return curl_easy_setopt(easy, CURLOPT_RESOLVE, list);
}

/// The status with which a proxy answered CONNECT; 0 where none was asked to connect.
static inline long ccurl_connect_status(CURL *easy) {
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &status);
  return status;
}

// The multi handle.

/// What is told which socket to watch for what.
static inline CURLMcode ccurl_multi_set_watcher(
    CURLM *multi, curl_socket_callback watch, void *context) {
  CURLMcode code = curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, watch);
  if (code == CURLM_OK) code = curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, context);
  return code;
}

/// What is told when libcurl next wants to be called without an event.
static inline CURLMcode ccurl_multi_set_timer(
    CURLM *multi, curl_multi_timer_callback timer, void *context) {
  CURLMcode code = curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, timer);
  if (code == CURLM_OK) code = curl_multi_setopt(multi, CURLMOPT_TIMERDATA, context);
  return code;
}
