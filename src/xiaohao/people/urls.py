"""Addresses of the pages about people."""

from django.urls import path

from xiaohao.people import pages

urlpatterns = [
    path("me/", pages.people_me, name="people_me"),
    path("people/switch/", pages.people_switch, name="people_switch"),
    path("people/posts/", pages.people_posts, name="people_posts"),
    path("people/posts/open/", pages.people_open_post, name="people_open_post"),
    path("people/posts/at/<str:code>/", pages.people_post, name="people_post"),
    path("people/posts/at/<str:code>/hold/", pages.people_hold, name="people_hold"),
    path("people/posts/at/<str:code>/end/<int:key>/", pages.people_end, name="people_end"),
    path("people/posts/at/<str:code>/use/", pages.people_post_in_use, name="people_post_in_use"),
    path("people/accounts/", pages.people_accounts, name="people_accounts"),
    path("people/accounts/open/", pages.people_open_account, name="people_open_account"),
    path("people/accounts/of/<str:username>/", pages.people_account, name="people_account"),
    path(
        "people/accounts/of/<str:username>/password/",
        pages.people_account_password,
        name="people_account_password",
    ),
    path(
        "people/accounts/of/<str:username>/active/",
        pages.people_account_active,
        name="people_account_active",
    ),
    path("people/tokens/", pages.people_tokens, name="people_tokens"),
    path("people/tokens/issue/", pages.people_issue, name="people_issue"),
    path("people/tokens/<int:key>/revoke/", pages.people_revoke, name="people_revoke"),
]
