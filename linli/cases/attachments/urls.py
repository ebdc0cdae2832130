from django.urls import path

from linli.cases.attachments import views

app_name = "attachments"
_ONE = "cases/<str:number>/attachments/<uuid:key>/"
urlpatterns = [
    path("cases/<str:number>/attachments/", views.attach, name="attach"),
    path(_ONE, views.attachment, name="attachment"),
    path(f"{_ONE}picture.jpg", views.picture, name="picture"),
    path(f"{_ONE}small.jpg", views.small, name="small"),
    path(f"{_ONE}share/", views.share, name="share"),
    path(f"{_ONE}withdraw/", views.withdraw, name="withdraw"),
    path(f"{_ONE}identity/", views.identity, name="identity"),
]
