// The floor of the gateway's design: epoll, libcurl and OpenSSL, and nothing else that could cost. It takes a POST, signs its body as it
// is for AmazonAthena.StartCalculationExecution, and answers with what Athena said. No JSON, no checks, no log, one thread. `GET /livez`
// is 200. What it needs is in the environment, by AWS's own names; the endpoint has an IP address and a port, as in http://127.0.0.1:4566.
//
// Its callers are the benchmark's: a request that comes before the answer to the last, or an answer that a socket doesn't take whole, ends
// the connection.

#define _GNU_SOURCE
// OpenSSL 3 calls SHA256_Init and its kin deprecated; they hash with the least around it.
#define OPENSSL_API_COMPAT 0x10100000L

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
  MAX_DESCRIPTORS = 65536,
  MAX_HEAD = 8192,
  MAX_CONTENT = 1 << 20,
  MAX_SETTING = 4096, // bytes of a session token, an endpoint and their like
  ROOM = 4096,        // at least, for what is received
  ANSWER_HEAD = 128,  // before the content, so that both leave in one write
  EVENTS = 256,
  UPSTREAM_SECONDS = 30,
  KEPT_CONNECTIONS = 1024,
};

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void require(bool is_so, const char *what) {
  if (is_so) return;
  fprintf(stderr, "%s\n", what);
  exit(1);
}

// Bytes that grow

struct bytes {
  char *data;
  size_t count, capacity;
};

static void reserve(struct bytes *bytes, size_t room) {
  if (bytes->capacity - bytes->count >= room) return;
  bytes->capacity = 2 * bytes->count + room;
  bytes->data = realloc(bytes->data, bytes->capacity);
  if (!bytes->data) fail("realloc");
}

static char *put(char *end, const char *text) { return stpcpy(end, text); }

// Signature Version 4

#define TARGET "AmazonAthena.StartCalculationExecution"
#define MEDIA_TYPE "application/x-amz-json-1.1"

static struct {
  const char *authority, *region, *key, *secret, *token, *endpoint;
} settings;

// What holds for a second, a day, or always.
static struct {
  time_t second;
  char time[sizeof "20260101T000000Z"], day[sizeof "20260101"], scope[128];
  char head[3 * MAX_SETTING], signed_fields[128], authorization[512];
  SHA256_CTX inner, outer; // HMAC's two hashes, which have taken in the day's key
} signing;

static void take_in(SHA256_CTX *hash, const unsigned char *key, unsigned char pad) {
  unsigned char block[SHA256_CBLOCK];
  memset(block, pad, sizeof block);
  for (int i = 0; i < SHA256_DIGEST_LENGTH; i++) block[i] ^= key[i];
  SHA256_Init(hash);
  SHA256_Update(hash, block, sizeof block);
}

static void derive_key(void) {
  char first[MAX_SETTING + 8];
  unsigned char key[SHA256_DIGEST_LENGTH];
  int length = snprintf(first, sizeof first, "AWS4%s", settings.secret);
  const char *steps[] = {signing.day, settings.region, "athena", "aws4_request"};
  HMAC(EVP_sha256(), first, length, (const unsigned char *)steps[0], strlen(steps[0]), key, NULL);
  for (int i = 1; i < 4; i++)
    HMAC(EVP_sha256(), key, sizeof key, (const unsigned char *)steps[i], strlen(steps[i]), key, NULL);
  take_in(&signing.inner, key, 0x36);
  take_in(&signing.outer, key, 0x5c);
}

static void begin_day(const char *day) {
  strcpy(signing.day, day);
  derive_key();
  snprintf(signing.scope, sizeof signing.scope, "%s/%s/athena/aws4_request", day, settings.region);
  snprintf(signing.authorization, sizeof signing.authorization,
           "Authorization: AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=", settings.key, signing.scope,
           signing.signed_fields);
}

