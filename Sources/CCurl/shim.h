#pragma once

// libcurl's variadic functions, which Swift can't import: one wrapper for each meaning that the
// program gives them, so that what it can ask of libcurl is all on this page. Flags are `long`:
// libcurl reads nothing else.

#include <curl/curl.h>

// What each easy handle is told once.

/// No signals for time-outs: the process has many threads.
static inline CURLcode ccurl_forbid_signals(CURL *easy) {
  return curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
}

/// http and https, never followed elsewhere, never file: or what else libcurl speaks; no
/// credentials in a URL.
static inline CURLcode ccurl_allow_http_only(CURL *easy) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  if (code == CURLE_OK)
    code = curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  return code;
}

/// The path goes out as it is written: libcurl would rewrite /a/../b, and a signature covers it.
static inline CURLcode ccurl_keep_path(CURL *easy) {
  return curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
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

/// A connection is used for so long at most, so that a name that has moved is followed.
static inline CURLcode ccurl_set_connection_lifetime(CURL *easy, long seconds) {
  return curl_easy_setopt(easy, CURLOPT_MAXLIFETIME_CONN, seconds);
}

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

/// What is told of each header line and of each piece of the body.
static inline CURLcode ccurl_set_receivers(
    CURL *easy, curl_write_callback header, curl_write_callback body, void *context) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, header);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_HEADERDATA, context);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, body);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_WRITEDATA, context);
  return code;
}

/// What is asked whether a host may be looked up, since its address isn't known; the transfer fails where it
/// returns anything but 0.
static inline CURLcode ccurl_set_lookup_watcher(
    CURL *easy, curl_resolver_start_callback watch, void *context) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_RESOLVER_START_FUNCTION, watch);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_RESOLVER_START_DATA, context);
  return code;
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

// What a request is.

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

/// GET; forgets the method that a former request set.
static inline CURLcode ccurl_set_get(CURL *easy) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, NULL);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
  return code;
}

/// HEAD: no body is waited for.
static inline CURLcode ccurl_set_head(CURL *easy) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, NULL);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  return code;
}

/// A request with a body, which libcurl copies: head and body leave in one write(2), and a request
/// that met a dead connection is sent again. `method` is NULL for POST.
static inline CURLcode ccurl_set_post(
    CURL *easy, const char *method, const void *body, size_t count) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_POST, 1L);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
  if (code == CURLE_OK)
    code = curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)count);
  if (code == CURLE_OK)
    code = curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, count > 0 ? body : "");
  return code;
}

/// Header lines, which must live until they are replaced; NULL is none.
static inline CURLcode ccurl_set_fields(CURL *easy, struct curl_slist *fields) {
  return curl_easy_setopt(easy, CURLOPT_HTTPHEADER, fields);
}

/// Refuses an answer that declares more bytes; 0 is no limit.
static inline CURLcode ccurl_set_declared_limit(CURL *easy, curl_off_t bytes) {
  return curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, bytes);
}

/// Frees the copied body, so that a pooled handle holds no memory for it.
static inline CURLcode ccurl_forget_body(CURL *easy) {
  return curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, NULL);
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

/// How many connections are kept open. By default libcurl keeps four for each transfer under way,
/// and so closes most of them when a burst ends.
static inline CURLMcode ccurl_multi_set_kept_connections(CURLM *multi, long count) {
  return curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, count);
}
