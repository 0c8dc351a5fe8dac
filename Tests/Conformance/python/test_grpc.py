"""Stock grpcio as client: unary, metadata, errors with details, deadlines, health, reflection."""

import concurrent.futures

import grpc
import pytest
from google.protobuf import descriptor_pb2, field_mask_pb2
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from conftest import metadata


@pytest.fixture(scope="module")
def v1():
    from payaid.voice.v1 import agents_pb2
    return agents_pb2


@pytest.fixture(scope="module")
def agents(channel):
    from payaid.voice.v1 import agents_pb2_grpc
    return agents_pb2_grpc.AgentServiceStub(channel)


@pytest.fixture()
def agent(v1, agents, auth):
    return agents.CreateAgent(
        v1.CreateAgentRequest(agent=v1.Agent(name="Asha", language="hi")), metadata=auth)


def failure(call, *arguments, **options):
    with pytest.raises(grpc.RpcError) as caught:
        call(*arguments, **options)
    return caught.value


def details(error):
    for name, value in error.trailing_metadata():
        if name == "grpc-status-details-bin":
            status = status_pb2.Status.FromString(value)
            assert status.code == error.code().value[0]
            return status.details
    return []


def test_an_agent_is_made_with_defaults(agent):
    assert agent.agent_id.startswith("agt_")
    assert agent.voice_id
    assert agent.state == agent.ACTIVE
    assert agent.create_time.seconds > 0


def test_an_agent_reads_back(v1, agents, agent, auth):
    assert agents.GetAgent(v1.GetAgentRequest(agent_id=agent.agent_id), metadata=auth) == agent


def test_a_field_mask_changes_only_its_fields(v1, agents, agent, auth):
    changed = agents.UpdateAgent(
        v1.UpdateAgentRequest(
            agent=v1.Agent(agent_id=agent.agent_id, name="Meera", language="en"),
            update_mask=field_mask_pb2.FieldMask(paths=["name"])), metadata=auth)
    assert (changed.name, changed.language) == ("Meera", "hi")
    assert changed.etag != agent.etag


def test_an_old_etag_is_refused(v1, agents, agent, auth):
    update = v1.UpdateAgentRequest(
        agent=v1.Agent(agent_id=agent.agent_id, name="B", etag=agent.etag),
        update_mask=field_mask_pb2.FieldMask(paths=["name"]))
    agents.UpdateAgent(update, metadata=auth)
    assert failure(agents.UpdateAgent, update, metadata=auth).code() == grpc.StatusCode.ABORTED


def test_a_deleted_agent_is_gone(v1, agents, agent, auth):
    request = v1.DeleteAgentRequest(agent_id=agent.agent_id)
    agents.DeleteAgent(request, metadata=auth)
    assert failure(agents.DeleteAgent, request, metadata=auth).code() == grpc.StatusCode.NOT_FOUND


def test_pages_hold_every_agent_once(v1, agents, auth):
    made = {
        agents.CreateAgent(
            v1.CreateAgentRequest(agent=v1.Agent(name=f"p{n}", language="en")), metadata=auth).agent_id
        for n in range(7)}
    seen, token = [], ""
    while True:
        page = agents.ListAgents(
            v1.ListAgentsRequest(page_size=3, page_token=token), metadata=auth)
        assert len(page.agents) <= 3
        seen += [a.agent_id for a in page.agents]
        token = page.next_page_token
        if not token:
            break
    assert made <= set(seen)
    assert len(seen) == len(set(seen))
    assert seen == sorted(seen, reverse=True)


def test_the_same_request_id_gives_the_first_answer(v1, agents, auth):
    request = v1.CreateAgentRequest(
        agent=v1.Agent(name="Once", language="en"), request_id="9a6b1c52-once")
    first = agents.CreateAgent(request, metadata=auth)
    assert agents.CreateAgent(request, metadata=auth) == first
    request.agent.name = "Twice"
    assert failure(agents.CreateAgent, request, metadata=auth).code() == grpc.StatusCode.ALREADY_EXISTS


