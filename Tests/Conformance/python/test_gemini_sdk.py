"""Google's own SDK against the stand-in's text models."""

import enum
import functools
import importlib
import json
import typing

import httpx
import pydantic
import pytest

import stack as stacks

MODEL = "gemini-3.5-flash-lite"
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
    """Sets the switches of the text models; they are off again afterwards."""
    def put(**switches):
        answer = httpx.post(sim.ready["admin"] + "/faults", json={"gemini_text": switches})
        assert answer.status_code == 200, answer.text
    yield put
    put()


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


def metrics(sim):
    return httpx.get(sim.ready["admin"] + "/metrics").json()["gemini_text"]


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
