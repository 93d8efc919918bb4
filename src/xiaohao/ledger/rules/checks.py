"""The single checks that moves are made of: each gives what is unmet, in reading order."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from xiaohao.kernel.acting import Actor, Nobody
from xiaohao.kernel.paths import WIDTH, last_id
from xiaohao.ledger.rules.amending import amended
from xiaohao.ledger.rules.correcting import correction_needs
from xiaohao.ledger.rules.facts import (
    LONGEST_DEADLINE,
    MOST_EXTENSIONS,
    MOST_RETURNS,
    Facts,
    Need,
    State,
)
from xiaohao.ledger.rules.hands import is_himself, nobody_left, own_hands, with_who
from xiaohao.ledger.rules.planning import date_needs, laid_down, waited_for

Given = Mapping[str, Any]
Check = Callable[[Facts, Actor | Nobody, Given], list[Need]]


def is_own(facts: Facts, actor: Actor) -> bool:
    """Whether a post of the actor's lies at the responsible unit or under it."""
    return bool(facts.unit_path) and actor.belongs_to(facts.unit_path)


def handles(facts: Facts, actor: Actor | Nobody, _: Given) -> list[Need]:
    """The responsible unit acts, or a post above that may handle for it."""
    inside = isinstance(actor, Actor) and facts.unit_path.startswith(actor.unit_path)
    return [] if inside else [Need("not_your_unit")]


def independent(facts: Facts, actor: Actor | Nobody, _: Given) -> list[Need]:
    """Nobody judges what his own unit is responsible for, or helps with."""
    if not isinstance(actor, Actor):
        return []
    if is_own(facts, actor):
        return [Need("own_unit")]
    helps = any(actor.belongs_to(path) for path in facts.partners)
    return [Need("helping_unit")] if helps else []


def apart(facts: Facts, actor: Actor | Nobody, given: Given) -> list[Need]:
    """Nobody checks what he or his unit answers for, helps with, or had a hand in.

    Nothing is verified by itself: there is always a post that has looked.
    """
    if not isinstance(actor, Actor):
        return [Need("not_permitted")]
    needs = independent(facts, actor, given) or _hand_in_it(facts, actor)
    return [with_who(facts, need) for need in needs]


def _hand_in_it(facts: Facts, actor: Actor) -> list[Need]:
    hands = own_hands(facts, actor)
    reported = {hand.move for hand in hands if is_himself(hand, actor)} & {"report", "spot"}
    same = actor.account_id is not None and actor.account_id == facts.reported_account
    if same or reported:
        return [Need("reported_by_same")]
    if not hands:
        return []
    moves = list(dict.fromkeys(hand.move for hand in hands))
    return [Need("hand_in_it", None, {"unit": hands[0].name, "moves": moves})]


def works(facts: Facts, actor: Actor | Nobody, given: Given) -> list[Need]:
    """The unit puts its hand to the fix, or one above in its place that leaves one to check it."""
    own = isinstance(actor, Actor) and actor.unit_path == facts.unit_path
    needs = handles(facts, actor, given)
    lone = not needs and not own and nobody_left(facts, actor, facts.unit_path)
    return [Need("nobody_left_to_check")] if lone else needs


def spot_checkable(facts: Facts, actor: Actor | Nobody, given: Given) -> list[Need]:
    """Beside who found and fixed it, and the unit it is put down to, another one can check it."""
    unit = given.get("unit")
    found = [last_id(facts.origin_path)] if facts.origin_path else []
    lone = unit is not None and nobody_left(facts, actor, unit.path, found)
    return [Need("nobody_left_to_check", "unit")] if lone else []


def not_registrar(facts: Facts, actor: Actor | Nobody, _: Given) -> list[Need]:
    """Nobody alone both registers and closes: by person where known, else by post.

    Nor does anything close by itself.
    """
    if not isinstance(actor, Actor):
        return [Need("not_permitted")]
    account, post = facts.registrar
    if account is not None and actor.account_id is not None:
        same = account == actor.account_id
    else:
        same = post == actor.post_id
    return [Need("registered_by_same")] if same else []


