"""Addresses under /welcome/."""

from django.urls import path

from hitl.tenants.views_welcome import welcome

urlpatterns = [path("<str:token>/", welcome, name="welcome")]
