from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "hitl.tenants"
    label = "tenants"
    verbose_name = "People and workspaces"
