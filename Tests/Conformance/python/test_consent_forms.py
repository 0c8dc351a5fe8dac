"""The form that asks a person for consent: as its merchant, its person and its enemies see it."""

import hashlib
import html
import itertools
import json
import re
import subprocess

import pytest

import browser as browsers
import stack as stacks
from conftest import client
from test_dashboard_files import fetch

FORMS = "/api/v1/compliance/consent-forms"
CONSENTS = "/api/v1/compliance/consents"
NUMBERS = (f"+9197{n:08}" for n in itertools.count(31_000_000))
FORM = "application/x-www-form-urlencoded"
HEADERS = {
    "cache-control": "no-store", "referrer-policy": "no-referrer", "x-frame-options": "DENY",
    "x-content-type-options": "nosniff", "content-type": "text/html; charset=utf-8",
}


@pytest.fixture()
def number():
    """A number that no other test asks."""
    return next(NUMBERS)


@pytest.fixture(scope="module")
def web(stack):
    """Whoever has a link: no key, no cookie."""
    with client(stack, None) as it:
        yield it


@pytest.fixture(scope="session")
def links():
    """Paths of all forms that were made here; none may be in a log."""
    return []


@pytest.fixture()
def ask(rest, number, links):
    """Makes a form; it, and the path of its page."""
    def make(purposes=("SERVICE", "PROMOTIONAL"), number=number, **more):
        made = rest.post(FORMS, json={
            "phoneNumber": number, "purposes": [f"CALL_PURPOSE_{p}" for p in purposes], **more})
        assert made.status_code == 200, made.text
        form = made.json()
        path = "/consent/" + form["link"].rsplit("/", 1)[1]
        links.append(path)
        return form, path
    return make


def fields(page, **more):
    """What a browser sends of a page, without what a person did there."""
    return {**dict(re.findall(r'<input type="hidden" name="(\w+)" value="(\w+)">', page.text)), **more}


def state(rest, form):
    return rest.get(f"{FORMS}/{form['consentFormId']}").json()["state"]


def gone(answer):
    assert answer.status_code == 404 and "This link cannot be used now" in answer.text
    return answer.text


def lapse(stack, form):
    """Ends a form's time, as a week would."""
    stacks.sql(stack.ready["database"], f"""BEGIN; SELECT set_config('payaid.merchant_id', '*', true) \\g /dev/null
        ALTER TABLE consent_forms DISABLE TRIGGER consent_forms_answer_once;
        UPDATE consent_forms SET expire_time = now(), create_time = now() - interval '7 days'
        WHERE consent_form_id = '{form["consentFormId"]}';
        ALTER TABLE consent_forms ENABLE TRIGGER consent_forms_answer_once; COMMIT;""")


def test_a_person_reads_ticks_and_takes_it_back(rest, web, ask, number):
    form, path = ask(offering="Tea & <b>coffee</b>", consentLifetime="2592000s", contact="care@chai.example.in")
    page = web.get(path)
    assert page.status_code == 200
    assert {name: page.headers[name] for name in HEADERS} == HEADERS
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "set-cookie" not in page.headers
    assert "Tea &amp; &lt;b&gt;coffee&lt;/b&gt;" in page.text and "care@chai.example.in" in page.text
    assert "30 days" in page.text and number[3:] not in page.text and number[-2:] in page.text
    assert page.text.count('type="checkbox"') == 2 and "checked" not in page.text
    given = web.post(path, data=fields(page, answer="allow", purpose="service"))
    assert (given.status_code, given.headers["location"]) == (303, "?language=en")
    read = rest.get(f"{FORMS}/{form['consentFormId']}").json()
    assert read["state"] == "GIVEN" and "link" not in read
    consent = rest.get(f"{CONSENTS}/{read['consentId']}").json()
    assert consent["purposes"] == ["CALL_PURPOSE_SERVICE"] and consent["basis"] == "EXPLICIT"
    evidence = json.loads(consent["evidence"])
    assert evidence["notice_sha256"] == hashlib.sha256(read["notice"].encode()).hexdigest()
    assert evidence["network"] == "127.0.0.0/24" and evidence["browser"].startswith("python-httpx/")
    # The page that is kept is the one that was shown.
    shown = html.unescape(re.sub("<[^>]+>", "", page.text))
    assert all(line in shown for line in read["notice"].split("\n"))
    after = web.get(path)
    assert 'value="withdraw"' in after.text and "Advertising calls" not in after.text
    assert web.post(path, data=fields(after, answer="withdraw")).status_code == 303
    assert state(rest, form) == "WITHDRAWN"
    assert rest.get(f"{CONSENTS}/{read['consentId']}").json()["state"] == "WITHDRAWN"
    refused = rest.post(FORMS, json={"phoneNumber": number, "purposes": ["CALL_PURPOSE_SERVICE"]})
    assert refused.status_code == 400 and "RECONSENT_COOLING" in refused.text


