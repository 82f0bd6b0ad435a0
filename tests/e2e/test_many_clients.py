"""Many at once on one process."""

import time
from concurrent.futures import ThreadPoolExecutor

from tests.e2e.by_hand import TOWER, frames, post, question, user
from tests.replies import DONE, Reply, chat_frames

WORDS = [f"w{number} " for number in range(8)]


def test_two_hundred_slow_streams_are_all_whole(gateway, upstream):
    for _ in range(200):
        upstream.script(Reply.events(*chat_frames(*WORDS), delay_s=0.25))
    began = time.monotonic()
    with ThreadPoolExecutor(200) as clients:
        answers = list(clients.map(lambda _: post(gateway, question()), range(200)))
    seconds = time.monotonic() - began
    assert all(answer.content.endswith(DONE) for answer in answers)
    assert {len(frames(answer.content)) for answer in answers} == {len(WORDS) + 3}
    assert len({answer.headers["x-request-id"] for answer in answers}) == 200
    assert seconds < 30  # one after the other they would take ten minutes


def test_streams_of_different_questions_do_not_mix(gateway, upstream):
    upstream.text = None  # it repeats what was asked

    def asked(number):
        return post(gateway, question(model="ragproxy", messages=user(f"{TOWER} {number}!")))

    with ThreadPoolExecutor(16) as clients:
        for number, answer in enumerate(clients.map(asked, range(96))):
            assert b'"content":" %d!"' % number in answer.content


def test_others_are_answered_while_streams_stand_still(gateway, upstream):
    for _ in range(100):
        upstream.script(Reply.events(*chat_frames("Yes", "no"), delay_s=0.5))
    with ThreadPoolExecutor(100) as clients:
        slow = [clients.submit(post, gateway, question()) for _ in range(100)]
        until = time.monotonic() + 10
        while len(upstream.requests) < 100:
            assert time.monotonic() < until
            time.sleep(0.01)
        began = time.monotonic()
        assert post(gateway, question(model="ragproxy", messages=user(TOWER))).content.endswith(DONE)
        assert time.monotonic() - began < 3
        assert all(answer.result().content.endswith(DONE) for answer in slow)
