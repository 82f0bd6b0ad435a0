"""Which answers are admissions that the documents do not tell."""

import pytest

from ragproxy.backends import Extractive
from ragproxy.domain import Grounding
from ragproxy.evaluation.admitting import admits
from ragproxy.retrieval import grams, sentences, terms
from ragproxy.tokens import estimate


@pytest.mark.parametrize("lang", ["en", "fr", "es", "de", "it", "pt"])
def test_the_built_in_model_admits_it_in_each_of_its_languages(lang):
    model = Extractive(terms=terms, grams=grams, split=sentences.split, count=estimate)
    assert admits(model.answer(Grounding("?"), lang))


@pytest.mark.parametrize(
    "answer",
    [
        "The passages do not mention who wrote it [1].",
        "I'm sorry, but the provided documents don't contain any information about Mars.",
        "The answer is not given in the passages.",
        "I could not find this in the documents. You might ask somebody else.",
        "There is no information about that in the sources.",
        "Les passages ne contiennent pas la réponse.",
        "Désolé, les documents fournis ne précisent pas la date.",
        "Aucune information n’est donnée sur ce point dans les passages.",
        "Je ne trouve pas la réponse dans les documents.",
        "Je ne sais pas.",
    ],
)
def test_the_usual_phrases_of_models_are_admissions(answer):
    assert admits(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "The server listens on port 8083 [1].",
        "The pool is not open on Mondays [2].",
        "La garantie dure deux ans [1]. Les documents ne précisent pas la suite.",
        "Il n'y a pas de base de données à installer [1].",
        "The warranty lasts two years. The passages do not say more.",
    ],
)
def test_an_answer_that_says_something_first_is_none(answer):
    assert not admits(answer)