def test_concurrent_requests_with_one_id_make_one_agent(v1, agents, auth):
    request = v1.CreateAgentRequest(
        agent=v1.Agent(name="Race", language="en"), request_id="race-1")
    futures = [agents.CreateAgent.future(request, metadata=auth) for _ in range(8)]
    assert len({f.result(timeout=20).agent_id for f in futures}) == 1


@pytest.mark.parametrize("agent, field", [
    (dict(name="", language="hi"), "agent.name"),
    (dict(name="x" * 101, language="hi"), "agent.name"),
    (dict(name="a", language="fr"), "agent.language"),
    (dict(name="a", language="hi", voice_id="nobody"), "agent.voiceId"),
    (dict(name="a", language="hi", phone_number="12345"), "agent.phoneNumber"),
    (dict(name="a", language="hi", system_prompt="x" * 32769), "agent.systemPrompt"),
])
def test_a_bad_field_is_named(v1, agents, auth, agent, field):
    error = failure(
        agents.CreateAgent, v1.CreateAgentRequest(agent=v1.Agent(**agent)), metadata=auth)
    assert error.code() == grpc.StatusCode.INVALID_ARGUMENT
    violations = error_details_pb2.BadRequest()
    assert details(error)[0].Unpack(violations)
    assert field in [v.field for v in violations.field_violations]


def test_nobody_is_unauthenticated(v1, agents, merchant):
    for sent in ((), (("x-api-key", "x"),), (("x-api-key", merchant["key"]), ("x-api-secret", "y" * 38))):
        error = failure(agents.ListAgents, v1.ListAgentsRequest(), metadata=sent)
        assert error.code() == grpc.StatusCode.UNAUTHENTICATED


def test_another_merchants_agent_is_not_found(v1, agents, agent, stranger):
    request = v1.GetAgentRequest(agent_id=agent.agent_id)
    error = failure(agents.GetAgent, request, metadata=metadata(stranger))
    assert error.code() == grpc.StatusCode.NOT_FOUND
    page = agents.ListAgents(v1.ListAgentsRequest(), metadata=metadata(stranger))
    assert agent.agent_id not in [a.agent_id for a in page.agents]


def test_an_unknown_method_is_unimplemented(channel, auth):
    call = channel.unary_unary("/payaid.voice.v1.AgentService/Nothing")
    assert failure(call, b"", metadata=auth).code() == grpc.StatusCode.UNIMPLEMENTED


def test_bytes_that_are_no_message_are_refused(channel, auth):
    call = channel.unary_unary("/payaid.voice.v1.AgentService/CreateAgent")
    assert failure(call, b"\xff\xff\xff", metadata=auth).code() == grpc.StatusCode.INTERNAL


def test_a_message_larger_than_any_document_is_refused(channel, auth):
    call = channel.unary_unary("/payaid.voice.v1.AgentService/CreateAgent")
    error = failure(call, bytes(11 * 1024 * 1024), metadata=auth)
    assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED


def test_a_deadline_that_passed_ends_the_call(channel):
    health = health_pb2_grpc.HealthStub(channel)
    watch = health.Watch(health_pb2.HealthCheckRequest(), timeout=3)
    assert next(watch).status == health_pb2.HealthCheckResponse.SERVING
    assert failure(next, watch).code() == grpc.StatusCode.DEADLINE_EXCEEDED


def test_gzip_is_understood(v1, agents, agent, auth):
    found = agents.GetAgent(
        v1.GetAgentRequest(agent_id=agent.agent_id), metadata=auth, compression=grpc.Compression.Gzip)
    assert found == agent


