"""Telling people until someone acts: alerts with their clocks and control lease, links, and the outbox."""

from alerts.models.alert import Alert, AlertChange
from alerts.models.deliveries import Delivery
from alerts.models.kinds import ACTIVE, AlertStatus, Kind
from alerts.models.links import AccessLink
from alerts.models.wishes import NoticeWish

__all__ = ["ACTIVE", "AccessLink", "Alert", "AlertChange", "AlertStatus", "Delivery", "Kind", "NoticeWish"]
