"""An event is a function of the set of its sightings: order, repetition and batches do not matter, withdrawal undoes."""

from __future__ import annotations

from tests.planted.bug import Bug

COUNTING = "tests/streams/test_counting.py::"
LAWS = "tests/streams/test_laws.py::"
NORMALISE = "tests/streams/test_normalise.py::"

BUGS = (
    Bug(
        "arrival-order tie",
        "of two equally trusted statements the one read first wins",
        "streams.dossier.member:trust",
        "sighting.id",
        "str(__import__('time').monotonic_ns()).zfill(20)",
        (f"{COUNTING}test_of_two_equally_trusted_statements_the_smaller_id_wins_whatever_came_first",),
    ),
    Bug(
        "an older repeat is taken in",
        "a replayed state of a record overwrites the newer one",
        "streams.dossier.dossier:Dossier.accepts",
        "there.rank < sighting.rank",
        "there.rank != sighting.rank",
        (f"{LAWS}test_an_older_repeat_stays_dead",),
    ),
    Bug(
        "a withdrawn sighting is dropped",
        "a replay brings a withdrawn statement back to life",
        "streams.dossier.dossier:Dossier.put",
        "self.sightings[sighting.id] = sighting",
        """
self.sightings[sighting.id] = sighting
if sighting.absent:
    del self.sightings[sighting.id]
""",
        (f"{LAWS}test_an_older_repeat_stays_dead", f"{LAWS}test_withdrawing_undoes_asserting"),
    ),
    Bug(
        "a withdrawn event still counts",
        "a figure keeps what its event no longer adds",
        "streams.dossier.publication:Publication._no_longer_counted",
        "live=False",
        "live=True",
        (f"{LAWS}test_withdrawing_undoes_asserting",),
    ),
    Bug(
        "a correction leaves the old subject standing",
        "a patent number corrected by its platform has the event as well as the right one",
        "streams.normalise:Normalise.told",
        "one.subject not in subjects",
        "one.subject is None",
        (f"{NORMALISE}test_a_corrected_record_withdraws_what_it_said_of_the_other_patent",),
    ),
    Bug(
        "a vanished page taken as withdrawal",
        "a notice that a platform archives undoes the transfer",
        "streams.normalise:Normalise.sightings",
        "feed.absence.means == 'nothing'",
        "False",
        (f"{NORMALISE}test_a_vanished_notice_is_no_withdrawal_and_a_vanished_offer_is",),
    ),
    Bug(
        "null for a withdrawn contribution",
        "compaction forgets the guard by revision",
        "streams.dossier.publication:Publication._contribution",
        "Output(CONTRIBUTION.name, contribution.key.encode(), value, place)",
        "Output(CONTRIBUTION.name, contribution.key.encode(), value if contribution.live else None, place)",
        (f"{LAWS}test_withdrawing_undoes_asserting",),
    ),
    Bug(
        "a telephone number goes through",
        "personal data on a public topic",
        "schemas.source.columns:text",
        "without_personal(str(value))",
        "str(value)",
        (f"{NORMALISE}test_a_person_is_masked_and_a_telephone_number_in_free_text_goes_no_further",),
    ),
)
