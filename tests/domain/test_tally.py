from ragproxy.domain import Consumed, Tally


def test_a_tally_keeps_the_calls_in_their_order():
    tally = Tally()
    calls = [Consumed("a", 1, 2), Consumed("b", 3, 4)]
    for call in calls:
        tally.add(call)
    assert tally.calls == tuple(calls)


def test_the_cost_is_that_of_all_calls():
    assert cost(0.5) == 0.5
    assert cost(0.5, 0.0, 0.25) == 0.75
    assert cost(0.0) == 0.0


def test_a_cost_that_is_not_wholly_known_is_not_told():
    assert cost() is None
    assert cost(None) is None
    assert cost(0.5, None) is None


def cost(*costs):
    tally = Tally()
    for each in costs:
        tally.add(Consumed("m", 1, 1, cost=each))
    return tally.cost
