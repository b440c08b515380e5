from django.urls import path

from feedback import views

app_name = "feedback"

urlpatterns = [
    path("thanks/<slug:reference>/", views.thanks, name="thanks"),
    path("<slug:country>/<slug:theme>/", views.send, name="send"),
]