// The canonical request as far as it is the same for all requests of a second.
static void begin_second(time_t now) {
  char day[sizeof signing.day];
  struct tm utc;
  signing.second = now;
  gmtime_r(&now, &utc);
  strftime(signing.time, sizeof signing.time, "%Y%m%dT%H%M%SZ", &utc);
  strftime(day, sizeof day, "%Y%m%d", &utc);
  if (strcmp(day, signing.day)) begin_day(day);
  char *end = signing.head;
  end += sprintf(end, "POST\n/\n\ncontent-type:" MEDIA_TYPE "\nhost:%s\nx-amz-date:%s\n", settings.authority, signing.time);
  if (settings.token) end += sprintf(end, "x-amz-security-token:%s\n", settings.token);
  sprintf(end, "x-amz-target:" TARGET "\n\n%s\n", signing.signed_fields);
}

static char *put_hex(char *end, const unsigned char *digest) {
  static const char digits[] = "0123456789abcdef";
  for (int i = 0; i < SHA256_DIGEST_LENGTH; i++) {
    *end++ = digits[digest[i] >> 4];
    *end++ = digits[digest[i] & 15];
  }
  *end = 0;
  return end;
}

static void hash(const char *data, size_t count, unsigned char *digest) {
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, data, count);
  SHA256_Final(digest, &context);
}

static void code(const char *data, size_t count, unsigned char *digest) {
  SHA256_CTX inner = signing.inner, outer = signing.outer;
  SHA256_Update(&inner, data, count);
  SHA256_Final(digest, &inner);
  SHA256_Update(&outer, digest, SHA256_DIGEST_LENGTH);
  SHA256_Final(digest, &outer);
}

// Writes the whole Authorization field.
static void sign(const char *content, size_t count, char *authorization) {
  char request[sizeof signing.head + 2 * SHA256_DIGEST_LENGTH + 1], text[512];
  unsigned char digest[SHA256_DIGEST_LENGTH];
  hash(content, count, digest);
  hash(request, put_hex(put(request, signing.head), digest) - request, digest);
  char *end = put(put(put(text, "AWS4-HMAC-SHA256\n"), signing.time), "\n");
  code(text, put_hex(put(put(end, signing.scope), "\n"), digest) - text, digest);
  put_hex(put(authorization, signing.authorization), digest);
}

// Calls

// A request on its way, with all that it needs; kept for the next one.
struct call {
  int client; // -1 once it has gone
  bool is_under_way;
  size_t head, content; // of the request, in bytes; no head, as long as it isn't whole
  struct bytes request, answer;
  CURL *easy;
  struct curl_slist fields[5]; // libcurl only reads them: no list need be made
  char date[sizeof "X-Amz-Date: " + sizeof signing.time], authorization[sizeof signing.authorization + 65];
  struct call *next; // of those that are idle
};

enum kind { NONE, LISTENER, CLIENT, UPSTREAM };

static struct descriptor {
  struct call *call;    // a client's, from the first byte to the answer
  uint8_t kind;
  uint8_t watched;      // an upstream's events in epoll, and those that libcurl wants
  uint8_t wanted;
  bool has_more;        // has something come while a call was under way?
} descriptors[MAX_DESCRIPTORS];

static int epoll;
static CURLM *multi;
static struct call *idle_calls;
static char token_field[MAX_SETTING + 32];

static size_t take_content(char *data, size_t size, size_t count, void *context) {
  struct bytes *answer = &((struct call *)context)->answer;
  size_t length = size * count;
  if (answer->count + length > MAX_CONTENT) return 0;
  reserve(answer, length);
  memcpy(answer->data + answer->count, data, length);
  answer->count += length;
  return length;
}

static int close_upstream(void *context, curl_socket_t descriptor) {
  (void)context;
  if (descriptor < MAX_DESCRIPTORS) descriptors[descriptor] = (struct descriptor){0};
  return close(descriptor);
}

static void set_fields(struct call *call) {
  char *texts[] = {"Content-Type: " MEDIA_TYPE, "X-Amz-Target: " TARGET, call->date, call->authorization, token_field};
  int count = settings.token ? 5 : 4;
  for (int i = 0; i < count; i++)
    call->fields[i] = (struct curl_slist){texts[i], i + 1 < count ? &call->fields[i + 1] : NULL};
}

