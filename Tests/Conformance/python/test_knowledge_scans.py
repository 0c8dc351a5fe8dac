"""Scanned documents: PDFs whose pages are pictures of text, in English and Hindi."""

import subprocess
import uuid

import pytest

import calling
import stack as stacks
from browser import PROGRAM
from conftest import client
from test_knowledge import base, pdf, search, until_read, upload

ENGLISH = ("The warranty of a kettle lasts two years from the date of purchase.",
           "A parcel can be returned within seven days if it is unopened.")
HINDI = ("केतली की वारंटी खरीद की तारीख से दो साल तक रहती है।",
         "पार्सल सात दिन के भीतर वापस किया जा सकता है।")


@pytest.fixture(scope="module")
def shop(stack):
    return stack.merchant(f"{uuid.uuid4()}@example.in")


@pytest.fixture(scope="module")
def rest(stack, shop):
    with client(stack, shop) as rest:
        yield rest


def chromium(*options):
    subprocess.run([PROGRAM, "--no-sandbox", "--disable-gpu", *options], check=True, capture_output=True, timeout=120)


def scan(folder, *pages, turn=0):
    """A PDF with a picture of each page's paragraphs, as a scanner makes one; `turn` degrees off."""
    images = []
    for number, paragraphs in enumerate(pages):
        text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
        source, image = folder / f"{number}.html", folder / f"{number}.png"
        source.write_text(
            '<body style="margin:90px;width:650px;font:23px \'Lohit Devanagari\',serif">' + text, encoding="utf-8")
        chromium("--window-size=850,1100", "--force-device-scale-factor=2", f"--screenshot={image}", f"file://{source}")
        images.append(f'<img src="{image.name}" style="width:100%;break-after:page;transform:rotate({turn}deg)">')
    book = folder / "scan.html"
    book.write_text('<body style="margin:0">' + "".join(images))
    chromium("--no-pdf-header-footer", f"--print-to-pdf={folder / 'scan.pdf'}", f"file://{book}")
    content = (folder / "scan.pdf").read_bytes()
    words = subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True).stdout
    assert not words.strip(), "it is no scan"
    return content


def read(rest, agent, content):
    answer = upload(rest, agent, content, "scan.pdf", "application/pdf")
    assert answer.status_code == 200, answer.text
    path = f"{base(agent)}/{answer.json()['documentId']}"
    return stacks.wait_for(lambda: (found := rest.get(path).json())["state"] != "PENDING" and found, 180)


def test_a_scan_in_english_and_hindi_is_read_page_by_page(rest, tmp_path):
    agent = calling.new_agent(rest, "+918047165831")
    document = read(rest, agent, scan(tmp_path, ENGLISH, HINDI))
    assert document["state"] == "READY" and "notice" not in document, document
    for question, words in (("How long is the warranty of a kettle?", "two years"),
                            ("पार्सल कितने दिन में वापस होगा?", "सात दिन के भीतर")):
        assert any(words in passage["text"] for passage in search(rest, agent, question, limit=2)), question


def test_a_page_that_lies_askew_is_read(rest, tmp_path):
    agent = calling.new_agent(rest, "+918047165832")
    assert read(rest, agent, scan(tmp_path, ENGLISH, turn=2))["state"] == "READY"
    assert "seven days" in search(rest, agent, "Can I return a parcel?")[0]["text"]


def test_pages_beyond_the_limit_are_told(rest):
    """Blank pages cost little, and there is nothing on them to be missed; those behind the limit are not looked at."""
    agent = calling.new_agent(rest, "+918047165833")
    document = read(rest, agent, pdf(["The shop opens at nine."], *[[] for _ in range(52)]))
    assert document["state"] == "READY"
    assert document["notice"] == "pages 52 to 53 not read: of a document's scanned pages the first 50 are"