def above(facts: Facts, actor: Actor | Nobody, _: Given) -> list[Need]:
    """Only a post above the responsible unit decides."""
    inside = (
        isinstance(actor, Actor)
        and facts.unit_path.startswith(actor.unit_path)
        and facts.unit_path != actor.unit_path
    )
    return [] if inside else [Need("not_above")]


def reason_needed(_f: Facts, _a: Actor | Nobody, given: Given) -> list[Need]:
    """A reason is written."""
    return [] if str(given.get("reason") or "").strip() else [Need("reason_missing", "reason")]


def note_needed(_f: Facts, _a: Actor | Nobody, given: Given) -> list[Need]:
    """A note is written."""
    return [] if str(given.get("note") or "").strip() else [Need("note_missing", "note")]


def unit_needed(_f: Facts, _a: Actor | Nobody, given: Given) -> list[Need]:
    """A unit is named."""
    return [] if given.get("unit") else [Need("unit_missing", "unit")]


def deadline_needed(facts: Facts, _a: Actor | Nobody, given: Given) -> list[Need]:
    """A deadline, where given, lies ahead."""
    return date_needs(given["deadline"], facts.today, "deadline") if given.get("deadline") else []


def owner_named(facts: Facts, _a: Actor | Nobody, given: Given) -> list[Need]:
    """Whose it is instead, or why that is not known: one of the two."""
    better, unknown = given.get("better_unit"), given.get("owner_unknown")
    if better is None:
        return [] if unknown else [Need("better_unit_missing", "better_unit")]
    if better.path == facts.unit_path:
        return [Need("better_unit_own", "better_unit", {"unit": better.name})]
    return [Need("owner_both", "owner_unknown", {"unit": better.name})] if unknown else []


def may_return(facts: Facts, _a: Actor | Nobody, _: Given) -> list[Need]:
    """The arbiter has not had the last word on where it belongs."""
    return [Need("return_is_final")] if facts.final else []


def referred_here(facts: Facts, actor: Actor | Nobody, _: Given) -> list[Need]:
    """The office that referred it acts, or a post above that one."""
    at = facts.referred_by
    own = at is not None and isinstance(actor, Actor) and at.startswith(actor.unit_path)
    return [] if own else [Need("not_referred_here")]


def not_off_oneself(facts: Facts, actor: Actor | Nobody, given: Given) -> list[Need]:
    """Nobody takes work off his own unit, save what it had referred to itself."""
    return [] if facts.unit_path == facts.referred_by else independent(facts, actor, given)


def may_recall(facts: Facts, _a: Actor | Nobody, _: Given) -> list[Need]:
    """The arbiter has not had the last word on where it belongs, which binds himself too."""
    return [Need("recall_is_final")] if facts.final else []


def is_last_return(facts: Facts) -> bool:
    """Whether the next return is the one that goes to arbitration."""
    return facts.returns + 1 >= MOST_RETURNS


def arbiter(facts: Facts, actor: Actor | Nobody, _: Given) -> list[Need]:
    """Only the common superior of the units that return it to each other decides."""
    its_own = isinstance(actor, Actor) and actor.unit_path == facts.arbiter_path
    return [] if its_own else [Need("not_the_arbiter")]


def word_stands(facts: Facts, actor: Actor | Nobody, given: Given) -> list[Need]:
    """Where an arbiter has decided, nobody else hands it to another unit."""
    return arbiter(facts, actor, given) if facts.final and facts.arbiter_path else []


def above_needed(facts: Facts, _a: Actor | Nobody, given: Given) -> list[Need]:
    """The root is put with a superior, or with a unit right under one of them."""
    if len(facts.unit_path) == WIDTH:
        return [Need("nothing_above")]
    unit = given.get("above")
    if unit is None:
        return [Need("above_missing", "above")]
    beside = unit.path[:-WIDTH]
    over = unit.path != facts.unit_path and facts.unit_path.startswith(unit.path)
    near = bool(beside) and beside != facts.unit_path and facts.unit_path.startswith(beside)
    if over or (near and not unit.path.startswith(facts.unit_path)):
        return []
    return [Need("not_above_you", "above", {"unit": unit.name})]


def system_only(_f: Facts, actor: Actor | Nobody, _: Given) -> list[Need]:
    """It follows from something else; nobody does it by hand."""
    own = isinstance(actor, Nobody) and actor.name == "system"
    return [] if own else [Need("system_only")]


