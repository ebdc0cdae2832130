from django.urls import path

from linli.cases.views import case, follow_up, intake, queue, rates, work

app_name = "cases"
urlpatterns = [
    path("calls/new/", intake.take_call, name="take_call"),
    path("calls/hints/", intake.intake_hints, name="intake_hints"),
    path("queue/", queue.queue, name="queue"),
    path("work/", work.work, name="work"),
    path("follow-up/", follow_up.follow_up, name="follow_up"),
    path("rates/", rates.rates, name="rates"),
    path("search/", queue.search, name="search"),
    path("cases/<str:number>/", case.case, name="case"),
    path("cases/<str:number>/dispatch/", queue.dispatch, name="dispatch"),
    path("cases/<str:number>/accept/", case.accept, name="accept"),
    path("cases/<str:number>/contact/", case.contact, name="contact"),
    path("cases/<str:number>/report/", case.report, name="report"),
    path("cases/<str:number>/requester/", case.unmask, name="unmask"),
    path("cases/<str:number>/follow-up/", follow_up.record_follow_up, name="record_follow_up"),
    path("cases/<str:number>/no-answer/", follow_up.no_answer, name="no_answer"),
    path("cases/<str:number>/close/", follow_up.close, name="close"),
]
