"""What the gateway counts, for Prometheus at ``/metrics``. Labels hold names of parts, never numbers or texts."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_SLOW = (0.01, 0.05, 0.25, 1.0, 5.0, 15.0, 60.0, 300.0, 1800.0)


class Metrics:
    """One registry per running gateway, so that two can live in one process (tests)."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.received = Counter(
            "barta_mo",
            "Messages in, by channel and what became of them.",
            ["channel", "outcome"],
            registry=self.registry,
        )
        self.receive_seconds = Histogram(
            "barta_mo_seconds", "Time from a message in to its durable outcome.", registry=self.registry, buckets=_FAST
        )
        self.sent = Counter(
            "barta_mt", "Submissions, by channel and outcome.", ["channel", "outcome"], registry=self.registry
        )
        self.segments = Counter(
            "barta_mt_segments", "Segments submitted, by channel.", ["channel"], registry=self.registry
        )
        self.receipts = Counter(
            "barta_dlr", "Delivery receipts, by channel and kind.", ["channel", "kind"], registry=self.registry
        )
        self.outbox = Gauge(
            "barta_outbox",
            "Messages out that are queued, sending or unconfirmed, by channel.",
            ["channel", "state"],
            registry=self.registry,
        )
        self.channel_up = Gauge(
            "barta_channel_up",
            "1 while a channel takes messages, 0 while it does not.",
            ["channel"],
            registry=self.registry,
        )
        self.circuit_open = Gauge(
            "barta_circuit_open",
            "1 while a channel is in such trouble that its messages go another way, where there is one.",
            ["channel"],
            registry=self.registry,
        )
        self.moved = Counter(
            "barta_mt_moved",
            "Messages that went to another channel because theirs was in trouble.",
            ["channel", "to"],
            registry=self.registry,
        )
        self.writer_waiting = Gauge("barta_writer_waiting", "Works waiting for the writer.", registry=self.registry)
        self.writer_works = Gauge("barta_writer_works", "Works run since the start.", registry=self.registry)
        self.writer_commits = Gauge("barta_writer_commits", "Commits since the start.", registry=self.registry)

        self._count_jobs()

    def _count_jobs(self) -> None:
        self.job_runs = Counter(
            "barta_job_runs",
            "Runs of jobs that ended in this process, by job and outcome.",
            ["job", "outcome"],
            registry=self.registry,
        )
        self.job_seconds = Histogram(
            "barta_job_seconds", "How long a job ran.", ["job"], registry=self.registry, buckets=_SLOW
        )
        self.job_last_success = Gauge(
            "barta_job_last_success_timestamp_seconds",
            "When a job last ended well, wherever it ran.",
            ["job"],
            registry=self.registry,
        )
        self.job_next_run = Gauge(
            "barta_job_next_run_timestamp_seconds",
            "When a job is due; in the past while it is late.",
            ["job"],
            registry=self.registry,
        )
        self.job_held = Gauge(
            "barta_job_held", "1 while a job waits for 'barta resume'.", ["job"], registry=self.registry
        )

    def text(self) -> bytes:
        """The exposition that Prometheus reads."""
        return generate_latest(self.registry)
