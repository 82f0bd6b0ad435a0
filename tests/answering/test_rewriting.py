"""The query of a conversation: rewritten when there is something before it, and never worse than the raw turn."""

import pytest

from ragproxy.answering.rewriting import LONGEST_QUERY, carried_over, question, rewritten, searches
from ragproxy.domain import Cancel, ChatRequest, Delta, Message, Tally
from ragproxy.errors import UpstreamRefused, UpstreamUnavailable
from tests.fakes import FakeModel

PRICE = ("user", "What is the price of the Pro plan?")
ANSWER = ("assistant", "It is 12 euros a month [1].")
TOOL_CALL = Message("assistant", None, {"tool_calls": [{"id": "c", "function": {"name": "f", "arguments": "{}"}}]})


def test_the_question_is_the_last_user_turn():
    assert question(talk(PRICE, ANSWER, ("user", " And for students? "))) == "And for students?"


def test_the_question_of_parts_is_their_text():
    image = {"type": "image_url", "image_url": {"url": "data:,"}}
    message = Message("user", ({"type": "text", "text": "What is"}, image, {"type": "text", "text": "on it?"}))
    assert question([message]) == "What is\non it?"


def test_a_turn_of_images_alone_leaves_the_question_to_the_one_before():
    image = Message("user", ({"type": "image_url", "image_url": {"url": "data:,"}},))
    assert question([*talk(PRICE, ANSWER), image]) == PRICE[1]


def test_the_question_stands_before_a_tools_result():
    assert question([*talk(PRICE), TOOL_CALL, Message("tool", '{"result": 42}')]) == PRICE[1]


def test_without_a_user_turn_the_last_text_is_the_question():
    assert question(talk(("system", "Say what the Pro plan costs."))) == "Say what the Pro plan costs."


def test_without_any_text_there_is_no_question():
    assert question([Message("user", "  "), Message("assistant", None)]) == ""


def test_a_pasted_document_keeps_its_two_ends():
    query = question([Message("user", "Summarise this: " + "x" * 50_000 + " Who wrote it?")])
    assert len(query) == LONGEST_QUERY
    assert query.startswith("Summarise this:")
    assert query.endswith("Who wrote it?")


def test_a_first_question_is_not_rewritten():
    model = FakeModel("never")
    assert ask(model, PRICE) == PRICE[1]
    assert model.requests == []


def test_a_first_question_with_a_tools_result_after_it_is_not_rewritten():
    model = FakeModel("never")
    messages = [*talk(PRICE), TOOL_CALL, Message("tool", "42")]
    assert rewritten(messages, model, request()) == PRICE[1]
    assert model.requests == []


def test_a_first_question_with_a_picture_after_its_answer_is_not_rewritten():
    model = FakeModel("never")
    image = Message("user", ({"type": "image_url", "image_url": {"url": "data:,"}},))
    assert rewritten([*talk(PRICE, ANSWER), image], model, request()) == PRICE[1]
    assert model.requests == []


def test_the_first_follow_up_is_rewritten():
    model = FakeModel("What is the price of the Pro plan for students?")
    assert ask(model, PRICE, ANSWER, ("user", "And for students?")) == "What is the price of the Pro plan for students?"


def test_an_answer_to_the_assistants_greeting_is_rewritten():
    model = FakeModel("Which documents does a visa for students need?")
    assert ask(model, ("assistant", "Which visa is it?"), ("user", "students")).startswith("Which documents")


def test_the_call_is_small_and_sees_the_last_turns_alone():
    model = FakeModel("price of students")
    turns = [("user", f"question {n}") for n in range(20)]
    ask(model, ("system", "SECRET RULES"), *turns, ("user", "x" * 5000), ("user", "And for students?"))
    (sent,) = model.requests
    assert (sent.model, sent.stream, sent.grounding) == ("gpt-x", False, None)
    assert sent.params == {"max_tokens": 100, "temperature": 0}
    (message,) = sent.messages
    assert "question 19" in message.text
    assert "question 14" not in message.text
    assert "SECRET" not in message.text
    assert "User: And for students?" in message.text
    assert len(message.text) < 4000


def test_the_limit_goes_by_the_name_the_client_uses():
    model = FakeModel("price of students")
    rewritten(talk(PRICE, ANSWER, ("user", "students?")), model, request(max_completion_tokens=5))
    assert model.requests[0].params == {"max_completion_tokens": 100, "temperature": 0}


def test_the_call_ends_with_the_request_and_is_on_its_tally():
    model, asked = FakeModel("price of students"), request()
    rewritten(talk(PRICE, ANSWER, ("user", "students?")), model, asked)
    assert model.requests[0].cancel is asked.cancel
    assert model.requests[0].tally is asked.tally
    assert model.closed


@pytest.mark.parametrize(
    "model",
    [
        FakeModel(fails=UpstreamUnavailable("down")),
        FakeModel(fails=UpstreamRefused("no temperature", status=400)),
        FakeModel(Delta(content="half"), fails_after=UpstreamUnavailable("down")),
        FakeModel(""),
        FakeModel("  \n "),
        FakeModel('""'),
        FakeModel(Delta(index=None)),
        FakeModel("students " * 200),
        FakeModel("<think>The user wants students to"),
    ],
)
def test_whatever_goes_wrong_the_raw_turn_is_searched(model):
    assert ask(model, PRICE, ANSWER, ("user", "And for students?")) == "And for students?"
    assert len(model.requests) == 1


@pytest.mark.parametrize(
    "reply",
    [
        '"Price for students?"',
        " Price for\nstudents? ",
        "<think>Hm.\nStudents.</think>Price for students?",
        "« Price for students? »",
    ],
)
def test_what_models_put_around_a_reply_is_taken_off(reply):
    assert ask(FakeModel(reply), PRICE, ANSWER, ("user", "And for students?")) == "Price for students?"


