/*
 * The floor: bench.v1.Bench in bare C on nghttp2, epoll and protobuf-c, one thread.
 *
 * It does what the work needs and nothing a server for the open internet needs: no limits, no
 * deadlines, no metadata, no errors to speak of. Unary and Chat both decode into an arena and
 * encode again.
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
#include <unistd.h>

#include "bench.pb-c.h"

typedef struct {
  uint8_t *bytes;
  size_t count, room, head;
} Buffer;

typedef struct {
  int32_t id;
  int is_chat, is_ended;
  Buffer in, out;
} Stream;

typedef struct {
  int fd;
  nghttp2_session *session;
  Buffer out;
  int is_writing;
} Connection;

static int poller;

static void append(Buffer *buffer, const void *bytes, size_t count) {
  if (buffer->head == buffer->count) buffer->head = buffer->count = 0;
  if (buffer->count + count > buffer->room) {
    buffer->room = (buffer->count + count) * 2;
    buffer->bytes = realloc(buffer->bytes, buffer->room);
    if (!buffer->bytes) abort();
  }
  memcpy(buffer->bytes + buffer->count, bytes, count);
  buffer->count += count;
}

/* One message at a time lives in the arena. */
static uint8_t arena[1 << 20];
static size_t arena_used;

static void *take(void *data, size_t size) {
  size_t start = (arena_used + 15) & ~(size_t)15;
  (void)data;
  if (start + size > sizeof arena) return NULL;
  arena_used = start + size;
  return arena + start;
}

static void give_back(void *data, void *memory) { (void)data, (void)memory; }

static ProtobufCAllocator allocator = {take, give_back, NULL};

static void echo(Stream *stream, const uint8_t *bytes, size_t count) {
  const ProtobufCMessageDescriptor *type =
      stream->is_chat ? &bench__v1__frame__descriptor : &bench__v1__payload__descriptor;
  arena_used = 0;
  ProtobufCMessage *message = protobuf_c_message_unpack(type, &allocator, count, bytes);
  if (!message) abort();
  uint8_t *packed = take(NULL, protobuf_c_message_get_packed_size(message));
  size_t size = protobuf_c_message_pack(message, packed);
  uint8_t prefix[5] = {0, size >> 24, size >> 16, size >> 8, size};
  append(&stream->out, prefix, 5);
  append(&stream->out, packed, size);
}

static void echo_all(Stream *stream) {
  for (;;) {
    uint8_t *start = stream->in.bytes + stream->in.head;
    size_t left = stream->in.count - stream->in.head;
    if (left < 5) return;
    size_t size = (size_t)start[1] << 24 | start[2] << 16 | start[3] << 8 | start[4];
    if (left < 5 + size) return;
    echo(stream, start + 5, size);
    stream->in.head += 5 + size;
  }
}

#define FIELD(name, value) \
  {(uint8_t *)name, (uint8_t *)value, sizeof name - 1, sizeof value - 1, \
   NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE}

static ssize_t read_body(nghttp2_session *session, int32_t id, uint8_t *target, size_t room,
                         uint32_t *flags, nghttp2_data_source *source, void *data) {
  static const nghttp2_nv trailers[] = {FIELD("grpc-status", "0")};
  Stream *stream = source->ptr;
  size_t left = stream->out.count - stream->out.head;
  size_t count = left < room ? left : room;
  (void)data;
  if (count) memcpy(target, stream->out.bytes + stream->out.head, count);
  stream->out.head += count;
  if (count == left && stream->is_ended) {
    *flags |= NGHTTP2_DATA_FLAG_EOF | NGHTTP2_DATA_FLAG_NO_END_STREAM;
    nghttp2_submit_trailer(session, id, trailers, 1);
  } else if (count == 0) {
    return NGHTTP2_ERR_DEFERRED;
  }
  return count;
}

