"""BACKGROUND WORK: when it is done and by whom. What there is to do stands in the records; how, in the workshops."""

from ragproxy.worker.condition import RedisCondition, is_answered, redis_condition
from ragproxy.worker.hands import Hands
from ragproxy.worker.jobs import Jobs

__all__ = ["Hands", "Jobs", "RedisCondition", "is_answered", "redis_condition"]
