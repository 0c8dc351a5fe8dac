"""Google's own SDK against the stand-in's text, talking and embedding models."""

import enum
import functools
import importlib
import json
import math
import time
import typing

import pydantic
import pytest

import stack as stacks

MODEL = "gemini-3.5-flash-lite"
EMBEDDING_MODELS = ("gemini-embedding-001", "gemini-embedding-2")
TRANSCRIPT = """caller: Hello, my parcel came broken.
agent: I am sorry to hear that.
caller: Please cancel the order, this is terrible."""
HINDI = "caller: नमस्ते।\nagent: नमस्ते।\ncaller: धन्यवाद, बहुत अच्छा।"


class Sentiment(enum.Enum):
    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"


class Analysis(pydantic.BaseModel):
    summary: str
    sentiment: Sentiment
    sentiment_score: float = pydantic.Field(ge=-1, le=1)
    action_items: list[str] = pydantic.Field(max_length=10)
    topic: typing.Optional[str] = None


@pytest.fixture(scope="module")
def genai():
    """Imported where it is needed: it takes longer than its tests."""
    importlib.import_module("google.genai.types")
    return importlib.import_module("google.genai")


@pytest.fixture(scope="module")
def sim():
    program = stacks.Program(
        stacks.BIN / "voicesim", "serve", "--listen", "127.0.0.1:0", "--ears", "script",
        environment=stacks.VENDOR_SETTINGS)
    yield program
    program.stop()


@pytest.fixture
def faults(sim):
    """Sets the switches of the text models, or of another part; all are off again afterwards."""
    def put(part="gemini_text", **switches):
        answer = stacks.post(sim.ready["admin"] + "/faults", json={part: switches})
        assert answer.status_code == 200, answer.text
    yield put
    put()
    put("gemini_embedding")


@pytest.fixture(scope="module")
def connect(genai, sim):
    """Gives the client that retries as told, quickly; a new one takes half a second."""
    @functools.cache
    def connect(attempts=1, key=stacks.VENDOR_SETTINGS["GEMINI_API_KEY"], version=None):
        retries = genai.types.HttpRetryOptions(
            attempts=attempts, initial_delay=0.01, max_delay=0.02, jitter=0)
        return genai.Client(
            api_key=key, vertexai=False,
            http_options=genai.types.HttpOptions(
                base_url=sim.ready["gemini_rest"], api_version=version, retry_options=retries))
    return connect


def analyse(client, transcript=TRANSCRIPT, **config):
    return client.models.generate_content(
        model=MODEL, contents=transcript,
        config={
            "response_mime_type": "application/json", "response_schema": Analysis,
            "system_instruction": "Analyse the call.", "max_output_tokens": 1024,
            "thinking_config": {"thinking_level": "LOW"}, **config})


def metrics(sim, part="gemini_text"):
    return stacks.get(sim.ready["admin"] + "/metrics").json()[part]


@pytest.mark.parametrize("version", [None, "v1", "v1beta", "v1alpha"])
def test_a_pydantic_schema_comes_back_filled(connect, version):
    answer = analyse(connect(version=version))
    assert answer.parsed == Analysis(
        summary="Hello, my parcel came broken. Please cancel the order, this is terrible.",
        sentiment=Sentiment.NEGATIVE, sentiment_score=-1,
        action_items=["Please cancel the order, this is terrible."], topic=None)
    assert list(json.loads(answer.text)) == list(Analysis.model_fields)
    assert answer.model_version == MODEL and answer.response_id
    assert answer.candidates[0].finish_reason.name == "STOP"
    usage = answer.usage_metadata
    assert usage.thoughts_token_count == 32
    assert usage.total_token_count == (
        usage.prompt_token_count + usage.candidates_token_count + usage.thoughts_token_count)


def test_a_plain_json_schema_comes_back_filled(connect):
    answer = analyse(
        connect(), HINDI, response_schema=None, response_json_schema=Analysis.model_json_schema())
    found = Analysis.model_validate(answer.parsed)
    assert found.sentiment == Sentiment.POSITIVE and found.sentiment_score == 1
    assert found.action_items == []


def test_an_enum_comes_back_bare(connect):
    answer = analyse(
        connect(), response_mime_type="text/x.enum", response_schema=Sentiment)
    assert answer.text == "negative" and answer.parsed == Sentiment.NEGATIVE


def test_without_a_schema_there_is_prose(connect):
    answer = connect().models.generate_content(model="gemini-3.8-flash", contents=TRANSCRIPT)
    assert answer.text.startswith("Hello, my parcel came broken.")


def test_tokens_are_counted(connect):
    count = connect().models.count_tokens(model=MODEL, contents="12345678")
    assert count.total_tokens == 2