static int on_begin(nghttp2_session *session, const nghttp2_frame *frame, void *data) {
  (void)data;
  if (frame->hd.type != NGHTTP2_HEADERS || frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
  Stream *stream = calloc(1, sizeof *stream);
  stream->id = frame->hd.stream_id;
  return nghttp2_session_set_stream_user_data(session, stream->id, stream);
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
                     size_t name_count, const uint8_t *value, size_t count, uint8_t flags,
                     void *data) {
  (void)flags, (void)data;
  if (name_count == 5 && !memcmp(name, ":path", 5)) {
    Stream *stream = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
    stream->is_chat = count > 5 && !memcmp(value + count - 5, "/Chat", 5);
  }
  return 0;
}

static int on_data(nghttp2_session *session, uint8_t flags, int32_t id, const uint8_t *bytes,
                   size_t count, void *data) {
  Stream *stream = nghttp2_session_get_stream_user_data(session, id);
  (void)flags, (void)data;
  append(&stream->in, bytes, count);
  echo_all(stream);
  if (stream->is_chat) nghttp2_session_resume_data(session, id);
  return 0;
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *data) {
  static const nghttp2_nv head[] = {FIELD(":status", "200"),
                                    FIELD("content-type", "application/grpc")};
  (void)data;
  if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA) return 0;
  Stream *stream = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
  int ends = frame->hd.flags & NGHTTP2_FLAG_END_STREAM;
  int begins = frame->hd.type == NGHTTP2_HEADERS;
  if (!stream) return 0;
  if (ends) stream->is_ended = 1;
  nghttp2_data_provider provider = {.source = {.ptr = stream}, .read_callback = read_body};
  if (stream->is_chat ? begins : ends) {
    return nghttp2_submit_response(session, stream->id, head, 2, &provider);
  }
  if (ends) nghttp2_session_resume_data(session, stream->id);
  return 0;
}

static int on_close(nghttp2_session *session, int32_t id, uint32_t code, void *data) {
  Stream *stream = nghttp2_session_get_stream_user_data(session, id);
  (void)code, (void)data;
  if (!stream) return 0;
  free(stream->in.bytes);
  free(stream->out.bytes);
  free(stream);
  return 0;
}

static void close_connection(Connection *connection) {
  nghttp2_session_del(connection->session);
  close(connection->fd);
  free(connection->out.bytes);
  free(connection);
}

static int flush(Connection *connection) {
  const uint8_t *bytes;
  ssize_t count;
  while ((count = nghttp2_session_mem_send(connection->session, &bytes)) > 0) {
    append(&connection->out, bytes, count);
  }
  Buffer *out = &connection->out;
  while (out->head < out->count) {
    ssize_t sent = send(connection->fd, out->bytes + out->head, out->count - out->head,
                        MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return -1;
    if (sent < 0) break;
    out->head += sent;
  }
  int waits = out->head < out->count;
  if (waits != connection->is_writing) {
    struct epoll_event event = {.events = EPOLLIN | (waits ? EPOLLOUT : 0),
                                .data = {.ptr = connection}};
    connection->is_writing = waits;
    epoll_ctl(poller, EPOLL_CTL_MOD, connection->fd, &event);
  }
  return 0;
}

static int serve(Connection *connection, uint32_t events) {
  static uint8_t bytes[65536];
  if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
    ssize_t count = recv(connection->fd, bytes, sizeof bytes, 0);
    if (count == 0 || (count < 0 && errno != EAGAIN)) return -1;
    if (count > 0 && nghttp2_session_mem_recv(connection->session, bytes, count) < 0) return -1;
  }
  return flush(connection);
}

static void accept_one(int listener) {
  static nghttp2_session_callbacks *callbacks;
  static nghttp2_option *option;
  if (!callbacks) {
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
    nghttp2_option_new(&option);
    nghttp2_option_set_no_closed_streams(option, 1);
  }
  int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), one = 1;
  if (fd < 0) return;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  Connection *connection = calloc(1, sizeof *connection);
  connection->fd = fd;
  nghttp2_session_server_new2(&connection->session, callbacks, connection, option);
  nghttp2_settings_entry settings[] = {{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 4096},
                                       {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 1 << 20}};
  nghttp2_submit_settings(connection->session, NGHTTP2_FLAG_NONE, settings, 2);
  nghttp2_session_set_local_window_size(connection->session, NGHTTP2_FLAG_NONE, 0, 1 << 24);
  struct epoll_event event = {.events = EPOLLIN, .data = {.ptr = connection}};
  epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
  flush(connection);
}

int main(int count, char **arguments) {
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons(count > 1 ? atoi(arguments[1]) : 0),
                                .sin_addr = {htonl(INADDR_LOOPBACK)}};
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 1024)) {
    perror("echo");
    return 1;
  }
  poller = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event own = {.events = EPOLLIN, .data = {.ptr = NULL}}, events[256];
  epoll_ctl(poller, EPOLL_CTL_ADD, listener, &own);
  puts("ready");
  fflush(stdout);
  for (;;) {
    int ready = epoll_wait(poller, events, 256, -1);
    for (int index = 0; index < ready; index++) {
      Connection *connection = events[index].data.ptr;
      if (!connection) accept_one(listener);
      else if (serve(connection, events[index].events) < 0) close_connection(connection);
    }
  }
}
