"""Every address of the product. Each room brings its own `urls.py`."""

from django.urls import include, path
from django.views.i18n import set_language

from xiaohao.site import errors, gallery, reference
from xiaohao.site.api import api

handler400 = "xiaohao.site.errors.too_large"
handler404 = "xiaohao.site.errors.not_found"
handler500 = "xiaohao.site.errors.server_error"

urlpatterns = [
    path("login/", errors.log_in),
    path("api/", reference.reference, name="reference"),
    path("api/v1/", api.urls),
    # No mail is sent: a lost password is set anew by an administrator.
    path("accounts/password/reset/", errors.no_such_page),
    path("accounts/email/", errors.no_such_page),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("gallery", gallery.gallery, name="gallery"),
    path("gallery/panel", gallery.gallery_panel, name="gallery_panel"),
    path("gallery/places", gallery.gallery_places, name="gallery_places"),
    path("", include("xiaohao.campaigns.urls")),
    path("", include("xiaohao.commitments.urls")),
    path("", include("xiaohao.dashboards.urls")),
    path("", include("xiaohao.escalation.urls")),
    path("", include("xiaohao.exchange.urls")),
    path("", include("xiaohao.figures.urls")),
    path("", include("xiaohao.intake.urls")),
    path("", include("xiaohao.ledger.urls")),
    path("", include("xiaohao.lookback.urls")),
    path("", include("xiaohao.notices.urls")),
    path("", include("xiaohao.people.urls")),
    path("", include("xiaohao.services.urls")),
    path("", include("xiaohao.tenants.urls")),
    path("", include("xiaohao.trail.urls")),
    path("", include("xiaohao.triage.urls")),
    path("", include("xiaohao.units.urls")),
    path("language/", set_language, name="set_language"),
]
