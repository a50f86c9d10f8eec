"""Secrets of a workspace: values that its bots type and that nobody reads again."""

from __future__ import annotations

import functools
from typing import Any, Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models, transaction

from bots.script import Script, secrets_of
from hitl import clock, vault
from hitl.ids import new_id
from hitl.tenants.models import TenantQuerySet, Workspace
from hitl.tenants.people import Person

SHORTEST, LONGEST = 3, 10_000  # characters; what is shorter would be found in ordinary words and could not be masked
NAME = RegexValidator(
    r"^[A-Za-z_][A-Za-z0-9_-]{0,63}\Z",
    "A name begins with a letter and has letters, digits, _ and - only, such as bank_password.",
)


class SecretQuerySet(TenantQuerySet):
    def opened(self, script: Script) -> dict[str, Any]:
        """Those that the script uses, as Given takes them: `secrets` by name, and the `sites` of each that has any.

        For the runner alone. One that cannot be read any more is left out, as if it were not there.
        """
        used: list[Any] = list(self.filter(name__in=secrets_of(script)))
        self.filter(pk__in=[secret.pk for secret in used]).update(last_used_at=clock.now())
        values = {secret.name: secret.value for secret in used}
        return {
            "secrets": {name: value for name, value in values.items() if value is not None},
            "sites": {secret.name: secret.sites for secret in used if secret.sites},
        }

    def lacking(self, script: Script) -> list[str]:
        """One sentence for each secret of the script that is not among these or cannot be read any more."""
        names = secrets_of(script)
        found: Any = self.filter(name__in=names) if names else ()
        there = {secret.name: secret.value for secret in found}
        return [
            f"The secret “{name}” cannot be read: it was sealed by a key that is gone. Give it its value again."
            if name in there
            else f"The script uses the secret “{name}”, which this workspace does not have."
            for name in names
            if there.get(name) is None
        ]


class Secret(models.Model):
    public_id = models.CharField(max_length=40, unique=True, editable=False, default=functools.partial(new_id, "sec"))
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="secrets")
    name = models.CharField(max_length=64, validators=[NAME])
    sealed_value = models.TextField(editable=False)
    sites = models.JSONField(default=list, blank=True, help_text="Hosts on which it may be typed; none: anywhere")
    author = models.CharField(max_length=160, blank=True, help_text="Who gave it its value, as others know them")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    set_at = models.DateTimeField(default=clock.now, help_text="When it got its present value")
    last_used_at = models.DateTimeField(null=True, blank=True)
    objects = SecretQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="one_secret_of_a_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def value(self) -> str | None:
        """For the runner alone; None where no key opens it any more."""
        try:
            return vault.unseal(self.sealed_value)
        except ValueError:
            return None

    @property
    def written(self) -> str:
        """As it stands in a script."""
        return f"{{{{secrets.{self.name}}}}}"

    @classmethod
    def make(cls, workspace: Workspace, person: Person, name: str, value: str, sites: list[str] | None = None) -> Self:
        """A new one; IntegrityError where the workspace has one of this name."""
        with transaction.atomic():
            secret = cls(workspace=workspace, name=name, sites=sites or [], **_sealed_by(person, value))
            secret.save(force_insert=True)
            person.did(workspace, "secret.made", secret.public_id, name=name, sites=secret.sites)
        return secret

    def change(self, person: Person, value: str, sites: list[str]) -> None:
        """Another value (empty: the old one stays) and the sites on which it may be typed."""
        fresh = _sealed_by(person, value) if value else {}
        with transaction.atomic():
            verb = "secret.replaced" if value else "secret.changed"
            person.did(self.workspace, verb, self.public_id, name=self.name, sites=sites)
            type(self).objects.filter(pk=self.pk).update(sites=sites, **fresh)

    def remove(self, person: Person) -> None:
        """Bots that use it cannot be started any more."""
        with transaction.atomic():
            person.did(self.workspace, "secret.removed", self.public_id, name=self.name)
            self.delete()


def _sealed_by(person: Person, value: str) -> dict[str, Any]:
    return {
        "sealed_value": vault.seal(value),
        "author": person.name[:160],
        "user": person.user,
        "set_at": clock.now(),
    }
