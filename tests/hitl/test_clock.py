"""The database's clock, asked from outside of a statement and within one."""

import pytest

from hitl import clock
from hitl.tenants.models import User


@pytest.mark.database
@pytest.mark.django_db
def test_what_is_due_now_is_due_to_the_very_next_statement() -> None:
    """Within the same millisecond too: a message that was set free to be sent at once waited for the sweeper."""
    user = User.objects.create(email="ann@example.com")
    for _ in range(300):
        User.objects.filter(pk=user.pk).update(date_joined=clock.now())
        assert User.objects.filter(pk=user.pk, date_joined__lte=clock.Now()).exists()
