"""BACKGROUND WORK: when it is done and by whom; what there is to do stands in the records, how in `ingestion`."""

from ragproxy.worker.jobs import Jobs

__all__ = ["Jobs"]