static struct call *make_call(void) {
  struct call *call = calloc(1, sizeof *call);
  CURL *easy = curl_easy_init();
  require(call && easy, "out of memory");
  call->easy = easy;
  set_fields(call);
  curl_easy_setopt(easy, CURLOPT_URL, settings.endpoint);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT, (long)UPSTREAM_SECONDS);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, call->fields);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_content);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_upstream);
  return call;
}

static struct call *take_call(int client) {
  struct call *call = idle_calls;
  if (call) idle_calls = call->next;
  else call = make_call();
  call->client = client;
  call->is_under_way = false;
  call->request.count = call->head = call->content = 0;
  return call;
}

static void give_back(struct call *call) {
  call->next = idle_calls;
  idle_calls = call;
}

// Clients

static void hang_up(int client) {
  struct call *call = descriptors[client].call;
  descriptors[client] = (struct descriptor){0};
  close(client);
  // A call that is under way is given back at its end.
  if (call && call->is_under_way) call->client = -1;
  else if (call) give_back(call);
}

static void begin_answer(struct call *call) {
  call->answer.count = 0;
  reserve(&call->answer, ANSWER_HEAD);
  call->answer.count = ANSWER_HEAD;
}

// The call is over, and its client may send the next request.
static bool answer(struct call *call, long status) {
  char head[ANSWER_HEAD];
  int client = call->client;
  int length = snprintf(head, sizeof head, "HTTP/1.1 %ld \r\nContent-Type: " MEDIA_TYPE "\r\nContent-Length: %zu\r\n\r\n", status,
                        call->answer.count - ANSWER_HEAD);
  char *start = call->answer.data + ANSWER_HEAD - length;
  size_t count = call->answer.count - ANSWER_HEAD + length;
  memcpy(start, head, length);
  descriptors[client].call = NULL;
  ssize_t sent = send(client, start, count, MSG_NOSIGNAL);
  give_back(call);
  if (sent == (ssize_t)count) return true;
  hang_up(client);
  return false;
}

static bool refuse(struct call *call, long status) {
  int client = call->client;
  begin_answer(call);
  if (answer(call, status)) hang_up(client);
  return false;
}

static void forward(struct call *call) {
  time_t now = time(NULL);
  if (now != signing.second) begin_second(now);
  char *content = call->request.data + call->head;
  put(put(call->date, "X-Amz-Date: "), signing.time);
  sign(content, call->content, call->authorization);
  curl_easy_setopt(call->easy, CURLOPT_POSTFIELDS, content);
  curl_easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE, (long)call->content);
  begin_answer(call);
  call->is_under_way = true;
  require(curl_multi_add_handle(multi, call->easy) == CURLM_OK, "curl_multi_add_handle");
}

static bool read_content_length(struct call *call) {
  const char *end = call->request.data + call->head - 2, *line = call->request.data;
  while ((line = memmem(line, end - line, "\r\n", 2))) {
    line += 2;
    if (strncasecmp(line, "content-length:", 15)) continue;
    // The head's empty line ends the digits at the latest.
    call->content = strtoul(line + 15, NULL, 10);
  }
  return call->content <= MAX_CONTENT;
}

// What has come of a request: whether more may be received now.
static bool consider(struct call *call) {
  struct bytes *request = &call->request;
  if (!call->head) {
    const char *end = memmem(request->data, request->count, "\r\n\r\n", 4);
    if (!end) return request->count <= MAX_HEAD || refuse(call, 431);
    call->head = end + 4 - request->data;
    if (!strncmp(request->data, "GET /livez ", 11)) {
      begin_answer(call);
      return answer(call, 200);
    }
    if (strncmp(request->data, "POST ", 5)) return refuse(call, 405);
    if (!read_content_length(call)) return refuse(call, 413);
    if (request->count > call->head + call->content) return refuse(call, 400);
    reserve(request, call->head + call->content - request->count);
  }
  if (request->count > call->head + call->content) return refuse(call, 400);
  if (request->count == call->head + call->content) forward(call);
  return !call->is_under_way;
}

