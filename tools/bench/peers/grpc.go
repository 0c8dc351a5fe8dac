// bench.v1.Bench on grpc-go, as its own tutorial writes it.
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"

	pb "bench.local/benchpb"
	"google.golang.org/grpc"
)

type echo struct{}

func (echo) Unary(_ context.Context, request *pb.Payload) (*pb.Payload, error) {
	return request, nil
}

func (echo) Chat(stream pb.Bench_ChatServer) error {
	for {
		frame, err := stream.Recv()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := stream.Send(frame); err != nil {
			return err
		}
	}
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	server := grpc.NewServer()
	pb.RegisterBenchServer(server, echo{})
	fmt.Println("ready")
	server.Serve(listener)
}
