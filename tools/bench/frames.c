/*
 * Live audio on bench.v1.Bench/Chat: many streams, each sends a 320-byte frame every 20 ms and
 * expects it back. Prints one line of JSON: frames sent, echoed and lost, and the echo's delay.
 *
 *   frames PORT STREAMS CONNECTIONS SECONDS
 *
 * One thread. The streams' clocks are spread over the 20 ms; frames that are due together on one
 * connection leave in one write, as they would from a media gateway. An echo that has not come
 * back 2 s after the last frame is lost, as is one that is out of order.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <nghttp2/nghttp2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PERIOD = 20000000, TICK = 1000000, PCM = 320, BUCKETS = 200000 /* of 10 us */, FRAME_ROOM = 400 };

typedef struct Connection Connection;

typedef struct {
  Connection *connection;
  int32_t id;
  uint64_t sent, echoed;
  int is_done;
  uint8_t out[FRAME_ROOM * 64];
  size_t out_count, out_head;
  uint8_t in[FRAME_ROOM];
  size_t in_count;
} Stream;

struct Connection {
  int fd;
  nghttp2_session *session;
  int is_dirty;
  uint8_t *out;
  size_t out_count, out_head, out_room;
};

static Stream *streams;
static int64_t *due; /* by stream, apart from them: it is walked once a tick */
static Connection *connections;
static int stream_count, connection_count, poller, is_finishing;
static uint64_t delays[BUCKETS], sent, echoed, disordered, failed, late_sends;
static int open_streams;

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static size_t put_varint(uint8_t *target, uint64_t value) {
  size_t count = 0;
  while (value >= 128) target[count++] = value | 128, value >>= 7;
  target[count++] = value;
  return count;
}

static size_t get_varint(const uint8_t *bytes, uint64_t *value) {
  size_t count = 0;
  *value = 0;
  do *value |= (uint64_t)(bytes[count] & 127) << (7 * count);
  while (bytes[count++] & 128 && count < 10);
  return count;
}

static void put_frame(Stream *stream, int64_t time) {
  uint8_t *start = stream->out + stream->out_count, *next = start + 5;
  if (stream->out_count + FRAME_ROOM > sizeof stream->out) {
    failed++; /* the server has taken nothing for more than a second */
    return;
  }
  *next++ = 1 << 3 | 2;
  next += put_varint(next, PCM);
  memset(next, (int)stream->sent, PCM);
  next += PCM;
  if (stream->sent) *next++ = 2 << 3, next += put_varint(next, stream->sent);
  *next++ = 3 << 3;
  next += put_varint(next, (uint64_t)time);
  size_t size = next - start - 5;
  start[0] = start[1] = start[2] = 0;
  start[3] = size >> 8;
  start[4] = size;
  stream->out_count += size + 5;
  stream->sent++;
  sent++;
}

static void take_frame(Stream *stream, const uint8_t *bytes, size_t count, int64_t time) {
  uint64_t value, seq = 0, stamp = 0;
  for (size_t at = 0; at < count;) {
    uint8_t tag = bytes[at++];
    at += get_varint(bytes + at, &value);
    if (tag == (1 << 3 | 2)) at += value;
    if (tag == 2 << 3) seq = value;
    if (tag == 3 << 3) stamp = value;
  }
  if (seq != stream->echoed) disordered++;
  stream->echoed++;
  echoed++;
  int64_t bucket = (time - (int64_t)stamp) / 10000;
  delays[bucket < 0 ? 0 : bucket < BUCKETS ? bucket : BUCKETS - 1]++;
}

static int64_t read_time;

static int on_data(nghttp2_session *session, uint8_t flags, int32_t id, const uint8_t *bytes,
                   size_t count, void *data) {
  Stream *stream = nghttp2_session_get_stream_user_data(session, id);
  (void)flags, (void)data;
  while (count) {
    size_t wanted = 5;
    if (stream->in_count >= 5) wanted += (size_t)stream->in[3] << 8 | stream->in[4];
    if (wanted > FRAME_ROOM) exit(3);
    size_t step = wanted - stream->in_count;
    if (step > count) step = count;
    memcpy(stream->in + stream->in_count, bytes, step);
    stream->in_count += step;
    bytes += step, count -= step;
    if (stream->in_count == wanted && wanted > 5) {
      take_frame(stream, stream->in + 5, wanted - 5, read_time);
      stream->in_count = 0;
    }
  }
  return 0;
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
                     size_t name_count, const uint8_t *value, size_t count, uint8_t flags,
                     void *data) {
  (void)session, (void)frame, (void)flags, (void)data;
  if (name_count == 11 && !memcmp(name, "grpc-status", 11) && !(count == 1 && *value == '0')) {
    failed++;
  }
  return 0;
}

