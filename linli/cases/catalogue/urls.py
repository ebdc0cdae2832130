from django.urls import path

from linli.cases.catalogue.views import asking, duties, entries, files, tree

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
    path("catalogue/duties/file/", files.upload_duties, name="upload_duties"),
    path("catalogue/duties/file/download/", files.download_duties, name="download_duties"),
    path("catalogue/tree/", tree.whole, name="tree"),
    path("catalogue/tree/begin/", tree.begin, name="begin_tree"),
    path("catalogue/tree/add/", tree.add_first, name="add_first"),
    path("catalogue/tree/file/", files.upload_categories, name="upload_categories"),
    path("catalogue/tree/file/download/", files.download_categories, name="download_categories"),
    path("catalogue/tree/<slug:code>/", tree.keep, name="keep"),
    path("catalogue/tree/<slug:code>/change/", tree.change, name="change"),
    path("catalogue/tree/<slug:code>/add/", tree.add_below, name="add_below"),
    path("catalogue/tree/<slug:code>/move/", tree.move, name="move"),
    path("catalogue/tree/<slug:code>/end/", tree.end, name="end"),
    path("catalogue/entries/<int:entry_id>/end/", entries.end_entry, name="end_entry"),
    path("catalogue/<slug:code>/", entries.category, name="category"),
    path("catalogue/<slug:code>/add/", entries.add_entry, name="add_entry"),
]
