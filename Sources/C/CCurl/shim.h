#ifndef CCurl_shim_h
#define CCurl_shim_h
#include <curl/curl.h>

// Swift imports no variadic functions; one wrapper for each type of argument that we pass.
static inline CURLcode CCurl_set_long(CURL *easy, CURLoption option, long value) {
  return (curl_easy_setopt)(easy, option, value);
}
static inline CURLcode CCurl_set_size(CURL *easy, CURLoption option, curl_off_t value) {
  return (curl_easy_setopt)(easy, option, value);
}
static inline CURLcode CCurl_set_pointer(CURL *easy, CURLoption option, const void *value) {
  return (curl_easy_setopt)(easy, option, value);
}
static inline CURLcode CCurl_set_write(CURL *easy, CURLoption option, curl_write_callback value) {
  return (curl_easy_setopt)(easy, option, value);
}
static inline CURLcode CCurl_set_sockopt(CURL *easy, curl_sockopt_callback value) {
  return (curl_easy_setopt)(easy, CURLOPT_SOCKOPTFUNCTION, value);
}
static inline CURLcode CCurl_get_long(CURL *easy, CURLINFO info, long *value) {
  return (curl_easy_getinfo)(easy, info, value);
}
static inline CURLMcode CCurl_multi_set_pointer(CURLM *multi, CURLMoption option, void *value) {
  return (curl_multi_setopt)(multi, option, value);
}
static inline CURLMcode CCurl_multi_set_socket(CURLM *multi, curl_socket_callback value) {
  return (curl_multi_setopt)(multi, CURLMOPT_SOCKETFUNCTION, value);
}
static inline CURLMcode CCurl_multi_set_timer(CURLM *multi, curl_multi_timer_callback value) {
  return (curl_multi_setopt)(multi, CURLMOPT_TIMERFUNCTION, value);
}
// CURLMsg keeps the result in an anonymous union.
static inline CURLcode CCurl_result(const CURLMsg *message) { return message->data.result; }
#endif