def test_the_model_list_has_pages(connect):
    pager = connect().models.list(config={"page_size": 3})
    assert len(pager.page) == 3
    models = {model.name: model for model in pager}
    assert len(models) > 6
    for name in ("gemini-3.5-flash-lite", "gemini-3.8-flash"):
        assert "generateContent" in models["models/" + name].supported_actions
    for name in EMBEDDING_MODELS:
        assert "embedContent" in models["models/" + name].supported_actions
    assert connect().models.get(model=MODEL).output_token_limit == 65_536


@pytest.mark.parametrize("change, code, status, words", [
    ({"model": "gemini-1.0-pro"}, 404, "NOT_FOUND", "Call ListModels"),
    ({"model": "gemini-3.8-live"}, 404, "NOT_FOUND", "not supported for generateContent"),
    ({"contents": {"role": "system", "parts": [{"text": "Hi."}]}}, 400, "INVALID_ARGUMENT",
     "valid role"),
    ({"config": {"thinking_config": {"thinking_budget": 0}}}, 400, "INVALID_ARGUMENT", "budget"),
    ({"config": {"response_schema": Analysis}}, 400, "INVALID_ARGUMENT", "response_mime_type"),
])
def test_a_bad_request_is_a_client_error(genai, connect, change, code, status, words):
    with pytest.raises(genai.errors.ClientError) as raised:
        connect(attempts=3).models.generate_content(
            **{"model": MODEL, "contents": "caller: Hi.", **change})
    assert (raised.value.code, raised.value.status) == (code, status)
    assert words in raised.value.message


def test_a_wrong_key_is_a_client_error(genai, connect):
    for ask in (analyse, lambda client: client.models.list()):
        with pytest.raises(genai.errors.ClientError) as raised:
            ask(connect(key="wrong"))
        assert (raised.value.code, raised.value.status) == (400, "INVALID_ARGUMENT")
        assert raised.value.details["error"]["details"][0]["reason"] == "API_KEY_INVALID"


@pytest.mark.parametrize("code, kind, status", [
    (403, "ClientError", "PERMISSION_DENIED"), (429, "ClientError", "RESOURCE_EXHAUSTED"),
    (500, "ServerError", "INTERNAL"), (503, "ServerError", "UNAVAILABLE"),
])
def test_an_injected_failure_is_the_sdks_error(genai, connect, faults, code, kind, status):
    faults(status=code)
    with pytest.raises(getattr(genai.errors, kind)) as raised:
        analyse(connect())
    assert (raised.value.code, raised.value.status) == (code, status)


def test_a_spent_quota_says_when_to_come_back(genai, connect, faults):
    faults(status=429, retry_delay_ms=1500)
    with pytest.raises(genai.errors.ClientError) as raised:
        analyse(connect())
    details = {detail["@type"].rpartition(".")[2]: detail
               for detail in raised.value.details["error"]["details"]}
    assert details["RetryInfo"]["retryDelay"] == "1.5s"
    assert details["QuotaFailure"]["violations"][0]["quotaDimensions"]["model"] == MODEL


@pytest.mark.parametrize("code", [429, 503])
def test_a_failure_that_passes_is_retried(sim, connect, faults, code):
    faults(status=code, count=2)
    before = metrics(sim)
    assert analyse(connect(attempts=3)).parsed.sentiment == Sentiment.NEGATIVE
    after = metrics(sim)
    assert after["requests"] - before["requests"] == 3
    assert after["failures"] - before["failures"] == 2


def test_a_blocked_prompt_has_no_text(connect, faults):
    faults(blocked=True)
    answer = analyse(connect())
    assert answer.text is None and not answer.candidates
    assert answer.prompt_feedback.block_reason.name == "SAFETY"


@pytest.mark.parametrize("reason", ["MAX_TOKENS", "SAFETY"])
def test_another_finish_reason_has_no_text(connect, faults, reason):
    faults(finish_reason=reason)
    answer = analyse(connect())
    assert not answer.text and answer.candidates[0].finish_reason.name == reason


def test_thoughts_are_no_text(connect, faults):
    faults(thoughts=True)
    answer = analyse(connect())
    assert [bool(part.thought) for part in answer.candidates[0].content.parts] == [True, False]
    assert answer.parsed.sentiment == Sentiment.NEGATIVE


@pytest.mark.parametrize("switch", ["malformed", "fenced", "out_of_schema"])
def test_spoilt_text_is_not_parsed(connect, faults, switch):
    faults(**{switch: True})
    answer = analyse(connect())
    assert answer.text and not isinstance(answer.parsed, Analysis)