PROVEN_ABOVE = frozenset({State.VERIFIED, State.AWAITING, State.CLOSED})


def root_proven(_f: Facts, _a: Actor | Nobody, given: Given) -> list[Need]:
    """The problem at the root is independently verified as fixed."""
    root = given.get("root")
    proven = root is not None and root.state in PROVEN_ABOVE
    return [] if proven else [Need("root_not_proven", "root")]


def has_open_measures(facts: Facts) -> bool:
    """Whether a measure of its own still lacks its proof."""
    return any(not m.done or not m.evidence for m in facts.measures)


def measures_given(facts: Facts, _a: Actor | Nobody, given: Given) -> list[Need]:
    """At least one measure, each with text, owner and a deadline that leaves it its days."""
    measures = given.get("measures") or []
    return laid_down(facts, measures).needs if measures else [Need("measures_missing", "measures")]


def done_given(_f: Facts, _a: Actor | Nobody, given: Given) -> list[Need]:
    """What was done on the spot, and by which post."""
    needs = [] if given.get("done") else [Need("done_missing", "done")]
    return needs if given.get("owner") else [*needs, Need("owner_missing", "owner")]


def something_assigned(_f: Facts, _a: Actor | Nobody, given: Given) -> list[Need]:
    """A programme, a lead or helpers are named (or taken away)."""
    named = any(name in given for name in ("programme", "lead", "partners"))
    return [] if named else [Need("nothing_assigned", "programme")]


def partners_others(facts: Facts, _a: Actor | Nobody, given: Given) -> list[Need]:
    """Who helps is neither the responsible unit nor a part of it."""
    own = [
        u
        for u in given.get("partners") or []
        if facts.unit_path and u.path.startswith(facts.unit_path)
    ]
    return [Need("partner_own", "partners", {"unit": unit.name}) for unit in own]


def measures_planned(facts: Facts, actor: Actor | Nobody, given: Given) -> list[Need]:
    """Measures are given, or stand there already: a sheet named them when the problem came in."""
    standing = any(m.round == facts.round for m in facts.measures)
    return [] if standing and not given.get("measures") else measures_given(facts, actor, given)


def open_measure(facts: Facts, _a: Actor | Nobody, given: Given) -> list[Need]:
    """The measure named is one of this problem and not done yet."""
    chosen = [m for m in facts.measures if m.id == given.get("measure")]
    if not chosen:
        return [Need("no_such_measure", "measure")]
    return [Need("measure_done", "measure", {"measure": chosen[0].text})] if chosen[0].done else []


def in_its_turn(facts: Facts, _a: Actor | Nobody, given: Given) -> list[Need]:
    """What the measure waits for is done."""
    return waited_for(facts, given.get("measure"))


def one_open(facts: Facts, _a: Actor | Nobody, _: Given) -> list[Need]:
    """A measure stands that is not done."""
    return [] if any(not m.done for m in facts.measures) else [Need("no_open_measure")]


def amendment_needed(facts: Facts, _a: Actor | Nobody, given: Given) -> list[Need]:
    """Something of the measure becomes another, and what was laid down can still be kept."""
    chosen = [m for m in facts.measures if m.id == given.get("measure") and not m.done]
    return [*amended(facts, chosen[0], given).needs] if chosen else []


def evidence_needed(_f: Facts, _a: Actor | Nobody, given: Given) -> list[Need]:
    """At least one file."""
    return [] if given.get("files") else [Need("evidence_missing", "files")]


def failed_measures(facts: Facts, _a: Actor | Nobody, given: Given) -> list[Need]:
    """The measures named belong to the problem."""
    known = {m.id for m in facts.measures}
    named = given.get("failed") or []
    return [] if set(named) <= known else [Need("no_such_measure", "failed")]


def not_last(facts: Facts, _a: Actor | Nobody, _: Given) -> list[Need]:
    """Another measure of this round remains."""
    mine = [m for m in facts.measures if m.round == facts.round]
    return [] if len(mine) > 1 else [Need("last_measure")]


def gate_measures(facts: Facts) -> list[Need]:
    """Every measure done, each with evidence, and at least one of the present round."""
    needs = [
        Need("measure_not_done", "measures", {"measure": m.text})
        for m in facts.measures
        if not m.done
    ]
    needs += [
        Need("measure_without_evidence", "measures", {"measure": m.text})
        for m in facts.measures
        if not m.evidence
    ]
    if not any(m.round == facts.round for m in facts.measures):
        needs.append(Need("no_measures", "measures"))
    return needs


