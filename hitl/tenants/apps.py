from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "hitl.tenants"
    label = "tenants"
    verbose_name = "People and workspaces"

    def ready(self) -> None:
        from hitl import locks  # noqa: F401 - it listens to new connections
        from hitl.tenants import holders  # noqa: F401 - it listens to allauth