def test_the_page_speaks_hindi_to_who_wants_it(rest, web, ask):
    form, path = ask(language="hi")
    page = web.get(path)
    assert '<html lang="hi">' in page.text and page.headers["content-language"] == "hi"
    assert '<html lang="en">' in web.get(path + "?language=en").text
    assert web.post(path, data=fields(page, answer="refuse")).headers["location"] == "?language=hi"
    assert "आपने मना किया है" in web.get(path + "?language=hi").text
    assert state(rest, form) == "REFUSED"


NOISE = {
    "no body": (400, {}),
    "no answer": (400, {"data": {"answer": None}}),
    "a purpose that was not asked": (400, {"data": {"purpose": "service_explicit"}}),
    "a purpose of no name": (400, {"data": {"purpose": "everything"}}),
    "a purpose twice": (400, {"data": {"purpose": ["service", "service"]}}),
    "two answers": (400, {"data": {"answer": ["allow", "refuse"]}}),
    "two languages": (400, {"data": {"language": ["en", "hi"]}}),
    "a language of others": (400, {"data": {"language": "xx"}}),
    "a field of its own": (400, {"data": {"phone_number": "+919999999999"}}),
    "a thousand fields": (413, {"content": "purpose=service&" * 1_000}),
    "nine fields": (400, {"content": "purpose=service&" * 9}),
    "a NUL": (400, {"data": {"answer": "allow\0"}}),
    "no UTF-8": (400, {"content": "answer=%ff%fe&language=en"}),
    "a broken escape": (400, {"content": "answer=allow%2&language=en"}),
    "JSON": (415, {"content": '{"answer":"allow"}', "headers": {"content-type": "application/json"}}),
    "text": (415, {"content": "answer=refuse&language=en", "headers": {"content-type": "text/plain"}}),
    "parts": (415, {"files": {"answer": "allow"}}),
    "no type": (415, {"content": "answer=refuse&language=en", "headers": {"content-type": ""}}),
    "gzip": (400, {"content": b"\x1f\x8b\x08\0\0\0\0\0", "headers": {"content-encoding": "gzip"}}),
    "a megabyte": (413, {"content": "notice=" + "a" * 1_000_000}),
    "allowing nothing": (422, {"data": {"purpose": None}}),
    "a text that nobody saw": (409, {"data": {"notice": "0" * 64}}),
    "no text": (409, {"data": {"notice": None}}),
}


@pytest.fixture(scope="module")
def target(stack, merchant, web, links):
    """A form that nobody manages to answer: its page."""
    with client(stack, merchant) as rest:
        form = rest.post(FORMS, json={"phoneNumber": next(NUMBERS), "purposes": [
            "CALL_PURPOSE_SERVICE", "CALL_PURPOSE_PROMOTIONAL"]}).json()
        links.append("/consent/" + form["link"].rsplit("/", 1)[1])
        yield form, links[-1], web.get(links[-1])
        assert state(rest, form) == "PENDING"
        assert not rest.get(CONSENTS, params={"phoneNumber": form["phoneNumber"]}).json().get("consents")


