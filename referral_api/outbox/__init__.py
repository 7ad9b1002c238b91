"""Events for agencies, put in the transaction of the act itself: ids and states only, one row for each agency that is told."""

from referral_api.outbox.models import OutboxEvent, number_events, put

__all__ = ["OutboxEvent", "number_events", "put"]
