"""The generator on somebody else's protos: what comes out, and what is refused with which words."""

import json
import subprocess

import pytest

import stack as stacks

OLD = """syntax = "proto2"; package shop.v1;
message Old { required int32 number = 1; }
service OldService { rpc Get(Old) returns (Old); }"""
HEAD = 'syntax = "proto3"; package shop.v1; import "google/protobuf/empty.proto"; '
EMPTY = "google.protobuf.Empty"

REFUSED = [
    (HEAD + 'import "old.proto"; message New { message Inner { repeated Old old = 1; } }',
     "field shop.v1.New.Inner.old has the type shop.v1.Old of old.proto, which is a proto2 file"),
    (HEAD + f'import "old.proto"; service Desk {{ rpc Get({EMPTY}) returns (Old); }}',
     "method shop.v1.Desk.Get returns the type shop.v1.Old of old.proto"),
    (HEAD + 'import "old.proto"; message New {}', "new.proto imports old.proto, which has to be given"),
    (HEAD + f"message DeskClient {{}} service Desk {{ rpc Get({EMPTY}) returns ({EMPTY}); }}",
     "message shop.v1.DeskClient and the Client of service shop.v1.Desk would both be Shop.V1.DeskClient"),
    (HEAD + "message New { message LineItem {} message line_item {} }",
     "message shop.v1.New.LineItem and message shop.v1.New.line_item would both be Shop.V1.New.LineItem"),
    (HEAD + "message New { enum Kind { NONE = 0; } message kind {} }",
     "message shop.v1.New.kind and enum shop.v1.New.Kind would both be Shop.V1.New.Kind"),
    (HEAD + "message New { oneof Kind { int32 a = 1; } string kind = 2; }",
     "field shop.v1.New.kind and oneof shop.v1.New.Kind would both be Shop.V1.New.kind in Swift"),
    (HEAD + f"service Desk {{ rpc Get({EMPTY}) returns ({EMPTY}); rpc get({EMPTY}) returns ({EMPTY}); }}",
     "method shop.v1.Desk.Get and method shop.v1.Desk.get would both be Shop.V1.DeskServing.get"),
    (HEAD + 'import "google/protobuf/api.proto"; message New {}',
     "new.proto imports google/protobuf/api.proto, which has to be given"),
    (HEAD + "message Swift {} message Sendable {}",
     "types called Sendable and Swift together leave no way to say Swift's own Sendable"),
    ('syntax = "proto3"; package string.v1; message Text {}',
     "String at the top of a module would hide the String that all of it uses"),
]


# A stand-in for google/api/annotations.proto, which Debian's protoc does not bring.
ANNOTATIONS = """syntax = "proto3"; package google.api; import "google/protobuf/descriptor.proto";
message CustomHttpPattern { string kind = 1; string path = 2; }
message HttpRule {
  oneof pattern { string get = 2; string put = 3; string post = 4; string delete = 5; string patch = 6;
    CustomHttpPattern custom = 8; }
  string body = 7; string response_body = 12; repeated HttpRule additional_bindings = 11;
}
extend google.protobuf.MethodOptions { HttpRule http = 72295728; }"""
API = 'import "google/api/annotations.proto"; '


def run(folder, part, sources, made):
    """Has protoc make one part of some files, and gives what it said and the text of the file `made`."""
    for name, source in {"google/api/annotations.proto": ANNOTATIONS, **sources}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(source)
    (folder / "include").mkdir(exist_ok=True)
    settings = (f"part={part},module=Shop,c_module=CShop,services_module=Shop,imports=Schema,"
                "provided=google.protobuf+google.api")
    done = subprocess.run(
        ["protoc", f"--plugin={stacks.BIN}/protoc-gen-payaid", f"-I{folder}", "-I/usr/include",
         f"--payaid_out={settings}:{folder}", *sources], capture_output=True, text=True, timeout=60)
    return done, (folder / made).read_text() if (folder / made).exists() else ""


def openapi(folder, sources):
    done, text = run(folder, "openapi", sources, "OpenAPIDocument.swift")
    assert done.returncode == 0, done.stderr
    return json.loads(text[text.index('#"""') + 4:text.rindex('"""#')])


