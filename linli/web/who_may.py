"""Who may do what, in sentences: made from the roles and the operations as the code has them.

A sentence for each operation and each permission to see stands here; a contract test says which is missing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from linli.accounts.permissions import ROLES, Role, permissions_of
from linli.cases.attachments import sweeping as files_sweeping
from linli.cases.catalogue import applying, duty_files, tree, tree_files
from linli.cases.catalogue import operations as catalogue
from linli.cases.clocks import sweeping
from linli.cases.privacy import keys, retention, rights
from linli.kernel.http import ActorRequest, needs
from linli.kernel.operation import OPERATIONS

SEES: dict[str, Any] = {
    "cases.see": _("see the cases of the area, with name and number masked"),
    "cases.see_hidden": _("see cases that are confidential as a whole"),
    "cases.unmask_hidden": _("look at who asked even where the caller wants to stay unnamed"),
    "cases.rights": _("look after what people ask about their own data"),
    "cases.looks": _("see who looked at whose name and number"),
    "cases.see_calls": _("see how quickly the hotline's calls are answered, person by person"),
    "cases.see_rates": _("see the three rates"),
    "cases.see_sorting": _("see how often what was proposed of cases was right"),
    "cases.see_catalogue": _("see who leads what, and what a community may lead"),
    "territory.see": _("see places, who serves them and who is on duty"),
    "accounts.see_roles": _("see this page"),
    "accounts.own": _("see their own account, and who came in by it"),
    "accounts.manage": _("see the accounts of the area"),
    "api.tokens": _("see which other systems have a token, and how the links to them stand"),
    "workforce.see": _("see duty rosters"),
    "problems.see": _("see the problems of the area, and what is done about them"),
    "channels.deliveries": _("see what became of the messages about their area's cases"),
    "knowledge.see": _("see the knowledge base: what is answered, by which rule"),
}
"""What a permission lets somebody see; most have operations as well."""

DOES: dict[str, Any] = {
    "cases.receive": _("receive a case"),
    "cases.settle": _("receive a request and end it at once, by one of the branches of article 11"),
    "cases.ring": _("note that the telephone rings"),
    "cases.pick_up": _("answer a call"),
    "cases.hang_up": _("end a call"),
    "cases.write_down": _("say that all of a call is written down"),
    "cases.receive_batch": _("import cases from a file, or an order from the city's platform"),
    "cases.supplement": _("add a fact to a case that was received"),
    "cases.triage": _("hand a case on to dispatch, its kind and urgency put right"),
    "cases.dispatch_batch": _(
        "send several cases at once to the units that the catalogue alone names"
    ),
    "cases.consult": _("ask a unit before dispatch whether a matter is its own"),
    "cases.answer_consultation": _("answer for their unit whether a matter is its own"),
    "cases.answer": _("end a case that was answered at once, with the notice told to the caller"),
    "cases.transfer": _("give a case to an emergency line"),
    "cases.refer": _("refer a caller elsewhere: a statutory route, an open petition, the market"),
    "cases.merge": _("merge a case with an earlier one of the same matter"),
    "cases.decline": _("explain why a request is not taken up"),
    "cases.reopen": _("open a case again for its caller, once within 15 days"),
    "cases.object_to": _("object once to an order that is not their unit's"),
    "cases.rule_elsewhere": _("rule that an order goes to another unit"),
    "cases.rule_final": _("rule that an order stays with its unit"),
    "cases.ask_pause": _("ask for a pause of the handling clock"),
    "cases.ask_extension": _("ask for an extension of the limit"),
    "cases.ask_hold": _("ask to hold an order on the ledger"),
    "cases.ask_exclusion": _("ask to leave an order out of the rates"),
    "cases.escalate": _("ask the level above for help"),
    "cases.pause": _("grant a pause, one level above the lead"),
    "cases.resume": _("go on before a pause is over"),
    "cases.wake": _("let paused orders go on when their time is over"),
    "cases.extend": _("grant an extension, for the hotline's office"),
    "cases.hold": _("hold an order on the ledger, for the district"),
    "cases.clear_hold": _("clear an order from the ledger, for the district"),
    "cases.exclude": _("leave an order out of the rates, as the second person"),
    "cases.answer_call": _("answer a call for help, one level above the lead"),
    "cases.refuse": _("refuse what a lead asked for, saying why"),
    "cases.give_task": _("give another organisation a part of an order"),
    "cases.withdraw_task": _("withdraw a task that their unit gave"),
    "cases.open_group": _("open a task group of the community and its partners"),
    "cases.close_group": _("end a task group"),
    "cases.add_member": _("let an organisation join a task group"),
    "cases.end_member": _("end an organisation's membership in a task group"),
    "cases.pass_on": _("hand a task on within the task group"),
    "cases.ask_relay": _("ask the lead to pass something on to the caller"),
    "cases.answer_relay": _("pass back to a partner what the caller said"),
    "cases.start_repeated": _("ask a unit to check something again and again"),
    "cases.make_check": _("write down a check of a repeated duty"),
    "cases.end_repeated": _("end a repeated duty early"),
    "cases.sweep_checks": _("say of checks whose time is over that they were missed"),
    "cases.come": _("say that their people are on the way"),
    "cases.take_on": _("say that their people are handling a task"),
    "cases.arrive": _("say that their people are on site"),
    "cases.need_material": _("say what is lacking to go on with a task"),
    "cases.finish_task": _("say what came of a task"),
    "cases.return_task": _("return a task that is not theirs, with the clause"),
    "cases.verify": _("verify what was reported, never for their own unit"),
    "cases.send_back": _("send back once what is not as reported"),
    "cases.supervise": _("supervise an order that does not move"),
    "cases.rework": _("send an order back for rework once, with half the limit"),
    "cases.begin_import": _("look at a file of cases and begin its import"),
    "cases.drop_import": _("lay a file aside of which nothing is in yet"),
    "cases.ask_for_import": _("hand a file of cases to the worker, also one that broke off"),
    "cases.take_import": _("take a file in hand whose turn it is"),
    "cases.show_import_alive": _("give a sign of life while a file is taken in"),
    "cases.end_turn": _("lay a file down until its next turn"),
    "cases.break_off_import": _("write down why a file cannot be taken in further"),
    "cases.dispatch": _("dispatch a case to the unit that is to solve it"),
    "cases.categorise": _("say what a case is about"),
    "cases.load_categories": _("load categories"),
    "cases.begin_catalogue": _("begin a dispatch catalogue with the usual leads"),
    "cases.add_entry": _("say in the dispatch catalogue who leads a category in an area"),
    "cases.end_entry": _("end an entry of the dispatch catalogue"),
    "cases.keep_catalogue": _("look at what a catalogue file would change"),
    "cases.apply_catalogue": _("apply a catalogue file"),
    "cases.apply_duties": _("apply a file of duty lists"),
    "cases.add_category": _("add a category to the tree"),
    "cases.change_category": _("name a category anew, or its usual lead and limit"),
    "cases.move_category": _("move a category with all below it elsewhere in the tree"),
    "cases.end_category": _("end a category, naming the one that follows"),
    "cases.apply_categories": _("apply a file of the tree of categories"),
    "cases.add_duty": _("put a category on a community's duty list"),
    "cases.end_duty": _("take a category off a community's duty list"),
    "cases.ask_for_model": _("have a model of categories learnt from the closed cases"),
    "cases.upload_model": _("bring a model of categories as a file"),
    "cases.put_model_in_force": _("put a model of categories in force, or the one before again"),
    "cases.predict_batch": _("predict the categories of cases that came in"),
    "cases.take_model": _("take a model in hand that is to be made or tried"),
    "cases.keep_model": _("keep a model that was made"),
    "cases.keep_beside": _("keep how good a model is beside the one in force"),
    "cases.fail_model": _("write down why a model cannot be made"),
    "cases.accept": _("accept an order of their own unit"),
    "cases.contact": _("log a contact with the requester"),
    "cases.report": _("report the result back, with the reply to the caller"),
    "cases.unmask": _("look at name and number, giving a reason that is kept"),
    "cases.hand_out_copy": _("hand a person a copy of all that is kept of her"),
    "cases.correct_requester": _("put a name or number right at the person's own word"),
    "cases.delete_requester": _("delete name and number of a closed case at the person's own word"),
    "cases.write_shared_text": _("write anew what partners may read of a case"),
    "cases.forget": _("delete personal data whose time is over"),
    "cases.reseal": _("seal personal data anew under the key in force"),
    "cases.reseal_files": _("seal the keys of kept files anew under the key in force"),
    "cases.follow_up": _("call back and write down the three answers, never for their own unit"),
    "cases.agree_follow_up": _("agree with a caller on another time for the call back"),
    "cases.miss_follow_up": _("note that a call back was not answered"),
    "cases.close": _("close a case"),
    "cases.attach": _("add photos to a case"),
    "cases.attach_to_task": _("add photos of before and after at a task given to their unit"),
    "cases.withdraw_from_task": _("withdraw a photo that their own unit added at a task"),
    "cases.share_attachment": _("open a photo of their own unit to partners, or close it"),
    "cases.withdraw_attachment": _("withdraw a photo of their own unit"),
    "cases.look_at_identity": _("look at a proof of identity, giving a reason that is kept"),
    "cases.sweep_attachment_files": _("remove files that no case names any more"),
    "cases.ask_for_export": _(
        "ask for cases of their area as a file; names and numbers with a reason only"
    ),
    "cases.download_export": _("fetch the file of their own export"),
    "cases.take_export": _("take an export in hand that waits"),
    "cases.show_progress": _("say how far an export has come"),
    "cases.finish_export": _("put a finished file into an export"),
    "cases.fail_export": _("write down why an export cannot be made"),
    "cases.look_for_export": _(
        "look at names and numbers for an export, leaving a trace in each case"
    ),
    "cases.remove_exports": _("delete the files of exports whose week is over"),
    "cases.sweep_export_files": _("remove files that no export names any more"),
    "cases.hand_over": _("hand a unit's open orders to another unit"),
    "cases.close_unit": _("close an organisation that holds no open order"),
    "cases.follow_redrawn_places": _("let open cases follow places that were re-drawn"),
    "cases.follow_redrawn_catalogue": _(
        "let the dispatch catalogue follow places that were re-drawn"
    ),
    "cases.load_shipped": _("load the clock profiles that come with Linli"),
    "cases.add_version": _("write down a new version of a clock profile"),
    "cases.put_in_force": _("put a clock profile in force in an area"),
    "cases.end_term": _("end a clock profile's term"),
    "cases.sweep_alerts": _("raise the clock alerts that are due"),
    "cases.renew_deadlines": _("compute running deadlines anew when the calendar changed"),
    "territory.apply_year": _("apply a year's working days"),
    "territory.load_places": _("load places from the official codes"),
    "territory.load_compounds": _("load compounds from a file"),
    "territory.open_organisation": _("load organisations"),
    "territory.open_place": _("open a compound, building or entrance"),
    "territory.move_place": _("move a compound to another community"),
    "territory.establish": _("open an organisation"),
    "territory.remove_alias": _("remove what people call a place"),
    "territory.serve": _("let an organisation serve a place"),
    "territory.stop_serving": _("end what an organisation serves"),
    "territory.open_post": _("open a post"),
    "territory.close_post": _("close a post"),
    "territory.keep_draft": _("look at what a new division file would change"),
    "territory.redraw": _("apply a new division file"),
    "accounts.open_account": _("open an account"),
    "accounts.give_role": _("give somebody a role over an area"),
    "accounts.open_person": _("open an account and make its one-time code"),
    "accounts.change_person": _("write a name or staff number anew"),
    "accounts.end_role": _("end somebody's role"),
    "accounts.give_code": _("reset a password by a one-time code"),
    "accounts.sign_out_everywhere": _("sign somebody out everywhere"),
    "accounts.shut_account": _("shut an account"),
    "accounts.let_in_again": _("open a shut account again"),
    "accounts.ask_factor_reset": _("ask for the reset of a lost second factor"),
    "accounts.approve_factor_reset": _("approve a reset that another administrator asked for"),
    "accounts.sweep_sessions": _("end the sessions of people whose role or post is over"),
    "accounts.note_sign_in": _("be written down when signing in"),
    "accounts.use_code": _("set a password by a one-time code"),
    "accounts.unlock_device": _("unlock a phone by its PIN"),
    "accounts.change_proofs": _("change their own password and second factors"),
    "accounts.keep_device": _(
        "stay signed in on a phone behind a PIN, where no role asks for a second factor"
    ),
    "accounts.end_device": _("sign out one of their own phones"),
    "accounts.end_other_sessions": _("sign themselves out everywhere else"),
    "accounts.appoint": _("appoint somebody to a post, also crosswise"),
    "accounts.end_appointment": _("end an appointment"),
    "accounts.follow_redrawn_roles": _("let roles follow places that were re-drawn"),
    "channels.claim": _("take messages in hand that are to go out"),
    "channels.note_sent": _("write down that a message went out"),
    "channels.note_failed": _("write down why a message did not go out"),
    "channels.take_back_lost": _("take back messages that a dead worker had in hand"),
    "channels.forget_messages": _("delete messages whose year is over"),
    "channels.try_again": _("let a message that was given up go out once more"),
    "channels.mark_read": _("read the messages in their inbox"),
    "channels.set_preference": _("choose how they are told"),
    "channels.add_robot": _("let a group of an organisation be told by its robot"),
    "channels.end_robot": _("tell a group nothing more"),
    "api.issue_token": _("make a token by which another system acts for an account"),
    "api.revoke_token": _("revoke another system's token"),
    "api.open_endpoint": _("let another system be told what happens"),
    "api.end_endpoint": _("tell another system nothing more"),
    "api.send_again": _("send again what did not arrive"),
    "api.take_delivery": _("take in hand what is to be sent out"),
    "api.note_delivery": _("write down whether what was sent arrived"),
    "api.take_orders": _("take orders that the city's platform pushes"),
    "api.try_again": _("judge a refused order of the platform once more"),
    "api.forget_refused": _("delete refused orders that nobody has mended in time"),
    "api.send_request": _("send a request by Open311"),
    "api.note_use": _("note that a token was used"),
    "problems.gather": _("gather repeated cases of a kind at a place into one problem"),
    "problems.propose": _("propose a problem where calls of a kind repeat"),
    "problems.take_up": _("take up a proposed problem"),
    "problems.set_aside": _("set a problem aside, saying why"),
    "problems.add_case": _("add a case to a problem"),
    "problems.plan": _("name a problem's cause and owner"),
    "problems.add_step": _("add a dated step to a problem's plan"),
    "problems.do_step": _("say that a step of a plan is done"),
    "problems.apply_for_money": _("apply for money for a problem"),
    "problems.grant_money": _("grant money that somebody else applied for"),
    "problems.spend": _("write down what was spent of a grant, with its receipt"),
    "problems.check_spending": _("check a receipt of somebody else"),
    "problems.promise": _("write down the material or labour that an organisation gives"),
    "problems.deliver": _("write down that material or labour was delivered"),
    "problems.verify": _("verify a delivery that somebody else wrote down"),
    "problems.end_measure": _("say that the measure against a problem is done"),
    "problems.join": _("let new cases join their problem"),
    "problems.recur": _("open a problem again when its calls come back"),
    "problems.solve": _("call a problem solved when the watch is over"),
    "problems.set_threshold": _("set how many calls of a kind are one problem"),
    "workforce.plan": _("put somebody on duty"),
    "workforce.swap": _("hand a duty over to somebody else"),
    "workforce.end": _("end a duty or take it back"),
    "knowledge.write_article": _("write an article of the knowledge base"),
    "knowledge.write_version": _("write an article of the knowledge base anew"),
    "knowledge.approve": _("put an article in force that a colleague wrote"),
    "knowledge.decline": _("send an article back to its writer, saying what is to be mended"),
    "knowledge.end_article": _("end an article of the knowledge base"),
}
"""What each operation does, to follow “may”."""

# An operation is known once its module is read, and no page reads the one that the clock itself calls.
_READ = (
    sweeping,
    keys,
    retention,
    rights,
    catalogue,
    applying,
    duty_files,
    tree,
    tree_files,
    files_sweeping,
)


@dataclass(frozen=True)
class RoleTold:
    """A role and its sentences."""

    role: Role
    sees: list[Any]
    does: list[Any]


def told(role: Role) -> RoleTold:
    """Return what a role may see and do."""
    held = permissions_of(role.code)
    does = [DOES.get(name, name) for name, permission in OPERATIONS.items() if permission in held]
    return RoleTold(role, [words for code, words in SEES.items() if code in held], does)


def missing() -> list[str]:
    """Return operations without a sentence, and permissions that no sentence speaks of."""
    spoken = {*SEES, *OPERATIONS.values()}
    held: Iterable[str] = {code for role in ROLES for code in permissions_of(role)}
    return sorted((set(OPERATIONS) - set(DOES)) | (set(held) - spoken))


@needs("accounts.see_roles")
def who_may(request: ActorRequest) -> HttpResponse:
    """Show what each role may see and do."""
    own = {grant.role for grant in request.actor.grants}
    roles = sorted(ROLES.values(), key=lambda role: role.code not in own)
    context = {"roles": [told(role) for role in roles], "own": own}
    return render(request, "web/who_may.html", context)
