"""Google's SDK against the stand-in's recogniser, and plain HTTP against its Azure voices."""

import functools
import importlib
import io
import time
import wave
import xml.sax.saxutils

import httpx
import pytest

import stack as stacks

LINE = "Hello, I would like to know where my order is."
HINDI = "मेरा ऑर्डर नंबर चार दो सात एक है।"
KEY = "sim-azure-key"
PCM = "raw-8khz-16bit-mono-pcm"


@pytest.fixture(scope="module")
def speech():
    """Imported where it is needed: it takes longer than its tests."""
    return importlib.import_module("google.cloud.speech_v1")


@pytest.fixture(scope="module")
def sim():
    program = stacks.Program(
        stacks.BIN / "voicesim", "serve", "--listen", "127.0.0.1:0", "--ears", "script",
        environment=stacks.VENDOR_SETTINGS)
    yield program
    program.stop()


@pytest.fixture
def faults(sim):
    """Sets the switches of one part; those of both are off again afterwards."""
    def put(part, **switches):
        answer = stacks.post(sim.ready["admin"] + "/faults", json={part: switches})
        assert answer.status_code == 200, answer.text
    yield put
    put("google_stt")
    put("azure_tts")


@pytest.fixture(scope="module")
def connect(speech, sim):
    @functools.cache
    def connect(key="sim-stt-key"):
        options = importlib.import_module("google.api_core.client_options").ClientOptions(
            api_endpoint=sim.ready["google_stt"], api_key=key)
        return speech.SpeechClient(transport="rest", client_options=options)
    return connect


def metrics(sim, part):
    return stacks.get(sim.ready["admin"] + "/metrics").json()[part]


def ssml(text, voice="en-IN-PrabhatNeural", before=""):
    return (
        '<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis"'
        ' xmlns:mstts="https://www.w3.org/2001/mstts" xml:lang="hi-IN">'
        f'<voice name="{voice}">{before}{xml.sax.saxutils.escape(text)}</voice></speak>')


def synthesize(sim, body, form=PCM, **headers):
    return stacks.post(
        sim.ready["azure_tts"] + "/cognitiveservices/v1", content=body.encode(),
        headers={"Ocp-Apim-Subscription-Key": KEY, "Content-Type": "application/ssml+xml",
                 "X-Microsoft-OutputFormat": form, "User-Agent": "conformance", **headers})


def recognize(client, speech, audio, encoding="LINEAR16", rate=8000, **config):
    return client.recognize(
        config=speech.RecognitionConfig(
            encoding=encoding, sample_rate_hertz=rate,
            **{"language_code": "hi-IN", "alternative_language_codes": ["en-IN"],
               "model": "latest_long", "enable_automatic_punctuation": True, **config}),
        audio=speech.RecognitionAudio(content=audio), retry=None, timeout=10)


@pytest.mark.parametrize("text, voice, language", [
    (LINE, "en-IN-PrabhatNeural", "en-in"), (HINDI, "hi-IN-MadhurNeural", "hi-in")])
@pytest.mark.parametrize("form, encoding, rate", [
    (PCM, "LINEAR16", 8000), ("raw-8khz-8bit-mono-mulaw", "MULAW", 8000),
    ("raw-24khz-16bit-mono-pcm", "LINEAR16", 24000)])
def test_what_a_voice_says_is_recognised(
        sim, connect, speech, text, voice, language, form, encoding, rate):
    audio = synthesize(sim, ssml(text, voice), form).content
    seconds = len(audio) / rate / (1 if encoding == "MULAW" else 2)
    assert len(text) / 25 < seconds < len(text) / 8
    answer = recognize(connect(), speech, audio, encoding, rate, enable_word_time_offsets=True)
    [result] = answer.results
    [alternative] = result.alternatives
    assert (alternative.transcript, result.language_code) == (text, language)
    assert alternative.confidence == pytest.approx(0.91)
    assert [word.word for word in alternative.words] == text.split()
    assert 0 < alternative.words[0].start_time.total_seconds() < 0.3
    assert alternative.words[-1].end_time == result.result_end_time
    assert result.result_end_time.total_seconds() <= seconds
    assert seconds <= answer.total_billed_time.total_seconds() < seconds + 1


def test_silence_has_no_results(connect, speech):
    answer = recognize(connect(), speech, bytes(16000))
    assert not answer.results and answer.request_id


@pytest.mark.parametrize("change, words", [
    ({"model": "phone_call"}, "not supported for language : hi-IN"),
    ({"rate": 4000}, "bad sample rate"), ({"encoding": "FLAC"}, "FLAC"),
    ({"audio": bytes(61 * 16000)}, "Sync input too long"),
])
def test_a_bad_request_is_the_sdks_bad_request(connect, speech, change, words):
    exceptions = importlib.import_module("google.api_core.exceptions")
    with pytest.raises(exceptions.BadRequest, match=words):
        recognize(connect(), speech, **{"audio": bytes(160), **change})


def test_a_wrong_key_is_the_sdks_bad_request(connect, speech):
    exceptions = importlib.import_module("google.api_core.exceptions")
    with pytest.raises(exceptions.BadRequest) as raised:
        recognize(connect("wrong"), speech, bytes(160))
    assert raised.value.reason == "API_KEY_INVALID"


@pytest.mark.parametrize("code, kind", [
    (403, "Forbidden"), (429, "TooManyRequests"), (503, "ServiceUnavailable")])