def embed(client, *texts, model=EMBEDDING_MODELS[0], **config):
    """One vector for each text, in the way of the model."""
    if model == EMBEDDING_MODELS[0]:
        answer = client.models.embed_content(model=model, contents=list(texts), config=config)
        return [embedding.values for embedding in answer.embeddings]
    return [client.models.embed_content(model=model, contents=text, config=config).embeddings[0].values
            for text in texts]


def cosine(one, other):
    product = sum(a * b for a, b in zip(one, other))
    return product / (math.hypot(*one) * math.hypot(*other))


@pytest.mark.parametrize("model", EMBEDDING_MODELS)
def test_a_question_is_nearest_to_its_answer(connect, model):
    policy, cities, question = embed(
        connect(), "You may return goods within 30 days: that is our return policy.",
        "We deliver to Pune and Mumbai.", "What is your return policy?", model=model)
    assert cosine(question, policy) > 2 * abs(cosine(question, cities))
    assert len(question) == 3072


@pytest.mark.parametrize("model, length", [(EMBEDDING_MODELS[0], None), (EMBEDDING_MODELS[1], 1)])
@pytest.mark.parametrize("dimension", [128, 768])
def test_a_short_vector_has_its_length(connect, model, length, dimension):
    [values] = embed(
        connect(), "वापसी की नीति", model=model, output_dimensionality=dimension,
        task_type="RETRIEVAL_DOCUMENT", title="FAQ")
    assert len(values) == dimension
    assert (abs(math.hypot(*values) - 1) < 1e-6) == (length == 1)


@pytest.mark.parametrize("change, code, words", [
    ({"model": "text-embedding-004"}, 404, "not supported for batchEmbedContents"),
    ({"model": MODEL}, 404, "not supported for batchEmbedContents"),
    ({"contents": ""}, 400, "content is empty"),
    ({"contents": ["x"] * 101}, 400, "at most 100"),
    ({"config": {"task_type": "POETRY"}}, 400, "TaskType"),
    ({"config": {"output_dimensionality": 64}}, 400, "from 128 to 3072"),
])
def test_a_bad_text_is_a_client_error(genai, connect, change, code, words):
    with pytest.raises(genai.errors.ClientError) as raised:
        connect().models.embed_content(
            **{"model": EMBEDDING_MODELS[0], "contents": "x", **change})
    assert raised.value.code == code and words in raised.value.message


def test_an_embedding_that_fails_once_is_retried(sim, connect, faults):
    faults("gemini_embedding", status=503, count=1)
    before = metrics(sim, "gemini_embedding")
    assert len(embed(connect(attempts=3), "one", "two")) == 2
    after = metrics(sim, "gemini_embedding")
    assert after["requests"] - before["requests"] == 2
    assert after["failures"] - before["failures"] == 1
    assert after["vectors"] - before["vectors"] == 2


@pytest.mark.parametrize("switches", [
    {"wrong_length": True}, {"not_finite": True}, {"not_finite": "zero"}])
def test_a_spoilt_vector_reaches_the_client(connect, faults, switches):
    faults("gemini_embedding", **switches)
    [values] = embed(connect(), "one", output_dimensionality=128)
    assert len(values) != 128 or not all(map(math.isfinite, values)) or not any(values)


CHAT_MODEL = "gemini-3.5-flash"
NUMBER = "My order number is four two seven one."


def order_status(order_id: str) -> dict:
    """Says where an order is."""
    return {"status": "shipped", "id": order_id}


def search_knowledge(query: str) -> dict:
    """Searches the documents."""
    return {"passages": [{"text": "We ship. Our return policy covers all goods."}]}


def end_call() -> dict:
    """Ends the call."""
    return {}


def talk(client, *contents, tools=(), model=CHAT_MODEL, **config):
    """The chunks of a streamed answer; functions are called by hand."""
    return list(client.models.generate_content_stream(
        model=model, contents=list(contents),
        config={"system_instruction": "You help callers.", "tools": list(tools),
                "automatic_function_calling": {"disable": True}, **config}))


def said(chunks):
    return "".join(chunk.text or "" for chunk in chunks)


def test_a_streamed_answer_comes_in_chunks(connect):
    chunks = talk(connect(), "Can you tell me when it will arrive?")
    assert len(chunks) > 2 and said(chunks).startswith("It will arrive tomorrow before six")
    assert [bool(chunk.candidates[0].finish_reason) for chunk in chunks] == (
        [False] * (len(chunks) - 1) + [True])
    usage = chunks[-1].usage_metadata
    assert usage.candidates_token_count > 5 and chunks[0].usage_metadata is None
    assert len({chunk.response_id for chunk in chunks}) == 1