static int on_close(nghttp2_session *session, int32_t id, uint32_t code, void *data) {
  Stream *stream = nghttp2_session_get_stream_user_data(session, id);
  (void)data;
  if (!stream) return 0;
  if (code || !is_finishing) failed++;
  stream->is_done = 1;
  open_streams--;
  return 0;
}

static ssize_t read_body(nghttp2_session *session, int32_t id, uint8_t *target, size_t room,
                         uint32_t *flags, nghttp2_data_source *source, void *data) {
  Stream *stream = source->ptr;
  size_t left = stream->out_count - stream->out_head, count = left < room ? left : room;
  (void)session, (void)id, (void)data;
  if (!count && is_finishing) *flags |= NGHTTP2_DATA_FLAG_EOF;
  else if (!count) return NGHTTP2_ERR_DEFERRED;
  memcpy(target, stream->out + stream->out_head, count);
  stream->out_head += count;
  if (stream->out_head == stream->out_count) stream->out_head = stream->out_count = 0;
  return count;
}

static void die(const char *what) {
  perror(what);
  exit(2);
}

static void flush(Connection *connection) {
  const uint8_t *bytes;
  ssize_t count;
  while ((count = nghttp2_session_mem_send(connection->session, &bytes)) > 0) {
    if (connection->out_count + count > connection->out_room) {
      connection->out_room = (connection->out_count + count) * 2;
      connection->out = realloc(connection->out, connection->out_room);
    }
    memcpy(connection->out + connection->out_count, bytes, count);
    connection->out_count += count;
  }
  while (connection->out_head < connection->out_count) {
    ssize_t taken = send(connection->fd, connection->out + connection->out_head,
                         connection->out_count - connection->out_head, MSG_NOSIGNAL);
    if (taken < 0 && errno == EAGAIN) break;
    if (taken < 0) die("send");
    connection->out_head += taken;
  }
  if (connection->out_head == connection->out_count) {
    connection->out_head = connection->out_count = 0;
    connection->is_dirty = 0;
  }
}

static void receive(Connection *connection) {
  static uint8_t bytes[262144];
  ssize_t count = recv(connection->fd, bytes, sizeof bytes, 0);
  if (count < 0 && errno == EAGAIN) return;
  if (count <= 0) die("the server closed a connection");
  read_time = now();
  if (nghttp2_session_mem_recv(connection->session, bytes, count) < 0) die("nghttp2");
  connection->is_dirty = 1;
}

static void connect_one(Connection *connection, int port, nghttp2_session_callbacks *callbacks) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port),
                                .sin_addr = {htonl(INADDR_LOOPBACK)}};
  int one = 1;
  connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(connection->fd, (struct sockaddr *)&address, sizeof address)) die("connect");
  setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  nghttp2_session_client_new(&connection->session, callbacks, connection);
  nghttp2_settings_entry settings[] = {{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 1 << 20}};
  nghttp2_submit_settings(connection->session, NGHTTP2_FLAG_NONE, settings, 1);
  nghttp2_session_set_local_window_size(connection->session, NGHTTP2_FLAG_NONE, 0, 1 << 24);
  struct epoll_event event = {.events = EPOLLIN, .data = {.ptr = connection}};
  epoll_ctl(poller, EPOLL_CTL_ADD, connection->fd, &event);
}

#define FIELD(name, value) \
  {(uint8_t *)name, (uint8_t *)value, sizeof name - 1, sizeof value - 1, 0}