@pytest.mark.parametrize("name", NOISE)
def test_what_the_page_does_not_send_has_no_effect(web, target, name):
    _, path, page = target
    status, what = NOISE[name]
    if "data" in what:
        body = {**fields(page, answer="allow", purpose="service"), **what["data"]}
        what = {"data": {k: v for k, v in body.items() if v is not None}}
    headers = {"content-type": FORM, **what.get("headers", {})}
    if "files" in what or "data" in what:
        headers.pop("content-type")
    answer = web.post(path, **{**what, "headers": headers})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "BREW"])
def test_other_methods_are_told_which_there_are(web, target, method):
    answer = web.request(method, target[1])
    assert answer.status_code == 405 and answer.headers["allow"] == "GET, POST"


def test_head_has_the_page_without_its_body(web, target):
    answer = web.head(target[1])
    assert answer.status_code == 200 and answer.content == b"" and int(answer.headers["content-length"]) > 1_000


def test_a_replayed_answer_changes_nothing(rest, web, ask, number):
    form, path = ask()
    body = fields(web.get(path), answer="allow", purpose=["service", "promotional"])
    assert [web.post(path, data=body).status_code for _ in range(3)] == [303] * 3
    assert web.post(path, data={**body, "answer": "refuse"}).status_code == 303
    assert state(rest, form) == "GIVEN"
    assert len(rest.get(CONSENTS, params={"phoneNumber": number}).json()["consents"]) == 1
    found = rest.get("/api/v1/compliance/audit-entries", params={"subject": form["consentFormId"]}).json()["entries"]
    assert [entry["kind"] for entry in found] == ["consent_form.created"]


def test_links_that_lead_nowhere_are_all_alike(rest, web, stack, ask):
    form, path = ask()
    body = fields(web.get(path), answer="allow", purpose="service")
    lapse(stack, form)
    paths = [path, path[:-1] + ("A" if path[-1] != "A" else "B"), path + "A", "/consent/" + "A" * 43, "/consent/x",
             "/consent/%00", "/consent/%2e%2e", "/consent/..%2f..%2fopenapi.json", "/consent/" + "%F0%9F%98%80" * 9,
             "/consent/" + "x" * 3_000, "/consent/'%20OR%201=1--", f"/consent/{form['consentFormId']}"]
    pages = {gone(web.get(each)) for each in paths} | {gone(web.post(each, data=body)) for each in paths}
    assert len(pages) == 1
    assert state(rest, form) == "EXPIRED"
    for each in ("/consent", "/consent/", "/consent/a/b"):
        assert web.get(each).status_code == 404 and "link cannot" not in web.get(each).text


@pytest.mark.parametrize("path", ["/consent/..", "/consent/../healthz", "/consent/\0", "/consent/%", "/consent/\x7f"])
def test_a_path_of_dots_or_of_no_text_leads_to_no_other_page(stack, path):
    assert fetch(stack, path)[0] in {400, 404}


def test_others_forms_are_nobodys(stack, stranger, ask):
    form, _ = ask()
    with client(stack, stranger) as other:
        assert other.get(f"{FORMS}/{form['consentFormId']}").status_code == 404
        assert form["consentFormId"] not in other.get(FORMS).text


def test_a_number_is_asked_three_times_a_day(rest, ask, number):
    for _ in range(3):
        ask()
    refused = rest.post(FORMS, json={"phoneNumber": number, "purposes": ["CALL_PURPOSE_SERVICE"]})
    assert refused.status_code == 429 and number not in refused.text
    listed = rest.get(FORMS, params={"phoneNumber": number, "pageSize": 2}).json()
    assert len(listed["consentForms"]) == 2 and listed["nextPageToken"]
    assert not any("link" in form for form in listed["consentForms"])