@pytest.mark.parametrize("prompt, start", [
    ('[instruction] Say: "Good day from the shop."', "Good day from the shop."),
    ("[instruction] Greet the caller.", "Hello, this is the order assistant."),
    ("नमस्ते", "नमस्ते! मैं आपकी क्या सहायता"),
])
def test_the_application_and_the_caller_are_answered(connect, prompt, start):
    assert said(talk(connect(), prompt)).startswith(start)


@pytest.mark.parametrize("words, functions, start", [
    (NUMBER, [order_status], "Thank you. I have looked at order 4 2 7 1. status shipped"),
    ("What is your return policy?", [order_status, search_knowledge],
     "Our return policy covers all goods."),
])
@pytest.mark.parametrize("model", [CHAT_MODEL, "gemini-2.5-flash"])
def test_a_chat_calls_functions_by_itself(connect, words, functions, start, model):
    chat = connect().chats.create(
        model=model, config={"tools": functions, "system_instruction": "You help callers."})
    assert said(chat.send_message_stream(words)).startswith(start)
    # The history, with its call and its signature, goes back with the next turn.
    assert chat.send_message("Hello.").text == "Hello! How can I help you?"


def test_goodbye_is_said_before_the_call_is_ended(genai, connect):
    chunks = talk(connect(), "No, that is all. Goodbye.", tools=[end_call])
    assert said(chunks) == "Thank you for calling. Goodbye."
    [call] = chunks[-1].function_calls
    assert call.name == "end_call" and call.id
    assert chunks[-1].candidates[0].content.parts[0].thought_signature


@pytest.mark.parametrize("spoil, words", [
    (lambda call, result: setattr(call, "thought_signature", None), "thought_signature"),
    (lambda call, result: setattr(call, "thought_signature", b"other"), "Corrupted"),
    (lambda call, result: setattr(result.function_response, "id", "other"), "name and id"),
    (lambda call, result: setattr(result.function_response, "name", "other"), "name and id"),
    (lambda call, result: None, None),
])
def test_a_history_is_held_against_the_rules_of_functions(genai, connect, spoil, words):
    types = genai.types
    question = types.Content(role="user", parts=[types.Part(text=NUMBER)])
    [chunk] = talk(connect(), question, tools=[order_status])
    [call] = chunk.candidates[0].content.parts
    result = types.Part(function_response=types.FunctionResponse(
        name=call.function_call.name, id=call.function_call.id, response={"output": "on its way"}))
    spoil(call, result)
    contents = [question, types.Content(role="model", parts=[call]),
                types.Content(role="user", parts=[result])]
    if words is None:
        assert "on its way" in said(talk(connect(), *contents, tools=[order_status]))
        return
    with pytest.raises(genai.errors.ClientError, match=words) as raised:
        talk(connect(), *contents, tools=[order_status])
    assert raised.value.code == 400


@pytest.mark.parametrize("code, kind", [(429, "ClientError"), (503, "ServerError")])
def test_a_stream_fails_as_an_answer_does(genai, connect, faults, code, kind):
    faults(status=code)
    with pytest.raises(getattr(genai.errors, kind)) as raised:
        talk(connect(), "Hello.")
    assert raised.value.code == code


def test_a_broken_stream_is_an_error_after_some_text(connect, faults):
    faults(break_stream=True)
    text = ""
    # The SDK brings its own HTTP client, and wraps none of its errors.
    with pytest.raises(Exception, match="incomplete chunked read"):
        for chunk in connect().models.generate_content_stream(
                model=CHAT_MODEL, contents="Hello."):
            text += chunk.text
    assert text and "Hello! How can I help you?".startswith(text)


def test_chunks_can_be_slow(connect, faults):
    faults(chunk_delay_ms=100)
    models, chunks, began = connect().models, 0, time.monotonic()
    for _ in models.generate_content_stream(model=CHAT_MODEL, contents="Hello."):
        chunks += 1
    assert time.monotonic() - began > 0.09 * (chunks - 1) > 0


def test_a_blocked_prompt_is_one_chunk(connect, faults):
    faults(blocked=True)
    [chunk] = talk(connect(), "Hello.")
    assert chunk.prompt_feedback.block_reason.name == "SAFETY" and not chunk.candidates


def test_without_events_a_stream_is_a_list(sim):
    answer = stacks.post(
        f"{sim.ready['gemini_rest']}/v1beta/models/{CHAT_MODEL}:streamGenerateContent",
        headers={"x-goog-api-key": stacks.VENDOR_SETTINGS["GEMINI_API_KEY"]},
        json={"contents": [{"role": "user", "parts": [{"text": "Hello."}]}]})
    assert answer.headers["content-type"] == "application/json"
    chunks = answer.json()
    assert len(chunks) > 1 and chunks[-1]["candidates"][0]["finishReason"] == "STOP"
