"""Addresses under /practice/."""

from django.urls import path

from practice import mail_views, views

app_name = "practice"
urlpatterns = [
    path("", views.index, name="index"),
    path("login/", views.login, name="login"),
    path("code/", views.code, name="code"),
    path("phone/", views.phone, name="phone"),
    path("account/", views.account, name="account"),
    path("card/", views.card, name="card"),
    path("card/<str:receipt>/", views.card_ordered, name="card_ordered"),
    path("leave/", views.leave, name="leave"),
    path("order/", views.order, name="order"),
    path("order/<str:receipt>/", views.ordered, name="ordered"),
    path("moved/", views.moved, name="moved"),
    path("moved/report/", views.report, name="report"),
    path("mail/", mail_views.inbox, name="mail"),
    path("mail/<str:mail_id>/", mail_views.one, name="mail_one"),
    path("mail/<str:mail_id>/html/", mail_views.html, name="mail_html"),
]