static void open_stream(Stream *stream) {
  static const nghttp2_nv head[] = {
      FIELD(":method", "POST"), FIELD(":scheme", "http"), FIELD(":path", "/bench.v1.Bench/Chat"),
      FIELD(":authority", "bench"), FIELD("content-type", "application/grpc"),
      FIELD("te", "trailers"), FIELD("user-agent", "frames/1")};
  nghttp2_data_provider provider = {.source = {.ptr = stream}, .read_callback = read_body};
  stream->id =
      nghttp2_submit_request(stream->connection->session, NULL, head, 7, &provider, stream);
  if (stream->id < 0) die("request");
  stream->connection->is_dirty = 1;
  open_streams++;
}

/* Sends every frame that is due; answers when the next one is. */
static int64_t send_due(int64_t time) {
  int64_t next = INT64_MAX;
  for (int index = 0; index < stream_count; index++) {
    Stream *stream = &streams[index];
    if (due[index] <= time && stream->is_done) due[index] = INT64_MAX;
    if (due[index] <= time) {
      if (time - due[index] > PERIOD) late_sends++;
      put_frame(stream, time);
      nghttp2_session_resume_data(stream->connection->session, stream->id);
      stream->connection->is_dirty = 1;
      due[index] += PERIOD;
    }
    if (due[index] < next) next = due[index];
  }
  /* A gateway's clock ticks once a millisecond; answers that come between do not move it. */
  return next > time + TICK ? next : time + TICK;
}

static void wait_until(int64_t time) {
  struct epoll_event events[256];
  for (int index = 0; index < connection_count; index++) {
    if (connections[index].is_dirty) flush(&connections[index]);
  }
  int64_t left = time - now();
  int ready = epoll_wait(poller, events, 256, left > 0 ? (int)((left + 999999) / 1000000) : 0);
  for (int index = 0; index < ready; index++) receive(events[index].data.ptr);
}

static double quantile(double part) {
  uint64_t target = (uint64_t)((double)echoed * part), seen = 0;
  for (int bucket = 0; bucket < BUCKETS; bucket++) {
    seen += delays[bucket];
    if (seen > target) return (bucket + 1) / 100.0;
  }
  return BUCKETS / 100.0;
}

static void run(double seconds) {
  int64_t begin = now() + 100000000, end = begin + (int64_t)(seconds * 1e9);
  for (int index = 0; index < stream_count; index++) {
    due[index] = begin + (int64_t)PERIOD * index / stream_count;
  }
  for (int64_t time = now(), next = begin; time < end; time = now()) {
    if (time >= next) next = send_due(time);
    wait_until(next < end ? next : end);
  }
  for (int64_t time = now(); echoed < sent && time < end + 2000000000LL; time = now()) {
    wait_until(time + 10000000);
  }
  is_finishing = 1;
  for (int index = 0; index < stream_count; index++) {
    nghttp2_session_resume_data(streams[index].connection->session, streams[index].id);
    streams[index].connection->is_dirty = 1;
  }
  for (int64_t time = now(); open_streams > 0 && time < end + 4000000000LL; time = now()) {
    wait_until(time + 10000000);
  }
}

int main(int count, char **arguments) {
  if (count != 5) {
    fputs("usage: frames PORT STREAMS CONNECTIONS SECONDS\n", stderr);
    return 64;
  }
  stream_count = atoi(arguments[2]);
  connection_count = atoi(arguments[3]);
  if (connection_count > stream_count) connection_count = stream_count;
  poller = epoll_create1(EPOLL_CLOEXEC);
  nghttp2_session_callbacks *callbacks;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
  connections = calloc(connection_count, sizeof *connections);
  streams = calloc(stream_count, sizeof *streams);
  due = calloc(stream_count, sizeof *due);
  for (int index = 0; index < connection_count; index++) {
    connect_one(&connections[index], atoi(arguments[1]), callbacks);
  }
  for (int index = 0; index < stream_count; index++) {
    streams[index].connection = &connections[index % connection_count];
    open_stream(&streams[index]);
  }
  run(atof(arguments[4]));
  printf("{\"streams\":%d,\"sent\":%lu,\"echoed\":%lu,\"lost\":%lu,\"disordered\":%lu,"
         "\"failed\":%lu,\"unclosed\":%d,\"late_sends\":%lu,\"p50_ms\":%.2f,\"p99_ms\":%.2f}\n",
         stream_count, sent, echoed, sent - echoed, disordered, failed, open_streams, late_sends,
         quantile(0.5), quantile(0.99));
  return sent == echoed && !failed && !disordered ? 0 : 1;
}
