"""The generator on somebody else's protos: what comes out, and what is refused with which words."""

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
    (HEAD + "message Swift {} message Sendable {}",
     "types called Sendable and Swift together leave no way to say Swift's own Sendable"),
    ('syntax = "proto3"; package string.v1; message Text {}',
     "String at the top of a module would hide the String that all of it uses"),
]


def values(folder, source, module="Shop"):
    """Has protoc make the Swift values of one file, and gives what it said and the Swift."""
    (folder / "old.proto").write_text(OLD)
    (folder / "new.proto").write_text(source)
    settings = f"part=schema,module={module},c_module=C{module},imports=Schema,provided=google.protobuf"
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
