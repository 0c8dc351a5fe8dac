// bench.v1.Bench on C++ gRPC: the callback API, as its own documentation advises.
#include <grpcpp/grpcpp.h>

#include <iostream>
#include <string>

#include "bench.grpc.pb.h"

using bench::v1::Frame;
using bench::v1::Payload;

class Chat : public grpc::ServerBidiReactor<Frame, Frame> {
 public:
  Chat() { StartRead(&frame_); }
  void OnReadDone(bool ok) override {
    if (ok) StartWrite(&frame_);
    else Finish(grpc::Status::OK);
  }
  void OnWriteDone(bool ok) override {
    if (ok) StartRead(&frame_);
    else Finish(grpc::Status::CANCELLED);
  }
  void OnDone() override { delete this; }

 private:
  Frame frame_;
};

class Echo : public bench::v1::Bench::CallbackService {
  grpc::ServerUnaryReactor* Unary(grpc::CallbackServerContext* context, const Payload* request,
                                  Payload* response) override {
    *response = *request;
    auto* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
  grpc::ServerBidiReactor<Frame, Frame>* Chat(grpc::CallbackServerContext*) override {
    return new ::Chat;
  }
};

int main(int count, char** arguments) {
  Echo echo;
  grpc::ServerBuilder builder;
  std::string address = std::string("127.0.0.1:") + (count > 1 ? arguments[1] : "0");
  builder.AddListeningPort(address, grpc::InsecureServerCredentials());
  builder.RegisterService(&echo);
  auto server = builder.BuildAndStart();
  if (!server) return 1;
  std::cout << "ready" << std::endl;
  server->Wait();
}
