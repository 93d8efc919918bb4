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
]
