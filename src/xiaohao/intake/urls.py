"""Addresses of the public's door."""

from django.urls import path

from xiaohao.intake import pages

urlpatterns = [
    path("board/", pages.intake_board, name="intake_board"),
    path("board/answer/", pages.intake_answer, name="intake_answer"),
    path("board/check-receipt/", pages.intake_check_receipt, name="intake_check_receipt"),
    path("board/photo/<str:token>/", pages.intake_photo, name="intake_photo"),
    path("board/places/", pages.intake_places, name="intake_places"),
    path("board/receipt/", pages.intake_receipt, name="intake_receipt"),
    path("board/sent/", pages.intake_sent, name="intake_sent"),
    path("board/similar/", pages.intake_similar, name="intake_similar"),
    path("board/status/", pages.intake_status, name="intake_status"),
    path("calls/", pages.intake_operator, name="intake_operator"),
    path("messages/", pages.intake_messages, name="intake_messages"),
    path("messages/<int:key>/", pages.intake_message, name="intake_message"),
    path("messages/<int:key>/share/", pages.intake_share, name="intake_share"),
    path("messages/<int:key>/correct/", pages.intake_correct, name="intake_correct"),
    path(
        "messages/<int:key>/photos/<int:photo>/",
        pages.intake_message_photo,
        name="intake_message_photo",
    ),
    path("messages/on/<str:number>/", pages.intake_problem_photos, name="intake_problem_photos"),
    path(
        "messages/on/<str:number>/<int:photo>/",
        pages.intake_shared_photo,
        name="intake_shared_photo",
    ),
    path("posters/", pages.intake_posters, name="intake_posters"),
    path("posters/<str:code>/", pages.intake_poster, name="intake_poster"),
    path("suggestions/", pages.intake_suggestions, name="intake_suggestions"),
    path("suggestions/<int:key>/", pages.intake_suggestion, name="intake_suggestion"),
    path("triage/", pages.intake_queue, name="intake_queue"),
    path("triage/<int:key>/", pages.intake_case, name="intake_case"),
    path("triage/<int:key>/undo/", pages.intake_undo, name="intake_undo"),
]