def test_a_reply_that_drifted_keeps_the_words_of_the_question():
    assert (
        ask(FakeModel("Weather in Oslo"), PRICE, ANSWER, ("user", "And for students?"))
        == "Weather in Oslo And for students?"
    )


@pytest.mark.parametrize(
    ("turns", "query"),
    [
        (["What is the price of the Pro plan?", "And for students?"], "And for students? price Pro plan"),
        (["Quel est le prix du forfait Pro ?", "Et pour les étudiants ?"], "Et pour les étudiants ? prix forfait Pro"),
        (["Who wrote the Iliad?", "When was it written?"], "When was it written? wrote Iliad"),
        (["Qu'est-ce que l'OFB ?", "Quand a-t-il été créé ?"], "Quand a-t-il été créé ? OFB"),
        (["Parle-moi du Louvre", "Pourquoi ?"], "Pourquoi ? Parle-moi Louvre"),
        (["Tell me about plan B1", "Yes, B1 please"], "Yes, B1 please plan"),
    ],
)
def test_without_a_model_a_leaning_question_takes_words_of_the_one_before(turns, query):
    assert carried_over(talk(*(("user", turn) for turn in turns))) == query


@pytest.mark.parametrize(
    "turn",
    [
        "How do I delete my account?",
        "Quel est le prix de l'abonnement ?",
        "Where is the head office of the company?",
        "Is it possible to cancel a subscription?",
        "Combien de jours faut-il pour recevoir un colis ?",
        "Qu'est-ce que le RGPD ?",
        "What is Chroma?",
        "And what is the price of the annual plan for students in France?",
    ],
)
def test_a_question_that_stands_alone_stays_as_it_is(turn):
    assert carried_over(talk(PRICE, ANSWER, ("user", turn))) == turn


def test_a_chain_of_leaning_questions_keeps_its_subject():
    query = carried_over(talk(PRICE, ANSWER, ("user", "And for students?"), ANSWER, ("user", "And in winter?")))
    assert query.startswith("And in winter?")
    assert {"students", "price", "Pro", "plan"} <= set(query.split())


def test_a_new_subject_ends_the_chain():
    query = carried_over(talk(PRICE, ("user", "How do I delete my account?"), ("user", "And why?")))
    assert "delete" in query
    assert "price" not in query


def test_a_chain_does_not_grow_without_end():
    turns = [("user", f"And {chr(97 + n) * 3}?") for n in range(20)]
    assert len(carried_over(talk(*turns)).split()) <= 14


def test_only_the_users_words_are_carried():
    assert "euros" not in carried_over(talk(PRICE, ANSWER, ("user", "Why?")))


def test_a_first_question_has_nothing_to_carry():
    assert carried_over(talk(("assistant", "Hello"), ("user", "And why?"))) == "And why?"
    assert carried_over([Message("system", "What?")]) == "What?"


def ask(model, *turns):
    return rewritten(talk(*turns), model, request())


def talk(*turns):
    return tuple(Message(role, text) for role, text in turns)


def request(**params):
    return ChatRequest(model="gpt-x", messages=(), params=params)


# ---- the queries of a search ----

ASKED = "Hi! could you tell me whats the price off the Pro plan?"


def test_a_search_is_put_into_the_words_of_a_search_box():
    model = FakeModel("1. price of the Pro plan")
    assert searched(model, ASKED) == ("price of the Pro plan",)
    (sent,) = model.requests
    assert (sent.model, sent.stream, sent.grounding) == ("gpt-x", False, None)
    assert sent.params == {"max_tokens": 100, "temperature": 0}
    assert f"1. {ASKED}" in sent.messages[0].text
    assert model.closed


def test_several_queries_cost_one_call_and_keep_their_places():
    model = FakeModel("2) opening hours\n1. price of\n the plan\nSure!\n7. nonsense")
    queries = ("what's the price of the plan?", "which opening hours?", "students of the Pro plan?")
    assert searched(model, *queries) == ("price of", "opening hours", queries[2])
    assert len(model.requests) == 1
    assert model.requests[0].params["max_tokens"] == 300


def test_a_lone_query_needs_no_number():
    assert searched(FakeModel('<think>1. hm</think>"Pro plan price"'), ASKED) == ("Pro plan price",)


def test_a_query_on_several_lines_is_one():
    model = FakeModel("1. price\n2. hours")
    assert searched(model, "what\n2. price?", "which hours?") == ("price", "hours")
    assert "1. what 2. price?\n2. which hours?" in model.requests[0].messages[0].text


def test_a_search_that_drifts_keeps_its_own_words():
    assert searched(FakeModel("subscription fee"), ASKED) == (f"subscription fee {ASKED}",)


def test_a_document_as_a_query_is_not_rewritten():
    model = FakeModel("1. short\n2. price")
    text = "price " * 500
    assert searched(model, text, "what price?") == (text, "price")
    assert searched(model, text, " ") == (text, " ")
    assert len(model.requests) == 1


@pytest.mark.parametrize(
    "model",
    [
        FakeModel(fails=UpstreamUnavailable("down")),
        FakeModel(fails=UpstreamRefused("no temperature", status=400)),
        FakeModel(Delta(content="1. half"), fails_after=UpstreamUnavailable("down")),
        FakeModel(""),
        FakeModel("1. "),
        FakeModel('1. ""'),
        FakeModel("price " * 200),
        FakeModel("<think>1. price"),
    ],
)
def test_a_search_is_never_worse_than_it_was(model):
    assert searched(model, ASKED) == (ASKED,)


def searched(model, *queries):
    return searches(queries, model, "gpt-x", Cancel(), Tally())