// Edge-triggered: a read that fills less than its room has taken all there is, and a new edge tells of more.
static void receive(int client) {
  struct descriptor *descriptor = &descriptors[client];
  bool goes_on = true;
  descriptor->has_more = false;
  while (goes_on) {
    if (!descriptor->call) descriptor->call = take_call(client);
    struct bytes *request = &descriptor->call->request;
    reserve(request, ROOM);
    size_t room = request->capacity - request->count;
    ssize_t count = recv(client, request->data + request->count, room, 0);
    if (count < 0 && errno == EAGAIN) break;
    if (count <= 0) {
      hang_up(client);
      return;
    }
    request->count += count;
    goes_on = consider(descriptor->call) && (size_t)count == room;
  }
  if (!descriptor->call || descriptor->call->request.count) return;
  give_back(descriptor->call);
  descriptor->call = NULL;
}

static void on_client(int client, uint32_t events) {
  struct descriptor *descriptor = &descriptors[client];
  if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) hang_up(client);
  else if (descriptor->call && descriptor->call->is_under_way) descriptor->has_more = true;
  else receive(client);
}

static void on_listener(int listener) {
  int client, on = 1;
  while ((client = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
    require(client < MAX_DESCRIPTORS, "too many connections");
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    descriptors[client] = (struct descriptor){.kind = CLIENT};
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data.fd = client};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, client, &event)) fail("epoll_ctl");
  }
  if (errno != EAGAIN && errno != ECONNABORTED) fail("accept4");
}

// Upstream

static int64_t timer = -1; // when libcurl wants to be called, in milliseconds of the monotonic clock

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static int set_timer(CURLM *of, long milliseconds, void *context) {
  (void)of, (void)context;
  timer = milliseconds < 0 ? -1 : now() + milliseconds;
  return 0;
}

static void watch(int upstream, uint8_t events) {
  struct descriptor *descriptor = &descriptors[upstream];
  int operation = !descriptor->watched ? EPOLL_CTL_ADD : events ? EPOLL_CTL_MOD : EPOLL_CTL_DEL;
  struct epoll_event event = {.events = events, .data.fd = upstream};
  if (epoll_ctl(epoll, operation, upstream, &event)) fail("epoll_ctl");
  descriptor->watched = events;
}

// What libcurl no longer wants stays in epoll until it happens: the next request on a kept connection wants it again.
static int set_interest(CURL *easy, curl_socket_t upstream, int what, void *context, void *pointer) {
  (void)easy, (void)context, (void)pointer;
  if (upstream >= MAX_DESCRIPTORS) return -1;
  struct descriptor *descriptor = &descriptors[upstream];
  descriptor->kind = UPSTREAM;
  descriptor->wanted = (what & CURL_POLL_IN ? EPOLLIN : 0) | (what & CURL_POLL_OUT ? EPOLLOUT : 0);
  if (descriptor->wanted && descriptor->wanted != descriptor->watched) watch(upstream, descriptor->wanted);
  return 0;
}

static void act(curl_socket_t upstream, int events) {
  int running;
  require(curl_multi_socket_action(multi, upstream, events, &running) == CURLM_OK, "curl_multi_socket_action");
}

static void on_upstream(int upstream, uint32_t events) {
  int bits = events & (EPOLLIN | EPOLLHUP) ? CURL_CSELECT_IN : 0;
  if (events & EPOLLOUT) bits |= CURL_CSELECT_OUT;
  if (events & EPOLLERR) bits |= CURL_CSELECT_ERR;
  if (descriptors[upstream].wanted) act(upstream, bits);
  else watch(upstream, 0);
}

static void finish(struct call *call, CURLcode result) {
  long status = 502;
  int client = call->client;
  curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
  curl_multi_remove_handle(multi, call->easy);
  call->is_under_way = false;
  if (client < 0) {
    give_back(call);
    return;
  }
  if (result != CURLE_OK) {
    fprintf(stderr, "%s\n", curl_easy_strerror(result));
    status = 502;
    begin_answer(call);
  }
  if (answer(call, status) && descriptors[client].has_more) receive(client);
}