def test_types_and_services_of_one_name_have_full_ones_in_the_openapi_document(tmp_path):
    def shop(version, more=""):
        return (f'syntax = "proto3"; package shop.v{version}; {API} {more}'
                "message Item { string id = 1; Error error = 2; } message Error { Kind kind = 1; }"
                "enum Kind { NONE = 0; }"
                f"service Desk {{ rpc Put(Item) returns (Item) {{"
                f' option (google.api.http) = {{ post: "/v{version}/items" body: "*" }}; }} }}')
    # AgentInput is called like the request form of Agent.
    document = openapi(tmp_path, {
        "one.proto": shop(1, "message Agent {} message AgentInput {} "
                             "message Holder { Agent agent = 1; AgentInput input = 2; }"
                             f'service Other {{ rpc Hold(Holder) returns (Holder) {{'
                             f' option (google.api.http) = {{ post: "/hold" body: "*" }}; }} }}'),
        "two.proto": shop(2)})
    operations = [o for item in document["paths"].values() for o in item.values()]
    assert sorted(o["operationId"] for o in operations) == ["Desk.Put", "Other.Hold", "shop.v2.Desk.Put"]
    assert [tag["name"] for tag in document["tags"]] == ["Other", "Desk", "shop.v2.Desk"]
    assert {tag for o in operations for tag in o["tags"]} == {"Other", "Desk", "shop.v2.Desk"}
    schemas = document["components"]["schemas"]
    assert "error" in schemas["Error"]["properties"]
    for version, item in (("1", "Item"), ("2", "shop.v2.Item")):
        error = schemas[item]["properties"]["error"]["$ref"].rpartition("/")[2]
        assert error == f"shop.v{version}.Error" and "kind" in schemas[error]["properties"]
    holder = schemas["Holder"]["properties"]
    assert holder["agent"]["$ref"].endswith("/Agent") and holder["input"]["$ref"].endswith("/shop.v1.AgentInput")
    assert {"Agent", "AgentInput", "shop.v1.AgentInput", "shop.v1.AgentInputInput"} <= schemas.keys()
    assert {"Kind", "shop.v2.Kind", "shop.v1.ErrorInput", "shop.v2.ErrorInput"} <= schemas.keys()


def test_a_stream_of_requests_is_no_operation(tmp_path):
    document = openapi(tmp_path, {"new.proto": 'syntax = "proto3"; package shop.v1; ' + API + """
        message New {}
        service Desk {
          rpc Get(New) returns (New) { option (google.api.http) = { get: "/get" }; }
          rpc Watch(New) returns (stream New) { option (google.api.http) = { get: "/watch" }; }
          rpc Put(stream New) returns (New) { option (google.api.http) = { post: "/put" body: "*" }; }
          rpc Talk(stream New) returns (stream New) { option (google.api.http) = { post: "/talk" body: "*" }; }
        }"""})
    assert document["paths"].keys() == {"/get", "/watch"}


def test_an_option_written_in_parts_is_one_rule(tmp_path):
    done, made = run(tmp_path, "services", {"new.proto": 'syntax = "proto3"; package shop.v1; ' + API + """
        message New { string id = 1; }
        service Desk { rpc Put(New) returns (New) {
          option (google.api.http).post = "/put"; option (google.api.http).body = "*"; } }"""},
        "new.services.swift")
    assert done.returncode == 0, done.stderr
    assert 'http: [HTTPRule("POST", "/put", body: "*")]' in made


TYPESCRIPT = 'syntax = "proto3"; package shop.v1; import "google/protobuf/duration.proto"; ' + API + """
    // An order. /* told */
    message Order { string id = 1; int64 paise = 2; bytes seal = 3; Kind kind = 4; google.protobuf.Duration age = 5;
      map<string, Line> lines = 6; message Line { repeated Kind kinds = 1; } }
    enum Kind {
      NONE = 0;

      // Sent by post.
      POST = 1;
    }
    message GetRequest { string id = 1; string view = 2; }
    message PutRequest { Order order = 1; string request_id = 2; }
    message Error {}
    service Desk {
      rpc Get(GetRequest) returns (Order) { option (google.api.http) = { get: "/orders/{id}" }; }
      rpc Put(PutRequest) returns (Order) { option (google.api.http) = { patch: "/orders/{order.id}" body: "order" }; }
      rpc Watch(GetRequest) returns (stream Order) { option (google.api.http) = { get: "/orders/{id}:watch" }; }
      rpc Pay(GetRequest) returns (Error) { option (google.api.http) = { post: "/orders/{id}:pay" body: "*" }; }
      rpc Talk(stream Order) returns (Order) { option (google.api.http) = { post: "/talk" body: "*" }; }
      rpc Hidden(Order) returns (Order);
    }"""
USE = """import { Desk } from "./client";
import type { Order } from "./client";
declare const desk: Desk;
export async function use(): Promise<Order> {
  for await (const order of desk.watch({ id: "1" })) console.log(order.lines?.["a"]?.kinds?.[0] === "POST");
  const call = desk.talk();
  call.send({ id: "1" });
  call.end();
  for await (const order of call) console.log(order.paise);
  return desk.put({ order: { id: "1", paise: "10", age: "1.5s" } });
}
"""