def gate_verified(facts: Facts) -> list[Need]:
    """Somebody of another unit has verified this fix."""
    if facts.verified_by is None:
        return [Need("not_verified")]
    if facts.verified_by.startswith(facts.unit_path):
        return [Need("verified_by_own_unit")]
    return []


def gate_words(facts: Facts) -> list[Need]:
    """Each reporter has said "solved", or was told and stayed silent for the time given."""
    needs = []
    for word in facts.words:
        if not word.asked:
            needs.append(Need("reporter_not_asked"))
        elif word.answer and word.answer != "solved":
            needs.append(Need("not_solved"))
        elif not word.answer and (word.answer_by is None or word.answer_by >= facts.today):
            day = word.answer_by.isoformat() if word.answer_by else ""
            needs.append(Need("answer_outstanding", None, {"day": day}))
    return needs


def measures_proven(facts: Facts, _a: Actor | Nobody, _: Given) -> list[Need]:
    """Every measure is done with evidence."""
    return gate_measures(facts)


def gate_whole(facts: Facts, _a: Actor | Nobody, _: Given) -> list[Need]:
    """The whole closing gate: measures, verification, words."""
    return gate_measures(facts) + gate_verified(facts) + gate_words(facts)


def has_reporters(facts: Facts, _a: Actor | Nobody, _: Given) -> list[Need]:
    """There is somebody to ask."""
    return [] if facts.words else [Need("no_reporters")]


def target_needed(_f: Facts, _a: Actor | Nobody, given: Given) -> list[Need]:
    """Another problem is named."""
    return [] if given.get("into") else [Need("target_missing", "into")]


def extension_needed(facts: Facts, _a: Actor | Nobody, given: Given) -> list[Need]:
    """More time may be asked for, and the new day lies later."""
    needs = []
    if facts.extension_asked:
        needs.append(Need("extension_already_asked"))
    if facts.extensions >= MOST_EXTENSIONS:
        needs.append(Need("extensions_used_up", None, {"most": MOST_EXTENSIONS}))
    farthest = facts.today + dt.timedelta(days=LONGEST_DEADLINE)
    if facts.deadline and facts.deadline >= farthest:
        needs.append(Need("deadline_farthest", None, {"day": facts.deadline.isoformat()}))
    needs += date_needs(given.get("deadline"), facts.today, "deadline")
    day = given.get("deadline")
    if isinstance(day, dt.date) and facts.deadline and day <= facts.deadline:
        needs.append(Need("deadline_not_later", "deadline", {"day": facts.deadline.isoformat()}))
    return needs


def registered_here(facts: Facts, actor: Actor | Nobody, _: Given) -> list[Need]:
    """The office that registered it acts."""
    own = facts.begun and isinstance(actor, Actor) and actor.unit_path == facts.begun.origin_path
    return [] if own else [Need("not_registered_here")]


def only_begun(facts: Facts, _a: Actor | Nobody, _: Given) -> list[Need]:
    """No citizen waits for it, nobody else has acted on it, and nothing else stands on it."""
    begun = facts.begun
    if begun is None or begun.message:
        return [Need("message_behind")]
    if begun.acted:
        return [Need("others_acted")]
    return [Need("tied", None, {"what": begun.tied})] if begun.tied else []


def entered_here(facts: Facts, actor: Actor | Nobody, _: Given) -> list[Need]:
    """The office that registered it acts, or a post above that one."""
    at = facts.entry.origin_path if facts.entry else ""
    own = at and isinstance(actor, Actor) and at.startswith(actor.unit_path)
    return [] if own else [Need("not_entered_here")]


def correction_needed(facts: Facts, _a: Actor | Nobody, given: Given) -> list[Need]:
    """Something of the entry becomes another, or is said to read otherwise."""
    return correction_needs(facts, given)


def extension_open(facts: Facts, _a: Actor | Nobody, _: Given) -> list[Need]:
    """More time has been asked for and not decided."""
    return [] if facts.extension_asked else [Need("no_extension_asked")]