def test_a_merchants_name_is_text(stack):
    # Nobody has looked at who it is: the page has the name that it gave itself.
    owner = stack.new_merchant("script@example.in")
    with client(stack, owner) as rest, client(stack, None) as web:
        name = "<script>alert(1)</script>\"'&</title><img src=x onerror=alert(1)>"
        rest.patch("/api/v1/merchant", json={"name": name}).raise_for_status()
        form = rest.post(FORMS, json={
            "phoneNumber": next(NUMBERS), "purposes": ["CALL_PURPOSE_SERVICE"]}).json()
        page = web.get("/consent/" + form["link"].rsplit("/", 1)[1]).text
    assert "<script" not in page and "<img" not in page and page.count("</title>") == 1
    assert html.escape(name, quote=True).replace("&#x27;", "&#39;") in page


def test_voicectl_asks_lists_and_shows(stack, merchant, number):
    def voicectl(*words):
        return subprocess.check_output(
            [stacks.BIN / "voicectl", "consents", *words, "--url", stack.url, "--ca", stack.ca,
             "--key", f"{merchant['key']}_{merchant['secret']}"], text=True, timeout=30)

    form = json.loads(voicectl("ask", number, "--purpose", "service", "--purpose", "PROMOTIONAL", "--days", "7"))
    assert form["purposes"] == ["CALL_PURPOSE_SERVICE", "CALL_PURPOSE_PROMOTIONAL"]
    assert form["consentLifetime"] == "604800s" and "/consent/" in form["link"]
    [line] = voicectl("list", "--number", number).splitlines()
    assert json.loads(line)["consentFormId"] == form["consentFormId"]
    assert json.loads(voicectl("show", form["consentFormId"]))["state"] == "PENDING"


@pytest.fixture(scope="module")
def browser(stack):
    it = browsers.Browser(stack.ca)
    yield it
    it.stop()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_browser_shows_it_without_a_complaint_and_sends_what_is_ticked(rest, stack, ask, browser, width):
    form, path = ask(("SERVICE", "SERVICE_EXPLICIT", "PROMOTIONAL"))
    page = browser.open("about:blank")
    for domain in ("Log", "Runtime"):
        browser.send(f"{domain}.enable", page.session)
    browser.send("Emulation.setDeviceMetricsOverride", page.session, width=width, height=844,
                 deviceScaleFactor=1, mobile=width < 600)

    def until(expression):
        """Waits for something of the page that is there after the next load."""
        return stacks.wait_for(lambda: page.run(f"return document.readyState === 'complete' && !!({expression});"), 20)

    browser.send("Page.navigate", page.session, url=stack.url + path)
    until("document.querySelectorAll('label > input[type=checkbox]:not(:checked)').length === 3")
    assert page.run("return document.documentElement.scrollWidth") <= width
    # The style sheet is let in by its digest.
    assert page.run("return getComputedStyle(document.querySelector('main')).maxWidth") == "680px"
    assert page.run("return [...document.querySelectorAll('input[type=checkbox]')].every(e => e.labels.length === 1);")
    page.run("document.querySelector('nav a').click();")
    until("document.documentElement.lang === 'hi'")
    page.run("document.querySelector('[value=allow]').click();")
    until("document.querySelector('[role=alert]')")
    page.run("document.querySelector('[value=promotional]').closest('label').click();"
             "document.querySelector('[value=allow]').click();")
    until("document.querySelector('[value=withdraw]')")
    assert state(rest, form) == "GIVEN"
    page.run("document.querySelector('[value=withdraw]').click();")
    until("!document.querySelector('form') && document.documentElement.lang === 'hi'")
    assert state(rest, form) == "WITHDRAWN"
    complaints = [e["params"]["entry"]["text"] for e in page.own_events() if e["method"] == "Log.entryAdded"
                  and e["params"]["entry"]["source"] != "network"]
    assert complaints == []


def test_no_link_and_no_number_is_in_the_log(stack, web, ask, number, links):
    form, path = ask()
    page = web.get(path)
    for body in (fields(page, answer="nonsense"), fields(page, answer="allow", purpose="service")):
        web.post(path, data=body)
    seen = web.get("/healthz").headers["x-request-id"]
    log = stacks.wait_for(lambda: (text := (stack.folder / "voiced.log").read_text()) and seen in text and text)
    assert path in links and not [each for each in links if each.rsplit("/", 1)[1] in log]
    assert number[3:] not in log