static void finish_all(void) {
  CURLMsg *message;
  int left;
  while ((message = curl_multi_info_read(multi, &left))) {
    struct call *call;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&call);
    finish(call, message->data.result);
  }
}

// The loop

static volatile sig_atomic_t is_over;

static void end(int signal) {
  (void)signal;
  is_over = 1;
}

static void handle(int descriptor, uint32_t events) {
  switch ((enum kind)descriptors[descriptor].kind) {
  case NONE: break; // closed by what came before it in the same batch
  case LISTENER: on_listener(descriptor); break;
  case CLIENT: on_client(descriptor, events); break;
  case UPSTREAM: on_upstream(descriptor, events); break;
  }
}

static int patience(void) {
  int64_t left = timer < 0 ? -1 : timer - now();
  return timer < 0 ? -1 : left > 0 ? (int)left : 0;
}

// A signal comes while it waits, never just before: it would wait on.
static void run(const sigset_t *waiting) {
  struct epoll_event events[EVENTS];
  while (!is_over) {
    int count = epoll_pwait(epoll, events, EVENTS, patience(), waiting);
    if (count < 0 && errno != EINTR) fail("epoll_pwait");
    for (int i = 0; i < count; i++) handle(events[i].data.fd, events[i].events);
    if (timer >= 0 && timer <= now()) {
      timer = -1;
      act(CURL_SOCKET_TIMEOUT, 0);
    }
    finish_all();
  }
}

static const char *setting(const char *name, bool is_needed) {
  const char *value = getenv(name);
  if (!value || !*value) {
    if (is_needed) fprintf(stderr, "%s: ", name);
    require(!is_needed, "not set");
    return NULL;
  }
  require(strlen(value) < MAX_SETTING, "a setting is too long");
  return value;
}

static void read_settings(void) {
  settings.endpoint = setting("AWS_ENDPOINT_URL_ATHENA", true);
  settings.region = setting("AWS_REGION", true);
  settings.key = setting("AWS_ACCESS_KEY_ID", true);
  settings.secret = setting("AWS_SECRET_ACCESS_KEY", true);
  settings.token = setting("AWS_SESSION_TOKEN", false);
  require(!strncmp(settings.endpoint, "http://", 7), "AWS_ENDPOINT_URL_ATHENA is no http://HOST:PORT");
  settings.authority = settings.endpoint + 7;
  require(!strchr(settings.authority, '/'), "AWS_ENDPOINT_URL_ATHENA has a path");
  require(strlen(settings.region) < 64 && strlen(settings.key) <= 128, "AWS_REGION or AWS_ACCESS_KEY_ID is too long");
  if (settings.token) snprintf(token_field, sizeof token_field, "X-Amz-Security-Token: %s", settings.token);
  sprintf(signing.signed_fields, "content-type;host;x-amz-date;%sx-amz-target", settings.token ? "x-amz-security-token;" : "");
}

static void listen_anywhere(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (listener < 0 || bind(listener, (struct sockaddr *)&address, size) || listen(listener, SOMAXCONN)) fail("listen");
  if (getsockname(listener, (struct sockaddr *)&address, &size)) fail("getsockname");
  descriptors[listener].kind = LISTENER;
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event)) fail("epoll_ctl");
  printf("listening on http://127.0.0.1:%d\n", ntohs(address.sin_port));
  fflush(stdout);
}

int main(void) {
  struct sigaction at_end = {.sa_handler = end};
  sigset_t ends, before;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigprocmask(SIG_BLOCK, &ends, &before);
  sigaction(SIGTERM, &at_end, NULL);
  signal(SIGPIPE, SIG_IGN);
  read_settings();
  require(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK && (multi = curl_multi_init()), "libcurl can't be begun");
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, set_interest);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, set_timer);
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)KEPT_CONNECTIONS);
  if ((epoll = epoll_create1(EPOLL_CLOEXEC)) < 0) fail("epoll_create1");
  listen_anywhere();
  run(&before);
  return 0;
}
