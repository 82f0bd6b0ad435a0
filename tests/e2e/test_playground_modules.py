"""Single modules of the playground, called in the browser that runs them."""

import pytest

from tests.e2e.playing import opened, served

STREAM = ": ping\n\ndata: un\n\nevent: x\r\ndata:deux\r\ndata: é€𝄞\r\n\r\nid: 7\rdata: trois\r\rdata: never ended"
READ = """async ([bytes, size]) => {
  const { events } = await import("/static/playground/events.js");
  const body = new ReadableStream({
    start(stream) {
      for (let at = 0; at < bytes.length; at += size) stream.enqueue(new Uint8Array(bytes.slice(at, at + size)));
      stream.close();
    },
  });
  const read = [];
  for await (const data of events(body)) read.push(data);
  return read;
}"""
RENDER = """async (text) => {
  const { render } = await import("/static/playground/markdown.js");
  const frame = document.createElement("div");
  frame.append(render(text, (number) => (number === 1 ? document.createElement("button") : null)));
  return new XMLSerializer().serializeToString(frame).replaceAll(' xmlns="http://www.w3.org/1999/xhtml"', "");
}"""


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_events_are_read_however_they_arrive(page, size):
    assert page.evaluate(READ, [list(STREAM.encode()), size]) == ["un", "deux\né€𝄞", "trois"]


def test_who_breaks_off_lets_the_connection_go(page):
    assert page.evaluate(
        """async () => {
          const { events } = await import("/static/playground/events.js");
          let left = false;
          const body = new ReadableStream({
            pull: (stream) => stream.enqueue(new TextEncoder().encode("data: more\\n\\n")),
            cancel: () => (left = true),
          });
          for await (const data of events(body)) break;
          await new Promise((done) => setTimeout(done, 50));
          return left;
        }"""
    )


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("# Title", "<div><h3>Title</h3>\n</div>"),
        ("a [1]. b", '<div><p>a <span class="together"><button></button>.</span> b</p>\n</div>'),
        ("a [2] `[1]`", "<div><p>a [2] <code>[1]</code></p>\n</div>"),
        ("[1]: https://evil.example.org\n\n[1]", None),
        ("<b>x</b>", "<div><p>&lt;b&gt;x&lt;/b&gt;</p>\n</div>"),
        ("![alt](https://e.org/x.png)", "<div><p>[image: alt]</p>\n</div>"),
        ("[x](javascript:alert(1))", "<div><p><a>x</a></p>\n</div>"),
        ("[x](//e.org)", "<div><p><a>x</a></p>\n</div>"),
    ],
)
def test_markdown_becomes_what_is_allowed_and_no_more(page, markdown, html):
    told = page.evaluate(RENDER, markdown)
    if html is None:
        assert "<button" in told.rpartition("<p>")[2]
        assert 'href="https://evil.example.org">1' not in told
    else:
        assert told == html


def test_what_a_server_says_of_its_timings_is_read(page):
    told = page.evaluate(
        """async () => {
          const { timingsOf } = await import("/static/playground/asking.js");
          return [timingsOf("auth;dur=0.1, retrieve;dur=18.8, total;dur=33"), timingsOf(null), timingsOf("odd;x=1")];
        }"""
    )
    assert told == [{"auth": 0.1, "retrieve": 18.8, "total": 33}, {}, {}]


@pytest.mark.parametrize(
    ("problem", "heading"),
    [
        ({"status": 401}, "The key was not accepted"),
        ({"status": 403}, "Your key does not allow this"),
        ({"status": 404, "code": "conversation_not_found"}, "This conversation is not there any more"),
        ({"status": 429, "code": "insufficient_quota"}, "Your budget is used up"),
        ({"status": 429, "retryAfter_s": 2.5}, "Too many questions at once"),
        ({"status": 503}, "The model does not answer"),
        ({"status": 400}, "The server did not accept the question"),
        ({"status": 0, "code": "unreachable"}, "The server cannot be reached"),
    ],
)
def test_each_problem_has_its_words(page, problem, heading):
    words = page.evaluate('async (given) => (await import("/static/playground/problems.js")).words(given)', problem)
    assert words[0] == heading
    if problem.get("retryAfter_s"):
        assert words[1] == "Wait 3 s, then ask again."


@pytest.fixture(scope="module")
def page(browser, tmp_path_factory):
    with served(tmp_path_factory.mktemp("playground")) as server, opened(browser, server) as seen:
        yield seen.page