def test_health_serves_and_is_watched(channel):
    health = health_pb2_grpc.HealthStub(channel)
    serving = health_pb2.HealthCheckResponse.SERVING
    assert health.Check(health_pb2.HealthCheckRequest()).status == serving
    assert failure(health.Check, health_pb2.HealthCheckRequest(service="no")).code() == grpc.StatusCode.NOT_FOUND
    watch = health.Watch(health_pb2.HealthCheckRequest(service="no"))
    assert next(iter(watch)).status == health_pb2.HealthCheckResponse.SERVICE_UNKNOWN
    watch.cancel()


def test_health_lists_every_service(channel):
    statuses = health_pb2_grpc.HealthStub(channel).List(health_pb2.HealthListRequest()).statuses
    assert statuses[""].status == health_pb2.HealthCheckResponse.SERVING
    assert "payaid.voice.v1.AgentService" in statuses


def test_reflection_lists_and_describes(channel):
    stub = reflection_pb2_grpc.ServerReflectionStub(channel)
    requests = [
        reflection_pb2.ServerReflectionRequest(list_services=""),
        reflection_pb2.ServerReflectionRequest(file_containing_symbol="payaid.voice.v1.AgentService.GetAgent"),
        reflection_pb2.ServerReflectionRequest(file_by_filename="nothing.proto"),
    ]
    answers = list(stub.ServerReflectionInfo(iter(requests)))
    names = [s.name for s in answers[0].list_services_response.service]
    assert "payaid.voice.v1.AgentService" in names and "grpc.health.v1.Health" in names
    assert answers[1].file_descriptor_response.file_descriptor_proto
    assert answers[2].error_response.error_code == grpc.StatusCode.NOT_FOUND.value[0]


@pytest.mark.parametrize("package", ["grpc.reflection.v1", "grpc.reflection.v1alpha"])
def test_reflection_answers_every_kind_of_question(channel, package):
    reflect = channel.stream_stream(
        f"/{package}.ServerReflection/ServerReflectionInfo",
        request_serializer=reflection_pb2.ServerReflectionRequest.SerializeToString,
        response_deserializer=reflection_pb2.ServerReflectionResponse.FromString)

    def ask(**question):
        request = reflection_pb2.ServerReflectionRequest(host="here", **question)
        answer, = reflect(iter([request]))
        assert answer.valid_host == "here" and answer.original_request == request
        return answer

    def files(answer):
        found = answer.file_descriptor_response.file_descriptor_proto
        return [descriptor_pb2.FileDescriptorProto.FromString(file) for file in found]

    agents = "payaid/voice/v1/agents.proto"
    whole = files(ask(file_by_filename=agents))
    names = {file.name for file in whole}
    assert whole[0].name == agents
    assert all(set(file.dependency) <= names for file in whole)
    for symbol in ("AgentService", "AgentService.GetAgent", "Agent", "Agent.name", "Agent.ACTIVE"):
        found = files(ask(file_containing_symbol=f"payaid.voice.v1.{symbol}"))
        assert found[0].name == agents, symbol
    options = "google.protobuf.MethodOptions"
    numbers = ask(all_extension_numbers_of_type=options).all_extension_numbers_response
    assert numbers.base_type_name == options and 72295728 in numbers.extension_number
    extension = reflection_pb2.ExtensionRequest(containing_type=options, extension_number=72295728)
    assert files(ask(file_containing_extension=extension))[0].name == "google/api/annotations.proto"
    missing = reflection_pb2.ExtensionRequest(containing_type=options, extension_number=1)
    for question in (dict(file_containing_extension=missing), dict(file_containing_symbol="no.Such"),
                     dict(all_extension_numbers_of_type="no.Such")):
        assert ask(**question).error_response.error_code == grpc.StatusCode.NOT_FOUND.value[0]
    assert failure(ask).code() == grpc.StatusCode.INVALID_ARGUMENT


def test_many_calls_share_a_connection(v1, agents, agent, auth):
    request = v1.GetAgentRequest(agent_id=agent.agent_id)
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        found = pool.map(
            lambda _: agents.GetAgent(request, metadata=auth, timeout=20), range(400))
        assert all(each == agent for each in found)