def test_an_injected_failure_is_the_sdks_error(sim, connect, speech, faults, code, kind):
    exceptions = importlib.import_module("google.api_core.exceptions")
    before = metrics(sim, "google_stt")
    faults("google_stt", status=code, count=1)
    with pytest.raises(getattr(exceptions, kind)):
        recognize(connect(), speech, bytes(160))
    assert not recognize(connect(), speech, bytes(160)).results
    after = metrics(sim, "google_stt")
    assert after["failures"] - before["failures"] == 1
    assert after["empty"] - before["empty"] == 1


def test_speech_is_streamed_ahead_of_its_pace(sim, faults):
    faults("azure_tts", first_byte_ms=300)
    body = ssml(LINE)
    synthesize(sim, body)
    times, audio = [], b""
    start = time.monotonic()
    with stacks.stream(
            "POST", sim.ready["azure_tts"] + "/cognitiveservices/v1", content=body.encode(),
            headers={"Ocp-Apim-Subscription-Key": KEY, "Content-Type": "application/ssml+xml",
                     "X-Microsoft-OutputFormat": PCM, "User-Agent": "conformance"}) as answer:
        assert answer.headers["transfer-encoding"] == "chunked"
        for piece in answer.iter_raw():
            times.append(time.monotonic() - start)
            audio += piece
    assert times[0] > 0.3 and len(times) > 10
    # Eight times the pace from the first byte on, and what a busy machine adds.
    seconds = len(audio) / 16000
    assert seconds / 8 - 0.1 < times[-1] - 0.3 < seconds / 2 + 5


def test_a_wav_file_is_whole(sim):
    answer = synthesize(sim, ssml("Namaste."), "riff-16khz-16bit-mono-pcm")
    with wave.open(io.BytesIO(answer.content)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (16000, 1, 2)
        assert len(file.readframes(10 ** 6)) == len(answer.content) - 44


def test_a_voice_is_a_woman_or_a_man(sim):
    voices = {voice["ShortName"]: voice for voice in stacks.get(
        sim.ready["azure_tts"] + "/cognitiveservices/voices/list",
        headers={"Ocp-Apim-Subscription-Key": KEY}).json()}
    assert len(voices) == 19 and voices["hi-IN-SwaraNeural"]["Locale"] == "hi-IN"
    said = {name: synthesize(sim, ssml(HINDI, name)).content
            for name in ("hi-IN-SwaraNeural", "hi-IN-MadhurNeural", "hi-IN-KunalNeural")}
    assert said["hi-IN-SwaraNeural"] != said["hi-IN-MadhurNeural"] == said["hi-IN-KunalNeural"]


def test_markup_reaches_the_log_as_it_was_escaped(sim):
    text = "5 < 6 & \"so\" on, 100% 🙂"
    before = metrics(sim, "azure_tts")["characters"]
    assert synthesize(sim, ssml(text)).status_code == 200
    last = stacks.get(sim.ready["admin"] + "/ssml").json()["documents"][-1]
    assert last == {"ssml": ssml(text), "format": PCM, "status": 200}
    after = metrics(sim, "azure_tts")
    assert after["characters"] - before == len(text)
    assert after["ssml_bytes"][-1] == len(ssml(text).encode())


@pytest.mark.parametrize("body, headers, status", [
    (ssml("x").replace("</voice>", ""), {}, 400), (ssml("x", "en-US-JennyNeural"), {}, 400),
    (ssml("x", before="&"), {}, 400), (ssml("a\x01b"), {}, 400),
    (ssml("x"), {"X-Microsoft-OutputFormat": "audio-16khz-32kbitrate-mono-mp3"}, 400),
    (ssml("x"), {"User-Agent": ""}, 400), (ssml("x"), {"Content-Type": "text/plain"}, 415),
    (ssml("x"), {"Ocp-Apim-Subscription-Key": "wrong"}, 401),
])
def test_a_bad_call_is_refused(sim, body, headers, status):
    answer = synthesize(sim, body, **headers)
    assert answer.status_code == status and answer.text


def test_a_token_stands_for_the_key(sim):
    def issue(key):
        return stacks.post(
            sim.ready["azure_tts"] + "/sts/v1.0/issueToken",
            headers={"Ocp-Apim-Subscription-Key": key})
    assert issue("wrong").status_code == 401
    token = issue(KEY).text
    for authorization, status in ((token, 200), ("stale", 401)):
        answer = stacks.post(
            sim.ready["azure_tts"] + "/cognitiveservices/v1", content=ssml("x"),
            headers={"Authorization": "Bearer " + authorization, "User-Agent": "conformance",
                     "Content-Type": "application/ssml+xml", "X-Microsoft-OutputFormat": PCM})
        assert answer.status_code == status


def test_a_synthesis_that_fails_once_works_the_next_time(sim, faults):
    faults("azure_tts", status=429, count=1)
    assert [synthesize(sim, ssml("x")).status_code for _ in range(2)] == [429, 200]


def test_a_body_can_be_empty_or_end_in_the_middle(sim, faults):
    faults("azure_tts", empty=True)
    answer = synthesize(sim, ssml(LINE))
    assert answer.status_code == 200 and answer.content == b""
    faults("azure_tts", cut_after_ms=500)
    with pytest.raises(httpx.RemoteProtocolError):
        synthesize(sim, ssml(LINE))


def test_a_stream_can_stall(sim, faults):
    faults("azure_tts", stall=True)
    received = b""
    with pytest.raises(httpx.ReadTimeout):
        with stacks.stream(
                "POST", sim.ready["azure_tts"] + "/cognitiveservices/v1", content=ssml(LINE),
                headers={"Ocp-Apim-Subscription-Key": KEY, "User-Agent": "conformance",
                         "Content-Type": "application/ssml+xml",
                         "X-Microsoft-OutputFormat": PCM}, timeout=5) as answer:
            for piece in answer.iter_raw():
                received += piece
    assert len(received) == 1600