def test_a_typescript_client_compiles_and_says_what_the_proto_says(tmp_path):
    done, made = run(tmp_path, "typescript", {"new.proto": TYPESCRIPT}, "client.ts")
    assert done.returncode == 0, done.stderr
    for line in ("/** An order. /* told * / */", "paise?: string;", "seal?: string;", "kind?: Kind;", "age?: string;",
                 "lines?: { [key: string]: OrderLine };", "kinds?: Kind[];", '| "POST";', "/** Sent by post. */",
                 "const { id, ...query } = request;", "path: `/orders/${segment(id)}:watch`,",
                 "const { requestId, order: { id, ...order } = {} } = request;", "key: requestId ?? newKey(),",
                 "get(request: GetRequest = {}, options?: CallOptions): Promise<Order> {",
                 # JavaScript's own Error keeps its name.
                 "export interface shop_v1_Error {"):
        assert line in made, line
    assert "talk(options?: CallOptions): Duplex<Order, Order> {" in made
    assert 'this.transport.duplex<Order, Order>("/shop.v1.Desk/Talk", options)' in made and "hidden" not in made
    for name in ("transport", "duplex", "errors", "upload"):
        (tmp_path / f"{name}.ts").write_text((stacks.ROOT / "Clients" / "typescript" / f"{name}.ts").read_text())
    (tmp_path / "use.ts").write_text(USE)
    checked = subprocess.run(
        ["tsc", "--noEmit", "--strict", "--target", "es2022", "--moduleResolution", "node",
         tmp_path / "use.ts"], capture_output=True, text=True, timeout=120)
    assert checked.returncode == 0, checked.stdout


def test_a_file_may_be_called_by_a_number(tmp_path):
    sources = {"3d.proto": 'syntax = "proto3"; package shop.v1; message New {}'}
    done, made = run(tmp_path, "schema", sources, "ShopFiles.swift")
    assert done.returncode == 0, done.stderr
    assert "public enum _3dFile {" in made and "_3d__file, dependencies: []" in made
    done, made = run(tmp_path, "c", sources, "include/CShop.h")
    assert "extern const CShopFile _3d__file;" in made, done.stderr


def values(folder, source, module="Shop"):
    """Has protoc make the Swift values of one file, and gives what it said and the Swift."""
    (folder / "old.proto").write_text(OLD)
    (folder / "new.proto").write_text(source)
    settings = (f"part=schema,module={module},c_module=C{module},imports=Schema,provided=google.protobuf,"
                "provided_files=google/protobuf/empty.proto")
    done = subprocess.run(
        ["protoc", f"--plugin={stacks.BIN}/protoc-gen-payaid", f"-I{folder}", "-I/usr/include",
         f"--payaid_out={settings}:{folder}", "new.proto"], capture_output=True, text=True, timeout=60)
    made = folder / "new.pb.swift"
    return done, made.read_text() if made.exists() else ""


@pytest.mark.parametrize("source, reason", REFUSED)
def test_what_swift_could_not_compile_is_refused_in_a_sentence(tmp_path, source, reason):
    done, _ = values(tmp_path, source)
    assert done.returncode != 0
    assert reason in done.stderr


def test_a_module_may_be_called_like_a_message_in_it(tmp_path):
    done, made = values(
        tmp_path, 'syntax = "proto3"; package order; message Item {} message Order { Item item = 1; }', "Order")
    assert done.returncode == 0, done.stderr
    assert "public var item: Order::Order.Item?" in made


def test_a_field_may_be_called_like_what_another_is_kept_in(tmp_path):
    done, made = values(
        tmp_path, 'syntax = "proto3"; message Node { Node next = 1; int32 indirect1 = 2; int32 indirect_2 = 3; }')
    assert done.returncode == 0, done.stderr
    assert "private var indirect_1: IndirectMessage<Unpackaged.Node>?" in made
    assert "public var indirect1: Int32" in made and "public var indirect2: Int32" in made


def test_items_of_lists_in_comments_keep_their_lines(tmp_path):
    done, made = values(
        tmp_path,
        'syntax = "proto3";\n// In this\n// order:\n// 1. parse\n// 10. answer\n// - or not\nmessage New {}')
    assert done.returncode == 0, done.stderr
    assert "  /// In this order:\n  /// 1. parse\n  /// 10. answer\n  /// - or not\n" in made


def test_a_proto2_file_gives_its_descriptor_and_nothing_else(tmp_path):
    (tmp_path / "old.proto").write_text(OLD)
    (tmp_path / "new.proto").write_text(HEAD + 'import "old.proto"; message New {}')
    # In a folder of its own, as another package calls it: paths are that folder's.
    done = subprocess.run(
        [stacks.ROOT / "tools/generate", "--name", "Shop", "--proto-path", ".", "--out", "out",
         "old.proto", "new.proto"], cwd=tmp_path, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    swift = tmp_path / "out" / "Shop"
    assert {file.name for file in swift.iterdir()} == {"ShopFiles.swift", "CBridge.swift", "new.pb.swift"}
    assert "enum OldFile" in (swift / "ShopFiles.swift").read_text()
