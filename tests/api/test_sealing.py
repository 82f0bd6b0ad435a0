"""What a compaction holds is for this server alone to read again."""

import pytest

from ragproxy.api.sealing import Seal
from ragproxy.wire.items import compacted, compaction_of

SUMMARY = "They spoke of the tower.\n" * 50


def test_what_was_closed_can_be_opened(seal):
    item = seal.close(SUMMARY, "cmp_1")
    assert (item["type"], item["id"]) == ("compaction", "cmp_1")
    assert "tower" not in item["encrypted_content"]
    assert compacted(seal.open(item)) == SUMMARY


def test_what_was_opened_can_be_opened(seal):
    item = {**compaction_of(SUMMARY), "id": "cmp_1"}
    assert seal.open(item) == item


@pytest.mark.parametrize("content", ["", "IkhpIg", "IkhpIg.forged", "é\ud800", None])
def test_what_was_not_closed_here_stays_closed(seal, content):
    assert seal.open({"type": "compaction", "encrypted_content": content}) is None


def test_another_server_cannot_open_it(seal):
    assert Seal(lambda: "another").open(seal.close(SUMMARY, "cmp_1")) is None


@pytest.fixture
def seal():
    return Seal(lambda: "a secret of the test")
