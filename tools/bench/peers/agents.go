// GetAgent on grpc-go with database/sql and lib/pq, as their documentation writes it: a peer of api.py.
//
// Reads the same rows of the same database under the same row-level security, checks the same API key.
package main

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"database/sql"
	"fmt"
	"net"
	"os"
	"sync"

	pb "bench.local/agentspb"
	_ "github.com/lib/pq"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

type key struct {
	merchant string
	digest   []byte
}

type agents struct {
	db           *sql.DB
	tenant, find *sql.Stmt
	known        sync.Map
}

// Whose key it is; looked up once, as ours is within its lifetime.
func (s *agents) merchant(ctx context.Context) (string, error) {
	fields, _ := metadata.FromIncomingContext(ctx)
	ids, secrets := fields.Get("x-api-key"), fields.Get("x-api-secret")
	if len(ids) != 1 || len(secrets) != 1 {
		return "", status.Error(codes.Unauthenticated, "a key is needed")
	}
	found, isKnown := s.known.Load(ids[0])
	if !isKnown {
		var read key
		err := s.in(ctx, "*", func(tx *sql.Tx) error {
			return tx.QueryRowContext(ctx,
				"SELECT merchant_id, secret_hash FROM api_keys WHERE key_id = $1", ids[0]).
				Scan(&read.merchant, &read.digest)
		})
		if err != nil {
			return "", status.Error(codes.Unauthenticated, "the key is not valid")
		}
		found = read
		s.known.Store(ids[0], found)
	}
	digest := sha256.Sum256([]byte(secrets[0]))
	if subtle.ConstantTimeCompare(found.(key).digest, digest[:]) != 1 {
		return "", status.Error(codes.Unauthenticated, "the key is not valid")
	}
	return found.(key).merchant, nil
}

// Runs body in a transaction that sees a merchant's rows.
func (s *agents) in(ctx context.Context, merchant string, body func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.StmtContext(ctx, s.tenant).ExecContext(ctx, merchant); err != nil {
		return err
	}
	if err := body(tx); err != nil {
		return err
	}
	return tx.Commit()
}

func (s *agents) GetAgent(ctx context.Context, request *pb.GetAgentRequest) (*pb.Agent, error) {
	owner, err := s.merchant(ctx)
	if err != nil {
		return nil, err
	}
	var a pb.Agent
	var phone sql.NullString
	err = s.in(ctx, owner, func(tx *sql.Tx) error {
		return tx.StmtContext(ctx, s.find).QueryRowContext(ctx, request.AgentId, owner).Scan(
			&a.AgentId, &a.Revision, &a.Name, &a.Language, &a.VoiceId, &a.SystemPrompt, &phone,
			&a.State, &a.Config, &a.CreateTime, &a.UpdateTime)
	})
	if err == sql.ErrNoRows || a.State == "deleted" {
		return nil, status.Error(codes.NotFound, "there is no such agent")
	}
	if err != nil {
		return nil, status.Error(codes.Internal, "the database failed")
	}
	a.PhoneNumber = phone.String
	return &a, nil
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	db, err := sql.Open("postgres", os.Getenv("DATABASE_URL"))
	must(err)
	db.SetMaxOpenConns(8)
	db.SetMaxIdleConns(8)
	service := &agents{db: db}
	service.tenant, err = db.Prepare("SELECT set_config('payaid.merchant_id', $1, true)")
	must(err)
	service.find, err = db.Prepare(`SELECT agent_id, revision, name, language, voice_id, system_prompt,
		phone_number, state, config::text AS config, create_time, update_time
		FROM agents WHERE agent_id = $1 AND merchant_id = $2`)
	must(err)
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Args[1])
	must(err)
	server := grpc.NewServer()
	pb.RegisterAgentServiceServer(server, service)
	fmt.Println("ready")
	server.Serve(listener)
}
