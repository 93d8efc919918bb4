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
LEDGER_FIELDS = {
    "number": pgettext_lazy("field", "number"),
    "title": pgettext_lazy("field", "title"),
    "text": pgettext_lazy("field", "manifestation"),
    "unit": pgettext_lazy("field", "responsible unit"),
    "helpers": pgettext_lazy("field", "co-operating units"),
    "owner": pgettext_lazy("field", "person responsible"),
    "category": pgettext_lazy("field", "category"),
    "programme": pgettext_lazy("field", "programme"),
    "track": pgettext_lazy("field", "way of fixing"),
    "place": pgettext_lazy("field", "place"),
    "source": pgettext_lazy("field", "source"),
    "channel": pgettext_lazy("field", "channel"),
    "urgent": pgettext_lazy("field", "urgent"),
    "received": pgettext_lazy("field", "received"),
    "deadline": pgettext_lazy("field", "deadline"),
    "measure": pgettext_lazy("field", "measure"),
    "measure_owner": pgettext_lazy("field", "owner of the measure"),
    "measure_deadline": pgettext_lazy("field", "deadline of the measure"),
    "measure_days": pgettext_lazy("field", "working days of the measure"),
    "measure_after": pgettext_lazy("field", "measures it waits for"),
    "status": pgettext_lazy("field", "claimed state"),
    "progress": pgettext_lazy("field", "claimed progress"),
}
SENTENCES = {
    "problem_empty": gettext_lazy(
        "There is no problem in this row. Write what is wrong, or delete the row."
    ),
    "problem_twice": gettext_lazy(
        "Row %(value)s has the same number but says something else. Keep one of them, or give them "
        "different numbers."
    ),
    "text_twice": gettext_lazy(
        "Row %(value)s has the same text, place and unit but says something else in another "
        "column. Keep one of them, or write what tells them apart."
    ),
    "deadline_unreadable": gettext_lazy(
        "“%(value)s” is no deadline that can be read. Write it like 2019-09-13, or 立行立改, "
        "长期坚持."
    ),
    "measure_too_long": gettext_lazy(
        "The measure has %(value)s characters; at most 500 are taken. Split it into several."
    ),
    "measure_order_wrong": gettext_lazy(
        "“%(value)s” names no earlier measure of this problem. Write the numbers of measures above "
        "it, counted from 1, like 1、2."
    ),
    "measures_too_many": gettext_lazy(
        "The problem has more than %(value)s measures. Split it into several problems."
    ),
    "unit_unknown": gettext_lazy(
        "No unit in your area is called “%(value)s”. Say on the preview which one is meant, or "
        "write its full name."
    ),
    "unit_unsure": gettext_lazy(
        "Which unit is meant is not sure: %(value)s. Confirm it on the preview, or write its full "
        "name."
    ),
    "row_of_totals": gettext_lazy(
        "This row adds up the others and tells no problem of its own: it was left out."
    ),
    "row_changed": gettext_lazy(
        "This row came in before as %(value)s, and says something else now. The ledger stays as it "
        "is: make the change there."
    ),
    "row_differs": gettext_lazy(
        "On the ledger stands: %(value)s. A problem is not changed by its sheet: open %(number)s "
        "and change it there, by what may be done next with it."
    ),
    "number_unknown": gettext_lazy(
        "There is no problem %(value)s on the ledger that you can see. Correct the number, or "
        "empty it to bring the row in as a new problem."
    ),
    "number_reused": gettext_lazy(
        "This number is %(value)s on the ledger, and the row says something else altogether. If it "
        "is a new problem, empty the number; if not, correct it."
    ),
    "row_withdrawn": gettext_lazy(
        "The registration of %(value)s was withdrawn. To register it anew, empty the number and "
        "send the row again."
    ),
    "sheet_without_problems": gettext_lazy(
        "The sheet “%(value)s” holds no list of problems and was left out."
    ),
    "programme_unknown": gettext_lazy(
        "There is no programme “%(value)s” here. Its problems come in without one; set it up first "
        "if they belong to it."
    ),
    "no_ledger": gettext_lazy(
        "There is no list of problems in this file: no row names a column for the problem (such "
        "as 问题表现, 存在问题, manifestation) together with others (责任单位, 整改措施, "
        "整改时限). Put these heads over the columns and send it again."
    ),
    "no_list": gettext_lazy(
        "No sheet of this file is one of the lists that come back. Export the list from its page, "
        "fill in that workbook, keep its heads, and send it again."
    ),
    "list_unknown": gettext_lazy(
        "There is no “%(value)s” on this list that you can see. Empty the cell for a new row, or "
        "correct the number."
    ),
    "list_twice": gettext_lazy("Row %(value)s is about the same record. Keep one of the two rows."),
    "list_fixed": gettext_lazy(
        "On record stands: %(value)s. It is not changed by a sheet but on the page “%(where)s”. "
        "Put it back."
    ),
    "list_moved": gettext_lazy(
        "On record stands now: %(value)s. It follows from other records; nothing is written here."
    ),
    "list_emptied": gettext_lazy(
        "On record stands: %(value)s. An empty cell takes nothing away. Put it back, or write what "
        "stands there from now on."
    ),
    "list_stale": gettext_lazy(
        "This was changed since the workbook was made: it stands at version %(value)s now. Export "
        "the list again, and make your change there."
    ),
    "list_no_version": gettext_lazy(
        "The row does not say of which version it is. Export the list again, keep the column "
        "“Version”, and make your change there."
    ),
    "list_no_new": gettext_lazy(
        "There is no number in this row, and no row is added to this list by a sheet. Delete the "
        "row, or put its number back."
    ),
    "list_not_new": gettext_lazy(
        "A new row says nothing here (“%(value)s”). Empty the cell; what follows is done on its "
        "page."
    ),
    "list_unit_unsure": gettext_lazy(
        "More than one unit may be meant: %(value)s. Write the name of the one as it stands here, "
        "or its code."
    ),
    "owner_said": gettext_lazy("Person responsible: %(value)s"),
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
        "The file holds more than can be read at once (200,000 rows). Delete empty rows and "
        "columns, or split it."
    ),
    "encoding_unknown": gettext_lazy(
        "The text of the file is in an unknown encoding. Save it as “CSV UTF-8” and send that."
    ),
    "no_rows": gettext_lazy(
        "Nothing stands below the heads of this file, so there is nothing to take in. Fill in its "
        "rows, save it, and send it again."
    ),
    "nothing_to_read": gettext_lazy(
        "There is no list of messages in this file: no row names a column for the text (such as "
        "留言详情, 诉求内容, content) together with others (title, time, number). Put these heads "
        "over the columns and send it again."
    ),
}


def sentence(code: str, value: str, sheet: str = "") -> str:
    """A fault as people read it; with the sheet's name where there are several."""
    values = {"value": value, "where": "", "most_text": LONGEST_TEXT, "most_number": LONGEST_NUMBER}
    return placed(str(SENTENCES[code] % values), sheet)


def placed(said: str, sheet: str) -> str:
    """A sentence with the sheet's name before it, where there are several."""
    return _("Sheet “%(sheet)s”: %(said)s") % {"sheet": sheet, "said": said} if sheet else said
