"""Addresses of the pages of notices."""

from django.urls import path

from xiaohao.notices import pages

urlpatterns = [
    path("notices/", pages.notices_inbox, name="notices_inbox"),
    path("notices/read/", pages.notices_read, name="notices_read"),
    path("notices/ladder/", pages.notices_ladder, name="notices_ladder"),
    path("notices/mail/", pages.notices_mail, name="notices_mail"),
    path("notices/mail/confirm/<str:token>/", pages.notices_confirm, name="notices_confirm"),
    path("notices/mail/stop/<str:token>/", pages.notices_stop, name="notices_stop"),
    path("notices/<int:key>/", pages.notices_open, name="notices_open"),
    path("notices/follow/<str:number>/", pages.notices_follow, name="notices_follow"),
]
