"""Pages of alerts: the inbox, what members do about one alert, its links and the outsider's door, how one is told."""

from alerts.views.alert import alert_of, care_of, picture_response

__all__ = ["alert_of", "care_of", "picture_response"]
