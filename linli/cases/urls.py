from django.urls import path

from linli.cases.move_forms import FORMS
from linli.cases.searching import views as searching
from linli.cases.task_forms import FORMS as TASK_FORMS
from linli.cases.views import (
    answers,
    approvals,
    calls,
    case,
    follow_up,
    intake,
    moves,
    queue,
    rates,
    tasks,
    work,
)

app_name = "cases"
urlpatterns = [
    path("calls/new/", intake.take_call, name="take_call"),
    path("calls/hints/", intake.intake_hints, name="intake_hints"),
    path("calls/told/", intake.intake_told, name="intake_told"),
    path("calls/answers/", answers.answer_hint, name="answer_hint"),
    path("calls/tell/", answers.tell_answer, name="tell_answer"),
    *(
        path(f"calls/{name.replace('_', '-')}/", intake.call_view(name), name=name)
        for name in ("ring", "pick_up", "hang_up", "write_down")
    ),
    path("calls/", calls.calls, name="calls"),
    path("calls/sort/", intake.sort_hint, name="sort_hint"),
    path("calls/urgency/", intake.urgency_hint, name="urgency_hint"),
    path("queue/", queue.queue, name="queue"),
    path("queue/send/", queue.dispatch_batch, name="dispatch_batch"),
    path("rulings/", queue.rulings, name="rulings"),
    path("work/", work.work, name="work"),
    path("follow-up/", follow_up.follow_up, name="follow_up"),
    path("rates/", rates.rates, name="rates"),
    path("tasks/", tasks.tasks, name="tasks"),
    *(
        path(f"tasks/<int:task_id>/{name.replace('_', '-')}/", tasks.task_view(name), name=name)
        for name in TASK_FORMS
    ),
    path("tasks/<int:task_id>/withdraw/", tasks.withdraw_task, name="withdraw_task"),
    path(
        "consultations/<int:consultation_id>/answer/",
        tasks.answer_consultation,
        name="answer_consultation",
    ),
    path("approvals/", approvals.approvals, name="approvals"),
    path("approvals/<int:application_id>/grant/", approvals.grant, name="grant"),
    path("approvals/<int:application_id>/refuse/", approvals.refuse, name="refuse"),
    path("search/", searching.search, name="search"),
    path("cases/<str:number>/", case.case, name="case"),
    path("cases/<str:number>/dispatch/", queue.dispatch, name="dispatch"),
    *(
        path(
            f"cases/<str:number>/{name.replace('_', '-')}/",
            moves.move_view(name, case.show),
            name=name,
        )
        for name in FORMS
    ),
    path("cases/<str:number>/category/", queue.categorise, name="categorise"),
    path("cases/<str:number>/requester/", case.unmask, name="unmask"),
    path("cases/<str:number>/follow-up/", follow_up.record_follow_up, name="record_follow_up"),
    path("cases/<str:number>/no-answer/", follow_up.no_answer, name="no_answer"),
    path("cases/<str:number>/call-again/", follow_up.call_again, name="call_again"),
    path("cases/<str:number>/rework/", follow_up.rework, name="rework"),
    path("cases/<str:number>/close/", follow_up.close, name="close"),
]
