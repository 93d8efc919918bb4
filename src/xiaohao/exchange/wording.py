"""What is wrong with a row or a sheet, as a sentence: what, where, what to do."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from xiaohao.exchange.rules.messages import LONGEST_NUMBER, LONGEST_TEXT

FIELDS = {
    "number": pgettext_lazy("field", "number"),
    "user": pgettext_lazy("field", "sender"),
    "contact": pgettext_lazy("field", "contact"),
    "title": pgettext_lazy("field", "title"),
    "text": pgettext_lazy("field", "text"),
    "time": pgettext_lazy("field", "time"),
    "place": pgettext_lazy("field", "place"),
    "category": pgettext_lazy("field", "category"),
    "kind": pgettext_lazy("field", "kind"),
    "channel": pgettext_lazy("field", "channel"),
    "reply": pgettext_lazy("field", "reply"),
    "replied": pgettext_lazy("field", "time of reply"),
}
SENTENCES = {
    "text_empty": gettext_lazy("There is no text. Write what the person said, or delete the row."),
    "text_too_long": gettext_lazy(
        "The text has %(value)s characters; at most %(most_text)d are taken. Split or shorten it."
    ),
    "cell_broken": gettext_lazy(
        "The cell holds the spreadsheet's own error %(value)s. Put the text itself there."
    ),
    "time_unreadable": gettext_lazy(
        "“%(value)s” is not a time that can be read. Write it like 2019-09-13 10:02."
    ),
    "time_in_future": gettext_lazy("The time “%(value)s” lies in the future. Check the year."),
    "number_too_long": gettext_lazy(
        "The number “%(value)s” is longer than %(most_number)d characters. Shorten it."
    ),
    "number_taken": gettext_lazy(
        "Another message, in row %(value)s, has the same number. Give one of them its own."
    ),
    "sheet_without_messages": gettext_lazy(
        "The sheet “%(value)s” holds no list of messages and was left out."
    ),
    "category_unknown": gettext_lazy(
        "The category “%(value)s” is not in the tree here. The rows came in without it, the word "
        "is kept beside them."
    ),
    "workbook_unreadable": gettext_lazy(
        "The file cannot be read. Open it in its own program, save it as .xlsx or .csv, and send "
        "that."
    ),
    "workbook_too_large": gettext_lazy(
        "The file holds more than can be read at once (100,000 rows). Delete empty rows and "
        "columns, or split it."
    ),
    "encoding_unknown": gettext_lazy(
        "The text of the file is in an unknown encoding. Save it as “CSV UTF-8” and send that."
    ),
    "nothing_to_read": gettext_lazy(
        "There is no list of messages in this file: no row names a column for the text (such as "
        "留言详情, 诉求内容, content) together with others (title, time, number). Put these heads "
        "over the columns and send it again."
    ),
}


def sentence(code: str, value: str, sheet: str = "") -> str:
    """A fault as people read it; with the sheet's name where there are several."""
    values = {"value": value, "most_text": LONGEST_TEXT, "most_number": LONGEST_NUMBER}
    said = str(SENTENCES[code] % values)
    return _("Sheet “%(sheet)s”: %(said)s") % {"sheet": sheet, "said": said} if sheet else said
