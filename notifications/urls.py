"""The addresses of those who follow something."""

from django.urls import path

from notifications import views

app_name = "notifications"

urlpatterns = [
    path("", views.subscribe, name="subscribe"),
    path("check-your-mail/", views.asked, name="asked"),
    path("address-deleted/", views.erased, name="erased"),
    path("confirm/<str:token>/", views.confirm, name="confirm"),
    path("manage/<str:token>/", views.manage, name="manage"),
    path("leave/<str:token>/", views.leave, name="leave"),
    path("one-click/<str:token>/", views.one_click, name="one-click"),
]
