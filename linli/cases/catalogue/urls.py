from django.urls import path

from linli.cases.catalogue.views import asking, duties, entries, files

app_name = "catalogue"
urlpatterns = [
    path("catalogue/", entries.home, name="home"),
    path("catalogue/begin/", entries.begin, name="begin"),
    path("catalogue/ask/", asking.ask, name="ask"),
    path("catalogue/copies/", asking.copies, name="copies"),
    path("catalogue/duties/", duties.duties, name="duties"),
    path("catalogue/duties/add/", duties.add_duty, name="add_duty"),
    path("catalogue/duties/<int:item_id>/end/", duties.end_duty, name="end_duty"),
    path("catalogue/file/", files.upload, name="upload"),
    path("catalogue/file/download/", files.download, name="download"),
    path("catalogue/file/<int:draft_id>/", files.difference, name="difference"),
    path("catalogue/entries/<int:entry_id>/end/", entries.end_entry, name="end_entry"),
    path("catalogue/<slug:code>/", entries.category, name="category"),
    path("catalogue/<slug:code>/add/", entries.add_entry, name="add_entry"),
]
