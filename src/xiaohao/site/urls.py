"""Every address of the product. Each room brings its own `urls.py`."""

from django.urls import include, path
from django.views.i18n import set_language

from xiaohao.site.api import mount

handler400 = "xiaohao.site.errors.too_large"
handler404 = "xiaohao.site.errors.not_found"
handler500 = "xiaohao.site.errors.server_error"

urlpatterns = [
    path("api/v1/", mount().urls),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("language/", set_language, name="set_language"),
]
