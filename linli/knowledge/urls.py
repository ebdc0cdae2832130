from django.urls import path

from linli.knowledge import views

app_name = "knowledge"
urlpatterns = [
    path("knowledge/", views.home, name="home"),
    path("knowledge/new/", views.new, name="new"),
    path("knowledge/<int:article_id>/", views.article, name="article"),
    path("knowledge/<int:article_id>/edit/", views.edit, name="edit"),
    path("knowledge/<int:article_id>/approve/", views.approve, name="approve"),
    path("knowledge/<int:article_id>/decline/", views.decline, name="decline"),
    path("knowledge/<int:article_id>/end/", views.end, name="end"),
]
